/* SPDX-License-Identifier: Apache-2.0 */
/* iotsim: URIs through OSSL_STORE. Proves D9, E3, E5. */
#include "support/check.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "bench.h"

/* Two keys, two certificates and a file that is none. */
static const char sim[] = "[objects]\n"
                          "ca = authority\n"
                          "web = pair\n"
                          "bare = private\n"
                          "empty = pair\n"
                          "web-cert = file\n"
                          "notes = file\n"
                          "bare-cert = file\n"
                          "psk = secret\n"
                          "tail = file\n"
                          "[ca]\nsubject = CN=Test CA\ntype = p256\n"
                          "value = generate\n"
                          "[web]\nlabel = web\nid = 01\ntype = p256\n"
                          "functions = sign\nvalue = generate\n"
                          "[bare]\nlabel = bare\nid = 02\ntype = p256\n"
                          "functions = sign\nvalue = generate\n"
                          "[empty]\nlabel = empty\nid = 03\n"
                          "type = p256-volatile\nfunctions = generate\n"
                          "value = empty\n"
                          "[web-cert]\nlabel = web\nid = 01\n"
                          "usage = certificate\nvalue = issue\n"
                          "certifies = web\nissuer = ca\nsubject = CN=web\n"
                          "[notes]\nlabel = notes\nid = 04\nvalue = 313233\n"
                          "[bare-cert]\nlabel = bare\nid = 02\n"
                          "usage = certificate\nvalue = issue\n"
                          "certifies = bare\nissuer = ca\n"
                          "subject = CN=bare\n"
                          "[psk]\nlabel = psk\nid = 05\n"
                          "value = 000102030405060708090A0B0C0D0E0F\n"
                          "[tail]\nlabel = tail\nid = 06\nvalue = 3030\n";

/* What a listing gives: one letter an object, K P C; "!" an error. */
static const char *listing(OSSL_LIB_CTX *libctx, const char *uri, int expect,
                           const OSSL_STORE_SEARCH *search)
{
    static char seen[32];
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
    size_t n = 0;

    if (store == NULL)
        return "refused";
    if (expect != 0)
        CHECK(OSSL_STORE_expect(store, expect));
    if (search != NULL)
        CHECK(OSSL_STORE_find(store, search));
    while (!OSSL_STORE_eof(store) && n < sizeof seen - 1) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        int type = info == NULL ? 0 : OSSL_STORE_INFO_get_type(info);

        seen[n++] = type == OSSL_STORE_INFO_PKEY     ? 'K'
                    : type == OSSL_STORE_INFO_PUBKEY ? 'P'
                    : type == OSSL_STORE_INFO_CERT   ? 'C'
                                                     : '!';
        OSSL_STORE_INFO_free(info);
    }
    seen[n] = '\0';
    OSSL_STORE_close(store);
    return seen;
}

static void lists_what_can_be_used(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);

    /* No empty containers, no files that are no certificates, no secrets; and
     * the end is known as soon as it is there. */
    CHECK_STR(listing(libctx, "iotsim:", 0, NULL), "KKPCC");
    CHECK_STR(bench_error(), "");
    CHECK_STR(listing(libctx, "iotsim:type=cert", 0, NULL), "CC");
    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_CERT, NULL), "CC");
    CHECK_STR(listing(libctx, "iotsim:type=private", 0, NULL), "KK");
    CHECK_STR(listing(libctx, "iotsim:object=web", 0, NULL), "KPC");
    CHECK_STR(listing(libctx, "iotsim:id=%01;type=public", 0, NULL), "P");
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

static void never_the_first_of_several_keys(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);

    CHECK(bench_key(libctx, "iotsim:") == NULL);
    CHECK(strstr(bench_error(), "several objects match") != NULL);
    bench_close(libctx);
}

static void missing_objects_are_errors_once(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);

    /* An error and then the end: libcrypto takes an end alone for success. */
    CHECK_STR(listing(libctx, "iotsim:object=nope", 0, NULL), "!!");
    CHECK(strstr(bench_error(), "no such object") != NULL);
    CHECK_STR(listing(libctx, "iotsim:?transport=pigeon", 0, NULL), "!!");
    CHECK(bench_error()[0] != '\0');
    CHECK(bench_key(libctx, "iotsim:object=notes") == NULL);
    CHECK(strstr(bench_error(), "private key iotsim:object=notes") != NULL);
    CHECK_STR(listing(libctx, "iotsim:object=notes", 0, NULL), "!");
    CHECK(strstr(bench_error(), "certificate") != NULL);
    bench_close(libctx);
}

static void key_without_public_object_takes_its_certificate(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=bare");

    REQUIRE(key != NULL);
    CHECK_INT(EVP_PKEY_get_bits(key), 256);
    EVP_PKEY_free(key);
    bench_close(libctx);
}

/* The certificate is on another curve than the card says of its key. */
static void certificate_on_another_curve_is_no_public_half(void)
{
    static const char odd[] = "[objects]\nca = authority\nk = private\n"
                              "other = pair\nk-cert = file\n"
                              "[ca]\nsubject = CN=CA\ntype = p256\n"
                              "value = generate\n"
                              "[k]\nlabel = k\nid = 01\ntype = p256\n"
                              "functions = sign\nvalue = generate\n"
                              "[other]\nlabel = other\nid = 02\n"
                              "type = brainpool\nfunctions = sign\n"
                              "value = generate\n"
                              "[k-cert]\nlabel = k\nid = 01\n"
                              "usage = certificate\nvalue = issue\n"
                              "certifies = other\nissuer = ca\n"
                              "subject = CN=k\n";
    OSSL_LIB_CTX *libctx = bench_open(odd);

    CHECK(bench_key(libctx, "iotsim:object=k") == NULL);
    CHECK(strstr(bench_error(), "does not belong to this public key") != NULL);
    bench_close(libctx);
}

static void key_without_any_public_half_is_an_error(void)
{
    OSSL_LIB_CTX *libctx = bench_open(desk_sim);

    CHECK(bench_key(libctx, "iotsim:object=LONE") == NULL);
    CHECK(strstr(bench_error(), "no public key object") != NULL);
    bench_close(libctx);
}

static X509_NAME *name_of(const char *cn)
{
    X509_NAME *name = X509_NAME_new();

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)cn, -1, -1, 0);
    return name;
}

/* The serial number of the certificate `label`; the caller frees it. */
static ASN1_INTEGER *serial_of(OSSL_LIB_CTX *libctx, const char *label)
{
    ASN1_INTEGER *serial;
    char uri[64];
    OSSL_STORE_CTX *store;
    OSSL_STORE_INFO *info;

    snprintf(uri, sizeof uri, "iotsim:object=%s;type=cert", label);
    store = OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
    info = OSSL_STORE_load(store);
    serial = ASN1_INTEGER_dup(
        X509_get0_serialNumber(OSSL_STORE_INFO_get0_CERT(info)));
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return serial;
}

static void finds_by_subject_and_issuer(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    X509_NAME *bare = name_of("bare");
    X509_NAME *other = name_of("other");
    X509_NAME *ca = name_of("Test CA");
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    ASN1_INTEGER *web = serial_of(libctx, "web");
    OSSL_STORE_SEARCH *search = OSSL_STORE_SEARCH_by_name(bare);

    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_CERT, search), "C");
    CHECK_STR(listing(libctx, "iotsim:", 0, search), "C");
    OSSL_STORE_SEARCH_free(search);
    search = OSSL_STORE_SEARCH_by_name(other);
    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_CERT, search), "!");
    CHECK_STR(bench_error(), "");
    OSSL_STORE_SEARCH_free(search);
    ASN1_INTEGER_set(serial, 5);
    search = OSSL_STORE_SEARCH_by_issuer_serial(ca, serial);
    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_CERT, search), "!");
    OSSL_STORE_SEARCH_free(search);
    search = OSSL_STORE_SEARCH_by_issuer_serial(ca, web);
    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_CERT, search), "C");
    OSSL_STORE_SEARCH_free(search);
    ASN1_INTEGER_free(web);
    ASN1_INTEGER_free(serial);
    X509_NAME_free(ca);
    X509_NAME_free(bare);
    X509_NAME_free(other);
    bench_close(libctx);
}

static void bad_uris_are_refused_with_the_place(void)
{
    static const char *const bad[][2] = {
        { "iotsim:colour=red", "\"colour\"" },
        { "iotsim:object=a;object=b", "given twice" },
        { "iotsim:object=%zz", "percent sign" },
        { "iotsim:id=%01;object", "malformed" },
    };
    OSSL_LIB_CTX *libctx = bench_open(sim);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_STR(listing(libctx, bad[i][0], 0, NULL), "refused");
        CHECK(strstr(bench_error(), bad[i][1]) != NULL);
    }
    CHECK_STR(desk_sent(), "");
    bench_close(libctx);
}

TEST_MAIN(TEST(lists_what_can_be_used), TEST(never_the_first_of_several_keys),
          TEST(missing_objects_are_errors_once),
          TEST(key_without_public_object_takes_its_certificate),
          TEST(key_without_any_public_half_is_an_error),
          TEST(certificate_on_another_curve_is_no_public_half),
          TEST(finds_by_subject_and_issuer),
          TEST(bad_uris_are_refused_with_the_place))
