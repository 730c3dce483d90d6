/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides of the same keys; see signing.h. */
#include "signing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

const struct scheme schemes[SCHEMES] = {
    { "ECDSA P-256", "P256", 0 },
    { "ECDSA brainpool", "BRAINPOOL", 0 },
    { "RSA PKCS1", "RSA", RSA_PKCS1_PADDING },
    { "RSA PSS", "RSA", RSA_PKCS1_PSS_PADDING },
};

OSSL_LIB_CTX *signing_libctx;

static struct pair {
    const char *label;
    const char *type; /* as the profile calls it */
    EVP_PKEY *card;
    EVP_PKEY *soft;
    char file[64]; /* PEM of the software key */
} pairs[] = {
    { .label = "P256", .type = "p256" },
    { .label = "BRAINPOOL", .type = "brainpool" },
    { .label = "RSA", .type = "rsa2048" },
};

enum { PAIRS = sizeof pairs / sizeof *pairs };

static EVP_PKEY *make(const char *type)
{
    if (strcmp(type, "p256") == 0)
        return bench_soft_k1();
    if (strcmp(type, "brainpool") == 0)
        return EVP_EC_gen("brainpoolP256r1");
    return EVP_RSA_gen(2048);
}

static void write_key(struct pair *pair)
{
    FILE *file;

    snprintf(pair->file, sizeof pair->file, "/tmp/signing-%s-XXXXXX",
             pair->label);
    file = fdopen(mkstemp(pair->file), "w");
    if (file == NULL ||
        !PEM_write_PrivateKey(file, pair->soft, NULL, NULL, 0, NULL, NULL)) {
        perror(pair->file);
        exit(1);
    }
    fclose(file);
}

/* Once for all benches: RSA takes its time. */
static void make_pairs(void)
{
    for (size_t i = 0; i < PAIRS; i++)
        if (pairs[i].soft == NULL) {
            pairs[i].soft = make(pairs[i].type);
            if (pairs[i].soft == NULL) {
                ERR_print_errors_fp(stderr);
                exit(1);
            }
        }
}

void signing_open(const char *card, const char *key)
{
    char profile[2048];
    size_t len = 0;

    make_pairs();
    len += (size_t)snprintf(profile, sizeof profile, "[card]\n%s[objects]\n",
                            card);
    for (size_t i = 0; i < PAIRS; i++)
        len += (size_t)snprintf(profile + len, sizeof profile - len,
                                "%s = pair\n", pairs[i].label);
    for (size_t i = 0; i < PAIRS; i++) {
        write_key(&pairs[i]);
        len += (size_t)snprintf(profile + len, sizeof profile - len,
                                "[%s]\nlabel = %s\nid = %02zX\ntype = %s\n"
                                "functions = sign\nvalue = pem:%s\n%s",
                                pairs[i].label, pairs[i].label, i + 1,
                                pairs[i].type, pairs[i].file, key);
    }
    signing_libctx = bench_open(profile);
    for (size_t i = 0; i < PAIRS; i++) {
        char uri[64];

        unlink(pairs[i].file);
        snprintf(uri, sizeof uri, "iotsim:object=%s", pairs[i].label);
        pairs[i].card = bench_key(signing_libctx, uri);
        if (pairs[i].card == NULL) {
            fprintf(stderr, "%s: %s\n", uri, bench_error());
            exit(1);
        }
    }
    desk_sent();
}

void signing_close(void)
{
    for (size_t i = 0; i < PAIRS; i++) {
        EVP_PKEY_free(pairs[i].card);
        pairs[i].card = NULL;
    }
    bench_close(signing_libctx);
}

static const struct pair *find(const char *label)
{
    size_t i = 0;

    while (strcmp(pairs[i].label, label) != 0)
        i++;
    return &pairs[i];
}

EVP_PKEY *signing_key(const char *label)
{
    return find(label)->card;
}

EVP_PKEY *signing_soft(const char *label)
{
    return find(label)->soft;
}

EVP_MD_CTX *signing_begin(enum who who, int verify, const struct scheme *scheme,
                          const char *md)
{
    const struct pair *pair = find(scheme->label);
    EVP_PKEY *key = who == SOFTWARE ? pair->soft : pair->card;
    OSSL_LIB_CTX *libctx = who == SOFTWARE ? NULL : signing_libctx;
    const char *query = who == CARD_VERIFIES ? "?iotsim.verify=yes" : NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey = NULL;
    int ok;

    ok = verify
             ? EVP_DigestVerifyInit_ex(ctx, &pkey, md, libctx, query, key, NULL)
             : EVP_DigestSignInit_ex(ctx, &pkey, md, libctx, query, key, NULL);
    if (ok == 1 && scheme->padding == RSA_PKCS1_PSS_PADDING)
        ok =
            EVP_PKEY_CTX_set_rsa_padding(pkey, scheme->padding) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey, RSA_PSS_SALTLEN_DIGEST) == 1;
    if (ok == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

size_t signing_make(enum who who, const struct scheme *scheme, const char *md,
                    const void *text, size_t len, uint8_t *sig)
{
    EVP_MD_CTX *ctx = signing_begin(who, 0, scheme, md);
    size_t siglen = SIGNING_MAX;

    if (ctx == NULL || EVP_DigestSign(ctx, sig, &siglen, text, len) != 1)
        siglen = 0;
    EVP_MD_CTX_free(ctx);
    return siglen;
}

void signing_settle(enum who who)
{
    const char *library = ERR_lib_error_string(ERR_peek_last_error());

    if (who == SOFTWARE || (who == CARD_VERIFIES && library != NULL &&
                            strcmp(library, "iotsim") != 0))
        ERR_clear_error();
}

int signing_judge(enum who who, const struct scheme *scheme, const char *md,
                  const void *text, size_t len, const uint8_t *sig,
                  size_t siglen)
{
    EVP_MD_CTX *ctx = signing_begin(who, 1, scheme, md);
    int valid =
        ctx != NULL && EVP_DigestVerify(ctx, sig, siglen, text, len) == 1;

    EVP_MD_CTX_free(ctx);
    signing_settle(who);
    return valid;
}
