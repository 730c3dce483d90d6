/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From results to OpenSSL's error queue: the only place that touches it. An
 * entry names what was tried, the sentence of the error, and what the card or
 * the system said.
 */
#ifndef IOTSIM_OPS_ERR_H
#define IOTSIM_OPS_ERR_H

#include <openssl/core.h>

#include "iotsim/result.h"
#include "ops/ctx.h"

/* Raise `result` as one entry; the format says what was tried and on what,
 * e.g. "signing with %s". Never give it a secret. Always returns 0, so that a
 * dispatch function may fail with it. */
#define ERR_RAISE(ctx, result, ...) \
    err_raise((ctx), (result), __FILE__, __LINE__, __func__, __VA_ARGS__)

int err_raise(const struct prov_ctx *ctx, iotsim_result result,
              const char *file, int line, const char *function,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The reason strings, made from the list of errors. Static. */
const OSSL_ITEM *err_reasons(void);

#endif
