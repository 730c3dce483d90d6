/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public-key work in software, by the default provider in the private library
 * context: keys, verification, encodings. Never reaches a card.
 */
#ifndef IOTSIM_OPS_SOFT_H
#define IOTSIM_OPS_SOFT_H

#include <openssl/evp.h>

#include "base/bytes.h"
#include "card/card.h"
#include "ops/ctx.h"

/* A public key of the default provider; NULL when it is none: a point that is
 * not on the curve of `type`, a modulus of another length. The caller frees
 * it. */
EVP_PKEY *soft_public_key(const struct prov_ctx *ctx,
                          const struct key_type *type,
                          const struct applet_public_key *key);

/* The type of a key, NULL when the applet has no such keys. */
const struct key_type *soft_key_type(const EVP_PKEY *key);

/* The digest called `name`; NULL, with nothing raised, when there is none or its
 * output has no length of its own (SHAKE). The caller frees it. */
EVP_MD *soft_digest(const struct prov_ctx *ctx, const char *name);

enum { SOFT_POINT_MAX = 1 + 2 * 72 }; /* octets: curves over GF(2^571) */

/* The point of an EC key, uncompressed: octets written to `out` (`size`), 0
 * when it has none. */
size_t soft_ec_point(const EVP_PKEY *key, uint8_t *out, size_t size);

/* 1 when `signature` is that of `hash` by `key` in the scheme that `params`
 * describes (OSSL_SIGNATURE_PARAM_...; NULL for ECDSA); 0 when not; with
 * nothing left on the error queue either way. */
int soft_verify(const struct prov_ctx *ctx, EVP_PKEY *key,
                const OSSL_PARAM params[], struct bytes signature,
                struct bytes hash);

/* DER of Ecdsa-Sig-Value (RFC 3279 2.2.3) from r || s. Writes to `out` when
 * it is not NULL and `size` suffices. Octets of DER, or 0. */
size_t soft_ecdsa_der(struct bytes rs, uint8_t *out, size_t size);

/* DER of the AlgorithmIdentifier of a signature by `key` with the digest `md`
 * in the scheme that `params` describes: octets written to `out` (`size`), 0
 * when there is none. */
size_t soft_algorithm_id(const struct prov_ctx *ctx, EVP_PKEY *key,
                         const char *md, const OSSL_PARAM params[],
                         uint8_t *out, size_t size);

#endif
