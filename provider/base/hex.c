/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits; see hex.h. */
#include "base/hex.h"

#include <string.h>

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

void hex_format(struct bytes octets, char *out, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    if (size == 0)
        return;
    for (size_t i = 0; i < octets.len && n + 2 < size; i++) {
        out[n++] = digits[octets.data[i] >> 4];
        out[n++] = digits[octets.data[i] & 0x0f];
    }
    out[n] = '\0';
    if (n < 2 * octets.len && n >= 3)
        memcpy(out + n - 3, "...", 3);
}

bool hex_parse(struct bytes text, struct buf *out)
{
    struct buf copy = *out;

    while (text.len > 0 && !copy.failed) {
        int high = hex_digit((char)bytes_u8(&text));
        int low = hex_digit((char)bytes_u8(&text));

        if (text.failed || high < 0 || low < 0)
            return false;
        buf_u8(&copy, (uint8_t)(high << 4 | low));
    }
    if (copy.failed)
        return false;
    *out = copy;
    return true;
}
