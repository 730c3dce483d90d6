/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the card next to the same keys in software. Proves E1. */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "bench.h"
#include "iotsim/iotsim.h"

static void public_half_is_that_of_the_rfc(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    unsigned char *der = NULL;
    int len;

    REQUIRE(key != NULL);
    len = i2d_PUBKEY(key, &der);
    CHECK_HEX(der, (size_t)len, P256_SPKI_HEAD K1_POINT);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* Every parameter that both sides say they have, of both keys, is equal. */
static void parameters_are_those_of_a_software_key(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY *soft = bench_soft_k1();
    const OSSL_PARAM *p;

    REQUIRE(key != NULL);
    for (p = EVP_PKEY_gettable_params(key); p->key != NULL; p++) {
        uint8_t a[256] = { 0 };
        uint8_t b[256] = { 0 };
        OSSL_PARAM ours[2] = { *p, OSSL_PARAM_END };
        OSSL_PARAM theirs[2] = { *p, OSSL_PARAM_END };

        if (strcmp(p->key, IOTSIM_PKEY_PARAM_URI) == 0)
            continue;
        ours[0].data = a;
        theirs[0].data = b;
        ours[0].data_size = theirs[0].data_size =
            p->data_type == OSSL_PARAM_INTEGER ? sizeof(int) : sizeof a;
        CHECK(EVP_PKEY_get_params(key, ours) == 1);
        CHECK(EVP_PKEY_get_params(soft, theirs) == 1);
        CHECK(OSSL_PARAM_modified(ours));
        CHECK_INT(ours[0].return_size, theirs[0].return_size);
        if (memcmp(a, b, sizeof a) != 0)
            check_fail(__FILE__, __LINE__, p->key);
    }
    EVP_PKEY_free(soft);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static void equals_the_software_key_both_ways(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY *other = bench_key(libctx, "iotsim:object=B1");
    EVP_PKEY *soft = bench_soft_k1();

    CHECK_INT(EVP_PKEY_eq(key, soft), 1);
    CHECK_INT(EVP_PKEY_eq(soft, key), 1);
    CHECK(EVP_PKEY_eq(key, other) != 1);
    CHECK(EVP_PKEY_eq(other, soft) != 1);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_free(soft);
    EVP_PKEY_free(other);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static int refuse(const OSSL_PARAM params[], void *arg)
{
    (void)params;
    *(int *)arg = 1;
    return 1;
}

static void private_key_is_never_exported(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    BIGNUM *d = NULL;
    int called = 0;

    desk_sent();
    CHECK(EVP_PKEY_export(key, EVP_PKEY_KEYPAIR, refuse, &called) != 1);
    CHECK_INT(called, 0);
    CHECK(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) != 1);
    CHECK(d == NULL);
    CHECK(EVP_PKEY_export(key, EVP_PKEY_PUBLIC_KEY, refuse, &called) == 1);
    CHECK_INT(called, 1);
    CHECK_STR(bench_error(), "");
    CHECK_STR(desk_sent(), "");
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static int names_only(const OSSL_PARAM params[], void *arg)
{
    unsigned *count = arg;

    for (; params->key != NULL; params++, (*count)++)
        CHECK(strcmp(params->key, OSSL_PKEY_PARAM_GROUP_NAME) == 0 ||
              strcmp(params->key, OSSL_PKEY_PARAM_PUB_KEY) == 0);
    return 1;
}

static void export_names_the_curve(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=B1");
    unsigned count = 0;

    CHECK(EVP_PKEY_export(key, EVP_PKEY_PUBLIC_KEY, names_only, &count) == 1);
    CHECK_INT(count, 2);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static void duplicate_is_the_same_key(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY *copy = EVP_PKEY_dup(key);

    CHECK(copy != NULL);
    EVP_PKEY_free(key);
    CHECK_INT(EVP_PKEY_get_bits(copy), 256);
    CHECK_INT(desk_closed(), 0);
    EVP_PKEY_free(copy);
    CHECK_INT(desk_closed(), 1);
    bench_close(libctx);
}

static void copied_parameters_are_no_key(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=B1");
    EVP_PKEY *parameters = EVP_PKEY_new();
    EVP_PKEY_CTX *check;
    char group[32] = "";
    uint8_t point[80];
    size_t len;

    CHECK(EVP_PKEY_copy_parameters(parameters, key) == 1);
    CHECK(EVP_PKEY_get_group_name(parameters, group, sizeof group, NULL) == 1);
    CHECK_STR(group, "brainpoolP256r1");
    check = EVP_PKEY_CTX_new_from_pkey(libctx, parameters, NULL);
    CHECK_INT(EVP_PKEY_param_check(check), 1);
    CHECK(EVP_PKEY_public_check(check) != 1);
    EVP_PKEY_CTX_free(check);
    ERR_clear_error();
    CHECK(EVP_PKEY_get_octet_string_param(parameters, OSSL_PKEY_PARAM_PUB_KEY,
                                          point, sizeof point, &len) != 1);
    ERR_clear_error();
    EVP_PKEY_free(parameters);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

static void uri_is_told(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1?pin-value=1234");
    char uri[256];

    CHECK(EVP_PKEY_get_utf8_string_param(key, IOTSIM_PKEY_PARAM_URI, uri,
                                         sizeof uri, NULL) == 1);
    CHECK_STR(uri, "iotsim:object=K1;id=%01;type=private");
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* As X509_check_private_key and libssl compare, in both directions. */
static void certificate_goes_with_its_key(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY *other = bench_key(libctx, "iotsim:object=B1");
    EVP_PKEY *soft = bench_soft_k1();
    X509 *certificate = X509_new_ex(libctx, NULL);

    CHECK(X509_set_pubkey(certificate, key) == 1);
    CHECK_INT(X509_check_private_key(certificate, key), 1);
    CHECK_INT(X509_check_private_key(certificate, soft), 1);
    CHECK(X509_set_pubkey(certificate, soft) == 1);
    CHECK_INT(X509_check_private_key(certificate, key), 1);
    CHECK_STR(bench_error(), "");
    CHECK_INT(X509_check_private_key(certificate, other), 0);
    CHECK(strstr(bench_error(), "mismatch") != NULL);
    X509_free(certificate);
    EVP_PKEY_free(soft);
    EVP_PKEY_free(other);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* By our key manager, from what the default one gives, explicit numbers of the
 * curve and all. */
static void import(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY *imported = NULL;
    EVP_PKEY_CTX *maker =
        EVP_PKEY_CTX_new_from_name(libctx, "EC", "provider=iotsim");
    OSSL_PARAM *params = NULL;
    unsigned char *ours = NULL;
    int len;

    CHECK(EVP_PKEY_todata(soft, EVP_PKEY_PUBLIC_KEY, &params) == 1);
    CHECK(EVP_PKEY_fromdata_init(maker) == 1);
    CHECK(EVP_PKEY_fromdata(maker, &imported, EVP_PKEY_PUBLIC_KEY, params) ==
          1);
    REQUIRE(imported != NULL);
    CHECK_INT(EVP_PKEY_eq(imported, soft), 1);
    len = i2d_PUBKEY(imported, &ours);
    CHECK_HEX(ours, (size_t)len, P256_SPKI_HEAD K1_POINT);
    CHECK_STR(bench_error(), "");
    CHECK(EVP_PKEY_export(imported, EVP_PKEY_KEYPAIR, refuse, &len) == 1);
    OPENSSL_free(ours);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(maker);
    EVP_PKEY_free(imported);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

static EVP_PKEY *from_numbers(OSSL_LIB_CTX *libctx, const char *properties,
                              OSSL_PARAM params[])
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(libctx, "EC", properties);

    CHECK(EVP_PKEY_fromdata_init(maker) == 1);
    if (EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(maker);
    return key;
}

/* Quietly, unless keys of the card are asked for: then fromdata comes here. */
static void private_key_is_left_where_it_is(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *soft = bench_soft_k1();
    EVP_PKEY *key;
    OSSL_PARAM *params = NULL;

    CHECK(EVP_PKEY_todata(soft, EVP_PKEY_KEYPAIR, &params) == 1);
    CHECK(from_numbers(libctx, "provider=iotsim", params) == NULL);
    CHECK_STR(bench_error(), "");
    key = from_numbers(libctx, "provider=iotsim,iotsim.ecdh=yes", params);
    REQUIRE(key != NULL);
    CHECK_INT(EVP_PKEY_eq(key, soft), 1);
    OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_GROUP_NAME)->key = "nothing";
    CHECK(from_numbers(libctx, "?iotsim.ecdh=yes", params) == NULL);
    CHECK(strstr(bench_error(), "a curve that has no name") != NULL);
    OSSL_PARAM_free(params);
    EVP_PKEY_free(key);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

/* What attracts verification does not attract signing. */
static void software_key_signs_where_it_is(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *soft = bench_soft_k1();
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;

    CHECK(EVP_DigestSignInit_ex(md, &ctx, "SHA256", libctx,
                                "?iotsim.verify=yes", soft, NULL) == 1);
    REQUIRE(ctx != NULL);
    CHECK_STR(OSSL_PROVIDER_get0_name(EVP_PKEY_CTX_get0_provider(ctx)),
              "default");
    CHECK_STR(bench_error(), "");
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

static void checks(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=K1");
    EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);

    CHECK_INT(EVP_PKEY_public_check(check), 1);
    CHECK_INT(EVP_PKEY_public_check_quick(check), 1);
    CHECK_INT(EVP_PKEY_param_check(check), 1);
    CHECK_INT(EVP_PKEY_check(check), 1);
    CHECK_INT(EVP_PKEY_pairwise_check(check), 1);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(check);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

TEST_MAIN(TEST(public_half_is_that_of_the_rfc),
          TEST(parameters_are_those_of_a_software_key),
          TEST(equals_the_software_key_both_ways),
          TEST(private_key_is_never_exported), TEST(export_names_the_curve),
          TEST(duplicate_is_the_same_key), TEST(copied_parameters_are_no_key),
          TEST(uri_is_told), TEST(certificate_goes_with_its_key), TEST(import),
          TEST(private_key_is_left_where_it_is),
          TEST(software_key_signs_where_it_is), TEST(checks))
