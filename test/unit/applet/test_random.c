/* SPDX-License-Identifier: Apache-2.0 */
/* GET RANDOM: sizes of requests, short and long answers, zeros. */
#include "bench.h"

#define R16 "0B0E398CCCB8D3A28053C302E2CF82BC"
#define R64 R16 R16 R16 R16
#define Z16 "00000000000000000000000000000000"

static void random_gives(const char *text, size_t len, enum iotsim_err err,
                         const char *want)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK_INT(applet_get_random(&b.applet, len, &b.out).err, err);
    CHECK_HEX(b.out.data, b.out.len, want);
    bench_end(&b);
}

static void sizes(void)
{
    random_gives("> 81 84 00 00 40\n< " R64 " 9000\n"
                 "> 81 84 00 00 24\n< " R16 R16 "01020304 9000\n",
                 100, IOTSIM_ERR_NONE, R64 R16 R16 "01020304");
    random_gives("> 81 84 00 00 10\n< " R16 " 9000\n", 2, IOTSIM_ERR_NONE,
                 "0B0E");
    random_gives("", 0, IOTSIM_ERR_NONE, "");
}

static void short_and_long_answers(void)
{
    random_gives("> 81 84 00 00 20\n< " R16 " 9000\n"
                 "> 81 84 00 00 10\n< " R64 " 9000\n",
                 32, IOTSIM_ERR_NONE, R16 R16);
}

static void status_words(void)
{
    random_gives("> 81 84 00 00 10\n< " R16 " 6300\n", 16, IOTSIM_ERR_NONE,
                 R16);
    random_gives("> 81 84 00 00 10\n< " R16 " 9114\n", 16, IOTSIM_ERR_NONE,
                 R16);
    random_gives("> 81 84 00 00 10\n< " R16 " 63CF\n", 16, IOTSIM_ERR_NONE,
                 R16);
    random_gives("> 81 84 00 00 10\n< " R16 " 6400\n", 16,
                 IOTSIM_ERR_CARD_STATUS, "");
}

static void zeros(void)
{
    random_gives("> 81 84 00 00 10\n< " Z16 " 9000\n", 1,
                 IOTSIM_ERR_CARD_ANSWER, "");
    random_gives("> 81 84 00 00 10\n< 9000\n", 16, IOTSIM_ERR_CARD_ANSWER, "");
    random_gives("> 81 84 00 00 40\n< " R64 " 9000\n"
                 "> 81 84 00 00 10\n< " Z16 " 9000\n",
                 65, IOTSIM_ERR_CARD_ANSWER, "");
}

static void no_room(void)
{
    struct bench b;

    bench_begin(&b, "");
    b.out = buf_over(bench_storage, 15);
    CHECK(iotsim_is(applet_get_random(&b.applet, 16, &b.out),
                    IOTSIM_ERR_TOO_LONG));
    bench_end(&b);
}

TEST_MAIN(TEST(sizes), TEST(short_and_long_answers), TEST(status_words),
          TEST(zeros), TEST(no_room))
