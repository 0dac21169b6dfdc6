/* Runs the checks that are written in Rust. */

#include "runtime.h"

int lsmi_freestanding_check(void);

int main(void) { return lsmi_freestanding_check() == 0 ? 0 : 1; }
