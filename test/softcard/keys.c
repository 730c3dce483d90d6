/* SPDX-License-Identifier: Apache-2.0 */
/*
 * READ PUBLIC KEY, GENERATE KEY PAIR, PUT PUBLIC KEY.
 * Reference: iot-safe-apdu 3.6, 3.7, 3.8, 4.1.
 */
#include "applet.h"

#include <string.h>

void put_point(struct softcard *card, const uint8_t point[POINT_LEN],
               struct out *out)
{
    struct view value = { .at = point, .len = POINT_LEN };

    switch (quirk(card, QUIRK_PUBLIC_KEY)) {
    case PUBLIC_KEY_SHORT:
        out_u8(out, TAG_PUBLIC_KEY_DATA);
        out_u8(out, POINT_LEN + 2);
        tlv_put(out, TAG_POINT, value);
        break;
    case PUBLIC_KEY_BARE:
        out_bytes(out, value);
        break;
    default:
        out_u8(out, TAG_PUBLIC_KEY_DATA);
        out_u8(out, POINT_LEN + 4);
        out_u8(out, TAG_ECC_KEY);
        out_u8(out, POINT_LEN + 2);
        tlv_put(out, TAG_POINT, value);
        break;
    }
}

unsigned int read_public_key(struct softcard *card, const struct apdu *apdu,
                             struct out *out)
{
    struct tlv_field fields[] = { { .tag = TAG_PUBLIC_ID },
                                  { .tag = TAG_PUBLIC_LABEL } };
    struct object *key = NULL;
    bool checked = quirk(card, QUIRK_PUBLIC_KEY_ACCESS) == ACCESS_CHECKED;

    unsigned int sw = applet_fields(card, apdu->data, fields, 2);
    if (sw == SW_OK)
        sw = applet_find(card, OBJECT_PUBLIC, fields, &key);
    if (sw != SW_OK)
        return sw;
    if ((checked && !(key->access & ACCESS_READ)) || !object_active(key) ||
        key->value_len != POINT_LEN)
        return SW_CONDITIONS;
    put_point(card, key->value, out);
    return SW_OK;
}

/* May this pair be made anew? */
static bool may_generate(const struct softcard *card,
                         const struct object *private,
                         const struct object *public)
{
    if (!public || object_curve(private) == CURVE_NONE ||
        object_curve(private) != object_curve(public))
        return false;
    if (!(private->functions & public->functions & FUNCTION_GENERATE))
        return false;
    if (!(private->access & ACCESS_UPDATE))
        return false;
    if (quirk(card, QUIRK_GENERATE_NEEDS_READ) == YES &&
        !(public->access & ACCESS_READ))
        return false;
    return !applet_uses(card, private) && !applet_uses(card, public);
}

static bool make_pair(const struct object *private, uint8_t scalar[SCALAR_LEN],
                      uint8_t point[POINT_LEN])
{
    if (!private->has_next)
        return crypto_generate(object_curve(private), scalar, point);
    memcpy(scalar, private->next_scalar, SCALAR_LEN);
    return crypto_point(object_curve(private), scalar, point);
}

/* Fill both halves; the pair belongs to the channel if it is volatile. */
static bool store_pair(struct softcard *card, unsigned int channel,
                       struct object *private, struct object *public)
{
    uint8_t scalar[SCALAR_LEN];
    uint8_t point[POINT_LEN];
    bool ok = make_pair(private, scalar, point) &&
              object_fill(private, VIEW_OF(scalar)) &&
              object_fill(public, VIEW_OF(point));

    crypto_cleanse(scalar, sizeof scalar);
    private->channel = channel;
    public->channel = channel;
    if (!object_volatile(private))
        card->changed = true;
    return ok;
}

unsigned int generate_key_pair(struct softcard *card, const struct apdu *apdu,
                               struct out *out)
{
    struct tlv_field fields[] = { { .tag = TAG_PRIVATE_ID },
                                  { .tag = TAG_PRIVATE_LABEL } };
    struct object *private = NULL;

    unsigned int sw = applet_fields(card, apdu->data, fields, 2);
    if (sw == SW_OK)
        sw = applet_find(card, OBJECT_PRIVATE, fields, &private);
    if (sw != SW_OK)
        return sw;
    struct object *public =
        object_partner(card->objects, private, OBJECT_PUBLIC);
    if (!may_generate(card, private, public))
        return SW_CONDITIONS;
    if (!store_pair(card, apdu->channel, private, public))
        return SW_UNKNOWN;
    if (quirk(card, QUIRK_GENERATE_ANSWER) == GENERATE_IDS) {
        tlv_put(out, TAG_PRIVATE_ID, object_id(private));
        tlv_put(out, TAG_PUBLIC_ID, object_id(public));
    }
    put_point(card, public->value, out);
    return SW_OK;
}

unsigned int put_key_open(struct softcard *card, const struct apdu *apdu,
                          struct out *out)
{
    struct tlv_field fields[] = { { .tag = TAG_PUBLIC_ID },
                                  { .tag = TAG_PUBLIC_LABEL } };
    struct object *key = NULL;

    (void)out;
    unsigned int sw = applet_fields(card, apdu->data, fields, 2);
    if (sw == SW_OK)
        sw = applet_find(card, OBJECT_PUBLIC, fields, &key);
    if (sw != SW_OK)
        return sw;
    if (!(key->access & ACCESS_UPDATE) || applet_uses(card, key))
        return SW_CONDITIONS;
    return applet_session_open(card, apdu, SESSION_PUT_KEY, key);
}

/* The point in the content of tag 34: in 49 and 86, in 86, or bare. */
static bool find_point(struct view content, struct view *point)
{
    static const uint8_t tags[] = { TAG_ECC_KEY, TAG_POINT };

    for (size_t i = 0; i < sizeof tags; i++) {
        struct view probe = content;
        struct view header = view_take(&probe, 2);

        if (header.len == 2 && header.at[0] == tags[i] &&
            header.at[1] == probe.len)
            content = probe;
    }
    *point = content;
    return content.len == POINT_LEN && content.at[0] == 0x04;
}

/* All of tag 34 is here: check the point and store it. */
static unsigned int store_key(struct softcard *card, const struct apdu *apdu,
                              struct session *session)
{
    struct object *key = session->object;
    struct view content = { .at = session->key, .len = session->key_len };
    struct view point;

    if (!find_point(content, &point) ||
        !crypto_on_curve(object_curve(key), point.at))
        return SW_WRONG_DATA;
    if (!object_fill(key, point))
        return SW_UNKNOWN;
    key->channel = apdu->channel;
    if (!object_volatile(key))
        card->changed = true;
    return SW_OK;
}

static unsigned int collect_key(struct softcard *card, const struct apdu *apdu,
                                struct session *session)
{
    bool last = apdu->p1 == P1_LAST;
    struct view rest = apdu->data;
    struct view part;

    if (!session_block(session, TAG_PUBLIC_KEY_DATA, last, applet_blocks(card),
                       &rest, &part) ||
        rest.len || part.len > sizeof session->key - session->key_len)
        return SW_WRONG_DATA;
    if (part.len)
        memcpy(session->key + session->key_len, part.at, part.len);
    session->key_len += part.len;
    return last ? store_key(card, apdu, session) : SW_OK;
}

unsigned int put_key_update(struct softcard *card, const struct apdu *apdu,
                            struct out *out)
{
    struct session *session = applet_session(card, apdu);

    (void)out;
    if (session->type != SESSION_PUT_KEY || session->state != SESSION_RUNNING)
        return SW_CONDITIONS;
    unsigned int sw = collect_key(card, apdu, session);
    if (sw != SW_OK)
        session->state = SESSION_ABORTED;
    else if (apdu->p1 == P1_LAST)
        session->state = SESSION_FINISHED;
    return sw;
}
