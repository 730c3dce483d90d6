/* SPDX-License-Identifier: Apache-2.0 */
/*
 * READ FILE. A file may be declared larger than its content: the rest reads as
 * zeros. Reference: iot-safe-apdu 3.5, 7 row 12.
 */
#include "applet.h"

#define FILE_CHUNK 256

/* Octets one READ FILE returns at most. */
static size_t chunk_of(const struct softcard *card, const struct apdu *apdu)
{
    switch (quirk(card, QUIRK_READ_FILE)) {
    case READ_FILE_256:
        return 256;
    case READ_FILE_255:
        return 255;
    case READ_FILE_240:
        return 240;
    default:
        return apdu->le ? apdu->le : FILE_CHUNK;
    }
}

unsigned int read_file(struct softcard *card, const struct apdu *apdu,
                       struct out *out)
{
    struct tlv_field fields[] = { { .tag = TAG_FILE_ID },
                                  { .tag = TAG_FILE_LABEL } };
    struct object *file = NULL;
    size_t offset = (size_t)apdu->p1 << 8 | apdu->p2;
    size_t want = chunk_of(card, apdu);

    unsigned int sw = applet_fields(card, apdu->data, fields, 2);
    if (sw == SW_OK)
        sw = applet_find(card, OBJECT_FILE, fields, &file);
    if (sw != SW_OK)
        return sw;
    if (!(file->access & ACCESS_READ) || !object_active(file))
        return SW_CONDITIONS;
    if (offset > file->size)
        return quirk(card, QUIRK_READ_PAST_END) == READ_PAST_END_6981
                   ? SW_OUT_OF_FILE
                   : SW_WRONG_P1P2;

    size_t rest = file->size - offset;
    size_t give = want < rest ? want : rest;
    size_t held = offset < file->value_len ? file->value_len - offset : 0;
    size_t real = give < held ? give : held;
    if (real)
        out_bytes(out,
                  (struct view){ .at = file->value + offset, .len = real });
    out_zeros(out, give - real);
    if (quirk(card, QUIRK_READ_PADDING) == YES)
        out_zeros(out, want - give);
    return SW_OK;
}
