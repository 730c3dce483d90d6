/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key management for EC keys: what they have of their own. There are two of one
 * name, between which libcrypto makes no difference for keys that exist: that
 * of iotsim.ecdh=yes makes ephemeral keys in the SIM, and takes private keys,
 * since whoever makes one from numbers has been led to it, too. Manual:
 * provider-keymgmt(7), EVP_PKEY-EC(7).
 */
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/generate.h"
#include "ops/keymgmt.h"

static OSSL_FUNC_keymgmt_import_fn ec_import;
static OSSL_FUNC_keymgmt_import_fn ecdh_import;
static OSSL_FUNC_keymgmt_import_types_fn ec_types;
static OSSL_FUNC_keymgmt_gettable_params_fn ec_gettable_params;
static OSSL_FUNC_keymgmt_settable_params_fn ec_settable_params;
static OSSL_FUNC_keymgmt_gen_init_fn ec_gen_init;
static OSSL_FUNC_keymgmt_gen_init_fn ecdh_gen_init;
static OSSL_FUNC_keymgmt_gen_settable_params_fn ec_gen_settable_params;
static OSSL_FUNC_keymgmt_query_operation_name_fn ec_query_operation_name;

static int ec_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    return keymgmt_import_public(keydata, "EC", selection, params);
}

static int ecdh_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    const struct prov_key *key = keydata;

    if (OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME) == NULL)
        return ERR_RAISE(key->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "importing a key on a curve that has no name; make "
                         "it with the properties provider=default");
    return keymgmt_import(keydata, "EC", selection, params);
}

/* What import takes and export gives: the named curve, never its numbers
 * (RFC 5480 2.1.1). */
static const OSSL_PARAM *ec_types(int selection)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 ? types
                                                              : types + 1;
}

static const OSSL_PARAM *ec_gettable_params(void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, NULL,
                               0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_X, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_Y, NULL, 0),
        OSSL_PARAM_utf8_string(IOTSIM_PKEY_PARAM_URI, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return gettable;
}

static const OSSL_PARAM *ec_settable_params(void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return settable;
}

static void *ec_gen_init(void *provctx, int selection,
                         const OSSL_PARAM params[])
{
    return generate_init(provctx, "EC", false, selection, params);
}

static void *ecdh_gen_init(void *provctx, int selection,
                           const OSSL_PARAM params[])
{
    return generate_init(provctx, "EC", true, selection, params);
}

static const OSSL_PARAM *ec_gen_settable_params(void *genctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(IOTSIM_PKEY_PARAM_URI, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, NULL,
                               0),
        OSSL_PARAM_END,
    };

    (void)genctx;
    (void)provctx;
    return settable;
}

static const char *ec_query_operation_name(int operation)
{
    switch (operation) {
    case OSSL_OP_SIGNATURE:
        return "ECDSA";
    case OSSL_OP_KEYEXCH:
        return "ECDH";
    default:
        return NULL;
    }
}

#define EC_KEYMGMT(import, gen_init)                                         \
    {                                                                        \
        KEYMGMT_SHARED, KEYMGMT_FUNCTION(IMPORT, import),                    \
            KEYMGMT_FUNCTION(IMPORT_TYPES, ec_types),                        \
            KEYMGMT_FUNCTION(EXPORT_TYPES, ec_types),                        \
            KEYMGMT_FUNCTION(GETTABLE_PARAMS, ec_gettable_params),           \
            KEYMGMT_FUNCTION(SET_PARAMS, keymgmt_set_point),                 \
            KEYMGMT_FUNCTION(SETTABLE_PARAMS, ec_settable_params),           \
            KEYMGMT_FUNCTION(GEN_INIT, gen_init),                            \
            KEYMGMT_FUNCTION(GEN_SET_TEMPLATE, generate_set_template),       \
            KEYMGMT_FUNCTION(GEN_SET_PARAMS, generate_set_params),           \
            KEYMGMT_FUNCTION(GEN_SETTABLE_PARAMS, ec_gen_settable_params),   \
            KEYMGMT_FUNCTION(GEN, generate_key),                             \
            KEYMGMT_FUNCTION(GEN_CLEANUP, generate_free),                    \
            KEYMGMT_FUNCTION(QUERY_OPERATION_NAME, ec_query_operation_name), \
            { 0, NULL },                                                     \
    }

const OSSL_DISPATCH keymgmt_ec_functions[] = EC_KEYMGMT(ec_import, ec_gen_init);
const OSSL_DISPATCH keymgmt_ecdh_functions[] =
    EC_KEYMGMT(ecdh_import, ecdh_gen_init);
