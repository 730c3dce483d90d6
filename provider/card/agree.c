/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDH (IoT.05 2.5.3; reference 3.7, 3.12): the point of the peer goes into a
 * public key object that is there for it, and the card computes. Both in one
 * transaction, for any process may put its peer's point there at any time.
 *
 * Exchanges: 4 (24, D8, 24, 46), READ PUBLIC KEY before them for an ephemeral
 * key.
 */
#include <string.h>

#include "base/mem.h"
#include "card/internal.h"

/* --- the container for the point of the peer --------------------------- */

/* From what must not be taken to what is best. Nobody expects a volatile value
 * to stay. A persistent key that verifies may be what is trusted; even of the
 * others an empty one loses nothing. */
enum place { PLACE_NONE, PLACE_FULL, PLACE_EMPTY, PLACE_VOLATILE };

static enum place judge(const struct applet_object *object,
                        const struct key_type *type)
{
    if (object->kind != APPLET_PUBLIC_KEY ||
        key_type_of_octet(object->key_type) != type ||
        (object->access & ACCESS_UPDATE) == 0 ||
        (object->functions & FUNCTION_KEY_AGREEMENT) == 0)
        return PLACE_NONE;
    if (object->key_type == type->volatile_)
        return PLACE_VOLATILE;
    if ((object->functions & FUNCTION_SIGNATURE) != 0)
        return PLACE_NONE;
    return object->state == STATE_ACTIVATED ? PLACE_FULL : PLACE_EMPTY;
}

/* The first one of the best that are no public half of a pair.
 * Errors: NO_CONTAINER, CARD_ANSWER. */
static iotsim_result find_place(const struct objects *list,
                                const struct key_type *type,
                                const struct applet_object **out)
{
    bool is_half[OBJECTS_MAX];
    enum place best = PLACE_NONE;
    iotsim_result result = find_halves(list, is_half);

    if (!iotsim_ok(result))
        return result;
    for (size_t i = 0; i < list->count; i++) {
        enum place place = judge(&list->first[i], type);

        if (place > best && !is_half[i]) {
            best = place;
            *out = &list->first[i];
        }
    }
    return best == PLACE_NONE ? IOTSIM_FAIL(NO_CONTAINER) : IOTSIM_OK;
}

/* --- the agreement ----------------------------------------------------- */

struct agreement {
    const struct key *key;
    const uint8_t *peer;
    uint8_t secret[APPLET_SECRET_LEN];
};

static iotsim_result agree_by_list(struct card *card,
                                   struct agreement *agreement,
                                   const struct objects *list)
{
    const struct applet_object *place = NULL;
    iotsim_result result = find_place(list, agreement->key->type, &place);

    if (iotsim_ok(result))
        result = applet_put_public_key(&card->applet, object_ref(place),
                                       agreement->peer);
    if (iotsim_ok(result))
        result = applet_compute_dh(&card->applet, key_get_ref(agreement->key),
                                   object_ref(place), agreement->secret);
    return result;
}

static iotsim_result agree(struct card *card, void *arg)
{
    struct agreement *agreement = arg;
    struct objects list = { 0 };
    iotsim_result result = IOTSIM_OK;

    if (key_is_ephemeral(agreement->key))
        result = ephemeral_check(card, agreement->key);
    if (!iotsim_ok(result))
        return result;
    result = cache_copy_objects(card, &list);
    if (iotsim_is(result, IOTSIM_ERR_UNSUPPORTED))
        return IOTSIM_FAIL_SW(NO_CONTAINER, result.sw);
    if (iotsim_ok(result))
        result = agree_by_list(card, agreement, &list);
    if (iotsim_ok(result))
        ephemeral_spend(agreement->key);
    card_free_objects(&list.first);
    return result;
}

iotsim_result key_agree(struct key *key, const uint8_t peer[APPLET_POINT_LEN],
                        uint8_t secret[APPLET_SECRET_LEN])
{
    struct agreement agreement = { .key = key, .peer = peer };
    iotsim_result result;

    if (!key_is_private(key) || key->type->group == NULL)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (ephemeral_is_lost(key))
        return IOTSIM_FAIL(KEY_LOST);
    result = card_run(key->card, agree, &agreement,
                      key_is_ephemeral(key) ? CARD_ONCE : CARD_REPEATABLE);
    if (iotsim_ok(result))
        memcpy(secret, agreement.secret, sizeof agreement.secret);
    mem_cleanse(agreement.secret, sizeof agreement.secret);
    if (key_is_ephemeral(key) && iotsim_is(result, IOTSIM_ERR_CARD_RESET))
        return IOTSIM_FAIL(KEY_LOST);
    return result;
}
