/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures and random numbers: cost, the shape of the hash, failures. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "desk.h"
#include "support/check.h"

static EVP_PKEY *make_pkey(const struct key *key)
{
    OSSL_PARAM params[3];
    char group[32];
    uint8_t point[APPLET_POINT_LEN];
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *pkey = NULL;

    strcpy(group, key_get_curve(key)->group);
    memcpy(point, key_get_point(key), sizeof point);
    params[0] =
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  point, sizeof point);
    params[2] = OSSL_PARAM_construct_end();
    EVP_PKEY_fromdata_init(ctx);
    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* True when r || s of `rs` is a signature of `hash` by `key`. */
static bool verify(const struct key *key, struct bytes hash, const uint8_t *rs)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    EVP_PKEY *pkey = make_pkey(key);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    unsigned char *der = NULL;
    bool valid;
    int len;

    ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL), BN_bin2bn(rs + 32, 32, NULL));
    len = i2d_ECDSA_SIG(sig, &der);
    valid = len > 0 && EVP_PKEY_verify_init(ctx) == 1 &&
            EVP_PKEY_verify(ctx, der, (size_t)len, hash.data, hash.len) == 1;
    OPENSSL_free(der);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    ECDSA_SIG_free(sig);
    return valid;
}

static const uint8_t sample[APPLET_HASH_MAX] = { 0xaf, 0x2b, 0xdb, 0xe1,
                                                 0xaa, 0x9b, 0x6e, 0xc1 };

static struct soft *sim;
static struct card *card;

static void begin_case(void)
{
    sim = desk_put(desk_sim);
    card = desk_card("iotsim:");
}

static void end_case(void)
{
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
}

static struct key *make_reference(const char *text)
{
    static const uint8_t point[APPLET_POINT_LEN] = { 0x04 };
    struct iotsim_uri uri = desk_uri(text);
    struct key *key = NULL;

    CHECK(iotsim_ok(key_new_reference(
        &desk_settings, &uri, key_curve_of_type(KEY_P256), point, &key)));
    return key;
}

static int sign(struct key *key, size_t hash_len, struct buf *signature)
{
    return key_sign(key, bytes_of(sample, hash_len), signature).err;
}

static void cost_of_signing(void)
{
    uint8_t storage[3 * APPLET_RS_LEN];
    struct buf signature = BUF_OVER(storage);
    struct key *key;

    begin_case();
    card_free(&card);
    key = make_reference("iotsim:object=K1;id=%01");
    CHECK_STR(desk_sent(), "");
    CHECK_INT(sign(key, 32, &signature), 0);
    CHECK_STR(desk_sent(), "+ A4 2A 2B");
    CHECK_INT(sign(key, 32, &signature), 0);
    CHECK_STR(desk_sent(), "2A 2B");
    CHECK_INT(sign(key, 32, &signature), 0);
    CHECK_STR(desk_sent(), "2A 2B");
    CHECK_INT(signature.len, 3 * APPLET_RS_LEN);
    key_free(&key);
    CHECK_STR(desk_sent(), "-");
    end_case();
}

static void every_hash_length(void)
{
    static const char *const labels[] = { "K1", "B1" };

    begin_case();
    for (size_t i = 0; i < 2; i++) {
        struct key *key = desk_key(card, labels[i]);

        for (size_t len = 1; len <= APPLET_HASH_MAX; len++) {
            uint8_t rs[APPLET_RS_LEN];
            struct buf signature = BUF_OVER(rs);

            CHECK_INT(sign(key, len, &signature), 0);
            CHECK_INT(signature.len, APPLET_RS_LEN);
            CHECK(verify(key, bytes_of(sample, len), rs));
        }
        key_free(&key);
    }
    end_case();
}

static void bad_arguments(void)
{
    uint8_t storage[APPLET_RS_LEN + 10];
    struct buf signature = BUF_OVER(storage);
    struct buf small = buf_over(storage, APPLET_RS_LEN - 1);
    struct key *key;
    struct key *public;

    begin_case();
    key = make_reference("iotsim:object=K1");
    public = make_reference("iotsim:object=K1;type=public");
    CHECK_INT(sign(public, 32, &signature), IOTSIM_ERR_BAD_ARGUMENT);
    CHECK_INT(sign(key, 0, &signature), IOTSIM_ERR_BAD_ARGUMENT);
    CHECK_INT(
        key_sign(key, bytes_of(storage, APPLET_HASH_MAX + 1), &signature).err,
        IOTSIM_ERR_BAD_ARGUMENT);
    CHECK_INT(sign(key, 32, &small), IOTSIM_ERR_TOO_LONG);
    CHECK_INT(signature.len + small.len, 0);
    CHECK_STR(desk_sent(), "");
    key_free(&public);
    key_free(&key);
    end_case();
}

static void refusals(void)
{
    static const struct {
        const char *uri;
        enum iotsim_err want;
    } rows[] = {
        { "iotsim:object=E1", IOTSIM_ERR_NOT_PERMITTED }, /* empty */
        { "iotsim:object=NONE", IOTSIM_ERR_NOT_FOUND },
        { "iotsim:id=%77", IOTSIM_ERR_NOT_FOUND },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t storage[APPLET_RS_LEN];
        struct buf signature = BUF_OVER(storage);
        struct key *key;

        begin_case();
        key = make_reference(rows[i].uri);
        CHECK_INT(sign(key, 32, &signature), rows[i].want);
        CHECK_INT(signature.len, 0);
        key_free(&key);
        end_case();
    }
}

static void second_try_signs(void)
{
    static const char *const faults[] = { "ins=2B,reset", "ins=2A,reset",
                                          "ins=2B,sw=6F00", "ins=2A,sw=6D00" };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint8_t rs[APPLET_RS_LEN];
        struct buf signature = BUF_OVER(rs);
        struct key *key;

        begin_case();
        key = desk_key(card, "K1");
        soft_fault(sim, faults[i]);
        CHECK_INT(sign(key, 32, &signature), 0);
        CHECK_INT(signature.len, APPLET_RS_LEN);
        CHECK(verify(key, bytes_of(sample, 32), rs));
        key_free(&key);
        end_case();
    }
}

/* The card loses each command in turn; the next signature works. */
static void nothing_sticks(void)
{
    static const char *const faults[] = {
        "ins=70,drop", "ins=A4,drop",     "ins=2A,drop",
        "ins=2B,drop", "ins=2A,truncate", "ins=2B,truncate",
    };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint8_t rs[APPLET_RS_LEN];
        struct buf signature = BUF_OVER(rs);
        struct key *key;

        begin_case();
        key = make_reference("iotsim:object=K1");
        soft_fault(sim, faults[i]);
        CHECK(sign(key, 32, &signature) != IOTSIM_ERR_NONE);
        CHECK_INT(signature.len, 0);
        CHECK_INT(sign(key, 32, &signature), 0);
        CHECK_INT(signature.len, APPLET_RS_LEN);
        key_free(&key);
        end_case();
    }
}

static void random_numbers(void)
{
    uint8_t storage[200] = { 0 };
    struct buf out = BUF_OVER(storage);

    begin_case();
    buf_u8(&out, 0x55);
    CHECK(iotsim_ok(card_get_random(card, 150, &out)));
    CHECK_INT(out.len, 151);
    CHECK_INT(storage[0], 0x55);
    CHECK_INT(card_get_random(card, 50, &out).err, IOTSIM_ERR_TOO_LONG);
    soft_fault(sim, "ins=84,times=0,sw=6A80");
    CHECK_INT(card_get_random(card, 49, &out).err, IOTSIM_ERR_CARD_STATUS);
    CHECK_INT(out.len, 151);
    CHECK(!out.failed);
    end_case();
}

TEST_MAIN(TEST(cost_of_signing), TEST(every_hash_length), TEST(bad_arguments),
          TEST(refusals), TEST(second_try_signs), TEST(nothing_sticks),
          TEST(random_numbers))
