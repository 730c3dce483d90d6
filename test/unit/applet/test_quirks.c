/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command against the software card, in each of its quirks with each
 * value and in both protocols: what worked before must work then. Results are
 * checked by libcrypto. The table of quirks is the card's own, as it prints
 * it, so a new quirk is tested without a change here.
 */
#include "libcrypto.h"
#include "support/soft_transport.h"

static const char profile[] =
    "[card]\niccid = 8988211000000430010\nidentifier = QUIRKS\nsessions = 1\n"
    "[objects]\nsign = pair\nfresh = pair\nmine = pair\npeer = public\n"
    "psk = secret\nfile = file\ncert = file\n"
    "[sign]\nlabel = sign\nid = 01\nvalue = generate\n"
    "[fresh]\nlabel = fresh\nid = 02\nfunctions = sign, generate\n"
    "value = empty\n"
    "[mine]\nlabel = mine\nid = 04\nfunctions = agree\nvalue = generate\n"
    "[peer]\nlabel = peer\nid = 05\nfunctions = sign, agree\n"
    "access = read, update\nvalue = empty\n"
    "[psk]\nlabel = psk\nid = 06\nvalue = 000102030405060708090A0B0C0D0E0F\n"
    "[file]\nlabel = file\nid = 0007\nsize = 600\nvalue = 0102030405\n"
    "[cert]\nlabel = cert\nid = 08\nusage = certificate\nvalue = issue\n"
    "certifies = sign\nsubject = CN=quirks\nsan = DNS:quirks.example\n";

static const uint8_t psk[] = { 0, 1, 2,  3,  4,  5,  6,  7,
                               8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t hash[32] = { 0x11, 0x22, 0x33 };

/* The open applet on a card; the public key and a signature of "sign". */
struct bench {
    struct transport transport;
    struct applet applet;
    uint8_t point[APPLET_POINT_LEN];
    uint8_t rs[APPLET_RS_LEN];
};

static struct applet_ref named(const char *label)
{
    return (struct applet_ref){ .label = bytes_text(label) };
}

/* --- the commands -------------------------------------------------------- */

static void opens(struct bench *b)
{
    static const uint8_t aid[] = { 0xa0, 0x00, 0x00, 0x05, 0x59, 0x00, 0x10 };
    char iccid[CHANNEL_ICCID_MAX + 1];
    struct applet_capabilities c;

    CHECK(iotsim_ok(applet_open(&b->applet, &b->transport, BYTES_OF(aid),
                                deadline_in(60000), iccid)));
    CHECK_STR(iccid, "8988211000000430010");
    CHECK(iotsim_ok(applet_get_capabilities(&b->applet, &c)));
    CHECK_INT(c.version, 0x10);
    CHECK(c.identifier_len >= 6 && memcmp(c.identifier, "QUIRKS", 6) == 0);
    CHECK_INT(c.functions, 0x0f);
    CHECK_INT(c.hashes, HASH_SHA256);
    CHECK(c.signatures & SIGN_ECDSA);
    CHECK_INT(c.agreements, 1);
    CHECK_INT(c.derivations, DERIVE_PRF | DERIVE_HKDF);
    CHECK_INT(c.sessions, 1);
}

static void lists(struct bench *b)
{
    static uint8_t storage[4096];
    struct buf octets = BUF_OVER(storage);
    struct applet_list list = { 0 };
    struct applet_object o;
    unsigned count = 0;
    unsigned signers = 0;

    CHECK(iotsim_ok(applet_get_list(&b->applet, &octets)));
    list.rest = buf_view(&octets);
    for (; applet_next_object(&list, &o); count++) {
        CHECK(o.id_len > 0 && o.label_len >= 3);
        if (o.functions & FUNCTION_SIGNATURE && o.signatures & SIGN_ECDSA &&
            o.hashes == HASH_SHA256)
            signers++;
    }
    CHECK_INT(count, 10);
    CHECK_INT(signers, 5);
    CHECK(bytes_at_end(&list.rest));
}

/* The declared size, 0 when the card does not tell. */
static size_t size_of(struct bench *b, const char *label)
{
    struct applet_object o;

    if (!iotsim_ok(
            applet_get_object(&b->applet, APPLET_FILE, named(label), &o)))
        return 0;
    CHECK_INT(o.kind, APPLET_FILE);
    CHECK_INT(o.label_len, strlen(label));
    return o.file_size;
}

static void reads_files(struct bench *b)
{
    static uint8_t storage[0x8000];
    struct buf file = BUF_OVER(storage);

    CHECK(iotsim_ok(applet_read_file(&b->applet, named("file"),
                                     size_of(b, "file"), &file)));
    CHECK(file.len >= 600);
    CHECK_HEX(file.data, 8, "0102030405000000");

    file = BUF_OVER(storage);
    CHECK(iotsim_ok(applet_read_file(&b->applet, named("cert"), 0, &file)));
    CHECK(file.len > 256 && file.data[0] == 0x30);
    CHECK_INT(file.len, 4 + (size_t)(file.data[2] << 8 | file.data[3]));
}

static void reads_point(struct bench *b, const char *label,
                        uint8_t point[APPLET_POINT_LEN])
{
    struct applet_public_key key;

    CHECK(iotsim_ok(applet_read_public_key(&b->applet, named(label), &key)));
    CHECK_INT(key.point_len, APPLET_POINT_LEN);
    memcpy(point, key.point, APPLET_POINT_LEN);
}

static void reads_key(struct bench *b)
{
    reads_point(b, "sign", b->point);
}

static const struct applet_message message = { .mode = MODE_PAD_SIGN,
                                               .algorithm = SIGN_ECDSA,
                                               .hash = HASH_SHA256,
                                               .input = { hash, sizeof hash,
                                                          false } };

static void signs_with(struct bench *b, const char *label,
                       const uint8_t point[APPLET_POINT_LEN],
                       uint8_t rs[APPLET_RS_LEN])
{
    struct buf signature = buf_over(rs, APPLET_RS_LEN);

    CHECK(
        iotsim_ok(applet_sign(&b->applet, named(label), &message, &signature)));
    REQUIRE(signature.len == APPLET_RS_LEN);
    CHECK(crypto_verifies(point, BYTES_OF(hash), rs));
}

static void signs(struct bench *b)
{
    signs_with(b, "sign", b->point, b->rs);
}

static void verifies(struct bench *b)
{
    bool valid = false;

    CHECK(iotsim_ok(applet_verify(&b->applet, named("sign"), &message,
                                  BYTES_OF(b->rs), &valid)));
    CHECK(valid);
    b->rs[40] ^= 1;
    CHECK(iotsim_ok(applet_verify(&b->applet, named("sign"), &message,
                                  BYTES_OF(b->rs), &valid)));
    CHECK(!valid);
}

static void generates(struct bench *b)
{
    struct applet_pair pair;
    uint8_t rs[APPLET_RS_LEN];

    CHECK(
        iotsim_ok(applet_generate_key_pair(&b->applet, named("fresh"), &pair)));
    signs_with(b, "fresh", pair.key.point, rs);
}

static void agrees(struct bench *b)
{
    EVP_PKEY *host = EVP_EC_gen("P-256");
    uint8_t host_point[APPLET_POINT_LEN];
    uint8_t card_point[APPLET_POINT_LEN];
    uint8_t mine[APPLET_SECRET_LEN];
    uint8_t theirs[APPLET_SECRET_LEN];
    size_t len = 0;

    CHECK(EVP_PKEY_get_octet_string_param(host, OSSL_PKEY_PARAM_PUB_KEY,
                                          host_point, sizeof host_point,
                                          &len) == 1);
    CHECK(iotsim_ok(
        applet_put_public_key(&b->applet, named("peer"), host_point)));
    reads_point(b, "mine", card_point);
    CHECK(iotsim_ok(
        applet_compute_dh(&b->applet, named("mine"), named("peer"), theirs)));
    crypto_dh(host, card_point, mine);
    CHECK(memcmp(mine, theirs, sizeof mine) == 0);
    EVP_PKEY_free(host);
}

/* Premaster of RFC 4279 2: as many zeros as the key has octets, then it. */
static void computes_prf(struct bench *b)
{
    static const struct bytes none;
    const struct bytes seed = bytes_text("master secret and some seed");
    uint8_t premaster[2 + sizeof psk + 2 + sizeof psk] = { 0, sizeof psk };
    uint8_t got[48];
    uint8_t want[48];
    struct buf out = BUF_OVER(got);

    premaster[2 + sizeof psk + 1] = sizeof psk;
    memcpy(premaster + 2 + sizeof psk + 2, psk, sizeof psk);
    CHECK(iotsim_ok(applet_compute_prf(&b->applet, PRF_PSK, named("psk"), none,
                                       none, seed, sizeof got, &out)));
    crypto_prf(BYTES_OF(premaster), seed, want, sizeof want);
    CHECK(out.len == 48 && memcmp(got, want, 48) == 0);

    out = BUF_OVER(got);
    CHECK(iotsim_ok(applet_compute_prf(
        &b->applet, PRF_GENERAL, (struct applet_ref){ .id = none },
        BYTES_OF(psk), none, seed, sizeof got, &out)));
    crypto_prf(BYTES_OF(psk), seed, want, sizeof want);
    CHECK(out.len == 48 && memcmp(got, want, 48) == 0);
}

static void computes_hkdf(struct bench *b)
{
    static const uint8_t zeros[32];
    uint8_t got[32];
    uint8_t want[32];
    struct buf out = BUF_OVER(got);

    CHECK(iotsim_ok(applet_compute_hkdf(&b->applet, named("psk"),
                                        bytes_of(NULL, 0), bytes_of(NULL, 0),
                                        HASH_SHA256, &out)));
    crypto_extract(BYTES_OF(zeros), BYTES_OF(psk), want);
    CHECK(out.len == 32 && memcmp(got, want, 32) == 0);
}

static void makes_random(struct bench *b)
{
    uint8_t octets[150] = { 0 };
    struct buf out = BUF_OVER(octets);

    CHECK(iotsim_ok(applet_get_random(&b->applet, sizeof octets, &out)));
    CHECK(memcmp(octets, octets + 64, 64) != 0);
}

/* The channel is given back, so the next one is the same. */
static void closes(struct bench *b)
{
    struct channel next;

    CHECK(!b->applet.store_changed);
    applet_close(&b->applet);
    CHECK(iotsim_ok(channel_open(&next, &b->transport, deadline_in(1000))));
    CHECK_INT(next.number, 1);
}

static void everything(struct soft *soft)
{
    static void (*const steps[])(struct bench * b) = {
        opens,    lists,         reads_files,  reads_key, signs,        signs,
        verifies, signs,         generates,    agrees,    computes_prf, signs,
        agrees,   computes_hkdf, makes_random, closes,
    };
    struct bench b = { .transport = soft_transport(soft) };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        steps[i](&b);
}

/* --- the quirks ---------------------------------------------------------- */

static void with_quirk(const char *name, const char *value,
                       const char *protocol)
{
    unsigned before = check_failures;
    struct soft *soft = soft_text(profile);
    char setting[128];

    soft_quirk(soft, protocol);
    snprintf(setting, sizeof setting, "%s=%s", name, value);
    soft_quirk(soft, setting);
    everything(soft);
    soft_free(soft);
    if (check_failures != before)
        fprintf(stderr, "    with %s and %s\n", protocol, setting);
}

/* One line of the card's table: "name a|b|c ..." or "name 1..256 ...". */
static void with_row(const char *name, char *values, const char *protocol)
{
    char *dots = strstr(values, "..");
    char *rest = values;

    if (dots != NULL) {
        *dots = '\0';
        with_quirk(name, values, protocol);
        with_quirk(name, "100", protocol);
        with_quirk(name, dots + 2, protocol);
        return;
    }
    for (char *value; (value = strsep(&rest, "|")) != NULL;)
        with_quirk(name, value, protocol);
}

static void each_row(const char *protocol)
{
    char line[256];
    char name[64];
    char values[64];
    FILE *table = tmpfile();
    unsigned rows = 0;

    REQUIRE(table != NULL);
    soft_quirks_help(table);
    rewind(table);
    CHECK(fgets(line, sizeof line, table) != NULL); /* the heading */
    while (fgets(line, sizeof line, table) != NULL)
        if (sscanf(line, "%63s %63s", name, values) == 2 && ++rows > 0 &&
            strcmp(name, "protocol") != 0)
            with_row(name, values, protocol);
    CHECK(rows > 30);
    fclose(table);
}

static void each_quirk_in_t1(void)
{
    each_row("protocol=t1");
}

static void each_quirk_in_t0(void)
{
    each_row("protocol=t0");
}

/* --- counting ------------------------------------------------------------ */

/* The exchanges of `n` signatures, one after the other. */
static void costs(const char *quirk, const unsigned *want, size_t n)
{
    struct soft *soft = soft_text(profile);
    struct bench b = { .transport = soft_transport(soft) };

    soft_quirk(soft, quirk);
    opens(&b);
    reads_key(&b);
    for (size_t i = 0; i < n; i++) {
        unsigned before = soft_exchanges(soft);

        signs(&b);
        CHECK_INT(soft_exchanges(soft) - before, want[i]);
    }
    soft_free(soft);
}

/* INIT and UPDATE; once more CLOSE and INIT; from then on CLOSE each time. */
static void cost_of_a_signature(void)
{
    static const unsigned plain[] = { 2, 2, 2 };
    static const unsigned strict[] = { 2, 5, 3, 3 };

    costs("reopen=finished", plain, 3);
    costs("reopen=never", strict, 4);
}

TEST_MAIN(TEST(each_quirk_in_t1), TEST(each_quirk_in_t0),
          TEST(cost_of_a_signature))
