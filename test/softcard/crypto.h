/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the card asks of libcrypto: 256-bit curves, hashes, HMAC, random.
 *
 * Keys are plain octets: a private scalar of 32, a public point of 65 (04 X Y),
 * a signature of 64 (r s). Functions return false when libcrypto refuses; the
 * outputs are then unusable.
 */
#ifndef SOFTCARD_CRYPTO_H
#define SOFTCARD_CRYPTO_H

#include "tlv.h"

#define SCALAR_LEN 32
#define POINT_LEN 65
#define RAW_SIGNATURE_LEN 64
#define DER_SIGNATURE_MAX 72
#define HASH_MAX 64

enum curve { CURVE_NONE, CURVE_P256, CURVE_BRAINPOOL };

struct evp_pkey_st; /* EVP_PKEY: only issue.c looks inside */

/* The libcrypto key of a scalar or of a point (the other may be NULL). The
 * caller frees it with EVP_PKEY_free. NULL when it is not on the curve. */
struct evp_pkey_st *crypto_key(enum curve curve, const uint8_t *scalar,
                               const uint8_t *point);

/* Make a key pair; `point` of a given `scalar`; is `point` on the curve? */
bool crypto_generate(enum curve curve, uint8_t scalar[SCALAR_LEN],
                     uint8_t point[POINT_LEN]);
bool crypto_point(enum curve curve, const uint8_t scalar[SCALAR_LEN],
                  uint8_t point[POINT_LEN]);
bool crypto_on_curve(enum curve curve, const uint8_t point[POINT_LEN]);

/* ECDSA over a hash (32, 48 or 64 octets), random k. */
bool crypto_sign(enum curve curve, const uint8_t scalar[SCALAR_LEN],
                 struct view hash, uint8_t signature[RAW_SIGNATURE_LEN]);
bool crypto_verify(enum curve curve, const uint8_t point[POINT_LEN],
                   struct view hash,
                   const uint8_t signature[RAW_SIGNATURE_LEN]);

/* r s to DER appended to `der`; DER (up to 72 octets) to r s. */
bool crypto_to_der(const uint8_t signature[RAW_SIGNATURE_LEN], struct out *der);
bool crypto_from_der(struct view der, uint8_t signature[RAW_SIGNATURE_LEN]);

/* ECDH: the x coordinate, `secret` 32 octets. */
bool crypto_agree(enum curve curve, const uint8_t scalar[SCALAR_LEN],
                  const uint8_t point[POINT_LEN], uint8_t secret[SCALAR_LEN]);

/* Octets of the hash a selector (tag 91) names, 0 when it names none. */
size_t crypto_hash_len(unsigned int selector);

/* A hash being computed; new: NULL on failure; final: `hash` has room for
 * HASH_MAX, returns the length or 0; free accepts NULL. */
struct crypto_hash;
struct crypto_hash *crypto_hash_new(unsigned int selector);
bool crypto_hash_add(struct crypto_hash *hash, struct view text);
size_t crypto_hash_final(struct crypto_hash *hash, uint8_t out[HASH_MAX]);
void crypto_hash_free(struct crypto_hash *hash);

/* Finish a hash begun elsewhere (mode 02): chaining value, octets it covers
 * (whole blocks), the octets that remain. Returns the length, 0 on failure. */
size_t crypto_hash_resume(unsigned int selector, struct view chaining,
                          uint32_t hashed, struct view rest,
                          uint8_t out[HASH_MAX]);

/* HMAC with the hash of `selector`; returns the length or 0. */
size_t crypto_hmac(unsigned int selector, struct view key, struct view data,
                   uint8_t out[HASH_MAX]);

/* The PRF of RFC 5246 with SHA-256, `n` octets (1..255) to `out`. */
bool crypto_prf(struct view secret, struct view label_and_seed, uint8_t *out,
                size_t n);

bool crypto_random(uint8_t *out, size_t n);
void crypto_cleanse(void *octets, size_t n);

#endif
