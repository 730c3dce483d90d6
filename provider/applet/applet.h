/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an IoT SAFE applet can do: every command of GSMA IoT.05 as one
 * function. Nothing here allocates, locks or logs. All calls are made inside
 * a transaction of the transport, by one thread at a time.
 *
 * Errors that any command can give: CARD_STATUS, CARD_ANSWER, CARD_UPDATING
 * (6984), NOT_PERMITTED (6985), NOT_FOUND (6A82), UNSUPPORTED (6D00), BUSY
 * (6989), and those of the transport; `sw` holds the status word. 63CF is
 * success and sets `store_changed`.
 */
#ifndef IOTSIM_APPLET_APPLET_H
#define IOTSIM_APPLET_APPLET_H

#include "apdu/channel.h"
#include "applet/tags.h"
#include "base/buf.h"
#include "iotsim/result.h"

enum {
    APPLET_ID_MAX = 20,         /* octets of an id */
    APPLET_LABEL_MAX = 60,      /* octets of a label */
    APPLET_IDENTIFIER_MAX = 32, /* octets of the proprietary identifier */
    APPLET_POINT_LEN = 65,      /* 04 X Y, 256-bit curves */
    APPLET_MODULUS_MAX = 512,   /* octets, RSA 4096 */
    APPLET_EXPONENT_MAX = 8,    /* octets */
    APPLET_SIGNATURE_MAX = 512, /* octets, RSA 4096 */
    APPLET_RS_LEN = 64,         /* r || s, 256-bit curves */
    APPLET_HASH_MAX = 64,       /* octets, SHA-512 */
    APPLET_SECRET_LEN = 32,     /* x coordinate, 256-bit curves */
    APPLET_FILE_MAX = 0x7fff,   /* octets of a file that P1 P2 can address */
    APPLET_LIST_MAX = 0x10000,  /* octets of an object list that we accept */
    APPLET_CLOSE_MS = 500 /* to close a channel or session, however late */
};

struct applet {
    struct channel channel;
    struct deadline until; /* no command waits longer; the caller moves it */
    bool store_changed;    /* set by 63CF and 6989; the caller clears it */
    bool close_sessions;   /* learned: a finished session must be closed */
    bool short_signature;  /* learned: tag 33 has a one-octet length */
};

enum applet_kind {
    APPLET_PRIVATE_KEY = TAG_PRIVATE_KEY_INFORMATION,
    APPLET_PUBLIC_KEY = TAG_PUBLIC_KEY_INFORMATION,
    APPLET_FILE = TAG_FILE_INFORMATION,
    APPLET_SECRET_KEY = TAG_SECRET_KEY_INFORMATION
};

/* Names one object: by id when `id` is not empty, else by label. */
struct applet_ref {
    struct bytes id;
    struct bytes label;
};

/* GET DATA - application. What the card did not tell is 0. */
struct applet_capabilities {
    uint8_t version; /* 10 = 1.0 */
    uint8_t identifier[APPLET_IDENTIFIER_MAX];
    size_t identifier_len;
    uint8_t files; /* maximum counts */
    uint8_t private_keys;
    uint8_t public_keys;
    uint8_t secret_keys;
    uint8_t sessions;
    uint8_t functions;  /* FUNCTION_ bits */
    uint16_t hashes;    /* HASH_ bits */
    uint8_t signatures; /* SIGN_ bits */
    uint8_t agreements;
    uint8_t derivations; /* DERIVE_ bits */
};

/* One object of the list. What the card did not tell is 0. */
struct applet_object {
    uint8_t id[APPLET_ID_MAX];
    size_t id_len;
    uint8_t label[APPLET_LABEL_MAX];
    size_t label_len;
    enum applet_kind kind;
    uint8_t access;
    uint8_t state;
    uint8_t key_type;
    uint8_t key_usage;
    uint8_t functions;
    uint16_t hashes;
    uint8_t signatures;
    uint8_t agreements;
    uint8_t derivations;
    uint8_t file_usage;
    uint16_t file_size; /* declared octets; the content may be shorter */
};

/* A public key: the point of an EC key, or modulus and exponent of an RSA key.
 * The lengths of what it does not have are 0; numbers have no leading zero. */
struct applet_public_key {
    uint8_t point[APPLET_POINT_LEN]; /* 04 X Y */
    size_t point_len;
    uint8_t modulus[APPLET_MODULUS_MAX];
    size_t modulus_len;
    uint8_t exponent[APPLET_EXPONENT_MAX];
    size_t exponent_len;
};

/* The answer of GENERATE KEY PAIR. Lengths are 0 for what was not told. */
struct applet_pair {
    uint8_t private_id[APPLET_ID_MAX];
    size_t private_id_len;
    uint8_t public_id[APPLET_ID_MAX];
    size_t public_id_len;
    struct applet_public_key key;
};

/* What is signed or verified, and how (IoT.05 2.5.14). */
struct applet_message {
    uint8_t mode;          /* MODE_ */
    uint8_t algorithm;     /* SIGN_ */
    uint16_t hash;         /* HASH_ */
    struct bytes input;    /* MODE_PAD_SIGN: the final hash; MODE_FULL_TEXT: all
                         * the text; MODE_LAST_BLOCK: the text behind `hashed` */
    struct bytes chaining; /* MODE_LAST_BLOCK: state of the hash, big-endian */
    uint32_t hashed;       /* MODE_LAST_BLOCK: octets, whole blocks */
};

/* Open a logical channel on `t` and SELECT `aid` on it: 2 exchanges. When
 * `iccid` is not NULL, read the card's ICCID before SELECT (2 more exchanges)
 * into CHANNEL_ICCID_MAX + 1 characters; "" when the card has none. `until`
 * bounds this and every later command but those that close something.
 * On failure nothing stays open. Errors: NO_CHANNEL, NO_APPLET, ... */
IOTSIM_MUST_USE iotsim_result applet_open(struct applet *a, struct transport *t,
                                          struct bytes aid,
                                          struct deadline until, char *iccid);

/* Close the channel: 1 exchange. */
void applet_close(struct applet *a);

/* GET DATA - application (CB 00). IoT.05 2.12. */
IOTSIM_MUST_USE iotsim_result
applet_get_capabilities(struct applet *a, struct applet_capabilities *out);

/* GET DATA - object list (CB 01): append all parts to `list`, which should
 * have room for APPLET_LIST_MAX octets; read it with applet_next_object.
 * IoT.05 2.14. Errors: TOO_LONG; `list` is unchanged on failure. */
IOTSIM_MUST_USE iotsim_result applet_get_list(struct applet *a,
                                              struct buf *list);

/* A joined object list that is being read; starts as { .rest = octets }. */
struct applet_list {
    struct bytes rest;    /* octets not yet read */
    struct bytes wrapper; /* octets left in the open C1..C4 */
    enum applet_kind kind;
};

/* Read the next object; wrapped, grouped or bare (reference chapter 4.4). False
 * at the end; `rest.failed` then tells that what is left was not readable. */
bool applet_next_object(struct applet_list *list, struct applet_object *out);

/* GET DATA - one object (CB C1..C4). IoT.05 2.14. */
IOTSIM_MUST_USE iotsim_result applet_get_object(struct applet *a,
                                                enum applet_kind kind,
                                                struct applet_ref ref,
                                                struct applet_object *out);

/* READ FILE (B0): append the file to `out`, up to `size` octets, its declared
 * length, zero padding included. With `size` 0 (unknown) up to where the card
 * ends it, or the DER sequence that it begins with (a certificate). IoT.05
 * 2.21. Errors: TOO_LONG (longer than `out`); `out` is unchanged then. */
IOTSIM_MUST_USE iotsim_result applet_read_file(struct applet *a,
                                               struct applet_ref ref,
                                               size_t size, struct buf *out);

/* READ PUBLIC KEY (CD). Errors: CARD_ANSWER (no key that we know). */
IOTSIM_MUST_USE iotsim_result applet_read_public_key(
    struct applet *a, struct applet_ref ref, struct applet_public_key *out);

/* GENERATE KEY PAIR (B9) into the existing pair of the private key `ref`. The
 * ids may be new ones. Not repeatable. IoT.05 2.11. */
IOTSIM_MUST_USE iotsim_result applet_generate_key_pair(struct applet *a,
                                                       struct applet_ref ref,
                                                       struct applet_pair *out);

/* PUT PUBLIC KEY (24, D8): `point` (04 X Y) into the object `ref`. */
IOTSIM_MUST_USE iotsim_result
applet_put_public_key(struct applet *a, struct applet_ref ref,
                      const uint8_t point[APPLET_POINT_LEN]);

/* COMPUTE SIGNATURE (2A, 2B): append the signature of `message` to
 * `signature`: r || s (64 octets) for ECDSA whichever form the card uses, the
 * plain number for RSA. On failure `signature` is unchanged. 2 exchanges, more
 * for a text of several blocks; one more on a card that wants its sessions
 * closed, which is found out, and 2 more when INIT is refused for good. IoT.05
 * 2.10. Errors: BAD_ARGUMENT. */
IOTSIM_MUST_USE iotsim_result applet_sign(struct applet *a,
                                          struct applet_ref ref,
                                          const struct applet_message *message,
                                          struct buf *signature);

/* VERIFY SIGNATURE (2C, 2D): `signature` is r || s for ECDSA. `*valid` tells
 * the verdict, false on failure. 3 exchanges, more for what needs several
 * blocks; 3 more when the card wants the other length form of the signature.
 * Errors: BAD_ARGUMENT. */
IOTSIM_MUST_USE iotsim_result applet_verify(
    struct applet *a, struct applet_ref ref,
    const struct applet_message *message, struct bytes signature, bool *valid);

/* COMPUTE DH (46): x coordinate of private * public, both objects of the card.
 * The caller cleanses `secret`. */
IOTSIM_MUST_USE iotsim_result applet_compute_dh(
    struct applet *a, struct applet_ref private_key,
    struct applet_ref public_key, uint8_t secret[APPLET_SECRET_LEN]);

/* COMPUTE PRF (48) of RFC 5246 with SHA-256. `mode` is a PRF_ value; `key`
 * names the PSK (modes 01, 02), `secret` is the key of mode 00, `premaster`
 * the (EC)DH result of mode 02. `label_seed`: ASCII label, then seed. `out`
 * gains `len` (1..255) octets; on failure the rest of its storage is cleansed.
 * Errors: CARD_ANSWER (another number of octets). */
IOTSIM_MUST_USE iotsim_result applet_compute_prf(struct applet *a, uint8_t mode,
                                                 struct applet_ref key,
                                                 struct bytes secret,
                                                 struct bytes premaster,
                                                 struct bytes label_seed,
                                                 size_t len, struct buf *out);

/* COMPUTE HKDF (4A), extract of RFC 5869: the input key is the secret `key`,
 * or `ikm` when `key` is empty. `salt` empty means hash-length zeros. `out`
 * gains hash-length octets. */
IOTSIM_MUST_USE iotsim_result
applet_compute_hkdf(struct applet *a, struct applet_ref key, struct bytes ikm,
                    struct bytes salt, uint16_t hash_id, struct buf *out);

/* GET RANDOM (84): append `len` octets, asked for in small requests; an answer
 * of nothing but zeros is refused (CARD_ANSWER). */
IOTSIM_MUST_USE iotsim_result applet_get_random(struct applet *a, size_t len,
                                                struct buf *out);

#endif
