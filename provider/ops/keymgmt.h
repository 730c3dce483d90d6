/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key management that EC and RSA share. The public half answers for itself
 * (pkey.h). A private key on a card is never exported, not even as an error:
 * libcrypto probes that on every signature. What a type has of its own is a
 * list of parameters and the names of its operations. Manual:
 * provider-keymgmt(7).
 */
#ifndef IOTSIM_OPS_KEYMGMT_H
#define IOTSIM_OPS_KEYMGMT_H

#include <openssl/core_dispatch.h>

#include "ops/pkey.h"

/* As provider-keymgmt(7) has them; key data is a struct prov_key. */
OSSL_FUNC_keymgmt_new_fn keymgmt_new;
OSSL_FUNC_keymgmt_free_fn keymgmt_free;
OSSL_FUNC_keymgmt_load_fn keymgmt_load;

/* A key with what `selection` asks for. */
OSSL_FUNC_keymgmt_dup_fn keymgmt_dup;

OSSL_FUNC_keymgmt_has_fn keymgmt_has;

/* By the public half, else the parameters; nothing raised. */
OSSL_FUNC_keymgmt_match_fn keymgmt_match;

/* All of a key in software; of a key on a card no more than the public half,
 * whatever is asked: libcrypto calls for the private half and for the two as a
 * pair, too (EVP_PKEY_check), and takes this for the answer. */
OSSL_FUNC_keymgmt_validate_fn keymgmt_validate;

OSSL_FUNC_keymgmt_export_fn keymgmt_export;

/* What the public half answers, and the URI of a key on a card. */
OSSL_FUNC_keymgmt_get_params_fn keymgmt_get_params;

/* Fill the new key `keydata` with a key of `type` ("EC", "RSA") from `params`.
 * With a private half it becomes a key in software. */
int keymgmt_import(void *keydata, const char *type, int selection,
                   const OSSL_PARAM params[]);

/* The same without a private half: a key with one is refused, with nothing
 * raised. libcrypto then leaves it to the provider that it is from. */
int keymgmt_import_public(void *keydata, const char *type, int selection,
                          const OSSL_PARAM params[]);

/* Give a key that is on no card and has no private half the point that
 * OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY holds, as libssl does with its peer's.
 * Other parameters are left alone. 0 with an error raised for other keys. */
int keymgmt_set_point(void *keydata, const OSSL_PARAM params[]);

#define KEYMGMT_FUNCTION(id, function)                     \
    {                                                      \
        OSSL_FUNC_KEYMGMT_##id, (void (*)(void))(function) \
    }

/* The rows of a dispatch table that all types share. */
#define KEYMGMT_SHARED                                                        \
    KEYMGMT_FUNCTION(NEW, keymgmt_new), KEYMGMT_FUNCTION(FREE, keymgmt_free), \
        KEYMGMT_FUNCTION(LOAD, keymgmt_load),                                 \
        KEYMGMT_FUNCTION(DUP, keymgmt_dup),                                   \
        KEYMGMT_FUNCTION(HAS, keymgmt_has),                                   \
        KEYMGMT_FUNCTION(MATCH, keymgmt_match),                               \
        KEYMGMT_FUNCTION(VALIDATE, keymgmt_validate),                         \
        KEYMGMT_FUNCTION(EXPORT, keymgmt_export),                             \
        KEYMGMT_FUNCTION(GET_PARAMS, keymgmt_get_params)

#endif
