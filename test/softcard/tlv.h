/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets and TLVs of the software card.
 *
 * IoT SAFE tags are one octet, always (9F and 60 are plain tags), so this is
 * no BER reader; lengths are one octet, with the exceptions of tlv_fields.
 * Reference: iot-safe-apdu 1.5, 2.7, 4.2.
 */
#ifndef SOFTCARD_TLV_H
#define SOFTCARD_TLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed octets, to read. */
struct view {
    const uint8_t *at;
    size_t len;
};

/* Octets being written into storage of the caller. The first write that does
 * not fit sets `failed`; later writes do nothing. */
struct out {
    uint8_t *at;
    size_t len;
    size_t max;
    bool failed;
};

/* Initialisers: an empty writer over an array; the octets of an array. */
#define OUT_OVER(array)                     \
    {                                       \
        .at = (array), .max = sizeof(array) \
    }
#define VIEW_OF(array)                      \
    (struct view)                           \
    {                                       \
        .at = (array), .len = sizeof(array) \
    }

/* What has been written so far. */
struct view out_view(const struct out *out);

/* Append one octet, two octets (big-endian), any octets, `n` zero octets. */
void out_u8(struct out *out, uint8_t value);
void out_u16(struct out *out, unsigned int value);
void out_bytes(struct out *out, struct view bytes);
void out_zeros(struct out *out, size_t n);

/* Append tag, one length octet and value (at most 255 octets). */
void tlv_put(struct out *out, uint8_t tag, struct view value);
void tlv_put_u8(struct out *out, uint8_t tag, uint8_t value);
void tlv_put_u16(struct out *out, uint8_t tag, unsigned int value);

/* Put a tag and a BER length (up to 65535) before all octets from `start`. */
void tlv_wrap(struct out *out, size_t start, uint8_t tag);

/* Are the octets equal? */
bool view_equal(struct view a, struct view b);

/* Split `n` octets (at most all) off the front of `rest`. */
struct view view_take(struct view *rest, size_t n);

/* How a length octet is read where the readings differ. */
enum tlv_reading {
    TLV_LITERAL,  /* the octet is the length                          */
    TLV_BER,      /* 81, 82 and 83 announce one, two or three octets  */
    TLV_ZERO_SKIP /* 00 announces one more octet (m33mu)              */
};

/* Read the length that starts `rest` and leave `rest` after it. False when
 * the octets end too soon; the length may still exceed what is left. */
bool tlv_length(struct view *rest, enum tlv_reading reading, size_t *length);

/* One field a command may carry: the caller names the tag, the reader fills
 * `found` and `value` (borrowed from the data). */
struct tlv_field {
    uint8_t tag;
    bool found;
    struct view value;
};

enum tlv_result {
    TLV_OK,
    TLV_SYNTAX,    /* a TLV overruns the data or is cut short      */
    TLV_UNEXPECTED /* well formed, but a tag not named, or twice   */
};

/* Find the `count` fields in `data`, in any order. A BER length is taken where
 * the whole data parses with it, else length octets are literal; tag 33 also
 * takes its two-octet form (33 00 40, 33 02 00). `zero_skip` reads 00 as m33mu does. */
enum tlv_result tlv_fields(struct view data, bool zero_skip,
                           struct tlv_field *fields, size_t count);

#endif
