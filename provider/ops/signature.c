/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Context, parameters and beginning of a signature; see signature.h. What it
 * comes to is in signature_run.c.
 */
#include "ops/signature.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/params.h>

#include "ops/err.h"
#include "ops/params.h"
#include "ops/soft.h"

static const struct {
    const char *name;
    uint16_t hash;
} hashes[] = {
    { "SHA256", HASH_SHA256 },
    { "SHA384", HASH_SHA384 },
    { "SHA512", HASH_SHA512 },
};

uint16_t signature_hash(const EVP_MD *md)
{
    for (size_t i = 0; md != NULL && i < sizeof hashes / sizeof *hashes; i++)
        if (EVP_MD_is_a(md, hashes[i].name))
            return hashes[i].hash;
    return 0;
}

/* --- context ------------------------------------------------------------ */

struct signature *signature_new(struct prov_ctx *ctx,
                                const struct signature_scheme *scheme,
                                bool verify_on_card)
{
    struct signature *s = OPENSSL_zalloc(sizeof *s);

    if (s == NULL)
        return NULL;
    s->ctx = ctx;
    s->scheme = scheme;
    s->verify_on_card = verify_on_card;
    return s;
}

void signature_freectx(void *vs)
{
    struct signature *s = vs;

    if (s == NULL)
        return;
    tbs_wipe(&s->tbs);
    EVP_MD_CTX_free(s->digest);
    EVP_MD_free(s->mgf1);
    EVP_MD_free(s->md);
    pkey_free(s->key);
    OPENSSL_free(s);
}

void *signature_dupctx(void *vs)
{
    const struct signature *from = vs;
    struct signature *s = OPENSSL_memdup(from, sizeof *from);

    if (s == NULL)
        return NULL;
    s->key = from->key == NULL ? NULL : pkey_ref(from->key);
    s->md = from->md != NULL && EVP_MD_up_ref(from->md) ? from->md : NULL;
    s->mgf1 =
        from->mgf1 != NULL && EVP_MD_up_ref(from->mgf1) ? from->mgf1 : NULL;
    s->digest = NULL;
    s->tbs = (struct tbs){ 0 };
    if (!tbs_copy(&s->tbs, &from->tbs))
        goto fail;
    if (from->digest != NULL) {
        s->digest = EVP_MD_CTX_new();
        if (s->digest == NULL || !EVP_MD_CTX_copy_ex(s->digest, from->digest))
            goto fail;
    }
    return s;
fail:
    signature_freectx(s);
    return NULL;
}

/* --- refusals ----------------------------------------------------------- */

const char *signature_key_name(const struct signature *s,
                               char name[IOTSIM_URI_MAX + 1])
{
    return pkey_name(s->key, name)[0] == '\0' ? "a key on no card" : name;
}

int signature_refuse(const struct signature *s, const char *format, ...)
{
    char words[256];
    char name[IOTSIM_URI_MAX + 1] = "";
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (s->key != NULL)
        pkey_name(s->key, name);
    return ERR_RAISE(s->ctx, IOTSIM_FAIL(UNSUPPORTED), "%s%s%s", words,
                     name[0] == '\0' ? "" : "; key ", name);
}

int signature_refuse_digest(const struct signature *s)
{
    return signature_refuse(
        s, "digest %s, where the applet signs SHA-256, SHA-384 and SHA-512",
        EVP_MD_get0_name(s->md));
}

bool signature_is_on_card(const struct signature *s)
{
    if (s->operation == SIGNATURE_SIGN)
        return !pkey_is_software(s->key);
    return s->operation == SIGNATURE_VERIFY && s->verify_on_card &&
           s->key->card_key != NULL;
}

uint8_t signature_asked_mode(const struct signature *s)
{
    return s->mode != 0 ? s->mode : s->ctx->settings.mode;
}

bool signature_needs_text(const struct signature *s)
{
    uint8_t mode = signature_asked_mode(s);

    return signature_is_on_card(s) &&
           (mode == MODE_LAST_BLOCK || mode == MODE_FULL_TEXT);
}

int signature_check(const struct signature *s, bool last)
{
    if (s->operation == SIGNATURE_NONE)
        return 1;
    if (signature_needs_text(s) && s->md != NULL && signature_hash(s->md) == 0)
        return signature_refuse_digest(s);
    return s->scheme->check == NULL || s->scheme->check(s, last);
}

/* --- parameters --------------------------------------------------------- */

EVP_MD *signature_fetch(const struct signature *s, const char *name)
{
    EVP_MD *md = soft_digest(s->ctx, name);

    if (md != NULL && EVP_MD_get_size(md) <= APPLET_HASH_MAX)
        return md;
    EVP_MD_free(md);
    ERR_RAISE(s->ctx, IOTSIM_FAIL(UNSUPPORTED), "%s with digest %s",
              s->scheme->name, name);
    return NULL;
}

static int set_digest(struct signature *s, const char *name)
{
    EVP_MD *md = signature_fetch(s, name);

    if (md == NULL)
        return 0;
    if (s->hashing && !EVP_MD_is_a(s->md, EVP_MD_get0_name(md))) {
        EVP_MD_free(md);
        return signature_refuse(s, "digest %s amid a message hashed by %s",
                                name, EVP_MD_get0_name(s->md));
    }
    EVP_MD_free(s->md);
    s->md = md;
    return 1;
}

/* Words and meaning are those of the setting. */
static int set_mode(struct signature *s, const char *word)
{
    static const char setting[] = "signature-mode";
    struct settings asked = { 0 };
    bool known;

    if (!iotsim_ok(settings_set(&asked, setting, word, &known)))
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_SETTING),
                         IOTSIM_SIGNATURE_PARAM_MODE "=%s; it takes %s", word,
                         settings_form(setting));
    if (s->tbs.mode != 0 && asked.mode != s->mode)
        return signature_refuse(s, "another mode amid a message");
    s->mode = asked.mode;
    return 1;
}

/* Let `set` have the text of the parameter `key`, if it is there. */
static int set_text(struct signature *s, const OSSL_PARAM params[],
                    const char *key,
                    int (*set)(struct signature *s, const char *text))
{
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, key);
    char text[SIGNATURE_TEXT_MAX + 1];

    if (p == NULL)
        return 1;
    if (!params_get_text(p, text, sizeof text))
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "%s, which takes a word", key);
    return set(s, text);
}

static int set_params(struct signature *s, const OSSL_PARAM params[])
{
    if (params == NULL)
        return 1;
    return set_text(s, params, OSSL_SIGNATURE_PARAM_DIGEST, set_digest) &&
           set_text(s, params, IOTSIM_SIGNATURE_PARAM_MODE, set_mode) &&
           (s->scheme->set == NULL || s->scheme->set(s, params));
}

int signature_set_ctx_params(void *vs, const OSSL_PARAM params[])
{
    return set_params(vs, params) && signature_check(vs, false);
}

const OSSL_PARAM *signature_settable(const struct signature *s,
                                     const OSSL_PARAM *settable)
{
    return s != NULL && s->hashing ? settable + 1 : settable;
}

void signature_describe(const struct signature *s, struct signature_params *out)
{
    out->list[0] = OSSL_PARAM_construct_end();
    if (s->scheme->describe != NULL)
        s->scheme->describe(s, out);
}

static int get_algorithm_id(const struct signature *s, OSSL_PARAM *p)
{
    struct signature_params params;
    uint8_t id[SIGNATURE_ID_MAX];
    size_t len;

    if (s->md == NULL || s->key == NULL)
        return 1;
    signature_describe(s, &params);
    len =
        soft_algorithm_id(s->ctx, s->key->public_half, EVP_MD_get0_name(s->md),
                          params.list, id, sizeof id);
    return OSSL_PARAM_set_octet_string(p, id, len);
}

int signature_get_ctx_params(void *vs, OSSL_PARAM params[])
{
    const struct signature *s = vs;
    size_t size = s->md == NULL ? 0 : (size_t)EVP_MD_get_size(s->md);
    OSSL_PARAM *p;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
    if (p != NULL && !get_algorithm_id(s, p))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST_SIZE);
    if (p != NULL && !OSSL_PARAM_set_size_t(p, size))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(
                         p, s->md == NULL ? "" : EVP_MD_get0_name(s->md)))
        return 0;
    return s->scheme->get == NULL || s->scheme->get(s, params);
}

int signature_get_ctx_md_params(void *vs, OSSL_PARAM params[])
{
    const struct signature *s = vs;

    return s->digest != NULL && EVP_MD_CTX_get_params(s->digest, params);
}

const OSSL_PARAM *signature_gettable_ctx_md_params(void *vs)
{
    const struct signature *s = vs;

    return s->md == NULL ? NULL : EVP_MD_gettable_ctx_params(s->md);
}

int signature_set_ctx_md_params(void *vs, const OSSL_PARAM params[])
{
    const struct signature *s = vs;

    return s->digest != NULL && EVP_MD_CTX_set_params(s->digest, params);
}

const OSSL_PARAM *signature_settable_ctx_md_params(void *vs)
{
    const struct signature *s = vs;

    return s->md == NULL ? NULL : EVP_MD_settable_ctx_params(s->md);
}

/* --- init --------------------------------------------------------------- */

static int need_private(const struct signature *s)
{
    char name[IOTSIM_URI_MAX + 1];

    if (pkey_is_ephemeral(s->key))
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(NOT_PERMITTED),
                         "an ephemeral key serves key agreement only");
    if (pkey_is_private(s->key) || pkey_is_software(s->key))
        return 1;
    return ERR_RAISE(s->ctx, IOTSIM_FAIL(NOT_PERMITTED),
                     "signing with %s, which is no private key",
                     signature_key_name(s, name));
}

/* Take the key and drop what the operation before has left. */
static int start(struct signature *s, enum signature_operation operation,
                 struct prov_key *key)
{
    if (key != NULL) {
        pkey_ref(key);
        pkey_free(s->key);
        s->key = key;
    }
    if (s->key == NULL || s->key->public_half == NULL)
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "signature operation without a key");
    s->operation = operation;
    s->hashing = false;
    tbs_wipe(&s->tbs);
    if (s->scheme->reset != NULL)
        s->scheme->reset(s);
    return operation != SIGNATURE_SIGN || need_private(s);
}

int signature_begin(struct signature *s, enum signature_operation operation,
                    struct prov_key *key, const OSSL_PARAM params[])
{
    return start(s, operation, key) && set_params(s, params) &&
           signature_check(s, false);
}

int signature_sign_init(void *vs, void *provkey, const OSSL_PARAM params[])
{
    return signature_begin(vs, SIGNATURE_SIGN, provkey, params);
}

int signature_verify_init(void *vs, void *provkey, const OSSL_PARAM params[])
{
    return signature_begin(vs, SIGNATURE_VERIFY, provkey, params);
}

/* Without a name the digest is the one set before, else SHA-256. */
static int begin_digest(struct signature *s, enum signature_operation operation,
                        const char *mdname, void *provkey,
                        const OSSL_PARAM params[])
{
    if (!start(s, operation, provkey) || !set_params(s, params))
        return 0;
    if (mdname != NULL && mdname[0] == '\0')
        mdname = NULL;
    if (mdname == NULL && s->md == NULL)
        mdname = "SHA256";
    if (mdname != NULL && !set_digest(s, mdname))
        return 0;
    if (!signature_check(s, false))
        return 0;
    if (s->digest == NULL)
        s->digest = EVP_MD_CTX_new();
    s->hashing =
        s->digest != NULL && EVP_DigestInit_ex2(s->digest, s->md, params);
    return s->hashing;
}

int signature_digest_sign_init(void *vs, const char *mdname, void *provkey,
                               const OSSL_PARAM params[])
{
    return begin_digest(vs, SIGNATURE_SIGN, mdname, provkey, params);
}

int signature_digest_verify_init(void *vs, const char *mdname, void *provkey,
                                 const OSSL_PARAM params[])
{
    return begin_digest(vs, SIGNATURE_VERIFY, mdname, provkey, params);
}
