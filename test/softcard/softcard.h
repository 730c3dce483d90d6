/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The software card: a UICC with the IoT SAFE applet, in one process.
 *
 * The library is the card without a reader: octets in, octets out. The program
 * iotsim-softcard puts sockets in front of it, unit tests call it directly.
 * IT PROTECTS NOTHING: keys lie in plain memory and in a plain file.
 *
 * Functions returning bool leave a sentence for softcard_error on false.
 * Threads: none; one card may be used by one thread at a time.
 */
#ifndef SOFTCARD_H
#define SOFTCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SOFTCARD_ATR_MAX 33
#define SOFTCARD_RESPONSE_MAX 258 /* 256 octets and the status word */

struct softcard;

/* A blank card: standard AID, no objects. NULL: no memory. */
struct softcard *softcard_new(void);

/* Free the card without saving it; NULL is accepted. */
void softcard_free(struct softcard *card);

/* The last error, a sentence; owned by the card, good until its next call. */
const char *softcard_error(const struct softcard *card);

/* Personalise the card. `profile`: file name; `state`: file name or NULL.
 * If the state file exists the store is read from it and only quirks and
 * faults from the profile; else the store is made from the profile (keys are
 * generated, certificates issued) and saved to the state file. Later changes
 * are saved as they happen. Files a profile names are relative to it. Load a
 * card once. */
bool softcard_load(struct softcard *card, const char *profile,
                   const char *state);

/* As softcard_load without a state file, from the text of a profile. */
bool softcard_load_text(struct softcard *card, const char *profile);

/* Save the store to its state file now; true when there is none. */
bool softcard_save(struct softcard *card);

/* Set a quirk, "name=value" (README, softcard_quirks_help). */
bool softcard_quirk(struct softcard *card, const char *setting);
void softcard_quirks_help(FILE *to);

/* Add a fault, "ins=2B,nth=2,sw=6F00" (README). Clear all faults. */
bool softcard_fault(struct softcard *card, const char *text);
void softcard_faults_clear(struct softcard *card);

/* Write every exchange to `to` from now on, "> hex" and "< hex", one line
 * each, flushed; NULL stops. `to` is borrowed. */
void softcard_log(struct softcard *card, FILE *to);

/* Power on or reset: channels closed, applet not selected, sessions and
 * volatile keys gone. */
void softcard_reset(struct softcard *card);

/* The answer to reset: at most SOFTCARD_ATR_MAX octets to `atr`; returns
 * their number. */
size_t softcard_atr(const struct softcard *card, uint8_t *atr);

enum softcard_result {
    SOFTCARD_ANSWERED,
    SOFTCARD_SILENT, /* a fault: no answer will come         */
    SOFTCARD_REMOVED /* a fault: the card left the reader    */
};

/* One command APDU (`cmdlen` octets, any content) and its answer: to `rsp`,
 * with room for SOFTCARD_RESPONSE_MAX octets, `*rsplen` their number, 0 unless
 * ANSWERED. A delay fault sleeps here. */
enum softcard_result softcard_exchange(struct softcard *card,
                                       const uint8_t *cmd, size_t cmdlen,
                                       uint8_t *rsp, size_t *rsplen);

/* Write the content of file `label` as a PEM certificate / the public key
 * `label` as PEM. */
bool softcard_export_certificate(struct softcard *card, const char *label,
                                 FILE *to);
bool softcard_export_public(struct softcard *card, const char *label, FILE *to);

#endif
