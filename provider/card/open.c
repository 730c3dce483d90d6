/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to the card: transport, place, channel, applet. Places are tried one
 * after another until one has a card with the applet and, when `token` is
 * given, with that ICCID. Where no AID is configured the known ones are tried.
 */
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/result.h"
#include "card/internal.h"

enum { OPEN_PLACES_MAX = 64 };

/* AIDs under which IoT SAFE applets are found; the first is the standard. */
static const struct known_aid {
    uint8_t octets[IOTSIM_AID_MAX];
    size_t len;
} known_aids[] = {
    { { 0xa0, 0x00, 0x00, 0x05, 0x59, 0x00, 0x10 }, 7 },
    { { 0xa0, 0x00, 0x00, 0x00, 0x30, 0x53, 0xf1, 0x24, 0x01, 0x77, 0x01, 0x01,
        0x49, 0x53, 0x41 },
      15 },
    { { 0xa0, 0x00, 0x00, 0x02, 0x48, 0x04, 0x00 }, 7 },
    { { 0xa0, 0x00, 0x00, 0x01, 0x15, 0x70, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x49, 0x53, 0x41, 0x02 },
      16 },
};

/* How much a failure tells the user when places differ: the heaviest one is
 * reported. LAST is the same everywhere and ends the search. */
enum { NOTHING_THERE, NOT_LISTED = 2, LAST = 9 };

static const struct weight {
    enum iotsim_err err;
    int weight;
} weights[] = {
    { IOTSIM_ERR_NO_READER, NOTHING_THERE },
    { IOTSIM_ERR_NO_CARD, 1 },
    { IOTSIM_ERR_NO_APPLET, 3 },
    { IOTSIM_ERR_OTHER_CARD, 4 },
    { IOTSIM_ERR_CARD_IN_USE, 5 },
    { IOTSIM_ERR_NO_ACCESS, 5 },
    { IOTSIM_ERR_BUSY, 6 },
    { IOTSIM_ERR_NO_CHANNEL, 7 },
    { IOTSIM_ERR_NO_SERVICE, LAST },
    { IOTSIM_ERR_BAD_SETTING, LAST },
    { IOTSIM_ERR_NO_MEMORY, LAST },
};

static int weight_of(iotsim_result result)
{
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (iotsim_is(result, weights[i].err))
            return weights[i].weight;
    return NOT_LISTED;
}

void card_forget_channel(struct card *card)
{
    card->applet = (struct applet){ 0 };
    card->iccid_known = false;
    card->iccid[0] = '\0';
    card_flush(card);
}

void card_drop_link(struct card *card)
{
    card_forget_channel(card);
    transport_close(&card->transport);
    card->selected = (struct bytes){ 0 };
}

static iotsim_result open_aid(struct card *card, struct bytes aid,
                              bool with_iccid)
{
    iotsim_result result =
        applet_open(&card->applet, &card->transport, aid, card->until,
                    with_iccid ? card->iccid : NULL);

    if (!iotsim_ok(result))
        return result;
    card->selected = aid;
    card->fresh = true;
    ephemeral_lose(card);
    if (with_iccid)
        card->iccid_known = true;
    return IOTSIM_OK;
}

/* Open a channel with the applet on it: the configured one, the one that was
 * found before, or the first of the known ones that is there. */
static iotsim_result open_applet(struct card *card, bool with_iccid)
{
    struct bytes configured = bytes_of(card->aid, card->aid_len);
    iotsim_result result = IOTSIM_FAIL(NO_APPLET);

    if (configured.len > 0)
        return open_aid(card, configured, with_iccid);
    if (card->selected.len > 0)
        return open_aid(card, card->selected, with_iccid);
    for (size_t i = 0; i < sizeof known_aids / sizeof *known_aids; i++) {
        const struct known_aid *aid = &known_aids[i];

        result = open_aid(card, bytes_of(aid->octets, aid->len), with_iccid);
        if (!iotsim_is(result, IOTSIM_ERR_NO_APPLET))
            break;
    }
    return result;
}

/* The same, and it is the right card. */
static iotsim_result open_channel(struct card *card)
{
    bool check = card->token[0] != '\0' && !card->iccid_known;
    iotsim_result result = open_applet(card, check);

    if (iotsim_ok(result) && check && strcmp(card->token, card->iccid) != 0) {
        applet_close(&card->applet);
        result = IOTSIM_FAIL(OTHER_CARD);
    }
    return result;
}

static iotsim_result begin(struct card *card, struct deadline until)
{
    iotsim_result result = transport_begin(&card->transport, until);

    if (!iotsim_is(result, IOTSIM_ERR_CARD_RESET))
        return result;
    card_forget_channel(card);
    return transport_begin(&card->transport, until);
}

/* Begin a transaction on the open link and open a channel if there is none. */
static iotsim_result enter_link(struct card *card, struct deadline until)
{
    iotsim_result result = begin(card, until);

    if (!iotsim_ok(result))
        return result;
    card->fresh = false;
    if (card->applet.channel.transport == NULL)
        result = open_channel(card);
    if (!iotsim_ok(result))
        transport_end(&card->transport);
    return result;
}

/* Open the link to the nth place and enter it. */
static iotsim_result enter_place(struct card *card, unsigned nth,
                                 struct deadline until)
{
    iotsim_result result =
        transport_open(&card->transport, card->ops, card->place, nth, until);
    char aid[2 * IOTSIM_AID_MAX + 1];

    if (!iotsim_ok(result))
        return result;
    result = enter_link(card, until);
    if (iotsim_ok(result)) {
        hex_format(card->selected, aid, sizeof aid);
        log_at(LOG_INFO, "card", "%s: applet %s",
               transport_where(&card->transport), aid);
    } else {
        log_at(LOG_INFO, "card", "%s: %s (%04X)",
               transport_where(&card->transport), result_text(result),
               result.sw);
        card_drop_link(card);
    }
    return result;
}

static iotsim_result search(struct card *card, struct deadline until)
{
    iotsim_result worst = IOTSIM_FAIL(NO_READER);

    for (unsigned nth = 0; nth < OPEN_PLACES_MAX; nth++) {
        iotsim_result result = enter_place(card, nth, until);

        if (iotsim_ok(result) || weight_of(result) == LAST)
            return result;
        if (weight_of(result) >= weight_of(worst))
            worst = result;
        if (iotsim_is(result, IOTSIM_ERR_NO_READER) || deadline_passed(until))
            break;
    }
    return worst;
}

iotsim_result card_enter(struct card *card, struct deadline until)
{
    iotsim_result result;

    if (card->transport.ops == NULL)
        return search(card, until);
    result = enter_link(card, until);
    if (iotsim_ok(result) || iotsim_is(result, IOTSIM_ERR_BUSY) ||
        iotsim_is(result, IOTSIM_ERR_NO_CHANNEL))
        return result;
    card_drop_link(card);
    return search(card, until);
}

iotsim_result card_read_iccid(struct card *card)
{
    if (card->iccid_known || ephemeral_is_alive(card))
        return IOTSIM_OK;
    applet_close(&card->applet);
    return open_applet(card, true);
}
