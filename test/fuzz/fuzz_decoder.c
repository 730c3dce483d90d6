/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a program reads a private key from, through PEM_read_bio, with
 * both providers active. There is no card: a reference without a public key
 * must fail in words.
 */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include "bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static OSSL_LIB_CTX *libctx;
    BIO *bio;
    EVP_PKEY *key;

    if (libctx == NULL) {
        libctx = OSSL_LIB_CTX_new();
        if (!bench_load(libctx))
            abort();
    }
    /* PEM first; then the bare octets as the inside of a reference. */
    bio = BIO_new_mem_buf(data, (int)size);
    key = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio(bio, "IOTSIM KEY REFERENCE", "", data, (long)size);
    key = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    EVP_PKEY_free(key);
    BIO_free(bio);
    ERR_clear_error();
    return 0;
}
