/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLES of words: a code point that gets a name is a row here. Source:
 * IoT.05 2.5; numbers in applet/tags.h.
 */
#include "tool/words.h"

#include <stdbool.h>

#include "applet/applet.h"
#include "tool/print.h"

const struct word words_functions[] = {
    { FUNCTION_SIGNATURE, "sign" },
    { FUNCTION_KEY_GENERATION, "generate" },
    { FUNCTION_KEY_AGREEMENT, "agree" },
    { FUNCTION_KEY_DERIVATION, "derive" },
    { 0, NULL },
};

const struct word words_hashes[] = {
    { HASH_SHA256, "SHA-256" },
    { HASH_SHA384, "SHA-384" },
    { HASH_SHA512, "SHA-512" },
    { 0, NULL },
};

const struct word words_signatures[] = {
    { SIGN_RSA_PKCS1, "RSA PKCS#1" },
    { SIGN_RSA_PSS, "RSA PSS" },
    { SIGN_ECDSA, "ECDSA" },
    { 0, NULL },
};

const struct word words_agreements[] = {
    { 0x01, "ECDH" }, /* ECKAS-DH1 of IEEE 1363 */
    { 0, NULL },
};

const struct word words_derivations[] = {
    { DERIVE_PRF, "TLS 1.2 PRF" },
    { DERIVE_HKDF, "HKDF" },
    { 0, NULL },
};

const struct word words_access[] = {
    { ACCESS_READ, "read" },
    { ACCESS_UPDATE, "update" },
    { 0, NULL },
};

const struct word words_key_types[] = {
    { KEY_RSA2048, "RSA 2048" },
    { KEY_RSA3072, "RSA 3072" },
    { KEY_RSA4096, "RSA 4096" },
    { KEY_P256, "P-256" },
    { KEY_P256_VOLATILE, "P-256 volatile" },
    { KEY_BRAINPOOL, "brainpoolP256r1" },
    { KEY_BRAINPOOL_VOLATILE, "brainpoolP256r1 volatile" },
    { KEY_HMAC, "HMAC" },
    { 0, NULL },
};

const struct word words_kinds[] = {
    { APPLET_PRIVATE_KEY, "private key" },
    { APPLET_PUBLIC_KEY, "public key" },
    { APPLET_FILE, "file" },
    { APPLET_SECRET_KEY, "secret key" },
    { 0, NULL },
};

const struct word words_states[] = {
    { STATE_DEACTIVATED, "inactive" },
    { STATE_ACTIVATED, "active" },
    { 0, NULL },
};

/* Append `text` or, when it is NULL, the number; a comma before, if needed. */
static void add(unsigned value, const char *text, bool comma, char *out,
                size_t size)
{
    if (comma)
        print_append(out, size, ", ");
    if (text != NULL)
        print_append(out, size, "%s", text);
    else
        print_append(out, size, "0x%02X", value);
}

void words_join(const struct word *words, unsigned bits, char *out, size_t size)
{
    bool comma = false;

    for (; words->text != NULL; words++) {
        if ((bits & words->value) == 0)
            continue;
        add(words->value, words->text, comma, out, size);
        bits &= ~words->value;
        comma = true;
    }
    if (bits != 0)
        add(bits, NULL, comma, out, size);
}

void words_append(const struct word *words, unsigned value, char *out,
                  size_t size)
{
    while (words->text != NULL && words->value != value)
        words++;
    if (words->text != NULL || value != 0)
        add(value, words->text, false, out, size);
}
