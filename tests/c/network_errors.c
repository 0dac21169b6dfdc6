/* Everything that a call about a network can be refused for. */
#include "check.h"

static const double WEIGHTS[] = {0.5, -1.0, 0.25, 0.75}, BIASES[] = {0.125, -0.25};

static void test_new(void) {
    LsmiLayer good[] = {{sizeof(LsmiLayer), 2, WEIGHTS, BIASES}, {sizeof(LsmiLayer), 2, WEIGHTS, BIASES}};
    LsmiLayer bad[2];
    double not_finite[] = {0.5, 1.0, INFINITY, 1.0};
    LsmiNetwork *out = (LsmiNetwork *)&bad;
    REFUSES_NULL(lsmi_network_new(LSMI_F64, 2, NULL, 2, LSMI_ACTIVATION_RELU, &out), "layers");
    CHECK(out == NULL);
    REFUSES_NULL(lsmi_network_new(LSMI_F64, 2, good, 2, LSMI_ACTIVATION_RELU, NULL), "out");
    FAILS_LIKE(lsmi_network_new(LSMI_F64, 2, misaligned(good), 1, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_POINTER,
               "layers: ");
    FAILS(lsmi_network_new(2, 2, good, 2, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_TYPE,
          "type: expected LSMI_F32 (0) or LSMI_F64 (1), got 2");
    FAILS(lsmi_network_new(LSMI_F64, 2, good, 2, 2, &out), LSMI_ERROR_SETTING,
          "activation: expected a code from 0 to 1, got 2");
    FAILS_LIKE(lsmi_network_new(LSMI_F64, 0, good, 2, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_EMPTY, "features");
    FAILS_LIKE(lsmi_network_new(LSMI_F64, 2, good, 0, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_EMPTY, "layers");
    FAILS_LIKE(lsmi_network_new(LSMI_F64, 2, good, SIZE_MAX / 8, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_SETTING,
               "layers: expected at most 268435456 parameters, got more");
    /* Refused before the arrays are read, which have no such lengths. */
    FAILS_LIKE(lsmi_network_new(LSMI_F64, SIZE_MAX, good, 2, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_SETTING,
               "layers: ");
    FAILS_LIKE(lsmi_network_new(LSMI_F64, (size_t)1 << 40, good, 2, LSMI_ACTIVATION_RELU, &out), LSMI_ERROR_SETTING,
               "layers: ");
#define BAD_LAYER(index, member, value, status, message)                                                     \
    do {                                                                                                     \
        memcpy(bad, good, sizeof bad);                                                                       \
        bad[index].member = (value);                                                                         \
        FAILS_LIKE(lsmi_network_new(LSMI_F64, 2, bad, 2, LSMI_ACTIVATION_RELU, &out), status, message);      \
        CHECK(out == NULL);                                                                                  \
    } while (0)
    BAD_LAYER(0, struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiLayer: expected struct_size ");
    BAD_LAYER(1, struct_size, 99, LSMI_ERROR_STRUCT_SIZE, "LsmiLayer: expected struct_size ");
    BAD_LAYER(0, weights, NULL, LSMI_ERROR_POINTER, "weights: expected a pointer, got NULL");
    BAD_LAYER(1, biases, NULL, LSMI_ERROR_POINTER, "biases: expected a pointer, got NULL");
    BAD_LAYER(1, weights, misaligned(not_finite), LSMI_ERROR_POINTER, "weights: expected a pointer aligned");
    BAD_LAYER(1, weights, not_finite, LSMI_ERROR_NOT_FINITE, "expected a finite number, got inf");
    BAD_LAYER(1, outputs, 0, LSMI_ERROR_EMPTY, "");
    BAD_LAYER(0, outputs, SIZE_MAX, LSMI_ERROR_SETTING, "layers: ");
    BAD_LAYER(1, outputs, (size_t)1 << 40, LSMI_ERROR_SETTING, "layers: ");
}

static void test_handles(void) {
    LsmiMarginal *density = small_density();
    LsmiNetwork *network = small_network(), *other = (LsmiNetwork *)density;
    double x[] = {0.0, 1.0}, out[2];
    int64_t y[] = {0};
    char text[8];
    size_t length;
    LsmiMatrix matrix = matrix64(x, 1, 2, 2);
    static const char another[] = "LsmiNetwork: expected a handle of this kind, got another";

    OK(lsmi_network_free(NULL));
    FAILS(lsmi_network_free(other), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_network_form(other, NULL, NULL, NULL, NULL, NULL), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_network_layer(other, 0, NULL, NULL, NULL), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_network_expansion_count(other, &length), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_network_log_probabilities(other, &matrix, out), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_network_gradient(other, &matrix, y, 1, NULL, NULL, NULL, NULL), LSMI_ERROR_HANDLE, another);
    FAILS(lsmi_network_error_message(other, text, sizeof text, &length), LSMI_ERROR_HANDLE, another);
    REFUSES_NULL(lsmi_network_form(NULL, NULL, NULL, NULL, NULL, NULL), "LsmiNetwork");
    REFUSES_NULL(lsmi_network_layer(NULL, 0, NULL, NULL, NULL), "LsmiNetwork");
    REFUSES_NULL(lsmi_network_expansion_count(NULL, &length), "LsmiNetwork");
    REFUSES_NULL(lsmi_network_log_probabilities(NULL, &matrix, out), "LsmiNetwork");
    REFUSES_NULL(lsmi_network_gradient(NULL, &matrix, y, 1, NULL, NULL, NULL, NULL), "LsmiNetwork");
    REFUSES_NULL(lsmi_network_error_message(NULL, text, sizeof text, &length), "LsmiNetwork");
    OK(lsmi_network_free(network));
    OK(lsmi_marginal_free(density));
}

static void test_evaluation(void) {
    LsmiNetwork *network = small_network();
    double x[] = {0.0, 1.0, 0.5, -0.5}, out[4], weights[] = {1.0, -1.0};
    float x32[] = {0.0f, 1.0f};
    int64_t y[] = {0, 1};
    char text[256];
    size_t length;
    int32_t code;
    LsmiMatrix matrix = matrix64(x, 2, 2, 2), wide = matrix64(x, 1, 3, 3), single = matrix32(x32, 1, 2, 2);
    LsmiMatrix bad = matrix;
    LsmiLayerBuffers room = {sizeof room, NULL, NULL};

    FAILS(lsmi_network_log_probabilities(network, &wide, out), LSMI_ERROR_SHAPE, "x: expected 2 features, got 3");
    OK(lsmi_network_error_message(network, text, sizeof text, &length));
    CHECK(strcmp(text, "x: expected 2 features, got 3") == 0 && length == strlen(text));
    CHECK(lsmi_network_error_message(network, text, 5, NULL) == LSMI_ERROR_BUFFER);
    REFUSES_NULL(lsmi_network_log_probabilities(network, NULL, out), "x");
    REFUSES_NULL(lsmi_network_log_probabilities(network, &matrix, NULL), "out");
    FAILS_LIKE(lsmi_network_log_probabilities(network, &matrix, misaligned(out)), LSMI_ERROR_POINTER, "out: ");
    FAILS(lsmi_network_log_probabilities(network, &single, out), LSMI_ERROR_TYPE, "x: expected f64 numbers, got f32");
    bad.struct_size = 0;
    REFUSES_SIZE(lsmi_network_log_probabilities(network, &bad, out), LsmiMatrix);
    REFUSES_SIZE(lsmi_network_gradient(network, &bad, y, 2, NULL, NULL, NULL, NULL), LsmiMatrix);
    bad = matrix;
    bad.samples = 0;
    FAILS_LIKE(lsmi_network_log_probabilities(network, &bad, out), LSMI_ERROR_EMPTY, "x: ");
    FAILS_LIKE(lsmi_network_gradient(network, &bad, y, 2, NULL, NULL, NULL, NULL), LSMI_ERROR_EMPTY, "x: ");
    bad.samples = SIZE_MAX / 2;
    FAILS_LIKE(lsmi_network_log_probabilities(network, &bad, out), LSMI_ERROR_SHAPE, "addressed");

    REFUSES_NULL(lsmi_network_gradient(network, NULL, y, 2, NULL, NULL, NULL, NULL), "x");
    REFUSES_NULL(lsmi_network_gradient(network, &matrix, NULL, 2, NULL, NULL, NULL, NULL), "y");
    FAILS(lsmi_network_gradient(network, &matrix, y, 1, NULL, NULL, NULL, NULL), LSMI_ERROR_SHAPE,
          "y: expected 2 samples, got 1");
    FAILS(lsmi_network_gradient(network, &single, y, 1, NULL, NULL, NULL, NULL), LSMI_ERROR_TYPE,
          "x: expected f64 numbers, got f32");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, misaligned(y), 2, NULL, NULL, NULL, NULL), LSMI_ERROR_POINTER,
               "y: ");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, weights, NULL, NULL, NULL), LSMI_ERROR_SETTING,
               "weights: row 1");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, misaligned(weights), NULL, NULL, NULL),
               LSMI_ERROR_POINTER, "weights: ");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, NULL, misaligned(out), NULL, NULL), LSMI_ERROR_POINTER,
               "loss: ");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, NULL, NULL, NULL, misaligned(out)), LSMI_ERROR_POINTER,
               "gradient_x: ");
    room.biases = misaligned(out);
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, NULL, NULL, &room, NULL), LSMI_ERROR_POINTER,
               "biases: ");
    room.struct_size = 3;
    REFUSES_SIZE(lsmi_network_gradient(network, &matrix, y, 2, NULL, NULL, &room, NULL), LsmiLayerBuffers);
    y[0] = -1;
    FAILS(lsmi_network_gradient(network, &matrix, y, 2, NULL, NULL, NULL, NULL), LSMI_ERROR_CLASS,
          "y: row 0, column 0: expected a class number from 0 to 1, got -1");

    FAILS(lsmi_network_layer(network, 1, NULL, NULL, NULL), LSMI_ERROR_SHAPE,
          "index: expected a layer below 1, got 1");
    FAILS_LIKE(lsmi_network_layer(network, SIZE_MAX, NULL, NULL, NULL), LSMI_ERROR_SHAPE, "index: ");
    REFUSES_SIZE(lsmi_network_layer(network, 0, NULL, NULL, &room), LsmiLayerBuffers);
    FAILS_LIKE(lsmi_network_layer(network, 0, misaligned(&length), NULL, NULL), LSMI_ERROR_POINTER, "inputs: ");
    FAILS_LIKE(lsmi_network_layer(network, 0, NULL, misaligned(&length), NULL), LSMI_ERROR_POINTER, "outputs: ");
    REFUSES_NULL(lsmi_network_expansion_count(network, NULL), "count");
    FAILS_LIKE(lsmi_network_form(network, misaligned(&code), NULL, NULL, NULL, NULL), LSMI_ERROR_POINTER, "type: ");
    FAILS_LIKE(lsmi_network_form(network, NULL, NULL, NULL, misaligned(&length), NULL), LSMI_ERROR_POINTER,
               "layer_count: ");
    OK(lsmi_network_free(network));
}

static void test_fit(void) {
    double x[] = {0.0, 1.0, 0.5, -0.5, 1.5, 0.25}, weights[] = {1.0, 1.0, -1.0};
    int64_t y[] = {0, 1, 0};
    size_t hidden[] = {3, 0}, held_out[] = {3};
    LsmiMatrix matrix = matrix64(x, 3, 2, 2), bad = matrix;
    LsmiFitOptions good = small_fit(), fit = good;
    LsmiNetwork *out = NULL;
#define FIT(x, y, y_count, classes, weights, hidden, hidden_count, activation, fit)                          \
    lsmi_network_fit(x, y, y_count, classes, weights, hidden, hidden_count, activation, fit, &out)
    REFUSES_NULL(FIT(NULL, y, 3, 2, NULL, NULL, 0, 0, &fit), "x");
    REFUSES_NULL(FIT(&matrix, NULL, 3, 2, NULL, NULL, 0, 0, &fit), "y");
    REFUSES_NULL(FIT(&matrix, y, 3, 2, NULL, NULL, 1, 0, &fit), "hidden");
    REFUSES_NULL(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 0, NULL), "LsmiFitOptions");
    REFUSES_NULL(lsmi_network_fit(&matrix, y, 3, 2, NULL, NULL, 0, 0, &fit, NULL), "out");
    FAILS(FIT(&matrix, y, 2, 2, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SHAPE, "y: expected 3 samples, got 2");
    FAILS_LIKE(FIT(&matrix, y, SIZE_MAX, 2, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SHAPE, "y: ");
    FAILS_LIKE(FIT(&matrix, y, 3, 1, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SETTING,
               "classes: expected at least 2, got 1");
    FAILS_LIKE(FIT(&matrix, y, 3, 0, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SETTING, "");
    FAILS_LIKE(FIT(&matrix, y, 3, SIZE_MAX, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SETTING, "");
    FAILS_LIKE(FIT(&matrix, y, 3, (size_t)1 << 44, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SETTING, "");
    FAILS_LIKE(FIT(&matrix, y, 3, 2, weights, NULL, 0, 0, &fit), LSMI_ERROR_SETTING, "weights: row 2");
    FAILS_LIKE(FIT(&matrix, y, 3, 2, NULL, hidden, 2, 0, &fit), LSMI_ERROR_SETTING, "hidden: ");
    FAILS_LIKE(FIT(&matrix, y, 3, 2, NULL, hidden, SIZE_MAX / 4, 0, &fit), LSMI_ERROR_SHAPE, "hidden: ");
    hidden[1] = (size_t)1 << 44;
    FAILS_LIKE(FIT(&matrix, y, 3, 2, NULL, hidden, 2, 0, &fit), LSMI_ERROR_SETTING, "hidden: ");
    FAILS(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 3, &fit), LSMI_ERROR_SETTING,
          "activation: expected a code from 0 to 1, got 3");
    bad.type_ = 4;
    FAILS_LIKE(FIT(&bad, y, 3, 2, NULL, NULL, 0, 0, &fit), LSMI_ERROR_TYPE, "got 4");
    bad.struct_size = 4;
    REFUSES_SIZE(FIT(&bad, y, 3, 2, NULL, NULL, 0, 0, &fit), LsmiMatrix);
    bad = matrix;
    bad.features = 0;
    FAILS_LIKE(FIT(&bad, y, 3, 2, NULL, NULL, 0, 0, &fit), LSMI_ERROR_EMPTY, "x: ");
    fit.training.batch = 0;
    FAILS_LIKE(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SETTING, "classifier_batch: ");
    fit.training.struct_size = 0;
    REFUSES_SIZE(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 0, &fit), LsmiTraining);
    fit.struct_size = 0;
    REFUSES_SIZE(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 0, &fit), LsmiFitOptions);
    fit = good;
    fit.held_out = held_out;
    fit.held_out_count = 1;
    FAILS_LIKE(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 0, &fit), LSMI_ERROR_SETTING, "held_out: ");
    x[0] = 1e305;
    fit = good;
    fit.training.learning_rate = 1e5;
    FAILS_LIKE(FIT(&matrix, y, 3, 2, NULL, hidden, 1, 0, &fit), LSMI_ERROR_DIVERGED, "classifier: epoch ");
    x[0] = (double)NAN;
    FAILS(FIT(&matrix, y, 3, 2, NULL, NULL, 0, 0, &good), LSMI_ERROR_NOT_FINITE,
          "x: row 0, column 0: expected a finite number, got NaN");
    CHECK(out == NULL);
}

void test_network_errors(void) {
    test_new();
    test_handles();
    test_evaluation();
    test_fit();
}
