/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of card/ share and nobody else sees: the card itself, what it
 * remembers, and the one way to it, card_run. Functions that take a card and
 * do not say otherwise are for work functions: they run under the card's lock,
 * inside a transaction, with the applet selected.
 */
#ifndef IOTSIM_CARD_INTERNAL_H
#define IOTSIM_CARD_INTERNAL_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/lock.h"
#include "card/card.h"

struct cache_entry {
    struct applet_object object;
    struct applet_public_key *public_half; /* NULL: not read yet */
    uint8_t *content;                      /* of a file, likewise */
    size_t content_len;
};

/* What the card told and need not be asked again; all zero is empty. */
struct cache {
    struct cache_entry *entries;
    size_t count;
    bool listed;      /* the entries are all that is on the card */
    size_t file_size; /* octets of all contents */
    bool has_capabilities;
    struct applet_capabilities capabilities;
};

/* What was learned about the modes of a key's signatures: the last algorithm
 * and hash refused in MODE_PAD_SIGN, and the mode that they were taken in then.
 * Guarded by the lock of the card. */
struct learned {
    uint8_t algorithm; /* 0: nothing was refused */
    uint16_t hash;
    _Atomic uint8_t mode; /* 0: none; read without the lock */
};

/* A volatile key pair of the card that this process has looked at, to fill it:
 * whose it is, and what was made in it last. */
struct container {
    atomic_uint owner; /* number of the key in it; 0: free. See ephemeral.c */
    struct applet_object private_key;
    struct applet_object public_key;
    uint8_t point[APPLET_POINT_LEN]; /* all zero: nothing was made */
    uint8_t other[APPLET_POINT_LEN]; /* what another process had in it last */
    struct deadline stale;           /* when that must have been left over */
};

enum { CONTAINERS_MAX = 16, STALE_MS = 30000 };

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
    int stale_ms; /* STALE_MS, but for tests */

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
    struct container containers[CONTAINERS_MAX];
    unsigned keys_made; /* ephemeral ones; gives them their numbers */
    bool filled;        /* volatile values were made on this channel */
};

/* Immutable, but for what is learned. */
struct key {
    struct learned learned;
    struct card *card;
    const struct key_type *type;
    uint8_t signatures; /* what the object list told; 0: nothing */
    uint16_t hashes;
    struct iotsim_uri uri;
    struct container *container; /* of an ephemeral key, else NULL */
    unsigned number;             /* its owner, as long as the key is not lost */
};

/* --- run.c ------------------------------------------------------------- */

/* Work to do on a card; `arg` is what card_run was given. As CARD_REPEATABLE it
 * may be done twice, the second time as if there had been no first one. All
 * other work is done once at most, however it fails. */
typedef iotsim_result card_work(struct card *card, void *arg);

enum card_repeat {
    CARD_ONCE,      /* work that may have changed the card when it fails */
    CARD_REPEATABLE /* work that may be done again when the link fails */
};

/* Do `work` under the card's lock, in one transaction, with the applet
 * selected. Not for work functions. */
IOTSIM_MUST_USE iotsim_result card_run(struct card *card, card_work *work,
                                       void *arg, enum card_repeat repeat);

/* When work that starts now must be done. */
struct deadline card_work_end(void);

/* The same, but wait no longer than `turn` for the lock and the transaction,
 * and have the work done by `end`. A second try has times of its own. Errors:
 * BUSY. */
IOTSIM_MUST_USE iotsim_result card_run_until(struct card *card, card_work *work,
                                             void *arg, enum card_repeat repeat,
                                             struct deadline turn,
                                             struct deadline end);

/* Empty the volatile containers when no key needs them: 1 exchange, on the
 * channel where they are. Nothing happens when that is gone, when the card is
 * busy, or in a forked child. */
void card_release(struct card *card);

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

/* Make `card->iccid` known; selects the applet anew when it is not, unless an
 * ephemeral key lives: it stays "" then. */
IOTSIM_MUST_USE iotsim_result card_read_iccid(struct card *card);

/* --- cache.c ----------------------------------------------------------- */

/* Forget what the card told. */
void card_flush(struct card *card);

/* No more of a list are read: a hostile one has 20000, and find.c walks it. */
enum { OBJECTS_MAX = 512 };

/* The objects of a card, copied from its cache. */
struct objects {
    struct applet_object *first; /* card_free_objects */
    size_t count;
    bool whole;
};

/* A card_work: fill in a struct objects. */
IOTSIM_MUST_USE iotsim_result cache_copy_objects(struct card *card, void *arg);

/* What is cached about `object`; NULL: it is not in the list. */
struct cache_entry *cache_find(struct card *card,
                               const struct applet_object *object);

/* True when the card does not know this form of GET DATA. */
bool cache_is_unknown(iotsim_result result);

/* The public key `object`; asks the card once. Not for work functions. */
IOTSIM_MUST_USE iotsim_result
card_read_public_key(struct card *card, const struct applet_object *object,
                     struct applet_public_key *out);

/* --- find.c ------------------------------------------------------------ */

/* The one object of `kind` that `uri` names among `count` of them; not `whole`
 * when the card may have more. What is not there then is not known, nor is
 * what has no name the only one: CARD_ANSWER. Errors: NOT_FOUND, AMBIGUOUS. */
IOTSIM_MUST_USE iotsim_result find_among(const struct applet_object *objects,
                                         size_t count, bool whole,
                                         enum applet_kind kind,
                                         const struct iotsim_uri *uri,
                                         struct applet_object *out);

/* The same on the card, for work functions; one that cannot list its objects is
 * asked for the one. Errors: NOT_FOUND, AMBIGUOUS. */
IOTSIM_MUST_USE iotsim_result find_object(struct card *card,
                                          enum applet_kind kind,
                                          const struct iotsim_uri *uri,
                                          struct applet_object *out);

/* The public key that goes with `private_key`: that of the same label, else
 * that of the same id. Errors: NO_KEY_PAIR, CARD_ANSWER. */
IOTSIM_MUST_USE iotsim_result find_pair(const struct objects *list,
                                        const struct applet_object *private_key,
                                        struct applet_object *out);

/* Note for each of `list` whether it is a public key that find_pair finds for
 * some private key; where it finds several, all of them. Errors: CARD_ANSWER
 * (the list is not whole, or longer than OBJECTS_MAX). */
IOTSIM_MUST_USE iotsim_result find_halves(const struct objects *list,
                                          bool is_half[OBJECTS_MAX]);

/* find_pair, asking the card. Not for work functions. */
IOTSIM_MUST_USE iotsim_result
card_find_pair(struct card *card, const struct applet_object *private_key,
               struct applet_object *out);

/* How a command names `object`, borrowed from it. */
struct applet_ref object_ref(const struct applet_object *object);

/* True when both have the label, the id, when there is one. */
bool object_same_label(const struct applet_object *a,
                       const struct applet_object *b);
bool object_same_id(const struct applet_object *a,
                    const struct applet_object *b);

/* --- key.c ------------------------------------------------------------- */

/* How a command names the key, borrowed from it. */
struct applet_ref key_get_ref(const struct key *key);

/* True when `half` is a public key of this type. */
bool key_type_fits(const struct key_type *type,
                   const struct applet_public_key *half);

/* --- generate.c -------------------------------------------------------- */

/* Give the objects of a pair the ids that GENERATE KEY PAIR told. True when
 * they had others. */
bool generate_take_ids(const struct applet_pair *pair,
                       struct applet_object *private_key,
                       struct applet_object *public_key);

/* --- ephemeral.c ------------------------------------------------------- */

/* True when some ephemeral key of this process is alive. Any thread. */
bool ephemeral_is_alive(const struct card *card);

/* The channel is a fresh one, without any volatile value: the keys are gone. */
void ephemeral_lose(struct card *card);

/* In a child of fork: none of the containers is ours. */
void ephemeral_forget(struct card *card);

/* True when the key has agreed or is known to be lost. Any thread; in a child
 * of fork not before the card was used there. False for any other key. */
bool ephemeral_is_lost(const struct key *key);

/* Check that the card still has the key. Errors: KEY_LOST. */
IOTSIM_MUST_USE iotsim_result ephemeral_check(struct card *card,
                                              const struct key *key);

/* The key has agreed: its container is free. For any other key nothing. */
void ephemeral_spend(const struct key *key);

/* Give the container of a key back; any other key is left alone. Not for work
 * functions. */
void ephemeral_release(struct key *key);

#endif
