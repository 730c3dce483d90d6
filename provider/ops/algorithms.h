/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLE of what OpenSSL gets from iotsim, and the dispatch tables that it
 * is made of, one a file of the same name. All static: what the card can do
 * shows when an operation is used, never here (design D3).
 */
#ifndef IOTSIM_OPS_ALGORITHMS_H
#define IOTSIM_OPS_ALGORITHMS_H

#include <openssl/core.h>

extern const OSSL_DISPATCH keymgmt_ec_functions[];
extern const OSSL_DISPATCH keymgmt_ecdh_functions[];
extern const OSSL_DISPATCH keymgmt_rsa_functions[];
extern const OSSL_DISPATCH signature_ecdsa_functions[];
extern const OSSL_DISPATCH signature_ecdsa_card_functions[];
extern const OSSL_DISPATCH signature_rsa_functions[];
extern const OSSL_DISPATCH signature_rsa_card_functions[];
extern const OSSL_DISPATCH keyexch_ecdh_functions[];
extern const OSSL_DISPATCH rand_functions[];
extern const OSSL_DISPATCH seed_functions[];
extern const OSSL_DISPATCH store_functions[];
extern const OSSL_DISPATCH decoder_pem_functions[];
extern const OSSL_DISPATCH decoder_ec_functions[];
extern const OSSL_DISPATCH decoder_rsa_functions[];
extern const OSSL_DISPATCH encoder_pem_functions[];
extern const OSSL_DISPATCH encoder_der_functions[];
extern const OSSL_DISPATCH encoder_text_functions[];

/* Structure of a key reference, as decoders name it to each other. */
#define STRUCTURE_REFERENCE "IotsimKeyReference"

/* The algorithms of `operation` (OSSL_OP_...), or NULL. */
const OSSL_ALGORITHM *algorithms_of(int operation);

#endif
