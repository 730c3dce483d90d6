/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures and random numbers: cost, the shape of the hash, failures. */
#include <openssl/evp.h>

#include "case.h"
#include "host.h"
#include "support/check.h"

static const uint8_t sample[APPLET_HASH_MAX] = { 0xaf, 0x2b, 0xdb, 0xe1,
                                                 0xaa, 0x9b, 0x6e, 0xc1 };

static struct key *make_reference(const char *text)
{
    struct iotsim_uri uri = desk_uri(text);
    struct key *key = NULL;

    CHECK(iotsim_ok(key_new_reference(&desk_settings, &uri,
                                      key_type_of_octet(KEY_P256), &key)));
    return key;
}

static struct applet_message ecdsa(size_t hash_len)
{
    return (struct applet_message){ .mode = MODE_PAD_SIGN,
                                    .algorithm = SIGN_ECDSA,
                                    .input = bytes_of(sample, hash_len) };
}

static int sign(struct key *key, size_t hash_len, struct buf *signature)
{
    struct applet_message message = ecdsa(hash_len);

    return key_sign(key, &message, signature).err;
}

/* True when `rs` is a signature of `hash_len` octets of the sample. */
static bool verify(EVP_PKEY *pkey, size_t hash_len, const uint8_t *rs)
{
    return host_verify_ecdsa(pkey, bytes_of(sample, hash_len), rs);
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
    CHECK(end_case());
}

static void every_hash_length(void)
{
    static const char *const labels[] = { "K1", "B1" };

    begin_case();
    for (size_t i = 0; i < 2; i++) {
        struct applet_public_key half;
        struct key *key = desk_load(card, labels[i], &half);
        EVP_PKEY *pkey = host_public(key_get_type(key), &half);

        for (size_t len = 1; len <= APPLET_HASH_MAX; len++) {
            uint8_t rs[APPLET_RS_LEN];
            struct buf signature = BUF_OVER(rs);

            CHECK_INT(sign(key, len, &signature), 0);
            CHECK_INT(signature.len, APPLET_RS_LEN);
            CHECK(verify(pkey, len, rs));
        }
        EVP_PKEY_free(pkey);
        key_free(&key);
    }
    CHECK(end_case());
}

static void bad_arguments(void)
{
    uint8_t storage[APPLET_RS_LEN + 10];
    struct buf signature = BUF_OVER(storage);
    struct buf small = buf_over(storage, APPLET_RS_LEN - 1);
    struct applet_message message = ecdsa(32);
    struct key *key;
    struct key *public;

    begin_case();
    key = make_reference("iotsim:object=K1");
    public = make_reference("iotsim:object=K1;type=public");
    CHECK_INT(sign(public, 32, &signature), IOTSIM_ERR_BAD_ARGUMENT);
    CHECK_INT(sign(key, 0, &signature), IOTSIM_ERR_BAD_ARGUMENT);
    message.input = bytes_of(storage, APPLET_HASH_MAX + 1);
    CHECK_INT(key_sign(key, &message, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    message = ecdsa(32);
    message.algorithm = SIGN_RSA_PSS;
    CHECK_INT(key_sign(key, &message, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    message = ecdsa(32);
    message.input.failed = true;
    CHECK_INT(key_sign(key, &message, &signature).err, IOTSIM_ERR_BAD_ARGUMENT);
    CHECK_INT(sign(key, 32, &small), IOTSIM_ERR_TOO_LONG);
    CHECK_INT(signature.len + small.len, 0);
    CHECK_STR(desk_sent(), "");
    key_free(&public);
    key_free(&key);
    CHECK(end_case());
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
        CHECK(end_case());
    }
}

static void second_try_signs(void)
{
    static const char *const faults[] = { "ins=2B,reset", "ins=2A,reset",
                                          "ins=2B,sw=6F00", "ins=2A,sw=6D00" };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint8_t rs[APPLET_RS_LEN];
        struct buf signature = BUF_OVER(rs);
        struct applet_public_key half;
        struct key *key;
        EVP_PKEY *pkey;

        begin_case();
        key = desk_load(card, "K1", &half);
        pkey = host_public(key_get_type(key), &half);
        soft_fault(sim, faults[i]);
        CHECK_INT(sign(key, 32, &signature), 0);
        CHECK_INT(signature.len, APPLET_RS_LEN);
        CHECK(verify(pkey, 32, rs));
        EVP_PKEY_free(pkey);
        key_free(&key);
        CHECK(end_case());
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
        CHECK(end_case());
    }
}

/* The card verifies by the object itself, or by that of the private key. */
static void verification(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct buf signature = BUF_OVER(rs);
    struct applet_message message = ecdsa(20); /* shaped, as to sign */
    struct key *keys[2];
    bool valid;

    begin_case();
    keys[0] = make_reference("iotsim:object=K1;id=%01");
    keys[1] = make_reference("iotsim:object=K1;type=public");
    CHECK(iotsim_ok(key_sign(keys[0], &message, &signature)));
    for (size_t i = 0; i < 2; i++) {
        rs[5] ^= 1;
        CHECK(iotsim_ok(key_verify(keys[i], &message, BYTES_OF(rs), &valid)));
        CHECK(!valid);
        rs[5] ^= 1;
        desk_sent();
        CHECK(iotsim_ok(key_verify(keys[i], &message, BYTES_OF(rs), &valid)));
        CHECK(valid);
        CHECK_STR(desk_sent(), "2C 2D 2C");
    }
    CHECK(iotsim_ok(key_verify(keys[0], &message, bytes_of(rs, 63), &valid)));
    CHECK(!valid);
    CHECK_STR(desk_sent(), "");
    key_free(&keys[0]);
    key_free(&keys[1]);
    CHECK(end_case());
}

static void no_verification(void)
{
    static const struct {
        const char *uri;
        const char *fault;
        enum iotsim_err want;
    } rows[] = {
        { "iotsim:object=LONE;id=%03", "", IOTSIM_ERR_NO_KEY_PAIR },
        { "iotsim:object=E1;type=public", "", IOTSIM_ERR_NOT_PERMITTED },
        { "iotsim:object=K9;type=public", "", IOTSIM_ERR_NOT_FOUND },
        { "iotsim:object=K1", "ins=2C,times=0,sw=6A80", IOTSIM_ERR_WRONG_MODE },
        { "iotsim:object=K1", "ins=2D,times=0,sw=6985",
          IOTSIM_ERR_NOT_PERMITTED },
    };
    static const uint8_t rs[APPLET_RS_LEN] = { 1 };
    struct applet_message message = ecdsa(32);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key *key;
        bool valid = true;

        begin_case();
        key = make_reference(rows[i].uri);
        if (rows[i].fault[0] != '\0')
            soft_fault(sim, rows[i].fault);
        CHECK_INT(key_verify(key, &message, BYTES_OF(rs), &valid).err,
                  rows[i].want);
        CHECK(!valid);
        key_free(&key);
        CHECK(end_case());
    }
}

static iotsim_result get_random(size_t len, struct buf *out)
{
    return card_get_random(card, len, deadline_in(5000), out);
}

static void random_numbers(void)
{
    uint8_t storage[200] = { 0 };
    struct buf out = BUF_OVER(storage);

    begin_case();
    buf_u8(&out, 0x55);
    CHECK(iotsim_ok(get_random(150, &out)));
    CHECK_INT(out.len, 151);
    CHECK_INT(storage[0], 0x55);
    CHECK_INT(get_random(50, &out).err, IOTSIM_ERR_TOO_LONG);
    memset(storage + 151, 0xee, 49);
    soft_fault(sim, "ins=84,times=0,sw=6A80");
    CHECK_INT(get_random(49, &out).err, IOTSIM_ERR_CARD_STATUS);
    CHECK_INT(out.len, 151);
    CHECK(!out.failed);
    for (size_t i = 151; i < sizeof storage; i++)
        CHECK_INT(storage[i], 0);
    CHECK(end_case());
}

/* One try, and no waiting beyond the time that was given. */
static void random_numbers_in_time(void)
{
    uint8_t storage[16];
    struct buf out = BUF_OVER(storage);
    struct card *other = desk_card("iotsim:?reader=Desk");
    struct deadline past = deadline_in(-1);

    begin_case();
    soft_fault(sim, "ins=84,times=1,sw=6F00");
    CHECK_INT(get_random(16, &out).err, IOTSIM_ERR_CARD_STATUS);
    CHECK_STR(desk_sent(), "+ A4 84 -");
    CHECK(iotsim_ok(get_random(8, &out)));
    CHECK(iotsim_ok(card_get_random(other, 8, deadline_in(5000), &out)));
    buf_cut(&out, 0);
    CHECK(iotsim_ok(card_enter(other, deadline_in(5000)))); /* and stays */
    desk_sent();
    CHECK_INT(card_get_random(card, 16, past, &out).err, IOTSIM_ERR_BUSY);
    CHECK_STR(desk_sent(), "");
    transport_end(&other->transport);
    CHECK_INT(card_get_random(card, 16, past, &out).err, IOTSIM_ERR_BUSY);
    CHECK_STR(desk_sent(), ""); /* the turn came, but too late */
    CHECK(iotsim_ok(lock_take(&card->lock, deadline_in(5000))));
    CHECK_INT(card_get_random(card, 16, past, &out).err, IOTSIM_ERR_BUSY);
    lock_give(&card->lock);
    CHECK_INT(out.len, 0);
    CHECK(iotsim_ok(get_random(16, &out)));
    card_free(&other);
    CHECK(end_case());
}

/* The second of two commands has no time: nothing is lost but the numbers. */
static void late_random_numbers_cost_nothing(void)
{
    uint8_t storage[128];
    struct buf out = BUF_OVER(storage);
    uint8_t secret[APPLET_SECRET_LEN];
    struct applet_public_key half;
    struct key *key;

    begin_case_with(desk_ecdh);
    CHECK(iotsim_ok(key_generate_ephemeral(card, key_type_of_octet(KEY_P256),
                                           true, &half, &key)));
    for (int i = 0; i < 4; i++) {
        soft_faults_clear(sim);
        soft_fault(sim, "ins=84,delay=60");
        desk_sent();
        CHECK_INT(card_get_random(card, 128, deadline_in(50), &out).err,
                  IOTSIM_ERR_BUSY);
        CHECK_STR(desk_sent(), "84");
        CHECK_INT(out.len, 0);
    }
    CHECK_INT(key_agree(key, half.point, secret).err, 0);
    key_free(&key);
    CHECK_INT(desk_opened(), 1);
    CHECK(end_case());
}

TEST_MAIN(TEST(cost_of_signing), TEST(every_hash_length), TEST(bad_arguments),
          TEST(refusals), TEST(second_try_signs), TEST(nothing_sticks),
          TEST(verification), TEST(no_verification), TEST(random_numbers),
          TEST(random_numbers_in_time), TEST(late_random_numbers_cost_nothing))
