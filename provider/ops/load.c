/* SPDX-License-Identifier: Apache-2.0 */
/* Loading keys from a card; see load.h. */
#include "ops/load.h"

#include "ops/certificate.h"
#include "ops/err.h"
#include "ops/soft.h"

int load_parse_uri(const struct prov_ctx *ctx, const char *text,
                   struct iotsim_uri *uri)
{
    char name[80];
    size_t at = 0;
    iotsim_result r = ctx->bad_setting;

    if (!iotsim_ok(r))
        return ERR_RAISE(ctx, r, "setting \"%s\" takes %s", ctx->bad_name,
                         settings_form(ctx->bad_name));
    r = iotsim_uri_parse(text, uri, &at);
    if (iotsim_ok(r))
        return 1;
    iotsim_uri_name_at(text, at, name, sizeof name);
    return ERR_RAISE(ctx, r, "at \"%s\" (character %zu of the URI)", name,
                     at + 1);
}

/* A private key whose public half is known from nothing but a certificate. */
static iotsim_result key_with_certificate(struct prov_ctx *ctx,
                                          struct card *card,
                                          const struct iotsim_uri *uri,
                                          const struct applet_object *object,
                                          struct prov_key **out)
{
    EVP_PKEY *public_half = certificate_find_key(ctx, card, object);
    struct key *card_key = NULL;
    iotsim_result r = IOTSIM_FAIL(NO_KEY_PAIR);

    if (public_half != NULL)
        r = key_new_of_object(card, uri, object, &card_key);
    if (iotsim_ok(r) && soft_key_type(public_half) != key_get_type(card_key))
        r = IOTSIM_FAIL(KEY_MISMATCH);
    if (!iotsim_ok(r)) {
        EVP_PKEY_free(public_half);
        key_free(&card_key);
        return r;
    }
    *out = pkey_take(ctx, public_half, card_key);
    return *out == NULL ? IOTSIM_FAIL(NO_MEMORY) : IOTSIM_OK;
}

iotsim_result load_key_of_object(struct prov_ctx *ctx, struct card *card,
                                 const struct iotsim_uri *uri,
                                 const struct applet_object *object,
                                 struct prov_key **out)
{
    struct applet_public_key public_half;
    struct key *card_key = NULL;
    iotsim_result r = key_load(card, uri, object, &public_half, &card_key);

    *out = NULL;
    if (iotsim_is(r, IOTSIM_ERR_NO_KEY_PAIR))
        return key_with_certificate(ctx, card, uri, object, out);
    if (!iotsim_ok(r))
        return r;
    return pkey_take_pair(ctx, &public_half, card_key, out);
}

struct prov_key *load_key_of_uri(struct prov_ctx *ctx,
                                 const struct iotsim_uri *uri)
{
    enum applet_kind kind = uri->type == IOTSIM_TYPE_PUBLIC
                                ? APPLET_PUBLIC_KEY
                                : APPLET_PRIVATE_KEY;
    struct applet_object object;
    struct prov_key *key = NULL;
    struct card *card = NULL;
    iotsim_result r = card_get(&ctx->settings, uri, &card);

    if (iotsim_ok(r))
        r = card_find(card, kind, uri, &object);
    if (iotsim_ok(r))
        r = load_key_of_object(ctx, card, uri, &object, &key);
    if (!iotsim_ok(r))
        ERR_RAISE(ctx, r, "loading the key of a reference");
    card_free(&card);
    return key;
}
