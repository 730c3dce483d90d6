/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elliptic curves and random numbers on libcrypto; hashes are in hash.c and
 * certificates in issue.c.
 *
 * Every command builds its key anew from the stored octets: slower than
 * keeping EVP_PKEYs, and nothing to keep in step with the store.
 */
#include "crypto.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <string.h>

static const char *const groups[] = {
    [CURVE_NONE] = NULL,
    [CURVE_P256] = "prime256v1",
    [CURVE_BRAINPOOL] = "brainpoolP256r1",
};

/* Parameters of a key; `scalar` is kept alive by the caller until they are
 * used, because the builder borrows it. */
static OSSL_PARAM *key_params(const char *group, const BIGNUM *scalar,
                              const uint8_t *point)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;

    if (build &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                        group, 0) &&
        (!scalar ||
         OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar)) &&
        (!point || OSSL_PARAM_BLD_push_octet_string(
                       build, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_LEN)))
        params = OSSL_PARAM_BLD_to_param(build);
    OSSL_PARAM_BLD_free(build);
    return params;
}

struct evp_pkey_st *crypto_key(enum curve curve, const uint8_t *scalar,
                               const uint8_t *point)
{
    EVP_PKEY *key = NULL;
    BIGNUM *d = NULL;
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    int selection = scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;

    if (!ctx || curve == CURVE_NONE)
        goto out;
    if (scalar && !(d = BN_secure_new()))
        goto out;
    if (d && !BN_bin2bn(scalar, SCALAR_LEN, d))
        goto out;
    params = key_params(groups[curve], d, point);
    if (params && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &key, selection, params);
out:
    OSSL_PARAM_free(params);
    BN_clear_free(d);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* The octets of a libcrypto key. */
static bool key_octets(const EVP_PKEY *key, uint8_t scalar[SCALAR_LEN],
                       uint8_t point[POINT_LEN])
{
    BIGNUM *d = NULL;
    size_t len = 0;
    bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
              BN_bn2binpad(d, scalar, SCALAR_LEN) == SCALAR_LEN &&
              EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
                                              point, POINT_LEN, &len) == 1 &&
              len == POINT_LEN;

    BN_clear_free(d);
    return ok;
}

bool crypto_generate(enum curve curve, uint8_t scalar[SCALAR_LEN],
                     uint8_t point[POINT_LEN])
{
    EVP_PKEY *key = curve == CURVE_NONE ? NULL : EVP_EC_gen(groups[curve]);
    bool ok = key && key_octets(key, scalar, point);

    EVP_PKEY_free(key);
    return ok;
}

bool crypto_point(enum curve curve, const uint8_t scalar[SCALAR_LEN],
                  uint8_t point[POINT_LEN])
{
    if (curve == CURVE_NONE)
        return false;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_txt2nid(groups[curve]));
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    BIGNUM *d = BN_secure_new();
    bool ok = q && d && BN_bin2bn(scalar, SCALAR_LEN, d) && !BN_is_zero(d) &&
              BN_cmp(d, EC_GROUP_get0_order(group)) < 0 &&
              EC_POINT_mul(group, q, d, NULL, NULL, NULL) &&
              EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point,
                                 POINT_LEN, NULL) == POINT_LEN;

    BN_clear_free(d);
    EC_POINT_free(q);
    EC_GROUP_free(group);
    return ok;
}

bool crypto_on_curve(enum curve curve, const uint8_t point[POINT_LEN])
{
    EVP_PKEY *key = point[0] == 4 ? crypto_key(curve, NULL, point) : NULL;
    EVP_PKEY_CTX *ctx =
        key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok = ctx && EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

bool crypto_from_der(struct view der, uint8_t signature[RAW_SIGNATURE_LEN])
{
    const uint8_t *at = der.at;
    const BIGNUM *r = NULL;
    const BIGNUM *s = NULL;

    if (der.len > DER_SIGNATURE_MAX)
        return false;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    if (!sig || at != der.at + der.len) {
        ECDSA_SIG_free(sig);
        return false;
    }
    ECDSA_SIG_get0(sig, &r, &s);
    bool ok = BN_bn2binpad(r, signature, 32) == 32 &&
              BN_bn2binpad(s, signature + 32, 32) == 32;
    ECDSA_SIG_free(sig);
    return ok;
}

bool crypto_to_der(const uint8_t signature[RAW_SIGNATURE_LEN], struct out *der)
{
    uint8_t octets[DER_SIGNATURE_MAX];
    uint8_t *at = octets;
    BIGNUM *r = BN_bin2bn(signature, 32, NULL);
    BIGNUM *s = BN_bin2bn(signature + 32, 32, NULL);
    ECDSA_SIG *sig = ECDSA_SIG_new();

    if (!r || !s || !sig || !ECDSA_SIG_set0(sig, r, s)) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(sig);
        return false;
    }
    int len = i2d_ECDSA_SIG(sig, NULL);
    bool ok =
        len > 0 && len <= DER_SIGNATURE_MAX && i2d_ECDSA_SIG(sig, &at) == len;
    ECDSA_SIG_free(sig);
    if (ok)
        out_bytes(der, (struct view){ .at = octets, .len = (size_t)len });
    return ok && !der->failed;
}

bool crypto_sign(enum curve curve, const uint8_t scalar[SCALAR_LEN],
                 struct view hash, uint8_t signature[RAW_SIGNATURE_LEN])
{
    uint8_t der[DER_SIGNATURE_MAX];
    size_t len = sizeof der;
    EVP_PKEY *key = crypto_key(curve, scalar, NULL);
    EVP_PKEY_CTX *ctx =
        key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok =
        ctx && EVP_PKEY_sign_init(ctx) == 1 &&
        EVP_PKEY_sign(ctx, der, &len, hash.at, hash.len) == 1 &&
        crypto_from_der((struct view){ .at = der, .len = len }, signature);

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

bool crypto_verify(enum curve curve, const uint8_t point[POINT_LEN],
                   struct view hash, const uint8_t signature[RAW_SIGNATURE_LEN])
{
    uint8_t octets[DER_SIGNATURE_MAX];
    struct out der = OUT_OVER(octets);
    EVP_PKEY *key = crypto_key(curve, NULL, point);
    EVP_PKEY_CTX *ctx =
        key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok = ctx && crypto_to_der(signature, &der) &&
              EVP_PKEY_verify_init(ctx) == 1 &&
              EVP_PKEY_verify(ctx, der.at, der.len, hash.at, hash.len) == 1;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

bool crypto_agree(enum curve curve, const uint8_t scalar[SCALAR_LEN],
                  const uint8_t point[POINT_LEN], uint8_t secret[SCALAR_LEN])
{
    size_t len = SCALAR_LEN;
    EVP_PKEY *own = crypto_key(curve, scalar, NULL);
    EVP_PKEY *peer = crypto_key(curve, NULL, point);
    EVP_PKEY_CTX *ctx =
        own ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
    bool ok = ctx && peer && EVP_PKEY_derive_init(ctx) == 1 &&
              EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
              EVP_PKEY_derive(ctx, secret, &len) == 1 && len == SCALAR_LEN;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(own);
    return ok;
}

bool crypto_random(uint8_t *out, size_t n)
{
    return RAND_bytes(out, (int)n) == 1;
}

void crypto_cleanse(void *octets, size_t n)
{
    OPENSSL_cleanse(octets, n);
}
