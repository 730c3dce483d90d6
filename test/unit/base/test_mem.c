/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: zeroed, nulled, compared. */
#include "base/mem.h"

#include "support/check.h"

static void new_is_zero_and_free_nulls(void)
{
    struct {
        int a;
        char b[100];
    } *p = mem_new(sizeof *p);

    REQUIRE(p != NULL);
    CHECK(p->a == 0 && p->b[99] == 0);
    MEM_FREE(p);
    CHECK(p == NULL);
    MEM_FREE(p);
    CHECK(p == NULL);
}

static void cleansing(void)
{
    uint8_t octets[3] = { 1, 2, 3 };

    mem_cleanse(octets, 2);
    CHECK_HEX(octets, sizeof octets, "00 00 03");
    mem_cleanse(NULL, 0);
}

static void comparison(void)
{
    CHECK(mem_equal_ct("abc", "abd", 2));
    CHECK(!mem_equal_ct("abc", "abd", 3));
    CHECK(!mem_equal_ct("\x80", "\0", 1));
    CHECK(mem_equal_ct("a", "b", 0));
}

TEST_MAIN(TEST(new_is_zero_and_free_nulls), TEST(cleansing), TEST(comparison))
