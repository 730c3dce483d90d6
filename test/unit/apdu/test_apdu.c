/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding of the four cases in both shapes, and splitting of answers. */
#include "apdu/apdu.h"

#include "support/check.h"

static const uint8_t octets[256];

/* 80 CA 12 34 with `data_len` zeros and `le`. */
static struct apdu command(size_t data_len, int le)
{
    return (struct apdu){ .cla = 0x80,
                          .ins = 0xca,
                          .p1 = 0x12,
                          .p2 = 0x34,
                          .data = bytes_of(octets, data_len),
                          .le = le };
}

static void encodes(size_t data_len, int le, bool t0, const char *hex)
{
    uint8_t storage[300];
    struct buf out = BUF_OVER(storage);
    struct apdu apdu = command(data_len, le);

    CHECK(iotsim_ok(apdu_encode(&apdu, t0, &out)));
    CHECK_HEX(out.data, out.len, hex);
}

static void t1_shape(void)
{
    encodes(0, APDU_LE_NONE, false, "80CA1234");
    encodes(0, 1, false, "80CA123401");
    encodes(0, APDU_LE_ALL, false, "80CA123400");
    encodes(3, APDU_LE_NONE, false, "80CA123403000000");
    encodes(3, 255, false, "80CA123403000000FF");
    encodes(3, APDU_LE_ALL, false, "80CA12340300000000");
}

static void t0_shape(void)
{
    encodes(0, APDU_LE_NONE, true, "80CA123400");
    encodes(0, 1, true, "80CA123401");
    encodes(0, APDU_LE_ALL, true, "80CA123400");
    encodes(3, APDU_LE_NONE, true, "80CA123403000000");
    encodes(3, APDU_LE_ALL, true, "80CA123403000000");
}

static void longest(void)
{
    uint8_t storage[5 + APDU_DATA_MAX + 1];
    struct buf out = BUF_OVER(storage);
    struct apdu apdu = command(APDU_DATA_MAX, APDU_LE_ALL);

    CHECK(iotsim_ok(apdu_encode(&apdu, false, &out)));
    CHECK_INT(out.len, sizeof storage);
    CHECK_INT(storage[4], 0xff);
}

static void fails(struct apdu apdu, size_t room, enum iotsim_err err)
{
    uint8_t storage[300];
    struct buf out = buf_over(storage, room);

    buf_u8(&out, 0xaa);
    CHECK(iotsim_is(apdu_encode(&apdu, false, &out), err));
    CHECK_INT(out.len, 1);
    CHECK(!out.failed);
}

static void refused(void)
{
    struct apdu broken = command(0, 1);

    fails(command(256, APDU_LE_NONE), 300, IOTSIM_ERR_TOO_LONG);
    fails(command(3, 0), 300, IOTSIM_ERR_BAD_ARGUMENT);
    fails(command(3, 257), 300, IOTSIM_ERR_BAD_ARGUMENT);
    fails(command(3, -2), 300, IOTSIM_ERR_BAD_ARGUMENT);
    fails(command(3, 1), 9, IOTSIM_ERR_TOO_LONG);
    fails(command(0, APDU_LE_NONE), 4, IOTSIM_ERR_TOO_LONG);
    broken.data.failed = true;
    fails(broken, 300, IOTSIM_ERR_TOO_LONG);
}

static void splits(void)
{
    static const uint8_t answer[] = { 0x01, 0x02, 0x90, 0x00 };
    struct bytes data;
    uint16_t sw;

    CHECK(iotsim_ok(apdu_split(BYTES_OF(answer), &data, &sw)));
    CHECK_HEX(data.data, data.len, "0102");
    CHECK_INT(sw, 0x9000);

    CHECK(iotsim_ok(apdu_split(bytes_of(answer + 2, 2), &data, &sw)));
    CHECK_INT(data.len, 0);
    CHECK_INT(sw, 0x9000);
}

static void too_short_to_split(void)
{
    static const uint8_t answer[] = { 0x90 };
    struct bytes data;
    uint16_t sw;

    for (size_t len = 0; len < 2; len++) {
        CHECK(iotsim_is(apdu_split(bytes_of(answer, len), &data, &sw),
                        IOTSIM_ERR_CARD_ANSWER));
        CHECK_INT(data.len, 0);
        CHECK_INT(sw, 0);
    }
}

TEST_MAIN(TEST(t1_shape), TEST(t0_shape), TEST(longest), TEST(refused),
          TEST(splits), TEST(too_short_to_split))
