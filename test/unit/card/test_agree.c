/* SPDX-License-Identifier: Apache-2.0 */
/* ECDH with a key that stays: values, cost, which object takes the peer. */
#include "case.h"
#include "host.h"
#include "support/check.h"

/* RFC 5903 8.1: the responder's point; the initiator is ST of desk_ecdh. */
#define PEER                                                             \
    "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63" \
    "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB"
#define SECRET \
    "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"

static void take_peer(uint8_t point[APPLET_POINT_LEN])
{
    CHECK_INT(check_unhex(PEER, point, APPLET_POINT_LEN), APPLET_POINT_LEN);
}

static void values_of_rfc_5903(void)
{
    uint8_t peer[APPLET_POINT_LEN];
    uint8_t secret[APPLET_SECRET_LEN];
    struct applet_public_key half;
    struct key *key;

    begin_case_with(desk_ecdh);
    take_peer(peer);
    key = desk_load(card, "ST", &half);
    CHECK_HEX(half.point, 9, "04DAD0B65394221CF9");
    desk_sent();
    for (int i = 0; i < 2; i++) {
        memset(secret, 0, sizeof secret);
        CHECK(iotsim_ok(key_agree(key, peer, secret)));
        CHECK_STR(desk_sent(), "24 D8 24 46");
        CHECK_HEX(secret, sizeof secret, SECRET);
    }
    key_free(&key);
    CHECK_STR(desk_sent(), "");
    CHECK(end_case());
}

static void agrees_with_libcrypto(void)
{
    struct applet_public_key half;
    struct key *key;
    EVP_PKEY *ours;

    begin_case_with(desk_ecdh);
    key = desk_load(card, "ST", &half);
    ours = host_public(key_get_type(key), &half);
    for (int i = 0; i < 20; i++) {
        EVP_PKEY *peer = host_generate(key_get_type(key));
        uint8_t point[APPLET_POINT_LEN];
        uint8_t secret[APPLET_SECRET_LEN];
        uint8_t want[APPLET_SECRET_LEN];

        host_point(peer, point);
        host_agree(peer, ours, want);
        CHECK(iotsim_ok(key_agree(key, point, secret)));
        CHECK(memcmp(secret, want, sizeof want) == 0);
        EVP_PKEY_free(peer);
    }
    EVP_PKEY_free(ours);
    key_free(&key);
    CHECK(end_case());
}

/* A static key may be used again: the second try is good. */
static void second_try_agrees(void)
{
    static const char *const faults[] = { "ins=24,reset", "ins=D8,reset",
                                          "ins=46,reset", "ins=46,sw=6F00",
                                          "ins=46,remove" };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint8_t peer[APPLET_POINT_LEN];
        uint8_t secret[APPLET_SECRET_LEN];
        struct key *key;

        begin_case_with(desk_ecdh);
        take_peer(peer);
        key = desk_key(card, "ST");
        soft_fault(sim, faults[i]);
        CHECK(iotsim_ok(key_agree(key, peer, secret)));
        CHECK_HEX(secret, sizeof secret, SECRET);
        key_free(&key);
        CHECK(end_case());
    }
}

/* A pair of which neither half may be taken for the peer, then `more`. */
#define WITH(more, sections)                                                                        \
    "[objects]\nst = pair\n" more                                                                   \
    "[st]\nlabel = ST\nprivate-id = 02\npublic-id = 0A\ntype = p256\nfunctions = agree, generate\n" \
    "public-access = read, update\n"                                                                \
    "value = C88F01F510D9AC3F70A292DAA2316DE5"                                                      \
    "44E9AAB8AFE84049C62A9C57862D1433\n" sections
#define PLACE(name, label, type, functions, access)               \
    "[" name "]\nlabel = " label "\nid = 0" name "\ntype = " type \
    "\nfunctions = " functions "\naccess = " access "\nvalue = empty\n"
#define FULL(name, label, functions)                                    \
    "[" name "]\nlabel = " label "\nid = 0" name                        \
    "\ntype = p256\nfunctions = " functions "\naccess = read, update\n" \
    "value = 0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299\n"
#define PRIVATE(name, label, id)                                            \
    "[" name "]\nlabel = " label "\nid = " id                               \
    "\ntype = p256\nfunctions = sign\nvalue = C9AFA9D845BA75166B5C215767B1" \
    "D6934E50C3DB36E89B127B8A622B120F6721\n"

/* Which object takes the peer's point: the id of it, 0 for none. */
static void places(void)
{
    static const struct {
        const char *profile;
        uint8_t want;
    } rows[] = {
        { WITH("", ""), 0 },
        { WITH("3 = public\n", PLACE("3", "P", "p256", "agree", "update")), 3 },
        { WITH("3 = public\n4 = public\n",
               PLACE("3", "P", "p256", "agree", "update")
                   PLACE("4", "Q", "p256-volatile", "agree", "update")),
          4 },
        { WITH("3 = public\n", PLACE("3", "P", "p256", "agree", "read")), 0 },
        { WITH("3 = public\n", PLACE("3", "P", "p256", "sign", "update")), 0 },
        { WITH("3 = public\n", PLACE("3", "P", "brainpool", "agree", "update")),
          0 },
        { WITH("3 = public\n", PLACE("3", "", "p256", "agree", "update")), 3 },
        /* ST is the pair of its label, so what has its id is free. */
        { WITH("2 = public\n", PLACE("2", "", "p256", "agree", "update")), 2 },
        /* The half of a pair by id, whatever it is called. */
        { WITH("a = private\n3 = public\n",
               PRIVATE("a", "A", "03") FULL("3", "P", "agree")),
          0 },
        { WITH("a = private\n3 = public\n",
               PRIVATE("a", "A", "03") FULL("3", "", "agree")),
          0 },
        /* What verifies and stays is never taken; volatile values may be. */
        { WITH("3 = public\n", FULL("3", "P", "sign, agree")), 0 },
        { WITH("3 = public\n",
               PLACE("3", "P", "p256", "sign, agree", "update")),
          0 },
        { WITH("3 = public\n4 = public\n",
               FULL("3", "P", "sign, agree")
                   PLACE("4", "Q", "p256", "agree", "update")),
          4 },
        { WITH("3 = public\n4 = public\n",
               PLACE("3", "P", "p256", "agree", "update")
                   PLACE("4", "Q", "p256-volatile", "sign, agree", "update")),
          4 },
        /* What is empty before what is not. */
        { WITH("3 = public\n", FULL("3", "P", "agree")), 3 },
        { WITH("3 = public\n4 = public\n5 = public\n",
               FULL("3", "P", "agree")
                   PLACE("4", "Q", "p256", "agree", "update")
                       PLACE("5", "R", "p256", "agree", "update")),
          4 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t peer[APPLET_POINT_LEN];
        uint8_t secret[APPLET_SECRET_LEN] = { 0x55 };
        struct iotsim_uri uri = desk_uri("iotsim:object=ST");
        struct key *key;
        iotsim_result result;

        begin_case_with(rows[i].profile);
        take_peer(peer);
        CHECK(iotsim_ok(key_new_reference(&desk_settings, &uri,
                                          key_type_of_octet(KEY_P256), &key)));
        result = key_agree(key, peer, secret);
        CHECK_INT(result.err, rows[i].want ? 0 : IOTSIM_ERR_NO_CONTAINER);
        CHECK_INT(secret[0], rows[i].want ? 0xD6 : 0x55);
        if (rows[i].want) {
            struct applet_object place = { .kind = APPLET_PUBLIC_KEY,
                                           .id = { rows[i].want },
                                           .id_len = 1 };
            struct applet_public_key half = { 0 };

            soft_quirk(sim, "public-key-access=ignored");
            CHECK(iotsim_ok(card_read_public_key(card, &place, &half)));
            CHECK_HEX(half.point, half.point_len, PEER);
        }
        key_free(&key);
        CHECK(end_case());
    }
}

/* What cannot be read may be the private key of the place, or a better one. */
static void list_that_breaks_off(void)
{
    uint8_t peer[APPLET_POINT_LEN];
    uint8_t secret[APPLET_SECRET_LEN] = { 0x55 };
    struct iotsim_uri uri = desk_uri("iotsim:object=ST");
    struct key *key;

    begin_case_with(desk_ecdh);
    take_peer(peer);
    CHECK(iotsim_ok(key_new_reference(&desk_settings, &uri,
                                      key_type_of_octet(KEY_P256), &key)));
    desk_answer(0xCB, "C21375025354850102" /* the public half of ST */
                      "6001034A01014B0113610104"
                      "C17F74025354"
                      "9000");
    CHECK_INT(key_agree(key, peer, secret).err, IOTSIM_ERR_CARD_ANSWER);
    CHECK(strstr(desk_sent(), "24") == NULL);
    CHECK_INT(secret[0], 0x55);
    key_free(&key);
    CHECK(end_case());
}

static void refusals(void)
{
    uint8_t peer[APPLET_POINT_LEN];
    uint8_t secret[APPLET_SECRET_LEN] = { 0x55 };
    struct iotsim_uri uri = desk_uri("iotsim:object=ST;type=public");
    struct key *key;

    begin_case_with(desk_ecdh);
    take_peer(peer);
    CHECK(iotsim_ok(key_new_reference(&desk_settings, &uri,
                                      key_type_of_octet(KEY_P256), &key)));
    CHECK_INT(key_agree(key, peer, secret).err, IOTSIM_ERR_BAD_ARGUMENT);
    key_free(&key);
    uri.type = IOTSIM_TYPE_PRIVATE;
    CHECK(iotsim_ok(key_new_reference(&desk_settings, &uri,
                                      key_type_of_octet(KEY_RSA2048), &key)));
    CHECK_INT(key_agree(key, peer, secret).err, IOTSIM_ERR_BAD_ARGUMENT);
    key_free(&key);
    CHECK_STR(desk_sent(), "");
    key = desk_key(card, "K1"); /* which signs */
    CHECK_INT(key_agree(key, peer, secret).err, IOTSIM_ERR_NOT_PERMITTED);
    key_free(&key);
    key = desk_key(card, "ST");
    soft_fault(sim, "ins=CB,times=0,sw=6A86");
    desk_reset(0);
    CHECK_INT(key_agree(key, peer, secret).err, IOTSIM_ERR_NO_CONTAINER);
    key_free(&key);
    CHECK_INT(secret[0], 0x55);
    CHECK(end_case());
}

TEST_MAIN(TEST(values_of_rfc_5903), TEST(agrees_with_libcrypto),
          TEST(second_try_agrees), TEST(places), TEST(list_that_breaks_off),
          TEST(refusals))
