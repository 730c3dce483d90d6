/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked once and what is asked again; files; what a card is. */
#include "case.h"
#include "support/check.h"

enum { OBJECTS = 9 }; /* of desk_sim */

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
    CHECK(end_case());
}

/* A reset may be that of an eUICC which changes its profile. */
static void list_does_not_survive_a_reset(void)
{
    begin_case();
    CHECK_INT(count_objects(), OBJECTS);
    desk_switch(0, "[card]\nsessions = 1\n");
    CHECK_INT(count_objects(), 0);
    CHECK(end_case());
}

static struct applet_object one_key(const char *label)
{
    struct applet_object key = { .kind = APPLET_PRIVATE_KEY };

    key.label_len = strlen(label);
    memcpy(key.label, label, key.label_len);
    return key;
}

/* What a list of K1 alone, `whole` or not, says about what `text` names. */
static int find_in_list(bool whole, const char *text)
{
    struct applet_object key = one_key("K1");
    struct iotsim_uri uri = desk_uri(text);

    return find_among(&key, 1, whole, APPLET_PRIVATE_KEY, &uri, &key).err;
}

/* What the readable part of a damaged list says is true, what it does not say
 * is not known. */
static void damaged_list_proves_no_absence(void)
{
    CHECK_INT(find_in_list(true, "iotsim:"), 0);
    CHECK_INT(find_in_list(false, "iotsim:object=K1"), 0);
    CHECK_INT(find_in_list(true, "iotsim:object=K9"), IOTSIM_ERR_NOT_FOUND);
    CHECK_INT(find_in_list(false, "iotsim:object=K9"), IOTSIM_ERR_CARD_ANSWER);
    CHECK_INT(find_in_list(false, "iotsim:"), IOTSIM_ERR_CARD_ANSWER);
}

/* --- long lists ---------------------------------------------------------- */

/* The desk's card with a list of `crowd` private keys, each no more than a
 * label of one letter. */
static size_t crowd;
static size_t told;
static const struct transport_ops *of_the_desk;

static iotsim_result transmit(void *link, struct bytes command,
                              struct buf *response, struct deadline until)
{
    if (command.data[1] != 0xCB)
        return of_the_desk->transmit(link, command, response, until);
    if (command.data[3] == 0)
        told = 0;
    for (size_t i = 0; i < 80 && told < crowd; i++, told++)
        buf_put(response, bytes_text("\x74\x01K"));
    buf_u16(response, told < crowd ? 0x6300 : 0x9000);
    return IOTSIM_OK;
}

static void begin_crowded(size_t count)
{
    static struct transport_ops ops;

    begin_case();
    of_the_desk = card->ops;
    ops = *of_the_desk;
    ops.transmit = transmit;
    card->ops = &ops;
    crowd = count;
}

static void long_list_is_read_up_to_a_limit(void)
{
    static const struct {
        size_t crowd;
        size_t want;
        bool whole;
    } rows[] = { { 512, 512, true },
                 { 513, 512, false },
                 { 20000, 512, false } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct applet_object *objects;
        size_t count;
        bool whole;

        begin_crowded(rows[i].crowd);
        CHECK(iotsim_ok(card_get_objects(card, &objects, &count, &whole)));
        CHECK_INT(count, rows[i].want);
        CHECK_INT(whole, rows[i].whole);
        CHECK_INT(objects[rows[i].want - 1].label[0], 'K');
        card_free_objects(&objects);
        told = 0;
        count_objects();
        CHECK_INT(told > 0, !rows[i].whole); /* it is not kept then */
        CHECK(end_case());
    }
}

static void list_does_not_survive_another_card(void)
{
    begin_case();
    CHECK_INT(count_objects(), OBJECTS);
    desk_swap(0, "[card]\nsessions = 1\n");
    CHECK_INT(count_objects(), 0);
    CHECK(end_case());
}

static void list_is_read_again_after_63cf(void)
{
    struct applet_object object;
    struct applet_public_key half;

    begin_case();
    count_objects();
    desk_sent();
    soft_fault(sim, "ins=CB,sw=63CF");
    count_objects();
    CHECK_STR(desk_sent(), "");
    soft_faults_clear(sim);
    soft_fault(sim, "ins=CD,sw=6989");
    object = find(APPLET_PUBLIC_KEY, "K1");
    CHECK(iotsim_ok(card_read_public_key(card, &object, &half)));
    CHECK_STR(desk_sent(), "CD - + A4 CD");
    CHECK_INT(count_objects(), OBJECTS);
    CHECK(has(desk_sent(), "CB"));
    CHECK(end_case());
}

static struct applet_public_key read_key(const char *label)
{
    struct applet_object object = find(APPLET_PUBLIC_KEY, label);
    struct applet_public_key half = { 0 };

    CHECK(iotsim_ok(card_read_public_key(card, &object, &half)));
    return half;
}

static void key_is_read_once(void)
{
    struct applet_public_key first;
    struct applet_public_key again;

    begin_case();
    count_objects();
    desk_sent();
    first = read_key("K1");
    CHECK_STR(desk_sent(), "CD");
    again = read_key("K1");
    CHECK_STR(desk_sent(), "");
    CHECK_INT(first.modulus_len + first.exponent_len, 0);
    CHECK(memcmp(first.point, again.point, sizeof first.point) == 0);
    CHECK_HEX(first.point, first.point_len,
              "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F2"
              "9FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4"
              "462299");
    again = read_key("B1");
    CHECK_STR(desk_sent(), "CD");
    CHECK(memcmp(first.point, again.point, sizeof first.point) != 0);
    CHECK(end_case());
}

static const char renewable[] = "[objects]\n"
                                "pair = pair\n"
                                "label = private\n"
                                "label-half = public\n"
                                "id = private\n"
                                "id-half = public\n"
                                "fixed = pair\n"
                                "[pair]\nlabel = PAIR\nid = 01\n"
                                "functions = sign, generate\n"
                                "value = generate\n"
                                "[label]\nlabel = LABEL\nid = 02\n"
                                "functions = sign, generate\n"
                                "value = generate\n"
                                "[label-half]\nlabel = LABEL\nid = 12\n"
                                "functions = sign\nvalue = 04"
                                "60FED4BA255A9D31C961EB74C6356D68"
                                "C049B8923B61FA6CE669622E60F29FB6"
                                "7903FE1008B8BC99A41AE9E95628BC64"
                                "F2F1B20C2D7E9F5177A3C294D4462299\n"
                                "[id]\nlabel = PRIVATE\nid = 03\n"
                                "functions = sign, generate\n"
                                "value = generate\n"
                                "[id-half]\nlabel = ID\nid = 03\n"
                                "functions = sign\nvalue = 04"
                                "60FED4BA255A9D31C961EB74C6356D68"
                                "C049B8923B61FA6CE669622E60F29FB6"
                                "7903FE1008B8BC99A41AE9E95628BC64"
                                "F2F1B20C2D7E9F5177A3C294D4462299\n"
                                "[fixed]\nlabel = FIXED\nid = 04\n"
                                "functions = sign\nvalue = generate\n";

/* Another process may generate anew whatever can be; either half may tell. */
static void key_that_may_change_is_read_again(void)
{
    static const struct {
        const char *label;
        const char *sent;
    } rows[] = {
        { "PAIR", "CD" }, { "LABEL", "CD" }, { "ID", "CD" }, { "FIXED", "" }
    };

    begin_case_with(renewable);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_key(rows[i].label);
        desk_sent();
        read_key(rows[i].label);
        CHECK_STR(desk_sent(), rows[i].sent);
    }
    CHECK(end_case());
}

static void new_key_of_another_process(void)
{
    struct applet_public_key before;
    struct applet_public_key made;
    struct applet_public_key now;
    struct iotsim_uri uri = desk_uri("iotsim:object=K1");
    struct card *other = desk_card("iotsim:?reader=Desk");
    struct key *key;

    begin_case_with(desk_ecdh);
    before = read_key("K1");
    CHECK(iotsim_ok(
        key_generate(other, &uri, key_type_of_octet(KEY_P256), &made, &key)));
    now = read_key("K1");
    CHECK(memcmp(before.point, made.point, sizeof made.point) != 0);
    CHECK(memcmp(now.point, made.point, sizeof made.point) == 0);
    key_free(&key);
    card_free(&other);
    CHECK(end_case());
}

static void store_change_drops_keys(void)
{
    begin_case();
    read_key("K1");
    soft_fault(sim, "ins=CD,sw=6989");
    read_key("B1");
    desk_sent();
    read_key("K1");
    CHECK(has(desk_sent(), "CB"));
    CHECK(end_case());
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
    CHECK(end_case());
}

static size_t read_file(const char *label)
{
    struct applet_object file = find(APPLET_FILE, label);
    uint8_t *data;
    size_t len;

    CHECK(iotsim_ok(card_read_file(card, &file, &data, &len)));
    card_free_file(&data);
    return len;
}

static void file_is_read_once(void)
{
    begin_case();
    CHECK_INT(read_file("CC"), 16);
    CHECK(has(desk_sent(), "B0"));
    CHECK_INT(read_file("CC"), 16);
    CHECK_STR(desk_sent(), "");
    desk_reset(0);
    CHECK_INT(read_file("CC"), 16);
    CHECK(has(desk_sent(), "B0"));
    CHECK(end_case());
}

static void store_change_drops_files(void)
{
    begin_case();
    CHECK_INT(read_file("CC"), 16);
    soft_fault(sim, "ins=CD,sw=6989");
    read_key("K1");
    desk_sent();
    CHECK_INT(read_file("CC"), 16);
    CHECK(has(desk_sent(), "B0"));
    CHECK(end_case());
}

/* 256 KB of files are kept, what comes then is read each time. */
static void files_are_kept_up_to_a_limit(void)
{
    enum { FILES = 10, SIZE = 29000 };
    static char profile[1024] = "[objects]\n";
    char text[80];

    for (int i = 0; i < FILES; i++) {
        snprintf(text, sizeof text, "f%d = file\n", i);
        strcat(profile, text);
    }
    for (int i = 0; i < FILES; i++) {
        snprintf(text, sizeof text,
                 "[f%d]\nlabel = F%d\nid = %02d\nvalue = 55\nsize = %d\n", i, i,
                 i, SIZE);
        strcat(profile, text);
    }
    begin_case_with(profile);
    soft_quirk(sim, "read-padding=yes");
    for (int i = 0; i < FILES; i++) {
        snprintf(text, sizeof text, "F%d", i);
        CHECK_INT(read_file(text), SIZE);
    }
    desk_sent();
    CHECK_INT(read_file("F0"), SIZE);
    CHECK_STR(desk_sent(), "");
    CHECK_INT(read_file("F9"), SIZE);
    CHECK(has(desk_sent(), "B0"));
    CHECK(end_case());
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
    CHECK(end_case());
}

static void info_of_a_modest_card(void)
{
    struct card_info info;

    begin_case();
    soft_fault(sim, "ins=CB,times=0,sw=6A86");
    CHECK(iotsim_ok(card_get_info(card, &info)));
    CHECK_INT(info.capabilities.version, 0);
    CHECK(end_case());
}

TEST_MAIN(TEST(list_is_read_once), TEST(list_does_not_survive_a_reset),
          TEST(damaged_list_proves_no_absence),
          TEST(long_list_is_read_up_to_a_limit),
          TEST(list_does_not_survive_another_card),
          TEST(list_is_read_again_after_63cf), TEST(key_is_read_once),
          TEST(key_that_may_change_is_read_again),
          TEST(new_key_of_another_process), TEST(store_change_drops_keys),
          TEST(files), TEST(file_is_read_once), TEST(store_change_drops_files),
          TEST(files_are_kept_up_to_a_limit), TEST(info),
          TEST(info_of_a_modest_card))
