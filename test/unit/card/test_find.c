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

static int pair_of(struct card *card, struct applet_object key,
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
    CHECK_INT(pair_of(card, key, &pair), 0); /* by label */
    CHECK_HEX(pair.id, pair.id_len, "01");
    CHECK_INT(pair.kind, APPLET_PUBLIC_KEY);
    key.id[0] = 0x02; /* the label counts more than the id */
    key.id_len = 1;
    CHECK_INT(pair_of(card, key, &pair), 0);
    CHECK_HEX(pair.id, pair.id_len, "01");
    key.label[0] = 'X'; /* no such label: by id */
    CHECK_INT(pair_of(card, key, &pair), 0);
    CHECK_HEX(pair.label, pair.label_len, "4231");
    key.label_len = 0; /* no label: by id */
    CHECK_INT(pair_of(card, key, &pair), 0);
    key.id[0] = 0x03; /* LONE */
    CHECK_INT(pair_of(card, key, &pair), IOTSIM_ERR_NO_KEY_PAIR);
    key.id_len = 0;
    CHECK_INT(pair_of(card, key, &pair), IOTSIM_ERR_NO_KEY_PAIR);
    card_free(&card);
    desk_clear();
}

static void pairs_without_list(void)
{
    struct applet_object key = { .kind = APPLET_PRIVATE_KEY,
                                 .label = "K1",
                                 .label_len = 2,
                                 .id = { 2 },
                                 .id_len = 1 };
    struct applet_object pair;
    struct soft *sim = desk_put(desk_sim);
    struct card *card = desk_card("iotsim:");

    soft_fault(sim, "ins=CB,sw=6A86");
    CHECK_INT(pair_of(card, key, &pair), 0);
    CHECK_HEX(pair.id, pair.id_len, "01");
    CHECK_STR(desk_sent(), "+ A4 CB CB");
    soft_fault(sim, "ins=CB,sw=6A86");
    key.label[0] = 'X';
    CHECK_INT(pair_of(card, key, &pair), 0);
    CHECK_HEX(pair.label, pair.label_len, "4231");
    CHECK_STR(desk_sent(), "CB CB CB");
    soft_fault(sim, "ins=CB,sw=6A86");
    key.id[0] = 0x77;
    CHECK_INT(pair_of(card, key, &pair), IOTSIM_ERR_NO_KEY_PAIR);
    card_free(&card);
    CHECK(desk_is_fair());
    desk_clear();
}

/* --- halves ------------------------------------------------------------ */

#define KEY(which, name, number)                                     \
    {                                                                \
        .kind = APPLET_##which##_KEY, .label = name,                 \
        .label_len = sizeof(name) - 1, .id = { number }, .id_len = 1 \
    }

/* Which of the public keys are halves: 'h' for each that is. */
static void check_halves(struct applet_object *objects, size_t count,
                         const char *want)
{
    const struct objects list = { objects, count, true };
    bool is_half[OBJECTS_MAX];
    char got[8] = "";

    CHECK(iotsim_ok(find_halves(&list, is_half)));
    for (size_t i = 0; i < count; i++)
        got[i] = is_half[i] ? 'h' : '-';
    CHECK_STR(got, want);
}

static void halves(void)
{
    struct applet_object by_label[] = { KEY(PRIVATE, "K", 1),
                                        KEY(PUBLIC, "P", 1),
                                        KEY(PUBLIC, "K", 2) };
    struct applet_object by_id[] = { KEY(PUBLIC, "P", 1), KEY(PUBLIC, "", 2),
                                     KEY(PRIVATE, "K", 1),
                                     KEY(PRIVATE, "L", 2) };
    struct applet_object lone[] = { KEY(PRIVATE, "K", 1), KEY(SECRET, "K", 1),
                                    KEY(PUBLIC, "", 2), KEY(PRIVATE, "", 3) };
    struct applet_object two_labels[] = {
        KEY(PRIVATE, "K", 1), KEY(PUBLIC, "K", 2), KEY(PUBLIC, "K", 3),
        KEY(PUBLIC, "P", 1), KEY(PUBLIC, "Q", 4)
    };
    struct applet_object two_ids[] = { KEY(PRIVATE, "K", 1),
                                       KEY(PUBLIC, "P", 1),
                                       KEY(PUBLIC, "Q", 1) };

    check_halves(NULL, 0, "");
    check_halves(by_label, 3, "--h");
    check_halves(by_id, 4, "hh--");
    check_halves(lone, 4, "----");
    check_halves(two_labels, 5, "-hhh-"); /* nobody knows: it may be each */
    check_halves(two_ids, 3, "-hh");
}

/* What find_pair finds is a half, whatever names there are. */
static void pairs_have_halves(void)
{
    enum { NAMES = 3, COUNT = 4, ALL = 6561 }; /* 9 names, 4 objects */

    for (unsigned n = 0; n < ALL; n++) {
        struct applet_object o[COUNT] = { 0 };
        const struct objects list = { o, COUNT, true };
        bool is_half[OBJECTS_MAX];

        for (unsigned i = 0, m = n; i < COUNT; i++, m /= NAMES * NAMES) {
            o[i].kind = i % 2 == 0 ? APPLET_PRIVATE_KEY : APPLET_PUBLIC_KEY;
            o[i].label_len = m % NAMES; /* 0, 1 or 2 zeros */
            o[i].id_len = m / NAMES % NAMES;
        }
        CHECK(iotsim_ok(find_halves(&list, is_half)));
        for (unsigned i = 0; i < COUNT; i += 2) {
            struct applet_object half;

            if (!iotsim_ok(find_pair(&list, &o[i], &half)))
                continue;
            CHECK((is_half[1] && memcmp(&half, &o[1], sizeof half) == 0) ||
                  (is_half[3] && memcmp(&half, &o[3], sizeof half) == 0));
        }
    }
}

static void halves_of_a_bad_list(void)
{
    static struct applet_object many[OBJECTS_MAX + 1];
    bool is_half[OBJECTS_MAX];
    struct objects list = { many, OBJECTS_MAX, true };

    CHECK(iotsim_ok(find_halves(&list, is_half)));
    CHECK(!is_half[OBJECTS_MAX - 1]);
    list.count++;
    CHECK_INT(find_halves(&list, is_half).err, IOTSIM_ERR_CARD_ANSWER);
    list = (struct objects){ many, 1, false };
    CHECK_INT(find_halves(&list, is_half).err, IOTSIM_ERR_CARD_ANSWER);
}

TEST_MAIN(TEST(matches), TEST(kinds), TEST(label_that_is_no_text),
          TEST(on_a_card), TEST(on_a_card_without_list), TEST(pairs),
          TEST(pairs_without_list), TEST(halves), TEST(pairs_have_halves),
          TEST(halves_of_a_bad_list))
