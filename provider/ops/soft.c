/* SPDX-License-Identifier: Apache-2.0 */
/* Work without a card; see soft.h. */
#include "ops/soft.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

/* OSSL_PARAM takes no const, though it only reads. */
static void *unconst(const void *p)
{
    return (void *)(uintptr_t)p;
}

/* A public key of the default provider, NULL with nothing raised when the
 * parameters are those of none. */
static EVP_PKEY *from_params(const struct prov_ctx *ctx, const char *type,
                             OSSL_PARAM params[])
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(ctx->soft, type, NULL);

    ERR_set_mark();
    if (maker == NULL || EVP_PKEY_fromdata_init(maker) <= 0 ||
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    ERR_pop_to_mark();
    EVP_PKEY_CTX_free(maker);
    return key;
}

static EVP_PKEY *ec_key(const struct prov_ctx *ctx, const char *group,
                        const struct applet_public_key *key)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         unconst(group), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                          unconst(key->point), key->point_len),
        OSSL_PARAM_END,
    };

    return from_params(ctx, "EC", params);
}

static EVP_PKEY *rsa_key(const struct prov_ctx *ctx,
                         const struct applet_public_key *key)
{
    BIGNUM *n = BN_bin2bn(key->modulus, (int)key->modulus_len, NULL);
    BIGNUM *e = BN_bin2bn(key->exponent, (int)key->exponent_len, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *made = NULL;

    /* libcrypto would take any two numbers. */
    if (n != NULL && e != NULL && build != NULL && BN_is_odd(n) &&
        BN_is_odd(e) && !BN_is_one(e) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
        params = OSSL_PARAM_BLD_to_param(build);
    if (params != NULL)
        made = from_params(ctx, "RSA", params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(e);
    BN_free(n);
    return made;
}

EVP_PKEY *soft_public_key(const struct prov_ctx *ctx,
                          const struct key_type *type,
                          const struct applet_public_key *key)
{
    if (type->group == NULL)
        return key->modulus_len == type->len ? rsa_key(ctx, key) : NULL;
    return key->point_len == 2 * type->len + 1 ? ec_key(ctx, type->group, key)
                                               : NULL;
}

const struct key_type *soft_key_type(const EVP_PKEY *key)
{
    char group[64];
    int known;

    if (EVP_PKEY_is_a(key, "RSA"))
        return key_type_of_rsa((size_t)EVP_PKEY_get_size(key));
    if (!EVP_PKEY_is_a(key, "EC"))
        return NULL;
    ERR_set_mark();
    known = EVP_PKEY_get_group_name(key, group, sizeof group, NULL);
    ERR_pop_to_mark();
    return known == 1 ? key_type_of_group(group) : NULL;
}

EVP_MD *soft_digest(const struct prov_ctx *ctx, const char *name)
{
    EVP_MD *md;

    ERR_set_mark();
    md = EVP_MD_fetch(ctx->soft, name, NULL);
    ERR_pop_to_mark();
    if (md == NULL || (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) == 0)
        return md;
    EVP_MD_free(md);
    return NULL;
}

size_t soft_ec_point(const EVP_PKEY *key, uint8_t *out, size_t size)
{
    size_t len = 0;
    int ok;

    /* Uncompressed, which OSSL_PKEY_PARAM_PUB_KEY need not be. */
    ERR_set_mark();
    ok = EVP_PKEY_get_octet_string_param(
        key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out, size, &len);
    ERR_pop_to_mark();
    if (ok != 1 || len <= 1 || out[0] != POINT_CONVERSION_UNCOMPRESSED)
        return 0;
    return len;
}

int soft_verify(const struct prov_ctx *ctx, EVP_PKEY *key,
                const OSSL_PARAM params[], struct bytes signature,
                struct bytes hash)
{
    EVP_PKEY_CTX *verifier = EVP_PKEY_CTX_new_from_pkey(ctx->soft, key, NULL);
    int valid;

    ERR_set_mark();
    valid = verifier != NULL &&
            EVP_PKEY_verify_init_ex(verifier, params) == 1 &&
            EVP_PKEY_verify(verifier, signature.data, signature.len, hash.data,
                            hash.len) == 1;
    ERR_pop_to_mark();
    EVP_PKEY_CTX_free(verifier);
    return valid;
}

size_t soft_ecdsa_der(struct bytes rs, uint8_t *out, size_t size)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    size_t half = rs.len / 2;
    BIGNUM *r = BN_bin2bn(rs.data, (int)half, NULL);
    BIGNUM *s = BN_bin2bn(rs.data + half, (int)half, NULL);
    int len = 0;

    if (signature == NULL || r == NULL || s == NULL ||
        !ECDSA_SIG_set0(signature, r, s)) {
        BN_free(r);
        BN_free(s);
        goto out;
    }
    len = i2d_ECDSA_SIG(signature, NULL);
    if (len > 0 && out != NULL && (size_t)len <= size)
        len = i2d_ECDSA_SIG(signature, &out);
out:
    ECDSA_SIG_free(signature);
    return len < 0 ? 0 : (size_t)len;
}

size_t soft_algorithm_id(const struct prov_ctx *ctx, EVP_PKEY *key,
                         const char *md, const OSSL_PARAM params[],
                         uint8_t *out, size_t size)
{
    OSSL_PARAM request[] = {
        OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID,
                                          out, size),
        OSSL_PARAM_END,
    };
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    EVP_PKEY_CTX *verifier = NULL;
    size_t len = 0;

    ERR_set_mark();
    if (digest != NULL &&
        EVP_DigestVerifyInit_ex(digest, &verifier, md, ctx->soft, NULL, key,
                                params) == 1 &&
        EVP_PKEY_CTX_get_params(verifier, request) == 1 &&
        OSSL_PARAM_modified(request))
        len = request[0].return_size;
    ERR_pop_to_mark();
    EVP_MD_CTX_free(digest);
    return len;
}
