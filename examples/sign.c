/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs standard input with a key in a SIM: the whole of it is OpenSSL's own
 * API, with an iotsim: URI where others have a file name.
 *
 *   sign iotsim:object=web <letter.txt >letter.sig
 *   openssl dgst -sha256 -verify web.pub -signature letter.sig letter.txt
 */
#include <stdio.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/store.h>

/* The private key that `uri` names, or NULL. */
static EVP_PKEY *load_key(const char *uri)
{
    OSSL_STORE_CTX *store = OSSL_STORE_open(uri, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = NULL;
    EVP_PKEY *key = NULL;

    if (store != NULL && OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY))
        info = OSSL_STORE_load(store);
    if (info != NULL)
        key = OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return key;
}

/* SHA-256 on the host, one signature by the card. */
static int sign(EVP_PKEY *key, FILE *in, FILE *out)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char data[1024];
    unsigned char signature[256];
    size_t len = sizeof signature;
    size_t n;
    int ok = ctx != NULL && EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL,
                                                  NULL, key, NULL) == 1;

    while (ok && (n = fread(data, 1, sizeof data, in)) > 0)
        ok = EVP_DigestSignUpdate(ctx, data, n) == 1;
    ok = ok && !ferror(in) && EVP_DigestSignFinal(ctx, signature, &len) == 1 &&
         fwrite(signature, 1, len, out) == len && fflush(out) == 0;
    EVP_MD_CTX_free(ctx);
    return ok;
}

int main(int argc, char **argv)
{
    EVP_PKEY *key = argc == 2 ? load_key(argv[1]) : NULL;
    int ok = key != NULL && sign(key, stdin, stdout);

    if (argc != 2)
        fputs("usage: sign URI <MESSAGE >SIGNATURE\n", stderr);
    if (!ok)
        ERR_print_errors_fp(stderr);
    EVP_PKEY_free(key);
    return ok ? 0 : 1;
}
