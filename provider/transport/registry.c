/* SPDX-License-Identifier: Apache-2.0 */
/* THE TABLE of transports: one row a transport that was built. */
#include "transport/transport.h"

#include <string.h>

#include "transport/pcsc.h"
#include "transport/socket.h"

static const struct transport_ops *const transports[] = {
#ifdef IOTSIM_PCSC
    &pcsc_ops,
#endif
#ifdef IOTSIM_SOCKET
    &socket_ops,
#endif
    NULL
};

const struct transport_ops *transport_find(const char *name)
{
    for (size_t i = 0; transports[i] != NULL; i++)
        if (strcmp(name, transports[i]->name) == 0)
            return transports[i];
    return NULL;
}

const struct transport_ops *transport_row(size_t nth)
{
    const size_t rows = sizeof transports / sizeof *transports;

    return nth < rows ? transports[nth] : NULL;
}
