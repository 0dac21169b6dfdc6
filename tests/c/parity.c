/* Replays tests/data/parity; see its README. */
#include "check.h"

/* As many numbers as `count`; `given` is 0 for an optional argument that is absent. */
typedef struct Numbers {
    int given;
    const double *values;
    size_t count;
} Numbers;

typedef struct Integers {
    const int64_t *values;
    size_t count;
} Integers;

typedef struct Strings {
    const char *const *values;
    size_t count;
} Strings;

typedef struct Matrix {
    Numbers data;
    size_t samples, features, stride;
} Matrix;

typedef struct Density {
    size_t modes, features;
    int32_t bounded, diagonal, triangle;
    Numbers means, log_diagonal, triangle_values, logits;
} Density;

typedef struct Network {
    size_t features;
    int32_t activation;
    /* Weights and biases of the layers in turn. */
    const Numbers *arrays;
    size_t layers;
} Network;

typedef struct Edit {
    const char *text, *find, *replace;
    size_t keep, drop;
    int invert_last;
} Edit;

typedef struct ParityCase {
    const char *name, *call;
    double tolerance;
    int32_t type_, preset, shift;
    Matrix x, x1, x2;
    Integers y, y1, y2;
    Numbers weights, log_prior, values, parameters;
    const Numbers *inputs;
    Density density;
    Network network;
    Strings settings;
    const char *text;
    Edit edit;
    size_t samples, classes, features1, features2;
    uint64_t seed;
    int32_t status;
    const char *message, *status_name;
    const Numbers *want;
    size_t want_count;
} ParityCase;

#include "parity_cases.h"

static const ParityCase *now;

/* Numbers in the case's type, which the caller frees; room for `count` zeros without values. */
static void *typed(const double *values, size_t count) {
    int single = now->type_ == LSMI_F32;
    char *out = calloc(count + 1, single ? sizeof(float) : sizeof(double));
    size_t i;
    for (i = 0; values != NULL && i < count; i++) {
        if (single)
            ((float *)(void *)out)[i] = (float)values[i];
        else
            ((double *)(void *)out)[i] = values[i];
    }
    return out;
}

static void *typed_numbers(const Numbers *numbers) {
    return numbers->given ? typed(numbers->values, numbers->count) : NULL;
}

static double at(const void *values, size_t index, int single) {
    return single ? (double)((const float *)values)[index] : ((const double *)values)[index];
}

/* The numbers of one result; with tolerance 0 every bit counts. */
static void same(const char *what, const void *got, size_t count, const Numbers *want, int single) {
    size_t i;
    int good = count == want->count;
    for (i = 0; good && i < count; i++) {
        double g = at(got, i, single), w = want->values[i];
        double size = fmax(1.0, fmax(fabs(g), fabs(w)));
        good = memcmp(&g, &w, sizeof g) == 0 || (isnan(g) && isnan(w)) ||
               (now->tolerance > 0.0 && fabs(g - w) <= now->tolerance * size);
        if (!good)
            fprintf(stderr, "%s: %s[%lu] is %.17g, expected %.17g\n", now->name, what, (unsigned long)i, g, w);
    }
    check_true(good, now->name, __FILE__, __LINE__);
}

static void same_typed(const char *what, const void *got, size_t count, const Numbers *want) {
    same(what, got, count, want, now->type_ == LSMI_F32);
}

static LsmiMatrix matrix_of(const Matrix *matrix, void **owned) {
    LsmiMatrix out = {sizeof out, NULL, matrix->samples, matrix->features, matrix->stride, now->type_};
    *owned = typed(matrix->data.values, matrix->data.count);
    out.data = *owned;
    return out;
}

/* The status is the case's, and so is the message of a failure. */
static int expected(int32_t status) {
    check_status(status, now->status, now->status == LSMI_OK ? NULL : now->message, now->name, __FILE__, __LINE__);
    if (now->status != LSMI_OK)
        CHECK(strcmp(lsmi_status_str(status), now->status_name) == 0);
    return status == LSMI_OK && now->status == LSMI_OK;
}

static int32_t make_density(LsmiMarginal **out) {
    const Density *d = &now->density;
    int32_t status;
    LsmiMarginalOptions options = {sizeof options, d->modes,    d->features, now->type_, d->bounded,
                                   d->diagonal,    d->triangle, 1,           1};
    void *means = typed_numbers(&d->means), *diagonal = typed_numbers(&d->log_diagonal);
    void *triangle = typed_numbers(&d->triangle_values), *logits = typed_numbers(&d->logits);
    LsmiMarginalParameters parameters = {sizeof parameters, means, diagonal, triangle, logits};
    status = lsmi_marginal_new(&options, &parameters, out);
    free(means);
    free(diagonal);
    free(triangle);
    free(logits);
    return status;
}

static void replay_density(void) {
    LsmiMarginal *density = NULL;
    void *data, *values = typed_numbers(&now->values), *weights = typed_numbers(&now->weights);
    LsmiMatrix x = matrix_of(&now->x, &data);
    int32_t status = make_density(&density);
    size_t n = x.samples, k = now->density.modes, d = now->density.features;
    if (status == LSMI_OK && strcmp(now->call, "log_density") == 0) {
        void *out = typed(NULL, n);
        status = lsmi_marginal_log_density(density, &x, out);
        if (expected(status))
            same_typed("log_density", out, n, &now->want[0]);
        free(out);
    } else if (status == LSMI_OK) {
        double loss = 0.0;
        size_t diagonals = now->density.log_diagonal.count, triangles = now->density.triangle_values.count;
        void *means = typed(NULL, k * d), *diagonal = typed(NULL, diagonals), *triangle = typed(NULL, triangles);
        void *logits = typed(NULL, k), *gx = typed(NULL, n * d);
        LsmiMarginalBuffers buffers = {sizeof buffers, means, diagonal, triangle, logits};
        if (strcmp(now->call, "gradient") == 0)
            status = lsmi_marginal_gradient(density, &x, weights, &loss, &buffers, gx);
        else
            status = lsmi_marginal_weighted_sum_gradient(density, &x, values, &loss, &buffers, gx);
        if (expected(status)) {
            same("loss", &loss, 1, &now->want[0], 0);
            same_typed("means", means, k * d, &now->want[1]);
            same_typed("log_diagonal", diagonal, diagonals, &now->want[2]);
            same_typed("triangle", triangle, triangles, &now->want[3]);
            same_typed("logits", logits, k, &now->want[4]);
            same_typed("x", gx, n * d, &now->want[5]);
        }
        free(means);
        free(diagonal);
        free(triangle);
        free(logits);
        free(gx);
    } else {
        expected(status);
    }
    OK(lsmi_marginal_free(density));
    free(data);
    free(values);
    free(weights);
}

static void replay_network(void) {
    enum { MOST = 4 };
    const Network *form = &now->network;
    void *data, *arrays[2 * MOST], *weights = typed_numbers(&now->weights), *out, *gx;
    LsmiMatrix x = matrix_of(&now->x, &data);
    LsmiLayer layers[MOST];
    LsmiNetwork *network = NULL;
    size_t l, classes = form->arrays[2 * form->layers - 1].count;
    for (l = 0; l < 2 * form->layers; l++)
        arrays[l] = typed_numbers(&form->arrays[l]);
    for (l = 0; l < form->layers; l++) {
        LsmiLayer layer = {sizeof layer, form->arrays[2 * l + 1].count, arrays[2 * l], arrays[2 * l + 1]};
        layers[l] = layer;
    }
    OK(lsmi_network_new(now->type_, form->features, layers, form->layers, form->activation, &network));
    out = typed(NULL, x.samples * classes);
    gx = typed(NULL, x.samples * x.features);
    if (strcmp(now->call, "log_probabilities") == 0) {
        if (expected(lsmi_network_log_probabilities(network, &x, out)))
            same_typed("log_probabilities", out, x.samples * classes, &now->want[0]);
    } else {
        double loss;
        LsmiLayerBuffers buffers[MOST];
        for (l = 0; l < form->layers; l++) {
            /* The parameters are copied already: their room takes the gradient. */
            LsmiLayerBuffers room = {sizeof room, arrays[2 * l], arrays[2 * l + 1]};
            buffers[l] = room;
        }
        if (expected(lsmi_network_gradient(network, &x, now->y.values, now->y.count, weights, &loss, buffers, gx))) {
            same("loss", &loss, 1, &now->want[0], 0);
            same_typed("x", gx, x.samples * x.features, &now->want[1]);
            for (l = 0; l < 2 * form->layers; l++)
                same_typed("layers", arrays[l], form->arrays[l].count, &now->want[2 + l]);
        }
    }
    OK(lsmi_network_free(network));
    for (l = 0; l < 2 * form->layers; l++)
        free(arrays[l]);
    free(data);
    free(weights);
    free(out);
    free(gx);
}

static void replay_information(void) {
    size_t n = now->y.count, rows = now->values.count / now->classes;
    double *out = calloc(n + 1, sizeof *out);
    void *data;
    Matrix shape;
    LsmiMatrix matrix;
    shape.data = now->values;
    shape.samples = rows;
    shape.features = shape.stride = now->classes;
    matrix = matrix_of(&shape, &data);
    if (expected(lsmi_information_from_log_probabilities(
            &matrix, now->y.values, n, now->log_prior.given ? now->log_prior.values : NULL, out)))
        same("information", out, n, &now->want[0], 0);
    free(data);
    free(out);
}

static void replay_rows(void) {
    void *data, *out = typed(NULL, now->x.samples);
    LsmiMatrix matrix = matrix_of(&now->x, &data);
    if (expected(lsmi_log_sum_exp(&matrix, out)))
        same_typed("log_sum_exp", out, now->x.samples, &now->want[0]);
    free(data);
    free(out);
}

static void replay_pure(void) {
    double out[5][64];
    size_t n, j;
    if (strcmp(now->call, "atoms") == 0) {
        const Numbers *in = now->inputs;
        LsmiInformationArrays information = {sizeof information, in[0].count, in[0].values, in[1].values,
                                             in[2].values,       in[3].values, in[4].values};
        LsmiAtomBuffers atoms = {sizeof atoms, in[0].count, out[0], out[1], out[2], out[3]};
        if (CHECK(in[0].count <= 64) && expected(lsmi_atoms(&information, &atoms)))
            for (j = 0; j < 4; j++)
                same("atoms", out[j], in[0].count, &now->want[j], 0);
    } else if (strcmp(now->call, "shift") == 0) {
        const double *m = now->inputs[0].values;
        LsmiAtoms means, adjusted;
        means.redundancy = m[0];
        means.unique1 = m[1];
        means.unique2 = m[2];
        means.synergy = m[3];
        if (expected(lsmi_shift(&means, &out[0][0], &adjusted))) {
            out[0][1] = adjusted.redundancy;
            out[0][2] = adjusted.unique1;
            out[0][3] = adjusted.unique2;
            out[0][4] = adjusted.synergy;
            same("shift", out[0], 5, &now->want[0], 0);
        }
    } else if (strcmp(now->call, "mean") == 0) {
        if (expected(lsmi_mean(now->values.values, now->values.count, out[0])))
            same("mean", out[0], 1, &now->want[0], 0);
    } else {
        size_t bytes = 0;
        void *workspace;
        LsmiInformationBuffers buffers = {sizeof buffers, now->y.count, out[0], out[1], out[2], out[3], out[4]};
        n = now->y.count;
        OK(lsmi_discrete_workspace(n, &bytes));
        workspace = malloc(bytes);
        if (CHECK(n <= 64) &&
            expected(lsmi_discrete(now->y1.values, now->y2.values, now->y.values,
                                   now->weights.given ? now->weights.values : NULL, n, workspace, &buffers)))
            for (j = 0; j < 5; j++)
                same("discrete", out[j], n, &now->want[j], 0);
        free(workspace);
    }
}

static int32_t make_config(const ParityCase *of, LsmiConfig *config) {
    size_t i;
    int32_t status = lsmi_config_init(config, sizeof *config, of->preset);
    for (i = 0; status == LSMI_OK && i < of->settings.count; i += 2)
        status = lsmi_config_set(config, of->settings.values[i], of->settings.values[i + 1]);
    return status;
}

static void replay_config(void) {
    char text[4096];
    LsmiConfig config;
    int32_t status = make_config(now, &config);
    if (status == LSMI_OK && strcmp(now->call, "config_check") == 0)
        status = lsmi_config_check(&config);
    else if (status == LSMI_OK)
        status = lsmi_config_text(&config, text, sizeof text, NULL);
    if (expected(status) && strcmp(now->call, "config_text") == 0)
        CHECK(strcmp(text, now->message) == 0);
}

static void replay_generator(void) {
    const double *p = now->parameters.values;
    size_t n = now->samples, j, f1 = now->features1, f2 = now->features2;
    double *x1 = calloc(n * f1 + 1, sizeof *x1), *x2 = calloc(n * f2 + 1, sizeof *x2);
    double *truth = calloc(5 * n, sizeof *truth);
    int64_t *y = calloc(n, sizeof *y);
    LsmiInformationBuffers exact = {sizeof exact, n, truth, truth + n, truth + 2 * n, truth + 3 * n, truth + 4 * n};
    LsmiDataset data = {sizeof data, n, f1, f2, x1, x2, y, &exact};
    int32_t status;
    if (strcmp(now->call, "synthetic_gaussian") == 0)
        status = lsmi_synthetic_gaussian(now->classes, p[0], p[1], now->seed, &data);
    else if (strcmp(now->call, "synthetic_xor") == 0)
        status = lsmi_synthetic_xor(now->classes, p[0], now->seed, &data);
    else if (strcmp(now->call, "synthetic_circuit") == 0)
        status = lsmi_synthetic_circuit(now->text, now->seed, &data);
    else
        status = lsmi_synthetic_mixture(p[0], p[1], p[2], p[3], p[4], now->seed, &data);
    if (expected(status)) {
        same("x1", x1, n * f1, &now->want[0], 0);
        same("x2", x2, n * f2, &now->want[1], 0);
        for (j = 0; j < 5; j++)
            same("truth", truth + j * n, n, &now->want[2 + j], 0);
        CHECK(now->y.count == n && memcmp(y, now->y.values, n * sizeof *y) == 0);
    }
    free(x1);
    free(x2);
    free(truth);
    free(y);
}

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
    LsmiModelInfo info = {sizeof info, 0, 0, 0, 0.0, 0, 0};
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

/* The case that this one names. */
static const ParityCase *named(const char *name) {
    size_t i;
    for (i = 0; i < COUNT(PARITY_CASES); i++)
        if (strcmp(PARITY_CASES[i].name, name) == 0)
            return &PARITY_CASES[i];
    CHECK(!"a case of that name");
    return NULL;
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

static void replay_model(void) {
    LsmiModel *model = NULL;
    if (strcmp(now->call, "model_load") == 0) {
        expected(lsmi_model_load(now->text, &model));
    } else if (strcmp(now->call, "fit_and_score") == 0) {
        int32_t status = fit_case(now, &model);
        if (status == LSMI_OK)
            replay_score(model);
        else
            expected(status);
    } else {
        OK(fit_case(named(now->text), &model));
        if (strcmp(now->call, "score") == 0) {
            ParityCase scored = *now;
            const ParityCase *kept = now;
            scored.type_ = named(now->text)->type_;
            now = &scored;
            replay_score(model);
            now = kept;
        } else {
            replay_bytes(model);
        }
    }
    OK(lsmi_model_free(model));
}

void test_parity(void) {
    static const struct {
        const char *call;
        void (*replay)(void);
    } calls[] = {
        {"log_density", replay_density},
        {"gradient", replay_density},
        {"weighted_sum_gradient", replay_density},
        {"log_probabilities", replay_network},
        {"network_gradient", replay_network},
        {"log_sum_exp", replay_rows},
        {"information", replay_information},
        {"atoms", replay_pure},
        {"shift", replay_pure},
        {"mean", replay_pure},
        {"discrete", replay_pure},
        {"config_text", replay_config},
        {"config_check", replay_config},
        {"synthetic_gaussian", replay_generator},
        {"synthetic_xor", replay_generator},
        {"synthetic_circuit", replay_generator},
        {"synthetic_mixture", replay_generator},
        {"fit_and_score", replay_model},
        {"score", replay_model},
        {"model_from_bytes", replay_model},
        {"model_load", replay_model},
    };
    size_t i, j;
    for (i = 0; i < COUNT(PARITY_CASES); i++) {
        now = &PARITY_CASES[i];
        for (j = 0; j < COUNT(calls) && strcmp(now->call, calls[j].call) != 0; j++) {
        }
        if (CHECK(j < COUNT(calls)))
            calls[j].replay();
    }
}
