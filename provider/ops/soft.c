/* SPDX-License-Identifier: Apache-2.0 */
/* Work without a card; see soft.h. */
#include "ops/soft.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>

/* OSSL_PARAM takes no const, though it only reads. */
static void *unconst(const void *p)
{
    return (void *)(uintptr_t)p;
}

EVP_PKEY *soft_ec_key(const struct prov_ctx *ctx, const char *group,
                      struct bytes point)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         unconst(group), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                          unconst(point.data), point.len),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(ctx->soft, "EC", NULL);

    ERR_set_mark();
    if (maker == NULL || EVP_PKEY_fromdata_init(maker) <= 0 ||
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    ERR_pop_to_mark();
    EVP_PKEY_CTX_free(maker);
    return key;
}

size_t soft_ec_point(const EVP_PKEY *key, uint8_t *out, size_t size)
{
    size_t field = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
    BIGNUM *x = NULL;
    BIGNUM *y = NULL;
    size_t len = 0;

    ERR_set_mark();
    if (size > 2 * field &&
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) &&
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) &&
        BN_bn2binpad(x, out + 1, (int)field) > 0 &&
        BN_bn2binpad(y, out + 1 + field, (int)field) > 0) {
        out[0] = 0x04; /* uncompressed, SEC 1 2.3.3 */
        len = 1 + 2 * field;
    }
    ERR_pop_to_mark();
    BN_free(x);
    BN_free(y);
    return len;
}

int soft_verify(const struct prov_ctx *ctx, EVP_PKEY *key,
                struct bytes signature, struct bytes hash)
{
    EVP_PKEY_CTX *verifier = EVP_PKEY_CTX_new_from_pkey(ctx->soft, key, NULL);
    int valid;

    ERR_set_mark();
    valid = verifier != NULL && EVP_PKEY_verify_init(verifier) == 1 &&
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
                         const char *md, uint8_t *out, size_t size)
{
    OSSL_PARAM params[] = {
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
                                NULL) == 1 &&
        EVP_PKEY_CTX_get_params(verifier, params) == 1 &&
        OSSL_PARAM_modified(params))
        len = params[0].return_size;
    ERR_pop_to_mark();
    EVP_MD_CTX_free(digest);
    return len;
}
