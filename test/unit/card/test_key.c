/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: curves, the three ways to make one, the name that it keeps. */
#include "desk.h"
#include "support/check.h"

static const uint8_t some_point[APPLET_POINT_LEN] = { 0x04, 0x01 };

static void curves(void)
{
    const struct key_curve *p256 = key_curve_of_type(KEY_P256);
    const struct key_curve *brainpool = key_curve_of_type(KEY_BRAINPOOL);

    CHECK_STR(p256->group, "prime256v1");
    CHECK_INT(p256->field_len, 32);
    CHECK_STR(brainpool->group, "brainpoolP256r1");
    CHECK(key_curve_of_type(KEY_P256_VOLATILE) == p256);
    CHECK(key_curve_of_type(KEY_BRAINPOOL_VOLATILE) == brainpool);
    CHECK(key_curve_of_type(KEY_RSA2048) == NULL);
    CHECK(key_curve_of_type(0x43) == NULL);
    CHECK(key_curve_of_group("prime256v1") == p256);
    CHECK(key_curve_of_group("P-256") == p256);
    CHECK(key_curve_of_group("secp256R1") == p256);
    CHECK(key_curve_of_group("BRAINPOOLP256R1") == brainpool);
    CHECK(key_curve_of_group("secp384r1") == NULL);
    CHECK(key_curve_of_group("") == NULL);
}

static iotsim_result refer(const char *text, struct key **key)
{
    struct iotsim_uri uri = desk_uri(text);

    return key_new_reference(&desk_settings, &uri, key_curve_of_type(KEY_P256),
                             some_point, key);
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

static iotsim_result load(struct card *card, enum applet_kind kind,
                          const char *text, struct key **key)
{
    struct iotsim_uri uri = desk_uri(text);
    struct applet_object object;
    iotsim_result result = card_find(card, kind, &uri, &object);

    *key = NULL;
    if (!iotsim_ok(result))
        return result;
    return key_load(card, &uri, &object, key);
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
    CHECK_STR(key_get_curve(key)->group, "prime256v1");
    CHECK_HEX(key_get_point(key), 5, "0460FED4BA");
    CHECK(key_is_private(key));
    desk_sent();
    CHECK(
        iotsim_ok(load(card, APPLET_PUBLIC_KEY, "iotsim:object=K1", &public)));
    CHECK_STR(desk_sent(), "");
    CHECK(!key_is_private(public));
    CHECK(memcmp(key_get_point(key), key_get_point(public), APPLET_POINT_LEN) ==
          0);
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

static void loading_with_a_point(void)
{
    struct applet_object object = { .kind = APPLET_PRIVATE_KEY,
                                    .key_type = KEY_BRAINPOOL,
                                    .id = { 9 },
                                    .id_len = 1 };
    struct card *card = desk_card("iotsim:");
    struct iotsim_uri uri = desk_uri("iotsim:object=old");
    struct key *key;

    CHECK(
        iotsim_ok(key_load_with_point(card, &uri, &object, some_point, &key)));
    CHECK_STR(key_get_curve(key)->group, "brainpoolP256r1");
    CHECK_STR(key_get_uri(key)->object, "");
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "09");
    key_free(&key);
    object.key_type = KEY_RSA2048;
    CHECK_INT(key_load_with_point(card, &uri, &object, some_point, &key).err,
              IOTSIM_ERR_UNSUPPORTED);
    CHECK(key == NULL);
    object.kind = APPLET_FILE;
    CHECK_INT(key_load_with_point(card, &uri, &object, some_point, &key).err,
              IOTSIM_ERR_BAD_ARGUMENT);
    card_free(&card);
    CHECK_STR(desk_sent(), "");
}

TEST_MAIN(TEST(curves), TEST(references), TEST(bad_references), TEST(loading),
          TEST(loading_fails), TEST(loading_with_a_point))
