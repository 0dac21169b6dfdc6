/* What is known about the generators: kinds and states, information of given samples, supports; and agreement. */
#include "check.h"

enum { N = 50 };

static double x1[N * 4], x2[N * 4], truth[5][N], got[5][N];
static int64_t y[N];
static const LsmiInformationBuffers EXACT = {
    sizeof EXACT, N, truth[0], truth[1], truth[2], truth[3], truth[4]};
static const LsmiInformationBuffers GOT = {sizeof GOT, N, got[0], got[1], got[2], got[3], got[4]};

static const double MEAN1[2][2] = {{0.0, 1.0}, {-2.0, 0.5}}, MEAN2[2][1] = {{-1.0}, {1.5}};

/* Two states: class 0 three times as often as class 1. */
static void make_states(LsmiLatentState *states) {
    LsmiLatentState first = {sizeof first, 3.0, 0, 2, 1, MEAN1[0], MEAN2[0], 0.5, 1.0};
    LsmiLatentState second = {sizeof second, 1.0, 1, 2, 1, MEAN1[1], MEAN2[1], 1.0, 0.25};
    states[0] = first;
    states[1] = second;
}

static LsmiDataset room(size_t features1, size_t features2) {
    LsmiDataset data = {sizeof data, N, features1, features2, NULL, NULL, NULL, NULL};
    data.x1 = x1;
    data.x2 = x2;
    data.y = y;
    data.truth = &EXACT;
    return data;
}

static void same_as_truth(void) {
    size_t j;
    for (j = 0; j < 5; j++)
        CHECK(memcmp(got[j], truth[j], sizeof truth[j]) == 0);
}

/* The information of the generated samples is that which came with them, to the bit. */
static void test_information(void) {
    LsmiLatentState states[2];
    LsmiDataset data = room(3, 3);
    LsmiMatrix m1 = matrix64(x1, N, 3, 3), m2 = matrix64(x2, N, 3, 3);
    double wide[N * 5];
    size_t i;
    OK(lsmi_synthetic_gaussian(3, 0.25, 0.5, 9, &data));
    OK(lsmi_synthetic_gaussian_information(3, 0.25, 0.5, &m1, &m2, y, N, &GOT));
    same_as_truth();
    /* Samples with gaps between them. */
    for (i = 0; i < N; i++)
        memcpy(wide + 5 * i, x1 + 3 * i, 3 * sizeof *x1);
    m1 = matrix64(wide, N, 3, 5);
    memset(got, 0, sizeof got);
    OK(lsmi_synthetic_gaussian_information(3, 0.25, 0.5, &m1, &m2, y, N, &GOT));
    same_as_truth();
    wide[0] = (double)NAN;
    OK(lsmi_synthetic_gaussian_information(3, 0.25, 0.5, &m1, &m2, y, N, &GOT));
    CHECK(isnan(got[0][0]) && got[1][0] == truth[1][0] && got[0][1] == truth[0][1]);

    m1 = matrix64(x1, N, 3, 3);
    OK(lsmi_synthetic_mixture(1.0, 2.0, 0.0, 1.0, 3.0, 9, &data, NULL));
    OK(lsmi_synthetic_mixture_information(1.0, 2.0, 0.0, 1.0, 3.0, &m1, &m2, y, N, &GOT));
    same_as_truth();
    data = room(4, 4);
    m1 = matrix64(x1, N, 4, 4);
    m2 = matrix64(x2, N, 4, 4);
    OK(lsmi_synthetic_xor(4, 2.0, 9, &data));
    OK(lsmi_synthetic_xor_information(4, 2.0, 9, &m1, &m2, y, N, &GOT));
    same_as_truth();
    /* Another seed has other directions. */
    OK(lsmi_synthetic_xor_information(4, 2.0, 10, &m1, &m2, y, N, &GOT));
    CHECK(memcmp(got, truth, sizeof truth) != 0);
    data = room(2, 1);
    m1 = matrix64(x1, N, 2, 2);
    m2 = matrix64(x2, N, 1, 1);
    make_states(states);
    OK(lsmi_synthetic_latent(states, 2, 9, &data, NULL));
    OK(lsmi_synthetic_latent_information(states, 2, &m1, &m2, y, N, &GOT));
    same_as_truth();
}

/* log N(x; mean, deviation² I). */
static double log_normal(const double *x, const double *mean, double deviation, size_t features) {
    double square = 0.0;
    size_t j;
    for (j = 0; j < features; j++)
        square += (x[j] - mean[j]) * (x[j] - mean[j]);
    return -0.5 * (square / (deviation * deviation) +
                   (double)features * log(2.0 * 3.14159265358979323846 * deviation * deviation));
}

/* The states against the formula. */
static void test_latent(void) {
    LsmiLatentState states[2];
    size_t drawn[N], i, s, ones = 0;
    LsmiDataset data = room(2, 1);
    make_states(states);
    OK(lsmi_synthetic_latent(states, 2, 9, &data, drawn));
    for (i = 0; i < N; i++) {
        double p1[2], p2[2], both[2];
        size_t own = (size_t)y[i];
        CHECK(drawn[i] < 2 && states[drawn[i]].y == y[i]);
        ones += drawn[i];
        for (s = 0; s < 2; s++) {
            double weight = states[s].weight / 4.0;
            double l1 = log_normal(x1 + 2 * i, states[s].mean1, states[s].deviation1, 2);
            double l2 = log_normal(x2 + i, states[s].mean2, states[s].deviation2, 1);
            p1[s] = weight * exp(l1);
            p2[s] = weight * exp(l2);
            both[s] = weight * exp(l1 + l2);
        }
        CLOSE(truth[0][i], log(p1[own] / (p1[0] + p1[1]) / (states[own].weight / 4.0)), 1e-11);
        CLOSE(truth[1][i], log(p2[own] / (p2[0] + p2[1]) / (states[own].weight / 4.0)), 1e-11);
        CLOSE(truth[2][i], log(both[own] / (both[0] + both[1]) / (states[own].weight / 4.0)), 1e-11);
        CLOSE(truth[3][i], -log(p1[0] + p1[1]), 1e-11);
        CLOSE(truth[4][i], -log(p2[0] + p2[1]), 1e-11);
    }
    CHECK(ones > 2 && ones < 25);
}

static void test_kinds(void) {
    int32_t kinds[N];
    size_t i, seen[4] = {0, 0, 0, 0};
    LsmiDataset data = room(3, 3);
    OK(lsmi_synthetic_mixture(1.0, 1.0, 1.0, 1.0, 8.0, 9, &data, kinds));
    for (i = 0; i < N; i++) {
        double i1 = truth[0][i], i2 = truth[1][i], i12 = truth[2][i];
        if (!CHECK(kinds[i] >= LSMI_KIND_REDUNDANT && kinds[i] <= LSMI_KIND_SYNERGISTIC))
            continue;
        seen[kinds[i]]++;
        /* At this amplitude nothing overlaps. */
        CLOSE(i1, kinds[i] == LSMI_KIND_REDUNDANT || kinds[i] == LSMI_KIND_UNIQUE1 ? log(2.0) : 0.0, 1e-3);
        CLOSE(i2, kinds[i] == LSMI_KIND_REDUNDANT || kinds[i] == LSMI_KIND_UNIQUE2 ? log(2.0) : 0.0, 1e-3);
        CLOSE(i12, log(2.0), 1e-3);
    }
    for (i = 0; i < 4; i++)
        CHECK(seen[i] > 2);
}

static void test_support(void) {
    /* Gates whose inputs each tell all or nothing. */
    static const struct {
        const char *name;
        size_t cells;
        int tells1, tells2;
    } gates[] = {{"xor", 4, 0, 0}, {"not_x2", 4, 0, 1}, {"copy", 2, 1, 1}};
    LsmiInformationBuffers exact = EXACT;
    LsmiDataset data;
    size_t g, i, cells = 0;
    for (g = 0; g < COUNT(gates); g++) {
        data = room(1, 1);
        data.truth = &exact;
        OK(lsmi_synthetic_circuit_support(gates[g].name, &cells, NULL));
        CHECK(cells == gates[g].cells);
        exact.samples = data.samples = cells;
        OK(lsmi_synthetic_circuit_support(gates[g].name, NULL, &data));
        for (i = 0; i < cells; i++) {
            CLOSE(truth[0][i], gates[g].tells1 ? log(2.0) : 0.0, 1e-12);
            CLOSE(truth[1][i], gates[g].tells2 ? log(2.0) : 0.0, 1e-12);
            CLOSE(truth[2][i], log(2.0), 1e-12);
            CLOSE(truth[3][i], log(2.0), 1e-12);
        }
    }
    data = room(1, 1);
    data.truth = &exact;
    exact.samples = data.samples = 4;
    OK(lsmi_synthetic_circuit_support("and", &cells, &data));
    for (i = 0; i < 4; i++) {
        /* The rows in order of their inputs. */
        CHECK(x1[i] == (double)(i / 2) && x2[i] == (double)(i % 2) && y[i] == (int64_t)(i / 3));
        CLOSE(truth[2][i], i == 3 ? log(4.0) : log(4.0 / 3.0), 1e-12);
    }
    OK(lsmi_synthetic_circuit_support("or", &cells, &data));
    for (i = 0; i < 4; i++)
        CHECK(y[i] == (i > 0));
    data = room(2, 2);
    data.truth = NULL;
    data.samples = 8;
    OK(lsmi_synthetic_circuit_support("xor_not", &cells, &data));
    CHECK(cells == 8);
    for (i = 0; i < 8; i++)
        CHECK(x1[2 * i + 1] == x2[2 * i + 1] && y[i] == (x1[2 * i + 1] == 1.0 ? x1[2 * i] != x2[2 * i] : x2[2 * i] == 0.0));
}

static void test_agreement(void) {
    double estimate[] = {1.0, 2.0, 3.0}, exact[] = {0.0, 1.0, 2.0}, rmse = 9.0, correlation = 9.0;
    OK(lsmi_agreement(estimate, exact, 3, &rmse, &correlation));
    CHECK(rmse == 1.0 && correlation == 1.0);
    exact[0] = 4.0;
    exact[2] = -2.0;
    OK(lsmi_agreement(estimate, exact, 3, &rmse, &correlation));
    CLOSE(rmse, sqrt((9.0 + 1.0 + 25.0) / 3.0), 1e-14);
    CLOSE(correlation, -1.0, 1e-14);
    exact[0] = exact[1] = exact[2] = 1.0;
    OK(lsmi_agreement(estimate, exact, 3, NULL, &correlation));
    CHECK(isnan(correlation));
    OK(lsmi_agreement(estimate, exact, 3, &rmse, NULL));
    CLOSE(rmse, sqrt(5.0 / 3.0), 1e-14);
    REFUSES_NULL(lsmi_agreement(NULL, exact, 3, &rmse, NULL), "estimate");
    REFUSES_NULL(lsmi_agreement(estimate, NULL, 3, &rmse, NULL), "exact");
    FAILS(lsmi_agreement(estimate, exact, 0, &rmse, NULL), LSMI_ERROR_EMPTY, "estimate: expected samples, got none");
    FAILS_LIKE(lsmi_agreement(estimate, exact, SIZE_MAX, &rmse, NULL), LSMI_ERROR_SHAPE, "estimate: ");
    FAILS_LIKE(lsmi_agreement(misaligned(estimate), exact, 2, &rmse, NULL), LSMI_ERROR_POINTER, "estimate: ");
    FAILS_LIKE(lsmi_agreement(estimate, exact, 3, misaligned(&rmse), NULL), LSMI_ERROR_POINTER, "rmse: ");
    FAILS_LIKE(lsmi_agreement(estimate, exact, 3, NULL, misaligned(&rmse)), LSMI_ERROR_POINTER, "correlation: ");
}

static void test_information_errors(void) {
    static float single[6];
    double points[6] = {0.5, 0.25, 0.75, 1.5, 0.25, -0.5};
    int64_t classes[] = {0, 1};
    LsmiMatrix good = matrix64(points, 2, 3, 3), bad = good, other = matrix32(single, 2, 3, 3);
    LsmiMatrix narrow = matrix64(points, 2, 2, 3), fewer = matrix64(points, 1, 3, 3);
    LsmiLatentState states[2];
    LsmiInformationBuffers out = GOT;
    out.samples = 2;
#define GAUSSIAN(m1, m2, n) lsmi_synthetic_gaussian_information(3, 0.5, 0.5, m1, m2, classes, n, &out)
    REFUSES_NULL(GAUSSIAN(NULL, &good, 2), "x1");
    REFUSES_NULL(GAUSSIAN(&good, NULL, 2), "x2");
    REFUSES_NULL(lsmi_synthetic_gaussian_information(3, 0.5, 0.5, &good, &good, NULL, 2, &out), "y");
    REFUSES_NULL(lsmi_synthetic_gaussian_information(3, 0.5, 0.5, &good, &good, classes, 2, NULL),
                 "LsmiInformationBuffers");
    FAILS(GAUSSIAN(&other, &good, 2), LSMI_ERROR_TYPE, "x1: expected f64 numbers, got f32");
    FAILS(GAUSSIAN(&narrow, &good, 2), LSMI_ERROR_SHAPE, "x1: expected 3 features, got 2");
    FAILS(GAUSSIAN(&good, &narrow, 2), LSMI_ERROR_SHAPE, "x2: expected 3 features, got 2");
    FAILS(GAUSSIAN(&good, &fewer, 2), LSMI_ERROR_SHAPE, "x2: expected 2 samples, got 1");
    FAILS(GAUSSIAN(&good, &good, 1), LSMI_ERROR_SHAPE, "y: expected 2 samples, got 1");
    bad.struct_size = 3;
    REFUSES_SIZE(GAUSSIAN(&bad, &good, 2), LsmiMatrix);
    bad = good;
    bad.samples = 0;
    FAILS_LIKE(GAUSSIAN(&bad, &good, 2), LSMI_ERROR_EMPTY, "x1: ");
    bad.samples = SIZE_MAX;
    FAILS_LIKE(GAUSSIAN(&good, &bad, 2), LSMI_ERROR_SHAPE, "x2: expected a size that can be addressed");
    out.samples = 3;
    FAILS(GAUSSIAN(&good, &good, 2), LSMI_ERROR_SHAPE, "out: expected 2 samples, got 3");
    out.samples = 2;
    out.h2 = NULL;
    REFUSES_NULL(GAUSSIAN(&good, &good, 2), "h2");
    out.struct_size = 0;
    REFUSES_SIZE(GAUSSIAN(&good, &good, 2), LsmiInformationBuffers);
    out = GOT;
    out.samples = 2;
    classes[1] = 3;
    FAILS(GAUSSIAN(&good, &good, 2), LSMI_ERROR_CLASS, "y: row 1, column 0: expected a class from 0 to 2, got 3");
    FAILS(lsmi_synthetic_mixture_information(1.0, 1.0, 1.0, 1.0, 2.0, &good, &good, classes, 2, &out),
          LSMI_ERROR_CLASS, "y: row 1, column 0: expected a class of positive probability, got 3");
    FAILS_LIKE(lsmi_synthetic_gaussian_information(1, 0.5, 0.5, &good, &good, classes, 2, &out), LSMI_ERROR_SETTING,
               "classes: ");
    FAILS_LIKE(lsmi_synthetic_xor_information(0, 2.0, 9, &good, &good, classes, 2, &out), LSMI_ERROR_SETTING,
               "dimension: ");
    FAILS_LIKE(lsmi_synthetic_xor_information(SIZE_MAX, 2.0, 9, &good, &good, classes, 2, &out), LSMI_ERROR_SETTING,
               "dimension: ");
    REFUSES_NULL(lsmi_synthetic_xor_information(3, 2.0, 9, NULL, &good, classes, 2, &out), "x1");
    FAILS_LIKE(lsmi_synthetic_mixture_information(1.0, -1.0, 1.0, 1.0, 2.0, &good, &good, classes, 2, &out),
               LSMI_ERROR_SETTING, "proportions: ");
    REFUSES_NULL(lsmi_synthetic_mixture_information(1.0, 1.0, 1.0, 1.0, 2.0, &good, NULL, classes, 2, &out), "x2");
    make_states(states);
    FAILS_LIKE(lsmi_synthetic_latent_information(states, 2, &good, &good, classes, 2, &out), LSMI_ERROR_SHAPE,
               "x1: expected 2 features, got 3");
    FAILS(lsmi_synthetic_latent_information(states, 0, &good, &good, classes, 2, &out), LSMI_ERROR_EMPTY,
          "states: expected samples, got none");
    REFUSES_NULL(lsmi_synthetic_latent_information(NULL, 2, &good, &good, classes, 2, &out), "states");
}

static void test_generator_errors(void) {
    static const double not_finite[] = {0.0, INFINITY};
    LsmiLatentState states[2];
    size_t cells = 7;
    int32_t kinds[N];
    LsmiDataset data = room(2, 1), three = room(3, 3);
    FAILS_LIKE(lsmi_synthetic_mixture(1.0, 1.0, 1.0, 1.0, 2.0, 9, &three, misaligned(kinds)), LSMI_ERROR_POINTER,
               "kinds: ");
    REFUSES_NULL(lsmi_synthetic_latent(NULL, 2, 9, &data, NULL), "states");
    make_states(states);
    REFUSES_NULL(lsmi_synthetic_latent(states, 2, 9, NULL, NULL), "LsmiDataset");
    FAILS_LIKE(lsmi_synthetic_latent(misaligned(states), 1, 9, &data, NULL), LSMI_ERROR_POINTER, "states: ");
    FAILS_LIKE(lsmi_synthetic_latent(states, SIZE_MAX / 8, 9, &data, NULL), LSMI_ERROR_SHAPE, "states: ");
    FAILS(lsmi_synthetic_latent(states, 0, 9, &data, NULL), LSMI_ERROR_EMPTY, "states: expected samples, got none");
    FAILS_LIKE(lsmi_synthetic_latent(states, 2, 9, &data, misaligned(&cells)), LSMI_ERROR_POINTER, "drawn: ");
    FAILS(lsmi_synthetic_latent(states, 2, 9, &three, NULL), LSMI_ERROR_SHAPE,
          "features1: expected 2 features, got 3");
#define BAD(member, value, status, text)                                                                     \
    do {                                                                                                     \
        make_states(states);                                                                                 \
        states[1].member = (value);                                                                          \
        FAILS_LIKE(lsmi_synthetic_latent(states, 2, 9, &data, NULL), status, text);                          \
    } while (0)
    BAD(struct_size, 1, LSMI_ERROR_STRUCT_SIZE, "LsmiLatentState: expected struct_size ");
    BAD(weight, -1.0, LSMI_ERROR_SETTING, "weight: ");
    BAD(weight, (double)NAN, LSMI_ERROR_SETTING, "weight: ");
    BAD(y, -1, LSMI_ERROR_SETTING, "y: ");
    BAD(features1, 1, LSMI_ERROR_SHAPE, "mean1: expected 2 features, got 1");
    BAD(features2, 0, LSMI_ERROR_SHAPE, "mean2: expected 1 features, got 0");
    BAD(features1, SIZE_MAX, LSMI_ERROR_SHAPE, "mean1: expected a size that can be addressed");
    BAD(mean1, NULL, LSMI_ERROR_POINTER, "mean1: expected a pointer, got NULL");
    BAD(mean2, NULL, LSMI_ERROR_POINTER, "mean2: expected a pointer, got NULL");
    BAD(mean1, not_finite, LSMI_ERROR_NOT_FINITE, "mean1: row 1, column 1: ");
    BAD(deviation1, 0.0, LSMI_ERROR_SETTING, "deviation1: ");
    BAD(deviation2, INFINITY, LSMI_ERROR_SETTING, "deviation2: ");

    REFUSES_NULL(lsmi_synthetic_circuit_support(NULL, &cells, NULL), "name");
    FAILS_LIKE(lsmi_synthetic_circuit_support("\xC0", &cells, NULL), LSMI_ERROR_TEXT, "name: expected UTF-8 text");
    FAILS(lsmi_synthetic_circuit_support("nand", &cells, NULL), LSMI_ERROR_SETTING,
          "circuit: expected one of xor, or, and, not_x2, copy, xor_not, got nand");
    CHECK(cells == 7);
    FAILS_LIKE(lsmi_synthetic_circuit_support("xor", misaligned(&cells), NULL), LSMI_ERROR_POINTER, "cells: ");
    data = room(1, 1);
    FAILS(lsmi_synthetic_circuit_support("xor", NULL, &data), LSMI_ERROR_SHAPE, "out: expected 4 samples, got 50");
    data.samples = 4;
    FAILS(lsmi_synthetic_circuit_support("xor", NULL, &data), LSMI_ERROR_SHAPE, "truth: expected 4 samples, got 50");
    data.struct_size = 0;
    REFUSES_SIZE(lsmi_synthetic_circuit_support("xor", NULL, &data), LsmiDataset);
}

void test_synthetic_truth(void) {
    test_information();
    test_latent();
    test_kinds();
    test_support();
    test_agreement();
    test_information_errors();
    test_generator_errors();
}
