/* SPDX-License-Identifier: Apache-2.0 */
/* A file that appears whole or not at all; see output.h. */
#include "tool/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0644, OUTPUT_PATH_MAX = 1024 };

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Write to the new file `temporary` and give it the name `path`. */
static bool replace(char *temporary, const char *path, const char *data,
                    size_t len)
{
    int fd = mkstemp(temporary);
    bool ok = fd >= 0;

    if (!ok)
        return false;
    ok = write_all(fd, data, len) && fchmod(fd, FILE_MODE) == 0 &&
         fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok)
        unlink(temporary);
    return ok;
}

static bool write_into(const char *path, const char *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    bool ok = fd >= 0 && write_all(fd, data, len);

    return fd >= 0 && close(fd) == 0 && ok;
}

bool output_write(const char *path, const char *data, size_t len)
{
    char temporary[OUTPUT_PATH_MAX];
    struct stat status;

    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_into(path, data, len);
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >=
        OUTPUT_PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    return replace(temporary, path, data, len);
}
