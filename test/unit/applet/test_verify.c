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
    return bench_verify(b, by_id("01"), valid);
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
    refused(INIT "< 9000\n" WIDE "! IO\n", IOTSIM_ERR_IO);
    refused(INIT "< 9000\n" WIDE "! TIMEOUT\n", IOTSIM_ERR_TIMEOUT);
    refused(INIT "< 9000\n" WIDE "! BUSY\n" CLOSE, IOTSIM_ERR_BUSY);
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

static void has_no_such_length(void)
{
    static const uint8_t zeros[APPLET_SIGNATURE_MAX + 1];
    const struct applet_message message = final_hash(K1_HASH);
    struct bench b;
    bool valid;

    bench_begin(&b, "");
    for (size_t len = 0; len <= sizeof zeros; len += sizeof zeros) {
        valid = true;
        CHECK(iotsim_is(applet_verify(&b.applet, by_id("01"), &message,
                                      bytes_of(zeros, len), &valid),
                        IOTSIM_ERR_BAD_ARGUMENT));
        CHECK(!valid);
    }
    bench_end(&b);
}

/* INIT is refused for what it says: it comes back, and is not repeated. */
static void init_is_refused(void)
{
    struct bench b;
    iotsim_result result;
    bool valid;

    bench_begin(&b, INIT "< 6A80\n" INIT "< 6D01\n");
    result = verify(&b, &valid);
    CHECK_INT(result.sw, 0x6a80);
    CHECK(iotsim_is(result, IOTSIM_ERR_CARD_STATUS));
    CHECK(!valid);
    /* no verdict, as nothing was verified */
    CHECK(iotsim_is(verify(&b, &valid), IOTSIM_ERR_CARD_STATUS));
    CHECK(!valid);
    bench_end(&b);
}

/* --- RSA: more than one command ------------------------------------------ */

#define RSA_INIT "> 81 2C 00 01 0D 850101 A10103 91020001 920101\n"
#define A16 "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"
#define A64 A16 A16 A16 A16
#define A192 A64 A64 A64
#define A256 A192 A64
/* 9E (34 octets), 33 and its length (3): 203 are left of 240 for the first
 * block, 53 for the second; 202 and 54 when the length is BER */
#define WIDE_BLOCKS                                  \
    "> 81 2D 00 01 F0 9E20 " K1_HASH " 330100 " A192 \
    "A0A1A2A3A4A5A6A7A8A9AA\n< 9000\n"               \
    "> 81 2D 80 01 35 ABACADAEAF" A16 A16 A16 "\n"
#define BER_BLOCKS                                     \
    "> 81 2D 00 01 F0 9E20 " K1_HASH " 33820100 " A192 \
    "A0A1A2A3A4A5A6A7A8A9\n< 9000\n"                   \
    "> 81 2D 80 01 36 AAABACADAEAF" A16 A16 A16 "\n"

static iotsim_result verify_rsa(struct bench *b, const char *signature,
                                bool *valid)
{
    struct applet_message message = final_hash(K1_HASH);

    *valid = true;
    message.algorithm = SIGN_RSA_PKCS1;
    return applet_verify(&b->applet, by_id("01"), &message, hex(signature),
                         valid);
}

static void rsa_in_two_blocks(void)
{
    struct bench b;
    bool valid;

    bench_begin(&b, RSA_INIT "< 9000\n" WIDE_BLOCKS "< 9000\n" CLOSE RSA_INIT
                             "< 9000\n" WIDE_BLOCKS "< 6D01\n" CLOSE);
    /* what other signatures have taught is nothing for this one */
    b.applet.short_signature = true;
    CHECK(iotsim_ok(verify_rsa(&b, A256, &valid)));
    CHECK(valid);
    CHECK(iotsim_ok(verify_rsa(&b, A256, &valid)));
    CHECK(!valid);
    CHECK(b.applet.short_signature);
    bench_end(&b);
}

static void rsa_in_ber(void)
{
    struct bench b;
    bool valid;

    bench_begin(&b, RSA_INIT "< 9000\n" WIDE_BLOCKS "< 6A80\n" CLOSE RSA_INIT
                             "< 9000\n" BER_BLOCKS "< 9000\n" CLOSE);
    CHECK(iotsim_ok(verify_rsa(&b, A256, &valid)));
    CHECK(valid);
    CHECK(!b.applet.short_signature);
    bench_end(&b);
}

/* 34 + 3 + 512 octets: 240, 240 and 69. */
static void rsa_in_three_blocks(void)
{
    struct bench b;
    bool valid;

    bench_begin(&b,
                RSA_INIT "< 9000\n"
                         "> 81 2D 00 01 F0 9E20 " K1_HASH " 330200 " A192
                         "A0A1A2A3A4A5A6A7A8A9AA\n< 9000\n"
                         "> 81 2D 00 01 F0 ABACADAEAF" A192 A16 A16
                         "A0A1A2A3A4A5A6A7A8A9AA\n< 9000\n"
                         "> 81 2D 80 01 45 ABACADAEAF" A64 "\n< 9000\n" CLOSE);
    CHECK(iotsim_ok(verify_rsa(&b, A256 A256, &valid)));
    CHECK(valid);
    bench_end(&b);
}

static void refused_block_is_the_end(void)
{
    struct bench b;
    bool valid;

    bench_begin(&b, RSA_INIT "< 9000\n"
                             "> 81 2D 00 01 F0 9E20 " K1_HASH " 330100 " A192
                             "A0A1A2A3A4A5A6A7A8A9AA\n< 6985\n" CLOSE);
    CHECK(iotsim_is(verify_rsa(&b, A256, &valid), IOTSIM_ERR_NOT_PERMITTED));
    CHECK(!valid);
    bench_end(&b);
}

/* --- text in blocks ------------------------------------------------------ */

#define TEXT_INIT "> 81 2C 00 01 0D 850101 A10101 91020001 920104\n"
#define A96 A64 A16 A16
#define TEXT_BLOCK "> 81 2D 00 01 62 9B60 " A96 "\n"
#define TEXT_LAST(len, field) "> 81 2D 80 01 " len " 9B02 A0A1 " field K1_R K1_S

/* What the card says of the text says nothing of the signature. */
static void refused_text_goes_out_once(void)
{
    static const struct {
        const char *script;
        enum iotsim_err err;
    } rows[] = {
        { TEXT_INIT "< 9000\n" TEXT_BLOCK "< 6A80\n" CLOSE,
          IOTSIM_ERR_CARD_STATUS },
        { TEXT_INIT "< 9000\n" TEXT_BLOCK "< 9000\n" TEXT_BLOCK
                    "< 6700\n" CLOSE,
          IOTSIM_ERR_CARD_STATUS },
        { TEXT_INIT "< 9000\n" TEXT_BLOCK "< 6D01\n" CLOSE,
          IOTSIM_ERR_CARD_STATUS },
        { TEXT_INIT
          "< 9000\n" TEXT_BLOCK "< 9000\n" TEXT_BLOCK "< 9000\n" TEXT_LAST(
              "47", "330040") "\n< 6A80\n" CLOSE TEXT_INIT "< 9000\n" TEXT_BLOCK
                              "< 9000\n" TEXT_BLOCK "< 9000\n" TEXT_LAST(
                                  "46", "3340") "\n< 9000\n" CLOSE,
          IOTSIM_ERR_NONE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct applet_message message = { .mode = MODE_FULL_TEXT,
                                          .algorithm = SIGN_ECDSA,
                                          .hash = HASH_SHA256,
                                          .input = hex(A192 "A0A1") };
        struct bench b;
        bool valid;

        bench_begin(&b, rows[i].script);
        CHECK_INT(applet_verify(&b.applet, by_id("01"), &message,
                                hex(K1_R K1_S), &valid)
                      .err,
                  rows[i].err);
        CHECK(valid == (rows[i].err == IOTSIM_ERR_NONE));
        bench_end(&b);
    }
}

TEST_MAIN(TEST(verdicts), TEST(failures), TEST(other_form), TEST(neither_form),
          TEST(has_no_such_length), TEST(init_is_refused),
          TEST(rsa_in_two_blocks), TEST(rsa_in_ber), TEST(rsa_in_three_blocks),
          TEST(refused_block_is_the_end), TEST(refused_text_goes_out_once))
