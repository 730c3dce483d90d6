/* SPDX-License-Identifier: Apache-2.0 */
/* Key management that all types share; see keymgmt.h. */
#include "ops/keymgmt.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "iotsim/iotsim.h"
#include "ops/err.h"
#include "ops/soft.h"

void *keymgmt_new(void *provctx)
{
    return pkey_take(provctx, NULL, NULL);
}

void keymgmt_free(void *keydata)
{
    pkey_free(keydata);
}

void *keymgmt_load(const void *reference, size_t size)
{
    return pkey_take_reference(reference, size);
}

/* --- what it is --------------------------------------------------------- */

static bool has_public(const struct prov_key *key)
{
    uint8_t point[SOFT_POINT_MAX];

    return key->card_key != NULL || EVP_PKEY_is_a(key->public_half, "RSA") ||
           soft_ec_point(key->public_half, point, sizeof point) > 0;
}

int keymgmt_has(const void *keydata, int selection)
{
    const struct prov_key *key = keydata;

    if (key == NULL || key->public_half == NULL)
        return 0;
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 &&
        !pkey_is_private(key) && !pkey_is_software(key))
        return 0;
    return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0 || has_public(key);
}

int keymgmt_match(const void *keydata1, const void *keydata2, int selection)
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

/* The check in software that `selection` and the key call for. The private half
 * of a key on a card is beyond it: of such a key only the public half is
 * checked, and that the two belong together shows with every signature. */
static int check(EVP_PKEY_CTX *checker, const struct prov_key *key,
                 int selection, int checktype)
{
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 &&
        pkey_is_software(key))
        return EVP_PKEY_check(checker);
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0)
        return EVP_PKEY_param_check(checker);
    return checktype == OSSL_KEYMGMT_VALIDATE_QUICK_CHECK
               ? EVP_PKEY_public_check_quick(checker)
               : EVP_PKEY_public_check(checker);
}

int keymgmt_validate(const void *keydata, int selection, int checktype)
{
    const struct prov_key *key = keydata;
    EVP_PKEY_CTX *checker;
    int valid;

    if (!keymgmt_has(key, selection))
        return 0;
    checker =
        EVP_PKEY_CTX_new_from_pkey(key->ctx->soft, key->public_half, NULL);
    valid = checker != NULL && check(checker, key, selection, checktype) == 1;
    EVP_PKEY_CTX_free(checker);
    return valid;
}

/* --- in and out --------------------------------------------------------- */

/* True when `selection` asks for the private half of a key of any type and
 * `params` hold it. */
static bool holds_private(int selection, const OSSL_PARAM params[])
{
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 &&
           (OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PRIV_KEY) != NULL ||
            OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_D) != NULL);
}

int keymgmt_import(void *keydata, const char *type, int selection,
                   const OSSL_PARAM params[])
{
    struct prov_key *key = keydata;
    EVP_PKEY_CTX *maker;
    int ok;

    if (key->public_half != NULL)
        return 0;
    maker = EVP_PKEY_CTX_new_from_name(key->ctx->soft, type, NULL);
    ok = maker != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
         EVP_PKEY_fromdata(maker, &key->public_half,
                           selection | EVP_PKEY_KEY_PARAMETERS,
                           (OSSL_PARAM *)(uintptr_t)params) == 1;
    EVP_PKEY_CTX_free(maker);
    key->software = ok && holds_private(selection, params);
    return ok;
}

int keymgmt_import_public(void *keydata, const char *type, int selection,
                          const OSSL_PARAM params[])
{
    return !holds_private(selection, params) &&
           keymgmt_import(keydata, type, selection, params);
}

int keymgmt_export(void *keydata, int selection, OSSL_CALLBACK *callback,
                   void *arg)
{
    return pkey_export(keydata, selection, callback, arg);
}

/* --- copies ------------------------------------------------------------- */

struct copy {
    struct prov_key *key;
    const char *type;
    int selection;
};

static int take_copy(const OSSL_PARAM params[], void *arg)
{
    struct copy *copy = arg;

    return params->key != NULL &&
           keymgmt_import(copy->key, copy->type, copy->selection, params);
}

/* A key on a card never changes, nor does one with a private half in software:
 * one more reference will do. */
void *keymgmt_dup(const void *keydata, int selection)
{
    struct prov_key *key = (struct prov_key *)(uintptr_t)keydata;
    struct copy copy = { .selection = selection };

    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 &&
        (key->card_key != NULL || key->software))
        return pkey_ref(key);
    copy.key = keymgmt_new(key->ctx);
    if (copy.key == NULL || key->public_half == NULL)
        return copy.key;
    copy.type = pkey_type(key);
    if (pkey_export(key, selection, take_copy, &copy))
        return copy.key;
    pkey_free(copy.key);
    return NULL;
}

/* --- parameters --------------------------------------------------------- */

int keymgmt_get_params(void *keydata, OSSL_PARAM params[])
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

int keymgmt_set_point(void *keydata, const OSSL_PARAM params[])
{
    struct prov_key *key = keydata;
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
    EVP_PKEY *changed;
    const void *point;
    size_t len;

    if (p == NULL)
        return 1;
    if (key->public_half == NULL || key->card_key != NULL || key->software)
        return ERR_RAISE(key->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "giving a private key another public key");
    if (!OSSL_PARAM_get_octet_string_ptr(p, &point, &len))
        return ERR_RAISE(key->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "a public key that is no octet string");
    /* On a copy: it may be shared, and stands when the point is none. */
    changed = EVP_PKEY_dup(key->public_half);
    if (changed == NULL ||
        EVP_PKEY_set1_encoded_public_key(changed, point, len) != 1) {
        EVP_PKEY_free(changed);
        return 0;
    }
    EVP_PKEY_free(key->public_half);
    key->public_half = changed;
    return 1;
}
