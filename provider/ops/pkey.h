/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct prov_key: what keymgmt, signature, store, decoder and encoder hand to
 * each other. Its public half is an EVP_PKEY of the default provider in the
 * private library context, which answers every question about the public key
 * just as a software key would; its other half, if it has one, names a key on
 * a card. Reference counted and, once it is whole, immutable; any number of
 * threads may use it.
 *
 * All generation comes here where iotsim is listed before the default provider,
 * and that of EC keys, and their import, where keys of the card are asked for
 * by property. What is not for the card is then a key in software, and
 * `public_half` holds both halves.
 */
#ifndef IOTSIM_OPS_PKEY_H
#define IOTSIM_OPS_PKEY_H

#include <openssl/evp.h>

#include "base/lock.h"
#include "card/card.h"
#include "ops/ctx.h"

struct prov_key {
    struct refs refs;
    struct prov_ctx *ctx;  /* outlives every key: libcrypto sees to it */
    EVP_PKEY *public_half; /* NULL only between keymgmt's new and import */
    struct key *card_key;  /* NULL: it is on no card */
    bool software;         /* `public_half` holds the private half, too */
};

/* A new key; takes `public_half` and `card_key`, on failure, too. NULL when
 * out of memory. */
struct prov_key *pkey_take(struct prov_ctx *ctx, EVP_PKEY *public_half,
                           struct key *card_key);

/* A new key of `card_key` and its public half, as the card told it; takes
 * `card_key`, on failure, too. `*out` is NULL on failure. Nothing is raised.
 * Errors: CARD_ANSWER (it is no public key), NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result pkey_take_pair(
    struct prov_ctx *ctx, const struct applet_public_key *public_half,
    struct key *card_key, struct prov_key **out);

/* A new key in software; takes `pair`, which holds both halves, on failure,
 * too. NULL when out of memory. */
struct prov_key *pkey_take_software(struct prov_ctx *ctx, EVP_PKEY *pair);

/* A key with the public half of `key` alone; takes `key`. NULL when out of
 * memory. */
struct prov_key *pkey_take_public(struct prov_key *key);

/* One more reference. */
struct prov_key *pkey_ref(struct prov_key *key);

/* Give a reference back. Accepts NULL. */
void pkey_free(struct prov_key *key);

/* True when it names a private key on a card. */
bool pkey_is_private(const struct prov_key *key);

/* True when its private half is one in software. */
bool pkey_is_software(const struct prov_key *key);

/* True when it is one of the card's keys for a single agreement
 * (key_generate_ephemeral). */
bool pkey_is_ephemeral(const struct prov_key *key);

/* OpenSSL's name of the key type, "EC" or "RSA". Static. */
const char *pkey_type(const struct prov_key *key);

/* Hand `*key` to libcrypto as the object of `callback` (OSSL_OBJECT_PKEY by
 * reference); keymgmt's load takes it. What was not taken is freed. */
int pkey_deliver(struct prov_key *key, OSSL_CALLBACK *callback, void *arg);

/* Take back the key from the octets that pkey_deliver wrote; NULL when they
 * are no such octets, or it was taken before. */
struct prov_key *pkey_take_reference(const void *reference, size_t size);

/* Give `callback` what `selection` asks of the key: group by name, never by its
 * numbers (RFC 5480 2.1.1), and point; or modulus and exponent. A private key
 * on a card is refused, with nothing raised: libcrypto probes this on every
 * signature. One in software is given. */
int pkey_export(const struct prov_key *key, int selection,
                OSSL_CALLBACK *callback, void *arg);

/* The same for the key behind the octets that pkey_deliver wrote. */
int pkey_export_reference(const void *reference, size_t size,
                          OSSL_CALLBACK *callback, void *arg);

/* The URI of a key on a card (it has no PIN: key_get_uri), written to `out`:
 * for messages and references. "" for other keys. Returns `out`. */
const char *pkey_name(const struct prov_key *key, char out[IOTSIM_URI_MAX + 1]);

#endif
