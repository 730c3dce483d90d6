/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that are on a card and in software, too, and ways to sign and verify
 * with either. Software is the default provider in the default library
 * context, which has never heard of iotsim: it is the judge.
 */
#ifndef TEST_UNIT_OPS_SIGNING_H
#define TEST_UNIT_OPS_SIGNING_H

#include "bench.h"

struct scheme {
    const char *name;
    const char *label; /* of the key, one of those below */
    int padding;       /* RSA_..._PADDING, 0 for ECDSA */
};

enum { SCHEMES = 4, SIGNING_MAX = 512 };
extern const struct scheme schemes[SCHEMES];

/* A bench with a card that has the keys P256 (that of RFC 6979), BRAINPOOL and
 * RSA, 2048 bits. `card` and `key` are lines for the sections of the card and
 * of each key. */
void signing_open(const char *card, const char *key);
void signing_close(void);

extern OSSL_LIB_CTX *signing_libctx;

/* The key `label`, borrowed: on the card, and in software. */
EVP_PKEY *signing_key(const char *label);
EVP_PKEY *signing_soft(const char *label);

/* Who does it. */
enum who { CARD, SOFTWARE, CARD_VERIFIES };

/* A context begun for digest-sign or digest-verify, PSS with the salt of the
 * hash's length; NULL, with errors raised. `who` may be CARD_VERIFIES. */
EVP_MD_CTX *signing_begin(enum who who, int verify, const struct scheme *scheme,
                          const char *md);

/* Sign in one piece; octets of `sig`, which holds SIGNING_MAX, or 0. */
size_t signing_make(enum who who, const struct scheme *scheme, const char *md,
                    const void *text, size_t len, uint8_t *sig);

/* Clear the errors that are not of iotsim: those of software, or of the card,
 * which is in this process. */
void signing_settle(enum who who);

/* Verify in one piece: 1, 0; and settle. */
int signing_judge(enum who who, const struct scheme *scheme, const char *md,
                  const void *text, size_t len, const uint8_t *sig,
                  size_t siglen);

#endif
