/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: who may open, update and close them, and data in several blocks.
 * Reference: iot-safe-apdu 2.4, 2.7, 10.2.
 */
#include "exchange.h"

#define SIGN_INIT(p2, mode) \
    "81 2A 00 " p2 " 0D 840101 A101" mode " 91020001 920104"
#define VERIFY_INIT(p2, mode) \
    "81 2C 00 " p2 " 0D 850101 A101" mode " 91020001 920104"
#define HASH "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF"
#define SIGN_LAST(p2) "81 2B 80 " p2 " 22 9E20 " HASH

static struct softcard *fresh(void)
{
    struct softcard *card = card_from("reference.conf");

    select_applet(card);
    return card;
}

static void update_needs_a_session(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, SIGN_LAST("01"), 0x6985);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "81 2D 80 01 02 9E00", 0x6985);
    EXPECT_SW(card, SIGN_LAST("02"), 0x6985);
    EXPECT_SW(card, SIGN_LAST("01"), 0x9000);
    EXPECT_SW(card, SIGN_LAST("01"), 0x6985);
    softcard_free(card);
}

static void open_again(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x6985);
    EXPECT_SW(card, VERIFY_INIT("01", "03"), 0x6985);
    EXPECT_SW(card, SIGN_LAST("01"), 0x9000);
    EXPECT_SW(card, VERIFY_INIT("01", "03"), 0x9000);
    softcard_free(card);
}

static void close_what_is_open(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    EXPECT_SW(card, "81 2A 01 01 00", 0x9000);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "81 2C 01 01", 0x9000); /* another kind: stays open */
    EXPECT_SW(card, SIGN_LAST("01"), 0x9000);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    EXPECT_SW(card, SIGN_LAST("01"), 0x6985);
    softcard_free(card);
}

static void numbers_run_out(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, SIGN_INIT("00", "03"), 0x9000);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, SIGN_INIT("02", "03"), 0x9000);
    EXPECT_SW(card, SIGN_INIT("03", "03"), 0x9000);
    EXPECT_SW(card, SIGN_INIT("04", "03"), 0x6989);
    EXPECT_SW(card, SIGN_INIT("05", "03"), 0x6A86);
    EXPECT_SW(card, "81 2A 01 00", 0x9000);
    EXPECT_SW(card, SIGN_INIT("04", "03"), 0x9000);
    softcard_free(card);
}

static void failure_aborts(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "81 2B 80 01 04 9E02 0000", 0x6A80);
    EXPECT_SW(card, SIGN_LAST("01"), 0x6985);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "81 2B 80 01 04 9B02 0000", 0x6985); /* tag of mode 01 */
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, SIGN_LAST("01"), 0x9000);
    softcard_free(card);
}

static void select_and_close_end_them(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "01 A4 04 00 07 " AID, 0x9000);
    EXPECT_SW(card, SIGN_LAST("01"), 0x6985);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "00 70 80 01", 0x9000);
    select_applet(card);
    EXPECT_SW(card, SIGN_LAST("01"), 0x6985);
    softcard_free(card);
}

static void channels_have_their_own(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, "00 70 00 00 01", 0x9000);
    EXPECT_SW(card, "02 A4 04 00 07 " AID, 0x9000);
    EXPECT_SW(card, SIGN_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, "82 2A 00 01 0D 840101 A10103 91020001 920104", 0x9000);
    EXPECT_SW(card, SIGN_LAST("01"), 0x9000);
    softcard_free(card);
}

/* The text "sample" in mode 01; its signature is made and then verified, in
 * whatever blocks: `sign` and `verify` are the UPDATEs before the last. */
static void sign_and_verify(struct softcard *card, const char *const *before,
                            const char *last, const char *last_text)
{
    char command[700];
    char hex[129];

    EXPECT_SW(card, SIGN_INIT("01", "01"), 0x9000);
    for (const char *const *b = before; *b; b++) {
        snprintf(command, sizeof command, "81 2B 00 01 %s", *b);
        EXPECT_SW(card, command, 0x9000);
    }
    snprintf(command, sizeof command, "81 2B 80 01 %s", last);
    struct answer signature = ask(card, command);
    REQUIRE(signature.len == 69);
    for (size_t i = 0; i < 64; i++)
        snprintf(hex + 2 * i, 3, "%02X", signature.octets[3 + i]);

    EXPECT_SW(card, VERIFY_INIT("01", "03"), 0x9000);
    snprintf(command, sizeof command, "81 2D 80 01 64 9E20 " HASH "3340 %s",
             hex);
    EXPECT_SW(card, command, 0x9000);

    EXPECT_SW(card, VERIFY_INIT("01", "01"), 0x9000);
    for (const char *const *b = before; *b; b++) {
        snprintf(command, sizeof command, "81 2D 00 01 %s", *b);
        EXPECT_SW(card, command, 0x9000);
    }
    snprintf(command, sizeof command, "81 2D 80 01 %02zX %s 330040 %s",
             strlen(last_text) / 2 + 67, last_text, hex);
    EXPECT_SW(card, command, 0x9000);
}

static void full_text_in_one_block(void)
{
    static const char *const before[] = { NULL };
    struct softcard *card = fresh();

    sign_and_verify(card, before, "08 9B06 73616D706C65", "9B0673616D706C65");
    softcard_free(card);
}

static void full_text_style_a(void)
{
    static const char *const before[] = { "04 9B06 7361", "02 6D70", NULL };
    struct softcard *card = fresh();

    sign_and_verify(card, before, "02 6C65", "6C65");
    softcard_free(card);
}

static void full_text_style_b(void)
{
    static const char *const before[] = { "04 9B02 7361", "04 9B02 6D70",
                                          NULL };
    struct softcard *card = fresh();

    sign_and_verify(card, before, "04 9B02 6C65", "9B026C65");
    softcard_free(card);
}

static void wrong_signature(void)
{
    struct softcard *card = fresh();
    char command[400];

    snprintf(command, sizeof command, "81 2D 80 01 65 9E20 %s 330040 %0128d",
             HASH, 1);
    EXPECT_SW(card, VERIFY_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, command, 0x6D01);
    EXPECT_SW(card, command, 0x6985);
    softcard_free(card);
}

/* Mode 02: "sample" after one block of 64 "a"; both halves by the card. */
static void last_block(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, SIGN_INIT("01", "02"), 0x9000);
    /* an empty beginning: chaining value = initial value of SHA-256 */
    struct answer a =
        ask(card, "81 2B 80 01 30 9A06 73616D706C65 9C20 6A09E667BB67AE85"
                  "3C6EF372A54FF53A510E527F9B05688C1F83D9AB5BE0CD19 "
                  "9D04 00000000");
    REQUIRE(a.len == 69);
    char command[400];
    char hex[129];
    for (size_t i = 0; i < 64; i++)
        snprintf(hex + 2 * i, 3, "%02X", a.octets[3 + i]);
    snprintf(command, sizeof command, "81 2D 80 01 64 9E20 " HASH "3340 %s",
             hex);
    EXPECT_SW(card, VERIFY_INIT("01", "03"), 0x9000);
    EXPECT_SW(card, command, 0x9000);

    EXPECT_SW(card, SIGN_INIT("01", "02"), 0x9000);
    EXPECT_SW(card,
              "81 2B 80 01 2B 9A01 73 9C20 6A09E667BB67AE85"
              "3C6EF372A54FF53A510E527F9B05688C1F83D9AB5BE0CD19 "
              "9D04 00000001",
              0x6A80); /* not a whole number of blocks */
    softcard_free(card);
}

static void init_is_checked(void)
{
    struct softcard *card = fresh();

    EXPECT_SW(card, "81 2A 00 01 0D 840109 A10103 91020001 920104", 0x6A82);
    EXPECT_SW(card, "81 2A 00 01 0D 840104 A10103 91020001 920104", 0x6985);
    EXPECT_SW(card, "81 2A 00 01 0D 840101 A10104 91020001 920104", 0x6A80);
    EXPECT_SW(card, "81 2A 00 01 0D 840101 A10103 91020002 920104", 0x6A80);
    EXPECT_SW(card, "81 2A 00 01 0D 840101 A10103 91020001 920101", 0x6A80);
    EXPECT_SW(card, "81 2A 00 01 0A 840101 A10103 91020001", 0x6A80);
    EXPECT_SW(card, "81 2A 00 01 11 840101 74024B31 A10103 91020001 920104",
              0x6A80);
    EXPECT_SW(card, "81 2A 00 01 0E 74024B31 A10103 91020001 920104", 0x9000);
    EXPECT_SW(card, "81 2A 00 02", 0x6700);
    EXPECT_SW(card, "81 2A 02 02", 0x6A86);
    softcard_free(card);
}

TEST_MAIN(TEST(update_needs_a_session), TEST(open_again),
          TEST(close_what_is_open), TEST(numbers_run_out), TEST(failure_aborts),
          TEST(select_and_close_end_them), TEST(channels_have_their_own),
          TEST(full_text_in_one_block), TEST(full_text_style_a),
          TEST(full_text_style_b), TEST(wrong_signature), TEST(last_block),
          TEST(init_is_checked))
