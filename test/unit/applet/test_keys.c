/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys in every layout of reference 4.1, new pairs, and PUT. */
#include "bench.h"

static void reads_point(const char *answer, enum iotsim_err err)
{
    char text[1024];
    struct applet_public_key key;
    struct bench b;

    snprintf(text, sizeof text, "> 81 CD 00 00 03 850101 00\n< %s\n", answer);
    bench_begin(&b, text);
    CHECK_INT(applet_read_public_key(&b.applet, by_id("01"), &key).err, err);
    CHECK_HEX(key.point, key.point_len, err == IOTSIM_ERR_NONE ? K1_POINT : "");
    CHECK(key.modulus_len == 0 && key.exponent_len == 0);
    bench_end(&b);
}

static void layouts(void)
{
    reads_point("3445 4943 8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("3443 8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("3441 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("4943 8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("8641 " K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point(K1_POINT " 9000", IOTSIM_ERR_NONE);
    reads_point("850101 3448 E00101 4943 8641 " K1_POINT " 9000",
                IOTSIM_ERR_NONE);
    reads_point(K1_POINT " 63CF", IOTSIM_ERR_NONE);
}

static void no_point(void)
{
    reads_point("9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point("3400 9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point("3445 4943 8641 04 9000", IOTSIM_ERR_CARD_ANSWER);
    /* compressed, and one octet too long */
    reads_point("3425 4923 8621 0260FED4BA255A9D31C961EB74C6356D68C049B8923B6"
                "1FA6CE669622E60F29FB6 9000",
                IOTSIM_ERR_CARD_ANSWER);
    reads_point("3446 4944 8642 " K1_POINT "00 9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point(K1_POINT "00 9000", IOTSIM_ERR_CARD_ANSWER);
    reads_point("6985", IOTSIM_ERR_NOT_PERMITTED);
    reads_point("6A82", IOTSIM_ERR_NOT_FOUND);
}

/* --- RSA: 34 { 49 { 81 n, 82 e } } --------------------------------------- */

#define M16 "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF"
#define M64 M16 M16 M16 M16
#define M256 M64 M64 M64 M64
#define M512 M256 M256
#define E3 "010001"
#define E8 "0102030405060708"

static void put_hex(struct buf *text, struct bytes octets)
{
    char digits[4];

    while (octets.len > 0) {
        snprintf(digits, sizeof digits, "%02X", bytes_u8(&octets));
        buf_put(text, bytes_text(digits));
    }
}

/* A script in which `command` is answered with `answer`, up to 256 octets at a
 * time. Good until the next call. */
static const char *in_parts(const char *command, struct bytes answer)
{
    static char storage[8192];
    struct buf text = BUF_OVER(storage);
    char more[64] = "\n< ";

    buf_put(&text, bytes_text(command));
    buf_put(&text, bytes_text(more));
    while (answer.len > 256) {
        put_hex(&text, bytes_take(&answer, 256));
        snprintf(more, sizeof more, " 61%02X\n> 01 C0 00 00 %02X\n< ",
                 answer.len < 256 ? (unsigned)answer.len : 0,
                 answer.len < 256 ? (unsigned)answer.len : 0);
        buf_put(&text, bytes_text(more));
    }
    put_hex(&text, answer);
    buf_put(&text, bytes_text(" 9000\n"));
    buf_u8(&text, '\0');
    CHECK(!text.failed);
    return storage;
}

static iotsim_result read_rsa(struct bytes answer,
                              struct applet_public_key *key)
{
    struct bench b;
    iotsim_result result;

    bench_begin(&b, in_parts("> 81 CD 00 00 03 850101 00", answer));
    result = applet_read_public_key(&b.applet, by_id("01"), key);
    bench_end(&b);
    return result;
}

static void reads_rsa(const char *answer, const char *modulus,
                      const char *exponent)
{
    struct applet_public_key key;

    CHECK(iotsim_ok(read_rsa(hex(answer), &key)));
    CHECK_HEX(key.modulus, key.modulus_len, modulus);
    CHECK_HEX(key.exponent, key.exponent_len, exponent);
    CHECK_INT(key.point_len, 0);
}

static void no_rsa(const char *answer)
{
    struct applet_public_key key;

    CHECK(iotsim_is(read_rsa(hex(answer), &key), IOTSIM_ERR_CARD_ANSWER));
    CHECK(key.modulus_len == 0 && key.exponent_len == 0 && key.point_len == 0);
}

static void rsa_layouts(void)
{
    reads_rsa("3482010D 49820109 81820100" M256 "8203" E3, M256, E3);
    reads_rsa("34820109 81820100" M256 "8203" E3, M256, E3);
    /* lengths that need no long form, and that have it nevertheless */
    reads_rsa("3449 4947 8140" M64 "8203" E3, M64, E3);
    reads_rsa("34814E 49814B 81820040" M64 "82820003" E3, M64, E3);
    /* the other order; an element that we do not know */
    reads_rsa("34820109 8203" E3 "81820100" M256, M256, E3);
    reads_rsa("344A 8140" M64 "830101 8203" E3, M64, E3);
    reads_rsa("850101 3447 8140" M64 "8203" E3, M64, E3);
}

static void rsa_numbers(void)
{
    /* RSA 4096, the longest exponent */
    reads_rsa("34820212 4982020E 81820200" M512 "8208" E8, M512, E8);
    /* leading zeros, as DER has them, and more */
    reads_rsa("3482010E 4982010A 8182010100" M256 "8203" E3, M256, E3);
    reads_rsa("34820216 49820212 81820202 0000" M512 "820A0000" E8, M512, E8);
    reads_rsa("3445 8140" M64 "820103", M64, "03");
}

static void hostile_rsa(void)
{
    no_rsa("34820108 49820104 81820100" M256);              /* no exponent */
    no_rsa("34820106 49820102 81820100" M256 "8200");       /* empty */
    no_rsa("3407 4905 8203" E3);                            /* no modulus */
    no_rsa("3409 4907 8100 8203" E3);                       /* empty */
    no_rsa("340C 490A 8103000000 8203" E3);                 /* 0 */
    no_rsa("3446 8140" M64 "82020000");                     /* 0 */
    no_rsa("34820213 4982020F 81820201 01" M512 "8208" E8); /* 513 octets */
    no_rsa("344D 8140" M64 "820901" E8);                    /* 9 octets */
    no_rsa("348189 8140" M64 "8140" M64 "8203" E3);         /* twice */
    no_rsa("344C 8140" M64 "8203" E3 "8203" E3);            /* twice */
    no_rsa("344C 4947 8140" M64 "8203" E3 "830101");        /* beside 49 */
    no_rsa("344A 810100 8140" M64 "8203" E3);               /* 0, then one */
    no_rsa("8140" M64 "8203" E3);                           /* no layer */
    no_rsa("344A 4948 8140" M64 "8203" E3 "83");            /* one octet more */
    no_rsa("3449 4948 8140" M64 "8203" E3);                 /* 49 overruns */
    no_rsa("3447 8140" M64 "8204" E3);                      /* 82 overruns */
    no_rsa("3447 817F" M64 "8203" E3);                      /* 81 overruns */
}

/* Cut anywhere, nothing is read; with what was cut away it is. */
static void rsa_cut(void)
{
    const struct bytes whole =
        hex("840103 850103 3482010E 4982010A 8182010100" M256 "8203" E3);
    struct applet_public_key key;

    for (size_t len = 0; len < whole.len; len++)
        CHECK(iotsim_is(read_rsa(bytes_of(whole.data, len), &key),
                        IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_ok(read_rsa(whole, &key)));
}

/* Longer than any key that we know, and than any buffer. */
static void rsa_without_end(void)
{
    struct applet_public_key key;
    static uint8_t octets[1200] = { 0x34, 0x82, 0x04, 0xac };

    CHECK(iotsim_is(read_rsa(BYTES_OF(octets), &key), IOTSIM_ERR_TOO_LONG));
    CHECK(key.modulus_len == 0 && key.point_len == 0);
}

/* --- new pairs ----------------------------------------------------------- */

static iotsim_result generate(const char *answer, struct applet_pair *pair)
{
    char text[1024];
    struct bench b;
    iotsim_result result;

    snprintf(text, sizeof text, "> 81 B9 00 00 04 74024531 00\n< %s\n", answer);
    bench_begin(&b, text);
    result = applet_generate_key_pair(&b.applet, by_label("E1"), pair);
    bench_end(&b);
    return result;
}

static void generates(void)
{
    struct applet_pair p;

    CHECK(iotsim_ok(generate(
        "8403303033 8503303034 3445 4943 8641 " E1_POINT " 9000", &p)));
    CHECK_HEX(p.private_id, p.private_id_len, "303033");
    CHECK_HEX(p.public_id, p.public_id_len, "303034");
    CHECK_HEX(p.key.point, p.key.point_len, E1_POINT);
    CHECK(iotsim_ok(generate("3445 4943 8641 " E1_POINT " 850102 9000", &p)));
    CHECK_INT(p.private_id_len, 0);
    CHECK_HEX(p.public_id, p.public_id_len, "02");
    CHECK(iotsim_ok(generate("840103 850102 " E1_POINT " 9000", &p)));
    CHECK_HEX(p.private_id, p.private_id_len, "03");
    CHECK_HEX(p.public_id, p.public_id_len, "02");
    CHECK_HEX(p.key.point, p.key.point_len, E1_POINT);
}

static void does_not_generate(void)
{
    struct applet_pair p;

    CHECK(iotsim_is(generate("6985", &p), IOTSIM_ERR_NOT_PERMITTED));
    CHECK(
        iotsim_is(generate("840101 850101 9000", &p), IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_is(generate("6D00", &p), IOTSIM_ERR_UNSUPPORTED));
}

static void generates_rsa(void)
{
    struct applet_pair p;
    struct bench b;

    bench_begin(&b, in_parts("> 81 B9 00 00 03 840103 00",
                             hex("840103 850104 34820212 4982020E 81820200" M512
                                 "8208" E8)));
    CHECK(iotsim_ok(applet_generate_key_pair(&b.applet, by_id("03"), &p)));
    CHECK_HEX(p.private_id, p.private_id_len, "03");
    CHECK_HEX(p.public_id, p.public_id_len, "04");
    CHECK_HEX(p.key.modulus, p.key.modulus_len, M512);
    CHECK_HEX(p.key.exponent, p.key.exponent_len, E8);
    CHECK_INT(p.key.point_len, 0);
    bench_end(&b);
}

/* --- keys into the card -------------------------------------------------- */

#define INIT "> 81 24 00 01 03 850105\n"
#define UPDATE "> 81 D8 80 01 47 3445 4943 8641 " P1_POINT "\n"
#define CLOSE "> 81 24 01 01\n"

static void puts_key(const char *text, enum iotsim_err err)
{
    struct bench b;

    bench_begin(&b, text);
    CHECK_INT(
        applet_put_public_key(&b.applet, by_id("05"), hex(P1_POINT).data).err,
        err);
    bench_end(&b);
}

static void puts_keys(void)
{
    puts_key(INIT "< 9000\n" UPDATE "< 9000\n" CLOSE "< 9000\n",
             IOTSIM_ERR_NONE);
    puts_key(INIT "< 9000\n" UPDATE "< 9000\n" CLOSE "< 6F00\n",
             IOTSIM_ERR_NONE);
}

/* A finished signature holds the session: it is closed as a signature. */
static void puts_after_a_signature(void)
{
    puts_key(INIT "< 6985\n> 81 2A 01 01\n< 9000\n" CLOSE "< 9000\n" INIT
                  "< 9000\n" UPDATE "< 9000\n" CLOSE "< 9000\n",
             IOTSIM_ERR_NONE);
}

static void put_fails(void)
{
    puts_key(INIT "< 6A82\n", IOTSIM_ERR_NOT_FOUND);
    puts_key(INIT "< 6985\n> 81 2A 01 01\n< 9000\n" CLOSE "< 9000\n" INIT
                  "< 6985\n",
             IOTSIM_ERR_NOT_PERMITTED);
    puts_key(INIT "< 9000\n" UPDATE "< 6A80\n" CLOSE "< 9000\n",
             IOTSIM_ERR_CARD_STATUS);
    puts_key(INIT "< 9000\n" UPDATE "! CARD_RESET\n", IOTSIM_ERR_CARD_RESET);
    /* to a link that failed nothing more is sent */
    puts_key(INIT "< 9000\n" UPDATE "! IO\n", IOTSIM_ERR_IO);
    puts_key(INIT "< 9000\n" UPDATE "! TIMEOUT\n", IOTSIM_ERR_TIMEOUT);
    puts_key(INIT "< 9000\n" UPDATE "! BUSY\n" CLOSE "< 9000\n",
             IOTSIM_ERR_BUSY);
}

TEST_MAIN(TEST(layouts), TEST(no_point), TEST(rsa_layouts), TEST(rsa_numbers),
          TEST(hostile_rsa), TEST(rsa_cut), TEST(rsa_without_end),
          TEST(generates), TEST(generates_rsa), TEST(does_not_generate),
          TEST(puts_keys), TEST(puts_after_a_signature), TEST(put_fails))
