/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder of exchanges, secrets masked; its format and what it masks
 * stand in trace.c. transport_trace (transport.h) switches it on, and so does
 * the log level trace.
 */
#ifndef IOTSIM_TRANSPORT_TRACE_H
#define IOTSIM_TRANSPORT_TRACE_H

#include "transport/transport.h"

/* Record that `t` was opened. */
void trace_open(const struct transport *t);

/* Record a command; `t` remembers whether its answer is secret. */
void trace_command(struct transport *t, struct bytes command);

/* Record the answer (status word included) or the failure `result`, which
 * came after `ms` milliseconds. */
void trace_response(const struct transport *t, struct bytes answer,
                    iotsim_result result, int64_t ms);

#endif
