/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content of files. It is cached with the list of objects, because
 * OpenSSL's look-ups in a directory of certificates read every certificate
 * again and again; up to a limit, because the card decides how many there are.
 */
#include <string.h>

#include "base/mem.h"
#include "card/internal.h"

enum { KEPT_MAX = 0x40000 }; /* octets of all files of a card */

struct file_wanted {
    const struct applet_object *object;
    size_t size; /* octets to read, 0: to the end of what is in it */
    struct buf content;
};

static void keep_content(struct card *card, struct cache_entry *entry,
                         struct bytes content)
{
    if (entry == NULL || entry->content != NULL || content.len == 0 ||
        content.len > KEPT_MAX - card->cache.file_size)
        return;
    entry->content = mem_new(content.len);
    if (entry->content == NULL)
        return;
    memcpy(entry->content, content.data, content.len);
    entry->content_len = content.len;
    card->cache.file_size += content.len;
}

static iotsim_result read_file(struct card *card, void *arg)
{
    struct file_wanted *wanted = arg;
    struct cache_entry *entry = cache_find(card, wanted->object);
    struct buf *content = &wanted->content;
    iotsim_result result;

    buf_cut(content, 0);
    if (entry != NULL && entry->content != NULL &&
        entry->content_len <= content->size) {
        buf_put(content, bytes_of(entry->content, entry->content_len));
        return IOTSIM_OK;
    }
    result = applet_read_file(&card->applet, object_ref(wanted->object),
                              wanted->size, content);
    if (iotsim_ok(result))
        keep_content(card, entry, buf_view(content));
    return result;
}

iotsim_result card_read_file(struct card *card,
                             const struct applet_object *file, uint8_t **data,
                             size_t *len)
{
    struct file_wanted wanted = { .object = file, .size = file->file_size };
    uint8_t *storage;
    size_t size;
    iotsim_result result;

    *data = NULL;
    *len = 0;
    if (file->file_usage == FILE_CERTIFICATE)
        wanted.size = 0; /* DER knows better: the rest is padding */
    size = wanted.size != 0 ? wanted.size : APPLET_FILE_MAX;
    storage = mem_new(size);
    if (storage == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    wanted.content = buf_over(storage, size);
    result = card_run(card, read_file, &wanted, CARD_REPEATABLE);
    if (iotsim_ok(result)) {
        *data = storage;
        *len = wanted.content.len;
    } else {
        card_free_file(&storage);
    }
    return result;
}

void card_free_file(uint8_t **data)
{
    MEM_FREE(*data);
}
