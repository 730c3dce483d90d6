/* SPDX-License-Identifier: Apache-2.0 */
/* iotsim ref: a key reference in PEM, made by the provider itself. It holds no
 * secret, so everybody may read it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "tool/module.h"
#include "tool/output.h"
#include "tool/print.h"
#include "tool/tool.h"

/* The reference to the key that `uri` names; NULL with an error in OpenSSL's
 * queue. The caller frees it. */
static BIO *make_reference(const struct module *m, const char *uri)
{
    EVP_PKEY *key = module_get_key(m, uri);
    BIO *pem = BIO_new(BIO_s_mem());

    if (key == NULL || pem == NULL ||
        !PEM_write_bio_PrivateKey_ex(pem, key, NULL, NULL, 0, NULL, NULL,
                                     m->ctx, NULL)) {
        BIO_free(pem);
        pem = NULL;
    }
    EVP_PKEY_free(key);
    return pem;
}

static int deliver(const struct tool *t, BIO *pem)
{
    char *data = NULL;
    size_t len = (size_t)BIO_get_mem_data(pem, &data);

    if (t->output == NULL) {
        fwrite(data, 1, len, stdout);
        return STATUS_OK;
    }
    if (output_write(t->output, data, len))
        return STATUS_OK;
    print_error("writing %s: %s", t->output, strerror(errno));
    return STATUS_FAILED;
}

int ref_run(struct tool *t)
{
    char sentence[MODULE_SENTENCE_MAX];
    struct module m;
    BIO *pem = NULL;
    int status = STATUS_FAILED;

    if (!tool_take_uri(t, t->operands[0]))
        return STATUS_USAGE;
    if (module_open(&m, &t->config))
        pem = make_reference(&m, t->operands[0]);
    if (pem != NULL)
        status = deliver(t, pem);
    else
        print_error("%s", module_error(NULL, sentence));
    BIO_free(pem);
    module_close(&m);
    return status;
}
