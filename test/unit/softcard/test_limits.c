/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cards that cannot do everything: each capability switched off by a profile,
 * and the status word that says so. Reference: iot-safe-apdu 5, 10.2.
 */
#include "exchange.h"

#define EC "[objects]\nk = pair\n[k]\nid = 01\nlabel = k\nvalue = generate\n"
#define RSA EC "type = rsa2048\n"

#define SIGN(mode, hash, algorithm) \
    "81 2A 00 01 0D 840101 A101" mode " 910200" hash " 9201" algorithm
#define VERIFY(mode, hash, algorithm) \
    "81 2C 00 01 0D 850101 A101" mode " 910200" hash " 9201" algorithm

/* What INIT of both commands answers; sessions are closed behind it. */
static void check_init(struct softcard *card, const char *sign,
                       const char *verify, unsigned int want)
{
    CHECK_INT(send_for_status(card, sign), want);
    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    CHECK_INT(send_for_status(card, verify), want);
    EXPECT_SW(card, "81 2C 01 01", 0x9000);
}

#define BOTH(card, mode, hash, algorithm, want)   \
    check_init(card, SIGN(mode, hash, algorithm), \
               VERIFY(mode, hash, algorithm), want)

static struct softcard *start(const char *profile)
{
    struct softcard *card = card_of(profile);

    select_applet(card);
    return card;
}

static void modes_of_the_key(void)
{
    struct softcard *card = start(EC "modes = hash\n");

    BOTH(card, "01", "01", "04", 0x6A80);
    BOTH(card, "02", "01", "04", 0x6A80);
    BOTH(card, "03", "01", "04", 0x9000);
    softcard_free(card);
    card = start(EC "private-modes = text\npublic-modes = last-block\n");
    EXPECT_SW(card, SIGN("01", "01", "04"), 0x9000);
    EXPECT_SW(card, "81 2A 01 01", 0x9000);
    EXPECT_SW(card, SIGN("02", "01", "04"), 0x6A80);
    EXPECT_SW(card, VERIFY("02", "01", "04"), 0x9000);
    EXPECT_SW(card, "81 2C 01 01", 0x9000);
    EXPECT_SW(card, VERIFY("01", "01", "04"), 0x6A80);
    softcard_free(card);
}

static void modes_of_the_card(void)
{
    struct softcard *card =
        start("[card]\nmodes = text, hash\n" EC "modes = last-block, hash\n");

    BOTH(card, "01", "01", "04", 0x6A80);
    BOTH(card, "02", "01", "04", 0x6A80);
    BOTH(card, "03", "01", "04", 0x9000);
    softcard_free(card);
    card = start("[card]\nmodes = last-block\n" EC);
    BOTH(card, "01", "01", "04", 0x6A80);
    BOTH(card, "02", "01", "04", 0x9000);
    BOTH(card, "03", "01", "04", 0x6A80);
    softcard_free(card);
}

static void all_modes_by_default(void)
{
    struct softcard *card = start(EC);

    BOTH(card, "00", "01", "04", 0x6A80);
    BOTH(card, "01", "01", "04", 0x9000);
    BOTH(card, "02", "01", "04", 0x9000);
    BOTH(card, "03", "01", "04", 0x9000);
    BOTH(card, "04", "01", "04", 0x6A80);
    softcard_free(card);
}

static void hashes(void)
{
    struct softcard *card = start(EC);

    BOTH(card, "03", "02", "04", 0x6A80);
    BOTH(card, "03", "03", "04", 0x6A80); /* two bits */
    softcard_free(card);
    card = start(RSA "hash = sha384\n");
    BOTH(card, "03", "01", "01", 0x6A80);
    BOTH(card, "03", "02", "01", 0x9000);
    BOTH(card, "03", "04", "01", 0x6A80);
    softcard_free(card);
    card = start(RSA);
    BOTH(card, "03", "01", "01", 0x9000);
    BOTH(card, "03", "02", "02", 0x9000);
    BOTH(card, "03", "04", "02", 0x9000);
    BOTH(card, "03", "08", "02", 0x6A80);
    softcard_free(card);
}

static void algorithms(void)
{
    struct softcard *card = start(RSA "signature = pkcs1\n");

    BOTH(card, "03", "01", "01", 0x9000);
    BOTH(card, "03", "01", "02", 0x6A80);
    BOTH(card, "03", "01", "04", 0x6A80);
    softcard_free(card);
    card = start(RSA "signature = pss\n");
    BOTH(card, "03", "01", "01", 0x6A80);
    BOTH(card, "03", "01", "02", 0x9000);
    softcard_free(card);
    /* what is announced but does not fit the key is refused all the same */
    card = start(RSA "signature = pkcs1, pss, ecdsa\n");
    BOTH(card, "03", "01", "04", 0x6A80);
    BOTH(card, "03", "01", "03", 0x6A80);
    softcard_free(card);
    card = start(EC "signature = pkcs1, pss, ecdsa\n");
    BOTH(card, "03", "01", "01", 0x6A80);
    BOTH(card, "03", "01", "02", 0x6A80);
    BOTH(card, "03", "01", "04", 0x9000);
    softcard_free(card);
    card = start(EC "signature = none\n");
    BOTH(card, "03", "01", "04", 0x6A80);
    softcard_free(card);
}

static void functions(void)
{
    struct softcard *card = start(EC "functions = agree\n");

    BOTH(card, "03", "01", "04", 0x6985);
    EXPECT_SW(card, "81 B9 00 00 03 840101", 0x6985);
    EXPECT_SW(card, "81 46 00 00 06 840101 850101", 0x9000);
    softcard_free(card);
    card = start(EC "functions = sign, generate\n");
    BOTH(card, "03", "01", "04", 0x9000);
    EXPECT_SW(card, "81 B9 00 00 03 840101", 0x9000);
    EXPECT_SW(card, "81 46 00 00 06 840101 850101", 0x6985);
    softcard_free(card);
    card = start(EC "functions = agree\nagreement = none\n");
    EXPECT_SW(card, "81 46 00 00 06 840101 850101", 0x6985);
    softcard_free(card);
    card = start(RSA "functions = agree, sign\nagreement = ecka\n");
    EXPECT_SW(card, "81 46 00 00 06 840101 850101", 0x6985);
    softcard_free(card);
    card = start("[objects]\ns = secret\nt = secret\n[s]\nid = 01\n"
                 "functions = none\nvalue = generate\n"
                 "[t]\nid = 02\nderivation = prf\nvalue = generate\n");
    EXPECT_SW(card, "81 48 01 00 09 860101 D20141 D30110", 0x6985);
    EXPECT_SW(card, "81 4A 00 00 0A 860101 D50100 91020001 00", 0x6985);
    EXPECT_SW(card, "81 4A 00 00 0A 860102 D50100 91020001 00", 0x6985);
    EXPECT_SW(card, "81 48 01 00 09 860102 D20141 D30110", 0x9000);
    softcard_free(card);
}

static void access_and_state(void)
{
    struct softcard *card = start(EC "access = none\n");

    EXPECT_SW(card, "81 CD 00 00 03 850101", 0x6985);
    EXPECT_SW(card, "81 24 00 01 03 850101", 0x6985);
    softcard_free(card);
    card = start(EC "functions = generate\nprivate-access = none\n");
    EXPECT_SW(card, "81 B9 00 00 03 840101", 0x6985);
    softcard_free(card);
    card = start(EC "state = deactivated\n");
    BOTH(card, "03", "01", "04", 0x6985);
    EXPECT_SW(card, "81 CD 00 00 03 850101", 0x6985);
    softcard_free(card);
}

/* Key usage is told, not enforced: tag 4E. */
static void usages(void)
{
    static const struct {
        const char *word, *information;
    } rows[] = {
        { "general", "74016B 840101 600100 4A0101 4B0113 4E0101" },
        { "tls12", "74016B 840101 600100 4A0101 4B0113 4E0102" },
        { "tls13", "74016B 840101 600100 4A0101 4B0113 4E0103" },
    };
    char profile[200];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(profile, sizeof profile, EC "usage = %s\n", rows[i].word);
        struct softcard *card = start(profile);
        struct answer a = ask(card, "81 CB C1 00 03 840101");
        CHECK_HEX(a.octets + 2, 18, rows[i].information);
        BOTH(card, "03", "01", "04", 0x9000);
        softcard_free(card);
    }
}

/* A command, and what a card says that is without the part. */
static const struct {
    const char *part, *command;
    unsigned int has, lacks;
} parts[] = {
    { "sign", SIGN("03", "01", "04"), 0x9000, 0x6D00 },
    { "sign", "81 2A 01 01", 0x9000, 0x6D00 },
    { "sign", "81 2B 80 01 02 9E00", 0x6985, 0x6D00 },
    { "verify", VERIFY("03", "01", "04"), 0x9000, 0x6D00 },
    { "verify", "81 2C 01 01", 0x9000, 0x6D00 },
    { "verify", "81 2D 80 01 02 9E00", 0x6985, 0x6D00 },
    { "generate", "81 B9 00 00 03 840101", 0x9000, 0x6D00 },
    { "put-key", "81 24 00 01 03 850101", 0x9000, 0x6D00 },
    { "put-key", "81 24 01 01", 0x9000, 0x6D00 },
    { "put-key", "81 D8 80 01 02 3400", 0x6985, 0x6D00 },
    { "dh", "81 46 00 00 06 840101 850101", 0x9000, 0x6D00 },
    { "prf", "81 48 00 00 09 D10141 D20141 D30110", 0x9000, 0x6D00 },
    { "hkdf", "81 4A 00 00 0A D10141 D50100 91020001", 0x9000, 0x6D00 },
    { "random", "81 84 00 00 10", 0x9000, 0x6D00 },
    { "list", "81 CB 01 00 00", 0x9000, 0x6A86 },
    { "list", "81 CB 01 01 00", 0x9000, 0x6A86 },
    { "none", "81 CB 00 00 44", 0x9000, 0x9000 },
};

#define CAN_ALL \
    EC "functions = sign, generate, agree\npublic-access = read, update\n"

static void without(void)
{
    char profile[300];

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct softcard *card = start(CAN_ALL);

        check_int(__FILE__, __LINE__, parts[i].command,
                  send_for_status(card, parts[i].command), parts[i].has);
        softcard_free(card);
        snprintf(profile, sizeof profile, "[card]\nwithout = %s\n" CAN_ALL,
                 parts[i].part);
        card = start(profile);
        check_int(__FILE__, __LINE__, parts[i].command,
                  send_for_status(card, parts[i].command), parts[i].lacks);
        EXPECT_SW(card, "81 CB C1 00 03 840101", 0x9000);
        EXPECT_SW(card, "81 CD 00 00 03 850101", 0x9000);
        softcard_free(card);
    }
}

static void without_several(void)
{
    struct softcard *card = start(
        "[card]\nwithout = random, verify, dh, put-key, generate, prf, hkdf, "
        "list\n" CAN_ALL);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        check_int(__FILE__, __LINE__, parts[i].command,
                  send_for_status(card, parts[i].command),
                  strcmp(parts[i].part, "sign") == 0 ? parts[i].has
                                                     : parts[i].lacks);
    softcard_free(card);
}

static void unknown_words(void)
{
    static const char *const profiles[] = {
        "[card]\nwithout = fun\n",
        "[card]\nmodes = fast\n",
        EC "modes = fast\n",
        EC "signature = dsa\n",
    };

    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        struct softcard *card = softcard_new();

        REQUIRE(card != NULL);
        check_true(__FILE__, __LINE__, profiles[i],
                   !softcard_load_text(card, profiles[i]));
        softcard_free(card);
    }
}

TEST_MAIN(TEST(modes_of_the_key), TEST(modes_of_the_card),
          TEST(all_modes_by_default), TEST(hashes), TEST(algorithms),
          TEST(functions), TEST(access_and_state), TEST(usages), TEST(without),
          TEST(without_several), TEST(unknown_words))
