/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VERIFY SIGNATURE (IoT.05; reference 3.11) in mode 03. The length of tag 33
 * has one octet or two, as in the signatures that this card makes; a card that
 * refuses one form is offered the other.
 */
#include "apdu/sw.h"
#include "apdu/tlv.h"
#include "applet/exchange.h"

static void put_signature(struct buf *fields, struct bytes signature,
                          bool is_short)
{
    if (is_short) {
        tlv_put(fields, TAG_SIGNATURE, signature);
        return;
    }
    buf_u8(fields, TAG_SIGNATURE);
    buf_u16(fields, (uint16_t)signature.len);
    buf_put(fields, signature);
}

static iotsim_result send_signature(struct applet *a, struct bytes hash,
                                    struct bytes signature)
{
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);
    struct apdu update;

    tlv_put(&fields, TAG_FINAL_HASH, hash);
    put_signature(&fields, signature, a->short_signature);
    update = applet_last_update(INS_VERIFY_SIGNATURE_UPDATE, buf_view(&fields),
                                APDU_LE_NONE);
    return applet_exchange(a, &update, NULL);
}

static iotsim_result verify_once(struct applet *a, struct bytes fields,
                                 struct bytes hash, struct bytes signature)
{
    iotsim_result result =
        applet_open_session(a, INS_VERIFY_SIGNATURE_INIT, fields);

    if (!iotsim_ok(result))
        return result;
    result = send_signature(a, hash, signature);
    applet_close_session(a, INS_VERIFY_SIGNATURE_INIT);
    return result;
}

iotsim_result applet_verify(struct applet *a, struct applet_ref ref,
                            uint16_t hash_id, uint8_t algorithm,
                            struct bytes hash, struct bytes signature,
                            bool *valid)
{
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);
    iotsim_result result;

    *valid = false;
    applet_put_ref(&fields, APPLET_PUBLIC_KEY, ref);
    tlv_put_u8(&fields, TAG_MODE, MODE_PAD_SIGN);
    tlv_put_u16(&fields, TAG_HASH, hash_id);
    tlv_put_u8(&fields, TAG_SIGNATURE_ALGORITHM, algorithm);
    result = verify_once(a, buf_view(&fields), hash, signature);
    if (result.sw == SW_WRONG_LENGTH || result.sw == SW_WRONG_DATA) {
        a->short_signature = !a->short_signature;
        result = verify_once(a, buf_view(&fields), hash, signature);
        if (result.sw == SW_WRONG_LENGTH || result.sw == SW_WRONG_DATA)
            a->short_signature = !a->short_signature;
    }
    *valid = iotsim_ok(result);
    return result.sw == SW_NO_MATCH ? IOTSIM_OK : result;
}
