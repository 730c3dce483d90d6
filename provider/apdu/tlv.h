/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tag-length-value as IoT SAFE writes it: a tag is ONE octet, always, and the
 * length one octet up to FF, or BER 81/82 where that fits exactly
 * (reference: IoT.05 encodings; design rule: every length is checked).
 */
#ifndef IOTSIM_APDU_TLV_H
#define IOTSIM_APDU_TLV_H

#include <stddef.h>

#include "base/buf.h"

struct tlv {
    uint8_t tag;
    struct bytes value; /* borrowed from the octets that were read */
};

/* Read the next element of `*in`. False at the end, or when an element
 * overruns: `in->failed` tells which. */
bool tlv_next(struct bytes *in, struct tlv *out);

/* Value of the first element `tag` in `in`; false when there is none. */
bool tlv_find(struct bytes in, uint8_t tag, struct bytes *value);

/* Make the value one octet shorter and let `*in`, from which it was just read,
 * begin with that octet: repairs a length that is one too large. `element`
 * must not be empty. */
void tlv_shorten(struct tlv *element, struct bytes *in);

/* Append tag, length, value; the buffer fails when `value` is longer than 255
 * octets or does not fit. */
void tlv_put(struct buf *out, uint8_t tag, struct bytes value);

/* Append an element of one octet. */
void tlv_put_u8(struct buf *out, uint8_t tag, uint8_t value);

/* Append an element of two octets, most significant first. */
void tlv_put_u16(struct buf *out, uint8_t tag, uint16_t value);

/*
 * One row of a schema: the member of a structure that an element goes to.
 * Write rows with TLV_NUMBER and TLV_OCTETS.
 */
struct tlv_field {
    uint8_t tag;
    size_t at;     /* offset of the member */
    size_t size;   /* its octets */
    size_t len_at; /* offset of the size_t with its length; 0: a number */
};

/* A uint8_t (one octet) or a uint16_t (one or two octets). */
#define TLV_NUMBER(tag, type, member)                                    \
    {                                                                    \
        (tag), offsetof(type, member), sizeof(((type *)NULL)->member), 0 \
    }

/* An array of uint8_t, filled up to member_len octets. */
#define TLV_OCTETS(tag, type, member)                                  \
    {                                                                  \
        (tag), offsetof(type, member), sizeof(((type *)NULL)->member), \
            offsetof(type, member##_len)                               \
    }

/* Store `element` in the structure at `out` as the schema of `rows` rows
 * says. False when no row has its tag or the value does not fit the member:
 * nothing is stored then. */
bool tlv_parse(const struct tlv_field *schema, size_t rows, struct tlv element,
               void *out);

#endif
