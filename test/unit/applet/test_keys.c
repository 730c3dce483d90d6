/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys in every layout of reference 4.1, new pairs, and PUT. */
#include "bench.h"

static void reads_point(const char *answer, enum iotsim_err err)
{
    char text[1024];
    uint8_t point[APPLET_POINT_LEN];
    struct bench b;

    snprintf(text, sizeof text, "> 81 CD 00 00 03 850101 00\n< %s\n", answer);
    bench_begin(&b, text);
    CHECK_INT(applet_read_public_key(&b.applet, by_id("01"), point).err, err);
    if (err == IOTSIM_ERR_NONE)
        CHECK_HEX(point, sizeof point, K1_POINT);
    bench_end(&b);
}

static void layouts(void)
{
    reads_point("3445 4943 8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("3443 8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("3441 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("4943 8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point(K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("850101 3448 E00101 4943 8641 " K1_POINT " 9000",
                IOTSIM_ERR_NONE);
    reads_point(K1_POINT " 63CF", IOTSIM_ERR_NONE);
}

static void no_point(void)
{
    reads_point("9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point("3400 9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point("3445 4943 8641 04 9000", IOTSIM_ERR_CARD_ANSWER);
    /* compressed, and one octet too long */
    reads_point("3425 4923 8621 0260FED4BA255A9D31C961EB74C6356D68C049B8923B6"
                "1FA6CE669622E60F29FB6 9000",
                IOTSIM_ERR_CARD_ANSWER);
    reads_point("3446 4944 8642 " K1_POINT "00 9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point(K1_POINT "00 9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point("6985", IOTSIM_ERR_NOT_PERMITTED);
    reads_point("6A82", IOTSIM_ERR_NOT_FOUND);
}

static iotsim_result generate(const char *answer, struct applet_pair *pair)
{
    char text[1024];
    struct bench b;
    iotsim_result result;

    snprintf(text, sizeof text, "> 81 B9 00 00 04 74024531 00\n< %s\n", answer);
    bench_begin(&b, text);
    result = applet_generate_key_pair(&b.applet, by_label("E1"), pair);
    bench_end(&b);
    return result;
}

static void generates(void)
{
    struct applet_pair p;

    CHECK(iotsim_ok(generate(
        "8403303033 8503303034 3445 4943 8641 " E1_POINT " 9000", &p)));
    CHECK_HEX(p.private_id, p.private_id_len, "303033");
    CHECK_HEX(p.public_id, p.public_id_len, "303034");
    CHECK_HEX(p.point, sizeof p.point, E1_POINT);
    CHECK(iotsim_ok(generate("3445 4943 8641 " E1_POINT " 850102 9000", &p)));
    CHECK_INT(p.private_id_len, 0);
    CHECK_HEX(p.public_id, p.public_id_len, "02");
    CHECK(iotsim_ok(generate("840103 850102 " E1_POINT " 9000", &p)));
    CHECK_HEX(p.private_id, p.private_id_len, "03");
    CHECK_HEX(p.public_id, p.public_id_len, "02");
    CHECK_HEX(p.point, sizeof p.point, E1_POINT);
}

static void does_not_generate(void)
{
    struct applet_pair p;

    CHECK(iotsim_is(generate("6985", &p), IOTSIM_ERR_NOT_PERMITTED));
    CHECK(
        iotsim_is(generate("840101 850101 9000", &p), IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_is(generate("6D00", &p), IOTSIM_ERR_UNSUPPORTED));
}

#define INIT "> 81 24 00 01 03 850105\n"
#define UPDATE "> 81 D8 80 01 47 3445 4943 8641 " P1_POINT "\n"
#define CLOSE "> 81 24 01 01\n"

static void puts_key(const char *text, enum iotsim_err err)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK_INT(
        applet_put_public_key(&b.applet, by_id("05"), hex(P1_POINT).data).err,
        err);
    bench_end(&b);
}

static void puts_keys(void)
{
    puts_key(INIT "< 9000\n" UPDATE "< 9000\n" CLOSE "< 9000\n",
             IOTSIM_ERR_NONE);
    puts_key(INIT "< 9000\n" UPDATE "< 9000\n" CLOSE "< 6F00\n",
             IOTSIM_ERR_NONE);
}

/* A finished signature holds the session: it is closed as a signature. */
static void puts_after_a_signature(void)
{
    puts_key(INIT "< 6985\n> 81 2A 01 01\n< 9000\n" CLOSE "< 9000\n" INIT
                  "< 9000\n" UPDATE "< 9000\n" CLOSE "< 9000\n",
             IOTSIM_ERR_NONE);
}

static void put_fails(void)
{
    puts_key(INIT "< 6A82\n", IOTSIM_ERR_NOT_FOUND);
    puts_key(INIT "< 6985\n> 81 2A 01 01\n< 9000\n" CLOSE "< 9000\n" INIT
                  "< 6985\n",
             IOTSIM_ERR_NOT_PERMITTED);
    puts_key(INIT "< 9000\n" UPDATE "< 6A80\n" CLOSE "< 9000\n",
             IOTSIM_ERR_CARD_STATUS);
    puts_key(INIT "< 9000\n" UPDATE "! CARD_RESET\n", IOTSIM_ERR_CARD_RESET);
}

TEST_MAIN(TEST(layouts), TEST(no_point), TEST(generates),
          TEST(does_not_generate), TEST(puts_keys),
          TEST(puts_after_a_signature), TEST(put_fails))
