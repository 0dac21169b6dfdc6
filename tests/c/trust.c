/* Intervals, nulls and spreads. */
#include "check.h"

enum { QUANTITIES = 8, BEGUN = 2, PERMUTATIONS = 5, REPEATS = 2 };

static Data data;

/* Information of the training samples, read by models that did not see them. */
typedef struct Read {
    double i1[SAMPLES], i2[SAMPLES], i12[SAMPLES], h1[SAMPLES], h2[SAMPLES];
    LsmiInformationArrays arrays;
    LsmiSummary summary;
} Read;

static void read_model(const LsmiModel *model, Read *read) {
    LsmiScores scores = {sizeof scores, SAMPLES, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    LsmiInformationArrays arrays = {sizeof arrays, SAMPLES, NULL, NULL, NULL, NULL, NULL};
    arrays.i1 = scores.i1 = read->i1;
    arrays.i2 = scores.i2 = read->i2;
    arrays.i12 = scores.i12 = read->i12;
    arrays.h1 = scores.h1 = read->h1;
    arrays.h2 = scores.h2 = read->h2;
    read->arrays = arrays;
    memset(&read->summary, 0, sizeof read->summary);
    read->summary.struct_size = sizeof read->summary;
    OK(lsmi_model_cross_fitted(model, NULL, &scores, &read->summary));
}

/* The means of a reading in the order of LsmiQuantities. */
static void means_of(const LsmiSummary *summary, double *means) {
    means[0] = summary->i1;
    means[1] = summary->i2;
    means[2] = summary->i12;
    means[3] = summary->raw.redundancy;
    means[4] = summary->raw.unique1;
    means[5] = summary->raw.unique2;
    means[6] = summary->raw.synergy;
    means[7] = summary->s_minus_r;
}

static const double *numbers(const LsmiQuantities *of) { return &of->i1; }

static LsmiIntervals no_intervals(void) {
    LsmiIntervals intervals;
    memset(&intervals, 0, sizeof intervals);
    intervals.struct_size = sizeof intervals;
    return intervals;
}

static void test_bootstrap(const LsmiModel *model) {
    static Read read;
    double means[QUANTITIES];
    size_t j;
    LsmiIntervals wide = no_intervals(), again = no_intervals(), narrow = no_intervals();
    const LsmiInterval *w = &wide.i1, *n = &narrow.i1;
    read_model(model, &read);
    means_of(&read.summary, means);
    OK(lsmi_bootstrap(&read.arrays, 500, 0.95, 7, &wide));
    CHECK(wide.draws == 500 && wide.level == 0.95 && wide.seed == 7 && wide.struct_size == sizeof wide);
    OK(lsmi_bootstrap(&read.arrays, 500, 0.95, 7, &again));
    CHECK(memcmp(&wide, &again, sizeof wide) == 0);
    OK(lsmi_bootstrap(&read.arrays, 500, 0.5, 7, &narrow));
    for (j = 0; j < QUANTITIES; j++) {
        CHECK(w[j].low < n[j].low && n[j].low < means[j] && means[j] < n[j].high && n[j].high < w[j].high);
    }
    CHECK(wide.shift.low < wide.shift.high);
    /* Of one draw the interval is a point. */
    OK(lsmi_bootstrap(&read.arrays, 1, 0.5, 7, &narrow));
    CHECK(n[0].low == n[0].high && n[7].low == n[7].high);
}

static void test_intervals(const LsmiModel *model, const LsmiModel *without) {
    static Read read;
    double means[QUANTITIES];
    LsmiIntervals plain = no_intervals(), whole = no_intervals();
    const LsmiInterval *p = &plain.i1, *w = &whole.i1;
    int j, differ = 0;
    read_model(model, &read);
    means_of(&read.summary, means);
    OK(lsmi_bootstrap(&read.arrays, 300, 0.9, 7, &plain));
    OK(lsmi_model_intervals(model, 300, 0.9, 7, &whole));
    CHECK(whole.draws == 300 && whole.level == 0.9 && whole.seed == 7 && whole.struct_size == sizeof whole);
    for (j = 0; j < QUANTITIES; j++) {
        /* About the mean the two ends are moved by the same factor, of what needs no density by none. */
        double low = (w[j].low - means[j]) / (p[j].low - means[j]);
        double high = (w[j].high - means[j]) / (p[j].high - means[j]);
        CLOSE(low, high, 1e-6);
        CHECK(low > 0.2 && low < 5.0);
        differ += fabs(low - 1.0) > 1e-9;
        if (j < 3 || j == 7)
            CLOSE(low, 1.0, 1e-9);
    }
    CHECK(differ > 0 && differ <= 4);
    FAILS(lsmi_model_intervals(model, 0, 0.9, 1, &whole), LSMI_ERROR_SETTING,
          "draws: expected a whole number from 1 to 1000000, got 0");
    REFUSES_NULL(lsmi_model_intervals(NULL, 5, 0.9, 1, &whole), "LsmiModel");
    REFUSES_NULL(lsmi_model_intervals(model, 5, 0.9, 1, NULL), "LsmiIntervals");
    whole.struct_size = 8;
    REFUSES_SIZE(lsmi_model_intervals(model, 5, 0.9, 1, &whole), LsmiIntervals);
    whole.struct_size = sizeof whole;
    FAILS(lsmi_model_intervals(without, 5, 0.9, 1, &whole), LSMI_ERROR_SETTING,
          "folds: expected a model fitted with folds, got 0");
}

static void test_bootstrap_errors(const LsmiModel *model) {
    static Read read;
    LsmiInformationArrays bad;
    LsmiIntervals out = no_intervals();
    read_model(model, &read);
    bad = read.arrays;
    FAILS(lsmi_bootstrap(&bad, 0, 0.9, 1, &out), LSMI_ERROR_SETTING,
          "draws: expected a whole number from 1 to 1000000, got 0");
    FAILS(lsmi_bootstrap(&bad, SIZE_MAX, 0.9, 1, &out), LSMI_ERROR_SETTING,
          "draws: expected a whole number from 1 to 1000000, got 18446744073709551615");
    FAILS(lsmi_bootstrap(&bad, 5, 1.0, 1, &out), LSMI_ERROR_SETTING,
          "level: expected a probability above 0 and below 1, got 1");
    FAILS_LIKE(lsmi_bootstrap(&bad, 5, (double)NAN, 1, &out), LSMI_ERROR_SETTING, "level: ");
    REFUSES_NULL(lsmi_bootstrap(NULL, 5, 0.9, 1, &out), "LsmiInformationArrays");
    REFUSES_NULL(lsmi_bootstrap(&bad, 5, 0.9, 1, NULL), "LsmiIntervals");
    FAILS_LIKE(lsmi_bootstrap(&bad, 5, 0.9, 1, misaligned(&out)), LSMI_ERROR_POINTER, "LsmiIntervals: ");
    bad.h2 = NULL;
    REFUSES_NULL(lsmi_bootstrap(&bad, 5, 0.9, 1, &out), "h2");
    bad.samples = 0;
    FAILS(lsmi_bootstrap(&bad, 5, 0.9, 1, &out), LSMI_ERROR_EMPTY, "information: expected samples, got none");
    bad.struct_size--;
    REFUSES_SIZE(lsmi_bootstrap(&bad, 5, 0.9, 1, &out), LsmiInformationArrays);
    read.i2[3] = INFINITY;
    FAILS(lsmi_bootstrap(&read.arrays, 5, 0.9, 1, &out), LSMI_ERROR_NOT_FINITE,
          "information: row 3, column 1: expected a finite number, got inf");
    CHECK(out.draws == 0 && out.i1.high == 0.0);
    out.struct_size = 8;
    REFUSES_SIZE(lsmi_bootstrap(&read.arrays, 5, 0.9, 1, &out), LsmiIntervals);
}

/* Follows what is counted; `null` is looked at while it is made. */
typedef struct Course {
    size_t done, total, calls, stop_at;
    const LsmiNull *null;
    int went_back, finite;
} Course;

static int32_t count(void *user, size_t done, size_t total) {
    Course *course = user;
    course->calls++;
    course->went_back |= done < course->done;
    course->done = done;
    course->total = total;
    if (course->null != NULL && done > 0)
        course->finite = isfinite(course->null->means[done - 1].i12);
    return course->stop_at > 0 && done >= course->stop_at;
}

static LsmiNull no_null(LsmiQuantities *means) {
    LsmiNull null;
    memset(&null, 0, sizeof null);
    null.struct_size = sizeof null;
    null.means = means;
    return null;
}

static LsmiMatrix x1_matrix(void) { return matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1); }
static LsmiMatrix x2_matrix(void) { return matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2); }

static void test_null(const LsmiModel *model, const LsmiModel *model32) {
    static Read read;
    LsmiQuantities means[PERMUTATIONS], pieces[PERMUTATIONS];
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix();
    LsmiMatrix single1 = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix single2 = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
    LsmiNull null = no_null(means), begun = no_null(pieces), without = no_null(NULL);
    double observed[QUANTITIES];
    Course course;
    size_t b, j;
    read_model(model, &read);
    means_of(&read.summary, observed);
    memset(&course, 0, sizeof course);
    course.null = &null;
    OK(lsmi_permutation_null(model, &x1, &x2, PERMUTATIONS, 3, 0, count, &course, &null));
    CHECK(null.permutations == PERMUTATIONS && null.seed == 3 && null.means == means);
    CHECK(course.done == PERMUTATIONS && course.total == PERMUTATIONS && course.finite && !course.went_back);
    CHECK(course.calls > PERMUTATIONS);
    for (j = 0; j < QUANTITIES; j++) {
        size_t as_large = 0;
        for (b = 0; b < PERMUTATIONS; b++)
            as_large += numbers(&means[b])[j] >= observed[j];
        CLOSE(numbers(&null.p_values)[j], (double)(as_large + 1) / (PERMUTATIONS + 1), 0.0);
    }
    /* Stopped, and gone on with: what one run gives. */
    memset(&course, 0, sizeof course);
    course.stop_at = BEGUN;
    FAILS(lsmi_permutation_null(model, &x1, &x2, PERMUTATIONS, 3, 0, count, &course, &begun), LSMI_ERROR_CANCELLED,
          "cancelled");
    CHECK(course.done == BEGUN && begun.permutations == 0 && memcmp(means, pieces, BEGUN * sizeof *means) == 0);
    OK(lsmi_permutation_null(model, &x1, &x2, PERMUTATIONS, 3, BEGUN, NULL, NULL, &begun));
    CHECK(memcmp(means, pieces, sizeof means) == 0);
    CHECK(memcmp(&null.p_values, &begun.p_values, sizeof null.p_values) == 0);
    /* Without means there are p-values all the same. */
    OK(lsmi_permutation_null(model, &x1, &x2, PERMUTATIONS, 3, 0, NULL, NULL, &without));
    CHECK(memcmp(&null.p_values, &without.p_values, sizeof null.p_values) == 0 && without.means == NULL);
    OK(lsmi_permutation_null(model32, &single1, &single2, 1, 3, 0, NULL, NULL, &without));
    CHECK(without.p_values.i1 == 0.5 || without.p_values.i1 == 1.0);
}

/* What a null and a spread are refused for alike. */
#define REFUSES_SAMPLES(call)                                                                                \
    do {                                                                                                     \
        REFUSES_NULL(call(model, NULL, &x2), "x1");                                                          \
        REFUSES_NULL(call(model, &x1, NULL), "x2");                                                          \
        FAILS(call(model, &single, &x2), LSMI_ERROR_TYPE, "x1: expected f64 numbers, got f32");              \
        FAILS(call(model, &fewer, &x2), LSMI_ERROR_SHAPE, "x1: expected 48 samples, got 47");                \
        FAILS(call(model, &wide, &x2), LSMI_ERROR_SHAPE, "x1: expected 2 features, got 3");                  \
        FAILS(call(model, &others, &x2), LSMI_ERROR_SETTING,                                                 \
              "x1 and x2: expected the training samples of the model in their order, got others");           \
        FAILS(call(whole, &x1, &x2), LSMI_ERROR_SETTING, "folds: expected a model fitted with folds, got 0"); \
        FAILS(call(other, &x1, &x2), LSMI_ERROR_HANDLE, "LsmiModel: expected a handle of this kind, got another"); \
        REFUSES_NULL(call(nothing, &x1, &x2), "LsmiModel");                                                  \
    } while (0)

static void test_null_errors(const LsmiModel *model, const LsmiModel *whole, const LsmiMatrix *changed) {
    LsmiQuantities means[2];
    LsmiNull null = no_null(means);
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix(), fewer = x1, wide = matrix64(data.x2, SAMPLES, 3, 3);
    LsmiMatrix single = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1), others = *changed;
    LsmiMarginal *density = small_density();
    LsmiModel *nothing = NULL, *other = (LsmiModel *)density;
    char text[256];
    fewer.samples = SAMPLES - 1;
#define NULL_OF(model, x1, x2) lsmi_permutation_null(model, x1, x2, 2, 1, 0, NULL, NULL, &null)
    REFUSES_SAMPLES(NULL_OF);
#define NULL_TO(permutations, begun, out)                                                                    \
    lsmi_permutation_null(model, &x1, &x2, permutations, 1, begun, NULL, NULL, out)
    FAILS(NULL_TO(0, 0, &null), LSMI_ERROR_SETTING, "permutations: expected a whole number from 1 to 100000, got 0");
    OK(lsmi_model_error_message(model, text, sizeof text, NULL));
    CHECK(strcmp(text, "permutations: expected a whole number from 1 to 100000, got 0") == 0);
    FAILS(NULL_TO(100001, 0, &null), LSMI_ERROR_SETTING,
          "permutations: expected a whole number from 1 to 100000, got 100001");
    FAILS_LIKE(NULL_TO(SIZE_MAX, 0, &null), LSMI_ERROR_SHAPE, "means: expected a size that can be addressed");
    FAILS(NULL_TO(1, 2, &null), LSMI_ERROR_SETTING, "begun: expected at most 1 permutations, got 2");
    REFUSES_NULL(NULL_TO(2, 0, NULL), "LsmiNull");
    null.means = NULL;
    REFUSES_NULL(NULL_TO(2, 1, &null), "means");
    null.means = misaligned(means);
    FAILS_LIKE(NULL_TO(2, 0, &null), LSMI_ERROR_POINTER, "means: ");
    null.struct_size++;
    REFUSES_SIZE(NULL_TO(2, 0, &null), LsmiNull);
    CHECK(null.permutations == 0 && null.p_values.i1 == 0.0);
    OK(lsmi_marginal_free(density));
}

static LsmiSpread no_spread(LsmiQuantities *means, LsmiQuantities *samples) {
    LsmiSpread spread;
    memset(&spread, 0, sizeof spread);
    spread.struct_size = sizeof spread;
    spread.means = means;
    spread.samples = samples;
    return spread;
}

static void test_spread(const LsmiModel *model, const LsmiModel *model32) {
    static Read read;
    static LsmiQuantities samples[SAMPLES];
    LsmiQuantities means[REPEATS];
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix();
    LsmiMatrix single1 = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix single2 = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
    LsmiSpread spread = no_spread(means, samples), without = no_spread(NULL, NULL);
    double own[QUANTITIES];
    Course course;
    size_t i, j;
    read_model(model, &read);
    means_of(&read.summary, own);
    memset(&course, 0, sizeof course);
    OK(lsmi_spread(model, &x1, &x2, REPEATS, 9, count, &course, &spread));
    CHECK(spread.repeats == REPEATS && spread.seed == 9 && spread.means == means && spread.samples == samples);
    CHECK(course.done == REPEATS && course.total == REPEATS && !course.went_back);
    for (j = 0; j < QUANTITIES; j++) {
        double mean = own[j], square = 0.0, of_samples = 0.0;
        for (i = 0; i < REPEATS; i++)
            mean += numbers(&means[i])[j];
        mean /= REPEATS + 1;
        square = (own[j] - mean) * (own[j] - mean);
        for (i = 0; i < REPEATS; i++)
            square += (numbers(&means[i])[j] - mean) * (numbers(&means[i])[j] - mean);
        CLOSE(numbers(&spread.deviation)[j], sqrt(square / REPEATS), 1e-12);
        for (i = 0; i < SAMPLES; i++)
            of_samples += numbers(&samples[i])[j] * numbers(&samples[i])[j];
        CLOSE(numbers(&spread.sample_deviation)[j], sqrt(of_samples / SAMPLES), 1e-12);
        CHECK(numbers(&spread.deviation)[j] > 0.0);
    }
    OK(lsmi_spread(model, &x1, &x2, REPEATS, 9, NULL, NULL, &without));
    CHECK(memcmp(&without.deviation, &spread.deviation, sizeof without.deviation) == 0);
    OK(lsmi_spread(model32, &single1, &single2, 1, 9, NULL, NULL, &without));
    CHECK(without.repeats == 1 && without.deviation.i12 > 0.0);
    memset(&course, 0, sizeof course);
    course.stop_at = 1;
    FAILS(lsmi_spread(model, &x1, &x2, REPEATS, 8, count, &course, &spread), LSMI_ERROR_CANCELLED, "cancelled");
    CHECK(spread.seed == 9 && course.done == 1);
}

static void test_spread_errors(const LsmiModel *model, const LsmiModel *whole, const LsmiMatrix *changed) {
    LsmiSpread spread = no_spread(NULL, NULL);
    LsmiQuantities means[2];
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix(), fewer = x1, wide = matrix64(data.x2, SAMPLES, 3, 3);
    LsmiMatrix single = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1), others = *changed;
    LsmiMarginal *density = small_density();
    LsmiModel *nothing = NULL, *other = (LsmiModel *)density;
    fewer.samples = SAMPLES - 1;
#define SPREAD_OF(model, x1, x2) lsmi_spread(model, x1, x2, 2, 1, NULL, NULL, &spread)
    REFUSES_SAMPLES(SPREAD_OF);
#define SPREAD_TO(repeats, out) lsmi_spread(model, &x1, &x2, repeats, 1, NULL, NULL, out)
    FAILS(SPREAD_TO(0, &spread), LSMI_ERROR_SETTING, "repeats: expected a whole number from 1 to 1000, got 0");
    FAILS(SPREAD_TO(1001, &spread), LSMI_ERROR_SETTING, "repeats: expected a whole number from 1 to 1000, got 1001");
    REFUSES_NULL(SPREAD_TO(2, NULL), "LsmiSpread");
    spread.means = misaligned(means);
    FAILS_LIKE(SPREAD_TO(2, &spread), LSMI_ERROR_POINTER, "means: ");
    spread.means = NULL;
    spread.samples = misaligned(means);
    FAILS_LIKE(SPREAD_TO(2, &spread), LSMI_ERROR_POINTER, "samples: ");
    spread.struct_size++;
    REFUSES_SIZE(SPREAD_TO(2, &spread), LsmiSpread);
    CHECK(spread.repeats == 0 && spread.deviation.i1 == 0.0);
    OK(lsmi_marginal_free(density));
}

void test_trust(void) {
    static double changed[SAMPLES * FEATURES1];
    LsmiConfig config = small_config();
    LsmiModel *model, *model32, *whole = NULL;
    LsmiMatrix x1, x2, others = matrix64(changed, SAMPLES, FEATURES1, FEATURES1);
    make_data(&data);
    x1 = x1_matrix();
    x2 = x2_matrix();
    memcpy(changed, data.x1, sizeof changed);
    changed[7] += 0.5;
    config.folds = 0;
    model = small_model(&data, LSMI_F64);
    model32 = small_model(&data, LSMI_F32);
    OK(lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &whole));
    test_bootstrap(model);
    test_intervals(model, whole);
    test_bootstrap_errors(model);
    test_null(model, model32);
    test_null_errors(model, whole, &others);
    test_spread(model, model32);
    test_spread_errors(model, whole, &others);
    OK(lsmi_model_free(model));
    OK(lsmi_model_free(model32));
    OK(lsmi_model_free(whole));
}
