/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reading: values, the end, and failure that sticks. */
#include "base/bytes.h"

#include "support/check.h"

static const uint8_t octets[] = { 1, 2, 3, 4, 5 };

static void reads_in_order(void)
{
    struct bytes b = BYTES_OF(octets);
    struct bytes part;

    CHECK_INT(bytes_peek(&b), 1);
    CHECK_INT(bytes_u8(&b), 1);
    CHECK_INT(bytes_u16(&b), 0x0203);
    part = bytes_take(&b, 2);
    CHECK_HEX(part.data, part.len, "04 05");
    CHECK(!part.failed);
    CHECK(bytes_at_end(&b));
}

static void failure_sticks(void)
{
    struct bytes b = BYTES_OF(octets);
    struct bytes part = bytes_take(&b, 6);

    CHECK(part.failed && part.len == 0);
    CHECK(b.failed && !bytes_at_end(&b));
    CHECK_INT(bytes_u8(&b), 0);
    CHECK_INT(bytes_u16(&b), 0);
    CHECK_INT(bytes_peek(&b), 0);
    CHECK(bytes_take(&b, 0).failed);
}

static void half_a_number_fails(void)
{
    struct bytes b = bytes_of(octets, 1);

    CHECK_INT(bytes_u16(&b), 0);
    CHECK(b.failed);
}

static void empty_is_the_end(void)
{
    struct bytes b = bytes_of(NULL, 7);
    struct bytes none;

    CHECK_INT(b.len, 0);
    CHECK(bytes_at_end(&b));
    none = bytes_take(&b, 0);
    CHECK(!none.failed && none.len == 0);
    CHECK_INT(bytes_peek(&b), 0);
    CHECK(!b.failed);
    CHECK_INT(bytes_u8(&b), 0);
    CHECK(b.failed);
}

static void huge_lengths_fail(void)
{
    struct bytes b = BYTES_OF(octets);

    CHECK(bytes_take(&b, SIZE_MAX).failed);
    CHECK(b.failed);
}

static void text_has_no_nul(void)
{
    CHECK_INT(bytes_text("abc").len, 3);
    CHECK_INT(bytes_text("").len, 0);
    CHECK_INT(bytes_text(NULL).len, 0);
}

static void equality(void)
{
    struct bytes failed = { .failed = true };

    CHECK(bytes_equal(bytes_text("ab"), bytes_of("abc", 2)));
    CHECK(!bytes_equal(bytes_text("ab"), bytes_text("ac")));
    CHECK(!bytes_equal(bytes_text("ab"), bytes_text("abc")));
    CHECK(bytes_equal(bytes_of(NULL, 0), bytes_text("")));
    CHECK(!bytes_equal(failed, failed));
}

TEST_MAIN(TEST(reads_in_order), TEST(failure_sticks), TEST(half_a_number_fails),
          TEST(empty_is_the_end), TEST(huge_lengths_fail),
          TEST(text_has_no_nul), TEST(equality))
