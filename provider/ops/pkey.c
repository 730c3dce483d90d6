/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as the operations share them; see pkey.h. */
#include "ops/pkey.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>

#include "ops/soft.h"

struct prov_key *pkey_take(struct prov_ctx *ctx, EVP_PKEY *public_half,
                           struct key *card_key)
{
    struct prov_key *key = OPENSSL_zalloc(sizeof *key);

    if (key == NULL) {
        EVP_PKEY_free(public_half);
        key_free(&card_key);
        return NULL;
    }
    refs_init(&key->refs);
    key->ctx = ctx;
    key->public_half = public_half;
    key->card_key = card_key;
    return key;
}

struct prov_key *pkey_take_public(struct prov_key *key)
{
    struct prov_key *public_key = NULL;

    if (EVP_PKEY_up_ref(key->public_half))
        public_key = pkey_take(key->ctx, key->public_half, NULL);
    pkey_free(key);
    return public_key;
}

struct prov_key *pkey_ref(struct prov_key *key)
{
    refs_up(&key->refs);
    return key;
}

void pkey_free(struct prov_key *key)
{
    if (key == NULL || !refs_down(&key->refs))
        return;
    EVP_PKEY_free(key->public_half);
    key_free(&key->card_key);
    OPENSSL_free(key);
}

bool pkey_is_private(const struct prov_key *key)
{
    return key->card_key != NULL && key_is_private(key->card_key);
}

int pkey_deliver(struct prov_key *key, OSSL_CALLBACK *callback, void *arg)
{
    static char type[] = "EC";
    int object = OSSL_OBJECT_PKEY;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, type, 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &key,
                                          sizeof key),
        OSSL_PARAM_END,
    };
    int ok = callback(params, arg);

    pkey_free(key); /* NULL when load has taken it */
    return ok;
}

struct prov_key *pkey_take_reference(const void *reference, size_t size)
{
    struct prov_key **place = (struct prov_key **)(uintptr_t)reference;
    struct prov_key *key;

    if (reference == NULL || size != sizeof key)
        return NULL;
    key = *place;
    *place = NULL;
    return key;
}

int pkey_export(const struct prov_key *key, int selection,
                OSSL_CALLBACK *callback, void *arg)
{
    char group[64];
    uint8_t point[SOFT_POINT_MAX];
    size_t point_len;
    OSSL_PARAM params[3];
    size_t n = 0;

    if (key->public_half == NULL ||
        ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 &&
         pkey_is_private(key)))
        return 0;
    if (!EVP_PKEY_get_group_name(key->public_half, group, sizeof group, NULL))
        return 0;
    params[n++] =
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    point_len = soft_ec_point(key->public_half, point, sizeof point);
    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0)
        params[n++] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                        point, point_len);
    params[n] = OSSL_PARAM_construct_end();
    return callback(params, arg);
}

int pkey_export_reference(const void *reference, size_t size,
                          OSSL_CALLBACK *callback, void *arg)
{
    struct prov_key *const *place = reference;

    if (reference == NULL || size != sizeof *place || *place == NULL)
        return 0;
    return pkey_export(*place, OSSL_KEYMGMT_SELECT_ALL, callback, arg);
}

const char *pkey_name(const struct prov_key *key, char out[IOTSIM_URI_MAX + 1])
{
    out[0] = '\0';
    if (key->card_key != NULL &&
        !iotsim_ok(iotsim_uri_format(key_get_uri(key->card_key), out,
                                     IOTSIM_URI_MAX + 1)))
        out[0] = '\0';
    return out;
}
