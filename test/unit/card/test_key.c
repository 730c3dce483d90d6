/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: curves, the three ways to make one, the name that it keeps. */
#include "desk.h"
#include "support/check.h"

static void types(void)
{
    const struct key_type *p256 = key_type_of_octet(KEY_P256);
    const struct key_type *brainpool = key_type_of_octet(KEY_BRAINPOOL);

    CHECK_STR(p256->group, "prime256v1");
    CHECK_INT(p256->len, 32);
    CHECK_STR(brainpool->group, "brainpoolP256r1");
    CHECK(key_type_of_octet(KEY_P256_VOLATILE) == p256);
    CHECK(key_type_of_octet(KEY_BRAINPOOL_VOLATILE) == brainpool);
    CHECK(key_type_of_octet(0) == NULL);
    CHECK(key_type_of_octet(0x43) == NULL);
    CHECK(key_type_of_octet(KEY_HMAC) == NULL);
    CHECK(key_type_of_group("prime256v1") == p256);
    CHECK(key_type_of_group("P-256") == p256);
    CHECK(key_type_of_group("secp256R1") == p256);
    CHECK(key_type_of_group("BRAINPOOLP256R1") == brainpool);
    CHECK(key_type_of_group("secp384r1") == NULL);
    CHECK(key_type_of_group("") == NULL);
}

static void rsa_types(void)
{
    static const struct {
        uint8_t octet;
        size_t len;
    } rows[] = { { KEY_RSA2048, 256 },
                 { KEY_RSA3072, 384 },
                 { KEY_RSA4096, 512 } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct key_type *type = key_type_of_octet(rows[i].octet);

        CHECK(type->group == NULL);
        CHECK_INT(type->len, rows[i].len);
        CHECK_INT(type->volatile_, 0);
        CHECK(key_type_of_rsa(rows[i].len) == type);
    }
    CHECK(key_type_of_rsa(32) == NULL);
    CHECK(key_type_of_rsa(255) == NULL);
}

static void what_fits_a_type(void)
{
    const struct key_type *p256 = key_type_of_octet(KEY_P256);
    const struct key_type *rsa = key_type_of_octet(KEY_RSA2048);
    struct applet_public_key half = { .point_len = APPLET_POINT_LEN };

    CHECK(key_type_fits(p256, &half));
    CHECK(!key_type_fits(rsa, &half));
    half.point_len = 0;
    half.modulus_len = 256;
    half.exponent_len = 3;
    CHECK(!key_type_fits(p256, &half));
    CHECK(!key_type_fits(rsa, &half)); /* leading zero */
    half.modulus[0] = 0x01;
    CHECK(key_type_fits(rsa, &half)); /* any top bits */
    half.modulus[0] = 0x80;
    CHECK(key_type_fits(rsa, &half));
    half.exponent_len = 0;
    CHECK(!key_type_fits(rsa, &half));
    half.exponent_len = 1;
    half.modulus_len = 384;
    CHECK(!key_type_fits(rsa, &half));
    CHECK(key_type_fits(key_type_of_rsa(384), &half));
}

static iotsim_result refer(const char *text, struct key **key)
{
    struct iotsim_uri uri = desk_uri(text);

    return key_new_reference(&desk_settings, &uri, key_type_of_octet(KEY_P256),
                             key);
}

static void references(void)
{
    struct key *key;

    CHECK(
        iotsim_ok(refer("iotsim:object=K1?reader=Desk&pin-value=1234", &key)));
    CHECK(key_is_private(key));
    CHECK_STR(key_get_uri(key)->object, "K1");
    CHECK_STR(key_get_uri(key)->reader, "Desk");
    CHECK_STR(key_get_uri(key)->transport, "");
    CHECK_STR(key_get_uri(key)->pin_value, "");
    CHECK_INT(key_get_uri(key)->type, IOTSIM_TYPE_PRIVATE);
    key_free(&key);
    CHECK(iotsim_ok(refer("iotsim:id=%01;type=public", &key)));
    CHECK(!key_is_private(key));
    key_free(&key);
    CHECK_STR(desk_sent(), "");
}

static void bad_references(void)
{
    static const char *const bad[] = { "iotsim:", "iotsim:type=private",
                                       "iotsim:object=CC;type=cert",
                                       "iotsim:object=S1;type=secret-key" };
    struct key *key;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(refer(bad[i], &key).err, IOTSIM_ERR_BAD_REFERENCE);
        CHECK(key == NULL);
    }
    CHECK_INT(refer("iotsim:object=K1?transport=at", &key).err,
              IOTSIM_ERR_BAD_SETTING);
    CHECK(key == NULL);
}

static struct applet_public_key half; /* of the key that was loaded last */

static iotsim_result load(struct card *card, enum applet_kind kind,
                          const char *text, struct key **key)
{
    struct iotsim_uri uri = desk_uri(text);
    struct applet_object object;
    iotsim_result result = card_find(card, kind, &uri, &object);

    *key = NULL;
    if (!iotsim_ok(result))
        return result;
    memset(&half, 0, sizeof half);
    return key_load(card, &uri, &object, &half, key);
}

static void loading(void)
{
    struct card *card;
    struct key *key;
    struct key *public;

    desk_put(desk_sim);
    card = desk_card("iotsim:");
    CHECK(iotsim_ok(load(card, APPLET_PRIVATE_KEY,
                         "iotsim:id=%01?reader=Desk&pin-value=1", &key)));
    CHECK_INT(key_get_uri(key)->type, IOTSIM_TYPE_PRIVATE);
    CHECK_STR(key_get_uri(key)->object, "K1");
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "01");
    CHECK_STR(key_get_uri(key)->reader, "Desk");
    CHECK_STR(key_get_uri(key)->pin_value, "");
    CHECK_STR(key_get_type(key)->group, "prime256v1");
    CHECK_HEX(half.point, 5, "0460FED4BA");
    CHECK(key_is_private(key));
    CHECK(!key_is_ephemeral(key));
    desk_sent();
    CHECK(
        iotsim_ok(load(card, APPLET_PUBLIC_KEY, "iotsim:object=K1", &public)));
    CHECK_STR(desk_sent(), "");
    CHECK(!key_is_private(public));
    CHECK_HEX(half.point, 5, "0460FED4BA");
    key_free(&public);
    card_free(&card);
    CHECK_STR(desk_sent(), ""); /* the key keeps its card */
    key_free(&key);
    CHECK_STR(desk_sent(), "-");
    desk_clear();
}

static void loading_fails(void)
{
    struct card *card;
    struct key *key;

    desk_put(desk_sim);
    card = desk_card("iotsim:");
    CHECK_INT(load(card, APPLET_PRIVATE_KEY, "iotsim:object=LONE", &key).err,
              IOTSIM_ERR_NO_KEY_PAIR);
    CHECK(key == NULL);
    CHECK_INT(load(card, APPLET_PRIVATE_KEY, "iotsim:object=E1", &key).err,
              IOTSIM_ERR_NOT_PERMITTED); /* there is no key in it yet */
    CHECK_INT(load(card, APPLET_FILE, "iotsim:object=CC", &key).err,
              IOTSIM_ERR_UNSUPPORTED);
    CHECK(key == NULL);
    card_free(&card);
    desk_clear();
}

static void loading_without_io(void)
{
    struct applet_object object = { .kind = APPLET_PRIVATE_KEY,
                                    .key_type = KEY_BRAINPOOL,
                                    .id = { 9 },
                                    .id_len = 1 };
    struct card *card = desk_card("iotsim:");
    struct iotsim_uri uri = desk_uri("iotsim:object=old");
    struct key *key;

    CHECK(iotsim_ok(key_new_of_object(card, &uri, &object, &key)));
    CHECK_STR(key_get_type(key)->group, "brainpoolP256r1");
    CHECK_STR(key_get_uri(key)->object, "");
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "09");
    key_free(&key);
    object.key_type = KEY_RSA3072;
    CHECK(iotsim_ok(key_new_of_object(card, &uri, &object, &key)));
    CHECK_INT(key_get_type(key)->len, 384);
    key_free(&key);
    object.key_type = 0x43;
    CHECK_INT(key_new_of_object(card, &uri, &object, &key).err,
              IOTSIM_ERR_UNSUPPORTED);
    CHECK(key == NULL);
    object.kind = APPLET_FILE;
    CHECK_INT(key_new_of_object(card, &uri, &object, &key).err,
              IOTSIM_ERR_BAD_ARGUMENT);
    card_free(&card);
    CHECK_STR(desk_sent(), "");
}

/* What the object list told: each row is a question and its answer. */
static void offers(void)
{
    static const struct {
        uint8_t told_signatures;
        uint16_t told_hashes;
        uint8_t algorithm;
        uint16_t hash;
        bool want;
    } rows[] = {
        { 0, 0, SIGN_RSA_PSS, HASH_SHA512, true },
        { SIGN_RSA_PKCS1, 0, SIGN_RSA_PSS, HASH_SHA256, false },
        { SIGN_RSA_PKCS1, 0, SIGN_RSA_PKCS1, HASH_SHA512, true },
        { 3, HASH_SHA256 | HASH_SHA384, SIGN_RSA_PSS, HASH_SHA384, true },
        { 3, HASH_SHA256 | HASH_SHA384, SIGN_RSA_PSS, HASH_SHA512, false },
        { 0, HASH_SHA256, SIGN_RSA_PKCS1, HASH_SHA384, false },
        { SIGN_ECDSA, HASH_SHA256, SIGN_ECDSA, HASH_SHA512, true },
        { SIGN_ECDSA, HASH_SHA384, SIGN_ECDSA, HASH_SHA384, true },
        { SIGN_ECDSA, HASH_SHA384, SIGN_ECDSA, HASH_SHA512, false },
        { 8, HASH_SHA256, SIGN_ECDSA, HASH_SHA256, false },
    };
    struct card *card = desk_card("iotsim:");
    struct iotsim_uri uri = desk_uri("iotsim:");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct applet_object object = { .kind = APPLET_PRIVATE_KEY,
                                        .key_type = KEY_P256 };
        struct key *key;

        object.signatures = rows[i].told_signatures;
        object.hashes = rows[i].told_hashes;
        CHECK(iotsim_ok(key_new_of_object(card, &uri, &object, &key)));
        CHECK_INT(key_offers(key, rows[i].algorithm, rows[i].hash),
                  rows[i].want);
        key_free(&key);
    }
    card_free(&card);
    CHECK_STR(desk_sent(), "");
}

TEST_MAIN(TEST(types), TEST(rsa_types), TEST(what_fits_a_type),
          TEST(references), TEST(bad_references), TEST(loading),
          TEST(loading_fails), TEST(loading_without_io), TEST(offers))
