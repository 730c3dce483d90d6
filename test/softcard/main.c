/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim-softcard: the command line around the software card.
 *
 * It reads options, personalises the card and hands it to the fronts. Usage is
 * in the text below and in the README.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front.h"

#ifndef SOFTCARD_VERSION
#define SOFTCARD_VERSION "0"
#endif

#define VPCD_ADDRESS "127.0.0.1:35963"
#define ABSENCE_MS 1500

static const char usage[] =
    "usage: iotsim-softcard --profile FILE [--state FILE] FRONT... [option...]\n"
    "       iotsim-softcard --profile FILE --state FILE --personalise\n"
    "A UICC with the IoT SAFE applet, in software. It protects nothing.\n"
    "fronts\n"
    "  --listen unix:PATH|tcp:HOST:PORT   serve clients (vpcd framing)\n"
    "  --vpcd[=HOST:PORT]                 be a card in pcscd's virtual reader\n"
    "                                     (" VPCD_ADDRESS ")\n"
    "card\n"
    "  --profile FILE      what the card holds\n"
    "  --state FILE        keep it here; exists: go on from it\n"
    "  --protocol t0|t1    as --quirk protocol=...\n"
    "  --quirk NAME=VALUE  differ from the default card; \"help\" lists them\n"
    "  --fault TEXT        ins=2B,nth=2,times=1,delay=MS and one of\n"
    "                      sw=6F00 drop truncate reset remove\n"
    "  --absence MS        how long \"remove\" lasts on --vpcd (1500)\n"
    "instead of a front\n"
    "  --personalise               make the state file, no more\n"
    "  --export-cert LABEL         print a certificate file as PEM\n"
    "  --export-public LABEL       print a public key as PEM\n"
    "program\n"
    "  --log FILE          every exchange, as test/vectors/*.apdu\n"
    "  --pid-file FILE     write the process id\n"
    "  --ready-fd N        write a line when clients can come\n"
    "  --ready-file FILE   make this file then\n"
    "  --quiet             no warning at start\n"
    "  --help  --version\n";

struct options {
    const char *profile, *state, *log, *pid_file, *ready_file;
    const char *export_cert, *export_public;
    struct address listen, vpcd;
    bool listens, dials, personalise, quiet;
    int ready_fd;
    unsigned int absence;
    FILE *log_file;
};

enum {
    OPT_LISTEN = 256,
    OPT_VPCD,
    OPT_PROFILE,
    OPT_STATE,
    OPT_PROTOCOL,
    OPT_QUIRK,
    OPT_FAULT,
    OPT_ABSENCE,
    OPT_PERSONALISE,
    OPT_EXPORT_CERT,
    OPT_EXPORT_PUBLIC,
    OPT_LOG,
    OPT_PID_FILE,
    OPT_READY_FD,
    OPT_READY_FILE,
    OPT_QUIET,
    OPT_HELP,
    OPT_VERSION
};

static const struct option long_options[] = {
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "vpcd", optional_argument, NULL, OPT_VPCD },
    { "profile", required_argument, NULL, OPT_PROFILE },
    { "state", required_argument, NULL, OPT_STATE },
    { "protocol", required_argument, NULL, OPT_PROTOCOL },
    { "quirk", required_argument, NULL, OPT_QUIRK },
    { "fault", required_argument, NULL, OPT_FAULT },
    { "absence", required_argument, NULL, OPT_ABSENCE },
    { "personalise", no_argument, NULL, OPT_PERSONALISE },
    { "export-cert", required_argument, NULL, OPT_EXPORT_CERT },
    { "export-public", required_argument, NULL, OPT_EXPORT_PUBLIC },
    { "log", required_argument, NULL, OPT_LOG },
    { "pid-file", required_argument, NULL, OPT_PID_FILE },
    { "ready-fd", required_argument, NULL, OPT_READY_FD },
    { "ready-file", required_argument, NULL, OPT_READY_FILE },
    { "quiet", no_argument, NULL, OPT_QUIET },
    { "help", no_argument, NULL, OPT_HELP },
    { "version", no_argument, NULL, OPT_VERSION },
    { NULL, 0, NULL, 0 },
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "iotsim-softcard: %s%s%s\n", what, *why ? ": " : "", why);
    exit(1);
}

static unsigned int number_of(const char *text, unsigned int most)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end || *text == '-' || value > most)
        die(text, "number expected");
    return (unsigned int)value;
}

static void set_address(const char *text, struct address *address, bool *set)
{
    if (!address_parse(text, address))
        die(text, "unix:PATH or tcp:HOST:PORT expected");
    *set = true;
}

/* Quirks and faults of the command line come after those of the profile, so
 * the first pass skips them and the second does nothing else. */
static void read_switch(struct softcard *card, int option, const char *value)
{
    char protocol[32];
    bool ok = true;

    if (option == OPT_QUIRK && strcmp(value, "help") == 0) {
        softcard_quirks_help(stdout);
        exit(0);
    }
    if (option == OPT_QUIRK)
        ok = softcard_quirk(card, value);
    if (option == OPT_FAULT)
        ok = softcard_fault(card, value);
    if (option == OPT_PROTOCOL) {
        snprintf(protocol, sizeof protocol, "protocol=%s", value);
        ok = softcard_quirk(card, protocol);
    }
    if (!ok)
        die(softcard_error(card), "");
}

static void read_option(struct options *o, int option, const char *value)
{
    switch (option) {
    case OPT_LISTEN:
        set_address(value, &o->listen, &o->listens);
        break;
    case OPT_VPCD:
        set_address(value ? value : VPCD_ADDRESS, &o->vpcd, &o->dials);
        break;
    case OPT_PROFILE:
        o->profile = value;
        break;
    case OPT_STATE:
        o->state = value;
        break;
    case OPT_ABSENCE:
        o->absence = number_of(value, 600000);
        break;
    case OPT_PERSONALISE:
        o->personalise = true;
        break;
    case OPT_EXPORT_CERT:
        o->export_cert = value;
        break;
    case OPT_EXPORT_PUBLIC:
        o->export_public = value;
        break;
    case OPT_LOG:
        o->log = value;
        break;
    case OPT_PID_FILE:
        o->pid_file = value;
        break;
    case OPT_READY_FD:
        o->ready_fd = (int)number_of(value, 65535);
        break;
    case OPT_READY_FILE:
        o->ready_file = value;
        break;
    case OPT_QUIET:
        o->quiet = true;
        break;
    case OPT_HELP:
        fputs(usage, stdout);
        exit(0);
    case OPT_VERSION:
        puts("iotsim-softcard " SOFTCARD_VERSION);
        exit(0);
    default:
        break;
    }
}

/* One pass over the command line: `card` NULL reads options, else switches. */
static void read_options(struct options *o, struct softcard *card, int argc,
                         char **argv)
{
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == '?') {
            fputs(usage, stderr);
            exit(2);
        }
        if (card)
            read_switch(card, option, optarg);
        else
            read_option(o, option, optarg);
    }
    if (card)
        return;
    /* "--vpcd HOST:PORT" in two words */
    if (optind < argc && o->dials)
        set_address(argv[optind++], &o->vpcd, &o->dials);
    if (optind < argc)
        die(argv[optind], "not an option");
}

static void write_pid(const char *name)
{
    FILE *file = fopen(name, "w");

    if (!file)
        die(name, strerror(errno));
    fprintf(file, "%ld\n", (long)getpid());
    fclose(file);
}

static void start(struct softcard *card, struct options *o)
{
    if (!o->quiet)
        fputs("iotsim-softcard: this card protects nothing: its keys lie in "
              "plain memory and plain files\n",
              stderr);
    if (o->log) {
        o->log_file = fopen(o->log, "w");
        if (!o->log_file)
            die(o->log, strerror(errno));
        softcard_log(card, o->log_file);
    }
    if (o->pid_file)
        write_pid(o->pid_file);
}

static void serve(struct softcard *card, struct options *o)
{
    struct front_options front = { .listen = o->listens ? &o->listen : NULL,
                                   .vpcd = o->dials ? &o->vpcd : NULL,
                                   .ready_fd = o->ready_fd,
                                   .ready_file = o->ready_file,
                                   .absence = o->absence };

    if (!o->listens && !o->dials)
        die("no front: --listen or --vpcd", "");
    start(card, o);
    if (!front_run(card, &front))
        die("cannot listen", strerror(errno));
    if (!softcard_save(card))
        die(softcard_error(card), "");
    if (o->log_file)
        fclose(o->log_file);
    if (o->pid_file)
        (void)unlink(o->pid_file);
    if (o->ready_file)
        (void)unlink(o->ready_file);
}

int main(int argc, char **argv)
{
    struct options o = { .ready_fd = -1, .absence = ABSENCE_MS };
    struct softcard *card = softcard_new();

    if (!card)
        die("no memory", "");
    read_options(&o, NULL, argc, argv);
    read_options(NULL, card, argc, argv); /* complain before work is done */
    softcard_faults_clear(card);
    if (!o.profile)
        die("--profile is needed", "");
    if (!softcard_load(card, o.profile, o.state))
        die(softcard_error(card), "");
    read_options(NULL, card, argc, argv);

    if (o.export_cert || o.export_public) {
        if ((o.export_cert &&
             !softcard_export_certificate(card, o.export_cert, stdout)) ||
            (o.export_public &&
             !softcard_export_public(card, o.export_public, stdout)))
            die(softcard_error(card), "");
    } else if (!o.personalise) {
        serve(card, &o);
    }
    softcard_free(card);
    return 0;
}
