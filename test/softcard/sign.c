/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE SIGNATURE and VERIFY SIGNATURE: INIT, and the last step of UPDATE.
 *
 * How both turn UPDATE data into one final hash is in update.c.
 * Reference: iot-safe-apdu 3.9 to 3.11, 4.2.
 */
#include "update.h"

enum { INIT_ID, INIT_LABEL, INIT_MODE, INIT_HASH, INIT_ALGORITHM, INIT_FIELDS };

/* Does `value` hold one octet, one of the bits of `allowed`? */
static bool one_bit(struct view value, size_t len, unsigned int allowed,
                    unsigned int *bit)
{
    if (value.len != len)
        return false;
    *bit =
        len == 2 ? (unsigned int)value.at[0] << 8 | value.at[1] : value.at[0];
    return *bit != 0 && (*bit & (*bit - 1)) == 0 && (*bit & allowed) != 0;
}

/* What INIT asks of the key; 9000 or 6A80. */
static unsigned int read_scheme(const struct softcard *card,
                                const struct object *key,
                                const struct tlv_field *f, uint8_t *mode,
                                struct scheme *scheme)
{
    unsigned int schemes = key->signature & crypto_schemes(object_kind(key));
    struct view asked = f[INIT_MODE].value;

    if (asked.len != 1 || asked.at[0] < MODE_FULL_TEXT ||
        asked.at[0] > MODE_PAD_AND_SIGN ||
        !(card->id.modes & key->modes & MODE_BIT(asked.at[0])) ||
        !one_bit(f[INIT_HASH].value, 2, key->hash, &scheme->hash) ||
        !one_bit(f[INIT_ALGORITHM].value, 1, schemes, &scheme->algorithm))
        return SW_WRONG_DATA;
    *mode = asked.at[0];
    return SW_OK;
}

/* INIT of both: find the key, check it may, open the session. */
static unsigned int open_operation(struct softcard *card,
                                   const struct apdu *apdu,
                                   enum object_type type,
                                   enum session_type session_type)
{
    struct tlv_field f[INIT_FIELDS] = {
        [INIT_ID] = { .tag = type_tags[type].id },
        [INIT_LABEL] = { .tag = type_tags[type].label },
        [INIT_MODE] = { .tag = TAG_MODE },
        [INIT_HASH] = { .tag = TAG_HASH },
        [INIT_ALGORITHM] = { .tag = TAG_SIGNATURE_ALGORITHM },
    };
    struct object *key = NULL;
    struct scheme scheme = { .hash = 0 };
    uint8_t mode = 0;

    unsigned int sw = applet_fields(card, apdu->data, f, INIT_FIELDS);
    if (sw == SW_OK && (!f[INIT_MODE].found || !f[INIT_HASH].found ||
                        !f[INIT_ALGORITHM].found))
        sw = SW_WRONG_DATA;
    if (sw == SW_OK)
        sw = applet_find(card, type, f, &key);
    if (sw != SW_OK)
        return sw;
    if (!(key->functions & FUNCTION_SIGNATURE) || !object_active(key))
        return SW_CONDITIONS;
    sw = read_scheme(card, key, f, &mode, &scheme);
    if (sw == SW_OK)
        sw = applet_session_open(card, apdu, session_type, key);
    if (sw != SW_OK)
        return sw;
    struct session *session = applet_session(card, apdu);
    session->mode = mode;
    session->scheme = scheme;
    if (mode == MODE_FULL_TEXT)
        session->text = crypto_hash_new(scheme.hash);
    return mode == MODE_FULL_TEXT && !session->text ? SW_UNKNOWN : SW_OK;
}

unsigned int sign_open(struct softcard *card, const struct apdu *apdu,
                       struct out *out)
{
    (void)out;
    return open_operation(card, apdu, OBJECT_PRIVATE, SESSION_SIGN);
}

unsigned int verify_open(struct softcard *card, const struct apdu *apdu,
                         struct out *out)
{
    (void)out;
    return open_operation(card, apdu, OBJECT_PUBLIC, SESSION_VERIFY);
}

/* The length of tag 33. One octet cannot say the length of an RSA signature:
 * that has two in either form. */
static void put_length(struct softcard *card, size_t len, struct out *out)
{
    int form = quirk(card, QUIRK_SIGNATURE_LENGTH);

    if (form == SIGNATURE_LENGTH_BER)
        out_u8(out, len > 0xFF ? 0x82 : 0x81);
    if (form == SIGNATURE_LENGTH_2 || len > 0xFF)
        out_u8(out, (uint8_t)(len >> 8 & 0xFF));
    out_u8(out, (uint8_t)(len & 0xFF));
}

static unsigned int finish_sign(struct softcard *card,
                                const struct session *session,
                                const struct update *update, struct out *out)
{
    const struct object *key = session->object;
    struct view hash = { .at = update->hash, .len = update->hash_len };
    uint8_t octets[SIGNATURE_MAX];
    uint8_t der_octets[DER_SIGNATURE_MAX];
    struct out signature = OUT_OVER(octets);
    struct out der = OUT_OVER(der_octets);

    if (update->signature.found || !object_active(key))
        return SW_CONDITIONS;
    if (!crypto_sign(object_kind(key), object_value(key), session->scheme, hash,
                     &signature))
        return SW_UNKNOWN;
    if (quirk(card, QUIRK_SIGNATURE) == SIGNATURE_DER &&
        crypto_is_ec(object_kind(key))) {
        if (!crypto_to_der(out_view(&signature), &der))
            return SW_UNKNOWN;
        signature = der;
    }
    out_u8(out, TAG_SIGNATURE);
    put_length(card, signature.len, out);
    out_bytes(out, out_view(&signature));
    return SW_OK;
}

static unsigned int finish_verify(const struct session *session,
                                  const struct update *update)
{
    const struct object *key = session->object;
    enum kind kind = object_kind(key);
    struct view hash = { .at = update->hash, .len = update->hash_len };
    struct view value = update->signature.value;
    uint8_t octets[2 * SCALAR_LEN];
    struct out raw = OUT_OVER(octets);

    if (!object_active(key))
        return SW_CONDITIONS;
    if (!update->signature.found)
        return SW_WRONG_DATA;
    if (value.len != crypto_signature_len(kind)) {
        if (!crypto_is_ec(kind) || !crypto_from_der(value, &raw))
            return SW_WRONG_DATA;
        value = out_view(&raw);
    }
    return crypto_verify(kind, object_value(key), session->scheme, hash, value)
               ? SW_OK
               : SW_BAD_SIGNATURE;
}

/* UPDATE of both. A failure aborts the operation, a last block ends it. */
static unsigned int run_update(struct softcard *card, const struct apdu *apdu,
                               enum session_type type, struct out *out)
{
    struct session *session = applet_session(card, apdu);
    struct update update = { .signature = { .tag = TAG_SIGNATURE } };

    if (session->type != type || session->state != SESSION_RUNNING)
        return SW_CONDITIONS;
    unsigned int sw = update_read(card, apdu, session, &update);
    if (sw == SW_OK && apdu->p1 == P1_LAST)
        sw = type == SESSION_SIGN ? finish_sign(card, session, &update, out)
                                  : finish_verify(session, &update);
    if (sw != SW_OK && sw != SW_BAD_SIGNATURE)
        session->state = SESSION_ABORTED;
    else if (apdu->p1 == P1_LAST)
        session->state = SESSION_FINISHED;
    return sw;
}

unsigned int sign_update(struct softcard *card, const struct apdu *apdu,
                         struct out *out)
{
    return run_update(card, apdu, SESSION_SIGN, out);
}

unsigned int verify_update(struct softcard *card, const struct apdu *apdu,
                           struct out *out)
{
    return run_update(card, apdu, SESSION_VERIFY, out);
}
