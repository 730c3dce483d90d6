/* SPDX-License-Identifier: Apache-2.0 */
/* THE TABLE: operation -> names, properties, dispatch. */
#include "ops/algorithms.h"

#include <stddef.h>

#include <openssl/core_dispatch.h>

#include "iotsim/uri.h"

#define PROVIDED "provider=iotsim"
#define NAMES_EC "EC:id-ecPublicKey:1.2.840.10045.2.1"
#define NAMES_RSA "RSA:rsaEncryption:1.2.840.113549.1.1.1"
#define INPUT_DER ",input=der,structure=" STRUCTURE_REFERENCE
#define OUTPUT_PEM ",output=pem,structure=PrivateKeyInfo"
#define OUTPUT_DER ",output=der,structure=PrivateKeyInfo"

/* The first of two of one name serves whoever does not ask for the property. */
static const OSSL_ALGORITHM keymgmt[] = {
    { NAMES_EC, PROVIDED, keymgmt_ec_functions,
      "elliptic curve keys in a SIM" },
    { NAMES_EC, PROVIDED ",iotsim.ecdh=yes", keymgmt_ecdh_functions,
      "the same, and ephemeral keys in a SIM" },
    { NAMES_RSA, PROVIDED, keymgmt_rsa_functions, "RSA keys in a SIM" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM signature[] = {
    { "ECDSA", PROVIDED, signature_ecdsa_functions,
      "ECDSA by a SIM (FIPS 186-5)" },
    { "ECDSA", PROVIDED ",iotsim.verify=yes", signature_ecdsa_card_functions,
      "the same, and verified by a SIM" },
    { NAMES_RSA, PROVIDED, signature_rsa_functions,
      "RSASSA-PKCS1-v1_5 and RSASSA-PSS by a SIM (RFC 8017)" },
    { NAMES_RSA, PROVIDED ",iotsim.verify=yes", signature_rsa_card_functions,
      "the same, and verified by a SIM" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM keyexch[] = {
    { "ECDH", PROVIDED, keyexch_ecdh_functions, "ECDH by a SIM (SP 800-56A)" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM random_numbers[] = {
    { "IOTSIM-RAND", PROVIDED ",iotsim.rand=yes", rand_functions,
      "random numbers of a SIM and of the system" },
    { "IOTSIM-SEED", PROVIDED ",iotsim.rand=yes", seed_functions,
      "seed of the system, and of a SIM when it answers" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM store[] = {
    { "iotsim", PROVIDED, store_functions, "objects of a SIM by URI" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM decoder[] = {
    { "DER", PROVIDED ",input=pem", decoder_pem_functions,
      "PEM key reference to DER" },
    { NAMES_EC, PROVIDED INPUT_DER, decoder_ec_functions,
      "DER key reference to EC key" },
    { NAMES_RSA, PROVIDED INPUT_DER, decoder_rsa_functions,
      "DER key reference to RSA key" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM encoder[] = {
    { NAMES_EC, PROVIDED OUTPUT_PEM, encoder_pem_functions,
      "private key to PEM key reference" },
    { NAMES_EC, PROVIDED OUTPUT_DER, encoder_der_functions,
      "private key to DER: refused in words" },
    { NAMES_EC, PROVIDED ",output=text", encoder_text_functions,
      "private key to text" },
    { NAMES_RSA, PROVIDED OUTPUT_PEM, encoder_pem_functions,
      "private key to PEM key reference" },
    { NAMES_RSA, PROVIDED OUTPUT_DER, encoder_der_functions,
      "private key to DER: refused in words" },
    { NAMES_RSA, PROVIDED ",output=text", encoder_text_functions,
      "private key to text" },
    { NULL, NULL, NULL, NULL },
};

static const struct {
    int operation;
    const OSSL_ALGORITHM *algorithms;
} table[] = {
    { OSSL_OP_KEYMGMT, keymgmt }, { OSSL_OP_SIGNATURE, signature },
    { OSSL_OP_KEYEXCH, keyexch }, { OSSL_OP_RAND, random_numbers },
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
