/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA keys, in DER as RFC 8017 A.1 has them; see family.h.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "family.h"

static bool is_of(const struct kind_row *kind, const EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == kind->bits;
}

/* The key, if it is of the kind and took all octets. */
static EVP_PKEY *checked(const struct kind_row *kind, EVP_PKEY *key,
                         struct view octets, const uint8_t *end)
{
    if (key && end == octets.at + octets.len && is_of(kind, key))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static EVP_PKEY *private_key(const struct kind_row *kind, struct view octets)
{
    const uint8_t *at = octets.at;
    EVP_PKEY *key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &at, (long)octets.len);

    return checked(kind, key, octets, at);
}

static EVP_PKEY *public_key(const struct kind_row *kind, struct view octets)
{
    const uint8_t *at = octets.at;
    EVP_PKEY *key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)octets.len);

    return checked(kind, key, octets, at);
}

/* Append DER that libcrypto allocated, and free it. */
static bool put_der(uint8_t *der, int len, struct out *octets)
{
    if (len <= 0)
        return false;
    out_bytes(octets, (struct view){ .at = der, .len = (size_t)len });
    OPENSSL_clear_free(der, (size_t)len);
    return !octets->failed;
}

static bool put_private(const struct kind_row *kind, const EVP_PKEY *key,
                        struct out *octets)
{
    uint8_t *der = NULL;
    int len = is_of(kind, key) ? i2d_PrivateKey(key, &der) : 0;

    return put_der(der, len, octets);
}

static bool put_public(const struct kind_row *kind, const EVP_PKEY *key,
                       struct out *octets)
{
    uint8_t *der = NULL;
    int len = is_of(kind, key) ? i2d_PublicKey(key, &der) : 0;

    return put_der(der, len, octets);
}

static EVP_PKEY *generate(const struct kind_row *kind)
{
    return EVP_RSA_gen((unsigned int)kind->bits);
}

static bool public_of(const struct kind_row *kind, struct view private,
                      struct out *public)
{
    EVP_PKEY *key = private_key(kind, private);
    bool ok = key && put_public(kind, key, public);

    EVP_PKEY_free(key);
    return ok;
}

const struct family rsa_family = {
    .generate = generate,
    .private_key = private_key,
    .public_key = public_key,
    .put_private = put_private,
    .put_public = put_public,
    .public_of = public_of,
};

static EVP_PKEY *from_numbers(const BIGNUM *n, const BIGNUM *e)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

    if (build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
        params = OSSL_PARAM_BLD_to_param(build);
    if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    return key;
}

bool crypto_rsa_join(enum kind kind, struct view modulus, struct view exponent,
                     struct out *public)
{
    if (!crypto_is_rsa(kind) || modulus.len != crypto_signature_len(kind) ||
        exponent.len > EXPONENT_MAX)
        return false;
    BIGNUM *n = BN_bin2bn(modulus.at, (int)modulus.len, NULL);
    BIGNUM *e = BN_bin2bn(exponent.at, (int)exponent.len, NULL);
    EVP_PKEY *key = n && e ? from_numbers(n, e) : NULL;
    bool ok = key && crypto_put_public(kind, key, public);

    EVP_PKEY_free(key);
    BN_free(e);
    BN_free(n);
    return ok;
}

/* Append one number of the key, without leading zeros. */
static bool put_number(const EVP_PKEY *key, const char *name, struct out *out)
{
    uint8_t octets[MODULUS_MAX];
    BIGNUM *number = NULL;
    bool ok = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
              BN_num_bytes(number) <= MODULUS_MAX;

    if (ok) {
        size_t len = (size_t)BN_bn2bin(number, octets);

        out_bytes(out, (struct view){ .at = octets, .len = len });
    }
    BN_free(number);
    return ok && !out->failed;
}

bool crypto_rsa_split(enum kind kind, struct view public, struct out *modulus,
                      struct out *exponent)
{
    EVP_PKEY *key =
        crypto_is_rsa(kind) ? crypto_public_key(kind, public) : NULL;
    bool ok = key && put_number(key, OSSL_PKEY_PARAM_RSA_N, modulus) &&
              put_number(key, OSSL_PKEY_PARAM_RSA_E, exponent);

    EVP_PKEY_free(key);
    return ok;
}
