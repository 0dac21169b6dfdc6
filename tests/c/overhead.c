/* What a call costs through C: the log-density of one sample, d = 10, K = 5, the median of many calls. The Rust
 * counterpart is examples/call_overhead.rs, with the same density, sample and way of timing. */
#define _POSIX_C_SOURCE 199309L
#include "lsmi.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { D = 10, K = 5, CALLS = 1000, ROUNDS = 501 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double value(size_t i) { return (double)(i * 37 % 64) / 64.0 - 0.5; }

int main(void) {
    static double means[K * D], diagonal[K * D], triangle[K * D * D], logits[K], x[D], rounds[ROUNDS];
    double out = 0.0, sum = 0.0;
    size_t i, r;
    LsmiMarginalOptions options = {
        sizeof options, K, D, LSMI_F64, 1, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, means, diagonal, triangle, logits};
    LsmiMatrix matrix = {sizeof matrix, x, 1, D, D, LSMI_F64};
    LsmiMarginal *density = NULL;
    for (i = 0; i < K * D; i++)
        means[i] = diagonal[i] = value(i);
    for (i = 0; i < K * D * D; i++)
        triangle[i] = value(i);
    for (i = 0; i < D; i++)
        x[i] = value(i + 5);
    if (lsmi_marginal_new(&options, &parameters, &density) != LSMI_OK)
        return 1;
    for (r = 0; r < ROUNDS; r++) {
        double start = now();
        for (i = 0; i < CALLS; i++) {
            if (lsmi_marginal_log_density(density, &matrix, &out) != LSMI_OK)
                return 1;
            sum += out;
        }
        rounds[r] = (now() - start) / CALLS;
    }
    lsmi_marginal_free(density);
    qsort(rounds, ROUNDS, sizeof rounds[0], ascending);
    printf("%.4f %.17g\n", rounds[ROUNDS / 2], sum / CALLS / ROUNDS);
    return 0;
}
