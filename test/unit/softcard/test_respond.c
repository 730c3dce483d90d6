/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How answers leave: Le, 61xx, 6Cxx, GET RESPONSE under T=1 and T=0.
 * Reference: iot-safe-apdu 2.5.
 */
#include "exchange.h"

static struct softcard *fresh(const char *quirk)
{
    struct softcard *card = card_from("reference.conf");

    CHECK(softcard_quirk(card, quirk));
    (void)ask(card, "00 70 00 00 01");
    EXPECT_SW(card, "01 A4 04 00 07 " AID, 0x9000);
    return card;
}

static void t1_is_direct(void)
{
    struct softcard *card = fresh("protocol=t1");

    CHECK_INT(ask(card, "81 CD 00 00 03 850101").len, 73);
    CHECK_INT(ask(card, "81 CD 00 00 03 850101 00").len, 73);
    CHECK_INT(ask(card, "81 CD 00 00 03 850101 10").len, 18);
    CHECK_INT(ask(card, "81 CB 00 00").len, 70);
    CHECK_INT(ask(card, "81 CB 00 00 00").len, 70);
    CHECK_INT(ask(card, "81 CB 00 00 80").len, 70);
    EXPECT(card, "81 CB 00 00 43", "6C44");
    CHECK_INT(ask(card, "81 CB 00 00 44").len, 70);
    EXPECT(card, "81 C0 00 00 00", "6985");
    softcard_free(card);
}

static void t0_announces(void)
{
    struct softcard *card = fresh("protocol=t0");

    EXPECT(card, "81 CD 00 00 03 850101", "6147");
    CHECK_INT(ask(card, "81 C0 00 00 47").len, 73);
    EXPECT(card, "81 C0 00 00 47", "6985");
    EXPECT(card, "81 CD 00 00 03 850101 00", "6147");
    EXPECT(card, "81 C0 00 00 50", "6C47");
    CHECK_INT(ask(card, "01 C0 00 00 00").len, 73);
    EXPECT(card, "81 CB 00 00 00", "6C44");
    CHECK_INT(ask(card, "81 CB 00 00 44").len, 70);
    softcard_free(card);
}

static void in_pieces(void)
{
    struct softcard *card = fresh("protocol=t0");
    struct answer answer;

    EXPECT(card, "81 CD 00 00 03 850101", "6147");
    answer = ask(card, "81 C0 00 00 40");
    CHECK_INT(answer.len, 66);
    CHECK_INT(status_of(&answer), 0x6107);
    EXPECT(card, "81 C0 00 00 07", "A3C294D4462299 9000");
    softcard_free(card);
}

static void another_command_ends_it(void)
{
    struct softcard *card = fresh("protocol=t0");

    EXPECT(card, "81 CD 00 00 03 850101", "6147");
    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    EXPECT(card, "81 C0 00 00 47", "6985");
    EXPECT(card, "81 CD 00 00 03 850101", "6147");
    EXPECT(card, "80 C0 00 00 47", "6985"); /* another channel */
    EXPECT(card, "81 C0 00 00 05 00", "6700");
    softcard_free(card);
}

/* A 6Cxx must not run the command twice: random octets stay the same list
 * part, and a part of the list is not skipped. */
static void wrong_le_runs_once(void)
{
    struct softcard *card = fresh("protocol=t0");

    CHECK(softcard_quirk(card, "list-part=100"));
    EXPECT(card, "81 CB 01 00 00", "6C64");
    CHECK_INT(ask(card, "81 CB 01 00 64").len, 102);
    EXPECT(card, "81 CB 01 01 00", "6C60");
    struct answer last = ask(card, "81 CB 01 01 60");
    CHECK_INT(last.len, 98);
    CHECK_INT(status_of(&last), 0x9000);
    softcard_free(card);
}

static void channel_opens_once(void)
{
    struct softcard *card = fresh("protocol=t0");

    EXPECT(card, "00 70 00 00 00", "6C01");
    EXPECT(card, "00 70 00 00 01", "02 9000");
    softcard_free(card);
}

static void either_form_by_quirk(void)
{
    struct softcard *card = fresh("answer=61xx");

    EXPECT(card, "81 CD 00 00 03 850101", "6147");
    CHECK(softcard_quirk(card, "protocol=t0"));
    CHECK(softcard_quirk(card, "answer=direct"));
    CHECK_INT(ask(card, "81 CD 00 00 03 850101").len, 73);
    CHECK(softcard_quirk(card, "wrong-le=data"));
    CHECK_INT(ask(card, "81 CB 00 00 00").len, 70);
    softcard_free(card);
}

TEST_MAIN(TEST(t1_is_direct), TEST(t0_announces), TEST(in_pieces),
          TEST(another_command_ends_it), TEST(wrong_le_runs_once),
          TEST(channel_opens_once), TEST(either_form_by_quirk))
