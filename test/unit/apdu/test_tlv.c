/* SPDX-License-Identifier: Apache-2.0 */
/* One-octet tags, plain and BER lengths, schemas, and what overruns. */
#include "apdu/tlv.h"

#include "support/check.h"

static uint8_t storage[1024];

static struct bytes octets(const char *hex)
{
    size_t len = check_unhex(hex, storage, sizeof storage);

    return bytes_of(storage, len == (size_t)-1 ? 0 : len);
}

/* A tag, a header of one to three octets as given, and `len` zeros. */
static struct bytes long_element(const char *header, size_t len)
{
    size_t header_len = check_unhex(header, storage, sizeof storage);

    memset(storage + header_len, 0, len);
    return bytes_of(storage, header_len + len);
}

static void one_octet_tags(void)
{
    /* 9F, 60 and 61 are whole tags here, whatever BER says. */
    struct bytes in = octets("9F0101 6000 610102");
    struct tlv e;

    CHECK(tlv_next(&in, &e));
    CHECK_INT(e.tag, 0x9f);
    CHECK_HEX(e.value.data, e.value.len, "01");
    CHECK(tlv_next(&in, &e));
    CHECK_INT(e.tag, 0x60);
    CHECK_INT(e.value.len, 0);
    CHECK(tlv_next(&in, &e));
    CHECK_INT(e.tag, 0x61);
    CHECK_HEX(e.value.data, e.value.len, "02");
    CHECK(!tlv_next(&in, &e));
    CHECK(!in.failed);
}

static void overruns(void)
{
    static const char *const broken[] = { "84", "8401", "840201", "84810201" };

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct bytes in = octets(broken[i]);
        struct tlv e;

        CHECK(!tlv_next(&in, &e));
        CHECK(in.failed);
        CHECK_INT(e.value.len, 0);
        CHECK(!tlv_next(&in, &e));
    }
}

static size_t length_of(struct bytes in)
{
    struct tlv e;

    return tlv_next(&in, &e) ? e.value.len : 9999;
}

static void lengths(void)
{
    CHECK_INT(length_of(long_element("847F", 0x7f)), 0x7f);
    CHECK_INT(length_of(long_element("8480", 0x80)), 0x80);
    CHECK_INT(length_of(long_element("84FF", 0xff)), 0xff);
    CHECK_INT(length_of(long_element("848190", 0x90)), 0x90);
    CHECK_INT(length_of(long_element("84820100", 0x100)), 0x100);
    /* BER does not fit exactly: plain */
    CHECK_INT(length_of(long_element("8481", 0x81)), 0x81);
    CHECK_INT(length_of(long_element("8482", 0x82)), 0x82);
    CHECK_INT(length_of(long_element("8482", 0x83)), 0x82);
}

static void finds(void)
{
    struct bytes value = { 0 };

    CHECK(tlv_find(octets("840101 850102 850103"), 0x85, &value));
    CHECK_HEX(value.data, value.len, "02");
    CHECK(!tlv_find(octets("840101 850102"), 0x86, &value));
    CHECK(tlv_find(octets("840101 8509"), 0x84, &value));
    CHECK(!tlv_find(octets("840101 8509"), 0x85, &value));
    CHECK(!tlv_find(octets(""), 0x84, &value));
}

static void puts_elements(void)
{
    static const uint8_t id[] = { 0x30, 0x31 };
    uint8_t out[16];
    struct buf b = BUF_OVER(out);

    tlv_put(&b, 0x84, BYTES_OF(id));
    tlv_put_u8(&b, 0xa1, 0x03);
    tlv_put_u16(&b, 0x91, 0x0102);
    tlv_put(&b, 0x86, bytes_of(NULL, 0));
    CHECK(!b.failed);
    CHECK_HEX(b.data, b.len, "84023031 A10103 91020102 8600");
}

static void put_fails(void)
{
    static const uint8_t zeros[256];
    uint8_t out[300];
    struct buf b = BUF_OVER(out);
    struct bytes failed = { .failed = true };

    tlv_put(&b, 0x84, bytes_of(zeros, 255));
    CHECK(!b.failed);
    b = BUF_OVER(out);
    tlv_put(&b, 0x84, BYTES_OF(zeros));
    CHECK(b.failed);
    b = BUF_OVER(out);
    tlv_put(&b, 0x84, failed);
    CHECK(b.failed);
    b = buf_over(out, 2);
    tlv_put_u8(&b, 0x84, 1);
    CHECK(b.failed);
}

static void shortens(void)
{
    struct bytes in = octets("92020491 020001");
    struct tlv e;

    CHECK(tlv_next(&in, &e));
    tlv_shorten(&e, &in);
    CHECK_HEX(e.value.data, e.value.len, "04");
    CHECK(tlv_next(&in, &e));
    CHECK_INT(e.tag, 0x91);
    CHECK_HEX(e.value.data, e.value.len, "0001");
    CHECK(bytes_at_end(&in));
}

struct sample {
    uint8_t small;
    uint16_t large;
    uint8_t name[4];
    size_t name_len;
};

static const struct tlv_field schema[] = {
    TLV_NUMBER(0x4a, struct sample, small),
    TLV_NUMBER(0x91, struct sample, large),
    TLV_OCTETS(0x84, struct sample, name),
};

static bool parses(const char *hex, struct sample *out)
{
    struct bytes in = octets(hex);
    struct tlv e;

    return tlv_next(&in, &e) && tlv_parse(schema, 3, e, out);
}

static void schema_stores(void)
{
    struct sample s = { 0 };

    CHECK(parses("4A0107", &s));
    CHECK_INT(s.small, 7);
    CHECK(parses("910105", &s));
    CHECK_INT(s.large, 5);
    CHECK(parses("91020102", &s));
    CHECK_INT(s.large, 0x0102);
    CHECK(parses("840401020304", &s));
    CHECK_HEX(s.name, s.name_len, "01020304");
    CHECK(parses("8400", &s));
    CHECK_INT(s.name_len, 0);
}

static void schema_refuses(void)
{
    struct sample s = { .small = 1, .large = 2, .name_len = 3 };

    CHECK(!parses("4A00", &s));
    CHECK(!parses("4A020102", &s));
    CHECK(!parses("9100", &s));
    CHECK(!parses("9103010203", &s));
    CHECK(!parses("84050102030405", &s));
    CHECK(!parses("850101", &s));
    CHECK_INT(s.small, 1);
    CHECK_INT(s.large, 2);
    CHECK_INT(s.name_len, 3);
}

TEST_MAIN(TEST(one_octet_tags), TEST(overruns), TEST(lengths), TEST(finds),
          TEST(puts_elements), TEST(put_fails), TEST(shortens),
          TEST(schema_stores), TEST(schema_refuses))
