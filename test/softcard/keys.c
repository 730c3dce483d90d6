/* SPDX-License-Identifier: Apache-2.0 */
/*
 * READ PUBLIC KEY, GENERATE KEY PAIR, PUT PUBLIC KEY.
 * Reference: iot-safe-apdu 3.6, 3.7, 3.8, 4.1.
 */
#include "applet.h"

/* The elements inside tag 49: 86 point, or 81 modulus 82 exponent. */
static bool put_numbers(const struct object *key, struct out *out)
{
    enum kind kind = object_kind(key);
    uint8_t n_octets[MODULUS_MAX];
    uint8_t e_octets[EXPONENT_MAX];
    struct out n = OUT_OVER(n_octets);
    struct out e = OUT_OVER(e_octets);

    if (crypto_is_ec(kind)) {
        tlv_put(out, TAG_POINT, object_value(key));
        return true;
    }
    if (!crypto_rsa_split(kind, object_value(key), &n, &e))
        return false;
    size_t start = out->len;
    out_bytes(out, out_view(&n));
    tlv_wrap(out, start, TAG_MODULUS);
    tlv_put(out, TAG_EXPONENT, out_view(&e));
    return true;
}

/* Append tag 34 with the public key, as the quirks want it. */
static unsigned int put_public_key(struct softcard *card,
                                   const struct object *key, struct out *out)
{
    int form = quirk(card, QUIRK_PUBLIC_KEY);
    size_t start = out->len;

    if (form == PUBLIC_KEY_BARE && crypto_is_ec(object_kind(key))) {
        out_bytes(out, object_value(key));
        return SW_OK;
    }
    if (!put_numbers(key, out))
        return SW_UNKNOWN;
    if (form == PUBLIC_KEY_FULL)
        tlv_wrap(out, start, TAG_KEY);
    if (form != PUBLIC_KEY_BARE)
        tlv_wrap(out, start, TAG_PUBLIC_KEY_DATA);
    return SW_OK;
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
    if ((checked && !(key->access & ACCESS_READ)) || !object_active(key))
        return SW_CONDITIONS;
    return put_public_key(card, key, out);
}

/* May this pair be made anew? */
static bool may_generate(const struct softcard *card,
                         const struct object *private,
                         const struct object *public)
{
    if (!public || object_kind(private) == KIND_NONE ||
        object_kind(private) != object_kind(public))
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

static bool make_pair(const struct object *private, struct out *private_key,
                      struct out *public_key)
{
    enum kind kind = object_kind(private);
    struct view next = VIEW_OF(private->next_scalar);

    if (!private->has_next)
        return crypto_generate(kind, private_key, public_key);
    out_bytes(private_key, next);
    return crypto_public_of(kind, next, public_key);
}

/* Fill both halves; the pair belongs to the channel if it is volatile. */
static bool store_pair(struct softcard *card, unsigned int channel,
                       struct object *private, struct object *public)
{
    uint8_t private_octets[PRIVATE_MAX];
    uint8_t public_octets[PUBLIC_MAX];
    struct out private_key = OUT_OVER(private_octets);
    struct out public_key = OUT_OVER(public_octets);
    bool ok = make_pair(private, &private_key, &public_key) &&
              object_fill(private, out_view(&private_key)) &&
              object_fill(public, out_view(&public_key));

    crypto_cleanse(private_octets, private_key.len);
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
    return put_public_key(card, public, out);
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
static void read_point(struct view content, struct out *public)
{
    static const uint8_t tags[] = { TAG_KEY, TAG_POINT };

    for (size_t i = 0; i < sizeof tags; i++) {
        struct view probe = content;
        struct view header = view_take(&probe, 2);

        if (header.len == 2 && header.at[0] == tags[i] &&
            header.at[1] == probe.len)
            content = probe;
    }
    out_bytes(public, content);
}

/* Modulus and exponent in the content of tag 34: in 49 or bare. */
static bool read_numbers(enum kind kind, struct view content,
                         struct out *public)
{
    struct tlv_field key = { .tag = TAG_KEY };
    struct tlv_field f[] = { { .tag = TAG_MODULUS }, { .tag = TAG_EXPONENT } };

    if (tlv_fields(content, false, &key, 1) == TLV_OK && key.found)
        content = key.value;
    return tlv_fields(content, false, f, 2) == TLV_OK && f[0].found &&
           f[1].found && crypto_rsa_join(kind, f[0].value, f[1].value, public);
}

/* All of tag 34 is here: check the key and store it. */
static unsigned int store_key(struct softcard *card, const struct apdu *apdu,
                              struct session *session)
{
    struct object *key = session->object;
    enum kind kind = object_kind(key);
    struct view content = { .at = session->kept, .len = session->kept_len };
    uint8_t octets[PUBLIC_MAX];
    struct out public = OUT_OVER(octets);

    if (!crypto_is_rsa(kind))
        read_point(content, &public);
    else if (!read_numbers(kind, content, &public))
        return SW_WRONG_DATA;
    if (public.failed || !crypto_public_ok(kind, out_view(&public)))
        return SW_WRONG_DATA;
    if (!object_fill(key, out_view(&public)))
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
        !session_keep(session, part))
        return SW_WRONG_DATA;
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
