/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What applications and libssl do with a key besides signing: comparing,
 * copying, exporting, copying a digest in the middle, several library
 * contexts, unloading. One line a check.
 *
 *   key_checks URI|FILE PUBLIC [CHECK]    PUBLIC: the public key as PEM
 */
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include "helper.h"

static const char *name;   /* of the private key */
static EVP_PKEY *software; /* the same public key, of the default provider */

static int is_verified(const unsigned char *signature, size_t len,
                       const char *text)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok =
        EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, software) == 1 &&
        EVP_DigestVerify(ctx, signature, len, (const unsigned char *)text,
                         strlen(text)) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

static int signs(OSSL_LIB_CTX *libctx, EVP_PKEY *key)
{
    unsigned char signature[128];
    size_t len = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key,
                                   NULL) == 1 &&
             EVP_DigestSign(ctx, signature, &len, (const unsigned char *)"x",
                            1) == 1 &&
             is_verified(signature, len, "x");

    EVP_MD_CTX_free(ctx);
    return ok;
}

/* EVP_PKEY_eq in both directions: X509_check_private_key relies on it. */
static int check_equal(EVP_PKEY *key)
{
    return EVP_PKEY_eq(key, software) == 1 && EVP_PKEY_eq(software, key) == 1;
}

static int check_unequal(EVP_PKEY *key)
{
    EVP_PKEY *other = EVP_EC_gen("P-256");
    int ok = EVP_PKEY_eq(key, other) == 0 && EVP_PKEY_eq(other, key) == 0;

    EVP_PKEY_free(other);
    return ok;
}

static int check_dup(EVP_PKEY *key)
{
    EVP_PKEY *copy = EVP_PKEY_dup(key);
    int ok = copy != NULL && EVP_PKEY_eq(copy, key) == 1 && signs(NULL, copy);

    EVP_PKEY_free(copy);
    return ok;
}

/* The private half does not come out, in no form. */
static int check_private(EVP_PKEY *key)
{
    OSSL_PARAM *params = NULL;
    BIGNUM *private = NULL;
    int out = EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &params) == 1;

    out |= EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &private) == 1;
    OSSL_PARAM_free(params);
    BN_clear_free(private);
    ERR_clear_error();
    return !out;
}

static int check_parameters(EVP_PKEY *key)
{
    return EVP_PKEY_get_bits(key) == EVP_PKEY_get_bits(software) &&
           EVP_PKEY_get_security_bits(key) ==
               EVP_PKEY_get_security_bits(software) &&
           EVP_PKEY_get_size(key) == EVP_PKEY_get_size(software) &&
           EVP_PKEY_is_a(key, "EC") && EVP_PKEY_can_sign(key);
}

static int check_public(EVP_PKEY *key)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int ok = EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    return ok;
}

/* A digest copied in the middle gives two signatures, each of its own text. */
static int check_copy(EVP_PKEY *key)
{
    unsigned char one[128], two[128];
    size_t one_len = sizeof one, two_len = sizeof two;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    int ok = EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key,
                                   NULL) == 1 &&
             EVP_DigestSignUpdate(ctx, "common", 6) == 1 &&
             EVP_MD_CTX_copy_ex(copy, ctx) == 1 &&
             EVP_DigestSignUpdate(ctx, "one", 3) == 1 &&
             EVP_DigestSignUpdate(copy, "two", 3) == 1 &&
             EVP_DigestSignFinal(copy, two, &two_len) == 1 &&
             EVP_DigestSignFinal(ctx, one, &one_len) == 1 &&
             is_verified(one, one_len, "commonone") &&
             is_verified(two, two_len, "commontwo");

    EVP_MD_CTX_free(ctx);
    EVP_MD_CTX_free(copy);
    return ok;
}

/* No digest named: the key's default, as X509_sign with NULL uses it. */
static int check_default_digest(EVP_PKEY *key)
{
    char digest[32] = "";

    return EVP_PKEY_get_default_digest_name(key, digest, sizeof digest) > 0 &&
           strcmp(digest, "SHA256") == 0;
}

static int check_short_buffer(EVP_PKEY *key)
{
    unsigned char signature[16];
    size_t len = sizeof signature;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    const unsigned char hash[32] = { 1 };
    int ok = EVP_PKEY_sign_init(ctx) == 1 &&
             EVP_PKEY_sign(ctx, signature, &len, hash, sizeof hash) != 1;

    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

/* Two library contexts share the card and end on their own. */
static int check_contexts(EVP_PKEY *key)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *iotsim = OSSL_PROVIDER_load(libctx, "iotsim");
    OSSL_PROVIDER *standard = OSSL_PROVIDER_load(libctx, "default");
    EVP_PKEY *other =
        iotsim != NULL && standard != NULL ? load_key(libctx, name) : NULL;
    int ok = other != NULL && signs(libctx, other) && signs(NULL, key);

    EVP_PKEY_free(other);
    OSSL_PROVIDER_unload(standard);
    OSSL_PROVIDER_unload(iotsim);
    OSSL_LIB_CTX_free(libctx);
    return ok && signs(NULL, key);
}

/* A key that outlives its provider's unloading ends without a crash. */
static int check_unload(EVP_PKEY *key)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *iotsim = OSSL_PROVIDER_load(libctx, "iotsim");
    OSSL_PROVIDER *standard = OSSL_PROVIDER_load(libctx, "default");
    EVP_PKEY *other =
        iotsim != NULL && standard != NULL ? load_key(libctx, name) : NULL;

    (void)key;
    OSSL_PROVIDER_unload(iotsim);
    EVP_PKEY_free(other);
    OSSL_PROVIDER_unload(standard);
    OSSL_LIB_CTX_free(libctx);
    return other != NULL;
}

static const struct {
    const char *name;
    int (*check)(EVP_PKEY *key);
    int on_card; /* needs signatures of the card */
} checks[] = {
    { "equal", check_equal, 0 },
    { "unequal", check_unequal, 0 },
    { "private", check_private, 0 },
    { "parameters", check_parameters, 0 },
    { "public", check_public, 0 },
    { "default-digest", check_default_digest, 0 },
    { "short-buffer", check_short_buffer, 0 },
    { "unload", check_unload, 0 },
    { "dup", check_dup, 1 },
    { "copy", check_copy, 1 },
    { "contexts", check_contexts, 1 },
};

int main(int argc, char **argv)
{
    BIO *in = argc < 3 ? NULL : BIO_new_file(argv[2], "r");
    EVP_PKEY *key;
    int failed = 0;

    if (in == NULL)
        die("usage: key_checks URI|FILE PUBLIC [offline]");
    name = argv[1];
    software = PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);
    BIO_free(in);
    key = load_key(NULL, name);
    if (software == NULL)
        die(argv[2]);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        int ok;

        if (argc > 3 && checks[i].on_card)
            continue;
        ok = checks[i].check(key);
        printf("%s %s\n", checks[i].name, ok ? "ok" : "FAILED");
        fflush(stdout);
        if (ok)
            check_queue(checks[i].name);
        else
            ERR_print_errors_fp(stderr);
        failed |= !ok;
    }
    EVP_PKEY_free(key);
    EVP_PKEY_free(software);
    return failed;
}
