/* The instruction set that densities and networks are evaluated by, and rows are added up by. */
#include "check.h"

/* The names of lsmi_simd_levels, in order. */
static size_t level_names(char names[4][16]) {
    size_t count = 0;
    const char *at = lsmi_simd_levels();
    while (*at != '\0' && count < 4) {
        size_t length = strcspn(at, " ");
        CHECK(length > 0 && length < 16);
        memcpy(names[count], at, length);
        names[count++][length] = '\0';
        at += length + (at[length] == ' ');
    }
    return count;
}

static const char *level_of(const LsmiMarginal *density) {
    const char *level = NULL;
    OK(lsmi_marginal_level(density, &level));
    return level;
}

/* A fitted density of three features in that type. */
static LsmiMarginal *fitted(const LsmiMatrix *x) {
    LsmiMarginalOptions form = {
        sizeof form, 3, 0, 0, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiFitOptions fit = small_fit();
    LsmiMarginal *density = NULL;
    OK(lsmi_marginal_fit(x, NULL, &form, LSMI_START_SAMPLES, &fit, &density));
    return density;
}

static void test_levels(void) {
    static Data data;
    char names[4][16];
    double out[SAMPLES], other[SAMPLES];
    size_t count = level_names(names), i, l, length = 0, best = 9;
    LsmiMatrix x = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    LsmiMarginal *density, *copy;
    make_data(&data);
    CHECK(count >= 1 && strcmp(names[0], "portable") == 0);
    for (l = 0; l < count; l++)
        if (strcmp(names[l], lsmi_simd_level()) == 0)
            best = l;
    CHECK(best < count);
    density = fitted(&x);
    CHECK(strcmp(level_of(density), lsmi_simd_level()) == 0);
    OK(lsmi_marginal_log_density(density, &x, out));
    for (l = 0; l < count; l++) {
        OK(lsmi_marginal_with_level(density, names[l], &copy));
        CHECK(strcmp(level_of(copy), names[l]) == 0);
        OK(lsmi_marginal_log_density(copy, &x, other));
        for (i = 0; i < SAMPLES; i++)
            CLOSE(other[i], out[i], 1e-13);
        if (l == best)
            CHECK(memcmp(out, other, sizeof out) == 0);
        /* The course of the fit comes along. */
        OK(lsmi_marginal_history(copy, NULL, 0, &length, NULL, 0, NULL, NULL));
        CHECK(length == 5);
        OK(lsmi_marginal_free(copy));
    }
    /* The best that there is, in place of one that this processor may lack. */
    OK(lsmi_marginal_with_level(density, "avx512", &copy));
    CHECK(strcmp(level_of(copy), names[count - 1]) == 0);
    OK(lsmi_marginal_free(copy));
    CHECK(strcmp(level_of(density), lsmi_simd_level()) == 0);
    OK(lsmi_marginal_free(density));
}

static void test_f32(void) {
    static Data data;
    float out[SAMPLES], other[SAMPLES];
    size_t i;
    LsmiMatrix x = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
    LsmiMarginal *density, *copy = NULL;
    make_data(&data);
    density = fitted(&x);
    OK(lsmi_marginal_with_level(density, "portable", &copy));
    OK(lsmi_marginal_log_density(density, &x, out));
    OK(lsmi_marginal_log_density(copy, &x, other));
    for (i = 0; i < SAMPLES; i++)
        CLOSE((double)other[i], (double)out[i], 1e-5);
    OK(lsmi_marginal_free(copy));
    OK(lsmi_marginal_free(density));
}

static void test_errors(void) {
    static const char another[] = "LsmiMarginal: expected a handle of this kind, got another";
    const char *level = NULL;
    LsmiMarginal *density = small_density(), *out = (LsmiMarginal *)&level;
    LsmiNetwork *network = small_network();
    LsmiMarginal *other = (LsmiMarginal *)network;
    FAILS(lsmi_marginal_with_level(density, "sse9", &out), LSMI_ERROR_SETTING,
          "simd: expected portable, neon, avx2, avx512, got sse9");
    CHECK(out == NULL);
    FAILS_LIKE(lsmi_marginal_with_level(density, "", &out), LSMI_ERROR_SETTING, "simd: ");
    FAILS_LIKE(lsmi_marginal_with_level(density, "\xff", &out), LSMI_ERROR_TEXT, "level: expected UTF-8 text, got ");
    REFUSES_NULL(lsmi_marginal_with_level(density, NULL, &out), "level");
    REFUSES_NULL(lsmi_marginal_with_level(density, "portable", NULL), "out");
    FAILS(lsmi_marginal_with_level(other, "portable", &out), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_marginal_with_level(NULL, "portable", &out), "LsmiMarginal");
    REFUSES_NULL(lsmi_marginal_level(density, NULL), "level");
    FAILS_LIKE(lsmi_marginal_level(density, misaligned(&level)), LSMI_ERROR_POINTER, "level: ");
    FAILS(lsmi_marginal_level(other, &level), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_marginal_level(NULL, &level), "LsmiMarginal");
    CHECK(level == NULL && out == NULL);
    OK(lsmi_network_free(network));
    OK(lsmi_marginal_free(density));
}

static void test_networks(void) {
    static const char another[] = "LsmiNetwork: expected a handle of this kind, got another";
    static const double numbers[] = {0.5, -1.0, 0.25, 0.75, 1.5, -0.5, 0.125, 2.0};
    static const float numbers32[] = {0.5f, -1.0f, 0.25f, 0.75f};
    double out[8], other[8];
    float out32[4], other32[4];
    char names[4][16];
    const char *level = NULL;
    size_t count = level_names(names), l, i, length = 0;
    LsmiLayer layers[2] = {{sizeof(LsmiLayer), 2, numbers, numbers}, {sizeof(LsmiLayer), 2, numbers + 4, numbers}};
    LsmiLayer layer32 = {sizeof layer32, 2, numbers32, numbers32};
    LsmiMatrix x = matrix64(numbers, 4, 2, 2), x32 = matrix32(numbers32, 2, 2, 2);
    LsmiNetwork *network = NULL, *single = NULL, *copy = NULL;
    LsmiMarginal *density = small_density();
    LsmiNetwork *wrong = (LsmiNetwork *)density;
    OK(lsmi_network_new(LSMI_F64, 2, layers, 2, LSMI_ACTIVATION_TANH, &network));
    OK(lsmi_network_new(LSMI_F32, 2, &layer32, 1, LSMI_ACTIVATION_RELU, &single));
    OK(lsmi_network_level(network, &level));
    CHECK(strcmp(level, lsmi_simd_level()) == 0);
    OK(lsmi_network_log_probabilities(network, &x, out));
    OK(lsmi_network_log_probabilities(single, &x32, out32));
    for (l = 0; l < count; l++) {
        OK(lsmi_network_with_level(network, names[l], &copy));
        OK(lsmi_network_level(copy, &level));
        CHECK(strcmp(level, names[l]) == 0);
        OK(lsmi_network_log_probabilities(copy, &x, other));
        for (i = 0; i < 8; i++)
            CLOSE(other[i], out[i], 1e-13);
        if (strcmp(names[l], lsmi_simd_level()) == 0)
            CHECK(memcmp(out, other, sizeof out) == 0);
        OK(lsmi_network_history(copy, NULL, 0, &length, NULL, 0, NULL, NULL));
        CHECK(length == 0);
        OK(lsmi_network_free(copy));
        OK(lsmi_network_with_level(single, names[l], &copy));
        OK(lsmi_network_log_probabilities(copy, &x32, other32));
        for (i = 0; i < 4; i++)
            CLOSE((double)other32[i], (double)out32[i], 1e-5);
        OK(lsmi_network_free(copy));
    }
    copy = wrong;
    FAILS(lsmi_network_with_level(network, "sse9", &copy), LSMI_ERROR_SETTING,
          "simd: expected portable, neon, avx2, avx512, got sse9");
    CHECK(copy == NULL);
    FAILS_LIKE(lsmi_network_with_level(network, "\xff", &copy), LSMI_ERROR_TEXT, "level: expected UTF-8 text, got ");
    REFUSES_NULL(lsmi_network_with_level(network, NULL, &copy), "level");
    REFUSES_NULL(lsmi_network_with_level(network, "portable", NULL), "out");
    FAILS(lsmi_network_with_level(wrong, "portable", &copy), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_network_with_level(NULL, "portable", &copy), "LsmiNetwork");
    REFUSES_NULL(lsmi_network_level(network, NULL), "level");
    FAILS_LIKE(lsmi_network_level(network, misaligned(&level)), LSMI_ERROR_POINTER, "level: ");
    FAILS(lsmi_network_level(wrong, &level), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_network_level(NULL, &level), "LsmiNetwork");
    OK(lsmi_network_free(network));
    OK(lsmi_network_free(single));
    OK(lsmi_marginal_free(density));
}

/* Rows with gaps are added up one by one, rows without together: to the bit the same, whatever the width. */
static void test_rows(void) {
    enum { ROWS = 21, WIDEST = 70 };
    static double dense[ROWS * WIDEST], gaps[ROWS * (WIDEST + 3)];
    static float dense32[ROWS * WIDEST], gaps32[ROWS * (WIDEST + 3)];
    double together[ROWS], alone[ROWS];
    float together32[ROWS], alone32[ROWS];
    char names[4][16];
    size_t count = level_names(names), l, width, i, j;
    uint64_t state = 11;
    LsmiMatrix x;
    for (l = 0; l <= count; l++) {
        for (width = 1; width <= WIDEST; width++) {
            LsmiMatrix d = matrix64(dense, ROWS, width, width), g = matrix64(gaps, ROWS, width, width + 3);
            LsmiMatrix d32 = matrix32(dense32, ROWS, width, width), g32 = matrix32(gaps32, ROWS, width, width + 3);
            for (i = 0; i < ROWS; i++)
                for (j = 0; j < width; j++) {
                    dense[i * width + j] = gaps[i * (width + 3) + j] = number(&state);
                    dense32[i * width + j] = gaps32[i * (width + 3) + j] = (float)number(&state);
                }
            if (l == count) {
                OK(lsmi_log_sum_exp(&d, together));
                OK(lsmi_log_sum_exp(&g, alone));
                OK(lsmi_log_sum_exp(&d32, together32));
                OK(lsmi_log_sum_exp(&g32, alone32));
            } else {
                OK(lsmi_log_sum_exp_with_level(&d, names[l], together));
                OK(lsmi_log_sum_exp_with_level(&g, names[l], alone));
                OK(lsmi_log_sum_exp_with_level(&d32, names[l], together32));
                OK(lsmi_log_sum_exp_with_level(&g32, names[l], alone32));
            }
            CHECK(memcmp(together, alone, sizeof alone) == 0);
            CHECK(memcmp(together32, alone32, sizeof alone32) == 0);
        }
    }
    x = matrix64(dense, 2, 3, 3);
    OK(lsmi_log_sum_exp_with_level(&x, "portable", alone));
    CLOSE(alone[1], log(exp(dense[3]) + exp(dense[4]) + exp(dense[5])), 1e-14);
    FAILS(lsmi_log_sum_exp_with_level(&x, "sse9", alone), LSMI_ERROR_SETTING,
          "simd: expected portable, neon, avx2, avx512, got sse9");
    FAILS_LIKE(lsmi_log_sum_exp_with_level(&x, "\xff", alone), LSMI_ERROR_TEXT, "level: expected UTF-8 text, got ");
    REFUSES_NULL(lsmi_log_sum_exp_with_level(&x, NULL, alone), "level");
    REFUSES_NULL(lsmi_log_sum_exp_with_level(NULL, "portable", alone), "values");
    REFUSES_NULL(lsmi_log_sum_exp_with_level(&x, "portable", NULL), "out");
    FAILS_LIKE(lsmi_log_sum_exp_with_level(&x, "portable", misaligned(alone)), LSMI_ERROR_POINTER, "out: ");
    x.samples = 0;
    FAILS_LIKE(lsmi_log_sum_exp_with_level(&x, "portable", alone), LSMI_ERROR_EMPTY, "values: ");
    x.stride = 1;
    x.samples = 2;
    FAILS_LIKE(lsmi_log_sum_exp_with_level(&x, "portable", alone), LSMI_ERROR_SHAPE, "values: ");
    x.type_ = 9;
    FAILS_LIKE(lsmi_log_sum_exp_with_level(&x, "portable", alone), LSMI_ERROR_TYPE, "got 9");
    x.struct_size = 0;
    REFUSES_SIZE(lsmi_log_sum_exp_with_level(&x, "portable", alone), LsmiMatrix);
}

void test_simd(void) {
    test_levels();
    test_f32();
    test_networks();
    test_rows();
    test_errors();
}
