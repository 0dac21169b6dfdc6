/* Models: fit, score, what they hold, copies of their parts. */
#include "check.h"

typedef struct Columns {
    double values[9][SAMPLES];
    LsmiScores scores;
} Columns;

static void make_columns(Columns *columns, size_t samples) {
    LsmiScores scores = {sizeof scores,      samples,           columns->values[0], columns->values[1],
                         columns->values[2], columns->values[3], columns->values[4], columns->values[5],
                         columns->values[6], columns->values[7], columns->values[8]};
    columns->scores = scores;
}

static LsmiSummary summary_of(const LsmiModel *model, const LsmiMatrix *x1, const LsmiMatrix *x2, const int64_t *y,
                              int32_t shift, Columns *columns) {
    LsmiSummary summary;
    memset(&summary, 0, sizeof summary);
    summary.struct_size = sizeof summary;
    make_columns(columns, x1->samples);
    OK(lsmi_model_score(model, x1, x2, y, x1->samples, shift, &columns->scores, &summary));
    return summary;
}

static void test_fit_and_score(void) {
    static Data data;
    static Columns columns;
    size_t i, j;
    int32_t type;
    make_data(&data);
    for (type = LSMI_F32; type <= LSMI_F64; type++) {
        LsmiModel *model = small_model(&data, type);
        LsmiMatrix x1 = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
        LsmiMatrix x2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
        LsmiSummary summary, batch, none;
        LsmiModelInfo info = {sizeof info, 0, 0, 0, 0.0, 0, 0, 0};
        double mean, shift;
        LsmiAtoms adjusted;
        if (type == LSMI_F32) {
            x1 = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
            x2 = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
        }
        OK(lsmi_model_info(model, &info));
        CHECK(info.features1 == FEATURES1 && info.features2 == FEATURES2 && info.classes == 2);
        CHECK(info.type_ == type && info.has_class_counts == 1);
        summary = summary_of(model, &x1, &x2, data.y, LSMI_SHIFT_OF_MODEL, &columns);
        CHECK(summary.samples == SAMPLES && summary.struct_size == sizeof summary);
        CHECK(summary.reading == LSMI_READING_IN_SAMPLE && summary.seen == SAMPLES);
        for (i = 0; i < SAMPLES; i++) {
            double(*v)[SAMPLES] = columns.values;
            CLOSE(v[5][i] + v[6][i], v[0][i], 1e-12);
            CLOSE(v[5][i] + v[7][i], v[1][i], 1e-12);
            CLOSE(v[5][i] + v[6][i] + v[7][i] + v[8][i], v[2][i], 1e-12);
            CLOSE(v[5][i], fmin(0.0, v[4][i] - v[3][i]) - fmin(-v[0][i], v[4][i] - v[3][i] - v[1][i]), 1e-12);
        }
        for (j = 0; j < 9; j++) {
            double means[9];
            means[0] = summary.i1;
            means[1] = summary.i2;
            means[2] = summary.i12;
            means[3] = summary.h1;
            means[4] = summary.h2;
            means[5] = summary.raw.redundancy;
            means[6] = summary.raw.unique1;
            means[7] = summary.raw.unique2;
            means[8] = summary.raw.synergy;
            OK(lsmi_mean(columns.values[j], SAMPLES, &mean));
            CLOSE(mean, means[j], 1e-12);
        }
        {
            static Columns unseen;
            int64_t y[SAMPLES];
            LsmiSummary read;
            memset(&read, 0, sizeof read);
            read.struct_size = sizeof read;
            make_columns(&unseen, SAMPLES);
            CHECK(info.cross_fitted_samples == SAMPLES);
            OK(lsmi_model_cross_fitted(model, y, &unseen.scores, &read));
            OK(lsmi_model_cross_fitted(model, NULL, NULL, NULL));
            CHECK(memcmp(y, data.y, sizeof y) == 0);
            CHECK(read.reading == LSMI_READING_CROSS_FITTED && read.seen == 0 && read.samples == SAMPLES);
            CHECK(read.shift == info.frozen_shift && read.i12 != summary.i12);
            OK(lsmi_mean(unseen.values[8], SAMPLES, &mean));
            CLOSE(mean, read.raw.synergy, 1e-12);
        }
        CLOSE(summary.s_minus_r, summary.raw.synergy - summary.raw.redundancy, 1e-12);
        CLOSE(summary.adjusted.redundancy, summary.raw.redundancy + summary.shift, 1e-12);
        CHECK(summary.accuracy.joint > 0.4 && summary.accuracy.joint <= 1.0);
        CHECK(summary.accuracy.x1 > 0.0 && summary.accuracy.x2 > 0.0);
        /* Uniform prior: the mean information is log C less the log-loss. */
        CLOSE(summary.i1, log(2.0) - summary.log_loss.x1, 1e-5);
        CLOSE(summary.i12, log(2.0) - summary.log_loss.joint, 1e-5);

        batch = summary_of(model, &x1, &x2, data.y, LSMI_SHIFT_BATCH, &columns);
        OK(lsmi_shift(&batch.raw, &shift, &adjusted));
        CHECK(batch.shift == shift && batch.adjusted.synergy == adjusted.synergy);
        none = summary_of(model, &x1, &x2, data.y, LSMI_SHIFT_NONE, &columns);
        CHECK(none.shift == 0.0 && none.adjusted.redundancy == none.raw.redundancy);
        CHECK(memcmp(&none.raw, &summary.raw, sizeof none.raw) == 0);
        OK(lsmi_model_score(model, &x1, &x2, data.y, SAMPLES, LSMI_SHIFT_FROZEN, NULL, NULL));
        make_columns(&columns, SAMPLES);
        columns.scores.i1 = columns.scores.synergy = NULL;
        OK(lsmi_model_score(model, &x1, &x2, data.y, SAMPLES, LSMI_SHIFT_FROZEN, &columns.scores, NULL));
        OK(lsmi_model_free(model));
    }
}

/* Strides larger than the features change nothing. */
static void test_strides(void) {
    static Data data;
    static Columns dense, wide;
    static double x1[SAMPLES * 7], x2[SAMPLES * 5];
    size_t i;
    LsmiModel *model, *other = NULL;
    LsmiMatrix d1, d2, w1 = matrix64(x1, SAMPLES, FEATURES1, 7), w2 = matrix64(x2, SAMPLES, FEATURES2, 5);
    LsmiConfig config = small_config();
    make_data(&data);
    for (i = 0; i < COUNT(x1); i++)
        x1[i] = i % 7 < FEATURES1 ? data.x1[i / 7 * FEATURES1 + i % 7] : (double)NAN;
    for (i = 0; i < COUNT(x2); i++)
        x2[i] = i % 5 < FEATURES2 ? data.x2[i / 5 * FEATURES2 + i % 5] : (double)NAN;
    d1 = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    d2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    model = small_model(&data, LSMI_F64);
    OK(lsmi_fit(&w1, &w2, data.y, SAMPLES, &config, NULL, NULL, &other));
    summary_of(model, &d1, &d2, data.y, LSMI_SHIFT_NONE, &dense);
    summary_of(other, &w1, &w2, data.y, LSMI_SHIFT_NONE, &wide);
    CHECK(memcmp(dense.values, wide.values, sizeof dense.values) == 0);
    OK(lsmi_model_free(model));
    OK(lsmi_model_free(other));
}

typedef struct Course {
    size_t epochs[5], stop_after, calls;
    int chooses;
    double losses[5];
} Course;

static int32_t follow(void *user, const LsmiProgress *progress) {
    Course *course = user;
    CHECK(progress->struct_size == sizeof *progress && progress->component >= 0 && progress->component < 5);
    CHECK(progress->epoch <= progress->epochs && isfinite(progress->loss));
    CHECK(course->chooses || (progress->epoch >= 1 && !isnan(progress->validation_loss)));
    course->epochs[progress->component]++;
    course->losses[progress->component] = progress->loss;
    return ++course->calls == course->stop_after ? -1 : 0;
}

static void test_progress_and_history(void) {
    static Data data;
    size_t c, i;
    Course course;
    LsmiConfig config = small_config();
    LsmiModel *model = NULL;
    LsmiMatrix x1 = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    make_data(&data);
    memset(&course, 0, sizeof course);
    config.folds = 0;
    OK(lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, follow, &course, &model));
    for (c = 0; c < 5; c++) {
        double losses[8], held_out[8];
        size_t length = 0, held_out_length = 0, best = 99;
        OK(lsmi_model_history(model, (int32_t)c, NULL, 0, &length, NULL, 0, &held_out_length, &best));
        CHECK(length == (c < 3 ? 5u : 4u) && length == course.epochs[c]);
        CHECK(held_out_length == length + 1 && best <= length);
        OK(lsmi_model_history(model, (int32_t)c, losses, 8, NULL, held_out, 8, NULL, NULL));
        CHECK(losses[length - 1] == course.losses[c]);
        for (i = 0; i < held_out_length; i++)
            CHECK(held_out[i] >= held_out[best]);
        FAILS_LIKE(lsmi_model_history(model, (int32_t)c, losses, length - 1, NULL, NULL, 0, NULL, NULL),
                   LSMI_ERROR_BUFFER, "buffer: expected room for ");
        FAILS_LIKE(lsmi_model_history(model, (int32_t)c, NULL, 0, NULL, held_out, length, NULL, NULL),
                   LSMI_ERROR_BUFFER, "buffer: expected room for ");
    }
    OK(lsmi_model_free(model));
    memset(&course, 0, sizeof course);
    course.stop_after = 3;
    model = (LsmiModel *)&course;
    FAILS(lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, follow, &course, &model), LSMI_ERROR_CANCELLED, "cancelled");
    CHECK(model == NULL && course.calls == 3);
    /* Without settings: those of preset robust, stopped at once. */
    memset(&course, 0, sizeof course);
    course.stop_after = 1;
    course.chooses = 1;
    FAILS(lsmi_fit(&x1, &x2, data.y, SAMPLES, NULL, follow, &course, &model), LSMI_ERROR_CANCELLED, "cancelled");
}

static void test_contents(void) {
    static Data data;
    static double constant[SAMPLES * 3];
    double prior[3];
    size_t counts[3], dropped[2], length = 99, i, ones = 0;
    char notes[2048], settings[2048];
    LsmiConfig config = small_config(), got;
    LsmiModel *model = NULL;
    LsmiMatrix x1 = matrix64(constant, SAMPLES, 3, 3), x2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    make_data(&data);
    for (i = 0; i < SAMPLES; i++) {
        constant[3 * i] = 4.0;
        constant[3 * i + 1] = data.x1[2 * i];
        constant[3 * i + 2] = -1.0;
        data.y[i] *= 2;
        ones += data.y[i] == 2;
    }
    config.prior = LSMI_PRIOR_EMPIRICAL;
    OK(lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &model));
    OK(lsmi_model_classes(model, prior, counts));
    CHECK(counts[0] == SAMPLES - ones && counts[1] == 0 && counts[2] == ones);
    CLOSE(prior[2], log((double)ones / SAMPLES), 1e-12);
    CHECK(isinf(prior[1]) && prior[1] < 0.0);
    OK(lsmi_model_classes(model, NULL, counts));
    OK(lsmi_model_classes(model, prior, NULL));
    OK(lsmi_model_classes(model, NULL, NULL));

    OK(lsmi_model_dropped(model, 1, NULL, 0, &length));
    CHECK(length == 2);
    OK(lsmi_model_dropped(model, 1, dropped, 2, NULL));
    CHECK(dropped[0] == 0 && dropped[1] == 2);
    OK(lsmi_model_dropped(model, 2, dropped, 0, &length));
    CHECK(length == 0);
    FAILS(lsmi_model_dropped(model, 1, dropped, 1, &length), LSMI_ERROR_BUFFER, "buffer: expected room for 2, got 1");
    CHECK(length == 2);

    OK(lsmi_model_notes(model, NULL, 0, &length));
    CHECK(length > 0 && length < sizeof notes);
    OK(lsmi_model_notes(model, notes, sizeof notes, NULL));
    CHECK(strlen(notes) == length && strstr(notes, "constant") != NULL);
    FAILS_LIKE(lsmi_model_notes(model, notes, 4, NULL), LSMI_ERROR_BUFFER, "buffer: expected room for ");
    CHECK(strlen(notes) == 3);

    memset(&got, 0, sizeof got);
    got.struct_size = sizeof got;
    OK(lsmi_model_config(model, &got));
    OK(lsmi_config_text(&got, notes, sizeof notes, NULL));
    /* The number of classes is the one found. */
    config.classes = 3;
    OK(lsmi_config_text(&config, settings, sizeof settings, NULL));
    CHECK(strcmp(notes, settings) == 0);
    OK(lsmi_model_free(model));
}

/* A model put together from the copies of another's parts scores as that one does on preprocessed features. */
static void test_parts(void) {
    static Data data;
    static Columns columns, again;
    size_t i, counts[2];
    int32_t c;
    double prior[2];
    LsmiConfig config = small_config();
    LsmiModel *model = NULL, *copy = NULL;
    LsmiNetwork *networks[3];
    LsmiMarginal *densities[2];
    LsmiModelInfo info = {sizeof info, 0, 0, 0, 0.0, 0, 0, 0};
    LsmiMatrix x1 = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    size_t length;
    make_data(&data);
    config.standardize = 0;
    OK(lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &model));
    for (c = 0; c < 3; c++)
        OK(lsmi_model_network(model, LSMI_COMPONENT_CLASSIFIER1 + c, &networks[c]));
    for (c = 0; c < 2; c++)
        OK(lsmi_model_density(model, LSMI_COMPONENT_DENSITY1 + c, &densities[c]));
    OK(lsmi_model_from_parts(networks[0], networks[1], networks[2], densities[0], densities[1], &copy));
    summary_of(model, &x1, &x2, data.y, LSMI_SHIFT_NONE, &columns);
    summary_of(copy, &x1, &x2, data.y, LSMI_SHIFT_NONE, &again);
    CHECK(memcmp(columns.values, again.values, sizeof columns.values) == 0);
    /* By the parts themselves. */
    {
        double log_p[SAMPLES * 2], i1[SAMPLES], h1[SAMPLES];
        LsmiMatrix rows = matrix64(log_p, SAMPLES, 2, 2);
        OK(lsmi_network_log_probabilities(networks[0], &x1, log_p));
        OK(lsmi_information_from_log_probabilities(&rows, data.y, SAMPLES, NULL, i1));
        OK(lsmi_marginal_log_density(densities[0], &x1, h1));
        for (i = 0; i < SAMPLES; i++) {
            CLOSE(i1[i], columns.values[0][i], 1e-13);
            CLOSE(-h1[i], columns.values[3][i], 1e-13);
        }
    }
    OK(lsmi_model_info(copy, &info));
    CHECK(info.has_class_counts == 0 && info.type_ == LSMI_F64);
    OK(lsmi_model_classes(copy, prior, counts));
    CHECK(counts[0] == 0 && counts[1] == 0);
    CLOSE(prior[0], -log(2.0), 1e-15);
    OK(lsmi_model_history(copy, LSMI_COMPONENT_DENSITY2, NULL, 0, &length, NULL, 0, NULL, NULL));
    CHECK(length == 0);
    config.struct_size = sizeof config;
    OK(lsmi_model_config(copy, &config));
    CHECK(config.preset == LSMI_PRESET_IMPORTED && config.shift == LSMI_SHIFT_BATCH);
    for (c = 0; c < 3; c++)
        OK(lsmi_network_free(networks[c]));
    for (c = 0; c < 2; c++)
        OK(lsmi_marginal_free(densities[c]));
    OK(lsmi_model_free(model));
    OK(lsmi_model_free(copy));
}

void test_model(void) {
    test_fit_and_score();
    test_strides();
    test_progress_and_history();
    test_contents();
    test_parts();
}
