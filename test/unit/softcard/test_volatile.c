/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volatile keys (types 14 and 24): whose they are and when they end.
 * Reference: iot-safe-apdu 1.3, 2.4.
 */
#include "exchange.h"

#define OBJECTS                                                     \
    "[objects]\ne = pair\nb = pair\np = public\n"                   \
    "[e]\nid = 04\nlabel = e\ntype = p256-volatile\n"               \
    "functions = generate, agree\npublic-access = read, update\n"   \
    "[b]\nid = 08\nlabel = b\ntype = brainpool-volatile\n"          \
    "functions = generate, agree\npublic-access = read, update\n"   \
    "[p]\nid = 05\ntype = p256-volatile\nfunctions = sign, agree\n" \
    "access = read, update\n"

#define GENERATE(cla, id) cla " B9 00 00 03 8401" id

/* A card with channels 1 and 2, the applet selected on both. */
static struct softcard *start(void)
{
    struct softcard *card = card_of(OBJECTS);

    select_applet(card);
    EXPECT(card, "00 70 00 00 01", "02 9000");
    EXPECT(card, "02 A4 04 00 07 " AID, "9000");
    return card;
}

/* The state (4A) GET DATA gives for an object, seen on channel 1 or 2. */
static int state(struct softcard *card, const char *cla, const char *type,
                 const char *reference)
{
    char command[40];

    snprintf(command, sizeof command, "%s CB %s 00 03 %s", cla, type,
             reference);
    struct answer a = ask(card, command);
    for (size_t i = 0; i + 2 < a.len; i++)
        if (a.octets[i] == 0x4A && a.octets[i + 1] == 0x01)
            return a.octets[i + 2];
    return -1;
}

/* Both halves of both pairs, and the peer's key. */
static void check_states(struct softcard *card, const char *cla, int e, int b,
                         int p)
{
    CHECK_INT(state(card, cla, "C1", "840104"), e);
    CHECK_INT(state(card, cla, "C2", "850104"), e);
    CHECK_INT(state(card, cla, "C1", "840108"), b);
    CHECK_INT(state(card, cla, "C2", "850108"), b);
    CHECK_INT(state(card, cla, "C2", "850105"), p);
}

/* Fill all from one channel. */
static void fill(struct softcard *card, const char *cla)
{
    char command[200];

    snprintf(command, sizeof command, GENERATE("%s", "04"), cla);
    EXPECT_SW(card, command, 0x9000);
    snprintf(command, sizeof command, GENERATE("%s", "08"), cla);
    EXPECT_SW(card, command, 0x9000);
    snprintf(command, sizeof command, "%s 24 00 01 03 850105", cla);
    EXPECT_SW(card, command, 0x9000);
    snprintf(command, sizeof command,
             "%s D8 80 01 47 3445 4943 8641 04"
             "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
             "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
             cla);
    EXPECT_SW(card, command, 0x9000);
}

static void filled_for_all(void)
{
    struct softcard *card = start();

    check_states(card, "81", 0, 0, 0);
    check_states(card, "82", 0, 0, 0);
    fill(card, "81");
    check_states(card, "81", 1, 1, 1);
    check_states(card, "82", 1, 1, 1);
    EXPECT_SW(card, "82 46 00 00 06 840104 850105", 0x9000);
    softcard_free(card);
}

static void end_with_the_channel(void)
{
    struct softcard *card = start();

    fill(card, "81");
    EXPECT(card, "00 70 80 01", "9000");
    check_states(card, "82", 0, 0, 0);
    EXPECT_SW(card, "82 46 00 00 06 840104 850105", 0x6985);
    EXPECT_SW(card, "82 CD 00 00 03 850104", 0x6985);
    softcard_free(card);
}

static void end_with_select(void)
{
    struct softcard *card = start();

    fill(card, "81");
    EXPECT(card, "02 A4 04 00 07 " AID, "9000"); /* the other channel */
    check_states(card, "82", 1, 1, 1);
    EXPECT(card, "01 A4 04 00 07 " AID, "9000");
    check_states(card, "81", 0, 0, 0);
    check_states(card, "82", 0, 0, 0);
    softcard_free(card);
}

static void end_with_reset(void)
{
    struct softcard *card = start();

    fill(card, "82");
    softcard_reset(card);
    select_applet(card);
    check_states(card, "81", 0, 0, 0);
    softcard_free(card);
}

/* The last channel that fills a key owns it. */
static void overwritten_by_another(void)
{
    struct softcard *card = start();

    EXPECT_SW(card, GENERATE("81", "04"), 0x9000);
    struct answer first = ask(card, "81 CD 00 00 03 850104");
    EXPECT_SW(card, GENERATE("82", "04"), 0x9000);
    struct answer second = ask(card, "81 CD 00 00 03 850104");
    CHECK_INT(first.len, 73);
    CHECK_INT(second.len, 73);
    CHECK(memcmp(first.octets, second.octets, 73) != 0);
    EXPECT(card, "00 70 80 01", "9000");
    check_states(card, "82", 1, 0, 0);
    EXPECT(card, "00 70 80 02", "9000");
    select_applet(card);
    check_states(card, "81", 0, 0, 0);
    softcard_free(card);
}

/* A key in use by a running session is not overwritten, whoever asks. */
static void not_while_in_use(void)
{
    struct softcard *card =
        card_of("[objects]\ne = pair\n[e]\nid = 04\nlabel = e\n"
                "type = p256-volatile\nfunctions = generate, sign\n");

    select_applet(card);
    EXPECT(card, "00 70 00 00 01", "02 9000");
    EXPECT(card, "02 A4 04 00 07 " AID, "9000");
    EXPECT_SW(card, GENERATE("81", "04"), 0x9000);
    EXPECT(card, "81 2A 00 01 0D 840104 A10103 91020001 920104", "9000");
    EXPECT_SW(card, GENERATE("82", "04"), 0x6985);
    EXPECT(card, "81 2A 01 01", "9000");
    EXPECT_SW(card, GENERATE("82", "04"), 0x9000);
    softcard_free(card);
}

/* A session whose key ends with its channel is refused, not served. */
static void session_outlives_its_key(void)
{
    struct softcard *card =
        card_of("[objects]\ne = pair\n[e]\nid = 04\nlabel = e\n"
                "type = p256-volatile\nfunctions = generate, sign\n");

    select_applet(card);
    EXPECT(card, "00 70 00 00 01", "02 9000");
    EXPECT(card, "02 A4 04 00 07 " AID, "9000");
    EXPECT_SW(card, GENERATE("82", "04"), 0x9000);
    EXPECT(card, "81 2A 00 01 0D 840104 A10103 91020001 920104", "9000");
    EXPECT(card, "00 70 80 02", "9000");
    EXPECT(card,
           "81 2B 80 01 22 9E20 00000000000000000000000000000000"
           "00000000000000000000000000000000",
           "6985");
    softcard_free(card);
}

TEST_MAIN(TEST(filled_for_all), TEST(end_with_the_channel),
          TEST(end_with_select), TEST(end_with_reset),
          TEST(overwritten_by_another), TEST(not_while_in_use),
          TEST(session_outlives_its_key))
