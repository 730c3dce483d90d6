/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys of the card next to the same keys in software, and their
 * references. */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "bench.h"
#include "iotsim/iotsim.h"

/* To make large keys takes seconds: these are made. */
#define CARDS VECTORS_DIR "/../softcard/cards/"
#define RSA3072 "type = rsa3072\nvalue = pem:" CARDS "rsa3072.pem"
#define RSA4096 "type = rsa4096\nvalue = pem:" CARDS "rsa4096.pem"

static const char profile[] = "[objects]\n"
                              "r3 = pair\n"
                              "r4 = pair\n"
                              "ec = pair\n"
                              "lone = private\n"
                              "lone-cert = file\n"
                              "wrong = private\n"
                              "wrong-cert = file\n"
                              "[r3]\nlabel = R3\nid = 01\n"
                              "functions = sign\n" RSA3072 "\n"
                              "[r4]\nlabel = R4\nid = 02\n"
                              "functions = sign\n" RSA4096 "\n"
                              "[ec]\nlabel = EC\nid = 03\ntype = p256\n"
                              "functions = sign\nvalue = generate\n"
                              "[lone]\nlabel = LONE\nid = 04\n"
                              "functions = sign\n" RSA3072 "\n"
                              "[lone-cert]\nlabel = LONE\nid = 04\n"
                              "usage = certificate\nvalue = issue\n"
                              "certifies = lone\nsubject = CN=lone\n"
                              "[wrong]\nlabel = WRONG\nid = 05\n"
                              "functions = sign\n" RSA4096 "\n"
                              "[wrong-cert]\nlabel = WRONG\nid = 05\n"
                              "usage = certificate\nvalue = issue\n"
                              "certifies = r3\nsubject = CN=wrong\n";

static const char of_2048[] = "[objects]\n"
                              "r2 = pair\n"
                              "[r2]\nlabel = R2\nid = 01\ntype = rsa2048\n"
                              "functions = sign\nvalue = generate\n";

static OSSL_LIB_CTX *libctx;

/* The same public key, of the default provider. */
static EVP_PKEY *twin_of(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key, &der);
    const unsigned char *p = der;
    EVP_PKEY *twin = d2i_PUBKEY_ex(NULL, &p, len, libctx, "provider=default");

    OPENSSL_free(der);
    return twin;
}

/* Ask both for the parameter `p`; they give the same. */
static void same_answer(EVP_PKEY *key, EVP_PKEY *twin, const OSSL_PARAM *p)
{
    uint8_t a[1024] = { 0 };
    uint8_t b[1024] = { 0 };
    OSSL_PARAM ours[2] = { *p, OSSL_PARAM_END };
    OSSL_PARAM theirs[2] = { *p, OSSL_PARAM_END };

    ours[0].data = a;
    theirs[0].data = b;
    ours[0].data_size = theirs[0].data_size =
        p->data_type == OSSL_PARAM_INTEGER ? sizeof(int) : sizeof a;
    CHECK(EVP_PKEY_get_params(key, ours) == 1);
    CHECK(EVP_PKEY_get_params(twin, theirs) == 1);
    CHECK(OSSL_PARAM_modified(ours));
    CHECK_INT(ours[0].return_size, theirs[0].return_size);
    if (memcmp(a, b, sizeof a) != 0)
        check_fail(__FILE__, __LINE__, p->key);
}

static void parameters_are_those_of_a_software_key(void)
{
    static const struct {
        const char *profile;
        const char *uri;
        int bits;
    } keys[] = { { of_2048, "iotsim:object=R2", 2048 },
                 { profile, "iotsim:object=R3", 3072 },
                 { profile, "iotsim:object=R4", 4096 } };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        EVP_PKEY *key;
        EVP_PKEY *twin;
        const OSSL_PARAM *p;

        libctx = bench_open(keys[i].profile);
        key = bench_key(libctx, keys[i].uri);
        REQUIRE(key != NULL);
        twin = twin_of(key);
        REQUIRE(twin != NULL);
        for (p = EVP_PKEY_gettable_params(key); p->key != NULL; p++)
            if (strcmp(p->key, IOTSIM_PKEY_PARAM_URI) != 0)
                same_answer(key, twin, p);
        CHECK_INT(EVP_PKEY_get_bits(key), keys[i].bits);
        CHECK_INT(EVP_PKEY_get_size(key), keys[i].bits / 8);
        CHECK(EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_can_sign(key));
        CHECK_STR(bench_error(), "");
        EVP_PKEY_free(twin);
        EVP_PKEY_free(key);
        bench_close(libctx);
    }
}

static void equals_the_software_key_both_ways(void)
{
    EVP_PKEY *key;
    EVP_PKEY *other;
    EVP_PKEY *ec;
    EVP_PKEY *twin;

    libctx = bench_open(profile);
    key = bench_key(libctx, "iotsim:object=R3");
    other = bench_key(libctx, "iotsim:object=R4");
    ec = bench_key(libctx, "iotsim:object=EC");
    twin = twin_of(key);
    CHECK_INT(EVP_PKEY_eq(key, twin), 1);
    CHECK_INT(EVP_PKEY_eq(twin, key), 1);
    CHECK_INT(EVP_PKEY_eq(other, twin), 0);
    CHECK_INT(EVP_PKEY_eq(twin, other), 0);
    CHECK_INT(EVP_PKEY_eq(key, other), 0);
    CHECK_STR(bench_error(), "");
    CHECK(EVP_PKEY_eq(key, ec) != 1);
    ERR_clear_error();
    EVP_PKEY_free(twin);
    EVP_PKEY_free(ec);
    EVP_PKEY_free(other);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* The certificate holds the public half: a private key without a public key
 * object has it from there, unless it is for another type of key. */
static void certificate_goes_with_its_key(void)
{
    EVP_PKEY *key;
    OSSL_STORE_CTX *store;
    OSSL_STORE_INFO *info;
    X509 *certificate;

    libctx = bench_open(profile);
    key = bench_key(libctx, "iotsim:object=LONE");
    REQUIRE(key != NULL);
    store = OSSL_STORE_open_ex("iotsim:object=LONE;type=cert", libctx, NULL,
                               NULL, NULL, NULL, NULL, NULL);
    info = OSSL_STORE_load(store);
    REQUIRE(info != NULL);
    certificate = OSSL_STORE_INFO_get1_CERT(info);
    CHECK_INT(X509_check_private_key(certificate, key), 1);
    CHECK_STR(bench_error(), "");
    X509_free(certificate);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    EVP_PKEY_free(key);
    key = bench_key(libctx, "iotsim:object=WRONG");
    CHECK(key == NULL);
    CHECK(strstr(bench_error(), "does not belong") != NULL);
    bench_close(libctx);
}

/* Count the parameters, all of which must be public. */
static int public_only(const OSSL_PARAM params[], void *arg)
{
    int *count = arg;

    for (; params->key != NULL; params++, (*count)++)
        CHECK(strcmp(params->key, OSSL_PKEY_PARAM_RSA_N) == 0 ||
              strcmp(params->key, OSSL_PKEY_PARAM_RSA_E) == 0);
    return 1;
}

static void only_the_public_half_comes_out(void)
{
    EVP_PKEY *key;
    BIGNUM *d = NULL;
    int count = 0;

    libctx = bench_open(profile);
    key = bench_key(libctx, "iotsim:object=R3");
    desk_sent();
    CHECK(EVP_PKEY_export(key, EVP_PKEY_KEYPAIR, public_only, &count) != 1);
    CHECK_INT(count, 0);
    CHECK(EVP_PKEY_export(key, EVP_PKEY_PUBLIC_KEY, public_only, &count) == 1);
    CHECK_INT(count, 2);
    CHECK(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_D, &d) != 1);
    CHECK_STR(bench_error(), "");
    CHECK_STR(desk_sent(), "");
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* From parameters, by our key manager: public keys, but no private ones. */
static void import(void)
{
    EVP_PKEY *soft;
    EVP_PKEY *imported = NULL;
    EVP_PKEY_CTX *maker;
    OSSL_PARAM *params = NULL;

    libctx = bench_open(profile);
    soft = EVP_PKEY_Q_keygen(libctx, "provider=default", "RSA", (size_t)2048);
    maker = EVP_PKEY_CTX_new_from_name(libctx, "RSA", "provider=iotsim");
    REQUIRE(maker != NULL);
    CHECK(EVP_PKEY_todata(soft, EVP_PKEY_KEYPAIR, &params) == 1);
    CHECK(EVP_PKEY_fromdata_init(maker) == 1);
    CHECK(EVP_PKEY_fromdata(maker, &imported, EVP_PKEY_KEYPAIR, params) != 1);
    EVP_PKEY_free(imported);
    imported = NULL;
    ERR_clear_error();
    CHECK(EVP_PKEY_fromdata(maker, &imported, EVP_PKEY_PUBLIC_KEY, params) ==
          1);
    CHECK_INT(EVP_PKEY_eq(imported, soft), 1);
    CHECK_STR(bench_error(), "");
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(maker);
    EVP_PKEY_free(imported);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

static void duplicate_and_checks(void)
{
    EVP_PKEY *key;
    EVP_PKEY *copy;
    EVP_PKEY_CTX *check;

    libctx = bench_open(profile);
    key = bench_key(libctx, "iotsim:object=R3");
    copy = EVP_PKEY_dup(key);
    EVP_PKEY_free(key);
    REQUIRE(copy != NULL);
    CHECK_INT(EVP_PKEY_get_bits(copy), 3072);
    check = EVP_PKEY_CTX_new_from_pkey(libctx, copy, NULL);
    CHECK_INT(EVP_PKEY_public_check(check), 1);
    CHECK_INT(EVP_PKEY_check(check), 1);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(check);
    EVP_PKEY_free(copy);
    bench_close(libctx);
}

/* --- references --------------------------------------------------------- */

static void write_reference(BIO *bio, EVP_PKEY *key)
{
    CHECK(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
}

static EVP_PKEY *read_key(BIO *bio)
{
    return PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL);
}

static void reference_costs_no_exchange(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    EVP_PKEY *again;

    libctx = bench_open(profile);
    key = bench_key(libctx, "iotsim:object=R4");
    write_reference(bio, key);
    desk_sent();
    again = read_key(bio);
    REQUIRE(again != NULL);
    CHECK_STR(desk_sent(), "");
    CHECK_INT(EVP_PKEY_eq(key, again), 1);
    CHECK(EVP_PKEY_is_a(again, "RSA"));
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(again);
    EVP_PKEY_free(key);
    BIO_free(bio);
    bench_close(libctx);
}

/* The card is asked once, whichever decoder comes first. */
static void without_public_key_the_card_tells_the_type(void)
{
    static const struct {
        const char *der; /* SEQUENCE { 1, "iotsim:object=.." } */
        const char *type;
    } references[] = {
        { "3015020101"
          "0C10"
          "696F7473696D3A6F626A6563743D5233",
          "RSA" },
        { "3015020101"
          "0C10"
          "696F7473696D3A6F626A6563743D4543",
          "EC" },
    };

    libctx = bench_open(profile);
    for (size_t i = 0; i < 2; i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        uint8_t der[64];
        size_t len = check_unhex(references[i].der, der, sizeof der);
        EVP_PKEY *key;
        unsigned opened = desk_opened();

        PEM_write_bio(bio, IOTSIM_PEM_REFERENCE, "", der, (long)len);
        key = read_key(bio);
        REQUIRE(key != NULL);
        CHECK(EVP_PKEY_is_a(key, references[i].type));
        CHECK_INT(desk_opened(), opened + 1);
        CHECK_STR(bench_error(), "");
        EVP_PKEY_free(key);
        BIO_free(bio);
    }
    bench_close(libctx);
}

enum { LAST = 0x1000 };

/* A reference with this URI and the public half of `key`, in which one octet is
 * changed: that at `break_at`, LAST, or none when it is negative. */
static void put_reference(BIO *bio, const char *uri, EVP_PKEY *key,
                          int break_at)
{
    static uint8_t der[3072];
    unsigned char *spki = NULL;
    int len = i2d_PUBKEY(key, &spki);
    size_t uri_len = strlen(uri);
    size_t body = 3 + 4 + uri_len + (size_t)len;
    uint8_t head[] = {
        0x30, 0x82, (uint8_t)(body >> 8),    (uint8_t)body,   0x02, 0x01, 0x01,
        0x0C, 0x82, (uint8_t)(uri_len >> 8), (uint8_t)uri_len
    };

    if (break_at >= 0)
        spki[break_at == LAST ? len - 1 : break_at] ^= 1;
    memcpy(der, head, sizeof head);
    memcpy(der + sizeof head, uri, uri_len);
    memcpy(der + sizeof head + uri_len, spki, (size_t)len);
    PEM_write_bio(bio, IOTSIM_PEM_REFERENCE, "", der, (long)(4 + body));
    OPENSSL_free(spki);
}

/* The largest key and nearly the longest URI. */
static void longest_reference(void)
{
    char uri[IOTSIM_URI_MAX + 1] = "iotsim:object=R4?reader=";
    BIO *bio = BIO_new(BIO_s_mem());
    BIO *file = BIO_new_file(CARDS "rsa4096.pem", "r");
    EVP_PKEY *soft;
    EVP_PKEY *key;
    size_t len = 0;

    for (int i = 0; i < 255; i++)
        strcat(uri, "%C3");
    strcat(uri, "&device=");
    for (int i = 0; i < 255; i++)
        strcat(uri, "%C3");
    strcat(uri, "&address=");
    for (int i = 0; i < 150; i++)
        strcat(uri, "%C3");
    libctx = bench_open(profile);
    soft = PEM_read_bio_PrivateKey_ex(file, NULL, NULL, NULL, libctx,
                                      "provider=default");
    put_reference(bio, uri, soft, -1);
    key = read_key(bio);
    REQUIRE(key != NULL);
    CHECK_INT(EVP_PKEY_eq(key, soft), 1);
    CHECK(EVP_PKEY_get_utf8_string_param(key, IOTSIM_PKEY_PARAM_URI, uri,
                                         sizeof uri, &len) == 1);
    CHECK(len > 2000);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
    BIO_free(file);
    BIO_free(bio);
    bench_close(libctx);
}

static void broken_references_say_why(void)
{
    static const struct {
        int bits;
        int break_at;
        const char *words; /* NULL: it is good */
    } references[] = {
        { 1024, -1, "RSA of 2048, 3072 or 4096 bits" },
        { 2048, -1, NULL },
        { 2048, 24, "RSA of 2048, 3072 or 4096 bits" },    /* no RSAPublicKey */
        { 2048, 6 + 8, "RSA of 2048, 3072 or 4096 bits" }, /* another OID */
        { 2048, LAST, "no RSA key" },                      /* even exponent */
    };

    EVP_PKEY *soft = NULL;

    libctx = bench_open(profile);
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        EVP_PKEY *key;

        if (EVP_PKEY_get_bits(soft) != references[i].bits) {
            EVP_PKEY_free(soft);
            soft = EVP_PKEY_Q_keygen(libctx, "provider=default", "RSA",
                                     (size_t)references[i].bits);
        }
        put_reference(bio, "iotsim:object=R3", soft, references[i].break_at);
        key = read_key(bio);
        CHECK((key != NULL) == (references[i].words == NULL));
        if (strstr(bench_error(),
                   references[i].words == NULL ? "" : references[i].words) ==
            NULL)
            check_fail(__FILE__, __LINE__, references[i].words);
        EVP_PKEY_free(key);
        BIO_free(bio);
    }
    EVP_PKEY_free(soft);
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

static void spki_is_that_of_the_default_provider(void)
{
    EVP_PKEY *key;
    EVP_PKEY *twin;
    unsigned char *ours = NULL;
    unsigned char *theirs = NULL;
    int len;

    libctx = bench_open(profile);
    key = bench_key(libctx, "iotsim:object=R3");
    twin = twin_of(key);
    len = i2d_PUBKEY(key, &ours);
    CHECK_INT(i2d_PUBKEY(twin, &theirs), len);
    CHECK(len > 0 && memcmp(ours, theirs, (size_t)len) == 0);
    OPENSSL_free(theirs);
    OPENSSL_free(ours);
    EVP_PKEY_free(twin);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

TEST_MAIN(TEST(parameters_are_those_of_a_software_key),
          TEST(equals_the_software_key_both_ways),
          TEST(certificate_goes_with_its_key),
          TEST(only_the_public_half_comes_out), TEST(import),
          TEST(duplicate_and_checks), TEST(reference_costs_no_exchange),
          TEST(without_public_key_the_card_tells_the_type),
          TEST(longest_reference), TEST(broken_references_say_why),
          TEST(spki_is_that_of_the_default_provider))
