/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET DATA: the application, the object list, one object.
 *
 * Each is a column of elements in the order of the specification; quirks bend
 * single elements. Reference: iot-safe-apdu 3.2, 3.3, 3.4.
 */
#include "applet.h"

static void put_identifier(struct softcard *card, struct out *out)
{
    struct view padded = VIEW_OF(card->id.identifier);
    struct view text = { .at = card->id.identifier,
                         .len = card->id.identifier_len };

    switch (quirk(card, QUIRK_IDENTIFIER)) {
    case IDENTIFIER_SHORT:
        tlv_put(out, TAG_IDENTIFIER, text);
        break;
    case IDENTIFIER_OVERLONG: /* the length octet is one too large */
        out_u8(out, TAG_IDENTIFIER);
        out_u8(out, (uint8_t)(text.len + 1));
        out_bytes(out, text);
        break;
    default:
        tlv_put(out, TAG_IDENTIFIER, padded);
        break;
    }
}

static uint8_t with_vendor(const struct softcard *card, uint8_t signature)
{
    return quirk(card, QUIRK_VENDOR) == YES ? signature | SIGNATURE_VENDOR
                                            : signature;
}

unsigned int get_application(struct softcard *card, const struct apdu *apdu,
                             struct out *out)
{
    const struct identity *id = &card->id;
    bool other = quirk(card, QUIRK_CAPABILITY_TAGS) == CAPABILITY_61_6F;

    (void)apdu;
    tlv_put_u8(out, TAG_VERSION, id->version);
    put_identifier(card, out);
    tlv_put_u8(out, TAG_MAX_FILES, id->max[OBJECT_FILE]);
    tlv_put_u8(out, TAG_MAX_PRIVATE, id->max[OBJECT_PRIVATE]);
    tlv_put_u8(out, TAG_MAX_PUBLIC, id->max[OBJECT_PUBLIC]);
    tlv_put_u8(out, TAG_MAX_SECRET, id->max[OBJECT_SECRET]);
    tlv_put_u8(out, other ? TAG_FUNCTIONS : TAG_CARD_FUNCTIONS, id->functions);
    if (quirk(card, QUIRK_HASH_BITMAP) == HASH_BITMAP_1)
        tlv_put_u8(out, TAG_HASH, (uint8_t)(id->hash & 0xFF));
    else
        tlv_put_u16(out, TAG_HASH, id->hash);
    tlv_put_u8(out, TAG_SIGNATURE_ALGORITHM, with_vendor(card, id->signature));
    tlv_put_u8(out, other ? TAG_AGREEMENT : TAG_CARD_AGREEMENT, id->agreement);
    tlv_put_u8(out, TAG_DERIVATION, id->derivation);
    tlv_put_u8(out, TAG_MAX_SESSIONS, id->sessions);
    return SW_OK;
}

static void put_signature(struct softcard *card, const struct object *object,
                          struct out *out)
{
    bool overlong =
        quirk(card, QUIRK_ALGORITHM_LENGTH) == ALGORITHM_LENGTH_OVERLONG;

    if (!(object->functions & FUNCTION_SIGNATURE))
        return;
    out_u8(out, TAG_SIGNATURE_ALGORITHM);
    out_u8(out, overlong ? 2 : 1);
    out_u8(out, with_vendor(card, object->signature));
    tlv_put_u16(out, TAG_HASH, object->hash);
}

static void put_key(struct softcard *card, const struct object *object,
                    struct out *out)
{
    tlv_put_u8(out, TAG_KEY_TYPE, object->key_type);
    if (object->type != OBJECT_SECRET)
        tlv_put_u8(out, TAG_KEY_USAGE, object->key_usage);
    tlv_put_u8(out, TAG_FUNCTIONS, object->functions);
    if (object->type == OBJECT_SECRET) {
        if (object->functions & FUNCTION_DERIVATION)
            tlv_put_u8(out, TAG_DERIVATION, object->derivation);
        return;
    }
    put_signature(card, object, out);
    if (object->functions & FUNCTION_AGREEMENT)
        tlv_put_u8(out, TAG_AGREEMENT, object->agreement);
}

static void put_file(struct softcard *card, const struct object *object,
                     struct out *out)
{
    int usage = quirk(card, QUIRK_FILE_USAGE);
    unsigned int size = (unsigned int)object->size;

    if (quirk(card, QUIRK_FILE_SIZE) == FILE_SIZE_LITTLE)
        size = (size & 0xFF) << 8 | size >> 8;
    if (usage == FILE_USAGE_BEFORE)
        tlv_put_u8(out, TAG_FILE_USAGE, object->file_usage);
    tlv_put_u16(out, TAG_FILE_SIZE, size);
    if (usage == FILE_USAGE_AFTER)
        tlv_put_u8(out, TAG_FILE_USAGE, object->file_usage);
}

/* The elements of one object, without a wrapper. */
static void put_elements(struct softcard *card, const struct object *object,
                         struct out *out)
{
    const struct type_tags *tags = &type_tags[object->type];

    if (object->label_len)
        tlv_put(out, tags->label, object_label(object));
    tlv_put(out, tags->id, object_id(object));
    tlv_put_u8(out, TAG_ACCESS, object->access);
    tlv_put_u8(out, TAG_STATE,
               object_active(object) ? STATE_ACTIVATED : STATE_DEACTIVATED);
    if (object->type == OBJECT_FILE)
        put_file(card, object, out);
    else
        put_key(card, object, out);
    if (quirk(card, QUIRK_VENDOR) == YES)
        tlv_put_u8(out, 0xDF, 0x00);
}

/* One object in its wrapper; long ones have a BER length. */
static void put_object(struct softcard *card, const struct object *object,
                       struct out *out)
{
    uint8_t storage[256];
    struct out elements = OUT_OVER(storage);

    put_elements(card, object, &elements);
    if (quirk(card, QUIRK_WRAPPER) != WRAPPER_NONE) {
        out_u8(out, type_tags[object->type].info);
        if (elements.len > 0x7F)
            out_u8(out, 0x81);
        out_u8(out, (uint8_t)elements.len);
    }
    out_bytes(out, (struct view){ .at = elements.at, .len = elements.len });
}

/* All objects of a type in one wrapper (row 1). */
static void put_type(struct softcard *card, enum object_type type,
                     struct out *out)
{
    size_t start = out->len;
    size_t header = 4; /* tag, 82, two octets */

    out_zeros(out, header);
    for (struct object *o = card->objects; o; o = o->next)
        if (o->type == type && !o->hidden)
            put_elements(card, o, out);
    size_t len = out->len - start - header;
    if (out->failed || len == 0) {
        out->len = start;
        return;
    }
    out->at[start] = type_tags[type].info;
    out->at[start + 1] = 0x82;
    out->at[start + 2] = (uint8_t)(len >> 8 & 0xFF);
    out->at[start + 3] = (uint8_t)(len & 0xFF);
}

/* Append the whole list; `cut`: where its part ends that starts at `from` and
 * has at most `most` octets. */
static size_t put_list(struct softcard *card, size_t from, size_t most,
                       struct out *out)
{
    size_t cut = from;
    bool by_object = quirk(card, QUIRK_LIST_CUT) == CUT_OBJECT;

    for (unsigned int type = 0; type < OBJECT_TYPES; type++) {
        if (quirk(card, QUIRK_WRAPPER) == WRAPPER_TYPE) {
            put_type(card, (enum object_type)type, out);
            continue;
        }
        for (struct object *o = card->objects; o; o = o->next) {
            if (o->type != type || o->hidden)
                continue;
            put_object(card, o, out);
            if (out->len > from && out->len - from <= most)
                cut = out->len;
        }
    }
    if (!by_object || cut == from)
        cut = out->len - from <= most ? out->len : from + most;
    return cut;
}

unsigned int get_list(struct softcard *card, const struct apdu *apdu,
                      struct out *out)
{
    struct channel *channel = channel_of(card, apdu);
    size_t most = (size_t)quirk(card, QUIRK_LIST_PART);
    size_t from = apdu->p2 == 0 ? 0 : channel->list_at;
    size_t start = out->len;

    if (apdu->le && apdu->le < most)
        most = apdu->le;
    if (quirk(card, QUIRK_LIST_MORE) == LIST_61XX)
        most = BODY_MAX;
    size_t cut = put_list(card, from, most, out);
    if (out->failed)
        return SW_STORE_ERROR;
    if (from > out->len) /* the list became shorter meanwhile */
        from = cut = out->len;

    bool more = cut < out->len;
    for (size_t i = from; i < cut; i++)
        out->at[start + i - from] = out->at[i];
    out->len = start + cut - from;
    channel->list_at = cut;
    return more ? SW_MORE_DATA : SW_OK;
}

unsigned int get_object(struct softcard *card, const struct apdu *apdu,
                        struct out *out)
{
    enum object_type type = OBJECT_PRIVATE;
    struct object *object = NULL;

    while (type_tags[type].info != apdu->p1)
        type++;
    struct tlv_field fields[] = { { .tag = type_tags[type].id },
                                  { .tag = type_tags[type].label } };
    if (type == OBJECT_FILE &&
        quirk(card, QUIRK_FILE_INFORMATION) == FILE_INFORMATION_NO)
        return SW_WRONG_P1P2;
    unsigned int sw = applet_fields(card, apdu->data, fields, 2);
    if (sw == SW_OK)
        sw = applet_find(card, type, fields, &object);
    if (sw == SW_OK)
        put_object(card, object, out);
    return sw;
}
