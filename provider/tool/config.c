/* SPDX-License-Identifier: Apache-2.0 */
/* openssl.cnf and settings; see config.h. */
#include "tool/config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "iotsim/iotsim.h"

/* --- openssl.cnf ------------------------------------------------------- */

const STACK_OF(CONF_VALUE) *
    config_values(const struct config *c, const char *section)
{
    if (c->file == NULL || section == NULL)
        return NULL;
    return NCONF_get_section(c->file, section);
}

const char *config_value(const struct config *c, const char *section,
                         const char *name)
{
    const STACK_OF(CONF_VALUE) *values = config_values(c, section);

    for (int i = 0; i < sk_CONF_VALUE_num(values); i++) {
        const CONF_VALUE *v = sk_CONF_VALUE_value(values, i);

        if (strcmp(v->name, name) == 0)
            return v->value;
    }
    return NULL;
}

const char *config_plain_name(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot == NULL ? name : dot + 1;
}

/* The place of the provider `name` in the list, or -1. */
static int find_provider(const struct config *c, const char *name)
{
    const STACK_OF(CONF_VALUE) *values = config_values(c, c->list);

    for (int i = 0; i < sk_CONF_VALUE_num(values); i++) {
        const CONF_VALUE *v = sk_CONF_VALUE_value(values, i);
        const char *identity = config_value(c, v->value, "identity");

        if (identity == NULL)
            identity = config_plain_name(v->name);
        if (strcmp(identity, name) == 0)
            return i;
    }
    return -1;
}

const char *config_provider(const struct config *c, const char *name)
{
    const int i = find_provider(c, name);

    return i < 0 ? NULL
                 : sk_CONF_VALUE_value(config_values(c, c->list), i)->value;
}

bool config_is_before(const struct config *c, const char *first,
                      const char *second)
{
    const int behind = find_provider(c, second);

    return behind < 0 || find_provider(c, first) < behind;
}

/* The section that loads a module of our name under another one, or NULL. */
static const char *find_renamed(const struct config *c)
{
    const STACK_OF(CONF_VALUE) *values = config_values(c, c->list);

    for (int i = 0; i < sk_CONF_VALUE_num(values); i++) {
        const char *section = sk_CONF_VALUE_value(values, i)->value;
        const char *module = config_value(c, section, "module");
        const char *base = module == NULL ? NULL : strrchr(module, '/');

        base = base == NULL ? module : base + 1;
        if (base != NULL && strcmp(base, IOTSIM_PROVIDER ".so") == 0)
            return section;
    }
    return NULL;
}

static void load_file(struct config *c)
{
    long line = 0;

    if (access(c->path, R_OK) != 0) {
        snprintf(c->why, sizeof c->why, "%s", strerror(errno));
        return;
    }
    c->file = NCONF_new(NULL);
    if (c->file != NULL && NCONF_load(c->file, c->path, &line) > 0)
        return;
    snprintf(c->why, sizeof c->why, "line %ld is malformed", line);
    ERR_clear_error();
    NCONF_free(c->file);
    c->file = NULL;
}

void config_read(struct config *c, const char *path)
{
    c->path =
        path == NULL ? CONF_get1_default_config_file() : OPENSSL_strdup(path);
    if (c->path == NULL)
        return;
    load_file(c);
    c->init = config_value(c, "default", "openssl_conf");
    c->list = config_value(c, c->init, "providers");
    c->section = config_provider(c, IOTSIM_PROVIDER);
    if (c->section == NULL)
        c->section = find_renamed(c);
}

/* --- settings ---------------------------------------------------------- */

void config_init(struct config *c)
{
    memset(c, 0, sizeof *c);
    settings_init(&c->options);
    settings_init(&c->settings);
}

iotsim_result config_take_option(struct config *c, const char *name,
                                 const char *value)
{
    bool known;
    iotsim_result r = settings_set(&c->options, name, value, &known);

    if (!iotsim_ok(r) || !known || c->given_count == CONFIG_OPTIONS_MAX)
        return iotsim_ok(r) ? IOTSIM_FAIL(BAD_ARGUMENT) : r;
    c->given[c->given_count].name = name;
    c->given[c->given_count].value = value;
    c->given_count++;
    return IOTSIM_OK;
}

static iotsim_result settle_file(struct config *c, char what[CONFIG_WORDS_MAX])
{
    const char *name;
    bool known;

    for (size_t i = 0; (name = settings_name(i)) != NULL; i++) {
        const char *value = config_value(c, c->section, name);
        iotsim_result r = IOTSIM_OK;

        if (value != NULL)
            r = settings_set(&c->settings, name, value, &known);
        if (iotsim_ok(r))
            continue;
        snprintf(what, CONFIG_WORDS_MAX, "setting \"%s\" in section [%s] of %s",
                 name, c->section, c->path);
        return r;
    }
    return IOTSIM_OK;
}

/* The options count like the query of a URI: a place among them decides the
 * transport, whatever environment and file say. */
iotsim_result config_settle(struct config *c, char what[CONFIG_WORDS_MAX])
{
    struct iotsim_uri where = c->options.where;
    const char *variable = NULL;
    iotsim_result r;

    settings_init(&c->settings);
    r = settle_file(c, what);
    if (!iotsim_ok(r))
        return r;
    r = settings_environment(&c->settings, &variable);
    if (!iotsim_ok(r)) {
        snprintf(what, CONFIG_WORDS_MAX, "environment variable %s", variable);
        return r;
    }
    settings_resolve(&c->settings, &where);
    c->settings.where = where;
    return IOTSIM_OK;
}

void config_export(const struct config *c)
{
    char variable[CONFIG_NAME_MAX];
    const char *name;

    for (size_t i = 0; i < c->given_count; i++)
        setenv(config_variable(c->given[i].name, variable), c->given[i].value,
               1);
    setenv(config_variable("transport", variable), c->settings.where.transport,
           1);
    for (size_t i = 0; (name = settings_name(i)) != NULL; i++) {
        const char *value = config_value(c, c->section, name);

        if (value != NULL)
            setenv(config_variable(name, variable), value, 0);
    }
}

const char *config_variable(const char *name, char out[CONFIG_NAME_MAX])
{
    snprintf(out, CONFIG_NAME_MAX, "IOTSIM_%s", name);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return out;
}

void config_wipe(struct config *c)
{
    NCONF_free(c->file);
    OPENSSL_free(c->path);
    memset(c, 0, sizeof *c);
}
