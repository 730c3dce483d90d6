/* SPDX-License-Identifier: Apache-2.0 */
/* iotsim: URIs through OSSL_STORE. Proves D9, E3, E5. */
#include "support/check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

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

/* --- alias and fingerprint ---------------------------------------------- */

static void finds_by_alias(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    OSSL_STORE_SEARCH *web = OSSL_STORE_SEARCH_by_alias("web");
    OSSL_STORE_SEARCH *part = OSSL_STORE_SEARCH_by_alias("we");

    CHECK_STR(listing(libctx, "iotsim:", 0, web), "KPC");
    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_PKEY, web), "K");
    CHECK_STR(listing(libctx, "iotsim:", OSSL_STORE_INFO_CERT, web), "C");
    CHECK_STR(listing(libctx, "iotsim:id=%02", 0, web), "!!");
    ERR_clear_error();
    CHECK_STR(listing(libctx, "iotsim:", 0, part), "!");
    CHECK_STR(bench_error(), "");
    OSSL_STORE_SEARCH_free(web);
    OSSL_STORE_SEARCH_free(part);
    bench_close(libctx);
}

static X509 *certificate_of(OSSL_LIB_CTX *libctx, const char *uri)
{
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = store == NULL ? NULL : OSSL_STORE_load(store);
    X509 *certificate = info == NULL ? NULL : OSSL_STORE_INFO_get1_CERT(info);

    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return certificate;
}

/* The fingerprint that `openssl x509 -fingerprint` prints, and that of the key;
 * octets in each. */
static unsigned fingerprints(OSSL_LIB_CTX *libctx, const EVP_MD *md,
                             uint8_t *whole, uint8_t *key)
{
    X509 *web = certificate_of(libctx, "iotsim:object=web;type=cert");
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(web), &der);
    unsigned n = 0;

    X509_digest(web, md, whole, &n);
    EVP_Digest(der, (size_t)len, key, &n, md, NULL);
    OPENSSL_free(der);
    X509_free(web);
    return n;
}

static const char *find_fingerprint(OSSL_LIB_CTX *libctx, int expect,
                                    const EVP_MD *md, const uint8_t *octets,
                                    unsigned len)
{
    OSSL_STORE_SEARCH *search =
        OSSL_STORE_SEARCH_by_key_fingerprint(md, octets, len);
    const char *seen = listing(libctx, "iotsim:", expect, search);

    OSSL_STORE_SEARCH_free(search);
    return seen;
}

static void finds_by_fingerprint(void)
{
    const EVP_MD *const digests[] = { EVP_sha1(), EVP_sha256(),
                                      EVP_sha3_384() };
    OSSL_LIB_CTX *libctx = bench_open(sim);

    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        uint8_t whole[EVP_MAX_MD_SIZE];
        uint8_t key[EVP_MAX_MD_SIZE];
        unsigned len = fingerprints(libctx, digests[i], whole, key);

        CHECK_STR(find_fingerprint(libctx, 0, digests[i], whole, len), "C");
        CHECK_STR(find_fingerprint(libctx, 0, digests[i], key, len), "KPC");
        CHECK_STR(find_fingerprint(libctx, OSSL_STORE_INFO_PKEY, digests[i],
                                   key, len),
                  "K");
        whole[0] ^= 1;
        CHECK_STR(find_fingerprint(libctx, 0, digests[i], whole, len), "!");
        CHECK_STR(bench_error(), "");
    }
    bench_close(libctx);
}

/* True when a store opened with such parameters gives a certificate. */
static bool finds(OSSL_LIB_CTX *libctx, const OSSL_PARAM params[])
{
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex("iotsim:type=cert", libctx, "?fips=yes", NULL, NULL,
                           params, NULL, NULL);
    OSSL_STORE_INFO *info = store == NULL ? NULL : OSSL_STORE_load(store);
    bool found = info != NULL;

    CHECK(store != NULL);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return found;
}

static void digest_of_a_fingerprint_may_be_missing_not_unknown(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    uint8_t whole[EVP_MAX_MD_SIZE];
    uint8_t key[EVP_MAX_MD_SIZE];
    size_t len = fingerprints(libctx, EVP_sha256(), whole, key);
    char unknown[] = "PANAMA";
    char other[] = "tea";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_STORE_PARAM_FINGERPRINT, whole,
                                          len),
        OSSL_PARAM_construct_utf8_string("colour", other, 0), /* ignored */
        OSSL_PARAM_END,
    };

    CHECK(finds(libctx, params));
    whole[1] ^= 1;
    CHECK(!finds(libctx, params));
    CHECK_STR(bench_error(), "");
    params[0].data_size = 17;
    CHECK(!finds(libctx, params));
    CHECK(strstr(bench_error(), "unknown digest") != NULL);
    params[0].data_size = len;
    params[1] =
        OSSL_PARAM_construct_utf8_string(OSSL_STORE_PARAM_DIGEST, unknown, 0);
    CHECK(!finds(libctx, params));
    CHECK(strstr(bench_error(), "unknown digest") != NULL);
    params[0].data_type = OSSL_PARAM_INTEGER;
    CHECK(!finds(libctx, params));
    CHECK(strstr(bench_error(), "malformed") != NULL);
    bench_close(libctx);
}

/* --- files -------------------------------------------------------------- */

#define NAMES                                                              \
    "DNS:one.example.net, DNS:two.example.net, DNS:three.example.net, "    \
    "DNS:four.example.net, DNS:five.example.net, DNS:six.example.net, "    \
    "DNS:seven.example.net, DNS:eight.example.net, DNS:nine.example.net, " \
    "DNS:ten.example.net"

/* Certificates longer than a block, one in a file larger than that; text of
 * several blocks. */
static const char files[] = "[objects]\nweb = pair\nlong = file\n"
                            "padded = file\ntext = file\n"
                            "[web]\nlabel = web\nid = 01\ntype = p256\n"
                            "functions = sign\nvalue = generate\n"
                            "[long]\nlabel = long\nid = 02\n"
                            "usage = certificate\nvalue = issue\n"
                            "certifies = web\nsubject = CN=long\n"
                            "san = " NAMES ", " NAMES ", " NAMES ", " NAMES "\n"
                            "[padded]\nlabel = padded\nid = 03\n"
                            "usage = certificate\nvalue = issue\n"
                            "certifies = web\nsubject = CN=padded\n"
                            "san = " NAMES "\npadding = 700\n"
                            "[text]\nlabel = text\nid = 04\n"
                            "usage = general\nvalue = text:" NAMES NAMES "\n";

/* How many times `word` is in what was sent to the card. */
static int sent(const char *all, const char *word)
{
    int n = 0;

    for (; (all = strstr(all, word)) != NULL; all++)
        n++;
    return n;
}

static void long_and_padded_certificates_are_read(void)
{
    OSSL_LIB_CTX *libctx = bench_open(files);
    X509 *one = certificate_of(libctx, "iotsim:object=long;type=cert");
    X509 *two = certificate_of(libctx, "iotsim:object=padded;type=cert");

    REQUIRE(one != NULL && two != NULL);
    CHECK(i2d_X509(one, NULL) > 1024 && i2d_X509(one, NULL) < 1500);
    CHECK(i2d_X509(two, NULL) > 256 && i2d_X509(two, NULL) < 768);
    X509_free(one);
    X509_free(two);
    bench_close(libctx);
}

/* 1100 octets of one certificate and 600 of another: 5 blocks and 3. The text
 * is not read unless it is named, the padding never. */
static void listing_reads_certificates_and_nothing_else(void)
{
    OSSL_LIB_CTX *libctx = bench_open(files);

    CHECK_STR(listing(libctx, "iotsim:type=cert", 0, NULL), "CC");
    CHECK_INT(sent(desk_sent(), "B0"), 8);
    CHECK_STR(bench_error(), "");
    CHECK_STR(listing(libctx, "iotsim:object=text", 0, NULL), "!");
    CHECK(strstr(bench_error(), "certificate") != NULL);
    bench_close(libctx);
}

/* A card that does not say what a file is for has it read. */
static void files_of_unknown_use_are_looked_into(void)
{
    OSSL_LIB_CTX *libctx = bench_open(files);

    soft_quirk(desk_swap(0, files), "file-usage=absent");
    CHECK_STR(listing(libctx, "iotsim:type=cert", 0, NULL), "CC");
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

/* --- trust anchors ------------------------------------------------------ */

/* Two authorities of one name, the second of which signs an intermediate one,
 * all on the card; the certificate at the end of the chain, too. */
static const char anchors[] =
    "[objects]\nfirst = authority\nsecond = authority\nother = authority\n"
    "sub = authority\nweb = pair\nfirst-cert = file\nsecond-cert = file\n"
    "other-cert = file\nsub-cert = file\nnote = file\nweb-cert = file\n"
    "[first]\nsubject = CN=ca\nvalue = generate\n"
    "[second]\nsubject = CN=ca\nvalue = generate\n"
    "[other]\nsubject = CN=other\nvalue = generate\n"
    "[sub]\nsubject = CN=sub\nvalue = generate\n"
    "[web]\nlabel = web\nid = 01\ntype = p256\nfunctions = sign\n"
    "value = generate\n"
    "[first-cert]\nlabel = first\nid = 21\nusage = certificate\n"
    "value = issue\ncertifies = first\n"
    "[second-cert]\nlabel = second\nid = 22\nusage = certificate\n"
    "value = issue\ncertifies = second\n"
    "[other-cert]\nlabel = other\nid = 23\nusage = certificate\n"
    "value = issue\ncertifies = other\n"
    "[sub-cert]\nlabel = sub\nid = 24\nusage = certificate\n"
    "value = issue\ncertifies = sub\nissuer = second\n"
    "[web-cert]\nlabel = web\nid = 01\nusage = certificate\n"
    "value = issue\ncertifies = web\nissuer = sub\nsubject = CN=web\n"
    "[note]\nlabel = note\nid = 30\nusage = general\nvalue = text:hello\n";

/* Verify `leaf` against the store; X509_V_OK or what is wrong. */
static int verify(OSSL_LIB_CTX *libctx, X509_STORE *store, X509 *leaf)
{
    X509_STORE_CTX *verifier = X509_STORE_CTX_new_ex(libctx, NULL);
    int verdict;

    X509_STORE_CTX_init(verifier, store, leaf, NULL);
    X509_verify_cert(verifier);
    verdict = X509_STORE_CTX_get_error(verifier);
    X509_STORE_CTX_free(verifier);
    return verdict;
}

/* As -CAstore does: look-ups by subject when they are needed. */
static int verify_with_store(OSSL_LIB_CTX *libctx, const char *uri, X509 *leaf)
{
    X509_STORE *store = X509_STORE_new();
    int verdict = -1;

    if (X509_STORE_load_store_ex(store, uri, libctx, NULL) == 1)
        verdict = verify(libctx, store, leaf);
    X509_STORE_free(store);
    return verdict;
}

static void chains_end_in_anchors_of_the_card(void)
{
    OSSL_LIB_CTX *libctx = bench_open(anchors);
    X509 *leaf = certificate_of(libctx, "iotsim:object=web;type=cert");

    REQUIRE(leaf != NULL);
    CHECK_INT(verify_with_store(libctx, "iotsim:", leaf), X509_V_OK);
    CHECK_INT(verify_with_store(libctx, "iotsim:type=cert", leaf), X509_V_OK);
    CHECK(verify_with_store(libctx, "iotsim:type=cert;object=other", leaf) !=
          X509_V_OK);
    CHECK_STR(bench_error(), "");
    CHECK(verify_with_store(libctx, "iotsim:type=cert;object=first", leaf) !=
          X509_V_OK);
    ERR_clear_error();
    X509_free(leaf);
    bench_close(libctx);
}

/* All at once, without look-ups. A key among the objects makes libcrypto stop
 * there: the URI must say type=cert. */
static void anchors_are_loaded_at_once(void)
{
    OSSL_LIB_CTX *libctx = bench_open(anchors);
    X509 *leaf = certificate_of(libctx, "iotsim:object=web;type=cert");
    X509_STORE *store = X509_STORE_new();
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_store());

    CHECK_INT(X509_LOOKUP_load_store_ex(lookup, "iotsim:", libctx, NULL), 0);
    CHECK_INT(
        X509_LOOKUP_load_store_ex(lookup, "iotsim:type=cert", libctx, NULL), 1);
    CHECK_INT(sk_X509_OBJECT_num(X509_STORE_get0_objects(store)), 5);
    desk_sent();
    CHECK_INT(verify(libctx, store, leaf), X509_V_OK);
    CHECK_STR(desk_sent(), "");
    CHECK_STR(bench_error(), "");
    X509_STORE_free(store);
    X509_free(leaf);
    bench_close(libctx);
}

/* As long as the process has the card, here for a key, each file is read
 * once. */
static void second_look_up_asks_the_card_nothing(void)
{
    OSSL_LIB_CTX *libctx = bench_open(anchors);
    EVP_PKEY *key = bench_key(libctx, "iotsim:object=web");
    X509 *leaf = certificate_of(libctx, "iotsim:object=web;type=cert");

    REQUIRE(key != NULL && leaf != NULL);
    desk_sent();
    CHECK_INT(verify_with_store(libctx, "iotsim:", leaf), X509_V_OK);
    CHECK(sent(desk_sent(), "B0") > 0);
    CHECK_INT(verify_with_store(libctx, "iotsim:", leaf), X509_V_OK);
    CHECK_STR(listing(libctx, "iotsim:", 0, NULL), "KPCCCCC");
    CHECK_STR(desk_sent(), "");
    X509_free(leaf);
    EVP_PKEY_free(key);
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
          TEST(finds_by_subject_and_issuer), TEST(finds_by_alias),
          TEST(finds_by_fingerprint),
          TEST(digest_of_a_fingerprint_may_be_missing_not_unknown),
          TEST(long_and_padded_certificates_are_read),
          TEST(listing_reads_certificates_and_nothing_else),
          TEST(files_of_unknown_use_are_looked_into),
          TEST(chains_end_in_anchors_of_the_card),
          TEST(anchors_are_loaded_at_once),
          TEST(second_look_up_asks_the_card_nothing),
          TEST(bad_uris_are_refused_with_the_place))
