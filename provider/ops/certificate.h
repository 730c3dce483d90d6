/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: files of the card that hold DER, perhaps padded with zeros. */
#ifndef IOTSIM_OPS_CERTIFICATE_H
#define IOTSIM_OPS_CERTIFICATE_H

#include <openssl/x509.h>

#include "card/card.h"
#include "ops/ctx.h"

/* What a search asks for; NULL is "anything". */
struct certificate_filter {
    X509_NAME *subject;
    X509_NAME *issuer;
    ASN1_INTEGER *serial;
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

/* True when the certificate is what the filter asks for. */
bool certificate_matches(X509 *certificate,
                         const struct certificate_filter *filter);

/* Free what the filter holds and empty it. */
void certificate_filter_wipe(struct certificate_filter *filter);

#endif
