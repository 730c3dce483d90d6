/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM and DER files on libcrypto; see pem.h.
 */
#include "pem.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

static enum curve curve_of(const EVP_PKEY *key)
{
    char name[32];
    size_t len = 0;

    if (EVP_PKEY_get_group_name(key, name, sizeof name, &len) != 1)
        return CURVE_NONE;
    switch (OBJ_sn2nid(name)) {
    case NID_X9_62_prime256v1:
        return CURVE_P256;
    case NID_brainpoolP256r1:
        return CURVE_BRAINPOOL;
    default:
        return CURVE_NONE;
    }
}

static bool point_of(const EVP_PKEY *key, uint8_t point[POINT_LEN])
{
    BIGNUM *x = NULL;
    BIGNUM *y = NULL;

    point[0] = 4;
    bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
              EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
              BN_bn2binpad(x, point + 1, 32) == 32 &&
              BN_bn2binpad(y, point + 33, 32) == 32;
    BN_free(x);
    BN_free(y);
    return ok;
}

bool pem_private(const char *file, enum curve curve, uint8_t scalar[SCALAR_LEN],
                 uint8_t point[POINT_LEN])
{
    BIO *bio = BIO_new_file(file, "r");
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIGNUM *d = NULL;
    bool ok = key && curve_of(key) == curve && point_of(key, point) &&
              EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
              BN_bn2binpad(d, scalar, SCALAR_LEN) == SCALAR_LEN;

    BN_clear_free(d);
    EVP_PKEY_free(key);
    BIO_free(bio);
    return ok;
}

static X509 *read_certificate(const char *file)
{
    BIO *bio = BIO_new_file(file, "r");
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

    BIO_free(bio);
    return certificate;
}

bool pem_public(const char *file, enum curve curve, uint8_t point[POINT_LEN])
{
    BIO *bio = BIO_new_file(file, "r");
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

    if (bio && !key) {
        X509 *certificate = read_certificate(file);

        key = certificate ? X509_get_pubkey(certificate) : NULL;
        X509_free(certificate);
    }
    bool ok = key && curve_of(key) == curve && point_of(key, point);
    EVP_PKEY_free(key);
    BIO_free(bio);
    return ok;
}

bool pem_certificate(const char *file, struct out *out)
{
    X509 *certificate = read_certificate(file);
    uint8_t *der = NULL;
    int len = certificate ? i2d_X509(certificate, &der) : 0;

    if (len > 0)
        out_bytes(out, (struct view){ .at = der, .len = (size_t)len });
    OPENSSL_free(der);
    X509_free(certificate);
    return len > 0 && !out->failed;
}

bool pem_raw(const char *file, struct out *out)
{
    uint8_t block[1024];
    FILE *from = fopen(file, "rb");
    size_t n;

    if (!from)
        return false;
    while ((n = fread(block, 1, sizeof block, from)) > 0)
        out_bytes(out, (struct view){ .at = block, .len = n });
    bool ok = !ferror(from) && !out->failed;
    fclose(from);
    return ok;
}

bool pem_write_certificate(struct view der, FILE *to)
{
    const uint8_t *at = der.at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    bool ok = certificate && PEM_write_X509(to, certificate) == 1;

    X509_free(certificate);
    return ok;
}

bool pem_write_public(enum curve curve, const uint8_t point[POINT_LEN],
                      FILE *to)
{
    EVP_PKEY *key = crypto_key(curve, NULL, point);
    bool ok = key && PEM_write_PUBKEY(to, key) == 1;

    EVP_PKEY_free(key);
    return ok;
}
