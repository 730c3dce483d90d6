/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public-key work in software, by the default provider in the private library
 * context: keys, verification, encodings. Never reaches a card.
 */
#ifndef IOTSIM_OPS_SOFT_H
#define IOTSIM_OPS_SOFT_H

#include <openssl/evp.h>

#include "base/bytes.h"
#include "ops/ctx.h"

/* An EC public key of the named `group` from the point 04 X Y; NULL when the
 * point is not on the curve. The caller frees it. */
EVP_PKEY *soft_ec_key(const struct prov_ctx *ctx, const char *group,
                      struct bytes point);

enum { SOFT_POINT_MAX = 1 + 2 * 66 }; /* octets: P-521 is the largest */

/* The point of an EC key, uncompressed: octets written to `out` (`size`), 0
 * when it has none. */
size_t soft_ec_point(const EVP_PKEY *key, uint8_t *out, size_t size);

/* 1 when `signature` is that of `hash` by `key`; 0 when not; with nothing
 * left on the error queue either way. */
int soft_verify(const struct prov_ctx *ctx, EVP_PKEY *key,
                struct bytes signature, struct bytes hash);

/* DER of Ecdsa-Sig-Value (RFC 3279 2.2.3) from r || s. Writes to `out` when
 * it is not NULL and `size` suffices. Octets of DER, or 0. */
size_t soft_ecdsa_der(struct bytes rs, uint8_t *out, size_t size);

/* DER of the AlgorithmIdentifier of a signature by `key` with the digest
 * `md`: octets written to `out` (`size`), 0 when there is none. */
size_t soft_algorithm_id(const struct prov_ctx *ctx, EVP_PKEY *key,
                         const char *md, uint8_t *out, size_t size);

#endif
