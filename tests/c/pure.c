/* The pure functions: atoms, shift, mean, counting, log-sum-exp, information from log-probabilities. */
#include "check.h"

enum { N = 40 };

static void test_atoms(void) {
    double in[5][N], out[4][N];
    uint64_t state = 3;
    size_t i, j;
    LsmiInformationArrays information = {sizeof information, N, in[0], in[1], in[2], in[3], in[4]};
    LsmiAtomBuffers atoms = {sizeof atoms, N, out[0], out[1], out[2], out[3]};
    for (j = 0; j < 5; j++)
        for (i = 0; i < N; i++)
            in[j][i] = number(&state);
    OK(lsmi_atoms(&information, &atoms));
    for (i = 0; i < N; i++) {
        double i1 = in[0][i], i2 = in[1][i], i12 = in[2][i], h1 = in[3][i], h2 = in[4][i];
        CLOSE(out[0][i], fmin(h1, h2) - fmin(h1 - i1, h2 - i2), 1e-12);
        CLOSE(out[0][i] + out[1][i], i1, 1e-12);
        CLOSE(out[0][i] + out[2][i], i2, 1e-12);
        CLOSE(out[0][i] + out[1][i] + out[2][i] + out[3][i], i12, 1e-12);
        CLOSE(out[3][i] - out[0][i], i12 - i1 - i2, 1e-12);
    }
    information.samples = atoms.samples = 0;
    OK(lsmi_atoms(&information, &atoms));
    information.samples = atoms.samples = N;

    REFUSES_NULL(lsmi_atoms(NULL, &atoms), "LsmiInformationArrays");
    REFUSES_NULL(lsmi_atoms(&information, NULL), "LsmiAtomBuffers");
    atoms.samples = N - 1;
    FAILS(lsmi_atoms(&information, &atoms), LSMI_ERROR_SHAPE, "redundancy: expected 40 samples, got 39");
    atoms.samples = N;
#define WITHOUT(structure, member, field)                                                                    \
    do {                                                                                                     \
        double *kept = (double *)(structure).member;                                                         \
        (structure).member = NULL;                                                                           \
        REFUSES_NULL(lsmi_atoms(&information, &atoms), field);                                               \
        (structure).member = misaligned(kept);                                                               \
        FAILS_LIKE(lsmi_atoms(&information, &atoms), LSMI_ERROR_POINTER, field ": expected a pointer aligned"); \
        (structure).member = kept;                                                                           \
    } while (0)
    WITHOUT(information, i1, "i1");
    WITHOUT(information, i2, "i2");
    WITHOUT(information, i12, "i12");
    WITHOUT(information, h1, "h1");
    WITHOUT(information, h2, "h2");
    WITHOUT(atoms, redundancy, "redundancy");
    WITHOUT(atoms, unique1, "unique1");
    WITHOUT(atoms, unique2, "unique2");
    WITHOUT(atoms, synergy, "synergy");
    information.samples = SIZE_MAX / 4;
    FAILS(lsmi_atoms(&information, &atoms), LSMI_ERROR_SHAPE,
          "i1: expected a size that can be addressed, got 4611686018427387903 elements");
    information.samples = N;
    information.struct_size--;
    REFUSES_SIZE(lsmi_atoms(&information, &atoms), LsmiInformationArrays);
    information.struct_size++;
    atoms.struct_size = SIZE_MAX;
    REFUSES_SIZE(lsmi_atoms(&information, &atoms), LsmiAtomBuffers);
}

static void test_shift(void) {
    static const struct {
        LsmiAtoms means;
        double shift;
    } cases[] = {
        {{0.25, 0.5, 0.75, 1.0}, 0.0},
        {{0.25, 0.5, 0.75, -0.5}, 0.5},
        {{-0.125, 0.5, 0.75, 0.5}, 0.125},
        {{0.25, -0.375, 0.75, 0.5}, -0.375},
        {{-1.0, -2.0, 3.0, -4.0}, 4.0},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        double shift = 99.0;
        LsmiAtoms adjusted;
        OK(lsmi_shift(&cases[i].means, &shift, &adjusted));
        CHECK(shift == cases[i].shift);
        CHECK(adjusted.redundancy == cases[i].means.redundancy + shift);
        CHECK(adjusted.unique1 == cases[i].means.unique1 - shift);
        CHECK(adjusted.unique2 == cases[i].means.unique2 - shift);
        CHECK(adjusted.synergy == cases[i].means.synergy + shift);
        OK(lsmi_shift(&cases[i].means, NULL, &adjusted));
        OK(lsmi_shift(&cases[i].means, &shift, NULL));
        OK(lsmi_shift(&cases[i].means, NULL, NULL));
        REFUSES_NULL(lsmi_shift(NULL, &shift, &adjusted), "means");
        FAILS_LIKE(lsmi_shift(&cases[i].means, misaligned(&shift), NULL), LSMI_ERROR_POINTER, "shift: ");
        FAILS_LIKE(lsmi_shift(&cases[i].means, NULL, misaligned(&adjusted)), LSMI_ERROR_POINTER, "adjusted: ");
    }
}

static void test_mean(void) {
    double values[1000], mean;
    size_t i;
    for (i = 0; i < COUNT(values); i++)
        values[i] = (double)(i % 10) + 0.25;
    OK(lsmi_mean(values, COUNT(values), &mean));
    CHECK(mean == 4.75);
    OK(lsmi_mean(NULL, 0, &mean));
    CHECK(isnan(mean));
    REFUSES_NULL(lsmi_mean(NULL, 1, &mean), "values");
    REFUSES_NULL(lsmi_mean(values, 1, NULL), "mean");
    FAILS_LIKE(lsmi_mean(misaligned(values), 1, &mean), LSMI_ERROR_POINTER, "values: expected a pointer aligned");
    FAILS_LIKE(lsmi_mean(values, SIZE_MAX, &mean), LSMI_ERROR_SHAPE, "values: expected a size that can be addressed");
}

/* Counting the rows of a gate gives the gate's exact information. */
static void test_counting_circuits(void) {
    static const char *const names[] = {"xor", "or", "and", "not_x2", "copy", "xor_not"};
    enum { DRAWN = 256, ROWS = 16 };
    size_t c;
    for (c = 0; c < COUNT(names); c++) {
        double x1[2 * DRAWN], x2[2 * DRAWN], truth[5][DRAWN], counted[5][ROWS];
        int64_t y[DRAWN], key[DRAWN], k1[ROWS], k2[ROWS], ky[ROWS];
        size_t features = strcmp(names[c], "xor_not") == 0 ? 2 : 1, rows = 0, i, j, bytes, row_of[DRAWN];
        LsmiInformationBuffers exact = {sizeof exact, DRAWN, truth[0], truth[1], truth[2], truth[3], truth[4]};
        LsmiInformationBuffers got = {sizeof got, 0, counted[0], counted[1], counted[2], counted[3], counted[4]};
        LsmiDataset data = {sizeof data, DRAWN, features, features, x1, x2, y, &exact};
        void *workspace;
        OK(lsmi_synthetic_circuit(names[c], 5, &data));
        for (i = 0; i < DRAWN; i++) {
            int64_t a = 0, b = 0;
            for (j = 0; j < features; j++) {
                a = 2 * a + (int64_t)x1[i * features + j];
                b = 2 * b + (int64_t)x2[i * features + j];
            }
            key[i] = a * 100 + b * 10 + y[i];
            for (j = 0; j < rows && k1[j] * 100 + k2[j] * 10 + ky[j] != key[i]; j++) {
            }
            if (j == rows && rows < ROWS) {
                k1[rows] = a;
                k2[rows] = b;
                ky[rows++] = y[i];
            }
            row_of[i] = j;
        }
        CHECK(rows == (features == 2 ? 8u : strcmp(names[c], "copy") == 0 ? 2u : 4u));
        OK(lsmi_discrete_workspace(rows, &bytes));
        workspace = malloc(bytes);
        got.samples = rows;
        OK(lsmi_discrete(k1, k2, ky, NULL, rows, workspace, &got));
        for (i = 0; i < DRAWN; i++)
            for (j = 0; j < 5; j++)
                CLOSE(counted[j][row_of[i]], truth[j][i], 1e-12);
        free(workspace);
    }
}

static void test_discrete(void) {
    int64_t x1[] = {0, 0, 1, 1}, x2[] = {-5, 9, -5, 9}, y[] = {0, 1, 1, 0};
    double weights[] = {0.5, 0.5, 0.5, 0.5}, out[5][4];
    size_t bytes, i;
    void *workspace;
    LsmiInformationBuffers buffers = {sizeof buffers, 4, out[0], out[1], out[2], out[3], out[4]};
    OK(lsmi_discrete_workspace(4, &bytes));
    workspace = malloc(bytes + 1);
    OK(lsmi_discrete(x1, x2, y, weights, 4, workspace, &buffers));
    for (i = 0; i < 4; i++) {
        CLOSE(out[0][i], 0.0, 1e-12);
        CLOSE(out[1][i], 0.0, 1e-12);
        CLOSE(out[2][i], log(2.0), 1e-12);
        CLOSE(out[3][i], log(2.0), 1e-12);
        CLOSE(out[4][i], log(2.0), 1e-12);
    }
    REFUSES_NULL(lsmi_discrete(NULL, x2, y, weights, 4, workspace, &buffers), "x1");
    REFUSES_NULL(lsmi_discrete(x1, NULL, y, weights, 4, workspace, &buffers), "x2");
    REFUSES_NULL(lsmi_discrete(x1, x2, NULL, weights, 4, workspace, &buffers), "y");
    REFUSES_NULL(lsmi_discrete(x1, x2, y, weights, 4, NULL, &buffers), "workspace");
    REFUSES_NULL(lsmi_discrete(x1, x2, y, weights, 4, workspace, NULL), "LsmiInformationBuffers");
    FAILS_LIKE(lsmi_discrete(x1, x2, y, weights, 4, misaligned(workspace), &buffers), LSMI_ERROR_POINTER,
               "workspace: expected a pointer aligned");
    FAILS_LIKE(lsmi_discrete(misaligned(x1), x2, y, weights, 4, workspace, &buffers), LSMI_ERROR_POINTER, "x1: ");
    buffers.i12 = NULL;
    REFUSES_NULL(lsmi_discrete(x1, x2, y, weights, 4, workspace, &buffers), "i12");
    buffers.i12 = out[2];
    FAILS(lsmi_discrete(x1, x2, y, weights, 3, workspace, &buffers), LSMI_ERROR_SHAPE,
          "out: expected 3 samples, got 4");
    buffers.samples = 0;
    FAILS(lsmi_discrete(x1, x2, y, weights, 0, workspace, &buffers), LSMI_ERROR_EMPTY,
          "x1: expected samples, got none");
    /* The workspace cannot be addressed, though each array could. */
    buffers.samples = SIZE_MAX / 32;
    FAILS_LIKE(lsmi_discrete(x1, x2, y, NULL, SIZE_MAX / 32, workspace, &buffers), LSMI_ERROR_SHAPE,
               "expected a size that can be addressed");
    FAILS_LIKE(lsmi_discrete_workspace(SIZE_MAX / 32, &bytes), LSMI_ERROR_SHAPE,
               "samples: expected a size that can be addressed");
    REFUSES_NULL(lsmi_discrete_workspace(4, NULL), "bytes");
    buffers.samples = 4;
    weights[1] = -1.0;
    FAILS_LIKE(lsmi_discrete(x1, x2, y, weights, 4, workspace, &buffers), LSMI_ERROR_SETTING, "weights: ");
    weights[1] = (double)NAN;
    FAILS_LIKE(lsmi_discrete(x1, x2, y, weights, 4, workspace, &buffers), LSMI_ERROR_NOT_FINITE, "weights: ");
    buffers.struct_size++;
    REFUSES_SIZE(lsmi_discrete(x1, x2, y, NULL, 4, workspace, &buffers), LsmiInformationBuffers);
    free(workspace);
}

static void test_joint_categories(void) {
    static const int64_t first[] = {7, 7, -1, 7}, second[] = {0, 1, 5, 0};
    const int64_t *columns[] = {first, second};
    int64_t out[4];
    OK(lsmi_joint_categories(columns, 2, 4, out));
    CHECK(out[0] == 1 && out[1] == 2 && out[2] == 0 && out[3] == 1);
    OK(lsmi_joint_categories(columns, 1, 4, out));
    CHECK(out[0] == 1 && out[1] == 1 && out[2] == 0 && out[3] == 1);
    REFUSES_NULL(lsmi_joint_categories(NULL, 2, 4, out), "columns");
    REFUSES_NULL(lsmi_joint_categories(columns, 2, 4, NULL), "out");
    FAILS_LIKE(lsmi_joint_categories(columns, 2, 4, misaligned(out)), LSMI_ERROR_POINTER, "out: ");
    FAILS_LIKE(lsmi_joint_categories(misaligned(columns), 1, 4, out), LSMI_ERROR_POINTER, "columns: ");
    FAILS(lsmi_joint_categories(columns, 0, 4, out), LSMI_ERROR_EMPTY, "columns: expected features, got none");
    FAILS(lsmi_joint_categories(columns, 2, 0, out), LSMI_ERROR_EMPTY, "columns: expected samples, got none");
    FAILS_LIKE(lsmi_joint_categories(columns, SIZE_MAX, 4, out), LSMI_ERROR_SHAPE, "columns: ");
    FAILS_LIKE(lsmi_joint_categories(columns, 2, SIZE_MAX, out), LSMI_ERROR_SHAPE, "columns[0]: ");
    columns[1] = NULL;
    REFUSES_NULL(lsmi_joint_categories(columns, 2, 4, out), "columns[1]");
}

static void test_log_sum_exp(void) {
    /* Three rows of two, five apart; what lies between must not count. */
    double values[] = {0.5, -1.0, 700, 700, 700, -INFINITY, -INFINITY, 700, 700, 700, NAN, 0.0};
    float values32[] = {0.5f, -1.0f, 1.0f, 2.0f};
    double out[3];
    float out32[2];
    LsmiMatrix matrix = matrix64(values, 3, 2, 5), matrix_f32 = matrix32(values32, 2, 2, 2), bad;
    OK(lsmi_log_sum_exp(&matrix, out));
    CLOSE(out[0], log(exp(0.5) + exp(-1.0)), 1e-14);
    CHECK(isinf(out[1]) && out[1] < 0);
    CHECK(isnan(out[2]));
    OK(lsmi_log_sum_exp(&matrix_f32, out32));
    CLOSE(out32[1], log(exp(1.0) + exp(2.0)), 1e-6);

    REFUSES_NULL(lsmi_log_sum_exp(NULL, out), "values");
    REFUSES_NULL(lsmi_log_sum_exp(&matrix, NULL), "out");
    FAILS_LIKE(lsmi_log_sum_exp(&matrix, misaligned(out)), LSMI_ERROR_POINTER, "out: expected a pointer aligned");
    FAILS_LIKE(lsmi_log_sum_exp(misaligned(&matrix), out), LSMI_ERROR_POINTER, "LsmiMatrix: ");
#define BAD(member, value, status, text)                                                                     \
    do {                                                                                                     \
        bad = matrix;                                                                                        \
        bad.member = (value);                                                                                \
        FAILS_LIKE(lsmi_log_sum_exp(&bad, out), status, text);                                               \
    } while (0)
    BAD(struct_size, 8, LSMI_ERROR_STRUCT_SIZE, "LsmiMatrix: expected struct_size ");
    BAD(data, NULL, LSMI_ERROR_POINTER, "values: expected a pointer, got NULL");
    BAD(data, misaligned(values), LSMI_ERROR_POINTER, "values: expected a pointer aligned");
    BAD(samples, 0, LSMI_ERROR_EMPTY, "values: expected samples, got none");
    BAD(features, 0, LSMI_ERROR_EMPTY, "values: expected features, got none");
    BAD(stride, 1, LSMI_ERROR_SHAPE, "values: expected 2 elements of stride, got 1");
    BAD(samples, SIZE_MAX, LSMI_ERROR_SHAPE, "values: expected a size that can be addressed, got ");
    BAD(stride, SIZE_MAX / 2 + 1, LSMI_ERROR_SHAPE, "values: expected a size that can be addressed, got ");
    BAD(samples, SIZE_MAX / 40, LSMI_ERROR_SHAPE, "values: expected a size that can be addressed, got ");
    BAD(type_, 2, LSMI_ERROR_TYPE, "type: expected LSMI_F32 (0) or LSMI_F64 (1), got 2");
    BAD(type_, -1, LSMI_ERROR_TYPE, "type: expected LSMI_F32 (0) or LSMI_F64 (1), got -1");
}

static void test_information(void) {
    double rows[] = {-0.25, -1.5, -0.75, -0.625}, prior[] = {-1.0, -0.5}, out[2];
    float rows32[] = {-0.25f, -1.5f, -0.75f, -0.625f};
    int64_t y[] = {0, 1};
    LsmiMatrix matrix = matrix64(rows, 2, 2, 2), matrix_f32 = matrix32(rows32, 2, 2, 2);
    OK(lsmi_information_from_log_probabilities(&matrix, y, 2, NULL, out));
    CLOSE(out[0], log(2.0) - 0.25, 1e-14);
    CLOSE(out[1], log(2.0) - 0.625, 1e-14);
    OK(lsmi_information_from_log_probabilities(&matrix_f32, y, 2, prior, out));
    CHECK(out[0] == 0.75 && out[1] == -0.125);

    REFUSES_NULL(lsmi_information_from_log_probabilities(NULL, y, 2, NULL, out), "log_probabilities");
    REFUSES_NULL(lsmi_information_from_log_probabilities(&matrix, NULL, 2, NULL, out), "y");
    REFUSES_NULL(lsmi_information_from_log_probabilities(&matrix, y, 2, NULL, NULL), "out");
    FAILS_LIKE(lsmi_information_from_log_probabilities(&matrix, y, 2, misaligned(prior), out), LSMI_ERROR_POINTER,
               "log_prior: ");
    FAILS(lsmi_information_from_log_probabilities(&matrix, y, 1, NULL, out), LSMI_ERROR_SHAPE,
          "y: expected 2 samples, got 1");
    y[1] = 2;
    FAILS(lsmi_information_from_log_probabilities(&matrix, y, 2, NULL, out), LSMI_ERROR_CLASS,
          "y: row 1, column 0: expected a class number from 0 to 1, got 2");
    y[1] = 1;
    rows[3] = -INFINITY;
    FAILS(lsmi_information_from_log_probabilities(&matrix, y, 2, NULL, out), LSMI_ERROR_NOT_FINITE,
          "log_probabilities: row 1, column 1: expected a finite number, got -inf");
    double gaps[] = {-0.25, -1.5, 9.0, -0.75, -0.625};
    LsmiMatrix with_gaps = matrix64(gaps, 2, 2, 3);
    OK(lsmi_information_from_log_probabilities(&with_gaps, y, 2, prior, out));
    CHECK(out[0] == 0.75 && out[1] == -0.125);
    with_gaps.stride = 1;
    FAILS_LIKE(lsmi_information_from_log_probabilities(&with_gaps, y, 2, prior, out), LSMI_ERROR_SHAPE,
               "log_probabilities: ");
    matrix.type_ = 9;
    FAILS_LIKE(lsmi_information_from_log_probabilities(&matrix, y, 2, NULL, out), LSMI_ERROR_TYPE, "got 9");
    matrix.struct_size = 0;
    REFUSES_SIZE(lsmi_information_from_log_probabilities(&matrix, y, 2, NULL, out), LsmiMatrix);
    matrix = matrix64(rows, 0, 2, 2);
    FAILS_LIKE(lsmi_information_from_log_probabilities(&matrix, y, 0, NULL, out), LSMI_ERROR_EMPTY, "samples");
}

void test_pure(void) {
    test_atoms();
    test_shift();
    test_mean();
    test_counting_circuits();
    test_discrete();
    test_joint_categories();
    test_log_sum_exp();
    test_information();
}
