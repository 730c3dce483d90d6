/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help for tests with RSA: what the card should say, by libcrypto's EVP
 * interface, from the numbers n and e alone.
 */
#ifndef TEST_SOFTCARD_RSA_H
#define TEST_SOFTCARD_RSA_H

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "whole.h"

#define PKCS1 0x01
#define PSS 0x02

/* Hashes by selector: name, and the initial value of FIPS 180-4 5.3, which is
 * the chaining value of nothing. */
struct hash_row {
    unsigned int selector;
    const char *name, *initial;
};

static const struct hash_row hashes[] = {
    { 1, "SHA256",
      "6A09E667BB67AE853C6EF372A54FF53A510E527F9B05688C1F83D9AB5BE0CD19" },
    { 2, "SHA384",
      "CBBB9D5DC1059ED8629A292A367CD5079159015A3070DD17152FECD8F70E5939"
      "67332667FFC00B318EB44A8768581511DB0C2E0D64F98FA747B5481DBEFA4FA4" },
    { 4, "SHA512",
      "6A09E667F3BCC908BB67AE8584CAA73B3C6EF372FE94F82BA54FF53A5F1D36F1"
      "510E527FADE682D19B05688C2B3E6C1F1F83D9ABFB41BD6B5BE0CD19137E2179" },
};

#define HASHES (sizeof hashes / sizeof *hashes)

/* The key of READ PUBLIC KEY's answer, NULL when it is not exactly
 * 34 { 49 { 81 n 82 e } } with BER lengths; to be freed. */
OWN_FRAME EVP_PKEY *key_of_answer(const struct octets *answer, size_t bits)
{
    size_t n_len = bits / 8;
    struct octets inner = { .len = 0 };
    struct octets middle = { .len = 0 };
    struct octets want = { .len = 0 };
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;

    if (answer->len != n_len + 17)
        return NULL;
    const uint8_t *n = answer->at + 12;
    add_tlv(&inner, 0x81, n, n_len);
    add_tlv(&inner, 0x82, "\x01\x00\x01", 3);
    add_tlv(&middle, 0x49, inner.at, inner.len);
    add_tlv(&want, 0x34, middle.at, middle.len);
    BIGNUM *modulus = BN_bin2bn(n, (int)n_len, NULL);
    BIGNUM *exponent = BN_new();
    if (want.len == answer->len && memcmp(want.at, answer->at, want.len) == 0 &&
        BN_set_word(exponent, 65537) &&
        OSSL_PARAM_BLD_push_BN(build, "n", modulus) &&
        OSSL_PARAM_BLD_push_BN(build, "e", exponent)) {
        OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);

        if (EVP_PKEY_fromdata_init(ctx) == 1)
            (void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
        OSSL_PARAM_free(params);
    }
    BN_free(exponent);
    BN_free(modulus);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    return key;
}

/* The answer of READ PUBLIC KEY, and the data of PUT PUBLIC KEY, for a key. */
OWN_FRAME struct octets answer_of_key(const EVP_PKEY *key)
{
    uint8_t number[512];
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    struct octets inner = { .len = 0 };
    struct octets middle = { .len = 0 };
    struct octets answer = { .len = 0 };

    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1)
        add_tlv(&inner, 0x81, number, (size_t)BN_bn2bin(n, number));
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1)
        add_tlv(&inner, 0x82, number, (size_t)BN_bn2bin(e, number));
    BN_free(e);
    BN_free(n);
    add_tlv(&middle, 0x49, inner.at, inner.len);
    add_tlv(&answer, 0x34, middle.at, middle.len);
    return answer;
}

/* Set padding; PSS: salt as long as the hash, MGF1 with the same. */
static inline int set_padding(EVP_PKEY_CTX *ctx, uint8_t algorithm)
{
    if (algorithm != PSS)
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* Does the signature over the text verify? */
static inline int verifies(EVP_PKEY *key, uint8_t algorithm,
                           const struct hash_row *hash, const char *text,
                           const struct octets *signature)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;
    int ok = EVP_DigestVerifyInit_ex(md, &ctx, hash->name, NULL, NULL, key,
                                     NULL) == 1 &&
             set_padding(ctx, algorithm) &&
             EVP_DigestVerify(md, signature->at, signature->len,
                              (const uint8_t *)text, strlen(text)) == 1;

    EVP_MD_CTX_free(md);
    return ok;
}

/* The signature of a software key over the text. */
OWN_FRAME struct octets sign_with(EVP_PKEY *key, uint8_t algorithm,
                                  const struct hash_row *hash, const char *text)
{
    struct octets signature = { .len = WHOLE_MAX };
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;

    if (EVP_DigestSignInit_ex(md, &ctx, hash->name, NULL, NULL, key, NULL) !=
            1 ||
        !set_padding(ctx, algorithm) ||
        EVP_DigestSign(md, signature.at, &signature.len, (const uint8_t *)text,
                       strlen(text)) != 1)
        signature.len = 0;
    EVP_MD_CTX_free(md);
    return signature;
}

/* The data that bring a text in one of the modes 01, 02 and 03. */
OWN_FRAME struct octets text_data(unsigned int mode,
                                  const struct hash_row *hash, const char *text)
{
    struct octets data = { .len = 0 };
    struct octets initial = from_hex(hash->initial);
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len = 0;

    if (mode == 1) {
        add_tlv(&data, 0x9B, text, strlen(text));
    } else if (mode == 2) {
        add_tlv(&data, 0x9A, text, strlen(text));
        add_tlv(&data, 0x9C, initial.at, initial.len);
        add_tlv(&data, 0x9D, "\0\0\0\0", 4);
    } else {
        (void)EVP_Q_digest(NULL, hash->name, NULL, text, strlen(text), digest,
                           &len);
        add_tlv(&data, 0x9E, digest, len);
    }
    return data;
}

/* INIT of signing (2A) or verifying (2C) with key `id`. */
static inline unsigned int init(struct softcard *card, uint8_t ins,
                                const char *id, unsigned int mode,
                                unsigned int hash, unsigned int algorithm)
{
    char command[80];

    snprintf(command, sizeof command,
             "81 %02X 00 01 0D 8%d01%s A101%02X 910200%02X 9201%02X",
             (unsigned int)ins, ins == 0x2A ? 4 : 5, id, mode, hash, algorithm);
    return send_for_status(card, command);
}

#endif
