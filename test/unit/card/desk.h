/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desk with a row of readers, each with a software card, with nothing or
 * with trouble in it; and what may happen there. It is the only transport of
 * the test program: it calls itself "pcsc" and brings a registry of its own.
 *
 * desk_sent tells what the cards got since the last call: one word a command,
 * "+" and "-" for MANAGE CHANNEL open and close, else the instruction in
 * hexadecimal; "+ A4 2A 2B" is the first signature of a process.
 */
#ifndef TEST_UNIT_CARD_DESK_H
#define TEST_UNIT_CARD_DESK_H

#include "card/internal.h"
#include "support/soft_transport.h"

/* A card with key pairs K1 (id 01) and B1 (02, brainpool), a private key LONE
 * (03) without its public half, a deactivated pair E1 (04), a file CC (02) of
 * 16 octets, a secret key S1 (06). */
extern const char desk_sim[];
#define DESK_ICCID "8988211000000430010"

/* A card for key agreements: pairs K1 (id 01, signs) and ST (02, agrees,
 * persistent), containers for ephemeral keys E1 (04), E2 (05) and, on
 * brainpoolP256r1, B1 (06), for the peers P1 (07) and BP (08); the file CC. */
extern const char desk_ecdh[];

/* Clear the desk and wipe what was counted; all links must be closed. */
void desk_clear(void);

/* One more reader, with a card made from the text of a profile. */
struct soft *desk_put(const char *profile);

/* One more reader, the opening of which gives `trouble`. */
void desk_put_trouble(iotsim_result trouble);

/* Another program resets the card of the nth reader. */
void desk_reset(unsigned nth);

/* The card of the nth reader is taken away; another one comes when `profile`
 * is not NULL. */
struct soft *desk_swap(unsigned nth, const char *profile);

/* The card of the nth reader resets itself and is another one then, as an eUICC
 * does when its profile changes. */
struct soft *desk_switch(unsigned nth, const char *profile);

/* Another program opens `count` logical channels on the nth reader. */
void desk_occupy(unsigned nth, unsigned count);

/* The next `begin` on any reader gives `trouble`. */
void desk_begin_trouble(iotsim_result trouble);

/* The next command with the instruction `ins` does not reach a card: the answer
 * is `hex`, status word included. */
void desk_answer(uint8_t ins, const char *hex);

/* What was sent since the last call; good until the next one. */
const char *desk_sent(void);

/* Links opened, closed, forgotten since desk_clear. */
unsigned desk_opened(void);
unsigned desk_closed(void);
unsigned desk_forgotten(void);

/* Transactions begun, likewise: tells another thread's progress. */
unsigned desk_begun(void);

/* True when every command was sent inside a transaction and every transaction
 * was ended. */
bool desk_is_fair(void);

/* Settings that lead to the desk, a URI from its text, a card for both. */
extern const struct settings desk_settings;
struct iotsim_uri desk_uri(const char *text);
struct card *desk_card(const char *uri);

/* A key of the card: its private key `label`, loaded; with its public half. */
struct key *desk_key(struct card *card, const char *label);
struct key *desk_load(struct card *card, const char *label,
                      struct applet_public_key *half);

#endif
