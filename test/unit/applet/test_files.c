/* SPDX-License-Identifier: Apache-2.0 */
/* READ FILE: offsets, ends, padding, sizes that are not what was declared. */
#include "bench.h"

/* File 02 is read with `size` into `room` octets. */
static iotsim_result read_into(const char *text, size_t size, size_t room,
                               const char *want)
{
    struct bench b;
    iotsim_result result;

    bench_begin(&b, text);
    b.out = buf_over(bench_storage, room);
    result = applet_read_file(&b.applet, by_id("02"), size, &b.out);
    CHECK_HEX(b.out.data, b.out.len, want);
    bench_end(&b);
    return result;
}

static void reads(const char *text, size_t size, const char *want)
{
    CHECK(iotsim_ok(read_into(text, size, sizeof bench_storage, want)));
}

static void fails(const char *text, size_t size, enum iotsim_err err)
{
    CHECK_INT(read_into(text, size, sizeof bench_storage, "").err, err);
}

#define AT(offset) "> 81 B0 " offset " 03 830102 00\n"

static void in_parts(void)
{
    reads(AT("00 00") "< 010203 9000\n" AT("00 03") "< 0405 9000\n", 5,
          "0102030405");
}

static void declared_size_ends_it(void)
{
    reads(AT("00 00") "< 010203 9000\n", 3, "010203");
    reads(AT("00 00") "< 01020300000000 9000\n", 3, "010203");
    reads(AT("00 00") "< 0102 9000\n" AT("00 02") "< 0300 9000\n", 3, "010203");
}

static void the_card_ends_it(void)
{
    reads(AT("00 00") "< 0102 9000\n" AT("00 02") "< 9000\n", 9, "0102");
    reads(AT("00 00") "< 0102 9000\n" AT("00 02") "< 6981\n", 9, "0102");
    reads(AT("00 00") "< 0102 9000\n" AT("00 02") "< 6A86\n", 9, "0102");
    reads(AT("00 00") "< 9000\n", 9, "");
}

static void unknown_size(void)
{
    reads(AT("00 00") "< 0102 9000\n" AT("00 02") "< 03 9000\n" AT(
              "00 03") "< 6A86\n",
          0, "010203");
}

/* A certificate says itself how long it is. */
static void unknown_size_of_a_certificate(void)
{
    reads(AT("00 00") "< 30820002 01 9000\n" AT("00 05") "< 02 00 00 9000\n", 0,
          "30820002 0102");
    reads(AT("00 00") "< 30820001 FF0000 9000\n", 0, "30820001FF");
    reads(AT("00 00") "< 30820001 FF0000 9000\n", 7, "30820001FF0000");
    reads(AT("00 00") "< 308103 01 9000\n" AT("00 04") "< 02030000 9000\n", 0,
          "308103 010203");
    /* a text that begins with a digit is no sequence of so many octets */
    reads(AT("00 00") "< 3001020304 9000\n" AT("00 05") "< 6A86\n", 0,
          "3001020304");
    /* cut short: nothing to go by */
    reads(AT("00 00") "< 3082 9000\n" AT("00 02") "< 6981\n", 0, "3082");
}

/* 256 octets at a time and zeros to the end: three parts, no fourth, and not
 * one octet of the 68 behind the certificate. */
static void long_certificate(void)
{
    static const char *const parts[] = { "3082 02B8", "", "" };
    static char text[0x2000];
    struct bench b;
    size_t at = 0;

    for (unsigned i = 0; i < 3; i++) {
        size_t digits = i == 0 ? 504 : 512;

        at +=
            (size_t)snprintf(text + at, sizeof text - at,
                             "> 81 B0 %02X 00 03 830102 00\n< %s", i, parts[i]);
        for (; digits > 0; digits--)
            text[at++] = i < 2 || digits > 136 ? '5' : '0';
        at += (size_t)snprintf(text + at, sizeof text - at, "9000\n");
    }
    bench_begin(&b, text);
    CHECK(iotsim_ok(applet_read_file(&b.applet, by_id("02"), 0, &b.out)));
    CHECK_INT(b.out.len, 700);
    CHECK(b.out.data[4] == 0x55 && b.out.data[699] == 0x55);
    bench_end(&b);
}

static void high_offsets(void)
{
    static char text[0x8000];
    static const uint8_t zeros[3 * 256];
    struct bench b;
    size_t at = 0;

    for (unsigned i = 0; i < 3; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "> 81 B0 %02X 00 03 830102 00\n< ", i);
        memset(text + at, '0', 512);
        at += 512;
        at += (size_t)snprintf(text + at, sizeof text - at, "9000\n");
    }
    bench_begin(&b, text);
    CHECK(iotsim_ok(
        applet_read_file(&b.applet, by_id("02"), sizeof zeros, &b.out)));
    CHECK_INT(b.out.len, sizeof zeros);
    CHECK(memcmp(b.out.data, zeros, sizeof zeros) == 0);
    bench_end(&b);
}

static void appends(void)
{
    struct bench b;

    bench_begin(&b, AT("00 00") "< 0102 9000\n");
    buf_u8(&b.out, 0xaa);
    CHECK(iotsim_ok(applet_read_file(&b.applet, by_id("02"), 2, &b.out)));
    CHECK_HEX(b.out.data, b.out.len, "AA0102");
    bench_end(&b);
}

static void refused(void)
{
    fails(AT("00 00") "< 6A86\n", 9, IOTSIM_ERR_CARD_STATUS);
    fails(AT("00 00") "< 6981\n", 9, IOTSIM_ERR_CARD_STATUS);
    fails(AT("00 00") "< 6985\n", 9, IOTSIM_ERR_NOT_PERMITTED);
    fails(AT("00 00") "< 6982\n", 9, IOTSIM_ERR_NOT_PERMITTED);
    fails(AT("00 00") "< 6A82\n", 9, IOTSIM_ERR_NOT_FOUND);
    fails(AT("00 00") "< 01 9000\n" AT("00 01") "! IO\n", 9, IOTSIM_ERR_IO);
}

static void does_not_fit(void)
{
    CHECK(iotsim_is(read_into(AT("00 00") "< 010203 9000\n", 0, 2, ""),
                    IOTSIM_ERR_TOO_LONG));
    /* padding needs no room */
    CHECK(iotsim_ok(read_into(AT("00 00") "< 010000 9000\n", 1, 1, "01")));
}

/* One octet at a time has an end before APPLET_FILE_MAX. */
static void drips(void)
{
    static char text[1024 * 40];
    size_t at = 0;

    for (unsigned i = 0; i < 1024; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "> 81 B0 %02X %02X 03 830102 00\n< 019000\n",
                               i >> 8, i & 0xff);
    fails(text, 0, IOTSIM_ERR_CARD_ANSWER);
}

TEST_MAIN(TEST(in_parts), TEST(declared_size_ends_it), TEST(the_card_ends_it),
          TEST(unknown_size), TEST(unknown_size_of_a_certificate),
          TEST(long_certificate), TEST(high_offsets), TEST(appends),
          TEST(refused), TEST(does_not_fit), TEST(drips))
