/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoders for private keys of a SIM: as key reference where another key would
 * write PrivateKeyInfo in PEM, and as text; DER is refused in words. Public keys
 * are written by the default provider from what keymgmt exports, hence like any
 * other.
 * Manual: provider-encoder(7).
 */
#include <openssl/bio.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/reference.h"

static OSSL_FUNC_encoder_newctx_fn encoder_newctx;
static OSSL_FUNC_encoder_freectx_fn encoder_freectx;
static OSSL_FUNC_encoder_does_selection_fn encoder_does_selection;
static OSSL_FUNC_encoder_settable_ctx_params_fn encoder_settable_ctx_params;
static OSSL_FUNC_encoder_set_ctx_params_fn encoder_set_ctx_params;
static OSSL_FUNC_encoder_encode_fn pem_encode;
static OSSL_FUNC_encoder_encode_fn der_encode;
static OSSL_FUNC_encoder_encode_fn text_encode;

static void *encoder_newctx(void *provctx)
{
    return provctx;
}

static void encoder_freectx(void *ctx)
{
    (void)ctx;
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

/* A reference holds no secret; encryption would only pretend that it does. */
static int encoder_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    const struct prov_ctx *ctx = vctx;
    const char *cipher = NULL;
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_CIPHER);

    if (p == NULL || (OSSL_PARAM_get_utf8_string_ptr(p, &cipher) &&
                      (cipher == NULL || cipher[0] == '\0')))
        return 1;
    return ERR_RAISE(ctx, IOTSIM_FAIL(UNSUPPORTED),
                     "encrypting a key reference, which holds no secret");
}

static int pem_encode(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
                      const OSSL_PARAM abstract[], int selection,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    const struct prov_ctx *ctx = vctx;
    uint8_t *der = NULL;
    size_t len;
    BIO *out;
    int ok;

    (void)selection;
    (void)passphrase;
    (void)passphrasearg;
    if (abstract != NULL)
        return ERR_RAISE(ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "key reference of something that is no key");
    len = reference_encode(obj, &der);
    out = BIO_new_from_core_bio(ctx->soft, cout);
    ok = len > 0 && out != NULL &&
         PEM_write_bio(out, IOTSIM_PEM_REFERENCE, "", der, (long)len) > 0;
    BIO_free(out);
    OPENSSL_free(der);
    return ok;
}

/* Programs take this DER for a PKCS #8 key and would say no more than that it
 * is broken. */
static int der_encode(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
                      const OSSL_PARAM abstract[], int selection,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    char name[IOTSIM_URI_MAX + 1];

    (void)cout;
    (void)selection;
    (void)passphrase;
    (void)passphrasearg;
    return ERR_RAISE(vctx, IOTSIM_FAIL(UNSUPPORTED),
                     "writing %s as PKCS #8: the key never leaves the SIM; "
                     "\"openssl pkey\" writes a PEM key reference to it",
                     abstract == NULL ? pkey_name(obj, name) : "a key");
}

static int text_encode(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
                       const OSSL_PARAM abstract[], int selection,
                       OSSL_PASSPHRASE_CALLBACK *passphrase,
                       void *passphrasearg)
{
    const struct prov_ctx *ctx = vctx;
    const struct prov_key *key = obj;
    char name[IOTSIM_URI_MAX + 1];
    BIO *out;
    int ok;

    (void)selection;
    (void)passphrase;
    (void)passphrasearg;
    if (abstract != NULL)
        return 0;
    out = BIO_new_from_core_bio(ctx->soft, cout);
    ok = out != NULL &&
         BIO_printf(out, "Private-Key: in the SIM, %s\n",
                    pkey_name(key, name)) > 0 &&
         EVP_PKEY_print_public(out, key->public_half, 0, NULL) == 1;
    BIO_free(out);
    return ok;
}

#define FUNCTION(id, function)                             \
    {                                                      \
        OSSL_FUNC_ENCODER_##id, (void (*)(void))(function) \
    }

const OSSL_DISPATCH encoder_pem_functions[] = {
    FUNCTION(NEWCTX, encoder_newctx),
    FUNCTION(FREECTX, encoder_freectx),
    FUNCTION(DOES_SELECTION, encoder_does_selection),
    FUNCTION(SETTABLE_CTX_PARAMS, encoder_settable_ctx_params),
    FUNCTION(SET_CTX_PARAMS, encoder_set_ctx_params),
    FUNCTION(ENCODE, pem_encode),
    { 0, NULL },
};

const OSSL_DISPATCH encoder_der_functions[] = {
    FUNCTION(NEWCTX, encoder_newctx),
    FUNCTION(FREECTX, encoder_freectx),
    FUNCTION(DOES_SELECTION, encoder_does_selection),
    FUNCTION(ENCODE, der_encode),
    { 0, NULL },
};

const OSSL_DISPATCH encoder_text_functions[] = {
    FUNCTION(NEWCTX, encoder_newctx),
    FUNCTION(FREECTX, encoder_freectx),
    FUNCTION(DOES_SELECTION, encoder_does_selection),
    FUNCTION(ENCODE, text_encode),
    { 0, NULL },
};
