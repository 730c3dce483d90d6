/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands no client should send: every prefix of good ones, wrong Lc, and
 * random octets. Run under ASan and UBSan to mean something.
 */
#include "whole.h"

static const char *const good[] = {
    "00 70 00 00 01",
    "01 A4 04 00 07 " AID,
    "00 A4 00 0C 02 2FE2",
    "00 B0 00 00 0A",
    "81 CB 00 00 44",
    "81 CB 01 00 00",
    "81 CB C1 00 03 840101 00",
    "81 B0 00 00 03 830102 00",
    "81 CD 00 00 03 850101 00",
    "81 24 00 01 03 850105",
    "81 D8 80 01 47 3445 4943 8641 04D12DFB5289C8D4F81208B70270398C342296970A"
    "0BCCB74C736FC7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353"
    "E74F33039872AB",
    "81 B9 00 00 03 840104 00",
    "81 2A 00 01 0D 840101 A10101 91020001 920104",
    "81 2B 00 01 04 9B02 3031",
    "81 2B 80 01 0A 9B08 3031323334353637 00",
    "81 2C 00 01 0D 850101 A10103 91020001 920104",
    "81 46 00 00 06 840104 850105 00",
    "81 48 01 00 09 860106 D20141 D30110 00",
    "81 4A 00 00 0A 860106 D50100 91020001 00",
    "81 84 00 00 10",
    "81 C0 00 00 00",
};

#define GOOD_COUNT (sizeof good / sizeof *good)

/* Send octets from a block of exactly their size, so that ASan sees a read
 * behind them. */
static void send_exact(struct softcard *card, const uint8_t *octets, size_t n)
{
    uint8_t rsp[SOFTCARD_RESPONSE_MAX];
    size_t rsplen = 0;
    uint8_t *copy = malloc(n ? n : 1);

    REQUIRE(copy != NULL);
    if (n)
        memcpy(copy, octets, n);
    CHECK_INT(softcard_exchange(card, copy, n, rsp, &rsplen),
              SOFTCARD_ANSWERED);
    CHECK(rsplen >= 2 && rsplen <= sizeof rsp);
    free(copy);
}

static void every_prefix(void)
{
    struct softcard *card = card_from("reference.conf");
    uint8_t octets[300];

    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t len = check_unhex(good[i], octets, sizeof octets);

        for (size_t n = 0; n <= len; n++)
            send_exact(card, octets, n);
    }
    softcard_free(card);
}

/* Cut the data and say so in Lc: TLVs end too early. */
static void cut_data(void)
{
    struct softcard *card = card_from("reference.conf");
    uint8_t octets[300];

    select_applet(card);
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t len = check_unhex(good[i], octets, sizeof octets);

        for (size_t n = 6; n <= len; n++) {
            octets[4] = (uint8_t)(n - 5);
            send_exact(card, octets, n);
        }
    }
    softcard_free(card);
}

static void lengths(void)
{
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    EXPECT(card, "", "6700");
    EXPECT(card, "81 CB 00", "6700");
    EXPECT(card, "81 46 00 00 00", "6700");               /* no data */
    EXPECT(card, "81 46 00 00 00 840104 850105", "6700"); /* Lc 00 */
    EXPECT(card, "81 46 00 00 07 840104 850105", "6700");
    EXPECT(card, "81 46 00 00 04 840104 850105", "6700");
    EXPECT(card, "81 CB 00 00 01 00", "6700");
    EXPECT(card, "81 CB C1 00 02 8400", "6A80");
    EXPECT(card,
           "81 CB C1 00 17 8415 000000000000000000000000000000000000000000",
           "6A80"); /* an id of 21 octets */
    EXPECT(card, "81 CB C1 00 02 7400", "6A80");
    softcard_free(card);
}

/* Points that are none. */
static void wrong_points(void)
{
    static const char *const points[] = {
        "81 D8 80 01 02 3400",
        "81 D8 80 01 04 34024900",
        "81 D8 80 01 06 34044902 8600",
        "81 D8 80 01 47 3445 4943 8641 04 "
        "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
        "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AC",
        "81 D8 80 01 47 3445 4943 8641 02 "
        "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
        "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
    };
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        EXPECT(card, "81 24 00 01 03 850105", "9000");
        EXPECT(card, points[i], "6A80");
        EXPECT(card, points[i], "6985");
    }
    softcard_free(card);
}

/* A key that never ends. */
static void endless_key(void)
{
    struct softcard *card = card_from("reference.conf");
    unsigned int sw = 0x9000;

    select_applet(card);
    EXPECT(card, "81 24 00 01 03 850105", "9000");
    for (int i = 0; i < 100 && sw == 0x9000; i++)
        sw = send_for_status(card, "81 D8 00 01 0A 3408 0000000000000000");
    CHECK_INT(sw, 0x6A80);
    EXPECT(card, "81 24 00 01 03 850105", "9000");
    EXPECT(card, "81 D8 00 01 05 3483FFFFFF", "9000"); /* style A */
    EXPECT_SW(card, "81 D8 80 01 01 00", 0x6A80);
    softcard_free(card);
}

/* An RSA key in two blocks: every octet of its headers wrong in turn, and every
 * length cut. */
static void broken_rsa_keys(void)
{
    struct softcard *card = card_from("rsa.conf");

    select_applet(card);
    struct octets key = read_key(card, "01");
    REQUIRE(key.len == 273);
    for (size_t i = 0; i < key.len; i += i == 12 ? 240 : 1) {
        struct octets bad = key;
        unsigned int sw;

        bad.at[i] ^= 0x81;
        EXPECT(card, "81 24 00 01 03 850105", "9000");
        sw = put_cut(card, 0xD8, &bad, BLOCK_MAX);
        /* the modulus may be wrong without being bad */
        CHECK(sw == 0x6A80 || (sw == 0x9000 && i > 11));
        EXPECT(card, "81 24 01 01", "9000");
        bad = key;
        bad.len = i + 1;
        EXPECT(card, "81 24 00 01 03 850105", "9000");
        sw = put_cut(card, 0xD8, &bad, BLOCK_MAX);
        CHECK_INT(sw, i + 1 == key.len ? 0x9000 : 0x6A80);
        EXPECT(card, "81 24 01 01", "9000");
    }
    softcard_free(card);
}

/* A small generator: the same octets on every run. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static void random_octets(void)
{
    struct softcard *card = card_from("reference.conf");
    uint8_t octets[300];
    uint32_t state = 1;

    for (unsigned int round = 0; round < 20000; round++) {
        size_t len = check_unhex(good[next_random(&state) % GOOD_COUNT], octets,
                                 sizeof octets);

        for (unsigned int flips = next_random(&state) % 4; flips; flips--)
            octets[next_random(&state) % len] = (uint8_t)next_random(&state);
        if (len > 5 && next_random(&state) % 2)
            octets[4] = (uint8_t)(len - 5);
        send_exact(card, octets, len);
    }
    softcard_free(card);
}

TEST_MAIN(TEST(every_prefix), TEST(cut_data), TEST(lengths), TEST(wrong_points),
          TEST(endless_key), TEST(broken_rsa_keys), TEST(random_octets))
