/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of the card's cryptography: libcrypto's default provider, with
 * the types of the layer under test. Functions end the program when libcrypto
 * fails at what it should not.
 */
#ifndef TEST_UNIT_CARD_HOST_H
#define TEST_UNIT_CARD_HOST_H

#include <openssl/evp.h>

#include "card/card.h"

/* The public key `half`, an own key of `type` (EC). EVP_PKEY_free. */
EVP_PKEY *host_public(const struct key_type *type,
                      const struct applet_public_key *half);
EVP_PKEY *host_generate(const struct key_type *type);

/* The point of an EC key. */
void host_point(EVP_PKEY *pkey, uint8_t point[APPLET_POINT_LEN]);

/* ECDH: x coordinate of own * peer. */
void host_agree(EVP_PKEY *own, EVP_PKEY *peer,
                uint8_t secret[APPLET_SECRET_LEN]);

/* True when r || s is a signature of `hash`, which may have any length. */
bool host_verify_ecdsa(EVP_PKEY *pkey, struct bytes hash, const uint8_t *rs);

/* True when `signature` is one of `hash` by SIGN_ `algorithm` with the digest
 * called `digest`; the salt of PSS as long as the hash. */
bool host_verify_rsa(EVP_PKEY *pkey, uint8_t algorithm, const char *digest,
                     struct bytes hash, struct bytes signature);

/* The digest of `text`; returns its octets. */
size_t host_hash(const char *digest, struct bytes text,
                 uint8_t hash[APPLET_HASH_MAX]);

#endif
