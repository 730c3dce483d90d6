/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Issuing the certificates a profile asks for, at personalisation.
 */
#ifndef SOFTCARD_ISSUE_H
#define SOFTCARD_ISSUE_H

#include "crypto.h"

/* A key as the store has it; one half may be NULL where only one is used. */
struct issue_key {
    enum curve curve;
    const uint8_t *scalar;
    const uint8_t *point;
};

struct issue {
    const char *subject;            /* "CN=device, O=Example"                 */
    const char *san;                /* "DNS:localhost, IP:127.0.0.1", or NULL */
    unsigned int days;              /* from now                               */
    bool authority;                 /* may it issue itself?                   */
    struct issue_key key;           /* certified: point                       */
    struct issue_key signer;        /* scalar and point                     */
    const char *issuer;             /* name of the signer, as `subject`       */
    struct view issuer_certificate; /* DER, gives the name instead   */
};

/* Append the certificate, DER, to `out`. */
bool issue_certificate(const struct issue *issue, struct out *out);

#endif
