/* The report as a handle, to which results are added. */
#include "check.h"

static Data data;

/* The text of a report, which the caller frees. */
static char *json(const LsmiReport *report) {
    size_t length = 0, again = 0;
    char *text;
    OK(lsmi_report_json(report, NULL, 0, &length));
    text = malloc(length + 1);
    OK(lsmi_report_json(report, text, length + 1, &again));
    CHECK(strlen(text) == length && again == length);
    return text;
}

static int has(const char *text, const char *part) { return strstr(text, part) != NULL; }

typedef struct Results {
    LsmiQuantities null_means[2], spread_means[1];
    LsmiControlResult control;
    LsmiIntervals intervals;
    LsmiNull null;
    LsmiSpread spread;
    LsmiControls controls;
    LsmiReportSplit split;
} Results;

/* Results that are easy to find in a text. */
static void make_results(Results *r) {
    memset(r, 0, sizeof *r);
    r->intervals.struct_size = sizeof r->intervals;
    r->intervals.draws = 100;
    r->intervals.level = 0.75;
    r->intervals.seed = 11;
    r->intervals.i1.low = -0.125;
    r->intervals.shift.high = 0.0625;
    r->null.struct_size = sizeof r->null;
    r->null.permutations = 2;
    r->null.seed = 12;
    r->null.p_values.synergy = 0.5;
    r->null.means = r->null_means;
    r->null_means[1].s_minus_r = -0.375;
    r->spread.struct_size = sizeof r->spread;
    r->spread.repeats = 1;
    r->spread.seed = 13;
    r->spread.means = r->spread_means;
    r->spread.deviation.unique1 = 0.03125;
    r->spread.sample_deviation.i12 = 0.625;
    r->controls.struct_size = sizeof r->controls;
    r->controls.results = &r->control;
    r->controls.count = 1;
    r->controls.synergy_floor = 0.015625;
    r->controls.trusted_features = 64;
    r->controls.seed = 14;
    r->control.control = LSMI_CONTROL_PLANTED_SYNERGY;
    r->control.samples = 48;
    r->control.features1 = 2;
    r->control.features2 = 3;
    r->control.planted = 0.6875;
    r->split.struct_size = sizeof r->split;
    r->split.name = "train";
    r->split.summary.struct_size = sizeof r->split.summary;
    r->split.summary.samples = 48;
    r->split.summary.reading = LSMI_READING_CROSS_FITTED;
}

static void test_text(const LsmiModel *model) {
    static Results r;
    LsmiReport *report = NULL;
    char *text, *plain, of_model[8192];
    make_results(&r);
    OK(lsmi_report_new(model, LSMI_SHIFT_BATCH, &report));
    plain = json(report);
    OK(lsmi_model_report(model, LSMI_SHIFT_BATCH, NULL, 0, of_model, sizeof of_model, NULL));
    CHECK(strcmp(plain, of_model) == 0 && !has(plain, "intervals") && !has(plain, "details"));
    free(plain);
    OK(lsmi_report_add_split(report, &r.split));
    plain = json(report);
    OK(lsmi_model_report(model, LSMI_SHIFT_BATCH, &r.split, 1, of_model, sizeof of_model, NULL));
    CHECK(strcmp(plain, of_model) == 0 && has(plain, "\"reading\": \"cross-fitted\""));
    free(plain);

    OK(lsmi_report_add_intervals(report, &r.intervals));
    OK(lsmi_report_add_null(report, &r.null));
    OK(lsmi_report_add_spread(report, &r.spread));
    OK(lsmi_report_add_controls(report, &r.controls));
    OK(lsmi_report_add_details(report, model));
    text = json(report);
    CHECK(has(text, "  \"intervals\": {\n    \"level\": 0.75,\n    \"draws\": 100,\n    \"seed\": 11,\n    \"i1\": {\n"
                    "      \"low\": -0.125,\n      \"high\": 0.0\n    },"));
    CHECK(has(text, "    \"shift\": {\n      \"low\": 0.0,\n      \"high\": 0.0625\n    }\n  }"));
    CHECK(has(text, "  \"null\": {\n    \"permutations\": 2,\n    \"seed\": 12,\n    \"p_values\": {\n"));
    CHECK(has(text, "      \"s\": 0.5,\n") && has(text, "        \"s_minus_r\": -0.375\n"));
    CHECK(has(text, "  \"spread\": {\n    \"repeats\": 1,\n    \"seed\": 13,\n    \"means\": [\n"));
    CHECK(has(text, "      \"u1\": 0.03125,\n") && has(text, "      \"i12\": 0.625,\n"));
    CHECK(has(text, "\"control\": \"planted_synergy\",\n        \"samples\": 48,\n        \"features\": [\n          2,\n"
                    "          3\n        ],\n        \"planted\": 0.6875,\n"));
    CHECK(has(text, "    \"synergy_floor\": 0.015625,\n    \"trusted_features\": 64,\n    \"seed\": 14\n"));
    CHECK(has(text, "\"details\": {\n    \"command\": \"lsmi fit DATA -o MODEL --preset robust --seed 5 "));
    CHECK(has(text, "\"calibration\": {") && has(text, "\"extremes\": {") && has(text, "\"histories\": {"));
    free(text);

    /* What is added later takes the place of what was there; nothing is planted where it is NaN. */
    r.control.planted = (double)NAN;
    r.intervals.seed = 21;
    OK(lsmi_report_add_controls(report, &r.controls));
    OK(lsmi_report_add_intervals(report, &r.intervals));
    text = json(report);
    CHECK(has(text, "\"planted\": null,") && has(text, "\"seed\": 21,") && !has(text, "\"seed\": 11,"));
    free(text);
    OK(lsmi_report_free(report));
}

/* What the library computes goes into a report as it is. */
static void test_computed(const LsmiModel *model) {
    static LsmiControlResult found[LSMI_MAX_CONTROLS];
    static Results r;
    LsmiMatrix x1 = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
    LsmiConfig config = small_config();
    LsmiReport *report = NULL;
    char *text;
    make_results(&r);
    config.folds = 2;
    r.controls.results = found;
    r.controls.capacity = LSMI_MAX_CONTROLS;
    OK(lsmi_permutation_null(model, &x1, &x2, 2, 6, 0, NULL, NULL, &r.null));
    OK(lsmi_spread(model, &x1, &x2, 1, 6, NULL, NULL, &r.spread));
    OK(lsmi_controls(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &r.controls));
    OK(lsmi_report_new(model, LSMI_SHIFT_OF_MODEL, &report));
    OK(lsmi_report_add_null(report, &r.null));
    OK(lsmi_report_add_spread(report, &r.spread));
    OK(lsmi_report_add_controls(report, &r.controls));
    text = json(report);
    CHECK(has(text, "\"control\": \"duplicated_x1\"") && has(text, "\"control\": \"second_half\"") && has(text, "\"shift_rule\": \"frozen\""));
    free(text);
    OK(lsmi_report_free(report));
}

static void test_errors(const LsmiModel *model) {
    static const char another[] = "LsmiReport: expected a handle of this kind, got another";
    static Results good, bad;
    LsmiMarginal *density = small_density();
    LsmiReport *report = NULL, *other = (LsmiReport *)density, *nothing = NULL, *out = (LsmiReport *)&good;
    LsmiModel *no_model = NULL, *other_model = (LsmiModel *)density;
    char *before, *after, small[16], message[256];
    size_t length;
    make_results(&good);
    make_results(&bad);
    FAILS(lsmi_report_new(model, 3, &out), LSMI_ERROR_SETTING, "shift_rule: expected a code from 0 to 2, got 3");
    CHECK(out == NULL);
    REFUSES_NULL(lsmi_report_new(no_model, LSMI_SHIFT_NONE, &out), "LsmiModel");
    FAILS(lsmi_report_new(other_model, LSMI_SHIFT_NONE, &out), LSMI_ERROR_HANDLE,
          "LsmiModel: expected a handle of this kind, got another");
    REFUSES_NULL(lsmi_report_new(model, LSMI_SHIFT_NONE, NULL), "out");
    OK(lsmi_report_new(model, LSMI_SHIFT_NONE, &report));
    OK(lsmi_report_add_split(report, &good.split));
    OK(lsmi_report_add_null(report, &good.null));
    before = json(report);

    bad.split.name = NULL;
    REFUSES_NULL(lsmi_report_add_split(report, &bad.split), "name");
    bad.split.name = "\xff";
    FAILS_LIKE(lsmi_report_add_split(report, &bad.split), LSMI_ERROR_TEXT, "name: expected UTF-8 text, got ");
    bad.split.name = "train";
    bad.split.summary.reading = 3;
    FAILS(lsmi_report_add_split(report, &bad.split), LSMI_ERROR_SETTING, "reading: expected a code from 0 to 2, got 3");
    OK(lsmi_report_error_message(report, message, sizeof message, NULL));
    CHECK(strcmp(message, "reading: expected a code from 0 to 2, got 3") == 0);
    bad.split.summary.struct_size--;
    REFUSES_SIZE(lsmi_report_add_split(report, &bad.split), LsmiSummary);
    bad.split.struct_size--;
    REFUSES_SIZE(lsmi_report_add_split(report, &bad.split), LsmiReportSplit);
    REFUSES_NULL(lsmi_report_add_split(report, NULL), "LsmiReportSplit");
    bad.intervals.struct_size--;
    REFUSES_SIZE(lsmi_report_add_intervals(report, &bad.intervals), LsmiIntervals);
    REFUSES_NULL(lsmi_report_add_intervals(report, NULL), "LsmiIntervals");
    bad.null.means = NULL;
    REFUSES_NULL(lsmi_report_add_null(report, &bad.null), "means");
    bad.null.means = misaligned(bad.null_means);
    FAILS_LIKE(lsmi_report_add_null(report, &bad.null), LSMI_ERROR_POINTER, "means: ");
    bad.null.means = bad.null_means;
    bad.null.permutations = SIZE_MAX;
    FAILS_LIKE(lsmi_report_add_null(report, &bad.null), LSMI_ERROR_SHAPE, "means: expected a size that can be addressed");
    bad.null.struct_size--;
    REFUSES_SIZE(lsmi_report_add_null(report, &bad.null), LsmiNull);
    REFUSES_NULL(lsmi_report_add_null(report, NULL), "LsmiNull");
    bad.spread.means = NULL;
    REFUSES_NULL(lsmi_report_add_spread(report, &bad.spread), "means");
    bad.spread.struct_size--;
    REFUSES_SIZE(lsmi_report_add_spread(report, &bad.spread), LsmiSpread);
    REFUSES_NULL(lsmi_report_add_spread(report, NULL), "LsmiSpread");
    bad.control.control = 10;
    FAILS(lsmi_report_add_controls(report, &bad.controls), LSMI_ERROR_SETTING,
          "control: expected a code from 0 to 9, got 10");
    bad.controls.results = NULL;
    REFUSES_NULL(lsmi_report_add_controls(report, &bad.controls), "results");
    bad.controls.struct_size--;
    REFUSES_SIZE(lsmi_report_add_controls(report, &bad.controls), LsmiControls);
    REFUSES_NULL(lsmi_report_add_controls(report, NULL), "LsmiControls");
    FAILS(lsmi_report_add_details(report, other_model), LSMI_ERROR_HANDLE,
          "LsmiModel: expected a handle of this kind, got another");
    OK(lsmi_report_error_message(report, message, sizeof message, &length));
    CHECK(strcmp(message, "LsmiModel: expected a handle of this kind, got another") == 0 && length == strlen(message));
    REFUSES_NULL(lsmi_report_add_details(report, no_model), "LsmiModel");
    FAILS_LIKE(lsmi_report_json(report, small, sizeof small, &length), LSMI_ERROR_BUFFER, "buffer: expected room for ");
    CHECK(length == strlen(before) && strlen(small) == sizeof small - 1);
    FAILS_LIKE(lsmi_report_json(report, NULL, 0, misaligned(&length)), LSMI_ERROR_POINTER, "length: ");
    FAILS(lsmi_report_error_message(report, small, 4, NULL), LSMI_ERROR_BUFFER, NULL);
    after = json(report);
    CHECK(strcmp(before, after) == 0);
    free(before);
    free(after);

#define BOTH(call_other, call_null)                                                                          \
    FAILS(call_other, LSMI_ERROR_HANDLE, another);                                                           \
    REFUSES_NULL(call_null, "LsmiReport")
    BOTH(lsmi_report_add_split(other, &good.split), lsmi_report_add_split(nothing, &good.split));
    BOTH(lsmi_report_add_details(other, model), lsmi_report_add_details(nothing, model));
    OK(lsmi_model_error_message(model, message, sizeof message, NULL));
    CHECK(strcmp(message, "LsmiReport: expected a pointer, got NULL") == 0);
    BOTH(lsmi_report_add_intervals(other, &good.intervals), lsmi_report_add_intervals(nothing, &good.intervals));
    BOTH(lsmi_report_add_null(other, &good.null), lsmi_report_add_null(nothing, &good.null));
    BOTH(lsmi_report_add_spread(other, &good.spread), lsmi_report_add_spread(nothing, &good.spread));
    BOTH(lsmi_report_add_controls(other, &good.controls), lsmi_report_add_controls(nothing, &good.controls));
    BOTH(lsmi_report_json(other, NULL, 0, &length), lsmi_report_json(nothing, NULL, 0, &length));
    BOTH(lsmi_report_error_message(other, message, sizeof message, NULL),
         lsmi_report_error_message(nothing, message, sizeof message, NULL));
    FAILS(lsmi_report_free(other), LSMI_ERROR_HANDLE, another);
    OK(lsmi_report_free(NULL));
    OK(lsmi_report_free(report));
    OK(lsmi_marginal_free(density));
}

void test_report_handle(void) {
    LsmiModel *model;
    make_data(&data);
    model = small_model(&data, LSMI_F64);
    test_text(model);
    test_computed(model);
    test_errors(model);
    OK(lsmi_model_free(model));
}
