/* SPDX-License-Identifier: Apache-2.0 */
/*
 * READ FILE (IoT.05 2.21; reference 3.5). Applets return 256, 255, 240 or Le
 * octets, fewer at the end or zeros behind it: the next offset is the number
 * of octets that came, and the declared size cuts the padding.
 */
#include "apdu/sw.h"
#include "applet/exchange.h"

enum { FILE_PARTS_MAX = 1024, PART_MAX = 2 * APDU_RESPONSE_MAX };
enum { DER_SEQUENCE_81 = 0x3081 }; /* one octet of length follows */
enum { DER_SEQUENCE_82 = 0x3082 }; /* two */

/* Two words, both "offset out of bounds" for this command. */
static bool is_past_end(uint16_t sw, size_t offset)
{
    return offset > 0 && (sw == SW_OFFSET || sw == SW_WRONG_P1P2);
}

/* Octets of the DER sequence that a file begins with, its own header included:
 * the length of a certificate. Without one, as much as can be addressed. */
static size_t guess_size(struct bytes file)
{
    uint16_t start = bytes_u16(&file);
    size_t len = APPLET_FILE_MAX;

    if (start == DER_SEQUENCE_81)
        len = 3U + bytes_u8(&file);
    else if (start == DER_SEQUENCE_82)
        len = 4U + bytes_u16(&file);
    return file.failed || len > APPLET_FILE_MAX ? APPLET_FILE_MAX : len;
}

/* Append the octets from `offset` on; none at the end of the file. */
static iotsim_result read_part(struct applet *a, struct bytes fields,
                               size_t offset, struct buf *part)
{
    const struct apdu command = { .ins = INS_READ_FILE,
                                  .p1 = (uint8_t)(offset >> 8),
                                  .p2 = (uint8_t)(offset & 0xff),
                                  .data = fields,
                                  .le = APDU_LE_ALL };
    uint16_t sw;
    iotsim_result result = applet_send(a, &command, part, &sw);

    if (!iotsim_ok(result))
        return result;
    if (!is_past_end(sw, offset))
        return sw_result(sw);
    buf_cut(part, 0);
    return IOTSIM_OK;
}

iotsim_result applet_read_file(struct applet *a, struct applet_ref ref,
                               size_t size, struct buf *out)
{
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf file = buf_rest(out);
    size_t end = size;
    iotsim_result result = IOTSIM_OK;

    if (size == 0 || size > APPLET_FILE_MAX)
        end = APPLET_FILE_MAX;
    applet_put_ref(&fields, APPLET_FILE, ref);
    for (int i = 0; file.len < end; i++) {
        uint8_t octets[PART_MAX];
        struct buf part = BUF_OVER(octets);

        if (i == FILE_PARTS_MAX)
            return IOTSIM_FAIL(CARD_ANSWER);
        result = read_part(a, buf_view(&fields), file.len, &part);
        if (!iotsim_ok(result) || part.len == 0)
            break;
        if (size == 0 && file.len == 0)
            end = guess_size(buf_view(&part));
        buf_cut(&part, end - file.len);
        buf_put(&file, buf_view(&part));
        if (file.failed)
            return IOTSIM_FAIL(TOO_LONG);
    }
    if (iotsim_ok(result))
        buf_added(out, file.len);
    return result;
}
