/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>

void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

const char *take_error(char *out, size_t size)
{
    const char *data = "";
    int flags = 0;
    unsigned long code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
    const char *reason = ERR_reason_error_string(code);

    snprintf(out, size, "%s: %s", reason != NULL ? reason : "no reason",
             (flags & ERR_TXT_STRING) != 0 ? data : "");
    ERR_clear_error();
    return out;
}

void check_queue(const char *after)
{
    if (ERR_peek_error() == 0)
        return;
    fprintf(stderr, "error queue after %s: ", after);
    die("not empty");
}

static EVP_PKEY *load_from_store(OSSL_LIB_CTX *libctx, const char *uri)
{
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = NULL;
    EVP_PKEY *key = NULL;

    if (store == NULL || !OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY))
        die("cannot open the store");
    info = OSSL_STORE_load(store);
    if (info != NULL)
        key = OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return key;
}

static EVP_PKEY *load_from_file(OSSL_LIB_CTX *libctx, const char *path)
{
    BIO *in = BIO_new_file(path, "r");
    EVP_PKEY *key;

    if (in == NULL)
        die(path);
    key = PEM_read_bio_PrivateKey_ex(in, NULL, NULL, NULL, libctx, NULL);
    BIO_free(in);
    return key;
}

EVP_PKEY *load_key(OSSL_LIB_CTX *libctx, const char *name)
{
    EVP_PKEY *key = strncmp(name, "iotsim:", 7) == 0
                        ? load_from_store(libctx, name)
                        : load_from_file(libctx, name);

    if (key == NULL)
        die("cannot load the key");
    check_queue("loading the key");
    return key;
}
