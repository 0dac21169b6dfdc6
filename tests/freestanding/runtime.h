/* What the programs here have in place of an operating system library. */
#ifndef LSMI_FREESTANDING_RUNTIME_H
#define LSMI_FREESTANDING_RUNTIME_H

#include <stddef.h>

/* Called by the entry; its result is the program's exit status. */
int main(void);
/* Writes to standard output. */
void lsmi_freestanding_write(const unsigned char *bytes, size_t length);
_Noreturn void lsmi_freestanding_leave(int status);

void *memcpy(void *restrict to, const void *restrict from, size_t length);
int memcmp(const void *left, const void *right, size_t length);
size_t strlen(const char *text);

#endif
