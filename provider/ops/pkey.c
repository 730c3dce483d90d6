/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as the operations share them; see pkey.h. */
#include "ops/pkey.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/param_build.h>
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

iotsim_result pkey_take_pair(struct prov_ctx *ctx,
                             const struct applet_public_key *public_half,
                             struct key *card_key, struct prov_key **out)
{
    EVP_PKEY *half = soft_public_key(ctx, key_get_type(card_key), public_half);

    *out = NULL;
    if (half == NULL) {
        key_free(&card_key);
        return IOTSIM_FAIL(CARD_ANSWER);
    }
    *out = pkey_take(ctx, half, card_key);
    return *out == NULL ? IOTSIM_FAIL(NO_MEMORY) : IOTSIM_OK;
}

struct prov_key *pkey_take_software(struct prov_ctx *ctx, EVP_PKEY *pair)
{
    struct prov_key *key = pkey_take(ctx, pair, NULL);

    if (key != NULL)
        key->software = true;
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

bool pkey_is_software(const struct prov_key *key)
{
    return key->software;
}

bool pkey_is_ephemeral(const struct prov_key *key)
{
    return key->card_key != NULL && key_is_ephemeral(key->card_key);
}

const char *pkey_type(const struct prov_key *key)
{
    return EVP_PKEY_is_a(key->public_half, "RSA") ? "RSA" : "EC";
}

int pkey_deliver(struct prov_key *key, OSSL_CALLBACK *callback, void *arg)
{
    const char *type = pkey_type(key);
    int object = OSSL_OBJECT_PKEY;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE,
                                         (char *)(uintptr_t)type, 0),
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

/* --- export ------------------------------------------------------------- */

/* What is exported; the builder borrows the rest until it builds. */
struct exported {
    OSSL_PARAM_BLD *build;
    char group[64];
    uint8_t point[SOFT_POINT_MAX];
    BIGNUM *numbers[2]; /* modulus and exponent, or the private number */
};

/* `len` octets, so that a private number's length tells nothing; 0: as many as
 * there are. */
static int put_number(struct exported *out, const EVP_PKEY *key,
                      const char *name, BIGNUM **number, size_t len)
{
    *number = BN_secure_new();
    if (*number == NULL || EVP_PKEY_get_bn_param(key, name, number) != 1)
        return 0;
    if (len == 0)
        len = (size_t)BN_num_bytes(*number);
    return OSSL_PARAM_BLD_push_BN_pad(out->build, name, *number, len);
}

static int put_ec(struct exported *out, const struct prov_key *key,
                  int selection)
{
    const EVP_PKEY *half = key->public_half;
    size_t point_len = soft_ec_point(half, out->point, sizeof out->point);
    size_t order_len = ((size_t)EVP_PKEY_get_bits(half) + 7) / 8;

    if (EVP_PKEY_get_group_name(half, out->group, sizeof out->group, NULL) != 1)
        return 0;
    if (!OSSL_PARAM_BLD_push_utf8_string(out->build, OSSL_PKEY_PARAM_GROUP_NAME,
                                         out->group, 0))
        return 0;
    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 && point_len > 0 &&
        !OSSL_PARAM_BLD_push_octet_string(out->build, OSSL_PKEY_PARAM_PUB_KEY,
                                          out->point, point_len))
        return 0;
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 ||
           !pkey_is_software(key) ||
           put_number(out, half, OSSL_PKEY_PARAM_PRIV_KEY, &out->numbers[0],
                      order_len);
}

static int put_rsa(struct exported *out, const struct prov_key *key,
                   int selection)
{
    const EVP_PKEY *half = key->public_half;

    return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0 ||
           (put_number(out, half, OSSL_PKEY_PARAM_RSA_N, &out->numbers[0], 0) &&
            put_number(out, half, OSSL_PKEY_PARAM_RSA_E, &out->numbers[1], 0));
}

int pkey_export(const struct prov_key *key, int selection,
                OSSL_CALLBACK *callback, void *arg)
{
    struct exported out = { 0 };
    OSSL_PARAM *params = NULL;
    bool rsa;
    int ok;

    if (key->public_half == NULL ||
        ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 &&
         pkey_is_private(key)))
        return 0;
    rsa = EVP_PKEY_is_a(key->public_half, "RSA");
    if (rsa && pkey_is_software(key))
        return EVP_PKEY_export(key->public_half, selection, callback, arg);
    out.build = OSSL_PARAM_BLD_new();
    ok = out.build != NULL &&
         (rsa ? put_rsa(&out, key, selection) : put_ec(&out, key, selection));
    if (ok)
        params = OSSL_PARAM_BLD_to_param(out.build);
    ok = params != NULL && callback(params, arg);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(out.build);
    for (size_t i = 0; i < 2; i++)
        BN_clear_free(out.numbers[i]);
    return ok;
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
