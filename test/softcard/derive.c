/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE DH, COMPUTE PRF, COMPUTE HKDF and GET RANDOM.
 * Reference: iot-safe-apdu 3.12, 3.15, 6.
 */
#include "applet.h"

unsigned int compute_dh(struct softcard *card, const struct apdu *apdu,
                        struct out *out)
{
    struct tlv_field f[] = { { .tag = TAG_PRIVATE_ID },
                             { .tag = TAG_PRIVATE_LABEL },
                             { .tag = TAG_PUBLIC_ID },
                             { .tag = TAG_PUBLIC_LABEL } };
    struct object *own = NULL;
    struct object *peer = NULL;
    uint8_t secret[SCALAR_LEN];

    unsigned int sw = applet_fields(card, apdu->data, f, 4);
    if (sw == SW_OK)
        sw = applet_find(card, OBJECT_PRIVATE, f, &own);
    if (sw == SW_OK)
        sw = applet_find(card, OBJECT_PUBLIC, f + 2, &peer);
    if (sw != SW_OK)
        return sw;
    if (!(own->functions & peer->functions & FUNCTION_AGREEMENT) ||
        !(own->agreement & peer->agreement & AGREEMENT_ECKA) ||
        !object_active(own) || !object_active(peer) ||
        object_kind(own) != object_kind(peer) ||
        !crypto_is_ec(object_kind(own)))
        return SW_CONDITIONS;
    if (!crypto_agree(object_kind(own), object_value(own), object_value(peer),
                      secret))
        return SW_UNKNOWN;
    out_bytes(out, VIEW_OF(secret));
    crypto_cleanse(secret, sizeof secret);
    return SW_OK;
}

/* The secret of a derivation: in the command (D1) or an object, not both. */
static unsigned int find_secret(struct softcard *card,
                                const struct tlv_field ref[2],
                                const struct tlv_field *given,
                                uint8_t algorithm, struct view *secret)
{
    struct object *object = NULL;
    bool named = ref[0].found || ref[1].found;

    if (named == given->found)
        return SW_WRONG_DATA;
    *secret = given->value;
    if (!named)
        return SW_OK;
    unsigned int sw = applet_find(card, OBJECT_SECRET, ref, &object);
    if (sw != SW_OK)
        return sw;
    if (!(object->functions & FUNCTION_DERIVATION) ||
        !(object->derivation & algorithm) || !object_active(object))
        return SW_CONDITIONS;
    *secret = (struct view){ .at = object->value, .len = object->value_len };
    return SW_OK;
}

enum {
    PRF_ID,
    PRF_LABEL,
    PRF_SECRET,
    PRF_PREMASTER,
    PRF_SEED,
    PRF_WANTED,
    PRF_FIELDS
};

enum prf_mode { PRF_GENERAL, PRF_PSK, PRF_PSK_ECDHE };

/* The fields each mode takes and needs. */
static bool prf_fields_ok(const struct softcard *card, enum prf_mode mode,
                          const struct tlv_field *f)
{
    bool named = f[PRF_ID].found || f[PRF_LABEL].found;

    if (!f[PRF_SEED].found || !f[PRF_WANTED].found ||
        f[PRF_WANTED].value.len != 1 || f[PRF_WANTED].value.at[0] == 0)
        return false;
    if (f[PRF_PREMASTER].found != (mode == PRF_PSK_ECDHE))
        return false;
    if (mode != PRF_GENERAL)
        return named && !f[PRF_SECRET].found;
    return !named || quirk(card, QUIRK_PRF_STORED_KEY) == ACCEPT;
}

/* RFC 4279 (mode 01) and RFC 5489 (mode 02): other secret and PSK, each after
 * its length. */
static void put_premaster(enum prf_mode mode, struct view psk,
                          struct view other, struct out *out)
{
    if (mode == PRF_PSK) {
        out_u16(out, (unsigned int)psk.len);
        out_zeros(out, psk.len);
    } else {
        out_u16(out, (unsigned int)other.len);
        out_bytes(out, other);
    }
    out_u16(out, (unsigned int)psk.len);
    out_bytes(out, psk);
}

static unsigned int run_prf(enum prf_mode mode, struct view secret,
                            const struct tlv_field *f, struct out *out)
{
    uint8_t storage[1024];
    uint8_t answer[255];
    struct out premaster = OUT_OVER(storage);
    size_t wanted = f[PRF_WANTED].value.at[0];

    if (mode == PRF_GENERAL)
        out_bytes(&premaster, secret);
    else
        put_premaster(mode, secret, f[PRF_PREMASTER].value, &premaster);
    struct view key = { .at = premaster.at, .len = premaster.len };
    bool ok =
        !premaster.failed && crypto_prf(key, f[PRF_SEED].value, answer, wanted);
    if (ok)
        out_bytes(out, (struct view){ .at = answer, .len = wanted });
    crypto_cleanse(storage, sizeof storage);
    crypto_cleanse(answer, sizeof answer);
    return ok ? SW_OK : SW_UNKNOWN;
}

unsigned int compute_prf(struct softcard *card, const struct apdu *apdu,
                         struct out *out)
{
    struct tlv_field f[PRF_FIELDS] = {
        [PRF_ID] = { .tag = TAG_SECRET_ID },
        [PRF_LABEL] = { .tag = TAG_SECRET_LABEL },
        [PRF_SECRET] = { .tag = TAG_SECRET },
        [PRF_PREMASTER] = { .tag = TAG_PREMASTER },
        [PRF_SEED] = { .tag = TAG_LABEL_AND_SEED },
        [PRF_WANTED] = { .tag = TAG_WANTED },
    };
    enum prf_mode mode = (enum prf_mode)apdu->p1;
    struct view secret = { .len = 0 };

    unsigned int sw = applet_fields(card, apdu->data, f, PRF_FIELDS);
    if (sw == SW_OK && !prf_fields_ok(card, mode, f))
        sw = SW_WRONG_DATA;
    if (sw == SW_OK)
        sw = find_secret(card, f, &f[PRF_SECRET], DERIVATION_PRF, &secret);
    return sw == SW_OK ? run_prf(mode, secret, f, out) : sw;
}

enum { HKDF_ID, HKDF_LABEL, HKDF_SECRET, HKDF_SALT, HKDF_HASH, HKDF_FIELDS };

unsigned int compute_hkdf(struct softcard *card, const struct apdu *apdu,
                          struct out *out)
{
    struct tlv_field f[HKDF_FIELDS] = {
        [HKDF_ID] = { .tag = TAG_SECRET_ID },
        [HKDF_LABEL] = { .tag = TAG_SECRET_LABEL },
        [HKDF_SECRET] = { .tag = TAG_SECRET },
        [HKDF_SALT] = { .tag = TAG_SALT },
        [HKDF_HASH] = { .tag = TAG_HASH },
    };
    struct view secret = { .len = 0 };
    uint8_t prk[HASH_MAX];

    unsigned int sw = applet_fields(card, apdu->data, f, HKDF_FIELDS);
    if (sw == SW_OK && (!f[HKDF_SALT].found || !f[HKDF_HASH].found ||
                        f[HKDF_HASH].value.len != 2))
        sw = SW_WRONG_DATA;
    if (sw == SW_OK && f[HKDF_SALT].value.len == 0 &&
        quirk(card, QUIRK_EMPTY_SALT) == REFUSE)
        sw = SW_WRONG_DATA;
    if (sw == SW_OK && apdu->p1 == 1 && f[HKDF_SECRET].found)
        sw = SW_WRONG_P1P2;
    if (sw == SW_OK)
        sw = find_secret(card, f, &f[HKDF_SECRET], DERIVATION_HKDF, &secret);
    if (sw != SW_OK)
        return sw;
    const uint8_t *h = f[HKDF_HASH].value.at;
    size_t len = crypto_hmac((unsigned int)h[0] << 8 | h[1], f[HKDF_SALT].value,
                             secret, prk);
    if (len == 0)
        return SW_WRONG_DATA;
    out_bytes(out, (struct view){ .at = prk, .len = len });
    crypto_cleanse(prk, sizeof prk);
    return SW_OK;
}

unsigned int get_random(struct softcard *card, const struct apdu *apdu,
                        struct out *out)
{
    uint8_t octets[256];
    size_t n = apdu->le ? apdu->le : sizeof octets;

    if (!crypto_random(octets, n))
        return SW_UNKNOWN;
    if (n > 127 && quirk(card, QUIRK_RANDOM_ZEROS) == YES)
        out_zeros(out, n);
    else
        out_bytes(out, (struct view){ .at = octets, .len = n });
    return quirk(card, QUIRK_RANDOM_STATUS) == RANDOM_6300 ? SW_MORE_DATA
                                                           : SW_OK;
}
