/* SPDX-License-Identifier: Apache-2.0 */
/* The log; see log.h. One write(2) a line, so that processes do not mix. What
 * a card says is hostile: control characters do not get through. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static atomic_int sink_level = LOG_NONE;
static atomic_int sink_fd = -1;

static const char *const level_names[] = {
    [LOG_NONE] = "none", [LOG_ERROR] = "error", [LOG_WARN] = "warn",
    [LOG_INFO] = "info", [LOG_DEBUG] = "debug", [LOG_TRACE] = "trace",
};

int log_append(const char *path)
{
    int fd = open(path,
                  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
                      O_NONBLOCK | O_NOCTTY,
                  0600);
    struct stat info;

    if (fd < 0 || (fstat(fd, &info) == 0 &&
                   (S_ISREG(info.st_mode) || S_ISCHR(info.st_mode))))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

static int open_sink(const char *path)
{
    if (path == NULL || path[0] == '\0' || strcmp(path, "-") == 0)
        return STDERR_FILENO;
    return log_append(path);
}

iotsim_result log_open(enum log_level level, const char *path)
{
    int none = -1;
    int fd;

    if (level == LOG_NONE || atomic_load(&sink_fd) >= 0)
        return IOTSIM_OK;
    fd = open_sink(path);
    if (fd < 0)
        return IOTSIM_FAIL_OS(BAD_SETTING, errno);
    if (atomic_compare_exchange_strong(&sink_fd, &none, fd))
        atomic_store(&sink_level, (int)level);
    else if (fd != STDERR_FILENO)
        close(fd);
    return IOTSIM_OK;
}

bool log_level_parse(const char *text, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp(text, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

bool log_is(enum log_level level)
{
    return (int)level <= atomic_load(&sink_level);
}

/* Write one line; errno stays as it is. */
static void emit(char *line, size_t len)
{
    const int before = errno;

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    if (write(atomic_load(&sink_fd), line, len) < 0)
        errno = before; /* nobody is left to be told */
}

void log_at(enum log_level level, const char *area, const char *format, ...)
{
    char line[1024];
    struct timespec now;
    struct tm utc;
    va_list args;
    int head;
    int body;
    size_t len;

    if (!log_is(level))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    head = snprintf(line, sizeof line,
                    "%02d:%02d:%02d.%03ld iotsim[%ld.%ld] %s %s: ", utc.tm_hour,
                    utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000,
                    (long)getpid(), (long)gettid(), level_names[level], area);
    if (head < 0 || (size_t)head >= sizeof line)
        return;
    va_start(args, format);
    body = vsnprintf(line + head, sizeof line - (size_t)head, format, args);
    va_end(args);
    if (body < 0)
        return;
    len = (size_t)head + (size_t)body;
    if (len > sizeof line - 1)
        len = sizeof line - 1;
    emit(line, len);
}
