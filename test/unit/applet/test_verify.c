/* SPDX-License-Identifier: Apache-2.0 */
/* VERIFY SIGNATURE: verdicts, and both length forms of tag 33. */
#include "bench.h"

#define INIT "> 81 2C 00 01 0D 850101 A10103 91020001 920104\n"
#define WIDE "> 81 2D 80 01 65 9E20 " K1_HASH " 330040 " K1_R K1_S "\n"
#define SHORT "> 81 2D 80 01 64 9E20 " K1_HASH " 3340 " K1_R K1_S "\n"
#define CLOSE "> 81 2C 01 01\n< 9000\n"

static iotsim_result verify(struct bench *b, bool *valid)
{
    *valid = true;
    return applet_verify(&b->applet, by_id("01"), HASH_SHA256, SIGN_ECDSA,
                         hex(K1_HASH), hex(K1_R K1_S), valid);
}

static void says(const char *text, bool want)
{
    struct bench b;
    bool valid;

    bench_begin(&b, text);
    CHECK(iotsim_ok(verify(&b, &valid)));
    CHECK(valid == want);
    bench_end(&b);
}

static void verdicts(void)
{
    says(INIT "< 9000\n" WIDE "< 9000\n" CLOSE, true);
    says(INIT "< 9000\n" WIDE "< 6D01\n" CLOSE, false);
    says(INIT "< 9000\n" WIDE "< 63CF\n" CLOSE, true);
    says(INIT "< 9000\n" WIDE "< 9120\n" CLOSE, true);
}

static void refused(const char *text, enum iotsim_err err)
{
    struct bench b;
    bool valid;

    bench_begin(&b, text);
    CHECK_INT(verify(&b, &valid).err, err);
    CHECK(!valid);
    bench_end(&b);
}

static void failures(void)
{
    refused(INIT "< 6A82\n", IOTSIM_ERR_NOT_FOUND);
    refused(INIT "< 6D00\n", IOTSIM_ERR_UNSUPPORTED);
    refused(INIT "< 9000\n" WIDE "< 6984\n" CLOSE, IOTSIM_ERR_CARD_UPDATING);
    refused(INIT "< 9000\n" WIDE "! IO\n> 81 2C 01 01\n! IO\n", IOTSIM_ERR_IO);
    refused(INIT "< 6985\n> 81 2A 01 01\n< 9000\n" CLOSE INIT "< 6985\n",
            IOTSIM_ERR_NOT_PERMITTED);
}

static void other_form(void)
{
    struct bench b;
    bool valid;

    bench_begin(&b,
                INIT "< 9000\n" WIDE "< 6A80\n" CLOSE INIT "< 9000\n" SHORT
                     "< 9000\n" CLOSE INIT "< 9000\n" SHORT
                     "< 6D01\n" CLOSE INIT "< 9000\n" SHORT
                     "< 6700\n" CLOSE INIT "< 9000\n" WIDE "< 9000\n" CLOSE);
    CHECK(iotsim_ok(verify(&b, &valid)));
    CHECK(valid);
    CHECK(b.applet.short_signature);
    CHECK(iotsim_ok(verify(&b, &valid)));
    CHECK(!valid);
    CHECK(iotsim_ok(verify(&b, &valid)));
    CHECK(valid);
    CHECK(!b.applet.short_signature);
    bench_end(&b);
}

/* When neither form is liked the form was not it. */
static void neither_form(void)
{
    struct bench b;
    bool valid;

    bench_begin(&b, INIT "< 9000\n" WIDE "< 6A80\n" CLOSE INIT "< 9000\n" SHORT
                         "< 6A80\n" CLOSE);
    CHECK(iotsim_is(verify(&b, &valid), IOTSIM_ERR_CARD_STATUS));
    CHECK(!valid);
    CHECK(!b.applet.short_signature);
    bench_end(&b);
}

static void does_not_fit(void)
{
    static const uint8_t zeros[256];
    struct bench b;
    bool valid;

    bench_begin(&b, INIT "< 9000\n" CLOSE);
    CHECK(
        iotsim_is(applet_verify(&b.applet, by_id("01"), HASH_SHA256, SIGN_ECDSA,
                                hex(K1_HASH), BYTES_OF(zeros), &valid),
                  IOTSIM_ERR_TOO_LONG));
    bench_end(&b);
}

TEST_MAIN(TEST(verdicts), TEST(failures), TEST(other_form), TEST(neither_form),
          TEST(does_not_fit))
