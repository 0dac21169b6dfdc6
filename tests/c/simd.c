/* The instruction set that densities are evaluated by. */
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

void test_simd(void) {
    test_levels();
    test_f32();
    test_errors();
}
