/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cards and keys as the threads of a process share them. A card is found by
 * the way to reach it and counted; nothing is sent until it is used. Its
 * channel is opened by the first use and closed when the last reference goes.
 * A key is the name of a key object and keeps its card; all that changes in it
 * is what key_get_mode tells.
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
    /* "" when the card has none, or while an ephemeral key lives on its channel
     * (it would take another one to ask). */
    char iccid[CHANNEL_ICCID_MAX + 1];
    uint8_t aid[IOTSIM_AID_MAX];
    size_t aid_len;
    struct applet_capabilities capabilities;
};

/* Reader, ICCID and what the applet can do. */
IOTSIM_MUST_USE iotsim_result card_get_info(struct card *card,
                                            struct card_info *out);

/* Copy of the objects on the card, 512 at most, read once and kept until the
 * card says that its store has changed. `*whole` is false when the card's list
 * could be read only up to some point, or has more: it is read each time then.
 * Free `*objects` with card_free_objects. */
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
 * Read once, as the objects are. Errors: NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result card_read_file(struct card *card,
                                             const struct applet_object *file,
                                             uint8_t **data, size_t *len);

/* Free a block made by card_read_file, null the pointer. Accepts NULL. */
void card_free_file(uint8_t **data);

/* Append `len` octets of the card's random generator to `out`, waiting no
 * longer than `until` for all of it: turn, transaction and work; one try. Only
 * what must be given back, a channel, may take half a second more: it would be
 * lost to everybody. On failure `out` is unchanged and the rest of its storage
 * cleansed. */
IOTSIM_MUST_USE iotsim_result card_get_random(struct card *card, size_t len,
                                              struct deadline until,
                                              struct buf *out);

/* --- keys -------------------------------------------------------------- */

/* Kinds of keys that the applet knows. One table, in key.c. */
struct key_type {
    const char *group;  /* OpenSSL's name of the curve; NULL: RSA */
    uint8_t persistent; /* key type octets of IoT.05 */
    uint8_t volatile_;  /* 0: there is none */
    size_t len;         /* octets of a coordinate or of the modulus */
};

/* The type that has an IoT.05 key type octet, that is on an OpenSSL group (any
 * case, any of its names), that is RSA with a modulus of `len` octets; or
 * NULL. */
const struct key_type *key_type_of_octet(uint8_t octet);
const struct key_type *key_type_of_group(const char *group);
const struct key_type *key_type_of_rsa(size_t len);

/* The key that a reference names: private unless `uri` says type=public. No
 * I/O. `uri` must have a label or an id. Errors: BAD_REFERENCE (it has
 * neither), BAD_SETTING, NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result key_new_reference(const struct settings *settings,
                                                const struct iotsim_uri *uri,
                                                const struct key_type *type,
                                                struct key **out);

/* The key of `object` (a private or public key of the list of `card`), whose
 * public half the caller knows from elsewhere (a certificate). `uri` is how the
 * user named it; the key's own URI gets type, label and id of the object. No
 * I/O. Errors: UNSUPPORTED (its type is none that we know), NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result
key_new_of_object(struct card *card, const struct iotsim_uri *uri,
                  const struct applet_object *object, struct key **out);

/* The same with the public half read from the card into `public_half`: for a
 * private key from the public key of the same label, else of the same id. Read
 * once, but each time from a pair that may be generated anew.
 * Errors: NO_KEY_PAIR, CARD_ANSWER (a public half of another type). */
IOTSIM_MUST_USE iotsim_result key_load(struct card *card,
                                       const struct iotsim_uri *uri,
                                       const struct applet_object *object,
                                       struct applet_public_key *public_half,
                                       struct key **out);

/* GENERATE KEY PAIR into the one private key container that `uri` names, which
 * must be of `type` (NULL: any that we know): the new key and its public half.
 * Its URI has the id that the card gave. Never done twice.
 * Errors: NOT_FOUND, AMBIGUOUS, WRONG_CONTAINER (also: a volatile one),
 * UNSUPPORTED (a type that we do not know). */
IOTSIM_MUST_USE iotsim_result
key_generate(struct card *card, const struct iotsim_uri *uri,
             const struct key_type *type, struct applet_public_key *public_half,
             struct key **out);

/* GENERATE KEY PAIR into a volatile container of `type` that nobody uses: a key
 * for one key agreement. The container is the key's until it has agreed or is
 * freed. When all are in use: BUSY at once, unless `wait`; then wait for one as
 * long as the setting `timeout` says, and at last take one that only another
 * process has. See ephemeral.c. Errors: NO_CONTAINER, BUSY. */
IOTSIM_MUST_USE iotsim_result key_generate_ephemeral(
    struct card *card, const struct key_type *type, bool wait,
    struct applet_public_key *public_half, struct key **out);

/* Free the key, give its container and its card back, null the pointer.
 * Accepts NULL. No I/O but the closing of the last reference of a card, and the
 * emptying of containers with the last living ephemeral key that has not
 * agreed: 1 exchange; half a second at most for the turn and for the exchange;
 * nothing when the card is busy for longer. */
void key_free(struct key **key);

/* Borrowed from the key. Its URI names it by type, label and id, without a
 * PIN. */
const struct key_type *key_get_type(const struct key *key);
const struct iotsim_uri *key_get_uri(const struct key *key);

/* True when the key names a private key on a card. */
bool key_is_private(const struct key *key);

/* True when the key lives in a volatile container (key_generate_ephemeral). */
bool key_is_ephemeral(const struct key *key);

/* False when the card has told that the key cannot make or verify such a
 * signature (SIGN_, HASH_); true when it can or has not been asked. For ECDSA
 * SHA-256 stands for every hash, as in key_sign. No I/O. */
bool key_offers(const struct key *key, uint8_t algorithm, uint16_t hash);

/* The mode (MODE_) to sign in when nobody asks for another: MODE_PAD_SIGN, or
 * what the card has taken for this key where it had refused that, until it
 * refuses the one or takes the other. No I/O. */
uint8_t key_get_mode(const struct key *key);

/* Sign `message` with a private key; append to `signature` r || s
 * (APPLET_RS_LEN octets) or the number of an RSA key (type->len octets). A
 * final hash for ECDSA may have any length up to APPLET_HASH_MAX: it is cut or
 * led with zeros to the length of the field, as ECDSA does (FIPS 186-5 6.4.1),
 * and sent as a final hash of SHA-256. On failure `signature` is unchanged.
 * Errors: BAD_ARGUMENT (not a private key), NOT_PERMITTED, WRONG_MODE (the card
 * refuses this mode, or this algorithm, for the key; the caller may try
 * another mode, and key_get_mode will tell one that is taken then). */
IOTSIM_MUST_USE iotsim_result key_sign(struct key *key,
                                       const struct applet_message *message,
                                       struct buf *signature);

/* Let the card verify `signature`, of the shape that key_sign makes, by the
 * public key object that the key is, or that goes with it. `*valid` tells the
 * verdict, false on failure. Errors: BAD_ARGUMENT, NO_KEY_PAIR, NOT_PERMITTED,
 * WRONG_MODE. */
IOTSIM_MUST_USE iotsim_result key_verify(struct key *key,
                                         const struct applet_message *message,
                                         struct bytes signature, bool *valid);

/* ECDH of a private key with the point `peer` (04 X Y), which the caller has
 * found to be on the curve: PUT PUBLIC KEY into a container for such keys and
 * COMPUTE DH, in one transaction. The caller cleanses `secret`, which is
 * unchanged on failure. An ephemeral key is checked to be the one that was
 * made, and serves once. Errors: BAD_ARGUMENT (no private EC key),
 * NO_CONTAINER, KEY_LOST. */
IOTSIM_MUST_USE iotsim_result key_agree(struct key *key,
                                        const uint8_t peer[APPLET_POINT_LEN],
                                        uint8_t secret[APPLET_SECRET_LEN]);

#endif
