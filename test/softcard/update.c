/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From UPDATE data to one hash, in modes 01, 02 and 03.
 *
 * An RSA signature does not fit into one VERIFY UPDATE. The blocks before the
 * last are then kept, from tag 33 on in mode 01 and from the beginning in the
 * others, and read as if they were one; the reference leaves it open.
 * Reference: iot-safe-apdu 2.7, 3.10, 3.11.
 */
#include "update.h"

#define LAST_BLOCK_MAX 128

/* Add a block to the kept ones; at the last `data` becomes all of them. */
static bool join(struct session *session, bool last, struct view *data)
{
    if (last && session->kept_len == 0)
        return true;
    if (!session_keep(session, *data))
        return false;
    *data = (struct view){ .at = session->kept, .len = session->kept_len };
    return true;
}

/* 9B and 33 in one last block: only the whole tells BER from literal. */
static unsigned int text_and_signature(struct view *rest, struct view *part,
                                       struct update *update)
{
    struct tlv_field f[] = { { .tag = TAG_FULL_TEXT },
                             { .tag = TAG_SIGNATURE } };

    if (tlv_fields(*rest, false, f, 2) != TLV_OK || !f[0].found)
        return SW_WRONG_DATA;
    *part = f[0].value;
    update->signature = f[1];
    rest->len = 0;
    return SW_OK;
}

/* The text in a block of mode 01: its octets to `part`, `rest` behind it. */
static unsigned int take_text(struct softcard *card, struct session *session,
                              bool last, struct view *rest, struct view *part,
                              struct update *update)
{
    bool verify = session->type == SESSION_VERIFY;
    struct block_styles styles = applet_blocks(card);

    if (session->owed == 0 && rest->at[0] != TAG_FULL_TEXT)
        return verify && session->begun && rest->at[0] == TAG_SIGNATURE
                   ? SW_OK
                   : SW_CONDITIONS;
    if (session->owed == 0 && verify && last)
        return text_and_signature(rest, part, update);
    if (verify)
        styles.next = TAG_SIGNATURE;
    return session_block(session, TAG_FULL_TEXT, last, styles, rest, part)
               ? SW_OK
               : SW_WRONG_DATA;
}

/* Mode 01: hash the text; the last block gives the hash. */
static unsigned int full_text(struct softcard *card, struct session *session,
                              bool last, struct view rest,
                              struct update *update)
{
    struct view part = { .len = 0 };
    unsigned int sw = SW_OK;

    if (session->kept_len == 0)
        sw = take_text(card, session, last, &rest, &part, update);
    if (sw != SW_OK)
        return sw;
    if (part.len && !crypto_hash_add(session->text, part))
        return SW_UNKNOWN;
    if (rest.len && !join(session, last, &rest))
        return SW_WRONG_DATA;
    if (!last)
        return SW_OK;
    if (rest.len && tlv_fields(rest, false, &update->signature, 1) != TLV_OK)
        return SW_WRONG_DATA;
    update->hash_len = crypto_hash_final(session->text, update->hash);
    return update->hash_len ? SW_OK : SW_UNKNOWN;
}

/* Mode 02: finish the hash from its chaining value. */
static unsigned int last_block(const struct session *session, struct view data,
                               struct update *update)
{
    struct tlv_field f[] = { { .tag = TAG_LAST_BLOCK },
                             { .tag = TAG_INTERMEDIATE_HASH },
                             { .tag = TAG_HASHED_COUNT },
                             { .tag = TAG_SIGNATURE } };
    enum tlv_result read = tlv_fields(data, false, f, 4);

    if (read == TLV_UNEXPECTED)
        return SW_CONDITIONS;
    if (read != TLV_OK || !f[0].found || !f[1].found || !f[2].found ||
        f[0].value.len > LAST_BLOCK_MAX || f[2].value.len != 4)
        return SW_WRONG_DATA;
    const uint8_t *n = f[2].value.at;
    uint32_t hashed = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 |
                      (uint32_t)n[2] << 8 | n[3];
    update->signature = f[3];
    update->hash_len = crypto_hash_resume(session->scheme.hash, f[1].value,
                                          hashed, f[0].value, update->hash);
    return update->hash_len ? SW_OK : SW_WRONG_DATA;
}

/* Mode 03: the hash is in the command; its length must be the declared one. */
static unsigned int final_hash(const struct session *session, struct view data,
                               struct update *update)
{
    struct tlv_field f[] = { { .tag = TAG_FINAL_HASH },
                             { .tag = TAG_SIGNATURE } };
    enum tlv_result read = tlv_fields(data, false, f, 2);
    struct out hash = OUT_OVER(update->hash);

    if (read == TLV_UNEXPECTED)
        return SW_CONDITIONS;
    if (read != TLV_OK || !f[0].found ||
        f[0].value.len != crypto_hash_len(session->scheme.hash))
        return SW_WRONG_DATA;
    out_bytes(&hash, f[0].value);
    update->hash_len = hash.len;
    update->signature = f[1];
    return SW_OK;
}

unsigned int update_read(struct softcard *card, const struct apdu *apdu,
                         struct session *session, struct update *update)
{
    bool last = apdu->p1 == P1_LAST;
    struct view data = apdu->data;

    if (session->mode == MODE_FULL_TEXT)
        return full_text(card, session, last, data, update);
    if (!last && session->type != SESSION_VERIFY)
        return SW_CONDITIONS;
    if (!join(session, last, &data))
        return SW_WRONG_DATA;
    if (!last)
        return SW_OK;
    return session->mode == MODE_LAST_BLOCK ? last_block(session, data, update)
                                            : final_hash(session, data, update);
}
