/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: what is refused, and with which words; defaults; PEM import.
 */
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <unistd.h>

#include "exchange.h"

/* A profile and a word of the sentence that refuses it. */
static const struct {
    const char *profile, *word;
} wrong[] = {
    { "[card", "line" },
    { "[card]\niccid = 12\n", "iccid" },
    { "[card]\niccid = 89882110000004300x0\n", "iccid" },
    { "[card]\naid = A000\n", "aid" },
    { "[card]\naid = A0000000000000000000000000000000000000\n", "aid" },
    { "[card]\nsessions = 16\n", "sessions" },
    { "[card]\nfunctions = fly\n", "functions" },
    { "[objects]\na = thing\n", "kind" },
    { "[objects]\na = file\n", "id" },
    { "[objects]\na = file\n[a]\nid = 0\n", "id" },
    { "[objects]\na = file\nb = file\n[a]\nid = 1A\n[b]\nid = 1A\n", "twice" },
    { "[objects]\na = file\nb = file\n[a]\nid = 01\nlabel = x\n"
      "[b]\nid = 02\nlabel = x\n",
      "twice" },
    { "[objects]\na = secret\n[a]\nid = 01\nvalue = hex:\n", "value" },
    { "[objects]\na = pair\n[a]\nid = 01\nvalue = 00\n", "value" },
    { "[objects]\na = pair\n[a]\nid = 01\nvalue = pem:/none\n", "value" },
    { "[objects]\na = pair\n[a]\nid = 01\ntype = p521\n", "type" },
    { "[objects]\na = file\n[a]\nid = 01\nvalue = issue\n", "certifies" },
    { "[objects]\na = file\n[a]\nid = 01\nsize = 99999\n", "size" },
    { "[objects]\na = file\n[a]\nid = 01\npadding = 30001\n", "padding" },
    { "[objects]\na = file\n[a]\nid = 01\nvalue = 00\npadding = 30000\n",
      "padding" },
    { "[quirks]\nwrapper = sometimes\n", "wrapper" },
    { "[faults]\none = explode\n", "one" },
};

static void wrong_profiles(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct softcard *card = softcard_new();

        REQUIRE(card != NULL);
        check_true(__FILE__, __LINE__, wrong[i].profile,
                   !softcard_load_text(card, wrong[i].profile) &&
                       strstr(softcard_error(card), wrong[i].word) != NULL);
        softcard_free(card);
    }
}

static void empty_profile(void)
{
    struct softcard *card = card_of("\n");

    select_applet(card);
    EXPECT_SW(card, "81 CB 00 00 44", 0x9000);
    softcard_free(card);
}

static void quirks_and_faults(void)
{
    struct softcard *card =
        card_of("[quirks]\nclass = 8x\n[faults]\none = ins=84,sw=6F00\n");

    select_applet(card);
    EXPECT_SW(card, "01 CB 00 00 44", 0x6E00);
    EXPECT_SW(card, "81 84 00 00 01", 0x6F00);
    softcard_free(card);
}

/* A pair with two ids, a deactivated secret, a file larger than its content. */
static void attributes(void)
{
    struct softcard *card = card_of(
        "[objects]\np = pair\ns = secret\nf = file\n"
        "[p]\nlabel = text:p\nprivate-id = text:001\npublic-id = 0002\n"
        "type = brainpool-volatile\nusage = tls13\nfunctions = generate\n"
        "[s]\nid = 01\nvalue = 00\nstate = deactivated\nderivation = hkdf\n"
        "[f]\nid = 02\nvalue = 0102\nsize = 4\nusage = certificate\n");

    select_applet(card);
    EXPECT(card, "81 CB C1 00 05 8403303031",
           "C117 740170 8403303031 600102 4A0100 4B0124 4E0103 610102 9000");
    EXPECT(card, "81 CB C2 00 04 85020002",
           "C216 750170 85020002 600103 4A0100 4B0124 4E0103 610102 9000");
    EXPECT(card, "81 CB C4 00 03 860101",
           "C412 860101 600100 4A0100 4B01A0 610108 940102 9000");
    EXPECT(card, "81 4A 00 00 0B 860101 D50100 91020001", "6700");
    EXPECT(card, "81 4A 00 00 0A 860101 D50100 91020001", "6985");
    EXPECT(card, "81 B0 00 00 03 830102", "01020000 9000");
    softcard_free(card);
}

static void keys_from_pem(void)
{
    static const char name[] = "test_profile.tmp";
    EVP_PKEY *key = EVP_EC_gen("brainpoolP256r1");
    FILE *file = fopen(name, "w");
    uint8_t point[65];
    size_t len = 0;

    REQUIRE(key && file);
    CHECK_INT(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    CHECK_INT(PEM_write_PUBKEY(file, key), 1);
    fclose(file);
    CHECK_INT(
        EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof point, &len),
        1);
    struct softcard *card = card_of(
        "[objects]\np = pair\nq = public\n"
        "[p]\nid = 01\ntype = brainpool\nvalue = pem:test_profile.tmp\n"
        "[q]\nid = 02\ntype = brainpool\nvalue = pem:test_profile.tmp\n");
    select_applet(card);
    struct answer one = ask(card, "81 CD 00 00 03 850101");
    struct answer two = ask(card, "81 CD 00 00 03 850102");
    CHECK(one.len == 73 && memcmp(one.octets + 6, point, 65) == 0);
    CHECK(two.len == 73 && memcmp(two.octets + 6, point, 65) == 0);
    softcard_free(card);

    card = softcard_new();
    CHECK(card &&
          !softcard_load_text(card, "[objects]\np = pair\n[p]\nid = 01\n"
                                    "value = pem:test_profile.tmp\n"));
    softcard_free(card); /* another curve than p256 */
    EVP_PKEY_free(key);
    unlink(name);
}

TEST_MAIN(TEST(wrong_profiles), TEST(empty_profile), TEST(quirks_and_faults),
          TEST(attributes), TEST(keys_from_pem))
