/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a card told once: its objects, the points of its public keys, what its
 * applet can do. Kept while the channel lives; dropped with it, since a reset
 * may bring another profile of an eUICC, and when the card says that its store
 * has changed (63CF, 6989). Files are read each time.
 */
#include <string.h>

#include "apdu/sw.h"
#include "base/log.h"
#include "base/mem.h"
#include "card/internal.h"

void cache_flush(struct cache *cache)
{
    MEM_FREE(cache->entries);
    *cache = (struct cache){ 0 };
}

/* --- what the applet can do -------------------------------------------- */

/* True when the applet does not know this form of GET DATA. */
static bool is_unknown(iotsim_result result)
{
    return result.sw == SW_WRONG_P1P2 || result.sw == SW_NO_FUNCTION;
}

static iotsim_result read_capabilities(struct card *card)
{
    struct cache *cache = &card->cache;
    iotsim_result result;

    if (cache->has_capabilities)
        return IOTSIM_OK;
    result = applet_get_capabilities(&card->applet, &cache->capabilities);
    cache->has_capabilities = iotsim_ok(result);
    return is_unknown(result) ? IOTSIM_OK : result;
}

static void copy_text(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size)
        len = size - 1;
    memcpy(out, text, len);
    out[len] = '\0';
}

static iotsim_result read_info(struct card *card, void *arg)
{
    struct card_info *info = arg;
    iotsim_result result = card_read_iccid(card);

    if (iotsim_ok(result))
        result = read_capabilities(card);
    if (!iotsim_ok(result))
        return result;
    copy_text(info->where, sizeof info->where,
              transport_where(&card->transport));
    copy_text(info->transport, sizeof info->transport, card->ops->name);
    copy_text(info->iccid, sizeof info->iccid, card->iccid);
    memcpy(info->aid, card->selected.data, card->selected.len);
    info->aid_len = card->selected.len;
    info->capabilities = card->cache.capabilities;
    return IOTSIM_OK;
}

iotsim_result card_get_info(struct card *card, struct card_info *out)
{
    *out = (struct card_info){ 0 };
    return card_run(card, read_info, out, CARD_REPEATABLE);
}

/* --- objects ----------------------------------------------------------- */

/* A list that cannot be read to its end serves once: it is not kept. */
static iotsim_result parse_list(struct cache *cache, struct bytes octets)
{
    struct applet_list list = { .rest = octets };
    struct applet_object object;
    size_t count = 0;

    while (applet_next_object(&list, &object))
        count++;
    if (list.rest.failed)
        log_at(LOG_WARN, "card", "object list not readable after %zu objects",
               count);
    MEM_FREE(cache->entries);
    cache->count = 0;
    cache->entries = mem_new((count + 1) * sizeof *cache->entries);
    if (cache->entries == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    list = (struct applet_list){ .rest = octets };
    while (cache->count < count &&
           applet_next_object(&list, &cache->entries[cache->count].object))
        cache->count++;
    cache->listed = !list.rest.failed;
    return IOTSIM_OK;
}

static iotsim_result read_list(struct card *card)
{
    struct cache *cache = &card->cache;
    void *storage;
    struct buf list;
    iotsim_result result;

    if (cache->listed)
        return IOTSIM_OK;
    storage = mem_new(APPLET_LIST_MAX);
    if (storage == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    list = buf_over(storage, APPLET_LIST_MAX);
    result = applet_get_list(&card->applet, &list);
    if (iotsim_ok(result))
        result = parse_list(cache, buf_view(&list));
    else if (is_unknown(result))
        result = IOTSIM_FAIL_SW(UNSUPPORTED, result.sw);
    mem_free(&storage, APPLET_LIST_MAX);
    return result;
}

struct objects {
    struct applet_object *first;
    size_t count;
    bool whole;
};

static iotsim_result copy_objects(struct card *card, void *arg)
{
    const struct cache *cache = &card->cache;
    struct objects *copy = arg;
    iotsim_result result = read_list(card);

    if (!iotsim_ok(result))
        return result;
    copy->first = mem_new((cache->count + 1) * sizeof *copy->first);
    if (copy->first == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    for (size_t i = 0; i < cache->count; i++)
        copy->first[i] = cache->entries[i].object;
    copy->count = cache->count;
    copy->whole = cache->listed;
    return IOTSIM_OK;
}

iotsim_result card_get_objects(struct card *card,
                               struct applet_object **objects, size_t *count,
                               bool *whole)
{
    struct objects copy = { 0 };
    iotsim_result result = card_run(card, copy_objects, &copy, CARD_REPEATABLE);

    *objects = copy.first;
    *count = copy.count;
    *whole = copy.whole;
    return result;
}

void card_free_objects(struct applet_object **objects)
{
    MEM_FREE(*objects);
}

/* --- points ------------------------------------------------------------ */

struct point_wanted {
    const struct applet_object *object;
    uint8_t *point;
};

static struct cache_entry *find_entry(const struct cache *cache,
                                      const struct applet_object *object)
{
    for (size_t i = 0; i < cache->count; i++) {
        struct cache_entry *entry = &cache->entries[i];
        struct applet_ref a = object_ref(&entry->object);
        struct applet_ref b = object_ref(object);

        if (entry->object.kind == object->kind && bytes_equal(a.id, b.id) &&
            bytes_equal(a.label, b.label))
            return entry;
    }
    return NULL;
}

static iotsim_result read_point(struct card *card, void *arg)
{
    struct point_wanted *wanted = arg;
    struct cache_entry *entry = find_entry(&card->cache, wanted->object);
    iotsim_result result = IOTSIM_OK;

    if (entry != NULL && entry->has_point) {
        memcpy(wanted->point, entry->point, sizeof entry->point);
        return IOTSIM_OK;
    }
    result = applet_read_public_key(&card->applet, object_ref(wanted->object),
                                    wanted->point);
    if (iotsim_ok(result) && entry != NULL) {
        memcpy(entry->point, wanted->point, sizeof entry->point);
        entry->has_point = true;
    }
    return result;
}

iotsim_result card_read_point(struct card *card,
                              const struct applet_object *object,
                              uint8_t point[APPLET_POINT_LEN])
{
    struct point_wanted wanted = { .object = object, .point = point };

    return card_run(card, read_point, &wanted, CARD_REPEATABLE);
}

/* --- files ------------------------------------------------------------- */

struct file_wanted {
    const struct applet_object *object;
    size_t size; /* octets to read, 0: to the end of what is in it */
    struct buf content;
};

static iotsim_result read_file(struct card *card, void *arg)
{
    struct file_wanted *wanted = arg;

    buf_cut(&wanted->content, 0);
    return applet_read_file(&card->applet, object_ref(wanted->object),
                            wanted->size, &wanted->content);
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
