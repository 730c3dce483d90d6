/* SPDX-License-Identifier: Apache-2.0 */
/*
 * card_run: THE LOCK. The one place where a card is locked, where a fork is
 * noticed, where a failed request gets its second chance.
 *
 * A channel is kept from one request to the next, except the last one of the
 * card (CHANNEL_LAST): that one is closed again inside the same transaction.
 * So it is free whenever another process gets its turn, and any number of
 * processes can share a card that has three. After any failure the next
 * request starts from the top. A channel on which an ephemeral key lives is
 * kept whatever happens, unless the card has it no more.
 *
 * A request waits at most the setting `timeout` for its turn, and its work
 * lasts at most WORK_MS, however slowly the card drips. Work that runs out of
 * time between two commands fails with BUSY and loses nothing. What is given
 * back then has time of its own: CLOSE_WAIT_MS.
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
    ephemeral_forget(card);
    card->process = me;
}

/* Take the card: the lock, and whatever a parent left. */
static iotsim_result take(struct card *card, struct deadline turn)
{
    iotsim_result result = lock_take(&card->lock, turn);

    if (!iotsim_ok(result))
        return result;
    adopt(card);
    card->inside = true;
    return IOTSIM_OK;
}

static void give(struct card *card)
{
    card->inside = false;
    lock_give(&card->lock);
}

/* True when containers hold values that no key needs. */
static bool has_leftovers(const struct card *card)
{
    return card->filled && card->applet.channel.transport != NULL &&
           !ephemeral_is_alive(card);
}

/* SELECT empties them. What its failure takes with it; the request has
 * succeeded or failed before. */
static enum lost empty_containers(struct card *card)
{
    iotsim_result result = channel_select(&card->applet.channel, card->selected,
                                          deadline_in(CLOSE_WAIT_MS));
    enum lost lost = find_failure(result)->lost;

    ephemeral_lose(card);
    if (!iotsim_ok(result) && lost < LOST_CHANNEL)
        applet_close(&card->applet);
    return lost;
}

/* Leave the channel as the next request may find it, or close it. */
static enum lost tidy(struct card *card, enum lost lost)
{
    bool keep = lost == LOST_NOTHING || ephemeral_is_alive(card);

    if (!keep || card->applet.channel.number == CHANNEL_LAST)
        applet_close(&card->applet);
    else if (has_leftovers(card))
        return empty_containers(card);
    return lost;
}

/* End the transaction that card_enter began, and keep what is worth it. */
static void leave(struct card *card, enum lost lost)
{
    if (card->applet.store_changed)
        card_flush(card);
    card->applet.store_changed = false;
    if (lost < LOST_CHANNEL)
        lost = tidy(card, lost);
    if (lost >= LOST_CHANNEL)
        card_forget_channel(card);
    transport_end(&card->transport);
    if (lost == LOST_LINK)
        card_drop_link(card);
}

/* Do the work once, by `end`. `*again` tells whether that should be repeated. */
static iotsim_result attempt(struct card *card, card_work *work, void *arg,
                             struct deadline turn, struct deadline end,
                             bool *again)
{
    const struct failure *failure;
    iotsim_result result;

    *again = false;
    card->until = end;
    result = card_enter(card, turn);
    if (!iotsim_ok(result))
        return result;
    card->applet.until = end;
    result = deadline_passed(end) ? IOTSIM_FAIL(BUSY) : work(card, arg);
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

struct deadline card_work_end(void)
{
    return deadline_in(WORK_MS);
}

iotsim_result card_run_until(struct card *card, card_work *work, void *arg,
                             enum card_repeat repeat, struct deadline turn,
                             struct deadline end)
{
    iotsim_result result = take(card, turn);
    iotsim_result second;
    bool again;

    if (!iotsim_ok(result))
        return result;
    result = attempt(card, work, arg, turn, end, &again);
    if (again && repeat == CARD_REPEATABLE) {
        log_at(LOG_INFO, "card", "once more after: %s (%04X)",
               result_text(result), result.sw);
        second = attempt(card, work, arg, deadline_in(card->timeout_ms),
                         card_work_end(), &again);
        if (!is_gone(second))
            result = second; /* else the first one says when it went */
    }
    give(card);
    return result;
}

iotsim_result card_run(struct card *card, card_work *work, void *arg,
                       enum card_repeat repeat)
{
    return card_run_until(card, work, arg, repeat,
                          deadline_in(card->timeout_ms), card_work_end());
}

/* On the link that is there: on any other one there is nothing to empty. */
static void release(struct card *card, struct deadline until)
{
    iotsim_result result = transport_begin(&card->transport, until);

    if (iotsim_ok(result))
        leave(card, LOST_NOTHING);
    else if (!iotsim_is(result, IOTSIM_ERR_BUSY))
        card_drop_link(card);
}

void card_release(struct card *card)
{
    struct deadline until = deadline_in(CLOSE_WAIT_MS);

    if (!iotsim_ok(take(card, until)))
        return;
    if (has_leftovers(card))
        release(card, until);
    give(card);
}

void card_close(struct card *card)
{
    struct deadline until = deadline_in(CLOSE_WAIT_MS);

    adopt(card);
    if (card->applet.channel.transport != NULL &&
        iotsim_ok(transport_begin(&card->transport, until))) {
        applet_close(&card->applet);
        transport_end(&card->transport);
    }
    card_drop_link(card);
}
