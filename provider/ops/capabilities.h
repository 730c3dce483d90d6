/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libssl asks of a provider besides algorithms: the groups that ephemeral
 * EC keys are made in (TLS-GROUP). Static. libssl drops a group whose key
 * manager it gets from another provider, so nothing comes of these unless the
 * property query asks for iotsim.ecdh=yes. Manual: provider-base(7).
 */
#ifndef IOTSIM_OPS_CAPABILITIES_H
#define IOTSIM_OPS_CAPABILITIES_H

#include <openssl/core.h>

/* Give `callback` each entry of `capability`; 0 when it is not known or the
 * callback fails. */
int capabilities_get(const char *capability, OSSL_CALLBACK *callback,
                     void *arg);

#endif
