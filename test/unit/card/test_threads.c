/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads, one card: signing, listing, getting and freeing, while another
 * program resets the card. */
#include <pthread.h>

#include "desk.h"
#include "support/check.h"

enum { THREADS = 16, ROUNDS = 20 };

static struct card *card;
static struct key *key;

static bool sign_once(struct key *k)
{
    static const uint8_t hash[32] = { 1 };
    uint8_t storage[APPLET_RS_LEN];
    struct buf signature = BUF_OVER(storage);
    struct applet_message message = { .mode = MODE_PAD_SIGN,
                                      .algorithm = SIGN_ECDSA,
                                      .hash = HASH_SHA256,
                                      .input = BYTES_OF(hash) };

    return iotsim_ok(key_sign(k, &message, &signature)) &&
           signature.len == APPLET_RS_LEN;
}

static void *sign(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        if (!sign_once(key))
            return arg;
    return NULL;
}

/* Everything at once, with a card and a key of its own. */
static void *live(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct card *mine = desk_card("iotsim:");
        struct key *loaded = desk_key(mine, "K1");
        struct applet_object *objects;
        size_t count;
        bool whole;
        bool ok = iotsim_ok(card_get_objects(mine, &objects, &count, &whole));

        ok = ok && sign_once(loaded);
        card_free_objects(&objects);
        key_free(&loaded);
        card_free(&mine);
        if (!ok)
            return arg;
    }
    return NULL;
}

static void run_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    void *failed;

    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, threads);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
}

static void one_key(void)
{
    desk_put(desk_sim);
    card = desk_card("iotsim:");
    key = desk_key(card, "K1");
    run_threads(sign);
    key_free(&key);
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), 1);
    CHECK_INT(desk_closed(), 1);
    desk_clear();
}

static void own_references(void)
{
    desk_put(desk_sim);
    run_threads(live);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
}

static void own_references_that_meet(void)
{
    desk_put(desk_sim);
    card = desk_card("iotsim:");
    run_threads(live);
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), 1);
    CHECK_INT(desk_closed(), 1);
    desk_clear();
}

TEST_MAIN(TEST(one_key), TEST(own_references), TEST(own_references_that_meet))
