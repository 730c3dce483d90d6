/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA keys in the store: made, put, imported, kept in the state file, and
 * certificates for and by them. Reference: iot-safe-apdu 3.6 to 3.8, 4.1.
 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "rsa.h"

#define STATE "test_rsa_keys.tmp"
#define PEM "test_rsa_keys.pem.tmp"

#define PAIR                                  \
    "[objects]\na = pair\n[a]\nid = 01\n"     \
    "label = a\nfunctions = sign, generate\n" \
    "type = rsa2048\n"
#define PUBLIC                              \
    "[objects]\np = public\n[p]\nid = 01\n" \
    "type = rsa2048\naccess = read, update\n"

/* One of two software keys, made once: a reference to be freed. */
static EVP_PKEY *software_key(size_t which)
{
    static EVP_PKEY *keys[2];

    if (!keys[which])
        keys[which] = EVP_RSA_gen(2048);
    EVP_PKEY_up_ref(keys[which]);
    return keys[which];
}

static struct softcard *start(const char *profile)
{
    struct softcard *card = card_of(profile);

    select_applet(card);
    return card;
}

/* Does READ PUBLIC KEY of 01 give this key? */
static int holds(struct softcard *card, const EVP_PKEY *key)
{
    struct octets have = read_key(card, "01");
    struct octets want = answer_of_key(key);

    return have.len == want.len && memcmp(have.at, want.at, want.len) == 0;
}

/* Does the private key 01 sign for the public one? */
static int signs(struct softcard *card, EVP_PKEY *key)
{
    struct octets data = text_data(3, &hashes[0], "sample");
    struct octets signature = { .len = 0 };
    struct octets answer = { .len = 0 };

    if (init(card, 0x2A, "01", 3, 1, PSS) != 0x9000 ||
        send_cut(card, 0x2B, &data, BLOCK_MAX, &answer) != 0x9000)
        return 0;
    add(&signature, answer.at + 3, answer.len - 3);
    return verifies(key, PSS, &hashes[0], "sample", &signature);
}

static unsigned int put(struct softcard *card, const struct octets *data,
                        size_t most)
{
    EXPECT(card, "81 24 00 01 03 850101", "9000");
    return put_cut(card, 0xD8, data, most);
}

/* Each block is a TLV of its own, the second style of 2.7. */
static unsigned int put_tlvs(struct softcard *card, const struct octets *key,
                             size_t most)
{
    size_t from = 4; /* behind 34 82 xx xx */
    unsigned int sw = 0x9000;
    struct octets nothing = { .len = 0 };

    EXPECT(card, "81 24 00 01 03 850101", "9000");
    while (sw == 0x9000 && from < key->len) {
        size_t n = key->len - from < most ? key->len - from : most;
        uint8_t block[BLOCK_MAX] = { 0x34, (uint8_t)n };

        memcpy(block + 2, key->at + from, n);
        from += n;
        sw = send_block(card, 0xD8, from < key->len ? 0x00 : 0x80, block, n + 2,
                        &nothing);
    }
    return sw;
}

static void generated(void)
{
    static const uint8_t ids[] = { 0x84, 1, 1, 0x85, 1, 1 };
    struct softcard *card = start(PAIR);
    struct octets answer = { .len = 0 };
    struct octets key_tlv = { .len = 0 };

    EXPECT(card, "81 CB C1 00 03 840101",
           "C11C 740161 840101 600102 4A0100 4B0103 4E0101 610103 920103 "
           "91020007 9000");
    EXPECT(card, "81 CD 00 00 03 850101", "6985");
    CHECK_INT(init(card, 0x2A, "01", 3, 1, PSS), 0x6985);
    for (int i = 0; i < 2; i++) {
        struct answer part = ask(card, "81 B9 00 00 03 840101 00");

        CHECK_INT(status_of(&part), 0x6117); /* 6 and 273 octets in all */
        answer.len = 0;
        add(&answer, part.octets, 256);
        part = ask(card, "81 C0 00 00 17");
        CHECK_INT(part.len, 0x17 + 2);
        add(&answer, part.octets, 0x17);
        CHECK(memcmp(answer.at, ids, sizeof ids) == 0);
        CHECK(key_tlv.len != answer.len - 6 ||
              memcmp(key_tlv.at, answer.at + 6, key_tlv.len) != 0);
        key_tlv.len = 0;
        add(&key_tlv, answer.at + 6, answer.len - 6);
        EVP_PKEY *key = key_of_answer(&key_tlv, 2048);
        REQUIRE(key != NULL);
        CHECK(holds(card, key));
        CHECK(signs(card, key));
        EVP_PKEY_free(key);
    }
    EXPECT(card, "81 CB C2 00 03 850101",
           "C21C 750161 850101 600103 4A0101 4B0103 4E0101 610103 920103 "
           "91020007 9000");
    softcard_free(card);
}

static void tags_around_the_key(void)
{
    struct softcard *card = start(PAIR "value = generate\n");
    struct octets whole = read_key(card, "01");

    REQUIRE(whole.len == 273);
    CHECK_HEX(whole.at, 12, "3482010D 49820109 81820100");
    CHECK_HEX(whole.at + 268, 5, "8203 010001");
    CHECK(softcard_quirk(card, "public-key=34-86"));
    struct octets without_49 = read_key(card, "01");
    CHECK_INT(without_49.len, 269);
    CHECK_HEX(without_49.at, 8, "34820109 81820100");
    CHECK(memcmp(without_49.at + 8, whole.at + 12, 261) == 0);
    CHECK(softcard_quirk(card, "public-key=bare"));
    struct octets bare = read_key(card, "01");
    CHECK_INT(bare.len, 265);
    CHECK(memcmp(bare.at, whole.at + 8, 265) == 0);
    softcard_free(card);
}

static void put_in_blocks(void)
{
    struct softcard *card = start(PUBLIC);
    EVP_PKEY *key = software_key(0);
    EVP_PKEY *other = software_key(1);
    struct octets data = answer_of_key(key);
    struct octets other_data = answer_of_key(other);

    EXPECT(card, "81 CD 00 00 03 850101", "6985");
    CHECK_INT(put(card, &data, BLOCK_MAX), 0x9000);
    CHECK(holds(card, key));
    CHECK_INT(put(card, &other_data, 100), 0x9000);
    CHECK(holds(card, other));
    CHECK_INT(put_tlvs(card, &data, 127), 0x9000);
    CHECK(holds(card, key));
    CHECK_INT(put_tlvs(card, &other_data, 253), 0x9000);
    CHECK(holds(card, other));
    /* without 49, as for a point */
    struct octets inner = { .len = 0 };
    add_tlv(&inner, 0x34, data.at + 8, data.len - 8);
    CHECK_INT(put(card, &inner, BLOCK_MAX), 0x9000);
    CHECK(holds(card, key));
    EVP_PKEY_free(other);
    EVP_PKEY_free(key);
    softcard_free(card);
}

static void put_4096(void)
{
    struct softcard *card =
        start("[objects]\np = public\n[p]\nid = 01\ntype = rsa4096\n"
              "access = read, update\n");
    EVP_PKEY *key = EVP_RSA_gen(4096);
    struct octets data = answer_of_key(key);

    CHECK_INT(put(card, &data, 255), 0x9000);
    CHECK(holds(card, key));
    CHECK_INT(put_tlvs(card, &data, 127), 0x9000);
    CHECK_INT(put(card, &data, 30), 0x9000);
    CHECK(holds(card, key));
    EVP_PKEY_free(key);
    softcard_free(card);
}

/* What may be wrong with the good key: modulus octets from/len, with a zero in
 * front of the first; exponent; and what its last octet is changed by. */
static const struct wrong {
    size_t from, len;
    const char *exponent;
    uint8_t flip;
} wrong[] = {
    { 0, 257, "010001", 0 },             /* a zero in front   */
    { 1, 255, "010001", 0 },             /* too short         */
    { 1, 256, "", 0 },                   /* an empty exponent */
    { 1, 256, "01", 0 },                 /* exponent 1        */
    { 1, 256, "04", 0 },                 /* even exponent     */
    { 1, 256, "010000000000000001", 0 }, /* too long          */
    { 1, 256, "010001", 1 },             /* even modulus      */
};

/* Tag 34 around tag 49 around modulus and exponent. */
OWN_FRAME struct octets wrong_key(const struct octets *good,
                                  const struct wrong *w)
{
    uint8_t n[257] = { 0 };
    struct octets inner = { .len = 0 };
    struct octets middle = { .len = 0 };
    struct octets outer = { .len = 0 };
    struct octets exponent = from_hex(w->exponent);

    memcpy(n + 1, good->at + 12, 256);
    n[256] ^= w->flip;
    add_tlv(&inner, 0x81, n + w->from, w->len);
    add_tlv(&inner, 0x82, exponent.at, exponent.len);
    add_tlv(&middle, 0x49, inner.at, inner.len);
    add_tlv(&outer, 0x34, middle.at, middle.len);
    return outer;
}

static void wrong_keys(void)
{
    struct softcard *card = start(PUBLIC);
    EVP_PKEY *key = software_key(0);
    struct octets good = answer_of_key(key);

    CHECK_INT(put(card, &good, BLOCK_MAX), 0x9000);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct octets data = wrong_key(&good, &wrong[i]);

        CHECK_INT(put(card, &data, BLOCK_MAX), 0x6A80);
    }
    CHECK(holds(card, key));
    EVP_PKEY_free(key);
    softcard_free(card);
}

/* An RSA key is no point, a point no RSA key, half a key none. */
static void keys_of_another_kind(void)
{
    struct octets half = from_hex("34 07 49 05 82 03 010001");
    struct octets point =
        from_hex("34 45 49 43 86 41 04"
                 "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736F"
                 "C7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23F046"
                 "ADA30F8353E74F33039872AB");
    EVP_PKEY *key = software_key(0);
    struct octets rsa = answer_of_key(key);
    struct softcard *card = start(PUBLIC);

    CHECK_INT(put(card, &point, BLOCK_MAX), 0x6A80);
    CHECK_INT(put(card, &half, BLOCK_MAX), 0x6A80);
    softcard_free(card);
    card = start("[objects]\np = public\n[p]\nid = 01\ntype = p256\n"
                 "access = read, update\n");
    CHECK_INT(put(card, &rsa, BLOCK_MAX), 0x6A80);
    CHECK_INT(put(card, &point, BLOCK_MAX), 0x9000);
    EVP_PKEY_free(key);
    softcard_free(card);
}

/* Write PEM; what the profile then imports. */
static void write_pem(EVP_PKEY *key, int private)
{
    FILE *file = fopen(PEM, "w");

    REQUIRE(file != NULL);
    CHECK_INT(private
                  ? PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL)
                  : PEM_write_PUBKEY(file, key),
              1);
    fclose(file);
}

static void imported(void)
{
    EVP_PKEY *key = software_key(0);

    write_pem(key, 1);
    struct softcard *card = start(PAIR "value = pem:" PEM "\n");
    CHECK(holds(card, key));
    CHECK(signs(card, key));
    softcard_free(card);
    card = start("[objects]\na = private\n[a]\nid = 01\ntype = rsa2048\n"
                 "value = pem:" PEM "\n");
    CHECK(signs(card, key));
    EXPECT(card, "81 CD 00 00 03 850101", "6A82");
    softcard_free(card);
    write_pem(key, 0);
    card = start(PUBLIC "value = pem:" PEM "\n");
    CHECK(holds(card, key));
    softcard_free(card);
    EVP_PKEY_free(key);
    unlink(PEM);
}

static void refused_profiles(void)
{
    static const char *const profiles[] = {
        PAIR "value = pem:" PEM "\n", /* RSA 3072 */
        PUBLIC "value = pem:" PEM "\n",
        PAIR "value = 00\n",
        PUBLIC "value = 3003020103\n",
        PAIR "next = 00000000000000000000000000000000"
             "00000000000000000000000000000001\n",
        "[objects]\na = pair\n[a]\nid = 01\ntype = p256\n"
        "value = pem:" PEM "\n",
    };
    EVP_PKEY *key = EVP_RSA_gen(3072);

    write_pem(key, 1);
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        struct softcard *card = softcard_new();

        check_true(__FILE__, __LINE__, profiles[i],
                   card && !softcard_load_text(card, profiles[i]) &&
                       strstr(softcard_error(card), i == 4 ? "next" : "value"));
        softcard_free(card);
    }
    EVP_PKEY_free(key);
    unlink(PEM);
}

/* A card with a state file, read from its profile or from the state. */
static struct softcard *resume(const char *profile)
{
    struct softcard *card = softcard_new();
    FILE *file = fopen(PEM, "w");

    if (file) {
        fputs(profile, file);
        fclose(file);
    }
    if (!card || !softcard_load(card, PEM, STATE)) {
        fprintf(stderr, "%s\n", card ? softcard_error(card) : "?");
        exit(1);
    }
    select_applet(card);
    return card;
}

static void kept_in_the_state(void)
{
    static const char profile[] =
        PAIR "value = generate\nsignature = pss\nhash = sha384\n"
             "modes = hash, text\n";

    unlink(STATE);
    struct softcard *first = resume(profile);
    struct octets before = read_key(first, "01");
    struct softcard *second = resume(profile);
    struct octets after = read_key(second, "01");
    CHECK(before.len == after.len &&
          memcmp(before.at, after.at, before.len) == 0);
    CHECK_INT(init(second, 0x2A, "01", 3, 1, PSS), 0x6A80);
    CHECK_INT(init(second, 0x2A, "01", 3, 2, PKCS1), 0x6A80);
    CHECK_INT(init(second, 0x2A, "01", 2, 2, PSS), 0x6A80);
    CHECK_INT(init(second, 0x2A, "01", 3, 2, PSS), 0x9000);
    EXPECT_SW(second, "81 2A 01 01", 0x9000);
    EXPECT_SW(second, "81 B9 00 00 03 840101", 0x6117);
    softcard_free(first);
    first = resume(profile); /* the new pair was saved */
    before = read_key(first, "01");
    after = read_key(second, "01");
    CHECK(before.len == after.len &&
          memcmp(before.at, after.at, before.len) == 0);
    softcard_free(second);
    softcard_free(first);
    unlink(STATE);
    unlink(PEM);
}

static X509 *certificate(struct softcard *card, const char *label)
{
    FILE *file = tmpfile();
    X509 *x509 = NULL;

    if (file && softcard_export_certificate(card, label, file)) {
        rewind(file);
        x509 = PEM_read_X509(file, NULL, NULL, NULL);
    }
    if (file)
        fclose(file);
    return x509;
}

/* An RSA authority certifies itself, an EC and an RSA key. */
static void authority(void)
{
    struct softcard *card =
        card_of("[objects]\nca = authority\nr = pair\ne = pair\n"
                "rc = file\nec = file\ncc = file\n"
                "[ca]\nsubject = CN=ca\ntype = rsa2048\nvalue = generate\n"
                "[r]\nid = 01\nlabel = r\ntype = rsa3072\nvalue = generate\n"
                "[e]\nid = 02\nlabel = e\nvalue = generate\n"
                "[rc]\nid = 01\nlabel = r\nvalue = issue\ncertifies = r\n"
                "issuer = ca\nsubject = CN=r\n"
                "[ec]\nid = 02\nlabel = e\nvalue = issue\ncertifies = e\n"
                "issuer = ca\nsubject = CN=e\n"
                "[cc]\nid = 03\nlabel = c\nvalue = issue\ncertifies = ca\n");
    X509 *ca = certificate(card, "c");
    X509 *leaves[2] = { certificate(card, "r"), certificate(card, "e") };

    REQUIRE(ca != NULL && leaves[0] != NULL && leaves[1] != NULL);
    CHECK_INT(X509_verify(ca, X509_get0_pubkey(ca)), 1);
    CHECK_INT(EVP_PKEY_get_bits(X509_get0_pubkey(leaves[0])), 3072);
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(X509_get_signature_nid(leaves[i]),
                  NID_sha256WithRSAEncryption);
        CHECK_INT(X509_check_issued(ca, leaves[i]), X509_V_OK);
        CHECK_INT(X509_verify(leaves[i], X509_get0_pubkey(ca)), 1);
        X509_free(leaves[i]);
    }
    X509_free(ca);
    softcard_free(card);
}

TEST_MAIN(TEST(generated), TEST(tags_around_the_key), TEST(put_in_blocks),
          TEST(put_4096), TEST(wrong_keys), TEST(keys_of_another_kind),
          TEST(imported), TEST(refused_profiles), TEST(kept_in_the_state),
          TEST(authority))
