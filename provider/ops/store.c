/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_STORE for `iotsim:` URIs: keys, public keys and certificates, one or a
 * listing. Opening parses; the card is asked by the first load. Secret keys
 * are not listed: they serve as pre-shared keys by reference only.
 *
 * A program that expects a key gets the only one that fits or an error, never
 * the first of several. Manual: provider-storemgmt(7).
 */
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/store.h>

#include "base/mem.h"
#include "ops/algorithms.h"
#include "ops/certificate.h"
#include "ops/err.h"
#include "ops/load.h"

struct store {
    struct prov_ctx *ctx;
    struct iotsim_uri uri;
    char *text; /* the URI without its PIN, for messages */
    int expect; /* OSSL_STORE_INFO_..., 0 is anything */
    struct certificate_filter filter;
    struct card *card;             /* NULL before the first load */
    struct applet_object *objects; /* what the URI names */
    size_t count;
    size_t next;
    bool begun;         /* by the first load */
    bool nothing_found; /* an error first, then the end */
    /* What objects[next] holds, read ahead: one of these. */
    struct prov_key *key;
    X509 *certificate;
    iotsim_result failure;
};

static OSSL_FUNC_store_open_fn store_open;
static OSSL_FUNC_store_set_ctx_params_fn store_set_ctx_params;
static OSSL_FUNC_store_settable_ctx_params_fn store_settable_ctx_params;
static OSSL_FUNC_store_load_fn store_load;
static OSSL_FUNC_store_eof_fn store_eof;
static OSSL_FUNC_store_close_fn store_close;
static OSSL_FUNC_store_export_object_fn store_export_object;

/* --- open and close ----------------------------------------------------- */

static int store_close(void *loaderctx)
{
    struct store *s = loaderctx;

    if (s == NULL)
        return 1;
    certificate_filter_wipe(&s->filter);
    X509_free(s->certificate);
    pkey_free(s->key);
    card_free_objects(&s->objects);
    card_free(&s->card);
    iotsim_uri_wipe(&s->uri);
    OPENSSL_free(s->text);
    OPENSSL_free(s);
    return 1;
}

static void *store_open(void *provctx, const char *text)
{
    char name[IOTSIM_URI_MAX + 1];
    struct store *s;

    if (!iotsim_uri_is(text))
        return NULL;
    s = OPENSSL_zalloc(sizeof *s);
    if (s == NULL)
        return NULL;
    s->ctx = provctx;
    if (!load_parse_uri(s->ctx, text, &s->uri))
        goto fail;
    mem_cleanse(s->uri.pin_value, sizeof s->uri.pin_value);
    if (!iotsim_ok(iotsim_uri_format(&s->uri, name, sizeof name)))
        goto fail;
    s->text = OPENSSL_strdup(name);
    if (s->text != NULL)
        return s;
fail:
    store_close(s);
    return NULL;
}

/* --- what is asked for -------------------------------------------------- */

static int take_name(const OSSL_PARAM *p, X509_NAME **name)
{
    const void *der = NULL;
    const unsigned char *at;
    size_t len = 0;

    if (p == NULL)
        return 1;
    X509_NAME_free(*name);
    *name = NULL;
    if (!OSSL_PARAM_get_octet_string_ptr(p, &der, &len))
        return 0;
    at = der;
    *name = d2i_X509_NAME(NULL, &at, (long)len);
    return *name != NULL;
}

static int take_serial(const OSSL_PARAM *p, ASN1_INTEGER **serial)
{
    BIGNUM *number = NULL;

    if (p == NULL)
        return 1;
    ASN1_INTEGER_free(*serial);
    *serial = NULL;
    if (OSSL_PARAM_get_BN(p, &number))
        *serial = BN_to_ASN1_INTEGER(number, NULL);
    BN_free(number);
    return *serial != NULL;
}

static int store_set_ctx_params(void *loaderctx, const OSSL_PARAM params[])
{
    struct store *s = loaderctx;
    const OSSL_PARAM *p;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_EXPECT);
    if (p != NULL && !OSSL_PARAM_get_int(p, &s->expect))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_SUBJECT);
    if (!take_name(p, &s->filter.subject))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_ISSUER);
    if (!take_name(p, &s->filter.issuer))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_SERIAL);
    return take_serial(p, &s->filter.serial);
}

static const OSSL_PARAM *store_settable_ctx_params(void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
        OSSL_PARAM_octet_string(OSSL_STORE_PARAM_SUBJECT, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_STORE_PARAM_ISSUER, NULL, 0),
        OSSL_PARAM_BN(OSSL_STORE_PARAM_SERIAL, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return settable;
}

/* --- which objects those are -------------------------------------------- */

static const struct {
    enum applet_kind kind;
    int info; /* what libcrypto calls it */
    const char *word;
} kinds[] = {
    { APPLET_PRIVATE_KEY, OSSL_STORE_INFO_PKEY, "private key" },
    { APPLET_PUBLIC_KEY, OSSL_STORE_INFO_PUBKEY, "public key" },
    { APPLET_FILE, OSSL_STORE_INFO_CERT, "certificate" },
};

static const char *kind_word(enum applet_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kind == kinds[i].kind)
            return kinds[i].word;
    return "object";
}

/* What is expected, in words. */
static const char *expected(const struct store *s)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (s->expect == kinds[i].info)
            return kinds[i].word;
    return "object";
}

/* Only certificates have what can be searched for. */
static bool is_search(const struct store *s)
{
    return s->filter.subject != NULL || s->filter.issuer != NULL ||
           s->filter.serial != NULL;
}

static bool wanted(const struct store *s, const struct applet_object *object)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (object->kind == kinds[i].kind)
            return (s->expect == 0 || s->expect == kinds[i].info) &&
                   (object->kind == APPLET_FILE || !is_search(s)) &&
                   card_object_matches(object, &s->uri);
    return false;
}

static bool names_an_object(const struct store *s)
{
    return s->uri.object[0] != '\0' || s->uri.id_len > 0;
}

/* Keep the objects that are wanted, in the card's order. */
static iotsim_result select_objects(struct store *s)
{
    bool one_key = s->expect == OSSL_STORE_INFO_PKEY ||
                   s->expect == OSSL_STORE_INFO_PUBKEY;
    size_t count = 0;
    bool whole;
    iotsim_result r = card_get_objects(s->card, &s->objects, &count, &whole);

    if (!iotsim_ok(r))
        return r;
    for (size_t i = 0; i < count; i++)
        if (wanted(s, &s->objects[i]))
            s->objects[s->count++] = s->objects[i];
    if (one_key && s->count > 1)
        return IOTSIM_FAIL(AMBIGUOUS);
    if (!whole && (s->count == 0 || !names_an_object(s)))
        return IOTSIM_FAIL(CARD_ANSWER); /* there may be more */
    return s->count == 0 && (names_an_object(s) || one_key)
               ? IOTSIM_FAIL(NOT_FOUND)
               : IOTSIM_OK;
}

/* --- load --------------------------------------------------------------- */

/* Read what objects[next] holds. False when it is not what is asked for: a
 * container that is empty, a file that is no certificate, a certificate that
 * does not match. An object that was named must be what is asked for. */
static bool read_next(struct store *s)
{
    const struct applet_object *object = &s->objects[s->next];

    if (object->kind == APPLET_FILE)
        s->certificate = certificate_read(s->ctx, s->card, object, &s->failure);
    else
        s->failure =
            load_key_of_object(s->ctx, s->card, &s->uri, object, &s->key);
    if (!iotsim_ok(s->failure))
        return names_an_object(s) ||
               !(iotsim_is(s->failure, IOTSIM_ERR_BAD_CERTIFICATE) ||
                 iotsim_is(s->failure, IOTSIM_ERR_NOT_PERMITTED));
    if (s->certificate == NULL ||
        certificate_matches(s->certificate, &s->filter))
        return true;
    X509_free(s->certificate);
    s->certificate = NULL;
    return false;
}

/* Read ahead to the next object that is asked for: then eof is exact. */
static void look_ahead(struct store *s)
{
    while (s->next < s->count && !read_next(s))
        s->next++;
}

static int find_objects(struct store *s)
{
    iotsim_result r;

    r = card_get(&s->ctx->settings, &s->uri, &s->card);
    if (iotsim_ok(r))
        r = select_objects(s);
    if (!iotsim_ok(r)) {
        s->count = 0;
        return ERR_RAISE(s->ctx, r, "looking for %s %s", expected(s), s->text);
    }
    look_ahead(s);
    return 1;
}

static int deliver_certificate(X509 *certificate, OSSL_CALLBACK *callback,
                               void *arg)
{
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    int object = OSSL_OBJECT_CERT;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, der,
                                          len > 0 ? (size_t)len : 0),
        OSSL_PARAM_END,
    };
    int ok = len > 0 && callback(params, arg);

    OPENSSL_free(der);
    X509_free(certificate);
    return ok;
}

static int store_load(void *loaderctx, OSSL_CALLBACK *callback, void *arg,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    struct store *s = loaderctx;
    int ok;

    (void)passphrase; /* the applet has no PIN */
    (void)passphrasearg;
    s->nothing_found = !s->begun && !find_objects(s);
    s->begun = true;
    if (s->next == s->count)
        return 0;
    if (s->key != NULL)
        ok = pkey_deliver(s->key, callback, arg);
    else if (s->certificate != NULL)
        ok = deliver_certificate(s->certificate, callback, arg);
    else
        ok = ERR_RAISE(s->ctx, s->failure, "reading %s %s",
                       kind_word(s->objects[s->next].kind), s->text);
    s->key = NULL;
    s->certificate = NULL;
    s->next++;
    look_ahead(s);
    return ok;
}

static int store_eof(void *loaderctx)
{
    const struct store *s = loaderctx;

    return s->begun && !s->nothing_found && s->next == s->count;
}

/* For a key manager of another provider: the public half of a key by
 * reference; a private key stays where it is. */
static int store_export_object(void *loaderctx, const void *reference,
                               size_t size, OSSL_CALLBACK *callback, void *arg)
{
    (void)loaderctx;
    return pkey_export_reference(reference, size, callback, arg);
}

#define FUNCTION(id, function)                           \
    {                                                    \
        OSSL_FUNC_STORE_##id, (void (*)(void))(function) \
    }

const OSSL_DISPATCH store_functions[] = {
    FUNCTION(OPEN, store_open),
    FUNCTION(SETTABLE_CTX_PARAMS, store_settable_ctx_params),
    FUNCTION(SET_CTX_PARAMS, store_set_ctx_params),
    FUNCTION(LOAD, store_load),
    FUNCTION(EOF, store_eof),
    FUNCTION(CLOSE, store_close),
    FUNCTION(EXPORT_OBJECT, store_export_object),
    { 0, NULL },
};
