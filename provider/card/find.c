/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a URI to an object of the card, with "not found" and "ambiguous" apart.
 * A card that cannot list its objects is asked for the one (reference: IoT.05
 * 2.14), which then must be named by label or id. Deactivated objects are
 * found, too: the card refuses to use them.
 */
#include <string.h>

#include "card/internal.h"

/* What `type=` means on the card; 0 is any. */
static const enum applet_kind kinds[] = {
    [IOTSIM_TYPE_PRIVATE] = APPLET_PRIVATE_KEY,
    [IOTSIM_TYPE_PUBLIC] = APPLET_PUBLIC_KEY,
    [IOTSIM_TYPE_CERT] = APPLET_FILE,
    [IOTSIM_TYPE_SECRET] = APPLET_SECRET_KEY,
};

struct applet_ref object_ref(const struct applet_object *object)
{
    return (struct applet_ref){
        .id = bytes_of(object->id, object->id_len),
        .label = bytes_of(object->label, object->label_len),
    };
}

void card_name_object(const struct applet_object *object,
                      struct iotsim_uri *uri)
{
    uri->type = IOTSIM_TYPE_ANY;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (object->kind == kinds[i])
            uri->type = (enum iotsim_type)i;
    memset(uri->object, 0, sizeof uri->object);
    if (memchr(object->label, '\0', object->label_len) == NULL)
        memcpy(uri->object, object->label, object->label_len);
    memcpy(uri->id, object->id, sizeof uri->id);
    uri->id_len = object->id_len;
}

bool card_object_matches(const struct applet_object *object,
                         const struct iotsim_uri *uri)
{
    struct applet_ref ref = object_ref(object);

    if (uri->type != IOTSIM_TYPE_ANY && object->kind != kinds[uri->type])
        return false;
    if (uri->object[0] != '\0' &&
        !bytes_equal(ref.label, bytes_text(uri->object)))
        return false;
    return uri->id_len == 0 ||
           bytes_equal(ref.id, bytes_of(uri->id, uri->id_len));
}

struct object_wanted {
    enum applet_kind kind;
    struct applet_ref ref;
    struct applet_object *out;
};

static iotsim_result ask_for_one(struct card *card, void *arg)
{
    struct object_wanted *wanted = arg;

    return applet_get_object(&card->applet, wanted->kind, wanted->ref,
                             wanted->out);
}

static iotsim_result find_without_list(struct card *card, enum applet_kind kind,
                                       const struct iotsim_uri *uri,
                                       struct applet_object *out)
{
    struct object_wanted wanted = {
        .kind = kind,
        .ref = { .id = bytes_of(uri->id, uri->id_len),
                 .label = bytes_text(uri->object) },
        .out = out,
    };
    iotsim_result result;

    if (wanted.ref.id.len == 0 && wanted.ref.label.len == 0)
        return IOTSIM_FAIL(UNSUPPORTED);
    result = card_run(card, ask_for_one, &wanted, CARD_REPEATABLE);
    if (iotsim_ok(result) && !card_object_matches(out, uri))
        result = IOTSIM_FAIL(NOT_FOUND);
    return result;
}

iotsim_result find_among(const struct applet_object *objects, size_t count,
                         bool whole, enum applet_kind kind,
                         const struct iotsim_uri *uri,
                         struct applet_object *out)
{
    const struct applet_object *the_one = NULL;
    bool is_named = uri->object[0] != '\0' || uri->id_len > 0;
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (objects[i].kind == kind && card_object_matches(&objects[i], uri)) {
            the_one = &objects[i];
            found++;
        }
    if (found > 1)
        return IOTSIM_FAIL(AMBIGUOUS);
    if (!whole && (found == 0 || !is_named))
        return IOTSIM_FAIL(CARD_ANSWER);
    if (the_one == NULL)
        return IOTSIM_FAIL(NOT_FOUND);
    *out = *the_one;
    return IOTSIM_OK;
}

iotsim_result card_find(struct card *card, enum applet_kind kind,
                        const struct iotsim_uri *uri, struct applet_object *out)
{
    struct applet_object *objects = NULL;
    size_t count = 0;
    bool whole;
    iotsim_result result = card_get_objects(card, &objects, &count, &whole);

    if (iotsim_is(result, IOTSIM_ERR_UNSUPPORTED))
        return find_without_list(card, kind, uri, out);
    if (iotsim_ok(result))
        result = find_among(objects, count, whole, kind, uri, out);
    card_free_objects(&objects);
    return result;
}

static bool is_not_the_one(iotsim_result result)
{
    return iotsim_is(result, IOTSIM_ERR_NOT_FOUND) ||
           iotsim_is(result, IOTSIM_ERR_AMBIGUOUS);
}

iotsim_result card_find_pair(struct card *card,
                             const struct applet_object *private_key,
                             struct applet_object *out)
{
    struct iotsim_uri by_label = { 0 };
    struct iotsim_uri by_id = { 0 };
    iotsim_result result = IOTSIM_FAIL(NOT_FOUND);

    card_name_object(private_key, &by_label);
    card_name_object(private_key, &by_id);
    by_label.type = by_id.type = IOTSIM_TYPE_PUBLIC;
    by_label.id_len = 0;
    by_id.object[0] = '\0';
    if (by_label.object[0] != '\0')
        result = card_find(card, APPLET_PUBLIC_KEY, &by_label, out);
    if (is_not_the_one(result) && by_id.id_len > 0)
        result = card_find(card, APPLET_PUBLIC_KEY, &by_id, out);
    return is_not_the_one(result) ? IOTSIM_FAIL(NO_KEY_PAIR) : result;
}
