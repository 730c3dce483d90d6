/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modes of operation to the octet: a text in blocks, the last block of a
 * text that was hashed elsewhere, a final hash (reference 2.7, 3.10, 3.11).
 * Octets of texts count up from 00, so that a lost or repeated one shows.
 */
#include "bench.h"

#define INIT(mode) "> 81 2A 00 01 0D 840101 A101" mode " 91020001 920104\n"
#define VERIFY_INIT(mode) \
    "> 81 2C 00 01 0D 850101 A101" mode " 91020001 920104\n"
#define CLOSE "> 81 2A 01 01\n< 9000\n"
#define VERIFY_CLOSE "> 81 2C 01 01\n< 9000\n"
#define SIGNATURE "< 330040 " K1_R K1_S " 9000\n"

/* 32 octets each: texts of 96 octets are T0 T1 T2. */
#define T0 "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define T1 "202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F"
#define T2 "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F"
#define T3 "606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F"
#define T4 "808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9F"
#define T5 "A0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF"

#define T3_18 "606162636465666768696A6B6C6D6E6F7071"

static struct applet_message text_of(size_t len)
{
    static uint8_t octets[256];

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)i;
    return (struct applet_message){ .mode = MODE_FULL_TEXT,
                                    .algorithm = SIGN_ECDSA,
                                    .hash = HASH_SHA256,
                                    .input = bytes_of(octets, len) };
}

static struct applet_message last_block(const char *text, const char *state,
                                        uint32_t hashed)
{
    return (struct applet_message){ .mode = MODE_LAST_BLOCK,
                                    .algorithm = SIGN_ECDSA,
                                    .hash = HASH_SHA256,
                                    .input = hex(text),
                                    .chaining = hex(state),
                                    .hashed = hashed };
}

static void signs(const char *script, struct applet_message message)
{
    struct bench b;

    bench_begin(&b, script);
    CHECK(iotsim_ok(applet_sign(&b.applet, by_id("01"), &message, &b.out)));
    CHECK_HEX(b.out.data, b.out.len, K1_R K1_S);
    bench_end(&b);
}

static void does_not_sign(const char *script, struct applet_message message,
                          enum iotsim_err err, uint16_t sw)
{
    struct bench b;
    iotsim_result result;

    bench_begin(&b, script);
    result = applet_sign(&b.applet, by_id("01"), &message, &b.out);
    CHECK_INT(result.err, err);
    CHECK_INT(result.sw, sw);
    CHECK_INT(b.out.len, 0);
    bench_end(&b);
}

static void verifies(const char *script, struct applet_message message)
{
    struct bench b;
    bool valid = false;

    bench_begin(&b, script);
    CHECK(iotsim_ok(applet_verify(&b.applet, by_id("01"), &message,
                                  hex(K1_R K1_S), &valid)));
    CHECK(valid);
    bench_end(&b);
}

/* --- mode 01 ------------------------------------------------------------- */

static void text_in_one_block(void)
{
    signs(INIT("01") "< 9000\n> 81 2B 80 01 02 9B00 00\n" SIGNATURE,
          text_of(0));
    signs(INIT("01") "< 9000\n> 81 2B 80 01 03 9B0100 00\n" SIGNATURE,
          text_of(1));
    signs(INIT("01") "< 9000\n> 81 2B 80 01 62 9B60" T0 T1 T2 " 00\n" SIGNATURE,
          text_of(96));
}

/* No Le before the last block: nothing is to come. */
static void text_in_blocks(void)
{
    signs(INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2 "\n< 9000\n"
                     "> 81 2B 80 01 03 9B0160 00\n" SIGNATURE,
          text_of(97));
    signs(INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2 "\n< 9000\n"
                     "> 81 2B 80 01 62 9B60" T3 T4 T5 " 00\n" SIGNATURE,
          text_of(192));
    signs(INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2 "\n< 9000\n"
                     "> 81 2B 00 01 62 9B60" T3 T4 T5 "\n< 63CF\n"
                     "> 81 2B 80 01 05 9B03C0C1C2 00\n< 6143\n"
                     "> 01 C0 00 00 43\n" SIGNATURE,
          text_of(195));
}

static void block_is_refused(void)
{
    does_not_sign(INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2
                             "\n< 6A80\n" CLOSE,
                  text_of(195), IOTSIM_ERR_CARD_STATUS, 0x6a80);
    does_not_sign(INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2
                             "\n< 9000\n> 81 2B 80 01 03 9B0160 00\n"
                             "< 6985\n" CLOSE,
                  text_of(97), IOTSIM_ERR_NOT_PERMITTED, 0x6985);
    does_not_sign(INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2
                             "\n! TIMEOUT\n",
                  text_of(195), IOTSIM_ERR_TIMEOUT, 0);
}

/* A block is never sent alone, after a SELECT that would have ended the
 * session. */
static void block_is_not_reselected(void)
{
    struct applet_message message = text_of(97);
    struct bench b;

    bench_begin(&b, INIT("01") "< 9000\n> 81 2B 00 01 62 9B60" T0 T1 T2
                               "\n< 6D00\n" CLOSE);
    b.applet.channel.reselects = true;
    b.applet.channel.aid_len = CHANNEL_AID_MIN;
    CHECK(iotsim_is(applet_sign(&b.applet, by_id("01"), &message, &b.out),
                    IOTSIM_ERR_UNSUPPORTED));
    bench_end(&b);
}

/* What was verified on a real card (Annex A), and a text of two blocks. */
static void text_is_verified(void)
{
    verifies(VERIFY_INIT("01") "< 9000\n> 81 2D 80 01 45 9B00 330040" K1_R K1_S
                               "\n< 9000\n" VERIFY_CLOSE,
             text_of(0));
    verifies(VERIFY_INIT("01") "< 9000\n> 81 2D 00 01 62 9B60" T0 T1 T2
                               "\n< 9000\n> 81 2D 80 01 65 9B20" T3
                               "330040" K1_R K1_S "\n< 9000\n" VERIFY_CLOSE,
             text_of(128));
}

/* --- mode 02 ------------------------------------------------------------- */

/* Like a hash in the middle of a text: the state of SHA-256 after 64 octets
 * and what is left of the text. */
static void last_block_is_signed(void)
{
    signs(INIT("02") "< 9000\n> 81 2B 80 01 2D 9A03616263 9C20" K1_HASH
                     "9D0400000040 00\n" SIGNATURE,
          last_block("616263", K1_HASH, 64));
    signs(INIT("02") "< 9000\n> 81 2B 80 01 2A 9A00 9C20" K1_HASH
                     "9D0489ABCDC0 00\n" SIGNATURE,
          last_block("", K1_HASH, 0x89abcdc0));
    signs(INIT("02") "< 9000\n> 81 2B 80 01 CA 9A80" T0 T1 T2 T3
                     "9C40" K1_HASH K1_HASH "9D0400000000 00\n" SIGNATURE,
          last_block(T0 T1 T2 T3, K1_HASH K1_HASH, 0));
}

static void last_block_is_verified(void)
{
    verifies(
        VERIFY_INIT("02") "< 9000\n> 81 2D 80 01 70 9A03616263 9C20" K1_HASH
                          "9D0400000040 330040" K1_R K1_S
                          "\n< 9000\n" VERIFY_CLOSE,
        last_block("616263", K1_HASH, 64));
    /* 202 + 67 octets: raw blocks of 240 and 29; 33 00 40 and 35 of its 64
     * octets are in the first */
    verifies(
        VERIFY_INIT(
            "02") "< 9000\n"
                  "> 81 2D 00 01 F0 9A80" T0 T1 T2 T3 "9C40" K1_HASH K1_HASH
                  "9D0400000080 330040" K1_R "F7CB1C\n< 9000\n"
                  "> 81 2D 80 01 1D 942D657C41D436C7A1B6E29F65F3E900DBB9AFF4"
                  "064DC4AB2F843ACDA8\n< 9000\n" VERIFY_CLOSE,
        last_block(T0 T1 T2 T3, K1_HASH K1_HASH, 128));
}

/* The fields of 255 octets, the most that one command takes, are not divided;
 * those of 256 are. */
static void longest_command(void)
{
    verifies(VERIFY_INIT("02") "< 9000\n"
                               "> 81 2D 80 01 FF 9A72" T0 T1 T2 T3_18
                               "9C40" K1_HASH K1_HASH
                               "9D0400000080 330040" K1_R K1_S
                               "\n< 9000\n" VERIFY_CLOSE,
             last_block(T0 T1 T2 T3_18, K1_HASH K1_HASH, 128));
    verifies(
        VERIFY_INIT("02") "< 9000\n"
                          "> 81 2D 00 01 F0 9A73" T0 T1 T2 T3_18
                          "73 9C40" K1_HASH K1_HASH "9D0400000080 330040" K1_R
                          "F7CB1C942D657C41D436C7A1B6E29F65\n< 9000\n"
                          "> 81 2D 80 01 10 F3E900DBB9AFF4064DC4AB2F843ACDA8\n"
                          "< 9000\n" VERIFY_CLOSE,
        last_block(T0 T1 T2 T3_18 "73", K1_HASH K1_HASH, 128));
}

/* --- every mode ---------------------------------------------------------- */

/* The card layer chooses another mode by this word: one exchange, no more. */
static void refused_mode_comes_back(void)
{
    does_not_sign(INIT("01") "< 6A80\n", text_of(195), IOTSIM_ERR_CARD_STATUS,
                  0x6a80);
    does_not_sign(INIT("02") "< 6A80\n", last_block("61", K1_HASH, 64),
                  IOTSIM_ERR_CARD_STATUS, 0x6a80);
    does_not_sign(INIT("03") "< 6A80\n", final_hash(K1_HASH),
                  IOTSIM_ERR_CARD_STATUS, 0x6a80);
}

/* Messages that are none of their mode never reach the card. */
static void wrong_messages(void)
{
    struct applet_message wrong[] = {
        final_hash(""),
        final_hash(K1_HASH K1_HASH "00"),
        final_hash(K1_HASH),
        last_block(T0 T1 T2 T3 "80", K1_HASH, 64),
        last_block("61", "", 64),
        last_block("61", K1_HASH K1_HASH "00", 64),
        text_of(1),
        text_of(1),
    };
    bool valid = true;

    wrong[2].mode = 0x04;
    wrong[6].chaining = BYTES_OF("\x01");
    wrong[7].input.failed = true;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct bench b;

        does_not_sign("", wrong[i], IOTSIM_ERR_BAD_ARGUMENT, 0);
        bench_begin(&b, "");
        CHECK(iotsim_is(applet_verify(&b.applet, by_id("01"), &wrong[i],
                                      hex(K1_R K1_S), &valid),
                        IOTSIM_ERR_BAD_ARGUMENT));
        CHECK(!valid);
        bench_end(&b);
    }
}

TEST_MAIN(TEST(text_in_one_block), TEST(text_in_blocks), TEST(block_is_refused),
          TEST(block_is_not_reselected), TEST(text_is_verified),
          TEST(last_block_is_signed), TEST(last_block_is_verified),
          TEST(longest_command), TEST(refused_mode_comes_back),
          TEST(wrong_messages))
