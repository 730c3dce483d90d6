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
    iotsim_result result = ask_for_one(card, &wanted);

    if (iotsim_ok(result) && !card_object_matches(out, uri))
        result = IOTSIM_FAIL(NOT_FOUND);
    return result;
}

iotsim_result find_object(struct card *card, enum applet_kind kind,
                          const struct iotsim_uri *uri,
                          struct applet_object *out)
{
    bool is_named = uri->object[0] != '\0' || uri->id_len > 0;
    struct objects list = { 0 };
    iotsim_result result = cache_copy_objects(card, &list);

    if (iotsim_is(result, IOTSIM_ERR_UNSUPPORTED) && is_named)
        return find_without_list(card, kind, uri, out);
    if (iotsim_ok(result))
        result = find_among(list.first, list.count, list.whole, kind, uri, out);
    card_free_objects(&list.first);
    return result;
}

struct search {
    enum applet_kind kind;
    const struct iotsim_uri *uri;
    struct applet_object *out;
};

static iotsim_result search(struct card *card, void *arg)
{
    const struct search *wanted = arg;

    return find_object(card, wanted->kind, wanted->uri, wanted->out);
}

iotsim_result card_find(struct card *card, enum applet_kind kind,
                        const struct iotsim_uri *uri, struct applet_object *out)
{
    struct search wanted = { .kind = kind, .uri = uri, .out = out };

    return card_run(card, search, &wanted, CARD_REPEATABLE);
}

/* --- key pairs --------------------------------------------------------- */

bool object_same_label(const struct applet_object *a,
                       const struct applet_object *b)
{
    return a->label_len > 0 &&
           bytes_equal(object_ref(a).label, object_ref(b).label);
}

bool object_same_id(const struct applet_object *a,
                    const struct applet_object *b)
{
    return a->id_len > 0 && bytes_equal(object_ref(a).id, object_ref(b).id);
}

typedef bool same_name(const struct applet_object *,
                       const struct applet_object *);

static bool is_half_by(same_name *same, const struct applet_object *private_key,
                       const struct applet_object *object)
{
    return object->kind == APPLET_PUBLIC_KEY && same(private_key, object);
}

/* The one public key that has a name in common with `private_key`, or NULL. */
static const struct applet_object *find_half(
    const struct objects *list, const struct applet_object *private_key,
    same_name *same)
{
    const struct applet_object *half = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const struct applet_object *object = &list->first[i];

        if (!is_half_by(same, private_key, object))
            continue;
        if (half != NULL)
            return NULL;
        half = object;
    }
    return half;
}

iotsim_result find_pair(const struct objects *list,
                        const struct applet_object *private_key,
                        struct applet_object *out)
{
    const struct applet_object *half =
        find_half(list, private_key, object_same_label);

    if (half == NULL)
        half = find_half(list, private_key, object_same_id);
    if (half == NULL)
        return list->whole ? IOTSIM_FAIL(NO_KEY_PAIR)
                           : IOTSIM_FAIL(CARD_ANSWER);
    *out = *half;
    return IOTSIM_OK;
}

/* Note all public keys that have a name in common with `private_key`. */
static size_t note_halves(const struct objects *list,
                          const struct applet_object *private_key,
                          same_name *same, bool *is_half)
{
    size_t found = 0;

    for (size_t i = 0; i < list->count; i++)
        if (is_half_by(same, private_key, &list->first[i])) {
            is_half[i] = true;
            found++;
        }
    return found;
}

iotsim_result find_halves(const struct objects *list, bool is_half[OBJECTS_MAX])
{
    if (!list->whole || list->count > OBJECTS_MAX)
        return IOTSIM_FAIL(CARD_ANSWER);
    memset(is_half, 0, list->count * sizeof *is_half);
    for (size_t i = 0; i < list->count; i++) {
        const struct applet_object *object = &list->first[i];

        if (object->kind == APPLET_PRIVATE_KEY &&
            note_halves(list, object, object_same_label, is_half) != 1)
            note_halves(list, object, object_same_id, is_half);
    }
    return IOTSIM_OK;
}

/* The same on a card that tells of one object at a time. */
static iotsim_result ask_for_pair(struct card *card,
                                  const struct applet_object *private_key,
                                  struct applet_object *out)
{
    struct applet_object half = *private_key;
    iotsim_result result = IOTSIM_FAIL(NOT_FOUND);
    struct object_wanted wanted = { .kind = APPLET_PUBLIC_KEY, .out = out };

    wanted.ref.label = object_ref(&half).label;
    if (half.label_len > 0)
        result = card_run(card, ask_for_one, &wanted, CARD_REPEATABLE);
    wanted.ref = (struct applet_ref){ .id = object_ref(&half).id };
    if (iotsim_is(result, IOTSIM_ERR_NOT_FOUND) && half.id_len > 0)
        result = card_run(card, ask_for_one, &wanted, CARD_REPEATABLE);
    return iotsim_is(result, IOTSIM_ERR_NOT_FOUND) ? IOTSIM_FAIL(NO_KEY_PAIR)
                                                   : result;
}

iotsim_result card_find_pair(struct card *card,
                             const struct applet_object *private_key,
                             struct applet_object *out)
{
    struct objects list = { 0 };
    iotsim_result result =
        card_run(card, cache_copy_objects, &list, CARD_REPEATABLE);

    if (iotsim_is(result, IOTSIM_ERR_UNSUPPORTED))
        return ask_for_pair(card, private_key, out);
    if (iotsim_ok(result))
        result = find_pair(&list, private_key, out);
    card_free_objects(&list.first);
    return result;
}
