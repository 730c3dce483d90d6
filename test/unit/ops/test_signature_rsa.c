/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is special in RSA: parameters, what of them the applet makes, and that
 * the rest is refused when it is set, in words. Signatures themselves are in
 * test_signature_matrix.c. Proves E2.
 */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "iotsim/iotsim.h"
#include "signing.h"

static const char *const digests[] = { "SHA256", "SHA384", "SHA512" };
static const uint8_t text[] = "text";

/* True when the newest error has these words; the queue is emptied. */
static bool error_says(const char *words)
{
    const char *error = bench_error();

    if (strstr(error, words) != NULL)
        return true;
    fprintf(stderr, "    no \"%s\" in \"%s\"\n", words, error);
    return false;
}

static EVP_PKEY_CTX *begin_hash(enum who who, int verify)
{
    EVP_PKEY *key = who == SOFTWARE ? signing_soft("RSA") : signing_key("RSA");
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(
        who == SOFTWARE ? NULL : signing_libctx, key,
        who == CARD_VERIFIES ? "?iotsim.verify=yes" : NULL);

    CHECK_INT(verify ? EVP_PKEY_verify_init(ctx) : EVP_PKEY_sign_init(ctx), 1);
    return ctx;
}

/* Set a parameter as `-sigopt name:value` does. */
static int set(EVP_PKEY_CTX *ctx, const char *name, const char *value)
{
    return EVP_PKEY_CTX_ctrl_str(ctx, name, value);
}

/* --- what is refused, and when ------------------------------------------ */

/* Both the signer and the card's verifier. */
static void for_card(void (*run)(EVP_PKEY_CTX *ctx))
{
    signing_open("", "");
    for (int i = 0; i < 2; i++) {
        EVP_PKEY_CTX *ctx = begin_hash(i == 0 ? CARD : CARD_VERIFIES, i);

        run(ctx);
        EVP_PKEY_CTX_free(ctx);
    }
    CHECK_STR(desk_sent(), "");
    CHECK_STR(bench_error(), "");
    signing_close();
}

static void refuse_digests(EVP_PKEY_CTX *ctx)
{
    static const char *const others[] = { "SHA1", "MD5-SHA1", "SHA224",
                                          "SHA3-256", "SHA512-256" };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST,
                                             (char *)(uintptr_t)others[i], 0),
            OSSL_PARAM_END,
        };

        CHECK(EVP_PKEY_CTX_set_params(ctx, params) != 1);
        CHECK(error_says("the applet signs SHA-256, SHA-384 and SHA-512"));
    }
    CHECK(set(ctx, "digest", "SHAKE256") != 1);
    CHECK(error_says("SHAKE256"));
}

static void refuses_digests(void)
{
    for_card(refuse_digests);
}

static void refuses_digests_at_init(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    signing_open("", "");
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA1", signing_libctx, NULL,
                                signing_key("RSA"), NULL) != 1);
    CHECK(error_says("the applet signs SHA-256, SHA-384 and SHA-512"));
    EVP_MD_CTX_free(ctx);
    signing_close();
}

static void refuse_paddings(EVP_PKEY_CTX *ctx)
{
    static const struct {
        const char *word;
        int number;
    } rows[] = { { "none", RSA_NO_PADDING },
                 { "x931", RSA_X931_PADDING },
                 { "oaep", RSA_PKCS1_OAEP_PADDING } };

    for (size_t i = 0; i < 3; i++) {
        char words[64];

        snprintf(words, sizeof words, "padding %s, w", rows[i].word);
        CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, rows[i].number) != 1);
        CHECK(error_says(words));
        CHECK(set(ctx, "rsa_padding_mode", rows[i].word) != 1);
        CHECK(error_says(words));
    }
    CHECK(set(ctx, "rsa_padding_mode", "nonsense") != 1);
    CHECK(error_says("unknown padding"));
    CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, 99) != 1);
    CHECK(error_says("unknown padding"));
}

static void refuses_paddings(void)
{
    for_card(refuse_paddings);
}

static void refuse_salts(EVP_PKEY_CTX *ctx)
{
    static const char *const good[] = { "digest", "auto", "auto-digestmax",
                                        "-1",     "-2",   "48" };
    static const char *const bad[] = { "max", "-3", "0", "32", "222" };

    CHECK(set(ctx, "rsa_pss_saltlen", "digest") != 1);
    CHECK(error_says("without padding pss"));
    CHECK_INT(set(ctx, "rsa_padding_mode", "pss"), 1);
    CHECK_INT(set(ctx, "digest", "SHA384"), 1);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_INT(set(ctx, "rsa_pss_saltlen", good[i]), 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(set(ctx, "rsa_pss_saltlen", bad[i]) != 1);
        CHECK(error_says("as long as the hash: set it to digest"));
    }
    CHECK(set(ctx, "rsa_pss_saltlen", "long") != 1);
    CHECK(error_says("unknown salt length"));
    CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_AUTO), 1);
    CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 48), 1);
    CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_MAX) != 1);
    CHECK(error_says("salt length max"));
}

static void refuses_salts(void)
{
    for_card(refuse_salts);
}

static void refuse_later(EVP_PKEY_CTX *ctx)
{
    CHECK_INT(set(ctx, "rsa_padding_mode", "pss"), 1);
    CHECK_INT(set(ctx, "rsa_pss_saltlen", "32"), 1);
    CHECK(set(ctx, "digest", "SHA384") != 1);
    CHECK(error_says("salt length 32"));
    CHECK_INT(set(ctx, "digest", "SHA256"), 1);
    CHECK_INT(set(ctx, "rsa_mgf1_md", "SHA256"), 1);
    CHECK(set(ctx, "rsa_mgf1_md", "SHA1") != 1);
    CHECK(error_says("MGF1 with SHA1, where the applet takes the digest"));
}

static void refuses_when_the_digest_is_known(void)
{
    for_card(refuse_later);
}

static void refuse_mgf1(EVP_PKEY_CTX *ctx)
{
    CHECK(set(ctx, "rsa_mgf1_md", "SHA256") != 1);
    CHECK(error_says("without padding pss"));
    CHECK_INT(set(ctx, "rsa_padding_mode", "pss"), 1);
    CHECK_INT(set(ctx, "rsa_mgf1_md", "SHA512"), 1);
    CHECK(set(ctx, "digest", "SHA384") != 1);
    CHECK(error_says("MGF1"));
}

static void refuses_mgf1(void)
{
    for_card(refuse_mgf1);
}

static void needs_a_digest(void)
{
    uint8_t hash[32] = { 1 };
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_PKEY_CTX *ctx;

    signing_open("", "");
    ctx = begin_hash(CARD, 0);
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, sizeof hash) != 1);
    CHECK(error_says("no digest"));
    EVP_PKEY_CTX_free(ctx);
    ctx = begin_hash(CARD_VERIFIES, 1);
    CHECK(EVP_PKEY_verify(ctx, sig, 256, hash, sizeof hash) != 1);
    CHECK(error_says("no digest"));
    EVP_PKEY_CTX_free(ctx);
    CHECK_STR(desk_sent(), "");
    signing_close();
}

/* --- what the card says of the key -------------------------------------- */

static void offers_are_known_before_the_card_is_asked(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey = NULL;

    signing_open("", "hash = sha256\nsignature = ecdsa, pkcs1\n");
    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA384", signing_libctx, NULL,
                                signing_key("RSA"), NULL) != 1);
    CHECK(error_says("the card says that this key does not offer "
                     "RSASSA-PKCS1-v1_5 with SHA-384"));
    EVP_MD_CTX_reset(ctx);
    CHECK(EVP_DigestSignInit_ex(ctx, &pkey, "SHA256", signing_libctx, NULL,
                                signing_key("RSA"), NULL) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING) != 1);
    CHECK(error_says("does not offer RSASSA-PSS with SHA-256"));
    EVP_MD_CTX_free(ctx);
    CHECK_STR(desk_sent(), "");
    signing_close();
}

/* The digest comes first, and the default padding is no wish. */
static void pss_alone_is_enough_for_tls(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey = NULL;
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;

    signing_open("", "signature = ecdsa, pss\n");
    CHECK(EVP_DigestSignInit_ex(ctx, &pkey, "SHA256", signing_libctx, NULL,
                                signing_key("RSA"), NULL) == 1);
    CHECK(EVP_DigestSign(ctx, sig, &len, text, 4) != 1);
    CHECK(error_says("does not offer RSASSA-PKCS1-v1_5"));
    CHECK_STR(desk_sent(), "");
    EVP_MD_CTX_free(ctx);
    len = signing_make(CARD, &schemes[3], "SHA256", text, 4, sig);
    CHECK(signing_judge(SOFTWARE, &schemes[3], "SHA256", text, 4, sig, len));
    CHECK_STR(bench_error(), "");
    signing_close();
}

/* --- parameters that are told ------------------------------------------- */

static void tells_what_was_set(void)
{
    const EVP_MD *md = NULL;
    EVP_PKEY_CTX *ctx;
    int number = 0;
    char word[32] = "";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &number),
        OSSL_PARAM_END,
    };
    OSSL_PARAM words[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, word,
                                         sizeof word),
        OSSL_PARAM_END,
    };

    signing_open("", "");
    ctx = begin_hash(CARD, 0);
    CHECK(EVP_PKEY_CTX_get_rsa_padding(ctx, &number) > 0);
    CHECK_INT(number, RSA_PKCS1_PADDING);
    CHECK_INT(set(ctx, "rsa_padding_mode", "pss"), 1);
    CHECK(EVP_PKEY_CTX_get_rsa_padding(ctx, &number) > 0);
    CHECK_INT(number, RSA_PKCS1_PSS_PADDING);
    number = 0;
    CHECK_INT(EVP_PKEY_CTX_get_params(ctx, params), 1);
    CHECK_INT(number, RSA_PKCS1_PSS_PADDING);
    CHECK(EVP_PKEY_CTX_get_rsa_pss_saltlen(ctx, &number) > 0);
    CHECK_INT(number, RSA_PSS_SALTLEN_AUTO);
    CHECK_INT(set(ctx, "digest", "SHA384"), 1);
    CHECK(EVP_PKEY_CTX_get_rsa_mgf1_md(ctx, &md) == 1);
    CHECK(EVP_MD_is_a(md, "SHA384"));
    CHECK(EVP_PKEY_CTX_get_signature_md(ctx, &md) == 1);
    CHECK(EVP_MD_is_a(md, "SHA384"));
    CHECK_INT(set(ctx, "rsa_pss_saltlen", "48"), 1);
    CHECK(EVP_PKEY_CTX_get_rsa_pss_saltlen(ctx, &number) > 0);
    CHECK_INT(number, 48);
    CHECK_INT(EVP_PKEY_CTX_get_params(ctx, words), 1);
    CHECK_STR(word, "48");
    CHECK_INT(set(ctx, "rsa_pss_saltlen", "digest"), 1);
    CHECK_INT(EVP_PKEY_CTX_get_params(ctx, words), 1);
    CHECK_STR(word, "digest");
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(ctx);
    signing_close();
}

/* Each parameter of a list is one that works, and none is missing. */
static void lists_are_honest(void)
{
    static const char *const settable[] = { "digest", "iotsim-mode", "pad-mode",
                                            "saltlen", "mgf1-digest" };
    static const char *const gettable[] = { "algorithm-id", "digest-size",
                                            "digest",       "pad-mode",
                                            "saltlen",      "mgf1-digest" };
    EVP_MD_CTX *ctx;
    const OSSL_PARAM *list;

    signing_open("", "");
    ctx = signing_begin(CARD, 0, &schemes[3], "SHA256");
    list = EVP_PKEY_CTX_settable_params(EVP_MD_CTX_get_pkey_ctx(ctx));
    CHECK(OSSL_PARAM_locate_const(list, "digest") == NULL);
    for (size_t i = 1; i < sizeof settable / sizeof *settable; i++)
        CHECK(OSSL_PARAM_locate_const(list, settable[i]) != NULL);
    list = EVP_PKEY_CTX_gettable_params(EVP_MD_CTX_get_pkey_ctx(ctx));
    for (size_t i = 0; i < sizeof gettable / sizeof *gettable; i++) {
        uint8_t value[128];
        OSSL_PARAM asked[2] = { OSSL_PARAM_END, OSSL_PARAM_END };
        const OSSL_PARAM *p = OSSL_PARAM_locate_const(list, gettable[i]);

        REQUIRE(p != NULL);
        asked[0] = *p;
        asked[0].data = value;
        asked[0].data_size = p->data_type == OSSL_PARAM_UNSIGNED_INTEGER
                                 ? sizeof(size_t)
                                 : sizeof value;
        CHECK_INT(EVP_PKEY_CTX_get_params(EVP_MD_CTX_get_pkey_ctx(ctx), asked),
                  1);
        CHECK(OSSL_PARAM_modified(asked) && asked[0].return_size > 0);
    }
    EVP_MD_CTX_free(ctx);
    CHECK_STR(bench_error(), "");
    signing_close();
}

static void digest_is_fixed_amid_a_message(void)
{
    EVP_MD_CTX *ctx;
    EVP_PKEY_CTX *pkey;

    signing_open("", "");
    ctx = signing_begin(CARD, 0, &schemes[2], "SHA256");
    pkey = EVP_MD_CTX_get_pkey_ctx(ctx);
    CHECK_INT(EVP_PKEY_CTX_set_signature_md(pkey, EVP_sha256()), 1);
    CHECK(EVP_PKEY_CTX_set_signature_md(pkey, EVP_sha384()) != 1);
    CHECK(error_says("amid a message"));
    EVP_MD_CTX_free(ctx);
    signing_close();
}

static size_t algorithm_id(enum who who, const struct scheme *scheme,
                           const char *md, uint8_t id[128])
{
    EVP_MD_CTX *ctx = signing_begin(who, 0, scheme, md);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, id,
                                          128),
        OSSL_PARAM_END,
    };

    CHECK_INT(EVP_PKEY_CTX_get_params(EVP_MD_CTX_get_pkey_ctx(ctx), params), 1);
    EVP_MD_CTX_free(ctx);
    return params[0].return_size;
}

static void algorithm_id_is_that_of_the_default_provider(void)
{
    signing_open("", "");
    for (size_t i = 2; i < SCHEMES; i++)
        for (size_t j = 0; j < 3; j++) {
            uint8_t ours[128];
            uint8_t theirs[128];
            size_t len = algorithm_id(CARD, &schemes[i], digests[j], ours);

            CHECK(len > 10);
            CHECK_INT(len,
                      algorithm_id(SOFTWARE, &schemes[i], digests[j], theirs));
            CHECK(memcmp(ours, theirs, len) == 0);
        }
    CHECK_STR(bench_error(), "");
    signing_close();
}

/* The default salt length is `auto`, which the signature must bear out. */
static void algorithm_id_tells_the_salt_of_the_card(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey = NULL;
    uint8_t wanted[128];
    uint8_t id[128];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, id,
                                          sizeof id),
        OSSL_PARAM_END,
    };
    size_t len;

    signing_open("", "");
    len = algorithm_id(SOFTWARE, &schemes[3], "SHA256", wanted);
    CHECK_INT(EVP_DigestSignInit_ex(ctx, &pkey, "SHA256", signing_libctx, NULL,
                                    signing_key("RSA"), NULL),
              1);
    CHECK_INT(EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING), 1);
    CHECK_INT(EVP_PKEY_CTX_get_params(pkey, params), 1);
    CHECK_INT(params[0].return_size, len);
    CHECK(memcmp(id, wanted, len) == 0);
    EVP_MD_CTX_free(ctx);
    signing_close();
}

/* --- verification in software ------------------------------------------- */

/* Salts of any length, and MGF1 with another digest. */
static void verifies_all_pss(void)
{
    static const int salts[] = { 0, 20, 32, 100, RSA_PSS_SALTLEN_MAX };
    static const int expected[] = { 0,
                                    20,
                                    32,
                                    100,
                                    RSA_PSS_SALTLEN_DIGEST,
                                    RSA_PSS_SALTLEN_AUTO,
                                    RSA_PSS_SALTLEN_MAX };
    uint8_t hash[32] = { 9 };
    uint8_t sig[SIGNING_MAX];

    signing_open("", "");
    for (size_t i = 0; i < 5; i++) {
        size_t len = sizeof sig;
        EVP_PKEY_CTX *ctx = begin_hash(SOFTWARE, 0);

        CHECK_INT(set(ctx, "rsa_padding_mode", "pss"), 1);
        CHECK_INT(set(ctx, "digest", "SHA256"), 1);
        CHECK_INT(set(ctx, "rsa_mgf1_md", "SHA1"), 1);
        CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salts[i]), 1);
        CHECK_INT(EVP_PKEY_sign(ctx, sig, &len, hash, 32), 1);
        EVP_PKEY_CTX_free(ctx);
        for (size_t j = 0; j < 7; j++) {
            int verdicts[2] = { 0, 0 };

            for (int who = CARD; who <= SOFTWARE; who++) {
                ctx = begin_hash((enum who)who, 1);
                CHECK_INT(set(ctx, "rsa_padding_mode", "pss"), 1);
                CHECK_INT(set(ctx, "digest", "SHA256"), 1);
                CHECK_INT(set(ctx, "rsa_mgf1_md", "SHA1"), 1);
                CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, expected[j]),
                          1);
                verdicts[who] = EVP_PKEY_verify(ctx, sig, len, hash, 32) == 1;
                EVP_PKEY_CTX_free(ctx);
                if (who == SOFTWARE)
                    ERR_clear_error();
                CHECK_STR(bench_error(), "");
            }
            CHECK_INT(verdicts[CARD], verdicts[SOFTWARE]);
        }
    }
    CHECK_STR(desk_sent(), "");
    signing_close();
}

/* Digests that the applet lacks, and paddings. */
static void verifies_what_no_card_signs(void)
{
    static const struct {
        const char *padding;
        const char *digest;
        size_t len;
    } rows[] = {
        { "pkcs1", "SHA1", 20 },   { "pkcs1", "MD5-SHA1", 36 },
        { "pkcs1", "SHA224", 28 }, { "pkcs1", "SHA3-256", 32 },
        { "pkcs1", NULL, 32 },     { "pss", "SHA1", 20 },
        { "x931", "SHA256", 32 },  { "none", NULL, 256 },
    };
    uint8_t hash[256] = { 0, 7 };
    uint8_t sig[SIGNING_MAX];

    signing_open("", "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = sizeof sig;
        size_t recovered = sizeof sig;
        uint8_t out[SIGNING_MAX];

        for (int who = SOFTWARE; who >= CARD; who--) {
            EVP_PKEY_CTX *ctx = begin_hash((enum who)who, who == CARD);

            /* x931 wants the digest first, in the default provider */
            if (rows[i].digest != NULL)
                CHECK_INT(set(ctx, "digest", rows[i].digest), 1);
            CHECK_INT(set(ctx, "rsa_padding_mode", rows[i].padding), 1);
            if (who == SOFTWARE)
                CHECK_INT(EVP_PKEY_sign(ctx, sig, &len, hash, rows[i].len), 1);
            else
                CHECK_INT(EVP_PKEY_verify(ctx, sig, len, hash, rows[i].len), 1);
            if (who == CARD) {
                sig[100] ^= 1;
                CHECK(EVP_PKEY_verify(ctx, sig, len, hash, rows[i].len) != 1);
                sig[100] ^= 1;
            }
            EVP_PKEY_CTX_free(ctx);
        }
        if (strcmp(rows[i].padding, "pss") != 0) {
            EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(
                signing_libctx, signing_key("RSA"), NULL);

            CHECK_INT(EVP_PKEY_verify_recover_init(ctx), 1);
            if (rows[i].digest != NULL)
                CHECK_INT(set(ctx, "digest", rows[i].digest), 1);
            CHECK_INT(set(ctx, "rsa_padding_mode", rows[i].padding), 1);
            CHECK_INT(EVP_PKEY_verify_recover(ctx, NULL, &recovered, sig, len),
                      1);
            CHECK_INT(recovered, 256);
            CHECK_INT(EVP_PKEY_verify_recover(ctx, out, &recovered, sig, len),
                      1);
            CHECK_INT(recovered, rows[i].len);
            CHECK(memcmp(out, hash, rows[i].len) == 0);
            EVP_PKEY_CTX_free(ctx);
        }
        CHECK_STR(bench_error(), "");
    }
    CHECK_STR(desk_sent(), "");
    signing_close();
}

static void refuses_what_no_one_verifies(void)
{
    EVP_PKEY_CTX *ctx;

    signing_open("", "");
    ctx = begin_hash(CARD, 1);
    CHECK(set(ctx, "rsa_padding_mode", "oaep") != 1);
    CHECK(error_says("not for signatures"));
    CHECK(set(ctx, "digest", "BLAKE2B-512") != 1);
    CHECK(error_says("BLAKE2B-512"));
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(signing_libctx, signing_key("RSA"), NULL);
    CHECK_INT(EVP_PKEY_verify_recover_init(ctx), 1);
    CHECK(set(ctx, "rsa_padding_mode", "pss") != 1);
    CHECK(bench_error()[0] != '\0');
    EVP_PKEY_CTX_free(ctx);
    signing_close();
}

/* OSSL_PARAM(3) demands no NUL within data_size. */
static void text_needs_no_end(void)
{
    static const struct {
        const char *key;
        const char *value;
    } all[] = {
        { OSSL_SIGNATURE_PARAM_PAD_MODE, "pss" },
        { OSSL_SIGNATURE_PARAM_DIGEST, "SHA384" },
        { OSSL_SIGNATURE_PARAM_PSS_SALTLEN, "digest" },
        { OSSL_SIGNATURE_PARAM_PSS_SALTLEN, "48" },
        { OSSL_SIGNATURE_PARAM_MGF1_DIGEST, "SHA384" },
        { IOTSIM_SIGNATURE_PARAM_MODE, "hash" },
    };
    EVP_PKEY_CTX *ctx;

    signing_open("", "");
    ctx = begin_hash(CARD, 0);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t len = strlen(all[i].value);
        char *value = OPENSSL_memdup(all[i].value, len);
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(all[i].key, value, len),
            OSSL_PARAM_END,
        };

        if (EVP_PKEY_CTX_set_params(ctx, params) != 1)
            check_fail(__FILE__, __LINE__, bench_error());
        OPENSSL_free(value);
    }
    EVP_PKEY_CTX_free(ctx);
    signing_close();
}

TEST_MAIN(TEST(refuses_digests), TEST(refuses_digests_at_init),
          TEST(refuses_paddings), TEST(refuses_salts),
          TEST(refuses_when_the_digest_is_known), TEST(refuses_mgf1),
          TEST(needs_a_digest), TEST(offers_are_known_before_the_card_is_asked),
          TEST(pss_alone_is_enough_for_tls), TEST(tells_what_was_set),
          TEST(lists_are_honest), TEST(digest_is_fixed_amid_a_message),
          TEST(algorithm_id_is_that_of_the_default_provider),
          TEST(algorithm_id_tells_the_salt_of_the_card), TEST(verifies_all_pss),
          TEST(verifies_what_no_card_signs), TEST(refuses_what_no_one_verifies),
          TEST(text_needs_no_end))
