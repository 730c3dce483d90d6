/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the card computes, computed by libcrypto, to compare. Failures of
 * libcrypto itself are failed checks.
 */
#ifndef TEST_UNIT_APPLET_LIBCRYPTO_H
#define TEST_UNIT_APPLET_LIBCRYPTO_H

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "applet/applet.h"
#include "support/check.h"

/* The P-256 public key 04 X Y; NULL when that is no point of the curve. */
static inline EVP_PKEY *crypto_public(const uint8_t point[APPLET_POINT_LEN])
{
    char group[] = "P-256";
    uint8_t copy[APPLET_POINT_LEN];
    OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group,
                               sizeof group - 1),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    memcpy(copy, point, sizeof copy);
    CHECK(EVP_PKEY_fromdata_init(ctx) == 1 &&
          EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* Octets of r || s in DER; to be freed with OPENSSL_free. */
static inline int crypto_to_der(const uint8_t *rs, uint8_t **der)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    int len;

    ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL), BN_bin2bn(rs + 32, 32, NULL));
    len = i2d_ECDSA_SIG(sig, der);
    CHECK(len > 0);
    ECDSA_SIG_free(sig);
    return len;
}

/* Is r || s a signature of `hash` by the owner of `point`? */
static inline bool crypto_verifies(const uint8_t point[APPLET_POINT_LEN],
                                   struct bytes hash, const uint8_t *rs)
{
    EVP_PKEY *key = crypto_public(point);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    uint8_t *der = NULL;
    int len = crypto_to_der(rs, &der);
    bool good =
        ctx != NULL && len > 0 && EVP_PKEY_verify_init(ctx) == 1 &&
        EVP_PKEY_verify(ctx, der, (size_t)len, hash.data, hash.len) == 1;

    OPENSSL_free(der);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return good;
}

/* The RSA public key; NULL when libcrypto does not like it. */
static inline EVP_PKEY *crypto_rsa(struct bytes modulus, struct bytes exponent)
{
    BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.len, NULL);
    BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.len, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    CHECK(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
          OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1);
    params = OSSL_PARAM_BLD_to_param(build);
    CHECK(EVP_PKEY_fromdata_init(ctx) == 1 &&
          EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    BN_free(e);
    BN_free(n);
    return key;
}

/* Is it a signature of `text` by the owner of `key`? ECDSA: r || s. */
static inline bool crypto_verifies_text(EVP_PKEY *key, uint8_t algorithm,
                                        const EVP_MD *md, struct bytes text,
                                        struct bytes signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = NULL;
    uint8_t *der = NULL;
    bool good = EVP_DigestVerifyInit(ctx, &how, md, NULL, key) == 1;

    if (algorithm == SIGN_RSA_PSS)
        good =
            good &&
            EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
    if (algorithm == SIGN_ECDSA) {
        signature.len = (size_t)crypto_to_der(signature.data, &der);
        signature.data = der;
    }
    good = good && EVP_DigestVerify(ctx, signature.data, signature.len,
                                    text.data, text.len) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(ctx);
    return good;
}

/* x coordinate of `own` * `point`. */
static inline void crypto_dh(EVP_PKEY *own,
                             const uint8_t point[APPLET_POINT_LEN],
                             uint8_t secret[APPLET_SECRET_LEN])
{
    EVP_PKEY *peer = crypto_public(point);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
    size_t len = APPLET_SECRET_LEN;

    memset(secret, 0, APPLET_SECRET_LEN);
    CHECK(EVP_PKEY_derive_init(ctx) == 1 &&
          EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
          EVP_PKEY_derive(ctx, secret, &len) == 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
}

/* PRF of RFC 5246 with SHA-256; `seed`: label and seed. */
static inline void crypto_prf(struct bytes secret, struct bytes seed,
                              uint8_t *out, size_t len)
{
    char digest[] = "SHA256";
    uint8_t secret_copy[64];
    uint8_t seed_copy[128];
    OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, digest,
                               sizeof digest - 1),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SECRET, secret_copy, secret.len),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, seed_copy, seed.len),
        OSSL_PARAM_END,
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    memcpy(secret_copy, secret.data, secret.len);
    memcpy(seed_copy, seed.data, seed.len);
    CHECK(EVP_KDF_derive(ctx, out, len, params) == 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

/* HKDF-Extract with SHA-256. */
static inline void crypto_extract(struct bytes salt, struct bytes ikm,
                                  uint8_t out[32])
{
    CHECK(HMAC(EVP_sha256(), salt.data, (int)salt.len, ikm.data, ikm.len, out,
               NULL) != NULL);
}

#endif
