/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded writing: order, the end of the storage, failure that sticks. */
#include "base/buf.h"

#include "support/check.h"

static void appends_in_order(void)
{
    uint8_t storage[6];
    struct buf b = BUF_OVER(storage);

    buf_u8(&b, 0x01);
    buf_u16(&b, 0x0203);
    buf_put(&b, bytes_of("\x04\x05", 2));
    buf_put(&b, bytes_of(NULL, 0));
    CHECK_HEX(b.data, b.len, "01 02 03 04 05");
    CHECK(!b.failed && !buf_view(&b).failed);
    CHECK_INT(buf_view(&b).len, 5);
}

static void what_does_not_fit_is_left_out(void)
{
    uint8_t storage[4] = { 0xee, 0xee, 0xee, 0xee };
    struct buf b = buf_over(storage, 3);

    buf_u8(&b, 1);
    buf_put(&b, bytes_of("\2\3\4", 3));
    CHECK(b.failed);
    CHECK_INT(b.len, 1);
    buf_u8(&b, 5); /* would fit */
    CHECK_INT(b.len, 1);
    CHECK(buf_view(&b).failed);
    CHECK_HEX(storage, sizeof storage, "01 EE EE EE");
}

static void failed_readers_are_contagious(void)
{
    uint8_t storage[4];
    struct buf b = BUF_OVER(storage);

    buf_put(&b, (struct bytes){ .failed = true });
    CHECK(b.failed);
}

static void fills_to_the_brim(void)
{
    uint8_t storage[2];
    struct buf b = BUF_OVER(storage);

    buf_u16(&b, 0x0102);
    CHECK(!b.failed);
    CHECK_INT(buf_rest(&b).size, 0);
    buf_u8(&b, 3);
    CHECK(b.failed);
}

static void rest_is_filled_by_others(void)
{
    uint8_t storage[4];
    struct buf b = BUF_OVER(storage);
    struct buf rest;

    buf_u8(&b, 1);
    rest = buf_rest(&b);
    CHECK_INT(rest.size, 3);
    CHECK(rest.data == storage + 1);
    rest.data[0] = 2;
    buf_added(&b, 1);
    CHECK_HEX(b.data, b.len, "01 02");
    buf_added(&b, 3);
    CHECK(b.failed);
    CHECK_INT(b.len, 2);
}

static void cut_goes_back(void)
{
    uint8_t storage[2];
    struct buf b = BUF_OVER(storage);

    buf_u16(&b, 0x0102);
    buf_u8(&b, 3);
    buf_cut(&b, 5);
    CHECK(!b.failed);
    CHECK_INT(b.len, 2);
    buf_cut(&b, 1);
    CHECK_HEX(b.data, b.len, "01");
}

static void wipe_leaves_nothing(void)
{
    uint8_t storage[3] = { 1, 2, 3 };
    struct buf b = BUF_OVER(storage);

    buf_u8(&b, 9);
    buf_wipe(&b);
    CHECK_INT(b.len, 0);
    CHECK_HEX(storage, sizeof storage, "00 00 00");
}

TEST_MAIN(TEST(appends_in_order), TEST(what_does_not_fit_is_left_out),
          TEST(failed_readers_are_contagious), TEST(fills_to_the_brim),
          TEST(rest_is_filled_by_others), TEST(cut_goes_back),
          TEST(wipe_leaves_nothing))
