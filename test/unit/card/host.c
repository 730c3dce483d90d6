/* SPDX-License-Identifier: Apache-2.0 */
/* libcrypto as the other side; see host.h. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

static void require(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "libcrypto: %s\n", what);
    exit(1);
}

static EVP_PKEY *from_params(const char *name, OSSL_PARAM_BLD *bld)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    EVP_PKEY *pkey = NULL;

    require(EVP_PKEY_fromdata_init(ctx) == 1 &&
                EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1,
            "public key");
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);
    return pkey;
}

static EVP_PKEY *rsa_public(const struct applet_public_key *half)
{
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(half->modulus, (int)half->modulus_len, NULL);
    BIGNUM *e = BN_bin2bn(half->exponent, (int)half->exponent_len, NULL);
    EVP_PKEY *pkey;

    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
    pkey = from_params("RSA", bld);
    BN_free(n);
    BN_free(e);
    return pkey;
}

EVP_PKEY *host_public(const struct key_type *type,
                      const struct applet_public_key *half)
{
    OSSL_PARAM_BLD *bld;

    if (type->group == NULL)
        return rsa_public(half);
    bld = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
                                    type->group, 0);
    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, half->point,
                                     half->point_len);
    return from_params("EC", bld);
}

EVP_PKEY *host_generate(const struct key_type *type)
{
    EVP_PKEY *pkey = EVP_EC_gen(type->group);

    require(pkey != NULL, "key generation");
    return pkey;
}

void host_point(EVP_PKEY *pkey, uint8_t point[APPLET_POINT_LEN])
{
    size_t len = 0;

    require(EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY,
                                            point, APPLET_POINT_LEN, &len) &&
                len == APPLET_POINT_LEN,
            "point");
}

void host_agree(EVP_PKEY *own, EVP_PKEY *peer,
                uint8_t secret[APPLET_SECRET_LEN])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    size_t len = APPLET_SECRET_LEN;

    require(EVP_PKEY_derive_init(ctx) == 1 &&
                EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
                EVP_PKEY_derive(ctx, secret, &len) == 1 &&
                len == APPLET_SECRET_LEN,
            "key agreement");
    EVP_PKEY_CTX_free(ctx);
}

bool host_verify_ecdsa(EVP_PKEY *pkey, struct bytes hash, const uint8_t *rs)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    unsigned char *der = NULL;
    bool valid;
    int len;

    ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL), BN_bin2bn(rs + 32, 32, NULL));
    len = i2d_ECDSA_SIG(sig, &der);
    valid = len > 0 && EVP_PKEY_verify_init(ctx) == 1 &&
            EVP_PKEY_verify(ctx, der, (size_t)len, hash.data, hash.len) == 1;
    OPENSSL_free(der);
    EVP_PKEY_CTX_free(ctx);
    ECDSA_SIG_free(sig);
    return valid;
}

bool host_verify_rsa(EVP_PKEY *pkey, uint8_t algorithm, const char *digest,
                     struct bytes hash, struct bytes signature)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    const EVP_MD *md = EVP_get_digestbyname(digest);
    bool pss = algorithm == SIGN_RSA_PSS;
    int padding = pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    bool valid;

    require(EVP_PKEY_verify_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 &&
                EVP_PKEY_CTX_set_signature_md(ctx, md) == 1,
            "verification");
    if (pss)
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) ==
                    1,
                "salt");
    valid = EVP_PKEY_verify(ctx, signature.data, signature.len, hash.data,
                            hash.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    return valid;
}

size_t host_hash(const char *digest, struct bytes text,
                 uint8_t hash[APPLET_HASH_MAX])
{
    size_t len = APPLET_HASH_MAX;

    require(EVP_Q_digest(NULL, digest, NULL, text.data, text.len, hash, &len) ==
                1,
            "digest");
    return len;
}
