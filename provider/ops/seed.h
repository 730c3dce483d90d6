/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random octets for the generators of rand.c: all of them from the operating
 * system, always, and those of the card over the first few.
 *
 * libcrypto holds the lock of its own generator while it calls, so nothing here
 * draws from that one or waits longer than it says. Nothing is kept between
 * requests: a forked child gets octets of its own.
 */
#ifndef IOTSIM_OPS_SEED_H
#define IOTSIM_OPS_SEED_H

#include "ops/ctx.h"

/* Fill `out` with `len` octets; 0 with an error raised. */
typedef int seed_fill_fn(const struct prov_ctx *ctx, unsigned char *out,
                         size_t len);

/* From the system alone. */
seed_fill_fn seed_from_system;

/* And from the card if it answers within a second; if it does not, or anything
 * is wrong with it, that is logged and nothing is raised. */
seed_fill_fn seed_with_card_if_any;

/* And from the card within the setting `timeout`; a failure if it does not
 * answer, and then `out` is cleansed. */
seed_fill_fn seed_with_card;

#endif
