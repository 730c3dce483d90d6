/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct prov_ctx: one instance of the provider in one library context. Holds
 * what libcrypto gave us, the settings, and a private library context with
 * the default provider, in which everything is done that needs no card
 * (design D5). Immutable after ctx_new, so threads share it without a lock.
 */
#ifndef IOTSIM_OPS_CTX_H
#define IOTSIM_OPS_CTX_H

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "card/settings.h"

struct prov_ctx {
    const OSSL_CORE_HANDLE *core;
    OSSL_FUNC_core_new_error_fn *new_error; /* any of these may be NULL */
    OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
    OSSL_FUNC_core_vset_error_fn *vset_error;
    OSSL_FUNC_core_get_params_fn *get_params;
    OSSL_LIB_CTX *soft; /* the private library context */
    OSSL_PROVIDER *soft_default;
    struct settings settings;
    /* A setting that is wrong: told when a key is asked for, since libcrypto
     * drops the errors of loading. */
    iotsim_result bad_setting;
    const char *bad_name; /* static */
};

/* A new instance from libcrypto's dispatch table: reads the configuration,
 * reaches no device. NULL when out of memory. */
struct prov_ctx *ctx_new(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in);

/* Free it; says nothing to any card. Accepts NULL. */
void ctx_free(struct prov_ctx *ctx);

#endif
