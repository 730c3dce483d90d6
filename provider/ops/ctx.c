/* SPDX-License-Identifier: Apache-2.0 */
/* An instance of the provider; see ctx.h. */
#include "ops/ctx.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

static void take_upcalls(struct prov_ctx *ctx, const OSSL_DISPATCH *in)
{
    for (; in->function_id != 0; in++)
        switch (in->function_id) {
        case OSSL_FUNC_CORE_NEW_ERROR:
            ctx->new_error = OSSL_FUNC_core_new_error(in);
            break;
        case OSSL_FUNC_CORE_SET_ERROR_DEBUG:
            ctx->set_error_debug = OSSL_FUNC_core_set_error_debug(in);
            break;
        case OSSL_FUNC_CORE_VSET_ERROR:
            ctx->vset_error = OSSL_FUNC_core_vset_error(in);
            break;
        case OSSL_FUNC_CORE_GET_PARAMS:
            ctx->get_params = OSSL_FUNC_core_get_params(in);
            break;
        default:
            break;
        }
}

/* The value that openssl.cnf gives to `name`, borrowed, or NULL. */
static const char *configured(struct prov_ctx *ctx, const char *name)
{
    char *value = NULL;
    OSSL_PARAM request[] = {
        OSSL_PARAM_construct_utf8_ptr(name, &value, 0),
        OSSL_PARAM_END,
    };

    if (ctx->get_params == NULL || !ctx->get_params(ctx->core, request))
        return NULL;
    return value;
}

static iotsim_result read_settings(struct prov_ctx *ctx, const char **name)
{
    bool known;

    settings_init(&ctx->settings);
    for (size_t i = 0; (*name = settings_name(i)) != NULL; i++) {
        const char *value = configured(ctx, *name);
        iotsim_result r = IOTSIM_OK;

        if (value != NULL)
            r = settings_set(&ctx->settings, *name, value, &known);
        if (!iotsim_ok(r))
            return r;
    }
    return settings_environment(&ctx->settings, name);
}

/* A log that this user cannot write to is no reason to have no keys; `iotsim
 * check` tells. */
static void start_log(const struct prov_ctx *ctx)
{
    iotsim_result ignored = settings_apply(&ctx->settings);

    (void)ignored;
}

struct prov_ctx *ctx_new(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in)
{
    struct prov_ctx *ctx = OPENSSL_zalloc(sizeof *ctx);

    if (ctx == NULL)
        return NULL;
    ctx->core = core;
    take_upcalls(ctx, in);
    ctx->bad_setting = read_settings(ctx, &ctx->bad_name);
    start_log(ctx);
    ctx->soft = OSSL_LIB_CTX_new_from_dispatch(core, in);
    if (ctx->soft == NULL)
        goto fail;
    ctx->soft_default = OSSL_PROVIDER_load(ctx->soft, "default");
    if (ctx->soft_default == NULL)
        goto fail;
    return ctx;
fail:
    ctx_free(ctx);
    return NULL;
}

void ctx_free(struct prov_ctx *ctx)
{
    if (ctx == NULL)
        return;
    OSSL_PROVIDER_unload(ctx->soft_default);
    OSSL_LIB_CTX_free(ctx->soft);
    OPENSSL_clear_free(ctx, sizeof *ctx);
}
