/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the card asks of libcrypto: keys, hashes, HMAC, random.
 *
 * Keys are plain octets, as the store and the state file have them:
 *
 *   family   private                      public
 *   EC       scalar, 32 octets            point, 65 octets (04 X Y)
 *   RSA      RSAPrivateKey in DER         RSAPublicKey in DER (RFC 8017 A.1)
 *
 * A signature is r s (64 octets) or the RSA value (as long as the modulus).
 * Functions return false, or NULL, when libcrypto refuses; the outputs are
 * then unusable.
 */
#ifndef SOFTCARD_CRYPTO_H
#define SOFTCARD_CRYPTO_H

#include "tlv.h"

#define SCALAR_LEN 32
#define POINT_LEN 65
#define DER_SIGNATURE_MAX 72
#define HASH_MAX 64

/* The longest of each: those of RSA 4096. */
#define PRIVATE_MAX 2400
#define PUBLIC_MAX 544
#define MODULUS_MAX 512
#define EXPONENT_MAX 8
#define SIGNATURE_MAX MODULUS_MAX

enum kind {
    KIND_NONE,
    KIND_P256,
    KIND_BRAINPOOL,
    KIND_RSA_2048,
    KIND_RSA_3072,
    KIND_RSA_4096
};

struct evp_pkey_st; /* EVP_PKEY: only files on libcrypto look inside */
struct evp_md_st;   /* EVP_MD */

/* Its family. */
bool crypto_is_ec(enum kind kind);
bool crypto_is_rsa(enum kind kind);

/* Which algorithms sign with such a key: bits of tag 92, 0 for KIND_NONE. How
 * many octets have its signatures? */
uint8_t crypto_schemes(enum kind kind);
size_t crypto_signature_len(enum kind kind);

/* The libcrypto key of stored octets; the caller frees it with EVP_PKEY_free.
 * A private EC key lacks its public half. */
struct evp_pkey_st *crypto_private_key(enum kind kind, struct view private);
struct evp_pkey_st *crypto_public_key(enum kind kind, struct view public);

/* Append the octets of a libcrypto key; false: it is of another kind. */
bool crypto_put_private(enum kind kind, const struct evp_pkey_st *key,
                        struct out *private);
bool crypto_put_public(enum kind kind, const struct evp_pkey_st *key,
                       struct out *public);

/* Make a key pair; the public half of a private one; is `public` on its curve,
 * or what an RSA key may be? */
bool crypto_generate(enum kind kind, struct out *private, struct out *public);
bool crypto_public_of(enum kind kind, struct view private, struct out *public);
bool crypto_public_ok(enum kind kind, struct view public);

/* An RSA public key from modulus (of exactly the length of the kind) and
 * exponent (at most 8 octets), and taken apart; no leading zeros. */
bool crypto_rsa_join(enum kind kind, struct view modulus, struct view exponent,
                     struct out *public);
bool crypto_rsa_split(enum kind kind, struct view public, struct out *modulus,
                      struct out *exponent);

/* How to sign: one bit of tag 92, one of tag 91. PSS: MGF1 with the same hash,
 * salt as long as the hash. */
struct scheme {
    unsigned int algorithm;
    unsigned int hash;
};

/* Append the signature over a hash; check one of crypto_signature_len. */
bool crypto_sign(enum kind kind, struct view private, struct scheme scheme,
                 struct view hash, struct out *signature);
bool crypto_verify(enum kind kind, struct view public, struct scheme scheme,
                   struct view hash, struct view signature);

/* r s to DER, and DER (up to 72 octets) to r s; appended. */
bool crypto_to_der(struct view raw, struct out *der);
bool crypto_from_der(struct view der, struct out *raw);

/* ECDH: the x coordinate, `secret` 32 octets. */
bool crypto_agree(enum kind kind, struct view private, struct view public,
                  uint8_t secret[SCALAR_LEN]);

/* The hash a selector (tag 91) names and its octets; NULL and 0 when it names
 * none. */
const struct evp_md_st *crypto_md(unsigned int selector);
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
