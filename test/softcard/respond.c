/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an answer leaves the card; see respond.h.
 *
 * T=1: data directly, cut to Le. T=0: a command with data gets 61xx first, a
 * wrong Le 6Cxx; the body is then kept, so the command does not run twice.
 * Quirks choose either form under either protocol. Reference: iot-safe-apdu
 * 2.5; ISO 7816-3 12.2.
 */
#include "respond.h"

#include <string.h>

#include "tags.h"

#define PROACTIVE 0x9110 /* 16 octets wait for the modem */

bool respond_is_strict(const struct softcard *card)
{
    int wrong_le = quirk(card, QUIRK_WRONG_LE);

    if (wrong_le != WRONG_LE_BY_PROTOCOL)
        return wrong_le == WRONG_LE_6CXX;
    return quirk(card, QUIRK_PROTOCOL) == PROTOCOL_T0;
}

static bool answers_61xx(const struct softcard *card)
{
    int answer = quirk(card, QUIRK_ANSWER);

    if (answer != ANSWER_BY_PROTOCOL)
        return answer == ANSWER_61XX;
    return quirk(card, QUIRK_PROTOCOL) == PROTOCOL_T0;
}

void respond_forget(struct softcard *card)
{
    crypto_cleanse(card->body, card->body_len);
    card->body_len = 0;
    card->body_at = 0;
    card->waiting = WAITING_NOTHING;
}

static size_t body_rest(const struct softcard *card)
{
    return card->body_len - card->body_at;
}

/* Give `n` octets of the body; the status word says whether more wait. */
static void give(struct softcard *card, size_t n, struct out *out)
{
    out_bytes(out, (struct view){ .at = card->body + card->body_at, .len = n });
    card->body_at += n;
    size_t rest = body_rest(card);
    if (rest) {
        out_u16(out, SW_MORE_BYTES | (unsigned int)(rest < 256 ? rest : 0));
        card->waiting = WAITING_RESPONSE;
        return;
    }
    out_u16(out, card->body_sw);
    respond_forget(card);
}

/* Keep the body and ask for the right Le. */
static void ask_again(struct softcard *card, const struct apdu *apdu,
                      size_t right, struct out *out)
{
    card->waiting = WAITING_REPEAT;
    card->asked[0] = apdu->cla;
    card->asked[1] = apdu->ins;
    card->asked[2] = apdu->p1;
    card->asked[3] = apdu->p2;
    out_u16(out, SW_WRONG_LE | (unsigned int)(right & 0xFF));
}

static bool class_of_response(const struct softcard *card, uint8_t cla)
{
    int class = quirk(card, QUIRK_RESPONSE_CLASS);

    if (cla & 0x7C)
        return false;
    return class == CLASS_BOTH || (class == CLASS_8X) == ((cla & 0x80) != 0);
}

static void get_response(struct softcard *card, const struct apdu *apdu,
                         struct out *out)
{
    size_t rest = body_rest(card);
    size_t most = rest < 256 ? rest : 256;

    if (!class_of_response(card, apdu->cla)) {
        out_u16(out, SW_WRONG_CLASS);
    } else if (apdu->p1 || apdu->p2) {
        out_u16(out, SW_WRONG_P1P2);
    } else if (apdu->data.len) {
        out_u16(out, SW_WRONG_LENGTH);
    } else if (card->waiting != WAITING_RESPONSE ||
               apdu->channel != card->asked_channel) {
        out_u16(out, SW_CONDITIONS);
    } else if (apdu->le > most && apdu->le != 256 && respond_is_strict(card)) {
        out_u16(out, SW_WRONG_LE | (unsigned int)(most & 0xFF));
    } else {
        give(card, apdu->le && apdu->le < most ? apdu->le : most, out);
    }
}

static bool is_repeat(const struct softcard *card, const struct apdu *apdu)
{
    return card->waiting == WAITING_REPEAT && card->asked[0] == apdu->cla &&
           card->asked[1] == apdu->ins && card->asked[2] == apdu->p1 &&
           card->asked[3] == apdu->p2 && apdu->data.len == 0 && apdu->le != 0 &&
           (apdu->le == body_rest(card) ||
            (apdu->le == 256 && body_rest(card) > 256));
}

bool respond_waiting(struct softcard *card, const struct apdu *apdu,
                     struct out *out)
{
    if (apdu->ins == INS_GET_RESPONSE) {
        get_response(card, apdu, out);
        return true;
    }
    if (is_repeat(card, apdu)) {
        give(card, apdu->le, out);
        return true;
    }
    respond_forget(card);
    return false;
}

struct out respond_begin(struct softcard *card)
{
    respond_forget(card);
    return (struct out){ .at = card->body, .max = sizeof card->body };
}

/* Case 2: no command data, so Le is all there is to agree on. */
static void end_case_2(struct softcard *card, const struct apdu *apdu,
                       struct out *out)
{
    size_t rest = body_rest(card);
    size_t most = rest < 256 ? rest : 256;
    bool strict = respond_is_strict(card);
    size_t le = apdu->le ? apdu->le : 256;

    if (strict ? le != most : le < most)
        ask_again(card, apdu, most, out);
    else
        give(card, most, out);
}

/* Case 4. Without 61xx an Le that is too small cuts the answer; Le 00 asks for
 * all of it and gets 256 octets at a time. */
static void end_case_4(struct softcard *card, const struct apdu *apdu,
                       struct out *out)
{
    size_t rest = body_rest(card);

    if (answers_61xx(card)) {
        give(card, 0, out);
        return;
    }
    if (apdu->le && apdu->le < 256 && apdu->le < rest) {
        crypto_cleanse(card->body + apdu->le, rest - apdu->le);
        card->body_len = apdu->le;
        rest = apdu->le;
    }
    give(card, rest < 256 ? rest : 256, out);
}

static bool is_success(unsigned int sw)
{
    return sw == SW_OK || sw == SW_MORE_DATA;
}

void respond_end(struct softcard *card, const struct apdu *apdu,
                 const struct out *body, unsigned int sw, struct out *out)
{
    card->body_len = body->len;
    card->asked_channel = apdu->channel;
    if (body->failed && is_success(sw))
        sw = SW_UNKNOWN;
    if (sw == SW_OK && quirk(card, QUIRK_SUCCESS) == SUCCESS_91XX)
        sw = PROACTIVE;
    else if (!is_success(sw)) {
        respond_forget(card);
    }
    card->body_sw = sw;
    if (card->body_len == 0)
        out_u16(out, sw);
    else if (apdu->data.len)
        end_case_4(card, apdu, out);
    else
        end_case_2(card, apdu, out);
}
