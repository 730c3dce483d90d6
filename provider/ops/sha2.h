/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256, SHA-384 and SHA-512 up to the last block, which is left to the card
 * (MODE_LAST_BLOCK; IoT.05 2.5.14). FIPS 180-4 section 6.
 */
#ifndef IOTSIM_OPS_SHA2_H
#define IOTSIM_OPS_SHA2_H

#include "card/card.h"

struct sha2;

/* A new hash of nothing; `hash` is a HASH_ value. NULL when it is none, or out
 * of memory. */
struct sha2 *sha2_new(uint16_t hash);

/* A copy that goes its own way; NULL when out of memory. */
struct sha2 *sha2_dup(const struct sha2 *from);

/* Cleanse and free. Accepts NULL. */
void sha2_free(struct sha2 *s);

/* Hash `data`. False, with nothing hashed, when it makes more octets than
 * the card can count (2^32 - 1). */
bool sha2_add(struct sha2 *s, struct bytes data);

/* What was added, as the card wants it: `hashed` octets gave `chaining`, and
 * `input` is the rest: 1 octet up to a whole block, empty when nothing was
 * added. Borrowed until the next change. */
void sha2_view(struct sha2 *s, struct applet_message *out);

#endif
