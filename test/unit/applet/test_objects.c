/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of object information in all the forms of reference 4.4, and the
 * two commands around it. An expected list is written as text, one word an
 * object: kind, id, label, in the order of the list.
 */
#include "bench.h"

static const char *kind_name(enum applet_kind kind)
{
    switch (kind) {
    case APPLET_PRIVATE_KEY:
        return "private";
    case APPLET_PUBLIC_KEY:
        return "public";
    case APPLET_FILE:
        return "file";
    case APPLET_SECRET_KEY:
        return "secret";
    }
    return "none";
}

/* "private:01:K1 file:02:" of the octets; "!" at the end: unreadable rest. */
static const char *summary(struct bytes octets)
{
    static char text[2048];
    struct applet_list list = { .rest = octets };
    struct applet_object o;
    size_t at = 0;

    text[0] = '\0';
    while (applet_next_object(&list, &o)) {
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "%s%s:", at > 0 ? " " : "", kind_name(o.kind));
        for (size_t i = 0; i < o.id_len; i++)
            at +=
                (size_t)snprintf(text + at, sizeof text - at, "%02X", o.id[i]);
        at += (size_t)snprintf(text + at, sizeof text - at, ":%.*s",
                               (int)o.label_len, (const char *)o.label);
    }
    if (list.rest.failed)
        snprintf(text + at, sizeof text - at, "!");
    return text;
}

static void wrapped_each(void)
{
    CHECK_STR(summary(hex("C10A 74024B31 840101 4A0101"
                          "C20A 75024B31 850101 4A0101"
                          "C40A 76025331 860106 4A0101"
                          "C30A 73024343 830102 4A0101")),
              "private:01:K1 public:01:K1 secret:06:S1 file:02:CC");
}

static void not_wrapped(void)
{
    CHECK_STR(summary(hex("74024B31 840101 4A0101 75024B31 850101 4A0101"
                          "73024343 830102 4A0101 76025331 860106 4A0101")),
              "private:01:K1 public:01:K1 file:02:CC secret:06:S1");
}

static void wrapped_by_kind(void)
{
    CHECK_STR(summary(hex("C114 74024B31 840101 4A0101 74024B32 840102 4A0101"
                          "C20D 840199 75024B31 850101 4A0101")),
              "private:01:K1 private:02:K2 public:01:K1");
}

static void mixed(void)
{
    CHECK_STR(summary(hex("C107 74024B31 840101 73024343 830102 4A0101"
                          "C303 830103")),
              "private:01:K1 file:02:CC file:03:");
}

static void order_is_free(void)
{
    CHECK_STR(summary(hex("840101 74024B31 4A0101 840102 4A0101"
                          "74024B33 4A0101 840104 74024B34")),
              "private:01:K1 private:02: private::K3 private:04:K4");
}

/* A name of the same sort, of another kind, or after an attribute. */
static void where_an_object_begins(void)
{
    CHECK_STR(summary(hex("840101 840102")), "private:01: private:02:");
    CHECK_STR(summary(hex("74024B31 74024B32")), "private::K1 private::K2");
    CHECK_STR(summary(hex("840101 850101")), "private:01: public:01:");
    CHECK_STR(summary(hex("840101 4A0101 74024B31")),
              "private:01: private::K1");
    CHECK_STR(summary(hex("840101 E00101 74024B31")), "private:01:K1");
}

static void nameless_is_dropped(void)
{
    CHECK_STR(summary(hex("C103 4A0101 C100 C203 850101 C303 200101")),
              "public:01:");
    CHECK_STR(summary(hex("4A0101 6001 01")), "");
    CHECK_STR(summary(hex("")), "");
}

static void names_are_opaque(void)
{
    CHECK_STR(summary(hex("8403303036 8402FF00")),
              "private:303036: private:FF00:");
    /* 20 octets are the most; more is no id */
    CHECK_STR(summary(hex("8414 0101010101010101010101010101010101010101")),
              "private:0101010101010101010101010101010101010101:");
    CHECK_STR(summary(hex("8415 010101010101010101010101010101010101010101"
                          "74024B31")),
              "private::K1");
}

static void overruns_in_a_wrapper(void)
{
    CHECK_STR(summary(hex("C107 840101 4A0501 01 C203 850101")),
              "private:01: public:01:");
    CHECK_STR(summary(hex("C120 840101 4A0101")), "private:01:!");
    CHECK_STR(summary(hex("C1")), "!");
    /* nothing readable in one hides nothing behind it */
    CHECK_STR(summary(hex("C103 840901 C203 850101")), "public:01:");
    CHECK_STR(summary(hex("C103 E00101 C203 850101")), "public:01:");
}

static void overruns_outside(void)
{
    CHECK_STR(summary(hex("840101 4A0101 84020101 6101")),
              "private:01: private:0101:!");
}

/* A wrapper of 81h octets, plain and as BER, with another one behind. */
static void long_wrappers(void)
{
    uint8_t octets[200] = { 0xc3, 0x81, 0x83, 0x01, 0x02 };

    octets[5] = 0xe0; /* unknown, fills up to 81h octets */
    octets[6] = 0x7c;
    memcpy(octets + 2 + 0x81, "\xc2\x03\x85\x01\x01", 5);
    CHECK_STR(summary(bytes_of(octets, 2 + 0x81 + 5)), "file:02: public:01:");

    memmove(octets + 3, octets + 2, 0x81 + 5);
    octets[2] = 0x81;
    CHECK_STR(summary(bytes_of(octets, 3 + 0x81 + 5)), "file:02: public:01:");
    CHECK_STR(summary(bytes_of(octets, 3 + 0x81)), "file:02:");
}

static void list_in_parts(void)
{
    struct bench b;

    bench_begin(&b, "> 81 CB 01 00 00\n< C10A 74024B31 6300\n"
                    "> 81 CB 01 01 00\n< 840101 4A01 6300\n"
                    "> 81 CB 01 01 00\n< 01 9000\n");
    CHECK(iotsim_ok(applet_get_list(&b.applet, &b.out)));
    CHECK_STR(summary(buf_view(&b.out)), "private:01:K1");
    bench_end(&b);
}

static void list_without_progress(void)
{
    struct bench b;

    bench_begin(&b, "> 81 CB 01 00 00\n< 840101 6300\n"
                    "> 81 CB 01 01 00\n< 6300\n");
    CHECK(iotsim_ok(applet_get_list(&b.applet, &b.out)));
    CHECK_STR(summary(buf_view(&b.out)), "private:01:");
    bench_end(&b);
}

static void list_fails(void)
{
    struct bench b;

    bench_begin(&b, "> 81 CB 01 00 00\n< 840101 6300\n"
                    "> 81 CB 01 01 00\n< 6984\n");
    CHECK(iotsim_is(applet_get_list(&b.applet, &b.out),
                    IOTSIM_ERR_CARD_UPDATING));
    CHECK_INT(b.out.len, 0);
    bench_end(&b);
}

static void list_is_too_long(void)
{
    struct bench b;
    uint8_t room[4];

    bench_begin(&b, "> 81 CB 01 00 00\n< 840101 6300\n"
                    "> 81 CB 01 01 00\n< 840102 9000\n");
    b.out = BUF_OVER(room);
    CHECK(iotsim_is(applet_get_list(&b.applet, &b.out), IOTSIM_ERR_TOO_LONG));
    CHECK_INT(b.out.len, 0);
    bench_end(&b);
}

static void empty_list(void)
{
    struct bench b;

    bench_begin(&b, "> 81 CB 01 00 00\n< 9000\n");
    CHECK(iotsim_ok(applet_get_list(&b.applet, &b.out)));
    CHECK_INT(b.out.len, 0);
    bench_end(&b);
}

static iotsim_result get(const char *text, struct applet_ref ref,
                         struct applet_object *o)
{
    struct bench b;
    iotsim_result result;

    bench_begin(&b, text);
    result = applet_get_object(&b.applet, APPLET_FILE, ref, o);
    bench_end(&b);
    return result;
}

static void object_by_label(void)
{
    struct applet_object o;

    CHECK(iotsim_ok(get("> 81 CB C3 00 04 73024343 00\n"
                        "< C30A 73024343 830102 200110 9000\n",
                        by_label("CC"), &o)));
    CHECK_HEX(o.id, o.id_len, "02");
    CHECK_INT(o.file_size, 16);
}

static void object_without_names(void)
{
    struct applet_object o;

    CHECK(iotsim_ok(
        get("> 81 CB C3 00 03 830102 00\n< 20020040 9000\n", by_id("02"), &o)));
    CHECK_INT(o.kind, APPLET_FILE);
    CHECK_HEX(o.id, o.id_len, "02");
    CHECK_INT(o.file_size, 0x40);
    CHECK(iotsim_ok(get("> 81 CB C3 00 04 73024343 00\n< C303 210102 9000\n",
                        by_label("CC"), &o)));
    CHECK_INT(o.label_len, 2);
    CHECK_INT(o.file_usage, 2);
}

static void object_fails(void)
{
    struct applet_object o;

    CHECK(
        iotsim_is(get("> 81 CB C3 00 03 830102 00\n< 6A82\n", by_id("02"), &o),
                  IOTSIM_ERR_NOT_FOUND));
    CHECK(
        iotsim_is(get("> 81 CB C3 00 03 830102 00\n< 9000\n", by_id("02"), &o),
                  IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_is(get("> 81 CB C3 00 03 830102 00\n< C103 840102 9000\n",
                        by_id("02"), &o),
                    IOTSIM_ERR_CARD_ANSWER));
    CHECK_INT(o.id_len, 0);
    CHECK(iotsim_is(
        get("> 81 CB C3 00 03 830102 00\n< E00101 9000\n", by_id("02"), &o),
        IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_is(get("", by_id(""), &o), IOTSIM_ERR_TOO_LONG));
    CHECK(iotsim_is(
        get("", by_id("010203040506070809101112131415161718192021"), &o),
        IOTSIM_ERR_TOO_LONG));
}

TEST_MAIN(TEST(wrapped_each), TEST(not_wrapped), TEST(wrapped_by_kind),
          TEST(mixed), TEST(order_is_free), TEST(where_an_object_begins),
          TEST(nameless_is_dropped), TEST(names_are_opaque),
          TEST(overruns_in_a_wrapper), TEST(overruns_outside),
          TEST(long_wrappers), TEST(list_in_parts), TEST(list_without_progress),
          TEST(list_fails), TEST(list_is_too_long), TEST(empty_list),
          TEST(object_by_label), TEST(object_without_names), TEST(object_fails))
