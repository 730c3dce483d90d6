/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every quirk changes what it says, and nothing before it is set.
 * Reference: iot-safe-apdu 7.
 */
#include "exchange.h"

#define K1_INFO \
    "74024B31840101600100 4A0101 4B0113 4E0101 610101 920104 91020001"
#define CC_INFO "73024343830102600101 4A0101"
#define HASH "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF"
#define POINT                                                            \
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6" \
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define SIGN_INIT "81 2A 00 01 0D 840101 A10103 91020001 920104"

static struct softcard *fresh(const char *quirk)
{
    struct softcard *card = card_from("reference.conf");

    if (!softcard_quirk(card, quirk))
        check_fail(__FILE__, __LINE__, softcard_error(card));
    select_applet(card);
    return card;
}

/* One command, one answer, under one quirk. */
static const struct {
    const char *quirk, *command, *answer;
} rows[] = {
    { "wrapper=each", "81 CB C1 00 03 840101", "C11D" K1_INFO "9000" },
    { "wrapper=none", "81 CB C1 00 03 840101", K1_INFO "9000" },
    { "algorithm-length=2", "81 CB C1 00 03 840101",
      "C11D 74024B31840101600100 4A0101 4B0113 4E0101 610101 920204 91020001"
      "9000" },
    { "vendor=yes", "81 CB C1 00 03 840101",
      "C120 74024B31840101600100 4A0101 4B0113 4E0101 610101 92010C 91020001"
      "DF0100 9000" },
    { "file-usage=before", "81 CB C3 00 03 830102",
      "C314" CC_INFO "210102 20020010 9000" },
    { "file-usage=after", "81 CB C3 00 03 830102",
      "C314" CC_INFO "20020010 210102 9000" },
    { "file-usage=absent", "81 CB C3 00 03 830102",
      "C311" CC_INFO "20020010 9000" },
    { "file-size=little", "81 CB C3 00 03 830102",
      "C314" CC_INFO "210102 20021000 9000" },
    { "file-information=no", "81 CB C3 00 03 830102", "6A86" },
    { "public-key=34-49-86", "81 CD 00 00 03 850101",
      "3445494386 41" POINT "9000" },
    { "public-key=34-86", "81 CD 00 00 03 850101", "3443 8641" POINT "9000" },
    { "public-key=bare", "81 CD 00 00 03 850101", POINT "9000" },
    { "read-past-end=6a86", "81 B0 00 11 03 830102", "6A86" },
    { "read-past-end=6981", "81 B0 00 11 03 830102", "6981" },
    { "read-file=le", "81 B0 00 0C 03 830102 02", "4344 9000" },
    { "read-padding=no", "81 B0 00 0C 03 830102 08", "43444546 9000" },
    { "read-padding=yes", "81 B0 00 0C 03 830102 08",
      "43444546 00000000 9000" },
    { "class=0x", "81 CB C3 00 03 830102", "6E00" },
    { "class=8x", "01 CB C3 00 03 830102", "6E00" },
    { "session-zero=accept", "81 2A 01 00", "9000" },
    { "session-zero=refuse", "81 2A 01 00", "6A86" },
    { "select-answer=yes", "01 A4 04 00 07 " AID,
      "6F09 8407 A0000005590010 9000" },
    { "success=91xx", SIGN_INIT, "9110" },
    { "file-select=accept", "01 A4 00 0C 02 2FE2", "9000" },
    { "file-select=refuse", "01 A4 00 0C 02 2FE2", "6A86" },
    { "select=twice", "81 CB C3 00 03 830102", "6D00" },
    { "implicit-channel=refuse", "02 A4 04 00 07 " AID, "6881" },
    { "implicit-channel=open", "02 A4 04 00 07 " AID, "9000" },
    { "empty-salt=refuse", "81 4A 00 00 09 860106 D500 91020001", "6A80" },
    { "prf-stored-key=refuse", "81 48 00 00 09 860106 D20141 D30110", "6A80" },
    { "zero-length=plain", "81 CB C3 00 04 83000102", "6A80" },
    { "zero-length=skip", "81 CB C3 00 04 83000102",
      "C314" CC_INFO "210102 20020010 9000" },
    { "response-class=0x", "81 C0 00 00 00", "6E00" },
    { "response-class=8x", "01 C0 00 00 00", "6E00" },
};

static void one_answer_each(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct softcard *card = fresh(rows[i].quirk);
        struct answer answer = ask(card, rows[i].command);

        check_hex(__FILE__, __LINE__, rows[i].quirk, answer.octets, answer.len,
                  rows[i].answer);
        softcard_free(card);
    }
}

/* The application data, whole. */
static void application(const char *quirk, const char *want)
{
    struct softcard *card = fresh(quirk);
    struct answer answer = ask(card, "81 CB 00 00 44");

    check_hex(__FILE__, __LINE__, quirk, answer.octets, answer.len, want);
    softcard_free(card);
}

#define COUNTS "B10104 B20104 B30104 B40102"
#define NAME "4558414D504C452D4150504C4554"
#define PADDED "1120" NAME "000000000000000000000000000000000000"

static void application_data(void)
{
    application("identifier=32",
                "100110" PADDED COUNTS
                "90010F 91020001 920104 930101 940103 B70104 9000");
    application("capability-tags=61-6f",
                "100110" PADDED COUNTS
                "61010F 91020001 920104 6F0101 940103 B70104 9000");
    application("hash-bitmap=1",
                "100110" PADDED COUNTS
                "90010F 910101 920104 930101 940103 B70104 9000");
    application("identifier=short",
                "100110 110E" NAME COUNTS
                "90010F 91020001 920104 930101 940103 B70104 9000");
    application("identifier=overlong",
                "100110 110F" NAME COUNTS
                "90010F 91020001 920104 930101 940103 B70104 9000");
}

static struct answer sign(struct softcard *card)
{
    (void)ask(card, SIGN_INIT);
    return ask(card, "81 2B 80 01 22 9E20 " HASH);
}

static void signature_forms(void)
{
    struct softcard *card = fresh("signature-length=2");

    struct answer a = sign(card);
    CHECK_INT(a.len, 69);
    CHECK_HEX(a.octets, 3, "330040");
    CHECK(softcard_quirk(card, "signature-length=1"));
    a = sign(card);
    CHECK_INT(a.len, 68);
    CHECK_HEX(a.octets, 2, "3340");
    CHECK(softcard_quirk(card, "signature-length=ber"));
    a = sign(card);
    CHECK_INT(a.len, 69);
    CHECK_HEX(a.octets, 3, "338140");
    CHECK(softcard_quirk(card, "signature-length=1"));
    CHECK(softcard_quirk(card, "signature=der"));
    a = sign(card);
    CHECK_INT(a.octets[2], 0x30);
    CHECK_INT(a.octets[1], a.octets[3] + 2);
    CHECK_INT(a.len, a.octets[1] + 4u);
    softcard_free(card);
}

static void read_file_sizes(void)
{
    static const struct {
        const char *quirk;
        size_t len;
    } sizes[] = { { "read-file=le", 16 },
                  { "read-file=256", 256 },
                  { "read-file=255", 255 },
                  { "read-file=240", 240 } };
    struct softcard *card = card_of("[objects]\nf = file\n"
                                    "[f]\nid = 01\nvalue = 01\nsize = 600\n");

    select_applet(card);
    for (size_t i = 0; i < 4; i++) {
        CHECK(softcard_quirk(card, sizes[i].quirk));
        CHECK(softcard_quirk(card, "answer=61xx"));
        EXPECT_SW(card, "81 B0 00 00 03 830101 10",
                  0x6100u | (sizes[i].len & 0xFF));
    }
    softcard_free(card);
}

static void generate_answers(void)
{
    struct softcard *card = fresh("generate-answer=ids");

    CHECK_INT(ask(card, "81 B9 00 00 03 840104").len, 6 + 71 + 2);
    CHECK(softcard_quirk(card, "generate-answer=key"));
    CHECK_INT(ask(card, "81 B9 00 00 03 840104").len, 71 + 2);
    softcard_free(card);
}

static void access_rules(void)
{
    struct softcard *card = card_of(
        "[objects]\np = pair\n[p]\nid = 01\nlabel = p\n"
        "functions = generate\nvalue = generate\npublic-access = update\n");

    select_applet(card);
    EXPECT_SW(card, "81 CD 00 00 03 850101", 0x6985);
    EXPECT_SW(card, "81 B9 00 00 03 840101", 0x9000);
    CHECK(softcard_quirk(card, "public-key-access=ignored"));
    EXPECT_SW(card, "81 CD 00 00 03 850101", 0x9000);
    CHECK(softcard_quirk(card, "generate-needs-read=yes"));
    EXPECT_SW(card, "81 B9 00 00 03 840101", 0x6985);
    softcard_free(card);
}

static void session_rules(void)
{
    struct softcard *card = fresh("reopen=never");

    (void)sign(card);
    EXPECT_SW(card, SIGN_INIT, 0x6985);
    softcard_free(card);

    card = fresh("session-scope=card");
    (void)ask(card, "00 70 00 00 01");
    (void)ask(card, "02 A4 04 00 07 " AID);
    EXPECT_SW(card, SIGN_INIT, 0x9000);
    EXPECT_SW(card, "82 2A 00 01 0D 840101 A10103 91020001 920104", 0x6985);
    softcard_free(card);
}

static void select_rules(void)
{
    struct softcard *card = fresh("select=twice");

    EXPECT_SW(card, "01 A4 04 00 07 " AID, 0x9000);
    EXPECT_SW(card, "81 B0 00 00 03 830102", 0x9000);
    EXPECT_SW(card, "81 B0 00 00 03 830102", 0x9000);
    softcard_free(card);

    card = fresh("select=each");
    EXPECT_SW(card, "81 B0 00 00 03 830102", 0x9000);
    EXPECT_SW(card, "81 B0 00 00 03 830102", 0x6D00);
    EXPECT_SW(card, "01 A4 04 00 07 " AID, 0x9000);
    EXPECT_SW(card, "81 B0 00 00 03 830102", 0x9000);
    softcard_free(card);
}

static void random_rules(void)
{
    struct softcard *card = fresh("random-zeros=yes");
    struct answer a = ask(card, "81 84 00 00 80");
    unsigned int sum = 0;

    for (size_t i = 0; i < 128; i++)
        sum |= a.octets[i];
    CHECK_INT(a.len, 130);
    CHECK_INT(sum, 0);
    a = ask(card, "81 84 00 00 40");
    for (size_t i = 0; i < 64; i++)
        sum |= a.octets[i];
    CHECK(sum != 0);
    CHECK(softcard_quirk(card, "random-status=6300"));
    EXPECT_SW(card, "81 84 00 00 10", 0x6300);
    softcard_free(card);
}

static void block_rules(void)
{
    struct softcard *card = fresh("blocks=b");
    const char *init = "81 2A 00 01 0D 840101 A10101 91020001 920104";

    EXPECT_SW(card, init, 0x9000);
    EXPECT_SW(card, "81 2B 00 01 04 9B06 7361", 0x6A80);
    EXPECT_SW(card, init, 0x9000);
    EXPECT_SW(card, "81 2B 00 01 04 9B02 7361", 0x9000);
    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    CHECK(softcard_quirk(card, "blocks=a"));
    EXPECT_SW(card, init, 0x9000);
    EXPECT_SW(card, "81 2B 00 01 04 9B06 7361", 0x9000);
    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    EXPECT_SW(card, init, 0x9000);
    EXPECT_SW(card, "81 2B 00 01 04 9B02 7361", 0x9000);
    EXPECT_SW(card, "81 2B 00 01 04 9B02 7361", 0x6A80);
    softcard_free(card);
}

static void wrong_settings(void)
{
    struct softcard *card = fresh("list-part=1");

    CHECK(!softcard_quirk(card, "nonsense=1"));
    CHECK(!softcard_quirk(card, "wrapper=maybe"));
    CHECK(!softcard_quirk(card, "wrapper"));
    CHECK(!softcard_quirk(card, "list-part=0"));
    CHECK(!softcard_quirk(card, "list-part=257"));
    CHECK(!softcard_quirk(card, "list-part=x"));
    softcard_free(card);
}

TEST_MAIN(TEST(one_answer_each), TEST(application_data), TEST(signature_forms),
          TEST(read_file_sizes), TEST(generate_answers), TEST(access_rules),
          TEST(session_rules), TEST(select_rules), TEST(random_rules),
          TEST(block_rules), TEST(wrong_settings))
