/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE SIGNATURE (IoT.05 2.10; reference 3.9, 3.10, 4.2): message.c says
 * what is signed, this file reads the signature. A finished session is left
 * open, because closing it would be one more exchange, until a card shows that
 * it minds.
 */
#include <string.h>

#include "apdu/tlv.h"
#include "applet/message.h"

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

    if (!read_field(field, &value, &is_short) || value.len == 0 ||
        value.len > APPLET_SIGNATURE_MAX)
        return IOTSIM_FAIL(CARD_ANSWER);
    if (value.len <= SIGNATURE_SHORT_MAX)
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

static iotsim_result update(struct applet *a,
                            const struct applet_message *message,
                            struct buf *answer)
{
    uint8_t storage[MESSAGE_LAST_MAX];
    struct buf last = BUF_OVER(storage);
    struct apdu command;
    iotsim_result result =
        message_send(a, INS_COMPUTE_SIGNATURE_UPDATE, message, &last);

    if (!iotsim_ok(result))
        return result;
    command = applet_last_update(INS_COMPUTE_SIGNATURE_UPDATE, buf_view(&last),
                                 APDU_LE_ALL);
    return applet_exchange(a, &command, answer);
}

iotsim_result applet_sign(struct applet *a, struct applet_ref ref,
                          const struct applet_message *message,
                          struct buf *signature)
{
    uint8_t received[FIELD_MAX];
    struct buf answer = BUF_OVER(received);
    iotsim_result result = message_open(a, INS_COMPUTE_SIGNATURE_INIT,
                                        APPLET_PRIVATE_KEY, ref, message);

    if (!iotsim_ok(result))
        return result;
    result = update(a, message, &answer);
    if (result.sw != 0 || a->close_sessions)
        applet_close_session(a, INS_COMPUTE_SIGNATURE_INIT);
    if (!iotsim_ok(result))
        return result;
    return take_signature(a, buf_view(&answer), message->algorithm, signature);
}
