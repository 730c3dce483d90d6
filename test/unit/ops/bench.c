/* SPDX-License-Identifier: Apache-2.0 */
/* A provider on the bench; see bench.h. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/provider.h>

bool bench_load(OSSL_LIB_CTX *libctx)
{
    return OSSL_PROVIDER_add_builtin(libctx, "iotsim", OSSL_provider_init) &&
           OSSL_PROVIDER_load(libctx, "default") != NULL &&
           OSSL_PROVIDER_load(libctx, "iotsim") != NULL;
}

OSSL_LIB_CTX *bench_open(const char *profile)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    desk_clear();
    desk_put(profile);
    if (libctx == NULL || !bench_load(libctx)) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
    return libctx;
}

/* Undo OSSL_PROVIDER_load; what it returned is the provider itself. */
static void unload(OSSL_LIB_CTX *libctx, const char *name)
{
    OSSL_PROVIDER *provider;

    if (!OSSL_PROVIDER_available(libctx, name))
        return;
    provider = OSSL_PROVIDER_load(libctx, name);
    OSSL_PROVIDER_unload(provider);
    OSSL_PROVIDER_unload(provider);
}

void bench_free(OSSL_LIB_CTX *libctx)
{
    unload(libctx, "iotsim");
    unload(libctx, "default");
    OSSL_LIB_CTX_free(libctx);
}

void bench_close(OSSL_LIB_CTX *libctx)
{
    bench_free(libctx);
    desk_clear();
}

EVP_PKEY *bench_key(OSSL_LIB_CTX *libctx, const char *uri)
{
    return bench_object(libctx, uri, OSSL_STORE_INFO_PKEY);
}

EVP_PKEY *bench_object(OSSL_LIB_CTX *libctx, const char *uri, int expect)
{
    EVP_PKEY *key = NULL;
    OSSL_STORE_INFO *info = NULL;
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);

    if (store != NULL && OSSL_STORE_expect(store, expect))
        info = OSSL_STORE_load(store);
    if (info != NULL)
        key = expect == OSSL_STORE_INFO_PKEY
                  ? OSSL_STORE_INFO_get1_PKEY(info)
                  : OSSL_STORE_INFO_get1_PUBKEY(info);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return key;
}

EVP_PKEY *bench_soft_k1(void)
{
    static const char secret[] = "C9AFA9D845BA75166B5C215767B1D693"
                                 "4E50C3DB36E89B127B8A622B120F6721";
    static const char point[] = K1_POINT;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *d = NULL;
    long len = 0;
    unsigned char *octets = OPENSSL_hexstr2buf(point, &len);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    BN_hex2bn(&d, secret);
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                    "prime256v1", 0);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, octets,
                                     (size_t)len);
    params = OSSL_PARAM_BLD_to_param(build);
    if (EVP_PKEY_fromdata_init(maker) != 1 ||
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, params) != 1)
        abort();
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    OPENSSL_free(octets);
    BN_free(d);
    EVP_PKEY_CTX_free(maker);
    return key;
}

/* libcrypto 3.5 says, behind any provider, that it failed: behind the default
 * one also when all there is to say is that a signature does not match. */
static bool is_echo(unsigned long code, const char *reason)
{
    static const char *const words[] = { "provider signature failure",
                                         "provider keymgmt failure",
                                         "provider asym cipher failure" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ERR_GET_LIB(code) == ERR_LIB_EVP && strcmp(reason, words[i]) == 0)
            return true;
    return false;
}

const char *bench_error(void)
{
    static char text[512];
    const char *data = NULL;
    int flags = 0;
    unsigned long code;

    text[0] = '\0';
    while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        const char *reason = ERR_reason_error_string(code);

        if (reason == NULL)
            reason = "";
        if (!is_echo(code, reason))
            snprintf(text, sizeof text, "%s: %s", reason,
                     (flags & ERR_TXT_STRING) != 0 ? data : "");
    }
    return text;
}
