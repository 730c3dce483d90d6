/* SPDX-License-Identifier: Apache-2.0 */
/* What a person reads when something fails. */
#include "support/check.h"

#include <openssl/err.h>
#include <openssl/provider.h>

#include "bench.h"
#include "ops/err.h"

static void every_error_has_a_reason(void)
{
    const OSSL_ITEM *reasons = err_reasons();

    for (unsigned i = 1; i < IOTSIM_ERR_COUNT; i++) {
        CHECK_INT(reasons[i - 1].id, i);
        CHECK(reasons[i - 1].ptr != NULL);
    }
    CHECK_INT(reasons[IOTSIM_ERR_COUNT - 1].id, 0);
}

static void says_what_who_and_why(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    CHECK(bench_key(libctx, "iotsim:object=K9") == NULL);
    CHECK_STR(bench_error(), "there is no such object on the card: "
                             "looking for private key iotsim:object=K9");
    bench_close(libctx);
}

static void names_the_status_word(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    CHECK(bench_key(libctx, "iotsim:object=E1") == NULL);
    CHECK(strstr(bench_error(), "status word 6985") != NULL);
    bench_close(libctx);
}

static void no_message_holds_a_pin(void)
{
    static const char *const uris[] = {
        "iotsim:object=K9?pin-value=s3cret",
        "iotsim:object=K1;bogus=1?pin-value=s3cret",
        "iotsim:object=K1?pin-value=s3cret%zz",
        "iotsim:object=K1?pin-value=?s3cret%zz",
        "iotsim:object=K1?pin-value=s3cret&pin-value=s3cret",
    };
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        const char *text;

        CHECK(bench_key(libctx, uris[i]) == NULL);
        text = bench_error();
        CHECK(text[0] != '\0');
        CHECK(strstr(text, "s3cret") == NULL);
    }
    bench_close(libctx);
}

static void one_entry_a_failure(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    unsigned entries = 0;

    ERR_clear_error();
    CHECK(bench_key(libctx, "iotsim:object=K9") == NULL);
    while (ERR_get_error() != 0)
        entries++;
    CHECK_INT(entries, 1);
    bench_close(libctx);
}

TEST_MAIN(TEST(every_error_has_a_reason), TEST(says_what_who_and_why),
          TEST(names_the_status_word), TEST(no_message_holds_a_pin),
          TEST(one_entry_a_failure))
