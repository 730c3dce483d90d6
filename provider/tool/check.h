/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks share. THE TABLE of checks is in check.c; each is a function
 * that says one thing by check_say.
 */
#ifndef IOTSIM_TOOL_CHECK_H
#define IOTSIM_TOOL_CHECK_H

#include "card/card.h"
#include "tool/module.h"
#include "tool/tool.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL, VERDICT_SKIP };

struct check {
    const struct tool *tool;
    const struct config *config;
    const char *name;     /* of the check that runs */
    enum verdict verdict; /* what it said */
    const char *file;     /* of the key, or NULL */
    bool has_uri;
    struct iotsim_uri uri; /* of the key, and the way to its card */
    struct module module;
    struct card *card;
    EVP_PKEY *key; /* of the file, else of the URI */
};

/* Print the line of this check. */
void check_say(struct check *c, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* check_config.c: what openssl.cnf and the environment say. */
void check_file(struct check *c);
void check_init(struct check *c);
void check_providers(struct check *c);
void check_default(struct check *c);
void check_iotsim(struct check *c);
void check_properties(struct check *c);
void check_settings(struct check *c);
void check_environment(struct check *c);
void check_module(struct check *c);

/* check_card.c: the way to the card. */
void check_reader(struct check *c);
void check_card(struct check *c);
void check_object(struct check *c);

/* check_key.c: key, certificate, signature. */
void check_key_file(struct check *c);
void check_key(struct check *c);
void check_certificate(struct check *c);
void check_signature(struct check *c);

#endif
