/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim_uri_parse: the list in vectors/uris.txt, the value of every field,
 * the limits at their edges, octets that a text file cannot hold.
 */
#include "iotsim/uri.h"

#include "support/check.h"

static const char *const error_names[] = { [IOTSIM_ERR_NONE] = "ok",
#define ERROR_NAME(name, text) [IOTSIM_ERR_##name] = #name,
                                           IOTSIM_ERRORS(ERROR_NAME)
#undef ERROR_NAME
};

static struct iotsim_uri uri;
static size_t at;

/* Parse into `uri` and `at`; the name of the result. */
static const char *parse(const char *text)
{
    static const struct iotsim_uri none;

    memset(&uri, 0xA5, sizeof uri);
    at = 4711;
    iotsim_result r = iotsim_uri_parse(text, &uri, &at);

    if (!iotsim_ok(r))
        CHECK(memcmp(&uri, &none, sizeof uri) == 0);
    CHECK(r.sw == 0 && r.os == 0);
    return error_names[r.err];
}

/* Check that `text` is refused with `error` at `offset`. */
static void refuse(const char *text, const char *error, size_t offset)
{
    const char *got = parse(text);

    if (strcmp(got, error) != 0 || at != offset)
        fprintf(stderr, "for %.100s\n", text);
    CHECK_STR(got, error);
    CHECK_INT(at, offset);
}

/* Check that `text` is read, and written as `canonical`, which is read as the
 * same and written as itself. */
static void accept(const char *text, const char *canonical)
{
    char out[IOTSIM_URI_MAX + 1] = "";
    struct iotsim_uri first;

    CHECK_STR(parse(text), "ok");
    CHECK_INT(at, 0);
    first = uri;
    CHECK(iotsim_ok(iotsim_uri_format(&uri, out, sizeof out)));
    CHECK_STR(out, canonical);
    CHECK_STR(parse(out), "ok");
    CHECK(memcmp(&uri, &first, sizeof uri) == 0);
}

/* A text under construction: `unit` is appended `count` times. */
static char built[4 * IOTSIM_URI_MAX];

static void begin(const char *text)
{
    strcpy(built, text);
}

static void add(const char *unit, size_t count)
{
    while (count-- > 0)
        strcat(built, unit);
}

static void vectors(void)
{
    char line[512];
    unsigned int lines = 0;
    FILE *file = fopen(VECTORS_DIR "/uris.txt", "r");

    REQUIRE(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *word = strchr(line, ' ');
        char *text = word == NULL ? NULL : strchr(word + 1, ' ');

        if (line[0] == '#' || text == NULL)
            continue;
        *word++ = '\0';
        *text++ = '\0';
        if (strcmp(line, "ok") == 0)
            accept(text, strcmp(word, "=") == 0 ? text : word);
        else
            refuse(text, line, strtoul(word, NULL, 10));
        lines++;
    }
    fclose(file);
    CHECK(lines > 0);
}

static void fields_of_text(void)
{
    static const struct {
        const char *text;
        const char *field;
        const char *value;
    } rows[] = {
        { "token=898822806660000000", uri.token, "898822806660000000" },
        { "token=8988228%306660000000", uri.token, "898822806660000000" },
        { "object=a%20key%3B", uri.object, "a key;" },
        { "object=%C3%A1=b", uri.object, "\xC3\xA1=b" },
        { "object=+", uri.object, "+" },
        { "?transport=at", uri.transport, "at" },
        { "?reader=A%20%26%20B?=/", uri.reader, "A & B?=/" },
        { "?reader=%20x%20", uri.reader, " x " },
        { "?device=/dev/tty%0AUSB0", uri.device, "/dev/tty\nUSB0" },
        { "?address=[::1]:35963", uri.address, "[::1]:35963" },
        { "?nonce=0123456789abcdefABCDEF0123456789", uri.nonce,
          "0123456789abcdefABCDEF0123456789" },
        { "?pin-value=1%202%253&reader=r", uri.pin_value, "1 2%3" },
        { "?pin-source=file:/a%20b", uri.pin_source, "file:/a b" },
    };
    char text[128];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(text, sizeof text, "iotsim:%s", rows[i].text);
        CHECK_STR(parse(text), "ok");
        CHECK_STR(rows[i].field, rows[i].value);
    }
}

static void fields_of_octets(void)
{
    CHECK_STR(parse("iotsim:id=%00a%fF%20"), "ok");
    CHECK_HEX(uri.id, uri.id_len, "00 61 FF 20");
    CHECK_STR(parse("iotsim:?aid=a000%30%300559"), "ok");
    CHECK_HEX(uri.aid, uri.aid_len, "A0 00 00 05 59");
}

static void fields_of_type(void)
{
    static const struct {
        const char *text;
        enum iotsim_type type;
    } rows[] = {
        { "iotsim:", IOTSIM_TYPE_ANY },
        { "iotsim:type=private", IOTSIM_TYPE_PRIVATE },
        { "iotsim:type=public", IOTSIM_TYPE_PUBLIC },
        { "iotsim:type=cert", IOTSIM_TYPE_CERT },
        { "iotsim:type=secret-key", IOTSIM_TYPE_SECRET },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_STR(parse(rows[i].text), "ok");
        CHECK_INT(uri.type, rows[i].type);
    }
}

static void nothing_given(void)
{
    static const struct iotsim_uri none;

    CHECK_STR(parse("iotsim:"), "ok");
    CHECK(memcmp(&uri, &none, sizeof uri) == 0);
    CHECK(iotsim_ok(iotsim_uri_parse("iotsim:?", &uri, NULL)));
    CHECK(!iotsim_ok(iotsim_uri_parse("iotsim:;", &uri, NULL)));
}

/* Check `unit` `count` times as the value of the attribute `name`. */
static void limit(const char *name, const char *unit, size_t count,
                  const char *result)
{
    begin("iotsim:");
    add(name, 1);
    add(unit, count);
    if (strcmp(result, "ok") == 0)
        CHECK_STR(parse(built), "ok");
    else
        refuse(built, result, name[0] == '?' ? 8 : 7);
}

/* Each attribute with one unit too few, just enough, as many as it holds, and
 * one too many. A percent-encoded octet counts as one. */
static void limits_of_values(void)
{
    static const struct {
        const char *name;
        const char *unit;
        size_t least;
        size_t most;
    } rows[] = {
        { "token=", "8", 18, 20 },
        { "token=", "%38", 18, 20 },
        { "object=", "o", 1, 60 },
        { "object=", "%C3", 1, 60 },
        { "id=", "i", 1, 20 },
        { "id=", "%00", 1, 20 },
        { "?transport=", "t", 1, 15 },
        { "?reader=", "%20", 1, 255 },
        { "?device=", "/", 1, 255 },
        { "?address=", "a", 1, 255 },
        { "?aid=", "a0", 5, 16 },
        { "?aid=", "%41%30", 5, 16 },
        { "?nonce=", "F", 32, 64 },
        { "?pin-value=", "1", 1, 255 },
        { "?pin-value=", "%31", 1, 255 },
        { "?pin-source=", "%7C", 1, 255 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        limit(rows[i].name, rows[i].unit, rows[i].least - 1, "URI_VALUE");
        limit(rows[i].name, rows[i].unit, rows[i].least, "ok");
        limit(rows[i].name, rows[i].unit, rows[i].most, "ok");
        limit(rows[i].name, rows[i].unit, rows[i].most + 1, "TOO_LONG");
    }
}

/* Begin with `text`, add a query, and fill up to `len` characters. */
static void fill(const char *text, size_t len)
{
    begin(text);
    add("?reader=", 1);
    add("%20", IOTSIM_PLACE_MAX);
    add("&device=", 1);
    add("%20", IOTSIM_PLACE_MAX);
    add("&address=", 1);
    add("%20", (len - strlen(built)) / 3);
    add("x", len - strlen(built));
}

/* IOTSIM_URI_MAX characters are read, one more is not. */
static void limit_of_the_whole(void)
{
    fill("iotsim:", IOTSIM_URI_MAX);
    accept(built, built);
    fill("iotsim:", IOTSIM_URI_MAX + 1);
    refuse(built, "TOO_LONG", IOTSIM_URI_MAX);
}

/* An id is longer in canonical text, which has to fit as well. */
static void limit_of_the_canonical_text(void)
{
    const char *raw = "iotsim:type=cert;id=abcdefghijklmnopqrst";
    char out[IOTSIM_URI_MAX + 1];

    fill(raw, IOTSIM_URI_MAX - 2 * IOTSIM_ID_MAX);
    CHECK_STR(parse(built), "ok");
    CHECK(iotsim_ok(iotsim_uri_format(&uri, out, sizeof out)));
    CHECK_INT(strlen(out), IOTSIM_URI_MAX);

    fill(raw, IOTSIM_URI_MAX - 2 * IOTSIM_ID_MAX + 1);
    refuse(built, "TOO_LONG", strlen("iotsim:type=cert;"));
}

/* Octets that RFC 7512 does not let stand for themselves. */
static void octets_that_must_be_encoded(void)
{
    static const char always[] = "-._~:[]@!$'()*+,=";
    char text[32];

    for (int c = 1; c < 256; c++) {
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                     (c >= 'a' && c <= 'z') || strchr(always, c) != NULL;

        snprintf(text, sizeof text, "iotsim:object=a%cb", c);
        if (plain || c == '&')
            accept(text, text);
        else if (c != ';' && c != '?' && c != '%')
            refuse(text, "URI_VALUE", 15);
        snprintf(text, sizeof text, "iotsim:?reader=a%cb", c);
        if (plain || c == '/' || c == '?' || c == '|')
            accept(text, text);
        else if (c != '&' && c != '%')
            refuse(text, "URI_VALUE", 16);
    }
}

/* Every octet but NUL, percent-encoded, reaches text; NUL only octets. */
static void octets_that_are_encoded(void)
{
    char text[32];
    char octet[3];

    for (unsigned int c = 1; c < 256; c++) {
        snprintf(octet, sizeof octet, "%02X", c);
        snprintf(text, sizeof text, "iotsim:object=%%%02x", c);
        CHECK_STR(parse(text), "ok");
        CHECK_HEX(uri.object, strlen(uri.object), octet);
        snprintf(text, sizeof text, "iotsim:?reader=%%%02X", c);
        CHECK_STR(parse(text), "ok");
        CHECK_HEX(uri.reader, strlen(uri.reader), octet);
        snprintf(text, sizeof text, "iotsim:?pin-value=%%%02X", c);
        CHECK_STR(parse(text), "ok");
        CHECK_HEX(uri.pin_value, strlen(uri.pin_value), octet);
        snprintf(text, sizeof text, "iotsim:id=%%%02X", c);
        accept(text, text);
    }
    accept("iotsim:id=%00", "iotsim:id=%00");
}

/* White space, which p11-kit would drop, in every place. */
static void white_space(void)
{
    static const char spaces[] = " \t\r\n\v\f";
    char text[64];

    for (const char *c = spaces; *c != '\0'; c++) {
        snprintf(text, sizeof text, "%ciotsim:", *c);
        refuse(text, "BAD_URI", 0);
        snprintf(text, sizeof text, "iot%csim:", *c);
        refuse(text, "BAD_URI", 0);
        snprintf(text, sizeof text, "iotsim:%c", *c);
        refuse(text, "BAD_URI", 7);
        snprintf(text, sizeof text, "iotsim:%ctype=cert", *c);
        refuse(text, "URI_UNKNOWN", 7);
        snprintf(text, sizeof text, "iotsim:ty%cpe=cert", *c);
        refuse(text, "URI_UNKNOWN", 7);
        snprintf(text, sizeof text, "iotsim:type=%ccert", *c);
        refuse(text, "URI_VALUE", 12);
        snprintf(text, sizeof text, "iotsim:type=cert%c", *c);
        refuse(text, "URI_VALUE", 16);
        snprintf(text, sizeof text, "iotsim:object=%%4%c1", *c);
        refuse(text, "URI_ESCAPE", 14);
    }
}

static void very_long_texts(void)
{
    static char text[1 << 20];

    memset(text, 'a', sizeof text - 1);
    refuse(text, "BAD_URI", 0);
    memcpy(text, "iotsim:", 7);
    refuse(text, "TOO_LONG", IOTSIM_URI_MAX);
    memset(text + 7, ';', sizeof text - 8);
    refuse(text, "TOO_LONG", IOTSIM_URI_MAX);
    text[IOTSIM_URI_MAX] = '\0';
    refuse(text, "BAD_URI", 7);
    memset(text + 7, '%', IOTSIM_URI_MAX - 7);
    refuse(text, "BAD_URI", 7);
    memcpy(text, "iotsim:object=", 14);
    refuse(text, "URI_ESCAPE", 14);
    memset(text + 14, 'a', IOTSIM_URI_MAX - 14);
    refuse(text, "TOO_LONG", 7);
    memset(text + 7, 'a', IOTSIM_URI_MAX - 7);
    text[IOTSIM_URI_MAX - 1] = '=';
    refuse(text, "URI_UNKNOWN", 7);
}

static void scheme(void)
{
    static const char *const others[] = {
        "",         "i",       "iotsim",     "iotsim;",
        "xiotsim:", "pkcs11:", "iotsim\x1A", "\xE9otsim:",
    };

    CHECK(iotsim_uri_is("iotsim:"));
    CHECK(iotsim_uri_is("IOTSIM:x"));
    CHECK(iotsim_uri_is("ioTsIm:%"));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK(!iotsim_uri_is(others[i]));
        refuse(others[i], "BAD_URI", 0);
    }
}

static void wipe(void)
{
    static const struct iotsim_uri none;

    memset(&uri, 0xA5, sizeof uri);
    iotsim_uri_wipe(&uri);
    CHECK(memcmp(&uri, &none, sizeof uri) == 0);
}

static void names_never_hold_a_value(void)
{
    static const struct {
        const char *text;
        size_t at;
        const char *name;
    } rows[] = {
        { "iotsim:object=web;colour=red", 18, "colour" },
        { "iotsim:object=web;colour=red", 25, "colour" },
        { "iotsim:object=we%zz", 16, "object" },
        { "iotsim:?pin-value=12?34%zz", 23, "pin-value" },
        { "iotsim:?reader=a&pin-value=x&y=z", 29, "y" },
        { "iotsim:a\x01", 7, "a?" },
        { "iotsim:", 7, "" },
        { "http", 0, "http" },
        { "", 5, "" },
    };
    char name[16];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        iotsim_uri_name_at(rows[i].text, rows[i].at, name, sizeof name);
        CHECK_STR(name, rows[i].name);
    }
    iotsim_uri_name_at("iotsim:object=1", 7, name, 4);
    CHECK_STR(name, "obj");
}

TEST_MAIN(TEST(names_never_hold_a_value), TEST(vectors), TEST(fields_of_text),
          TEST(fields_of_octets), TEST(fields_of_type), TEST(nothing_given),
          TEST(limits_of_values), TEST(limit_of_the_whole),
          TEST(limit_of_the_canonical_text), TEST(octets_that_must_be_encoded),
          TEST(octets_that_are_encoded), TEST(white_space),
          TEST(very_long_texts), TEST(scheme), TEST(wipe))
