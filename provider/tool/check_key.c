/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of key reference, certificate and signature. They go through
 * OpenSSL and the loaded module, as an application would.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "iotsim/iotsim.h"
#include "tool/check.h"
#include "tool/print.h"

/* --- key file ---------------------------------------------------------- */

static bool is_readable(struct check *c, const char *file)
{
    if (access(file, R_OK) == 0)
        return true;
    check_say(c, VERDICT_FAIL, "%s: %s", file, strerror(errno));
    return false;
}

/* Let the check go on with the URI in the reference. False when there is
 * none: the key is not in a SIM. */
static bool take_uri(struct check *c)
{
    char text[IOTSIM_URI_MAX + 1] = "";
    size_t len = 0;

    ERR_set_mark();
    c->has_uri = EVP_PKEY_get_utf8_string_param(c->key, IOTSIM_PKEY_PARAM_URI,
                                                text, sizeof text, &len) &&
                 iotsim_ok(iotsim_uri_parse(text, &c->uri, NULL));
    ERR_pop_to_mark();
    return c->has_uri;
}

void check_key_file(struct check *c)
{
    char sentence[MODULE_SENTENCE_MAX];

    if (!is_readable(c, c->file))
        return;
    c->key = module_get_key(&c->module, c->file);
    if (c->key == NULL)
        check_say(c, VERDICT_FAIL, "%s: %s; \"iotsim ref\" writes one anew",
                  c->file,
                  module_error("no whole key reference, nor a key without pass "
                               "phrase",
                               sentence));
    else if (!take_uri(c))
        check_say(c, VERDICT_WARN,
                  "%s: not a key reference; this key is not in a SIM", c->file);
    else
        check_say(c, VERDICT_OK, "%s: a whole key reference", c->file);
}

/* --- key --------------------------------------------------------------- */

/* The key as the card has it, in the words of the reference. */
static EVP_PKEY *get_from_card(const struct check *c)
{
    char text[IOTSIM_URI_MAX + 1];

    if (!iotsim_ok(iotsim_uri_format(&c->uri, text, sizeof text)))
        return NULL;
    return module_get_key(&c->module, text);
}

void check_key(struct check *c)
{
    char sentence[MODULE_SENTENCE_MAX];
    EVP_PKEY *on_card = get_from_card(c);
    bool with_file = c->key != NULL;

    if (on_card == NULL)
        check_say(c, with_file ? VERDICT_WARN : VERDICT_FAIL, "%s",
                  module_error(NULL, sentence));
    else if (with_file && EVP_PKEY_eq(c->key, on_card) != 1)
        check_say(c, VERDICT_FAIL,
                  "the card has another public key than the reference; write "
                  "the reference anew, and get a certificate for it");
    else if (with_file)
        check_say(c, VERDICT_OK, "the card has the key of the reference");
    else
        check_say(c, VERDICT_OK, "the provider loads it");
    if (with_file) {
        EVP_PKEY_free(on_card);
        ERR_clear_error();
    } else {
        c->key = on_card;
    }
}

/* --- certificate ------------------------------------------------------- */

void check_certificate(struct check *c)
{
    const char *where = c->tool->operands[1];
    char sentence[MODULE_SENTENCE_MAX];
    X509 *certificate;

    if (!iotsim_uri_is(where) && !is_readable(c, where))
        return;
    certificate = module_get_certificate(&c->module, where);
    if (certificate == NULL)
        check_say(c, VERDICT_FAIL, "%s: %s", where,
                  module_error("no certificate in PEM", sentence));
    else if (c->key == NULL)
        check_say(c, VERDICT_SKIP, "needs the key");
    else if (X509_check_private_key(certificate, c->key) != 1)
        check_say(c, VERDICT_FAIL, "%s: does not belong to the key", where);
    else
        check_say(c, VERDICT_OK, "%s: belongs to the key", where);
    X509_free(certificate);
    ERR_clear_error();
}

/* --- signature --------------------------------------------------------- */

static const unsigned char message[] = "iotsim check";

static bool sign(const struct check *c, unsigned char *signature, size_t *len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL &&
              EVP_DigestSignInit_ex(ctx, NULL, "SHA256", c->module.ctx, NULL,
                                    c->key, NULL) == 1 &&
              EVP_DigestSign(ctx, signature, len, message, sizeof message) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

static bool verify(const struct check *c, const unsigned char *signature,
                   size_t len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok =
        ctx != NULL &&
        EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", c->module.ctx, NULL,
                                c->key, NULL) == 1 &&
        EVP_DigestVerify(ctx, signature, len, message, sizeof message) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

void check_signature(struct check *c)
{
    char sentence[MODULE_SENTENCE_MAX];
    unsigned char signature[APPLET_SIGNATURE_MAX];
    size_t len = sizeof signature;

    if (c->key == NULL)
        check_say(c, VERDICT_SKIP, "needs the key");
    else if (!sign(c, signature, &len))
        check_say(c, VERDICT_FAIL, "%s", module_error(NULL, sentence));
    else if (!verify(c, signature, len))
        check_say(c, VERDICT_FAIL,
                  "does not verify: the card signs with another key");
    else
        check_say(c, VERDICT_OK, "the card signs, and the signature verifies");
    ERR_clear_error();
}
