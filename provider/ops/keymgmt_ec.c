/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key management for EC keys. The public half answers for itself (pkey.h); a
 * private key is never exported, not even as an error: libcrypto probes that
 * on every signature. Keys are not generated here: ephemeral keys belong to
 * the default provider. Manual: provider-keymgmt(7), EVP_KEYMGMT-EC(7).
 */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/pkey.h"
#include "ops/soft.h"

static OSSL_FUNC_keymgmt_new_fn ec_new;
static OSSL_FUNC_keymgmt_free_fn ec_free;
static OSSL_FUNC_keymgmt_load_fn ec_load;
static OSSL_FUNC_keymgmt_dup_fn ec_dup;
static OSSL_FUNC_keymgmt_has_fn ec_has;
static OSSL_FUNC_keymgmt_match_fn ec_match;
static OSSL_FUNC_keymgmt_validate_fn ec_validate;
static OSSL_FUNC_keymgmt_import_fn ec_import;
static OSSL_FUNC_keymgmt_import_types_fn ec_types;
static OSSL_FUNC_keymgmt_export_fn ec_export;
static OSSL_FUNC_keymgmt_get_params_fn ec_get_params;
static OSSL_FUNC_keymgmt_gettable_params_fn ec_gettable_params;
static OSSL_FUNC_keymgmt_query_operation_name_fn ec_query_operation_name;

static void *ec_new(void *provctx)
{
    return pkey_take(provctx, NULL, NULL);
}

static void ec_free(void *keydata)
{
    pkey_free(keydata);
}

static void *ec_load(const void *reference, size_t size)
{
    return pkey_take_reference(reference, size);
}

/* A copy with what `selection` asks for. Keys are immutable, so the whole one
 * is one more reference. */
static void *ec_dup(const void *keydata, int selection)
{
    struct prov_key *key = (struct prov_key *)(uintptr_t)keydata;
    EVP_PKEY *public_half;

    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 ||
        key->public_half == NULL)
        return pkey_ref(key);
    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0)
        return pkey_take_public(pkey_ref(key));
    public_half = EVP_PKEY_new();
    if (public_half == NULL ||
        EVP_PKEY_copy_parameters(public_half, key->public_half) != 1) {
        EVP_PKEY_free(public_half);
        return NULL;
    }
    return pkey_take(key->ctx, public_half, NULL);
}

static int ec_has(const void *keydata, int selection)
{
    const struct prov_key *key = keydata;
    uint8_t point[SOFT_POINT_MAX];

    if (key == NULL || key->public_half == NULL)
        return 0;
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
        return pkey_is_private(key);
    return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0 ||
           soft_ec_point(key->public_half, point, sizeof point) > 0;
}

static int ec_match(const void *keydata1, const void *keydata2, int selection)
{
    const struct prov_key *a = keydata1;
    const struct prov_key *b = keydata2;
    int equal;

    if (a->public_half == NULL || b->public_half == NULL)
        return 0;
    ERR_set_mark();
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        equal = EVP_PKEY_eq(a->public_half, b->public_half) == 1;
    else
        equal = EVP_PKEY_parameters_eq(a->public_half, b->public_half) == 1;
    ERR_pop_to_mark();
    return equal;
}

static int ec_validate(const void *keydata, int selection, int checktype)
{
    const struct prov_key *key = keydata;
    EVP_PKEY_CTX *checker;
    int valid;

    (void)checktype;
    if (!ec_has(key, selection))
        return 0;
    checker =
        EVP_PKEY_CTX_new_from_pkey(key->ctx->soft, key->public_half, NULL);
    if (checker == NULL)
        valid = 0;
    else if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        valid = EVP_PKEY_public_check(checker) == 1;
    else
        valid = EVP_PKEY_param_check(checker) == 1;
    EVP_PKEY_CTX_free(checker);
    return valid;
}

static int ec_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    struct prov_key *key = keydata;
    EVP_PKEY_CTX *maker;
    int ok;

    if (key->public_half != NULL ||
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PRIV_KEY) != NULL ||
        (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0)
        return 0;
    maker = EVP_PKEY_CTX_new_from_name(key->ctx->soft, "EC", NULL);
    ok = maker != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
         EVP_PKEY_fromdata(maker, &key->public_half, EVP_PKEY_PUBLIC_KEY,
                           (OSSL_PARAM *)(uintptr_t)params) == 1;
    EVP_PKEY_CTX_free(maker);
    return ok;
}

/* What import takes and export gives: the named curve, never its numbers
 * (RFC 5480 2.1.1). */
static const OSSL_PARAM *ec_types(int selection)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 ? types : NULL;
}

static int ec_export(void *keydata, int selection, OSSL_CALLBACK *callback,
                     void *arg)
{
    return pkey_export(keydata, selection, callback, arg);
}

static int ec_get_params(void *keydata, OSSL_PARAM params[])
{
    const struct prov_key *key = keydata;
    char uri[IOTSIM_URI_MAX + 1];
    OSSL_PARAM *p;

    if (key->public_half == NULL)
        return 0;
    p = OSSL_PARAM_locate(params, IOTSIM_PKEY_PARAM_URI);
    if (p != NULL && key->card_key != NULL &&
        !OSSL_PARAM_set_utf8_string(p, pkey_name(key, uri)))
        return 0;
    return EVP_PKEY_get_params(key->public_half, params);
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

static const char *ec_query_operation_name(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

#define FUNCTION(id, function)                             \
    {                                                      \
        OSSL_FUNC_KEYMGMT_##id, (void (*)(void))(function) \
    }

const OSSL_DISPATCH keymgmt_ec_functions[] = {
    FUNCTION(NEW, ec_new),
    FUNCTION(FREE, ec_free),
    FUNCTION(LOAD, ec_load),
    FUNCTION(DUP, ec_dup),
    FUNCTION(HAS, ec_has),
    FUNCTION(MATCH, ec_match),
    FUNCTION(VALIDATE, ec_validate),
    FUNCTION(IMPORT, ec_import),
    FUNCTION(IMPORT_TYPES, ec_types),
    FUNCTION(EXPORT, ec_export),
    FUNCTION(EXPORT_TYPES, ec_types),
    FUNCTION(GET_PARAMS, ec_get_params),
    FUNCTION(GETTABLE_PARAMS, ec_gettable_params),
    FUNCTION(QUERY_OPERATION_NAME, ec_query_operation_name),
    { 0, NULL },
};
