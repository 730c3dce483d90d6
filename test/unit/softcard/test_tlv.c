/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets and TLVs: bounds of the writer, the readings of a length octet.
 */
#include "support/check.h"
#include "tags.h"
#include "tlv.h"

/* Parse hexadecimal text into `count` fields. */
static enum tlv_result parse(const char *hex, struct tlv_field *fields,
                             size_t count)
{
    static uint8_t octets[512];
    size_t len = check_unhex(hex, octets, sizeof octets);

    return tlv_fields((struct view){ .at = octets, .len = len }, false, fields,
                      count);
}

static void writer_is_bounded(void)
{
    uint8_t storage[5];
    struct out out = OUT_OVER(storage);

    tlv_put_u8(&out, 0xA1, 0x03);
    CHECK_HEX(out.at, out.len, "A1 01 03");
    tlv_put_u16(&out, 0x91, 1);
    CHECK(out.failed);
    out_u8(&out, 0);
    CHECK(out.len <= sizeof storage);
}

static void wrapping(void)
{
    static const uint8_t zeros[256];
    static const struct {
        size_t len, header;
        const char *hex;
    } rows[] = {
        { 0, 2, "34 00" },         { 127, 2, "34 7F" },
        { 128, 3, "34 81 80" },    { 255, 3, "34 81 FF" },
        { 256, 4, "34 82 01 00" },
    };
    uint8_t storage[262];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct out out = OUT_OVER(storage);

        out_u16(&out, 0xAABB); /* stays in front */
        out_bytes(&out, (struct view){ .at = zeros, .len = rows[i].len });
        tlv_wrap(&out, 2, 0x34);
        CHECK(!out.failed);
        CHECK_INT(out.len, 2 + rows[i].header + rows[i].len);
        CHECK_HEX(out.at, 2, "AABB");
        CHECK_HEX(out.at + 2, rows[i].header, rows[i].hex);
    }
    struct out full = { .at = storage, .len = 2, .max = 3 };
    tlv_wrap(&full, 0, 0x34);
    CHECK(full.failed);
}

static void fields_in_any_order(void)
{
    struct tlv_field f[] = { { .tag = 0x84 }, { .tag = 0xA1 } };

    CHECK_INT(parse("A10103 840101", f, 2), TLV_OK);
    CHECK(f[0].found && f[1].found);
    CHECK_HEX(f[0].value.at, f[0].value.len, "01");
    CHECK_HEX(f[1].value.at, f[1].value.len, "03");
    CHECK_INT(parse("", f, 2), TLV_OK);
    CHECK(!f[0].found && !f[1].found);
}

static void unexpected_fields(void)
{
    struct tlv_field f[] = { { .tag = 0x84 } };

    CHECK_INT(parse("840101 850101", f, 1), TLV_UNEXPECTED);
    CHECK_INT(parse("840101 840101", f, 1), TLV_UNEXPECTED);
}

static void cut_fields(void)
{
    struct tlv_field f[] = { { .tag = 0x84 } };

    CHECK_INT(parse("84", f, 1), TLV_SYNTAX);
    CHECK_INT(parse("8402 01", f, 1), TLV_SYNTAX);
    CHECK_INT(parse("840101 84", f, 1), TLV_SYNTAX);
    CHECK_INT(parse("8481", f, 1), TLV_SYNTAX);
    CHECK_INT(parse("8483 FFFFFF 00", f, 1), TLV_SYNTAX);
}

static void signature_lengths(void)
{
    struct tlv_field f[] = { { .tag = TAG_SIGNATURE } };

    CHECK_INT(parse("33 0002 AABB", f, 1), TLV_OK);
    CHECK_INT(f[0].value.len, 2);
    CHECK_INT(parse("33 02 AABB", f, 1), TLV_OK);
    CHECK_INT(f[0].value.len, 2);
    CHECK_INT(parse("33 8102 AABB", f, 1), TLV_OK);
    CHECK_INT(f[0].value.len, 2);
    CHECK_INT(parse("33 0003 AABB", f, 1), TLV_SYNTAX);
}

/* Two octets say up to 512, the length of RSA 4096. */
static void long_signatures(void)
{
    uint8_t octets[3 + 513] = { 0x33, 0x01, 0x00 };
    struct tlv_field f[] = { { .tag = TAG_SIGNATURE } };

    for (size_t len = 256; len <= 512; len += 128) {
        octets[1] = (uint8_t)(len >> 8);
        octets[2] = (uint8_t)len;
        struct view data = { .at = octets, .len = 3 + len };
        CHECK_INT(tlv_fields(data, false, f, 1), TLV_OK);
        CHECK_INT(f[0].value.len, len);
        data.len++;
        CHECK(tlv_fields(data, false, f, 1) != TLV_OK || f[0].value.len != len);
    }
}

static void zero_skips(void)
{
    static const uint8_t octets[] = { 0x84, 0x00, 0x02, 0xAA, 0xBB };
    struct tlv_field f[] = { { .tag = 0x84 } };

    CHECK_INT(tlv_fields(VIEW_OF(octets), true, f, 1), TLV_OK);
    CHECK_INT(f[0].value.len, 2);
    CHECK(tlv_fields(VIEW_OF(octets), false, f, 1) != TLV_OK);
}

static void literal_before_nothing(void)
{
    /* 81 as a length of 129, because BER does not fit */
    uint8_t octets[2 + 0x81] = { 0x84, 0x81, 0x05 };
    struct tlv_field f[] = { { .tag = 0x84 } };

    CHECK_INT(tlv_fields(VIEW_OF(octets), false, f, 1), TLV_OK);
    CHECK_INT(f[0].value.len, 0x81);
}

TEST_MAIN(TEST(writer_is_bounded), TEST(wrapping), TEST(fields_in_any_order),
          TEST(unexpected_fields), TEST(cut_fields), TEST(signature_lengths),
          TEST(long_signatures), TEST(zero_skips), TEST(literal_before_nothing))
