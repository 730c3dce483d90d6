/* SPDX-License-Identifier: Apache-2.0 */
/* The provider as an application meets it; see module.h. */
#include "tool/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>

#include "iotsim/iotsim.h"
#include "tool/print.h"

#define MODULE_FILE IOTSIM_PROVIDER ".so"

/* --- where the module is ----------------------------------------------- */

static bool join(const char *folder, const char *file,
                 char out[MODULE_PATH_MAX])
{
    return folder != NULL && snprintf(out, MODULE_PATH_MAX, "%s/%s", folder,
                                      file) < MODULE_PATH_MAX;
}

static bool in_environment(const struct config *c, char out[MODULE_PATH_MAX])
{
    (void)c;
    return join(secure_getenv("OPENSSL_MODULES"), MODULE_FILE, out);
}

/* bin/iotsim and ossl-modules/iotsim.so are neighbours in a build. */
#define NEIGHBOUR "../ossl-modules/" MODULE_FILE

static bool in_build(const struct config *c, char out[MODULE_PATH_MAX])
{
    char self[MODULE_PATH_MAX - sizeof NEIGHBOUR];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;

    (void)c;
    if (len < 0)
        return false;
    self[len] = '\0';
    slash = strrchr(self, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return join(self, NEIGHBOUR, out);
}

static bool in_modules_folder(const struct config *c, char out[MODULE_PATH_MAX])
{
    (void)c;
    return join(OPENSSL_info(OPENSSL_INFO_MODULES_DIR), MODULE_FILE, out);
}

/* As provider_init of OpenSSL puts it together. */
bool module_configured(const struct config *c, char out[MODULE_PATH_MAX])
{
    const char *file = config_value(c, c->section, "module");
    const char *folder = secure_getenv("OPENSSL_MODULES");

    if (c->section == NULL)
        return false;
    if (file != NULL && file[0] == '/')
        return snprintf(out, MODULE_PATH_MAX, "%s", file) < MODULE_PATH_MAX;
    if (folder == NULL)
        folder = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
    return join(folder, file == NULL ? MODULE_FILE : file, out);
}

static bool (*const places[])(const struct config *c,
                              char out[MODULE_PATH_MAX]) = {
    module_configured,
    in_environment,
    in_build,
    in_modules_folder,
};

/* The first file that is there, else the last that might have been. */
static void find_file(const struct config *c, char out[MODULE_PATH_MAX])
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i](c, out) && access(out, R_OK) == 0)
            return;
}

/* --- the module -------------------------------------------------------- */

bool module_open(struct module *m, const struct config *c)
{
    *m = (struct module){ 0 };
    find_file(c, m->path);
    config_export(c);
    m->ctx = OSSL_LIB_CTX_new();
    if (m->ctx != NULL)
        m->fallback = OSSL_PROVIDER_load(m->ctx, "default");
    if (m->fallback != NULL)
        m->provider = OSSL_PROVIDER_load(m->ctx, m->path);
    return m->provider != NULL;
}

void module_close(struct module *m)
{
    OSSL_PROVIDER_unload(m->provider);
    OSSL_PROVIDER_unload(m->fallback);
    OSSL_LIB_CTX_free(m->ctx);
    *m = (struct module){ 0 };
}

/* --- what it loads ----------------------------------------------------- */

/* The one thing of the kind `expected` (OSSL_STORE_INFO_...) that `uri`
 * names. */
static OSSL_STORE_INFO *load_uri(const struct module *m, const char *uri,
                                 int expected)
{
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, m->ctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = NULL;

    if (store != NULL && OSSL_STORE_expect(store, expected))
        info = OSSL_STORE_load(store);
    OSSL_STORE_close(store);
    return info;
}

/* Nobody is there to be asked for a pass phrase. */
static int no_phrase(char *out, int size, int writing, void *arg)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static EVP_PKEY *key_of_file(const struct module *m, const char *file)
{
    BIO *in = BIO_new_file(file, "r");
    EVP_PKEY *key = NULL;

    if (in != NULL)
        key =
            PEM_read_bio_PrivateKey_ex(in, NULL, no_phrase, NULL, m->ctx, NULL);
    BIO_free(in);
    return key;
}

static X509 *certificate_of_file(const struct module *m, const char *file)
{
    BIO *in = BIO_new_file(file, "r");
    X509 *certificate = X509_new_ex(m->ctx, NULL);

    if (in == NULL || certificate == NULL ||
        PEM_read_bio_X509(in, &certificate, no_phrase, NULL) == NULL) {
        X509_free(certificate);
        certificate = NULL;
    }
    BIO_free(in);
    return certificate;
}

EVP_PKEY *module_get_key(const struct module *m, const char *where)
{
    OSSL_STORE_INFO *info;
    EVP_PKEY *key;

    if (!iotsim_uri_is(where))
        return key_of_file(m, where);
    info = load_uri(m, where, OSSL_STORE_INFO_PKEY);
    key = info == NULL ? NULL : OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
    return key;
}

X509 *module_get_certificate(const struct module *m, const char *where)
{
    OSSL_STORE_INFO *info;
    X509 *certificate;

    if (!iotsim_uri_is(where))
        return certificate_of_file(m, where);
    info = load_uri(m, where, OSSL_STORE_INFO_CERT);
    certificate = info == NULL ? NULL : OSSL_STORE_INFO_get1_CERT(info);
    OSSL_STORE_INFO_free(info);
    return certificate;
}

/* --- what went wrong --------------------------------------------------- */

/* "what was tried: sentence (what the card said)". The provider's entries may
 * end with what was said: that belongs behind the sentence. */
static void write_sentence(const char *data, const char *reason,
                           char out[MODULE_SENTENCE_MAX])
{
    const size_t len = strlen(data);
    const char *tail = data + len;

    if (len > 0 && data[len - 1] == ')')
        for (const char *at = data; (at = strstr(at, " (")) != NULL; at++)
            tail = at;
    out[0] = '\0';
    print_escape(bytes_of(data, (size_t)(tail - data)), out,
                 MODULE_SENTENCE_MAX);
    print_append(out, MODULE_SENTENCE_MAX, "%s%s", len > 0 ? ": " : "", reason);
    if (tail[0] != '\0') {
        print_append(out, MODULE_SENTENCE_MAX, " ");
        print_escape(bytes_text(tail + 1), out, MODULE_SENTENCE_MAX);
    }
}

static const char *reason_of(unsigned long e)
{
    const char *reason = ERR_SYSTEM_ERROR(e) ? strerror(ERR_GET_REASON(e))
                                             : ERR_reason_error_string(e);

    return reason == NULL ? "failed" : reason;
}

const char *module_error(const char *otherwise, char out[MODULE_SENTENCE_MAX])
{
    const char *data = NULL;
    bool ours = false;
    int flags = 0;
    unsigned long e;

    out[0] = '\0';
    if (otherwise != NULL)
        print_append(out, MODULE_SENTENCE_MAX, "%s", otherwise);
    while ((e = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        bool now_ours = ERR_GET_LIB(e) >= ERR_LIB_USER;

        if (now_ours ? !ours : out[0] == '\0')
            write_sentence(data, reason_of(e), out);
        ours = ours || now_ours;
    }
    return out;
}
