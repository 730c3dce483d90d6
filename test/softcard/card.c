/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UICC: from the octets of a command to the octets of its answer.
 *
 * Here are the classes and logical channels, MANAGE CHANNEL, SELECT by name,
 * the choice between file system and applet, faults and the log. How an answer
 * leaves (61xx, 6Cxx, GET RESPONSE) is in respond.c.
 * Reference: iot-safe-apdu 2; ISO 7816-4; ETSI TS 102 221 10, 11.
 */
#include "card.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "respond.h"
#include "tags.h"

#define AID_MATCH_LEAST 5
#define P1_BY_NAME 0x04

static const uint8_t standard_aid[] = {
    0xA0, 0x00, 0x00, 0x05, 0x59, 0x00, 0x10
};

struct softcard *softcard_new(void)
{
    struct softcard *card = calloc(1, sizeof *card);

    if (!card)
        return NULL;
    memcpy(card->id.aid, standard_aid, sizeof standard_aid);
    card->id.aid_len = sizeof standard_aid;
    card->id.version = 0x10;
    card->id.sessions = 4;
    card->id.modes = MODES_ALL;
    quirks_init(&card->quirks);
    softcard_reset(card);
    return card;
}

void softcard_free(struct softcard *card)
{
    if (!card)
        return;
    for (size_t i = 0; i < CHANNELS; i++)
        sessions_close(&card->channels[i].sessions);
    sessions_close(&card->shared);
    objects_free(&card->objects);
    faults_free(&card->faults);
    free(card->state_file);
    crypto_cleanse(card, sizeof *card);
    free(card);
}

const char *softcard_error(const struct softcard *card)
{
    return card->error;
}

bool card_fail(struct softcard *card, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(card->error, sizeof card->error, format, args);
    va_end(args);
    return false;
}

bool softcard_quirk(struct softcard *card, const char *setting)
{
    const char *error = quirks_set(&card->quirks, setting);

    return error ? card_fail(card, "%s: %s", setting, error) : true;
}

void softcard_quirks_help(FILE *to)
{
    quirks_help(to);
}

bool softcard_fault(struct softcard *card, const char *text)
{
    const char *error = fault_add(&card->faults, text);

    return error ? card_fail(card, "%s: %s", text, error) : true;
}

void softcard_faults_clear(struct softcard *card)
{
    faults_free(&card->faults);
}

void softcard_log(struct softcard *card, FILE *to)
{
    card->log = to;
}

static void log_line(const struct softcard *card, const char *mark,
                     const uint8_t *octets, size_t n)
{
    if (!card->log)
        return;
    fputs(mark, card->log);
    for (size_t i = 0; i < n; i++)
        fprintf(card->log, "%02X", octets[i]);
    fputc('\n', card->log);
    fflush(card->log);
}

/* A channel begins anew: nothing selected but the MF. */
static void channel_begin(struct softcard *card, unsigned int number, bool open)
{
    struct channel *channel = &card->channels[number];

    applet_leave(card, number);
    channel->open = open;
    channel->selected = SELECTED_MF;
    channel->selects = 0;
}

void softcard_reset(struct softcard *card)
{
    for (unsigned int i = 0; i < CHANNELS; i++)
        channel_begin(card, i, i == 0);
    sessions_close(&card->shared);
    respond_forget(card);
    log_line(card, "# reset", NULL, 0);
}

/* ATR: direct convention; T=1 with IFSC 254 and CWI 5, BWI 4, or T=0 as UICCs
 * have it; historical octets in compact TLV: card service data, capabilities
 * with 4 channels assigned by the card, a name. */
size_t softcard_atr(const struct softcard *card, uint8_t *atr)
{
    static const uint8_t t1[] = { 0x3B, 0x8E, 0x81, 0x31, 0xFE, 0x45 };
    static const uint8_t t0[] = { 0x3B, 0x9E, 0x96, 0x80, 0x1F, 0xC7 };
    static const uint8_t historical[] = { 0x80, 0x31, 0xE0, 0x73, 0xFE,
                                          0x21, 0x13, 0x66, 'i',  'o',
                                          't',  's',  'i',  'm' };
    struct out out = { .at = atr, .max = SOFTCARD_ATR_MAX };
    uint8_t check = 0;

    if (quirk(card, QUIRK_PROTOCOL) == PROTOCOL_T0)
        out_bytes(&out, VIEW_OF(t0));
    else
        out_bytes(&out, VIEW_OF(t1));
    out_bytes(&out, VIEW_OF(historical));
    for (size_t i = 1; i < out.len; i++)
        check ^= atr[i];
    out_u8(&out, check);
    return out.len;
}

/* ISO 7816-3: cases 1, 2, 3 and 4, short. Extended lengths are not offered,
 * so Lc 00 with data is a wrong length. */
static bool parse_apdu(const uint8_t *cmd, size_t len, struct apdu *apdu)
{
    *apdu = (struct apdu){ .cla = cmd[0],
                           .ins = cmd[1],
                           .p1 = cmd[2],
                           .p2 = cmd[3],
                           .channel = cmd[0] & 0x03u };
    if (len == 4)
        return true;
    if (len == 5) {
        apdu->le = cmd[4] ? cmd[4] : 256;
        return true;
    }
    size_t lc = cmd[4];
    if (lc == 0 || len < 5 + lc || len > 5 + lc + 1)
        return false;
    apdu->data = (struct view){ .at = cmd + 5, .len = lc };
    if (len == 5 + lc + 1)
        apdu->le = cmd[5 + lc] ? cmd[5 + lc] : 256;
    return true;
}

static unsigned int open_channel(struct softcard *card, const struct apdu *apdu,
                                 struct out *out)
{
    if (apdu->p2 != 0)
        return SW_WRONG_P1P2;
    if (respond_is_strict(card) && apdu->le != 1)
        return SW_WRONG_LE | 0x01;
    for (unsigned int i = 1; i < CHANNELS; i++) {
        if (card->channels[i].open)
            continue;
        channel_begin(card, i, true);
        out_u8(out, (uint8_t)i);
        return SW_OK;
    }
    return SW_FUNCTION;
}

static unsigned int close_channel(struct softcard *card,
                                  const struct apdu *apdu)
{
    unsigned int number = apdu->p2 ? apdu->p2 : apdu->channel;

    if (number == 0 || number >= CHANNELS)
        return SW_WRONG_P1P2;
    if (!card->channels[number].open)
        return SW_NO_CHANNEL;
    channel_begin(card, number, false);
    return SW_OK;
}

static unsigned int manage_channel(struct softcard *card,
                                   const struct apdu *apdu, struct out *out)
{
    if (apdu->data.len)
        return SW_WRONG_LENGTH;
    if (apdu->p1 == 0x00)
        return open_channel(card, apdu, out);
    if (apdu->p1 == 0x80)
        return close_channel(card, apdu);
    return SW_WRONG_P1P2;
}

/* The whole AID or its beginning. */
static bool is_applet(const struct softcard *card, struct view name)
{
    struct view aid = { .at = card->id.aid, .len = card->id.aid_len };

    return name.len >= AID_MATCH_LEAST && name.len <= aid.len &&
           view_equal(name, view_take(&aid, name.len));
}

static unsigned int select_by_name(struct softcard *card,
                                   const struct apdu *apdu, struct out *out)
{
    struct channel *channel = channel_of(card, apdu);
    struct view aid = { .at = card->id.aid, .len = card->id.aid_len };

    if (apdu->p2 != 0x00 && apdu->p2 != 0x04 && apdu->p2 != 0x0C)
        return SW_WRONG_P1P2;
    if (!is_applet(card, apdu->data))
        return SW_NOT_FOUND;
    applet_leave(card, apdu->channel);
    channel->open = true;
    channel->selected = SELECTED_APPLET;
    channel->selects++;
    if (quirk(card, QUIRK_SELECT_ANSWER) == YES) {
        out_u8(out, 0x6F);
        out_u8(out, (uint8_t)(aid.len + 2));
        tlv_put(out, 0x84, aid);
    }
    return SW_OK;
}

static unsigned int select_command(struct softcard *card,
                                   const struct apdu *apdu, struct out *out)
{
    struct channel *channel = channel_of(card, apdu);

    if (apdu->p1 == P1_BY_NAME)
        return select_by_name(card, apdu, out);
    if (channel->selected == SELECTED_APPLET) {
        /* a file name means nothing to an applet */
        if (quirk(card, QUIRK_FILE_SELECT) == FILE_SELECT_REFUSE)
            return SW_WRONG_P1P2;
        applet_leave(card, apdu->channel);
    }
    return efs_select(card, apdu, out);
}

/* Commands of the channel's application: the applet or the file system. */
static unsigned int application_command(struct softcard *card,
                                        const struct apdu *apdu,
                                        struct out *out)
{
    if (channel_of(card, apdu)->selected == SELECTED_APPLET)
        return applet_command(card, apdu, out);
    if (apdu->ins == INS_READ_BINARY && !(apdu->cla & 0x80))
        return efs_read_binary(card, apdu, out);
    return SW_WRONG_INS;
}

static bool may_open_by_select(const struct softcard *card,
                               const struct apdu *apdu)
{
    return quirk(card, QUIRK_IMPLICIT_CHANNEL) == IMPLICIT_OPEN &&
           apdu->ins == INS_SELECT && apdu->p1 == P1_BY_NAME;
}

/* Run one command: 0X and 8X carry the channel, nothing else is accepted. */
static unsigned int run(struct softcard *card, const struct apdu *apdu,
                        struct out *out)
{
    bool basic = !(apdu->cla & 0x80);

    if (apdu->cla & 0x7C)
        return SW_WRONG_CLASS;
    if (!card->channels[apdu->channel].open && !may_open_by_select(card, apdu))
        return SW_NO_CHANNEL;
    if (basic && apdu->ins == INS_MANAGE_CHANNEL)
        return manage_channel(card, apdu, out);
    if (basic && apdu->ins == INS_SELECT)
        return select_command(card, apdu, out);
    return application_command(card, apdu, out);
}

/* Answer one command into `rsp`, faults aside. */
static size_t answer(struct softcard *card, const uint8_t *cmd, size_t cmdlen,
                     uint8_t *rsp)
{
    struct out out = { .at = rsp, .max = SOFTCARD_RESPONSE_MAX };
    struct apdu apdu;

    if (cmdlen < 4 || !parse_apdu(cmd, cmdlen, &apdu)) {
        respond_forget(card);
        out_u16(&out, SW_WRONG_LENGTH);
        return out.len;
    }
    if (!respond_waiting(card, &apdu, &out)) {
        struct out body = respond_begin(card);
        unsigned int sw = run(card, &apdu, &body);

        respond_end(card, &apdu, &body, sw, &out);
    }
    if (card->changed && !softcard_save(card)) {
        out.len = 0;
        out_u16(&out, SW_STORE_ERROR);
    }
    return out.len;
}

static void sleep_ms(unsigned int ms)
{
    struct timespec time = { .tv_sec = (time_t)(ms / 1000),
                             .tv_nsec = (long)(ms % 1000) * 1000000L };

    while (ms && nanosleep(&time, &time) != 0)
        continue;
}

/* An answer as a fault wants it. */
static enum softcard_result answer_faulty(struct softcard *card,
                                          const struct fault *fault,
                                          const uint8_t *cmd, size_t cmdlen,
                                          uint8_t *rsp, size_t *rsplen)
{
    struct out out = { .at = rsp, .max = SOFTCARD_RESPONSE_MAX };

    sleep_ms(fault->delay);
    if (fault->action == FAULT_REMOVE) {
        softcard_reset(card);
        return SOFTCARD_REMOVED;
    }
    if (fault->action == FAULT_SW) {
        out_u16(&out, fault->sw);
        *rsplen = out.len;
        return SOFTCARD_ANSWERED;
    }
    if (fault->action == FAULT_RESET)
        softcard_reset(card);
    size_t len = answer(card, cmd, cmdlen, rsp);
    if (fault->action == FAULT_DROP)
        return SOFTCARD_SILENT;
    *rsplen = fault->action == FAULT_TRUNCATE ? len / 2 : len;
    return SOFTCARD_ANSWERED;
}

enum softcard_result softcard_exchange(struct softcard *card,
                                       const uint8_t *cmd, size_t cmdlen,
                                       uint8_t *rsp, size_t *rsplen)
{
    enum softcard_result result = SOFTCARD_ANSWERED;

    log_line(card, "> ", cmd, cmdlen);
    const struct fault *fault =
        cmdlen >= 2 ? fault_strike(card->faults, cmd[1]) : NULL;
    *rsplen = 0;
    if (fault)
        result = answer_faulty(card, fault, cmd, cmdlen, rsp, rsplen);
    else
        *rsplen = answer(card, cmd, cmdlen, rsp);
    if (result == SOFTCARD_ANSWERED)
        log_line(card, "< ", rsp, *rsplen);
    else
        log_line(card, "# no answer", NULL, 0);
    return result;
}
