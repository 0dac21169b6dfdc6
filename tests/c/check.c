#include "check.h"

static unsigned passed, failed;

int check_true(int good, const char *what, const char *file, int line) {
    if (good) {
        passed++;
    } else {
        failed++;
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return good;
}

/* The message of the last failed call, which is read in pieces to see that lengths are right. */
static const char *last_message(void) {
    static char text[4096];
    size_t length = 0;
    if (lsmi_last_error_message(NULL, 0, &length) != LSMI_OK || length + 1 > sizeof text)
        return "(no length)";
    if (lsmi_last_error_message(text, length + 1, &length) != LSMI_OK || strlen(text) != length)
        return "(no text)";
    return text;
}

static void compare(int32_t got, int32_t want, int same, const char *text, const char *call, const char *file,
                    int line) {
    if (got == want && same) {
        passed++;
        return;
    }
    failed++;
    fprintf(stderr, "%s:%d: failed: %s\n    status %d (%s), expected %d (%s)\n", file, line, call, (int)got,
            lsmi_status_str(got), (int)want, lsmi_status_str(want));
    if (got != LSMI_OK)
        fprintf(stderr, "    message  \"%s\"\n", last_message());
    if (text != NULL)
        fprintf(stderr, "    expected \"%s\"\n", text);
}

void check_status(int32_t got, int32_t want, const char *message, const char *call, const char *file, int line) {
    int same = message == NULL || strcmp(last_message(), message) == 0;
    compare(got, want, same, message, call, file, line);
}

void check_status_like(int32_t got, int32_t want, const char *text, const char *call, const char *file, int line) {
    compare(got, want, strstr(last_message(), text) != NULL, text, call, file, line);
}

void check_close(double got, double want, double tolerance, const char *what, const char *file, int line) {
    double size = fmax(1.0, fmax(fabs(got), fabs(want)));
    if (got == want || fabs(got - want) <= tolerance * size) {
        passed++;
    } else {
        failed++;
        fprintf(stderr, "%s:%d: failed: %s is %.17g, expected %.17g\n", file, line, what, got, want);
    }
}

int check_report(void) {
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}

void *misaligned(void *pointer) { return (char *)pointer + 1; }

LsmiMatrix matrix32(const float *data, size_t samples, size_t features, size_t stride) {
    LsmiMatrix matrix = {sizeof matrix, data, samples, features, stride, LSMI_F32};
    return matrix;
}

LsmiMatrix matrix64(const double *data, size_t samples, size_t features, size_t stride) {
    LsmiMatrix matrix = {sizeof matrix, data, samples, features, stride, LSMI_F64};
    return matrix;
}

double number(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 40) / (double)(1 << 22) - 2.0;
}

void make_data(Data *data) {
    uint64_t state = 7;
    size_t i, j;
    for (i = 0; i < SAMPLES; i++) {
        data->y[i] = (int64_t)(i * 7 % 5 % 2);
        for (j = 0; j < FEATURES1; j++)
            data->x1[i * FEATURES1 + j] = number(&state) + (j == 0 ? (double)data->y[i] : 0.0);
        for (j = 0; j < FEATURES2; j++)
            data->x2[i * FEATURES2 + j] = number(&state) - (j == 1 ? (double)data->y[i] : 0.0);
    }
    for (i = 0; i < COUNT(data->x1); i++)
        data->x1_f32[i] = (float)data->x1[i];
    for (i = 0; i < COUNT(data->x2); i++)
        data->x2_f32[i] = (float)data->x2[i];
}

LsmiConfig small_config(void) {
    LsmiConfig config;
    memset(&config, 0, sizeof config);
    OK(lsmi_config_init(&config, sizeof config, LSMI_PRESET_ROBUST));
    config.seed = 5;
    config.prior = LSMI_PRIOR_UNIFORM;
    config.start = LSMI_START_SAMPLES;
    config.modes = 2;
    config.classifier_form = LSMI_FORM_GIVEN;
    config.hidden[0] = 6;
    config.hidden_layers = 1;
    config.density_epochs = 4;
    config.density_batch = 16;
    config.classifier_epochs = 5;
    config.classifier_batch = 16;
    return config;
}

LsmiModel *small_model(const Data *data, int32_t type) {
    LsmiConfig config = small_config();
    LsmiModel *model = NULL;
    LsmiMatrix x1 = matrix64(data->x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data->x2, SAMPLES, FEATURES2, FEATURES2);
    if (type == LSMI_F32) {
        x1 = matrix32(data->x1_f32, SAMPLES, FEATURES1, FEATURES1);
        x2 = matrix32(data->x2_f32, SAMPLES, FEATURES2, FEATURES2);
    }
    OK(lsmi_fit(&x1, &x2, data->y, SAMPLES, &config, NULL, NULL, &model));
    return model;
}

LsmiMarginal *small_density(void) {
    static const double means[] = {0.5, -0.25}, log_diagonal[] = {0.125, -0.5};
    static const double triangle[] = {9.0, 9.0, 0.75, 9.0}, logits[] = {1.0};
    LsmiMarginalOptions options = {
        sizeof options, 1, 2, LSMI_F64, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, means, log_diagonal, triangle, logits};
    LsmiMarginal *density = NULL;
    OK(lsmi_marginal_new(&options, &parameters, &density));
    return density;
}

LsmiNetwork *small_network(void) {
    static const double weights[] = {0.5, -1.0, 0.25, 0.75}, biases[] = {0.125, -0.25};
    LsmiLayer layer = {sizeof layer, 2, weights, biases};
    LsmiNetwork *network = NULL;
    OK(lsmi_network_new(LSMI_F64, 2, &layer, 1, LSMI_ACTIVATION_RELU, &network));
    return network;
}

LsmiTraining small_training(void) {
    LsmiTraining training = {sizeof training, 5, 16, 1e-2, 0, 1.0, 0.0, 0, 0};
    return training;
}

LsmiFitOptions small_fit(void) {
    LsmiFitOptions options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.training = small_training();
    options.seed = 3;
    return options;
}
