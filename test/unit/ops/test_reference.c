/* SPDX-License-Identifier: Apache-2.0 */
/* DER of key references: good ones, and every way to break one. */
#include "support/check.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include "bench.h"
#include "iotsim/iotsim.h"

/* iotsim:object=K1;type=private with the public half K1, written by hand. */
#define URI_K1 "0C1D696F7473696D3A6F626A6563743D4B313B747970653D70726976617465"
#define WHOLE "307D020101" URI_K1 P256_SPKI_HEAD K1_POINT
#define WITHOUT_KEY "3022020101" URI_K1

static OSSL_LIB_CTX *libctx;

/* The key in a PEM block with these octets, or NULL. */
static EVP_PKEY *decode(const uint8_t *der, size_t len)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;

    PEM_write_bio(bio, IOTSIM_PEM_REFERENCE, "", der, (long)len);
    key = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    BIO_free(bio);
    return key;
}

static EVP_PKEY *decode_hex(const char *hex)
{
    uint8_t der[1024];
    size_t len = check_unhex(hex, der, sizeof der);

    return len > sizeof der ? NULL : decode(der, len);
}

static void whole_one_costs_no_exchange(void)
{
    EVP_PKEY *key;
    EVP_PKEY *soft = bench_soft_k1();

    libctx = bench_open(desk_sim);
    key = decode_hex(WHOLE);
    REQUIRE(key != NULL);
    CHECK_INT(EVP_PKEY_eq(key, soft), 1);
    CHECK_INT(desk_opened(), 0);
    CHECK_STR(desk_sent(), "");
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

static void without_public_key_the_card_is_asked(void)
{
    EVP_PKEY *key;

    libctx = bench_open(desk_sim);
    key = decode_hex(WITHOUT_KEY);
    REQUIRE(key != NULL);
    CHECK_INT(desk_opened(), 1);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static void every_cut_is_an_error(void)
{
    uint8_t der[1024];
    size_t len = check_unhex(WHOLE, der, sizeof der);

    libctx = bench_open(desk_sim);
    for (size_t n = 0; n < len; n++) {
        CHECK(decode(der, n) == NULL);
        CHECK(bench_error()[0] != '\0');
    }
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

static void every_flipped_octet_is_handled(void)
{
    uint8_t der[1024];
    size_t len = check_unhex(WHOLE, der, sizeof der);

    libctx = bench_open(desk_sim);
    for (size_t n = 0; n < len; n++) {
        EVP_PKEY *key;

        der[n] ^= 0x41;
        key = decode(der, len); /* a label may be any: then it is a key */
        CHECK(key != NULL || ERR_peek_error() != 0);
        ERR_clear_error();
        EVP_PKEY_free(key);
        der[n] ^= 0x41;
    }
    bench_close(libctx);
}

static void broken_ones_say_why(void)
{
    static const char *const broken[][2] = {
        { WHOLE "00", "something follows" },
        { "307D020102" URI_K1 P256_SPKI_HEAD K1_POINT, "version" },
        { "3007020101"
          "0C02"
          "6162",
          "malformed" },
        { "30050201010C00", "malformed" },
        { "3019020101"
          "0C14"
          "696F7473696D3A6F626A6563743D4B3100757273",
          "NUL" },
        { "301A020101"
          "0C15"
          "696F7473696D3A636F6C6F75723D7265643D4B3164",
          "unknown attribute" },
        { "3022020101"
          "0C1D"
          "696F7473696D3A6F626A6563743D4B393B747970653D70726976617465",
          "no such object" },
    };

    libctx = bench_open(desk_sim);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        CHECK(decode_hex(broken[i][0]) == NULL);
        if (strstr(bench_error(), broken[i][1]) == NULL)
            check_fail(__FILE__, __LINE__, broken[i][1]);
    }
    bench_close(libctx);
}

static void point_must_be_on_the_curve(void)
{
    uint8_t der[1024];
    size_t len = check_unhex(WHOLE, der, sizeof der);

    libctx = bench_open(desk_sim);
    der[len - 1] ^= 1;
    CHECK(decode(der, len) == NULL);
    CHECK(strstr(bench_error(), "no point of the curve") != NULL);
    bench_close(libctx);
}

static void round_trip(void)
{
    EVP_PKEY *key;
    EVP_PKEY *again;
    BIO *bio = BIO_new(BIO_s_mem());

    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1?transport=pcsc&pin-value=12");
    CHECK(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    again = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    REQUIRE(again != NULL);
    CHECK_INT(EVP_PKEY_eq(key, again), 1);
    {
        char uri[256] = "";

        EVP_PKEY_get_utf8_string_param(again, IOTSIM_PKEY_PARAM_URI, uri,
                                       sizeof uri, NULL);
        CHECK_STR(uri, "iotsim:object=K1;id=%01;type=private?transport=pcsc");
    }
    EVP_PKEY_free(again);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

TEST_MAIN(TEST(whole_one_costs_no_exchange),
          TEST(without_public_key_the_card_is_asked),
          TEST(every_cut_is_an_error), TEST(every_flipped_octet_is_handled),
          TEST(broken_ones_say_why), TEST(point_must_be_on_the_curve),
          TEST(round_trip))
