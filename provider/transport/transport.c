/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to every transport; see transport.h. Checks what comes from above
 * and from below, so that a transport may trust its arguments and its caller
 * the lengths.
 */
#include "transport/transport.h"

#include <string.h>

#include "base/log.h"
#include "base/result.h"
#include "transport/trace.h"

enum { HEADER = 4, STATUS_WORD = 2 };

iotsim_result transport_open(struct transport *t,
                             const struct transport_ops *ops, const char *place,
                             unsigned nth, struct deadline until)
{
    void *link = NULL;
    iotsim_result result;

    *t = (struct transport){ 0 };
    if (ops == NULL || place == NULL)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (strnlen(place, TRANSPORT_PLACE_MAX + 1) > TRANSPORT_PLACE_MAX)
        return IOTSIM_FAIL(BAD_SETTING);
    if (deadline_passed(until))
        return IOTSIM_FAIL(TIMEOUT);
    result = ops->open(place, nth, until, &link);
    if (!iotsim_ok(result)) {
        log_at(LOG_INFO, ops->name, "%s \"%s\" (%u): %s (%#x)", ops->place,
               place, nth, result_name(result), (unsigned)result.os);
        return result;
    }
    *t = (struct transport){ .ops = ops, .link = link };
    log_at(LOG_INFO, ops->name, "opened \"%s\"", transport_where(t));
    trace_open(t);
    return IOTSIM_OK;
}

iotsim_result transport_begin(struct transport *t, struct deadline until)
{
    if (t->ops == NULL)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    return t->ops->begin(t->link, until);
}

void transport_end(struct transport *t)
{
    if (t->ops != NULL)
        t->ops->end(t->link);
}

/* True when the exchange may be handed to a transport. */
static bool is_sane(const struct transport *t, struct bytes command,
                    const struct buf *response)
{
    return t->ops != NULL && !command.failed && command.len >= HEADER &&
           command.len <= TRANSPORT_COMMAND_MAX && !response->failed &&
           response->size - response->len >= TRANSPORT_RESPONSE_MAX;
}

/* The exchange itself; what the transport appended may be anything. */
static iotsim_result exchange(struct transport *t, struct bytes command,
                              struct buf *response, struct deadline until)
{
    const size_t before = response->len;
    iotsim_result result = t->ops->transmit(t->link, command, response, until);

    if (iotsim_ok(result) &&
        (response->failed || response->len < before + STATUS_WORD ||
         response->len > before + TRANSPORT_RESPONSE_MAX))
        result = IOTSIM_FAIL(CARD_ANSWER);
    if (!iotsim_ok(result))
        buf_cut(response, before);
    return result;
}

iotsim_result transport_transmit(struct transport *t, struct bytes command,
                                 struct buf *response, struct deadline until)
{
    const size_t before = response->len;
    const int64_t start_ms = deadline_in(0).at_ms;
    struct bytes answer;
    iotsim_result result;

    if (!is_sane(t, command, response))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (deadline_passed(until))
        return IOTSIM_FAIL(BUSY);
    trace_command(t, command);
    result = exchange(t, command, response, until);
    answer = buf_view(response);
    bytes_take(&answer, before);
    trace_response(t, answer, result, deadline_in(0).at_ms - start_ms);
    return result;
}

bool transport_is_t0(const struct transport *t)
{
    return t->ops != NULL && t->ops->is_t0(t->link);
}

const char *transport_where(const struct transport *t)
{
    return t->ops == NULL ? "" : t->ops->where(t->link);
}

void transport_close(struct transport *t)
{
    if (t->ops != NULL)
        t->ops->close(t->link);
    *t = (struct transport){ 0 };
}

void transport_forget(struct transport *t)
{
    if (t->ops != NULL)
        t->ops->forget(t->link);
    *t = (struct transport){ 0 };
}
