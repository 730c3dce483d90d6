/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a card told once: its objects, its public keys, what its applet can do;
 * the content of its files is read in files.c. Kept while the channel lives;
 * dropped with it, since a reset may bring another profile of an eUICC, and
 * when the card says that its store has changed (63CF, 6989). No card says that
 * of a key pair which another process has generated.
 */
#include <string.h>

#include "apdu/sw.h"
#include "base/log.h"
#include "base/mem.h"
#include "card/internal.h"

static void forget_entries(struct cache *cache)
{
    for (size_t i = 0; i < cache->count; i++) {
        MEM_FREE(cache->entries[i].public_half);
        MEM_FREE(cache->entries[i].content);
    }
    MEM_FREE(cache->entries);
    cache->count = 0;
    cache->file_size = 0;
    cache->listed = false;
}

void card_flush(struct card *card)
{
    forget_entries(&card->cache);
    card->cache = (struct cache){ 0 };
}

/* --- what the applet can do -------------------------------------------- */

bool cache_is_unknown(iotsim_result result)
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
    return cache_is_unknown(result) ? IOTSIM_OK : result;
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

/* A list that cannot be read to its end, or has none within reason, serves
 * once: it is not kept. */
static iotsim_result parse_list(struct cache *cache, struct bytes octets)
{
    struct applet_list list = { .rest = octets };
    struct applet_object object;
    size_t count = 0;
    bool whole;

    while (count < OBJECTS_MAX && applet_next_object(&list, &object))
        count++;
    whole = !applet_next_object(&list, &object) && !list.rest.failed;
    if (!whole)
        log_at(LOG_WARN, "card", "object list not read beyond %zu objects",
               count);
    forget_entries(cache);
    cache->entries = mem_new((count + 1) * sizeof *cache->entries);
    if (cache->entries == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    list = (struct applet_list){ .rest = octets };
    while (cache->count < count &&
           applet_next_object(&list, &cache->entries[cache->count].object))
        cache->count++;
    cache->listed = whole;
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
    else if (cache_is_unknown(result))
        result = IOTSIM_FAIL_SW(UNSUPPORTED, result.sw);
    mem_free(&storage, APPLET_LIST_MAX);
    return result;
}

iotsim_result cache_copy_objects(struct card *card, void *arg)
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
    iotsim_result result =
        card_run(card, cache_copy_objects, &copy, CARD_REPEATABLE);

    *objects = copy.first;
    *count = copy.count;
    *whole = copy.whole;
    return result;
}

void card_free_objects(struct applet_object **objects)
{
    MEM_FREE(*objects);
}

struct cache_entry *cache_find(struct card *card,
                               const struct applet_object *object)
{
    for (size_t i = 0; i < card->cache.count; i++) {
        struct cache_entry *entry = &card->cache.entries[i];
        struct applet_ref a = object_ref(&entry->object);
        struct applet_ref b = object_ref(object);

        if (entry->object.kind == object->kind && bytes_equal(a.id, b.id) &&
            bytes_equal(a.label, b.label))
            return entry;
    }
    return NULL;
}

/* --- public keys ------------------------------------------------------- */

struct key_wanted {
    const struct applet_object *object;
    struct applet_public_key *out;
};

static bool is_renewable(const struct applet_object *key)
{
    return (key->functions & FUNCTION_KEY_GENERATION) != 0;
}

/* True when another process, or another card of this one, may have a new pair
 * generated: either half may tell. */
static bool may_change(const struct cache *cache,
                       const struct applet_object *half)
{
    if (is_renewable(half))
        return true;
    for (size_t i = 0; i < cache->count; i++) {
        const struct applet_object *other = &cache->entries[i].object;

        if (other->kind == APPLET_PRIVATE_KEY && is_renewable(other) &&
            (object_same_label(other, half) || object_same_id(other, half)))
            return true;
    }
    return false;
}

/* Few objects are public keys, and few of these are ever asked for. */
static void keep_key(const struct cache *cache, struct cache_entry *entry,
                     const struct applet_public_key *key)
{
    if (entry == NULL || may_change(cache, &entry->object))
        return;
    entry->public_half = mem_new(sizeof *key);
    if (entry->public_half != NULL)
        *entry->public_half = *key;
}

static iotsim_result read_key(struct card *card, void *arg)
{
    struct key_wanted *wanted = arg;
    struct cache_entry *entry = cache_find(card, wanted->object);
    iotsim_result result;

    if (entry != NULL && entry->public_half != NULL) {
        *wanted->out = *entry->public_half;
        return IOTSIM_OK;
    }
    result = applet_read_public_key(&card->applet, object_ref(wanted->object),
                                    wanted->out);
    if (iotsim_ok(result))
        keep_key(&card->cache, entry, wanted->out);
    return result;
}

iotsim_result card_read_public_key(struct card *card,
                                   const struct applet_object *object,
                                   struct applet_public_key *out)
{
    struct key_wanted wanted = { .object = object, .out = out };

    return card_run(card, read_key, &wanted, CARD_REPEATABLE);
}
