/* Parity vectors about generators. */
#include "parity.h"

enum { MOST_STATES = 8 };

/* The case's states, and how many there are. */
static size_t states_of(LsmiLatentState *out) {
    size_t i;
    CHECK(now->state_count <= MOST_STATES);
    for (i = 0; i < now->state_count; i++) {
        const State *s = &now->states[i];
        LsmiLatentState state = {sizeof state,    s->weight,       s->y,          s->mean1.count, s->mean2.count,
                                 s->mean1.values, s->mean2.values, s->deviation1, s->deviation2};
        out[i] = state;
    }
    return now->state_count;
}

void replay_generator(void) {
    const double *p = now->parameters.values;
    size_t n = now->samples, j, f1 = now->features1, f2 = now->features2;
    double *x1 = calloc(n * f1 + 1, sizeof *x1), *x2 = calloc(n * f2 + 1, sizeof *x2);
    double *truth = calloc(5 * n + 1, sizeof *truth);
    int64_t *y = calloc(n + 1, sizeof *y);
    LsmiInformationBuffers exact = {sizeof exact, n, truth, truth + n, truth + 2 * n, truth + 3 * n, truth + 4 * n};
    LsmiDataset data = {sizeof data, n, f1, f2, x1, x2, y, &exact};
    int32_t status, *kinds = calloc(n + 1, sizeof *kinds);
    size_t *drawn = calloc(n + 1, sizeof *drawn), cells = 0;
    LsmiLatentState states[MOST_STATES];
    if (is_call("synthetic_gaussian"))
        status = lsmi_synthetic_gaussian(now->classes, p[0], p[1], now->seed, &data);
    else if (is_call("synthetic_xor"))
        status = lsmi_synthetic_xor(now->classes, p[0], now->seed, &data);
    else if (is_call("synthetic_circuit"))
        status = lsmi_synthetic_circuit(now->text, now->seed, &data);
    else if (is_call("synthetic_latent"))
        status = lsmi_synthetic_latent(states, states_of(states), now->seed, &data, drawn);
    else if (is_call("circuit_support"))
        status = lsmi_synthetic_circuit_support(now->text, &cells, &data);
    else
        status = lsmi_synthetic_mixture(p[0], p[1], p[2], p[3], p[4], now->seed, &data, kinds);
    if (expected(status)) {
        same("x1", x1, n * f1, &now->want[0], 0);
        same("x2", x2, n * f2, &now->want[1], 0);
        for (j = 0; j < 5; j++)
            same("truth", truth + j * n, n, &now->want[2 + j], 0);
        if (now->want_count > 7) {
            for (j = 0; j < n; j++)
                truth[j] = is_call("synthetic_latent") ? (double)drawn[j] : (double)kinds[j];
            same("drawn", truth, n, &now->want[7], 0);
        }
        CHECK(!is_call("circuit_support") || cells == n);
        CHECK(now->y.count == n && memcmp(y, now->y.values, n * sizeof *y) == 0);
    }
    free(x1);
    free(x2);
    free(truth);
    free(y);
    free(kinds);
    free(drawn);
}

void replay_exact(void) {
    enum { MOST = 8 };
    const double *p = now->parameters.values;
    double out[5][MOST];
    size_t n = now->y.count, j;
    LsmiInformationBuffers buffers = {sizeof buffers, n, out[0], out[1], out[2], out[3], out[4]};
    LsmiLatentState states[MOST_STATES];
    LsmiMatrix x1 = matrix64(now->x1.data.values, now->x1.samples, now->x1.features, now->x1.stride);
    LsmiMatrix x2 = matrix64(now->x2.data.values, now->x2.samples, now->x2.features, now->x2.stride);
    const int64_t *y = now->y.values;
    int32_t status;
    if (!CHECK(n <= MOST))
        return;
    if (is_call("gaussian_information"))
        status = lsmi_synthetic_gaussian_information(now->classes, p[0], p[1], &x1, &x2, y, n, &buffers);
    else if (is_call("xor_information"))
        status = lsmi_synthetic_xor_information(now->classes, p[0], now->seed, &x1, &x2, y, n, &buffers);
    else if (is_call("mixture_information"))
        status = lsmi_synthetic_mixture_information(p[0], p[1], p[2], p[3], p[4], &x1, &x2, y, n, &buffers);
    else
        status = lsmi_synthetic_latent_information(states, states_of(states), &x1, &x2, y, n, &buffers);
    if (expected(status))
        for (j = 0; j < 5; j++)
            same("information", out[j], n, &now->want[j], 0);
}
