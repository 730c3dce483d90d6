/* SPDX-License-Identifier: Apache-2.0 */
/*
 * card_run: THE LOCK. The one place where a card is locked, where a fork is
 * noticed, where a failed request gets its second chance.
 *
 * A channel is kept from one request to the next, except the last one of the
 * card (CHANNEL_LAST): that one is closed again inside the same transaction.
 * So it is free whenever another process gets its turn, and any number of
 * processes can share a card that has three. After any failure the next
 * request starts from the top.
 *
 * A request waits at most the setting `timeout` for its turn, and its work
 * lasts at most WORK_MS, however slowly the card drips.
 */
#include <unistd.h>

#include "apdu/sw.h"
#include "base/log.h"
#include "base/result.h"
#include "card/internal.h"

enum { WORK_MS = 120000, CLOSE_WAIT_MS = 500 };

/* What a failure takes with it. */
enum lost {
    LOST_NOTHING,
    LOST_TRUST,   /* the channel may be in a wrong state: close it */
    LOST_CHANNEL, /* the card has it no more */
    LOST_LINK     /* nor does the link work */
};

/* When it makes sense to do the work again. */
enum again { AGAIN_NEVER, AGAIN_UNLESS_FRESH, AGAIN_ALWAYS };

static const struct failure {
    enum iotsim_err err; /* NONE: any */
    uint16_t sw;         /* 0: any */
    enum lost lost;
    enum again again;
} failures[] = {
    { IOTSIM_ERR_CARD_RESET, 0, LOST_CHANNEL, AGAIN_ALWAYS },
    { IOTSIM_ERR_CARD_REMOVED, 0, LOST_LINK, AGAIN_ALWAYS },
    { IOTSIM_ERR_NO_CARD, 0, LOST_LINK, AGAIN_ALWAYS },
    { IOTSIM_ERR_NO_READER, 0, LOST_LINK, AGAIN_ALWAYS },
    { IOTSIM_ERR_NO_SERVICE, 0, LOST_LINK, AGAIN_ALWAYS },
    { IOTSIM_ERR_IO, 0, LOST_LINK, AGAIN_ALWAYS },
    { IOTSIM_ERR_TIMEOUT, 0, LOST_LINK, AGAIN_NEVER },
    { IOTSIM_ERR_CARD_ANSWER, 0, LOST_TRUST, AGAIN_NEVER },
    /* The channel was closed, or another application was selected on it. */
    { IOTSIM_ERR_NONE, SW_NO_CHANNEL, LOST_CHANNEL, AGAIN_UNLESS_FRESH },
    { IOTSIM_ERR_NONE, SW_INVALID_CLA, LOST_TRUST, AGAIN_UNLESS_FRESH },
    { IOTSIM_ERR_NONE, SW_INVALID_INS, LOST_TRUST, AGAIN_UNLESS_FRESH },
    /* The applet asks for a fresh start. */
    { IOTSIM_ERR_NONE, SW_CAPACITY, LOST_TRUST, AGAIN_ALWAYS },
    { IOTSIM_ERR_NONE, SW_UNKNOWN, LOST_TRUST, AGAIN_ALWAYS },
};

static const struct failure harmless = { .lost = LOST_NOTHING };

static const struct failure *find_failure(iotsim_result result)
{
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        const struct failure *f = &failures[i];

        if (f->sw != 0 ? f->sw == result.sw : iotsim_is(result, f->err))
            return f;
    }
    return &harmless;
}

/* In a child of fork: drop what belongs to the parent, without a word. What a
 * thread of the parent was working on at that moment is not even freed. */
static void adopt(struct card *card)
{
    pid_t me = getpid();

    if (card->process == me)
        return;
    if (card->inside) {
        card->transport = (struct transport){ 0 };
        card->cache = (struct cache){ 0 };
        card->inside = false;
    }
    if (card->transport.ops != NULL)
        transport_forget(&card->transport);
    card_drop_link(card);
    card->process = me;
}

/* End the transaction that card_enter began, and keep what is worth it. */
static void leave(struct card *card, enum lost lost)
{
    if (card->applet.store_changed)
        cache_flush(&card->cache);
    card->applet.store_changed = false;
    if (lost >= LOST_CHANNEL)
        card_forget_channel(card);
    if (lost == LOST_TRUST || card->applet.channel.number == CHANNEL_LAST)
        applet_close(&card->applet);
    transport_end(&card->transport);
    if (lost == LOST_LINK)
        card_drop_link(card);
}

/* Do the work once. `*again` tells whether that should be repeated. */
static iotsim_result attempt(struct card *card, card_work *work, void *arg,
                             struct deadline until, bool *again)
{
    const struct failure *failure;
    iotsim_result result;

    *again = false;
    card->until = deadline_in(WORK_MS);
    result = card_enter(card, until);
    if (!iotsim_ok(result))
        return result;
    card->applet.until = card->until;
    result = work(card, arg);
    failure = find_failure(result);
    *again = failure->again == AGAIN_ALWAYS ||
             (failure->again == AGAIN_UNLESS_FRESH && !card->fresh);
    leave(card, failure->lost);
    return result;
}

static bool is_gone(iotsim_result result)
{
    return iotsim_is(result, IOTSIM_ERR_NO_CARD) ||
           iotsim_is(result, IOTSIM_ERR_NO_READER);
}

iotsim_result card_run(struct card *card, card_work *work, void *arg,
                       enum card_repeat repeat)
{
    struct deadline until = deadline_in(card->timeout_ms);
    iotsim_result result = lock_take(&card->lock, until);
    iotsim_result second;
    bool again;

    if (!iotsim_ok(result))
        return result;
    adopt(card);
    card->inside = true;
    result = attempt(card, work, arg, until, &again);
    if (again && repeat == CARD_REPEATABLE) {
        log_at(LOG_INFO, "card", "once more after: %s (%04X)",
               result_text(result), result.sw);
        until = deadline_in(card->timeout_ms);
        second = attempt(card, work, arg, until, &again);
        if (!is_gone(second))
            result = second; /* else the first one says when it went */
    }
    card->inside = false;
    lock_give(&card->lock);
    return result;
}

void card_close(struct card *card)
{
    struct deadline until = deadline_in(CLOSE_WAIT_MS);

    adopt(card);
    if (card->applet.channel.transport != NULL &&
        iotsim_ok(transport_begin(&card->transport, until))) {
        card->applet.until = until;
        applet_close(&card->applet);
        transport_end(&card->transport);
    }
    card_drop_link(card);
}
