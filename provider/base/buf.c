/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded writing; see buf.h. */
#include "base/buf.h"

#include <string.h>

#include "base/mem.h"

struct buf buf_over(void *data, size_t size)
{
    return (struct buf){ .data = data, .size = size };
}

void buf_put(struct buf *b, struct bytes octets)
{
    if (b->failed || octets.failed || octets.len > b->size - b->len) {
        b->failed = true;
        return;
    }
    if (octets.len > 0)
        memcpy(b->data + b->len, octets.data, octets.len);
    b->len += octets.len;
}

void buf_u8(struct buf *b, uint8_t value)
{
    buf_put(b, bytes_of(&value, 1));
}

void buf_u16(struct buf *b, uint16_t value)
{
    uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)(value & 0xff) };

    buf_put(b, BYTES_OF(octets));
}

struct bytes buf_view(const struct buf *b)
{
    struct bytes view = bytes_of(b->data, b->len);

    view.failed = b->failed;
    return view;
}

struct buf buf_rest(const struct buf *b)
{
    return buf_over(b->data + b->len, b->size - b->len);
}

void buf_added(struct buf *b, size_t len)
{
    if (len > b->size - b->len)
        b->failed = true;
    else
        b->len += len;
}

void buf_cut(struct buf *b, size_t len)
{
    if (len < b->len)
        b->len = len;
    b->failed = false;
}

void buf_wipe(struct buf *b)
{
    mem_cleanse(b->data, b->size);
    b->len = 0;
    b->failed = false;
}
