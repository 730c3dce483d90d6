/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: files of the card that hold DER, perhaps padded with zeros. */
#ifndef IOTSIM_OPS_CERTIFICATE_H
#define IOTSIM_OPS_CERTIFICATE_H

#include <openssl/x509.h>

#include "card/card.h"
#include "ops/ctx.h"

/* What a search asks of an object; NULL is "anything". */
struct certificate_filter {
    char *alias; /* the label */
    X509_NAME *subject;
    X509_NAME *issuer;
    ASN1_INTEGER *serial;
    ASN1_OCTET_STRING *fingerprint; /* with `digest` */
    EVP_MD *digest;
};

/* The certificate in `file`, read from the card: NULL when it holds none, with
 * `*result` telling why (BAD_CERTIFICATE, or what the card said). The caller
 * frees it. */
X509 *certificate_read(const struct prov_ctx *ctx, struct card *card,
                       const struct applet_object *file, iotsim_result *result);

/* The key of the certificate that goes with the private key `object`: of the
 * same label, else of the same id. NULL when there is none; nothing raised.
 * The caller frees it. */
EVP_PKEY *certificate_find_key(const struct prov_ctx *ctx, struct card *card,
                               const struct applet_object *object);

/* Take what `params` (OSSL_STORE_PARAM_...; the rest is ignored) add to the
 * search. Errors: BAD_ARGUMENT (one is malformed), UNSUPPORTED (an unknown
 * digest). Nothing is raised. */
IOTSIM_MUST_USE iotsim_result certificate_filter_set(
    const struct prov_ctx *ctx, struct certificate_filter *filter,
    const OSSL_PARAM params[]);

/* False when `object` has another label, or is no file though the filter asks
 * for what only certificates have. */
bool certificate_filter_may_match(const struct certificate_filter *filter,
                                  const struct applet_object *object);

/* True when the certificate of a file that may match is what the filter asks
 * for; a fingerprint is that of its DER, or of its SubjectPublicKeyInfo. */
bool certificate_matches(X509 *certificate,
                         const struct certificate_filter *filter);

/* The same of a key, which has the fingerprint of its SubjectPublicKeyInfo. */
bool certificate_key_matches(const EVP_PKEY *key,
                             const struct certificate_filter *filter);

/* Free what the filter holds and empty it. */
void certificate_filter_wipe(struct certificate_filter *filter);

#endif
