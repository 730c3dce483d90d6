/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA by a key in a SIM. Messages are hashed on the host, the card gets one
 * final hash; what comes back is verified in software before anybody sees it,
 * which catches a damaged answer and a SIM that is not the one of the key
 * reference. Verification is software. Manual: provider-signature(7); FIPS
 * 186-5 section 6.4.
 */
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/pkey.h"
#include "ops/soft.h"

struct signature {
    struct prov_ctx *ctx;
    struct prov_key *key; /* counted */
    EVP_MD *md;           /* NULL: the caller hashes by no known digest */
    EVP_MD_CTX *digest;   /* NULL unless digest-sign or digest-verify */
};

static OSSL_FUNC_signature_newctx_fn ecdsa_newctx;
static OSSL_FUNC_signature_freectx_fn ecdsa_freectx;
static OSSL_FUNC_signature_dupctx_fn ecdsa_dupctx;
static OSSL_FUNC_signature_sign_init_fn ecdsa_sign_init;
static OSSL_FUNC_signature_sign_fn ecdsa_sign;
static OSSL_FUNC_signature_verify_init_fn ecdsa_verify_init;
static OSSL_FUNC_signature_verify_fn ecdsa_verify;
static OSSL_FUNC_signature_digest_sign_init_fn ecdsa_digest_sign_init;
static OSSL_FUNC_signature_digest_sign_update_fn ecdsa_digest_update;
static OSSL_FUNC_signature_digest_sign_final_fn ecdsa_digest_sign_final;
static OSSL_FUNC_signature_digest_sign_fn ecdsa_digest_sign;
static OSSL_FUNC_signature_digest_verify_init_fn ecdsa_digest_verify_init;
static OSSL_FUNC_signature_digest_verify_final_fn ecdsa_digest_verify_final;
static OSSL_FUNC_signature_digest_verify_fn ecdsa_digest_verify;
static OSSL_FUNC_signature_get_ctx_params_fn ecdsa_get_ctx_params;
static OSSL_FUNC_signature_gettable_ctx_params_fn ecdsa_gettable_ctx_params;
static OSSL_FUNC_signature_set_ctx_params_fn ecdsa_set_ctx_params;
static OSSL_FUNC_signature_settable_ctx_params_fn ecdsa_settable_ctx_params;
static OSSL_FUNC_signature_get_ctx_md_params_fn ecdsa_get_md_params;
static OSSL_FUNC_signature_gettable_ctx_md_params_fn ecdsa_gettable_md_params;
static OSSL_FUNC_signature_set_ctx_md_params_fn ecdsa_set_md_params;
static OSSL_FUNC_signature_settable_ctx_md_params_fn ecdsa_settable_md_params;

/* --- context ------------------------------------------------------------ */

static void *ecdsa_newctx(void *provctx, const char *propq)
{
    struct signature *s = OPENSSL_zalloc(sizeof *s);

    (void)propq; /* the private library context has one provider */
    if (s != NULL)
        s->ctx = provctx;
    return s;
}

static void ecdsa_freectx(void *vs)
{
    struct signature *s = vs;

    if (s == NULL)
        return;
    EVP_MD_CTX_free(s->digest);
    EVP_MD_free(s->md);
    pkey_free(s->key);
    OPENSSL_free(s);
}

static void *ecdsa_dupctx(void *vs)
{
    const struct signature *from = vs;
    struct signature *s = ecdsa_newctx(from->ctx, NULL);

    if (s == NULL)
        return NULL;
    if (from->key != NULL)
        s->key = pkey_ref(from->key);
    if (from->md != NULL && EVP_MD_up_ref(from->md))
        s->md = from->md;
    if (from->digest != NULL) {
        s->digest = EVP_MD_CTX_new();
        if (s->digest == NULL || !EVP_MD_CTX_copy_ex(s->digest, from->digest))
            goto fail;
    }
    return s;
fail:
    ecdsa_freectx(s);
    return NULL;
}

static int set_digest(struct signature *s, const char *name)
{
    EVP_MD *md = EVP_MD_fetch(s->ctx->soft, name, NULL);

    if (md == NULL || (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0 ||
        EVP_MD_get_size(md) > APPLET_HASH_MAX) {
        EVP_MD_free(md);
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "ECDSA with digest %s", name);
    }
    EVP_MD_free(s->md);
    s->md = md;
    return 1;
}

/* A NULL key keeps the one of the operation before. */
static int begin(struct signature *s, void *provkey, const OSSL_PARAM params[])
{
    if (provkey != NULL) {
        pkey_ref(provkey);
        pkey_free(s->key);
        s->key = provkey;
    }
    if (s->key == NULL || s->key->public_half == NULL)
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "signature operation without a key");
    return ecdsa_set_ctx_params(s, params);
}

static int need_private(const struct signature *s)
{
    char name[IOTSIM_URI_MAX + 1];

    if (pkey_is_private(s->key))
        return 1;
    return ERR_RAISE(s->ctx, IOTSIM_FAIL(NOT_PERMITTED),
                     "signing with %s, which is no private key",
                     pkey_name(s->key, name));
}

/* --- sign and verify a hash --------------------------------------------- */

static int ecdsa_sign_init(void *vs, void *provkey, const OSSL_PARAM params[])
{
    return begin(vs, provkey, params) && need_private(vs);
}

static int ecdsa_verify_init(void *vs, void *provkey, const OSSL_PARAM params[])
{
    return begin(vs, provkey, params);
}

enum { DER_MAX = APPLET_RS_LEN + 8 }; /* a tag and a length thrice, two 00 */

/* Ask the card for a signature of `hash` and trust nothing: `der` gets what
 * the public half confirms, or is unchanged. */
static iotsim_result sign_on_card(const struct signature *s, struct bytes hash,
                                  uint8_t *der, size_t *der_len)
{
    uint8_t made[DER_MAX];
    uint8_t storage[APPLET_RS_LEN];
    struct buf rs = BUF_OVER(storage);
    iotsim_result r = key_sign(s->key->card_key, hash, &rs);
    size_t len;

    if (!iotsim_ok(r))
        return r;
    len = soft_ecdsa_der(buf_view(&rs), made, sizeof made);
    if (len == 0 || len > sizeof made)
        return IOTSIM_FAIL(CARD_ANSWER);
    if (!soft_verify(s->ctx, s->key->public_half, bytes_of(made, len), hash))
        return IOTSIM_FAIL(KEY_MISMATCH);
    memcpy(der, made, len);
    *der_len = len;
    return IOTSIM_OK;
}

static int ecdsa_sign(void *vs, unsigned char *sig, size_t *siglen,
                      size_t sigsize, const unsigned char *tbs, size_t tbslen)
{
    const struct signature *s = vs;
    size_t max = (size_t)EVP_PKEY_get_size(s->key->public_half);
    char name[IOTSIM_URI_MAX + 1];
    iotsim_result r;

    if (sig == NULL) {
        *siglen = max;
        return 1;
    }
    if (sigsize < max)
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(TOO_LONG),
                         "a signature needs room for %zu octets", max);
    if (tbslen == 0 || tbslen > APPLET_HASH_MAX ||
        (s->md != NULL && tbslen != (size_t)EVP_MD_get_size(s->md)))
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "signing a hash of %zu octets", tbslen);
    r = sign_on_card(s, bytes_of(tbs, tbslen), sig, siglen);
    if (iotsim_ok(r))
        return 1;
    return ERR_RAISE(s->ctx, r, "signing with %s", pkey_name(s->key, name));
}

static int ecdsa_verify(void *vs, const unsigned char *sig, size_t siglen,
                        const unsigned char *tbs, size_t tbslen)
{
    const struct signature *s = vs;

    if (s->md != NULL && tbslen != (size_t)EVP_MD_get_size(s->md))
        return 0;
    return soft_verify(s->ctx, s->key->public_half, bytes_of(sig, siglen),
                       bytes_of(tbs, tbslen));
}

/* --- digest-sign and digest-verify -------------------------------------- */

/* Without a name the digest is the one set before, else SHA-256. */
static int begin_digest(struct signature *s, const char *mdname, void *provkey,
                        const OSSL_PARAM params[])
{
    if (!begin(s, provkey, params))
        return 0;
    if (mdname != NULL && mdname[0] == '\0')
        mdname = NULL;
    if (mdname == NULL && s->md == NULL)
        mdname = "SHA256";
    if (mdname != NULL && !set_digest(s, mdname))
        return 0;
    if (s->digest == NULL)
        s->digest = EVP_MD_CTX_new();
    return s->digest != NULL && EVP_DigestInit_ex2(s->digest, s->md, params);
}

static int ecdsa_digest_sign_init(void *vs, const char *mdname, void *provkey,
                                  const OSSL_PARAM params[])
{
    return begin_digest(vs, mdname, provkey, params) && need_private(vs);
}

static int ecdsa_digest_verify_init(void *vs, const char *mdname, void *provkey,
                                    const OSSL_PARAM params[])
{
    return begin_digest(vs, mdname, provkey, params);
}

static int ecdsa_digest_update(void *vs, const unsigned char *data,
                               size_t datalen)
{
    const struct signature *s = vs;

    return s->digest != NULL && EVP_DigestUpdate(s->digest, data, datalen);
}

static int ecdsa_digest_sign_final(void *vs, unsigned char *sig, size_t *siglen,
                                   size_t sigsize)
{
    struct signature *s = vs;
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;

    if (s->digest == NULL)
        return 0;
    if (sig != NULL && !EVP_DigestFinal_ex(s->digest, hash, &hash_len))
        return 0;
    return ecdsa_sign(s, sig, siglen, sigsize, hash, hash_len);
}

static int ecdsa_digest_sign(void *vs, unsigned char *sig, size_t *siglen,
                             size_t sigsize, const unsigned char *tbs,
                             size_t tbslen)
{
    if (sig != NULL && !ecdsa_digest_update(vs, tbs, tbslen))
        return 0;
    return ecdsa_digest_sign_final(vs, sig, siglen, sigsize);
}

static int ecdsa_digest_verify_final(void *vs, const unsigned char *sig,
                                     size_t siglen)
{
    struct signature *s = vs;
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;

    if (s->digest == NULL || !EVP_DigestFinal_ex(s->digest, hash, &hash_len))
        return 0;
    return ecdsa_verify(s, sig, siglen, hash, hash_len);
}

static int ecdsa_digest_verify(void *vs, const unsigned char *sig,
                               size_t siglen, const unsigned char *tbs,
                               size_t tbslen)
{
    return ecdsa_digest_update(vs, tbs, tbslen) &&
           ecdsa_digest_verify_final(vs, sig, siglen);
}

/* --- parameters --------------------------------------------------------- */

static int ecdsa_get_ctx_params(void *vs, OSSL_PARAM params[])
{
    const struct signature *s = vs;
    uint8_t id[64];
    size_t id_len;
    OSSL_PARAM *p;

    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
    if (p != NULL && s->md != NULL && s->key != NULL) {
        id_len = soft_algorithm_id(s->ctx, s->key->public_half,
                                   EVP_MD_get0_name(s->md), id, sizeof id);
        if (!OSSL_PARAM_set_octet_string(p, id, id_len))
            return 0;
    }
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST_SIZE);
    if (p != NULL && !OSSL_PARAM_set_size_t(
                         p, s->md == NULL ? 0 : (size_t)EVP_MD_get_size(s->md)))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST);
    return p == NULL || OSSL_PARAM_set_utf8_string(
                            p, s->md == NULL ? "" : EVP_MD_get0_name(s->md));
}

static const OSSL_PARAM *ecdsa_gettable_ctx_params(void *vs, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
        OSSL_PARAM_size_t(OSSL_SIGNATURE_PARAM_DIGEST_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vs;
    (void)provctx;
    return gettable;
}

static int ecdsa_set_ctx_params(void *vs, const OSSL_PARAM params[])
{
    struct signature *s = vs;
    const char *name = NULL;
    const OSSL_PARAM *p;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
    if (p == NULL)
        return 1;
    return OSSL_PARAM_get_utf8_string_ptr(p, &name) && set_digest(s, name);
}

static const OSSL_PARAM *ecdsa_settable_ctx_params(void *vs, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };
    static const OSSL_PARAM fixed[] = { OSSL_PARAM_END };
    const struct signature *s = vs;

    (void)provctx;
    return s != NULL && s->digest != NULL ? fixed : settable;
}

static int ecdsa_get_md_params(void *vs, OSSL_PARAM params[])
{
    const struct signature *s = vs;

    return s->digest != NULL && EVP_MD_CTX_get_params(s->digest, params);
}

static const OSSL_PARAM *ecdsa_gettable_md_params(void *vs)
{
    const struct signature *s = vs;

    return s->md == NULL ? NULL : EVP_MD_gettable_ctx_params(s->md);
}

static int ecdsa_set_md_params(void *vs, const OSSL_PARAM params[])
{
    const struct signature *s = vs;

    return s->digest != NULL && EVP_MD_CTX_set_params(s->digest, params);
}

static const OSSL_PARAM *ecdsa_settable_md_params(void *vs)
{
    const struct signature *s = vs;

    return s->md == NULL ? NULL : EVP_MD_settable_ctx_params(s->md);
}

#define FUNCTION(id, function)                               \
    {                                                        \
        OSSL_FUNC_SIGNATURE_##id, (void (*)(void))(function) \
    }

const OSSL_DISPATCH signature_ecdsa_functions[] = {
    FUNCTION(NEWCTX, ecdsa_newctx),
    FUNCTION(FREECTX, ecdsa_freectx),
    FUNCTION(DUPCTX, ecdsa_dupctx),
    FUNCTION(SIGN_INIT, ecdsa_sign_init),
    FUNCTION(SIGN, ecdsa_sign),
    FUNCTION(VERIFY_INIT, ecdsa_verify_init),
    FUNCTION(VERIFY, ecdsa_verify),
    FUNCTION(DIGEST_SIGN_INIT, ecdsa_digest_sign_init),
    FUNCTION(DIGEST_SIGN_UPDATE, ecdsa_digest_update),
    FUNCTION(DIGEST_SIGN_FINAL, ecdsa_digest_sign_final),
    FUNCTION(DIGEST_SIGN, ecdsa_digest_sign),
    FUNCTION(DIGEST_VERIFY_INIT, ecdsa_digest_verify_init),
    FUNCTION(DIGEST_VERIFY_UPDATE, ecdsa_digest_update),
    FUNCTION(DIGEST_VERIFY_FINAL, ecdsa_digest_verify_final),
    FUNCTION(DIGEST_VERIFY, ecdsa_digest_verify),
    FUNCTION(GET_CTX_PARAMS, ecdsa_get_ctx_params),
    FUNCTION(GETTABLE_CTX_PARAMS, ecdsa_gettable_ctx_params),
    FUNCTION(SET_CTX_PARAMS, ecdsa_set_ctx_params),
    FUNCTION(SETTABLE_CTX_PARAMS, ecdsa_settable_ctx_params),
    FUNCTION(GET_CTX_MD_PARAMS, ecdsa_get_md_params),
    FUNCTION(GETTABLE_CTX_MD_PARAMS, ecdsa_gettable_md_params),
    FUNCTION(SET_CTX_MD_PARAMS, ecdsa_set_md_params),
    FUNCTION(SETTABLE_CTX_MD_PARAMS, ecdsa_settable_md_params),
    { 0, NULL },
};
