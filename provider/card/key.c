/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: the immutable name of a key object, its curve and its public point. A
 * key keeps its card and knows its object by name only: label and id, never a
 * handle. The PIN of the URI it came from is not kept.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "card/internal.h"

struct key {
    struct card *card;
    const struct key_curve *curve;
    uint8_t point[APPLET_POINT_LEN];
    struct iotsim_uri uri;
};

/* --- curves ------------------------------------------------------------ */

static const struct key_curve curves[] = {
    { "prime256v1", KEY_P256, KEY_P256_VOLATILE, 32 },
    { "brainpoolP256r1", KEY_BRAINPOOL, KEY_BRAINPOOL_VOLATILE, 32 },
};

/* Other names of the groups. */
static const struct {
    const char *name;
    const struct key_curve *curve;
} aliases[] = {
    { "P-256", &curves[0] },
    { "secp256r1", &curves[0] },
};

const struct key_curve *key_curve_of_type(uint8_t key_type)
{
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (key_type == curves[i].persistent || key_type == curves[i].volatile_)
            return &curves[i];
    return NULL;
}

const struct key_curve *key_curve_of_group(const char *group)
{
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcasecmp(group, curves[i].group) == 0)
            return &curves[i];
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcasecmp(group, aliases[i].name) == 0)
            return aliases[i].curve;
    return NULL;
}

/* --- making keys ------------------------------------------------------- */

/* A key on `card`, which gains a reference. */
static iotsim_result new_key(struct card *card, const struct iotsim_uri *uri,
                             const struct key_curve *curve,
                             const uint8_t point[APPLET_POINT_LEN],
                             struct key **out)
{
    struct key *key = mem_new(sizeof *key);

    *out = key;
    if (key == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    key->card = card_ref(card);
    key->curve = curve;
    memcpy(key->point, point, sizeof key->point);
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
                                const struct key_curve *curve,
                                const uint8_t point[APPLET_POINT_LEN],
                                struct key **out)
{
    struct card *card = NULL;
    iotsim_result result;

    *out = NULL;
    if (!is_reference(uri))
        return IOTSIM_FAIL(BAD_REFERENCE);
    result = card_get(settings, uri, &card);
    if (!iotsim_ok(result))
        return result;
    result = new_key(card, uri, curve, point, out);
    card_free(&card);
    if (iotsim_ok(result) && uri->type == IOTSIM_TYPE_ANY)
        (*out)->uri.type = IOTSIM_TYPE_PRIVATE;
    return result;
}

iotsim_result key_load_with_point(struct card *card,
                                  const struct iotsim_uri *uri,
                                  const struct applet_object *object,
                                  const uint8_t point[APPLET_POINT_LEN],
                                  struct key **out)
{
    const struct key_curve *curve = key_curve_of_type(object->key_type);
    iotsim_result result;

    *out = NULL;
    if (object->kind != APPLET_PRIVATE_KEY && object->kind != APPLET_PUBLIC_KEY)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (curve == NULL)
        return IOTSIM_FAIL(UNSUPPORTED);
    result = new_key(card, uri, curve, point, out);
    if (iotsim_ok(result))
        card_name_object(object, &(*out)->uri);
    return result;
}

iotsim_result key_load(struct card *card, const struct iotsim_uri *uri,
                       const struct applet_object *object, struct key **out)
{
    uint8_t point[APPLET_POINT_LEN];
    struct applet_object pair = *object;
    iotsim_result result = IOTSIM_OK;

    *out = NULL;
    if (key_curve_of_type(object->key_type) == NULL)
        return IOTSIM_FAIL(UNSUPPORTED);
    if (object->kind == APPLET_PRIVATE_KEY)
        result = card_find_pair(card, object, &pair);
    if (iotsim_ok(result))
        result = card_read_point(card, &pair, point);
    if (iotsim_ok(result))
        result = key_load_with_point(card, uri, object, point, out);
    return result;
}

void key_free(struct key **key)
{
    struct key *last = *key;

    *key = NULL;
    if (last == NULL)
        return;
    card_free(&last->card);
    MEM_FREE(last);
}

/* --- asking keys ------------------------------------------------------- */

const struct key_curve *key_get_curve(const struct key *key)
{
    return key->curve;
}

const uint8_t *key_get_point(const struct key *key)
{
    return key->point;
}

const struct iotsim_uri *key_get_uri(const struct key *key)
{
    return &key->uri;
}

bool key_is_private(const struct key *key)
{
    return key->uri.type == IOTSIM_TYPE_PRIVATE;
}

struct card *key_get_card(const struct key *key)
{
    return key->card;
}

struct applet_ref key_get_ref(const struct key *key)
{
    return (struct applet_ref){
        .id = bytes_of(key->uri.id, key->uri.id_len),
        .label = bytes_text(key->uri.object),
    };
}
