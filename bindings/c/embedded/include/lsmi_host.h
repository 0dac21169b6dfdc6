/* What a host gives liblsmi_embedded.a, besides memcpy, memmove, memset, memcmp and strlen.
 *
 * Licence: MIT or Apache-2.0. */

#ifndef LSMI_HOST_H
#define LSMI_HOST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `size` bytes at an address that is a multiple of `alignment` (a power of two), or NULL if there are none. Called by
 * the thread that calls the library. */
void *lsmi_host_alloc(size_t size, size_t alignment);

/* Gives back what lsmi_host_alloc returned for the same size and alignment. */
void lsmi_host_free(void *memory, size_t size, size_t alignment);

/* A fault inside the library, memory that cannot be had among them. `message` is `length` bytes of UTF-8 without NUL,
 * alive during the call. The library cannot go on: it traps if this returns. */
void lsmi_host_panic(const char *message, size_t length);

#ifdef __cplusplus
}
#endif

#endif
