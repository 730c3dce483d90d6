/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of card/ share and nobody else sees: the card itself, what it
 * remembers, and the one way to it, card_run. Functions that take a card and
 * do not say otherwise are for work functions: they run under the card's lock,
 * inside a transaction, with the applet selected.
 */
#ifndef IOTSIM_CARD_INTERNAL_H
#define IOTSIM_CARD_INTERNAL_H

#include <sys/types.h>

#include "base/lock.h"
#include "card/card.h"

struct cache_entry {
    struct applet_object object;
    bool has_point;
    uint8_t point[APPLET_POINT_LEN];
};

/* What the card told and need not be asked again; all zero is empty. */
struct cache {
    struct cache_entry *entries;
    size_t count;
    bool listed; /* the entries are all that is on the card */
    bool has_capabilities;
    struct applet_capabilities capabilities;
};

struct card {
    struct refs refs;
    struct card *next; /* pool.c, under its lock */

    /* The way to the card: fixed. */
    const struct transport_ops *ops;
    char place[IOTSIM_PLACE_MAX + 1];
    char token[IOTSIM_TOKEN_MAX + 1];
    uint8_t aid[IOTSIM_AID_MAX];
    size_t aid_len; /* 0: any that we know */
    uint32_t timeout_ms;

    struct lock lock;      /* run.c; guards all below */
    pid_t process;         /* whose link this is */
    bool inside;           /* a thread is at work on what follows */
    bool fresh;            /* the channel was opened by this request */
    struct deadline until; /* of the work of this request */
    struct transport transport;
    struct applet applet;
    struct bytes selected; /* AID of the applet; empty until it is found */
    bool iccid_known;
    char iccid[CHANNEL_ICCID_MAX + 1];
    struct cache cache;
};

/* --- run.c ------------------------------------------------------------- */

/* Work to do on a card; `arg` is what card_run was given. It may be done twice
 * and must not leave anything behind when it fails. */
typedef iotsim_result card_work(struct card *card, void *arg);

enum card_repeat {
    CARD_ONCE,      /* work that may already have changed the card */
    CARD_REPEATABLE /* work that may be done again when the link fails */
};

/* Do `work` under the card's lock, in one transaction, with the applet
 * selected. Not for work functions. */
IOTSIM_MUST_USE iotsim_result card_run(struct card *card, card_work *work,
                                       void *arg, enum card_repeat repeat);

/* Give back the channel and the link of a card that nobody else has. */
void card_close(struct card *card);

/* --- open.c ------------------------------------------------------------ */

/* Reach the card: leave a transaction begun and the applet selected. On
 * failure no transaction is open. For run.c. */
IOTSIM_MUST_USE iotsim_result card_enter(struct card *card,
                                         struct deadline until);

/* Forget a channel that the card no longer has, and what the card told: it may
 * have been reset to become another (a profile of an eUICC). No exchange. */
void card_forget_channel(struct card *card);

/* Close the link, too: no exchange. */
void card_drop_link(struct card *card);

/* Make `card->iccid` known; selects the applet anew when it is not. */
IOTSIM_MUST_USE iotsim_result card_read_iccid(struct card *card);

/* --- cache.c ----------------------------------------------------------- */

/* Make the cache empty. */
void cache_flush(struct cache *cache);

/* The point of the public key `object`; asks the card once. Not for work
 * functions. */
IOTSIM_MUST_USE iotsim_result
card_read_point(struct card *card, const struct applet_object *object,
                uint8_t point[APPLET_POINT_LEN]);

/* --- find.c ------------------------------------------------------------ */

/* The one object of `kind` that `uri` names among `count` of them; not `whole`
 * when the card may have more. What is not there then is not known, nor is
 * what has no name the only one: CARD_ANSWER. Errors: NOT_FOUND, AMBIGUOUS. */
IOTSIM_MUST_USE iotsim_result find_among(const struct applet_object *objects,
                                         size_t count, bool whole,
                                         enum applet_kind kind,
                                         const struct iotsim_uri *uri,
                                         struct applet_object *out);

/* How a command names `object`, borrowed from it. */
struct applet_ref object_ref(const struct applet_object *object);

/* The public key that goes with `private_key`: that of the same label, else
 * that of the same id. Errors: NO_KEY_PAIR. Not for work functions. */
IOTSIM_MUST_USE iotsim_result
card_find_pair(struct card *card, const struct applet_object *private_key,
               struct applet_object *out);

/* --- key.c ------------------------------------------------------------- */

/* The card of the key, borrowed. */
struct card *key_get_card(const struct key *key);

/* How a command names the key, borrowed from it. */
struct applet_ref key_get_ref(const struct key *key);

#endif
