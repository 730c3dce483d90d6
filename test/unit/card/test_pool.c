/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: which cards are shared, how long they live. */
#include <pthread.h>

#include "desk.h"
#include "support/check.h"

static void same_way_same_card(void)
{
    struct settings other = desk_settings;
    struct iotsim_uri plain = desk_uri("iotsim:object=K2");
    struct card *a = desk_card("iotsim:object=K1");
    struct card *b = desk_card("iotsim:type=cert?transport=pcsc&pin-value=1");
    struct card *c;

    other.timeout_ms = 5;
    CHECK(iotsim_ok(card_get(&other, &plain, &c)));
    CHECK(a == b);
    CHECK(a == c);
    card_free(&c);
    card_free(&b);
    card_free(&a);
    CHECK(a == NULL);
    CHECK_STR(desk_sent(), "");
}

static void other_way_other_card(void)
{
    static const char *const ways[] = { "iotsim:",
                                        "iotsim:?reader=Desk%200",
                                        "iotsim:?reader=Desk%201",
                                        ("iotsim:token=" DESK_ICCID),
                                        "iotsim:?aid=A0000005590010",
                                        "iotsim:?aid=A0000002480400" };
    enum { WAYS = sizeof ways / sizeof *ways };
    struct card *cards[WAYS];

    for (size_t i = 0; i < WAYS; i++) {
        cards[i] = desk_card(ways[i]);
        for (size_t j = 0; j < i; j++)
            CHECK(cards[i] != cards[j]);
    }
    for (size_t i = 0; i < WAYS; i++)
        card_free(&cards[i]);
}

static void settings_lead_there_too(void)
{
    struct settings settings = desk_settings;
    struct iotsim_uri uri = desk_uri("iotsim:");
    struct card *a = desk_card("iotsim:?reader=Desk%200");
    struct card *b;

    strcpy(settings.where.reader, "Desk 0");
    CHECK(iotsim_ok(card_get(&settings, &uri, &b)));
    CHECK(a == b);
    card_free(&a);
    card_free(&b);
}

static void unknown_transport(void)
{
    struct iotsim_uri uri = desk_uri("iotsim:?device=/dev/ttyS0");
    struct card *card = (struct card *)&uri;

    CHECK_INT(card_get(&desk_settings, &uri, &card).err,
              IOTSIM_ERR_BAD_SETTING);
    CHECK(card == NULL);
}

static void last_reference_closes(void)
{
    struct card *card;
    struct card *more;
    struct key *key;

    desk_put(desk_sim);
    card = desk_card("iotsim:");
    more = card_ref(card);
    key = desk_key(card, "K1");
    desk_sent();
    card_free(&card);
    card_free(&more);
    CHECK_STR(desk_sent(), "");
    CHECK_INT(desk_closed(), 0);
    key_free(&key);
    CHECK_STR(desk_sent(), "-");
    CHECK_INT(desk_opened(), 1);
    CHECK_INT(desk_closed(), 1);
    CHECK(desk_is_fair());
    desk_clear();
}

static void nothing_is_sent_before_use(void)
{
    struct iotsim_uri uri = desk_uri("iotsim:object=K1");
    struct key *key;

    desk_put(desk_sim);
    CHECK(iotsim_ok(key_new_reference(&desk_settings, &uri,
                                      key_type_of_octet(KEY_P256), &key)));
    key_free(&key);
    CHECK_STR(desk_sent(), "");
    CHECK_INT(desk_opened(), 0);
    desk_clear();
}

static void *get_and_free(void *arg)
{
    struct iotsim_uri uri = desk_uri("iotsim:");

    for (int i = 0; i < 2000; i++) {
        struct card *card;
        struct card *more;

        if (!iotsim_ok(card_get(&desk_settings, &uri, &card)))
            return arg;
        more = card_ref(card);
        card_free(&card);
        card_free(&more);
    }
    return NULL;
}

static void threads(void)
{
    pthread_t thread[8];
    void *failed;

    for (size_t i = 0; i < 8; i++)
        pthread_create(&thread[i], NULL, get_and_free, thread);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(thread[i], &failed);
        CHECK(failed == NULL);
    }
}

TEST_MAIN(TEST(same_way_same_card), TEST(other_way_other_card),
          TEST(settings_lead_there_too), TEST(unknown_transport),
          TEST(last_reference_closes), TEST(nothing_is_sent_before_use),
          TEST(threads))
