/* SPDX-License-Identifier: Apache-2.0 */
/* Random octets of a card and of the system: IOTSIM-RAND, IOTSIM-SEED. */
#include "support/check.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include "bench.h"
#include "ops/algorithms.h"

/* One request of a process that keeps no card. */
#define ASKED_ONCE "+ A4 84 -"

static EVP_RAND_CTX *open_generator(OSSL_LIB_CTX *libctx, const char *name)
{
    EVP_RAND *method = EVP_RAND_fetch(libctx, name, "iotsim.rand=yes");
    EVP_RAND_CTX *generator = EVP_RAND_CTX_new(method, NULL);

    EVP_RAND_free(method);
    if (generator == NULL ||
        !EVP_RAND_instantiate(generator, 0, 0, NULL, 0, NULL)) {
        fprintf(stderr, "no generator %s\n", name);
        exit(1);
    }
    return generator;
}

static bool is_zero(const uint8_t *octets, size_t len)
{
    while (len > 0 && octets[len - 1] == 0)
        len--;
    return len == 0;
}

static int generate(EVP_RAND_CTX *generator, uint8_t *out, size_t len)
{
    return EVP_RAND_generate(generator, out, len, 256, 0, NULL, 0);
}

/* --- the generators ----------------------------------------------------- */

static const char *const both[] = { "IOTSIM-RAND", "IOTSIM-SEED" };

static void generators_follow_the_book(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        EVP_RAND_CTX *g = open_generator(libctx, both[i]);
        uint8_t nonce[16] = { 0 };
        size_t most = 0;
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_size_t(OSSL_RAND_PARAM_MAX_REQUEST, &most),
            OSSL_PARAM_END,
        };

        CHECK_INT(EVP_RAND_get_state(g), EVP_RAND_STATE_READY);
        CHECK_INT(EVP_RAND_get_strength(g), 256);
        CHECK(EVP_RAND_CTX_get_params(g, params) == 1 && most > 0);
        CHECK_INT(EVP_RAND_enable_locking(g), 1);
        CHECK_INT(EVP_RAND_reseed(g, 1, NULL, 0, NULL, 0), 1);
        CHECK_INT(EVP_RAND_nonce(g, nonce, sizeof nonce), 1);
        CHECK(!is_zero(nonce, sizeof nonce));
        CHECK_INT(EVP_RAND_verify_zeroization(g), 1);
        CHECK_INT(EVP_RAND_uninstantiate(g), 1);
        CHECK_INT(EVP_RAND_get_state(g), EVP_RAND_STATE_UNINITIALISED);
        CHECK_INT(generate(g, nonce, sizeof nonce), 0);
        CHECK(strstr(bench_error(), "generate") != NULL);
        EVP_RAND_CTX_free(g);
        CHECK_STR(desk_sent(), "");
    }
    bench_close(libctx);
}

static void each_request_asks_the_card_once(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    static uint8_t out[5000];

    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        EVP_RAND_CTX *g = open_generator(libctx, both[i]);

        CHECK_INT(generate(g, out, 1), 1);
        CHECK_STR(desk_sent(), ASKED_ONCE);
        memset(out, 0, sizeof out);
        CHECK_INT(generate(g, out, 4096), 1);
        CHECK_STR(desk_sent(), ASKED_ONCE);
        CHECK(!is_zero(out, 64) && !is_zero(out + 4032, 64));
        CHECK(is_zero(out + 4096, sizeof out - 4096));
        CHECK_INT(generate(g, out, sizeof out), 1);
        CHECK_STR(desk_sent(), ASKED_ONCE " " ASKED_ONCE);
        CHECK_INT(EVP_RAND_generate(g, out, 1, 257, 0, NULL, 0), 0);
        CHECK(bench_error()[0] != '\0');
        EVP_RAND_CTX_free(g);
    }
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

/* Nobody who does not ask for them by name gets them. */
static void nothing_is_taken_over(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    uint8_t out[32];

    CHECK_INT(RAND_bytes_ex(libctx, out, sizeof out, 0), 1);
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

static void card_that_fails_fails_the_generator_in_words(void)
{
    static const char *const faults[] = { "ins=84,times=0,sw=6F00",
                                          "ins=84,times=0,truncate",
                                          "ins=84,times=0,drop" };
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_RAND_CTX *g = open_generator(libctx, "IOTSIM-RAND");
    EVP_RAND_CTX *seed = open_generator(libctx, "IOTSIM-SEED");
    uint8_t out[32];

    desk_clear();
    CHECK_INT(generate(g, out, sizeof out), 0); /* no reader at all */
    CHECK(bench_error()[0] != '\0');
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        soft_fault(desk_put(desk_sim), faults[i]);
        memset(out, 0x55, sizeof out);
        CHECK_INT(generate(g, out, sizeof out), 0);
        CHECK(is_zero(out, sizeof out));
        CHECK_INT(generate(seed, out, sizeof out), 1);
        CHECK(!is_zero(out, sizeof out));
        desk_clear();
    }
    EVP_RAND_CTX_free(g);
    EVP_RAND_CTX_free(seed);
    bench_close(libctx);
}

static void error_says_what_was_tried(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_RAND_CTX *g = open_generator(libctx, "IOTSIM-RAND");
    uint8_t out[32];
    const char *data = NULL;
    int flags = 0;

    desk_clear();
    ERR_clear_error();
    CHECK_INT(generate(g, out, sizeof out), 0);
    ERR_get_error_all(NULL, NULL, NULL, &data, &flags); /* ours is the first */
    CHECK((flags & ERR_TXT_STRING) != 0 &&
          strstr(data, "asking the card for random octets") != NULL);
    ERR_clear_error();
    EVP_RAND_CTX_free(g);
    bench_close(libctx);
}

/* --- seeds -------------------------------------------------------------- */

/* A library context that is seeded by IOTSIM-SEED, as openssl.cnf has it. */
static OSSL_LIB_CTX *open_seeded(const char *profile)
{
    OSSL_LIB_CTX *libctx = bench_open(profile);

    CHECK_INT(RAND_set_seed_source_type(libctx, "IOTSIM-SEED", NULL), 1);
    return libctx;
}

static void draw(OSSL_LIB_CTX *libctx)
{
    uint8_t out[32] = { 0 };

    CHECK_INT(RAND_bytes_ex(libctx, out, sizeof out, 0), 1);
    CHECK(!is_zero(out, sizeof out));
    CHECK_INT(RAND_priv_bytes_ex(libctx, out, sizeof out, 0), 1);
    CHECK_STR(bench_error(), ""); /* whatever the card does */
}

static void seed_is_taken_at_first_use_and_no_more(void)
{
    OSSL_LIB_CTX *libctx = open_seeded(desk_sim);

    CHECK_STR(desk_sent(), "");
    draw(libctx);
    CHECK_STR(desk_sent(), ASKED_ONCE);
    draw(libctx);
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

static void seed_goes_on_without_a_card(void)
{
    OSSL_LIB_CTX *libctx = open_seeded(desk_sim);

    desk_clear();
    draw(libctx);
    bench_close(libctx);
}

static void seed_goes_on_with_a_bad_setting(void)
{
    OSSL_LIB_CTX *libctx;

    setenv("IOTSIM_TIMEOUT", "soon", 1);
    libctx = open_seeded(desk_sim);
    unsetenv("IOTSIM_TIMEOUT");
    draw(libctx);
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

static void zeros_of_a_card_are_no_seed(void)
{
    OSSL_LIB_CTX *libctx = open_seeded(desk_sim);
    EVP_RAND_CTX *g = open_generator(libctx, "IOTSIM-RAND");
    uint8_t out[64];

    /* requests are smaller than what this card fills with zeros */
    soft_quirk(desk_swap(0, desk_sim), "random-zeros=yes");
    CHECK_INT(generate(g, out, sizeof out), 1);
    CHECK_STR(desk_sent(), ASKED_ONCE);
    draw(libctx);
    EVP_RAND_CTX_free(g);
    bench_close(libctx);
}

/* A card that sleeps longer than the seed may wait: the call in which it does
 * so cannot be cut short on the desk, which shares our thread, but nothing is
 * asked after it, and the seed is there. */
static void late_card_is_not_waited_for(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    soft_fault(desk_swap(0, desk_sim), "ins=84,times=0,delay=1100");
    CHECK_INT(RAND_set_seed_source_type(libctx, "IOTSIM-SEED", NULL), 1);
    draw(libctx);
    CHECK(strstr(desk_sent(), "84") != NULL);
    soft_fault(desk_swap(0, desk_sim), "ins=A4,times=0,delay=1100");
    bench_free(libctx);
    libctx = OSSL_LIB_CTX_new();
    REQUIRE(libctx != NULL && bench_load(libctx));
    CHECK_INT(RAND_set_seed_source_type(libctx, "IOTSIM-SEED", NULL), 1);
    desk_sent();
    draw(libctx);
    CHECK(strstr(desk_sent(), "84") == NULL); /* too late to begin with */
    bench_close(libctx);
}

static void generator_of_a_library_context(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    uint8_t out[16];

    CHECK_INT(RAND_set_DRBG_type(libctx, "IOTSIM-RAND", NULL, NULL, NULL), 1);
    draw(libctx);
    CHECK_STR(desk_sent(), ASKED_ONCE " " ASKED_ONCE);
    desk_clear();
    CHECK_INT(RAND_bytes_ex(libctx, out, sizeof out, 0), 0);
    CHECK(bench_error()[0] != '\0');
    bench_close(libctx);
}

/* A deterministic generator over either of them. */
static void parent_of_a_deterministic_generator(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_RAND *drbg = EVP_RAND_fetch(libctx, "CTR-DRBG", NULL);
    char cipher[] = "AES-256-CTR";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_END,
    };
    uint8_t out[32];

    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        EVP_RAND_CTX *parent = open_generator(libctx, both[i]);
        EVP_RAND_CTX *child = EVP_RAND_CTX_new(drbg, parent);

        CHECK_INT(EVP_RAND_instantiate(child, 256, 0, NULL, 0, params), 1);
        CHECK_STR(desk_sent(), ASKED_ONCE);
        CHECK_INT(generate(child, out, sizeof out), 1);
        CHECK_STR(desk_sent(), "");
        CHECK_INT(EVP_RAND_generate(child, out, sizeof out, 256, 1, NULL, 0),
                  1); /* prediction resistance: a new seed */
        CHECK_STR(desk_sent(), ASKED_ONCE);
        EVP_RAND_CTX_free(child);
        EVP_RAND_CTX_free(parent);
    }
    EVP_RAND_free(drbg);
    bench_close(libctx);
}

/* As a deterministic generator asks; no octets are no seed. */
static void seeds_are_given_or_refused_in_words(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, "iotsim");
    OSSL_FUNC_rand_newctx_fn *newctx = NULL;
    OSSL_FUNC_rand_freectx_fn *freectx = NULL;
    OSSL_FUNC_rand_instantiate_fn *instantiate = NULL;
    OSSL_FUNC_rand_get_seed_fn *get_seed = NULL;
    OSSL_FUNC_rand_clear_seed_fn *clear_seed = NULL;
    unsigned char *seed = NULL;
    void *g;

    for (const OSSL_DISPATCH *f = rand_functions; f->function_id != 0; f++) {
        if (f->function_id == OSSL_FUNC_RAND_NEWCTX)
            newctx = OSSL_FUNC_rand_newctx(f);
        if (f->function_id == OSSL_FUNC_RAND_FREECTX)
            freectx = OSSL_FUNC_rand_freectx(f);
        if (f->function_id == OSSL_FUNC_RAND_INSTANTIATE)
            instantiate = OSSL_FUNC_rand_instantiate(f);
        if (f->function_id == OSSL_FUNC_RAND_GET_SEED)
            get_seed = OSSL_FUNC_rand_get_seed(f);
        if (f->function_id == OSSL_FUNC_RAND_CLEAR_SEED)
            clear_seed = OSSL_FUNC_rand_clear_seed(f);
    }
    REQUIRE(newctx != NULL && freectx != NULL && instantiate != NULL &&
            get_seed != NULL && clear_seed != NULL);
    g = newctx(OSSL_PROVIDER_get0_provider_ctx(provider), NULL, NULL);
    CHECK_INT(instantiate(g, 256, 0, NULL, 0, NULL), 1);
    CHECK_INT(get_seed(g, &seed, 256, 1, 64, 0, NULL, 0), 32);
    clear_seed(g, seed, 32);
    CHECK_INT(get_seed(g, &seed, 256, 1, 31, 0, NULL, 0), 0);
    CHECK(strstr(bench_error(), "32 octets") != NULL);
    CHECK_INT(get_seed(g, &seed, 0, 0, 64, 0, NULL, 0), 0);
    CHECK(strstr(bench_error(), "no octets") != NULL);
    freectx(g);
    OSSL_PROVIDER_unload(provider);
    bench_close(libctx);
}

/* --- surroundings ------------------------------------------------------- */

/* The child of a fork reseeds, with octets of its own. */
static void child_draws_its_own(void)
{
    OSSL_LIB_CTX *libctx = open_seeded(desk_sim);
    uint8_t ours[32];
    uint8_t theirs[32] = { 0 };
    int ends[2];
    int status = -1;
    pid_t pid;

    draw(libctx);
    desk_sent();
    REQUIRE(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        bool ok = RAND_bytes_ex(libctx, ours, sizeof ours, 0) == 1 &&
                  strcmp(desk_sent(), ASKED_ONCE) == 0 &&
                  write(ends[1], ours, sizeof ours) == sizeof ours;

        _exit(ok ? 0 : 1);
    }
    CHECK(pid > 0);
    CHECK_INT(RAND_bytes_ex(libctx, ours, sizeof ours, 0), 1);
    CHECK_INT(read(ends[0], theirs, sizeof theirs), sizeof theirs);
    CHECK(memcmp(ours, theirs, sizeof ours) != 0);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    CHECK_STR(desk_sent(), "");
    close(ends[0]);
    close(ends[1]);
    bench_close(libctx);
}

/* The provider uses the very library context that it seeds, and the card's
 * other keys meanwhile. */
static void seeds_the_context_it_lives_in(void)
{
    OSSL_LIB_CTX *libctx = open_seeded(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY *soft;
    uint8_t hash[32] = { 1 };
    uint8_t signature[80];
    size_t len = sizeof signature;
    EVP_PKEY_CTX *signer;

    REQUIRE(key != NULL);
    signer = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);
    CHECK_INT(EVP_PKEY_sign_init(signer), 1);
    CHECK_INT(EVP_PKEY_sign(signer, signature, &len, hash, sizeof hash), 1);
    desk_sent();
    draw(libctx);
    CHECK_STR(desk_sent(), "84"); /* the channel is open */
    soft = EVP_PKEY_Q_keygen(libctx, NULL, "EC", "P-256");
    CHECK(soft != NULL);
    len = sizeof signature;
    CHECK_INT(EVP_PKEY_sign(signer, signature, &len, hash, sizeof hash), 1);
    CHECK_STR(desk_sent(), "2A 2B");
    EVP_PKEY_free(soft);
    EVP_PKEY_CTX_free(signer);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static void ignore(int signal_number)
{
    (void)signal_number;
}

/* Signals all the while. */
static void interrupted_requests_are_whole(void)
{
    static uint8_t out[1 << 20];
    struct sigaction action = { .sa_handler = ignore };
    struct itimerval often = { { 0, 50 }, { 0, 50 } };
    struct itimerval never = { { 0, 0 }, { 0, 0 } };
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_RAND_CTX *g = open_generator(libctx, "IOTSIM-SEED");

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    CHECK_INT(generate(g, out, sizeof out), 1);
    setitimer(ITIMER_REAL, &never, NULL);
    for (size_t i = 0; i < sizeof out; i += 64)
        CHECK(!is_zero(out + i, 64));
    EVP_RAND_CTX_free(g);
    bench_close(libctx);
}

TEST_MAIN(TEST(generators_follow_the_book),
          TEST(each_request_asks_the_card_once), TEST(nothing_is_taken_over),
          TEST(card_that_fails_fails_the_generator_in_words),
          TEST(error_says_what_was_tried),
          TEST(seed_is_taken_at_first_use_and_no_more),
          TEST(seed_goes_on_without_a_card),
          TEST(seed_goes_on_with_a_bad_setting),
          TEST(zeros_of_a_card_are_no_seed), TEST(late_card_is_not_waited_for),
          TEST(generator_of_a_library_context),
          TEST(parent_of_a_deterministic_generator), TEST(child_draws_its_own),
          TEST(seeds_the_context_it_lives_in),
          TEST(interrupted_requests_are_whole),
          TEST(seeds_are_given_or_refused_in_words))
