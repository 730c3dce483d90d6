/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cards/full.conf: what tests of the whole rely on.
 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "exchange.h"

static struct softcard *shared(void)
{
    static struct softcard *card;

    if (!card)
        card = card_from("full.conf");
    softcard_reset(card);
    select_applet(card);
    return card;
}

static X509 *certificate(const char *label)
{
    FILE *file = tmpfile();
    X509 *x509 = NULL;

    if (file && softcard_export_certificate(shared(), label, file)) {
        rewind(file);
        x509 = PEM_read_X509(file, NULL, NULL, NULL);
    }
    if (file)
        fclose(file);
    return x509;
}

static EVP_PKEY *public_key(const char *label)
{
    FILE *file = tmpfile();
    EVP_PKEY *key = NULL;

    if (file && softcard_export_public(shared(), label, file)) {
        rewind(file);
        key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
    }
    if (file)
        fclose(file);
    return key;
}

/* Build and check a chain as libcrypto does it, strictly. */
static int chain_holds(const char *root, const char *middle, const char *leaf)
{
    X509 *top = certificate(root);
    X509 *end = certificate(leaf);
    X509 *between = middle ? certificate(middle) : NULL;
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    if (between)
        sk_X509_push(others, between);
    int ok = top && end && X509_STORE_add_cert(store, top) == 1 &&
             X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT) == 1 &&
             X509_STORE_CTX_init(ctx, store, end, others) == 1 &&
             X509_verify_cert(ctx) == 1;

    X509_STORE_CTX_free(ctx);
    sk_X509_free(others);
    X509_STORE_free(store);
    X509_free(between);
    X509_free(end);
    X509_free(top);
    return ok;
}

static void chains(void)
{
    static const char *const by_ca[] = { "web",     "brainpool", "rsa",
                                         "rsa3072", "rsa4096",   "sub" };

    for (size_t i = 0; i < sizeof by_ca / sizeof *by_ca; i++) {
        check_true(__FILE__, __LINE__, by_ca[i],
                   chain_holds("ca", NULL, by_ca[i]));
        CHECK(!chain_holds("ca2", NULL, by_ca[i]));
    }
    CHECK(chain_holds("ca", "sub", "web2"));
    CHECK(!chain_holds("ca", NULL, "web2"));
    CHECK(chain_holds("ca2", NULL, "static"));
    CHECK(chain_holds("ca2", NULL, "ca2"));
}

/* Each leaf is for the public key of its label, and for localhost. */
static void leaves(void)
{
    static const struct {
        const char *label, *name;
        int bits;
    } rows[] = {
        { "web", "localhost", 256 },
        { "brainpool", "brainpool.example", 256 },
        { "rsa", "rsa.example", 2048 },
        { "rsa3072", "rsa3072.example", 3072 },
        { "rsa4096", "rsa4096.example", 4096 },
        { "static", "static.example", 256 },
        { "web2", "web2.example", 256 },
    };
    char name[40];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        X509 *leaf = certificate(rows[i].label);
        EVP_PKEY *key = public_key(rows[i].label);

        REQUIRE(leaf != NULL && key != NULL);
        CHECK_INT(EVP_PKEY_get_bits(key), rows[i].bits);
        CHECK_INT(EVP_PKEY_eq(key, X509_get0_pubkey(leaf)), 1);
        CHECK(X509_NAME_get_text_by_NID(X509_get_subject_name(leaf),
                                        NID_commonName, name, sizeof name) > 0);
        CHECK_STR(name, rows[i].name);
        CHECK_INT(X509_check_host(leaf, "localhost", 0, 0, NULL), 1);
        CHECK_INT(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
        CHECK_INT(X509_check_ca(leaf), 0);
        EVP_PKEY_free(key);
        X509_free(leaf);
    }
}

static void authorities(void)
{
    static const char *const labels[] = { "ca", "ca2", "sub" };

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        X509 *x509 = certificate(labels[i]);

        REQUIRE(x509 != NULL);
        CHECK_INT(X509_check_ca(x509), 1);
        X509_free(x509);
    }
}

/* Declared 300 octets too large; the rest reads as zeros. */
static void padded_file(void)
{
    struct softcard *card = shared();
    X509 *x509 = certificate("static");
    int len = i2d_X509(x509, NULL);
    char command[40];

    struct answer a = ask(card, "81 CB C3 00 03 830106");
    REQUIRE(a.len > 6);
    CHECK_INT(a.octets[a.len - 6], 0x20);
    CHECK_INT(a.octets[a.len - 4] << 8 | a.octets[a.len - 3], len + 300);
    snprintf(command, sizeof command, "81 B0 %02X %02X 03 830106 00",
             (unsigned int)len >> 8, (unsigned int)len & 0xFF);
    a = ask(card, command);
    CHECK_INT(a.len, 258);
    for (size_t i = 0; i + 2 < a.len; i++)
        CHECK_INT(a.octets[i], 0);
    X509_free(x509);
}

static void plain_file(void)
{
    struct softcard *card = shared();

    EXPECT(card, "81 CB C3 00 03 830130",
           "C316 73046E6F7465 830130 600101 4A0101 210101 20020022 9000");
    EXPECT(card, "81 B0 00 00 03 830130 0A", "5772697474656E206279 9000");
}

/* The ids that tests use, with type, functions and state. */
static void keys(void)
{
    static const struct {
        const char *id;
        uint8_t type, functions, state;
    } rows[] = {
        { "01", 0x13, 0x03, 1 }, { "02", 0x23, 0x03, 1 },
        { "03", 0x03, 0x03, 1 }, { "04", 0x14, 0x06, 0 },
        { "05", 0x14, 0x05, 0 }, { "06", 0x13, 0x07, 1 },
        { "07", 0x14, 0x06, 0 }, { "08", 0x24, 0x06, 0 },
        { "09", 0x24, 0x05, 0 }, { "0A", 0x04, 0x03, 1 },
        { "0B", 0x05, 0x03, 1 }, { "0C", 0x13, 0x03, 1 },
    };
    struct softcard *card = shared();
    char command[40];
    char want[60];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(command, sizeof command, "81 CB C2 00 03 8501%s", rows[i].id);
        struct answer a = ask(card, command);
        REQUIRE(a.len > 4);
        size_t at = 4u + a.octets[3]; /* behind the label */
        snprintf(want, sizeof want,
                 "8501%s 600103 4A01%02X 4B01%02X 4E0101 "
                 "6101%02X",
                 rows[i].id, rows[i].state, rows[i].type, rows[i].functions);
        CHECK_HEX(a.octets + at, 18, want);
    }
}

TEST_MAIN(TEST(chains), TEST(leaves), TEST(authorities), TEST(padded_file),
          TEST(plain_file), TEST(keys))
