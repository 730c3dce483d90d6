/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key generation, for all types of keys. Three kinds of keys come of it:
 *
 *   with "iotsim-uri"     GENERATE KEY PAIR into the container that it names
 *   ephemeral, EC, of a   GENERATE KEY PAIR into a volatile container of the
 *   card's group          card that the settings lead to
 *   any other             a key in software, as the default provider makes it
 *
 * Ephemeral keys are for those who ask for keys of the card by property
 * (iotsim.ecdh=yes): libssl, which knows nothing of containers. A card that
 * has none to spare is an error, unless the setting `ephemeral` says
 * "software". Whoever asks for no property comes here only where iotsim is
 * listed before the default provider, and gets what that one would give.
 * Manual: provider-keymgmt(7).
 */
#ifndef IOTSIM_OPS_GENERATE_H
#define IOTSIM_OPS_GENERATE_H

#include <openssl/core_dispatch.h>

#include "ops/pkey.h"

struct generation;

/* Begin to generate a key of `type` ("EC", "RSA"; static), or with a selection
 * that holds no key, EC parameters; without a container, an ephemeral key when
 * `ephemeral`. NULL when out of memory or, with an error raised, for bad
 * parameters. */
struct generation *generate_init(struct prov_ctx *ctx, const char *type,
                                 bool ephemeral, int selection,
                                 const OSSL_PARAM params[]);

/* The rest as provider-keymgmt(7) has it. Every function that fails has raised
 * an error; parameters that are not known are left alone. */
OSSL_FUNC_keymgmt_gen_set_params_fn generate_set_params;
OSSL_FUNC_keymgmt_gen_set_template_fn generate_set_template;
OSSL_FUNC_keymgmt_gen_cleanup_fn generate_free;

/* The new key. The progress callback is not called: there is one exchange. */
OSSL_FUNC_keymgmt_gen_fn generate_key;

#endif
