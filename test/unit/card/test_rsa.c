/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys: signatures by both paddings and every hash, verification by the
 * card, a new pair, answers of another length. */
#include "case.h"
#include "host.h"
#include "support/check.h"

static const char profile[] = "[objects]\n"
                              "r1 = pair\n"
                              "[r1]\n"
                              "label = R1\n"
                              "id = 01\n"
                              "type = rsa2048\n"
                              "functions = sign, generate\n"
                              "signature = pkcs1, pss\n"
                              "hash = sha256, sha384, sha512\n"
                              "value = generate\n";

/* The same without a key: making one takes long. */
static const char empty[] = "[objects]\n"
                            "r1 = pair\n"
                            "[r1]\n"
                            "label = R1\n"
                            "id = 01\n"
                            "type = rsa2048\n"
                            "functions = sign\n"
                            "value = empty\n";

static const struct {
    const char *digest;
    uint16_t hash;
    size_t len;
} hashes[] = {
    { "SHA256", HASH_SHA256, 32 },
    { "SHA384", HASH_SHA384, 48 },
    { "SHA512", HASH_SHA512, 64 },
};

static const uint8_t algorithms[] = { SIGN_RSA_PKCS1, SIGN_RSA_PSS };
static const uint8_t sample[APPLET_HASH_MAX] = { 0xaf, 0x2b, 0xdb, 0xe1 };

static struct applet_message message_of(size_t nth, uint8_t algorithm)
{
    return (struct applet_message){
        .mode = MODE_PAD_SIGN,
        .algorithm = algorithm,
        .hash = hashes[nth].hash,
        .input = bytes_of(sample, hashes[nth].len),
    };
}

static void check_signatures(struct key *key, EVP_PKEY *pkey)
{
    for (size_t i = 0; i < 6; i++) {
        struct applet_message m = message_of(i / 2, algorithms[i % 2]);
        uint8_t octets[2 * APPLET_SIGNATURE_MAX];
        struct buf signature = BUF_OVER(octets);
        bool valid;

        CHECK(key_offers(key, m.algorithm, m.hash));
        CHECK(iotsim_ok(key_sign(key, &m, &signature)));
        CHECK_INT(signature.len, 256);
        CHECK(host_verify_rsa(pkey, m.algorithm, hashes[i / 2].digest, m.input,
                              buf_view(&signature)));
        CHECK(iotsim_ok(key_verify(key, &m, buf_view(&signature), &valid)));
        CHECK(valid);
        octets[100] ^= 1;
        CHECK(iotsim_ok(key_verify(key, &m, buf_view(&signature), &valid)));
        CHECK(!valid);
    }
}

static void signatures(void)
{
    struct applet_public_key half;
    struct key *key;
    EVP_PKEY *pkey;

    begin_case_with(profile);
    key = desk_load(card, "R1", &half);
    CHECK(key_get_type(key) == key_type_of_rsa(256));
    CHECK_INT(half.modulus_len, 256);
    CHECK_HEX(half.exponent, half.exponent_len, "010001");
    pkey = host_public(key_get_type(key), &half);
    check_signatures(key, pkey);
    EVP_PKEY_free(pkey);
    key_free(&key);
    CHECK(end_case());
}

static void new_key(void)
{
    struct applet_public_key before;
    struct applet_public_key half;
    struct iotsim_uri uri = desk_uri("iotsim:object=R1");
    struct key *key;
    EVP_PKEY *pkey;

    begin_case_with(profile);
    key = desk_load(card, "R1", &before);
    key_free(&key);
    CHECK(
        iotsim_ok(key_generate(card, &uri, key_type_of_rsa(256), &half, &key)));
    CHECK_INT(half.modulus_len, 256);
    CHECK(memcmp(half.modulus, before.modulus, 256) != 0);
    pkey = host_public(key_get_type(key), &half);
    check_signatures(key, pkey);
    EVP_PKEY_free(pkey);
    key_free(&key);
    CHECK_INT(key_generate(card, &uri, key_type_of_rsa(384), &half, &key).err,
              IOTSIM_ERR_WRONG_CONTAINER);
    CHECK(end_case());
}

static void bad_arguments(void)
{
    uint8_t octets[APPLET_SIGNATURE_MAX];
    struct buf signature = BUF_OVER(octets);
    struct buf small = buf_over(octets, 255);
    struct applet_message m = message_of(0, SIGN_RSA_PSS);
    struct iotsim_uri uri = desk_uri("iotsim:object=R1");
    struct key *key;

    begin_case_with(empty);
    CHECK(iotsim_ok(
        key_new_reference(&desk_settings, &uri, key_type_of_rsa(256), &key)));
    m.input.len = 31;
    CHECK_INT(key_sign(key, &m, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    m.input.len = 48;
    CHECK_INT(key_sign(key, &m, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    m = message_of(0, SIGN_ECDSA);
    CHECK_INT(key_sign(key, &m, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    m = message_of(0, SIGN_RSA_PSS);
    m.hash = 0;
    CHECK_INT(key_sign(key, &m, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    m = message_of(0, SIGN_RSA_PSS);
    CHECK_INT(key_sign(key, &m, &small).err, IOTSIM_ERR_TOO_LONG);
    CHECK_INT(signature.len + small.len, 0);
    CHECK_STR(desk_sent(), "");
    key_free(&key);
    CHECK(end_case());
}

static void signature_of_another_length(void)
{
    uint8_t octets[APPLET_SIGNATURE_MAX];
    struct buf signature = BUF_OVER(octets);
    struct applet_message m = message_of(0, SIGN_RSA_PKCS1);
    struct key *key;

    begin_case_with(profile);
    key = desk_key(card, "R1");
    desk_answer(0x2B, "3300080102030405060708"
                      "9000");
    CHECK_INT(key_sign(key, &m, &signature).err, IOTSIM_ERR_CARD_ANSWER);
    CHECK_INT(signature.len, 0);
    key_free(&key);
    CHECK(end_case());
}

/* The public half must be of the type that the list tells. */
static void halves_of_another_type(void)
{
    static const char *const answers[] = {
        "34454943864104D569954216F62264F01B78ED599898D12C436A4633505DA18B008D"
        "5529E09AF283ED5E453EDC8B5492704C1B8D48895857442057335B39078AF27A9008"
        "DC1401"
        "9000",
        "340A4908810341424382010390"
        "00",
    };
    struct iotsim_uri uri = desk_uri("iotsim:object=R1");
    struct applet_object object;

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct applet_public_key half;
        struct key *key;

        begin_case_with(empty);
        CHECK(iotsim_ok(card_find(card, APPLET_PRIVATE_KEY, &uri, &object)));
        desk_answer(0xCD, answers[i]);
        CHECK_INT(key_load(card, &uri, &object, &half, &key).err,
                  IOTSIM_ERR_CARD_ANSWER);
        CHECK(key == NULL);
        CHECK(end_case());
    }
}

TEST_MAIN(TEST(signatures), TEST(new_key), TEST(bad_arguments),
          TEST(signature_of_another_length), TEST(halves_of_another_type))
