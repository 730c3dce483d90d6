/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDH by a key in a SIM, static or ephemeral: the card gives the x coordinate,
 * X9.63 KDF is software. The other side's point is checked in software before
 * the card sees it. Keys that were made in software for want of a container
 * have an exchange of the default provider, which gets all that is said to ours.
 * Manual: provider-keyexch(7), EVP_KEYEXCH-ECDH(7).
 */
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/mem.h"
#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/params.h"
#include "ops/pkey.h"
#include "ops/soft.h"

enum { ALGORITHM_MAX = 50 }; /* characters of a name, as in libcrypto */

struct exchange {
    struct prov_ctx *ctx;
    struct prov_key *key;  /* counted */
    struct prov_key *peer; /* counted */
    EVP_PKEY_CTX *soft; /* of a key in software; what follows is the card's */
    bool cofactor_mode; /* as it was set; the cofactor is 1 */
    bool x963;          /* X9.63 KDF follows */
    EVP_MD *kdf_md;
    size_t kdf_outlen;
    uint8_t *kdf_ukm; /* the shared info */
    size_t kdf_ukm_len;
};

static OSSL_FUNC_keyexch_newctx_fn ecdh_newctx;
static OSSL_FUNC_keyexch_freectx_fn ecdh_freectx;
static OSSL_FUNC_keyexch_dupctx_fn ecdh_dupctx;
static OSSL_FUNC_keyexch_init_fn ecdh_init;
static OSSL_FUNC_keyexch_set_peer_fn ecdh_set_peer;
static OSSL_FUNC_keyexch_derive_fn ecdh_derive;
static OSSL_FUNC_keyexch_set_ctx_params_fn ecdh_set_ctx_params;
static OSSL_FUNC_keyexch_settable_ctx_params_fn ecdh_settable_ctx_params;
static OSSL_FUNC_keyexch_get_ctx_params_fn ecdh_get_ctx_params;
static OSSL_FUNC_keyexch_gettable_ctx_params_fn ecdh_gettable_ctx_params;

/* --- context ------------------------------------------------------------ */

static void *ecdh_newctx(void *provctx)
{
    struct exchange *x = OPENSSL_zalloc(sizeof *x);

    if (x != NULL)
        x->ctx = provctx;
    return x;
}

static void ecdh_freectx(void *vx)
{
    struct exchange *x = vx;

    if (x == NULL)
        return;
    pkey_free(x->key);
    pkey_free(x->peer);
    EVP_PKEY_CTX_free(x->soft);
    EVP_MD_free(x->kdf_md);
    OPENSSL_clear_free(x->kdf_ukm, x->kdf_ukm_len);
    OPENSSL_free(x);
}

static void *ecdh_dupctx(void *vx)
{
    const struct exchange *from = vx;
    struct exchange *x = OPENSSL_memdup(from, sizeof *from);

    if (x == NULL)
        return NULL;
    if (x->key != NULL)
        pkey_ref(x->key);
    if (x->peer != NULL)
        pkey_ref(x->peer);
    if (x->kdf_md != NULL && !EVP_MD_up_ref(x->kdf_md))
        x->kdf_md = NULL;
    x->soft = from->soft == NULL ? NULL : EVP_PKEY_CTX_dup(from->soft);
    x->kdf_ukm = from->kdf_ukm == NULL
                     ? NULL
                     : OPENSSL_memdup(from->kdf_ukm, from->kdf_ukm_len);
    if ((from->kdf_md != NULL && x->kdf_md == NULL) ||
        (from->soft != NULL && x->soft == NULL) ||
        (from->kdf_ukm != NULL && x->kdf_ukm == NULL)) {
        ecdh_freectx(x);
        return NULL;
    }
    return x;
}

/* Say that the default provider failed; what it says itself stays. */
static int done_in_software(const struct exchange *x, int ok, const char *what)
{
    return ok == 1 ||
           ERR_RAISE(x->ctx, IOTSIM_FAIL(UNSUPPORTED), "%s by software", what);
}

static int begin_in_software(struct exchange *x)
{
    x->soft =
        EVP_PKEY_CTX_new_from_pkey(x->ctx->soft, x->key->public_half, NULL);
    return done_in_software(
        x, x->soft != NULL && EVP_PKEY_derive_init(x->soft) == 1,
        "beginning a key agreement");
}

static const char *name_of(const struct prov_key *key,
                           char name[IOTSIM_URI_MAX + 1])
{
    return pkey_name(key, name)[0] == '\0' ? "a key on no card" : name;
}

/* A NULL key keeps the one of the operation before. */
static int ecdh_init(void *vx, void *provkey, const OSSL_PARAM params[])
{
    struct exchange *x = vx;
    struct prov_key *key = provkey != NULL ? provkey : x->key;
    char name[IOTSIM_URI_MAX + 1];

    if (key == NULL || key->public_half == NULL ||
        strcmp(pkey_type(key), "EC") != 0)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key agreement without an EC key");
    if (!pkey_is_private(key) && !pkey_is_software(key))
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(NOT_PERMITTED),
                         "key agreement with %s, which is no private key",
                         name_of(key, name));
    pkey_ref(key);
    pkey_free(x->key);
    pkey_free(x->peer);
    x->key = key;
    x->peer = NULL;
    EVP_PKEY_CTX_free(x->soft);
    x->soft = NULL;
    x->cofactor_mode = false;
    x->x963 = false;
    if (pkey_is_software(key) && !begin_in_software(x))
        return 0;
    return ecdh_set_ctx_params(x, params);
}

/* True when the key is a point of its curve, and neither infinity nor in a
 * small subgroup (SP 800-56A 5.6.2.3.3). */
static bool is_valid(const struct prov_ctx *ctx, EVP_PKEY *key)
{
    EVP_PKEY_CTX *checker = EVP_PKEY_CTX_new_from_pkey(ctx->soft, key, NULL);
    bool valid = checker != NULL && EVP_PKEY_public_check(checker) == 1;

    EVP_PKEY_CTX_free(checker);
    return valid;
}

static int ecdh_set_peer(void *vx, void *provkey)
{
    struct exchange *x = vx;
    struct prov_key *peer = provkey;

    if (x->key == NULL || peer == NULL || peer->public_half == NULL)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key agreement without two keys");
    if (EVP_PKEY_parameters_eq(x->key->public_half, peer->public_half) != 1)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key agreement with a key on another curve");
    if (!is_valid(x->ctx, peer->public_half))
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key agreement with a point that is not on the curve");
    if (x->soft != NULL &&
        !done_in_software(
            x, EVP_PKEY_derive_set_peer_ex(x->soft, peer->public_half, 0),
            "taking the other side's key"))
        return 0;
    pkey_ref(peer);
    pkey_free(x->peer);
    x->peer = peer;
    return 1;
}

/* --- derive ------------------------------------------------------------- */

/* The x coordinate of the shared point. */
static int agree(const struct exchange *x, uint8_t secret[APPLET_SECRET_LEN])
{
    char name[IOTSIM_URI_MAX + 1];
    uint8_t point[SOFT_POINT_MAX];
    size_t len = soft_ec_point(x->peer->public_half, point, sizeof point);
    iotsim_result r = len == APPLET_POINT_LEN
                          ? key_agree(x->key->card_key, point, secret)
                          : IOTSIM_FAIL(BAD_ARGUMENT);

    return iotsim_ok(r) ||
           ERR_RAISE(x->ctx, r, "key agreement with %s", name_of(x->key, name));
}

/* X9.63 KDF of `secret` to `out`. */
static int stretch(const struct exchange *x, struct bytes secret, uint8_t *out)
{
    const char *md = EVP_MD_get0_name(x->kdf_md);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                         (char *)(uintptr_t)md, 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.data, secret.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, x->kdf_ukm,
                                          x->kdf_ukm_len),
        OSSL_PARAM_END,
    };
    EVP_KDF *kdf = EVP_KDF_fetch(x->ctx->soft, OSSL_KDF_NAME_X963KDF, NULL);
    EVP_KDF_CTX *deriver = EVP_KDF_CTX_new(kdf);
    int ok = deriver != NULL &&
             EVP_KDF_derive(deriver, out, x->kdf_outlen, params) == 1;

    EVP_KDF_CTX_free(deriver);
    EVP_KDF_free(kdf);
    return ok || ERR_RAISE(x->ctx, IOTSIM_FAIL(UNSUPPORTED),
                           "X9.63 KDF with digest \"%s\"", md);
}

static int derive_by_card(const struct exchange *x, uint8_t *secret,
                          size_t *secretlen, size_t outlen)
{
    uint8_t shared[APPLET_SECRET_LEN];
    size_t need = x->x963 ? x->kdf_outlen : sizeof shared;
    int ok;

    if (secret == NULL) {
        *secretlen = need;
        return 1;
    }
    if (x->x963 && (x->kdf_md == NULL || need == 0))
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "X9.63 KDF without a digest or a length");
    if (outlen < need)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(TOO_LONG),
                         "a shared secret needs room for %zu octets", need);
    ok = agree(x, shared);
    if (ok && x->x963)
        ok = stretch(x, BYTES_OF(shared), secret);
    else if (ok)
        memcpy(secret, shared, sizeof shared);
    mem_cleanse(shared, sizeof shared);
    if (ok)
        *secretlen = need;
    return ok;
}

static int ecdh_derive(void *vx, unsigned char *secret, size_t *secretlen,
                       size_t outlen)
{
    const struct exchange *x = vx;

    if (x->key == NULL || x->peer == NULL)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key agreement without the other side's key");
    if (x->soft == NULL)
        return derive_by_card(x, secret, secretlen, outlen);
    *secretlen = outlen;
    return done_in_software(x, EVP_PKEY_derive(x->soft, secret, secretlen),
                            "key agreement");
}

/* --- parameters --------------------------------------------------------- */

static int refuse_param(const struct exchange *x, const char *key)
{
    return ERR_RAISE(x->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                     "%s of a wrong type or length", key);
}

static int set_outlen(struct exchange *x, const OSSL_PARAM *p)
{
    return OSSL_PARAM_get_size_t(p, &x->kdf_outlen) || refuse_param(x, p->key);
}

/* Off, on, or -1: what the key says, which is off. */
static int set_cofactor_mode(struct exchange *x, const OSSL_PARAM *p)
{
    int mode = 0;

    if (!OSSL_PARAM_get_int(p, &mode))
        return refuse_param(x, p->key);
    if (mode < -1 || mode > 1)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "key agreement in cofactor mode %d", mode);
    x->cofactor_mode = mode == 1;
    return 1;
}

static int set_kdf_type(struct exchange *x, const OSSL_PARAM *p)
{
    char name[ALGORITHM_MAX + 1];

    if (!params_get_text(p, name, sizeof name))
        return refuse_param(x, p->key);
    x->x963 = strcmp(name, OSSL_KDF_NAME_X963KDF) == 0;
    if (x->x963 || name[0] == '\0')
        return 1;
    return ERR_RAISE(x->ctx, IOTSIM_FAIL(UNSUPPORTED), "key agreement with %s",
                     name);
}

static int set_kdf_digest(struct exchange *x, const OSSL_PARAM *p)
{
    char name[ALGORITHM_MAX + 1];
    EVP_MD *md;

    if (!params_get_text(p, name, sizeof name))
        return refuse_param(x, p->key);
    md = soft_digest(x->ctx, name);
    if (md == NULL)
        return ERR_RAISE(x->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "X9.63 KDF with digest %s", name);
    EVP_MD_free(x->kdf_md);
    x->kdf_md = md;
    return 1;
}

/* For no octets libcrypto allocates one, which is no shared info. */
static int set_kdf_ukm(struct exchange *x, const OSSL_PARAM *p)
{
    void *ukm = NULL;
    size_t len = 0;

    if (!OSSL_PARAM_get_octet_string(p, &ukm, 0, &len))
        return refuse_param(x, p->key);
    if (len == 0) {
        OPENSSL_free(ukm);
        ukm = NULL;
    }
    OPENSSL_clear_free(x->kdf_ukm, x->kdf_ukm_len);
    x->kdf_ukm = ukm;
    x->kdf_ukm_len = len;
    return 1;
}

static const struct {
    const char *key;
    int (*set)(struct exchange *x, const OSSL_PARAM *p);
} settings[] = {
    { OSSL_EXCHANGE_PARAM_KDF_OUTLEN, set_outlen },
    { OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, set_cofactor_mode },
    { OSSL_EXCHANGE_PARAM_KDF_TYPE, set_kdf_type },
    { OSSL_EXCHANGE_PARAM_KDF_DIGEST, set_kdf_digest },
    { OSSL_EXCHANGE_PARAM_KDF_UKM, set_kdf_ukm },
};

static int ecdh_set_ctx_params(void *vx, const OSSL_PARAM params[])
{
    struct exchange *x = vx;

    if (params == NULL)
        return 1;
    if (x->soft != NULL)
        return done_in_software(x, EVP_PKEY_CTX_set_params(x->soft, params),
                                "parameters of a key agreement");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, settings[i].key);

        if (p != NULL && !settings[i].set(x, p))
            return 0;
    }
    return 1;
}

static const OSSL_PARAM *ecdh_settable_ctx_params(void *vx, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
        OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
        OSSL_PARAM_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vx;
    (void)provctx;
    return settable;
}

static int ecdh_get_ctx_params(void *vx, OSSL_PARAM params[])
{
    const struct exchange *x = vx;
    OSSL_PARAM *p;

    if (x->soft != NULL)
        return EVP_PKEY_CTX_get_params(x->soft, params);
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE);
    if (p != NULL && !OSSL_PARAM_set_int(p, x->cofactor_mode))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_TYPE);
    if (p != NULL &&
        !OSSL_PARAM_set_utf8_string(p, x->x963 ? OSSL_KDF_NAME_X963KDF : ""))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
    if (p != NULL &&
        !OSSL_PARAM_set_utf8_string(
            p, x->kdf_md == NULL ? "" : EVP_MD_get0_name(x->kdf_md)))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
    if (p != NULL && !OSSL_PARAM_set_size_t(p, x->kdf_outlen))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
    return p == NULL || OSSL_PARAM_set_octet_ptr(p, x->kdf_ukm, x->kdf_ukm_len);
}

static const OSSL_PARAM *ecdh_gettable_ctx_params(void *vx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
        OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
        OSSL_PARAM_DEFN(OSSL_EXCHANGE_PARAM_KDF_UKM, OSSL_PARAM_OCTET_PTR, NULL,
                        0),
        OSSL_PARAM_END,
    };

    (void)vx;
    (void)provctx;
    return gettable;
}

#define FUNCTION(id, function)                             \
    {                                                      \
        OSSL_FUNC_KEYEXCH_##id, (void (*)(void))(function) \
    }

const OSSL_DISPATCH keyexch_ecdh_functions[] = {
    FUNCTION(NEWCTX, ecdh_newctx),
    FUNCTION(FREECTX, ecdh_freectx),
    FUNCTION(DUPCTX, ecdh_dupctx),
    FUNCTION(INIT, ecdh_init),
    FUNCTION(SET_PEER, ecdh_set_peer),
    FUNCTION(DERIVE, ecdh_derive),
    FUNCTION(SET_CTX_PARAMS, ecdh_set_ctx_params),
    FUNCTION(SETTABLE_CTX_PARAMS, ecdh_settable_ctx_params),
    FUNCTION(GET_CTX_PARAMS, ecdh_get_ctx_params),
    FUNCTION(GETTABLE_CTX_PARAMS, ecdh_gettable_ctx_params),
    { 0, NULL },
};
