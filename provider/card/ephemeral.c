/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ephemeral keys: GENERATE KEY PAIR into a volatile container, which the key
 * has until it has agreed (libssl keeps the key of a TLS 1.3 server as long as
 * the connection) or is freed. A card has few of them, for all processes
 * together.
 *
 * Whose a container is: `owner` in struct card for the keys of this process;
 * of other processes the card's object state tells. What is in it is known by
 * its point: what we left there, what another process has had in it for so long
 * that it must have died (STALE_MS), and our own key at each use: when another
 * process has taken the container, the key is lost, never exchanged for
 * another.
 *
 * How long a key lives: until the channel is closed or selects the applet
 * again, on which volatile values are gone (reference 1.3). So run.c keeps the
 * channel of living keys, and none is made on CHANNEL_LAST, which nobody keeps.
 *
 * Giving back: when the last living key has agreed the applet is selected again
 * in the same transaction, which empties all containers at once, for other
 * processes wait for them. key_free does it for a key that never agreed; when
 * the card has no time for that, the next request does.
 *
 * Waiting: no kernel object tells that a container is free, in this process or
 * another; so ask again after a pause.
 *
 * Exchanges: 2 to make a key (CB, B9), 5 to use it (CD, 24, D8, 24, 46), 1 to
 * give it back (A4): 8 a handshake. 2 more (CB, CD) for each container that
 * is full.
 */
#include <string.h>
#include <time.h>

#include "apdu/sw.h"
#include "base/log.h"
#include "base/mem.h"
#include "card/internal.h"

enum {
    PAUSE_MS = 10, /* between two questions, at first and at last */
    PAUSE_MAX_MS = 250,
    SHORT_TURN_MS = 1000 /* for who would rather not wait */
};

/* --- owners ------------------------------------------------------------ */

bool ephemeral_is_alive(const struct card *card)
{
    for (size_t i = 0; i < CONTAINERS_MAX; i++)
        if (atomic_load(&card->containers[i].owner) != 0)
            return true;
    return false;
}

void ephemeral_lose(struct card *card)
{
    for (size_t i = 0; i < CONTAINERS_MAX; i++)
        atomic_store(&card->containers[i].owner, 0);
    card->filled = false;
}

void ephemeral_forget(struct card *card)
{
    ephemeral_lose(card);
    for (size_t i = 0; i < CONTAINERS_MAX; i++)
        mem_cleanse(card->containers[i].point, APPLET_POINT_LEN);
}

/* Take the container from a key; false when the key had lost it already. */
static bool give_back(struct container *container, unsigned number)
{
    return atomic_compare_exchange_strong(&container->owner, &number, 0);
}

bool ephemeral_is_lost(const struct key *key)
{
    return key->container != NULL &&
           atomic_load(&key->container->owner) != key->number;
}

void ephemeral_spend(const struct key *key)
{
    if (key->container != NULL)
        give_back(key->container, key->number);
}

void ephemeral_release(struct key *key)
{
    if (key->container != NULL && give_back(key->container, key->number) &&
        !ephemeral_is_alive(key->card))
        card_release(key->card);
}

/* --- containers -------------------------------------------------------- */

static bool is_container(const struct applet_object *object,
                         const struct key_type *type)
{
    const uint8_t needed = FUNCTION_KEY_GENERATION | FUNCTION_KEY_AGREEMENT;

    return object->kind == APPLET_PRIVATE_KEY && type->volatile_ != 0 &&
           object->key_type == type->volatile_ &&
           (object->functions & needed) == needed;
}

static bool is_about(const struct container *container,
                     const struct applet_object *private_key)
{
    struct applet_ref known = object_ref(&container->private_key);
    struct applet_ref asked = object_ref(private_key);

    return bytes_equal(known.id, asked.id) &&
           bytes_equal(known.label, asked.label);
}

static bool is_blank(const struct container *container)
{
    struct applet_ref known = object_ref(&container->private_key);

    return known.id.len == 0 && known.label.len == 0;
}

/* What is remembered about the container `private_key`; else a record without
 * a name; else one that no key is in. NULL when keys of this process have all
 * there are. */
static struct container *find_container(struct card *card,
                                        const struct applet_object *private_key)
{
    struct container *spare = NULL;

    for (size_t i = 0; i < CONTAINERS_MAX; i++) {
        struct container *container = &card->containers[i];

        if (is_about(container, private_key))
            return container;
        if (atomic_load(&container->owner) == 0 &&
            (spare == NULL || !is_blank(spare)))
            spare = container;
    }
    if (spare != NULL) {
        spare->private_key = *private_key;
        memset(spare->point, 0, sizeof spare->point);
        memset(spare->other, 0, sizeof spare->other);
    }
    return spare;
}

/* The point that is in the container now. */
static iotsim_result read_point(struct card *card,
                                const struct container *container,
                                uint8_t point[APPLET_POINT_LEN])
{
    struct applet_public_key now;
    iotsim_result result = applet_read_public_key(
        &card->applet, object_ref(&container->public_key), &now);

    if (iotsim_ok(result) && now.point_len != APPLET_POINT_LEN)
        result = IOTSIM_FAIL(CARD_ANSWER);
    if (iotsim_ok(result))
        memcpy(point, now.point, APPLET_POINT_LEN);
    return result;
}

/* True when another process has had the same key in the container for STALE_MS.
 * A key that was not there before starts the clock. */
static bool is_stale(struct card *card, struct container *container,
                     const uint8_t point[APPLET_POINT_LEN])
{
    if (memcmp(container->other, point, sizeof container->other) == 0)
        return deadline_passed(container->stale);
    memcpy(container->other, point, sizeof container->other);
    container->stale = deadline_in(card->stale_ms);
    return false;
}

/* Ask the card whether a living key of another process is in the container. */
static iotsim_result ask(struct card *card, struct container *container,
                         bool *taken)
{
    uint8_t point[APPLET_POINT_LEN];
    struct applet_object now;
    iotsim_result result =
        applet_get_object(&card->applet, APPLET_PRIVATE_KEY,
                          object_ref(&container->private_key), &now);

    *taken = false;
    if (cache_is_unknown(result))
        return IOTSIM_OK; /* this card does not tell */
    if (!iotsim_ok(result) || now.state != STATE_ACTIVATED)
        return result;
    result = read_point(card, container, point);
    if (!iotsim_ok(result) ||
        memcmp(container->point, point, sizeof point) == 0)
        return result;
    *taken = !is_stale(card, container, point);
    if (!*taken)
        log_at(LOG_WARN, "card",
               "taking over a container for ephemeral keys: another process "
               "has left a key there");
    return IOTSIM_OK;
}

/* --- making a key ------------------------------------------------------ */

struct request {
    const struct key_type *type;
    struct applet_public_key *public_half;
    struct applet_object object; /* the key that was made */
    struct container *container;
    unsigned number;
};

/* Those of the lock and of the transaction are alike: worth another try. */
static const iotsim_result in_use = { .err = IOTSIM_ERR_BUSY };

/* True when another try may help: a container, or a channel, comes free. */
static bool is_in_use(iotsim_result result)
{
    return iotsim_is(result, IOTSIM_ERR_NO_CHANNEL) ||
           (iotsim_is(result, IOTSIM_ERR_BUSY) && result.sw == 0);
}

static void own(struct card *card, struct container *container,
                struct request *request)
{
    if (++card->keys_made == 0)
        card->keys_made = 1;
    request->number = card->keys_made;
    request->container = container;
    request->object = container->private_key;
    atomic_store(&container->owner, card->keys_made);
}

static iotsim_result fill(struct card *card, struct container *container,
                          struct request *request)
{
    struct applet_pair pair;
    iotsim_result result = applet_generate_key_pair(
        &card->applet, object_ref(&container->private_key), &pair);

    card->filled = true;
    card->applet.channel.reselects = false; /* that would lose the key */
    if (iotsim_ok(result) && !key_type_fits(request->type, &pair.key))
        result = IOTSIM_FAIL(CARD_ANSWER);
    if (!iotsim_ok(result))
        return result;
    if (generate_take_ids(&pair, &container->private_key,
                          &container->public_key))
        card->applet.store_changed = true;
    memcpy(container->point, pair.key.point, sizeof container->point);
    *request->public_half = pair.key;
    own(card, container, request);
    return IOTSIM_OK;
}

static iotsim_result try_one(struct card *card, struct request *request,
                             const struct applet_object *private_key,
                             const struct applet_object *public_key)
{
    struct container *container = find_container(card, private_key);
    bool taken;
    iotsim_result result;

    if (container == NULL || atomic_load(&container->owner) != 0)
        return in_use;
    container->public_key = *public_key;
    result = ask(card, container, &taken);
    if (!iotsim_ok(result))
        return result;
    return taken ? in_use : fill(card, container, request);
}

/* True when the failure is this container's alone, not that of the channel. */
static bool is_of_one(iotsim_result result)
{
    return result.sw != 0
               ? result.sw != SW_NO_CHANNEL && result.sw != SW_INVALID_CLA &&
                     result.sw != SW_INVALID_INS
               : is_in_use(result);
}

/* Of two failures the one that is told: a container to wait for; else the
 * first, for NO_CONTAINER is what none has led to. */
static iotsim_result worse(iotsim_result first, iotsim_result second)
{
    bool keep =
        is_in_use(first) ||
        (!is_in_use(second) && !iotsim_is(first, IOTSIM_ERR_NO_CONTAINER));

    return keep ? first : second;
}

static iotsim_result try_all(struct card *card, struct request *request,
                             const struct objects *list)
{
    iotsim_result result = IOTSIM_FAIL(NO_CONTAINER);

    for (size_t i = 0; i < list->count; i++) {
        const struct applet_object *private_key = &list->first[i];
        struct applet_object public_key;
        iotsim_result one;

        if (!is_container(private_key, request->type) ||
            !iotsim_ok(find_pair(list, private_key, &public_key)) ||
            (public_key.access & ACCESS_READ) == 0)
            continue;
        one = try_one(card, request, private_key, &public_key);
        if (iotsim_is(one, IOTSIM_ERR_NOT_FOUND))
            card->applet.store_changed = true; /* it has a new id */
        if (iotsim_ok(one) || !is_of_one(one))
            return one;
        result = worse(result, one);
    }
    return result;
}

/* May be done twice: what a first try has left in a volatile container is
 * nobody's. */
static iotsim_result make(struct card *card, void *arg)
{
    struct request *request = arg;
    struct objects list = { 0 };
    iotsim_result result;

    if (card->applet.channel.number == CHANNEL_LAST)
        return IOTSIM_FAIL(NO_CHANNEL);
    result = cache_copy_objects(card, &list);
    if (iotsim_is(result, IOTSIM_ERR_UNSUPPORTED))
        return IOTSIM_FAIL_SW(NO_CONTAINER, result.sw);
    if (iotsim_ok(result))
        result = try_all(card, request, &list);
    if (iotsim_is(result, IOTSIM_ERR_NOT_FOUND))
        result = in_use; /* the list is read again then */
    card_free_objects(&list.first);
    return result;
}

/* --- keys -------------------------------------------------------------- */

static iotsim_result new_key(struct card *card, const struct request *request,
                             struct key **out)
{
    static const struct iotsim_uri on_this_card = { 0 };
    iotsim_result result =
        key_new_of_object(card, &on_this_card, &request->object, out);

    if (iotsim_ok(result)) {
        (*out)->container = request->container;
        (*out)->number = request->number;
    } else {
        give_back(request->container, request->number);
    }
    return result;
}

/* Sleep, no longer than until `until`; twice as long the next time. */
static void take_a_pause(int *ms, struct deadline until)
{
    int left = deadline_left(until);
    int now = *ms < left ? *ms : left;
    struct timespec time = { .tv_nsec = now * 1000000L };

    nanosleep(&time, NULL);
    *ms = *ms < PAUSE_MAX_MS / 2 ? *ms * 2 : PAUSE_MAX_MS;
}

iotsim_result key_generate_ephemeral(struct card *card,
                                     const struct key_type *type, bool wait,
                                     struct applet_public_key *public_half,
                                     struct key **out)
{
    struct request request = { .type = type, .public_half = public_half };
    struct deadline until =
        deadline_in(wait ? card->timeout_ms : SHORT_TURN_MS);
    int ms = PAUSE_MS;
    iotsim_result result;

    *out = NULL;
    result = card_run_until(card, make, &request, CARD_REPEATABLE, until,
                            card_work_end());
    while (wait && is_in_use(result)) {
        take_a_pause(&ms, until);
        if (deadline_passed(until))
            break; /* another try would only tell that */
        result = card_run_until(card, make, &request, CARD_REPEATABLE, until,
                                card_work_end());
    }
    return iotsim_ok(result) ? new_key(card, &request, out) : result;
}

/* A failure that says nothing about the key. */
static bool is_passing(iotsim_result result)
{
    return !iotsim_ok(result) &&
           (result.sw == 0 || iotsim_is(result, IOTSIM_ERR_CARD_UPDATING) ||
            iotsim_is(result, IOTSIM_ERR_BUSY));
}

iotsim_result ephemeral_check(struct card *card, const struct key *key)
{
    uint8_t point[APPLET_POINT_LEN];
    bool same;
    iotsim_result result;

    if (ephemeral_is_lost(key))
        return IOTSIM_FAIL(KEY_LOST);
    result = read_point(card, key->container, point);
    same = iotsim_ok(result) &&
           memcmp(point, key->container->point, sizeof point) == 0;
    if (same || is_passing(result))
        return result;
    give_back(key->container, key->number);
    return IOTSIM_FAIL_SW(KEY_LOST, result.sw);
}
