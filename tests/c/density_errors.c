/* Everything that a call about a density can be refused for. */
#include "check.h"

static const double MEANS[] = {0.5, -0.25}, DIAGONAL[] = {0.125, -0.5}, TRIANGLE[] = {0.0, 0.0, 0.75, 0.0};
static const double LOGITS[] = {1.0};

static void test_new(void) {
    LsmiMarginalOptions good = {
        sizeof good, 1, 2, LSMI_F64, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, MEANS, DIAGONAL, TRIANGLE, LOGITS}, bad;
    LsmiMarginalOptions options = good;
    LsmiMarginal *out = (LsmiMarginal *)&bad;
    double not_finite[] = {0.5, INFINITY};
    REFUSES_NULL(lsmi_marginal_new(NULL, &parameters, &out), "LsmiMarginalOptions");
    CHECK(out == NULL);
    REFUSES_NULL(lsmi_marginal_new(&good, NULL, &out), "LsmiMarginalParameters");
    REFUSES_NULL(lsmi_marginal_new(&good, &parameters, NULL), "out");
    FAILS_LIKE(lsmi_marginal_new(&good, &parameters, misaligned(&out)), LSMI_ERROR_POINTER, "out: ");
#define BAD_OPTION(member, value, status, message)                                                           \
    do {                                                                                                     \
        options = good;                                                                                      \
        options.member = (value);                                                                            \
        out = (LsmiMarginal *)&bad;                                                                          \
        FAILS_LIKE(lsmi_marginal_new(&options, &parameters, &out), status, message);                         \
        CHECK(out == NULL);                                                                                  \
    } while (0)
    BAD_OPTION(struct_size, 1, LSMI_ERROR_STRUCT_SIZE, "LsmiMarginalOptions: expected struct_size ");
    BAD_OPTION(modes, 0, LSMI_ERROR_SETTING, "modes: ");
    BAD_OPTION(features, 0, LSMI_ERROR_EMPTY, "features");
    /* Refused before the arrays are read, which have no such lengths. */
    BAD_OPTION(modes, SIZE_MAX, LSMI_ERROR_SETTING, "modes: ");
    BAD_OPTION(modes, (size_t)1 << 40, LSMI_ERROR_SETTING,
               "modes: expected so few that there are at most 268435456 parameters, got 1099511627776 of 2 features");
    BAD_OPTION(features, SIZE_MAX / 2, LSMI_ERROR_SETTING, "modes: ");
    BAD_OPTION(features, (size_t)1 << 32, LSMI_ERROR_SETTING, "modes: ");
    BAD_OPTION(type_, 2, LSMI_ERROR_TYPE, "type: expected LSMI_F32 (0) or LSMI_F64 (1), got 2");
    BAD_OPTION(bounded, 2, LSMI_ERROR_SETTING, "bounded: expected 0 or 1, got 2");
    BAD_OPTION(diagonal, 2, LSMI_ERROR_SETTING, "diagonal: expected a code from 0 to 1, got 2");
    BAD_OPTION(triangle, -1, LSMI_ERROR_SETTING, "triangle: expected a code from 0 to 1, got -1");
    BAD_OPTION(train_means, 3, LSMI_ERROR_SETTING, "train_means: expected 0 or 1, got 3");
    BAD_OPTION(train_weights, 3, LSMI_ERROR_SETTING, "train_weights: expected 0 or 1, got 3");
#define BAD_PARAMETER(member, value, status, message)                                                        \
    do {                                                                                                     \
        bad = parameters;                                                                                    \
        bad.member = (value);                                                                                \
        FAILS_LIKE(lsmi_marginal_new(&good, &bad, &out), status, message);                                   \
        CHECK(out == NULL);                                                                                  \
    } while (0)
    BAD_PARAMETER(struct_size, 8, LSMI_ERROR_STRUCT_SIZE, "LsmiMarginalParameters: expected struct_size ");
    BAD_PARAMETER(means, NULL, LSMI_ERROR_POINTER, "means: expected a pointer, got NULL");
    BAD_PARAMETER(log_diagonal, NULL, LSMI_ERROR_POINTER, "log_diagonal: expected a pointer, got NULL");
    BAD_PARAMETER(triangle, NULL, LSMI_ERROR_POINTER, "triangle: expected a pointer, got NULL");
    BAD_PARAMETER(logits, NULL, LSMI_ERROR_POINTER, "logits: expected a pointer, got NULL");
    BAD_PARAMETER(means, misaligned(not_finite), LSMI_ERROR_POINTER, "means: expected a pointer aligned");
    BAD_PARAMETER(means, not_finite, LSMI_ERROR_NOT_FINITE,
                  "means: row 0, column 1: expected a finite number, got inf");
}

/* What every function says about its handle. */
static void test_handles(void) {
    LsmiMarginal *density = small_density();
    LsmiNetwork *network = small_network();
    LsmiMarginal *other = (LsmiMarginal *)network;
    LsmiMarginalOptions options = {sizeof options, 0, 0, 0, 0, 0, 0, 0, 0};
    LsmiMarginalBuffers buffers = {sizeof buffers, NULL, NULL, NULL, NULL};
    double x[] = {0.0, 1.0}, out[1];
    char text[8];
    size_t length;
    LsmiMatrix matrix = matrix64(x, 1, 2, 2);
    static const char another[] = "LsmiMarginal: expected a handle of this kind, got another";

    OK(lsmi_marginal_free(NULL));
    FAILS(lsmi_marginal_free(other), LSMI_ERROR_HANDLE, another);
    FAILS_LIKE(lsmi_marginal_free(misaligned(density)), LSMI_ERROR_HANDLE, "LsmiMarginal: expected a handle, ");
    FAILS(lsmi_marginal_options(other, &options), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_marginal_parameters(other, &buffers), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_marginal_log_density(other, &matrix, out), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_marginal_gradient(other, &matrix, NULL, NULL, NULL, NULL), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_marginal_weighted_sum_gradient(other, &matrix, x, NULL, NULL, NULL), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_marginal_error_message(other, text, sizeof text, &length), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_marginal_options(NULL, &options), "LsmiMarginal");
    REFUSES_NULL(lsmi_marginal_parameters(NULL, &buffers), "LsmiMarginal");
    REFUSES_NULL(lsmi_marginal_log_density(NULL, &matrix, out), "LsmiMarginal");
    REFUSES_NULL(lsmi_marginal_gradient(NULL, &matrix, NULL, NULL, NULL, NULL), "LsmiMarginal");
    REFUSES_NULL(lsmi_marginal_weighted_sum_gradient(NULL, &matrix, x, NULL, NULL, NULL), "LsmiMarginal");
    REFUSES_NULL(lsmi_marginal_error_message(NULL, text, sizeof text, &length), "LsmiMarginal");
    OK(lsmi_network_free(network));
    OK(lsmi_marginal_free(density));
}

static void test_evaluation(void) {
    LsmiMarginal *density = small_density();
    LsmiMarginalOptions options = {sizeof options, 0, 0, 0, 0, 0, 0, 0, 0};
    double x[] = {0.0, 1.0, 0.5, -0.5}, out[2], gradient[4], weights[] = {1.0, -1.0};
    float x32[] = {0.0f, 1.0f};
    char text[256];
    size_t length;
    LsmiMatrix matrix = matrix64(x, 2, 2, 2), wide = matrix64(x, 1, 3, 3), single = matrix32(x32, 1, 2, 2);
    LsmiMatrix bad = matrix;
    LsmiMarginalBuffers buffers = {sizeof buffers, gradient, NULL, NULL, NULL};

    /* The handle keeps its own last message. */
    OK(lsmi_marginal_error_message(density, text, sizeof text, &length));
    CHECK(length == 0);
    FAILS(lsmi_marginal_log_density(density, &wide, out), LSMI_ERROR_SHAPE, "x: expected 2 features, got 3");
    REFUSES_NULL(lsmi_mean(NULL, 1, out), "values");
    OK(lsmi_marginal_error_message(density, text, sizeof text, &length));
    CHECK(strcmp(text, "x: expected 2 features, got 3") == 0 && length == strlen(text));
    OK(lsmi_marginal_error_message(density, NULL, 0, &length));
    CHECK(length == 29);
    CHECK(lsmi_marginal_error_message(density, text, 5, NULL) == LSMI_ERROR_BUFFER);
    CHECK(strcmp(text, "x: e") == 0);
    FAILS_LIKE(lsmi_marginal_error_message(density, text, sizeof text, misaligned(&length)), LSMI_ERROR_POINTER,
               "length: ");

    REFUSES_NULL(lsmi_marginal_log_density(density, NULL, out), "x");
    REFUSES_NULL(lsmi_marginal_log_density(density, &matrix, NULL), "out");
    FAILS_LIKE(lsmi_marginal_log_density(density, &matrix, misaligned(out)), LSMI_ERROR_POINTER, "out: ");
    FAILS(lsmi_marginal_log_density(density, &single, out), LSMI_ERROR_TYPE, "x: expected f64 numbers, got f32");
    bad.struct_size = 0;
    REFUSES_SIZE(lsmi_marginal_log_density(density, &bad, out), LsmiMatrix);
    bad = matrix;
    bad.stride = 1;
    FAILS(lsmi_marginal_log_density(density, &bad, out), LSMI_ERROR_SHAPE,
          "x: expected 2 elements of stride, got 1");
    bad = matrix;
    bad.samples = 0;
    FAILS_LIKE(lsmi_marginal_log_density(density, &bad, out), LSMI_ERROR_EMPTY, "x: ");
    bad.samples = SIZE_MAX;
    FAILS_LIKE(lsmi_marginal_log_density(density, &bad, out), LSMI_ERROR_SHAPE, "addressed");

    REFUSES_NULL(lsmi_marginal_gradient(density, NULL, NULL, NULL, NULL, NULL), "x");
    FAILS(lsmi_marginal_gradient(density, &wide, NULL, NULL, NULL, NULL), LSMI_ERROR_SHAPE,
          "x: expected 2 features, got 3");
    FAILS(lsmi_marginal_gradient(density, &single, NULL, NULL, NULL, NULL), LSMI_ERROR_TYPE,
          "x: expected f64 numbers, got f32");
    FAILS_LIKE(lsmi_marginal_gradient(density, &bad, NULL, NULL, NULL, NULL), LSMI_ERROR_SHAPE, "addressed");
    bad.samples = 0;
    FAILS_LIKE(lsmi_marginal_gradient(density, &bad, NULL, NULL, NULL, NULL), LSMI_ERROR_EMPTY, "x: ");
    FAILS(lsmi_marginal_gradient(density, &matrix, weights, NULL, NULL, NULL), LSMI_ERROR_SETTING,
          "weights: row 1, column 0: expected a finite number, at least 0, got -1");
    weights[0] = weights[1] = 0.0;
    FAILS(lsmi_marginal_gradient(density, &matrix, weights, NULL, NULL, NULL), LSMI_ERROR_SETTING,
          "weights: expected at least one above 0, got none");
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, misaligned(weights), NULL, NULL, NULL), LSMI_ERROR_POINTER,
               "weights: ");
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, NULL, misaligned(out), NULL, NULL), LSMI_ERROR_POINTER,
               "loss: ");
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, NULL, NULL, NULL, misaligned(gradient)), LSMI_ERROR_POINTER,
               "gradient_x: ");
    buffers.logits = misaligned(gradient);
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, NULL, NULL, &buffers, NULL), LSMI_ERROR_POINTER, "logits: ");
    buffers.struct_size = 0;
    REFUSES_SIZE(lsmi_marginal_gradient(density, &matrix, NULL, NULL, &buffers, NULL), LsmiMarginalBuffers);
    REFUSES_SIZE(lsmi_marginal_weighted_sum_gradient(density, &matrix, x, NULL, &buffers, NULL),
                 LsmiMarginalBuffers);
    REFUSES_NULL(lsmi_marginal_weighted_sum_gradient(density, NULL, x, NULL, NULL, NULL), "x");
    REFUSES_NULL(lsmi_marginal_weighted_sum_gradient(density, &matrix, NULL, NULL, NULL, NULL), "upstream");
    FAILS(lsmi_marginal_weighted_sum_gradient(density, &single, x, NULL, NULL, NULL), LSMI_ERROR_TYPE,
          "x: expected f64 numbers, got f32");
    FAILS_LIKE(lsmi_marginal_weighted_sum_gradient(density, &bad, x, NULL, NULL, NULL), LSMI_ERROR_EMPTY, "x: ");
    FAILS_LIKE(lsmi_marginal_weighted_sum_gradient(density, &wide, x, NULL, NULL, NULL), LSMI_ERROR_SHAPE, "x: ");

    REFUSES_NULL(lsmi_marginal_options(density, NULL), "LsmiMarginalOptions");
    options.struct_size++;
    REFUSES_SIZE(lsmi_marginal_options(density, &options), LsmiMarginalOptions);
    REFUSES_NULL(lsmi_marginal_parameters(density, NULL), "LsmiMarginalBuffers");
    REFUSES_SIZE(lsmi_marginal_parameters(density, &buffers), LsmiMarginalBuffers);
    OK(lsmi_marginal_free(density));
}

static int32_t stop(void *user, const LsmiProgress *progress) {
    (void)user;
    return progress->epoch > 0;
}

static void test_fit(void) {
    double x[] = {0.0, 1.0, 0.5, -0.5, 1.5, 0.25}, weights[] = {1.0, 1.0, -1.0};
    size_t held_out[] = {0, 3};
    LsmiMatrix matrix = matrix64(x, 3, 2, 2), bad = matrix;
    LsmiMarginalOptions form = {
        sizeof form, 2, 0, 0, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalOptions other = form;
    LsmiFitOptions good = small_fit(), fit = good;
    LsmiMarginal *out = NULL;
    REFUSES_NULL(lsmi_marginal_fit(NULL, NULL, &form, LSMI_START_NORMAL, &fit, &out), "x");
    REFUSES_NULL(lsmi_marginal_fit(&matrix, NULL, NULL, LSMI_START_NORMAL, &fit, &out), "LsmiMarginalOptions");
    REFUSES_NULL(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, NULL, &out), "LsmiFitOptions");
    REFUSES_NULL(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &fit, NULL), "out");
    FAILS(lsmi_marginal_fit(&matrix, NULL, &form, 4, &fit, &out), LSMI_ERROR_SETTING,
          "start: expected a code from 0 to 3, got 4");
    FAILS_LIKE(lsmi_marginal_fit(&matrix, weights, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_SETTING,
               "weights: row 2");
    bad.type_ = 5;
    FAILS_LIKE(lsmi_marginal_fit(&bad, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_TYPE, "got 5");
    bad = matrix;
    bad.samples = 0;
    FAILS_LIKE(lsmi_marginal_fit(&bad, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_EMPTY, "x: ");
    bad.samples = SIZE_MAX;
    FAILS_LIKE(lsmi_marginal_fit(&bad, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_SHAPE, "addressed");
    bad.struct_size = 2;
    REFUSES_SIZE(lsmi_marginal_fit(&bad, NULL, &form, LSMI_START_NORMAL, &fit, &out), LsmiMatrix);
#define BAD_FORM(member, value, status, message)                                                             \
    do {                                                                                                     \
        other = form;                                                                                        \
        other.member = (value);                                                                              \
        FAILS_LIKE(lsmi_marginal_fit(&matrix, NULL, &other, LSMI_START_NORMAL, &good, &out), status, message); \
    } while (0)
    BAD_FORM(struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiMarginalOptions: ");
    BAD_FORM(modes, 0, LSMI_ERROR_SETTING, "modes: ");
    BAD_FORM(modes, SIZE_MAX, LSMI_ERROR_SETTING, "modes: ");
    BAD_FORM(modes, (size_t)1 << 44, LSMI_ERROR_SETTING, "modes: ");
    BAD_FORM(bounded, 2, LSMI_ERROR_SETTING, "bounded: ");
#define BAD_FIT(member, value, status, message)                                                              \
    do {                                                                                                     \
        fit = good;                                                                                          \
        fit.member = (value);                                                                                \
        FAILS_LIKE(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &fit, &out), status, message); \
        CHECK(out == NULL);                                                                                  \
    } while (0)
    BAD_FIT(struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiFitOptions: ");
    BAD_FIT(training.struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiTraining: ");
    BAD_FIT(training.batch, 0, LSMI_ERROR_SETTING, "density_batch: ");
    BAD_FIT(training.learning_rate, (double)NAN, LSMI_ERROR_SETTING, "density_learning_rate: ");
    BAD_FIT(training.decay_factor, 0.0, LSMI_ERROR_SETTING, "density_decay_factor: ");
    BAD_FIT(training.weight_decay, -1.0, LSMI_ERROR_SETTING, "density_weight_decay: ");
    BAD_FIT(training.accumulate_gradients, 7, LSMI_ERROR_SETTING, "accumulate_gradients: ");
    fit = good;
    fit.held_out = held_out;
    fit.held_out_count = 2;
    FAILS(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_SETTING,
          "held_out: expected sample numbers below 3, got 3");
    fit.held_out = NULL;
    FAILS(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_POINTER,
          "held_out: expected a pointer, got NULL");
    fit.held_out = held_out;
    fit.held_out_count = SIZE_MAX / 4;
    FAILS_LIKE(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_SHAPE,
               "held_out: ");
    /* Numbers of epochs and samples without bound ask for no memory. */
    fit = good;
    fit.training.epochs = SIZE_MAX;
    fit.training.batch = SIZE_MAX;
    fit.progress = stop;
    FAILS(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_CANCELLED, "cancelled");
    x[0] = 1e300;
    FAILS_LIKE(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &good, &out), LSMI_ERROR_DIVERGED,
               "density: epoch 0: expected a finite loss, got ");
    x[3] = -INFINITY;
    FAILS(lsmi_marginal_fit(&matrix, NULL, &form, LSMI_START_NORMAL, &good, &out), LSMI_ERROR_NOT_FINITE,
          "x: row 1, column 1: expected a finite number, got -inf");
    CHECK(out == NULL);
}

void test_density_errors(void) {
    test_new();
    test_handles();
    test_evaluation();
    test_fit();
}
