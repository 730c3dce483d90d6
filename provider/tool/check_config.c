/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of openssl.cnf, of the environment and of the module. They read
 * the file as OpenSSL's provider module of the configuration does (config(5)).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/core_names.h>

#include "iotsim/iotsim.h"
#include "tool/check.h"
#include "tool/print.h"

enum { LIST_MAX = 512 };

/* --- sections ---------------------------------------------------------- */

void check_file(struct check *c)
{
    const struct config *config = c->config;
    const char *by = "";

    if (c->tool->config_path != NULL)
        by = " (named by --config)";
    else if (secure_getenv("OPENSSL_CONF") != NULL)
        by = " (named by OPENSSL_CONF)";
    if (config->path == NULL)
        check_say(c, VERDICT_FAIL, "OpenSSL knows no name for it");
    else if (config->file == NULL)
        check_say(c, VERDICT_FAIL, "%s%s: %s", config->path, by, config->why);
    else
        check_say(c, VERDICT_OK, "%s%s", config->path, by);
}

/* Say whether the line `name` in `place` names a section that exists. */
static void say_section(struct check *c, const char *name, const char *place,
                        const char *section)
{
    if (section == NULL)
        check_say(c, VERDICT_FAIL, "add a line \"%s = SECTION\" %s", name,
                  place);
    else if (config_values(c->config, section) == NULL)
        check_say(c, VERDICT_FAIL,
                  "there is no section [%s], which the line \"%s\" names",
                  section, name);
    else
        check_say(c, VERDICT_OK, "section [%s]", section);
}

void check_init(struct check *c)
{
    say_section(c, "openssl_conf", "at the top, before the first section",
                c->config->init);
}

void check_providers(struct check *c)
{
    char place[LIST_MAX];

    snprintf(place, sizeof place, "to section [%s]", c->config->init);
    say_section(c, "providers", place, c->config->list);
}

/* --- providers --------------------------------------------------------- */

static bool is_active(const struct config *config, const char *section)
{
    static const char *const yes[] = { "1", "yes", "true", "on" };
    const char *value = config_value(config, section, "activate");

    for (size_t i = 0; value != NULL && i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(value, yes[i]) == 0)
            return true;
    return false;
}

/* Say whether the provider is active; `why` is for the one that is not. */
static void say_active(struct check *c, const char *name, const char *section,
                       const char *why)
{
    if (section == NULL)
        check_say(c, VERDICT_FAIL, "add a line \"%s = SECTION\" to [%s]%s",
                  name, c->config->list, why);
    else if (!is_active(c->config, section))
        check_say(c, VERDICT_FAIL, "add a line \"activate = 1\" to [%s]%s",
                  section, why);
    else
        check_say(c, VERDICT_OK, "active, section [%s]", section);
}

void check_default(struct check *c)
{
    const char *section = config_provider(c->config, "default");

    if (section != NULL && is_active(c->config, section) &&
        !config_is_before(c->config, "default", IOTSIM_PROVIDER))
        check_say(c, VERDICT_WARN,
                  "should come before iotsim in [%s]: all else works, but "
                  "programs that make private keys of numbers "
                  "(EVP_PKEY_fromdata) ask the first of the two, and iotsim "
                  "refuses",
                  c->config->list);
    else
        say_active(c, "default", section,
                   ": OpenSSL activates it by itself only where no other is");
}

void check_iotsim(struct check *c)
{
    const struct config *config = c->config;

    if (config->section != NULL &&
        config_provider(config, IOTSIM_PROVIDER) == NULL)
        check_say(c, VERDICT_FAIL,
                  "section [%s] loads it under another name; call it iotsim",
                  config->section);
    else
        say_active(c, IOTSIM_PROVIDER, config->section, "");
}

void check_properties(struct check *c)
{
    const struct config *config = c->config;
    const char *section = config_value(config, config->init, "alg_section");
    const char *query = config_value(config, section, "default_properties");

    if (query != NULL && strstr(query, "provider") != NULL)
        check_say(c, VERDICT_FAIL,
                  "remove \"%s\" in section [%s]: keys find their provider by "
                  "themselves, and all other work is misled",
                  query, section);
    else
        check_say(c, VERDICT_OK, "%s", query == NULL ? "none" : query);
}

/* --- settings ---------------------------------------------------------- */

/* Append `text`, a comma before it when it is not the first. */
static void add(char list[LIST_MAX], const char *text)
{
    print_append(list, LIST_MAX, "%s", list[0] == '\0' ? "" : ", ");
    print_escape(bytes_text(text), list, LIST_MAX);
}

/* Names in the section of a provider that are OpenSSL's own. */
static bool is_openssl_name(const char *name)
{
    static const char *const names[] = { "identity", "module", "activate",
                                         "soft_load" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(config_plain_name(name), names[i]) == 0)
            return true;
    return false;
}

void check_settings(struct check *c)
{
    const STACK_OF(CONF_VALUE) *values =
        config_values(c->config, c->config->section);
    char unknown[LIST_MAX] = "";
    char bad[LIST_MAX] = "";
    struct settings scratch;

    settings_init(&scratch);
    for (int i = 0; i < sk_CONF_VALUE_num(values); i++) {
        const CONF_VALUE *v = sk_CONF_VALUE_value(values, i);
        bool known;

        if (is_openssl_name(v->name))
            continue;
        if (!iotsim_ok(settings_set(&scratch, v->name, v->value, &known)))
            print_append(bad, LIST_MAX, "%s%s, which takes %s",
                         bad[0] == '\0' ? "" : "; ", v->name,
                         settings_form(v->name));
        else if (!known)
            add(unknown, v->name);
    }
    if (bad[0] != '\0')
        check_say(c, VERDICT_FAIL, "bad value of %s in section [%s]", bad,
                  c->config->section);
    else if (unknown[0] != '\0')
        check_say(c, VERDICT_WARN, "nobody knows %s in section [%s]", unknown,
                  c->config->section);
    else
        check_say(c, VERDICT_OK, "all known");
}

/* --- environment ------------------------------------------------------- */

/* True when `variable` ("NAME=value") stands for a setting. */
static bool is_setting(const char *variable)
{
    const size_t len = strcspn(variable, "=");
    char known[CONFIG_NAME_MAX];
    const char *name;

    for (size_t i = 0; (name = settings_name(i)) != NULL; i++) {
        config_variable(name, known);
        if (strlen(known) == len && strncmp(variable, known, len) == 0)
            return true;
    }
    return false;
}

/* Add the name of a variable ("NAME=value"). */
static void add_name(char list[LIST_MAX], const char *variable)
{
    char name[CONFIG_NAME_MAX] = "";

    print_append(name, sizeof name, "%.*s", (int)strcspn(variable, "="),
                 variable);
    add(list, name);
}

void check_environment(struct check *c)
{
    const char *bad = NULL;
    char unknown[LIST_MAX] = "";
    char list[LIST_MAX] = "";
    struct settings scratch;

    for (char **v = environ; *v != NULL; v++)
        if (strncmp(*v, "OPENSSL_MODULES=", 16) == 0 || is_setting(*v))
            add(list, *v);
        else if (strncmp(*v, "IOTSIM_", 7) == 0)
            add_name(unknown, *v); /* its value may be a PIN */
    settings_init(&scratch);
    if (!iotsim_ok(settings_environment(&scratch, &bad)))
        check_say(c, VERDICT_FAIL, "bad value of %s, which takes %s", bad,
                  settings_form(bad));
    else if (unknown[0] != '\0')
        check_say(c, VERDICT_WARN, "nobody knows %s", unknown);
    else if (list[0] != '\0')
        check_say(c, VERDICT_OK, "overrides openssl.cnf: %s", list);
    else
        check_say(c, VERDICT_OK, "overrides nothing");
}

/* --- module ------------------------------------------------------------ */

static const char *version_of(const struct module *m)
{
    char *version = NULL;
    OSSL_PARAM request[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0),
        OSSL_PARAM_END,
    };

    if (!OSSL_PROVIDER_get_params(m->provider, request) || version == NULL)
        return "unknown";
    return version;
}

void check_module(struct check *c)
{
    char sentence[MODULE_SENTENCE_MAX];
    char path[MODULE_PATH_MAX];

    if (module_configured(c->config, path) && access(path, R_OK) != 0) {
        check_say(c, VERDICT_FAIL,
                  "%s: cannot be read; put the right \"module = FILE\" into "
                  "section [%s]",
                  path, c->config->section);
        return;
    }
    if (!module_open(&c->module, c->config))
        check_say(c, VERDICT_FAIL, "%s: %s", c->module.path,
                  module_error(NULL, sentence));
    else if (strcmp(version_of(&c->module), IOTSIM_VERSION) != 0)
        check_say(c, VERDICT_WARN,
                  "%s is of version %s, this command of version %s",
                  c->module.path, version_of(&c->module), IOTSIM_VERSION);
    else
        check_say(c, VERDICT_OK, "%s, version %s", c->module.path,
                  IOTSIM_VERSION);
}
