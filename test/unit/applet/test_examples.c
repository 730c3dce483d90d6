/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worked examples of the reference, byte for byte from the client's side:
 * every command on one channel, against vectors/client-commands.apdu. And the
 * two recorded cards of Annex A, as far as this client does what theirs did.
 */
#include "bench.h"

static const char label_seed[] =
    "657874656E646564206D617374657220736563726574" /* extended master secret */
    "CE15B44D68440B652624244DB8D2FB7DD601C759E9EB627FB10529AB0DB76049";

static const char dh_secret[] =
    "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE";

static void opens(struct bench *b)
{
    struct applet_capabilities c;

    CHECK(
        iotsim_ok(applet_open(&b->applet, &b->transport, hex("A0000005590010"),
                              deadline_in(60000), NULL)));
    CHECK(iotsim_ok(applet_get_capabilities(&b->applet, &c)));
    CHECK_INT(c.version, 0x10);
    CHECK_INT(c.identifier_len, 32);
    CHECK(memcmp(c.identifier, "EXAMPLE-APPLET\0", 15) == 0);
    CHECK_INT(c.files, 4);
    CHECK_INT(c.private_keys, 4);
    CHECK_INT(c.public_keys, 4);
    CHECK_INT(c.secret_keys, 2);
    CHECK_INT(c.functions, 0x0f);
    CHECK_INT(c.hashes, HASH_SHA256);
    CHECK_INT(c.signatures, SIGN_ECDSA);
    CHECK_INT(c.agreements, 1);
    CHECK_INT(c.derivations, DERIVE_PRF | DERIVE_HKDF);
    CHECK_INT(c.sessions, 4);
}

/* What the list of the example card holds. */
static const struct listed {
    enum applet_kind kind;
    const char *label;
    uint8_t id, access, state, type, usage, functions;
    uint16_t hashes;
    uint8_t signatures, agreements, derivations, file_usage;
    uint16_t file_size;
} listed[] = {
    { APPLET_PRIVATE_KEY, "K1", 1, 0, 1, 0x13, 1, 1, 1, 4, 0, 0, 0, 0 },
    { APPLET_PRIVATE_KEY, "E1", 4, 2, 0, 0x14, 1, 6, 0, 0, 1, 0, 0, 0 },
    { APPLET_PUBLIC_KEY, "K1", 1, 1, 1, 0x13, 1, 1, 1, 4, 0, 0, 0, 0 },
    { APPLET_PUBLIC_KEY, "E1", 4, 3, 0, 0x14, 1, 6, 0, 0, 1, 0, 0, 0 },
    { APPLET_PUBLIC_KEY, "P1", 5, 3, 0, 0x14, 1, 5, 1, 4, 1, 0, 0, 0 },
    { APPLET_SECRET_KEY, "S1", 6, 0, 1, 0xa0, 0, 8, 0, 0, 0, 3, 0, 0 },
    { APPLET_FILE, "CC", 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 16 },
};

static void is_object(const struct applet_object *o, const struct listed *want)
{
    CHECK_INT(o->kind, want->kind);
    CHECK_INT(o->label_len, 2);
    CHECK(memcmp(o->label, want->label, 2) == 0);
    CHECK_INT(o->id_len, 1);
    CHECK_INT(o->id[0], want->id);
    CHECK_INT(o->access, want->access);
    CHECK_INT(o->state, want->state);
    CHECK_INT(o->key_type, want->type);
    CHECK_INT(o->key_usage, want->usage);
    CHECK_INT(o->functions, want->functions);
    CHECK_INT(o->hashes, want->hashes);
    CHECK_INT(o->signatures, want->signatures);
    CHECK_INT(o->agreements, want->agreements);
    CHECK_INT(o->derivations, want->derivations);
    CHECK_INT(o->file_usage, want->file_usage);
    CHECK_INT(o->file_size, want->file_size);
}

static void lists(struct bench *b)
{
    struct applet_list list = { 0 };
    struct applet_object o;

    b->out.len = 0;
    CHECK(iotsim_ok(applet_get_list(&b->applet, &b->out)));
    list.rest = buf_view(&b->out);
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
        REQUIRE(applet_next_object(&list, &o));
        is_object(&o, &listed[i]);
    }
    CHECK(!applet_next_object(&list, &o));
    CHECK(bytes_at_end(&list.rest));
}

static void gets_objects(struct bench *b)
{
    static const struct {
        const char *id;
        unsigned row;
    } asked[] = { { "01", 0 }, { "01", 2 }, { "02", 6 }, { "06", 5 } };
    struct applet_object o;

    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        const struct listed *want = &listed[asked[i].row];

        CHECK(iotsim_ok(
            applet_get_object(&b->applet, want->kind, by_id(asked[i].id), &o)));
        is_object(&o, want);
    }
}

static void reads(struct bench *b)
{
    b->out.len = 0;
    CHECK(iotsim_ok(applet_read_file(&b->applet, by_id("02"), 16, &b->out)));
    CHECK_HEX(b->out.data, b->out.len, "30313233343536373839414243444546");
    bench_reads_point(b, by_id("01"), K1_POINT);
}

static void exchanges_keys(struct bench *b)
{
    uint8_t secret[APPLET_SECRET_LEN];
    struct applet_pair pair;

    CHECK(iotsim_ok(
        applet_put_public_key(&b->applet, by_id("05"), hex(P1_POINT).data)));
    CHECK(iotsim_ok(applet_generate_key_pair(&b->applet, by_id("04"), &pair)));
    CHECK_HEX(pair.private_id, pair.private_id_len, "04");
    CHECK_HEX(pair.public_id, pair.public_id_len, "04");
    CHECK_HEX(pair.key.point, pair.key.point_len, E1_POINT);
    CHECK(iotsim_ok(
        applet_compute_dh(&b->applet, by_id("04"), by_id("05"), secret)));
    CHECK_HEX(secret, sizeof secret, dh_secret);
}

static void signs_and_verifies(struct bench *b)
{
    unsigned before = b->script->exchanges;
    bool valid = false;

    b->out.len = 0;
    CHECK(iotsim_ok(bench_sign(b, by_id("01"))));
    CHECK_INT(b->script->exchanges - before, 2);
    CHECK_HEX(b->out.data, b->out.len, K1_R K1_S);
    CHECK(iotsim_ok(bench_verify(b, by_id("01"), &valid)));
    CHECK(valid);
}

static void makes_random(struct bench *b)
{
    b->out.len = 0;
    CHECK(iotsim_ok(applet_get_random(&b->applet, 16, &b->out)));
    CHECK_HEX(b->out.data, b->out.len, "0B0E398CCCB8D3A28053C302E2CF82BC");
}

static void is_prf(struct bench *b, uint8_t mode, struct applet_ref key,
                   const char *secret, const char *premaster, const char *want)
{
    b->out.len = 0;
    CHECK(iotsim_ok(applet_compute_prf(&b->applet, mode, key, hex(secret),
                                       hex(premaster), hex(label_seed), 48,
                                       &b->out)));
    CHECK_HEX(b->out.data, b->out.len, want);
}

static void computes_prf(struct bench *b)
{
    static const struct applet_ref none;

    is_prf(b, PRF_GENERAL, none,
           "C0485B054863F6DFA458789768B9035C6CACB160DD1A01834811F5783309DB81",
           "",
           "A1F02A766DA04C8FD83A40E358267528F8D815C48E3DC353D55FE3861C350622"
           "C78B48FE6F49F6E13E1B6B175CFE59FB");
    is_prf(b, PRF_PSK, by_id("06"), "", "",
           "E38B8CEB0E0C63EADDA4523BEF5CCA6FA4DFBD3278BB37CD49B96B2CB69E3CFA"
           "86EA96C25569CD6209E206F176EE2B3E");
    is_prf(b, PRF_PSK_DH, by_id("06"), "", dh_secret,
           "66C46527F6E4BA1CFC457256FDC5A28A285460C46DD344258A00D70CE8E56730"
           "0B58B7B0CEBF7F15AD5C3CF9BC3C7833");
}

static void is_hkdf(struct bench *b, struct applet_ref key, const char *ikm,
                    const char *salt, const char *want)
{
    b->out.len = 0;
    CHECK(iotsim_ok(applet_compute_hkdf(&b->applet, key, hex(ikm), hex(salt),
                                        HASH_SHA256, &b->out)));
    CHECK_HEX(b->out.data, b->out.len, want);
}

static void computes_hkdf(struct bench *b)
{
    static const struct applet_ref none;

    is_hkdf(b, by_id("06"), "", "",
            "D926952CA8B7EC4A95941D1ADA3A5203CEFF8CCEEE34F574D23909EB314C40C0");
    is_hkdf(b, none,
            "8BD4054FB55B9D63FDFBACF9F04B9F0D35E6D63F537563EFD46272900F89492D",
            "6F2615A108C702C5678F54FC9DBAB69716C076189C48250CEBEAC3576C3611BA",
            "1DC826E93606AA6FDC0AADC12F741B01046AA6B99F691ED221A9F0CA043FBEAC");
    is_hkdf(b, none, "",
            "43DE77E0C77713859A944DB9DB2590B53190A65B3EE2E4F12DD7A0BB7CE254B4",
            "18DF06843D13A08BF2A449844C5F8A478001BC4D4C627984D5A41DA8D0402919");
}

static void every_command(void)
{
    struct bench b;

    memset(&b, 0, sizeof b);
    b.script = script_file(VECTORS_DIR "/client-commands.apdu");
    b.transport = script_transport(b.script);
    b.out = BUF_OVER(bench_storage);
    opens(&b);
    lists(&b);
    gets_objects(&b);
    reads(&b);
    exchanges_keys(&b);
    signs_and_verifies(&b);
    makes_random(&b);
    computes_prf(&b);
    computes_hkdf(&b);
    CHECK(!b.applet.store_changed);
    applet_close(&b.applet);
    bench_end(&b);
}

/* Quantag's card: ids of two octets, one-octet length of 33, no 61xx. */
static void quantag(void)
{
    struct applet_pair pair;
    struct bench b;
    bool valid = false;

    bench_begin(
        &b, "> 81 84 00 00 10\n< 0B0E398CCCB8D3A28053C302E2CF82BC 9000\n"
            "> 81 B9 00 00 04 84020002 00\n"
            "< 84020002 85020002 3445 4943 8641 " K1_POINT " 9000\n"
            "> 81 2A 00 01 0E 84020002 A10103 91020001 920104\n< 9000\n"
            "> 81 2B 80 01 22 9E20 " K1_HASH " 00\n"
            "< 3340 343A117BF21D74315B9D7C4EB3EAF0CAD125AD98FF0E14A02D9554C6"
            "274A663C E3C0E9E19BEBFF3454694E95D7E1DA7AB79A9242FEE41F063245A2"
            "C6B2C91A9B 9000\n"
            "> 81 2C 00 01 0E 85020002 A10103 91020001 920104\n< 9000\n"
            "> 81 2D 80 01 64 9E20 " K1_HASH " 3340 " K1_R K1_S "\n< 9000\n"
            "> 81 2C 01 01\n< 9000\n");
    makes_random(&b);
    CHECK(iotsim_ok(applet_generate_key_pair(&b.applet, by_id("0002"), &pair)));
    CHECK_HEX(pair.private_id, pair.private_id_len, "0002");
    CHECK_HEX(pair.public_id, pair.public_id_len, "0002");
    CHECK_HEX(pair.key.point, pair.key.point_len, K1_POINT);
    b.out.len = 0;
    CHECK(iotsim_ok(bench_sign(&b, by_id("0002"))));
    CHECK_HEX(b.out.data, 8, "343A117BF21D7431");
    CHECK_INT(b.out.len, 64);
    CHECK(iotsim_ok(bench_verify(&b, by_id("0002"), &valid)));
    CHECK(valid);
    bench_end(&b);
}

/* Zariot's card over a modem: 61xx, GET RESPONSE, ids of three octets. */
static void zariot(void)
{
    struct bench b;

    bench_begin(&b,
                "> 81 2A 00 01 0F 8403303036 A10103 91020001 920104\n< 9000\n"
                "> 81 2B 80 01 22 9E20 " K1_HASH " 00\n< 6143\n"
                "> 01 C0 00 00 43\n< 330040 " K1_R K1_S " 9000\n"
                "> 81 CD 00 00 05 8503303037 00\n< 6147\n"
                "> 01 C0 00 00 47\n< 3445 4943 8641 " K1_POINT " 9000\n");
    CHECK(iotsim_ok(bench_sign(&b, by_id("303036"))));
    CHECK_HEX(b.out.data, b.out.len, K1_R K1_S);
    bench_reads_point(&b, by_id("303037"), K1_POINT);
    bench_end(&b);
}

TEST_MAIN(TEST(every_command), TEST(quantag), TEST(zariot))
