/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM and DER files on libcrypto; see pem.h.
 */
#include "pem.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

bool pem_private(const char *file, enum kind kind, struct out *private,
                 struct out *public)
{
    BIO *bio = BIO_new_file(file, "r");
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    bool ok = key && crypto_put_private(kind, key, private) &&
              crypto_put_public(kind, key, public);

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

bool pem_public(const char *file, enum kind kind, struct out *public)
{
    BIO *bio = BIO_new_file(file, "r");
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

    if (bio && !key) {
        X509 *certificate = read_certificate(file);

        key = certificate ? X509_get_pubkey(certificate) : NULL;
        X509_free(certificate);
    }
    bool ok = key && crypto_put_public(kind, key, public);
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

bool pem_write_public(enum kind kind, struct view public, FILE *to)
{
    EVP_PKEY *key = crypto_public_key(kind, public);
    bool ok = key && PEM_write_PUBKEY(to, key) == 1;

    EVP_PKEY_free(key);
    return ok;
}
