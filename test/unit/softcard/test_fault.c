/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults strike the command they name, as often as they say.
 */
#include <time.h>

#include "exchange.h"

static struct softcard *fresh(const char *fault)
{
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    if (!softcard_fault(card, fault))
        check_fail(__FILE__, __LINE__, softcard_error(card));
    return card;
}

static void status_on_the_second(void)
{
    struct softcard *card = fresh("ins=CB,nth=2,sw=6F00");

    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    EXPECT_SW(card, "81 84 00 00 08", 0x9000);
    EXPECT(card, "81 CB 00 00 44", "6F00");
    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    softcard_free(card);
}

static void several_times(void)
{
    struct softcard *card = fresh("ins=CB,times=2,sw=6400");

    EXPECT(card, "81 CB 00 00 44", "6400");
    EXPECT(card, "81 CB 00 00 44", "6400");
    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    softcard_faults_clear(card);
    CHECK(softcard_fault(card, "sw=6984,times=0"));
    for (int i = 0; i < 10; i++)
        EXPECT_SW(card, "81 CB 00 00 44", 0x6984);
    softcard_free(card);
}

static void no_answer(void)
{
    struct softcard *card = fresh("ins=2A,drop");
    struct answer answer =
        ask(card, "81 2A 00 01 0D 840101 A10103 91020001 920104");

    CHECK_INT(answer.result, SOFTCARD_SILENT);
    CHECK_INT(answer.len, 0);
    /* but it ran */
    EXPECT_SW(card, "81 2A 00 01 0D 840101 A10103 91020001 920104", 0x6985);
    softcard_free(card);
}

static void half_an_answer(void)
{
    struct softcard *card = fresh("ins=CB,truncate");

    CHECK_INT(ask(card, "81 CB 00 00 44").len, 35);
    CHECK_INT(ask(card, "81 CB 00 00 44").len, 70);
    softcard_free(card);
}

static void reset_and_removal(void)
{
    struct softcard *card = fresh("ins=CB,reset");

    EXPECT_SW(card, "81 CB 00 00 44", 0x6881);
    select_applet(card);
    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    CHECK(softcard_fault(card, "ins=CB,remove"));
    CHECK_INT(ask(card, "81 CB 00 00 44").result, SOFTCARD_REMOVED);
    EXPECT_SW(card, "81 CB 00 00 44", 0x6881);
    softcard_free(card);
}

static void delays(void)
{
    struct softcard *card = fresh("ins=CB,delay=50");
    struct timespec before;
    struct timespec after;

    clock_gettime(CLOCK_MONOTONIC, &before);
    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    clock_gettime(CLOCK_MONOTONIC, &after);
    CHECK((after.tv_sec - before.tv_sec) * 1000 +
              (after.tv_nsec - before.tv_nsec) / 1000000 >=
          50);
    softcard_free(card);
}

static void wrong_texts(void)
{
    static const char *const texts[] = {
        "",         "ins=2B",       "ins=1FF,drop", "nth=0,drop", "sw=60",
        "sw=XXXX",  "explode",      "drop,",        ",drop",      "delay=-1",
        "nth=drop", "ins=2B, drop", "sw=60000",
    };
    struct softcard *card = card_from("reference.conf");

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_true(__FILE__, __LINE__, texts[i],
                   !softcard_fault(card, texts[i]));
    softcard_free(card);
}

TEST_MAIN(TEST(status_on_the_second), TEST(several_times), TEST(no_answer),
          TEST(half_an_answer), TEST(reset_and_removal), TEST(delays),
          TEST(wrong_texts))
