/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS with ephemeral keys of a card, and TLS that has nothing to do with it.
 * Client and server talk through memory; one of them has iotsim in its library
 * context, the other has the default provider alone, so the card's commands are
 * those of one side. Proves E6, F4, F7.
 */
#include "support/check.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "bench.h"

#define QUERY "?iotsim.ecdh=yes"

static const char sim[] = "[objects]\n"
                          "e1 = pair\ne2 = pair\nb1 = pair\nb2 = pair\n"
                          "peer = public\nb-peer = public\nk1 = pair\n"
                          "[e1]\nlabel = e1\nid = 01\ntype = p256-volatile\n"
                          "functions = generate, agree\n"
                          "public-access = read, update\nvalue = empty\n"
                          "[e2]\nlabel = e2\nid = 02\ntype = p256-volatile\n"
                          "functions = generate, agree\n"
                          "public-access = read, update\nvalue = empty\n"
                          "[b1]\nlabel = b1\nid = 03\n"
                          "type = brainpool-volatile\n"
                          "functions = generate, agree\n"
                          "public-access = read, update\nvalue = empty\n"
                          "[b2]\nlabel = b2\nid = 07\n"
                          "type = brainpool-volatile\n"
                          "functions = generate, agree\n"
                          "public-access = read, update\nvalue = empty\n"
                          "[peer]\nlabel = peer\nid = 04\n"
                          "type = p256-volatile\nfunctions = agree\n"
                          "access = read, update\nvalue = empty\n"
                          "[b-peer]\nlabel = b-peer\nid = 05\n"
                          "type = brainpool-volatile\nfunctions = agree\n"
                          "access = read, update\nvalue = empty\n"
                          "[k1]\nlabel = k1\nid = 06\ntype = p256\n"
                          "functions = sign\nvalue = generate\n";

/* --- a software identity, as PEM ---------------------------------------- */

struct identity {
    char key[512];
    char certificate[1024];
};

static void read_all(BIO *from, char *to, size_t size)
{
    int n = BIO_read(from, to, (int)size - 1);

    to[n > 0 ? n : 0] = '\0';
    BIO_free(from);
}

/* A self-signed certificate, valid now. */
static X509 *issue(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)"peer", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    if (X509_sign(certificate, key, EVP_sha256()) == 0)
        exit(1);
    return certificate;
}

/* Made without iotsim. */
static void make_identity(struct identity *identity, const char *curve)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
    X509 *certificate = issue(key);
    BIO *key_pem = BIO_new(BIO_s_mem());
    BIO *certificate_pem = BIO_new(BIO_s_mem());

    PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL);
    PEM_write_bio_X509(certificate_pem, certificate);
    read_all(key_pem, identity->key, sizeof identity->key);
    read_all(certificate_pem, identity->certificate,
             sizeof identity->certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static X509 *read_certificate(OSSL_LIB_CTX *libctx, const char *propq,
                              const struct identity *identity)
{
    X509 *certificate = X509_new_ex(libctx, propq);
    BIO *pem = BIO_new_mem_buf(identity->certificate, -1);

    PEM_read_bio_X509(pem, &certificate, NULL, NULL);
    BIO_free(pem);
    return certificate;
}

static EVP_PKEY *read_key(OSSL_LIB_CTX *libctx, const char *propq,
                          const struct identity *identity)
{
    BIO *pem = BIO_new_mem_buf(identity->key, -1);
    EVP_PKEY *key =
        PEM_read_bio_PrivateKey_ex(pem, NULL, NULL, NULL, libctx, propq);

    BIO_free(pem);
    return key;
}

/* --- a connection ------------------------------------------------------- */

/* One side; NULL libctx is the one without iotsim. */
struct side {
    OSSL_LIB_CTX *libctx;
    const char *propq;
    const char *groups; /* NULL: what libssl takes */
};

static int set_groups(SSL_CTX *ctx, const char *groups)
{
    char *text = OPENSSL_strdup(groups); /* the macro takes no const */
    int ok = (int)SSL_CTX_set1_groups_list(ctx, text);

    OPENSSL_free(text);
    return ok;
}

static SSL_CTX *open_side(const struct side *side, const SSL_METHOD *method,
                          int version)
{
    SSL_CTX *ctx = SSL_CTX_new_ex(side->libctx, side->propq, method);

    CHECK(ctx != NULL);
    CHECK_INT(SSL_CTX_set_min_proto_version(ctx, version), 1);
    CHECK_INT(SSL_CTX_set_max_proto_version(ctx, version), 1);
    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU); /* memory has none */
    if (side->groups != NULL)
        CHECK_INT(set_groups(ctx, side->groups), 1);
    return ctx;
}

static SSL_CTX *open_server(const struct side *side, int version,
                            const struct identity *identity)
{
    SSL_CTX *ctx = open_side(side,
                             version == DTLS1_2_VERSION ? DTLS_server_method()
                                                        : TLS_server_method(),
                             version);
    X509 *certificate = read_certificate(side->libctx, side->propq, identity);
    EVP_PKEY *key = read_key(side->libctx, side->propq, identity);

    CHECK_INT(SSL_CTX_use_certificate(ctx, certificate), 1);
    CHECK_INT(SSL_CTX_use_PrivateKey(ctx, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return ctx;
}

/* Trusts the identity of the server. */
static SSL_CTX *open_client(const struct side *side, int version,
                            const struct identity *identity)
{
    SSL_CTX *ctx = open_side(side,
                             version == DTLS1_2_VERSION ? DTLS_client_method()
                                                        : TLS_client_method(),
                             version);
    X509 *certificate = read_certificate(side->libctx, side->propq, identity);

    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    X509_free(certificate);
    return ctx;
}

/* What is seen of a handshake. */
struct result {
    bool done;
    int group;       /* NID, or TLSEXT_nid_unknown | id */
    int offered[16]; /* by the client; NIDs */
    int offered_count;
    char sent[512]; /* to the card */
};

static bool shake_hands(SSL *client, SSL *server)
{
    for (int i = 0; i < 20; i++) {
        int c = SSL_do_handshake(client);
        int s = SSL_do_handshake(server);

        if (c == 1 && s == 1)
            return true;
        if ((c != 1 && SSL_get_error(client, c) != SSL_ERROR_WANT_READ) ||
            (s != 1 && SSL_get_error(server, s) != SSL_ERROR_WANT_READ))
            return false;
    }
    return false;
}

static void look(SSL *client, SSL *server, struct result *result)
{
    result->done = shake_hands(client, server);
    result->group = (int)SSL_get_negotiated_group(server);
    result->offered_count = (int)SSL_get1_groups(server, NULL);
    CHECK(result->offered_count <= 16);
    if (result->offered_count <= 16)
        SSL_get1_groups(server, result->offered);
    if (result->done)
        CHECK_INT(SSL_get_verify_result(client), X509_V_OK);
}

static void connect_sides(SSL_CTX *client_ctx, SSL_CTX *server_ctx,
                          struct result *result)
{
    SSL *client = SSL_new(client_ctx);
    SSL *server = SSL_new(server_ctx);
    BIO *here = NULL;
    BIO *there = NULL;

    BIO_new_bio_pair(&here, 0, &there, 0);
    SSL_set_bio(client, here, here);
    SSL_set_bio(server, there, there);
    SSL_set_mtu(client, 4096);
    SSL_set_mtu(server, 4096);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    look(client, server, result);
    SSL_free(client);
    SSL_free(server);
}

static struct result handshake(int version, const struct side *client,
                               const struct side *server, const char *curve)
{
    struct identity identity;
    struct result result = { 0 };
    SSL_CTX *client_ctx;
    SSL_CTX *server_ctx;

    make_identity(&identity, curve);
    client_ctx = open_client(client, version, &identity);
    server_ctx = open_server(server, version, &identity);
    desk_sent();
    connect_sides(client_ctx, server_ctx, &result);
    snprintf(result.sent, sizeof result.sent, "%s", desk_sent());
    SSL_CTX_free(client_ctx);
    SSL_CTX_free(server_ctx);
    return result;
}

static bool is_offered(const struct result *result, int nid)
{
    for (int i = 0; i < result->offered_count; i++)
        if (result->offered[i] == nid)
            return true;
    return false;
}

static const struct side plain = { NULL, NULL, NULL };
static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION,
                                DTLS1_2_VERSION };
enum { VERSIONS = sizeof versions / sizeof *versions };

/* --- without the query -------------------------------------------------- */

static void without_the_query_nothing_changes(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, NULL, NULL };
    const struct side p256 = { libctx, NULL, "P-256" };

    for (size_t i = 0; i < VERSIONS; i++) {
        struct result before = handshake(versions[i], &plain, &plain, "P-256");
        struct result after = handshake(versions[i], &ours, &ours, "P-256");

        CHECK(before.done && after.done);
        CHECK(before.group == after.group);
        CHECK_INT(after.offered_count, before.offered_count);
        CHECK(memcmp(before.offered, after.offered, sizeof after.offered) == 0);
        CHECK_STR(after.sent, "");
        after = handshake(versions[i], &p256, &p256, "P-256");
        CHECK(after.done);
        CHECK_INT(after.group, NID_X9_62_prime256v1);
        CHECK_STR(after.sent, "");
    }
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

/* --- with it ------------------------------------------------------------ */

/* The whole cost: opening the channel and reading the list of this card in two
 * parts, which is once a process that keeps the card; the key, the agreement,
 * giving the container back; closing the channel. */
#define OPENING "+ A4 CB CB "
#define ONE_KEY "CB B9 CD 24 D8 24 46 A4"
#define CLOSING " -"

static void check_card_made_it(const struct result *result, int group)
{
    CHECK(result->done);
    CHECK_INT(result->group, group);
    CHECK_STR(result->sent, OPENING ONE_KEY CLOSING);
}

static void key_shares_are_made_by_the_card(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, "P-256" };
    const struct side theirs = { NULL, NULL, "P-256" };

    for (size_t i = 0; i < VERSIONS; i++) {
        struct result as_client =
            handshake(versions[i], &ours, &theirs, "P-256");
        struct result as_server =
            handshake(versions[i], &theirs, &ours, "P-256");

        check_card_made_it(&as_client, NID_X9_62_prime256v1);
        check_card_made_it(&as_server, NID_X9_62_prime256v1);
    }
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

static void default_properties_do_the_same(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, NULL, "P-256" };
    const struct side theirs = { NULL, NULL, "P-256" };

    CHECK_INT(EVP_set_default_properties(libctx, QUERY), 1);
    for (size_t i = 0; i < VERSIONS; i++) {
        struct result as_client =
            handshake(versions[i], &ours, &theirs, "P-256");
        struct result as_server =
            handshake(versions[i], &theirs, &ours, "P-256");

        check_card_made_it(&as_client, NID_X9_62_prime256v1);
        check_card_made_it(&as_server, NID_X9_62_prime256v1);
    }
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

/* Each side has a container of its own. */
static void both_sides_on_one_card(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, "P-256" };

    for (size_t i = 0; i < VERSIONS; i++) {
        struct result result = handshake(versions[i], &ours, &ours, "P-256");

        CHECK(result.done);
        CHECK(strstr(result.sent, "B9") != NULL);
    }
    bench_close(libctx);
}

static void brainpool_key_shares(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side old = { libctx, QUERY, "brainpoolP256r1:P-256" };
    const struct side theirs = { NULL, NULL, "brainpoolP256r1:P-256" };
    struct result result = handshake(TLS1_2_VERSION, &old, &theirs, "P-256");

    check_card_made_it(&result, NID_brainpoolP256r1);
    result = handshake(TLS1_2_VERSION, &theirs, &old, "P-256");
    check_card_made_it(&result, NID_brainpoolP256r1);
    result = handshake(TLS1_3_VERSION, &theirs, &old, "P-256");
    check_card_made_it(&result, NID_X9_62_prime256v1);
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

/* libssl 3.0 has no name of its own for this group of RFC 8734, and does not
 * stumble over it. */
static void brainpool_of_tls13(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, "brainpoolP256r1tls13:P-256" };
    const struct side theirs = { NULL, NULL, "P-256" };
    const int nid = OBJ_sn2nid("brainpoolP256r1tls13"); /* 3.2 and later */
    const int group = nid != NID_undef ? nid : TLSEXT_nid_unknown | 0x1f;
    struct result result = handshake(TLS1_3_VERSION, &ours, &ours, "P-256");

    CHECK(result.done);
    CHECK_INT(result.group, group);
    CHECK_STR(result.sent,
              OPENING "CB B9 CB B9 CD 24 D8 24 46 CD 24 D8 24 46 A4" CLOSING);
    result = handshake(TLS1_3_VERSION, &ours, &theirs, "P-256");
    CHECK(result.done); /* a second hello, with a key on P-256 */
    CHECK_INT(result.group, NID_X9_62_prime256v1);
    result = handshake(TLS1_2_VERSION, &ours, &theirs, "P-256");
    CHECK(result.done);
    CHECK(!is_offered(&result, group));
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

/* --- what else there is under the query --------------------------------- */

static void other_groups_under_the_query(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, NULL };
    const struct side p384 = { libctx, QUERY, "P-384" };
    struct result as_ever = handshake(TLS1_3_VERSION, &plain, &plain, "P-256");
    struct result result = handshake(TLS1_3_VERSION, &ours, &plain, "P-256");

    /* X25519, of 3.5 with ML-KEM, is of the default provider's key managers and
     * stays, first as ever; the other curves are ours now, with keys made in
     * software. */
    CHECK(result.done);
    CHECK_INT(result.group, as_ever.group);
    CHECK(is_offered(&result, NID_X25519));
    CHECK_STR(result.sent, "");
    CHECK(is_offered(&result, NID_X9_62_prime256v1));
    CHECK(is_offered(&result, NID_X448));
    CHECK(is_offered(&result, NID_secp384r1));
    CHECK(is_offered(&result, NID_secp521r1));
    result = handshake(TLS1_3_VERSION, &p384, &plain, "P-256");
    CHECK(result.done);
    CHECK_INT(result.group, NID_secp384r1);
    CHECK_STR(result.sent, "");
    result = handshake(TLS1_2_VERSION, &plain, &p384, "P-256");
    CHECK(result.done);
    CHECK_INT(result.group, NID_secp384r1);
    CHECK_STR(result.sent, "");
    bench_close(libctx);
}

static void software_keys_work_under_the_query(void)
{
    static const char *const curves[] = { "P-256", "P-384" };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, NULL };

    CHECK_INT(EVP_set_default_properties(libctx, QUERY), 1);
    for (size_t i = 0; i < 2; i++) {
        struct identity identity;
        X509 *certificate;
        EVP_PKEY *key;

        make_identity(&identity, curves[i]);
        certificate = read_certificate(libctx, QUERY, &identity);
        key = read_key(libctx, QUERY, &identity);
        CHECK(key != NULL);
        CHECK_INT(X509_verify(certificate, key), 1);
        CHECK_INT(X509_check_private_key(certificate, key), 1);
        CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
        CHECK_INT(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
        X509_free(certificate);
        EVP_PKEY_free(key);
        CHECK(handshake(TLS1_3_VERSION, &ours, &plain, curves[i]).done);
        CHECK(handshake(TLS1_3_VERSION, &plain, &ours, curves[i]).done);
    }
    CHECK(handshake(TLS1_2_VERSION, &plain, &ours, "P-256").done);
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

/* Every group that the default provider lets libssl set by name can still be
 * set; no name is ours alone but those of RFC 8734. */
static void groups_by_name_under_the_query(void)
{
    static char names[][24] = {
        "sect163k1",
        "K-163",
        "sect163r1",
        "sect163r2",
        "B-163",
        "sect193r1",
        "sect193r2",
        "sect233k1",
        "K-233",
        "sect233r1",
        "B-233",
        "sect239k1",
        "sect283k1",
        "K-283",
        "sect283r1",
        "B-283",
        "sect409k1",
        "K-409",
        "sect409r1",
        "B-409",
        "sect571k1",
        "K-571",
        "sect571r1",
        "B-571",
        "secp160k1",
        "secp160r1",
        "secp160r2",
        "secp192k1",
        "secp192r1",
        "P-192",
        "prime192v1",
        "secp224k1",
        "secp224r1",
        "P-224",
        "secp256k1",
        "secp256r1",
        "P-256",
        "prime256v1",
        "secp384r1",
        "P-384",
        "secp521r1",
        "P-521",
        "brainpoolP256r1",
        "brainpoolP384r1",
        "brainpoolP512r1",
        "X25519",
        "X448",
        "ffdhe2048",
        "ffdhe3072",
        "ffdhe4096",
        "ffdhe6144",
        "ffdhe8192",
        "brainpoolP256r1tls13",
        "brainpoolP384r1tls13",
        "brainpoolP512r1tls13",
        "nonsense",
    };
    OSSL_LIB_CTX *libctx = bench_open(sim);
    SSL_CTX *before = SSL_CTX_new_ex(NULL, NULL, TLS_method());
    SSL_CTX *after = SSL_CTX_new_ex(libctx, QUERY, TLS_method());

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const bool rfc8734 = strstr(names[i], "tls13") != NULL;
        const bool could = set_groups(before, names[i]) == 1;
        const bool can = set_groups(after, names[i]) == 1;

        if (can != (could || rfc8734))
            check_fail(__FILE__, __LINE__, names[i]);
    }
    ERR_clear_error();
    SSL_CTX_free(before);
    SSL_CTX_free(after);
    bench_close(libctx);
}

/* With keys made in software, as ever. */
static void old_groups_under_the_query(void)
{
    static const char *const old[] = { "brainpoolP384r1", "brainpoolP512r1",
                                       "secp256k1", "secp224r1", "sect571r1" };
    OSSL_LIB_CTX *libctx = bench_open(sim);

    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        char groups[48];
        const struct side ours = { libctx, QUERY, groups };
        const struct side theirs = { NULL, NULL, groups };
        struct result result;

        if (OBJ_sn2nid(old[i]) == NID_undef)
            continue;
        snprintf(groups, sizeof groups, "%s:P-256", old[i]);
        result = handshake(TLS1_2_VERSION, &ours, &theirs, "P-256");
        CHECK(result.done);
        CHECK_INT(result.group, OBJ_sn2nid(old[i]));
        CHECK_STR(result.sent, "");
        CHECK(handshake(TLS1_3_VERSION, &ours, &theirs, "P-256").done);
    }
    bench_close(libctx);
}

/* The certificate's curve must be among the client's groups. */
static void p384_certificates_of_tls12_under_the_query(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, NULL };

    CHECK(handshake(TLS1_2_VERSION, &plain, &plain, "P-384").done);
    CHECK(handshake(TLS1_2_VERSION, &ours, &plain, "P-384").done);
    bench_close(libctx);
}

/* The card gives the seed, the key and the agreement, each while libcrypto
 * holds what locks it has. */
static void handshake_in_a_context_that_the_card_seeds(void)
{
    OSSL_LIB_CTX *libctx = bench_open(sim);
    const struct side ours = { libctx, QUERY, "P-256" };
    struct result result;

    CHECK_INT(RAND_set_seed_source_type(libctx, "IOTSIM-SEED", NULL), 1);
    SSL_CTX_free(SSL_CTX_new_ex(libctx, NULL, TLS_client_method()));
    CHECK_STR(desk_sent(), "+ A4 84 -"); /* the keys of session tickets */
    result = handshake(TLS1_3_VERSION, &ours, &plain, "P-256");
    check_card_made_it(&result, NID_X9_62_prime256v1);
    CHECK_STR(bench_error(), "");
    bench_close(libctx);
}

TEST_MAIN(TEST(without_the_query_nothing_changes),
          TEST(key_shares_are_made_by_the_card),
          TEST(default_properties_do_the_same), TEST(both_sides_on_one_card),
          TEST(brainpool_key_shares), TEST(brainpool_of_tls13),
          TEST(other_groups_under_the_query),
          TEST(software_keys_work_under_the_query),
          TEST(p384_certificates_of_tls12_under_the_query),
          TEST(handshake_in_a_context_that_the_card_seeds),
          TEST(groups_by_name_under_the_query),
          TEST(old_groups_under_the_query))
