/* SPDX-License-Identifier: Apache-2.0 */
/* The transport "pcsc"; see pcsc.c. */
#ifndef IOTSIM_TRANSPORT_PCSC_H
#define IOTSIM_TRANSPORT_PCSC_H

#include "transport/transport.h"

extern const struct transport_ops pcsc_ops;

#endif
