/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim check: THE TABLE of checks and the loop that runs them. Each prints
 * one line: ok, warn or FAIL, what was found and what to do; one that needs
 * what failed before is skipped.
 */
#include "tool/check.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    CHECK_FILE,
    CHECK_INIT,
    CHECK_PROVIDERS,
    CHECK_DEFAULT,
    CHECK_IOTSIM,
    CHECK_PROPERTIES,
    CHECK_SETTINGS,
    CHECK_ENVIRONMENT,
    CHECK_MODULE,
    CHECK_KEY_FILE,
    CHECK_READER,
    CHECK_CARD,
    CHECK_OBJECT,
    CHECK_KEY,
    CHECK_CERTIFICATE,
    CHECK_SIGNATURE,
    CHECKS
};

static bool has_section(const struct check *c)
{
    return c->config->section != NULL;
}

static bool has_file(const struct check *c)
{
    return c->file != NULL;
}

static bool has_uri(const struct check *c)
{
    return c->has_uri;
}

static bool has_certificate(const struct check *c)
{
    return c->tool->operand_count > 1;
}

static bool may_sign(const struct check *c)
{
    return c->tool->sign && c->has_uri;
}

#define AFTER(check) (1u << CHECK_##check)

/* Those that need the module or the card come after what looks at the
 * environment: the module gets the settings through it. */
static const struct row {
    const char *name;
    void (*run)(struct check *c);
    bool (*applies)(const struct check *c); /* NULL: always */
    unsigned needs;                         /* the checks before it */
} rows[CHECKS] = {
    [CHECK_FILE] = { "openssl.cnf", check_file, NULL, 0 },
    [CHECK_INIT] = { "openssl_conf", check_init, NULL, AFTER(FILE) },
    [CHECK_PROVIDERS] = { "providers", check_providers, NULL, AFTER(INIT) },
    [CHECK_DEFAULT] = { "default provider", check_default, NULL,
                        AFTER(PROVIDERS) },
    [CHECK_IOTSIM] = { "iotsim provider", check_iotsim, NULL,
                       AFTER(PROVIDERS) },
    [CHECK_PROPERTIES] = { "default_properties", check_properties, NULL,
                           AFTER(INIT) },
    [CHECK_SETTINGS] = { "settings", check_settings, has_section, 0 },
    [CHECK_ENVIRONMENT] = { "environment", check_environment, NULL, 0 },
    [CHECK_MODULE] = { "module", check_module, NULL,
                       AFTER(SETTINGS) | AFTER(ENVIRONMENT) },
    [CHECK_KEY_FILE] = { "key file", check_key_file, has_file, AFTER(MODULE) },
    [CHECK_READER] = { "reader", check_reader, NULL,
                       AFTER(SETTINGS) | AFTER(ENVIRONMENT) },
    [CHECK_CARD] = { "card", check_card, NULL, AFTER(READER) },
    [CHECK_OBJECT] = { "key object", check_object, has_uri, AFTER(CARD) },
    [CHECK_KEY] = { "key", check_key, has_uri, AFTER(OBJECT) | AFTER(MODULE) },
    [CHECK_CERTIFICATE] = { "certificate", check_certificate, has_certificate,
                            AFTER(MODULE) },
    [CHECK_SIGNATURE] = { "signature", check_signature, may_sign,
                          AFTER(OBJECT) },
};

static void print_verdict(const struct check *c)
{
    static const char *const words[] = {
        [VERDICT_OK] = "ok",
        [VERDICT_WARN] = "warn",
        [VERDICT_FAIL] = "FAIL",
        [VERDICT_SKIP] = "skip",
    };

    printf("%-4s  %s: ", words[c->verdict], c->name);
}

void check_say(struct check *c, enum verdict verdict, const char *format, ...)
{
    va_list args;

    c->verdict = verdict;
    print_verdict(c);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

/* The first of the checks `needs` that failed or was skipped, or NULL. */
static const struct row *find_missing(unsigned needs, unsigned failed)
{
    for (size_t i = 0; i < CHECKS; i++)
        if ((needs & failed & (1u << i)) != 0)
            return &rows[i];
    return NULL;
}

/* Run all; the checks that failed or were skipped as bits. */
static unsigned run_all(struct check *c)
{
    unsigned failed = 0;

    for (size_t i = 0; i < CHECKS; i++) {
        const struct row *row = &rows[i];
        const struct row *missing = find_missing(row->needs, failed);

        if (row->applies != NULL && !row->applies(c))
            continue;
        c->name = row->name;
        if (missing == NULL)
            row->run(c);
        else
            check_say(c, VERDICT_SKIP, "needs \"%s\"", missing->name);
        if (c->verdict >= VERDICT_FAIL)
            failed |= 1u << i;
    }
    return failed;
}

int check_run(struct tool *t)
{
    struct check c = { .tool = t, .config = &t->config };
    unsigned failed;

    if (t->operand_count > 0 && iotsim_uri_is(t->operands[0])) {
        c.has_uri = true;
        if (!tool_take_uri(t, t->operands[0]))
            return STATUS_USAGE;
        c.uri = t->uri;
    } else if (t->operand_count > 0) {
        c.file = t->operands[0];
    }
    failed = run_all(&c);
    EVP_PKEY_free(c.key);
    card_free(&c.card);
    module_close(&c.module);
    iotsim_uri_wipe(&c.uri);
    return failed == 0 ? STATUS_OK : STATUS_FAILED;
}
