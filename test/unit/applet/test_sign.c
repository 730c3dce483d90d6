/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE SIGNATURE: how many exchanges, what happens to sessions, and the
 * forms of tag 33 and of its value (reference 4.2).
 */
#include "bench.h"

#define INIT "> 81 2A 00 01 0D 840101 A10103 91020001 920104\n"
#define UPDATE "> 81 2B 80 01 22 9E20 " K1_HASH " 00\n"
#define CLOSE "> 81 2A 01 01\n"
#define SIGNATURE "< 330040 " K1_R K1_S " 9000\n"

static iotsim_result sign_once(struct bench *b)
{
    b->out.len = 0;
    return bench_sign(b, by_id("01"));
}

static void signs(struct bench *b)
{
    CHECK(iotsim_ok(sign_once(b)));
    CHECK_HEX(b->out.data, b->out.len, K1_R K1_S);
}

/* --- sessions ------------------------------------------------------------ */

static void two_exchanges_each(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 9000\n" UPDATE SIGNATURE INIT
                         "< 9000\n" UPDATE SIGNATURE);
    signs(&b);
    signs(&b);
    CHECK(!b.applet.close_sessions);
    bench_end(&b);
}

static void learns_to_close(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 9000\n" UPDATE SIGNATURE INIT "< 6985\n" CLOSE
                         "< 9000\n" INIT "< 9000\n" UPDATE SIGNATURE CLOSE
                         "< 9000\n" INIT "< 9000\n" UPDATE SIGNATURE CLOSE
                         "< 9000\n");
    signs(&b);
    signs(&b);
    CHECK(b.applet.close_sessions);
    signs(&b);
    bench_end(&b);
}

/* 6985 for good teaches nothing about sessions. */
static void not_permitted(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 6985\n" CLOSE "< 6985\n" INIT "< 6985\n" INIT
                         "< 9000\n" UPDATE SIGNATURE);
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_NOT_PERMITTED));
    CHECK(!b.applet.close_sessions);
    signs(&b);
    bench_end(&b);
}

/* 6989: no session left, or news from the operator; tried once more. */
static void capacity(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 6989\n" CLOSE "< 9000\n" INIT
                         "< 9000\n" UPDATE SIGNATURE INIT "< 6989\n" CLOSE
                         "< 9000\n" INIT "< 6989\n");
    signs(&b);
    CHECK(b.applet.store_changed);
    CHECK(!b.applet.close_sessions);
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_BUSY));
    bench_end(&b);
}

static void failed_update_is_closed(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 9000\n" UPDATE "< 6A80\n" CLOSE "< 9000\n" INIT
                         "< 9000\n" UPDATE "< 6984\n" CLOSE "< 9000\n");
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_CARD_STATUS));
    CHECK_INT(b.out.len, 0);
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_CARD_UPDATING));
    bench_end(&b);
}

/* Nothing is said to a link that does not answer. */
static void failed_link(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 9000\n" UPDATE "! TIMEOUT\n" INIT "! IO\n");
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_TIMEOUT));
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_IO));
    bench_end(&b);
}

static void store_changed(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 9000\n" UPDATE "< 330040 " K1_R K1_S " 63CF\n" INIT
                         "< 63CF\n" UPDATE SIGNATURE);
    signs(&b);
    CHECK(b.applet.store_changed);
    b.applet.store_changed = false;
    signs(&b);
    CHECK(b.applet.store_changed);
    bench_end(&b);
}

static void hash_is_checked_first(void)
{
    static const uint8_t zeros[APPLET_HASH_MAX + 1];
    struct applet_message message = final_hash(K1_HASH);
    struct bench b;

    bench_begin(&b, "");
    message.input = BYTES_OF(zeros);
    CHECK(iotsim_is(applet_sign(&b.applet, by_id("01"), &message, &b.out),
                    IOTSIM_ERR_BAD_ARGUMENT));
    message.input = bytes_of(NULL, 0);
    CHECK(iotsim_is(applet_sign(&b.applet, by_id("01"), &message, &b.out),
                    IOTSIM_ERR_BAD_ARGUMENT));
    bench_end(&b);
}

static void no_room(void)
{
    struct bench b;

    bench_begin(&b, INIT "< 9000\n" UPDATE SIGNATURE);
    b.out = buf_over(bench_storage, APPLET_RS_LEN - 1);
    CHECK(iotsim_is(sign_once(&b), IOTSIM_ERR_TOO_LONG));
    CHECK_INT(b.out.len, 0);
    CHECK(!b.out.failed);
    bench_end(&b);
}

static void by_label_and_longer_hash(void)
{
    struct applet_message message = final_hash(K1_HASH K1_HASH);
    struct bench b;

    message.hash = HASH_SHA512;

    bench_begin(&b, "> 81 2A 00 01 0E 74024B31 A10103 91020004 920104\n< 9000\n"
                    "> 81 2B 80 01 42 9E40 " K1_HASH K1_HASH " 00\n" SIGNATURE);
    CHECK(iotsim_ok(applet_sign(&b.applet, by_label("K1"), &message, &b.out)));
    CHECK_INT(b.out.len, 64);
    bench_end(&b);
}

/* --- forms --------------------------------------------------------------- */

#define Z4 "00000000"
#define Z16 Z4 Z4 Z4 Z4
#define Z31 Z16 Z4 Z4 Z4 "000000"

/* The answer `field` gives the signature `want`; NULL: it is refused. */
static void form(const char *field, uint8_t algorithm, const char *want)
{
    struct applet_message message = final_hash(K1_HASH);
    char text[2048];
    struct bench b;
    iotsim_result result;

    message.algorithm = algorithm;
    snprintf(text, sizeof text,
             "> 81 2A 00 01 0D 840101 A10103 91020001 9201%02X\n< 9000\n" UPDATE
             "< %s 9000\n",
             algorithm, field);
    bench_begin(&b, text);
    result = applet_sign(&b.applet, by_id("01"), &message, &b.out);
    CHECK_INT(result.err,
              want == NULL ? IOTSIM_ERR_CARD_ANSWER : IOTSIM_ERR_NONE);
    CHECK_HEX(b.out.data, b.out.len, want == NULL ? "" : want);
    bench_end(&b);
}

static void ecdsa(const char *field, const char *want)
{
    form(field, SIGN_ECDSA, want);
}

static void lengths(void)
{
    ecdsa("330040 " K1_R K1_S, K1_R K1_S);
    ecdsa("3340 " K1_R K1_S, K1_R K1_S);
    ecdsa("338140 " K1_R K1_S, K1_R K1_S);
    ecdsa("33820040 " K1_R K1_S, K1_R K1_S);
}

static void wrong_lengths(void)
{
    ecdsa("330040 " K1_R, NULL);
    ecdsa("330040 " K1_R K1_S "00", NULL);
    ecdsa("333F " K1_R K1_S, NULL);
    ecdsa("3341 " K1_R K1_S, NULL);
    ecdsa("338141 " K1_R K1_S, NULL);
    ecdsa("340040 " K1_R K1_S, NULL);
    ecdsa("3440 " K1_R K1_S, NULL);
    ecdsa("3300", NULL);
    ecdsa("330000", NULL);
    ecdsa("33", NULL);
    ecdsa("", NULL);
    ecdsa(K1_R K1_S, NULL);
}

static void der(void)
{
    ecdsa("330048 3046 022100 " K1_R " 022100 " K1_S, K1_R K1_S);
    ecdsa("3348 3046 022100 " K1_R " 022100 " K1_S, K1_R K1_S);
    ecdsa("3308 3006 020101 020102", Z31 "01" Z31 "02");
    ecdsa("330009 3007 02020080 020102", Z31 "80" Z31 "02");
    /* without the octet that keeps a number positive */
    ecdsa("3308 3006 020180 020102", Z31 "80" Z31 "02");
}

static void malformed_der(void)
{
    ecdsa("3309 3006 020101 020102 00", NULL);
    ecdsa("3309 3007 020101 020102 00", NULL);
    ecdsa("3309 3008 020101 020102 00", NULL);
    ecdsa("3307 3005 020101 0201", NULL);
    ecdsa("3305 3003 020101", NULL);
    ecdsa("3307 3005 0200 020102", NULL);
    ecdsa("3309 3007 020101 03020001", NULL);
}

static void halves(void)
{
    ecdsa("3302 0102", Z31 "01" Z31 "02");
    ecdsa("3342 00" K1_R "00" K1_S, K1_R K1_S);
    ecdsa("3303 010203", NULL);
    ecdsa("3342 01" K1_R "00" K1_S, NULL);
    ecdsa("3342 00" K1_R "01" K1_S, NULL);
}

static void zero_numbers(void)
{
    ecdsa("330040 " Z31 "00" K1_S, NULL);
    ecdsa("330040 " K1_R Z31 "00", NULL);
    ecdsa("3308 3006 020100 020102", NULL);
    ecdsa("3308 3006 020101 020100", NULL);
}

static void number_too_long(void)
{
    ecdsa("330049 3047 022200" K1_R "01 022100 " K1_S, NULL);
    ecdsa("3349 3047 022101" K1_R " 0222 0000" K1_S, NULL);
}

/* --- RSA: several parts -------------------------------------------------- */

#define Z256 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16 Z16
#define MORE "6100\n> 01 C0 00 00 00\n< "

/* The parts of the answer `field` give the signature `want`; NULL: they give
 * the error `err`. */
static void rsa_fails(const char *field, const char *want, enum iotsim_err err)
{
    struct applet_message message = final_hash(K1_HASH);
    static char text[4096];
    struct bench b;

    message.algorithm = SIGN_RSA_PKCS1;
    snprintf(text, sizeof text,
             "> 81 2A 00 01 0D 840101 A10103 91020001 920101\n< 9000\n" UPDATE
             "< %s 9000\n",
             field);
    bench_begin(&b, text);
    CHECK_INT(applet_sign(&b.applet, by_id("01"), &message, &b.out).err, err);
    CHECK_HEX(b.out.data, b.out.len, want == NULL ? "" : want);
    CHECK(!b.applet.short_signature);
    bench_end(&b);
}

static void rsa_form(const char *field, const char *want)
{
    rsa_fails(field, want,
              want == NULL ? IOTSIM_ERR_CARD_ANSWER : IOTSIM_ERR_NONE);
}

static void rsa(void)
{
    rsa_form("330100" MORE Z256, Z256);
    rsa_form("33820100" MORE Z256, Z256);
    rsa_form("330100" Z31 MORE Z256, NULL);
    rsa_form("33018001" MORE Z256, NULL);
    rsa_form("3301" MORE Z256, NULL);
    rsa_form("340100" MORE Z256, NULL);
    form("3310 " Z16, SIGN_RSA_PSS, Z16);
    form("3300", SIGN_RSA_PSS, NULL);
}

static void rsa_of_4096_bits(void)
{
    rsa_form("330200" MORE Z256 MORE Z256, Z256 Z256);
    rsa_form("33820200" MORE Z256 MORE Z256, Z256 Z256);
    rsa_form("33020100" MORE Z256 MORE Z256, NULL);
    rsa_fails("3382020100" MORE Z256 MORE Z256, NULL, IOTSIM_ERR_TOO_LONG);
}

TEST_MAIN(TEST(two_exchanges_each), TEST(learns_to_close), TEST(not_permitted),
          TEST(capacity), TEST(failed_update_is_closed), TEST(failed_link),
          TEST(store_changed), TEST(hash_is_checked_first), TEST(no_room),
          TEST(by_label_and_longer_hash), TEST(lengths), TEST(wrong_lengths),
          TEST(der), TEST(malformed_der), TEST(halves), TEST(zero_numbers),
          TEST(number_too_long), TEST(rsa), TEST(rsa_of_4096_bits))
