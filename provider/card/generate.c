/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new key pair in a container that is there for it (IoT.05 2.11). Whatever
 * was in it is gone, and the ids may be others than before: so it is never done
 * twice, and what the card told before is forgotten. What it told before is not
 * trusted either: the container is looked up anew in the same transaction,
 * since another process, or another profile of an eUICC, may have come between.
 *
 * Exchanges: the list (GET DATA of the object on a card without) and B9.
 */
#include <string.h>

#include "card/internal.h"

static bool take_id(const uint8_t *id, size_t len, struct applet_object *object)
{
    if (len == 0 ||
        bytes_equal(bytes_of(id, len), bytes_of(object->id, object->id_len)))
        return false;
    memcpy(object->id, id, len);
    object->id_len = len;
    return true;
}

bool generate_take_ids(const struct applet_pair *pair,
                       struct applet_object *private_key,
                       struct applet_object *public_key)
{
    bool private_changed =
        take_id(pair->private_id, pair->private_id_len, private_key);
    bool public_changed =
        take_id(pair->public_id, pair->public_id_len, public_key);

    return private_changed || public_changed;
}

/* Whether a persistent key of `type` (NULL: any) can be made in `container`. */
static iotsim_result check_container(const struct applet_object *container,
                                     const struct key_type *type)
{
    const struct key_type *there = key_type_of_octet(container->key_type);

    if (there == NULL)
        return IOTSIM_FAIL(UNSUPPORTED);
    if (container->key_type != there->persistent ||
        (type != NULL && type != there))
        return IOTSIM_FAIL(WRONG_CONTAINER);
    return IOTSIM_OK;
}

struct generation {
    const struct iotsim_uri *uri;
    const struct key_type *type;
    struct applet_object container;
    bool sent;
    iotsim_result result; /* once it was sent */
    struct applet_pair pair;
};

static iotsim_result generate(struct card *card, void *arg)
{
    struct generation *generation = arg;
    struct applet_object *container = &generation->container;
    iotsim_result result;

    if (generation->sent)
        return IOTSIM_OK; /* never twice */
    card_flush(card);
    result = find_object(card, APPLET_PRIVATE_KEY, generation->uri, container);
    if (iotsim_ok(result))
        result = check_container(container, generation->type);
    if (!iotsim_ok(result))
        return result;
    generation->sent = true;
    card->applet.store_changed = true; /* even if the answer gets lost */
    generation->result = applet_generate_key_pair(
        &card->applet, object_ref(container), &generation->pair);
    return generation->result;
}

iotsim_result key_generate(struct card *card, const struct iotsim_uri *uri,
                           const struct key_type *type,
                           struct applet_public_key *public_half,
                           struct key **out)
{
    struct generation generation = { .uri = uri, .type = type };
    struct applet_object *container = &generation.container;
    struct applet_object public_key = { .kind = APPLET_PUBLIC_KEY };
    iotsim_result result =
        card_run(card, generate, &generation, CARD_REPEATABLE);

    *out = NULL;
    if (generation.sent)
        result = generation.result;
    if (!iotsim_ok(result))
        return result;
    if (!key_type_fits(key_type_of_octet(container->key_type),
                       &generation.pair.key))
        return IOTSIM_FAIL(CARD_ANSWER);
    generate_take_ids(&generation.pair, container, &public_key);
    *public_half = generation.pair.key;
    return key_new_of_object(card, uri, container, out);
}
