/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the applet's commands share: an open applet on channel 1
 * of a scripted card, octets from hexadecimal text, and the values of the
 * reference's example card (chapter 3), as text.
 */
#ifndef TEST_UNIT_APPLET_BENCH_H
#define TEST_UNIT_APPLET_BENCH_H

#include "applet/applet.h"
#include "support/check.h"
#include "support/script.h"

#define K1_POINT                                                         \
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6" \
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define E1_POINT                                                         \
    "04DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180" \
    "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3"
#define P1_POINT                                                         \
    "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63" \
    "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB"
#define K1_HASH \
    "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF"
#define K1_R "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
#define K1_S "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"

struct bench {
    struct script *script;
    struct transport transport;
    struct applet applet;
    struct buf out; /* over bench_storage */
};

static uint8_t bench_storage[0x8000];

/* The applet as applet_open leaves it once a command has worked. */
static inline void bench_begin(struct bench *b, const char *text)
{
    memset(b, 0, sizeof *b);
    b->script = script_text(text);
    b->transport = script_transport(b->script);
    b->out = BUF_OVER(bench_storage);
    b->applet.until = deadline_in(60000);
    b->applet.channel = (struct channel){ .transport = &b->transport,
                                          .number = 1,
                                          .family = 0x80,
                                          .family_known = true };
}

/* Everything in the script happened. */
static inline void bench_end(struct bench *b)
{
    CHECK(script_done(b->script));
    script_free(b->script);
}

/* Octets of `text`, good until the eighth next call. */
static inline struct bytes hex(const char *text)
{
    static uint8_t storage[8][1024];
    static unsigned next;
    uint8_t *octets = storage[next++ % 8];
    size_t len = check_unhex(text, octets, sizeof storage[0]);

    if (len == (size_t)-1) {
        fprintf(stderr, "not octets: %s\n", text);
        exit(1);
    }
    return bytes_of(octets, len);
}

/* A final hash to be signed by ECDSA with SHA-256. */
static inline struct applet_message final_hash(const char *text)
{
    return (struct applet_message){ .mode = MODE_PAD_SIGN,
                                    .algorithm = SIGN_ECDSA,
                                    .hash = HASH_SHA256,
                                    .input = hex(text) };
}

static inline struct applet_ref by_id(const char *text)
{
    return (struct applet_ref){ .id = hex(text) };
}

static inline struct applet_ref by_label(const char *text)
{
    return (struct applet_ref){ .label = bytes_text(text) };
}

/* Sign K1_HASH, append the signature to `out`. */
static inline iotsim_result bench_sign(struct bench *b, struct applet_ref ref)
{
    const struct applet_message message = final_hash(K1_HASH);

    return applet_sign(&b->applet, ref, &message, &b->out);
}

/* Verify the signature K1_R K1_S of K1_HASH. */
static inline iotsim_result bench_verify(struct bench *b, struct applet_ref ref,
                                         bool *valid)
{
    const struct applet_message message = final_hash(K1_HASH);

    return applet_verify(&b->applet, ref, &message, hex(K1_R K1_S), valid);
}

/* Read a public key that must be a point. */
static inline void bench_reads_point(struct bench *b, struct applet_ref ref,
                                     const char *want)
{
    struct applet_public_key key;

    CHECK(iotsim_ok(applet_read_public_key(&b->applet, ref, &key)));
    CHECK_HEX(key.point, key.point_len, want);
    CHECK(key.modulus_len == 0 && key.exponent_len == 0);
}

#endif
