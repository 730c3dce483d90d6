/* SPDX-License-Identifier: Apache-2.0 */
/* The nth command fails in each way there is, for every n of a day in the life
 * of a card: nothing leaks, and whatever the day was like, the next one is
 * good. */
#include "desk.h"
#include "support/check.h"

/* What provider and tool do with a card, to the end or the first failure. */
static iotsim_result live(struct card *card, struct key **key)
{
    static const uint8_t hash[32] = { 1 };
    struct iotsim_uri uri = desk_uri("iotsim:object=K1");
    struct iotsim_uri file_uri = desk_uri("iotsim:type=cert");
    uint8_t storage[APPLET_RS_LEN + 16];
    struct buf out = BUF_OVER(storage);
    struct applet_object object;
    uint8_t *data = NULL;
    size_t len;
    iotsim_result result = card_find(card, APPLET_PRIVATE_KEY, &uri, &object);

    if (iotsim_ok(result))
        result = key_load(card, &uri, &object, key);
    if (iotsim_ok(result))
        result = key_sign(*key, BYTES_OF(hash), &out);
    if (iotsim_ok(result))
        result = card_find(card, APPLET_FILE, &file_uri, &object);
    if (iotsim_ok(result))
        result = card_read_file(card, &object, &data, &len);
    card_free_file(&data);
    if (iotsim_ok(result))
        result = card_get_random(card, 16, &out);
    return result;
}

static iotsim_result live_and_clean_up(struct card *card)
{
    struct key *key = NULL;
    iotsim_result result = live(card, &key);

    key_free(&key);
    return result;
}

/* A day with a fault; false when it came too late to matter. */
static bool survive(const char *uri, const char *action, unsigned nth)
{
    struct soft *sim = desk_put(desk_sim);
    struct card *card = desk_card(uri);
    char fault[64];
    iotsim_result result;
    bool struck;

    snprintf(fault, sizeof fault, "nth=%u,%s", nth, action);
    soft_fault(sim, fault);
    result = live_and_clean_up(card);
    struck = soft_exchanges(sim) >= nth;
    CHECK(struck || iotsim_ok(result));
    soft_faults_clear(sim);
    result = live_and_clean_up(card);
    if (!iotsim_ok(result))
        fprintf(stderr, "    after %s: %d\n", fault, result.err);
    CHECK(iotsim_ok(result));
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
    return struck;
}

static void every_command(void)
{
    static const char *const uris[] = { "iotsim:", "iotsim:token=" DESK_ICCID };
    static const char *const actions[] = { "drop",    "truncate", "reset",
                                           "remove",  "sw=6F00",  "sw=6881",
                                           "sw=63CF", "sw=6989",  "sw=6D00",
                                           "sw=6E00" };

    for (size_t u = 0; u < sizeof uris / sizeof *uris; u++)
        for (size_t a = 0; a < sizeof actions / sizeof *actions; a++) {
            unsigned nth = 1;

            while (survive(uris[u], actions[a], nth))
                nth++;
            CHECK(nth > 8);
        }
}

TEST_MAIN(TEST(every_command))
