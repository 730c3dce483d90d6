/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: the name of a key object, its type, and what the card told about its
 * signatures. All of it is immutable but the mode of signatures, which is
 * learned (crypto.c). A key keeps its card and knows its object by name only:
 * label and id, never a handle. The PIN of the URI it came from is not kept,
 * nor is the public half: whoever made the key has it.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "card/internal.h"

/* --- types ------------------------------------------------------------- */

static const struct key_type types[] = {
    { "prime256v1", KEY_P256, KEY_P256_VOLATILE, 32 },
    { "brainpoolP256r1", KEY_BRAINPOOL, KEY_BRAINPOOL_VOLATILE, 32 },
    { NULL, KEY_RSA2048, 0, 256 },
    { NULL, KEY_RSA3072, 0, 384 },
    { NULL, KEY_RSA4096, 0, 512 },
};

enum { TYPES = sizeof types / sizeof *types };

/* Other names of the groups. */
static const struct {
    const char *name;
    const struct key_type *type;
} aliases[] = {
    { "P-256", &types[0] },
    { "secp256r1", &types[0] },
};

const struct key_type *key_type_of_octet(uint8_t octet)
{
    for (size_t i = 0; octet != 0 && i < TYPES; i++)
        if (octet == types[i].persistent || octet == types[i].volatile_)
            return &types[i];
    return NULL;
}

const struct key_type *key_type_of_group(const char *group)
{
    for (size_t i = 0; i < TYPES; i++)
        if (types[i].group != NULL && strcasecmp(group, types[i].group) == 0)
            return &types[i];
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcasecmp(group, aliases[i].name) == 0)
            return aliases[i].type;
    return NULL;
}

const struct key_type *key_type_of_rsa(size_t len)
{
    for (size_t i = 0; i < TYPES; i++)
        if (types[i].group == NULL && types[i].len == len)
            return &types[i];
    return NULL;
}

bool key_type_fits(const struct key_type *type,
                   const struct applet_public_key *half)
{
    if (type->group != NULL)
        return half->point_len == APPLET_POINT_LEN;
    return half->modulus_len == type->len && half->modulus[0] != 0 &&
           half->exponent_len > 0;
}

/* --- making keys ------------------------------------------------------- */

/* A key on `card`, which gains a reference. */
static iotsim_result new_key(struct card *card, const struct iotsim_uri *uri,
                             const struct key_type *type, struct key **out)
{
    struct key *key = mem_new(sizeof *key);

    *out = key;
    if (key == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    key->card = card_ref(card);
    key->type = type;
    key->uri = *uri;
    mem_cleanse(key->uri.pin_value, sizeof key->uri.pin_value);
    return IOTSIM_OK;
}

static bool is_reference(const struct iotsim_uri *uri)
{
    if (uri->object[0] == '\0' && uri->id_len == 0)
        return false;
    return uri->type == IOTSIM_TYPE_ANY || uri->type == IOTSIM_TYPE_PRIVATE ||
           uri->type == IOTSIM_TYPE_PUBLIC;
}

iotsim_result key_new_reference(const struct settings *settings,
                                const struct iotsim_uri *uri,
                                const struct key_type *type, struct key **out)
{
    struct card *card = NULL;
    iotsim_result result;

    *out = NULL;
    if (!is_reference(uri))
        return IOTSIM_FAIL(BAD_REFERENCE);
    result = card_get(settings, uri, &card);
    if (!iotsim_ok(result))
        return result;
    result = new_key(card, uri, type, out);
    card_free(&card);
    if (iotsim_ok(result) && uri->type == IOTSIM_TYPE_ANY)
        (*out)->uri.type = IOTSIM_TYPE_PRIVATE;
    return result;
}

iotsim_result key_new_of_object(struct card *card, const struct iotsim_uri *uri,
                                const struct applet_object *object,
                                struct key **out)
{
    const struct key_type *type = key_type_of_octet(object->key_type);
    iotsim_result result;

    *out = NULL;
    if (object->kind != APPLET_PRIVATE_KEY && object->kind != APPLET_PUBLIC_KEY)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (type == NULL)
        return IOTSIM_FAIL(UNSUPPORTED);
    result = new_key(card, uri, type, out);
    if (!iotsim_ok(result))
        return result;
    card_name_object(object, &(*out)->uri);
    (*out)->signatures = object->signatures;
    (*out)->hashes = object->hashes;
    return IOTSIM_OK;
}

iotsim_result key_load(struct card *card, const struct iotsim_uri *uri,
                       const struct applet_object *object,
                       struct applet_public_key *public_half, struct key **out)
{
    const struct key_type *type = key_type_of_octet(object->key_type);
    struct applet_object pair = *object;
    iotsim_result result = IOTSIM_OK;

    *out = NULL;
    if (type == NULL)
        return IOTSIM_FAIL(UNSUPPORTED);
    if (object->kind == APPLET_PRIVATE_KEY)
        result = card_find_pair(card, object, &pair);
    if (iotsim_ok(result))
        result = card_read_public_key(card, &pair, public_half);
    if (iotsim_ok(result) && !key_type_fits(type, public_half))
        result = IOTSIM_FAIL(CARD_ANSWER);
    if (iotsim_ok(result))
        result = key_new_of_object(card, uri, object, out);
    return result;
}

void key_free(struct key **key)
{
    struct key *last = *key;

    *key = NULL;
    if (last == NULL)
        return;
    ephemeral_release(last);
    card_free(&last->card);
    MEM_FREE(last);
}

/* --- asking keys ------------------------------------------------------- */

const struct key_type *key_get_type(const struct key *key)
{
    return key->type;
}

const struct iotsim_uri *key_get_uri(const struct key *key)
{
    return &key->uri;
}

bool key_is_private(const struct key *key)
{
    return key->uri.type == IOTSIM_TYPE_PRIVATE;
}

bool key_is_ephemeral(const struct key *key)
{
    return key->container != NULL;
}

bool key_offers(const struct key *key, uint8_t algorithm, uint16_t hash)
{
    if (algorithm == SIGN_ECDSA)
        hash |= HASH_SHA256; /* any hash goes as one of these; crypto.c */
    if (key->signatures != 0 && (key->signatures & algorithm) == 0)
        return false;
    return key->hashes == 0 || (key->hashes & hash) != 0;
}

struct applet_ref key_get_ref(const struct key *key)
{
    return (struct applet_ref){
        .id = bytes_of(key->uri.id, key->uri.id_len),
        .label = bytes_text(key->uri.object),
    };
}
