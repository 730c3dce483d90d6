/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoders for key references: PEM to DER, DER to key, one for each type of
 * key. What is not ours is declined by returning 1 with nothing raised and the
 * queue as it was; what is ours and broken is an error. Manual:
 * provider-decoder(7).
 */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "iotsim/iotsim.h"
#include "ops/algorithms.h"
#include "ops/reference.h"

static OSSL_FUNC_decoder_newctx_fn decoder_newctx;
static OSSL_FUNC_decoder_freectx_fn decoder_freectx;
static OSSL_FUNC_decoder_does_selection_fn der_does_selection;
static OSSL_FUNC_decoder_decode_fn pem_decode;
static OSSL_FUNC_decoder_decode_fn ec_decode;
static OSSL_FUNC_decoder_decode_fn rsa_decode;
static OSSL_FUNC_decoder_export_object_fn der_export_object;

static void *decoder_newctx(void *provctx)
{
    return provctx;
}

static void decoder_freectx(void *ctx)
{
    (void)ctx;
}

/* --- PEM to DER --------------------------------------------------------- */

static int pass_on(struct bytes der, OSSL_CALLBACK *callback, void *arg)
{
    static char structure[] = STRUCTURE_REFERENCE;
    int object = OSSL_OBJECT_PKEY;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE,
                                         structure, 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA,
                                          (void *)(uintptr_t)der.data, der.len),
        OSSL_PARAM_END,
    };

    return callback(params, arg);
}

static int pem_decode(void *vctx, OSSL_CORE_BIO *cin, int selection,
                      OSSL_CALLBACK *callback, void *arg,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    struct prov_ctx *ctx = vctx;
    BIO *in = BIO_new_from_core_bio(ctx->soft, cin);
    char *label = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long len = 0;
    int ok = 1;

    (void)selection;
    (void)passphrase;
    (void)passphrasearg;
    ERR_set_mark();
    if (in == NULL || PEM_read_bio(in, &label, &header, &der, &len) != 1)
        label = NULL;
    ERR_pop_to_mark();
    if (label != NULL && strcmp(label, IOTSIM_PEM_REFERENCE) == 0) {
        /* Judged here, since the file store drops what a later decoder says. */
        ok = reference_check(ctx, bytes_of(der, (size_t)len)) &&
             pass_on(bytes_of(der, (size_t)len), callback, arg);
    }
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(der, (size_t)len); /* may be anybody's private key */
    BIO_free(in);
    return ok;
}

/* --- DER to key --------------------------------------------------------- */

static int der_does_selection(void *provctx, int selection)
{
    (void)provctx;
    return selection == 0 || (selection & OSSL_KEYMGMT_SELECT_ALL) != 0;
}

/* Octets read, at most `size`. */
static size_t read_all(BIO *in, uint8_t *out, size_t size)
{
    size_t len = 0;
    size_t n = 0;

    while (len < size && BIO_read_ex(in, out + len, size - len, &n) && n > 0)
        len += n;
    return len;
}

/* The octets that the decoder before gave, written to `out`. */
static struct bytes read_der(const struct prov_ctx *ctx, OSSL_CORE_BIO *cin,
                             uint8_t out[REFERENCE_MAX])
{
    BIO *in = BIO_new_from_core_bio(ctx->soft, cin);
    size_t len = 0;

    ERR_set_mark();
    if (in != NULL)
        len = read_all(in, out, REFERENCE_MAX);
    ERR_pop_to_mark();
    BIO_free(in);
    return bytes_of(out, len);
}

/* True when another decoder than that for `type` is to have the reference. One
 * that does not tell the type goes to whoever sees it first, so that the card
 * is asked once: libcrypto finds the key manager by the type of the key. */
static bool is_of_another(struct bytes der, const char *type)
{
    const char *told = reference_type(der);

    return told != NULL && strcmp(told, type) != 0;
}

static int decode(struct prov_ctx *ctx, const char *type, OSSL_CORE_BIO *cin,
                  int selection, OSSL_CALLBACK *callback, void *arg)
{
    uint8_t storage[REFERENCE_MAX];
    struct bytes der = read_der(ctx, cin, storage);
    struct prov_key *key;

    if (!reference_is(der) || is_of_another(der, type))
        return 1;
    key = reference_decode(ctx, der);
    if (key != NULL && selection != 0 &&
        (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0)
        key = pkey_take_public(key);
    return key != NULL && pkey_deliver(key, callback, arg);
}

static int ec_decode(void *vctx, OSSL_CORE_BIO *cin, int selection,
                     OSSL_CALLBACK *callback, void *arg,
                     OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    (void)passphrase;
    (void)passphrasearg;
    return decode(vctx, "EC", cin, selection, callback, arg);
}

static int rsa_decode(void *vctx, OSSL_CORE_BIO *cin, int selection,
                      OSSL_CALLBACK *callback, void *arg,
                      OSSL_PASSPHRASE_CALLBACK *passphrase, void *passphrasearg)
{
    (void)passphrase;
    (void)passphrasearg;
    return decode(vctx, "RSA", cin, selection, callback, arg);
}

static int der_export_object(void *vctx, const void *reference, size_t size,
                             OSSL_CALLBACK *callback, void *arg)
{
    (void)vctx;
    return pkey_export_reference(reference, size, callback, arg);
}

#define FUNCTION(id, function)                             \
    {                                                      \
        OSSL_FUNC_DECODER_##id, (void (*)(void))(function) \
    }

const OSSL_DISPATCH decoder_pem_functions[] = {
    FUNCTION(NEWCTX, decoder_newctx),
    FUNCTION(FREECTX, decoder_freectx),
    FUNCTION(DECODE, pem_decode),
    { 0, NULL },
};

#define DER_DECODER(decode)                                                   \
    {                                                                         \
        FUNCTION(NEWCTX, decoder_newctx), FUNCTION(FREECTX, decoder_freectx), \
            FUNCTION(DOES_SELECTION, der_does_selection),                     \
            FUNCTION(DECODE, decode),                                         \
            FUNCTION(EXPORT_OBJECT, der_export_object), { 0, NULL },          \
    }

const OSSL_DISPATCH decoder_ec_functions[] = DER_DECODER(ec_decode);
const OSSL_DISPATCH decoder_rsa_functions[] = DER_DECODER(rsa_decode);
