/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way in: channel, SELECT, and what the applet says it can do (IoT.05
 * 2.12; reference 3.2). Elements come in any order, under either of two tags,
 * and any of them may be missing.
 */
#include "apdu/tlv.h"
#include "applet/exchange.h"

enum { P1_APPLICATION = 0x00, APPLICATION_DATA_LEN = 0x44 };
#define ROW(tag, member) TLV_NUMBER(tag, struct applet_capabilities, member)

static const struct tlv_field schema[] = {
    TLV_OCTETS(TAG_IDENTIFIER, struct applet_capabilities, identifier),
    ROW(TAG_VERSION, version),
    ROW(TAG_MAX_FILES, files),
    ROW(TAG_MAX_PRIVATE_KEYS, private_keys),
    ROW(TAG_MAX_PUBLIC_KEYS, public_keys),
    ROW(TAG_MAX_SECRET_KEYS, secret_keys),
    ROW(TAG_MAX_SESSIONS, sessions),
    ROW(TAG_APP_CRYPTO_FUNCTIONS, functions),
    ROW(TAG_CRYPTO_FUNCTIONS, functions),
    ROW(TAG_HASH, hashes),
    ROW(TAG_SIGNATURE_ALGORITHM, signatures),
    ROW(TAG_APP_KEY_AGREEMENT, agreements),
    ROW(TAG_KEY_AGREEMENT, agreements),
    ROW(TAG_KEY_DERIVATION, derivations),
};

enum { SCHEMA_ROWS = sizeof schema / sizeof schema[0] };

/* The ICCID is worth a try: a card that refuses it works nevertheless. */
static iotsim_result read_iccid(struct applet *a, char *iccid)
{
    iotsim_result result;

    if (iccid == NULL)
        return IOTSIM_OK;
    result = channel_read_iccid(&a->channel, iccid, applet_deadline(a, 0));
    if (result.sw != 0 || iotsim_is(result, IOTSIM_ERR_CARD_ANSWER))
        return IOTSIM_OK;
    return result;
}

iotsim_result applet_open(struct applet *a, struct transport *t,
                          struct bytes aid, struct deadline until, char *iccid)
{
    iotsim_result result;

    *a = (struct applet){ .until = until };
    result = channel_open(&a->channel, t, applet_deadline(a, 0));
    if (iotsim_ok(result))
        result = read_iccid(a, iccid);
    if (iotsim_ok(result))
        result = channel_select(&a->channel, aid, applet_deadline(a, 0));
    if (!iotsim_ok(result))
        applet_close(a);
    return result;
}

/* In time of its own: a channel that is not closed for lack of time is lost to
 * everybody until the card is reset. */
void applet_close(struct applet *a)
{
    channel_close(&a->channel, deadline_in(APPLET_CLOSE_MS));
}

static bool is_known(uint8_t tag)
{
    for (size_t i = 0; i < SCHEMA_ROWS; i++)
        if (schema[i].tag == tag)
            return true;
    return false;
}

/* Some applets write the length of the identifier one too large: the next
 * element then begins at its last octet. */
static bool is_overlong(struct tlv element, struct bytes rest)
{
    struct bytes value = element.value;

    return element.tag == TAG_IDENTIFIER && value.len > 0 && rest.len > 0 &&
           !is_known(rest.data[0]) && is_known(value.data[value.len - 1]);
}

iotsim_result applet_get_capabilities(struct applet *a,
                                      struct applet_capabilities *out)
{
    const struct apdu command = { .ins = INS_GET_DATA,
                                  .p1 = P1_APPLICATION,
                                  .le = APPLICATION_DATA_LEN };
    uint8_t storage[APDU_RESPONSE_MAX];
    struct buf answer = BUF_OVER(storage);
    iotsim_result result = applet_exchange(a, &command, &answer);
    struct bytes rest = buf_view(&answer);
    struct tlv element;
    bool understood = false;

    *out = (struct applet_capabilities){ 0 };
    if (!iotsim_ok(result))
        return result;
    while (tlv_next(&rest, &element)) {
        if (is_overlong(element, rest))
            tlv_shorten(&element, &rest);
        understood |= tlv_parse(schema, SCHEMA_ROWS, element, out);
    }
    return understood ? IOTSIM_OK : IOTSIM_FAIL(CARD_ANSWER);
}
