/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded writing and reading of octets and one-octet-tag TLVs.
 *
 * Nothing here knows what a tag means, except that a signature (33) may carry
 * a two-octet length. Reference: iot-safe-apdu 1.5, 2.7, 4.2.
 */
#include "tlv.h"

#include <string.h>

#include "tags.h"

struct view out_view(const struct out *out)
{
    return (struct view){ .at = out->at, .len = out->len };
}

void out_bytes(struct out *out, struct view bytes)
{
    if (out->failed || bytes.len > out->max - out->len) {
        out->failed = true;
        return;
    }
    if (bytes.len)
        memcpy(out->at + out->len, bytes.at, bytes.len);
    out->len += bytes.len;
}

void out_zeros(struct out *out, size_t n)
{
    if (out->failed || n > out->max - out->len) {
        out->failed = true;
        return;
    }
    if (n)
        memset(out->at + out->len, 0, n);
    out->len += n;
}

void out_u8(struct out *out, uint8_t value)
{
    out_bytes(out, (struct view){ .at = &value, .len = 1 });
}

void out_u16(struct out *out, unsigned int value)
{
    out_u8(out, (uint8_t)(value >> 8 & 0xFF));
    out_u8(out, (uint8_t)(value & 0xFF));
}

void tlv_put(struct out *out, uint8_t tag, struct view value)
{
    if (value.len > 0xFF) {
        out->failed = true;
        return;
    }
    out_u8(out, tag);
    out_u8(out, (uint8_t)value.len);
    out_bytes(out, value);
}

void tlv_put_u8(struct out *out, uint8_t tag, uint8_t value)
{
    tlv_put(out, tag, (struct view){ .at = &value, .len = 1 });
}

void tlv_put_u16(struct out *out, uint8_t tag, unsigned int value)
{
    uint8_t octets[2] = { (uint8_t)(value >> 8 & 0xFF),
                          (uint8_t)(value & 0xFF) };

    tlv_put(out, tag, VIEW_OF(octets));
}

void tlv_wrap(struct out *out, size_t start, uint8_t tag)
{
    size_t len = out->len - start;
    uint8_t header[4];
    struct out front = OUT_OVER(header);

    out_u8(&front, tag);
    if (len > 0x7F)
        out_u8(&front, len > 0xFF ? 0x82 : 0x81);
    if (len > 0xFF)
        out_u8(&front, (uint8_t)(len >> 8 & 0xFF));
    out_u8(&front, (uint8_t)(len & 0xFF));
    out_zeros(out, front.len);
    if (out->failed)
        return;
    memmove(out->at + start + front.len, out->at + start, len);
    memcpy(out->at + start, header, front.len);
}

bool view_equal(struct view a, struct view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

struct view view_take(struct view *rest, size_t n)
{
    struct view taken = { .at = rest->at,
                          .len = n < rest->len ? n : rest->len };

    if (taken.len) {
        rest->at += taken.len;
        rest->len -= taken.len;
    }
    return taken;
}

bool tlv_length(struct view *rest, enum tlv_reading reading, size_t *length)
{
    struct view first = view_take(rest, 1);
    size_t more = 0;

    if (first.len == 0)
        return false;
    *length = first.at[0];
    if (reading == TLV_BER && *length >= 0x81 && *length <= 0x83)
        more = *length - 0x80;
    else if (reading == TLV_ZERO_SKIP && *length == 0)
        more = 1;
    if (more == 0)
        return true;

    struct view octets = view_take(rest, more);
    *length = 0;
    for (size_t i = 0; i < octets.len; i++)
        *length = *length << 8 | octets.at[i];
    return octets.len == more;
}

/* The two-octet lengths of a signature, 33 00 xx to 33 02 00, where they fill
 * the rest of the data exactly. */
static bool signature_length(struct view *rest, size_t *length)
{
    if (rest->len < 2 || rest->at[0] > 2)
        return false;
    *length = (size_t)rest->at[0] << 8 | rest->at[1];
    if (*length == 0 || *length != rest->len - 2)
        return false;
    view_take(rest, 2);
    return true;
}

static struct tlv_field *field_of(struct tlv_field *fields, size_t count,
                                  uint8_t tag)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].tag == tag)
            return &fields[i];
    return NULL;
}

static enum tlv_result read_fields(struct view rest, enum tlv_reading reading,
                                   struct tlv_field *fields, size_t count)
{
    enum tlv_result result = TLV_OK;

    for (size_t i = 0; i < count; i++)
        fields[i].found = false;
    while (rest.len) {
        uint8_t tag = view_take(&rest, 1).at[0];
        size_t length = 0;

        if (!(tag == TAG_SIGNATURE && signature_length(&rest, &length)) &&
            !tlv_length(&rest, reading, &length))
            return TLV_SYNTAX;
        if (length > rest.len)
            return TLV_SYNTAX;
        struct view value = view_take(&rest, length);
        struct tlv_field *field = field_of(fields, count, tag);
        if (!field || field->found) {
            result = TLV_UNEXPECTED;
            continue;
        }
        field->found = true;
        field->value = value;
    }
    return result;
}

enum tlv_result tlv_fields(struct view data, bool zero_skip,
                           struct tlv_field *fields, size_t count)
{
    if (zero_skip)
        return read_fields(data, TLV_ZERO_SKIP, fields, count);
    if (read_fields(data, TLV_BER, fields, count) == TLV_OK)
        return TLV_OK;
    return read_fields(data, TLV_LITERAL, fields, count);
}
