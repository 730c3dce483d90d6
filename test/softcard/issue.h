/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Issuing the certificates a profile asks for, at personalisation.
 */
#ifndef SOFTCARD_ISSUE_H
#define SOFTCARD_ISSUE_H

#include "crypto.h"

/* A key as the store has it. */
struct issue_key {
    enum kind kind;
    struct view private; /* of a signer */
    struct view public;
};

struct issue {
    const char *subject;            /* "CN=device, O=Example"                 */
    const char *san;                /* "DNS:localhost, IP:127.0.0.1", or NULL */
    unsigned int days;              /* from now                               */
    bool authority;                 /* may it issue itself?                   */
    struct issue_key key;           /* certified                              */
    struct issue_key signer;        /* may be the same                        */
    const char *issuer;             /* name of the signer, as `subject`       */
    struct view issuer_certificate; /* DER, gives the name instead            */
};

/* Append the certificate, DER, signed with SHA-256, to `out`. */
bool issue_certificate(const struct issue *issue, struct out *out);

#endif
