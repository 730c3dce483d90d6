/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VERIFY SIGNATURE (IoT.05; reference 3.11, 4.2). The length of tag 33 has one
 * octet or two, as in the signatures that this card makes, and is BER or two
 * octets where one would not do; a card that refuses one form is offered the
 * other.
 */
#include "apdu/sw.h"
#include "applet/message.h"

enum { BER_TWO_OCTETS = 0x82 };                /* of length follow */
enum { FIELD_MAX = APPLET_SIGNATURE_MAX + 4 }; /* tag and length */

/* Octets in one of several commands: some less than fit, for links that do not
 * take commands of full length (reference 9.3). */
enum { BLOCK_MAX = 240 };

static void put_signature(struct buf *fields, struct bytes signature,
                          bool is_short)
{
    bool is_long = signature.len > SIGNATURE_SHORT_MAX;

    buf_u8(fields, TAG_SIGNATURE);
    if (is_short && is_long)
        buf_u8(fields, BER_TWO_OCTETS);
    if (is_short && !is_long)
        buf_u8(fields, (uint8_t)signature.len);
    else
        buf_u16(fields, (uint16_t)signature.len);
    buf_put(fields, signature);
}

/* What is too long for one command goes out in raw blocks: elements begin and
 * end where they will, and the card joins them. */
static iotsim_result send_last(struct applet *a, struct bytes fields)
{
    struct apdu update;
    bool is_whole = fields.len <= APDU_DATA_MAX;
    iotsim_result result = IOTSIM_OK;

    while (iotsim_ok(result) && !is_whole && fields.len > BLOCK_MAX)
        result = applet_send_block(a, INS_VERIFY_SIGNATURE_UPDATE,
                                   bytes_take(&fields, BLOCK_MAX));
    if (!iotsim_ok(result))
        return result;
    update =
        applet_last_update(INS_VERIFY_SIGNATURE_UPDATE, fields, APDU_LE_NONE);
    return applet_exchange(a, &update, NULL);
}

/* `*shown` tells a refusal of the signature from one of the text before it. */
static iotsim_result update(struct applet *a,
                            const struct applet_message *message,
                            struct bytes signature, bool is_short, bool *shown)
{
    uint8_t storage[MESSAGE_LAST_MAX + FIELD_MAX];
    struct buf fields = BUF_OVER(storage);
    iotsim_result result =
        message_send(a, INS_VERIFY_SIGNATURE_UPDATE, message, &fields);

    *shown = iotsim_ok(result);
    if (!*shown)
        return result;
    put_signature(&fields, signature, is_short);
    return send_last(a, buf_view(&fields));
}

static iotsim_result verify_once(struct applet *a, struct applet_ref ref,
                                 const struct applet_message *message,
                                 struct bytes signature, bool is_short,
                                 bool *shown)
{
    iotsim_result result = message_open(a, INS_VERIFY_SIGNATURE_INIT,
                                        APPLET_PUBLIC_KEY, ref, message);

    *shown = false;
    if (!iotsim_ok(result))
        return result;
    result = update(a, message, signature, is_short, shown);
    applet_end_session(a, INS_VERIFY_SIGNATURE_INIT, result);
    return result;
}

/* Is it perhaps the form of the signature that the card did not like? */
static bool is_misread(iotsim_result result)
{
    return result.sw == SW_WRONG_LENGTH || result.sw == SW_WRONG_DATA;
}

iotsim_result applet_verify(struct applet *a, struct applet_ref ref,
                            const struct applet_message *message,
                            struct bytes signature, bool *valid)
{
    bool is_long = signature.len > SIGNATURE_SHORT_MAX;
    bool is_short = a->short_signature && !is_long;
    bool shown;
    iotsim_result result;

    *valid = false;
    if (signature.len == 0 || signature.len > APPLET_SIGNATURE_MAX)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    result = verify_once(a, ref, message, signature, is_short, &shown);
    if (shown && is_misread(result)) {
        result = verify_once(a, ref, message, signature, !is_short, &shown);
        if (!is_long && shown && !is_misread(result))
            a->short_signature = !is_short;
    }
    *valid = iotsim_ok(result);
    return shown && result.sw == SW_NO_MATCH ? IOTSIM_OK : result;
}
