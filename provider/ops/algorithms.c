/* SPDX-License-Identifier: Apache-2.0 */
/* THE TABLE: operation -> names, properties, dispatch. */
#include "ops/algorithms.h"

#include <stddef.h>

#include <openssl/core_dispatch.h>

#include "iotsim/uri.h"

#define PROVIDED "provider=iotsim"
#define NAMES_EC "EC:id-ecPublicKey:1.2.840.10045.2.1"

static const OSSL_ALGORITHM keymgmt[] = {
    { NAMES_EC, PROVIDED, keymgmt_ec_functions,
      "elliptic curve keys in a SIM" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM signature[] = {
    { "ECDSA", PROVIDED, signature_ecdsa_functions,
      "ECDSA by a SIM (FIPS 186-5)" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM store[] = {
    { "iotsim", PROVIDED, store_functions, "objects of a SIM by URI" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM decoder[] = {
    { "DER", PROVIDED ",input=pem", decoder_pem_functions,
      "PEM key reference to DER" },
    { NAMES_EC, PROVIDED ",input=der,structure=" STRUCTURE_REFERENCE,
      decoder_der_functions, "DER key reference to key" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM encoder[] = {
    { NAMES_EC, PROVIDED ",output=pem,structure=PrivateKeyInfo",
      encoder_pem_functions, "private key to PEM key reference" },
    { NAMES_EC, PROVIDED ",output=der,structure=PrivateKeyInfo",
      encoder_der_functions, "private key to DER: refused in words" },
    { NAMES_EC, PROVIDED ",output=text", encoder_text_functions,
      "private key to text" },
    { NULL, NULL, NULL, NULL },
};

static const struct {
    int operation;
    const OSSL_ALGORITHM *algorithms;
} table[] = {
    { OSSL_OP_KEYMGMT, keymgmt }, { OSSL_OP_SIGNATURE, signature },
    { OSSL_OP_STORE, store },     { OSSL_OP_DECODER, decoder },
    { OSSL_OP_ENCODER, encoder },
};

const OSSL_ALGORITHM *algorithms_of(int operation)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].operation == operation)
            return table[i].algorithms;
    return NULL;
}
