/* A program without libc: its entry, the memory functions that compilers call, and two system calls. */

#include "runtime.h"

#if defined(__x86_64__)

enum { SYSTEM_WRITE = 1, SYSTEM_EXIT_GROUP = 231 };

static long system_call(long number, long first, long second, long third) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

/* The kernel leaves no return address; calls want a stack aligned to 16 bytes. */
__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    and $-16, %rsp\n"
        "    call start\n");

#elif defined(__aarch64__)

enum { SYSTEM_WRITE = 64, SYSTEM_EXIT_GROUP = 94 };

static long system_call(long number, long first, long second, long third) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    bl start\n");

/* Rust's compiler builtins ask here which atomic instructions the processor has: none beyond the basic ones. */
unsigned long getauxval(unsigned long type) {
    (void)type;
    return 0;
}

#else
#error "no system calls for this machine"
#endif

_Noreturn void lsmi_freestanding_leave(int status) {
    for (;;)
        system_call(SYSTEM_EXIT_GROUP, status, 0, 0);
}

void lsmi_freestanding_write(const unsigned char *bytes, size_t length) {
    while (length > 0) {
        long written = system_call(SYSTEM_WRITE, 1, (long)bytes, (long)length);
        if (written <= 0)
            lsmi_freestanding_leave(102);
        bytes += written;
        length -= (size_t)written;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    unsigned char *restrict target = to;
    const unsigned char *restrict source = from;
    for (size_t i = 0; i < length; i++)
        target[i] = source[i];
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    unsigned char *target = to;
    const unsigned char *source = from;
    if (target < source) {
        for (size_t i = 0; i < length; i++)
            target[i] = source[i];
    } else {
        for (size_t i = length; i > 0; i--)
            target[i - 1] = source[i - 1];
    }
    return to;
}

void *memset(void *to, int value, size_t length) {
    unsigned char *target = to;
    for (size_t i = 0; i < length; i++)
        target[i] = (unsigned char)value;
    return to;
}

int memcmp(const void *left, const void *right, size_t length) {
    const unsigned char *a = left, *b = right;
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

int bcmp(const void *left, const void *right, size_t length) { return memcmp(left, right, length); }

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

_Noreturn void start(void) { lsmi_freestanding_leave(main()); }
