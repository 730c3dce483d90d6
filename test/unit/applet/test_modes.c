/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures by every kind of key in every mode of operation, made and
 * verified by the software card and checked by libcrypto, which is given the
 * text alone; RSA keys read, generated and used at full length.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* the state of a hash, for mode 02 */
#include "libcrypto.h"

#include <openssl/sha.h>

#include "support/soft_transport.h"

enum { TEXT_MAX = 300 };

static const char profile[] =
    "[card]\niccid = 8988211000000430010\nidentifier = MODES\nsessions = 1\n"
    "[objects]\nec = pair\nrsa = pair\nrsa4096 = pair\n"
    "[ec]\nlabel = ec\nid = 01\nvalue = generate\n"
    "[rsa]\nlabel = rsa\nid = 02\ntype = rsa2048\n"
    "functions = sign, generate\nvalue = generate\n"
    "[rsa4096]\nlabel = rsa4096\nid = 03\ntype = rsa4096\nvalue = generate\n";

static const struct scheme {
    const char *label;
    uint8_t algorithm;
    uint16_t hash;
    const EVP_MD *(*md)(void);
    size_t len; /* octets of a signature */
} schemes[] = {
    { "ec", SIGN_ECDSA, HASH_SHA256, EVP_sha256, APPLET_RS_LEN },
    { "rsa", SIGN_RSA_PKCS1, HASH_SHA256, EVP_sha256, 256 },
    { "rsa", SIGN_RSA_PKCS1, HASH_SHA384, EVP_sha384, 256 },
    { "rsa", SIGN_RSA_PSS, HASH_SHA256, EVP_sha256, 256 },
    { "rsa", SIGN_RSA_PSS, HASH_SHA512, EVP_sha512, 256 },
    { "rsa4096", SIGN_RSA_PSS, HASH_SHA256, EVP_sha256, 512 },
};

static const uint8_t modes[] = { MODE_FULL_TEXT, MODE_LAST_BLOCK,
                                 MODE_PAD_SIGN };

static struct applet_ref named(const char *label)
{
    return (struct applet_ref){ .label = bytes_text(label) };
}

static void opens(struct applet *a, struct transport *t)
{
    static const uint8_t aid[] = { 0xa0, 0x00, 0x00, 0x05, 0x59, 0x00, 0x10 };

    CHECK(
        iotsim_ok(applet_open(a, t, BYTES_OF(aid), deadline_in(60000), NULL)));
}

/* --- the messages -------------------------------------------------------- */

/* The state of a hash after `len` octets, whole blocks, by libcrypto. */
static struct bytes state_of(const struct scheme *s, const uint8_t *text,
                             size_t len, uint8_t state[SHA512_DIGEST_LENGTH])
{
    struct buf out = buf_over(state, SHA512_DIGEST_LENGTH);
    SHA256_CTX small;
    SHA512_CTX large;

    SHA256_Init(&small);
    SHA256_Update(&small, text, len);
    if (s->hash == HASH_SHA384)
        SHA384_Init(&large);
    else
        SHA512_Init(&large);
    SHA512_Update(&large, text, len);
    for (size_t i = 0; i < 8; i++) {
        uint64_t word = s->hash == HASH_SHA256 ? small.h[i] : large.h[i];
        unsigned octets = s->hash == HASH_SHA256 ? 4 : 8;

        while (octets-- > 0)
            buf_u8(&out, (uint8_t)(word >> 8 * octets & 0xff));
    }
    return buf_view(&out);
}

/* How the text is told to the card; `octets` holds what is not the text. */
static struct applet_message message_of(const struct scheme *s, uint8_t mode,
                                        struct bytes text,
                                        uint8_t octets[SHA512_DIGEST_LENGTH])
{
    struct applet_message m = {
        .mode = mode, .algorithm = s->algorithm, .hash = s->hash, .input = text
    };
    size_t hashed =
        text.len - text.len % (size_t)EVP_MD_get_block_size(s->md());
    unsigned len = 0;

    if (mode == MODE_LAST_BLOCK) {
        m.hashed = (uint32_t)hashed;
        m.chaining = state_of(s, text.data, hashed, octets);
        m.input = bytes_of(text.data + hashed, text.len - hashed);
    }
    if (mode == MODE_PAD_SIGN) {
        CHECK(EVP_Digest(text.data, text.len, octets, &len, s->md(), NULL) ==
              1);
        m.input = bytes_of(octets, len);
    }
    return m;
}

/* --- the signatures ------------------------------------------------------ */

static EVP_PKEY *key_of(const struct applet_public_key *key)
{
    if (key->point_len > 0)
        return crypto_public(key->point);
    return crypto_rsa(bytes_of(key->modulus, key->modulus_len),
                      bytes_of(key->exponent, key->exponent_len));
}

static void verifies(struct applet *a, const char *label,
                     const struct applet_message *m, uint8_t *octets,
                     size_t len)
{
    bool valid = false;

    CHECK(iotsim_ok(
        applet_verify(a, named(label), m, bytes_of(octets, len), &valid)));
    CHECK(valid);
    octets[len - 1] ^= 1;
    CHECK(iotsim_ok(
        applet_verify(a, named(label), m, bytes_of(octets, len), &valid)));
    CHECK(!valid);
}

static void signs(struct applet *a, const struct scheme *s, EVP_PKEY *key,
                  uint8_t mode, size_t len)
{
    static uint8_t text[TEXT_MAX];
    uint8_t octets[SHA512_DIGEST_LENGTH];
    uint8_t signed_octets[APPLET_SIGNATURE_MAX];
    struct buf signature = BUF_OVER(signed_octets);
    struct applet_message m;

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i ^ len);
    m = message_of(s, mode, bytes_of(text, len), octets);
    CHECK(iotsim_ok(applet_sign(a, named(s->label), &m, &signature)));
    REQUIRE(signature.len == s->len);
    CHECK(crypto_verifies_text(key, s->algorithm, s->md(), bytes_of(text, len),
                               buf_view(&signature)));
    verifies(a, s->label, &m, signed_octets, signature.len);
}

static void signs_in_modes(struct applet *a, const struct scheme *s,
                           EVP_PKEY *key)
{
    static const size_t lengths[] = { 0, 1, 96, 97, TEXT_MAX };

    for (size_t i = 0; i < sizeof modes; i++)
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            unsigned before = check_failures;

            signs(a, s, key, modes[i], lengths[k]);
            if (check_failures != before)
                fprintf(stderr, "    %s %02X %04X mode %02X, %zu octets\n",
                        s->label, s->algorithm, s->hash, modes[i], lengths[k]);
        }
}

static void with_schemes(struct soft *soft)
{
    struct transport transport = soft_transport(soft);
    struct applet applet;
    struct applet_public_key key;

    opens(&applet, &transport);
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        EVP_PKEY *public_key;

        CHECK(iotsim_ok(
            applet_read_public_key(&applet, named(schemes[i].label), &key)));
        public_key = key_of(&key);
        CHECK_INT(key.modulus_len, key.point_len > 0 ? 0 : schemes[i].len);
        signs_in_modes(&applet, &schemes[i], public_key);
        EVP_PKEY_free(public_key);
    }
    applet_close(&applet);
}

/* One card, as its keys take a second to make. */
static void every_scheme_in_every_mode(void)
{
    static const char *const quirks[] = {
        "protocol=t1",          "protocol=t0",        "signature-length=1",
        "signature-length=ber", "signature-length=2", "success=91xx",
        "reopen=never",         "blocks=b",
    };
    struct soft *soft = soft_text(profile);

    for (size_t i = 0; i < sizeof quirks / sizeof quirks[0]; i++) {
        unsigned before = check_failures;

        soft_quirk(soft, quirks[i]);
        with_schemes(soft);
        if (check_failures != before)
            fprintf(stderr, "    with %s\n", quirks[i]);
    }
    soft_free(soft);
}

static void generates_rsa(void)
{
    struct soft *soft = soft_text(profile);
    struct transport transport = soft_transport(soft);
    struct applet applet;
    struct applet_pair pair;
    struct applet_public_key key;
    EVP_PKEY *public_key;

    opens(&applet, &transport);
    CHECK(iotsim_ok(applet_generate_key_pair(&applet, named("rsa"), &pair)));
    CHECK_INT(pair.key.modulus_len, 256);
    CHECK(iotsim_ok(applet_read_public_key(&applet, named("rsa"), &key)));
    CHECK(bytes_equal(bytes_of(key.modulus, key.modulus_len),
                      bytes_of(pair.key.modulus, pair.key.modulus_len)));
    public_key = key_of(&pair.key);
    signs(&applet, &schemes[1], public_key, MODE_PAD_SIGN, 10);
    EVP_PKEY_free(public_key);
    applet_close(&applet);
    soft_free(soft);
}

/* --- refusals ------------------------------------------------------------ */

/* A card that signs nothing but `words`; the other modes cost one exchange and
 * come back with the card's word. */
static void only(const char *words, uint8_t mode)
{
    char text[512];
    uint8_t octets[SHA512_DIGEST_LENGTH];
    uint8_t room[APPLET_SIGNATURE_MAX];
    struct soft *soft;
    struct transport transport;
    struct applet applet;

    snprintf(text, sizeof text,
             "[card]\niccid = 8988211000000430010\nmodes = %s\n"
             "[objects]\nec = pair\n"
             "[ec]\nlabel = ec\nid = 01\nvalue = generate\n",
             words);
    soft = soft_text(text);
    transport = soft_transport(soft);
    opens(&applet, &transport);
    for (size_t i = 0; i < sizeof modes; i++) {
        struct applet_message m =
            message_of(&schemes[0], modes[i], bytes_text("some text"), octets);
        struct buf out = BUF_OVER(room);
        unsigned before = soft_exchanges(soft);
        iotsim_result result = applet_sign(&applet, named("ec"), &m, &out);

        CHECK_INT(result.sw, modes[i] == mode ? 0 : 0x6a80);
        CHECK_INT(out.len, modes[i] == mode ? APPLET_RS_LEN : 0);
        CHECK_INT(soft_exchanges(soft) - before, modes[i] == mode ? 2 : 1);
    }
    applet_close(&applet);
    soft_free(soft);
}

static void one_mode_only(void)
{
    only("text", MODE_FULL_TEXT);
    only("last-block", MODE_LAST_BLOCK);
    only("hash", MODE_PAD_SIGN);
}

TEST_MAIN(TEST(every_scheme_in_every_mode), TEST(generates_rsa),
          TEST(one_mode_only))
