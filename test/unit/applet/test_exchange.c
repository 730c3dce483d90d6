/* SPDX-License-Identifier: Apache-2.0 */
/* What commands have in common: time limits, references, exact lengths. */
#include "applet/exchange.h"

#include "bench.h"

/* Reference 9.4: 30 s where the card computes, 5 s else. */
static void time_limits(void)
{
    static const uint8_t slow[] = { 0xb9, 0x2b, 0x2d, 0x46, 0x48, 0x4a };
    struct applet a = { .until = deadline_in(60000) };

    for (unsigned ins = 0; ins <= 0xff; ins++) {
        bool is_slow = memchr(slow, (int)ins, sizeof slow) != NULL;
        int left = deadline_left(applet_deadline(&a, (uint8_t)ins));

        CHECK(left > (is_slow ? 25000 : 3000));
        CHECK(left <= (is_slow ? 30000 : 5000));
    }
}

static void no_command_outlives_the_operation(void)
{
    struct applet a = { .until = deadline_in(0) };

    for (unsigned ins = 0; ins <= 0xff; ins++)
        CHECK(deadline_passed(applet_deadline(&a, (uint8_t)ins)));
}

static void put(enum applet_kind kind, struct applet_ref ref, const char *want)
{
    uint8_t storage[64];
    struct buf out = BUF_OVER(storage);

    applet_put_ref(&out, kind, ref);
    CHECK(out.failed == (want == NULL));
    if (want != NULL)
        CHECK_HEX(out.data, out.len, want);
}

static void references(void)
{
    struct applet_ref both = { hex("01"), bytes_text("K") };

    put(APPLET_PRIVATE_KEY, by_id("01"), "840101");
    put(APPLET_PUBLIC_KEY, by_id("0102"), "85020102");
    put(APPLET_FILE, by_id("01"), "830101");
    put(APPLET_SECRET_KEY, by_id("01"), "860101");
    put(APPLET_PRIVATE_KEY, by_label("K"), "74014B");
    put(APPLET_PUBLIC_KEY, by_label("K"), "75014B");
    put(APPLET_FILE, by_label("K"), "73014B");
    put(APPLET_SECRET_KEY, by_label("K"), "76014B");
    put(APPLET_PRIVATE_KEY, both, "840101");
}

static void bad_references(void)
{
    static const uint8_t zeros[APPLET_LABEL_MAX + 1];
    struct applet_ref id = { .id = bytes_of(zeros, APPLET_ID_MAX + 1) };
    struct applet_ref label = { .label = BYTES_OF(zeros) };
    struct applet_ref none = { .id = { 0 } };

    put(APPLET_FILE, id, NULL);
    put(APPLET_FILE, label, NULL);
    put(APPLET_FILE, none, NULL);
}

static void failure_leaves_nothing(void)
{
    const struct apdu command = { .ins = INS_GET_DATA, .le = APDU_LE_ALL };
    struct bench b;

    bench_begin(&b, "> 81 CB 00 00 00\n< 010203 6A80\n");
    buf_u8(&b.out, 0xaa);
    CHECK(iotsim_is(applet_exchange(&b.applet, &command, &b.out),
                    IOTSIM_ERR_CARD_STATUS));
    CHECK_HEX(b.out.data, b.out.len, "AA");
    bench_end(&b);
}

TEST_MAIN(TEST(time_limits), TEST(no_command_outlives_the_operation),
          TEST(references), TEST(bad_references), TEST(failure_leaves_nothing))
