/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dlclose that keeps modules mapped, to be preloaded under AddressSanitizer:
 * a leak is reported at exit, when libcrypto has unloaded its providers, and
 * the trace of an unloaded module has no names.
 */
#include <dlfcn.h>

__attribute__((visibility("default"))) int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
