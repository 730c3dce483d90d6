/* SPDX-License-Identifier: Apache-2.0 */
/* ECDH by a card, compared with ECDH by the default provider. */
#include "support/check.h"

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "bench.h"

#define QUERY "?iotsim.ecdh=yes"
/* A key in software may go to the default provider, which then agrees. */
#define OURS "?provider=iotsim"

/* K1 of desk_sim that also agrees, with a certificate; a brainpool pair; an
 * ephemeral pair that becomes the initiator of RFC 5903 8.1 when it is
 * generated; places for the other side's keys. */
static const char sim[] = "[objects]\n"
                          "k1 = pair\nb1 = pair\nk1-cert = file\ne1 = pair\n"
                          "signer = pair\npeer = public\nb-peer = public\n"
                          "[k1]\nlabel = k1\nid = 01\ntype = p256\n"
                          "functions = sign, agree\n"
                          "value = C9AFA9D845BA75166B5C215767B1D693"
                          "4E50C3DB36E89B127B8A622B120F6721\n"
                          "[k1-cert]\nlabel = k1\nid = 01\n"
                          "usage = certificate\nvalue = issue\n"
                          "certifies = k1\nsubject = CN=k1\n"
                          "[b1]\nlabel = b1\nid = 02\ntype = brainpool\n"
                          "functions = agree\nvalue = generate\n"
                          "[e1]\nlabel = e1\nid = 04\ntype = p256-volatile\n"
                          "functions = generate, agree\n"
                          "public-access = read, update\nvalue = empty\n"
                          "next = C88F01F510D9AC3F70A292DAA2316DE5"
                          "44E9AAB8AFE84049C62A9C57862D1433\n"
                          "[signer]\nlabel = signer\nid = 05\ntype = p256\n"
                          "functions = sign\nvalue = generate\n"
                          "[peer]\nlabel = peer\nid = 06\n"
                          "type = p256-volatile\nfunctions = agree\n"
                          "access = read, update\nvalue = empty\n"
                          "[b-peer]\nlabel = b-peer\nid = 07\n"
                          "type = brainpool-volatile\nfunctions = agree\n"
                          "access = read, update\nvalue = empty\n";

/* A new software key. */
static EVP_PKEY *soft_key(const char *group)
{
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);
}

/* The public half of `key`, as the other side gets it. */
static EVP_PKEY *public_half(const EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const unsigned char *at;
    int len = i2d_PUBKEY(key, &der);
    EVP_PKEY *half;

    at = der;
    half = len > 0 ? d2i_PUBKEY(NULL, &at, len) : NULL;
    OPENSSL_free(der);
    return half;
}

/* Begin an exchange of `key` with the public half of `peer`; NULL with the error
 * queue as it is when that is refused. */
static EVP_PKEY_CTX *begin(OSSL_LIB_CTX *libctx, EVP_PKEY *key, EVP_PKEY *peer,
                           const OSSL_PARAM params[])
{
    EVP_PKEY_CTX *x =
        EVP_PKEY_CTX_new_from_pkey(libctx, key, libctx == NULL ? NULL : OURS);
    EVP_PKEY *shown = public_half(peer);
    bool begun = EVP_PKEY_derive_init_ex(x, params) == 1 &&
                 EVP_PKEY_derive_set_peer(x, shown) == 1;

    EVP_PKEY_free(shown);
    if (begun)
        return x;
    EVP_PKEY_CTX_free(x);
    return NULL;
}

/* What the exchange gives: octets in `out`, 0 on failure. */
static size_t derive(EVP_PKEY_CTX *x, uint8_t *out, size_t size)
{
    return EVP_PKEY_derive(x, out, &size) == 1 ? size : 0;
}

/* Both sides of an exchange give the same; `sent` are the card's commands. */
static void check_same(OSSL_LIB_CTX *libctx, EVP_PKEY *ours, EVP_PKEY *theirs,
                       const OSSL_PARAM params[], const char *sent)
{
    EVP_PKEY_CTX *x = begin(libctx, ours, theirs, params);
    EVP_PKEY_CTX *y = begin(NULL, theirs, ours, params);
    uint8_t a[128];
    uint8_t b[128];
    size_t a_len;
    size_t b_len;

    REQUIRE(x != NULL && y != NULL);
    desk_sent();
    a_len = derive(x, a, sizeof a);
    CHECK_STR(desk_sent(), sent);
    b_len = derive(y, b, sizeof b);
    CHECK(a_len > 0 && a_len == b_len && memcmp(a, b, a_len) == 0);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_CTX_free(y);
}

static void static_key_agrees_as_software_does(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY *b1 = bench_key(libctx, "iotsim:object=b1");
    EVP_PKEY *p256 = soft_key("P-256");
    EVP_PKEY *brainpool = soft_key("brainpoolP256r1");

    REQUIRE(k1 != NULL && b1 != NULL);
    check_same(libctx, k1, p256, NULL, "24 D8 24 46");
    check_same(libctx, k1, p256, NULL, "24 D8 24 46");
    check_same(libctx, b1, brainpool, NULL, "24 D8 24 46");
    EVP_PKEY_free(k1);
    EVP_PKEY_free(b1);
    EVP_PKEY_free(p256);
    EVP_PKEY_free(brainpool);
    bench_close(libctx);
}

/* RFC 5903 8.1: the responder's point, the secret. */
static void ephemeral_key_gives_the_secret_of_rfc5903(void)
{
    static const char responder[] =
        "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
        "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB";
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *ours = EVP_PKEY_Q_keygen(libctx, QUERY, "EC", "P-256");
    EVP_PKEY *theirs = EVP_PKEY_new();
    EVP_PKEY_CTX *x;
    uint8_t point[65];
    uint8_t secret[32];

    REQUIRE(ours != NULL);
    check_unhex(responder, point, sizeof point);
    CHECK(EVP_PKEY_copy_parameters(theirs, ours) == 1);
    CHECK(EVP_PKEY_set1_encoded_public_key(theirs, point, sizeof point) == 1);
    x = begin(libctx, ours, theirs, NULL);
    REQUIRE(x != NULL);
    CHECK_STR(desk_sent(), "+ A4 CB CB CB B9");
    CHECK_HEX(
        secret, derive(x, secret, sizeof secret),
        "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE");
    CHECK_STR(desk_sent(), "CD 24 D8 24 46 A4");
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

/* As often as one asks for the length; then once, and only the key is missed,
 * also by a copy. */
static void ephemeral_key_serves_once(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *theirs = soft_key("P-256");
    EVP_PKEY *keys[2] = { NULL, NULL };
    uint8_t secret[32];
    size_t len = 0;

    for (size_t i = 0; i < 2; i++) { /* one container: the first one left it */
        EVP_PKEY_CTX *x;
        EVP_PKEY_CTX *copy;

        keys[i] = EVP_PKEY_Q_keygen(libctx, QUERY, "EC", "P-256");
        REQUIRE(keys[i] != NULL);
        x = begin(libctx, keys[i], theirs, NULL);
        REQUIRE(x != NULL);
        copy = EVP_PKEY_CTX_dup(x);
        desk_sent();
        CHECK(EVP_PKEY_derive(x, NULL, &len) == 1);
        CHECK_INT(derive(x, secret, 31), 0);
        CHECK(strstr(bench_error(), "32 octets") != NULL);
        CHECK_STR(desk_sent(), "");
        CHECK_INT(derive(x, secret, sizeof secret), 32);
        CHECK_STR(desk_sent(), "CD 24 D8 24 46 A4");
        CHECK_INT(derive(x, secret, sizeof secret), 0);
        CHECK(strstr(bench_error(), "ephemeral key is gone") != NULL);
        CHECK_INT(derive(copy, secret, sizeof secret), 0);
        CHECK(strstr(bench_error(), "ephemeral key is gone") != NULL);
        CHECK_STR(desk_sent(), "");
        EVP_PKEY_CTX_free(x);
        EVP_PKEY_CTX_free(copy);
    }
    EVP_PKEY_free(keys[0]);
    EVP_PKEY_free(keys[1]);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

static void kdf_is_that_of_the_default_provider(void)
{
    static char digests[][8] = { "SHA1", "SHA256", "SHA512" };
    uint8_t info[] = { 0x30, 0x03, 0x04, 0x01, 0x2a };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY *theirs = soft_key("P-256");

    REQUIRE(k1 != NULL);
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        for (size_t ukm = 0; ukm < 2; ukm++) {
            char type[] = OSSL_KDF_NAME_X963KDF;
            size_t len = 16 + 50 * i;
            OSSL_PARAM params[] = {
                OSSL_PARAM_construct_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE,
                                                 type, 0),
                OSSL_PARAM_construct_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST,
                                                 digests[i], 0),
                OSSL_PARAM_construct_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN,
                                            &len),
                OSSL_PARAM_construct_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM,
                                                  info, sizeof info),
                OSSL_PARAM_END,
            };

            if (ukm == 0)
                params[3] = OSSL_PARAM_construct_end();
            check_same(libctx, k1, theirs, params, "24 D8 24 46");
        }
    EVP_PKEY_free(k1);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

static void sizes_are_told_and_checked_without_the_card(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY *theirs = soft_key("P-256");
    EVP_PKEY_CTX *x = begin(libctx, k1, theirs, NULL);
    uint8_t secret[32] = { 0 };
    size_t len = 0;

    REQUIRE(x != NULL);
    desk_sent();
    CHECK(EVP_PKEY_derive(x, NULL, &len) == 1);
    CHECK_INT(len, 32);
    len = 31;
    CHECK(EVP_PKEY_derive(x, secret, &len) != 1);
    CHECK(strstr(bench_error(), "32 octets") != NULL);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_type(x, EVP_PKEY_ECDH_KDF_X9_63), 1);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_outlen(x, 77), 1);
    len = sizeof secret;
    CHECK(EVP_PKEY_derive(x, secret, &len) != 1); /* no digest */
    CHECK(strstr(bench_error(), "without a digest") != NULL);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_md(x, EVP_sha256()), 1);
    CHECK(EVP_PKEY_derive(x, NULL, &len) == 1);
    CHECK_INT(len, 77);
    len = sizeof secret;
    CHECK(EVP_PKEY_derive(x, secret, &len) != 1);
    CHECK(strstr(bench_error(), "77 octets") != NULL);
    CHECK_STR(desk_sent(), "");
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(k1);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

static void parameters_are_checked_and_told(void)
{
    static const uint8_t info[] = { 1, 2, 3 };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_pkey(libctx, k1, NULL);
    char *ukm = NULL;
    OSSL_PARAM told[] = {
        OSSL_PARAM_DEFN(OSSL_EXCHANGE_PARAM_KDF_UKM, OSSL_PARAM_OCTET_PTR, NULL,
                        0),
        OSSL_PARAM_END,
    };
    const EVP_MD *md = NULL;
    int len = 0;

    CHECK_INT(EVP_PKEY_derive_init(x), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_cofactor_mode(x), 0);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_kdf_type(x), EVP_PKEY_ECDH_KDF_NONE);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_cofactor_mode(x, 0), 1);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_cofactor_mode(x, -1), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_cofactor_mode(x), 0); /* the key's */
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_cofactor_mode(x, 1), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_cofactor_mode(x), 1);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_type(x, EVP_PKEY_ECDH_KDF_X9_63), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_kdf_type(x), EVP_PKEY_ECDH_KDF_X9_63);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_md(x, EVP_sha384()), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_kdf_md(x, &md), 1);
    CHECK_INT(EVP_MD_get_type(md), NID_sha384);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_outlen(x, 40), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_kdf_outlen(x, &len), 1);
    CHECK_INT(len, 40);
    CHECK_INT(EVP_PKEY_CTX_set0_ecdh_kdf_ukm(
                  x, OPENSSL_memdup(info, sizeof info), sizeof info),
              1);
    told[0].data = &ukm;
    CHECK_INT(EVP_PKEY_CTX_get_params(x, told), 1);
    CHECK_HEX(ukm, told[0].return_size, "010203");
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(k1);
    bench_close(libctx);
}

static void unknown_kdf_and_digest_are_refused_in_words(void)
{
    char unknown[] = "PANAMA";
    char xof[] = "SHAKE128";
    OSSL_PARAM kdf[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, unknown,
                                         0),
        OSSL_PARAM_END,
    };
    OSSL_PARAM digest[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST,
                                         unknown, 0),
        OSSL_PARAM_END,
    };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_pkey(libctx, k1, NULL);

    CHECK_INT(EVP_PKEY_derive_init_ex(x, kdf), 0);
    CHECK(strstr(bench_error(), "PANAMA") != NULL);
    for (size_t i = 0; i < 2; i++) {
        digest[0].data = i == 0 ? unknown : xof;
        digest[0].data_size = strlen(digest[0].data);
        ERR_clear_error();
        CHECK_INT(EVP_PKEY_derive_init_ex(x, digest), 0);
        CHECK_INT(ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_EVP, 0);
        CHECK(strstr(bench_error(), digest[0].data) != NULL);
    }
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(k1);
    bench_close(libctx);
}

/* The point at infinity, which is a key until somebody looks. */
static EVP_PKEY *infinity(void)
{
    char group[] = "P-256";
    unsigned char point[] = { 0 };
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
                                          sizeof point),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    if (EVP_PKEY_fromdata_init(maker) == 1)
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(maker);
    ERR_clear_error();
    return key;
}

static void other_curves_and_bad_points_never_reach_the_card(void)
{
    static const char *const others[] = { "P-384", "brainpoolP256r1" };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY *nowhere = infinity();
    EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_pkey(libctx, k1, NULL);

    CHECK_INT(EVP_PKEY_derive_init(x), 1);
    desk_sent();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        EVP_PKEY *theirs = soft_key(others[i]);
        EVP_PKEY *other = public_half(theirs);

        CHECK(EVP_PKEY_derive_set_peer(x, other) <= 0);
        CHECK(strstr(bench_error(), "another curve") != NULL);
        EVP_PKEY_free(other);
        EVP_PKEY_free(theirs);
    }
    REQUIRE(nowhere != NULL);
    CHECK(EVP_PKEY_derive_set_peer_ex(x, nowhere, 0) <= 0);
    CHECK(strstr(bench_error(), "not on the curve") != NULL);
    CHECK_STR(desk_sent(), "");
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(nowhere);
    EVP_PKEY_free(k1);
    bench_close(libctx);
}

static void only_private_keys_agree(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *public_key = bench_object(libctx, "iotsim:object=k1;type=public",
                                        OSSL_STORE_INFO_PUBKEY);
    EVP_PKEY_CTX *x =
        EVP_PKEY_CTX_new_from_pkey(libctx, public_key, "provider=iotsim");

    CHECK(EVP_PKEY_derive_init(x) <= 0);
    CHECK(strstr(bench_error(), "no private key") != NULL);
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(public_key);
    bench_close(libctx);
}

static void key_that_only_signs_is_the_cards_refusal(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *signer = bench_key(libctx, "iotsim:object=signer");
    EVP_PKEY *theirs = soft_key("P-256");
    EVP_PKEY_CTX *x = begin(libctx, signer, theirs, NULL);
    uint8_t secret[32];

    REQUIRE(x != NULL);
    CHECK_INT(derive(x, secret, sizeof secret), 0);
    CHECK(strstr(bench_error(), "object=signer") != NULL);
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(signer);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

static void copies_are_independent(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY *theirs = soft_key("P-256");
    EVP_PKEY_CTX *x = begin(libctx, k1, theirs, NULL);
    EVP_PKEY_CTX *copy;
    uint8_t a[32];
    uint8_t b[32];

    REQUIRE(x != NULL);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_md(x, EVP_sha256()), 1);
    CHECK_INT(EVP_PKEY_CTX_set0_ecdh_kdf_ukm(x, OPENSSL_memdup("abc", 3), 3),
              1);
    copy = EVP_PKEY_CTX_dup(x);
    REQUIRE(copy != NULL);
    CHECK_INT(derive(x, a, sizeof a), 32);
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(k1);
    EVP_PKEY_free(theirs);
    CHECK_INT(derive(copy, b, sizeof b), 32);
    CHECK(memcmp(a, b, sizeof a) == 0);
    EVP_PKEY_CTX_free(copy);
    bench_close(libctx);
}

/* Under the query EC keys on other curves are software, and agree there. */
static void software_keys_of_ours_agree_in_software(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *ours = EVP_PKEY_Q_keygen(libctx, QUERY, "EC", "P-384");
    EVP_PKEY *theirs = soft_key("P-384");

    REQUIRE(ours != NULL);
    check_same(libctx, ours, theirs, NULL, "");
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

/* All curves of the default provider on which sizes or cofactors are special:
 * the order of secp160r1 has one bit more than its field, that of the others
 * fewer; theirs has a cofactor of 2 or 4. */
static void software_keys_of_ours_agree_on_any_curve(void)
{
    static const char *const curves[] = { "secp160r1", "sect233k1", "sect571r1",
                                          "P-521" };
    OSSL_LIB_CTX *libctx = bench_open(sim);

    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        for (int mode = -1; mode <= 1; mode++) {
            EVP_PKEY *ours = EVP_PKEY_Q_keygen(libctx, QUERY, "EC", curves[i]);
            EVP_PKEY *theirs = soft_key(curves[i]);
            OSSL_PARAM params[] = {
                OSSL_PARAM_construct_int(
                    OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, &mode),
                OSSL_PARAM_END,
            };

            if (theirs == NULL) /* not every libcrypto has them all */
                continue;
            REQUIRE(ours != NULL);
            check_same(libctx, ours, theirs, params, "");
            EVP_PKEY_free(ours);
            EVP_PKEY_free(theirs);
        }
    bench_error();
    bench_close(libctx);
}

/* Octets of the shared info, as told. */
static size_t told_info(EVP_PKEY_CTX *x)
{
    void *info = NULL;
    OSSL_PARAM told[] = {
        OSSL_PARAM_construct_octet_ptr(OSSL_EXCHANGE_PARAM_KDF_UKM, &info, 0),
        OSSL_PARAM_END,
    };

    CHECK_INT(EVP_PKEY_CTX_get_params(x, told), 1);
    return told[0].return_size;
}

/* What is set is told and a copy has it all. */
static void software_keys_of_ours_take_all_parameters(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *ours = EVP_PKEY_Q_keygen(libctx, QUERY, "EC", "P-384");
    EVP_PKEY *theirs = soft_key("P-384");
    EVP_PKEY_CTX *x = begin(libctx, ours, theirs, NULL);
    EVP_PKEY_CTX *copy;
    int mode = 2;
    OSSL_PARAM unknown[] = {
        OSSL_PARAM_construct_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE,
                                 &mode),
        OSSL_PARAM_END,
    };
    uint8_t a[77];
    uint8_t b[77];
    size_t n = 0;
    int len = 0;

    REQUIRE(x != NULL);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_cofactor_mode(x, 1), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_cofactor_mode(x), 1);
    CHECK(EVP_PKEY_CTX_set_params(x, unknown) <= 0);
    CHECK(bench_error()[0] != '\0');
    CHECK_INT(derive(x, a, sizeof a), 48);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_type(x, EVP_PKEY_ECDH_KDF_X9_63), 1);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_md(x, EVP_sha256()), 1);
    CHECK_INT(EVP_PKEY_CTX_set_ecdh_kdf_outlen(x, 77), 1);
    CHECK_INT(EVP_PKEY_CTX_get_ecdh_kdf_outlen(x, &len), 1);
    CHECK_INT(len, 77);
    CHECK_INT(EVP_PKEY_CTX_set0_ecdh_kdf_ukm(x, OPENSSL_memdup("abc", 3), 3),
              1);
    CHECK_INT(told_info(x), 3);
    CHECK_INT(EVP_PKEY_derive(x, NULL, &n), 1);
    CHECK_INT(n, 77);
    copy = EVP_PKEY_CTX_dup(x);
    REQUIRE(copy != NULL);
    CHECK_INT(derive(x, a, sizeof a), 77);
    EVP_PKEY_CTX_free(x);
    CHECK_INT(derive(copy, b, sizeof b), 77);
    CHECK(memcmp(a, b, sizeof a) == 0);
    CHECK_STR(bench_error(), "");
    EVP_PKEY_CTX_free(copy);
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
    bench_close(libctx);
}

static void empty_shared_info_is_none(void)
{
    char none[1] = { 0 };
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, none, 0),
        OSSL_PARAM_END,
    };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_pkey(libctx, k1, NULL);
    EVP_PKEY_CTX *copy;

    CHECK_INT(EVP_PKEY_derive_init_ex(x, params), 1);
    copy = EVP_PKEY_CTX_dup(x);
    REQUIRE(copy != NULL);
    CHECK_INT(told_info(copy), 0);
    EVP_PKEY_CTX_free(copy);
    EVP_PKEY_CTX_free(x);
    EVP_PKEY_free(k1);
    bench_close(libctx);
}

/* A number where text belongs, text where a number does, words too long. */
static void malformed_parameters_are_refused_in_words(void)
{
    static const char *const keys[] = {
        OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, OSSL_EXCHANGE_PARAM_KDF_TYPE,
        OSSL_EXCHANGE_PARAM_KDF_DIGEST, OSSL_EXCHANGE_PARAM_KDF_OUTLEN,
        OSSL_EXCHANGE_PARAM_KDF_UKM
    };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    EVP_PKEY *soft = EVP_PKEY_Q_keygen(libctx, QUERY, "EC", "P-384");
    EVP_PKEY *both[] = { k1, soft };
    char words[200];
    int number = 1;

    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    REQUIRE(k1 != NULL && soft != NULL);
    for (size_t i = 0; i < 2 * (sizeof keys / sizeof *keys); i++) {
        const char *key = keys[i / 2];
        bool text = i % 2 == 0;
        OSSL_PARAM params[] = {
            text ? OSSL_PARAM_construct_utf8_string(key, words, 0)
                 : OSSL_PARAM_construct_int(key, &number),
            OSSL_PARAM_END,
        };
        bool good = !text && (i / 2 == 0 || i / 2 == 3);

        for (size_t k = 0; k < 2; k++) {
            EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_pkey(libctx, both[k], OURS);

            bench_error();
            CHECK_INT(EVP_PKEY_derive_init_ex(x, params) == 1, good);
            if (!good && (bench_error()[0] == '\0'))
                check_fail(__FILE__, __LINE__, key);
            EVP_PKEY_CTX_free(x);
        }
    }
    EVP_PKEY_free(k1);
    EVP_PKEY_free(soft);
    bench_close(libctx);
}

static X509 *load_certificate(OSSL_LIB_CTX *libctx, const char *uri)
{
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = OSSL_STORE_load(store);
    X509 *certificate = OSSL_STORE_INFO_get1_CERT(info);

    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return certificate;
}

/* Somebody without iotsim writes to the certificate, the card reads. */
static void cms_for_the_cards_certificate_is_decrypted(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    EVP_PKEY *k1 = bench_key(libctx, "iotsim:object=k1");
    X509 *certificate = load_certificate(libctx, "iotsim:object=k1;type=cert");
    STACK_OF(X509) *to = sk_X509_new_null();
    BIO *text = BIO_new_mem_buf("for your eyes only", -1);
    BIO *wire = BIO_new(BIO_s_mem());
    BIO *read = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms;
    char got[64] = "";

    REQUIRE(k1 != NULL && certificate != NULL);
    sk_X509_push(to, certificate);
    cms = CMS_encrypt(to, text, EVP_aes_128_cbc(), CMS_BINARY);
    CHECK(cms != NULL && i2d_CMS_bio(wire, cms) == 1);
    CMS_ContentInfo_free(cms);
    cms = CMS_ContentInfo_new_ex(libctx, NULL);
    CHECK(d2i_CMS_bio(wire, &cms) != NULL);
    desk_sent();
    CHECK_INT(CMS_decrypt(cms, k1, certificate, NULL, read, CMS_BINARY), 1);
    CHECK_STR(desk_sent(), "24 D8 24 46");
    CHECK(BIO_read(read, got, sizeof got - 1) > 0);
    CHECK_STR(got, "for your eyes only");
    CHECK_STR(bench_error(), "");
    CMS_ContentInfo_free(cms);
    BIO_free(text);
    BIO_free(wire);
    BIO_free(read);
    sk_X509_free(to);
    X509_free(certificate);
    EVP_PKEY_free(k1);
    bench_close(libctx);
}

TEST_MAIN(TEST(static_key_agrees_as_software_does),
          TEST(ephemeral_key_gives_the_secret_of_rfc5903),
          TEST(ephemeral_key_serves_once),
          TEST(kdf_is_that_of_the_default_provider),
          TEST(sizes_are_told_and_checked_without_the_card),
          TEST(parameters_are_checked_and_told),
          TEST(unknown_kdf_and_digest_are_refused_in_words),
          TEST(other_curves_and_bad_points_never_reach_the_card),
          TEST(only_private_keys_agree),
          TEST(key_that_only_signs_is_the_cards_refusal),
          TEST(copies_are_independent),
          TEST(software_keys_of_ours_agree_in_software),
          TEST(cms_for_the_cards_certificate_is_decrypted),
          TEST(software_keys_of_ours_agree_on_any_curve),
          TEST(software_keys_of_ours_take_all_parameters),
          TEST(empty_shared_info_is_none),
          TEST(malformed_parameters_are_refused_in_words))
