/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cards of the process: one object for each way to reach a card, shared by
 * all provider instances, counted. No I/O while the pool is locked. A card
 * whose count has reached 0 is dead: card_get passes it by and makes another,
 * while the thread that gave the last reference back closes it.
 */
#include <string.h>

#include "base/mem.h"
#include "card/internal.h"

enum { POOL_WAIT_MS = 60000 };

static struct {
    struct lock lock;
    struct card *first;
} pool = { .lock = LOCK_INIT };

/* The pool is held briefly: wait as long as it takes. */
static void take_pool(void)
{
    while (!iotsim_ok(lock_take(&pool.lock, deadline_in(POOL_WAIT_MS))))
        continue;
}

static iotsim_result new_card(const struct iotsim_uri *where,
                              uint32_t timeout_ms, struct card **out)
{
    const struct transport_ops *ops = transport_find(where->transport);
    const char *place;
    struct card *card;

    if (ops == NULL)
        return IOTSIM_FAIL(BAD_SETTING);
    place = settings_place(where, ops->place);
    card = mem_new(sizeof *card);
    if (card == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    refs_init(&card->refs);
    card->ops = ops;
    card->timeout_ms = timeout_ms;
    card->stale_ms = STALE_MS;
    memcpy(card->place, place, strlen(place) + 1);
    memcpy(card->token, where->token, sizeof card->token);
    memcpy(card->aid, where->aid, sizeof card->aid);
    card->aid_len = where->aid_len;
    *out = card;
    return IOTSIM_OK;
}

static bool same_way(const struct card *a, const struct card *b)
{
    return a->ops == b->ops && strcmp(a->place, b->place) == 0 &&
           strcmp(a->token, b->token) == 0 &&
           bytes_equal(bytes_of(a->aid, a->aid_len),
                       bytes_of(b->aid, b->aid_len));
}

/* Take a reference to a living card like `card`, or NULL. */
static struct card *find_alike(const struct card *card)
{
    for (struct card *i = pool.first; i != NULL; i = i->next)
        if (same_way(i, card) && refs_up_alive(&i->refs))
            return i;
    return NULL;
}

iotsim_result card_get(const struct settings *settings,
                       const struct iotsim_uri *uri, struct card **out)
{
    struct iotsim_uri where = *uri;
    struct card *fresh = NULL;
    iotsim_result result;

    *out = NULL;
    settings_resolve(settings, &where);
    result = new_card(&where, settings->timeout_ms, &fresh);
    iotsim_uri_wipe(&where);
    if (!iotsim_ok(result))
        return result;
    take_pool();
    *out = find_alike(fresh);
    if (*out == NULL) {
        fresh->next = pool.first;
        pool.first = fresh;
        *out = fresh;
        fresh = NULL;
    }
    lock_give(&pool.lock);
    MEM_FREE(fresh);
    return IOTSIM_OK;
}

struct card *card_ref(struct card *card)
{
    refs_up(&card->refs);
    return card;
}

void card_free(struct card **card)
{
    struct card *last = *card;
    struct card **link = &pool.first;

    *card = NULL;
    if (last == NULL || !refs_down(&last->refs))
        return;
    take_pool();
    while (*link != last)
        link = &(*link)->next;
    *link = last->next;
    lock_give(&pool.lock);
    card_close(last);
    MEM_FREE(last);
}
