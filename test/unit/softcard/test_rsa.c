/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA signatures, made and verified: every mode, hash, algorithm and length,
 * against libcrypto. Reference: iot-safe-apdu 1.4, 2.7, 3.9 to 3.11, 4.2.
 */
#include "rsa.h"

static const char text[] = "sample";

/* The keys of the card below. */
static const struct size {
    const char *id;
    size_t bits;
} sizes[] = { { "01", 2048 }, { "02", 3072 }, { "03", 4096 } };

#define SIZES (sizeof sizes / sizeof *sizes)

/* The other padding. */
static uint8_t other(uint8_t algorithm)
{
    return algorithm == PSS ? PKCS1 : PSS;
}

/* One card for all cases: its keys take time to make. */
static struct softcard *shared(void)
{
    static struct softcard *card;

    if (!card)
        card = card_of("[objects]\na = pair\nb = pair\nc = pair\np = public\n"
                       "q = public\nr = public\n"
                       "[a]\nid = 01\ntype = rsa2048\nvalue = generate\n"
                       "[b]\nid = 02\ntype = rsa3072\nvalue = generate\n"
                       "[c]\nid = 03\ntype = rsa4096\nvalue = generate\n"
                       "[p]\nid = 11\ntype = rsa2048\naccess = read, update\n"
                       "[q]\nid = 12\ntype = rsa3072\naccess = read, update\n"
                       "[r]\nid = 13\ntype = rsa4096\naccess = read, update\n");
    softcard_reset(card);
    CHECK(softcard_quirk(card, "signature-length=2"));
    CHECK(softcard_quirk(card, "signature=raw"));
    CHECK(softcard_quirk(card, "protocol=t1"));
    select_applet(card);
    return card;
}

/* Sign the text; the answer must be 33, two octets of length, signature. */
OWN_FRAME struct octets sign(struct softcard *card, const struct size *size,
                             unsigned int mode, const struct hash_row *hash,
                             uint8_t algorithm)
{
    struct octets data = text_data(mode, hash, text);
    struct octets answer = { .len = 0 };
    struct octets signature = { .len = 0 };
    size_t n = size->bits / 8;

    CHECK_INT(init(card, 0x2A, size->id, mode, hash->selector, algorithm),
              0x9000);
    CHECK_INT(send_cut(card, 0x2B, &data, BLOCK_MAX, &answer), 0x9000);
    CHECK_INT(answer.len, n + 3);
    CHECK(answer.at[0] == 0x33 && answer.at[1] == n >> 8 &&
          answer.at[2] == (n & 0xFF));
    add(&signature, answer.at + 3, n);
    return signature;
}

static void signatures_of(struct softcard *card, const struct size *size)
{
    struct octets read = read_key(card, size->id);
    EVP_PKEY *key = key_of_answer(&read, size->bits);

    REQUIRE(key != NULL);
    for (unsigned int mode = 1; mode <= 3; mode++)
        for (size_t h = 0; h < HASHES; h++)
            for (uint8_t a = PKCS1; a <= PSS; a++) {
                struct octets s = sign(card, size, mode, &hashes[h], a);

                CHECK(verifies(key, a, &hashes[h], text, &s));
                CHECK(!verifies(key, a, &hashes[h], "Sample", &s));
                CHECK(!verifies(key, a, &hashes[(h + 1) % HASHES], text, &s));
                CHECK(!verifies(key, other(a), &hashes[h], text, &s));
            }
    EVP_PKEY_free(key);
}

static void every_signature(void)
{
    struct softcard *card = shared();

    for (size_t i = 0; i < SIZES; i++)
        signatures_of(card, &sizes[i]);
}

/* Let the card verify: the mode's data, then 33 with a BER length. */
OWN_FRAME unsigned int verify(struct softcard *card, const char *id,
                              unsigned int mode, const struct hash_row *hash,
                              uint8_t algorithm, const struct octets *signature)
{
    struct octets data = text_data(mode, hash, text);

    add_tlv(&data, 0x33, signature->at, signature->len);
    CHECK_INT(init(card, 0x2C, id, mode, hash->selector, algorithm), 0x9000);
    return put_cut(card, 0x2D, &data, BLOCK_MAX);
}

static void verifications_of(struct softcard *card, const char *id,
                             EVP_PKEY *key)
{
    for (unsigned int mode = 1; mode <= 3; mode++)
        for (size_t h = 0; h < HASHES; h++)
            for (uint8_t a = PKCS1; a <= PSS; a++) {
                const struct hash_row *another = &hashes[(h + 1) % HASHES];
                struct octets s = sign_with(key, a, &hashes[h], text);

                CHECK_INT(verify(card, id, mode, &hashes[h], a, &s), 0x9000);
                CHECK_INT(verify(card, id, mode, another, a, &s), 0x6D01);
                CHECK_INT(verify(card, id, mode, &hashes[h], other(a), &s),
                          0x6D01);
                s.at[s.len - 1] ^= 1;
                CHECK_INT(verify(card, id, mode, &hashes[h], a, &s), 0x6D01);
            }
}

/* A software key in the card signs in software. */
static void every_verification(void)
{
    static const char *const ids[SIZES] = { "11", "12", "13" };
    struct softcard *card = shared();

    for (size_t i = 0; i < SIZES; i++) {
        EVP_PKEY *key = EVP_RSA_gen((unsigned int)sizes[i].bits);
        struct octets data = answer_of_key(key);
        char command[40];

        snprintf(command, sizeof command, "81 24 00 01 03 8501%s", ids[i]);
        EXPECT(card, command, "9000");
        CHECK_INT(put_cut(card, 0xD8, &data, BLOCK_MAX), 0x9000);
        verifications_of(card, ids[i], key);
        EVP_PKEY_free(key);
    }
}

/* The salt of PSS is as long as the hash: no other length verifies. */
static void salt_length(void)
{
    struct softcard *card = shared();
    EVP_PKEY *key = EVP_RSA_gen(2048);
    struct octets data = answer_of_key(key);
    struct octets signature = { .len = WHOLE_MAX };
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;

    EXPECT(card, "81 24 00 01 03 850111", "9000");
    CHECK_INT(put_cut(card, 0xD8, &data, BLOCK_MAX), 0x9000);
    REQUIRE(EVP_DigestSignInit_ex(md, &ctx, "SHA256", NULL, NULL, key, NULL) ==
            1);
    CHECK_INT(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
    CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 20), 1);
    CHECK_INT(EVP_DigestSign(md, signature.at, &signature.len,
                             (const uint8_t *)text, strlen(text)),
              1);
    CHECK_INT(verify(card, "11", 3, &hashes[0], PSS, &signature), 0x6D01);
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(key);
}

/* Length forms of tag 33; one octet cannot say 256. */
static void length_forms(void)
{
    static const struct {
        const char *quirk;
        const char *header[SIZES];
    } forms[] = {
        { "signature-length=2", { "33 0100", "33 0180", "33 0200" } },
        { "signature-length=1", { "33 0100", "33 0180", "33 0200" } },
        { "signature-length=ber", { "33 820100", "33 820180", "33 820200" } },
    };
    struct softcard *card = shared();

    CHECK(softcard_quirk(card, "signature=der")); /* nothing to RSA */
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
        for (size_t i = 0; i < SIZES; i++) {
            struct octets want = from_hex(forms[f].header[i]);
            struct octets data = text_data(3, &hashes[0], text);
            struct octets answer = { .len = 0 };

            CHECK(softcard_quirk(card, forms[f].quirk));
            CHECK_INT(init(card, 0x2A, sizes[i].id, 3, 1, PKCS1), 0x9000);
            CHECK_INT(send_cut(card, 0x2B, &data, BLOCK_MAX, &answer), 0x9000);
            CHECK_INT(answer.len, want.len + sizes[i].bits / 8);
            CHECK_HEX(answer.at, want.len, forms[f].header[i]);
        }
}

/* More than 256 octets leave by GET RESPONSE under either protocol. */
static void long_answers(void)
{
    static const char read[] = "81 CD 00 00 03 850103 00";
    struct softcard *card = shared();
    struct answer a = ask(card, read);

    CHECK_INT(a.len, 258); /* 529 octets: 256, 256, 17 */
    CHECK_INT(status_of(&a), 0x6100);
    a = ask(card, "81 C0 00 00 00");
    CHECK_INT(a.len, 258);
    CHECK_INT(status_of(&a), 0x6111);
    a = ask(card, "81 C0 00 00 11");
    CHECK_INT(a.len, 19);
    CHECK_INT(status_of(&a), 0x9000);
    CHECK_INT(ask(card, "81 CD 00 00 03 850103").len, 258);
    a = ask(card, "81 CD 00 00 03 850103 20"); /* asked for 32, gets 32 */
    CHECK_INT(a.len, 34);
    CHECK_INT(status_of(&a), 0x9000);

    CHECK(softcard_quirk(card, "protocol=t0"));
    EXPECT(card, read, "6100");
    EXPECT_SW(card, "81 C0 00 00 00", 0x6100);
    EXPECT_SW(card, "81 C0 00 00 00", 0x6111);
    EXPECT_SW(card, "81 C0 00 00 11", 0x9000);
}

/* Tag 33 for the text, by key 01; the card waits for both in mode 01. */
OWN_FRAME struct octets begin_full_text(struct softcard *card)
{
    struct octets signature = sign(card, &sizes[0], 1, &hashes[0], PSS);
    struct octets tlv = from_hex("33 0100");

    add(&tlv, signature.at, signature.len);
    CHECK_INT(init(card, 0x2C, "01", 1, 1, PSS), 0x9000);
    return tlv;
}

/* Text in several TLVs, then 33 in blocks of its own. */
static void full_text_style_b(void)
{
    struct softcard *card = shared();
    struct octets signature = begin_full_text(card);

    EXPECT(card, "81 2D 00 01 05 9B03 73616D", "9000");
    EXPECT(card, "81 2D 00 01 05 9B03 706C65", "9000");
    CHECK_INT(put_cut(card, 0x2D, &signature, 200), 0x9000);
}

/* One header, raw continuation; 33 begins where the text ends. */
static void full_text_style_a(void)
{
    struct softcard *card = shared();
    struct octets signature = begin_full_text(card);
    struct octets rest = from_hex("6C65");

    add(&rest, signature.at, signature.len);
    EXPECT(card, "81 2D 00 01 04 9B06 7361", "9000");
    EXPECT(card, "81 2D 00 01 02 6D70", "9000");
    CHECK_INT(put_cut(card, 0x2D, &rest, 90), 0x9000);
}

static void full_text_refused(void)
{
    struct softcard *card = shared();
    struct octets signature = begin_full_text(card);

    EXPECT(card, "81 2D 00 01 08 9B06 73616D706C65", "9000");
    EXPECT(card, "81 2D 00 01 08 9B06 73616D706C65", "9000");
    CHECK_INT(put_cut(card, 0x2D, &signature, 200), 0x6D01); /* text twice */
    signature = begin_full_text(card);
    CHECK_INT(put_cut(card, 0x2D, &signature, 200), 0x6985); /* no text */
    signature = begin_full_text(card);
    EXPECT(card, "81 2D 00 01 09 9B06 73616D706C65 34", "6A80");
}

/* Blocks of any size are joined, up to a limit. */
static void spread_hash(void)
{
    static const size_t cuts[] = { 1, 34, 37, 100, 254 };
    struct softcard *card = shared();
    struct octets s = sign(card, &sizes[2], 3, &hashes[2], PKCS1);
    struct octets data = text_data(3, &hashes[2], text);
    unsigned int sw = 0x9000;

    add_hex(&data, "33 0200");
    add(&data, s.at, s.len);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        CHECK_INT(init(card, 0x2C, "03", 3, 4, PKCS1), 0x9000);
        CHECK_INT(put_cut(card, 0x2D, &data, cuts[i]), 0x9000);
    }
    CHECK_INT(init(card, 0x2C, "03", 3, 4, PKCS1), 0x9000);
    for (int i = 0; i < 10 && sw == 0x9000; i++)
        sw = send_for_status(card, "81 2D 00 01 A0"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000"
                                   "00000000000000000000000000000000");
    CHECK_INT(sw, 0x6A80);
    EXPECT_SW(card, "81 2D 80 01 01 00", 0x6985);
    /* signing has nothing to spread in mode 03 */
    CHECK_INT(init(card, 0x2A, "03", 3, 4, PKCS1), 0x9000);
    EXPECT_SW(card, "81 2B 00 01 04 9E02 0000", 0x6985);
}

static void wrong_signatures(void)
{
    struct softcard *card = shared();
    struct octets s = sign(card, &sizes[0], 3, &hashes[0], PKCS1);
    struct octets short_one = s;
    struct octets long_one = s;
    struct octets alone = text_data(3, &hashes[0], text);

    short_one.len--;
    add(&long_one, "", 1);
    CHECK_INT(verify(card, "01", 3, &hashes[0], PKCS1, &s), 0x9000);
    CHECK_INT(verify(card, "01", 3, &hashes[0], PKCS1, &short_one), 0x6A80);
    CHECK_INT(verify(card, "01", 3, &hashes[0], PKCS1, &long_one), 0x6A80);
    memset(s.at, 0xFF, s.len); /* above the modulus */
    CHECK_INT(verify(card, "01", 3, &hashes[0], PKCS1, &s), 0x6D01);
    CHECK_INT(init(card, 0x2C, "01", 3, 1, PKCS1), 0x9000);
    CHECK_INT(put_cut(card, 0x2D, &alone, BLOCK_MAX), 0x6A80);
}

TEST_MAIN(TEST(every_signature), TEST(every_verification), TEST(salt_length),
          TEST(length_forms), TEST(long_answers), TEST(full_text_style_b),
          TEST(full_text_style_a), TEST(full_text_refused), TEST(spread_hash),
          TEST(wrong_signatures))
