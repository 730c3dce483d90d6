/* SPDX-License-Identifier: Apache-2.0 */
/* The log. Its state is the process's, so that the cases build on each other:
 * silent, opened once, and never opened anew. */
#include "base/log.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

static char path[] = "/tmp/iotsim-test-log-XXXXXX";

/* The last line of the log, without its newline. */
static const char *last_line(void)
{
    static char line[2048];
    FILE *file = fopen(path, "r");

    line[0] = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        continue;
    if (file != NULL)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static void levels_have_names(void)
{
    enum log_level level = LOG_NONE;

    CHECK(log_level_parse("trace", &level) && level == LOG_TRACE);
    CHECK(log_level_parse("none", &level) && level == LOG_NONE);
    CHECK(log_level_parse("error", &level) && level == LOG_ERROR);
    CHECK(!log_level_parse("loud", &level) && level == LOG_ERROR);
    CHECK(!log_level_parse("", &level));
}

static void silent_at_first(void)
{
    CHECK(!log_is(LOG_ERROR));
    log_at(LOG_ERROR, "test", "nobody hears this");
    CHECK(iotsim_ok(log_open(LOG_NONE, "/nonexistent/file")));
    CHECK(!log_is(LOG_ERROR));
}

static void opens_once(void)
{
    const int fd = mkstemp(path);
    char link[64];
    struct stat status;

    REQUIRE(fd >= 0);
    close(fd);
    unlink(path);
    CHECK(iotsim_is(log_open(LOG_INFO, "/nonexistent/file"),
                    IOTSIM_ERR_BAD_SETTING));
    snprintf(link, sizeof link, "%s.link", path);
    CHECK(symlink("/dev/null", link) == 0);
    CHECK(iotsim_is(log_open(LOG_INFO, link), IOTSIM_ERR_BAD_SETTING));
    unlink(link);
    CHECK(iotsim_ok(log_open(LOG_INFO, path)));
    CHECK(iotsim_ok(log_open(LOG_TRACE, "/nonexistent/file"))); /* ignored */
    CHECK(log_is(LOG_INFO) && !log_is(LOG_DEBUG));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
}

static void writes_up_to_its_level(void)
{
    log_at(LOG_WARN, "area", "number %d", 42);
    CHECK(strstr(last_line(), " warn area: number 42") != NULL);
    log_at(LOG_DEBUG, "area", "number %d", 43);
    CHECK(strstr(last_line(), " warn area: number 42") != NULL);
}

static void long_lines_are_cut(void)
{
    char text[3000];

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    log_at(LOG_ERROR, "area", "%s", text);
    CHECK_INT(strlen(last_line()), 1023);
    log_at(LOG_ERROR, text, "text");
    CHECK_INT(strlen(last_line()), 1023);
}

/* A label on the card could otherwise forge a line or move the cursor. */
static void control_characters_are_masked(void)
{
    log_at(LOG_ERROR, "area", "%s", "one\ntwo\x1b[2Jthree\x7f\xc3\xa4");
    CHECK(strstr(last_line(), "one?two?[2Jthree?\xc3\xa4") != NULL);
}

static void errno_is_left_alone(void)
{
    errno = EXDEV;
    log_at(LOG_ERROR, "area", "text");
    CHECK_INT(errno, EXDEV);
    unlink(path);
}

TEST_MAIN(TEST(levels_have_names), TEST(silent_at_first), TEST(opens_once),
          TEST(writes_up_to_its_level), TEST(long_lines_are_cut),
          TEST(control_characters_are_masked), TEST(errno_is_left_alone))
