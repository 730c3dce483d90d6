/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reading; see bytes.h. */
#include "base/bytes.h"

#include <string.h>

struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){ .data = data, .len = data == NULL ? 0 : len };
}

struct bytes bytes_text(const char *text)
{
    return bytes_of(text, text == NULL ? 0 : strlen(text));
}

struct bytes bytes_take(struct bytes *b, size_t len)
{
    struct bytes taken = { .data = b->data, .len = len };

    if (b->failed || len > b->len) {
        *b = (struct bytes){ .failed = true };
        return (struct bytes){ .failed = true };
    }
    if (len == 0)
        return (struct bytes){ 0 };
    b->data += len;
    b->len -= len;
    return taken;
}

uint8_t bytes_u8(struct bytes *b)
{
    struct bytes one = bytes_take(b, 1);

    return one.len == 0 ? 0 : one.data[0];
}

uint16_t bytes_u16(struct bytes *b)
{
    struct bytes two = bytes_take(b, 2);

    return two.len == 0 ? 0
                        : (uint16_t)((unsigned)two.data[0] << 8 | two.data[1]);
}

uint8_t bytes_peek(const struct bytes *b)
{
    return b->failed || b->len == 0 ? 0 : b->data[0];
}

bool bytes_at_end(const struct bytes *b)
{
    return !b->failed && b->len == 0;
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    if (a.len != b.len || a.failed || b.failed)
        return false;
    return a.len == 0 || memcmp(a.data, b.data, a.len) == 0;
}
