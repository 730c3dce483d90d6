/* SPDX-License-Identifier: Apache-2.0 */
/* TLS groups; see capabilities.h. Manual: provider-base(7), CAPABILITIES. */
#include "ops/capabilities.h"

#include <stddef.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/prov_ssl.h>

struct group {
    char name[24]; /* what a list of groups may call it */
    char curve[24];
    unsigned id;            /* IANA, TLS Supported Groups */
    unsigned security;      /* bits */
    int min_tls, max_tls;   /* 0 is no bound */
    int min_dtls, max_dtls; /* -1 is never */
};

/* Versions: to TLS 1.2, all, from TLS 1.3. */
#define OLD TLS1_VERSION, TLS1_2_VERSION, DTLS1_VERSION, DTLS1_2_VERSION
#define ANY TLS1_VERSION, 0, DTLS1_VERSION, 0
#define NEW TLS1_3_VERSION, 0, -1, -1

/* All groups of EC keys, each with its second name: when our key manager is
 * preferred, the default provider's go. Keys that no card has are made in
 * software (generate.c). The brainpool groups have other numbers in TLS 1.3
 * (RFC 8734); the old ones must stand first, since libssl also finds groups by
 * curve. */
static const struct group groups[] = {
#ifndef OPENSSL_NO_EC2M
    { "sect163k1", "sect163k1", 0x0001, 80, OLD },
    { "K-163", "sect163k1", 0x0001, 80, OLD },
    { "sect163r1", "sect163r1", 0x0002, 80, OLD },
    { "sect163r2", "sect163r2", 0x0003, 80, OLD },
    { "B-163", "sect163r2", 0x0003, 80, OLD },
    { "sect193r1", "sect193r1", 0x0004, 80, OLD },
    { "sect193r2", "sect193r2", 0x0005, 80, OLD },
    { "sect233k1", "sect233k1", 0x0006, 112, OLD },
    { "K-233", "sect233k1", 0x0006, 112, OLD },
    { "sect233r1", "sect233r1", 0x0007, 112, OLD },
    { "B-233", "sect233r1", 0x0007, 112, OLD },
    { "sect239k1", "sect239k1", 0x0008, 112, OLD },
    { "sect283k1", "sect283k1", 0x0009, 128, OLD },
    { "K-283", "sect283k1", 0x0009, 128, OLD },
    { "sect283r1", "sect283r1", 0x000a, 128, OLD },
    { "B-283", "sect283r1", 0x000a, 128, OLD },
    { "sect409k1", "sect409k1", 0x000b, 192, OLD },
    { "K-409", "sect409k1", 0x000b, 192, OLD },
    { "sect409r1", "sect409r1", 0x000c, 192, OLD },
    { "B-409", "sect409r1", 0x000c, 192, OLD },
    { "sect571k1", "sect571k1", 0x000d, 256, OLD },
    { "K-571", "sect571k1", 0x000d, 256, OLD },
    { "sect571r1", "sect571r1", 0x000e, 256, OLD },
    { "B-571", "sect571r1", 0x000e, 256, OLD },
#endif
    { "secp160k1", "secp160k1", 0x000f, 80, OLD },
    { "secp160r1", "secp160r1", 0x0010, 80, OLD },
    { "secp160r2", "secp160r2", 0x0011, 80, OLD },
    { "secp192k1", "secp192k1", 0x0012, 80, OLD },
    { "secp192r1", "prime192v1", 0x0013, 80, OLD },
    { "P-192", "prime192v1", 0x0013, 80, OLD },
    { "secp224k1", "secp224k1", 0x0014, 112, OLD },
    { "secp224r1", "secp224r1", 0x0015, 112, OLD },
    { "P-224", "secp224r1", 0x0015, 112, OLD },
    { "secp256k1", "secp256k1", 0x0016, 128, OLD },
    { "secp256r1", "prime256v1", 0x0017, 128, ANY },
    { "P-256", "prime256v1", 0x0017, 128, ANY },
    { "secp384r1", "secp384r1", 0x0018, 192, ANY },
    { "P-384", "secp384r1", 0x0018, 192, ANY },
    { "secp521r1", "secp521r1", 0x0019, 256, ANY },
    { "P-521", "secp521r1", 0x0019, 256, ANY },
    { "brainpoolP256r1", "brainpoolP256r1", 0x001a, 128, OLD },
    { "brainpoolP384r1", "brainpoolP384r1", 0x001b, 192, OLD },
    { "brainpoolP512r1", "brainpoolP512r1", 0x001c, 256, OLD },
    { "brainpoolP256r1tls13", "brainpoolP256r1", 0x001f, 128, NEW },
    { "brainpoolP384r1tls13", "brainpoolP384r1", 0x0020, 192, NEW },
    { "brainpoolP512r1tls13", "brainpoolP512r1", 0x0021, 256, NEW },
};

/* On a copy, since OSSL_PARAM takes no const. */
static int give(struct group group, OSSL_CALLBACK *callback, void *arg)
{
    static char algorithm[] = "EC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_NAME,
                                         group.name, 0),
        OSSL_PARAM_construct_utf8_string(
            OSSL_CAPABILITY_TLS_GROUP_NAME_INTERNAL, group.curve, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_ALG,
                                         algorithm, 0),
        OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_ID, &group.id),
        OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_SECURITY_BITS,
                                  &group.security),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_TLS,
                                 &group.min_tls),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_TLS,
                                 &group.max_tls),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_DTLS,
                                 &group.min_dtls),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_DTLS,
                                 &group.max_dtls),
        OSSL_PARAM_END,
    };

    return callback(params, arg);
}

int capabilities_get(const char *capability, OSSL_CALLBACK *callback, void *arg)
{
    if (OPENSSL_strcasecmp(capability, "TLS-GROUP") != 0)
        return 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (!give(groups[i], callback, arg))
            return 0;
    return 1;
}
