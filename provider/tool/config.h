/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openssl.cnf as the provider sees it, and the settings of this run: options
 * over environment over openssl.cnf over defaults. Reads, never activates.
 * Manual: config(5).
 */
#ifndef IOTSIM_TOOL_CONFIG_H
#define IOTSIM_TOOL_CONFIG_H

#include <openssl/conf.h>

#include "card/settings.h"
#include "transport/transport.h"

enum {
    CONFIG_OPTIONS_MAX = 8, /* settings given as options */
    CONFIG_WORDS_MAX = 512, /* a description, NUL included */
    CONFIG_NAME_MAX = 64    /* name of a variable, NUL included */
};

struct config {
    char *path;                 /* of openssl.cnf */
    CONF *file;                 /* NULL: it could not be read */
    const char *init;           /* section named by openssl_conf, or NULL */
    const char *list;           /* section named by providers, or NULL */
    const char *section;        /* section of the provider iotsim, or NULL */
    char why[CONFIG_WORDS_MAX]; /* why it could not be read */
    struct settings options;    /* the options alone */
    struct {
        const char *name;
        const char *value;
    } given[CONFIG_OPTIONS_MAX]; /* the same as text, borrowed */
    size_t given_count;
    struct settings settings; /* what holds */
};

/* Start with no options and no file. */
void config_init(struct config *c);

/* Take the option for the setting `name`; `value` is borrowed. Errors:
 * BAD_SETTING, TOO_LONG. */
IOTSIM_MUST_USE iotsim_result config_take_option(struct config *c,
                                                 const char *name,
                                                 const char *value);

/* Read openssl.cnf: `path`, or the one that OpenSSL would read when it is
 * NULL. One that cannot be read is no error; see `file` and `why`. */
void config_read(struct config *c, const char *path);

/* Make `settings` of file, environment and options. `what` gets the words for
 * what was bad. Errors: BAD_SETTING, TOO_LONG. */
IOTSIM_MUST_USE iotsim_result config_settle(struct config *c,
                                            char what[CONFIG_WORDS_MAX]);

/* Put the settings into the environment: the module that this process loads
 * then has the same. */
void config_export(const struct config *c);

/* The values of `section`; NULL when it is NULL or there is none. */
const STACK_OF(CONF_VALUE) *
    config_values(const struct config *c, const char *section);

/* The value of `name` in `section` and nowhere else, or NULL. */
const char *config_value(const struct config *c, const char *section,
                         const char *name);

/* The section of the provider `name` ("default"), or NULL. */
const char *config_provider(const struct config *c, const char *name);

/* True unless the provider `second` is listed before `first`. */
bool config_is_before(const struct config *c, const char *first,
                      const char *second);

/* The name without what is before its first dot: OpenSSL ignores that. */
const char *config_plain_name(const char *name);

/* The environment variable that stands for the setting `name`. Returns
 * `out`. */
const char *config_variable(const char *name, char out[CONFIG_NAME_MAX]);

/* Free what it holds. */
void config_wipe(struct config *c);

#endif
