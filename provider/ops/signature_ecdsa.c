/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA by a key in a SIM: r || s on the card, DER in OpenSSL. A hash may have
 * any length, of any digest. Manual: EVP_SIGNATURE-ECDSA(7); FIPS 186-5 section
 * 6.4.
 */
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>

#include "ops/algorithms.h"
#include "ops/signature.h"
#include "ops/soft.h"

static OSSL_FUNC_signature_newctx_fn ecdsa_newctx;
static OSSL_FUNC_signature_newctx_fn ecdsa_card_newctx;
static OSSL_FUNC_signature_gettable_ctx_params_fn ecdsa_gettable;
static OSSL_FUNC_signature_settable_ctx_params_fn ecdsa_settable;

static uint8_t ecdsa_algorithm(const struct signature *s)
{
    (void)s;
    return SIGN_ECDSA;
}

static size_t der_of_rs(const struct signature *s, struct bytes raw,
                        uint8_t out[SIGNATURE_MAX])
{
    (void)s;
    if (raw.len != APPLET_RS_LEN)
        return 0;
    return soft_ecdsa_der(raw, out, SIGNATURE_MAX);
}

/* Write a number of a signature, which is in its place if it is positive and
 * fits. */
static bool put_number(const BIGNUM *number, uint8_t out[APPLET_RS_LEN / 2])
{
    return !BN_is_negative(number) && !BN_is_zero(number) &&
           BN_bn2binpad(number, out, APPLET_RS_LEN / 2) > 0;
}

/* Of all that d2i understands, DER alone is a signature: what is written anew
 * must be what was read. */
static bool is_der(struct bytes der, const ECDSA_SIG *signature)
{
    unsigned char *again = NULL;
    int len = i2d_ECDSA_SIG(signature, &again);
    bool same = len > 0 && bytes_equal(der, bytes_of(again, (size_t)len));

    OPENSSL_free(again);
    return same;
}

static size_t rs_of_der(const struct signature *s, struct bytes der,
                        uint8_t out[APPLET_SIGNATURE_MAX])
{
    const uint8_t *at = der.data;
    ECDSA_SIG *signature = NULL;
    bool good;

    (void)s;
    ERR_set_mark();
    if (der.len <= SIGNATURE_MAX)
        signature = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    good = signature != NULL && is_der(der, signature) &&
           put_number(ECDSA_SIG_get0_r(signature), out) &&
           put_number(ECDSA_SIG_get0_s(signature), out + APPLET_RS_LEN / 2);
    ERR_pop_to_mark();
    ECDSA_SIG_free(signature);
    return good ? APPLET_RS_LEN : 0;
}

static const struct signature_scheme ecdsa = {
    .name = "ECDSA",
    .algorithm = ecdsa_algorithm,
    .from_card = der_of_rs,
    .to_card = rs_of_der,
};

/* --- dispatch ----------------------------------------------------------- */

static void *ecdsa_newctx(void *provctx, const char *propq)
{
    (void)propq; /* the private library context has one provider */
    return signature_new(provctx, &ecdsa, false);
}

static void *ecdsa_card_newctx(void *provctx, const char *propq)
{
    (void)propq;
    return signature_new(provctx, &ecdsa, true);
}

static const OSSL_PARAM *ecdsa_gettable(void *vs, void *provctx)
{
    static const OSSL_PARAM gettable[] = { SIGNATURE_GETTABLE, OSSL_PARAM_END };

    (void)vs;
    (void)provctx;
    return gettable;
}

static const OSSL_PARAM *ecdsa_settable(void *vs, void *provctx)
{
    static const OSSL_PARAM settable[] = { SIGNATURE_SETTABLE, OSSL_PARAM_END };

    (void)provctx;
    return signature_settable(vs, settable);
}

#define ECDSA_FUNCTIONS(newctx)                                  \
    SIGNATURE_FUNCTION(NEWCTX, newctx),                          \
        SIGNATURE_FUNCTION(GETTABLE_CTX_PARAMS, ecdsa_gettable), \
        SIGNATURE_FUNCTION(SETTABLE_CTX_PARAMS, ecdsa_settable), \
        SIGNATURE_FUNCTIONS,                                     \
    {                                                            \
        0, NULL                                                  \
    }

const OSSL_DISPATCH signature_ecdsa_functions[] = {
    ECDSA_FUNCTIONS(ecdsa_newctx),
};

const OSSL_DISPATCH signature_ecdsa_card_functions[] = {
    ECDSA_FUNCTIONS(ecdsa_card_newctx),
};
