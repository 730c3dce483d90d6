/* SPDX-License-Identifier: Apache-2.0 */
/* Errors for people; see err.h. */
#include "ops/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_dispatch.h>

#include "apdu/sw.h"
#include "base/log.h"
#include "base/result.h"

static const OSSL_ITEM reasons[] = {
#define REASON(name, text) { IOTSIM_ERR_##name, (char *)(uintptr_t)(text) },
    IOTSIM_ERRORS(REASON)
#undef REASON
        { 0, NULL },
};

const OSSL_ITEM *err_reasons(void)
{
    return reasons;
}

/* core_vset_error takes a va_list, so somebody has to make one. */
static void set_error(const struct prov_ctx *ctx, uint32_t reason,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set_error(const struct prov_ctx *ctx, uint32_t reason,
                      const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ctx->vset_error(ctx->core, reason, format, args);
    va_end(args);
}

/* What the card or the system said, or "". */
static void describe(iotsim_result r, char *out, size_t size)
{
    out[0] = '\0';
    if (r.sw != 0)
        snprintf(out, size, " (status word %04X: %s)", r.sw, sw_text(r.sw));
    else if (r.os > 0 && r.os < 4096)
        snprintf(out, size, " (%s)", strerror(r.os));
    else if (r.os != 0 && iotsim_is(r, IOTSIM_ERR_IO)) /* no better word */
        snprintf(out, size, " (PC/SC code 0x%08X)", (unsigned)r.os);
}

int err_raise(const struct prov_ctx *ctx, iotsim_result result,
              const char *file, int line, const char *function,
              const char *format, ...)
{
    char tried[512];
    char said[128];
    va_list args;

    va_start(args, format);
    vsnprintf(tried, sizeof tried, format, args);
    va_end(args);
    describe(result, said, sizeof said);
    /* libcrypto drops some entries, programs many more; the log has them. */
    log_at(LOG_ERROR, "ops", "%s%s: %s", tried, said, result_text(result));
    if (ctx->new_error == NULL || ctx->vset_error == NULL)
        return 0;
    ctx->new_error(ctx->core);
    if (ctx->set_error_debug != NULL)
        ctx->set_error_debug(ctx->core, file, line, function);
    set_error(ctx, result.err, "%s%s", tried, said);
    return 0;
}
