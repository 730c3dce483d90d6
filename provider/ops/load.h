/* SPDX-License-Identifier: Apache-2.0 */
/* From a URI to the card and from an object of the card to a key. */
#ifndef IOTSIM_OPS_LOAD_H
#define IOTSIM_OPS_LOAD_H

#include "ops/pkey.h"

/* Parse `text`, the way to every key; 0 with an error raised that names what was
 * wrong in it, or which setting has a bad value. */
int load_parse_uri(const struct prov_ctx *ctx, const char *text,
                   struct iotsim_uri *uri);

/* The key of `object`, a private or public key of `card`. A private key
 * without a public key object takes its public half from the certificate of
 * the same label or id. Nothing is raised. Errors: those of key_load. */
IOTSIM_MUST_USE iotsim_result load_key_of_object(
    struct prov_ctx *ctx, struct card *card, const struct iotsim_uri *uri,
    const struct applet_object *object, struct prov_key **out);

/* The one key that `uri` names: public with type=public, else private. NULL
 * with an error raised. */
struct prov_key *load_key_of_uri(struct prov_ctx *ctx,
                                 const struct iotsim_uri *uri);

#endif
