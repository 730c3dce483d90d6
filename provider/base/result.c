/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences for results, made from the one list of errors. */
#include "base/result.h"

static const struct {
    const char *name;
    const char *text;
} errors[IOTSIM_ERR_COUNT] = { [IOTSIM_ERR_NONE] = { "NONE", "success" },
#define ROW(name, text) [IOTSIM_ERR_##name] = { #name, text },
                               IOTSIM_ERRORS(ROW)
#undef ROW
};

const char *result_text(iotsim_result r)
{
    return r.err < IOTSIM_ERR_COUNT ? errors[r.err].text : "unknown error";
}

const char *result_name(iotsim_result r)
{
    return r.err < IOTSIM_ERR_COUNT ? errors[r.err].name : "UNKNOWN";
}
