/* Controls, and flags. */
#include "check.h"

static Data data;

static LsmiMatrix x1_matrix(void) { return matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1); }
static LsmiMatrix x2_matrix(void) { return matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2); }

typedef struct Course {
    size_t done, total, stop_at;
} Course;

static int32_t count(void *user, size_t done, size_t total) {
    Course *course = user;
    course->done = done;
    course->total = total;
    return course->stop_at > 0 && done >= course->stop_at;
}

static LsmiControls no_controls(LsmiControlResult *results, size_t capacity) {
    LsmiControls controls;
    memset(&controls, 0, sizeof controls);
    controls.struct_size = sizeof controls;
    controls.results = results;
    controls.capacity = capacity;
    return controls;
}

static void test_controls(void) {
    static LsmiControlResult results[LSMI_MAX_CONTROLS];
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix();
    LsmiMatrix single1 = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix single2 = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
    LsmiConfig config = small_config();
    LsmiControls found = no_controls(results, LSMI_MAX_CONTROLS), again = no_controls(NULL, 0);
    Course course = {0, 0, 0};
    double floor = 0.0;
    size_t i, halves = 0, trusted = 0;
    OK(lsmi_controls(&x1, &x2, data.y, SAMPLES, &config, count, &course, &found));
    /* Synergy is planted among all features, and among two of each modality if it was not found there. */
    CHECK(course.done == 11 && course.total == 11);
    CHECK((found.count == 10 || found.count == 11) && found.seed == config.seed);
    for (i = 0; i < found.count; i++) {
        const LsmiControlResult *r = &results[i];
        int planted = r->control >= LSMI_CONTROL_PLANTED_REDUNDANCY;
        int half = r->control == LSMI_CONTROL_FIRST_HALF || r->control == LSMI_CONTROL_SECOND_HALF;
        size_t of1 = r->control == LSMI_CONTROL_DUPLICATED_X2 || r->control == LSMI_CONTROL_MAPPED_X2 ? 3 : 2;
        size_t of2 = r->control <= LSMI_CONTROL_MAPPED_X1 ? 2 : 3;
        CHECK(r->control == (int32_t)(i < 10 ? i : 9));
        CHECK(half || r->samples == SAMPLES);
        CHECK(r->features1 == of1 && r->features2 == (i == 10 ? 2 : of2));
        CHECK(planted ? r->planted > 0.6 && r->planted < 0.7 : isnan(r->planted));
        CLOSE(r->found.redundancy + r->found.unique1, r->found.i1, 1e-12);
        CLOSE(r->found.synergy - r->found.redundancy, r->found.s_minus_r, 1e-12);
        if (r->control <= LSMI_CONTROL_SHUFFLED_LABELS)
            floor = fmax(floor, fabs(r->found.synergy));
        if (half)
            halves += r->samples;
        if (r->control == LSMI_CONTROL_PLANTED_SYNERGY && r->found.synergy >= 0.8 * r->planted)
            trusted = r->features2;
    }
    CHECK(halves == SAMPLES && found.synergy_floor == floor && floor > 0.0 && found.trusted_features == trusted);
    OK(lsmi_controls(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &again));
    CHECK(again.synergy_floor == floor && again.count == found.count && again.results == NULL);
    again = no_controls(results, 11);
    OK(lsmi_controls(&single1, &single2, data.y, SAMPLES, &config, NULL, NULL, &again));
    CHECK(again.count >= 10 && results[0].control == LSMI_CONTROL_DUPLICATED_X1);
}

static void test_control_errors(void) {
    LsmiControlResult results[10];
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix(), bad = x2;
    LsmiMatrix single = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    LsmiConfig config = small_config();
    LsmiControls out = no_controls(NULL, 0);
    Course course = {0, 0, 2};
    double kept;
#define CONTROLS(x1, x2, y, count, config) lsmi_controls(x1, x2, y, count, config, NULL, NULL, &out)
    REFUSES_NULL(CONTROLS(NULL, &x2, data.y, SAMPLES, &config), "x1");
    REFUSES_NULL(CONTROLS(&x1, NULL, data.y, SAMPLES, &config), "x2");
    REFUSES_NULL(CONTROLS(&x1, &x2, NULL, SAMPLES, &config), "y");
    REFUSES_NULL(lsmi_controls(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, NULL), "LsmiControls");
    FAILS(CONTROLS(&single, &x2, data.y, SAMPLES, &config), LSMI_ERROR_TYPE,
          "x2: expected f32 numbers, as in x1, got f64");
    FAILS(CONTROLS(&x1, &x2, data.y, SAMPLES - 1, &config), LSMI_ERROR_SHAPE, "y: expected 48 samples, got 47");
    bad.samples = 0;
    FAILS(CONTROLS(&x1, &bad, data.y, SAMPLES, &config), LSMI_ERROR_EMPTY, "x2: expected samples, got none");
    kept = data.x2[4];
    data.x2[4] = (double)NAN;
    FAILS(CONTROLS(&x1, &x2, data.y, SAMPLES, &config), LSMI_ERROR_NOT_FINITE,
          "x2: row 1, column 1: expected a finite number, got NaN");
    data.x2[4] = kept;
    config.folds = 0;
    FAILS(CONTROLS(&x1, &x2, data.y, SAMPLES, &config), LSMI_ERROR_SETTING,
          "folds: expected at least 2, as controls are read by models that did not see them, got 0");
    config.struct_size--;
    REFUSES_SIZE(CONTROLS(&x1, &x2, data.y, SAMPLES, &config), LsmiConfig);
    config = small_config();
    FAILS(lsmi_controls(&x1, &x2, data.y, SAMPLES, &config, count, &course, &out), LSMI_ERROR_CANCELLED, "cancelled");
    CHECK(course.done == 2 && course.total == 11);
    /* Without settings: those of preset robust, stopped at once. */
    course.stop_at = 1;
    course.done = 0;
    out = no_controls(results, COUNT(results));
    FAILS(lsmi_controls(&x1, &x2, data.y, SAMPLES, NULL, count, &course, &out), LSMI_ERROR_BUFFER,
          "results: expected room for 11, got 10");
    CHECK(course.done == 0);
    out.results = misaligned(results);
    out.capacity = LSMI_MAX_CONTROLS;
    config.classifier_epochs = config.density_epochs = 1;
    FAILS_LIKE(CONTROLS(&x1, &x2, data.y, SAMPLES, &config), LSMI_ERROR_POINTER, "results: ");
    out.struct_size--;
    REFUSES_SIZE(CONTROLS(&x1, &x2, data.y, SAMPLES, &config), LsmiControls);
    CHECK(out.count == 0 && out.seed == 0);
}

static LsmiFlag flag_at(const LsmiFlags *flags, size_t index) {
    LsmiFlag flag;
    memset(&flag, 0, sizeof flag);
    flag.struct_size = sizeof flag;
    OK(lsmi_flags_get(flags, index, &flag));
    return flag;
}

static void test_flags(const LsmiModel *model) {
    static double constant[SAMPLES * FEATURES1];
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix();
    LsmiMatrix single1 = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix single2 = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
    LsmiFlags *flags = NULL;
    LsmiFlag flag;
    size_t count = 99, i, found = 0;
    OK(lsmi_data_flags(&x1, &x2, data.y, SAMPLES, &flags));
    OK(lsmi_flags_count(flags, &count));
    CHECK(count == 1);
    flag = flag_at(flags, 0);
    CHECK(flag.figure == 1.0 && strcmp(flag.name, "small_classes") == 0 && strcmp(flag.subject, "y") == 0);
    CHECK(strcmp(flag.finding, "1 of 2 classes have fewer than 20 samples") == 0 && strlen(flag.advice) > 0);
    OK(lsmi_flags_free(flags));
    OK(lsmi_data_flags(&single1, &single2, data.y, SAMPLES, &flags));
    OK(lsmi_flags_count(flags, &count));
    CHECK(count == 1);
    OK(lsmi_flags_free(flags));
    /* A model has those of its samples, and maybe others of its reading. */
    OK(lsmi_model_flags(model, &flags));
    OK(lsmi_flags_count(flags, &count));
    for (i = 0; i < count; i++)
        found += strcmp(flag_at(flags, i).name, "small_classes") == 0;
    CHECK(found == 1);
    OK(lsmi_flags_free(flags));
    for (i = 0; i < COUNT(constant); i++)
        constant[i] = i % FEATURES1 == 0 ? data.x1[i] : 4.0;
    x1.data = constant;
    OK(lsmi_data_flags(&x1, &x2, data.y, SAMPLES, &flags));
    flag = flag_at(flags, 0);
    CHECK(strcmp(flag.name, "constant_features") == 0 && strcmp(flag.subject, "x1") == 0 && flag.figure == 1.0);
    OK(lsmi_flags_free(flags));
}

static void test_flag_errors(const LsmiModel *model) {
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix(), bad = x2;
    LsmiMatrix single = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    LsmiMarginal *density = small_density();
    LsmiFlags *flags = NULL, *out = (LsmiFlags *)&bad, *other = (LsmiFlags *)density, *nothing = NULL;
    LsmiModel *no_model = NULL;
    LsmiFlag flag;
    size_t count, length;
    char text[128];
    static const char another[] = "LsmiFlags: expected a handle of this kind, got another";
    double kept = data.x1[2];
#define FLAGS(x1, x2, y, count) lsmi_data_flags(x1, x2, y, count, &out)
    REFUSES_NULL(FLAGS(NULL, &x2, data.y, SAMPLES), "x1");
    CHECK(out == NULL);
    REFUSES_NULL(FLAGS(&x1, NULL, data.y, SAMPLES), "x2");
    REFUSES_NULL(FLAGS(&x1, &x2, NULL, SAMPLES), "y");
    REFUSES_NULL(lsmi_data_flags(&x1, &x2, data.y, SAMPLES, NULL), "out");
    FAILS(FLAGS(&x1, &single, data.y, SAMPLES), LSMI_ERROR_TYPE, "x2: expected f64 numbers, as in x1, got f32");
    FAILS(FLAGS(&x1, &x2, data.y, SAMPLES - 1), LSMI_ERROR_SHAPE, "y: expected 48 samples, got 47");
    bad.samples--;
    FAILS(FLAGS(&x1, &bad, data.y, SAMPLES), LSMI_ERROR_SHAPE, "x2: expected 48 samples, got 47");
    bad.features = 0;
    FAILS(FLAGS(&x1, &bad, data.y, SAMPLES), LSMI_ERROR_EMPTY, "x2: expected features, got none");
    bad.struct_size--;
    REFUSES_SIZE(FLAGS(&x1, &bad, data.y, SAMPLES), LsmiMatrix);
    data.x1[2] = -INFINITY;
    FAILS(FLAGS(&x1, &x2, data.y, SAMPLES), LSMI_ERROR_NOT_FINITE,
          "x1: row 1, column 0: expected a finite number, got -inf");
    data.x1[2] = kept;
    REFUSES_NULL(lsmi_model_flags(no_model, &out), "LsmiModel");
    FAILS(lsmi_model_flags((LsmiModel *)density, &out), LSMI_ERROR_HANDLE,
          "LsmiModel: expected a handle of this kind, got another");
    REFUSES_NULL(lsmi_model_flags(model, NULL), "out");
    CHECK(out == NULL);
    OK(lsmi_data_flags(&x1, &x2, data.y, SAMPLES, &flags));
    flag.struct_size = 1;
    REFUSES_SIZE(lsmi_flags_get(flags, 0, &flag), LsmiFlag);
    flag.struct_size = sizeof flag;
    FAILS(lsmi_flags_get(flags, 1, &flag), LSMI_ERROR_SHAPE, "index: expected one of 1 flags, got 1");
    OK(lsmi_flags_error_message(flags, text, sizeof text, &length));
    CHECK(strcmp(text, "index: expected one of 1 flags, got 1") == 0 && length == strlen(text));
    FAILS(lsmi_flags_error_message(flags, text, 4, NULL), LSMI_ERROR_BUFFER, NULL);
    REFUSES_NULL(lsmi_flags_get(flags, 0, NULL), "LsmiFlag");
    REFUSES_NULL(lsmi_flags_count(flags, NULL), "count");
    FAILS(lsmi_flags_count(other, &count), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_flags_count(nothing, &count), "LsmiFlags");
    FAILS(lsmi_flags_get(other, 0, &flag), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_flags_get(nothing, 0, &flag), "LsmiFlags");
    FAILS(lsmi_flags_error_message(other, text, sizeof text, NULL), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_flags_error_message(nothing, text, sizeof text, NULL), "LsmiFlags");
    FAILS(lsmi_flags_free(other), LSMI_ERROR_HANDLE, another);
    OK(lsmi_flags_free(NULL));
    OK(lsmi_flags_free(flags));
    OK(lsmi_marginal_free(density));
}

void test_controls_and_flags(void) {
    LsmiModel *model;
    make_data(&data);
    model = small_model(&data, LSMI_F64);
    test_controls();
    test_control_errors();
    test_flags(model);
    test_flag_errors(model);
    OK(lsmi_model_free(model));
}
