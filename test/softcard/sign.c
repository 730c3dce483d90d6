/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE SIGNATURE and VERIFY SIGNATURE in modes 01, 02 and 03.
 *
 * Both turn their UPDATE data into one final hash; they part only at the last
 * step. Reference: iot-safe-apdu 3.9 to 3.11, 4.2.
 */
#include "applet.h"

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
    unsigned int hash = 0;
    unsigned int algorithm = 0;

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
    if (f[INIT_MODE].value.len != 1 || f[INIT_MODE].value.at[0] == 0 ||
        f[INIT_MODE].value.at[0] > MODE_PAD_AND_SIGN ||
        !one_bit(f[INIT_HASH].value, 2, key->hash, &hash) ||
        !one_bit(f[INIT_ALGORITHM].value, 1, key->signature, &algorithm) ||
        algorithm != SIGNATURE_ECDSA)
        return SW_WRONG_DATA;

    sw = applet_session_open(card, apdu, session_type, key);
    if (sw != SW_OK)
        return sw;
    struct session *session = applet_session(card, apdu);
    session->mode = f[INIT_MODE].value.at[0];
    session->hash = hash;
    if (session->mode == MODE_FULL_TEXT)
        session->text = crypto_hash_new(hash);
    return session->mode == MODE_FULL_TEXT && !session->text ? SW_UNKNOWN
                                                             : SW_OK;
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

/* What an UPDATE brought: the final hash and, to verify, a signature. */
struct update {
    uint8_t hash[HASH_MAX];
    size_t hash_len;
    struct tlv_field signature;
};

/* Mode 01: hash the text; the last block gives the hash. */
static unsigned int full_text(struct softcard *card, const struct apdu *apdu,
                              struct session *session, struct update *update)
{
    bool last = apdu->p1 == P1_LAST;
    struct view rest = apdu->data;
    struct view part;
    struct tlv_field text = { .tag = TAG_FULL_TEXT };
    struct tlv_field fields[2] = { text, { .tag = TAG_SIGNATURE } };

    /* 9B and 33 in one last block: the plain TLV reader knows both */
    if (last && session->owed == 0 && session->type == SESSION_VERIFY) {
        if (tlv_fields(rest, false, fields, 2) != TLV_OK || !fields[0].found)
            return rest.at[0] == TAG_FULL_TEXT ? SW_WRONG_DATA : SW_CONDITIONS;
        part = fields[0].value;
        update->signature = fields[1];
    } else {
        if (session->owed == 0 && rest.at[0] != TAG_FULL_TEXT)
            return SW_CONDITIONS;
        if (!session_block(session, TAG_FULL_TEXT, last, applet_blocks(card),
                           &rest, &part))
            return SW_WRONG_DATA;
        fields[1].found = false;
        if (rest.len && (session->type != SESSION_VERIFY ||
                         tlv_fields(rest, false, &fields[1], 1) != TLV_OK))
            return SW_WRONG_DATA;
        update->signature = fields[1];
    }
    if (!crypto_hash_add(session->text, part))
        return SW_UNKNOWN;
    if (last)
        update->hash_len = crypto_hash_final(session->text, update->hash);
    return !last || update->hash_len ? SW_OK : SW_UNKNOWN;
}

/* Mode 02: finish the hash from its chaining value. */
static unsigned int last_block(const struct apdu *apdu, struct session *session,
                               struct update *update)
{
    struct tlv_field f[] = { { .tag = TAG_LAST_BLOCK },
                             { .tag = TAG_INTERMEDIATE_HASH },
                             { .tag = TAG_HASHED_COUNT },
                             { .tag = TAG_SIGNATURE } };
    enum tlv_result read = tlv_fields(apdu->data, false, f, 4);

    if (apdu->p1 != P1_LAST || read == TLV_UNEXPECTED)
        return SW_CONDITIONS;
    if (read != TLV_OK || !f[0].found || !f[1].found || !f[2].found ||
        f[0].value.len > 128 || f[2].value.len != 4)
        return SW_WRONG_DATA;
    const uint8_t *n = f[2].value.at;
    uint32_t hashed = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 |
                      (uint32_t)n[2] << 8 | n[3];
    update->signature = f[3];
    update->hash_len = crypto_hash_resume(session->hash, f[1].value, hashed,
                                          f[0].value, update->hash);
    return update->hash_len ? SW_OK : SW_WRONG_DATA;
}

/* Mode 03: the hash is in the command; its length must be the declared one. */
static unsigned int final_hash(const struct apdu *apdu, struct session *session,
                               struct update *update)
{
    struct tlv_field f[] = { { .tag = TAG_FINAL_HASH },
                             { .tag = TAG_SIGNATURE } };
    enum tlv_result read = tlv_fields(apdu->data, false, f, 2);
    struct out hash = OUT_OVER(update->hash);

    if (apdu->p1 != P1_LAST || read == TLV_UNEXPECTED)
        return SW_CONDITIONS;
    if (read != TLV_OK || !f[0].found ||
        f[0].value.len != crypto_hash_len(session->hash))
        return SW_WRONG_DATA;
    out_bytes(&hash, f[0].value);
    update->hash_len = hash.len;
    update->signature = f[1];
    return SW_OK;
}

static unsigned int read_update(struct softcard *card, const struct apdu *apdu,
                                struct session *session, struct update *update)
{
    switch (session->mode) {
    case MODE_FULL_TEXT:
        return full_text(card, apdu, session, update);
    case MODE_LAST_BLOCK:
        return last_block(apdu, session, update);
    default:
        return final_hash(apdu, session, update);
    }
}

/* Append tag 33 in the form the quirks want. */
static unsigned int put_signature(struct softcard *card,
                                  const uint8_t raw[RAW_SIGNATURE_LEN],
                                  struct out *out)
{
    uint8_t storage[DER_SIGNATURE_MAX];
    struct out value = OUT_OVER(storage);

    if (quirk(card, QUIRK_SIGNATURE) == SIGNATURE_RAW)
        out_bytes(&value, (struct view){ .at = raw, .len = RAW_SIGNATURE_LEN });
    else if (!crypto_to_der(raw, &value))
        return SW_UNKNOWN;

    out_u8(out, TAG_SIGNATURE);
    if (quirk(card, QUIRK_SIGNATURE_LENGTH) == SIGNATURE_LENGTH_2)
        out_u8(out, 0x00);
    else if (quirk(card, QUIRK_SIGNATURE_LENGTH) == SIGNATURE_LENGTH_BER)
        out_u8(out, 0x81);
    out_u8(out, (uint8_t)value.len);
    out_bytes(out, (struct view){ .at = value.at, .len = value.len });
    return SW_OK;
}

static unsigned int finish_sign(struct softcard *card,
                                const struct session *session,
                                const struct update *update, struct out *out)
{
    const struct object *key = session->object;
    struct view hash = { .at = update->hash, .len = update->hash_len };
    uint8_t raw[RAW_SIGNATURE_LEN];

    if (update->signature.found || !object_active(key) ||
        key->value_len != SCALAR_LEN)
        return SW_CONDITIONS;
    if (!crypto_sign(object_curve(key), key->value, hash, raw))
        return SW_UNKNOWN;
    return put_signature(card, raw, out);
}

static unsigned int finish_verify(const struct session *session,
                                  const struct update *update)
{
    const struct object *key = session->object;
    struct view hash = { .at = update->hash, .len = update->hash_len };
    struct view value = update->signature.value;
    uint8_t raw[RAW_SIGNATURE_LEN];
    struct out copy = OUT_OVER(raw);

    if (!object_active(key) || key->value_len != POINT_LEN)
        return SW_CONDITIONS;
    if (!update->signature.found)
        return SW_WRONG_DATA;
    if (value.len == RAW_SIGNATURE_LEN)
        out_bytes(&copy, value);
    else if (!crypto_from_der(value, raw))
        return SW_WRONG_DATA;
    return crypto_verify(object_curve(key), key->value, hash, raw)
               ? SW_OK
               : SW_BAD_SIGNATURE;
}

/* UPDATE of both. A failure aborts the operation, a last block ends it. */
static unsigned int run_update(struct softcard *card, const struct apdu *apdu,
                               enum session_type type, struct out *out)
{
    struct session *session = applet_session(card, apdu);
    struct update update = { .hash_len = 0 };

    if (session->type != type || session->state != SESSION_RUNNING)
        return SW_CONDITIONS;
    unsigned int sw = read_update(card, apdu, session, &update);
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
