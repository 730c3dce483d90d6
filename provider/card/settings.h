/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings: how the card is reached when a URI does not say, and what is
 * logged. THE TABLE of settings is in settings.c: name in openssl.cnf, name in
 * the environment, field. A URI overrides the environment, the environment
 * overrides openssl.cnf, that overrides the defaults.
 */
#ifndef IOTSIM_CARD_SETTINGS_H
#define IOTSIM_CARD_SETTINGS_H

#include "base/log.h"
#include "iotsim/result.h"
#include "iotsim/uri.h"

struct settings {
    struct iotsim_uri where; /* its query part and its token */
    uint32_t timeout_ms;     /* longest wait for the card's turn */
    uint8_t mode;            /* to sign in, MODE_; 0: what the card takes */
    bool ephemeral_software; /* make ephemeral keys there when need be */
    enum log_level log_level;
    char log_file[IOTSIM_PLACE_MAX + 1]; /* "" is standard error */
    char trace_file[IOTSIM_PLACE_MAX + 1];
};

/* Fill in the defaults. */
void settings_init(struct settings *s);

/* Set the setting called `name` (as in openssl.cnf) to `value`; "" takes it
 * back, except timeout and log. `*known` tells whether there is such a setting;
 * an unknown one changes nothing and is no error. Errors: BAD_SETTING (value),
 * TOO_LONG; the setting is unchanged. */
IOTSIM_MUST_USE iotsim_result settings_set(struct settings *s, const char *name,
                                           const char *value, bool *known);

/* The name of the nth setting, NULL past the end. */
const char *settings_name(size_t nth);

/* What the setting or variable called `name` takes, in words, static. */
const char *settings_form(const char *name);

/* Take every IOTSIM_... variable of the environment, unless the program runs
 * with more rights than its user (secure_getenv). `*name` is the variable that
 * was bad, static. Errors: BAD_SETTING, TOO_LONG. */
IOTSIM_MUST_USE iotsim_result settings_environment(struct settings *s,
                                                   const char **name);

/* Start the log and the trace that the settings ask for. Errors: BAD_SETTING
 * with errno. */
IOTSIM_MUST_USE iotsim_result settings_apply(const struct settings *s);

/* Complete the query part of `uri` from the settings: a transport named by the
 * URI stands; else the place it names decides (reader: pcsc, device: at,
 * address: socket); else the settings do; else pcsc. */
void settings_resolve(const struct settings *s, struct iotsim_uri *uri);

/* The place in `uri` that a transport calls `name` (transport_ops.place),
 * borrowed; "" when none is given. */
const char *settings_place(const struct iotsim_uri *uri, const char *name);

#endif
