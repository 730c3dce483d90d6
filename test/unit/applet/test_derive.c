/* SPDX-License-Identifier: Apache-2.0 */
/* COMPUTE DH, PRF and HKDF: what is sent, exact lengths, nothing left over. */
#include "bench.h"

#define SECRET \
    "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"
#define ZEROS16 "00000000000000000000000000000000"

static const struct applet_ref nobody;

static bool is_zero(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return false;
    return true;
}

static iotsim_result dh(const char *answer, uint8_t secret[APPLET_SECRET_LEN])
{
    char text[512];
    struct bench b;
    iotsim_result result;

    snprintf(text, sizeof text, "> 81 46 00 00 07 840104 75025031 00\n< %s\n",
             answer);
    bench_begin(&b, text);
    memset(secret, 0xaa, APPLET_SECRET_LEN);
    result = applet_compute_dh(&b.applet, by_id("04"), by_label("P1"), secret);
    bench_end(&b);
    return result;
}

static void dh_secret(void)
{
    uint8_t secret[APPLET_SECRET_LEN];

    CHECK(iotsim_ok(dh(SECRET " 9000", secret)));
    CHECK_HEX(secret, sizeof secret, SECRET);
}

static void dh_fails(void)
{
    static const char *const answers[] = { SECRET "00 9000", "0102 9000",
                                           "9000", SECRET " 6985", "6985" };
    uint8_t secret[APPLET_SECRET_LEN];

    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        CHECK(!iotsim_ok(dh(answers[i], secret)));
        CHECK(is_zero(secret, sizeof secret));
    }
}

static iotsim_result prf(const char *text, size_t len)
{
    struct bench b;
    iotsim_result result;

    bench_begin(&b, text);
    b.out = buf_over(bench_storage, 64);
    memset(bench_storage, 0xaa, 64);
    buf_u8(&b.out, 0x55);
    result =
        applet_compute_prf(&b.applet, PRF_PSK_DH, by_label("S1"), nobody.id,
                           hex("0102"), bytes_text("label"), len, &b.out);
    if (!iotsim_ok(result))
        CHECK(b.out.len == 1 && b.out.data[0] == 0x55);
    bench_end(&b);
    return result;
}

#define PRF "> 81 48 02 00 12 76025331 D4020102 D2056C6162656C D30103 00\n"

static void prf_octets(void)
{
    CHECK(iotsim_ok(prf(PRF "< 010203 9000\n", 3)));
    CHECK_HEX(bench_storage, 4, "55010203");
    CHECK(iotsim_ok(prf(PRF "< 010203 63CF\n", 3)));
    CHECK(iotsim_ok(prf(PRF "< 6103\n> 01 C0 00 00 03\n< 010203 9000\n", 3)));
}

static void prf_fails(void)
{
    CHECK(iotsim_is(prf("", 0), IOTSIM_ERR_BAD_ARGUMENT));
    CHECK(iotsim_is(prf("", 256), IOTSIM_ERR_BAD_ARGUMENT));
    CHECK(iotsim_is(prf(PRF "< 01020304 9000\n", 3), IOTSIM_ERR_CARD_ANSWER));
    CHECK(is_zero(bench_storage + 1, 63));
    CHECK(iotsim_is(prf(PRF "< 0102 9000\n", 3), IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_is(prf(PRF "< 6982\n", 3), IOTSIM_ERR_NOT_PERMITTED));
    CHECK(iotsim_is(prf(PRF "< 6D00\n", 3), IOTSIM_ERR_UNSUPPORTED));
}

static void prf_data_too_long(void)
{
    static const uint8_t zeros[250];
    struct bench b;

    bench_begin(&b, "");
    CHECK(iotsim_is(applet_compute_prf(&b.applet, PRF_GENERAL, nobody,
                                       hex(SECRET), nobody.id, BYTES_OF(zeros),
                                       48, &b.out),
                    IOTSIM_ERR_TOO_LONG));
    bench_end(&b);
}

static void hkdf(const char *text, struct applet_ref key, const char *ikm,
                 const char *salt, uint16_t hash, enum iotsim_err err,
                 size_t len)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK_INT(
        applet_compute_hkdf(&b.applet, key, hex(ikm), hex(salt), hash, &b.out)
            .err,
        err);
    CHECK_INT(b.out.len, len);
    bench_end(&b);
}

/* An empty salt or key goes out as zeros, as long as the hash. */
static void hkdf_fields(void)
{
    hkdf("> 81 4A 00 00 0A D10101 D50102 91020001 00\n< " SECRET " 9000\n",
         nobody, "01", "02", HASH_SHA256, IOTSIM_ERR_NONE, 32);
    hkdf("> 81 4A 00 00 3A 76025331 D530 " ZEROS16 ZEROS16 ZEROS16
         " 91020002 00\n< " SECRET ZEROS16 " 9000\n",
         by_label("S1"), "", "", HASH_SHA384, IOTSIM_ERR_NONE, 48);
    hkdf("> 81 4A 00 00 49 D140 " ZEROS16 ZEROS16 ZEROS16 ZEROS16
         " D50102 91020004 00\n< " SECRET SECRET " 9000\n",
         nobody, "", "02", HASH_SHA512, IOTSIM_ERR_NONE, 64);
}

static void hkdf_fails(void)
{
    hkdf("", nobody, "01", "02", 0x0008, IOTSIM_ERR_BAD_ARGUMENT, 0);
    hkdf("> 81 4A 00 00 0A D10101 D50102 91020002 00\n< " SECRET " 9000\n",
         nobody, "01", "02", HASH_SHA384, IOTSIM_ERR_CARD_ANSWER, 0);
    hkdf("> 81 4A 00 00 0A D10101 D50102 91020001 00\n< 6D00\n", nobody, "01",
         "02", HASH_SHA256, IOTSIM_ERR_UNSUPPORTED, 0);
}

TEST_MAIN(TEST(dh_secret), TEST(dh_fails), TEST(prf_octets), TEST(prf_fails),
          TEST(prf_data_too_long), TEST(hkdf_fields), TEST(hkdf_fails))
