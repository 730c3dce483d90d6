/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSASSA-PKCS1-v1_5 and RSASSA-PSS by a key in a SIM. The applet hashes and
 * pads; for PSS it knows one way: MGF1 with the digest, and a salt as long as
 * the hash. What it does not make is refused when it is set, or when the digest
 * becomes known, never at the peer. Verification takes what the default
 * provider takes. Manual: EVP_SIGNATURE-RSA(7); RFC 8017 chapter 8.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "ops/algorithms.h"
#include "ops/err.h"
#include "ops/params.h"
#include "ops/signature.h"

static OSSL_FUNC_signature_newctx_fn rsa_newctx;
static OSSL_FUNC_signature_newctx_fn rsa_card_newctx;
static OSSL_FUNC_signature_verify_recover_init_fn rsa_recover_init;
static OSSL_FUNC_signature_verify_recover_fn rsa_recover;
static OSSL_FUNC_signature_gettable_ctx_params_fn rsa_gettable;
static OSSL_FUNC_signature_settable_ctx_params_fn rsa_settable;

/* --- words and numbers of parameters ------------------------------------ */

struct word {
    const char *text;
    int number;
};

static const struct word paddings[] = {
    { OSSL_PKEY_RSA_PAD_MODE_PKCSV15, RSA_PKCS1_PADDING },
    { OSSL_PKEY_RSA_PAD_MODE_PSS, RSA_PKCS1_PSS_PADDING },
    { OSSL_PKEY_RSA_PAD_MODE_NONE, RSA_NO_PADDING },
    { OSSL_PKEY_RSA_PAD_MODE_OAEP, RSA_PKCS1_OAEP_PADDING },
    { OSSL_PKEY_RSA_PAD_MODE_X931, RSA_X931_PADDING },
    { NULL, 0 },
};

/* The last came with OpenSSL 3.1: at most the length of the hash when signing,
 * else whatever the signature has. With a card `auto` is the same. */
enum { SALT_AUTO_DIGEST_MAX = -4 };

static const struct word salts[] = {
    { OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, RSA_PSS_SALTLEN_DIGEST },
    { OSSL_PKEY_RSA_PSS_SALT_LEN_AUTO, RSA_PSS_SALTLEN_AUTO },
    { OSSL_PKEY_RSA_PSS_SALT_LEN_MAX, RSA_PSS_SALTLEN_MAX },
    { "auto-digestmax", SALT_AUTO_DIGEST_MAX },
    { NULL, 0 },
};

static bool number_of(const struct word *words, const char *text, int *number)
{
    char *end = NULL;
    long value;

    for (; words->text != NULL; words++)
        if (strcmp(words->text, text) == 0) {
            *number = words->number;
            return true;
        }
    value = strtol(text, &end, 10);
    *number = (int)value;
    return end != text && *end == '\0' && value >= SALT_AUTO_DIGEST_MAX &&
           value <= 0xffff;
}

static const char *text_of(const struct word *words, int number)
{
    while (words->text != NULL && words->number != number)
        words++;
    return words->text;
}

/* A parameter may be a number or text. */
static bool get_either(const struct word *words, const OSSL_PARAM *p,
                       int *number)
{
    char text[SIGNATURE_TEXT_MAX + 1];

    if (p->data_type != OSSL_PARAM_UTF8_STRING)
        return OSSL_PARAM_get_int(p, number);
    return params_get_text(p, text, sizeof text) &&
           number_of(words, text, number);
}

static int set_either(const struct word *words, OSSL_PARAM *p, int number)
{
    const char *text = text_of(words, number);
    char digits[16];

    if (p->data_type != OSSL_PARAM_UTF8_STRING)
        return OSSL_PARAM_set_int(p, number);
    snprintf(digits, sizeof digits, "%d", number);
    return OSSL_PARAM_set_utf8_string(p, text == NULL ? digits : text);
}

/* --- what the card makes ------------------------------------------------ */

static bool is_pss(const struct signature *s)
{
    return s->padding == RSA_PKCS1_PSS_PADDING;
}

static uint8_t rsa_algorithm(const struct signature *s)
{
    return is_pss(s) ? SIGN_RSA_PSS : SIGN_RSA_PKCS1;
}

static int check_padding(const struct signature *s)
{
    if (s->padding == RSA_PKCS1_PADDING || is_pss(s))
        return 1;
    return signature_refuse(s,
                            "padding %s, where the applet makes pkcs1 and "
                            "pss",
                            text_of(paddings, s->padding));
}

static int check_salt(const struct signature *s)
{
    const char *text = text_of(salts, s->salt);
    char digits[16];

    if (!is_pss(s) || s->salt == RSA_PSS_SALTLEN_DIGEST ||
        s->salt == RSA_PSS_SALTLEN_AUTO)
        return 1;
    if (s->salt >= 0 && (s->md == NULL || s->salt == EVP_MD_get_size(s->md)))
        return 1;
    snprintf(digits, sizeof digits, "%d", s->salt);
    return signature_refuse(s,
                            "salt length %s, where the applet makes salts "
                            "as long as the hash: set it to digest",
                            text == NULL ? digits : text);
}

static int check_mgf1(const struct signature *s)
{
    if (!is_pss(s) || s->mgf1 == NULL || s->md == NULL ||
        EVP_MD_is_a(s->mgf1, EVP_MD_get0_name(s->md)))
        return 1;
    return signature_refuse(s,
                            "MGF1 with %s, where the applet takes the digest "
                            "%s for it",
                            EVP_MD_get0_name(s->mgf1), EVP_MD_get0_name(s->md));
}

static bool is_offered(const struct signature *s, uint8_t algorithm)
{
    return key_offers(s->key->card_key, algorithm, signature_hash(s->md));
}

/* The default padding is no word until the end: `pss` is set after the
 * digest. */
static int check_offer(const struct signature *s, bool last)
{
    if (is_offered(s, rsa_algorithm(s)))
        return 1;
    if (!last && !s->padding_set && is_offered(s, SIGN_RSA_PSS))
        return 1;
    return signature_refuse(
        s, "the card says that this key does not offer %s with SHA-%d",
        is_pss(s) ? "RSASSA-PSS" : "RSASSA-PKCS1-v1_5",
        8 * EVP_MD_get_size(s->md));
}

static int check_card(const struct signature *s, bool last)
{
    if (!check_padding(s) || !check_salt(s) || !check_mgf1(s))
        return 0;
    if (s->md == NULL)
        return !last ||
               signature_refuse(s, "no digest, where the applet makes the "
                                   "DigestInfo itself: set SHA-256, SHA-384 or "
                                   "SHA-512");
    if (signature_hash(s->md) == 0)
        return signature_refuse_digest(s);
    return check_offer(s, last);
}

static size_t same_octets(const struct signature *s, struct bytes in,
                          uint8_t *out)
{
    if (in.len != (size_t)EVP_PKEY_get_size(s->key->public_half))
        return 0;
    memcpy(out, in.data, in.len);
    return in.len;
}

/* --- what the default provider does ------------------------------------- */

/* OSSL_PARAM takes no const, though it only reads. */
static OSSL_PARAM text_param(const char *key, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(key, (char *)(uintptr_t)text, 0);
}

static void rsa_describe(const struct signature *s,
                         struct signature_params *out)
{
    OSSL_PARAM *p = out->list;

    out->padding = s->padding;
    out->salt =
        s->operation == SIGNATURE_SIGN ? RSA_PSS_SALTLEN_DIGEST : s->salt;
    if (s->md != NULL)
        *p++ = text_param(OSSL_SIGNATURE_PARAM_DIGEST, EVP_MD_get0_name(s->md));
    *p++ =
        OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &out->padding);
    if (is_pss(s))
        *p++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN,
                                        &out->salt);
    if (is_pss(s) && s->mgf1 != NULL)
        *p++ = text_param(OSSL_SIGNATURE_PARAM_MGF1_DIGEST,
                          EVP_MD_get0_name(s->mgf1));
    *p = OSSL_PARAM_construct_end();
}

/* The operation, ready in the private library context, or NULL. */
static EVP_PKEY_CTX *delegate(const struct signature *s)
{
    EVP_PKEY_CTX *soft =
        EVP_PKEY_CTX_new_from_pkey(s->ctx->soft, s->key->public_half, NULL);
    struct signature_params params;
    int ok = 0;

    rsa_describe(s, &params);
    if (soft != NULL)
        ok = s->operation == SIGNATURE_RECOVER
                 ? EVP_PKEY_verify_recover_init_ex(soft, params.list)
                 : EVP_PKEY_verify_init_ex(soft, params.list);
    if (ok == 1)
        return soft;
    EVP_PKEY_CTX_free(soft);
    return NULL;
}

static int check_software(const struct signature *s)
{
    EVP_PKEY_CTX *soft;

    ERR_set_mark();
    soft = delegate(s);
    ERR_pop_to_mark();
    if (soft == NULL)
        return signature_refuse(s, "verifying with padding %s and digest %s",
                                text_of(paddings, s->padding),
                                s->md == NULL ? "none"
                                              : EVP_MD_get0_name(s->md));
    EVP_PKEY_CTX_free(soft);
    return 1;
}

static int rsa_check(const struct signature *s, bool last)
{
    return signature_is_on_card(s) ? check_card(s, last) : check_software(s);
}

/* --- parameters --------------------------------------------------------- */

static void rsa_reset(struct signature *s)
{
    s->padding = RSA_PKCS1_PADDING;
    s->padding_set = false;
    s->salt = RSA_PSS_SALTLEN_AUTO;
    EVP_MD_free(s->mgf1);
    s->mgf1 = NULL;
}

static int set_padding(struct signature *s, const OSSL_PARAM *p)
{
    int padding = 0;

    if (!get_either(paddings, p, &padding) ||
        text_of(paddings, padding) == NULL)
        return signature_refuse(s, "unknown padding");
    if (padding == RSA_PKCS1_OAEP_PADDING)
        return signature_refuse(s, "padding oaep, which is not for signatures");
    s->padding = padding;
    s->padding_set = true;
    return 1;
}

static int need_pss(const struct signature *s, const char *what)
{
    return is_pss(s) ||
           signature_refuse(
               s, "%s without padding pss, which must be set first", what);
}

static int set_salt(struct signature *s, const OSSL_PARAM *p)
{
    int salt = 0;

    if (!need_pss(s, "a salt length"))
        return 0;
    if (!get_either(salts, p, &salt) || salt < SALT_AUTO_DIGEST_MAX)
        return signature_refuse(s, "unknown salt length");
    s->salt = salt == SALT_AUTO_DIGEST_MAX ? RSA_PSS_SALTLEN_AUTO : salt;
    return 1;
}

static int set_mgf1(struct signature *s, const OSSL_PARAM *p)
{
    char name[SIGNATURE_TEXT_MAX + 1];
    EVP_MD *md;

    if (!need_pss(s, "a digest of MGF1"))
        return 0;
    if (!params_get_text(p, name, sizeof name))
        return signature_refuse(s, "unknown digest of MGF1");
    md = signature_fetch(s, name);
    if (md == NULL)
        return 0;
    EVP_MD_free(s->mgf1);
    s->mgf1 = md;
    return 1;
}

static const struct {
    const char *key;
    int (*set)(struct signature *s, const OSSL_PARAM *p);
} special[] = {
    { OSSL_SIGNATURE_PARAM_PAD_MODE, set_padding },
    { OSSL_SIGNATURE_PARAM_PSS_SALTLEN, set_salt },
    { OSSL_SIGNATURE_PARAM_MGF1_DIGEST, set_mgf1 },
};

static int rsa_set(struct signature *s, const OSSL_PARAM params[])
{
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, special[i].key);

        if (p != NULL && !special[i].set(s, p))
            return 0;
    }
    return 1;
}

static int rsa_get(const struct signature *s, OSSL_PARAM params[])
{
    const EVP_MD *mgf1 = s->mgf1 == NULL ? s->md : s->mgf1;
    OSSL_PARAM *p;

    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
    if (p != NULL && !set_either(paddings, p, s->padding))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
    if (p != NULL && !set_either(salts, p, s->salt))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
    return p == NULL || OSSL_PARAM_set_utf8_string(
                            p, mgf1 == NULL ? "" : EVP_MD_get0_name(mgf1));
}

static const struct signature_scheme rsa = {
    .name = "RSA",
    .reset = rsa_reset,
    .set = rsa_set,
    .get = rsa_get,
    .check = rsa_check,
    .algorithm = rsa_algorithm,
    .describe = rsa_describe,
    .from_card = same_octets,
    .to_card = same_octets,
};

/* --- dispatch ----------------------------------------------------------- */

static void *rsa_newctx(void *provctx, const char *propq)
{
    (void)propq; /* the private library context has one provider */
    return signature_new(provctx, &rsa, false);
}

static void *rsa_card_newctx(void *provctx, const char *propq)
{
    (void)propq;
    return signature_new(provctx, &rsa, true);
}

static int rsa_recover_init(void *vs, void *provkey, const OSSL_PARAM params[])
{
    return signature_begin(vs, SIGNATURE_RECOVER, provkey, params);
}

/* Work with the public key: as with signatures that do not match, no error. */
static int rsa_recover(void *vs, unsigned char *out, size_t *outlen,
                       size_t outsize, const unsigned char *sig, size_t siglen)
{
    EVP_PKEY_CTX *soft;
    int ok;

    *outlen = outsize;
    ERR_set_mark();
    soft = delegate(vs);
    ok = soft != NULL &&
         EVP_PKEY_verify_recover(soft, out, outlen, sig, siglen) == 1;
    ERR_pop_to_mark();
    EVP_PKEY_CTX_free(soft);
    return ok;
}

static const OSSL_PARAM *rsa_gettable(void *vs, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        SIGNATURE_GETTABLE,
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vs;
    (void)provctx;
    return gettable;
}

static const OSSL_PARAM *rsa_settable(void *vs, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        SIGNATURE_SETTABLE,
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return signature_settable(vs, settable);
}

#define RSA_FUNCTIONS(newctx)                                      \
    SIGNATURE_FUNCTION(NEWCTX, newctx),                            \
        SIGNATURE_FUNCTION(VERIFY_RECOVER_INIT, rsa_recover_init), \
        SIGNATURE_FUNCTION(VERIFY_RECOVER, rsa_recover),           \
        SIGNATURE_FUNCTION(GETTABLE_CTX_PARAMS, rsa_gettable),     \
        SIGNATURE_FUNCTION(SETTABLE_CTX_PARAMS, rsa_settable),     \
        SIGNATURE_FUNCTIONS,                                       \
    {                                                              \
        0, NULL                                                    \
    }

const OSSL_DISPATCH signature_rsa_functions[] = {
    RSA_FUNCTIONS(rsa_newctx),
};

const OSSL_DISPATCH signature_rsa_card_functions[] = {
    RSA_FUNCTIONS(rsa_card_newctx),
};
