/* Parity vectors about models. */
#include "parity.h"

static int32_t fit_case(const ParityCase *of, LsmiModel **out) {
    const ParityCase *kept = now;
    void *d1, *d2;
    int32_t status;
    LsmiConfig config;
    LsmiMatrix x1, x2;
    now = of;
    x1 = matrix_of(&of->x1, &d1);
    x2 = matrix_of(&of->x2, &d2);
    status = make_config(of, &config);
    if (status == LSMI_OK)
        status = lsmi_fit(&x1, &x2, of->y.values, of->y.count, &config, NULL, NULL, out);
    free(d1);
    free(d2);
    now = kept;
    return status;
}

static void same_model(const LsmiModel *model, const Numbers *want) {
    double prior[16], as_double[16];
    size_t counts[16], dropped[16], length, i;
    char notes[4096];
    int32_t c;
    LsmiModelInfo info = {sizeof info, 0, 0, 0, 0.0, 0, 0, 0};
    OK(lsmi_model_info(model, &info));
    OK(lsmi_model_classes(model, prior, counts));
    same("log_prior", prior, info.classes, want++, 0);
    for (i = 0; i < info.classes; i++)
        as_double[i] = (double)counts[i];
    same("class_counts", as_double, info.classes, want++, 0);
    for (c = 1; c <= 2; c++) {
        OK(lsmi_model_dropped(model, c, dropped, 16, &length));
        for (i = 0; i < length; i++)
            as_double[i] = (double)dropped[i];
        same("dropped", as_double, length, want++, 0);
    }
    same("frozen_shift", &info.frozen_shift, 1, want++, 0);
    OK(lsmi_model_notes(model, notes, sizeof notes, NULL));
    CHECK(strcmp(notes, now->message) == 0);
    for (c = 0; c < 5; c++) {
        double losses[64], held_out[64], best;
        size_t held_out_length, best_epoch;
        OK(lsmi_model_history(model, c, losses, 64, &length, held_out, 64, &held_out_length, &best_epoch));
        best = (double)best_epoch;
        same("losses", losses, length, want++, 0);
        same("validation_losses", held_out, held_out_length, want++, 0);
        same("best_epoch", &best, 1, want++, 0);
    }
}

static void replay_score(LsmiModel *model) {
    enum { MOST = 64 };
    double columns[9][MOST];
    void *d1, *d2;
    size_t n = now->x1.samples, j;
    LsmiMatrix x1 = matrix_of(&now->x1, &d1), x2 = matrix_of(&now->x2, &d2);
    LsmiSummary s;
    LsmiScores scores = {sizeof scores, n,          columns[0], columns[1], columns[2], columns[3],
                         columns[4],    columns[5], columns[6], columns[7], columns[8]};
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    if (CHECK(n <= MOST) &&
        expected(lsmi_model_score(model, &x1, &x2, now->y.values, now->y.count, now->shift, &scores, &s))) {
        double summary[23];
        summary[0] = (double)s.samples;
        summary[1] = (double)s.clipped;
        summary[2] = s.i1;
        summary[3] = s.i2;
        summary[4] = s.i12;
        summary[5] = s.h1;
        summary[6] = s.h2;
        summary[7] = s.s_minus_r;
        summary[8] = s.shift;
        memcpy(summary + 9, &s.raw, sizeof s.raw);
        memcpy(summary + 13, &s.adjusted, sizeof s.adjusted);
        memcpy(summary + 17, &s.accuracy, sizeof s.accuracy);
        memcpy(summary + 20, &s.log_loss, sizeof s.log_loss);
        for (j = 0; j < 9; j++)
            same("scores", columns[j], n, &now->want[j], 0);
        same("summary", summary, 23, &now->want[9], 0);
        if (now->want_count > 10)
            same_model(model, now->want + 10);
    }
    free(d1);
    free(d2);
}

static void replay_report(const LsmiModel *model) {
    enum { MOST = 4 };
    void *d1, *d2;
    size_t i, length = 0;
    LsmiMatrix x1 = matrix_of(&now->x1, &d1), x2 = matrix_of(&now->x2, &d2);
    LsmiReportSplit splits[MOST];
    LsmiSummary summary;
    char *text;
    memset(&summary, 0, sizeof summary);
    summary.struct_size = sizeof summary;
    OK(lsmi_model_score(model, &x1, &x2, now->y.values, now->y.count, now->shift, NULL, &summary));
    for (i = 0; i < now->splits.count && CHECK(i < MOST); i++) {
        LsmiReportSplit split = {sizeof split, now->splits.values[i], summary};
        splits[i] = split;
    }
    OK(lsmi_model_report(model, now->shift, splits, i, NULL, 0, &length));
    text = malloc(length + 1);
    if (expected(lsmi_model_report(model, now->shift, splits, i, text, length + 1, NULL)))
        same_text(text);
    free(text);
    free(d1);
    free(d2);
}

/* Of the samples that the model was fitted to. */
static void replay_trust(const LsmiModel *model) {
    enum { MOST = 64 };
    static LsmiQuantities null_means[MOST], spread_means[MOST];
    static LsmiControlResult results[LSMI_MAX_CONTROLS];
    static double columns[5][MOST];
    const ParityCase *fitted = named(now->text);
    void *d1, *d2;
    char *text;
    size_t length = 0, n = fitted->y.count;
    LsmiMatrix x1 = matrix_of(&fitted->x1, &d1), x2 = matrix_of(&fitted->x2, &d2);
    LsmiScores scores = {sizeof scores, n, columns[0], columns[1], columns[2], columns[3], columns[4], NULL, NULL, NULL, NULL};
    LsmiInformationArrays information = {sizeof information, n,          columns[0], columns[1],
                                         columns[2],         columns[3], columns[4]};
    LsmiConfig config;
    LsmiIntervals intervals;
    LsmiNull null;
    LsmiSpread spread;
    LsmiControls controls;
    LsmiReportSplit split;
    LsmiReport *report = NULL;
    memset(&intervals, 0, sizeof intervals);
    memset(&null, 0, sizeof null);
    memset(&spread, 0, sizeof spread);
    memset(&controls, 0, sizeof controls);
    memset(&split, 0, sizeof split);
    intervals.struct_size = sizeof intervals;
    null.struct_size = sizeof null;
    null.means = null_means;
    spread.struct_size = sizeof spread;
    spread.means = spread_means;
    controls.struct_size = sizeof controls;
    controls.results = results;
    controls.capacity = LSMI_MAX_CONTROLS;
    split.struct_size = sizeof split;
    split.name = "train";
    split.summary.struct_size = sizeof split.summary;
    CHECK(n <= MOST && now->permutations <= MOST && now->repeats <= MOST);
    OK(lsmi_model_cross_fitted(model, NULL, &scores, &split.summary));
    OK(lsmi_bootstrap(&information, now->draws, now->level, now->seed, &intervals));
    OK(lsmi_permutation_null(model, &x1, &x2, now->permutations, now->seed, 0, NULL, NULL, &null));
    OK(lsmi_spread(model, &x1, &x2, now->repeats, now->seed, NULL, NULL, &spread));
    OK(make_config(now, &config));
    OK(lsmi_controls(&x1, &x2, fitted->y.values, n, &config, NULL, NULL, &controls));
    OK(lsmi_report_new(model, LSMI_SHIFT_OF_MODEL, &report));
    OK(lsmi_report_add_split(report, &split));
    OK(lsmi_report_add_intervals(report, &intervals));
    OK(lsmi_report_add_null(report, &null));
    OK(lsmi_report_add_spread(report, &spread));
    OK(lsmi_report_add_controls(report, &controls));
    OK(lsmi_report_json(report, NULL, 0, &length));
    text = malloc(length + 1);
    if (expected(lsmi_report_json(report, text, length + 1, NULL)))
        same_text(text);
    OK(lsmi_report_free(report));
    free(text);
    free(d1);
    free(d2);
}

static void replay_preprocess(const LsmiModel *model) {
    enum { MOST = 16 };
    size_t columns[MOST], i;
    double as_double[MOST], means[MOST], scales[MOST], offsets[2];
    void *data, *z;
    LsmiMatrix x = matrix_of(&now->x, &data);
    LsmiPreprocessing of = {sizeof of, 0, 0, 0.0, 0};
    OK(lsmi_model_preprocessing(model, now->modality, &of, NULL, NULL, NULL));
    z = typed(NULL, x.samples * of.kept);
    if (CHECK(of.kept <= MOST) && expected(lsmi_model_preprocess(model, now->modality, &x, z))) {
        OK(lsmi_model_preprocessing(model, now->modality, NULL, columns, means, scales));
        OK(lsmi_model_entropy_offsets(model, &offsets[0], &offsets[1]));
        for (i = 0; i < of.kept; i++)
            as_double[i] = (double)columns[i];
        same_typed("z", z, x.samples * of.kept, &now->want[0]);
        same("columns", as_double, of.kept, &now->want[1], 0);
        same("means", means, of.standardized ? of.kept : 0, &now->want[2], 0);
        same("scales", scales, of.standardized ? of.kept : 0, &now->want[3], 0);
        same("clip", &of.clip, 1, &now->want[4], 0);
        same("entropy_offset", &offsets[now->modality - 1], 1, &now->want[5], 0);
    }
    free(data);
    free(z);
}

static void replay_bytes(LsmiModel *model) {
    const Edit *edit = &now->edit;
    size_t length = 0, again = 0, i;
    uint8_t *bytes, *copy;
    LsmiModel *read = NULL;
    OK(lsmi_model_to_bytes(model, NULL, 0, &length));
    bytes = malloc(length);
    OK(lsmi_model_to_bytes(model, bytes, length, NULL));
    if (edit->text != NULL) {
        length = strlen(edit->text);
        memcpy(bytes, edit->text, length);
    }
    if (edit->find != NULL) {
        size_t size = strlen(edit->find);
        CHECK(size == strlen(edit->replace));
        for (i = 0; i + size < length && memcmp(bytes + i, edit->find, size) != 0; i++) {
        }
        memcpy(bytes + i, edit->replace, size);
    }
    if (edit->keep < length)
        length = edit->keep;
    length -= edit->drop;
    if (edit->invert_last)
        bytes[length - 1] ^= 0xff;
    if (expected(lsmi_model_from_bytes(bytes, length, &read))) {
        copy = malloc(length);
        OK(lsmi_model_to_bytes(read, copy, length, &again));
        CHECK(again == length && memcmp(bytes, copy, length) == 0);
        free(copy);
    }
    OK(lsmi_model_free(read));
    free(bytes);
}

void replay_model(void) {
    LsmiModel *model = NULL;
    if (is_call("model_load")) {
        expected(lsmi_model_load(now->text, &model));
    } else if (is_call("fit_and_score")) {
        int32_t status = fit_case(now, &model);
        if (status == LSMI_OK)
            replay_score(model);
        else
            expected(status);
    } else {
        /* Matrices are of the model's type. */
        ParityCase typed_case = *now;
        const ParityCase *kept = now;
        OK(fit_case(named(now->text), &model));
        typed_case.type_ = named(now->text)->type_;
        now = &typed_case;
        if (is_call("score"))
            replay_score(model);
        else if (is_call("report"))
            replay_report(model);
        else if (is_call("trust_report"))
            replay_trust(model);
        else if (is_call("preprocess"))
            replay_preprocess(model);
        else
            replay_bytes(model);
        now = kept;
    }
    OK(lsmi_model_free(model));
}
