/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET RANDOM (reference 3.15). One applet gives nothing but zeros for more
 * than 127 octets, another ends with 6300; so requests are small, and never so
 * small that chance could make an honest answer all zero.
 */
#include "apdu/sw.h"
#include "applet/exchange.h"
#include "base/mem.h"

enum { REQUEST_MIN = 16, REQUEST_MAX = 64 };

static bool is_all_zero(struct bytes octets)
{
    static const uint8_t zeros[APDU_RESPONSE_MAX];

    return octets.len <= sizeof zeros &&
           mem_equal_ct(octets.data, zeros, octets.len);
}

/* Append up to `len` octets, at least one. */
static iotsim_result get_some(struct applet *a, size_t len, struct buf *out)
{
    uint8_t received[APDU_RESPONSE_MAX];
    struct buf answer = BUF_OVER(received);
    struct apdu command = { .ins = INS_GET_RANDOM, .le = REQUEST_MAX };
    uint16_t sw;
    iotsim_result result;

    if (len < REQUEST_MAX)
        command.le = len < REQUEST_MIN ? REQUEST_MIN : (int)len;
    result = applet_send(a, &command, &answer, &sw);
    if (iotsim_ok(result) && sw != SW_MORE_LIST)
        result = sw_result(sw);
    if (iotsim_ok(result) && is_all_zero(buf_view(&answer)))
        result = IOTSIM_FAIL(CARD_ANSWER);
    if (iotsim_ok(result)) {
        buf_cut(&answer, len);
        buf_put(out, buf_view(&answer));
    }
    buf_wipe(&answer);
    return result;
}

iotsim_result applet_get_random(struct applet *a, size_t len, struct buf *out)
{
    size_t start = out->len;
    iotsim_result result = IOTSIM_OK;

    if (len > out->size - out->len)
        return IOTSIM_FAIL(TOO_LONG);
    while (iotsim_ok(result) && out->len - start < len)
        result = get_some(a, len - (out->len - start), out);
    if (!iotsim_ok(result))
        buf_cut(out, start);
    return result;
}
