/* SPDX-License-Identifier: Apache-2.0 */
/* Key references among other PEM blocks, and what is written of a key. */
#include "support/check.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include "bench.h"
#include "iotsim/iotsim.h"

static OSSL_LIB_CTX *libctx;

/* PEM of the key reference of K1 and of the software key K1. */
static void write_both(BIO *bio, bool reference_first)
{
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY *order[] = { reference_first ? key : soft,
                          reference_first ? soft : key };

    BIO_puts(bio, "some text before\n");
    PEM_write_bio(bio, "EC PARAMETERS", "",
                  (const unsigned char *)"\x06\x08\x2a\x86\x48\xce\x3d\x03"
                                         "\x01\x07",
                  10);
    for (size_t i = 0; i < 2; i++)
        PEM_write_bio_PrivateKey(bio, order[i], NULL, NULL, 0, NULL, NULL);
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
}

static bool next_is_ours(BIO *bio)
{
    EVP_PKEY *key =
        PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    char uri[256];
    bool ours;

    CHECK(key != NULL);
    ours = EVP_PKEY_get_utf8_string_param(key, IOTSIM_PKEY_PARAM_URI, uri,
                                          sizeof uri, NULL) == 1;
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ours;
}

static void each_block_is_read_by_whom_it_belongs_to(void)
{
    libctx = bench_open(desk_sim);
    for (int first = 0; first < 2; first++) {
        BIO *bio = BIO_new(BIO_s_mem());

        write_both(bio, first == 1);
        CHECK(next_is_ours(bio) == (first == 1));
        CHECK(next_is_ours(bio) == (first == 0));
        BIO_free(bio);
    }
    bench_close(libctx);
}

static void other_keys_leave_no_error(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY *key;

    libctx = bench_open(desk_sim);
    PEM_write_bio_PrivateKey(bio, soft, NULL, NULL, 0, NULL, NULL);
    key = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    CHECK(key != NULL);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
    BIO_free(bio);
    bench_close(libctx);
}

static void text_says_where_the_key_is(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    char text[1024] = "";

    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1");
    CHECK(EVP_PKEY_print_private(bio, key, 0, NULL) == 1);
    BIO_read(bio, text, sizeof text - 1);
    CHECK(strstr(text, "in the SIM, iotsim:object=K1") != NULL);
    CHECK(strstr(text, "60:fe:d4:ba") != NULL);
    CHECK(strstr(text, "priv:") == NULL);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

static void public_text_is_that_of_the_default_provider(void)
{
    BIO *ours = BIO_new(BIO_s_mem());
    BIO *theirs = BIO_new(BIO_s_mem());
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY *key;
    char a[1024] = "";
    char b[1024] = "";

    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1");
    CHECK(EVP_PKEY_print_public(ours, key, 0, NULL) == 1);
    CHECK(EVP_PKEY_print_public(theirs, soft, 0, NULL) == 1);
    BIO_read(ours, a, sizeof a - 1);
    BIO_read(theirs, b, sizeof b - 1);
    CHECK_STR(a, b);
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
    BIO_free(ours);
    BIO_free(theirs);
    bench_close(libctx);
}

/* Who asks for a public key gets no more than that. */
static void public_key_of_a_reference_cannot_sign(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    EVP_PKEY *public_key;
    char uri[256];

    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1");
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    public_key = PEM_read_bio_PUBKEY_ex(bio, NULL, NULL, NULL, libctx, NULL);
    REQUIRE(public_key != NULL);
    CHECK_INT(EVP_PKEY_eq(key, public_key), 1);
    CHECK(EVP_PKEY_get_utf8_string_param(public_key, IOTSIM_PKEY_PARAM_URI, uri,
                                         sizeof uri, NULL) != 1);
    ERR_clear_error();
    EVP_PKEY_free(public_key);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

static void der_is_refused_in_words(void)
{
    EVP_PKEY *key;
    PKCS8_PRIV_KEY_INFO *p8;

    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1");
    p8 = EVP_PKEY2PKCS8(key);
    CHECK(p8 == NULL);
    CHECK(strstr(bench_error(), "never leaves the SIM") != NULL);
    PKCS8_PRIV_KEY_INFO_free(p8);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static void encryption_is_refused(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    char text[8];

    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1");
    CHECK(PEM_write_bio_PrivateKey(bio, key, EVP_aes_256_cbc(),
                                   (const unsigned char *)"x", 1, NULL,
                                   NULL) != 1);
    CHECK(strstr(bench_error(), "encrypting a key reference") != NULL);
    CHECK(BIO_read(bio, text, sizeof text) <= 0);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

TEST_MAIN(TEST(each_block_is_read_by_whom_it_belongs_to),
          TEST(other_keys_leave_no_error), TEST(text_says_where_the_key_is),
          TEST(public_text_is_that_of_the_default_provider),
          TEST(public_key_of_a_reference_cannot_sign),
          TEST(der_is_refused_in_words), TEST(encryption_is_refused))
