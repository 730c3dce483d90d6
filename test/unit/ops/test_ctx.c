/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and unloading of the provider: settings, several contexts. */
#include "support/check.h"

#include <openssl/err.h>
#include <openssl/provider.h>

#include "bench.h"

static void loading_reaches_no_card(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    CHECK_STR(desk_sent(), "");
    CHECK_INT(desk_opened(), 0);
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
    CHECK_INT(desk_opened(), 0);
}

/* libcrypto would drop an error of loading. */
static void bad_setting_is_told_when_a_key_is_used(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    desk_clear();
    desk_put(desk_sim);
    setenv("IOTSIM_TIMEOUT", "soon", 1);
    CHECK(bench_load(libctx));
    unsetenv("IOTSIM_TIMEOUT");
    CHECK_STR(bench_error(), "");
    CHECK(bench_key(libctx, "iotsim:object=K1") == NULL);
    CHECK_STR(bench_error(),
              "bad value of a configuration setting: setting "
              "\"IOTSIM_TIMEOUT\" takes 1 to 600000 milliseconds");
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

static void log_that_cannot_be_written_is_no_reason(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    setenv("IOTSIM_LOG", "info", 1);
    setenv("IOTSIM_LOG_FILE", "/nonexistent/iotsim.log", 1);
    CHECK(bench_load(libctx));
    unsetenv("IOTSIM_LOG");
    unsetenv("IOTSIM_LOG_FILE");
    CHECK_STR(bench_error(), "");
    bench_free(libctx);
}

static void status_and_name_are_told(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, "iotsim");
    char *version = NULL;
    int status = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr("version", &version, 0),
        OSSL_PARAM_construct_int("status", &status),
        OSSL_PARAM_END,
    };

    CHECK(OSSL_PROVIDER_get_params(provider, params) == 1);
    CHECK(version != NULL);
    CHECK_INT(status, 1);
    OSSL_PROVIDER_unload(provider);
    bench_close(libctx);
}

static void two_contexts_share_one_card(void)
{
    OSSL_LIB_CTX *a = bench_open(desk_sim);
    OSSL_LIB_CTX *b = OSSL_LIB_CTX_new();
    EVP_PKEY *key_a;
    EVP_PKEY *key_b;

    CHECK(bench_load(b));
    key_a = bench_key(a, "iotsim:object=K1");
    key_b = bench_key(b, "iotsim:object=K1");
    CHECK(key_a != NULL && key_b != NULL);
    CHECK_INT(desk_opened(), 1);
    EVP_PKEY_free(key_a);
    bench_free(a);
    CHECK_INT(desk_closed(), 0);
    EVP_PKEY_free(key_b);
    CHECK_INT(desk_closed(), 1);
    bench_close(b);
}

static void key_outlives_its_context(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");

    CHECK(key != NULL);
    bench_free(libctx);
    EVP_PKEY_free(key);
    CHECK_INT(desk_closed(), 1);
    desk_clear();
}

TEST_MAIN(TEST(loading_reaches_no_card),
          TEST(bad_setting_is_told_when_a_key_is_used),
          TEST(log_that_cannot_be_written_is_no_reason),
          TEST(status_and_name_are_told), TEST(two_contexts_share_one_card),
          TEST(key_outlives_its_context))
