/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that the card makes, in containers and for one agreement; keys in
 * software where the card makes none. */
#include "support/check.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "bench.h"
#include "iotsim/iotsim.h"

#define OURS "provider=iotsim"

static const char profile[] = "[objects]\n"
                              "web = pair\n"
                              "bp = pair\n"
                              "rsa = pair\n"
                              "fixed = pair\n"
                              "eph = pair\n"
                              "peer = public\n"
                              "[web]\nlabel = web\nid = 01\ntype = p256\n"
                              "functions = sign, generate\n"
                              "value = generate\n"
                              "[bp]\nlabel = bp\nid = 02\ntype = brainpool\n"
                              "functions = sign, generate\nvalue = empty\n"
                              "[rsa]\nlabel = rsa\nid = 03\ntype = rsa2048\n"
                              "functions = sign, generate\nvalue = empty\n"
                              "[fixed]\nlabel = fixed\nid = 04\ntype = p256\n"
                              "functions = sign\nvalue = generate\n"
                              "[eph]\nlabel = eph\nid = 05\n"
                              "type = p256-volatile\n"
                              "functions = generate, agree\nvalue = empty\n"
                              "[peer]\nlabel = peer\nid = 06\n"
                              "type = p256-volatile\nfunctions = agree\n"
                              "access = read, update\nvalue = empty\n";

static OSSL_LIB_CTX *libctx;

/* --- helpers ------------------------------------------------------------ */

struct request {
    const char *algorithm;
    const char *properties;
    const char *uri;   /* NULL: none */
    const char *group; /* NULL: none */
    size_t bits;       /* 0: none */
};

static EVP_PKEY *generate(struct request wanted)
{
    OSSL_PARAM params[4];
    size_t n = 0;
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker =
        EVP_PKEY_CTX_new_from_name(libctx, wanted.algorithm, wanted.properties);

    if (wanted.uri != NULL)
        params[n++] = OSSL_PARAM_construct_utf8_string(
            IOTSIM_PKEY_PARAM_URI, (char *)(uintptr_t)wanted.uri, 0);
    if (wanted.group != NULL)
        params[n++] = OSSL_PARAM_construct_utf8_string(
            OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)wanted.group, 0);
    if (wanted.bits != 0)
        params[n++] =
            OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &wanted.bits);
    params[n] = OSSL_PARAM_construct_end();
    if (EVP_PKEY_keygen_init(maker) == 1 &&
        EVP_PKEY_CTX_set_params(maker, params) == 1)
        EVP_PKEY_generate(maker, &key);
    EVP_PKEY_CTX_free(maker);
    return key;
}

/* As many commands with this instruction as were sent since the last call. */
static int sent(const char *instruction)
{
    const char *at = desk_sent();
    int count = 0;

    for (; (at = strstr(at, instruction)) != NULL; at++)
        count++;
    return count;
}

static void uri_is(EVP_PKEY *key, const char *want)
{
    char uri[256] = "";

    CHECK(EVP_PKEY_get_utf8_string_param(key, IOTSIM_PKEY_PARAM_URI, uri,
                                         sizeof uri, NULL) == 1);
    CHECK_STR(uri, want);
}

static bool is_on_card(EVP_PKEY *key)
{
    char uri[256];
    bool is = EVP_PKEY_get_utf8_string_param(key, IOTSIM_PKEY_PARAM_URI, uri,
                                             sizeof uri, NULL) == 1;

    ERR_clear_error();
    return is;
}

/* The same public key, of the default provider, through its SPKI, which is
 * that of the default provider octet by octet. */
static EVP_PKEY *twin_of(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    unsigned char *theirs = NULL;
    int len = i2d_PUBKEY(key, &der);
    const unsigned char *p = der;
    EVP_PKEY *twin = d2i_PUBKEY_ex(NULL, &p, len, libctx, "provider=default");

    CHECK(twin != NULL);
    CHECK_INT(i2d_PUBKEY(twin, &theirs), len);
    CHECK(len > 0 && memcmp(der, theirs, (size_t)len) == 0);
    OPENSSL_free(theirs);
    OPENSSL_free(der);
    return twin;
}

/* What `key` signs by the operation that `properties` lead to, `verifier`
 * verifies. */
static void signs_by(EVP_PKEY *key, EVP_PKEY *verifier, const char *properties)
{
    static const unsigned char text[] = "text";
    unsigned char signature[512];
    size_t len = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", libctx, properties, key,
                                NULL) == 1);
    CHECK(EVP_DigestSign(ctx, signature, &len, text, sizeof text) == 1);
    CHECK(EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", libctx, NULL, verifier,
                                  NULL) == 1);
    CHECK_INT(EVP_DigestVerify(ctx, signature, len, text, sizeof text), 1);
    EVP_MD_CTX_free(ctx);
}

static void signs(EVP_PKEY *key, EVP_PKEY *verifier)
{
    signs_by(key, verifier, NULL);
}

static EVP_PKEY *written_and_read(EVP_PKEY *key, const char *first_line)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *again;
    char line[64] = "";

    CHECK(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    BIO_read(bio, line, (int)strlen(first_line));
    CHECK_STR(line, first_line);
    BIO_free(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    again = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
    BIO_free(bio);
    return again;
}

/* --- in containers ------------------------------------------------------ */

static void key_is_made_in_its_container(void)
{
    static const struct {
        struct request wanted;
        const char *uri;
    } cases[] = {
        { { "EC", OURS, "iotsim:object=web", "P-256", 0 },
          "iotsim:object=web;id=%01;type=private" },
        { { "EC", OURS, "iotsim:id=%01?pin-value=1", "prime256v1", 0 },
          "iotsim:object=web;id=%01;type=private" },
        { { "EC", OURS, "iotsim:object=web", "1.2.840.10045.3.1.7", 0 },
          "iotsim:object=web;id=%01;type=private" },
        { { "EC", OURS, "iotsim:object=bp;type=private", NULL, 0 },
          "iotsim:object=bp;id=%02;type=private" },
        { { "EC", OURS, "iotsim:object=bp", "brainpoolP256r1", 0 },
          "iotsim:object=bp;id=%02;type=private" },
        { { "RSA", OURS, "iotsim:object=rsa", NULL, 0 },
          "iotsim:object=rsa;id=%03;type=private" },
        { { "RSA", OURS, "iotsim:object=rsa", NULL, 2048 },
          "iotsim:object=rsa;id=%03;type=private" },
    };

    libctx = bench_open(profile);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EVP_PKEY *key = generate(cases[i].wanted);
        EVP_PKEY *twin;
        EVP_PKEY *again;

        if (key == NULL)
            ERR_print_errors_fp(stderr);
        REQUIRE(key != NULL);
        CHECK_INT(sent("B9"), 1);
        uri_is(key, cases[i].uri);
        twin = twin_of(key);
        again = written_and_read(key, "-----BEGIN IOTSIM KEY REFERENCE");
        REQUIRE(again != NULL);
        CHECK_STR(desk_sent(), "");
        uri_is(again, cases[i].uri);
        CHECK_INT(EVP_PKEY_eq(again, twin), 1);
        signs(again, twin);
        CHECK_STR(bench_error(), "");
        EVP_PKEY_free(again);
        EVP_PKEY_free(twin);
        EVP_PKEY_free(key);
    }
    bench_close(libctx);
}

static void refused_in_words(void)
{
    static const struct {
        struct request wanted;
        const char *words;
    } cases[] = {
        { { "EC", OURS, "iotsim:object=nothing", "P-256", 0 },
          "no such object" },
        { { "EC", OURS, "iotsim:object=nothing", NULL, 0 }, "no such object" },
        { { "EC", OURS, "iotsim:", "P-256", 0 }, "names the container" },
        { { "EC", OURS, "iotsim:type=private", NULL, 0 },
          "names the container" },
        { { "EC", OURS, "iotsim:object=web", "brainpoolP256r1", 0 },
          "another kind of key" },
        { { "EC", OURS, "iotsim:object=rsa", "P-256", 0 },
          "another kind of key" },
        { { "EC", OURS, "iotsim:object=rsa", NULL, 0 }, "another kind of key" },
        { { "EC", OURS, "iotsim:object=web", "P-384", 0 }, "EC key on P-384" },
        { { "EC", OURS, "iotsim:object=web;type=cert", "P-256", 0 },
          "type=private" },
        { { "EC", OURS, "iotsim:object=web;type=secret-key", NULL, 0 },
          "type=private" },
        { { "EC", OURS, "iotsim:objekt=web", NULL, 0 }, "objekt" },
        { { "EC", OURS, "iotsim:object=fixed", NULL, 0 }, "6985" },
        { { "EC", OURS, NULL, NULL, 0 }, "group:P-256" },
        { { "RSA", OURS, "iotsim:object=web", NULL, 0 },
          "another kind of key" },
        { { "RSA", OURS, "iotsim:object=web", NULL, 2048 },
          "another kind of key" },
        { { "RSA", OURS, "iotsim:object=rsa", NULL, 3072 },
          "another kind of key" },
        { { "RSA", OURS, "iotsim:object=rsa", NULL, 2049 }, "2049 bits" },
        { { "RSA", OURS, "iotsim:object=rsa", NULL, 1024 }, "1024 bits" },
    };

    libctx = bench_open(profile);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EVP_PKEY *key = generate(cases[i].wanted);

        CHECK(key == NULL);
        if (strstr(bench_error(), cases[i].words) == NULL)
            check_fail(__FILE__, __LINE__, cases[i].words);
        CHECK_INT(sent("B9"), strcmp(cases[i].words, "6985") == 0);
        EVP_PKEY_free(key);
    }
    bench_close(libctx);
}

/* Into a container with the one exponent that cards use, or the default one. */
static void container_takes_what_cards_use(void)
{
    static const struct {
        const char *name;
        const char *uri;
        unsigned long exponent;  /* 0: none */
        const char *encoding;    /* NULL: none */
        const char *refused_for; /* NULL: made */
    } cases[] = {
        { "RSA", "iotsim:object=rsa", 65537, NULL, NULL },
        { "RSA", "iotsim:object=rsa", 3, NULL, OSSL_PKEY_PARAM_RSA_E },
        { "EC", "iotsim:object=bp", 0, "named_curve", NULL },
        { "EC", "iotsim:object=bp", 0, "explicit",
          OSSL_PKEY_PARAM_EC_ENCODING },
    };

    libctx = bench_open(profile);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EVP_PKEY_CTX *maker =
            EVP_PKEY_CTX_new_from_name(libctx, cases[i].name, OURS);
        unsigned long exponent = cases[i].exponent;
        EVP_PKEY *key = NULL;
        OSSL_PARAM params[3];
        size_t n = 0;

        if (exponent != 0)
            params[n++] =
                OSSL_PARAM_construct_ulong(OSSL_PKEY_PARAM_RSA_E, &exponent);
        if (cases[i].encoding != NULL)
            params[n++] = OSSL_PARAM_construct_utf8_string(
                OSSL_PKEY_PARAM_EC_ENCODING,
                (char *)(uintptr_t)cases[i].encoding, 0);
        params[n++] = OSSL_PARAM_construct_utf8_string(
            IOTSIM_PKEY_PARAM_URI, (char *)(uintptr_t)cases[i].uri, 0);
        params[n] = OSSL_PARAM_construct_end();
        CHECK(EVP_PKEY_keygen_init(maker) == 1);
        CHECK(EVP_PKEY_CTX_set_params(maker, params) == 1);
        CHECK((EVP_PKEY_generate(maker, &key) == 1) ==
              (cases[i].refused_for == NULL));
        CHECK(strstr(bench_error(), cases[i].refused_for == NULL
                                        ? ""
                                        : cases[i].refused_for) != NULL);
        CHECK_INT(sent("B9"), cases[i].refused_for == NULL);
        EVP_PKEY_free(key);
        EVP_PKEY_CTX_free(maker);
    }
    bench_close(libctx);
}

/* OSSL_PARAM(3) demands no NUL within data_size. */
static void text_ends_where_its_parameter_does(void)
{
    static char uri[] = "iotsim:object=webweb";
    static char group[] = "P-256P-256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_DEFN(IOTSIM_PKEY_PARAM_URI, OSSL_PARAM_UTF8_STRING, uri,
                        sizeof "iotsim:object=web" - 1),
        OSSL_PARAM_DEFN(OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PARAM_UTF8_STRING,
                        group, sizeof "P-256" - 1),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *maker;
    EVP_PKEY *key = NULL;

    libctx = bench_open(profile);
    maker = EVP_PKEY_CTX_new_from_name(libctx, "EC", OURS);
    CHECK(EVP_PKEY_keygen_init(maker) == 1);
    CHECK(EVP_PKEY_CTX_set_params(maker, params) == 1);
    CHECK(EVP_PKEY_generate(maker, &key) == 1);
    CHECK_STR(bench_error(), "");
    REQUIRE(key != NULL);
    uri_is(key, "iotsim:object=web;id=%01;type=private");
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(maker);
    bench_close(libctx);
}

/* Of a key of the card, for writing it (EVP_PKEY-EC(7)). */
static void form_of_the_point_may_be_chosen(void)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
            (char *)(uintptr_t) "compressed", 0),
        OSSL_PARAM_construct_utf8_string(
            IOTSIM_PKEY_PARAM_URI, (char *)(uintptr_t) "iotsim:object=web", 0),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *maker;
    EVP_PKEY *key = NULL;
    char form[32] = "";

    libctx = bench_open(profile);
    maker = EVP_PKEY_CTX_new_from_name(libctx, "EC", OURS);
    CHECK(EVP_PKEY_keygen_init(maker) == 1);
    CHECK(EVP_PKEY_CTX_set_params(maker, params) == 1);
    CHECK(EVP_PKEY_generate(maker, &key) == 1);
    REQUIRE(key != NULL);
    CHECK(EVP_PKEY_get_utf8_string_param(
              key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form,
              sizeof form, NULL) == 1);
    CHECK_STR(form, "compressed");
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(maker);
    bench_close(libctx);
}

/* A key that is there is not given away for a word that nobody knows. */
static void unknown_form_of_the_point_costs_no_key(void)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            IOTSIM_PKEY_PARAM_URI, (char *)(uintptr_t) "iotsim:object=web", 0),
        OSSL_PARAM_construct_utf8_string(
            OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
            (char *)(uintptr_t) "garbage", 0),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *maker;
    EVP_PKEY *key = NULL;

    libctx = bench_open(profile);
    maker = EVP_PKEY_CTX_new_from_name(libctx, "EC", OURS);
    CHECK(EVP_PKEY_keygen_init(maker) == 1);
    desk_sent();
    CHECK(EVP_PKEY_CTX_set_params(maker, params) != 1 ||
          EVP_PKEY_generate(maker, &key) != 1);
    CHECK(strstr(desk_sent(), "B9") == NULL);
    CHECK(strstr(bench_error(), "point-format") != NULL);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(maker);
    bench_close(libctx);
}

/* The list of what may be set, and nothing but that, is heeded; unknown
 * parameters are left alone. */
static void settable_parameters_are_heeded(void)
{
    static const char *const names[] = { "EC", "RSA" };
    int number = 0;

    libctx = bench_open(profile);
    for (size_t i = 0; i < 2; i++) {
        EVP_PKEY_CTX *maker =
            EVP_PKEY_CTX_new_from_name(libctx, names[i], OURS);
        const OSSL_PARAM *p;
        OSSL_PARAM unknown[] = { OSSL_PARAM_int("no-such-thing", &number),
                                 OSSL_PARAM_END };

        CHECK(EVP_PKEY_keygen_init(maker) == 1);
        CHECK(EVP_PKEY_CTX_set_params(maker, unknown) == 1);
        for (p = EVP_PKEY_CTX_settable_params(maker); p->key != NULL; p++) {
            OSSL_PARAM wrong[] = { OSSL_PARAM_octet_string(p->key, &number, 1),
                                   OSSL_PARAM_END };

            CHECK(EVP_PKEY_CTX_set_params(maker, wrong) != 1);
            if (strstr(bench_error(), strcmp(p->key, "primes") == 0
                                          ? "no RSA key takes"
                                          : p->key) == NULL)
                check_fail(__FILE__, __LINE__, p->key);
        }
        EVP_PKEY_CTX_free(maker);
    }
    bench_close(libctx);
}

/* --- for those who ask for keys of the card by property ------------------ */

static void open_by_property(void)
{
    libctx = bench_open(profile);
    CHECK(EVP_set_default_properties(libctx, "?iotsim.ecdh=yes") == 1);
}

static EVP_PKEY *generate_group(const char *group)
{
    return generate((struct request){ "EC", NULL, NULL, group, 0 });
}

static void text_of(EVP_PKEY *key, char text[2048])
{
    BIO *bio = BIO_new(BIO_s_mem());
    int len;

    CHECK(EVP_PKEY_print_private(bio, key, 0, NULL) == 1);
    len = BIO_read(bio, text, 2047);
    text[len > 0 ? len : 0] = '\0';
    BIO_free(bio);
}

static void ephemeral_key_is_not_written(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    char text[2048];

    open_by_property();
    key = generate_group("P-256");
    REQUIRE(key != NULL);
    CHECK_INT(sent("B9"), 1);
    CHECK(is_on_card(key));
    EVP_PKEY_free(twin_of(key));
    text_of(key, text);
    CHECK(strstr(text, "in the SIM, ephemeral") != NULL);
    CHECK_STR(bench_error(), "");
    CHECK(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1);
    CHECK(strstr(bench_error(), "-propquery provider=default") != NULL);
    CHECK_INT(BIO_pending(bio), 0);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

static void template_gives_the_group(void)
{
    EVP_PKEY *like;
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker;
    char group[32] = "";

    setenv("IOTSIM_TIMEOUT", "50", 1);
    open_by_property();
    unsetenv("IOTSIM_TIMEOUT");
    like = generate_group("P-256");
    REQUIRE(like != NULL);
    maker = EVP_PKEY_CTX_new_from_pkey(libctx, like, NULL);
    EVP_PKEY_free(like);
    CHECK(EVP_PKEY_keygen_init(maker) == 1);
    CHECK(EVP_PKEY_keygen(maker, &key) !=
          1); /* one container, and it is used */
    ERR_clear_error();
    EVP_PKEY_CTX_free(maker);
    like = generate_group("P-384");
    REQUIRE(like != NULL);
    maker = EVP_PKEY_CTX_new_from_pkey(libctx, like, NULL);
    CHECK(EVP_PKEY_keygen_init(maker) == 1);
    CHECK(EVP_PKEY_keygen(maker, &key) == 1);
    CHECK(EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1);
    CHECK_STR(group, "secp384r1");
    CHECK(EVP_PKEY_eq(key, like) == 0);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(maker);
    EVP_PKEY_free(key);
    EVP_PKEY_free(like);
    bench_close(libctx);
}

/* As libssl does with the peer's key (ssl_generate_param_group). */
static void parameters_take_a_point(void)
{
    EVP_PKEY *parameters = NULL;
    EVP_PKEY *copy;
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY_CTX *maker;
    unsigned char *point = NULL;
    size_t len;

    open_by_property();
    maker = EVP_PKEY_CTX_new_from_name(libctx, "EC", NULL);
    CHECK(EVP_PKEY_paramgen_init(maker) == 1);
    CHECK(EVP_PKEY_CTX_set_group_name(maker, "P-256") == 1);
    CHECK(EVP_PKEY_paramgen(maker, &parameters) == 1);
    REQUIRE(parameters != NULL);
    copy = EVP_PKEY_dup(parameters);
    len = EVP_PKEY_get1_encoded_public_key(soft, &point);
    CHECK(EVP_PKEY_set1_encoded_public_key(parameters, point, len) == 1);
    CHECK_INT(EVP_PKEY_eq(parameters, soft), 1);
    CHECK_INT(EVP_PKEY_parameters_eq(copy, soft), 1);
    CHECK_INT(EVP_PKEY_eq(copy, soft), 0);
    CHECK_STR(bench_error(), "");
    point[len - 1] ^= 1;
    CHECK(EVP_PKEY_set1_encoded_public_key(parameters, point, len) != 1);
    ERR_clear_error();
    CHECK_INT(EVP_PKEY_eq(parameters, soft), 1);
    CHECK_STR(desk_sent(), "");
    OPENSSL_free(point);
    EVP_PKEY_CTX_free(maker);
    EVP_PKEY_free(copy);
    EVP_PKEY_free(parameters);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

static void key_on_the_card_keeps_its_point(void)
{
    EVP_PKEY *key;
    unsigned char *point = NULL;
    size_t len;

    open_by_property();
    key = generate_group("P-256");
    REQUIRE(key != NULL);
    len = EVP_PKEY_get1_encoded_public_key(key, &point);
    CHECK_INT(len, 65);
    CHECK(EVP_PKEY_set1_encoded_public_key(key, point, len) != 1);
    CHECK(strstr(bench_error(), "another public key") != NULL);
    OPENSSL_free(point);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* --- keys in software --------------------------------------------------- */

static void is_whole_software_key(EVP_PKEY *key)
{
    EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);
    EVP_PKEY *copy = EVP_PKEY_dup(key);
    EVP_PKEY *again = written_and_read(key, "-----BEGIN PRIVATE KEY");

    CHECK(!is_on_card(key));
    CHECK_INT(EVP_PKEY_check(check), 1);
    REQUIRE(copy != NULL && again != NULL);
    CHECK_INT(EVP_PKEY_eq(copy, key), 1);
    CHECK_INT(EVP_PKEY_eq(again, key), 1);
    signs(key, again);
    signs_by(key, again, "?" OURS);
    signs(copy, key);
    signs(again, key);
    signs_by(again, key, "?" OURS);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(check);
    EVP_PKEY_free(again);
    EVP_PKEY_free(copy);
}

static void other_groups_are_made_in_software(void)
{
    EVP_PKEY *key;
    unsigned char *der = NULL;
    char text[2048];
    int len;

    open_by_property();
    key = generate_group("P-384");
    REQUIRE(key != NULL);
    is_whole_software_key(key);
    len = i2d_PrivateKey(key, &der);
    CHECK(len > 0);
    OPENSSL_free(der);
    text_of(key, text);
    CHECK(strstr(text, "Private-Key: (384 bit)") != NULL);
    CHECK(strstr(text, "priv:") != NULL);
    CHECK_STR(desk_sent(), "");
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* Curves whose order is longer than their field, the longest field there is. */
static void odd_curves_are_made_in_software(void)
{
    static const char *const groups[] = {
        "secp160r1", "sect163k1", "sect571r1",
        "secp521r1", "secp224r1", "secp256k1"
    };

    open_by_property();
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        EVP_PKEY *key = generate_group(groups[i]);

        if (key != NULL)
            is_whole_software_key(key);
        else /* a libcrypto that does not have it */
            CHECK(bench_error()[0] != '\0');
        EVP_PKEY_free(key);
    }
    CHECK(generate_group("no-such-group") == NULL);
    CHECK(bench_error()[0] != '\0');
    bench_close(libctx);
}

static void software_key_is_encrypted(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    EVP_PKEY *again;
    PKCS8_PRIV_KEY_INFO *p8;
    char line[38] = "";
    char *passphrase = (char *)(uintptr_t) "1234";

    open_by_property();
    key = generate_group("P-384");
    CHECK(PEM_write_bio_PrivateKey(bio, key, EVP_aes_256_cbc(), NULL, 0, NULL,
                                   passphrase) == 1);
    again =
        PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, passphrase, libctx, NULL);
    CHECK(again != NULL);
    CHECK_INT(EVP_PKEY_eq(again, key), 1);
    PEM_write_bio_PrivateKey(bio, key, EVP_aes_256_cbc(), NULL, 0, NULL,
                             passphrase);
    BIO_read(bio, line, sizeof line - 1);
    CHECK_STR(line, "-----BEGIN ENCRYPTED PRIVATE KEY-----");
    p8 = EVP_PKEY2PKCS8(key);
    CHECK(p8 != NULL);
    CHECK_STR(bench_error(), "");
    PKCS8_PRIV_KEY_INFO_free(p8);
    EVP_PKEY_free(again);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

/* Who asks for no property, or for iotsim by name, gets what the default
 * provider would give: so it is where iotsim is listed first. */
static void without_the_property_keys_are_made_in_software(void)
{
    static const struct request wanted[] = {
        { "EC", OURS, NULL, "P-256", 0 },
        { "EC", OURS, NULL, "brainpoolP256r1", 0 },
        { "EC", OURS, NULL, "P-384", 0 },
        { "RSA", OURS, NULL, NULL, 2048 },
        { "RSA", OURS, NULL, NULL, 0 },
    };

    libctx = bench_open(profile);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        EVP_PKEY *key = generate(wanted[i]);

        CHECK_STR(bench_error(), "");
        REQUIRE(key != NULL);
        is_whole_software_key(key);
        EVP_PKEY_free(twin_of(key));
        EVP_PKEY_free(key);
    }
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

/* RSA-PSS by our operation, RSA-OAEP by the default provider's. */
static void rsa_key_in_software_does_all_work(void)
{
    unsigned char text[512];
    unsigned char again[512];
    size_t len = sizeof text;
    size_t again_len = sizeof again;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx;
    EVP_PKEY *key;

    libctx = bench_open(profile);
    key = generate((struct request){ "RSA", OURS, NULL, NULL, 2048 });
    REQUIRE(key != NULL);
    CHECK(EVP_DigestSignInit_ex(md, &ctx, "SHA384", libctx, "?" OURS, key,
                                NULL) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1);
    CHECK(EVP_DigestSign(md, text, &len, again, 3) == 1);
    CHECK(EVP_DigestVerifyInit_ex(md, &ctx, "SHA384", libctx, NULL, key,
                                  NULL) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1);
    CHECK_INT(EVP_DigestVerify(md, text, len, again, 3), 1);
    EVP_MD_CTX_free(md);
    ctx = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);
    len = sizeof text;
    CHECK(EVP_PKEY_encrypt_init(ctx) == 1);
    CHECK(EVP_PKEY_encrypt(ctx, text, &len, (const unsigned char *)"abc", 3) ==
          1);
    CHECK(EVP_PKEY_decrypt_init(ctx) == 1);
    CHECK(EVP_PKEY_decrypt(ctx, again, &again_len, text, len) == 1);
    CHECK_HEX(again, again_len, "616263");
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* Keys that an application makes from numbers are attracted, too. */
static void private_key_is_imported_in_software(void)
{
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY *imported = NULL;
    EVP_PKEY_CTX *maker;
    OSSL_PARAM *params = NULL;

    open_by_property();
    CHECK(EVP_PKEY_todata(soft, EVP_PKEY_KEYPAIR, &params) == 1);
    maker = EVP_PKEY_CTX_new_from_name(libctx, "EC", NULL);
    CHECK(EVP_PKEY_fromdata_init(maker) == 1);
    CHECK(EVP_PKEY_fromdata(maker, &imported, EVP_PKEY_KEYPAIR, params) == 1);
    REQUIRE(imported != NULL);
    CHECK_INT(EVP_PKEY_eq(imported, soft), 1);
    is_whole_software_key(imported);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(maker);
    EVP_PKEY_free(imported);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

/* --- no container to spare ---------------------------------------------- */

static void no_container_is_an_error(void)
{
    EVP_PKEY *key;

    libctx = bench_open(desk_sim);
    CHECK(EVP_set_default_properties(libctx, "?iotsim.ecdh=yes") == 1);
    key = generate_group("brainpoolP256r1");
    CHECK(key == NULL);
    CHECK(strstr(bench_error(), "no container") != NULL);
    bench_close(libctx);
}

/* A wait of this timeout would hang the test. */
static void open_with_software(const char *sim)
{
    setenv("IOTSIM_EPHEMERAL", "software", 1);
    setenv("IOTSIM_TIMEOUT", "600000", 1);
    libctx = bench_open(sim);
    unsetenv("IOTSIM_EPHEMERAL");
    unsetenv("IOTSIM_TIMEOUT");
    CHECK(EVP_set_default_properties(libctx, "?iotsim.ecdh=yes") == 1);
}

static void unless_the_setting_allows_software(void)
{
    EVP_PKEY *key;

    open_with_software(desk_sim);
    key = generate_group("brainpoolP256r1");
    REQUIRE(key != NULL);
    CHECK(!is_on_card(key));
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* A key on `group` is software, and the card makes none. */
static void is_made_in_software(const char *group)
{
    EVP_PKEY *key;

    desk_sent();
    key = generate_group(group);
    CHECK_INT(sent("B9"), 0);
    REQUIRE(key != NULL);
    is_whole_software_key(key);
    EVP_PKEY_free(key);
}

static void nobody_waits_then(void)
{
    EVP_PKEY *key;

    open_with_software(profile);
    key = generate_group("P-256");
    REQUIRE(key != NULL);
    CHECK(is_on_card(key));
    is_made_in_software("P-256");
    is_made_in_software("P-384");
    EVP_PKEY_free(key);
    key = generate_group("P-256");
    REQUIRE(key != NULL);
    CHECK(is_on_card(key));
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* A card object of its own is as another process. Its key is not touched. */
static void nor_for_other_processes(void)
{
    struct applet_public_key half;
    uint8_t secret[APPLET_SECRET_LEN];
    struct card *other;
    struct key *theirs;
    EVP_PKEY *key;

    open_with_software(profile);
    other = desk_card("iotsim:?reader=Desk");
    CHECK(iotsim_ok(key_generate_ephemeral(other, key_type_of_octet(KEY_P256),
                                           true, &half, &theirs)));
    is_made_in_software("P-256");
    is_made_in_software("P-384");
    CHECK(iotsim_ok(key_agree(theirs, half.point, secret)));
    key = generate_group("P-256"); /* though they still have theirs */
    REQUIRE(key != NULL);
    CHECK(is_on_card(key));
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    key_free(&theirs);
    card_free(&other);
    bench_close(libctx);
}

TEST_MAIN(TEST(key_is_made_in_its_container), TEST(refused_in_words),
          TEST(container_takes_what_cards_use),
          TEST(text_ends_where_its_parameter_does),
          TEST(form_of_the_point_may_be_chosen),
          TEST(unknown_form_of_the_point_costs_no_key),
          TEST(settable_parameters_are_heeded),
          TEST(ephemeral_key_is_not_written), TEST(template_gives_the_group),
          TEST(parameters_take_a_point), TEST(key_on_the_card_keeps_its_point),
          TEST(other_groups_are_made_in_software),
          TEST(odd_curves_are_made_in_software),
          TEST(software_key_is_encrypted),
          TEST(without_the_property_keys_are_made_in_software),
          TEST(rsa_key_in_software_does_all_work),
          TEST(private_key_is_imported_in_software),
          TEST(no_container_is_an_error),
          TEST(unless_the_setting_allows_software), TEST(nobody_waits_then),
          TEST(nor_for_other_processes))
