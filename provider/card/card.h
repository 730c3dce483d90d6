/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cards and keys as the threads of a process share them. A card is found by
 * the way to reach it and counted; nothing is sent until it is used. Its
 * channel is opened by the first use and closed when the last reference goes.
 * A key is the immutable name of a key object together with its public half; it
 * keeps its card.
 *
 * Thread rule: every function may be called by any thread at any time.
 * Every function that talks to the card waits at most the setting `timeout`
 * for its turn and then at most two minutes for each of two tries. Errors
 * of any such function, besides those named: those of applet.h and
 * transport.h, BUSY, OTHER_CARD, NO_APPLET, NO_CHANNEL.
 */
#ifndef IOTSIM_CARD_CARD_H
#define IOTSIM_CARD_CARD_H

#include "applet/applet.h"
#include "base/buf.h"
#include "card/settings.h"
#include "iotsim/result.h"
#include "iotsim/uri.h"

struct card;
struct key;

/* --- cards ------------------------------------------------------------- */

/* The card that `uri`, completed by `settings`, leads to: a shared one when it
 * is known already (with the timeout of those who came first). No I/O. Give
 * back with card_free.
 * Errors: BAD_SETTING (unknown transport), NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result card_get(const struct settings *settings,
                                       const struct iotsim_uri *uri,
                                       struct card **out);

/* Take one more reference. */
struct card *card_ref(struct card *card);

/* Give a reference back; the last one closes the channel. Accepts NULL. */
void card_free(struct card **card);

/* What `iotsim info` shows. */
struct card_info {
    char where[TRANSPORT_PLACE_MAX + 1]; /* reader or device */
    char transport[IOTSIM_TRANSPORT_MAX + 1];
    char iccid[CHANNEL_ICCID_MAX + 1]; /* "" when the card has none */
    uint8_t aid[IOTSIM_AID_MAX];
    size_t aid_len;
    struct applet_capabilities capabilities;
};

/* Reader, ICCID and what the applet can do. */
IOTSIM_MUST_USE iotsim_result card_get_info(struct card *card,
                                            struct card_info *out);

/* Copy of the objects on the card, read once and kept until the card says that
 * its store has changed. `*whole` is false when the card's list could be read
 * only up to some point. Free `*objects` with card_free_objects. */
IOTSIM_MUST_USE iotsim_result card_get_objects(struct card *card,
                                               struct applet_object **objects,
                                               size_t *count, bool *whole);

/* Free a copy made by card_get_objects, null the pointer. Accepts NULL. */
void card_free_objects(struct applet_object **objects);

/* Let `uri` name `object` by type, label and id. A label that is no text (it
 * holds a NUL) is left out. */
void card_name_object(const struct applet_object *object,
                      struct iotsim_uri *uri);

/* True when `object` is one that `uri` names: type, label and id, as far as
 * each is given. */
bool card_object_matches(const struct applet_object *object,
                         const struct iotsim_uri *uri);

/* The one object that `uri` names among those of `kind`.
 * Errors: NOT_FOUND, AMBIGUOUS. */
IOTSIM_MUST_USE iotsim_result card_find(struct card *card,
                                        enum applet_kind kind,
                                        const struct iotsim_uri *uri,
                                        struct applet_object *out);

/* The content of a file object, zero padding included, or a certificate as far
 * as its DER goes, in a new block of `*len` octets; free with card_free_file.
 * Errors: NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result card_read_file(struct card *card,
                                             const struct applet_object *file,
                                             uint8_t **data, size_t *len);

/* Free a block made by card_read_file, null the pointer. Accepts NULL. */
void card_free_file(uint8_t **data);

/* Append `len` octets of the card's random generator to `out`. */
IOTSIM_MUST_USE iotsim_result card_get_random(struct card *card, size_t len,
                                              struct buf *out);

/* --- keys -------------------------------------------------------------- */

/* Curves that the applet knows. One table, in key.c. */
struct key_curve {
    const char *group;  /* OpenSSL's name of the group */
    uint8_t persistent; /* key type octets of IoT.05 */
    uint8_t volatile_;
    size_t field_len; /* octets of a coordinate */
};

/* The curve of an IoT.05 key type or of an OpenSSL group name (any case), or
 * NULL. */
const struct key_curve *key_curve_of_type(uint8_t key_type);
const struct key_curve *key_curve_of_group(const char *group);

/* The key that a reference names: private unless `uri` says type=public. No
 * I/O. `uri` must have a label or an id. Errors: BAD_REFERENCE (it has
 * neither), BAD_SETTING, NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result
key_new_reference(const struct settings *settings, const struct iotsim_uri *uri,
                  const struct key_curve *curve,
                  const uint8_t point[APPLET_POINT_LEN], struct key **out);

/* The key of `object` (a private or public key of the list of `card`), its
 * public half read from the card: for a private key from the public key of the
 * same label, else of the same id. `uri` is how the user named it; the key's
 * own URI gets type, label and id of the object. Errors: NO_KEY_PAIR,
 * UNSUPPORTED (its type is no curve that we know). */
IOTSIM_MUST_USE iotsim_result key_load(struct card *card,
                                       const struct iotsim_uri *uri,
                                       const struct applet_object *object,
                                       struct key **out);

/* The same with a public half that the caller knows from elsewhere (a
 * certificate): no I/O. */
IOTSIM_MUST_USE iotsim_result
key_load_with_point(struct card *card, const struct iotsim_uri *uri,
                    const struct applet_object *object,
                    const uint8_t point[APPLET_POINT_LEN], struct key **out);

/* Free the key, give its card back, null the pointer. Accepts NULL. */
void key_free(struct key **key);

/* Borrowed from the key. Its URI names it by type, label and id, without a
 * PIN. */
const struct key_curve *key_get_curve(const struct key *key);
const uint8_t *key_get_point(const struct key *key); /* APPLET_POINT_LEN */
const struct iotsim_uri *key_get_uri(const struct key *key);

/* True when the key names a private key on a card. */
bool key_is_private(const struct key *key);

/* Sign `hash` (1 to APPLET_HASH_MAX octets) with a private key by ECDSA:
 * the hash is cut or led with zeros to the length of the field, as ECDSA does
 * (FIPS 186-5 6.4.1), and sent as a final hash of SHA-256; append r || s
 * (APPLET_RS_LEN octets) to `signature`. On failure `signature` is unchanged.
 * Errors: BAD_ARGUMENT (not a private key), NOT_PERMITTED. */
IOTSIM_MUST_USE iotsim_result key_sign(struct key *key, struct bytes hash,
                                       struct buf *signature);

#endif
