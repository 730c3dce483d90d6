/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message to sign or to verify; see message.h. A text goes out in blocks of
 * which each is an element of its own: how one element would be spread over
 * several commands is not told anywhere (reference 2.7).
 */
#include "applet/message.h"

#include "apdu/tlv.h"

/* Octets of text in one command: what modems take by default, and less than
 * the 128 from which on a length octet can be read in two ways. */
enum { TEXT_BLOCK_MAX = 96 };

/* The modes: the tag of the text or hash, and how many octets there are of it
 * and of the chaining value. */
static const struct mode {
    uint8_t mode;
    uint8_t tag;
    size_t input_min;
    size_t input_max;
    size_t chaining_min;
    size_t chaining_max;
} modes[] = {
    { MODE_FULL_TEXT, TAG_FULL_TEXT, 0, SIZE_MAX, 0, 0 },
    { MODE_LAST_BLOCK, TAG_LAST_BLOCK, 0, MESSAGE_LAST_BLOCK_MAX,
      MESSAGE_CHAINING_MIN, MESSAGE_CHAINING_MAX },
    { MODE_PAD_SIGN, TAG_FINAL_HASH, 1, APPLET_HASH_MAX, 0, 0 },
};

static bool is_within(struct bytes octets, size_t least, size_t most)
{
    return !octets.failed && octets.len >= least && octets.len <= most;
}

/* The mode of a message; NULL when there is none that it fits. */
static const struct mode *find_mode(const struct applet_message *message)
{
    for (const struct mode *m = modes;
         m < modes + sizeof modes / sizeof modes[0]; m++)
        if (m->mode == message->mode &&
            is_within(message->input, m->input_min, m->input_max) &&
            is_within(message->chaining, m->chaining_min, m->chaining_max))
            return m;
    return NULL;
}

iotsim_result message_open(struct applet *a, uint8_t ins, enum applet_kind kind,
                           struct applet_ref ref,
                           const struct applet_message *message)
{
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);

    if (find_mode(message) == NULL)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    applet_put_ref(&fields, kind, ref);
    tlv_put_u8(&fields, TAG_MODE, message->mode);
    tlv_put_u16(&fields, TAG_HASH, message->hash);
    tlv_put_u8(&fields, TAG_SIGNATURE_ALGORITHM, message->algorithm);
    return applet_open_session(a, ins, buf_view(&fields));
}

/* Send blocks of `*text` until what is left fits the last one. */
static iotsim_result send_blocks(struct applet *a, uint8_t ins,
                                 struct bytes *text)
{
    iotsim_result result = IOTSIM_OK;

    while (iotsim_ok(result) && text->len > TEXT_BLOCK_MAX) {
        uint8_t storage[2 + TEXT_BLOCK_MAX];
        struct buf block = BUF_OVER(storage);

        tlv_put(&block, TAG_FULL_TEXT, bytes_take(text, TEXT_BLOCK_MAX));
        result = applet_send_block(a, ins, buf_view(&block));
    }
    return result;
}

/* The hash of what the card does not get to see. */
static void put_state(struct buf *fields, const struct applet_message *message)
{
    tlv_put(fields, TAG_INTERMEDIATE_HASH, message->chaining);
    buf_u8(fields, TAG_HASHED_LENGTH);
    buf_u8(fields, sizeof message->hashed);
    buf_u16(fields, (uint16_t)(message->hashed >> 16));
    buf_u16(fields, (uint16_t)(message->hashed & 0xffff));
}

iotsim_result message_send(struct applet *a, uint8_t ins,
                           const struct applet_message *message,
                           struct buf *last)
{
    const struct mode *m = find_mode(message);
    struct bytes input = message->input;
    iotsim_result result = IOTSIM_OK;

    if (m == NULL)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (m->mode == MODE_FULL_TEXT)
        result = send_blocks(a, ins, &input);
    tlv_put(last, m->tag, input);
    if (m->mode == MODE_LAST_BLOCK)
        put_state(last, message);
    return result;
}
