/* SPDX-License-Identifier: Apache-2.0 */
/* Every status word of reference chapter 5 and what it becomes. */
#include "apdu/sw.h"

#include "support/check.h"

static const struct row {
    uint16_t sw;
    enum iotsim_err err;
    bool store_changed;
} rows[] = {
    { 0x9000, IOTSIM_ERR_NONE, false },
    { 0x9100, IOTSIM_ERR_NONE, false },
    { 0x9130, IOTSIM_ERR_NONE, false },
    { 0x63cf, IOTSIM_ERR_NONE, true },
    { 0x6110, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6300, IOTSIM_ERR_CARD_STATUS, false },
    { 0x63c0, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6400, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6700, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6881, IOTSIM_ERR_NO_CHANNEL, false },
    { 0x6981, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6982, IOTSIM_ERR_NOT_PERMITTED, false },
    { 0x6984, IOTSIM_ERR_CARD_UPDATING, false },
    { 0x6985, IOTSIM_ERR_NOT_PERMITTED, false },
    { 0x6989, IOTSIM_ERR_BUSY, true },
    { 0x6a80, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6a81, IOTSIM_ERR_UNSUPPORTED, false },
    { 0x6a82, IOTSIM_ERR_NOT_FOUND, false },
    { 0x6a84, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6a86, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6c10, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6d00, IOTSIM_ERR_UNSUPPORTED, false },
    { 0x6d01, IOTSIM_ERR_CARD_STATUS, false },
    { 0x6e00, IOTSIM_ERR_UNSUPPORTED, false },
    { 0x6f00, IOTSIM_ERR_CARD_STATUS, false },
};

static void each_row(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        iotsim_result result = sw_result(rows[i].sw);

        CHECK_INT(result.err, rows[i].err);
        CHECK_INT(result.sw, iotsim_ok(result) ? 0 : rows[i].sw);
        CHECK(sw_store_changed(rows[i].sw) == rows[i].store_changed);
        CHECK(strcmp(sw_text(rows[i].sw), "") != 0);
    }
}

static void unknown(void)
{
    iotsim_result result = sw_result(0x1234);

    CHECK(iotsim_is(result, IOTSIM_ERR_CARD_STATUS));
    CHECK_INT(result.sw, 0x1234);
    CHECK(!sw_store_changed(0x1234));
    CHECK_STR(sw_text(0x1234), "unknown status word");
    CHECK_STR(sw_text(0x9000), "success");
}

/* Nothing but the three words of success is success. */
static void all(void)
{
    for (unsigned sw = 0; sw <= 0xffff; sw++) {
        bool good = sw == 0x9000 || sw >> 8 == 0x91 || sw == 0x63cf;

        CHECK(iotsim_ok(sw_result((uint16_t)sw)) == good);
        CHECK(sw_text((uint16_t)sw) != NULL);
    }
}

TEST_MAIN(TEST(each_row), TEST(unknown), TEST(all))
