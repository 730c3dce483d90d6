/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and signatures on the two 256-bit curves; see family.h.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "family.h"

#define HALF_LEN 32

/* Parameters of a key; `scalar` is kept alive by the caller until they are
 * used, because the builder borrows it. */
static OSSL_PARAM *key_params(const char *group, const BIGNUM *scalar,
                              struct view point)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;

    if (build &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                        group, 0) &&
        (!scalar ||
         OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar)) &&
        (!point.len ||
         OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
                                          point.at, point.len)))
        params = OSSL_PARAM_BLD_to_param(build);
    OSSL_PARAM_BLD_free(build);
    return params;
}

static EVP_PKEY *from_params(OSSL_PARAM *params, int selection)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

    if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &key, selection, params);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *private_key(const struct kind_row *kind, struct view octets)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = NULL;
    BIGNUM *d = BN_secure_new();

    if (d && octets.len == SCALAR_LEN && BN_bin2bn(octets.at, SCALAR_LEN, d))
        params = key_params(kind->group, d, (struct view){ .len = 0 });
    if (params)
        key = from_params(params, EVP_PKEY_KEYPAIR);
    OSSL_PARAM_free(params);
    BN_clear_free(d);
    return key;
}

static EVP_PKEY *public_key(const struct kind_row *kind, struct view octets)
{
    if (octets.len != POINT_LEN || octets.at[0] != 0x04)
        return NULL;
    OSSL_PARAM *params = key_params(kind->group, NULL, octets);
    EVP_PKEY *key = from_params(params, EVP_PKEY_PUBLIC_KEY);

    OSSL_PARAM_free(params);
    return key;
}

static bool is_of(const struct kind_row *kind, const EVP_PKEY *key)
{
    char name[32];
    size_t len = 0;

    return EVP_PKEY_get_group_name(key, name, sizeof name, &len) == 1 &&
           strcmp(name, kind->group) == 0;
}

/* Append one number of the key as 32 octets. */
static bool put_number(const EVP_PKEY *key, const char *name, struct out *out)
{
    uint8_t octets[HALF_LEN];
    BIGNUM *number = NULL;
    bool ok = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
              BN_bn2binpad(number, octets, HALF_LEN) == HALF_LEN;

    BN_clear_free(number);
    if (ok)
        out_bytes(out, VIEW_OF(octets));
    crypto_cleanse(octets, sizeof octets);
    return ok && !out->failed;
}

static bool put_private(const struct kind_row *kind, const EVP_PKEY *key,
                        struct out *octets)
{
    return is_of(kind, key) &&
           put_number(key, OSSL_PKEY_PARAM_PRIV_KEY, octets);
}

/* By coordinates: a key that came in compressed form would leave in it. */
static bool put_public(const struct kind_row *kind, const EVP_PKEY *key,
                       struct out *octets)
{
    out_u8(octets, 0x04);
    return is_of(kind, key) &&
           put_number(key, OSSL_PKEY_PARAM_EC_PUB_X, octets) &&
           put_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, octets);
}

static EVP_PKEY *generate(const struct kind_row *kind)
{
    return EVP_EC_gen(kind->group);
}

static bool public_of(const struct kind_row *kind, struct view private,
                      struct out *public)
{
    uint8_t point[POINT_LEN];
    EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_txt2nid(kind->group));
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    BIGNUM *d = BN_secure_new();
    bool ok = private.len == SCALAR_LEN && q && d &&
              BN_bin2bn(private.at, SCALAR_LEN, d) && !BN_is_zero(d) &&
              BN_cmp(d, EC_GROUP_get0_order(group)) < 0 &&
              EC_POINT_mul(group, q, d, NULL, NULL, NULL) &&
              EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point,
                                 POINT_LEN, NULL) == POINT_LEN;

    if (ok)
        out_bytes(public, VIEW_OF(point));
    BN_clear_free(d);
    EC_POINT_free(q);
    EC_GROUP_free(group);
    return ok && !public->failed;
}

const struct family ec_family = {
    .generate = generate,
    .private_key = private_key,
    .public_key = public_key,
    .put_private = put_private,
    .put_public = put_public,
    .public_of = public_of,
};

bool crypto_from_der(struct view der, struct out *raw)
{
    const uint8_t *at = der.at;
    uint8_t octets[2 * HALF_LEN];

    if (der.len > DER_SIGNATURE_MAX)
        return false;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    bool ok =
        sig && at == der.at + der.len &&
        BN_bn2binpad(ECDSA_SIG_get0_r(sig), octets, HALF_LEN) == HALF_LEN &&
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), octets + HALF_LEN, HALF_LEN) ==
            HALF_LEN;

    ECDSA_SIG_free(sig);
    if (ok)
        out_bytes(raw, VIEW_OF(octets));
    return ok && !raw->failed;
}

bool crypto_to_der(struct view raw, struct out *der)
{
    uint8_t octets[DER_SIGNATURE_MAX];
    uint8_t *at = octets;

    if (raw.len != (size_t)2 * HALF_LEN)
        return false;
    BIGNUM *r = BN_bin2bn(raw.at, HALF_LEN, NULL);
    BIGNUM *s = BN_bin2bn(raw.at + HALF_LEN, HALF_LEN, NULL);
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
