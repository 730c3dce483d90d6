/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: every row of the table, the environment, completing a URI. */
#include "card/settings.h"

#include "applet/tags.h"
#include "base/result.h"
#include "support/check.h"
#include "transport/transport.h"

static struct settings s;

static void defaults(void)
{
    settings_init(&s);
    CHECK_INT(s.timeout_ms, 30000);
    CHECK_INT(s.log_level, LOG_NONE);
    CHECK_INT(s.mode, 0);
    CHECK(!s.ephemeral_software);
    CHECK_STR(s.where.transport, "");
    CHECK_STR(s.log_file, "");
    CHECK_STR(s.trace_file, "");
}

static void set_it(const char *name, const char *value)
{
    bool known = false;
    iotsim_result result = settings_set(&s, name, value, &known);

    CHECK(known);
    if (!iotsim_ok(result))
        fprintf(stderr, "    %s = %s: %s\n", name, value, result_name(result));
    CHECK(iotsim_ok(result));
}

static void every_name(void)
{
    settings_init(&s);
    set_it("transport", transport_row(0)->name);
    set_it("reader", "Reader 1");
    set_it("device", "/dev/ttyACM0");
    set_it("address", "unix:/run/card");
    set_it("aid", "a0000005590010");
    set_it("token", "8988211000000430010");
    set_it("timeout", "1500");
    set_it("signature-mode", "text");
    set_it("ephemeral", "software");
    set_it("log", "debug");
    set_it("log-file", "/tmp/log");
    set_it("trace", "/tmp/trace");
    CHECK_STR(s.where.transport, transport_row(0)->name);
    CHECK_STR(s.where.reader, "Reader 1");
    CHECK_STR(s.where.device, "/dev/ttyACM0");
    CHECK_STR(s.where.address, "unix:/run/card");
    CHECK_HEX(s.where.aid, s.where.aid_len, "A0000005590010");
    CHECK_STR(s.where.token, "8988211000000430010");
    CHECK_INT(s.timeout_ms, 1500);
    CHECK_INT(s.mode, MODE_FULL_TEXT);
    CHECK(s.ephemeral_software);
    CHECK_INT(s.log_level, LOG_DEBUG);
    CHECK_STR(s.log_file, "/tmp/log");
    CHECK_STR(s.trace_file, "/tmp/trace");
}

static void names(void)
{
    bool known;
    size_t n = 0;

    settings_init(&s);
    while (settings_name(n) != NULL)
        n++;
    CHECK_INT(n, 12);
    CHECK_STR(settings_name(0), "transport");
    CHECK(iotsim_ok(settings_set(&s, "module", "iotsim.so", &known)));
    CHECK(!known);
}

static void bad_values(void)
{
    static const struct {
        const char *name;
        const char *value;
    } bad[] = {
        { "transport", "carrier-pigeon" },
        { "transport", "PCSC" },
        { "transport", "pcsc " },
        { "aid", "A000000559001" },                        /* half an octet */
        { "aid", "A0000005" },                             /* too short */
        { "aid", "A00000055900100000000000000000000000" }, /* too long */
        { "aid", "A0 00 00 05 59" },
        { "token", "898821100000043001F" },
        { "token", "89 88" },
        { "timeout", "" },
        { "timeout", "0" },
        { "timeout", "600001" },
        { "timeout", "99999999999999999999" },
        { "timeout", "-1" },
        { "timeout", "30s" },
        { "timeout", " 30" },
        { "signature-mode", "Hash" },
        { "signature-mode", "03" },
        { "signature-mode", "last block" },
        { "ephemeral", "hardware" },
        { "ephemeral", "yes" },
        { "log", "" },
        { "log", "loud" },
        { "log", "Debug" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        static struct settings before;
        bool known;
        iotsim_result result;

        memset(&s, 0, sizeof s);
        settings_init(&s);
        memcpy(&before, &s, sizeof s);
        result = settings_set(&s, bad[i].name, bad[i].value, &known);
        CHECK(known);
        CHECK_INT(result.err, IOTSIM_ERR_BAD_SETTING);
        CHECK(memcmp(&s, &before, sizeof s) == 0);
    }
}

static void long_values(void)
{
    static const char *const places[] = { "reader", "device", "address",
                                          "log-file", "trace" };
    char text[IOTSIM_PLACE_MAX + 2];
    bool known;

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        settings_init(&s);
        CHECK_INT(settings_set(&s, places[i], text, &known).err,
                  IOTSIM_ERR_TOO_LONG);
        CHECK(iotsim_ok(settings_set(&s, places[i], text + 1, &known)));
    }
    CHECK_INT(settings_set(&s, "token", "898821100000043001000", &known).err,
              IOTSIM_ERR_TOO_LONG);
}

/* Each word, and what takes it back. */
static void words(void)
{
    static const struct {
        const char *word;
        uint8_t mode;
    } modes[] = { { "hash", MODE_PAD_SIGN },
                  { "last-block", MODE_LAST_BLOCK },
                  { "text", MODE_FULL_TEXT },
                  { "", 0 } };

    settings_init(&s);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        set_it("signature-mode", modes[i].word);
        CHECK_INT(s.mode, modes[i].mode);
    }
    set_it("ephemeral", "software");
    CHECK(s.ephemeral_software);
    set_it("ephemeral", "wait");
    CHECK(!s.ephemeral_software);
    set_it("ephemeral", "software");
    set_it("ephemeral", "");
    CHECK(!s.ephemeral_software);
}

static void empty_values(void)
{
    settings_init(&s);
    set_it("reader", "Reader 1");
    set_it("reader", "");
    set_it("aid", "A0000005590010");
    set_it("aid", "");
    set_it("transport", "");
    CHECK_STR(s.where.reader, "");
    CHECK_INT(s.where.aid_len, 0);
}

/* openssl.cnf says pcsc; whoever sets IOTSIM_ADDRESS wants the socket. */
static void environment_beats_openssl_cnf(void)
{
    struct iotsim_uri uri = { 0 };
    const char *name;
    bool known;

    settings_init(&s);
    CHECK(iotsim_ok(settings_set(&s, "transport", "pcsc", &known)));
    CHECK(iotsim_ok(settings_set(&s, "reader", "Gemalto", &known)));
    setenv("IOTSIM_ADDRESS", "unix:card", 1);
    CHECK(iotsim_ok(settings_environment(&s, &name)));
    settings_resolve(&s, &uri);
    CHECK_STR(uri.transport, "socket");
    CHECK_STR(uri.address, "unix:card");
    setenv("IOTSIM_TRANSPORT", "pcsc", 1);
    settings_init(&s);
    memset(&uri, 0, sizeof uri);
    CHECK(iotsim_ok(settings_environment(&s, &name)));
    settings_resolve(&s, &uri);
    CHECK_STR(uri.transport, "pcsc");
    unsetenv("IOTSIM_TRANSPORT");
    unsetenv("IOTSIM_ADDRESS");
}

static void environment(void)
{
    const char *name;
    settings_init(&s);
    set_it("reader", "from the file");
    set_it("timeout", "1");
    setenv("IOTSIM_READER", "from the environment", 1);
    setenv("IOTSIM_LOG_FILE", "/tmp/file", 1);
    setenv("IOTSIM_TIMEOUT", "7", 1);
    CHECK(iotsim_ok(settings_environment(&s, &name)));
    CHECK(name == NULL);
    CHECK_STR(s.where.reader, "from the environment");
    CHECK_STR(s.log_file, "/tmp/file");
    CHECK_INT(s.timeout_ms, 7);
    setenv("IOTSIM_TIMEOUT", "soon", 1);
    CHECK_INT(settings_environment(&s, &name).err, IOTSIM_ERR_BAD_SETTING);
    CHECK_STR(name, "IOTSIM_TIMEOUT");
    CHECK_INT(s.timeout_ms, 7);
    unsetenv("IOTSIM_READER");
    unsetenv("IOTSIM_LOG_FILE");
    unsetenv("IOTSIM_TIMEOUT");
}

/* Each row: URI, settings, what comes out. */
static void resolve(void)
{
    static const struct {
        const char *uri_transport, *uri_reader, *uri_address;
        const char *transport, *reader, *address;
        const char *want_transport, *want_reader, *want_address;
    } rows[] = {
        { "", "", "", "", "", "", "pcsc", "", "" },
        { "", "", "", "socket", "", "a", "socket", "", "a" },
        { "", "", "", "", "", "a", "socket", "", "a" },
        { "", "", "", "", "r", "a", "pcsc", "r", "a" },
        { "", "R", "", "socket", "r", "a", "pcsc", "R", "a" },
        { "", "", "A", "pcsc", "r", "a", "socket", "r", "A" },
        { "socket", "R", "", "pcsc", "", "a", "socket", "R", "a" },
        { "pcsc", "", "A", "socket", "r", "", "pcsc", "r", "A" },
        { "any", "", "", "socket", "", "", "any", "", "" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct iotsim_uri uri = { 0 };
        settings_init(&s);
        strcpy(uri.transport, rows[i].uri_transport);
        strcpy(uri.reader, rows[i].uri_reader);
        strcpy(uri.address, rows[i].uri_address);
        strcpy(s.where.transport, rows[i].transport);
        strcpy(s.where.reader, rows[i].reader);
        strcpy(s.where.address, rows[i].address);
        settings_resolve(&s, &uri);
        CHECK_STR(uri.transport, rows[i].want_transport);
        CHECK_STR(uri.reader, rows[i].want_reader);
        CHECK_STR(uri.address, rows[i].want_address);
    }
}

static void resolve_card(void)
{
    struct iotsim_uri uri = { .device = "/dev/ttyUSB0", .object = "K1" };
    settings_init(&s);
    set_it("aid", "A0000005590010");
    set_it("token", "123");
    strcpy(s.where.object, "not a setting");
    settings_resolve(&s, &uri);
    CHECK_STR(uri.transport, "at");
    CHECK_STR(uri.token, "123");
    CHECK_HEX(uri.aid, uri.aid_len, "A0000005590010");
    CHECK_STR(uri.object, "K1");
    strcpy(uri.token, "456");
    memcpy(uri.aid, "\xA0\x00\x00\x00\x01", 5);
    uri.aid_len = 5;
    settings_resolve(&s, &uri);
    CHECK_STR(uri.token, "456");
    CHECK_HEX(uri.aid, uri.aid_len, "A000000001");
}

static void apply(void)
{
    settings_init(&s);
    CHECK(iotsim_ok(settings_apply(&s)));
    set_it("log", "error");
    set_it("log-file", "/no/such/folder/log");
    CHECK_INT(settings_apply(&s).err, IOTSIM_ERR_BAD_SETTING);
    settings_init(&s);
    set_it("trace", "/no/such/folder/trace");
    CHECK_INT(settings_apply(&s).err, IOTSIM_ERR_BAD_SETTING);
}

TEST_MAIN(TEST(defaults), TEST(every_name), TEST(names), TEST(bad_values),
          TEST(long_values), TEST(words), TEST(empty_values), TEST(environment),
          TEST(environment_beats_openssl_cnf), TEST(resolve),
          TEST(resolve_card), TEST(apply))
