/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an answer leaves the card: at once, by 61xx and GET RESPONSE, or after
 * 6Cxx and the same command again. Reference: iot-safe-apdu 2.5.
 */
#ifndef SOFTCARD_RESPOND_H
#define SOFTCARD_RESPOND_H

#include "card.h"

/* Does this card insist on the right Le (T=0)? */
bool respond_is_strict(const struct softcard *card);

/* Is the command GET RESPONSE, or the repeated command a 6Cxx asked for? Then
 * answer it to `out` and return true. Any other command ends the waiting. */
bool respond_waiting(struct softcard *card, const struct apdu *apdu,
                     struct out *out);

/* The empty body of a new answer, in storage of the card. */
struct out respond_begin(struct softcard *card);

/* Deliver the body a command wrote, and its status, to `out`. */
void respond_end(struct softcard *card, const struct apdu *apdu,
                 const struct out *body, unsigned int sw, struct out *out);

/* Nothing waits any more; the body is cleansed. */
void respond_forget(struct softcard *card);

#endif
