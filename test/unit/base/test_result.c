/* SPDX-License-Identifier: Apache-2.0 */
/* Every error has a name and a sentence, and no two the same. */
#include "base/result.h"

#include "support/check.h"

static void all_have_sentences(void)
{
    for (uint16_t i = 0; i < IOTSIM_ERR_COUNT; i++) {
        iotsim_result a = { .err = i };

        CHECK(result_text(a) != NULL && result_text(a)[0] != '\0');
        for (uint16_t j = 0; j < i; j++) {
            iotsim_result b = { .err = j };

            CHECK(strcmp(result_name(a), result_name(b)) != 0);
            CHECK(strcmp(result_text(a), result_text(b)) != 0);
        }
    }
}

static void names(void)
{
    CHECK_STR(result_name(IOTSIM_OK), "NONE");
    CHECK_STR(result_text(IOTSIM_OK), "success");
    CHECK_STR(result_name(IOTSIM_FAIL(CARD_RESET)), "CARD_RESET");
    CHECK_STR(result_name((iotsim_result){ .err = UINT16_MAX }), "UNKNOWN");
    CHECK(result_text((iotsim_result){ .err = IOTSIM_ERR_COUNT }) != NULL);
}

static void constructors(void)
{
    iotsim_result sw = IOTSIM_FAIL_SW(CARD_STATUS, 0x6982);
    iotsim_result os = IOTSIM_FAIL_OS(IO, 5);

    CHECK(iotsim_ok(IOTSIM_OK) && !iotsim_ok(sw));
    CHECK(iotsim_is(sw, IOTSIM_ERR_CARD_STATUS) && sw.sw == 0x6982);
    CHECK(iotsim_is(os, IOTSIM_ERR_IO) && os.os == 5 && os.sw == 0);
}

TEST_MAIN(TEST(all_have_sentences), TEST(names), TEST(constructors))
