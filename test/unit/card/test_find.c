/* SPDX-License-Identifier: Apache-2.0 */
/* From a URI to one object, with and without a list on the card. */
#include "desk.h"
#include "support/check.h"

static void matches(void)
{
    const struct applet_object key = { .kind = APPLET_PRIVATE_KEY,
                                       .label = "K1",
                                       .label_len = 2,
                                       .id = { 0x00, 0x07 },
                                       .id_len = 2 };
    static const struct {
        const char *uri;
        bool want;
    } rows[] = {
        { "iotsim:", true },
        { "iotsim:type=private", true },
        { "iotsim:type=public", false },
        { "iotsim:type=cert", false },
        { "iotsim:type=secret-key", false },
        { "iotsim:object=K1", true },
        { "iotsim:object=k1", false },
        { "iotsim:object=K", false },
        { "iotsim:object=K11", false },
        { "iotsim:id=%00%07", true },
        { "iotsim:id=%07", false },
        { "iotsim:id=%00%07%00", false },
        { "iotsim:object=K1;id=%00%07;type=private", true },
        { "iotsim:object=K1;id=%00%08", false },
        { "iotsim:object=K2;id=%00%07", false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct iotsim_uri uri = desk_uri(rows[i].uri);

        CHECK(card_object_matches(&key, &uri) == rows[i].want);
    }
}

static void kinds(void)
{
    static const struct {
        enum applet_kind kind;
        const char *uri;
    } rows[] = {
        { APPLET_PRIVATE_KEY, "iotsim:type=private" },
        { APPLET_PUBLIC_KEY, "iotsim:type=public" },
        { APPLET_FILE, "iotsim:type=cert" },
        { APPLET_SECRET_KEY, "iotsim:type=secret-key" },
    };

    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            struct applet_object object = { .kind = rows[i].kind };
            struct iotsim_uri uri = desk_uri(rows[j].uri);

            CHECK(card_object_matches(&object, &uri) == (i == j));
            card_name_object(&object, &uri);
            CHECK_INT(uri.type, desk_uri(rows[i].uri).type);
        }
}

static void label_that_is_no_text(void)
{
    const struct applet_object odd = { .kind = APPLET_FILE,
                                       .label = { 'K', 0, '1' },
                                       .label_len = 3,
                                       .id = { 1 },
                                       .id_len = 1 };
    struct iotsim_uri uri = desk_uri("iotsim:object=K");

    CHECK(!card_object_matches(&odd, &uri));
    card_name_object(&odd, &uri);
    CHECK_STR(uri.object, "");
    CHECK_INT(uri.id_len, 1);
    CHECK(card_object_matches(&odd, &uri));
}

static int find(struct card *card, enum applet_kind kind, const char *text)
{
    struct iotsim_uri uri = desk_uri(text);
    struct applet_object object;

    return card_find(card, kind, &uri, &object).err;
}

static void check_all(struct card *card)
{
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=K1"), 0);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:id=%01"), 0);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=K1;id=%01"), 0);
    CHECK_INT(find(card, APPLET_PUBLIC_KEY, "iotsim:object=E1"), 0);
    CHECK_INT(find(card, APPLET_FILE, "iotsim:object=CC;type=cert"), 0);
    CHECK_INT(find(card, APPLET_SECRET_KEY, "iotsim:object=S1"), 0);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=K9"),
              IOTSIM_ERR_NOT_FOUND);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=B1;id=%01"),
              IOTSIM_ERR_NOT_FOUND);
    CHECK_INT(find(card, APPLET_FILE, "iotsim:object=K1"),
              IOTSIM_ERR_NOT_FOUND);
}

static void on_a_card(void)
{
    struct card *card;

    desk_put(desk_sim);
    card = desk_card("iotsim:");
    check_all(card);
    CHECK_INT(find(card, APPLET_FILE, "iotsim:"), 0);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:"), IOTSIM_ERR_AMBIGUOUS);
    card_free(&card);
    desk_clear();
}

/* The first GET DATA, the list, is refused; the second, for one object, not. */
static void check_without_list(const char *status)
{
    struct soft *sim = desk_put(desk_sim);
    struct card *card = desk_card("iotsim:");
    char fault[32];

    snprintf(fault, sizeof fault, "ins=CB,sw=%s", status);
    soft_fault(sim, fault);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:"),
              IOTSIM_ERR_UNSUPPORTED);
    soft_fault(sim, fault);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=K1"), 0);
    soft_fault(sim, fault);
    CHECK_INT(find(card, APPLET_FILE, "iotsim:id=%02;type=cert"), 0);
    soft_fault(sim, fault);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=B1;id=%01"),
              IOTSIM_ERR_NOT_FOUND);
    soft_fault(sim, fault);
    CHECK_INT(find(card, APPLET_PRIVATE_KEY, "iotsim:object=K9"),
              IOTSIM_ERR_NOT_FOUND);
    CHECK_STR(desk_sent(), "+ A4 CB CB CB CB CB CB CB CB CB");
    check_all(card);
    card_free(&card);
    CHECK(desk_is_fair());
    desk_clear();
}

static void on_a_card_without_list(void)
{
    check_without_list("6A86");
    check_without_list("6A81");
}

static int find_pair(struct card *card, struct applet_object key,
                     struct applet_object *pair)
{
    memset(pair, 0, sizeof *pair);
    return card_find_pair(card, &key, pair).err;
}

static void pairs(void)
{
    struct applet_object key = { .kind = APPLET_PRIVATE_KEY,
                                 .label = "K1",
                                 .label_len = 2 };
    struct applet_object pair;
    struct card *card;

    desk_put(desk_sim);
    card = desk_card("iotsim:");
    CHECK_INT(find_pair(card, key, &pair), 0); /* by label */
    CHECK_HEX(pair.id, pair.id_len, "01");
    CHECK_INT(pair.kind, APPLET_PUBLIC_KEY);
    key.id[0] = 0x02; /* the label counts more than the id */
    key.id_len = 1;
    CHECK_INT(find_pair(card, key, &pair), 0);
    CHECK_HEX(pair.id, pair.id_len, "01");
    key.label[0] = 'X'; /* no such label: by id */
    CHECK_INT(find_pair(card, key, &pair), 0);
    CHECK_HEX(pair.label, pair.label_len, "4231");
    key.label_len = 0; /* no label: by id */
    CHECK_INT(find_pair(card, key, &pair), 0);
    key.id[0] = 0x03; /* LONE */
    CHECK_INT(find_pair(card, key, &pair), IOTSIM_ERR_NO_KEY_PAIR);
    key.id_len = 0;
    CHECK_INT(find_pair(card, key, &pair), IOTSIM_ERR_NO_KEY_PAIR);
    card_free(&card);
    desk_clear();
}

TEST_MAIN(TEST(matches), TEST(kinds), TEST(label_that_is_no_text),
          TEST(on_a_card), TEST(on_a_card_without_list), TEST(pairs))
