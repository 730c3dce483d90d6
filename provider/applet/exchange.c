/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exchange with the applet; see exchange.h. Session number 01 serves every
 * operation, one after the other: it is legal on every applet (reference 2.4).
 */
#include "applet/exchange.h"

#include "apdu/sw.h"

enum { SESSION = 0x01 };
enum { P1_OPEN = 0x00, P1_CLOSE = 0x01 }; /* of INIT */
enum { P1_MORE = 0x00, P1_LAST = 0x80 };  /* of UPDATE */
enum { SLOW_MS = 30000, QUICK_MS = 5000 };

/* Instructions that make the card compute for seconds (reference 9.4). */
static const uint8_t slow[] = {
    INS_GENERATE_KEY_PAIR,
    INS_COMPUTE_SIGNATURE_UPDATE,
    INS_VERIFY_SIGNATURE_UPDATE,
    INS_COMPUTE_DH,
    INS_COMPUTE_PRF,
    INS_COMPUTE_HKDF,
};

static bool is_slow(uint8_t ins)
{
    for (size_t i = 0; i < sizeof slow; i++)
        if (slow[i] == ins)
            return true;
    return false;
}

struct deadline applet_deadline(const struct applet *a, uint8_t ins)
{
    return deadline_sooner(deadline_in(is_slow(ins) ? SLOW_MS : QUICK_MS),
                           a->until);
}

iotsim_result applet_send(struct applet *a, const struct apdu *command,
                          struct buf *response, uint16_t *sw)
{
    iotsim_result result = channel_exchange(&a->channel, command, response, sw,
                                            applet_deadline(a, command->ins));

    if (iotsim_ok(result) && sw_store_changed(*sw))
        a->store_changed = true;
    return result;
}

iotsim_result applet_exchange(struct applet *a, const struct apdu *command,
                              struct buf *response)
{
    size_t start = response == NULL ? 0 : response->len;
    uint16_t sw;
    iotsim_result result = applet_send(a, command, response, &sw);

    if (iotsim_ok(result))
        result = sw_result(sw);
    if (!iotsim_ok(result) && response != NULL)
        buf_cut(response, start);
    return result;
}

iotsim_result applet_exchange_secret(struct applet *a,
                                     const struct apdu *command, size_t len,
                                     struct buf *response)
{
    struct buf secret = buf_rest(response);
    iotsim_result result = applet_exchange(a, command, &secret);

    if (iotsim_ok(result) && secret.len != len)
        result = IOTSIM_FAIL(CARD_ANSWER);
    if (iotsim_ok(result))
        buf_added(response, len);
    else
        buf_wipe(&secret);
    return result;
}

/* What may be in the way of INIT: a finished signature, which applet_sign
 * leaves open, or what another process has left of the same kind. */
static void close_leftovers(struct applet *a, uint8_t ins)
{
    applet_close_session(a, INS_COMPUTE_SIGNATURE_INIT);
    if (ins != INS_COMPUTE_SIGNATURE_INIT)
        applet_close_session(a, ins);
}

iotsim_result applet_open_session(struct applet *a, uint8_t ins,
                                  struct bytes fields)
{
    const struct apdu command = { .ins = ins,
                                  .p1 = P1_OPEN,
                                  .p2 = SESSION,
                                  .data = fields,
                                  .le = APDU_LE_NONE };
    iotsim_result first = applet_exchange(a, &command, NULL);
    iotsim_result second;

    if (first.sw != SW_CONDITIONS && first.sw != SW_CAPACITY)
        return first;
    close_leftovers(a, ins);
    second = applet_exchange(a, &command, NULL);
    if (iotsim_ok(second) && first.sw == SW_CONDITIONS)
        a->close_sessions = true;
    return second;
}

iotsim_result applet_send_block(struct applet *a, uint8_t ins,
                                struct bytes fields)
{
    const struct apdu command = { .ins = ins,
                                  .p1 = P1_MORE,
                                  .p2 = SESSION,
                                  .data = fields,
                                  .le = APDU_LE_NONE,
                                  .continues = true };

    return applet_exchange(a, &command, NULL);
}

struct apdu applet_last_update(uint8_t ins, struct bytes fields, int le)
{
    return (struct apdu){ .ins = ins,
                          .p1 = P1_LAST,
                          .p2 = SESSION,
                          .data = fields,
                          .le = le,
                          .continues = true };
}

void applet_close_session(struct applet *a, uint8_t ins)
{
    const struct apdu command = {
        .ins = ins, .p1 = P1_CLOSE, .p2 = SESSION, .le = APDU_LE_NONE
    };
    iotsim_result ignored = applet_exchange(a, &command, NULL);

    (void)ignored;
}

void applet_end_session(struct applet *a, uint8_t ins, iotsim_result result)
{
    bool is_late = iotsim_is(result, IOTSIM_ERR_BUSY) && result.sw == 0;

    if (is_late)
        a->until = deadline_in(APPLET_CLOSE_MS);
    if (is_late || iotsim_ok(result) || result.sw != 0)
        applet_close_session(a, ins);
}
