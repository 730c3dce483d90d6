/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of the card, judged by the default provider with the public key
 * of RFC 6979. Proves B7, E1, F2.
 */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "bench.h"

static OSSL_LIB_CTX *libctx;
static EVP_PKEY *key;
static EVP_PKEY *soft;

static void open_bench(void)
{
    libctx = bench_open(desk_sim);
    key = bench_key(libctx, "iotsim:object=K1");
    soft = bench_soft_k1();
    if (key == NULL)
        exit(1);
    desk_sent();
}

static void close_bench(void)
{
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

/* The verdict of the default provider. */
static int verified(const char *md, const void *text, size_t len,
                    const unsigned char *sig, size_t siglen)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = EVP_DigestVerifyInit_ex(ctx, NULL, md, NULL, NULL, soft, NULL) &&
             EVP_DigestVerify(ctx, sig, siglen, text, len) == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

static void sign_with(EVP_MD *md, void *arg)
{
    const char *name = EVP_MD_get0_name(md);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;
    int ok;

    if ((EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0 ||
        EVP_MD_get_size(md) <= 0)
        goto out;
    ok = EVP_DigestSignInit_ex(ctx, NULL, name, libctx, NULL, key, NULL) &&
         EVP_DigestSign(ctx, sig, &len, (const unsigned char *)"text", 4);
    if (!ok || !verified(name, "text", 4, sig, len))
        check_fail(__FILE__, __LINE__, name);
    (*(unsigned *)arg)++;
out:
    EVP_MD_CTX_free(ctx);
}

static void every_digest_signs(void)
{
    unsigned count = 0;

    open_bench();
    EVP_MD_do_all_provided(libctx, sign_with, &count);
    CHECK(count >= 12);
    CHECK_STR(bench_error(), "");
    close_bench();
}

static void streams_and_copies(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;

    open_bench();
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA384", libctx, NULL, key, NULL));
    CHECK(EVP_DigestSignUpdate(ctx, "one ", 4));
    CHECK(EVP_MD_CTX_copy_ex(copy, ctx));
    CHECK(EVP_DigestSignUpdate(ctx, "two", 3));
    CHECK(EVP_DigestSignUpdate(copy, "three", 5));
    CHECK(EVP_DigestSignFinal(ctx, sig, &len));
    CHECK(verified("SHA384", "one two", 7, sig, len));
    len = sizeof sig;
    CHECK(EVP_DigestSignFinal(copy, sig, &len));
    CHECK(verified("SHA384", "one three", 9, sig, len));
    EVP_MD_CTX_free(ctx);
    EVP_MD_CTX_free(copy);
    close_bench();
}

static void costs_four_exchanges_then_two(void)
{
    unsigned char sig[80];
    size_t len;

    open_bench();
    EVP_PKEY_free(key); /* the channel goes with the last key */
    key = bench_key(libctx, "iotsim:object=K1");
    desk_sent();
    for (unsigned i = 0; i < 2; i++) {
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();

        len = sizeof sig;
        CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key,
                                    NULL));
        CHECK(EVP_DigestSign(ctx, NULL, &len, NULL, 0));
        CHECK_STR(desk_sent(), "");
        CHECK_INT(len, 72);
        CHECK(EVP_DigestSign(ctx, sig, &len, (const unsigned char *)"x", 1));
        CHECK_STR(desk_sent(), "2A 2B");
        EVP_MD_CTX_free(ctx);
    }
    close_bench();
}

static void signs_a_hash_of_any_length(void)
{
    static const unsigned char hash[64] = { 1, 2, 3 };
    unsigned char sig[80];

    open_bench();
    for (size_t n = 1; n <= sizeof hash; n++) {
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);
        EVP_PKEY_CTX *judge = EVP_PKEY_CTX_new_from_pkey(NULL, soft, NULL);
        size_t len = sizeof sig;

        CHECK(EVP_PKEY_sign_init(ctx) == 1);
        CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, n) == 1);
        CHECK(EVP_PKEY_verify_init(judge) == 1);
        CHECK(EVP_PKEY_verify(judge, sig, len, hash, n) == 1);
        EVP_PKEY_CTX_free(judge);
        EVP_PKEY_CTX_free(ctx);
    }
    close_bench();
}

static void hash_must_fit_its_digest(void)
{
    static const unsigned char hash[32] = { 1 };
    unsigned char sig[80];
    size_t len = sizeof sig;
    EVP_PKEY_CTX *ctx;

    open_bench();
    ctx = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);
    CHECK(EVP_PKEY_sign_init(ctx) == 1);
    CHECK(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha384()) == 1);
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, sizeof hash) != 1);
    CHECK_STR(desk_sent(), "");
    CHECK(bench_error()[0] != '\0');
    len = 71;
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, 48 - 16) != 1);
    CHECK_STR(desk_sent(), "");
    EVP_PKEY_CTX_free(ctx);
    close_bench();
}

static void shake_is_refused(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    open_bench();
    CHECK(
        !EVP_DigestSignInit_ex(ctx, NULL, "SHAKE256", libctx, NULL, key, NULL));
    CHECK(strstr(bench_error(), "SHAKE256") != NULL);
    EVP_MD_CTX_free(ctx);
    close_bench();
}

static void verifies_in_software(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;

    open_bench();
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, soft, NULL));
    CHECK(EVP_DigestSign(ctx, sig, &len, (const unsigned char *)"m", 1));
    EVP_MD_CTX_reset(ctx);
    CHECK(
        EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    CHECK_INT(EVP_DigestVerify(ctx, sig, len, (const unsigned char *)"m", 1),
              1);
    EVP_MD_CTX_reset(ctx);
    sig[len - 1] ^= 1;
    CHECK(
        EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    CHECK(EVP_DigestVerify(ctx, sig, len, (const unsigned char *)"m", 1) != 1);
    CHECK_STR(desk_sent(), "");
    EVP_MD_CTX_free(ctx);
    close_bench();
}

static void algorithm_id_is_that_of_the_default_provider(void)
{
    static const char *const names[] = { "SHA1",   "SHA224", "SHA256",
                                         "SHA384", "SHA512", "SHA3-256" };
    uint8_t ids[2][64];
    size_t lens[2];

    open_bench();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t who = 0; who < 2; who++) {
            EVP_MD_CTX *ctx = EVP_MD_CTX_new();
            EVP_PKEY_CTX *sign = NULL;
            OSSL_PARAM params[] = {
                OSSL_PARAM_construct_octet_string(
                    OSSL_SIGNATURE_PARAM_ALGORITHM_ID, ids[who],
                    sizeof ids[who]),
                OSSL_PARAM_END,
            };

            CHECK(EVP_DigestSignInit_ex(ctx, &sign, names[i],
                                        who == 0 ? libctx : NULL, NULL,
                                        who == 0 ? key : soft, NULL));
            CHECK(EVP_PKEY_CTX_get_params(sign, params) == 1);
            lens[who] = params[0].return_size;
            EVP_MD_CTX_free(ctx);
        }
        CHECK(lens[0] > 10 && lens[0] == lens[1]);
        CHECK(memcmp(ids[0], ids[1], lens[0]) == 0);
    }
    close_bench();
}

/* The SIM was changed: the same label, another key. */
static void other_sim_does_not_sign(void)
{
    static const char other[] = "[objects]\nk1 = pair\n[k1]\nlabel = K1\n"
                                "id = 01\ntype = p256\nfunctions = sign\n"
                                "value = generate\n";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;

    open_bench();
    desk_swap(0, other);
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    memset(sig, 0, sizeof sig);
    CHECK(EVP_DigestSign(ctx, sig, &len, (const unsigned char *)"m", 1) != 1);
    CHECK(strstr(bench_error(), "does not belong to this public key") != NULL);
    for (size_t i = 0; i < sizeof sig; i++)
        CHECK_INT(sig[i], 0); /* nobody sees what does not verify */
    EVP_MD_CTX_free(ctx);
    close_bench();
}

static void public_key_does_not_sign(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY *public_key = NULL;
    unsigned char sig[80];
    size_t len = sizeof sig;

    open_bench();
    public_key =
        bench_object(libctx, "iotsim:object=K1", OSSL_STORE_INFO_PUBKEY);
    REQUIRE(public_key != NULL);
    desk_sent();
    CHECK(!EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, public_key,
                                 NULL) ||
          EVP_DigestSign(ctx, sig, &len, (const unsigned char *)"m", 1) != 1);
    CHECK_STR(desk_sent(), "");
    ERR_clear_error();
    EVP_PKEY_free(public_key);
    EVP_MD_CTX_free(ctx);
    close_bench();
}

/* What came is an error in our words; libcrypto 3.4 and later has its own. */
static void check_ended(int ok)
{
    const bool theirs =
        OPENSSL_version_major() > 3 || OPENSSL_version_minor() >= 4;
    const char *error = bench_error();

    CHECK(ok != 1);
    CHECK(theirs ? error[0] != '\0'
                 : strstr(error, "the message has ended") != NULL);
}

static void message_ends_once_and_says_so(void)
{
    static const unsigned char text[] = "text";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;
    size_t again = sizeof sig;

    open_bench();
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    CHECK(EVP_DigestSign(ctx, sig, &len, text, 4));
    check_ended(EVP_DigestSign(ctx, sig, &again, text, 4));
    check_ended(EVP_DigestSignUpdate(ctx, text, 4));
    again = sizeof sig;
    check_ended(EVP_DigestSignFinal(ctx, sig, &again));
    CHECK(
        EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    CHECK_INT(EVP_DigestVerify(ctx, sig, len, text, 4), 1);
    check_ended(EVP_DigestVerify(ctx, sig, len, text, 4));
    EVP_MD_CTX_free(ctx);
    close_bench();
}

/* The card is back: the same context signs, by digest of the whole message. */
static void one_shot_that_failed_is_repeated(void)
{
    static const unsigned char text[] = "text";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;
    struct soft *card;

    open_bench();
    card = desk_swap(0, desk_sim);
    soft_fault(card, "ins=2B,times=0,sw=6F00");
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    CHECK(EVP_DigestSign(ctx, sig, &len, text, 4) != 1);
    CHECK(strstr(bench_error(), "signing with iotsim:") != NULL);
    soft_faults_clear(card);
    len = sizeof sig;
    if (OPENSSL_version_major() == 3 && OPENSSL_version_minor() < 4) {
        CHECK_INT(EVP_DigestSign(ctx, sig, &len, text, 4), 1);
        CHECK(verified("SHA256", "text", 4, sig, len));
    }
    EVP_MD_CTX_free(ctx);
    close_bench();
}

/* A part came before: what a repetition would sign is not what was meant. */
static void rest_of_a_message_is_not_repeated(void)
{
    static const unsigned char text[] = "text";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[80];
    size_t len = sizeof sig;
    struct soft *card;

    open_bench();
    card = desk_swap(0, desk_sim);
    soft_fault(card, "ins=2B,times=0,sw=6F00");
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, NULL, key, NULL));
    CHECK(EVP_DigestSignUpdate(ctx, text, 4));
    CHECK(EVP_DigestSign(ctx, sig, &len, text, 4) != 1);
    bench_error();
    soft_faults_clear(card);
    len = sizeof sig;
    check_ended(EVP_DigestSign(ctx, sig, &len, text, 4));
    EVP_MD_CTX_free(ctx);
    close_bench();
}

static void ephemeral_key_does_not_sign(void)
{
    OSSL_LIB_CTX *other = bench_open(desk_ecdh);
    EVP_PKEY *ephemeral =
        EVP_PKEY_Q_keygen(other, "?iotsim.ecdh=yes", "EC", "P-256");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    REQUIRE(ephemeral != NULL);
    desk_sent();
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", other, NULL, ephemeral,
                                NULL) != 1);
    CHECK(strstr(bench_error(), "an ephemeral key serves key agreement only") !=
          NULL);
    CHECK_STR(desk_sent(), "");
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(ephemeral);
    bench_close(other);
}

/* Keys that are on no card have no name in messages. */
static void refusal_names_no_key_that_has_no_name(void)
{
    OSSL_LIB_CTX *other = bench_open(desk_ecdh);
    EVP_PKEY *software =
        EVP_PKEY_Q_keygen(other, "?iotsim.ecdh=yes", "EC", "P-384");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *signer = NULL;
    char digest[] = "SHA512";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, digest,
                                         0),
        OSSL_PARAM_END,
    };

    REQUIRE(software != NULL);
    CHECK_INT(EVP_DigestSignInit_ex(ctx, &signer, "SHA256", other,
                                    "?provider=iotsim", software, NULL),
              1);
    CHECK(EVP_PKEY_CTX_set_params(signer, params) != 1);
    CHECK(strstr(bench_error(), "; key") == NULL);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(software);
    bench_close(other);
}

TEST_MAIN(TEST(every_digest_signs), TEST(streams_and_copies),
          TEST(costs_four_exchanges_then_two), TEST(signs_a_hash_of_any_length),
          TEST(hash_must_fit_its_digest), TEST(shake_is_refused),
          TEST(verifies_in_software),
          TEST(algorithm_id_is_that_of_the_default_provider),
          TEST(other_sim_does_not_sign), TEST(public_key_does_not_sign),
          TEST(message_ends_once_and_says_so),
          TEST(one_shot_that_failed_is_repeated),
          TEST(rest_of_a_message_is_not_repeated),
          TEST(ephemeral_key_does_not_sign),
          TEST(refusal_names_no_key_that_has_no_name))
