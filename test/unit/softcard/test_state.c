/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state file: what survives a restart, what does not; export.
 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange.h"

#define STATE "test_state.tmp"

static struct softcard *start(void)
{
    struct softcard *card = softcard_new();

    if (!card || !softcard_load(card, CARDS_DIR "/demo.conf", STATE)) {
        fprintf(stderr, "%s\n", card ? softcard_error(card) : "?");
        exit(1);
    }
    select_applet(card);
    return card;
}

static void same_answer(struct softcard *a, struct softcard *b,
                        const char *command)
{
    struct answer one = ask(a, command);
    struct answer two = ask(b, command);

    CHECK(one.len > 2 && one.len == two.len &&
          memcmp(one.octets, two.octets, one.len) == 0);
}

static void everything_survives(void)
{
    static const char *const commands[] = {
        "81 CB 00 00 44",        "81 CB 01 00 00",
        "81 CD 00 00 03 850101", "81 CD 00 00 03 850102",
        "81 B0 00 00 03 830101", "81 B0 01 00 03 830101",
        "81 B0 00 00 03 830103", "81 4A 00 00 0A 860111 D50100 91020001 00",
    };
    unlink(STATE);
    struct softcard *first = start();
    struct softcard *second = start();

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        same_answer(first, second, commands[i]);
    softcard_reset(first);
    softcard_reset(second);
    EXPECT_SW(first, "00 A4 00 0C 02 2FE2", 0x9000);
    EXPECT_SW(second, "00 A4 00 0C 02 2FE2", 0x9000);
    same_answer(first, second, "00 B0 00 00 0A");
    softcard_free(first);
    softcard_free(second);
}

static void generated_keys_survive(void)
{
    unlink(STATE);
    struct softcard *first = start();
    EXPECT_SW(first, "81 B9 00 00 03 840101", 0x9000);
    EXPECT_SW(first, "81 B9 00 00 03 840104", 0x9000);
    struct softcard *second = start(); /* as after a crash of the first */

    same_answer(first, second, "81 CD 00 00 03 850101");
    EXPECT_SW(first, "81 CD 00 00 03 850104", 0x9000);
    EXPECT_SW(second, "81 CD 00 00 03 850104", 0x6985); /* volatile */
    softcard_free(first);
    softcard_free(second);
}

static void only_the_owner_reads_it(void)
{
    struct stat info;

    unlink(STATE);
    softcard_free(start());
    CHECK_INT(stat(STATE, &info), 0);
    CHECK_INT(info.st_mode & 0777, 0600);
    CHECK(access(STATE ".new", F_OK) != 0);
}

static void broken_state_is_refused(void)
{
    struct softcard *card = softcard_new();
    FILE *file = fopen(STATE, "w");

    REQUIRE(card && file);
    fputs("[objects]\nobject1 = secret\n[object1]\nid = zz\n", file);
    fclose(file);
    CHECK(!softcard_load(card, CARDS_DIR "/demo.conf", STATE));
    CHECK(strstr(softcard_error(card), "object1") != NULL);
    softcard_free(card);
    unlink(STATE);
}

static void cannot_save(void)
{
    struct softcard *card = softcard_new();

    REQUIRE(card != NULL);
    CHECK(!softcard_load(card, CARDS_DIR "/demo.conf", "no/such/folder/x"));
    softcard_free(card);
}

/* The certificate of "web" is issued by "ca" and is for the key of "web". */
static void certificates_fit(void)
{
    struct softcard *card = card_from("demo.conf");
    FILE *file = tmpfile();

    REQUIRE(file != NULL);
    CHECK(softcard_export_certificate(card, "web", file));
    CHECK(softcard_export_certificate(card, "ca", file));
    CHECK(softcard_export_public(card, "web", file));
    CHECK(!softcard_export_certificate(card, "nobody", file));
    CHECK(!softcard_export_public(card, "ecdh", file)); /* empty */
    rewind(file);
    X509 *web = PEM_read_X509(file, NULL, NULL, NULL);
    X509 *ca = PEM_read_X509(file, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
    REQUIRE(web && ca && key);
    CHECK_INT(X509_check_issued(ca, web), X509_V_OK);
    CHECK_INT(X509_verify(web, X509_get0_pubkey(ca)), 1);
    CHECK_INT(X509_verify(ca, X509_get0_pubkey(ca)), 1);
    CHECK_INT(EVP_PKEY_eq(X509_get0_pubkey(web), key), 1);
    EVP_PKEY_free(key);
    X509_free(ca);
    X509_free(web);
    fclose(file);
    softcard_free(card);
}

TEST_MAIN(TEST(everything_survives), TEST(generated_keys_survive),
          TEST(only_the_owner_reads_it), TEST(broken_state_is_refused),
          TEST(cannot_save), TEST(certificates_fit))
