/* SPDX-License-Identifier: Apache-2.0 */
/* Tag-length-value; see tlv.h. */
#include "apdu/tlv.h"

#include <string.h>

/* A length octet above 80 is a plain length, unless BER fits exactly. */
static size_t read_length(struct bytes *in)
{
    uint8_t first = bytes_u8(in);
    struct bytes ber = *in;
    size_t len;

    if (first == 0x81)
        len = bytes_u8(&ber);
    else if (first == 0x82)
        len = bytes_u16(&ber);
    else
        return first;
    if (ber.failed || ber.len != len)
        return first;
    *in = ber;
    return len;
}

bool tlv_next(struct bytes *in, struct tlv *out)
{
    *out = (struct tlv){ 0 };
    if (in->failed || in->len == 0)
        return false;
    out->tag = bytes_u8(in);
    out->value = bytes_take(in, read_length(in));
    return !in->failed;
}

void tlv_shorten(struct tlv *element, struct bytes *in)
{
    element->value.len--;
    *in = bytes_of(element->value.data + element->value.len, in->len + 1);
}

bool tlv_find(struct bytes in, uint8_t tag, struct bytes *value)
{
    struct tlv element;

    while (tlv_next(&in, &element)) {
        if (element.tag != tag)
            continue;
        *value = element.value;
        return true;
    }
    return false;
}

void tlv_put(struct buf *out, uint8_t tag, struct bytes value)
{
    if (value.len > 0xff)
        out->failed = true;
    buf_u8(out, tag);
    buf_u8(out, (uint8_t)(value.len & 0xff));
    buf_put(out, value);
}

void tlv_put_u8(struct buf *out, uint8_t tag, uint8_t value)
{
    tlv_put(out, tag, bytes_of(&value, 1));
}

void tlv_put_u16(struct buf *out, uint8_t tag, uint16_t value)
{
    buf_u8(out, tag);
    buf_u8(out, sizeof value);
    buf_u16(out, value);
}

static bool store_number(const struct tlv_field *field, struct bytes value,
                         uint8_t *member)
{
    size_t octets = value.len;
    uint16_t number = octets == 1 ? bytes_u8(&value) : bytes_u16(&value);

    if (octets == 0 || octets > field->size)
        return false;
    if (field->size == sizeof number)
        memcpy(member, &number, sizeof number);
    else
        *member = (uint8_t)number;
    return true;
}

static bool store_octets(const struct tlv_field *field, struct bytes value,
                         uint8_t *member, uint8_t *len)
{
    if (value.len > field->size)
        return false;
    if (value.len > 0)
        memcpy(member, value.data, value.len);
    memcpy(len, &value.len, sizeof value.len);
    return true;
}

bool tlv_parse(const struct tlv_field *schema, size_t rows, struct tlv element,
               void *out)
{
    uint8_t *base = out;

    for (const struct tlv_field *f = schema; f < schema + rows; f++) {
        if (f->tag != element.tag)
            continue;
        if (f->len_at == 0)
            return store_number(f, element.value, base + f->at);
        return store_octets(f, element.value, base + f->at, base + f->len_at);
    }
    return false;
}
