/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects: how they are named and how the card describes them (IoT.05 2.14;
 * reference 1.2, 3.3, 3.4 and the parser of 4.4). Applets wrap each object in
 * C1..C4, or all of a kind, or none; tags come in any order.
 */
#include <string.h>

#include "apdu/sw.h"
#include "apdu/tlv.h"
#include "applet/exchange.h"

enum { P1_LIST = 0x01, P2_FIRST = 0x00, P2_NEXT = 0x01 };
enum { LIST_PARTS_MAX = 1024 };

static const struct naming {
    enum applet_kind kind;
    uint8_t id;
    uint8_t label;
} namings[] = {
    { APPLET_PRIVATE_KEY, TAG_PRIVATE_KEY_ID, TAG_PRIVATE_KEY_LABEL },
    { APPLET_PUBLIC_KEY, TAG_PUBLIC_KEY_ID, TAG_PUBLIC_KEY_LABEL },
    { APPLET_FILE, TAG_FILE_ID, TAG_FILE_LABEL },
    { APPLET_SECRET_KEY, TAG_SECRET_KEY_ID, TAG_SECRET_KEY_LABEL },
};

#define ROW(tag, member) TLV_NUMBER(tag, struct applet_object, member)
#define NAME(tag, member) TLV_OCTETS(tag, struct applet_object, member)

static const struct tlv_field schema[] = {
    NAME(TAG_PRIVATE_KEY_ID, id),
    NAME(TAG_PUBLIC_KEY_ID, id),
    NAME(TAG_FILE_ID, id),
    NAME(TAG_SECRET_KEY_ID, id),
    NAME(TAG_PRIVATE_KEY_LABEL, label),
    NAME(TAG_PUBLIC_KEY_LABEL, label),
    NAME(TAG_FILE_LABEL, label),
    NAME(TAG_SECRET_KEY_LABEL, label),
    ROW(TAG_ACCESS_CONDITIONS, access),
    ROW(TAG_OBJECT_STATE, state),
    ROW(TAG_KEY_TYPE, key_type),
    ROW(TAG_KEY_USAGE, key_usage),
    ROW(TAG_CRYPTO_FUNCTIONS, functions),
    ROW(TAG_APP_CRYPTO_FUNCTIONS, functions),
    ROW(TAG_HASH, hashes),
    ROW(TAG_SIGNATURE_ALGORITHM, signatures),
    ROW(TAG_KEY_AGREEMENT, agreements),
    ROW(TAG_APP_KEY_AGREEMENT, agreements),
    ROW(TAG_KEY_DERIVATION, derivations),
    ROW(TAG_FILE_USAGE, file_usage),
    ROW(TAG_FILE_SIZE, file_size),
};

enum { SCHEMA_ROWS = sizeof schema / sizeof schema[0] };
enum { NAMINGS = sizeof namings / sizeof namings[0] };

/* --- names --------------------------------------------------------------- */

static const struct naming *naming_of_kind(enum applet_kind kind)
{
    for (size_t i = 0; i < NAMINGS; i++)
        if (namings[i].kind == kind)
            return &namings[i];
    return NULL;
}

static const struct naming *naming_of_tag(uint8_t tag)
{
    for (size_t i = 0; i < NAMINGS; i++)
        if (namings[i].id == tag || namings[i].label == tag)
            return &namings[i];
    return NULL;
}

void applet_put_ref(struct buf *fields, enum applet_kind kind,
                    struct applet_ref ref)
{
    const struct naming *naming = naming_of_kind(kind);

    if (naming == NULL || ref.id.len > APPLET_ID_MAX ||
        ref.label.len > APPLET_LABEL_MAX || ref.id.len + ref.label.len == 0)
        fields->failed = true;
    else if (ref.id.len > 0)
        tlv_put(fields, naming->id, ref.id);
    else
        tlv_put(fields, naming->label, ref.label);
}

/* --- the parser ---------------------------------------------------------- */

static bool is_wrapper(uint8_t tag)
{
    return naming_of_kind(tag) != NULL;
}

static bool is_boundary(struct bytes in, size_t at)
{
    return at == in.len || (at < in.len && is_wrapper(in.data[at]));
}

/* A wrapper longer than 7F: its length octet is plain or begins a BER length,
 * whichever leads to the end or to the next wrapper. */
static size_t read_wrapper_length(struct bytes *in)
{
    uint8_t first = bytes_u8(in);
    struct bytes ber = *in;
    size_t len;

    if ((first != 0x81 && first != 0x82) || is_boundary(*in, first))
        return first;
    len = first == 0x81 ? bytes_u8(&ber) : bytes_u16(&ber);
    if (ber.failed || !is_boundary(ber, len))
        return first;
    *in = ber;
    return len;
}

/* One that overruns is read as far as there is something. */
static void open_wrapper(struct applet_list *list)
{
    uint8_t tag = bytes_u8(&list->rest);
    size_t len = read_wrapper_length(&list->rest);

    list->kind = tag;
    list->wrapper = list->rest;
    if (len <= list->rest.len)
        list->wrapper = bytes_take(&list->rest, len);
    else
        list->rest = (struct bytes){ .failed = true };
}

/* An applet that stored `92 01 04` under length 02 has the next tag, 91, for
 * the second octet. */
static bool is_overlong(struct tlv element)
{
    return element.tag == TAG_SIGNATURE_ALGORITHM && element.value.len == 2 &&
           element.value.data[1] == TAG_HASH;
}

/* True when `tag` begins another object than `o`, which is `described` once
 * it has an attribute. */
static bool begins_another(uint8_t tag, const struct applet_object *o,
                           bool wrapped, bool described)
{
    const struct naming *naming = naming_of_tag(tag);

    if (naming == NULL)
        return !wrapped && is_wrapper(tag);
    if (wrapped && naming->kind != o->kind)
        return false;
    if (described || (o->kind != 0 && naming->kind != o->kind))
        return true;
    return tag == naming->id ? o->id_len > 0 : o->label_len > 0;
}

/* Read the elements of one object; false when none of them is known. A wrapper
 * has set the kind, names of another kind in it mean nothing. */
static bool read_elements(struct bytes *in, bool wrapped,
                          struct applet_object *o)
{
    bool described = false;
    bool named = false;
    struct tlv element;

    while (!begins_another(bytes_peek(in), o, wrapped, described) &&
           tlv_next(in, &element)) {
        const struct naming *naming = naming_of_tag(element.tag);

        if (naming != NULL && o->kind == 0)
            o->kind = naming->kind;
        if (naming != NULL && naming->kind != o->kind)
            continue;
        if (is_overlong(element))
            tlv_shorten(&element, in);
        if (!tlv_parse(schema, SCHEMA_ROWS, element, o))
            continue;
        if (naming != NULL)
            named = true;
        else
            described = true;
    }
    return named || described;
}

/* The next object of which something is known, be it without a name. */
static bool read_object(struct applet_list *list, struct applet_object *out)
{
    bool found = false;

    while (!found) {
        while (list->wrapper.len == 0 && is_wrapper(bytes_peek(&list->rest)))
            open_wrapper(list);
        *out = (struct applet_object){ 0 };
        if (list->wrapper.len > 0) {
            out->kind = list->kind;
            found = read_elements(&list->wrapper, true, out);
        } else if (list->rest.len > 0) {
            found = read_elements(&list->rest, false, out);
        } else {
            break;
        }
    }
    return found;
}

bool applet_next_object(struct applet_list *list, struct applet_object *out)
{
    while (read_object(list, out))
        if (out->id_len > 0 || out->label_len > 0)
            return true;
    return false;
}

/* --- the commands -------------------------------------------------------- */

iotsim_result applet_get_list(struct applet *a, struct buf *list)
{
    struct apdu command = {
        .ins = INS_GET_DATA, .p1 = P1_LIST, .p2 = P2_FIRST, .le = APDU_LE_ALL
    };
    size_t start = list->len;
    size_t before = start;
    uint16_t sw;
    iotsim_result result = applet_send(a, &command, list, &sw);

    command.p2 = P2_NEXT;
    command.continues = true;
    for (int part = 0; part < LIST_PARTS_MAX; part++) {
        if (!iotsim_ok(result) || sw != SW_MORE_LIST || list->len == before)
            break;
        before = list->len;
        result = applet_send(a, &command, list, &sw);
    }
    if (iotsim_ok(result) && sw != SW_MORE_LIST)
        result = sw_result(sw);
    if (!iotsim_ok(result))
        buf_cut(list, start);
    return result;
}

/* What the card left out because we had said it. */
static void complete_name(struct applet_object *o, struct applet_ref ref)
{
    if (o->id_len > 0 || o->label_len > 0)
        return;
    if (ref.id.len > 0)
        memcpy(o->id, ref.id.data, ref.id.len);
    if (ref.label.len > 0)
        memcpy(o->label, ref.label.data, ref.label.len);
    o->id_len = ref.id.len;
    o->label_len = ref.label.len;
}

iotsim_result applet_get_object(struct applet *a, enum applet_kind kind,
                                struct applet_ref ref,
                                struct applet_object *out)
{
    uint8_t storage[APDU_DATA_MAX];
    uint8_t received[APDU_RESPONSE_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf answer = BUF_OVER(received);
    struct apdu command = { .ins = INS_GET_DATA,
                            .p1 = (uint8_t)kind,
                            .le = APDU_LE_ALL };
    struct applet_list list = { 0 };
    iotsim_result result;

    *out = (struct applet_object){ 0 };
    applet_put_ref(&fields, kind, ref);
    command.data = buf_view(&fields);
    result = applet_exchange(a, &command, &answer);
    if (!iotsim_ok(result))
        return result;
    list.rest = buf_view(&answer);
    if (!read_object(&list, out) || (out->kind != 0 && out->kind != kind)) {
        *out = (struct applet_object){ 0 };
        return IOTSIM_FAIL(CARD_ANSWER);
    }
    out->kind = kind;
    complete_name(out, ref);
    return IOTSIM_OK;
}
