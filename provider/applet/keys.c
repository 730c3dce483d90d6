/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys out of the card and into it, and new key pairs (IoT.05 2.11;
 * reference 3.6 to 3.8, 4.1). A point is 34 { 49 { 86 { 04 X Y } } }; applets
 * leave out one layer, or all of them.
 */
#include <string.h>

#include "apdu/tlv.h"
#include "applet/exchange.h"

enum { POINT_UNCOMPRESSED = 0x04 };

static const struct tlv_field pair_schema[] = {
    TLV_OCTETS(TAG_PRIVATE_KEY_ID, struct applet_pair, private_id),
    TLV_OCTETS(TAG_PUBLIC_KEY_ID, struct applet_pair, public_id),
};

enum { PAIR_ROWS = sizeof pair_schema / sizeof pair_schema[0] };

static bool is_point(struct bytes b)
{
    return b.len == APPLET_POINT_LEN && bytes_peek(&b) == POINT_UNCOMPRESSED;
}

/* Go in by each layer that is there, until a point is left. */
static iotsim_result read_point(struct bytes key,
                                uint8_t point[APPLET_POINT_LEN])
{
    static const uint8_t layers[] = { TAG_PUBLIC_KEY_DATA, TAG_ECC_KEY,
                                      TAG_ECC_POINT };

    for (size_t i = 0; i < sizeof layers && !is_point(key); i++) {
        struct bytes inner;

        if (tlv_find(key, layers[i], &inner))
            key = inner;
    }
    if (!is_point(key))
        return IOTSIM_FAIL(CARD_ANSWER);
    memcpy(point, key.data, APPLET_POINT_LEN);
    return IOTSIM_OK;
}

/* The same with the layers as they are specified. */
static void put_point(struct buf *fields, const uint8_t point[APPLET_POINT_LEN])
{
    enum { HEADER = 2 };

    buf_u8(fields, TAG_PUBLIC_KEY_DATA);
    buf_u8(fields, APPLET_POINT_LEN + 2 * HEADER);
    buf_u8(fields, TAG_ECC_KEY);
    buf_u8(fields, APPLET_POINT_LEN + HEADER);
    tlv_put(fields, TAG_ECC_POINT, bytes_of(point, APPLET_POINT_LEN));
}

iotsim_result applet_read_public_key(struct applet *a, struct applet_ref ref,
                                     uint8_t point[APPLET_POINT_LEN])
{
    uint8_t storage[APDU_DATA_MAX];
    uint8_t received[APDU_RESPONSE_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf answer = BUF_OVER(received);
    struct apdu command = { .ins = INS_READ_PUBLIC_KEY, .le = APDU_LE_ALL };
    iotsim_result result;

    applet_put_ref(&fields, APPLET_PUBLIC_KEY, ref);
    command.data = buf_view(&fields);
    result = applet_exchange(a, &command, &answer);
    return iotsim_ok(result) ? read_point(buf_view(&answer), point) : result;
}

/* Ids and key by their tags; a point without tags stands at the end. */
static iotsim_result read_pair(struct bytes answer, struct applet_pair *pair)
{
    struct bytes rest = answer;
    struct tlv element;

    while (!is_point(rest) && tlv_next(&rest, &element))
        tlv_parse(pair_schema, PAIR_ROWS, element, pair);
    return read_point(is_point(rest) ? rest : answer, pair->point);
}

iotsim_result applet_generate_key_pair(struct applet *a, struct applet_ref ref,
                                       struct applet_pair *out)
{
    uint8_t storage[APDU_DATA_MAX];
    uint8_t received[APDU_RESPONSE_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf answer = BUF_OVER(received);
    struct apdu command = { .ins = INS_GENERATE_KEY_PAIR, .le = APDU_LE_ALL };
    iotsim_result result;

    *out = (struct applet_pair){ 0 };
    applet_put_ref(&fields, APPLET_PRIVATE_KEY, ref);
    command.data = buf_view(&fields);
    result = applet_exchange(a, &command, &answer);
    return iotsim_ok(result) ? read_pair(buf_view(&answer), out) : result;
}

iotsim_result applet_put_public_key(struct applet *a, struct applet_ref ref,
                                    const uint8_t point[APPLET_POINT_LEN])
{
    uint8_t names[APDU_DATA_MAX];
    uint8_t storage[APDU_DATA_MAX];
    struct buf name = BUF_OVER(names);
    struct buf fields = BUF_OVER(storage);
    struct apdu update;
    iotsim_result result;

    applet_put_ref(&name, APPLET_PUBLIC_KEY, ref);
    put_point(&fields, point);
    result = applet_open_session(a, INS_PUT_PUBLIC_KEY_INIT, buf_view(&name));
    if (!iotsim_ok(result))
        return result;
    update = applet_last_update(INS_PUT_PUBLIC_KEY_UPDATE, buf_view(&fields),
                                APDU_LE_NONE);
    result = applet_exchange(a, &update, NULL);
    applet_close_session(a, INS_PUT_PUBLIC_KEY_INIT);
    return result;
}
