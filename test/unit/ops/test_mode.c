/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three modes of operation (IoT.05 2.5.14) on cards that offer one of
 * them: asked for by parameter or setting, found out, refused. Proves F2.
 */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "iotsim/iotsim.h"
#include "ops/sha2.h"
#include "ops/tbs.h"
#include "signing.h"

/* `modes` of a card: one of them, or all. */
static const struct {
    const char *word;
    const char *card;
} modes[] = {
    { "hash", "modes = hash\n" },
    { "last-block", "modes = last-block\n" },
    { "text", "modes = text\n" },
};

enum { MODES = 3, TEXT = 100000 };

static uint8_t text[TEXT];

static void fill(void)
{
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (uint8_t)(i * 31 >> 3);
}

static int set_mode(EVP_MD_CTX *ctx, const char *word)
{
    return EVP_PKEY_CTX_ctrl_str(EVP_MD_CTX_get_pkey_ctx(ctx),
                                 IOTSIM_SIGNATURE_PARAM_MODE, word);
}

/* Feed `len` octets in pieces of growing size. */
static int feed(EVP_MD_CTX *ctx, int verify, size_t from, size_t len)
{
    size_t piece = 1;
    int ok = 1;

    while (ok == 1 && len > 0) {
        size_t n = len < piece ? len : piece;

        ok = verify ? EVP_DigestVerifyUpdate(ctx, text + from, n)
                    : EVP_DigestSignUpdate(ctx, text + from, n);
        from += n;
        len -= n;
        piece = piece * 2 + 1;
    }
    return ok;
}

static bool error_says(const char *words)
{
    const char *error = bench_error();

    if (strstr(error, words) != NULL)
        return true;
    fprintf(stderr, "    no \"%s\" in \"%s\"\n", words, error);
    return false;
}

/* --- asked for ---------------------------------------------------------- */

static void sign_size(const struct scheme *scheme, const char *md,
                      const char *mode, size_t size)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx = signing_begin(CARD, 0, scheme, md);
    unsigned before = check_failures;

    CHECK_INT(set_mode(ctx, mode), 1);
    CHECK_INT(feed(ctx, 0, 0, size), 1);
    CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, size, sig, len));
    CHECK_STR(bench_error(), "");
    EVP_MD_CTX_free(ctx);

    ctx = signing_begin(CARD_VERIFIES, 1, scheme, md);
    CHECK_INT(set_mode(ctx, mode), 1);
    CHECK_INT(feed(ctx, 1, 0, size), 1);
    CHECK_INT(EVP_DigestVerifyFinal(ctx, sig, len), 1);
    CHECK_STR(bench_error(), "");
    sig[len / 2] ^= 4;
    CHECK_INT(EVP_DigestVerifyFinal(ctx, sig, len) == 1, 0);
    signing_settle(CARD_VERIFIES);
    CHECK_STR(bench_error(), "");
    EVP_MD_CTX_free(ctx);
    if (check_failures != before)
        fprintf(stderr, "    %s, %s, %s, %zu octets\n", scheme->name, md, mode,
                size);
}

static void messages_of_every_size(void)
{
    static const size_t sizes[] = { 0,   1,   55,  56,  63,  64,  65,  111, 112,
                                    113, 114, 115, 116, 117, 118, 119, 120, 121,
                                    122, 123, 124, 125, 126, 127, 128, 129, 191,
                                    192, 193, 255, 256, 257, 1000 };
    static const char *const digests[] = { "SHA256", "SHA384", "SHA512" };

    fill();
    for (size_t m = 0; m < MODES; m++) {
        signing_open(modes[m].card, "");
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t d = 0; d < 3; d++)
                sign_size(&schemes[i % SCHEMES],
                          schemes[i % SCHEMES].padding == 0 ? "SHA256"
                                                            : digests[d],
                          modes[m].word, sizes[i]);
        signing_close();
    }
}

static void every_scheme_and_digest(void)
{
    static const char *const digests[] = { "SHA256", "SHA384", "SHA512" };

    fill();
    for (size_t m = 0; m < MODES; m++) {
        signing_open(modes[m].card, "hash = sha256, sha384, sha512\n");
        for (size_t i = 0; i < SCHEMES; i++)
            for (size_t d = 0; d < 3; d++) {
                sign_size(&schemes[i], digests[d], modes[m].word, 128);
                sign_size(&schemes[i], digests[d], modes[m].word, 300);
            }
        sign_size(&schemes[0], "SHA512", modes[m].word, TEXT);
        signing_close();
    }
}

static void by_setting(void)
{
    uint8_t sig[SIGNING_MAX];

    fill();
    for (size_t m = 0; m < MODES; m++) {
        EVP_MD_CTX *ctx;
        size_t len = sizeof sig;

        setenv("IOTSIM_SIGNATURE_MODE", modes[m].word, 1);
        signing_open(modes[m].card, "");
        ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
        CHECK_INT(feed(ctx, 0, 0, 500), 1);
        CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
        CHECK(signing_judge(SOFTWARE, &schemes[0], "SHA256", text, 500, sig,
                            len));
        EVP_MD_CTX_free(ctx);
        unsetenv("IOTSIM_SIGNATURE_MODE");
        CHECK_STR(bench_error(), "");
        signing_close();
    }
}

static void copies_go_their_own_way(void)
{
    uint8_t sig[SIGNING_MAX];

    fill();
    for (size_t m = 0; m < MODES; m++) {
        EVP_MD_CTX *copy = EVP_MD_CTX_new();
        EVP_MD_CTX *ctx;
        size_t len = sizeof sig;

        signing_open(modes[m].card, "");
        ctx = signing_begin(CARD, 0, &schemes[1], "SHA256");
        CHECK_INT(set_mode(ctx, modes[m].word), 1);
        CHECK_INT(feed(ctx, 0, 0, 128), 1);
        CHECK_INT(EVP_MD_CTX_copy_ex(copy, ctx), 1);
        CHECK_INT(feed(ctx, 0, 128, 1), 1);
        CHECK_INT(feed(copy, 0, 128, 5000), 1);
        CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
        EVP_MD_CTX_free(ctx);
        CHECK(signing_judge(SOFTWARE, &schemes[1], "SHA256", text, 129, sig,
                            len));
        len = sizeof sig;
        CHECK_INT(EVP_DigestSignFinal(copy, sig, &len), 1);
        CHECK(signing_judge(SOFTWARE, &schemes[1], "SHA256", text, 5128, sig,
                            len));
        EVP_MD_CTX_free(copy);
        CHECK_STR(bench_error(), "");
        signing_close();
    }
}

/* dgst(1) does so for each of several files. */
static void stays_for_the_next_message(void)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx;

    fill();
    signing_open("modes = text\n", "");
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK_INT(set_mode(ctx, "text"), 1);
    CHECK_INT(EVP_DigestSign(ctx, sig, &len, text, 10), 1);
    CHECK_INT(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, NULL, NULL),
              1);
    CHECK_INT(feed(ctx, 0, 0, 20), 1);
    len = sizeof sig;
    CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
    CHECK(signing_judge(SOFTWARE, &schemes[0], "SHA256", text, 20, sig, len));
    EVP_MD_CTX_free(ctx);
    signing_close();
}

/* --- found out ---------------------------------------------------------- */

/* One-shot finds it, streaming knows it then. */
static void finds_the_mode(void)
{
    static const char *const first[] = { "2A 2B", "2A 2A 2B", "2A 2A 2A 2B" };
    uint8_t sig[SIGNING_MAX];

    fill();
    for (size_t m = 0; m < MODES; m++) {
        EVP_MD_CTX *ctx;
        size_t len;

        signing_open(modes[m].card, "");
        len = signing_make(CARD, &schemes[0], "SHA256", text, 90, sig);
        CHECK(
            signing_judge(SOFTWARE, &schemes[0], "SHA256", text, 90, sig, len));
        CHECK_STR(desk_sent(), first[m]);
        len = signing_make(CARD, &schemes[0], "SHA256", text, 90, sig);
        CHECK(len > 0);
        CHECK_STR(desk_sent(), "2A 2B");
        ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
        CHECK_INT(feed(ctx, 0, 0, 90), 1);
        len = sizeof sig;
        CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
        CHECK_STR(desk_sent(), "2A 2B");
        CHECK(
            signing_judge(SOFTWARE, &schemes[0], "SHA256", text, 90, sig, len));
        EVP_MD_CTX_free(ctx);
        CHECK_STR(bench_error(), "");
        signing_close();
    }
}

static void finds_the_mode_to_verify(void)
{
    uint8_t sig[SIGNING_MAX];

    fill();
    for (size_t m = 0; m < MODES; m++) {
        signing_open(modes[m].card, "");
        for (size_t i = 0; i < SCHEMES; i++) {
            size_t len =
                signing_make(SOFTWARE, &schemes[i], "SHA256", text, 90, sig);

            CHECK_INT(signing_judge(CARD_VERIFIES, &schemes[i], "SHA256", text,
                                    90, sig, len),
                      1);
            CHECK(strstr(desk_sent(), "2D") != NULL);
            CHECK_STR(bench_error(), "");
            CHECK_INT(signing_judge(CARD_VERIFIES, &schemes[i], "SHA256", text,
                                    91, sig, len),
                      0);
            CHECK_STR(bench_error(), "");
        }
        signing_close();
    }
}

/* A digest that the applet lacks comes as a hash or not at all. */
static void other_digests_need_the_hash(void)
{
    uint8_t sig[SIGNING_MAX];
    size_t len;

    fill();
    signing_open("modes = text\n", "");
    CHECK(signing_make(CARD, &schemes[0], "SHA256", text, 90, sig) > 0);
    CHECK_INT(signing_make(CARD, &schemes[0], "SHA3-256", text, 90, sig), 0);
    CHECK(error_says("signature-mode"));
    signing_close();
    signing_open("modes = text, hash\n", "");
    len = signing_make(CARD, &schemes[0], "SHA3-256", text, 90, sig);
    CHECK(signing_judge(SOFTWARE, &schemes[0], "SHA3-256", text, 90, sig, len));
    signing_close();
}

/* --- refused ------------------------------------------------------------ */

static void streaming_tells_the_setting(void)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx;

    fill();
    signing_open("modes = last-block\n", "");
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK_INT(feed(ctx, 0, 0, 90), 1);
    CHECK(EVP_DigestSignFinal(ctx, sig, &len) != 1);
    CHECK(error_says("setting signature-mode"));
    EVP_MD_CTX_free(ctx);
    signing_close();
}

static void asked_for_is_not_second_guessed(void)
{
    static const char card[] = "modes = hash\n";
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx;

    fill();
    signing_open(card, "");
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK_INT(set_mode(ctx, "text"), 1);
    CHECK(EVP_DigestSign(ctx, sig, &len, text, 90) != 1);
    CHECK(error_says("iotsim:object=P256"));
    EVP_MD_CTX_free(ctx);
    signing_close();
}

static void hash_alone_needs_mode_hash(void)
{
    uint8_t hash[32] = { 1 };
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_PKEY_CTX *ctx;

    signing_open("", "");
    ctx = EVP_PKEY_CTX_new_from_pkey(signing_libctx, signing_key("P256"), NULL);
    CHECK_INT(EVP_PKEY_sign_init(ctx), 1);
    CHECK_INT(EVP_PKEY_CTX_ctrl_str(ctx, "iotsim-mode", "text"), 1);
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, sizeof hash) != 1);
    CHECK(error_says("needs the text"));
    CHECK_STR(desk_sent(), "");
    CHECK_INT(EVP_PKEY_CTX_ctrl_str(ctx, "iotsim-mode", "hash"), 1);
    CHECK_INT(EVP_PKEY_sign(ctx, sig, &len, hash, sizeof hash), 1);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(signing_libctx, signing_key("P256"),
                                     "?iotsim.verify=yes");
    CHECK_INT(EVP_PKEY_verify_init(ctx), 1);
    CHECK_INT(EVP_PKEY_CTX_ctrl_str(ctx, "iotsim-mode", "last-block"), 1);
    CHECK(EVP_PKEY_verify(ctx, sig, len, hash, sizeof hash) != 1);
    CHECK(error_says("needs the text"));
    EVP_PKEY_CTX_free(ctx);
    signing_close();
}

static void refuses_what_makes_no_sense(void)
{
    EVP_MD_CTX *ctx;

    fill();
    signing_open("", "");
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA1");
    CHECK(set_mode(ctx, "text") != 1);
    CHECK(error_says("digest SHA1, where the applet signs SHA-256"));
    EVP_MD_CTX_free(ctx);
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK(set_mode(ctx, "telepathy") != 1);
    CHECK(error_says("it takes hash, last-block or text"));
    CHECK_INT(feed(ctx, 0, 0, 10), 1);
    CHECK(set_mode(ctx, "text") != 1);
    CHECK(error_says("amid a message"));
    EVP_MD_CTX_free(ctx);
    signing_close();
}

/* Software verifies in no mode; what was set does not disturb it. */
static void software_has_no_mode(void)
{
    uint8_t sig[SIGNING_MAX];
    size_t len;

    fill();
    setenv("IOTSIM_SIGNATURE_MODE", "text", 1);
    signing_open("", "");
    len = signing_make(SOFTWARE, &schemes[0], "SHA1", text, 90, sig);
    CHECK_INT(signing_judge(CARD, &schemes[0], "SHA1", text, 90, sig, len), 1);
    CHECK_STR(bench_error(), "");
    unsetenv("IOTSIM_SIGNATURE_MODE");
    signing_close();
}

/* --- limits ------------------------------------------------------------- */

static void text_has_a_limit(void)
{
    static uint8_t piece[TBS_TEXT_MAX / 16];
    static uint8_t whole[TBS_TEXT_MAX + 1];
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx;

    signing_open("", "");
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK_INT(set_mode(ctx, "text"), 1);
    for (size_t i = 0; i < TBS_TEXT_MAX / sizeof piece; i++)
        CHECK_INT(EVP_DigestSignUpdate(ctx, piece, sizeof piece), 1);
    CHECK(EVP_DigestSignUpdate(ctx, piece, 1) != 1);
    CHECK(error_says("more than 256 KiB"));
    EVP_MD_CTX_free(ctx);
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK_INT(set_mode(ctx, "text"), 1);
    CHECK(EVP_DigestSign(ctx, sig, &len, whole, TBS_TEXT_MAX + 1) != 1);
    CHECK(error_says("more than 256 KiB"));
    CHECK_STR(desk_sent(), "");
    EVP_MD_CTX_free(ctx);
    signing_close();
}

/* The longest one is signed, and not refused on the way. */
static void longest_text_is_signed(void)
{
    static uint8_t whole[TBS_TEXT_MAX];
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx;

    signing_open("", "");
    ctx = signing_begin(CARD, 0, &schemes[0], "SHA256");
    CHECK_INT(set_mode(ctx, "text"), 1);
    CHECK_INT(EVP_DigestSign(ctx, sig, &len, whole, sizeof whole), 1);
    CHECK(signing_judge(SOFTWARE, &schemes[0], "SHA256", whole, sizeof whole,
                        sig, len));
    CHECK_STR(bench_error(), "");
    EVP_MD_CTX_free(ctx);
    signing_close();
}

/* The octets are not looked at, for none is hashed. */
static void blocks_have_a_limit(void)
{
    uint8_t octet = 0;
    struct sha2 *s = sha2_new(HASH_SHA256);
    struct applet_message view = { 0 };

    REQUIRE(s != NULL);
    CHECK(sha2_new(0) == NULL);
    CHECK(sha2_add(s, bytes_of(&octet, 1)));
    CHECK(!sha2_add(s, bytes_of(&octet, UINT32_MAX)));
    CHECK(!sha2_add(s, bytes_of(&octet, SIZE_MAX)));
    sha2_view(s, &view);
    CHECK_INT(view.hashed, 0);
    CHECK_HEX(view.input.data, view.input.len, "00");
    CHECK_HEX(view.chaining.data, view.chaining.len, /* FIPS 180-4 5.3.3 */
              "6A09E667BB67AE853C6EF372A54FF53A"
              "510E527F9B05688C1F83D9AB5BE0CD19");
    sha2_free(s);
    sha2_free(NULL);
}

TEST_MAIN(TEST(messages_of_every_size), TEST(every_scheme_and_digest),
          TEST(by_setting), TEST(copies_go_their_own_way),
          TEST(stays_for_the_next_message), TEST(finds_the_mode),
          TEST(finds_the_mode_to_verify), TEST(other_digests_need_the_hash),
          TEST(streaming_tells_the_setting),
          TEST(asked_for_is_not_second_guessed),
          TEST(hash_alone_needs_mode_hash), TEST(refuses_what_makes_no_sense),
          TEST(software_has_no_mode), TEST(text_has_a_limit),
          TEST(longest_text_is_signed), TEST(blocks_have_a_limit))
