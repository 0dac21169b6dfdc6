/* Generators: their exact truth against its formula, and their errors. */
#include "check.h"

enum { N = 50 };

static double x1[N * 4], x2[N * 4], truth[5][N];
static int64_t y[N];
static const LsmiInformationBuffers EXACT = {
    sizeof EXACT, N, truth[0], truth[1], truth[2], truth[3], truth[4]};

static LsmiDataset room(size_t features1, size_t features2) {
    LsmiDataset data = {sizeof data, N, features1, features2, NULL, NULL, NULL, NULL};
    data.x1 = x1;
    data.x2 = x2;
    data.y = y;
    data.truth = &EXACT;
    return data;
}

/* h and i of the mixed Gaussian by their formulas. */
static void test_gaussian(void) {
    const double noise = 0.5, rho = 0.5, variance = 0.25;
    double first[N * 3];
    size_t i, c, j;
    LsmiDataset data = room(3, 3);
    OK(lsmi_synthetic_gaussian(3, rho, noise, 9, &data));
    for (i = 0; i < N; i++) {
        double p = 0.0, own1 = 0.0, all1 = 0.0, own12 = 0.0, all12 = 0.0;
        for (c = 0; c < 3; c++) {
            double square = 0.0, e1, e12;
            for (j = 0; j < 3; j++) {
                double difference = x1[3 * i + j] - (j == c ? 1.0 : 0.0);
                square += difference * difference;
            }
            p += exp(-square / (2.0 * variance)) / pow(2.0 * 3.14159265358979323846 * variance, 1.5) / 3.0;
            e1 = exp(x1[3 * i + c] / variance);
            e12 = exp((x1[3 * i + c] + x2[3 * i + c]) / (variance * (1.0 + rho)));
            all1 += e1;
            all12 += e12;
            if ((int64_t)c == y[i]) {
                own1 = e1;
                own12 = e12;
            }
        }
        CHECK(y[i] >= 0 && y[i] < 3);
        CLOSE(truth[0][i], log(3.0) + log(own1 / all1), 1e-11);
        CLOSE(truth[2][i], log(3.0) + log(own12 / all12), 1e-11);
        CLOSE(truth[3][i], -log(p), 1e-11);
    }
    /* One seed, one result; the truth may be left out. */
    memcpy(first, x1, sizeof first);
    data.truth = NULL;
    OK(lsmi_synthetic_gaussian(3, rho, noise, 9, &data));
    CHECK(memcmp(first, x1, sizeof first) == 0);
    OK(lsmi_synthetic_gaussian(3, rho, noise, 10, &data));
    CHECK(memcmp(first, x1, sizeof first) != 0);
}

static void test_names(void) {
    const char *name, *names = lsmi_synthetic_circuit_names();
    char word[16];
    size_t count = 0;
    CHECK(strcmp(names, "xor or and not_x2 copy xor_not") == 0);
    for (name = names; *name != '\0'; count++) {
        size_t length = strcspn(name, " ");
        LsmiDataset data;
        memcpy(word, name, length);
        word[length] = '\0';
        data = strcmp(word, "xor_not") == 0 ? room(2, 2) : room(1, 1);
        OK(lsmi_synthetic_circuit(word, 3, &data));
        name += length + (name[length] == ' ');
    }
    CHECK(count == 6);
}

static void test_others(void) {
    size_t i;
    LsmiDataset data = room(4, 4);
    OK(lsmi_synthetic_xor(4, 8.0, 9, &data));
    for (i = 0; i < N; i++) {
        /* Neither modality tells anything alone; both together tell the class. */
        CLOSE(truth[0][i], 0.0, 1e-12);
        CLOSE(truth[1][i], 0.0, 1e-12);
        CLOSE(truth[2][i], log(2.0), 1e-3);
        CHECK(y[i] == 0 || y[i] == 1);
    }
    data = room(3, 3);
    OK(lsmi_synthetic_mixture(1.0, 0.0, 0.0, 0.0, 8.0, 9, &data, NULL));
    for (i = 0; i < N; i++)
        CHECK(truth[0][i] > 0.5 && truth[1][i] > 0.5);
    OK(lsmi_synthetic_mixture(0.0, 1.0, 0.0, 0.0, 8.0, 9, &data, NULL));
    for (i = 0; i < N; i++)
        CHECK(truth[0][i] > 0.5 && fabs(truth[1][i]) < 0.1);
    OK(lsmi_synthetic_mixture(0.25, 0.25, 0.25, 0.25, 3.0, 9, &data, NULL));
}

static void test_errors(void) {
    LsmiDataset good = room(3, 3), bad;
    LsmiInformationBuffers other = EXACT;
#define GAUSSIAN(data) lsmi_synthetic_gaussian(3, 0.5, 0.5, 9, data)
    REFUSES_NULL(lsmi_synthetic_gaussian(3, 0.5, 0.5, 9, NULL), "LsmiDataset");
    REFUSES_NULL(lsmi_synthetic_xor(3, 2.0, 9, NULL), "LsmiDataset");
    REFUSES_NULL(lsmi_synthetic_circuit("xor", 9, NULL), "LsmiDataset");
    REFUSES_NULL(lsmi_synthetic_mixture(1.0, 1.0, 1.0, 1.0, 2.0, 9, NULL, NULL), "LsmiDataset");
    REFUSES_NULL(lsmi_synthetic_circuit(NULL, 9, &good), "name");
    FAILS_LIKE(lsmi_synthetic_circuit("\xC0", 9, &good), LSMI_ERROR_TEXT, "name: expected UTF-8 text, got ");
    FAILS(lsmi_synthetic_circuit("nand", 9, &good), LSMI_ERROR_SETTING,
          "circuit: expected one of xor, or, and, not_x2, copy, xor_not, got nand");
    FAILS(lsmi_synthetic_circuit("xor", 9, &good), LSMI_ERROR_SHAPE, "features1: expected 1 features, got 3");
    FAILS_LIKE(lsmi_synthetic_gaussian(1, 0.5, 0.5, 9, &good), LSMI_ERROR_SETTING, "classes: ");
    FAILS_LIKE(lsmi_synthetic_gaussian(SIZE_MAX, 0.5, 0.5, 9, &good), LSMI_ERROR_SETTING, "");
    FAILS_LIKE(lsmi_synthetic_gaussian(3, 1.5, 0.5, 9, &good), LSMI_ERROR_SETTING, "rho: ");
    FAILS_LIKE(lsmi_synthetic_gaussian(3, 0.5, 0.0, 9, &good), LSMI_ERROR_SETTING, "noise: ");
    FAILS_LIKE(lsmi_synthetic_gaussian(3, (double)NAN, 0.5, 9, &good), LSMI_ERROR_SETTING, "rho: ");
    FAILS_LIKE(lsmi_synthetic_xor(0, 2.0, 9, &good), LSMI_ERROR_SETTING, "dimension: ");
    FAILS_LIKE(lsmi_synthetic_xor(SIZE_MAX, 2.0, 9, &good), LSMI_ERROR_SETTING, "");
    FAILS_LIKE(lsmi_synthetic_xor(3, INFINITY, 9, &good), LSMI_ERROR_SETTING, "amplitude: ");
    FAILS_LIKE(lsmi_synthetic_mixture(0.0, 0.0, 0.0, 0.0, 2.0, 9, &good, NULL), LSMI_ERROR_SETTING, "proportions: ");
    FAILS_LIKE(lsmi_synthetic_mixture(1.0, -1.0, 0.0, 0.0, 2.0, 9, &good, NULL), LSMI_ERROR_SETTING, "proportions: ");
    FAILS_LIKE(lsmi_synthetic_mixture(1.0, 1.0, 0.0, 0.0, (double)NAN, 9, &good, NULL), LSMI_ERROR_SETTING,
               "amplitude: ");
#define BAD(member, value, status, text)                                                                     \
    do {                                                                                                     \
        bad = good;                                                                                          \
        bad.member = (value);                                                                                \
        FAILS_LIKE(GAUSSIAN(&bad), status, text);                                                            \
    } while (0)
    BAD(struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiDataset: expected struct_size ");
    BAD(samples, 0, LSMI_ERROR_SETTING, "samples: ");
    BAD(samples, SIZE_MAX, LSMI_ERROR_SETTING, "samples: ");
    BAD(samples, SIZE_MAX / 8, LSMI_ERROR_SETTING, "samples: ");
    BAD(features1, 2, LSMI_ERROR_SHAPE, "features1: expected 3 features, got 2");
    BAD(features2, 4, LSMI_ERROR_SHAPE, "features2: expected 3 features, got 4");
    BAD(x1, NULL, LSMI_ERROR_POINTER, "x1: expected a pointer, got NULL");
    BAD(x2, NULL, LSMI_ERROR_POINTER, "x2: expected a pointer, got NULL");
    BAD(y, NULL, LSMI_ERROR_POINTER, "y: expected a pointer, got NULL");
    BAD(x1, misaligned(x1), LSMI_ERROR_POINTER, "x1: expected a pointer aligned");
    other.h2 = NULL;
    BAD(truth, &other, LSMI_ERROR_POINTER, "h2: expected a pointer, got NULL");
    other.h2 = truth[4];
    other.samples--;
    BAD(truth, &other, LSMI_ERROR_SHAPE, "truth: expected 50 samples, got 49");
    other.struct_size = 0;
    BAD(truth, &other, LSMI_ERROR_STRUCT_SIZE, "LsmiInformationBuffers: expected struct_size ");
}

void test_synthetic(void) {
    test_gaussian();
    test_names();
    test_others();
    test_errors();
}
