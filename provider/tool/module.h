/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider as an application meets it: the module is loaded beside the
 * default provider into a library context of its own; keys come from PEM files
 * through its decoders, from `iotsim:` URIs through its store.
 */
#ifndef IOTSIM_TOOL_MODULE_H
#define IOTSIM_TOOL_MODULE_H

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "tool/config.h"

enum {
    MODULE_PATH_MAX = 1024,    /* a file name, NUL included */
    MODULE_SENTENCE_MAX = 1024 /* a sentence, NUL included */
};

struct module {
    char path[MODULE_PATH_MAX];
    OSSL_LIB_CTX *ctx; /* NULL: not open */
    OSSL_PROVIDER *provider;
    OSSL_PROVIDER *fallback; /* the default provider */
};

/* The file that OpenSSL loads for the section of openssl.cnf, in `out`. False
 * when there is no such section. */
bool module_configured(const struct config *c, char out[MODULE_PATH_MAX]);

/* Find the module and load it: that of openssl.cnf, that in OPENSSL_MODULES,
 * that of the build which this program belongs to, that where OpenSSL keeps
 * its modules, whichever is there first. False with an error in OpenSSL's
 * queue; then, too, `path` tells which file it was. */
bool module_open(struct module *m, const struct config *c);

/* Unload. Legal on one that is not open. */
void module_close(struct module *m);

/* The private key or the certificate that `where`, a PEM file or a URI, holds.
 * NULL with an error in OpenSSL's queue. The caller frees it. */
EVP_PKEY *module_get_key(const struct module *m, const char *where);
X509 *module_get_certificate(const struct module *m, const char *where);

/* Empty OpenSSL's queue and make one sentence of it. The provider's first
 * entry counts: what was tried, what happened, what the card said. When there
 * is none, `otherwise`; when that is NULL, what libcrypto said. Returns
 * `out`. */
const char *module_error(const char *otherwise, char out[MODULE_SENTENCE_MAX]);

#endif
