/* The vectors, of which parity_cases.h has the numbers. */
#include "parity_case.h"

#include <math.h>

#include "parity_cases.h"

const ParityCase *const PARITY = PARITY_CASES;
const size_t PARITY_COUNT = sizeof PARITY_CASES / sizeof PARITY_CASES[0];
