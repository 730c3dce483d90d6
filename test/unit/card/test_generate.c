/* SPDX-License-Identifier: Apache-2.0 */
/* A new key pair: which container, its ids, what the card forgets. */
#include "case.h"
#include "host.h"
#include "support/check.h"

static struct applet_public_key half;

static iotsim_result generate(const char *text, const struct key_type *type,
                              struct key **key)
{
    struct iotsim_uri uri = desk_uri(text);

    memset(&half, 0, sizeof half);
    return key_generate(card, &uri, type, &half, key);
}

static bool signs(struct key *key)
{
    static const uint8_t hash[32] = { 1 };
    const struct applet_message message = { .mode = MODE_PAD_SIGN,
                                            .algorithm = SIGN_ECDSA,
                                            .hash = HASH_SHA256,
                                            .input = BYTES_OF(hash) };
    uint8_t rs[APPLET_RS_LEN];
    struct buf signature = BUF_OVER(rs);
    EVP_PKEY *pkey = host_public(key_get_type(key), &half);
    bool ok = iotsim_ok(key_sign(key, &message, &signature)) &&
              host_verify_ecdsa(pkey, BYTES_OF(hash), rs);

    EVP_PKEY_free(pkey);
    return ok;
}

static void new_key(void)
{
    uint8_t before[APPLET_POINT_LEN];
    struct key *key;

    begin_case_with(desk_ecdh);
    key = desk_load(card, "K1", &half);
    memcpy(before, half.point, sizeof before);
    key_free(&key);
    desk_sent();
    CHECK(iotsim_ok(generate("iotsim:object=K1?reader=Desk&pin-value=1",
                             key_type_of_octet(KEY_P256), &key)));
    CHECK_STR(desk_sent(), "CB CB B9"); /* a list of two parts */
    CHECK(memcmp(before, half.point, sizeof before) != 0);
    CHECK_STR(key_get_uri(key)->object, "K1");
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "01");
    CHECK_STR(key_get_uri(key)->reader, "Desk");
    CHECK_STR(key_get_uri(key)->pin_value, "");
    CHECK(key_is_private(key));
    CHECK(!key_is_ephemeral(key));
    CHECK(signs(key));
    key_free(&key);
    key = desk_load(card, "K1", &half); /* nothing old was cached */
    CHECK(strstr(desk_sent(), "CD") != NULL);
    CHECK(signs(key));
    key_free(&key);
    CHECK(end_case());
}

/* Nobody gets between the look at the container and its new key. */
static void one_transaction(void)
{
    struct key *key;
    unsigned begun;

    begin_case_with(desk_ecdh);
    key = desk_key(card, "K1");
    key_free(&key);
    desk_sent();
    begun = desk_begun();
    CHECK(iotsim_ok(generate("iotsim:object=K1", NULL, &key)));
    CHECK_INT(desk_begun() - begun, 1);
    CHECK(strstr(desk_sent(), "B9") != NULL);
    key_free(&key);
    CHECK(end_case());
}

#define PRECIOUS                                                         \
    "[objects]\np = pair\n[p]\nlabel = PRECIOUS\nid = 01\ntype = p256\n" \
    "functions = sign, generate\nvalue = generate\n"

/* The SIM is another one since K1 was seen in it, as a container `01`. */
static void another_card(void)
{
    struct key *key;

    for (int i = 0; i < 2; i++) {
        begin_case_with(desk_ecdh);
        key = desk_key(card, "K1");
        key_free(&key);
        sim = i == 0 ? desk_switch(0, PRECIOUS) : desk_swap(0, PRECIOUS);
        CHECK_INT(generate("iotsim:object=K1", NULL, &key).err,
                  IOTSIM_ERR_NOT_FOUND);
        CHECK(strstr(desk_sent(), "B9") == NULL);
        CHECK(end_case());
    }
}

#define CONTAINER(label, id, type)                              \
    "C1137402" label "8401" id "6001004A01014B01" type "610103" \
    "9000"

/* The same SIM on the same channel, where another process has been: in its list
 * there is now what the card answers. */
static void another_store(void)
{
    static const struct {
        const char *list;
        enum iotsim_err want;
        const char *id;
    } rows[] = {
        { CONTAINER("5031", "01", "13"), IOTSIM_ERR_NOT_FOUND, "" },
        { CONTAINER("4B31", "01", "14"), IOTSIM_ERR_WRONG_CONTAINER, "" },
        { CONTAINER("4B31", "02", "13"), IOTSIM_ERR_NONE, "02" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key *key;

        begin_case_with(desk_ecdh);
        key = desk_key(card, "K1");
        key_free(&key);
        desk_sent();
        desk_answer(0xCB, rows[i].list);
        CHECK_INT(generate("iotsim:object=K1", NULL, &key).err, rows[i].want);
        CHECK_STR(desk_sent(), key == NULL ? "CB" : "CB B9");
        if (key != NULL)
            CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len,
                      rows[i].id);
        key_free(&key);
        CHECK(end_case());
    }
}

static void card_without_list(void)
{
    struct key *key;

    begin_case_with(desk_ecdh);
    soft_fault(sim, "ins=CB,sw=6A86");
    CHECK(iotsim_ok(generate("iotsim:object=K1", NULL, &key)));
    CHECK_STR(desk_sent(), "+ A4 CB CB B9");
    CHECK(signs(key));
    key_free(&key);
    CHECK(end_case());
}

/* Until GENERATE KEY PAIR is sent there may be a second try. */
static void second_try(void)
{
    static const char *const faults[] = { "ins=CB,reset", "ins=CB,remove",
                                          "ins=CB,sw=6881" };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct key *key;
        const char *sent;

        begin_case_with(desk_ecdh);
        key = desk_key(card, "K1");
        key_free(&key);
        soft_fault(sim, faults[i]);
        CHECK(iotsim_ok(generate("iotsim:object=K1", NULL, &key)));
        sent = strstr(desk_sent(), "B9");
        CHECK(sent != NULL && strstr(sent + 1, "B9") == NULL);
        CHECK(signs(key));
        key_free(&key);
        CHECK(end_case());
    }
}

static void any_type(void)
{
    struct key *key;

    begin_case_with(desk_ecdh);
    CHECK(iotsim_ok(generate("iotsim:id=%01", NULL, &key)));
    CHECK_STR(key_get_type(key)->group, "prime256v1");
    CHECK(signs(key));
    key_free(&key);
    CHECK(end_case());
}

static void wrong_containers(void)
{
    static const struct {
        const char *uri;
        uint8_t type; /* 0: any */
        enum iotsim_err want;
    } rows[] = {
        { "iotsim:object=K9", 0, IOTSIM_ERR_NOT_FOUND },
        { "iotsim:object=P1", 0, IOTSIM_ERR_NOT_FOUND },
        { "iotsim:", 0, IOTSIM_ERR_AMBIGUOUS },
        { "iotsim:object=K1", KEY_BRAINPOOL, IOTSIM_ERR_WRONG_CONTAINER },
        { "iotsim:object=K1", KEY_RSA2048, IOTSIM_ERR_WRONG_CONTAINER },
        { "iotsim:object=E1", KEY_P256, IOTSIM_ERR_WRONG_CONTAINER },
        { "iotsim:object=E1", 0, IOTSIM_ERR_WRONG_CONTAINER },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key *key;

        begin_case_with(desk_ecdh);
        CHECK_INT(
            generate(rows[i].uri, key_type_of_octet(rows[i].type), &key).err,
            rows[i].want);
        CHECK(key == NULL);
        CHECK(strstr(desk_sent(), "B9") == NULL);
        CHECK(end_case());
    }
}

static void unknown_type(void)
{
    struct key *key;

    begin_case_with("[objects]\nv = pair\n[v]\nlabel = V\nid = 01\n"
                    "type = 43\nfunctions = generate\nvalue = empty\n");
    CHECK_INT(generate("iotsim:object=V", NULL, &key).err,
              IOTSIM_ERR_UNSUPPORTED);
    CHECK(key == NULL);
    CHECK(end_case());
}

#define POINT                                                            \
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6" \
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"

static void ids_of_the_answer(void)
{
    struct key *key;

    begin_case_with(desk_ecdh);
    desk_answer(0xB9, "84020A0B850109344549438641" POINT "9000");
    CHECK(iotsim_ok(generate("iotsim:object=K1", NULL, &key)));
    CHECK_STR(key_get_uri(key)->object, "K1");
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "0A0B");
    CHECK_HEX(half.point, half.point_len, POINT);
    key_free(&key);
    CHECK(end_case());
}

static void answer_without_ids(void)
{
    struct key *key;

    begin_case_with(desk_ecdh);
    soft_quirk(sim, "generate-answer=key");
    CHECK(iotsim_ok(generate("iotsim:object=K1", NULL, &key)));
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "01");
    CHECK(signs(key));
    key_free(&key);
    CHECK(end_case());
}

/* Whatever goes wrong: it is not done twice, the error is the one of that once,
 * and what is cached is forgotten. */
static void failures(void)
{
    static const struct {
        const char *fault;
        enum iotsim_err want;
    } rows[] = {
        { "ins=B9,reset", IOTSIM_ERR_NO_CHANNEL },
        { "ins=B9,drop", IOTSIM_ERR_TIMEOUT },
        { "ins=B9,remove", IOTSIM_ERR_CARD_REMOVED },
        { "ins=B9,sw=6985", IOTSIM_ERR_NOT_PERMITTED },
        { "ins=B9,sw=6F00", IOTSIM_ERR_CARD_STATUS },
        { "ins=B9,sw=6881", IOTSIM_ERR_NO_CHANNEL },
    };

    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct applet_object *objects;
        size_t count;
        bool whole;
        struct key *key;
        const char *sent;

        begin_case_with(desk_ecdh);
        if (i % 2 != 0) { /* on a channel that was there before */
            key = desk_key(card, "K1");
            key_free(&key);
        }
        soft_fault(sim, rows[i / 2].fault);
        CHECK_INT(generate("iotsim:object=K1", NULL, &key).err,
                  rows[i / 2].want);
        CHECK(key == NULL);
        sent = strstr(desk_sent(), "B9");
        CHECK(sent != NULL && strstr(sent + 1, "B9") == NULL);
        CHECK(iotsim_ok(card_get_objects(card, &objects, &count, &whole)));
        CHECK(strstr(desk_sent(), "CB") != NULL);
        card_free_objects(&objects);
        CHECK(end_case());
    }
}

static void bad_answers(void)
{
    static const char *const answers[] = {
        "34084906810201028201039000", /* an RSA key */
        "8401018501019000",
        "9000",
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct key *key;

        begin_case_with(desk_ecdh);
        desk_answer(0xB9, answers[i]);
        CHECK_INT(generate("iotsim:object=K1", NULL, &key).err,
                  IOTSIM_ERR_CARD_ANSWER);
        CHECK(key == NULL);
        CHECK(end_case());
    }
}

TEST_MAIN(TEST(new_key), TEST(one_transaction), TEST(another_card),
          TEST(another_store), TEST(card_without_list), TEST(second_try),
          TEST(any_type), TEST(wrong_containers), TEST(unknown_type),
          TEST(ids_of_the_answer), TEST(answer_without_ids), TEST(failures),
          TEST(bad_answers))
