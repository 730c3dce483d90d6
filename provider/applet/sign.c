/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE SIGNATURE (IoT.05 2.10; reference 3.9, 3.10, 4.2): the host hashes,
 * the card pads and signs (mode 03). A finished session is left open, because
 * closing it would be a third exchange, until a card shows that it minds.
 */
#include <string.h>

#include "apdu/tlv.h"
#include "applet/exchange.h"

enum { FIELD_MAX = APPLET_SIGNATURE_MAX + 4 }; /* tag and length */
enum { HALF = APPLET_RS_LEN / 2 };
enum { DER_SEQUENCE = 0x30, DER_INTEGER = 0x02 };

/* --- tag 33 -------------------------------------------------------------- */

/* The value of tag 33, whose length is two octets (as specified), BER or one
 * octet; `*is_short` unless it is two. The form is the one that leads exactly
 * to the end. */
static bool read_field(struct bytes field, struct bytes *value, bool *is_short)
{
    struct bytes wide = field;
    struct tlv element;
    uint8_t tag = bytes_u8(&wide);
    uint16_t len = bytes_u16(&wide);

    *is_short = wide.failed || wide.len != len;
    *value = wide;
    if (!*is_short)
        return tag == TAG_SIGNATURE;
    if (!tlv_next(&field, &element) || !bytes_at_end(&field))
        return false;
    *value = element.value;
    return element.tag == TAG_SIGNATURE;
}

/* Append a number with leading zeros to the length of the field; 0 and numbers
 * that are longer are refused. */
static bool put_half(struct buf *out, struct bytes number)
{
    uint8_t half[HALF] = { 0 };

    while (number.len > 0 && number.data[0] == 0)
        bytes_u8(&number);
    if (number.len == 0 || number.len > HALF)
        return false;
    memcpy(half + HALF - number.len, number.data, number.len);
    buf_put(out, BYTES_OF(half));
    return true;
}

/* SEQUENCE { INTEGER r, INTEGER s } and nothing behind either. */
static bool split_der(struct bytes value, struct bytes *r, struct bytes *s)
{
    struct tlv sequence;
    struct tlv first;
    struct tlv second;

    if (!tlv_next(&value, &sequence) || !bytes_at_end(&value) ||
        sequence.tag != DER_SEQUENCE)
        return false;
    if (!tlv_next(&sequence.value, &first) || first.tag != DER_INTEGER ||
        !tlv_next(&sequence.value, &second) || second.tag != DER_INTEGER)
        return false;
    *r = first.value;
    *s = second.value;
    return bytes_at_end(&sequence.value);
}

/* r || s as specified is 64 octets; else DER, else two halves. */
static iotsim_result put_ecdsa(struct buf *out, struct bytes value)
{
    uint8_t rs[APPLET_RS_LEN];
    struct buf pair = BUF_OVER(rs);
    struct bytes s = value;
    struct bytes r;

    if (value.len == APPLET_RS_LEN || !split_der(value, &r, &s)) {
        if (value.len % 2 != 0)
            return IOTSIM_FAIL(CARD_ANSWER);
        r = bytes_take(&s, value.len / 2);
    }
    if (!put_half(&pair, r) || !put_half(&pair, s))
        return IOTSIM_FAIL(CARD_ANSWER);
    buf_put(out, buf_view(&pair));
    return IOTSIM_OK;
}

static iotsim_result take_signature(struct applet *a, struct bytes field,
                                    uint8_t algorithm, struct buf *out)
{
    iotsim_result result = IOTSIM_OK;
    size_t start = out->len;
    struct bytes value;
    bool is_short;

    if (!read_field(field, &value, &is_short) || value.len == 0)
        return IOTSIM_FAIL(CARD_ANSWER);
    a->short_signature = is_short;
    if (algorithm == SIGN_ECDSA)
        result = put_ecdsa(out, value);
    else
        buf_put(out, value);
    if (!out->failed)
        return result;
    buf_cut(out, start);
    return IOTSIM_FAIL(TOO_LONG);
}

/* --- the command --------------------------------------------------------- */

iotsim_result applet_sign(struct applet *a, struct applet_ref ref,
                          uint16_t hash_id, uint8_t algorithm,
                          struct bytes hash, struct buf *signature)
{
    uint8_t storage[APDU_DATA_MAX];
    uint8_t received[FIELD_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf answer = BUF_OVER(received);
    struct apdu update;
    iotsim_result result;

    if (hash.len == 0 || hash.len > APPLET_HASH_MAX)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    applet_put_ref(&fields, APPLET_PRIVATE_KEY, ref);
    tlv_put_u8(&fields, TAG_MODE, MODE_PAD_SIGN);
    tlv_put_u16(&fields, TAG_HASH, hash_id);
    tlv_put_u8(&fields, TAG_SIGNATURE_ALGORITHM, algorithm);
    result =
        applet_open_session(a, INS_COMPUTE_SIGNATURE_INIT, buf_view(&fields));
    if (!iotsim_ok(result))
        return result;

    buf_cut(&fields, 0);
    tlv_put(&fields, TAG_FINAL_HASH, hash);
    update = applet_last_update(INS_COMPUTE_SIGNATURE_UPDATE, buf_view(&fields),
                                APDU_LE_ALL);
    result = applet_exchange(a, &update, &answer);
    if (result.sw != 0 || a->close_sessions)
        applet_close_session(a, INS_COMPUTE_SIGNATURE_INIT);
    if (!iotsim_ok(result))
        return result;
    return take_signature(a, buf_view(&answer), algorithm, signature);
}
