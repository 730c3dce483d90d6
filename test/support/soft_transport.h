/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The software card in this process, as a transport, for tests of the layers
 * above. Link the target iotsim_soft (test/unit/applet/CMakeLists.txt): a
 * shared library, because card and provider share names (tlv_put) but no
 * code, and each must keep its own.
 *
 * A fault that says nothing is TIMEOUT at once, one that removes the card is
 * CARD_REMOVED. Functions end the program, with a sentence, when the card
 * refuses what a test asks of it.
 */
#ifndef TEST_SUPPORT_SOFT_TRANSPORT_H
#define TEST_SUPPORT_SOFT_TRANSPORT_H

#include <stdio.h>

#include "transport/transport.h"

#define SOFT_EXPORT __attribute__((visibility("default")))

struct soft;

/* The transport "soft". Its `open` takes the path of a profile for a place. */
SOFT_EXPORT extern const struct transport_ops soft_ops;

/* A card personalised from the text of a profile; soft_free when done. */
SOFT_EXPORT struct soft *soft_text(const char *profile);

/* A card personalised from the file `path`. */
SOFT_EXPORT struct soft *soft_file(const char *path);

/* The card as an open transport, which borrows it: soft_free after the last
 * use, not transport_close alone. */
SOFT_EXPORT struct transport soft_transport(struct soft *s);

/* Set a quirk, "name=value"; add a fault, "ins=2B,nth=2,sw=6F00"; forget all
 * faults (README of the software card). */
SOFT_EXPORT void soft_quirk(struct soft *s, const char *setting);
SOFT_EXPORT void soft_fault(struct soft *s, const char *fault);
SOFT_EXPORT void soft_faults_clear(struct soft *s);

/* Print the card's table of quirks. */
SOFT_EXPORT void soft_quirks_help(FILE *to);

/* Reset the card behind the back of its user: the next transmit or begin gives
 * CARD_RESET and does nothing. */
SOFT_EXPORT void soft_reset(struct soft *s);

/* Commands that the card has answered since it was made. */
SOFT_EXPORT unsigned soft_exchanges(const struct soft *s);

/* Write every exchange to `to` (borrowed) from now on; NULL stops. */
SOFT_EXPORT void soft_log(struct soft *s, FILE *to);

/* Free; NULL is legal. */
SOFT_EXPORT void soft_free(struct soft *s);

#endif
