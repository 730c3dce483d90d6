/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry point that OpenSSL loads. Initialisation reads the configuration
 * and nothing else; no device is reached before a key is used, none at
 * teardown (design D5). Manual: provider-base(7), provider-iotsim(7).
 */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/capabilities.h"
#include "ops/ctx.h"
#include "ops/err.h"

static OSSL_FUNC_provider_teardown_fn provider_teardown;
static OSSL_FUNC_provider_gettable_params_fn provider_gettable_params;
static OSSL_FUNC_provider_get_params_fn provider_get_params;
static OSSL_FUNC_provider_query_operation_fn provider_query_operation;
static OSSL_FUNC_provider_get_reason_strings_fn provider_get_reason_strings;
static OSSL_FUNC_provider_get_capabilities_fn provider_get_capabilities;

static void provider_teardown(void *provctx)
{
    ctx_free(provctx);
}

static const OSSL_PARAM *provider_gettable_params(void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_DEFN(OSSL_PROV_PARAM_NAME, OSSL_PARAM_UTF8_PTR, NULL, 0),
        OSSL_PARAM_DEFN(OSSL_PROV_PARAM_VERSION, OSSL_PARAM_UTF8_PTR, NULL, 0),
        OSSL_PARAM_DEFN(OSSL_PROV_PARAM_BUILDINFO, OSSL_PARAM_UTF8_PTR, NULL,
                        0),
        OSSL_PARAM_DEFN(OSSL_PROV_PARAM_STATUS, OSSL_PARAM_INTEGER, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return gettable;
}

static int provider_get_params(void *provctx, OSSL_PARAM params[])
{
    static const char *const texts[][2] = {
        { OSSL_PROV_PARAM_NAME, "iotsim: keys in a SIM (GSMA IoT SAFE)" },
        { OSSL_PROV_PARAM_VERSION, IOTSIM_VERSION },
        { OSSL_PROV_PARAM_BUILDINFO, IOTSIM_VERSION },
    };
    OSSL_PARAM *p;

    (void)provctx;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        p = OSSL_PARAM_locate(params, texts[i][0]);
        if (p != NULL && !OSSL_PARAM_set_utf8_ptr(p, texts[i][1]))
            return 0;
    }
    p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
    return p == NULL || OSSL_PARAM_set_int(p, 1);
}

static const OSSL_ALGORITHM *provider_query_operation(void *provctx,
                                                      int operation,
                                                      int *no_cache)
{
    (void)provctx;
    *no_cache = 0;
    return algorithms_of(operation);
}

static const OSSL_ITEM *provider_get_reason_strings(void *provctx)
{
    (void)provctx;
    return err_reasons();
}

static int provider_get_capabilities(void *provctx, const char *capability,
                                     OSSL_CALLBACK *callback, void *arg)
{
    (void)provctx;
    return capabilities_get(capability, callback, arg);
}

#define FUNCTION(id, function)                              \
    {                                                       \
        OSSL_FUNC_PROVIDER_##id, (void (*)(void))(function) \
    }

static const OSSL_DISPATCH provider_functions[] = {
    FUNCTION(TEARDOWN, provider_teardown),
    FUNCTION(GETTABLE_PARAMS, provider_gettable_params),
    FUNCTION(GET_PARAMS, provider_get_params),
    FUNCTION(QUERY_OPERATION, provider_query_operation),
    FUNCTION(GET_REASON_STRINGS, provider_get_reason_strings),
    FUNCTION(GET_CAPABILITIES, provider_get_capabilities),
    { 0, NULL },
};

/* Declared by <openssl/core.h>; hidden like all else without the attribute. */
__attribute__((visibility("default"))) int OSSL_provider_init(
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    *provctx = ctx_new(handle, in);
    *out = provider_functions;
    return *provctx != NULL;
}
