/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message to be signed or verified, as far as the card hashes it: nothing of
 * it in MODE_PAD_SIGN, the last block in MODE_LAST_BLOCK, all of it in
 * MODE_FULL_TEXT (IoT.05 2.5.14).
 */
#ifndef IOTSIM_OPS_TBS_H
#define IOTSIM_OPS_TBS_H

#include "ops/sha2.h"

/* Octets of a message for MODE_FULL_TEXT, 96 a command: what a card gets within
 * the time of one request (card/run.c) at 40 ms a command. */
enum { TBS_TEXT_MAX = 256 * 1024 };

/* All zero is a message that was not begun. */
struct tbs {
    uint8_t mode;        /* MODE_ */
    uint16_t hash;       /* HASH_ */
    struct sha2 *blocks; /* MODE_LAST_BLOCK */
    uint8_t *text;       /* MODE_FULL_TEXT: `len` octets, room for `size` */
    size_t len;
    size_t size;
};

/* Begin a message that is all zero. Errors: NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result tbs_begin(struct tbs *t, uint8_t mode,
                                        uint16_t hash);

/* Append `data`. Errors: NO_MEMORY; TOO_LONG: more than TBS_TEXT_MAX octets,
 * or than the card can count. */
IOTSIM_MUST_USE iotsim_result tbs_add(struct tbs *t, struct bytes data);

/* The message for the card; `final` is its hash, for MODE_PAD_SIGN. Borrowed
 * from both. The algorithm is left to the caller. */
struct applet_message tbs_view(struct tbs *t, struct bytes final);

/* Make the all zero `to` a copy of `from`; false when out of memory, `to` is
 * then still to be wiped. */
bool tbs_copy(struct tbs *to, const struct tbs *from);

/* Cleanse and free what it holds, make it all zero. */
void tbs_wipe(struct tbs *t);

#endif
