/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation, scheme and digest in every style of the API; each result is
 * judged by the default provider in another library context, and each of its
 * signatures by ours. Proves E1, E2, F2.
 */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "signing.h"

static const char *const digests[] = { "SHA256", "SHA384",   "SHA512",
                                       "SHA1",   "SHA3-256", "SHA224" };
enum { DIGESTS = 6, APPLET_DIGESTS = 3, TEXT = 300 };

static uint8_t text[TEXT];

typedef void cell(const struct scheme *scheme, const char *md);

/* ECDSA takes them all, RSA those of the applet. */
static void for_each_cell(cell *run)
{
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (uint8_t)(i * 7);
    signing_open("", "");
    for (size_t i = 0; i < SCHEMES; i++)
        for (size_t j = 0; j < DIGESTS; j++) {
            unsigned before = check_failures;

            if (schemes[i].padding != 0 && j >= APPLET_DIGESTS)
                continue;
            run(&schemes[i], digests[j]);
            CHECK_STR(bench_error(), "");
            if (check_failures != before)
                fprintf(stderr, "    %s, %s\n", schemes[i].name, digests[j]);
        }
    signing_close();
}

/* Two commands; the answer of RSA does not fit one. */
static const char *signed_by(const struct scheme *scheme)
{
    return scheme->padding == 0 ? "2A 2B" : "2A 2B C0";
}

static size_t size_of(const struct scheme *scheme)
{
    return (size_t)EVP_PKEY_get_size(signing_soft(scheme->label));
}

/* --- sign --------------------------------------------------------------- */

static void sign_at_once(const struct scheme *scheme, const char *md)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = signing_make(CARD, scheme, md, text, TEXT, sig);

    CHECK(len > 0 && len <= size_of(scheme));
    CHECK_STR(desk_sent(), signed_by(scheme));
    CHECK(signing_judge(SOFTWARE, scheme, md, text, TEXT, sig, len));
    CHECK(!signing_judge(SOFTWARE, scheme, md, text, TEXT - 1, sig, len));
}

static void signs_at_once(void)
{
    for_each_cell(sign_at_once);
}

static void sign_in_pieces(const struct scheme *scheme, const char *md)
{
    static const size_t pieces[] = { 1, 0, 62, 3, 128, 65, 41 };
    EVP_MD_CTX *ctx = signing_begin(CARD, 0, scheme, md);
    uint8_t sig[SIGNING_MAX];
    size_t len = 0;
    size_t at = 0;

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        CHECK_INT(EVP_DigestSignUpdate(ctx, text + at, pieces[i]), 1);
        at += pieces[i];
    }
    CHECK_INT(EVP_DigestSignFinal(ctx, NULL, &len), 1);
    CHECK_INT(len, size_of(scheme));
    CHECK_STR(desk_sent(), "");
    len--;
    CHECK(EVP_DigestSignFinal(ctx, sig, &len) != 1); /* one octet too small */
    CHECK_STR(desk_sent(), "");
    CHECK(strstr(bench_error(), "needs room for") != NULL);
    len = sizeof sig;
    CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, at, sig, len));
    desk_sent();
    EVP_MD_CTX_free(ctx);
}

static void signs_in_pieces(void)
{
    for_each_cell(sign_in_pieces);
}

/* The first piece by update, the rest at once. */
static void sign_mixed(const struct scheme *scheme, const char *md)
{
    EVP_MD_CTX *ctx = signing_begin(CARD, 0, scheme, md);
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;

    CHECK_INT(EVP_DigestSignUpdate(ctx, text, 100), 1);
    CHECK_INT(EVP_DigestSign(ctx, sig, &len, text + 100, TEXT - 100), 1);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, TEXT, sig, len));
    len = sizeof sig;
    CHECK(EVP_DigestSign(ctx, sig, &len, text, TEXT) != 1); /* it is over */
    ERR_clear_error(); /* libcrypto refuses; since 3.5 it says so */
    EVP_MD_CTX_free(ctx);
}

static void signs_the_rest_at_once(void)
{
    for_each_cell(sign_mixed);
}

static void sign_copies(const struct scheme *scheme, const char *md)
{
    EVP_MD_CTX *ctx = signing_begin(CARD, 0, scheme, md);
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;

    CHECK_INT(EVP_DigestSignUpdate(ctx, text, 100), 1);
    CHECK_INT(EVP_MD_CTX_copy_ex(copy, ctx), 1);
    CHECK_INT(EVP_DigestSignUpdate(ctx, text + 100, 50), 1);
    CHECK_INT(EVP_DigestSignUpdate(copy, text + 100, 200), 1);
    CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, 150, sig, len));
    EVP_MD_CTX_free(ctx);
    len = sizeof sig;
    CHECK_INT(EVP_DigestSignFinal(copy, sig, &len), 1);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, 300, sig, len));
    EVP_MD_CTX_free(copy);
}

static void copies_go_their_own_way(void)
{
    for_each_cell(sign_copies);
}

static void sign_again(const struct scheme *scheme, const char *md)
{
    EVP_MD_CTX *ctx = signing_begin(CARD, 0, scheme, md);
    struct scheme plain = *scheme;
    uint8_t sig[SIGNING_MAX];
    size_t len = sizeof sig;

    CHECK_INT(EVP_DigestSign(ctx, sig, &len, text, 10), 1);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, 10, sig, len));
    CHECK_INT(EVP_DigestSignUpdate(ctx, text, 10) == 1, 0);
    CHECK_INT(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, NULL, NULL),
              1);
    if (scheme->padding != 0) /* as with the default provider */
        plain.padding = RSA_PKCS1_PADDING;
    CHECK_INT(EVP_DigestSignUpdate(ctx, text, 20), 1);
    len = sizeof sig;
    CHECK_INT(EVP_DigestSignFinal(ctx, sig, &len), 1);
    CHECK(signing_judge(SOFTWARE, &plain, md, text, 20, sig, len));
    EVP_MD_CTX_free(ctx);
}

static void begins_again_without_a_key(void)
{
    for_each_cell(sign_again);
}

/* --- sign and verify a hash --------------------------------------------- */

static EVP_PKEY_CTX *begin_hash(enum who who, int verify,
                                const struct scheme *scheme, const char *md)
{
    EVP_PKEY *key = who == SOFTWARE ? signing_soft(scheme->label)
                                    : signing_key(scheme->label);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(
        who == SOFTWARE ? NULL : signing_libctx, key,
        who == CARD_VERIFIES ? "?iotsim.verify=yes" : NULL);
    EVP_MD *digest = EVP_MD_fetch(NULL, md, NULL);

    CHECK_INT(verify ? EVP_PKEY_verify_init(ctx) : EVP_PKEY_sign_init(ctx), 1);
    CHECK_INT(EVP_PKEY_CTX_set_signature_md(ctx, digest), 1);
    if (scheme->padding == RSA_PKCS1_PSS_PADDING) {
        CHECK_INT(EVP_PKEY_CTX_set_rsa_padding(ctx, scheme->padding), 1);
        CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST),
                  1);
    }
    EVP_MD_free(digest);
    return ctx;
}

static void hash_cell(const struct scheme *scheme, const char *md)
{
    uint8_t hash[64];
    uint8_t sig[SIGNING_MAX];
    size_t hash_len = 0;
    size_t len = sizeof sig;
    EVP_PKEY_CTX *ctx = begin_hash(CARD, 0, scheme, md);

    CHECK(EVP_Q_digest(NULL, md, NULL, text, TEXT, hash, &hash_len));
    CHECK_INT(EVP_PKEY_sign(ctx, NULL, &len, hash, hash_len), 1);
    CHECK_INT(len, size_of(scheme));
    len--;
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, hash_len) != 1);
    len = sizeof sig;
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, hash_len - 1) != 1);
    CHECK(EVP_PKEY_sign(ctx, sig, &len, hash, hash_len + 1) != 1);
    CHECK_STR(desk_sent(), "");
    ERR_clear_error();
    CHECK_INT(EVP_PKEY_sign(ctx, sig, &len, hash, hash_len), 1);
    CHECK_STR(desk_sent(), signed_by(scheme));
    EVP_PKEY_CTX_free(ctx);
    CHECK(signing_judge(SOFTWARE, scheme, md, text, TEXT, sig, len));
    for (int who = CARD; who <= CARD_VERIFIES; who++) {
        ctx = begin_hash((enum who)who, 1, scheme, md);
        CHECK_INT(EVP_PKEY_verify(ctx, sig, len, hash, hash_len), 1);
        hash[3] ^= 1;
        CHECK_INT(EVP_PKEY_verify(ctx, sig, len, hash, hash_len) == 1, 0);
        hash[3] ^= 1;
        signing_settle((enum who)who);
        CHECK_STR(bench_error(), "");
        CHECK(EVP_PKEY_verify(ctx, sig, len, hash, hash_len - 1) != 1);
        signing_settle((enum who)who);
        EVP_PKEY_CTX_free(ctx);
    }
    desk_sent();
}

static void signs_and_verifies_a_hash(void)
{
    for_each_cell(hash_cell);
}

/* --- verify ------------------------------------------------------------- */

static void verify_at_once(const struct scheme *scheme, const char *md)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = signing_make(SOFTWARE, scheme, md, text, TEXT, sig);

    for (int i = 0; i < 2; i++) {
        enum who who = i == 0 ? CARD : CARD_VERIFIES;

        CHECK_INT(signing_judge(who, scheme, md, text, TEXT, sig, len), 1);
        CHECK((desk_sent()[0] != '\0') == (who == CARD_VERIFIES));
        CHECK_INT(signing_judge(who, scheme, md, text, TEXT - 1, sig, len), 0);
        CHECK_INT(signing_judge(who, scheme, md, text, TEXT, sig, len - 1), 0);
        CHECK_INT(signing_judge(who, scheme, md, text, TEXT, sig, 0), 0);
        CHECK_STR(bench_error(), "");
        desk_sent();
    }
}

static void verifies_at_once(void)
{
    for_each_cell(verify_at_once);
}

/* Every octet of the signature counts. */
static void flip(const struct scheme *scheme, const char *md)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = signing_make(SOFTWARE, scheme, md, text, TEXT, sig);
    size_t step = scheme->padding == 0 ? 1 : 31;

    for (size_t i = 0; i < len; i += step) {
        sig[i] ^= (uint8_t)(1 << i % 8);
        CHECK_INT(signing_judge(CARD, scheme, md, text, TEXT, sig, len), 0);
        CHECK_INT(
            signing_judge(CARD_VERIFIES, scheme, md, text, TEXT, sig, len), 0);
        CHECK_STR(bench_error(), "");
        sig[i] ^= (uint8_t)(1 << i % 8);
    }
    desk_sent();
}

static void rejects_flipped_bits(void)
{
    for_each_cell(flip);
}

static void verify_in_pieces(const struct scheme *scheme, const char *md)
{
    uint8_t sig[SIGNING_MAX];
    size_t len = signing_make(SOFTWARE, scheme, md, text, TEXT, sig);

    for (int i = 0; i < 2; i++) {
        EVP_MD_CTX *ctx =
            signing_begin(i == 0 ? CARD : CARD_VERIFIES, 1, scheme, md);
        EVP_MD_CTX *copy = EVP_MD_CTX_new();

        CHECK_INT(EVP_DigestVerifyUpdate(ctx, text, 1), 1);
        CHECK_INT(EVP_DigestVerifyUpdate(ctx, text + 1, 100), 1);
        CHECK_INT(EVP_MD_CTX_copy_ex(copy, ctx), 1);
        CHECK_INT(EVP_DigestVerifyUpdate(ctx, text + 101, TEXT - 101), 1);
        CHECK_INT(EVP_DigestVerifyUpdate(copy, text + 101, 100), 1);
        CHECK_INT(EVP_DigestVerifyFinal(ctx, sig, len), 1);
        CHECK_INT(EVP_DigestVerifyFinal(copy, sig, len) == 1, 0);
        signing_settle(i == 0 ? CARD : CARD_VERIFIES);
        EVP_MD_CTX_free(copy);
        EVP_MD_CTX_free(ctx);
    }
    desk_sent();
}

static void verifies_in_pieces(void)
{
    for_each_cell(verify_in_pieces);
}

/* --- other keys, other cards -------------------------------------------- */

/* A key that has never been on a card, where the property leads it to us. */
static void software_keys_stay_in_software(void)
{
    signing_open("", "");
    for (size_t i = 0; i < SCHEMES; i++) {
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        EVP_PKEY_CTX *pkey = NULL;
        uint8_t sig[SIGNING_MAX];
        size_t len = sizeof sig;

        CHECK_INT(EVP_DigestSignInit_ex(ctx, &pkey, "SHA256", signing_libctx,
                                        "?iotsim.verify=yes",
                                        signing_soft(schemes[i].label), NULL),
                  1);
        if (schemes[i].padding != 0)
            CHECK_INT(EVP_PKEY_CTX_set_rsa_padding(pkey, schemes[i].padding),
                      1);
        if (schemes[i].padding == RSA_PKCS1_PSS_PADDING)
            CHECK_INT(
                EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey, RSA_PSS_SALTLEN_DIGEST),
                1);
        CHECK_INT(EVP_DigestSign(ctx, sig, &len, text, TEXT), 1);
        CHECK(signing_judge(SOFTWARE, &schemes[i], "SHA256", text, TEXT, sig,
                            len));
        EVP_MD_CTX_free(ctx);
        ctx = EVP_MD_CTX_new();
        CHECK_INT(EVP_DigestVerifyInit_ex(ctx, &pkey, "SHA256", signing_libctx,
                                          "?iotsim.verify=yes",
                                          signing_soft(schemes[i].label), NULL),
                  1);
        if (schemes[i].padding != 0)
            CHECK_INT(EVP_PKEY_CTX_set_rsa_padding(pkey, schemes[i].padding),
                      1);
        CHECK_INT(EVP_DigestVerify(ctx, sig, len, text, TEXT), 1);
        EVP_MD_CTX_free(ctx);
        CHECK_STR(desk_sent(), "");
        CHECK_STR(bench_error(), "");
    }
    signing_close();
}

/* The SIM was changed: the same labels, other keys. */
static void another_sim_does_not_sign(void)
{
    static const char other[] =
        "[objects]\nr = pair\n[r]\nlabel = RSA\nid = 03\n"
        "type = rsa2048\nfunctions = sign\nvalue = generate\n";
    uint8_t sig[SIGNING_MAX];

    signing_open("", "");
    desk_swap(0, other);
    for (size_t i = 2; i < SCHEMES; i++) {
        memset(sig, 0, sizeof sig);
        CHECK_INT(signing_make(CARD, &schemes[i], "SHA256", text, TEXT, sig),
                  0);
        CHECK(strstr(bench_error(), "does not belong to this public key"));
        for (size_t n = 0; n < sizeof sig; n++)
            CHECK_INT(sig[n], 0);
    }
    signing_close();
}

/* Trouble is not a verdict, and says so. */
static void trouble_of_the_card_is_an_error(void)
{
    static const char trouble[] = "[faults]\nf = ins=2D,sw=6F00,times=0\n";
    uint8_t sig[SIGNING_MAX];

    signing_open(trouble, "");
    for (size_t i = 0; i < SCHEMES; i++) {
        size_t len =
            signing_make(SOFTWARE, &schemes[i], "SHA256", text, TEXT, sig);

        CHECK_INT(signing_judge(CARD_VERIFIES, &schemes[i], "SHA256", text,
                                TEXT, sig, len),
                  0);
        CHECK(strstr(bench_error(), "verifying with iotsim:object="));
    }
    signing_close();
}

/* --- ECDSA signatures that are none, or nearly -------------------------- */

/* The verdict of the default provider, of ours, and of ours on the card. */
static int verdict(const uint8_t *der, size_t len)
{
    int wanted =
        signing_judge(SOFTWARE, &schemes[0], "SHA256", text, TEXT, der, len);

    CHECK_INT(signing_judge(CARD, &schemes[0], "SHA256", text, TEXT, der, len),
              wanted);
    CHECK_STR(bench_error(), "");
    CHECK_INT(signing_judge(CARD_VERIFIES, &schemes[0], "SHA256", text, TEXT,
                            der, len),
              wanted);
    CHECK_STR(bench_error(), "");
    return wanted;
}

static int verdict_on(const BIGNUM *r, const BIGNUM *s)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    unsigned char *der = NULL;
    int len;
    int valid;

    ECDSA_SIG_set0(signature, BN_dup(r), BN_dup(s));
    len = i2d_ECDSA_SIG(signature, &der);
    valid = verdict(der, (size_t)len);
    OPENSSL_free(der);
    ECDSA_SIG_free(signature);
    return valid;
}

/* Until r or s, as 32 octets, begins with zero, and one with a bit that makes
 * DER put a zero before it. */
static void takes_numbers_of_any_length(void)
{
    unsigned short_r = 0;
    unsigned short_s = 0;
    unsigned long_r = 0;

    signing_open("", "");
    for (unsigned i = 0; i < 4000 && (!short_r || !short_s || !long_r); i++) {
        uint8_t der[SIGNING_MAX];
        size_t len =
            signing_make(SOFTWARE, &schemes[0], "SHA256", text, TEXT, der);
        size_t r_len = der[3];
        size_t s_len = der[5 + r_len];
        unsigned *counter = r_len < 32   ? &short_r
                            : s_len < 32 ? &short_s
                            : r_len > 32 ? &long_r
                                         : NULL;

        if (counter != NULL && (*counter)++ == 0)
            CHECK_INT(verdict(der, len), 1);
    }
    CHECK(short_r > 0 && short_s > 0 && long_r > 0);
    signing_close();
}

/* What our card makes has such numbers, too. */
static void makes_numbers_of_any_length(void)
{
    unsigned shorter = 0;

    signing_open("", "");
    for (unsigned i = 0; i < 2000 && shorter < 3; i++) {
        uint8_t der[SIGNING_MAX];
        size_t len = signing_make(CARD, &schemes[0], "SHA256", text, TEXT, der);

        if (len >= 70)
            continue;
        shorter += der[3] < 32 || der[5 + der[3]] < 32;
        CHECK(signing_judge(SOFTWARE, &schemes[0], "SHA256", text, TEXT, der,
                            len));
    }
    CHECK(shorter > 0);
    signing_close();
}

static void rejects_numbers_that_are_none(void)
{
    BIGNUM *zero = BN_new();
    BIGNUM *one = BN_new();
    BIGNUM *minus = BN_new();
    BIGNUM *order = NULL;
    BIGNUM *huge = BN_new();
    const BIGNUM *values[5];

    signing_open("", "");
    BN_one(one);
    BN_one(minus);
    BN_set_negative(minus, 1);
    BN_lshift(huge, one, 256);
    CHECK(EVP_PKEY_get_bn_param(signing_soft("P256"), OSSL_PKEY_PARAM_EC_ORDER,
                                &order));
    values[0] = zero;
    values[1] = one;
    values[2] = minus;
    values[3] = order;
    values[4] = huge;
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++)
            CHECK_INT(verdict_on(values[i], values[j]), 0);
    BN_free(zero);
    BN_free(one);
    BN_free(minus);
    BN_free(order);
    BN_free(huge);
    signing_close();
}

/* s + n is s to a careless eye; n - s is s to ECDSA. */
static void numbers_are_taken_as_they_are(void)
{
    uint8_t der[SIGNING_MAX];
    const uint8_t *at = der;
    BIGNUM *order = NULL;
    BIGNUM *other = BN_new();
    ECDSA_SIG *signature;
    size_t len;

    signing_open("", "");
    len = signing_make(SOFTWARE, &schemes[0], "SHA256", text, TEXT, der);
    signature = d2i_ECDSA_SIG(NULL, &at, (long)len);
    CHECK(EVP_PKEY_get_bn_param(signing_soft("P256"), OSSL_PKEY_PARAM_EC_ORDER,
                                &order));
    BN_sub(other, order, ECDSA_SIG_get0_s(signature));
    CHECK_INT(verdict_on(ECDSA_SIG_get0_r(signature), other), 1);
    BN_add(other, order, ECDSA_SIG_get0_s(signature));
    CHECK_INT(verdict_on(ECDSA_SIG_get0_r(signature), other), 0);
    ECDSA_SIG_free(signature);
    BN_free(order);
    BN_free(other);
    signing_close();
}

static void rejects_what_is_not_der(void)
{
    uint8_t good[SIGNING_MAX];
    uint8_t bad[SIGNING_MAX];
    size_t len;

    signing_open("", "");
    len = signing_make(SOFTWARE, &schemes[0], "SHA256", text, TEXT, good);
    CHECK_INT(verdict(good, len), 1);
    memcpy(bad, good, len); /* trailing octet */
    bad[len] = 0;
    CHECK_INT(verdict(bad, len + 1), 0);
    bad[1]++; /* inside the sequence */
    CHECK_INT(verdict(bad, len + 1), 0);
    bad[0] = 0x30; /* the length in two octets */
    bad[1] = 0x81;
    bad[2] = good[1];
    memcpy(bad + 3, good + 2, len - 2);
    CHECK_INT(verdict(bad, len + 1), 0);
    bad[1] = (uint8_t)(good[1] + 1); /* r with a zero too many */
    bad[2] = 2;
    bad[3] = (uint8_t)(good[3] + 1);
    bad[4] = 0;
    memcpy(bad + 5, good + 4, len - 4);
    CHECK_INT(verdict(bad, len + 1), 0);
    bad[1] = 0x80; /* no length at all (BER) */
    memcpy(bad + 2, good + 2, len - 2);
    memset(bad + len, 0, 2);
    CHECK_INT(verdict(bad, len + 2), 0);
    for (size_t i = 0; i < len; i++)
        CHECK_INT(verdict(good, i), 0);
    signing_close();
}

/* RFC 6979 A.2.5: the signatures that it prints. */
static void verifies_those_of_the_rfc(void)
{
    static const struct {
        const char *md;
        const char *text;
        const char *r;
        const char *s;
    } rows[] = {
        { "SHA1", "sample",
          "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
          "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB" },
        { "SHA224", "sample",
          "53B2FFF5D1752B2C689DF257C04C40A587FABABB3F6FC2702F1343AF7CA9AA3F",
          "B9AFB64FDC03DC1A131C7D2386D11E349F070AA432A4ACC918BEA988BF75C74C" },
        { "SHA256", "sample",
          "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
          "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8" },
        { "SHA384", "sample",
          "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
          "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954" },
        { "SHA512", "sample",
          "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
          "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE" },
        { "SHA256", "test",
          "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
          "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083" },
    };

    signing_open("", "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ECDSA_SIG *signature = ECDSA_SIG_new();
        unsigned char *der = NULL;
        BIGNUM *r = NULL;
        BIGNUM *s = NULL;
        size_t len;

        BN_hex2bn(&r, rows[i].r);
        BN_hex2bn(&s, rows[i].s);
        ECDSA_SIG_set0(signature, r, s);
        len = (size_t)i2d_ECDSA_SIG(signature, &der);
        for (int who = CARD; who <= CARD_VERIFIES; who++)
            CHECK_INT(signing_judge((enum who)who, &schemes[0], rows[i].md,
                                    rows[i].text, strlen(rows[i].text), der,
                                    len),
                      1);
        OPENSSL_free(der);
        ECDSA_SIG_free(signature);
    }
    CHECK_STR(bench_error(), "");
    signing_close();
}

TEST_MAIN(TEST(signs_at_once), TEST(signs_in_pieces),
          TEST(signs_the_rest_at_once), TEST(copies_go_their_own_way),
          TEST(begins_again_without_a_key), TEST(signs_and_verifies_a_hash),
          TEST(verifies_at_once), TEST(rejects_flipped_bits),
          TEST(verifies_in_pieces), TEST(software_keys_stay_in_software),
          TEST(another_sim_does_not_sign),
          TEST(trouble_of_the_card_is_an_error),
          TEST(takes_numbers_of_any_length), TEST(makes_numbers_of_any_length),
          TEST(rejects_numbers_that_are_none),
          TEST(numbers_are_taken_as_they_are), TEST(rejects_what_is_not_der),
          TEST(verifies_those_of_the_rfc))
