/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the signature schemes share: the context, digests, messages in the
 * three modes of the card, and all operations. A scheme says what parameters
 * may be, and how the card's signature looks to OpenSSL; its dispatch table is
 * SIGNATURE_FUNCTIONS and what is special. Manual: provider-signature(7).
 */
#ifndef IOTSIM_OPS_SIGNATURE_H
#define IOTSIM_OPS_SIGNATURE_H

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>

#include "iotsim/iotsim.h"
#include "ops/pkey.h"
#include "ops/tbs.h"

enum signature_operation {
    SIGNATURE_NONE,
    SIGNATURE_SIGN,
    SIGNATURE_VERIFY,
    SIGNATURE_RECOVER
};

enum {
    SIGNATURE_MAX = APPLET_SIGNATURE_MAX, /* octets, as OpenSSL sees them */
    SIGNATURE_ID_MAX = 128,               /* octets of AlgorithmIdentifier */
    SIGNATURE_TEXT_MAX = 50,              /* characters of a parameter */
    SIGNATURE_PARAMS = 5                  /* with the one that ends them */
};

/* Parameters for the default provider, and what they point to. */
struct signature_params {
    OSSL_PARAM list[SIGNATURE_PARAMS];
    int padding;
    int salt;
};

struct signature {
    struct prov_ctx *ctx;
    const struct signature_scheme *scheme;
    bool verify_on_card; /* asked for by the property iotsim.verify=yes */
    enum signature_operation operation;
    struct prov_key *key; /* counted; never NULL once there is an operation */
    EVP_MD *md;           /* NULL: the caller hashes by no known digest */
    EVP_MD_CTX *digest;   /* runs in every mode of the card */
    bool hashing;         /* between init and final of digest-sign, -verify */
    uint8_t mode;         /* MODE_ that was asked for by parameter, or 0 */
    struct tbs tbs;       /* begun by the first octet of the message */

    /* RSA alone */
    int padding;      /* RSA_..._PADDING */
    bool padding_set; /* somebody asked for this one */
    int salt;         /* octets, or RSA_PSS_SALTLEN_... */
    EVP_MD *mgf1;     /* NULL: the digest */
};

struct signature_scheme {
    const char *name; /* for messages */

    /* A new operation: parameters get their defaults. May be NULL. */
    void (*reset)(struct signature *s);
    /* Set, get the parameters that are special. May be NULL. */
    int (*set)(struct signature *s, const OSSL_PARAM params[]);
    int (*get)(const struct signature *s, OSSL_PARAM params[]);
    /* 0, with an error raised, when key, digest and parameters do not go
     * together. `last`: nothing more will be set. May be NULL. */
    int (*check)(const struct signature *s, bool last);

    /* The SIGN_ value that tells the card. */
    uint8_t (*algorithm)(const struct signature *s);
    /* The same for the default provider. May be NULL: it needs no telling. */
    void (*describe)(const struct signature *s, struct signature_params *out);
    /* From the card's signature to that of OpenSSL: octets in `out`, 0 when it
     * is malformed; and back, 0 when it can be no signature by this key. */
    size_t (*from_card)(const struct signature *s, struct bytes raw,
                        uint8_t out[SIGNATURE_MAX]);
    size_t (*to_card)(const struct signature *s, struct bytes signature,
                      uint8_t out[APPLET_SIGNATURE_MAX]);
};

/* A new context; NULL when out of memory. */
struct signature *signature_new(struct prov_ctx *ctx,
                                const struct signature_scheme *scheme,
                                bool verify_on_card);

/* Begin `operation`; a NULL `key` keeps the one before. Raises errors. */
int signature_begin(struct signature *s, enum signature_operation operation,
                    struct prov_key *key, const OSSL_PARAM params[]);

/* True when the operation is the card's. */
bool signature_is_on_card(const struct signature *s);

/* The mode that the user asked for by parameter or setting, or 0. */
uint8_t signature_asked_mode(const struct signature *s);

/* True when it is one in which the card wants more than a hash. */
bool signature_needs_text(const struct signature *s);

/* 0, with an error raised, when what was set does not go together. `last`:
 * nothing more will be set. */
int signature_check(const struct signature *s, bool last);

/* What the scheme tells the default provider. */
void signature_describe(const struct signature *s,
                        struct signature_params *out);

/* The HASH_ value of a digest; 0 when the applet lacks it, or it is NULL. */
uint16_t signature_hash(const EVP_MD *md);

/* The name of the key in messages, written to `name` or static. */
const char *signature_key_name(const struct signature *s,
                               char name[IOTSIM_URI_MAX + 1]);

/* Raise UNSUPPORTED with these words and the key that they are about. Returns
 * 0. */
int signature_refuse(const struct signature *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Raise UNSUPPORTED for a digest that the applet lacks. Returns 0. */
int signature_refuse_digest(const struct signature *s);

/* The digest called `name`, of the default provider; NULL, with an error
 * raised, when it is none to sign with. The caller frees it. */
EVP_MD *signature_fetch(const struct signature *s, const char *name);

/* `settable` without its first entry, the digest, while a message is hashed
 * by one. */
const OSSL_PARAM *signature_settable(const struct signature *s,
                                     const OSSL_PARAM *settable);

/* --- for dispatch tables ------------------------------------------------ */

/* Parameters of every scheme; the digest first: see signature_settable. */
#define SIGNATURE_SETTABLE                                        \
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0), \
        OSSL_PARAM_utf8_string(IOTSIM_SIGNATURE_PARAM_MODE, NULL, 0)
#define SIGNATURE_GETTABLE                                               \
    OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0), \
        OSSL_PARAM_size_t(OSSL_SIGNATURE_PARAM_DIGEST_SIZE, NULL),       \
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0)

OSSL_FUNC_signature_freectx_fn signature_freectx;
OSSL_FUNC_signature_dupctx_fn signature_dupctx;
OSSL_FUNC_signature_sign_init_fn signature_sign_init;
OSSL_FUNC_signature_sign_fn signature_sign;
OSSL_FUNC_signature_verify_init_fn signature_verify_init;
OSSL_FUNC_signature_verify_fn signature_verify;
OSSL_FUNC_signature_digest_sign_init_fn signature_digest_sign_init;
OSSL_FUNC_signature_digest_sign_update_fn signature_digest_update;
OSSL_FUNC_signature_digest_sign_final_fn signature_digest_sign_final;
OSSL_FUNC_signature_digest_sign_fn signature_digest_sign;
OSSL_FUNC_signature_digest_verify_init_fn signature_digest_verify_init;
OSSL_FUNC_signature_digest_verify_final_fn signature_digest_verify_final;
OSSL_FUNC_signature_digest_verify_fn signature_digest_verify;
OSSL_FUNC_signature_get_ctx_params_fn signature_get_ctx_params;
OSSL_FUNC_signature_set_ctx_params_fn signature_set_ctx_params;
OSSL_FUNC_signature_get_ctx_md_params_fn signature_get_ctx_md_params;
OSSL_FUNC_signature_gettable_ctx_md_params_fn signature_gettable_ctx_md_params;
OSSL_FUNC_signature_set_ctx_md_params_fn signature_set_ctx_md_params;
OSSL_FUNC_signature_settable_ctx_md_params_fn signature_settable_ctx_md_params;

#define SIGNATURE_FUNCTION(id, function)                     \
    {                                                        \
        OSSL_FUNC_SIGNATURE_##id, (void (*)(void))(function) \
    }

#define SIGNATURE_FUNCTIONS                                                   \
    SIGNATURE_FUNCTION(FREECTX, signature_freectx),                           \
        SIGNATURE_FUNCTION(DUPCTX, signature_dupctx),                         \
        SIGNATURE_FUNCTION(SIGN_INIT, signature_sign_init),                   \
        SIGNATURE_FUNCTION(SIGN, signature_sign),                             \
        SIGNATURE_FUNCTION(VERIFY_INIT, signature_verify_init),               \
        SIGNATURE_FUNCTION(VERIFY, signature_verify),                         \
        SIGNATURE_FUNCTION(DIGEST_SIGN_INIT, signature_digest_sign_init),     \
        SIGNATURE_FUNCTION(DIGEST_SIGN_UPDATE, signature_digest_update),      \
        SIGNATURE_FUNCTION(DIGEST_SIGN_FINAL, signature_digest_sign_final),   \
        SIGNATURE_FUNCTION(DIGEST_SIGN, signature_digest_sign),               \
        SIGNATURE_FUNCTION(DIGEST_VERIFY_INIT, signature_digest_verify_init), \
        SIGNATURE_FUNCTION(DIGEST_VERIFY_UPDATE, signature_digest_update),    \
        SIGNATURE_FUNCTION(DIGEST_VERIFY_FINAL,                               \
                           signature_digest_verify_final),                    \
        SIGNATURE_FUNCTION(DIGEST_VERIFY, signature_digest_verify),           \
        SIGNATURE_FUNCTION(GET_CTX_PARAMS, signature_get_ctx_params),         \
        SIGNATURE_FUNCTION(SET_CTX_PARAMS, signature_set_ctx_params),         \
        SIGNATURE_FUNCTION(GET_CTX_MD_PARAMS, signature_get_ctx_md_params),   \
        SIGNATURE_FUNCTION(GETTABLE_CTX_MD_PARAMS,                            \
                           signature_gettable_ctx_md_params),                 \
        SIGNATURE_FUNCTION(SET_CTX_MD_PARAMS, signature_set_ctx_md_params),   \
        SIGNATURE_FUNCTION(SETTABLE_CTX_MD_PARAMS,                            \
                           signature_settable_ctx_md_params)

#endif
