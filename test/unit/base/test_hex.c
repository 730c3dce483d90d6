/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits both ways, at every size of the output. */
#include "base/hex.h"

#include "support/check.h"

static void digits(void)
{
    CHECK_INT(hex_digit('0'), 0);
    CHECK_INT(hex_digit('9'), 9);
    CHECK_INT(hex_digit('a'), 10);
    CHECK_INT(hex_digit('F'), 15);
    CHECK_INT(hex_digit('g'), -1);
    CHECK_INT(hex_digit('\0'), -1);
    CHECK_INT(hex_digit(' '), -1);
    CHECK_INT(hex_digit((char)0xff), -1);
}

static void formats(void)
{
    static const struct {
        size_t size;
        const char *text;
    } rows[] = {
        { 1, "" },     { 2, "" },     { 3, "00" },     { 4, "00" },
        { 5, "0..." }, { 6, "0..." }, { 7, "00ABFF" },
    };
    static const uint8_t octets[] = { 0x00, 0xab, 0xff };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[16];

        memset(out, '#', sizeof out);
        hex_format(BYTES_OF(octets), out, rows[i].size);
        CHECK(strlen(out) < rows[i].size);
        CHECK_INT(out[rows[i].size], '#');
        CHECK_STR(out, rows[i].text);
    }
    hex_format(BYTES_OF(octets), NULL, 0);
}

static void parses(void)
{
    uint8_t storage[3];
    struct buf b = BUF_OVER(storage);

    CHECK(hex_parse(bytes_text("00aBfF"), &b));
    CHECK_HEX(b.data, b.len, "00 AB FF");
    CHECK(hex_parse(bytes_text(""), &b));
    CHECK_INT(b.len, 3);
}

static void refuses(void)
{
    static const char *const texts[] = { "0",   "0g",   "000",     " 00",
                                         "00 ", "0x00", "00112233" };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint8_t storage[3];
        struct buf b = BUF_OVER(storage);

        CHECK(!hex_parse(bytes_text(texts[i]), &b));
        CHECK_INT(b.len, 0);
        CHECK(!b.failed);
    }
}

TEST_MAIN(TEST(digits), TEST(formats), TEST(parses), TEST(refuses))
