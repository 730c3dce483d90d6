/* SPDX-License-Identifier: Apache-2.0 */
/* The way in and out, and the application data in its variations. */
#include "bench.h"

#define OPEN "> 00 70 00 00 01\n< 02 9000\n"
#define ICCID                                           \
    "> 02 A4 08 0C 02 2FE2\n< 9000\n> 02 B0 00 00 0A\n" \
    "< 98882110000000341200 9000\n"
#define SELECT "> 02 A4 04 00 07 A0000005590010\n< 9000\n"
#define CLOSE "> 00 70 80 02\n< 9000\n"

static void opening_gives(const char *text, enum iotsim_err err,
                          const char *iccid)
{
    char digits[CHANNEL_ICCID_MAX + 1] = "before";
    struct bench b;

    bench_begin(&b, text);
    CHECK_INT(applet_open(&b.applet, &b.transport, hex("A0000005590010"),
                          deadline_in(60000), iccid == NULL ? NULL : digits)
                  .err,
              err);
    if (iccid != NULL)
        CHECK_STR(digits, iccid);
    applet_close(&b.applet);
    bench_end(&b);
}

static void opens(void)
{
    opening_gives(OPEN SELECT CLOSE, IOTSIM_ERR_NONE, NULL);
    opening_gives(OPEN ICCID SELECT CLOSE, IOTSIM_ERR_NONE,
                  "89881201000000432100");
}

static void opens_without_iccid(void)
{
    opening_gives(OPEN "> 02 A4 08 0C 02 2FE2\n< 6A82\n" SELECT CLOSE,
                  IOTSIM_ERR_NONE, "");
    opening_gives(OPEN "> 02 A4 08 0C 02 2FE2\n< 9000\n"
                       "> 02 B0 00 00 0A\n< 9000\n" SELECT CLOSE,
                  IOTSIM_ERR_NONE, "");
}

/* What was opened is closed again, once. */
static void fails(void)
{
    opening_gives("> 00 70 00 00 01\n< 6A81\n", IOTSIM_ERR_NO_CHANNEL, NULL);
    opening_gives(OPEN "> 02 A4 04 00 07 A0000005590010\n< 6A82\n" CLOSE,
                  IOTSIM_ERR_NO_APPLET, NULL);
    opening_gives(OPEN "> 02 A4 08 0C 02 2FE2\n! IO\n> 00 70 80 02\n! IO\n",
                  IOTSIM_ERR_IO, "");
    opening_gives(OPEN "> 02 A4 08 0C 02 2FE2\n! CARD_RESET\n",
                  IOTSIM_ERR_CARD_RESET, "");
}

/* Closing has time of its own, for what is not closed is lost to everybody. */
static void closes_when_it_is_late(void)
{
    struct bench b;

    bench_begin(&b, OPEN SELECT CLOSE);
    CHECK(iotsim_ok(applet_open(&b.applet, &b.transport, hex("A0000005590010"),
                                deadline_in(60000), NULL)));
    b.applet.until = deadline_in(-1);
    applet_close(&b.applet);
    CHECK(b.applet.channel.transport == NULL);
    bench_end(&b);
}

static iotsim_result capabilities(const char *answer,
                                  struct applet_capabilities *out)
{
    char text[1024];
    struct bench b;
    iotsim_result result;

    snprintf(text, sizeof text, "> 81 CB 00 00 44\n< %s\n", answer);
    bench_begin(&b, text);
    result = applet_get_capabilities(&b.applet, out);
    bench_end(&b);
    return result;
}

static void any_order_and_gaps(void)
{
    struct applet_capabilities c;

    CHECK(iotsim_ok(capabilities("B70101 E5020102 940102 100111 9000", &c)));
    CHECK_INT(c.sessions, 1);
    CHECK_INT(c.derivations, DERIVE_HKDF);
    CHECK_INT(c.version, 0x11);
    CHECK_INT(c.files, 0);
    CHECK_INT(c.identifier_len, 0);
}

static void not_application_data(void)
{
    struct applet_capabilities c = { .version = 1 };

    CHECK(iotsim_is(capabilities("9000", &c), IOTSIM_ERR_CARD_ANSWER));
    CHECK_INT(c.version, 0);
    CHECK(iotsim_is(capabilities("E00101 9000", &c), IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_is(capabilities("6A86", &c), IOTSIM_ERR_CARD_STATUS));
}

static void cut_short(void)
{
    struct applet_capabilities c;

    CHECK(iotsim_ok(capabilities("100110 B10105 B202 9000", &c)));
    CHECK_INT(c.files, 5);
    CHECK_INT(c.private_keys, 0);
}

static void identifier_too_long(void)
{
    struct applet_capabilities c;

    CHECK(iotsim_ok(capabilities(
        "100110 1121 00000000000000000000000000000000000000000000000000000000"
        "0000000000 B10105 9000",
        &c)));
    CHECK_INT(c.identifier_len, 0);
    CHECK_INT(c.files, 5);
}

TEST_MAIN(TEST(opens), TEST(opens_without_iccid), TEST(fails),
          TEST(closes_when_it_is_late), TEST(any_order_and_gaps),
          TEST(not_application_data), TEST(cut_short),
          TEST(identifier_too_long))
