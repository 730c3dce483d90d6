/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logical channels, SELECT, EF_ICCID, reset, ATR.
 * Reference: iot-safe-apdu 2.1 to 2.3; ISO 7816-3 8, 7816-4 12.1.1.
 */
#include "exchange.h"

static void open_until_none_is_left(void)
{
    struct softcard *card = card_from("reference.conf");

    EXPECT(card, "00 70 00 00 01", "01 9000");
    EXPECT(card, "00 70 00 00 00", "02 9000");
    EXPECT(card, "00 70 00 00", "03 9000");
    EXPECT_SW(card, "00 70 00 00 01", 0x6A81);
    EXPECT_SW(card, "00 70 80 02", 0x9000);
    EXPECT(card, "00 70 00 00 01", "02 9000");
    softcard_reset(card);
    EXPECT(card, "00 70 00 00 01", "01 9000");
    softcard_free(card);
}

static void close_forms(void)
{
    struct softcard *card = card_from("reference.conf");

    EXPECT_SW(card, "00 70 80 01", 0x6881);
    EXPECT_SW(card, "00 70 80 00", 0x6A86);
    EXPECT_SW(card, "00 70 80 04", 0x6A86);
    (void)ask(card, "00 70 00 00 01");
    EXPECT_SW(card, "01 70 80 01 00", 0x9000); /* on itself */
    EXPECT_SW(card, "01 A4 04 00 07 " AID, 0x6881);
    softcard_free(card);
}

static void classes(void)
{
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    EXPECT_SW(card, "01 CB 00 00 44", 0x9000);
    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    EXPECT_SW(card, "41 CB 00 00 44", 0x6E00);
    EXPECT_SW(card, "91 CB 00 00 44", 0x6E00);
    EXPECT_SW(card, "05 CB 00 00 44", 0x6E00);
    EXPECT_SW(card, "82 CB 00 00 44", 0x6881);
    EXPECT_SW(card, "80 CB 00 00 44", 0x6D00);
    EXPECT_SW(card, "81 01 00 00", 0x6D00);
    softcard_free(card);
}

static void select_forms(void)
{
    struct softcard *card = card_from("reference.conf");

    (void)ask(card, "00 70 00 00 01");
    EXPECT(card, "01 A4 04 00 07 A0000005590011", "6A82");
    EXPECT(card, "01 A4 04 00 08 A000000559001000", "6A82");
    EXPECT(card, "01 A4 04 00 05 A000000559", "9000"); /* its beginning */
    EXPECT(card, "01 A4 04 00 04 A0000005", "6A82");
    EXPECT(card, "01 A4 04 00 07 " AID " 00", "9000");
    EXPECT(card, "01 A4 04 02 07 " AID, "6A86");
    EXPECT(card, "01 A4 00 0C 02 2FE2", "6A86"); /* goes to the applet */
    softcard_free(card);
}

static void iccid(void)
{
    struct softcard *card = card_from("reference.conf");

    EXPECT(card, "00 B0 00 00 0A", "6986");
    EXPECT(card, "00 A4 00 0C 02 2FE2", "9000");
    EXPECT(card, "00 B0 00 00 0A", "988812010000400310F0 9000");
    EXPECT(card, "00 B0 00 08 02", "10F0 9000");
    EXPECT(card, "00 B0 00 0A 01", "6B00");
    EXPECT(card, "00 A4 00 0C 02 3F00", "9000");
    EXPECT(card, "00 B0 00 00 0A", "6986");
    EXPECT(card, "00 B0 82 00 0A", "988812010000400310F0 9000");
    EXPECT(card, "00 A4 08 0C 02 2FE2", "9000");
    EXPECT(card, "00 A4 09 0C 02 2FE2", "9000");
    EXPECT(card, "00 A4 08 0C 04 3F002FE2", "9000");
    EXPECT(card, "00 A4 00 0C 02 6F07", "6A82");
    EXPECT(card, "00 A4 08 0C 03 2FE200", "6A82");
    EXPECT(card, "00 A4 00 04 02 2FE2",
           "62178202412183022FE28A01058B032F06018002000A880110 9000");
    softcard_free(card);
}

static void reset_forgets(void)
{
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    EXPECT_SW(card, "81 B9 00 00 03 840104", 0x9000);
    EXPECT_SW(card, "81 CD 00 00 03 850104", 0x9000);
    softcard_reset(card);
    EXPECT_SW(card, "81 CB 00 00 44", 0x6881);
    select_applet(card);
    EXPECT_SW(card, "81 CD 00 00 03 850104", 0x6985); /* it was volatile */
    softcard_free(card);
}

static void volatile_keys_follow_their_channel(void)
{
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    EXPECT_SW(card, "00 70 00 00 01", 0x9000);
    EXPECT_SW(card, "02 A4 04 00 07 " AID, 0x9000);
    EXPECT_SW(card, "81 B9 00 00 03 840104", 0x9000);
    EXPECT_SW(card, "00 70 80 02", 0x9000);
    EXPECT_SW(card, "81 CD 00 00 03 850104", 0x9000);
    EXPECT_SW(card, "01 A4 04 00 07 " AID, 0x9000);
    EXPECT_SW(card, "81 CD 00 00 03 850104", 0x6985);
    softcard_free(card);
}

static void check_atr(struct softcard *card, const char *want)
{
    uint8_t atr[SOFTCARD_ATR_MAX];
    size_t len = softcard_atr(card, atr);
    uint8_t sum = 0;

    for (size_t i = 1; i < len; i++)
        sum ^= atr[i];
    CHECK_INT(sum, 0);
    CHECK_HEX(atr, len, want);
}

static void answers_to_reset(void)
{
    struct softcard *card = card_from("reference.conf");

    check_atr(card, "3B8E8131FE458031E073FE211366696F7473696D08");
    CHECK(softcard_quirk(card, "protocol=t0"));
    check_atr(card, "3B9E96801FC78031E073FE211366696F7473696DDD");
    softcard_free(card);
}

TEST_MAIN(TEST(open_until_none_is_left), TEST(close_forms), TEST(classes),
          TEST(select_forms), TEST(iccid), TEST(reset_forgets),
          TEST(volatile_keys_follow_their_channel), TEST(answers_to_reset))
