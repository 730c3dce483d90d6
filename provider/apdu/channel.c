/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logical channel; see channel.h. From the bottom up: one command and its
 * answer, the right Le, GET RESPONSE, the class, a second SELECT. What a card
 * taught is kept in struct channel, so that it is asked only once.
 */
#include "apdu/channel.h"

#include <string.h>

#include "apdu/sw.h"
#include "base/mem.h"

enum {
    INS_MANAGE_CHANNEL = 0x70,
    INS_SELECT = 0xa4,
    INS_READ_BINARY = 0xb0,
    INS_GET_RESPONSE = 0xc0
};

enum {
    PROPRIETARY = 0x80,  /* class 8X */
    CHANNEL_BITS = 0x03, /* of a class octet */
    P1_OPEN = 0x00,
    P1_CLOSE = 0x80,
    P1_BY_NAME = 0x04,
    P1_BY_PATH = 0x08, /* from the master file */
    P2_NO_DATA = 0x0c,
    P2_FCP = 0x04,
    ICCID_LEN = CHANNEL_ICCID_MAX / 2
};

enum { SW1_MORE = 0x61, SW1_WRONG_LE = 0x6c };

static unsigned sw1(uint16_t sw)
{
    return sw >> 8;
}

/* The number of octets in the second octet of 61xx and 6Cxx. */
static int sw_octets(uint16_t sw)
{
    return (sw & 0xff) == 0 ? APDU_LE_ALL : sw & 0xff;
}

/* Nobody there understood: wrong class, or another application. */
static bool is_refused(uint16_t sw)
{
    return sw == SW_INVALID_CLA || sw == SW_INVALID_INS;
}

static bool has_t0_shape(const struct channel *c)
{
    return c->without_le || transport_is_t0(c->transport);
}

/* Split an answer; its data goes to `response` unless the command is to be
 * sent again. */
static iotsim_result take_answer(struct bytes answer, struct buf *response,
                                 uint16_t *sw)
{
    struct bytes data;
    iotsim_result result = apdu_split(answer, &data, sw);

    if (!iotsim_ok(result) || response == NULL || sw1(*sw) == SW1_WRONG_LE)
        return result;
    if (data.len > response->size - response->len)
        return IOTSIM_FAIL(TOO_LONG);
    buf_put(response, data);
    return IOTSIM_OK;
}

static iotsim_result transmit(struct channel *c, const struct apdu *command,
                              struct buf *response, uint16_t *sw,
                              struct deadline until)
{
    uint8_t out[TRANSPORT_COMMAND_MAX];
    uint8_t in[TRANSPORT_RESPONSE_MAX];
    struct buf wire = BUF_OVER(out);
    struct buf answer = BUF_OVER(in);
    iotsim_result result;

    *sw = 0;
    if (c->transport == NULL)
        return IOTSIM_FAIL(CARD_RESET);
    result = apdu_encode(command, has_t0_shape(c), &wire);
    if (iotsim_ok(result))
        result =
            transport_transmit(c->transport, buf_view(&wire), &answer, until);
    if (iotsim_ok(result))
        result = take_answer(buf_view(&answer), response, sw);
    if (iotsim_is(result, IOTSIM_ERR_CARD_RESET))
        c->transport = NULL;
    mem_cleanse(out, sizeof out);
    mem_cleanse(in, sizeof in);
    return result;
}

/* Change the Le that the card did not like; false when that was not it. */
static bool correct_le(const struct channel *c, uint16_t sw,
                       struct apdu *command)
{
    bool has_both = command->data.len > 0 && command->le != APDU_LE_NONE;

    if (sw1(sw) == SW1_WRONG_LE)
        command->le = sw_octets(sw);
    else if (sw == SW_WRONG_LENGTH && has_both && !has_t0_shape(c))
        command->le = APDU_LE_NONE;
    else
        return false;
    return true;
}

static iotsim_result transmit_with_le(struct channel *c,
                                      const struct apdu *command,
                                      struct buf *response, uint16_t *sw,
                                      struct deadline until)
{
    struct apdu again = *command;
    iotsim_result result = transmit(c, command, response, sw, until);

    if (!iotsim_ok(result) || !correct_le(c, *sw, &again))
        return result;
    result = transmit(c, &again, response, sw, until);
    if (iotsim_ok(result) && sw1(*sw) == SW1_WRONG_LE)
        return IOTSIM_FAIL_SW(CARD_ANSWER, *sw);
    if (again.le == APDU_LE_NONE)
        c->without_le = iotsim_ok(result) && *sw != SW_WRONG_LENGTH;
    return result;
}

/* Fetch the next part after 61xx in `*sw`, which followed class `cla`. */
static iotsim_result get_response(struct channel *c, uint8_t cla,
                                  struct buf *response, uint16_t *sw,
                                  struct deadline until)
{
    uint8_t first = c->response_family ? cla : cla & CHANNEL_BITS;
    struct apdu command = { .cla = first,
                            .ins = INS_GET_RESPONSE,
                            .le = sw_octets(*sw) };
    iotsim_result result = transmit_with_le(c, &command, response, sw, until);

    if (!iotsim_ok(result) || !is_refused(*sw) || first == cla)
        return result;
    command.cla = cla;
    result = transmit_with_le(c, &command, response, sw, until);
    c->response_family = iotsim_ok(result) && !is_refused(*sw);
    return result;
}

/* A command with its class set, and all parts of the answer. What comes with a
 * refusal is no answer. */
static iotsim_result exchange(struct channel *c, const struct apdu *command,
                              struct buf *response, uint16_t *sw,
                              struct deadline until)
{
    size_t start = response == NULL ? 0 : response->len;
    iotsim_result result = transmit_with_le(c, command, response, sw, until);

    for (int part = 0; iotsim_ok(result) && sw1(*sw) == SW1_MORE; part++) {
        if (part == CHANNEL_PARTS_MAX)
            result = IOTSIM_FAIL_SW(CARD_ANSWER, *sw);
        else
            result = get_response(c, command->cla, response, sw, until);
    }
    if (response != NULL && (!iotsim_ok(result) || is_refused(*sw)))
        buf_cut(response, start);
    return result;
}

/* An application's command, in the class that it wants. */
static iotsim_result exchange_in_family(struct channel *c, struct apdu command,
                                        struct buf *response, uint16_t *sw,
                                        struct deadline until)
{
    iotsim_result result;

    command.cla = c->family | c->number;
    result = exchange(c, &command, response, sw, until);
    if (iotsim_ok(result) && *sw == SW_INVALID_CLA && !c->family_known) {
        command.cla ^= PROPRIETARY;
        result = exchange(c, &command, response, sw, until);
    }
    if (iotsim_ok(result) && !is_refused(*sw)) {
        c->family = command.cla & PROPRIETARY;
        c->family_known = true;
    }
    return result;
}

iotsim_result channel_exchange(struct channel *c, const struct apdu *command,
                               struct buf *response, uint16_t *sw,
                               struct deadline until)
{
    iotsim_result result = exchange_in_family(c, *command, response, sw, until);

    if (!iotsim_ok(result) || !is_refused(*sw) || !c->reselects ||
        command->continues)
        return result;
    result = channel_select(c, bytes_of(c->aid, c->aid_len), until);
    if (iotsim_ok(result))
        result = exchange_in_family(c, *command, response, sw, until);
    c->reselects = iotsim_ok(result) && !is_refused(*sw);
    return result;
}

static void close_number(struct channel *c, uint8_t number,
                         struct deadline until)
{
    const struct apdu command = { .ins = INS_MANAGE_CHANNEL,
                                  .p1 = P1_CLOSE,
                                  .p2 = number,
                                  .le = APDU_LE_NONE };
    uint16_t sw;
    iotsim_result ignored = exchange(c, &command, NULL, &sw, until);

    (void)ignored;
}

/* The number in an answer to MANAGE CHANNEL. One beyond the reach of class 0X
 * means that others hold those within. */
static iotsim_result read_number(struct channel *c, struct bytes answer,
                                 struct deadline until)
{
    uint8_t number = bytes_u8(&answer);

    if (!bytes_at_end(&answer) || number == 0)
        return IOTSIM_FAIL(CARD_ANSWER);
    if (number > CHANNEL_LAST) {
        close_number(c, number, until);
        return IOTSIM_FAIL(NO_CHANNEL);
    }
    c->number = number;
    return IOTSIM_OK;
}

iotsim_result channel_open(struct channel *c, struct transport *t,
                           struct deadline until)
{
    const struct apdu command = { .ins = INS_MANAGE_CHANNEL,
                                  .p1 = P1_OPEN,
                                  .le = 1 };
    uint8_t storage[APDU_RESPONSE_MAX];
    struct buf answer = BUF_OVER(storage);
    uint16_t sw;
    iotsim_result result;

    *c = (struct channel){ .transport = t, .family = PROPRIETARY };
    result = exchange(c, &command, &answer, &sw, until);
    if (iotsim_ok(result) && sw == SW_NO_FUNCTION)
        result = IOTSIM_FAIL_SW(NO_CHANNEL, sw);
    else if (iotsim_ok(result))
        result = sw_result(sw);
    if (iotsim_ok(result))
        result = read_number(c, buf_view(&answer), until);
    if (!iotsim_ok(result))
        *c = (struct channel){ 0 };
    return result;
}

static void keep_aid(struct channel *c, struct bytes aid)
{
    memmove(c->aid, aid.data, aid.len);
    c->aid_len = aid.len;
    c->reselects = true;
}

iotsim_result channel_select(struct channel *c, struct bytes aid,
                             struct deadline until)
{
    const struct apdu command = { .cla = c->number,
                                  .ins = INS_SELECT,
                                  .p1 = P1_BY_NAME,
                                  .data = aid,
                                  .le = APDU_LE_NONE };
    uint16_t sw;
    iotsim_result result;

    if (aid.len < CHANNEL_AID_MIN || aid.len > CHANNEL_AID_MAX)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    result = exchange(c, &command, NULL, &sw, until);
    if (iotsim_ok(result) && sw == SW_NOT_FOUND)
        return IOTSIM_FAIL_SW(NO_APPLET, sw);
    if (iotsim_ok(result))
        result = sw_result(sw);
    if (iotsim_ok(result))
        keep_aid(c, aid);
    return result;
}

/* SELECT EF_ICCID, without its parameters where the card can leave them out. */
static iotsim_result select_iccid(struct channel *c, struct deadline until)
{
    static const uint8_t path[] = { 0x2f, 0xe2 };
    struct apdu command = { .cla = c->number,
                            .ins = INS_SELECT,
                            .p1 = P1_BY_PATH,
                            .p2 = P2_NO_DATA,
                            .data = BYTES_OF(path),
                            .le = APDU_LE_NONE };
    uint16_t sw;
    iotsim_result result = exchange(c, &command, NULL, &sw, until);

    if (iotsim_ok(result) && sw == SW_WRONG_P1P2) {
        command.p2 = P2_FCP;
        result = exchange(c, &command, NULL, &sw, until);
    }
    return iotsim_ok(result) ? sw_result(sw) : result;
}

/* Two digits an octet, the low half first; F fills up at the end. */
static iotsim_result format_iccid(struct bytes octets,
                                  char digits[CHANNEL_ICCID_MAX + 1])
{
    static const char names[] = "0123456789ABCDE";
    size_t n = 0;

    while (octets.len > 0 && n < CHANNEL_ICCID_MAX) {
        uint8_t octet = bytes_u8(&octets);

        if ((octet & 0x0f) == 0x0f)
            break;
        digits[n++] = names[octet & 0x0f];
        if (octet >> 4 == 0x0f)
            break;
        digits[n++] = names[octet >> 4];
    }
    digits[n] = '\0';
    return n > 0 ? IOTSIM_OK : IOTSIM_FAIL(CARD_ANSWER);
}

iotsim_result channel_read_iccid(struct channel *c,
                                 char digits[CHANNEL_ICCID_MAX + 1],
                                 struct deadline until)
{
    const struct apdu command = { .cla = c->number,
                                  .ins = INS_READ_BINARY,
                                  .le = ICCID_LEN };
    uint8_t storage[APDU_RESPONSE_MAX];
    struct buf answer = BUF_OVER(storage);
    uint16_t sw = 0;
    iotsim_result result = select_iccid(c, until);

    digits[0] = '\0';
    if (iotsim_ok(result))
        result = exchange(c, &command, &answer, &sw, until);
    if (!iotsim_ok(result))
        return result;
    result = sw_result(sw);
    if (!iotsim_ok(result))
        return result;
    return format_iccid(buf_view(&answer), digits);
}

void channel_close(struct channel *c, struct deadline until)
{
    if (c->transport != NULL)
        close_number(c, c->number, until);
    *c = (struct channel){ 0 };
}
