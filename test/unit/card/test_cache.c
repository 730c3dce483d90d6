/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked once and what is asked again; files; what a card is. */
#include "desk.h"
#include "support/check.h"

enum { OBJECTS = 9 }; /* of desk_sim */

static struct soft *sim;
static struct card *card;

static void begin_case(void)
{
    sim = desk_put(desk_sim);
    card = desk_card("iotsim:");
}

static void end_case(void)
{
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
}

static size_t count_objects(void)
{
    struct applet_object *objects;
    size_t count;
    bool whole;

    CHECK(iotsim_ok(card_get_objects(card, &objects, &count, &whole)));
    card_free_objects(&objects);
    CHECK(objects == NULL);
    return count;
}

static struct applet_object find(enum applet_kind kind, const char *label)
{
    struct iotsim_uri uri = desk_uri("iotsim:");
    struct applet_object object = { .kind = kind };

    strcpy(uri.object, label);
    CHECK(iotsim_ok(card_find(card, kind, &uri, &object)));
    return object;
}

/* Whether `sent` holds GET DATA, READ PUBLIC KEY. */
static bool has(const char *sent, const char *ins)
{
    return strstr(sent, ins) != NULL;
}

static void list_is_read_once(void)
{
    begin_case();
    CHECK_INT(count_objects(), OBJECTS);
    CHECK(has(desk_sent(), "+ A4 CB"));
    CHECK_INT(count_objects(), OBJECTS);
    CHECK_STR(desk_sent(), "");
    end_case();
}

/* A reset may be that of an eUICC which changes its profile. */
static void list_does_not_survive_a_reset(void)
{
    begin_case();
    CHECK_INT(count_objects(), OBJECTS);
    desk_switch(0, "[card]\nsessions = 1\n");
    CHECK_INT(count_objects(), 0);
    end_case();
}

static struct applet_object one_key(const char *label)
{
    struct applet_object key = { .kind = APPLET_PRIVATE_KEY };

    key.label_len = strlen(label);
    memcpy(key.label, label, key.label_len);
    return key;
}

/* What the readable part of a damaged list says is true, what it does not say
 * is not known. */
static void damaged_list_proves_no_absence(void)
{
    static struct iotsim_uri named, missing, any;
    struct applet_object key = one_key("K1");

    named = desk_uri("iotsim:object=K1");
    missing = desk_uri("iotsim:object=K9");
    any = desk_uri("iotsim:");
    CHECK_INT(find_among(&key, 1, true, APPLET_PRIVATE_KEY, &any, &key).err,
              IOTSIM_ERR_NONE);
    CHECK_INT(find_among(&key, 1, false, APPLET_PRIVATE_KEY, &named, &key).err,
              IOTSIM_ERR_NONE);
    CHECK_INT(find_among(&key, 1, true, APPLET_PRIVATE_KEY, &missing, &key).err,
              IOTSIM_ERR_NOT_FOUND);
    CHECK_INT(
        find_among(&key, 1, false, APPLET_PRIVATE_KEY, &missing, &key).err,
        IOTSIM_ERR_CARD_ANSWER);
    CHECK_INT(find_among(&key, 1, false, APPLET_PRIVATE_KEY, &any, &key).err,
              IOTSIM_ERR_CARD_ANSWER);
}

static void list_does_not_survive_another_card(void)
{
    begin_case();
    CHECK_INT(count_objects(), OBJECTS);
    desk_swap(0, "[card]\nsessions = 1\n");
    CHECK_INT(count_objects(), 0);
    end_case();
}

static void list_is_read_again_after_63cf(void)
{
    uint8_t octet[4];
    struct buf out = BUF_OVER(octet);

    begin_case();
    count_objects();
    desk_sent();
    soft_fault(sim, "ins=CB,sw=63CF");
    count_objects();
    CHECK_STR(desk_sent(), "");
    soft_faults_clear(sim);
    soft_fault(sim, "ins=84,sw=6989");
    CHECK(iotsim_ok(card_get_random(card, 1, &out)));
    CHECK_STR(desk_sent(), "84 - + A4 84");
    CHECK_INT(count_objects(), OBJECTS);
    CHECK(has(desk_sent(), "CB"));
    end_case();
}

static void point_is_read_once(void)
{
    struct applet_object object;
    uint8_t first[APPLET_POINT_LEN];
    uint8_t again[APPLET_POINT_LEN];

    begin_case();
    object = find(APPLET_PUBLIC_KEY, "K1");
    desk_sent();
    CHECK(iotsim_ok(card_read_point(card, &object, first)));
    CHECK_STR(desk_sent(), "CD");
    CHECK(iotsim_ok(card_read_point(card, &object, again)));
    CHECK_STR(desk_sent(), "");
    CHECK(memcmp(first, again, sizeof first) == 0);
    CHECK_HEX(first, sizeof first,
              "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F2"
              "9FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4"
              "462299");
    object = find(APPLET_PUBLIC_KEY, "B1");
    CHECK(iotsim_ok(card_read_point(card, &object, again)));
    CHECK_STR(desk_sent(), "CD");
    CHECK(memcmp(first, again, sizeof first) != 0);
    end_case();
}

static void store_change_drops_points(void)
{
    struct applet_object object;
    uint8_t point[APPLET_POINT_LEN];

    begin_case();
    object = find(APPLET_PUBLIC_KEY, "K1");
    CHECK(iotsim_ok(card_read_point(card, &object, point)));
    soft_fault(sim, "ins=CD,sw=6989");
    object = find(APPLET_PUBLIC_KEY, "B1");
    CHECK(iotsim_ok(card_read_point(card, &object, point)));
    desk_sent();
    object = find(APPLET_PUBLIC_KEY, "K1");
    CHECK(iotsim_ok(card_read_point(card, &object, point)));
    CHECK(has(desk_sent(), "CB"));
    end_case();
}

static void files(void)
{
    struct applet_object file;
    uint8_t *data;
    size_t len;

    begin_case();
    file = find(APPLET_FILE, "CC");
    desk_sent();
    CHECK(iotsim_ok(card_read_file(card, &file, &data, &len)));
    CHECK_HEX(data, len, "30313233343536373839414243444546");
    card_free_file(&data);
    CHECK(data == NULL);
    CHECK_STR(desk_sent(), "B0");
    file.file_size = 0;
    CHECK(iotsim_ok(card_read_file(card, &file, &data, &len)));
    CHECK_HEX(data, len, "30313233343536373839414243444546");
    card_free_file(&data);
    file.id_len = 1;
    file.id[0] = 0x77;
    CHECK_INT(card_read_file(card, &file, &data, &len).err,
              IOTSIM_ERR_NOT_FOUND);
    CHECK(data == NULL);
    CHECK_INT(len, 0);
    end_case();
}

static void info(void)
{
    struct card_info info;

    begin_case();
    CHECK(iotsim_ok(card_get_info(card, &info)));
    CHECK_STR(info.where, "Desk 0");
    CHECK_STR(info.transport, "pcsc");
    CHECK_STR(info.iccid, DESK_ICCID);
    CHECK_HEX(info.aid, info.aid_len, "A0000005590010");
    CHECK_INT(info.capabilities.version, 0x10);
    desk_sent();
    CHECK(iotsim_ok(card_get_info(card, &info)));
    CHECK_STR(desk_sent(), "");
    CHECK_STR(info.iccid, DESK_ICCID);
    end_case();
}

static void info_of_a_modest_card(void)
{
    struct card_info info;

    begin_case();
    soft_fault(sim, "ins=CB,times=0,sw=6A86");
    CHECK(iotsim_ok(card_get_info(card, &info)));
    CHECK_INT(info.capabilities.version, 0);
    end_case();
}

TEST_MAIN(TEST(list_is_read_once), TEST(list_does_not_survive_a_reset),
          TEST(damaged_list_proves_no_absence),
          TEST(list_does_not_survive_another_card),
          TEST(list_is_read_again_after_63cf), TEST(point_is_read_once),
          TEST(store_change_drops_points), TEST(files), TEST(info),
          TEST(info_of_a_modest_card))
