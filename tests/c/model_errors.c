/* Everything that fitting, scoring and asking a model can be refused for. */
#include "check.h"

static Data data;

static void test_fit(void) {
    double x1[12], x2[12];
    float single[12] = {0};
    int64_t y[] = {0, 1, 0, 1, 0, 1};
    uint64_t state = 2;
    size_t i;
    LsmiConfig good = small_config(), config = good;
    LsmiMatrix m1 = matrix64(x1, 6, 2, 2), m2 = matrix64(x2, 6, 2, 2), m32 = matrix32(single, 6, 2, 2), bad;
    LsmiModel *out = (LsmiModel *)&bad;
    for (i = 0; i < 12; i++) {
        x1[i] = number(&state);
        x2[i] = number(&state);
    }
#define FIT(a, b, y, count, config) lsmi_fit(a, b, y, count, config, NULL, NULL, &out)
    REFUSES_NULL(FIT(NULL, &m2, y, 6, &config), "x1");
    CHECK(out == NULL);
    REFUSES_NULL(FIT(&m1, NULL, y, 6, &config), "x2");
    REFUSES_NULL(FIT(&m1, &m2, NULL, 6, &config), "y");
    REFUSES_NULL(lsmi_fit(&m1, &m2, y, 6, &config, NULL, NULL, NULL), "out");
    FAILS_LIKE(FIT(&m1, &m2, misaligned(y), 6, &config), LSMI_ERROR_POINTER, "y: ");
    FAILS_LIKE(FIT(&m1, &m2, y, 6, misaligned(&config)), LSMI_ERROR_POINTER, "LsmiConfig: ");
    FAILS_LIKE(FIT(&m1, &m2, y, SIZE_MAX, &config), LSMI_ERROR_SHAPE, "y: expected a size that can be addressed");
    FAILS(FIT(&m1, &m32, y, 6, &config), LSMI_ERROR_TYPE, "x2: expected f64 numbers, as in x1, got f32");
    FAILS(FIT(&m1, &m2, y, 5, &config), LSMI_ERROR_SHAPE, "y: expected 6 samples, got 5");
    bad = m2;
    bad.samples = 5;
    FAILS(FIT(&m1, &bad, y, 6, &config), LSMI_ERROR_SHAPE, "x2: expected 6 samples, got 5");
    bad.samples = 0;
    FAILS(FIT(&bad, &m2, y, 6, &config), LSMI_ERROR_EMPTY, "x1: expected samples, got none");
    bad = m1;
    bad.features = 0;
    FAILS(FIT(&m1, &bad, y, 6, &config), LSMI_ERROR_EMPTY, "x2: expected features, got none");
    bad = m1;
    bad.stride = 1;
    FAILS(FIT(&bad, &m2, y, 6, &config), LSMI_ERROR_SHAPE, "x1: expected 2 elements of stride, got 1");
    bad.stride = SIZE_MAX / 4;
    FAILS_LIKE(FIT(&bad, &m2, y, 6, &config), LSMI_ERROR_SHAPE, "x1: expected a size that can be addressed");
    bad = m1;
    bad.type_ = 77;
    FAILS(FIT(&m1, &bad, y, 6, &config), LSMI_ERROR_TYPE, "type: expected LSMI_F32 (0) or LSMI_F64 (1), got 77");
    bad.struct_size--;
    REFUSES_SIZE(FIT(&m1, &bad, y, 6, &config), LsmiMatrix);
    config.struct_size = 0;
    REFUSES_SIZE(FIT(&m1, &m2, y, 6, &config), LsmiConfig);
    config = good;
    config.modes = 0;
    FAILS(FIT(&m1, &m2, y, 6, &config), LSMI_ERROR_SETTING,
          "modes: expected a whole number from 1 to 65536, got 0");
    config = good;
    config.classes = 7;
    FAILS(FIT(&m1, &m2, y, 6, &config), LSMI_ERROR_TOO_FEW_SAMPLES,
          "y: expected at least 7 samples, one per class, got 6");
    config.classes = 2;
    y[3] = 2;
    FAILS(FIT(&m1, &m2, y, 6, &config), LSMI_ERROR_CLASS,
          "y: row 3, column 0: expected a class number from 0 to 1, got 2");
    y[3] = -1;
    FAILS_LIKE(FIT(&m1, &m2, y, 6, &good), LSMI_ERROR_CLASS, "y: row 3, column 0: expected a class number from 0 to ");
    y[3] = INT64_MAX;
    FAILS_LIKE(FIT(&m1, &m2, y, 6, &good), LSMI_ERROR_CLASS, "got 9223372036854775807");
    for (i = 0; i < 6; i++)
        y[i] = 1;
    FAILS(FIT(&m1, &m2, y, 6, &good), LSMI_ERROR_ONE_CLASS, "y: expected at least two classes, got only class 1");
    y[0] = 0;
    x2[5] = INFINITY;
    FAILS(FIT(&m1, &m2, y, 6, &good), LSMI_ERROR_NOT_FINITE,
          "x2: row 2, column 1: expected a finite number, got inf");
    x1[7] = (double)NAN;
    FAILS(FIT(&m1, &m2, y, 6, &good), LSMI_ERROR_NOT_FINITE,
          "x1: row 3, column 1: expected a finite number, got NaN");
    x1[7] = 0.5;
    x2[5] = 0.25;
    x1[0] = 1e300;
    config = good;
    config.standardize = 0;
    FAILS_LIKE(FIT(&m1, &m2, y, 6, &config), LSMI_ERROR_DIVERGED, "expected a finite loss, got ");
    CHECK(out == NULL);
}

static void test_score(const LsmiModel *model) {
    double x1[SAMPLES * FEATURES1] = {0}, x2[SAMPLES * FEATURES2] = {0}, i1[SAMPLES];
    int64_t y[SAMPLES];
    LsmiMatrix m1 = matrix64(x1, SAMPLES, FEATURES1, FEATURES1), m2 = matrix64(x2, SAMPLES, FEATURES2, FEATURES2);
    LsmiMatrix m32 = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1), bad;
    LsmiScores scores = {sizeof scores, SAMPLES, i1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    LsmiSummary summary;
    char text[256];
    memcpy(x1, data.x1, sizeof x1);
    memcpy(x2, data.x2, sizeof x2);
    memcpy(y, data.y, sizeof y);
    memset(&summary, 0, sizeof summary);
    summary.struct_size = sizeof summary;
    i1[0] = 123.0;
#define SCORE(a, b, y, count) lsmi_model_score(model, a, b, y, count, LSMI_SHIFT_OF_MODEL, &scores, &summary)
    REFUSES_NULL(SCORE(NULL, &m2, y, SAMPLES), "x1");
    REFUSES_NULL(SCORE(&m1, NULL, y, SAMPLES), "x2");
    REFUSES_NULL(SCORE(&m1, &m2, NULL, SAMPLES), "y");
    FAILS(lsmi_model_score(model, &m1, &m2, y, SAMPLES, 3, &scores, &summary), LSMI_ERROR_SETTING,
          "shift_rule: expected a code from 0 to 2, got 3");
    OK(lsmi_model_error_message(model, text, sizeof text, NULL));
    CHECK(strcmp(text, "shift_rule: expected a code from 0 to 2, got 3") == 0);
    FAILS(SCORE(&m32, &m2, y, SAMPLES), LSMI_ERROR_TYPE, "x1: expected f64 numbers, got f32");
    FAILS(SCORE(&m1, &m32, y, SAMPLES), LSMI_ERROR_TYPE, "x2: expected f64 numbers, got f32");
    FAILS(SCORE(&m1, &m2, y, 5), LSMI_ERROR_SHAPE, "y: expected 48 samples, got 5");
    FAILS_LIKE(SCORE(&m1, &m2, y, SIZE_MAX / 2), LSMI_ERROR_SHAPE, "y: expected a size that can be addressed");
    bad = m2;
    bad.samples = 47;
    FAILS(SCORE(&m1, &bad, y, SAMPLES), LSMI_ERROR_SHAPE, "x2: expected 48 samples, got 47");
    bad = m1;
    bad.features = 1;
    FAILS(SCORE(&bad, &m2, y, SAMPLES), LSMI_ERROR_SHAPE, "x1: expected 2 features, got 1");
    /* More scores than could be addressed: refused before there is room for them. */
    bad = m2;
    bad.samples = SIZE_MAX / 64;
    FAILS_LIKE(SCORE(&m1, &bad, y, SAMPLES), LSMI_ERROR_SHAPE, "x2: expected 48 samples");
    bad = m1;
    bad.samples = SIZE_MAX / 64;
    FAILS_LIKE(SCORE(&bad, &m2, y, SAMPLES), LSMI_ERROR_SHAPE, "x2: expected ");
    bad = m1;
    bad.samples = 0;
    FAILS(SCORE(&bad, &m2, y, SAMPLES), LSMI_ERROR_EMPTY, "x1: expected samples, got none");
    bad.struct_size = 1;
    REFUSES_SIZE(SCORE(&bad, &m2, y, SAMPLES), LsmiMatrix);
    x1[5] = (double)NAN;
    FAILS(SCORE(&m1, &m2, y, SAMPLES), LSMI_ERROR_NOT_FINITE,
          "x1: row 2, column 1: expected a finite number, got NaN");
    x1[5] = 0.0;
    x2[9] = -INFINITY;
    FAILS(SCORE(&m1, &m2, y, SAMPLES), LSMI_ERROR_NOT_FINITE,
          "x2: row 3, column 0: expected a finite number, got -inf");
    x2[9] = 0.0;
    y[4] = 2;
    FAILS(SCORE(&m1, &m2, y, SAMPLES), LSMI_ERROR_CLASS,
          "y: row 4, column 0: expected a class number from 0 to 1, got 2");
    y[4] = 0;
    scores.samples = 47;
    FAILS(SCORE(&m1, &m2, y, SAMPLES), LSMI_ERROR_SHAPE, "scores: expected 48 samples, got 47");
    scores.samples = SAMPLES;
    scores.synergy = misaligned(i1);
    FAILS_LIKE(SCORE(&m1, &m2, y, SAMPLES), LSMI_ERROR_POINTER, "synergy: expected a pointer aligned");
    scores.synergy = NULL;
    summary.struct_size++;
    REFUSES_SIZE(SCORE(&m1, &m2, y, SAMPLES), LsmiSummary);
    scores.struct_size++;
    REFUSES_SIZE(SCORE(&m1, &m2, y, SAMPLES), LsmiScores);
    CHECK(i1[0] == 123.0 && summary.samples == 0);
}

static void test_unseen_class(void) {
    static Data other;
    size_t i;
    LsmiConfig config = small_config();
    LsmiModel *model = NULL;
    LsmiMatrix x1 = matrix64(other.x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(other.x2, SAMPLES, FEATURES2, FEATURES2);
    make_data(&other);
    for (i = 0; i < SAMPLES; i++)
        other.y[i] *= 2;
    config.prior = LSMI_PRIOR_EMPIRICAL;
    config.folds = 0;
    OK(lsmi_fit(&x1, &x2, other.y, SAMPLES, &config, NULL, NULL, &model));
    FAILS(lsmi_model_cross_fitted(model, NULL, NULL, NULL), LSMI_ERROR_SETTING,
          "folds: expected a model fitted with folds, got 0");
    other.y[7] = 1;
    FAILS(lsmi_model_score(model, &x1, &x2, other.y, SAMPLES, LSMI_SHIFT_OF_MODEL, NULL, NULL),
          LSMI_ERROR_UNSEEN_CLASS, "y: row 7, column 0: expected a class with training samples, got class 1");
    OK(lsmi_model_free(model));
}

static void test_questions(const LsmiModel *model) {
    LsmiModelInfo info = {0, 0, 0, 0, 0.0, 0, 0, 0};
    LsmiConfig config;
    double number_out[8];
    size_t length, dropped[2];
    char text[8];
    LsmiNetwork *network = (LsmiNetwork *)&info;
    LsmiMarginal *density = (LsmiMarginal *)&info;
    LsmiScores scores = {sizeof scores, SAMPLES - 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    LsmiSummary summary;
    summary.struct_size = 3;
    REFUSES_SIZE(lsmi_model_cross_fitted(model, NULL, NULL, &summary), LsmiSummary);
    FAILS_LIKE(lsmi_model_cross_fitted(model, NULL, &scores, NULL), LSMI_ERROR_SHAPE, "scores: ");
    FAILS_LIKE(lsmi_model_cross_fitted(model, misaligned(&length), NULL, NULL), LSMI_ERROR_POINTER, "y: ");
    REFUSES_NULL(lsmi_model_info(model, NULL), "LsmiModelInfo");
    REFUSES_SIZE(lsmi_model_info(model, &info), LsmiModelInfo);
    config.struct_size = 1;
    REFUSES_NULL(lsmi_model_config(model, NULL), "LsmiConfig");
    REFUSES_SIZE(lsmi_model_config(model, &config), LsmiConfig);
    FAILS_LIKE(lsmi_model_classes(model, misaligned(number_out), NULL), LSMI_ERROR_POINTER, "log_prior: ");
    FAILS_LIKE(lsmi_model_classes(model, NULL, misaligned(dropped)), LSMI_ERROR_POINTER, "counts: ");
    FAILS(lsmi_model_dropped(model, 0, dropped, 2, &length), LSMI_ERROR_SETTING, "modality: expected 1 or 2, got 0");
    FAILS(lsmi_model_dropped(model, 3, dropped, 2, &length), LSMI_ERROR_SETTING, "modality: expected 1 or 2, got 3");
    FAILS_LIKE(lsmi_model_dropped(model, 1, NULL, 0, misaligned(&length)), LSMI_ERROR_POINTER, "length: ");
    FAILS_LIKE(lsmi_model_notes(model, text, sizeof text, misaligned(&length)), LSMI_ERROR_POINTER, "length: ");
    FAILS(lsmi_model_history(model, 5, NULL, 0, NULL, NULL, 0, NULL, NULL), LSMI_ERROR_SETTING,
          "component: expected a component from 0 to 4, got 5");
    FAILS(lsmi_model_history(model, -1, NULL, 0, NULL, NULL, 0, NULL, NULL), LSMI_ERROR_SETTING,
          "component: expected a component from 0 to 4, got -1");
    FAILS_LIKE(lsmi_model_history(model, 0, misaligned(number_out), 8, NULL, NULL, 0, NULL, NULL),
               LSMI_ERROR_POINTER, "buffer: ");
    FAILS_LIKE(lsmi_model_history(model, 0, NULL, 0, NULL, NULL, 0, NULL, misaligned(&length)), LSMI_ERROR_POINTER,
               "best_epoch: ");
    FAILS(lsmi_model_network(model, LSMI_COMPONENT_DENSITY1, &network), LSMI_ERROR_SETTING,
          "component: expected a classifier, from 0 to 2, got 3");
    CHECK(network == NULL);
    FAILS(lsmi_model_network(model, -1, &network), LSMI_ERROR_SETTING,
          "component: expected a classifier, from 0 to 2, got -1");
    FAILS(lsmi_model_density(model, LSMI_COMPONENT_CLASSIFIER_JOINT, &density), LSMI_ERROR_SETTING,
          "component: expected a density, 3 or 4, got 2");
    CHECK(density == NULL);
    FAILS(lsmi_model_density(model, INT32_MIN, &density), LSMI_ERROR_SETTING,
          "component: expected a density, 3 or 4, got -2147483648");
    REFUSES_NULL(lsmi_model_network(model, 0, NULL), "out");
    REFUSES_NULL(lsmi_model_density(model, 3, NULL), "out");
    FAILS(lsmi_model_error_message(model, text, 0, &length), LSMI_ERROR_BUFFER, NULL);
}

static void test_handles(void) {
    static const char another[] = "LsmiModel: expected a handle of this kind, got another";
    LsmiMarginal *density = small_density(), *out_density = NULL;
    LsmiModel *other = (LsmiModel *)density, *nothing = NULL, *out = NULL;
    LsmiNetwork *out_network = NULL;
    LsmiModelInfo info = {sizeof info, 0, 0, 0, 0.0, 0, 0, 0};
    LsmiConfig config = small_config();
    LsmiMatrix x1 = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    size_t length;
    char text[8];
#define BOTH(call_other, call_null)                                                                          \
    FAILS(call_other, LSMI_ERROR_HANDLE, another);                                                           \
    REFUSES_NULL(call_null, "LsmiModel")
    OK(lsmi_model_free(NULL));
    FAILS(lsmi_model_free(other), LSMI_ERROR_HANDLE, another);
    BOTH(lsmi_model_error_message(other, text, 8, &length), lsmi_model_error_message(nothing, text, 8, &length));
    BOTH(lsmi_model_save(other, "unused"), lsmi_model_save(nothing, "unused"));
    BOTH(lsmi_model_to_bytes(other, NULL, 0, &length), lsmi_model_to_bytes(nothing, NULL, 0, &length));
    BOTH(lsmi_model_info(other, &info), lsmi_model_info(nothing, &info));
    BOTH(lsmi_model_cross_fitted(other, NULL, NULL, NULL), lsmi_model_cross_fitted(nothing, NULL, NULL, NULL));
    BOTH(lsmi_model_config(other, &config), lsmi_model_config(nothing, &config));
    BOTH(lsmi_model_classes(other, NULL, NULL), lsmi_model_classes(nothing, NULL, NULL));
    BOTH(lsmi_model_dropped(other, 1, NULL, 0, &length), lsmi_model_dropped(nothing, 1, NULL, 0, &length));
    BOTH(lsmi_model_notes(other, text, 8, &length), lsmi_model_notes(nothing, text, 8, &length));
    BOTH(lsmi_model_history(other, 0, NULL, 0, NULL, NULL, 0, NULL, NULL),
         lsmi_model_history(nothing, 0, NULL, 0, NULL, NULL, 0, NULL, NULL));
    BOTH(lsmi_model_network(other, 0, &out_network), lsmi_model_network(nothing, 0, &out_network));
    BOTH(lsmi_model_density(other, 3, &out_density), lsmi_model_density(nothing, 3, &out_density));
    BOTH(lsmi_model_score(other, &x1, &x2, data.y, SAMPLES, LSMI_SHIFT_OF_MODEL, NULL, NULL),
         lsmi_model_score(nothing, &x1, &x2, data.y, SAMPLES, LSMI_SHIFT_OF_MODEL, NULL, NULL));
    CHECK(out == NULL);
    OK(lsmi_marginal_free(density));
}

static void test_from_parts(const LsmiModel *model) {
    LsmiNetwork *n[3], *narrow[3], *linear = small_network(), *single = NULL;
    LsmiMarginal *d[2], *f32_density = NULL;
    LsmiModel *out = NULL, *model_f32 = small_model(&data, LSMI_F32);
    static const double one[] = {0.5, 0.25, 0.125, -0.5, 1.0}, bias[] = {0.0};
    static const size_t inputs[] = {FEATURES1, FEATURES2, FEATURES1 + FEATURES2};
    LsmiLayer layer = {sizeof layer, 1, one, bias};
    int32_t c;
    for (c = 0; c < 3; c++)
        OK(lsmi_model_network(model, c, &n[c]));
    for (c = 0; c < 2; c++)
        OK(lsmi_model_density(model, 3 + c, &d[c]));
    OK(lsmi_model_network(model_f32, 1, &single));
    OK(lsmi_model_density(model_f32, 4, &f32_density));
#define PARTS(a, b, c, d1, d2) lsmi_model_from_parts(a, b, c, d1, d2, &out)
    REFUSES_NULL(PARTS(NULL, n[1], n[2], d[0], d[1]), "LsmiNetwork");
    REFUSES_NULL(PARTS(n[0], NULL, n[2], d[0], d[1]), "LsmiNetwork");
    REFUSES_NULL(PARTS(n[0], n[1], NULL, d[0], d[1]), "LsmiNetwork");
    REFUSES_NULL(PARTS(n[0], n[1], n[2], NULL, d[1]), "LsmiMarginal");
    REFUSES_NULL(PARTS(n[0], n[1], n[2], d[0], NULL), "LsmiMarginal");
    REFUSES_NULL(lsmi_model_from_parts(n[0], n[1], n[2], d[0], d[1], NULL), "out");
    FAILS(PARTS((LsmiNetwork *)d[0], n[1], n[2], d[0], d[1]), LSMI_ERROR_HANDLE,
          "LsmiNetwork: expected a handle of this kind, got another");
    FAILS(PARTS(n[0], n[1], n[2], d[0], (LsmiMarginal *)n[0]), LSMI_ERROR_HANDLE,
          "LsmiMarginal: expected a handle of this kind, got another");
    FAILS(PARTS(n[0], single, n[2], d[0], d[1]), LSMI_ERROR_TYPE,
          "network2: expected a network of f64 numbers, got another");
    FAILS(PARTS(n[0], n[1], n[2], d[0], f32_density), LSMI_ERROR_TYPE,
          "density2: expected a density of f64 numbers, got another");
    FAILS_LIKE(PARTS(n[0], linear, n[2], d[0], d[1]), LSMI_ERROR_SHAPE, "features");
    FAILS_LIKE(PARTS(n[0], n[1], n[2], d[1], d[0]), LSMI_ERROR_SHAPE, "features");
    for (c = 0; c < 3; c++)
        OK(lsmi_network_new(LSMI_F64, inputs[c], &layer, 1, LSMI_ACTIVATION_RELU, &narrow[c]));
    FAILS_LIKE(PARTS(narrow[0], n[1], n[2], d[0], d[1]), LSMI_ERROR_SHAPE, "classes");
    FAILS_LIKE(PARTS(narrow[0], narrow[1], narrow[2], d[0], d[1]), LSMI_ERROR_ONE_CLASS, "class");
    CHECK(out == NULL);
    for (c = 0; c < 3; c++) {
        OK(lsmi_network_free(n[c]));
        OK(lsmi_network_free(narrow[c]));
    }
    for (c = 0; c < 2; c++)
        OK(lsmi_marginal_free(d[c]));
    OK(lsmi_network_free(linear));
    OK(lsmi_network_free(single));
    OK(lsmi_marginal_free(f32_density));
    OK(lsmi_model_free(model_f32));
}

void test_model_errors(void) {
    LsmiModel *model;
    make_data(&data);
    model = small_model(&data, LSMI_F64);
    test_fit();
    test_score(model);
    test_unseen_class();
    test_questions(model);
    test_handles();
    test_from_parts(model);
    OK(lsmi_model_free(model));
}
