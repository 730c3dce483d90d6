/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key management for RSA keys: what they have of their own. Manual:
 * provider-keymgmt(7), EVP_PKEY-RSA(7).
 */
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/generate.h"
#include "ops/keymgmt.h"

static OSSL_FUNC_keymgmt_import_fn rsa_import;
static OSSL_FUNC_keymgmt_import_types_fn rsa_types;
static OSSL_FUNC_keymgmt_gettable_params_fn rsa_gettable_params;
static OSSL_FUNC_keymgmt_gen_init_fn rsa_gen_init;
static OSSL_FUNC_keymgmt_gen_settable_params_fn rsa_gen_settable_params;
static OSSL_FUNC_keymgmt_query_operation_name_fn rsa_query_operation_name;

static int rsa_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0 &&
           keymgmt_import_public(keydata, "RSA", selection, params);
}

/* What import takes and export gives. */
static const OSSL_PARAM *rsa_types(int selection)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };

    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 ? types : NULL;
}

static const OSSL_PARAM *rsa_gettable_params(void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_utf8_string(IOTSIM_PKEY_PARAM_URI, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return gettable;
}

static void *rsa_gen_init(void *provctx, int selection,
                          const OSSL_PARAM params[])
{
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0)
        return NULL; /* there are no parameters without a key */
    return generate_init(provctx, "RSA", false, selection, params);
}

static const OSSL_PARAM *rsa_gen_settable_params(void *genctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(IOTSIM_PKEY_PARAM_URI, NULL, 0),
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_RSA_BITS, NULL),
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_RSA_PRIMES, NULL),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)genctx;
    (void)provctx;
    return settable;
}

static const char *rsa_query_operation_name(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "RSA" : NULL;
}

const OSSL_DISPATCH keymgmt_rsa_functions[] = {
    KEYMGMT_SHARED,
    KEYMGMT_FUNCTION(IMPORT, rsa_import),
    KEYMGMT_FUNCTION(IMPORT_TYPES, rsa_types),
    KEYMGMT_FUNCTION(EXPORT_TYPES, rsa_types),
    KEYMGMT_FUNCTION(GETTABLE_PARAMS, rsa_gettable_params),
    KEYMGMT_FUNCTION(GEN_INIT, rsa_gen_init),
    KEYMGMT_FUNCTION(GEN_SET_PARAMS, generate_set_params),
    KEYMGMT_FUNCTION(GEN_SETTABLE_PARAMS, rsa_gen_settable_params),
    KEYMGMT_FUNCTION(GEN, generate_key),
    KEYMGMT_FUNCTION(GEN_CLEANUP, generate_free),
    KEYMGMT_FUNCTION(QUERY_OPERATION_NAME, rsa_query_operation_name),
    { 0, NULL },
};
