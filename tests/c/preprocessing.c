/* What a model makes of features before its parts see them. */
#include "check.h"

static Data data;
/* x1 between two constant columns. */
static double wide[SAMPLES * 4];
static float wide_f32[SAMPLES * 4];

static void make_wide(void) {
    size_t i;
    make_data(&data);
    for (i = 0; i < SAMPLES; i++) {
        wide[4 * i] = 4.0;
        wide[4 * i + 1] = data.x1[2 * i];
        wide[4 * i + 2] = -1.0;
        wide[4 * i + 3] = 100.0 * data.x1[2 * i + 1];
    }
    for (i = 0; i < COUNT(wide); i++)
        wide_f32[i] = (float)wide[i];
}

static LsmiMatrix wide_x1(int32_t type) {
    return type == LSMI_F32 ? matrix32(wide_f32, SAMPLES, 4, 4) : matrix64(wide, SAMPLES, 4, 4);
}

static LsmiMatrix plain_x2(int32_t type) {
    return type == LSMI_F32 ? matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2)
                            : matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
}

static LsmiModel *wide_model(int32_t type, int32_t standardize) {
    LsmiConfig config = small_config();
    LsmiModel *model = NULL;
    LsmiMatrix x1 = wide_x1(type), x2 = plain_x2(type);
    config.standardize = standardize;
    config.entropy_units = LSMI_UNITS_INPUT;
    config.clip = 1.5;
    OK(lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &model));
    return model;
}

/* z by its formula, and the surprisals of the scores by the density of z. */
static void test_standardized(int32_t type) {
    double means[2], scales[2], offsets[2], h1[SAMPLES], z[SAMPLES * 2], z2[SAMPLES * FEATURES2];
    float z_f32[SAMPLES * 2], log_p_f32[SAMPLES];
    double log_p[SAMPLES];
    size_t columns[2], i, limited = 0;
    int single = type == LSMI_F32;
    LsmiModel *model = wide_model(type, 1);
    LsmiMarginal *density = NULL;
    LsmiPreprocessing of = {sizeof of, 0, 0, 0.0, 0};
    LsmiMatrix x1 = wide_x1(type), x2 = plain_x2(type), rows = matrix64(z, SAMPLES, 2, 2);
    LsmiScores scores = {sizeof scores, SAMPLES, NULL, NULL, NULL, h1, NULL, NULL, NULL, NULL, NULL};
    if (single)
        rows = matrix32(z_f32, SAMPLES, 2, 2);

    OK(lsmi_model_preprocessing(model, 1, &of, NULL, NULL, NULL));
    CHECK(of.struct_size == sizeof of && of.features == 4 && of.kept == 2 && of.clip == 1.5 && of.standardized == 1);
    OK(lsmi_model_preprocessing(model, 1, NULL, columns, means, scales));
    CHECK(columns[0] == 1 && columns[1] == 3);
    CHECK(scales[0] > 0.5 && scales[0] < 2.0 && scales[1] > 50.0 && scales[1] < 200.0);
    OK(lsmi_model_entropy_offsets(model, &offsets[0], &offsets[1]));
    CLOSE(offsets[0], log(scales[0]) + log(scales[1]), 1e-14);

    OK(lsmi_model_preprocess(model, 1, &x1, single ? (void *)z_f32 : (void *)z));
    for (i = 0; i < SAMPLES * 2; i++) {
        size_t from = 4 * (i / 2) + columns[i % 2];
        double x = single ? (double)wide_f32[from] : wide[from];
        double want = fmax(-1.5, fmin(1.5, (x - means[i % 2]) / scales[i % 2]));
        if (single)
            CHECK(z_f32[i] == (float)want);
        else
            CHECK(z[i] == want);
        limited += fabs(want) == 1.5;
    }
    CHECK(limited > 0 && limited < SAMPLES);

    OK(lsmi_model_score(model, &x1, &x2, data.y, SAMPLES, LSMI_SHIFT_NONE, &scores, NULL));
    OK(lsmi_model_density(model, LSMI_COMPONENT_DENSITY1, &density));
    OK(lsmi_marginal_log_density(density, &rows, single ? (void *)log_p_f32 : (void *)log_p));
    for (i = 0; i < SAMPLES; i++)
        CHECK(h1[i] == offsets[0] - (single ? (double)log_p_f32[i] : log_p[i]));
    OK(lsmi_marginal_free(density));

    /* The other modality keeps all; not everything need be asked for. */
    OK(lsmi_model_preprocessing(model, 2, &of, NULL, NULL, NULL));
    CHECK(of.features == FEATURES2 && of.kept == FEATURES2);
    OK(lsmi_model_preprocess(model, 2, &x2, z2));
    OK(lsmi_model_preprocessing(model, 2, NULL, NULL, NULL, NULL));
    OK(lsmi_model_entropy_offsets(model, NULL, NULL));
    OK(lsmi_model_entropy_offsets(model, NULL, &offsets[0]));
    CHECK(offsets[0] == offsets[1]);
    OK(lsmi_model_free(model));
}

static void test_raw(void) {
    double means[4] = {7.0, 7.0, 7.0, 7.0}, scales[4] = {7.0, 7.0, 7.0, 7.0}, offsets[2] = {7.0, 7.0};
    static double z[SAMPLES * 4];
    size_t columns[4], i;
    LsmiModel *model = wide_model(LSMI_F64, 0);
    LsmiPreprocessing of = {sizeof of, 0, 0, 0.0, 9};
    LsmiMatrix x1 = wide_x1(LSMI_F64);
    OK(lsmi_model_preprocessing(model, 1, &of, columns, means, scales));
    CHECK(of.features == 4 && of.kept == 4 && isinf(of.clip) && of.clip > 0.0 && of.standardized == 0);
    for (i = 0; i < 4; i++)
        CHECK(columns[i] == i && means[i] == 7.0 && scales[i] == 7.0);
    OK(lsmi_model_preprocess(model, 1, &x1, z));
    CHECK(memcmp(z, wide, sizeof wide) == 0);
    OK(lsmi_model_entropy_offsets(model, &offsets[0], &offsets[1]));
    CHECK(offsets[0] == 0.0 && offsets[1] == 0.0);
    OK(lsmi_model_free(model));
}

/* NaN stays NaN, and what lies between samples does not count. */
static void test_nan_and_stride(void) {
    double x[] = {0.0, 1.0, 0.0, 50.0, 9.0, 0.0, (double)NAN, 0.0, INFINITY}, z[4];
    LsmiModel *model = wide_model(LSMI_F64, 1);
    LsmiMatrix matrix = matrix64(x, 2, 4, 5);
    OK(lsmi_model_preprocess(model, 1, &matrix, z));
    CHECK(fabs(z[0]) <= 1.5 && fabs(z[1]) <= 1.5 && isnan(z[2]) && z[3] == 1.5);
    OK(lsmi_model_free(model));
}

static void test_errors(void) {
    static const char another[] = "LsmiModel: expected a handle of this kind, got another";
    double z[SAMPLES * 2], numbers[2];
    size_t columns[2];
    char text[128];
    LsmiModel *model = wide_model(LSMI_F64, 1);
    LsmiMarginal *density = small_density();
    LsmiModel *other = (LsmiModel *)density, *nothing = NULL;
    LsmiPreprocessing of = {sizeof of, 0, 0, 0.0, 0};
    LsmiMatrix x1 = wide_x1(LSMI_F64), x2 = plain_x2(LSMI_F64), single = wide_x1(LSMI_F32), bad = x1;
    z[0] = 123.0;
#define MODALITY(call, got) FAILS(call, LSMI_ERROR_SETTING, "modality: expected 1 or 2, got " got)
    MODALITY(lsmi_model_preprocessing(model, 0, &of, NULL, NULL, NULL), "0");
    MODALITY(lsmi_model_preprocessing(model, 3, &of, NULL, NULL, NULL), "3");
    MODALITY(lsmi_model_preprocess(model, 0, &x1, z), "0");
    MODALITY(lsmi_model_preprocess(model, -1, &x1, z), "-1");
    OK(lsmi_model_error_message(model, text, sizeof text, NULL));
    CHECK(strcmp(text, "modality: expected 1 or 2, got -1") == 0);

    of.struct_size--;
    REFUSES_SIZE(lsmi_model_preprocessing(model, 1, &of, NULL, NULL, NULL), LsmiPreprocessing);
    FAILS_LIKE(lsmi_model_preprocessing(model, 1, misaligned(&of), NULL, NULL, NULL), LSMI_ERROR_POINTER,
               "LsmiPreprocessing: ");
    FAILS_LIKE(lsmi_model_preprocessing(model, 1, NULL, misaligned(columns), NULL, NULL), LSMI_ERROR_POINTER,
               "columns: ");
    FAILS_LIKE(lsmi_model_preprocessing(model, 1, NULL, NULL, misaligned(numbers), NULL), LSMI_ERROR_POINTER,
               "means: ");
    FAILS_LIKE(lsmi_model_preprocessing(model, 1, NULL, NULL, NULL, misaligned(numbers)), LSMI_ERROR_POINTER,
               "scales: ");
    FAILS(lsmi_model_preprocessing(other, 1, &of, NULL, NULL, NULL), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_model_preprocessing(nothing, 1, &of, NULL, NULL, NULL), "LsmiModel");

    REFUSES_NULL(lsmi_model_preprocess(model, 1, NULL, z), "x1");
    REFUSES_NULL(lsmi_model_preprocess(model, 2, NULL, z), "x2");
    REFUSES_NULL(lsmi_model_preprocess(model, 1, &x1, NULL), "out");
    FAILS_LIKE(lsmi_model_preprocess(model, 1, &x1, misaligned(z)), LSMI_ERROR_POINTER, "out: ");
    FAILS(lsmi_model_preprocess(model, 1, &single, z), LSMI_ERROR_TYPE, "x1: expected f64 numbers, got f32");
    FAILS(lsmi_model_preprocess(model, 1, &x2, z), LSMI_ERROR_SHAPE, "x1: expected 4 features, got 3");
    FAILS(lsmi_model_preprocess(model, 2, &x1, z), LSMI_ERROR_SHAPE, "x2: expected 3 features, got 4");
    bad.stride = 3;
    FAILS(lsmi_model_preprocess(model, 1, &bad, z), LSMI_ERROR_SHAPE, "x1: expected 4 elements of stride, got 3");
    bad.samples = 0;
    FAILS(lsmi_model_preprocess(model, 1, &bad, z), LSMI_ERROR_EMPTY, "x1: expected samples, got none");
    bad.samples = SIZE_MAX;
    FAILS_LIKE(lsmi_model_preprocess(model, 1, &bad, z), LSMI_ERROR_SHAPE, "addressed");
    bad.type_ = 2;
    FAILS_LIKE(lsmi_model_preprocess(model, 1, &bad, z), LSMI_ERROR_TYPE, "got 2");
    bad.struct_size = 0;
    REFUSES_SIZE(lsmi_model_preprocess(model, 1, &bad, z), LsmiMatrix);
    FAILS(lsmi_model_preprocess(other, 1, &x1, z), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_model_preprocess(nothing, 1, &x1, z), "LsmiModel");
    CHECK(z[0] == 123.0);

    FAILS_LIKE(lsmi_model_entropy_offsets(model, misaligned(numbers), NULL), LSMI_ERROR_POINTER, "offset1: ");
    FAILS_LIKE(lsmi_model_entropy_offsets(model, NULL, misaligned(numbers)), LSMI_ERROR_POINTER, "offset2: ");
    FAILS(lsmi_model_entropy_offsets(other, numbers, numbers), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_model_entropy_offsets(nothing, numbers, numbers), "LsmiModel");
    OK(lsmi_marginal_free(density));
    OK(lsmi_model_free(model));
}

void test_preprocessing(void) {
    make_wide();
    test_standardized(LSMI_F32);
    test_standardized(LSMI_F64);
    test_raw();
    test_nan_and_stride();
    test_errors();
}
