/* SPDX-License-Identifier: Apache-2.0 */
/* What the card hashes of a message; see tbs.h. */
#include "ops/tbs.h"

#include <string.h>

#include <openssl/crypto.h>

enum { TEXT_START = 1024 }; /* octets of the first block of memory */

iotsim_result tbs_begin(struct tbs *t, uint8_t mode, uint16_t hash)
{
    if (mode == MODE_LAST_BLOCK && (t->blocks = sha2_new(hash)) == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    t->mode = mode;
    t->hash = hash;
    return IOTSIM_OK;
}

/* Make room for `len` octets; it doubles, so that a message in many pieces is
 * not copied for each. */
static bool reserve(struct tbs *t, size_t len)
{
    size_t size = t->size == 0 ? TEXT_START : t->size;
    uint8_t *text;

    if (len <= t->size)
        return true;
    while (size < len)
        size *= 2;
    text = OPENSSL_clear_realloc(t->text, t->size, size);
    if (text == NULL)
        return false;
    t->text = text;
    t->size = size;
    return true;
}

static iotsim_result keep(struct tbs *t, struct bytes data)
{
    if (data.len > TBS_TEXT_MAX - t->len)
        return IOTSIM_FAIL(TOO_LONG);
    if (!reserve(t, t->len + data.len))
        return IOTSIM_FAIL(NO_MEMORY);
    if (data.len > 0)
        memcpy(t->text + t->len, data.data, data.len);
    t->len += data.len;
    return IOTSIM_OK;
}

iotsim_result tbs_add(struct tbs *t, struct bytes data)
{
    if (t->mode == MODE_FULL_TEXT)
        return keep(t, data);
    if (t->mode == MODE_LAST_BLOCK && !sha2_add(t->blocks, data))
        return IOTSIM_FAIL(TOO_LONG);
    return IOTSIM_OK;
}

struct applet_message tbs_view(struct tbs *t, struct bytes final)
{
    struct applet_message out = { .mode = t->mode,
                                  .hash = t->hash,
                                  .input = final };

    if (t->mode == MODE_LAST_BLOCK)
        sha2_view(t->blocks, &out);
    if (t->mode == MODE_FULL_TEXT)
        out.input = bytes_of(t->text, t->len);
    return out;
}

bool tbs_copy(struct tbs *to, const struct tbs *from)
{
    to->mode = from->mode;
    to->hash = from->hash;
    if (from->blocks != NULL && (to->blocks = sha2_dup(from->blocks)) == NULL)
        return false;
    return iotsim_ok(keep(to, bytes_of(from->text, from->len)));
}

void tbs_wipe(struct tbs *t)
{
    sha2_free(t->blocks);
    OPENSSL_clear_free(t->text, t->size);
    *t = (struct tbs){ 0 };
}
