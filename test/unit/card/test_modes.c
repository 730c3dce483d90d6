/* SPDX-License-Identifier: Apache-2.0 */
/* The modes of signatures: what the card refuses for a key and takes instead
 * is remembered, for that key, until it is refused. */
#include <pthread.h>

#include "case.h"
#include "host.h"
#include "support/check.h"

static const char profile[] = "[card]\n"
                              "modes = text\n"
                              "[objects]\n"
                              "k1 = pair\n"
                              "[k1]\n"
                              "label = K1\n"
                              "id = 01\n"
                              "type = p256\n"
                              "functions = sign\n"
                              "hash = sha256, sha384\n"
                              "value = generate\n";

/* A key for each of two modes. */
static const char two_keys[] = "[objects]\n"
                               "t = pair\n"
                               "h = pair\n"
                               "[t]\n"
                               "label = TEXT\n"
                               "id = 01\n"
                               "type = p256\n"
                               "functions = sign\n"
                               "modes = text\n"
                               "value = generate\n"
                               "[h]\n"
                               "label = HASH\n"
                               "id = 02\n"
                               "type = p256\n"
                               "functions = sign\n"
                               "modes = hash\n"
                               "value = generate\n";

static const char hash_only[] = "[card]\n"
                                "modes = hash\n"
                                "[objects]\n"
                                "k1 = pair\n"
                                "[k1]\n"
                                "label = K1\n"
                                "id = 01\n"
                                "type = p256\n"
                                "functions = sign\n"
                                "value = generate\n";

static const uint8_t text[] = { 's', 'a', 'm', 'p', 'l', 'e' };
static uint8_t hash[APPLET_HASH_MAX];

static const struct applet_message by_text = {
    .mode = MODE_FULL_TEXT,
    .algorithm = SIGN_ECDSA,
    .hash = HASH_SHA256,
    .input = { .data = text, .len = sizeof text }
};
static const struct applet_message by_hash = { .mode = MODE_PAD_SIGN,
                                               .algorithm = SIGN_ECDSA,
                                               .hash = HASH_SHA256,
                                               .input = { .data = hash,
                                                          .len = 32 } };

static iotsim_result sign(struct key *key, const struct applet_message *message,
                          uint8_t rs[APPLET_RS_LEN])
{
    struct buf signature = buf_over(rs, APPLET_RS_LEN);

    return key_sign(key, message, &signature);
}

static struct key *begin_with_key(struct applet_public_key *half)
{
    host_hash("SHA256", BYTES_OF(text), hash);
    begin_case_with(profile);
    return desk_load(card, "K1", half);
}

static void other_mode_is_learned(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct applet_public_key half;
    struct key *key = begin_with_key(&half);
    EVP_PKEY *pkey = host_public(key_get_type(key), &half);
    iotsim_result result;
    bool valid;

    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    result = sign(key, &by_hash, rs);
    CHECK_INT(result.err, IOTSIM_ERR_WRONG_MODE);
    CHECK_INT(result.sw, 0x6A80);
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    CHECK(iotsim_ok(sign(key, &by_text, rs)));
    CHECK(host_verify_ecdsa(pkey, bytes_of(hash, 32), rs));
    CHECK_INT(key_get_mode(key), MODE_FULL_TEXT);
    CHECK(iotsim_ok(key_verify(key, &by_text, BYTES_OF(rs), &valid)));
    CHECK(valid);
    EVP_PKEY_free(pkey);
    key_free(&key);
    CHECK(end_case());
}

/* A mode that was tried first, or for another hash, says nothing. */
static void nothing_is_learned(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct applet_public_key half;
    struct key *key = begin_with_key(&half);
    struct applet_message other = by_text;

    other.hash = HASH_SHA384;
    CHECK(iotsim_ok(sign(key, &by_text, rs)));
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    CHECK_INT(sign(key, &by_hash, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK(iotsim_ok(sign(key, &other, rs)));
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    key_free(&key);
    CHECK(end_case());
}

/* What one key refuses says nothing about another one of its card. */
static void learned_for_one_key(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct key *by_text_only;
    struct key *by_hash_only;

    begin_case_with(two_keys);
    by_text_only = desk_key(card, "TEXT");
    by_hash_only = desk_key(card, "HASH");
    CHECK_INT(sign(by_text_only, &by_hash, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK(iotsim_ok(sign(by_text_only, &by_text, rs)));
    CHECK_INT(key_get_mode(by_text_only), MODE_FULL_TEXT);
    CHECK_INT(key_get_mode(by_hash_only), MODE_PAD_SIGN);
    CHECK_INT(sign(by_hash_only, &by_text, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK(iotsim_ok(sign(by_hash_only, &by_hash, rs)));
    CHECK_INT(key_get_mode(by_text_only), MODE_FULL_TEXT);
    key_free(&by_text_only);
    key_free(&by_hash_only);
    CHECK(end_case());
}

/* A refusal that was none of the mode: let the key take both. */
static struct key *begin_with_learned(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct key *key;

    begin_case();
    key = desk_key(card, "K1");
    soft_fault(sim, "ins=2A,sw=6A80");
    CHECK_INT(sign(key, &by_hash, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK(iotsim_ok(sign(key, &by_text, rs)));
    CHECK_INT(key_get_mode(key), MODE_FULL_TEXT);
    return key;
}

static void best_mode_is_learned_again(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct key *key = begin_with_learned();

    CHECK(iotsim_ok(sign(key, &by_hash, rs)));
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    CHECK(iotsim_ok(sign(key, &by_text, rs)));
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    key_free(&key);
    CHECK(end_case());
}

/* Also of a key that another one has replaced, be it on another card. */
static void refused_mode_is_forgotten(void)
{
    uint8_t rs[APPLET_RS_LEN];
    struct key *key = begin_with_learned();

    desk_switch(0, hash_only);
    CHECK_INT(sign(key, &by_text, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    CHECK(iotsim_ok(sign(key, &by_hash, rs)));
    CHECK_INT(key_get_mode(key), MODE_PAD_SIGN);
    key_free(&key);
    CHECK(end_case());
}

/* Other failures, and refusals of another mode, say nothing. */
static void learned_mode_stays(void)
{
    static const uint8_t state[32] = { 1 };
    struct applet_message blocks = by_text;
    uint8_t rs[APPLET_RS_LEN];
    struct applet_public_key half;
    struct key *key = begin_with_key(&half);

    blocks.mode = MODE_LAST_BLOCK;
    blocks.chaining = BYTES_OF(state);
    blocks.hashed = 64;
    CHECK_INT(sign(key, &by_hash, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK(iotsim_ok(sign(key, &by_text, rs)));
    CHECK_INT(sign(key, &by_hash, rs).err, IOTSIM_ERR_WRONG_MODE);
    CHECK_INT(sign(key, &blocks, rs).err, IOTSIM_ERR_WRONG_MODE);
    soft_fault(sim, "ins=2B,sw=6985");
    CHECK_INT(sign(key, &by_text, rs).err, IOTSIM_ERR_NOT_PERMITTED);
    desk_reset(0);
    CHECK(iotsim_ok(sign(key, &by_text, rs)));
    CHECK_INT(key_get_mode(key), MODE_FULL_TEXT);
    key_free(&key);
    CHECK(end_case());
}

static void *sign_often(void *arg)
{
    struct key *key = arg;
    uint8_t rs[APPLET_RS_LEN];

    for (int i = 0; i < 50; i++) {
        uint8_t mode = key_get_mode(key);
        iotsim_result result =
            sign(key, mode == MODE_PAD_SIGN ? &by_hash : &by_text, rs);

        if (iotsim_is(result, IOTSIM_ERR_WRONG_MODE))
            result = sign(key, &by_text, rs);
        CHECK(iotsim_ok(result));
    }
    return NULL;
}

/* For the thread sanitizer: the mode is read by one and learned by another. */
static void threads_share_a_key(void)
{
    struct applet_public_key half;
    struct key *key = begin_with_key(&half);
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, sign_often, key), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(key_get_mode(key), MODE_FULL_TEXT);
    key_free(&key);
    CHECK(end_case());
}

TEST_MAIN(TEST(other_mode_is_learned), TEST(nothing_is_learned),
          TEST(learned_for_one_key), TEST(best_mode_is_learned_again),
          TEST(refused_mode_is_forgotten), TEST(learned_mode_stays),
          TEST(threads_share_a_key))
