/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two families of keys, below crypto.c: how each turns stored octets into
 * libcrypto keys and back. ec.c and rsa.c have one row of functions each.
 */
#ifndef SOFTCARD_FAMILY_H
#define SOFTCARD_FAMILY_H

#include <openssl/types.h>

#include "crypto.h"

/* What distinguishes the kinds of one family. */
struct kind_row {
    const struct family *family;
    const char *group; /* EC  */
    int bits;          /* RSA */
    uint8_t schemes;
    size_t signature_len;
};

/* As the functions of crypto.h of similar name. */
struct family {
    EVP_PKEY *(*generate)(const struct kind_row *kind);
    EVP_PKEY *(*private_key)(const struct kind_row *kind, struct view octets);
    EVP_PKEY *(*public_key)(const struct kind_row *kind, struct view octets);
    bool (*put_private)(const struct kind_row *kind, const EVP_PKEY *key,
                        struct out *octets);
    bool (*put_public)(const struct kind_row *kind, const EVP_PKEY *key,
                       struct out *octets);
    bool (*public_of)(const struct kind_row *kind, struct view private,
                      struct out *public);
};

extern const struct family ec_family;
extern const struct family rsa_family;

#endif
