/* SPDX-License-Identifier: Apache-2.0 */
/* What the recorder shows and hides, and that a script replays it. */
#include "transport/transport.h"

#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/script.h"

#include "base/hex.h"

static char path[] = "/tmp/iotsim-test-trace-XXXXXX";

/* One exchange and how it is recorded; without times. */
static const struct {
    const char *command;
    const char *answer;
    const char *command_line;
    const char *answer_line;
} rows[] = {
    /* SELECT and its GET RESPONSE: shown */
    { "00A4040005A000000559", "6102", "> 00A4040005A000000559", "< 6102" },
    { "00C0000002", "6F009000", "> 00C0000002", "< 6F009000" },
    /* signature: shown */
    { "802B000002AABB00", "33019000", "> 802B000002AABB00", "< 33019000" },
    /* DH: the answer hidden, its length not; GET RESPONSE as well */
    { "81460000028401", "61049000", "> 81460000028401", "< ????9000" },
    { "81C0000004", "010203049000", "> 81C0000004", "< ????????9000" },
    { "81C0000004", "0102036C04", "> 81C0000004", "< ??????6C04" },
    /* PRF and HKDF: hidden both ways, Le and status word shown */
    { "814800000401020304", "AABB9000", "> 8148000004????????", "< ????9000" },
    { "814A0000020102FF", "AABB9000", "> 814A000002????FF", "< ????9000" },
    /* random: the answer hidden */
    { "8184000010", "AABB9000", "> 8184000010", "< ????9000" },
    /* what is not known, with and without data; lengths that do not fit */
    { "0020000108313233340000FFFF", "63C2", "> 0020000108????????????????",
      "< 63C2" },
    { "8199000000", "AA9000", "> 8199000000", "< ??9000" },
    { "81990000", "9000", "> 81990000", "< 9000" },
    { "8199000001AABBCC", "9000", "> 8199000001??????", "< 9000" },
    { "8199000009AABB", "9000", "> 8199000009????", "< 9000" },
    /* and a harmless one again */
    { "80CB000000", "AABB9000", "> 80CB000000", "< AABB9000" },
};

enum { ROWS = sizeof rows / sizeof *rows };

static iotsim_result transmit(struct transport *t, const char *hex)
{
    uint8_t octets[TRANSPORT_COMMAND_MAX];
    uint8_t storage[TRANSPORT_RESPONSE_MAX];
    struct buf command = BUF_OVER(octets);
    struct buf response = BUF_OVER(storage);

    CHECK(hex_parse(bytes_text(hex), &command));
    return transport_transmit(t, buf_view(&command), &response,
                              deadline_in(1000));
}

/* The next line of `file` without its time. */
static void check_line(FILE *file, const char *want)
{
    char line[2048] = "";

    CHECK(fgets(line, sizeof line, file) != NULL);
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '#' && strstr(line, " # ") != NULL)
        *strstr(line, " # ") = '\0';
    CHECK_STR(line, want);
}

static void start_trace(void)
{
    const int fd = mkstemp(path);

    REQUIRE(fd >= 0);
    close(fd);
    CHECK(iotsim_is(transport_trace("/nonexistent/file"),
                    IOTSIM_ERR_BAD_SETTING));
    CHECK(iotsim_ok(transport_trace(path)));
    CHECK(iotsim_ok(transport_trace("/nonexistent/file"))); /* ignored */
}

static void masks_secrets(void)
{
    FILE *file = fopen(path, "r");

    REQUIRE(file != NULL);
    for (size_t i = 0; i < ROWS; i++) {
        char text[256];
        struct script *s;
        struct transport t;

        snprintf(text, sizeof text, "< %s\n", rows[i].answer);
        s = script_text(text);
        t = script_transport(s);
        t.secret = i > 0 && strncmp(rows[i].command + 2, "C0", 2) == 0 &&
                   strchr(rows[i - 1].answer_line, '?') != NULL;
        CHECK(iotsim_ok(transmit(&t, rows[i].command)));
        check_line(file, rows[i].command_line);
        check_line(file, rows[i].answer_line);
        script_free(s);
    }
    fclose(file);
}

static void longest_exchange_fits(void)
{
    char command[2 + 2 * TRANSPORT_COMMAND_MAX + 1] = "> 80CB0000FF";
    char answer[2 + 2 * TRANSPORT_RESPONSE_MAX + 1] = "< ";
    struct script *s;
    struct transport t;
    FILE *file = fopen(path, "r");

    REQUIRE(file != NULL);
    fseek(file, 0, SEEK_END);
    memset(command + 12, '0', sizeof command - 13);
    memset(answer + 2, '1', sizeof answer - 3);
    s = script_text(answer);
    t = script_transport(s);
    CHECK(iotsim_ok(transmit(&t, command + 2)));
    check_line(file, command);
    check_line(file, answer);
    fclose(file);
    script_free(s);
}

static void records_failures(void)
{
    struct script *s = script_text("! CARD_REMOVED\n");
    struct transport t = script_transport(s);
    FILE *file = fopen(path, "r");

    REQUIRE(file != NULL);
    fseek(file, 0, SEEK_END);
    CHECK(iotsim_is(transmit(&t, "00A40400"), IOTSIM_ERR_CARD_REMOVED));
    check_line(file, "> 00A40400");
    check_line(file, "! CARD_REMOVED");
    fclose(file);
    script_free(s);
}

/* The name of a reader must not end the line. */
static void names_are_tamed(void)
{
    char script_path[] = "/tmp/iotsim-test\n> trace-XXXXXX";
    const int fd = mkstemp(script_path);
    struct transport t = { 0 };
    char line[512] = "";
    FILE *file = fopen(path, "r");

    REQUIRE(fd >= 0 && file != NULL);
    close(fd);
    fseek(file, 0, SEEK_END);
    CHECK(iotsim_ok(
        transport_open(&t, &script_ops, script_path, 0, deadline_in(1000))));
    CHECK(fgets(line, sizeof line, file) != NULL);
    CHECK(strstr(line, "script \"/tmp/iotsim-test?> trace-") != NULL);
    CHECK(line[0] == '#' && line[strlen(line) - 1] == '\n');
    script_free(t.link);
    unlink(script_path);
    fclose(file);
}

static void script_replays_it(void)
{
    struct script *s = script_file(path);
    struct transport t = script_transport(s);
    struct stat status;

    for (size_t i = 0; i < ROWS; i++)
        CHECK(iotsim_ok(transmit(&t, rows[i].command)));
    CHECK_INT(s->failed, 0);
    script_free(s);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    unlink(path);
}

TEST_MAIN(TEST(start_trace), TEST(masks_secrets), TEST(longest_exchange_fits),
          TEST(records_failures), TEST(names_are_tamed),
          TEST(script_replays_it))
