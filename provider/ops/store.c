/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_STORE for `iotsim:` URIs: keys, public keys and certificates, one or a
 * listing. Opening parses; the card is asked by the first load. Secret keys
 * are not listed: they serve as pre-shared keys by reference only.
 *
 * A program that expects a key gets the only one that fits or an error, never
 * the first of several. There is no export_object: libcrypto would use it to
 * make public keys of ours another provider's, which know no card that could
 * verify. Manual: provider-storemgmt(7).
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
    iotsim_result bad_search;      /* told by the first load */
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

static iotsim_result take_params(struct store *s, const OSSL_PARAM params[])
{
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_EXPECT);

    if (p != NULL && !OSSL_PARAM_get_int(p, &s->expect))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    return certificate_filter_set(s->ctx, &s->filter, params);
}

/* What is wrong is kept for the first load: when this fails while a store is
 * opened, libcrypto 3.0 frees the loader and goes on with it. */
static int store_set_ctx_params(void *loaderctx, const OSSL_PARAM params[])
{
    struct store *s = loaderctx;

    if (params != NULL && iotsim_ok(s->bad_search))
        s->bad_search = take_params(s, params);
    return 1;
}

static const OSSL_PARAM *store_settable_ctx_params(void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
        OSSL_PARAM_octet_string(OSSL_STORE_PARAM_SUBJECT, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_STORE_PARAM_ISSUER, NULL, 0),
        OSSL_PARAM_BN(OSSL_STORE_PARAM_SERIAL, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_STORE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_STORE_PARAM_FINGERPRINT, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_STORE_PARAM_ALIAS, NULL, 0),
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

static bool names_an_object(const struct store *s)
{
    return s->uri.object[0] != '\0' || s->uri.id_len > 0;
}

/* A file that the card calls plain data is left unread unless it is named: it
 * may be long. */
static bool may_match(const struct store *s, const struct applet_object *object)
{
    return certificate_filter_may_match(&s->filter, object) &&
           (object->kind != APPLET_FILE ||
            object->file_usage != USAGE_GENERAL || names_an_object(s));
}

static bool wanted(const struct store *s, const struct applet_object *object)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (object->kind == kinds[i].kind)
            return (s->expect == 0 || s->expect == kinds[i].info) &&
                   may_match(s, object) && card_object_matches(object, &s->uri);
    return false;
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
    if (one_key && s->count > 1 && s->filter.fingerprint == NULL)
        return IOTSIM_FAIL(AMBIGUOUS);
    if (!whole && (s->count == 0 || !names_an_object(s)))
        return IOTSIM_FAIL(CARD_ANSWER); /* there may be more */
    return s->count == 0 && (names_an_object(s) || one_key)
               ? IOTSIM_FAIL(NOT_FOUND)
               : IOTSIM_OK;
}

/* --- load --------------------------------------------------------------- */

static bool matches(const struct store *s)
{
    return s->certificate != NULL
               ? certificate_matches(s->certificate, &s->filter)
               : certificate_key_matches(s->key->public_half, &s->filter);
}

/* Forget what was read ahead. */
static void drop(struct store *s)
{
    X509_free(s->certificate);
    pkey_free(s->key);
    s->certificate = NULL;
    s->key = NULL;
}

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
    if (matches(s))
        return true;
    drop(s);
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

    if (!iotsim_ok(s->bad_search))
        return ERR_RAISE(s->ctx, s->bad_search,
                         "searching %s by something malformed or with an "
                         "unknown digest",
                         s->text);
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
    { 0, NULL },
};
