/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim: what a person wants to know of a SIM and of the provider's set-up.
 * THE TABLE of commands and THE TABLE of options; the help is made from them.
 * Manual: iotsim(1).
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "iotsim/iotsim.h"
#include "tool/print.h"
#include "tool/tool.h"

/* --- commands ---------------------------------------------------------- */

static const struct command {
    const char *name;
    const char *operands; /* as in the help */
    size_t least, most;   /* how many of them */
    bool unsettled;       /* runs when the settings are bad, too */
    int (*run)(struct tool *t);
    const char *text;
} commands[] = {
    { "info", "", 0, 0, false, info_run, "show readers, card and applet" },
    { "list", "[URI]", 0, 1, false, list_run, "list the objects of the card" },
    { "ref", "URI", 1, 1, false, ref_run, "write a PEM file that names a key" },
    { "check", "[KEYFILE|URI [CERTFILE]]", 0, 2, true, check_run,
      "find mistakes in the set-up" },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

/* --- options ----------------------------------------------------------- */

struct flag {
    const char *name;
    const char *value; /* as in the help; NULL: takes none */
    char letter;
    const char *command; /* the only one that has it; NULL: all */
    bool (*take)(struct tool *t, const struct flag *flag, const char *value);
    const char *text;
};

static bool take_setting(struct tool *t, const struct flag *flag,
                         const char *value)
{
    iotsim_result r = config_take_option(&t->config, flag->name, value);

    if (!iotsim_ok(r))
        print_failure(r, "--%s %s", flag->name, value);
    return iotsim_ok(r);
}

static bool take_config(struct tool *t, const struct flag *flag,
                        const char *value)
{
    (void)flag;
    t->config_path = value;
    return true;
}

static bool take_output(struct tool *t, const struct flag *flag,
                        const char *value)
{
    (void)flag;
    t->output = value;
    return true;
}

static bool take_sign(struct tool *t, const struct flag *flag,
                      const char *value)
{
    (void)flag;
    (void)value;
    t->sign = true;
    return true;
}

static bool take_help(struct tool *t, const struct flag *flag,
                      const char *value)
{
    (void)flag;
    (void)value;
    t->help = true;
    return true;
}

static bool take_version(struct tool *t, const struct flag *flag,
                         const char *value)
{
    (void)flag;
    (void)value;
    t->version = true;
    return true;
}

static const struct flag flags[] = {
    { "output", "FILE", 'o', "ref", take_output,
      "write to FILE, not to standard output" },
    { "sign", NULL, 0, "check", take_sign,
      "sign with the key, too: one signature" },
    { "transport", "NAME", 0, NULL, take_setting, "pcsc or socket" },
    { "reader", "NAME", 0, NULL, take_setting,
      "part of a reader's name, or its number" },
    { "address", "ADDRESS", 0, NULL, take_setting,
      "unix:PATH or tcp:HOST:PORT" },
    { "aid", "HEX", 0, NULL, take_setting, "identifier of the applet" },
    { "config", "FILE", 0, NULL, take_config, "another openssl.cnf" },
    { "help", NULL, 'h', NULL, take_help, "print this text" },
    { "version", NULL, 'V', NULL, take_version, "print the version" },
};

enum { FLAGS = sizeof flags / sizeof *flags, LONG_ONLY = 256 };

/* --- help -------------------------------------------------------------- */

static bool belongs_to(const struct flag *flag, const struct command *command)
{
    return flag->command == NULL ||
           (command != NULL && strcmp(flag->command, command->name) == 0);
}

static void print_flag(const struct flag *flag)
{
    char left[40] = "    ";

    if (flag->letter != 0)
        snprintf(left, sizeof left, "-%c, ", flag->letter);
    print_append(left, sizeof left, "--%s", flag->name);
    if (flag->value != NULL)
        print_append(left, sizeof left, " %s", flag->value);
    printf("  %-21s  %s\n", left, flag->text);
}

/* The usage of one command, or of all when it is NULL. */
static void print_usage(FILE *out, const struct command *command)
{
    const char *operands =
        command == NULL ? "[argument ...]" : command->operands;

    fprintf(out, "usage: iotsim [option ...] %s%s%s\n",
            command == NULL ? "command" : command->name,
            operands[0] == '\0' ? "" : " ", operands);
}

static void print_help(const struct command *command)
{
    print_usage(stdout, command);
    if (command != NULL) {
        puts(command->text);
    } else {
        puts("commands");
        for (size_t i = 0; i < COMMANDS; i++)
            printf("  %-5s %-24s  %s\n", commands[i].name, commands[i].operands,
                   commands[i].text);
    }
    puts("options");
    for (size_t i = 0; i < FLAGS; i++)
        if (belongs_to(&flags[i], command))
            print_flag(&flags[i]);
}

/* --- the command line -------------------------------------------------- */

static bool take_operand(struct tool *t, const char *text)
{
    if (t->command == NULL) {
        t->command = text;
        return true;
    }
    if (t->operand_count == OPERANDS_MAX) {
        print_error("%s: too many arguments", text);
        return false;
    }
    t->operands[t->operand_count++] = text;
    return true;
}

/* The tables in the form of getopt_long; `letters` begins with "-:": operands
 * come in order, and we print the failures. */
static void make_getopt_tables(struct option longs[FLAGS + 1],
                               char letters[2 * FLAGS + 3])
{
    memset(longs, 0, (FLAGS + 1) * sizeof *longs);
    snprintf(letters, 2 * FLAGS + 3, "-:");
    for (size_t i = 0; i < FLAGS; i++) {
        bool valued = flags[i].value != NULL;

        longs[i].name = flags[i].name;
        longs[i].has_arg = valued ? required_argument : no_argument;
        longs[i].val = LONG_ONLY + (int)i;
        if (flags[i].letter != 0)
            print_append(letters, 2 * FLAGS + 3, "%c%s", flags[i].letter,
                         valued ? ":" : "");
    }
}

static const struct flag *find_flag(int found)
{
    for (size_t i = 0; i < FLAGS; i++)
        if (found == LONG_ONLY + (int)i || found == flags[i].letter)
            return &flags[i];
    return NULL;
}

/* getopt_long leaves the letter in optopt, or a long option in `argument`. */
static void print_bad_option(const char *argument, bool missing)
{
    char letter[3] = { '-', (char)optopt, '\0' };
    bool is_letter = optopt > 0 && optopt < LONG_ONLY;

    print_error("%s: %s", is_letter ? letter : argument,
                missing ? "the value is missing" : "no such option");
}

/* Parse all; `given` tells which options there were. */
static bool parse(struct tool *t, int argc, char **argv, bool given[FLAGS])
{
    struct option longs[FLAGS + 1];
    char letters[2 * FLAGS + 3];
    bool ok = true;
    int found;

    make_getopt_tables(longs, letters);
    while (ok && (found = getopt_long(argc, argv, letters, longs, NULL)) >= 0) {
        const struct flag *flag = find_flag(found);

        if (flag != NULL) {
            given[flag - flags] = true;
            ok = flag->take(t, flag, optarg);
        } else if (found == 1) {
            ok = take_operand(t, optarg);
        } else {
            print_bad_option(argv[optind - 1], found == ':');
            ok = false;
        }
    }
    while (ok && optind < argc)
        ok = take_operand(t, argv[optind++]);
    return ok;
}

/* True when options and operands fit the command; else with the failure
 * printed. */
static bool fits(const struct tool *t, const struct command *command,
                 const bool given[FLAGS])
{
    for (size_t i = 0; i < FLAGS; i++)
        if (given[i] && !belongs_to(&flags[i], command)) {
            print_error("--%s is an option of %s, not of %s", flags[i].name,
                        flags[i].command, command->name);
            return false;
        }
    if (t->help || (t->operand_count >= command->least &&
                    t->operand_count <= command->most))
        return true;
    print_error("%s takes these arguments: %s", command->name,
                command->most == 0 ? "none" : command->operands);
    return false;
}

bool tool_take_uri(struct tool *t, const char *text)
{
    char name[80];
    size_t at = 0;
    iotsim_result r = iotsim_uri_parse(text, &t->uri, &at);

    iotsim_uri_name_at(text, at, name, sizeof name);
    if (!iotsim_ok(r))
        print_failure(r, "the URI at \"%s\", character %zu", name, at + 1);
    return iotsim_ok(r);
}

int tool_card_failed(const struct tool *t, const struct iotsim_uri *uri,
                     iotsim_result r, const char *tried)
{
    char text[PRINT_SENTENCE_MAX] = "";
    struct iotsim_uri where = *uri;
    const struct transport_ops *ops;
    const char *place;

    settings_resolve(&t->config.settings, &where);
    ops = transport_find(where.transport);
    place = ops == NULL ? "" : settings_place(&where, ops->place);
    print_escape(bytes_text(place), text, sizeof text);
    if (ops == NULL)
        print_failure(r, "%s by transport \"%s\"", tried, where.transport);
    else if (text[0] == '\0')
        print_failure(r, "%s by %s, any %s", tried, ops->name, ops->place);
    else
        print_failure(r, "%s by %s, %s %s", tried, ops->name, ops->place, text);
    iotsim_uri_wipe(&where);
    return STATUS_FAILED;
}

/* --- the program ------------------------------------------------------- */

static int run(struct tool *t, const struct command *command)
{
    char what[CONFIG_WORDS_MAX];
    iotsim_result r;

    config_read(&t->config, t->config_path);
    if (t->config_path != NULL && t->config.file == NULL &&
        !command->unsettled) {
        print_error("%s: %s", t->config_path, t->config.why);
        return STATUS_FAILED;
    }
    r = config_settle(&t->config, what);
    if (iotsim_ok(r)) {
        snprintf(what, sizeof what, "setting \"log-file\" or \"trace\"");
        r = settings_apply(&t->config.settings);
    }
    if (iotsim_ok(r) || command->unsettled)
        return command->run(t);
    print_failure(r, "%s", what);
    return STATUS_FAILED;
}

static int answer(struct tool *t, int argc, char **argv)
{
    const struct command *command = NULL;
    bool given[FLAGS] = { false };
    bool ok = parse(t, argc, argv, given);

    if (ok && t->command != NULL) {
        command = find_command(t->command);
        if (command == NULL)
            print_error("%s: no such command", t->command);
        ok = command != NULL && fits(t, command, given);
    }
    if (ok && t->version)
        puts("iotsim " IOTSIM_VERSION);
    else if (ok && t->help)
        print_help(command);
    else if (ok && command != NULL)
        return run(t, command);
    else
        print_usage(stderr, command);
    return ok && (t->version || t->help) ? STATUS_OK : STATUS_USAGE;
}

int main(int argc, char **argv)
{
    static struct tool t; /* large */
    int status;

    /* The user's openssl.cnf must not decide whether it can be examined. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    config_init(&t.config);
    status = answer(&t, argc, argv);
    config_wipe(&t.config);
    iotsim_uri_wipe(&t.uri);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        print_error("writing to standard output failed");
        return STATUS_FAILED;
    }
    return status;
}
