/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoders for private keys: as key reference where another key would write
 * PrivateKeyInfo in PEM, and as text; DER is refused in words. Public keys are
 * written by the default provider from what keymgmt exports, hence like any
 * other. So are keys in software, but from here: libcrypto asks the encoders
 * of the key's own provider and, when one declines, no others. Manual:
 * provider-encoder(7).
 */
#include <openssl/bio.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/params.h"
#include "ops/reference.h"

static OSSL_FUNC_encoder_newctx_fn encoder_newctx;
static OSSL_FUNC_encoder_freectx_fn encoder_freectx;
static OSSL_FUNC_encoder_does_selection_fn encoder_does_selection;
static OSSL_FUNC_encoder_settable_ctx_params_fn encoder_settable_ctx_params;
static OSSL_FUNC_encoder_set_ctx_params_fn encoder_set_ctx_params;
static OSSL_FUNC_encoder_encode_fn pem_encode;
static OSSL_FUNC_encoder_encode_fn der_encode;
static OSSL_FUNC_encoder_encode_fn text_encode;

enum { CIPHER_MAX = 63 };

struct encoder {
    struct prov_ctx *ctx;
    char cipher[CIPHER_MAX + 1]; /* to encrypt with; "": not */
};

static void *encoder_newctx(void *provctx)
{
    struct encoder *encoder = OPENSSL_zalloc(sizeof *encoder);

    if (encoder != NULL)
        encoder->ctx = provctx;
    return encoder;
}

static void encoder_freectx(void *ctx)
{
    OPENSSL_free(ctx);
}

static int encoder_does_selection(void *provctx, int selection)
{
    (void)provctx;
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

static const OSSL_PARAM *encoder_settable_ctx_params(void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_CIPHER, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return settable;
}

static int encoder_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    struct encoder *encoder = vctx;
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_CIPHER);

    if (p == NULL)
        return 1;
    encoder->cipher[0] = '\0';
    return p->data == NULL ||
           params_get_text(p, encoder->cipher, sizeof encoder->cipher);
}

/* --- keys in software --------------------------------------------------- */

/* How to ask for a passphrase, and what form to write. */
struct form {
    const char *output; /* "PEM", "DER" */
    OSSL_PASSPHRASE_CALLBACK *passphrase;
    void *passphrasearg;
};

static int encode_software(const struct encoder *encoder, OSSL_CORE_BIO *cout,
                           const struct prov_key *key, const struct form *form)
{
    OSSL_ENCODER_CTX *writer =
        OSSL_ENCODER_CTX_new_for_pkey(key->public_half, OSSL_KEYMGMT_SELECT_ALL,
                                      form->output, "PrivateKeyInfo", NULL);
    BIO *out = BIO_new_from_core_bio(encoder->ctx->soft, cout);
    int ok = writer != NULL && out != NULL;

    if (ok && encoder->cipher[0] != '\0')
        ok = OSSL_ENCODER_CTX_set_cipher(writer, encoder->cipher, NULL) &&
             OSSL_ENCODER_CTX_set_passphrase_cb(writer, form->passphrase,
                                                form->passphrasearg);
    ok = ok && OSSL_ENCODER_to_bio(writer, out);
    BIO_free(out);
    OSSL_ENCODER_CTX_free(writer);
    return ok;
}

/* --- PEM ---------------------------------------------------------------- */

/* A reference holds no secret; encryption would only pretend that it does. */
static int encode_reference(const struct encoder *encoder, OSSL_CORE_BIO *cout,
                            const struct prov_key *key)
{
    uint8_t *der = NULL;
    size_t len;
    BIO *out;
    int ok;

    if (encoder->cipher[0] != '\0')
        return ERR_RAISE(encoder->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "encrypting a key reference, which holds no secret");
    if (pkey_is_ephemeral(key))
        return ERR_RAISE(encoder->ctx, IOTSIM_FAIL(UNSUPPORTED),
                         "writing an ephemeral key, which lives no longer than "
                         "this process; make it with -propquery "
                         "provider=default, or in a container with -pkeyopt "
                         "iotsim-uri:...");
    len = reference_encode(key, &der);
    out = BIO_new_from_core_bio(encoder->ctx->soft, cout);
    ok = len > 0 && out != NULL &&
         PEM_write_bio(out, IOTSIM_PEM_REFERENCE, "", der, (long)len) > 0;
    BIO_free(out);
    OPENSSL_free(der);
    return ok;
}

static int pem_encode(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
                      const OSSL_PARAM abstract[], int selection,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    const struct encoder *encoder = vctx;
    const struct form form = { "PEM", passphrase, passphrasearg };

    (void)selection;
    if (abstract != NULL)
        return ERR_RAISE(encoder->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key reference of something that is no key");
    return pkey_is_software(obj) ? encode_software(encoder, cout, obj, &form)
                                 : encode_reference(encoder, cout, obj);
}

/* --- DER ---------------------------------------------------------------- */

/* Programs take this DER for a PKCS #8 key and would say no more of a reference
 * than that it is broken. */
static int der_encode(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
                      const OSSL_PARAM abstract[], int selection,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    const struct encoder *encoder = vctx;
    const struct form form = { "DER", passphrase, passphrasearg };
    char name[IOTSIM_URI_MAX + 1];

    (void)selection;
    if (abstract == NULL && pkey_is_software(obj))
        return encode_software(encoder, cout, obj, &form);
    return ERR_RAISE(encoder->ctx, IOTSIM_FAIL(UNSUPPORTED),
                     "writing %s as PKCS #8: the key never leaves the SIM; "
                     "\"openssl pkey\" writes a PEM key reference to it",
                     abstract == NULL ? pkey_name(obj, name) : "a key");
}

/* --- text --------------------------------------------------------------- */

static int print(BIO *out, const struct prov_key *key)
{
    char name[IOTSIM_URI_MAX + 1];

    if (!pkey_is_private(key))
        return EVP_PKEY_print_private(out, key->public_half, 0, NULL) == 1;
    return BIO_printf(out, "Private-Key: in the SIM, %s%s\n",
                      pkey_is_ephemeral(key) ? "ephemeral, " : "",
                      pkey_name(key, name)) > 0 &&
           EVP_PKEY_print_public(out, key->public_half, 0, NULL) == 1;
}

static int text_encode(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
                       const OSSL_PARAM abstract[], int selection,
                       OSSL_PASSPHRASE_CALLBACK *passphrase,
                       void *passphrasearg)
{
    const struct encoder *encoder = vctx;
    BIO *out;
    int ok;

    (void)selection;
    (void)passphrase;
    (void)passphrasearg;
    if (abstract != NULL)
        return 0;
    out = BIO_new_from_core_bio(encoder->ctx->soft, cout);
    ok = out != NULL && print(out, obj);
    BIO_free(out);
    return ok;
}

#define FUNCTION(id, function)                             \
    {                                                      \
        OSSL_FUNC_ENCODER_##id, (void (*)(void))(function) \
    }

#define ENCODER(encode)                                                       \
    {                                                                         \
        FUNCTION(NEWCTX, encoder_newctx), FUNCTION(FREECTX, encoder_freectx), \
            FUNCTION(DOES_SELECTION, encoder_does_selection),                 \
            FUNCTION(SETTABLE_CTX_PARAMS, encoder_settable_ctx_params),       \
            FUNCTION(SET_CTX_PARAMS, encoder_set_ctx_params),                 \
            FUNCTION(ENCODE, encode), { 0, NULL },                            \
    }

const OSSL_DISPATCH encoder_pem_functions[] = ENCODER(pem_encode);
const OSSL_DISPATCH encoder_der_functions[] = ENCODER(der_encode);
const OSSL_DISPATCH encoder_text_functions[] = ENCODER(text_encode);
