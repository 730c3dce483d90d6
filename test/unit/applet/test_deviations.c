/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chapter 7 of the reference, one case a row: an applet that deviates, and the
 * client that puts up with it. Rows without a client's side have no case: 26
 * (no PIN anywhere), 29 (modem dialects belong to the modem's transport). Row
 * 25, data over several blocks, is in test_message.c; what row 27 asks for, no
 * Lc 00, can be seen in every script.
 */
#include "bench.h"

#define OPEN "> 00 70 00 00 01\n< 01 9000\n"
#define SELECT "> 01 A4 04 00 07 A0000005590010\n< 9000\n"
#define SIGN_INIT "> 81 2A 00 01 0D 840101 A10103 91020001 920104\n"
#define SIGN_UPDATE "> 81 2B 80 01 22 9E20 " K1_HASH " 00\n"
#define IDENTIFIER "4558414D504C452D4150504C4554"
#define ZEROS18 "000000000000000000000000000000000000"

/* --- what several rows do ------------------------------------------------ */

static void capabilities(const char *text, struct applet_capabilities *c)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK(iotsim_ok(applet_get_capabilities(&b.applet, c)));
    bench_end(&b);
}

/* The nth object (from 0) of a list with this content. */
static struct applet_object listed(const char *octets, unsigned nth)
{
    struct applet_list list = { .rest = hex(octets) };
    struct applet_object o = { 0 };

    for (unsigned i = 0; i <= nth; i++)
        CHECK(applet_next_object(&list, &o));
    return o;
}

static void signs(struct bench *b)
{
    b->out.len = 0;
    CHECK(iotsim_ok(bench_sign(b, by_id("01"))));
    CHECK_HEX(b->out.data, b->out.len, K1_R K1_S);
}

static void signature_is(const char *answer)
{
    char text[1024];
    struct bench b;

    snprintf(text, sizeof text, SIGN_INIT "< 9000\n" SIGN_UPDATE "< %s 9000\n",
             answer);
    bench_begin(&b, text);
    signs(&b);
    bench_end(&b);
}

static void file_is(const char *text, size_t size, const char *want)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK(iotsim_ok(applet_read_file(&b.applet, by_id("02"), size, &b.out)));
    CHECK_HEX(b.out.data, b.out.len, want);
    bench_end(&b);
}

static void random_is(const char *text, size_t len, enum iotsim_err err)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK_INT(applet_get_random(&b.applet, len, &b.out).err, err);
    bench_end(&b);
}

/* --- the rows ------------------------------------------------------------ */

static void row_01_wrappers(void)
{
    static const char *const forms[] = {
        "C10A 74024B31 840101 4A0101 C107 840102 4B0113", /* each */
        "C111 74024B31 840101 4A0101 840102 4B0113",      /* a kind */
        "74024B31 840101 4A0101 840102 4B0113",           /* none */
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct applet_object first = listed(forms[i], 0);
        struct applet_object second = listed(forms[i], 1);

        CHECK_INT(first.kind, APPLET_PRIVATE_KEY);
        CHECK_INT(first.label_len, 2);
        CHECK_HEX(first.id, first.id_len, "01");
        CHECK_INT(first.state, 1);
        CHECK_INT(second.kind, APPLET_PRIVATE_KEY);
        CHECK_INT(second.label_len, 0);
        CHECK_HEX(second.id, second.id_len, "02");
        CHECK_INT(second.key_type, KEY_P256);
    }
}

static void row_02_identifier_length_too_large(void)
{
    struct applet_capabilities c;

    capabilities(
        "> 81 CB 00 00 44\n"
        "< 100110 110E 30313233343536373839414243 B10105 B20106 9000\n",
        &c);
    CHECK_HEX(c.identifier, c.identifier_len, "30313233343536373839414243");
    CHECK_INT(c.files, 5);
    CHECK_INT(c.private_keys, 6);
}

static void row_03_short_identifier_and_structure(void)
{
    struct applet_capabilities c;

    capabilities("> 81 CB 00 00 44\n< 6C14\n> 81 CB 00 00 14\n"
                 "< 100110 110E " IDENTIFIER " B10105 9000\n",
                 &c);
    CHECK_HEX(c.identifier, c.identifier_len, IDENTIFIER);
    CHECK_INT(c.files, 5);
}

static void row_04_hash_bitmap_of_one_octet(void)
{
    struct applet_capabilities c;

    capabilities("> 81 CB 00 00 44\n< 100110 910105 920104 9000\n", &c);
    CHECK_INT(c.hashes, HASH_SHA256 | HASH_SHA512);
    CHECK_INT(c.signatures, SIGN_ECDSA);
    CHECK_INT(listed("840101 910103", 0).hashes, HASH_SHA256 | HASH_SHA384);
}

static void row_05_tags_of_capabilities(void)
{
    struct applet_capabilities c;

    capabilities("> 81 CB 00 00 44\n< 61010F 91020001 6F0101 B70101 9000\n",
                 &c);
    CHECK_INT(c.functions, 0x0f);
    CHECK_INT(c.agreements, 1);
    capabilities("> 81 CB 00 00 44\n< 90010F 91020001 930101 B70101 9000\n",
                 &c);
    CHECK_INT(c.functions, 0x0f);
    CHECK_INT(c.agreements, 1);
    CHECK_INT(listed("840101 900103 930101", 0).functions, 3);
    CHECK_INT(listed("840101 900103 930101", 0).agreements, 1);
}

static void row_06_signature_length(void)
{
    signature_is("330040 " K1_R K1_S);
    signature_is("3340 " K1_R K1_S);
    signature_is("338140 " K1_R K1_S);
}

static void row_07_signature_in_der(void)
{
    signature_is("330048 3046 022100 " K1_R " 022100 " K1_S);
    signature_is("3348 3046 022100 " K1_R " 022100 " K1_S);
}

static void row_08_class(void)
{
    struct applet_capabilities c;
    struct bench b;

    bench_begin(&b, OPEN SELECT
                "> 81 CB 00 00 44\n< 6E00\n> 01 CB 00 00 44\n< 100110 9000\n"
                "> 01 CB 00 00 44\n< 100110 9000\n");
    CHECK(iotsim_ok(applet_open(&b.applet, &b.transport, hex("A0000005590010"),
                                deadline_in(60000), NULL)));
    CHECK(iotsim_ok(applet_get_capabilities(&b.applet, &c)));
    CHECK(iotsim_ok(applet_get_capabilities(&b.applet, &c)));
    bench_end(&b);
}

static void row_08_class_of_get_response(void)
{
    struct bench b;

    bench_begin(&b, SIGN_INIT
                "< 9000\n" SIGN_UPDATE "< 6143\n> 01 C0 00 00 43\n< 6E00\n"
                "> 81 C0 00 00 43\n< 330040 " K1_R K1_S " 9000\n" SIGN_INIT
                "< 9000\n" SIGN_UPDATE
                "< 6143\n> 81 C0 00 00 43\n< 330040 " K1_R K1_S " 9000\n");
    signs(&b);
    signs(&b);
    bench_end(&b);
}

static void row_09_length_of_92_too_large(void)
{
    static const char recorded[] = "74023131 84020002 600102 4A0101 4B0113"
                                   "4E0103 610107 920204 91020007 6F0101"
                                   "75023232 85020003 600102";
    static const char wrapped[] = "C118 74023131 84020002 4B0113 610107 920204"
                                  "91020007 6F0101 C203 850103";
    struct applet_object o = listed(recorded, 0);

    CHECK_INT(o.signatures, SIGN_ECDSA);
    CHECK_INT(o.hashes, 7);
    CHECK_INT(o.agreements, 1);
    CHECK_INT(o.key_usage, USAGE_TLS13);
    CHECK_HEX(listed(recorded, 1).id, 2, "0003");
    o = listed(wrapped, 0);
    CHECK_INT(o.signatures, SIGN_ECDSA);
    CHECK_INT(o.hashes, 7);
    CHECK_INT(o.agreements, 1);
    CHECK_INT(listed(wrapped, 1).kind, APPLET_PUBLIC_KEY);
}

static void row_10_file_usage(void)
{
    struct applet_object o = listed("830102 20020010", 0);

    CHECK_INT(o.file_usage, 0);
    CHECK_INT(o.file_size, 16);
    o = listed("830102 20020010 210102", 0);
    CHECK_INT(o.file_usage, FILE_CERTIFICATE);
    CHECK_INT(o.file_size, 16);
}

static void row_11_file_size_is_big_endian(void)
{
    CHECK_INT(listed("830102 20020040", 0).file_size, 64);
    CHECK_INT(listed("830102 20024000", 0).file_size, 0x4000);
}

/* A declared size in the wrong order is too large: the card ends the file. */
static void row_11_file_size_is_little_endian(void)
{
    file_is("> 81 B0 00 00 03 830102 00\n< 01020304 9000\n"
            "> 81 B0 00 04 03 830102 00\n< 6A86\n",
            0x0400, "01020304");
}

static void row_12_read_file(void)
{
    /* padded behind the end */
    file_is("> 81 B0 00 00 03 830102 00\n< 01020304 0000000000 9000\n", 4,
            "01020304");
    /* as few octets as it likes */
    file_is("> 81 B0 00 00 03 830102 00\n< 010203 9000\n"
            "> 81 B0 00 03 03 830102 00\n< 04 9000\n",
            4, "01020304");
    /* Le refused */
    file_is("> 81 B0 00 00 03 830102 00\n< 6C04\n"
            "> 81 B0 00 00 03 830102 04\n< 01020304 9000\n",
            4, "01020304");
}

static void row_13_no_file_information(void)
{
    struct applet_object o;
    struct bench b;

    bench_begin(&b, "> 81 CB C3 00 03 830102 00\n< 6A86\n"
                    "> 81 B0 00 00 03 830102 00\n< 30820001 FF 0000 9000\n");
    CHECK(iotsim_is(applet_get_object(&b.applet, APPLET_FILE, by_id("02"), &o),
                    IOTSIM_ERR_CARD_STATUS));
    CHECK_INT(o.file_size, 0);
    CHECK(iotsim_ok(
        applet_read_file(&b.applet, by_id("02"), o.file_size, &b.out)));
    CHECK_HEX(b.out.data, b.out.len, "30820001FF");
    bench_end(&b);
}

static void row_14_generate_answers_key_only(void)
{
    struct applet_pair pair;
    struct bench b;

    bench_begin(&b, "> 81 B9 00 00 03 840104 00\n"
                    "< 3445 4943 8641 " E1_POINT " 9000\n");
    CHECK(iotsim_ok(applet_generate_key_pair(&b.applet, by_id("04"), &pair)));
    CHECK_INT(pair.private_id_len, 0);
    CHECK_INT(pair.public_id_len, 0);
    CHECK_HEX(pair.key.point, pair.key.point_len, E1_POINT);
    bench_end(&b);
}

static void row_15_public_key_without_tags(void)
{
    struct bench b;

    bench_begin(&b,
                "> 81 CD 00 00 03 850101 00\n< " K1_POINT " 9000\n"
                "> 81 CD 00 00 03 850101 00\n< 3443 8641 " K1_POINT " 9000\n");
    for (int i = 0; i < 2; i++)
        bench_reads_point(&b, by_id("01"), K1_POINT);
    bench_end(&b);
}

static void row_16_sessions_stay_open(void)
{
    struct bench b;

    bench_begin(&b, SIGN_INIT "< 6985\n> 81 2A 01 01\n< 9000\n" SIGN_INIT
                              "< 9000\n" SIGN_UPDATE "< 330040 " K1_R K1_S
                              " 9000\n> 81 2A 01 01\n< 9000\n");
    signs(&b);
    bench_end(&b);
}

/* 17: no command goes out before MANAGE CHANNEL has given a channel. */
static void row_17_no_implicit_channel(void)
{
    struct bench b;

    bench_begin(&b, "> 00 70 00 00 01\n< 6881\n");
    CHECK(iotsim_is(applet_open(&b.applet, &b.transport, hex("A0000005590010"),
                                deadline_in(60000), NULL),
                    IOTSIM_ERR_NO_CHANNEL));
    bench_end(&b);
}

static void row_18_select_twice(void)
{
    static const char *const words[] = { "6D00", "6E00" };

    for (size_t i = 0; i < 2; i++) {
        char text[512];
        struct applet_capabilities c;
        struct bench b;

        snprintf(text, sizeof text,
                 OPEN SELECT "> 81 CB 00 00 44\n< %s\n%s" SELECT
                             "> 81 CB 00 00 44\n< 100110 9000\n",
                 words[i], i == 0 ? "" : "> 01 CB 00 00 44\n< 6E00\n");
        bench_begin(&b, text);
        CHECK(iotsim_ok(applet_open(&b.applet, &b.transport,
                                    hex("A0000005590010"), deadline_in(60000),
                                    NULL)));
        CHECK(iotsim_ok(applet_get_capabilities(&b.applet, &c)));
        CHECK_INT(c.version, 0x10);
        bench_end(&b);
    }
}

static void row_19_random_of_zeros(void)
{
    random_is("> 81 84 00 00 12\n< " ZEROS18 " 9000\n", 18,
              IOTSIM_ERR_CARD_ANSWER);
    random_is("> 81 84 00 00 40\n< " K1_R K1_S " 9000\n"
              "> 81 84 00 00 40\n< " K1_S K1_R " 9000\n",
              128, IOTSIM_ERR_NONE);
}

static void row_20_random_with_6300(void)
{
    random_is("> 81 84 00 00 20\n< " K1_R " 6300\n", 32, IOTSIM_ERR_NONE);
}

static void row_21_hkdf_salt_is_never_empty(void)
{
    static const struct applet_ref none;
    struct bench b;

    bench_begin(&b, "> 81 4A 00 00 29 D10101 D520 "
                    "00000000000000000000000000000000"
                    "00000000000000000000000000000000 91020001 00\n< " K1_R
                    " 9000\n");
    CHECK(iotsim_ok(applet_compute_hkdf(&b.applet, none, hex("01"), none.id,
                                        HASH_SHA256, &b.out)));
    bench_end(&b);
}

/* 22: a stored key goes with modes 01 and 02, a secret with 00. */
static void row_22_prf_modes(void)
{
    static const struct applet_ref none;
    struct bench b;

    bench_begin(&b, "> 81 48 01 00 09 860106 D20161 D30101 00\n< 77 9000\n"
                    "> 81 48 00 00 0A D1020102 D20161 D30101 00\n< 77 9000\n");
    CHECK(iotsim_ok(applet_compute_prf(&b.applet, PRF_PSK, by_id("06"), none.id,
                                       none.id, bytes_text("a"), 1, &b.out)));
    CHECK(
        iotsim_ok(applet_compute_prf(&b.applet, PRF_GENERAL, none, hex("0102"),
                                     none.id, bytes_text("a"), 1, &b.out)));
    bench_end(&b);
}

/* 23: the access octet is the card's business. */
static void row_23_access_is_not_checked(void)
{
    struct applet_object o;
    struct bench b;

    bench_begin(&b, "> 81 CB C2 00 03 850101 00\n< 850101 600102 9000\n"
                    "> 81 CD 00 00 03 850101 00\n< " K1_POINT " 9000\n");
    CHECK(iotsim_ok(
        applet_get_object(&b.applet, APPLET_PUBLIC_KEY, by_id("01"), &o)));
    CHECK_INT(o.access, ACCESS_UPDATE);
    bench_reads_point(&b, by_id("01"), K1_POINT);
    bench_end(&b);
}

static void row_24_list_parts(void)
{
    static const char *const scripts[] = {
        "> 81 CB 01 00 00\n< C10A 74024B31 6300\n"
        "> 81 CB 01 01 00\n< 840101 4A0101 9000\n",
        "> 81 CB 01 00 00\n< C10A 74024B31 6106\n"
        "> 01 C0 00 00 06\n< 840101 4A0101 9000\n",
    };

    for (size_t i = 0; i < 2; i++) {
        struct bench b;

        bench_begin(&b, scripts[i]);
        CHECK(iotsim_ok(applet_get_list(&b.applet, &b.out)));
        CHECK_HEX(b.out.data, b.out.len, "C10A74024B318401014A0101");
        bench_end(&b);
    }
}

/* 28: 00 is "see the next octet" only in tag 33; elsewhere it is empty. */
static void row_28_zero_length(void)
{
    struct applet_object o = listed("7400 840101 4A0101", 0);

    CHECK_INT(o.label_len, 0);
    CHECK_HEX(o.id, o.id_len, "01");
    signature_is("330040 " K1_R K1_S);
}

static void row_30_vendor_values(void)
{
    struct applet_object o =
        listed("840101 9F0101 5F02AABB 4B0143 92010C E000 4A0101", 0);

    CHECK_INT(o.key_type, 0x43);
    CHECK_INT(o.signatures, 0x0c);
    CHECK_INT(o.state, 1);
    CHECK_INT(listed("860101 4B01B0", 0).key_type, 0xb0);
}

/* --- chapter 5: the operator is at work ---------------------------------- */

static void remote_update_has_completed(void)
{
    struct applet_public_key key;
    struct bench b;

    bench_begin(&b, "> 81 CD 00 00 03 850101 00\n< " K1_POINT " 63CF\n"
                    "> 81 CD 00 00 03 850101 00\n< 6147\n"
                    "> 01 C0 00 00 47\n< 3445 4943 8641 " K1_POINT " 63CF\n"
                    "> 81 CD 00 00 03 850101 00\n< 6989\n");
    for (int i = 0; i < 2; i++) {
        bench_reads_point(&b, by_id("01"), K1_POINT);
        CHECK(b.applet.store_changed);
        b.applet.store_changed = false;
    }
    CHECK(iotsim_is(applet_read_public_key(&b.applet, by_id("01"), &key),
                    IOTSIM_ERR_BUSY));
    CHECK(b.applet.store_changed);
    bench_end(&b);
}

static void remote_update_is_running(void)
{
    struct bench b;
    iotsim_result result;

    bench_begin(&b, SIGN_INIT "< 6984\n");
    result = bench_sign(&b, by_id("01"));
    CHECK(iotsim_is(result, IOTSIM_ERR_CARD_UPDATING));
    CHECK_INT(result.sw, 0x6984);
    CHECK(!b.applet.store_changed);
    bench_end(&b);
}

TEST_MAIN(TEST(row_01_wrappers), TEST(row_02_identifier_length_too_large),
          TEST(row_03_short_identifier_and_structure),
          TEST(row_04_hash_bitmap_of_one_octet),
          TEST(row_05_tags_of_capabilities), TEST(row_06_signature_length),
          TEST(row_07_signature_in_der), TEST(row_08_class),
          TEST(row_08_class_of_get_response),
          TEST(row_09_length_of_92_too_large), TEST(row_10_file_usage),
          TEST(row_11_file_size_is_big_endian),
          TEST(row_11_file_size_is_little_endian), TEST(row_12_read_file),
          TEST(row_13_no_file_information),
          TEST(row_14_generate_answers_key_only),
          TEST(row_15_public_key_without_tags), TEST(row_16_sessions_stay_open),
          TEST(row_17_no_implicit_channel), TEST(row_18_select_twice),
          TEST(row_19_random_of_zeros), TEST(row_20_random_with_6300),
          TEST(row_21_hkdf_salt_is_never_empty), TEST(row_22_prf_modes),
          TEST(row_23_access_is_not_checked), TEST(row_24_list_parts),
          TEST(row_28_zero_length), TEST(row_30_vendor_values),
          TEST(remote_update_has_completed), TEST(remote_update_is_running))
