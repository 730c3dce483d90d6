/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: allocation up to card/, cleansing, comparison in constant time. */
#ifndef IOTSIM_BASE_MEM_H
#define IOTSIM_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* `size` zeroed octets, or NULL. Free with mem_free. */
void *mem_new(size_t size);

/* Cleanse `size` octets at `*p`, free them, make the pointer NULL. NULL is
 * legal. Use MEM_FREE where the type is known. */
void mem_free(void **p, size_t size);

#define MEM_FREE(p)                         \
    do {                                    \
        void *mem_free_p = (p);             \
        mem_free(&mem_free_p, sizeof *(p)); \
        (p) = NULL;                         \
    } while (0)

/* Overwrite `size` octets with zeros, whatever the optimiser thinks. */
void mem_cleanse(void *p, size_t size);

/* True when `size` octets are equal; the time does not depend on them. */
bool mem_equal_ct(const void *a, const void *b, size_t size);

#endif
