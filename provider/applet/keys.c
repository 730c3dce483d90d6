/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys out of the card and into it, and new key pairs (IoT.05 2.11;
 * reference 3.6 to 3.8, 4.1). A point is 34 { 49 { 86 { 04 X Y } } }; applets
 * leave out one layer, or all of them. An RSA key is 34 { 49 { 81 n, 82 e } },
 * with or without the layer 49.
 */
#include <string.h>

#include "apdu/tlv.h"
#include "applet/exchange.h"

enum { POINT_UNCOMPRESSED = 0x04 };

/* Octets of an answer: the key of RSA 4096 and two ids need 580. */
enum { ANSWER_MAX = 1024 };

static const struct tlv_field pair_schema[] = {
    TLV_OCTETS(TAG_PRIVATE_KEY_ID, struct applet_pair, private_id),
    TLV_OCTETS(TAG_PUBLIC_KEY_ID, struct applet_pair, public_id),
};

enum { PAIR_ROWS = sizeof pair_schema / sizeof pair_schema[0] };

/* --- a point ------------------------------------------------------------- */

static bool is_point(struct bytes b)
{
    return b.len == APPLET_POINT_LEN && bytes_peek(&b) == POINT_UNCOMPRESSED;
}

/* Go in by each layer that is there, until a point is left. */
static bool read_point(struct bytes key, struct applet_public_key *out)
{
    static const uint8_t layers[] = { TAG_PUBLIC_KEY_DATA, TAG_ECC_KEY,
                                      TAG_ECC_POINT };

    for (size_t i = 0; i < sizeof layers && !is_point(key); i++) {
        struct bytes inner;

        if (tlv_find(key, layers[i], &inner))
            key = inner;
    }
    if (!is_point(key))
        return false;
    memcpy(out->point, key.data, APPLET_POINT_LEN);
    out->point_len = APPLET_POINT_LEN;
    return true;
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

/* --- an RSA key ---------------------------------------------------------- */

/* As tlv_next, but 81 and 82 always are BER: a modulus has another element
 * behind it, so its length leads to no end by which it could be told. */
static bool next_number(struct bytes *in, struct tlv *out)
{
    size_t len;

    out->tag = bytes_u8(in);
    len = bytes_u8(in);
    if (len == 0x81)
        len = bytes_u8(in);
    else if (len == 0x82)
        len = bytes_u16(in);
    out->value = bytes_take(in, len);
    return !in->failed;
}

/* Store a number that is not 0, fits, and has not been stored before. */
static bool store(struct bytes number, uint8_t *out, size_t max, size_t *len)
{
    while (number.len > 0 && bytes_peek(&number) == 0)
        bytes_u8(&number);
    if (number.len == 0 || number.len > max || *len > 0)
        return false;
    memcpy(out, number.data, number.len);
    *len = number.len;
    return true;
}

static bool read_numbers(struct bytes key, struct applet_public_key *out)
{
    struct tlv element;

    while (key.len > 0) {
        if (!next_number(&key, &element))
            return false;
        if (element.tag == TAG_RSA_MODULUS &&
            !store(element.value, out->modulus, sizeof out->modulus,
                   &out->modulus_len))
            return false;
        if (element.tag == TAG_RSA_EXPONENT &&
            !store(element.value, out->exponent, sizeof out->exponent,
                   &out->exponent_len))
            return false;
    }
    return out->modulus_len > 0 && out->exponent_len > 0;
}

static bool read_rsa(struct bytes answer, struct applet_public_key *out)
{
    struct bytes key;
    struct tlv layer;

    if (!tlv_find(answer, TAG_PUBLIC_KEY_DATA, &key))
        return false;
    if (bytes_peek(&key) != TAG_ECC_KEY)
        return read_numbers(key, out);
    return next_number(&key, &layer) && bytes_at_end(&key) &&
           read_numbers(layer.value, out);
}

/* --- the commands -------------------------------------------------------- */

/* RSA first, whose form is strict: what looks for a point, wherever it may be,
 * might find one in a modulus. */
static iotsim_result read_key(struct bytes answer,
                              struct applet_public_key *out)
{
    *out = (struct applet_public_key){ 0 };
    if (read_rsa(answer, out))
        return IOTSIM_OK;
    *out = (struct applet_public_key){ 0 };
    return read_point(answer, out) ? IOTSIM_OK : IOTSIM_FAIL(CARD_ANSWER);
}

iotsim_result applet_read_public_key(struct applet *a, struct applet_ref ref,
                                     struct applet_public_key *out)
{
    uint8_t storage[APDU_DATA_MAX];
    uint8_t received[ANSWER_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf answer = BUF_OVER(received);
    struct apdu command = { .ins = INS_READ_PUBLIC_KEY, .le = APDU_LE_ALL };
    iotsim_result result;

    *out = (struct applet_public_key){ 0 };
    applet_put_ref(&fields, APPLET_PUBLIC_KEY, ref);
    command.data = buf_view(&fields);
    result = applet_exchange(a, &command, &answer);
    return iotsim_ok(result) ? read_key(buf_view(&answer), out) : result;
}

/* Ids and key by their tags; a point without tags stands at the end. */
static iotsim_result read_pair(struct bytes answer, struct applet_pair *pair)
{
    struct bytes rest = answer;
    struct tlv element;

    while (!is_point(rest) && tlv_next(&rest, &element))
        tlv_parse(pair_schema, PAIR_ROWS, element, pair);
    return read_key(is_point(rest) ? rest : answer, &pair->key);
}

iotsim_result applet_generate_key_pair(struct applet *a, struct applet_ref ref,
                                       struct applet_pair *out)
{
    uint8_t storage[APDU_DATA_MAX];
    uint8_t received[ANSWER_MAX];
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
    applet_end_session(a, INS_PUT_PUBLIC_KEY_INIT, result);
    return result;
}
