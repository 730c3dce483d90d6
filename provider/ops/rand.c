/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IOTSIM-RAND, a generator for those who name it, each request of which asks
 * the card and fails when the card does; and IOTSIM-SEED, a seed source for the
 * `random` section of openssl.cnf, which takes what the card gives. They differ
 * in how they fill (seed.h). Manual: provider-rand(7).
 */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/seed.h"

enum {
    STRENGTH = 256,    /* bits */
    REQUEST_MAX = 4096 /* octets; libcrypto cuts longer requests */
};

struct generator {
    struct prov_ctx *ctx;
    seed_fill_fn *fill;
    bool instantiated;
};

static OSSL_FUNC_rand_newctx_fn rand_newctx;
static OSSL_FUNC_rand_newctx_fn seed_newctx;
static OSSL_FUNC_rand_freectx_fn rand_freectx;
static OSSL_FUNC_rand_instantiate_fn rand_instantiate;
static OSSL_FUNC_rand_uninstantiate_fn rand_uninstantiate;
static OSSL_FUNC_rand_generate_fn rand_generate;
static OSSL_FUNC_rand_reseed_fn rand_reseed;
static OSSL_FUNC_rand_nonce_fn rand_nonce;
static OSSL_FUNC_rand_get_seed_fn rand_get_seed;
static OSSL_FUNC_rand_clear_seed_fn rand_clear_seed;
static OSSL_FUNC_rand_verify_zeroization_fn rand_verify_zeroization;
static OSSL_FUNC_rand_enable_locking_fn rand_enable_locking;
static OSSL_FUNC_rand_lock_fn rand_lock;
static OSSL_FUNC_rand_unlock_fn rand_unlock;
static OSSL_FUNC_rand_get_ctx_params_fn rand_get_ctx_params;
static OSSL_FUNC_rand_gettable_ctx_params_fn rand_gettable_ctx_params;

/* --- a context ---------------------------------------------------------- */

static struct generator *new_generator(struct prov_ctx *ctx, seed_fill_fn *fill)
{
    struct generator *g = OPENSSL_zalloc(sizeof *g);

    if (g != NULL) {
        g->ctx = ctx;
        g->fill = fill;
    }
    return g;
}

/* A parent is what a deterministic generator is seeded from; this is none. */
static void *rand_newctx(void *provctx, void *parent,
                         const OSSL_DISPATCH *parent_calls)
{
    (void)parent;
    (void)parent_calls;
    return new_generator(provctx, seed_with_card);
}

static void *seed_newctx(void *provctx, void *parent,
                         const OSSL_DISPATCH *parent_calls)
{
    (void)parent;
    (void)parent_calls;
    return new_generator(provctx, seed_with_card_if_any);
}

static void rand_freectx(void *vctx)
{
    OPENSSL_free(vctx);
}

/* The parameters are those of a deterministic generator (cipher, intervals),
 * given to whichever generator is configured. */
static int rand_instantiate(void *vctx, unsigned int strength,
                            int prediction_resistance,
                            const unsigned char *text, size_t text_len,
                            const OSSL_PARAM params[])
{
    struct generator *g = vctx;

    (void)prediction_resistance;
    (void)text;
    (void)text_len;
    (void)params;
    if (strength > STRENGTH)
        return ERR_RAISE(g->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "random numbers of a strength of %u bits", strength);
    g->instantiated = true;
    return 1;
}

static int rand_uninstantiate(void *vctx)
{
    struct generator *g = vctx;

    g->instantiated = false;
    return 1;
}

/* --- octets ------------------------------------------------------------- */

static int rand_generate(void *vctx, unsigned char *out, size_t outlen,
                         unsigned int strength, int prediction_resistance,
                         const unsigned char *addin, size_t addin_len)
{
    const struct generator *g = vctx;

    (void)prediction_resistance; /* no octet depends on one before */
    (void)addin;
    (void)addin_len;
    if (!g->instantiated || strength > STRENGTH)
        return ERR_RAISE(g->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "random numbers of a strength of %u bits from a "
                         "generator that is%s instantiated",
                         strength, g->instantiated ? "" : " not");
    for (size_t n; outlen > 0; out += n, outlen -= n) {
        n = outlen < REQUEST_MAX ? outlen : REQUEST_MAX;
        if (!g->fill(g->ctx, out, n))
            return 0;
    }
    return 1;
}

/* Each request is fresh as it is. */
static int rand_reseed(void *vctx, int prediction_resistance,
                       const unsigned char *entropy, size_t entropy_len,
                       const unsigned char *addin, size_t addin_len)
{
    (void)vctx;
    (void)prediction_resistance;
    (void)entropy;
    (void)entropy_len;
    (void)addin;
    (void)addin_len;
    return 1;
}

/* A nonce must be new and need not be secret: no reason to ask the card. */
static size_t rand_nonce(void *vctx, unsigned char *out, unsigned int strength,
                         size_t min_len, size_t max_len)
{
    const struct generator *g = vctx;

    (void)strength;
    (void)max_len;
    if (out != NULL && !seed_from_system(g->ctx, out, min_len))
        return 0;
    return min_len;
}

static size_t rand_get_seed(void *vctx, unsigned char **out, int entropy,
                            size_t min_len, size_t max_len,
                            int prediction_resistance,
                            const unsigned char *addin, size_t addin_len)
{
    const struct generator *g = vctx;
    size_t len = entropy > 0 ? ((size_t)entropy + 7) / 8 : 0;
    unsigned char *seed;

    if (len < min_len)
        len = min_len;
    if (len > max_len)
        return (size_t)ERR_RAISE(g->ctx, IOTSIM_FAIL(TOO_LONG),
                                 "a seed of %zu octets in %zu", len, max_len);
    if (len == 0)
        return (size_t)ERR_RAISE(g->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                                 "a seed of no octets");
    seed = OPENSSL_secure_malloc(len);
    if (seed == NULL)
        return (size_t)ERR_RAISE(g->ctx, IOTSIM_FAIL(NO_MEMORY),
                                 "a seed of %zu octets", len);
    if (!rand_generate(vctx, seed, len, 0, prediction_resistance, addin,
                       addin_len)) {
        OPENSSL_secure_clear_free(seed, len);
        return 0;
    }
    *out = seed;
    return len;
}

static void rand_clear_seed(void *vctx, unsigned char *seed, size_t len)
{
    (void)vctx;
    OPENSSL_secure_clear_free(seed, len);
}

/* Nothing is kept, so nothing can be left. */
static int rand_verify_zeroization(void *vctx)
{
    (void)vctx;
    return 1;
}

/* --- locks -------------------------------------------------------------- */

/* libcrypto insists on a lock for a generator that threads share. Requests of
 * several threads touch nothing in the context but what instantiation has
 * written before they could begin, and the card has its own lock. */
static int rand_enable_locking(void *vctx)
{
    (void)vctx;
    return 1;
}

static int rand_lock(void *vctx)
{
    (void)vctx;
    return 1;
}

static void rand_unlock(void *vctx)
{
    (void)vctx;
}

/* --- parameters --------------------------------------------------------- */

static int rand_get_ctx_params(void *vctx, OSSL_PARAM params[])
{
    const struct generator *g = vctx;
    OSSL_PARAM *p;

    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
    if (p != NULL &&
        !OSSL_PARAM_set_int(p, g->instantiated ? EVP_RAND_STATE_READY
                                               : EVP_RAND_STATE_UNINITIALISED))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
    if (p != NULL && !OSSL_PARAM_set_uint(p, STRENGTH))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
    return p == NULL || OSSL_PARAM_set_size_t(p, REQUEST_MAX);
}

static const OSSL_PARAM *rand_gettable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
        OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
        OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
        OSSL_PARAM_END,
    };

    (void)vctx;
    (void)provctx;
    return gettable;
}

#define FUNCTION(id, function)                          \
    {                                                   \
        OSSL_FUNC_RAND_##id, (void (*)(void))(function) \
    }

#define FUNCTIONS(newctx)                                                     \
    {                                                                         \
        FUNCTION(NEWCTX, newctx), FUNCTION(FREECTX, rand_freectx),            \
            FUNCTION(INSTANTIATE, rand_instantiate),                          \
            FUNCTION(UNINSTANTIATE, rand_uninstantiate),                      \
            FUNCTION(GENERATE, rand_generate), FUNCTION(RESEED, rand_reseed), \
            FUNCTION(NONCE, rand_nonce), FUNCTION(GET_SEED, rand_get_seed),   \
            FUNCTION(CLEAR_SEED, rand_clear_seed),                            \
            FUNCTION(VERIFY_ZEROIZATION, rand_verify_zeroization),            \
            FUNCTION(ENABLE_LOCKING, rand_enable_locking),                    \
            FUNCTION(LOCK, rand_lock), FUNCTION(UNLOCK, rand_unlock),         \
            FUNCTION(GET_CTX_PARAMS, rand_get_ctx_params),                    \
            FUNCTION(GETTABLE_CTX_PARAMS, rand_gettable_ctx_params),          \
            { 0, NULL },                                                      \
    }

const OSSL_DISPATCH rand_functions[] = FUNCTIONS(rand_newctx);
const OSSL_DISPATCH seed_functions[] = FUNCTIONS(seed_newctx);
