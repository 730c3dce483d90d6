/* SPDX-License-Identifier: Apache-2.0 */
/* Memory; see mem.h. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *mem_new(size_t size)
{
    return calloc(1, size);
}

void mem_free(void **p, size_t size)
{
    if (*p == NULL)
        return;
    mem_cleanse(*p, size);
    free(*p);
    *p = NULL;
}

void mem_cleanse(void *p, size_t size)
{
    if (p != NULL && size > 0)
        explicit_bzero(p, size);
}

bool mem_equal_ct(const void *a, const void *b, size_t size)
{
    const volatile unsigned char *x = a;
    const volatile unsigned char *y = b;
    unsigned char difference = 0;

    for (size_t i = 0; i < size; i++)
        difference = (unsigned char)(difference | (x[i] ^ y[i]));
    return difference == 0;
}
