/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CHECK macros for unit tests: no framework, the C library only.
 *
 * A test program lists its cases in a table and ends with TEST_MAIN:
 *
 *     static void empty_is_refused(void)
 *     {
 *         CHECK(parse("") == NULL);
 *         CHECK_HEX(out, outlen, "90 00");
 *     }
 *
 *     TEST_MAIN(TEST(empty_is_refused), TEST(other))
 *
 * A failed check prints file, line and both values, is counted, and the case
 * goes on; REQUIRE leaves the case. `prog` runs all cases, `prog NAME...` the
 * named ones, `prog --list` lists them. Exit status 0 = all passed, 1 = a check
 * failed, 2 = no such case, 77 = skipped (TEST_SKIP). Include it from one .c
 * file per program: its state is static.
 */
#ifndef TEST_SUPPORT_CHECK_H
#define TEST_SUPPORT_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One case: its name and its function. Write it with TEST(). */
struct check_case {
    const char *name;
    void (*run)(void);
};

static unsigned int check_failures; /* failed checks so far, all cases */

/* Count one failed check and say where. */
static inline void check_fail(const char *file, int line, const char *what)
{
    check_failures++;
    fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
}

/* Check a condition. */
static inline void check_true(const char *file, int line, const char *text,
                              int ok)
{
    if (!ok)
        check_fail(file, line, text);
}

/* Check that two integers are equal. */
static inline void check_int(const char *file, int line, const char *text,
                             long long got, long long want)
{
    if (got == want)
        return;
    check_fail(file, line, text);
    fprintf(stderr, "    got  %lld (0x%llX)\n    want %lld (0x%llX)\n", got,
            (unsigned long long)got, want, (unsigned long long)want);
}

/* Check that two strings are equal; NULL equals only NULL. */
static inline void check_str(const char *file, int line, const char *text,
                             const char *got, const char *want)
{
    if (got == want || (got && want && strcmp(got, want) == 0))
        return;
    check_fail(file, line, text);
    fprintf(stderr, "    got  \"%s\"\n    want \"%s\"\n", got ? got : "(null)",
            want ? want : "(null)");
}

/* Value of a hexadecimal digit, -1 when it is none. */
static inline int check_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Octets of hexadecimal text `hex` (spaces between octets allowed) to `out`,
 * `max` octets large. Returns the number of octets; (size_t)-1 when the text is
 * malformed or does not fit. */
static inline size_t check_unhex(const char *hex, uint8_t *out, size_t max)
{
    size_t n = 0;

    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        int hi = check_digit(hex[0]);
        int lo = hi < 0 ? -1 : check_digit(hex[1]);
        if (lo < 0 || n == max)
            return (size_t)-1;
        out[n++] = (uint8_t)(hi << 4 | lo);
        hex += 2;
    }
    return n;
}

/* Check that `len` octets at `got` are those of the hexadecimal text `hex`. */
static inline void check_hex(const char *file, int line, const char *text,
                             const void *got, size_t len, const char *hex)
{
    const uint8_t *p = (const uint8_t *)got;
    size_t max = strlen(hex) / 2 + 1;
    uint8_t *want = (uint8_t *)malloc(max);
    size_t n = want ? check_unhex(hex, want, max) : (size_t)-1;

    if (n == len && (n == 0 || memcmp(p, want, n) == 0)) {
        free(want);
        return;
    }
    check_fail(file, line, text);
    fprintf(stderr, "    got  ");
    for (size_t i = 0; i < len; i++)
        fprintf(stderr, "%02X", p[i]);
    fprintf(stderr, " (%zu octets)\n    want %s\n", len, hex);
    free(want);
}

#define CHECK(cond) check_true(__FILE__, __LINE__, #cond, (cond) ? 1 : 0)
/* "+ 0" because a cast of a call's result may be warned of */
#define CHECK_INT(got, want)                                    \
    check_int(__FILE__, __LINE__, #got, (long long)((got) + 0), \
              (long long)((want) + 0))
#define CHECK_STR(got, want) check_str(__FILE__, __LINE__, #got, got, want)
#define CHECK_HEX(got, len, hex) \
    check_hex(__FILE__, __LINE__, #got, got, len, hex)

/* As CHECK, and leave the case (a function returning void) on failure. */
#define REQUIRE(cond)                              \
    do {                                           \
        if (!(cond)) {                             \
            check_fail(__FILE__, __LINE__, #cond); \
            return;                                \
        }                                          \
    } while (0)

/* End the program as skipped, with the reason; ctest: SKIP_RETURN_CODE 77. */
#define TEST_SKIP(why)                         \
    do {                                       \
        fprintf(stderr, "skipped: %s\n", why); \
        exit(77);                              \
    } while (0)

/* Run one case and say how it went; returns its number of failed checks. */
static inline unsigned int check_run(const struct check_case *c)
{
    unsigned int before = check_failures;

    c->run();
    printf("%-4s %s\n", check_failures == before ? "ok" : "FAIL", c->name);
    fflush(stdout);
    return check_failures - before;
}

/* main() of a test program: run what the arguments say. */
static inline int check_main(const struct check_case *cases, size_t count,
                             int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < count; i++)
            printf("%s\n", cases[i].name);
        return 0;
    }
    if (argc < 2) {
        for (size_t i = 0; i < count; i++)
            check_run(&cases[i]);
        return check_failures != 0;
    }
    for (int a = 1; a < argc; a++) {
        size_t i = 0;
        while (i < count && strcmp(cases[i].name, argv[a]) != 0)
            i++;
        if (i == count) {
            fprintf(stderr, "no such case: %s\n", argv[a]);
            return 2;
        }
        check_run(&cases[i]);
    }
    return check_failures != 0;
}

#define TEST(function)                     \
    {                                      \
        .name = #function, .run = function \
    }
#define TEST_MAIN(...)                                                        \
    int main(int argc, char **argv)                                           \
    {                                                                         \
        static const struct check_case cases[] = { __VA_ARGS__ };             \
                                                                              \
        return check_main(cases, sizeof cases / sizeof cases[0], argc, argv); \
    }

#endif
