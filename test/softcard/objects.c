/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object store; see objects.h. Reference: iot-safe-apdu 1.2, 1.3.
 */
#include "objects.h"

#include <stdlib.h>
#include <string.h>

#include "tags.h"

const struct type_tags type_tags[OBJECT_TYPES] = {
    [OBJECT_PRIVATE] = { TAG_PRIVATE_ID, TAG_PRIVATE_LABEL, TAG_PRIVATE_INFO,
                         TAG_MAX_PRIVATE },
    [OBJECT_PUBLIC] = { TAG_PUBLIC_ID, TAG_PUBLIC_LABEL, TAG_PUBLIC_INFO,
                        TAG_MAX_PUBLIC },
    [OBJECT_SECRET] = { TAG_SECRET_ID, TAG_SECRET_LABEL, TAG_SECRET_INFO,
                        TAG_MAX_SECRET },
    [OBJECT_FILE] = { TAG_FILE_ID, TAG_FILE_LABEL, TAG_FILE_INFO,
                      TAG_MAX_FILES },
};

/* THE TABLE of key types with a known algorithm. */
static const struct {
    uint8_t key_type;
    enum kind kind;
    bool is_volatile;
} key_types[] = {
    { KEY_RSA_2048, KIND_RSA_2048, false },
    { KEY_RSA_3072, KIND_RSA_3072, false },
    { KEY_RSA_4096, KIND_RSA_4096, false },
    { KEY_P256, KIND_P256, false },
    { KEY_P256_VOLATILE, KIND_P256, true },
    { KEY_BRAINPOOL, KIND_BRAINPOOL, false },
    { KEY_BRAINPOOL_VOLATILE, KIND_BRAINPOOL, true },
};

struct view object_id(const struct object *object)
{
    return (struct view){ .at = object->id, .len = object->id_len };
}

struct view object_label(const struct object *object)
{
    return (struct view){ .at = object->label, .len = object->label_len };
}

struct view object_value(const struct object *object)
{
    return (struct view){ .at = object->value, .len = object->value_len };
}

bool object_active(const struct object *object)
{
    return object->value && !object->off;
}

bool object_volatile(const struct object *object)
{
    for (size_t i = 0; i < sizeof key_types / sizeof *key_types; i++)
        if (key_types[i].key_type == object->key_type)
            return key_types[i].is_volatile;
    return false;
}

enum kind object_kind(const struct object *object)
{
    for (size_t i = 0; i < sizeof key_types / sizeof *key_types; i++)
        if (key_types[i].key_type == object->key_type)
            return key_types[i].kind;
    return KIND_NONE;
}

bool object_fill(struct object *object, struct view value)
{
    uint8_t *copy = malloc(value.len ? value.len : 1);

    if (!copy)
        return false;
    if (value.len)
        memcpy(copy, value.at, value.len);
    object_empty(object);
    object->value = copy;
    object->value_len = value.len;
    object->off = false;
    return true;
}

void object_empty(struct object *object)
{
    if (object->value)
        crypto_cleanse(object->value, object->value_len);
    free(object->value);
    object->value = NULL;
    object->value_len = 0;
}

struct object *object_new(struct object **list, enum object_type type)
{
    struct object *object = calloc(1, sizeof *object);

    if (!object)
        return NULL;
    object->type = type;
    while (*list)
        list = &(*list)->next;
    *list = object;
    return object;
}

void objects_free(struct object **list)
{
    while (*list) {
        struct object *object = *list;

        *list = object->next;
        object_empty(object);
        crypto_cleanse(object, sizeof *object);
        free(object);
    }
}

struct object *object_by_id(struct object *list, enum object_type type,
                            struct view id)
{
    for (; list; list = list->next)
        if (list->type == type && !list->hidden &&
            view_equal(object_id(list), id))
            return list;
    return NULL;
}

struct object *object_by_label(struct object *list, enum object_type type,
                               struct view label)
{
    for (; list; list = list->next)
        if (list->type == type && !list->hidden && label.len &&
            view_equal(object_label(list), label))
            return list;
    return NULL;
}

struct object *object_partner(struct object *list, const struct object *object,
                              enum object_type type)
{
    return object_by_label(list, type, object_label(object));
}

void objects_forget(struct object *list, unsigned int channel)
{
    for (; list; list = list->next)
        if (object_volatile(list) && list->channel == channel)
            object_empty(list);
}
