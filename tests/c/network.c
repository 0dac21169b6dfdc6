/* Classifier networks: values, gradients, fits. */
#include "check.h"

/* Two features, three hidden units, two classes. */
static double W1[] = {0.5, -1.0, 0.25, 0.75, -0.5, 0.125}, B1[] = {0.1, -0.2, 0.3};
static double W2[] = {1.0, -0.5, 0.25, -0.75, 0.5, 1.25}, B2[] = {0.05, -0.15};

static LsmiNetwork *two_layers(int32_t activation) {
    LsmiLayer layers[] = {{sizeof(LsmiLayer), 3, W1, B1}, {sizeof(LsmiLayer), 2, W2, B2}};
    LsmiNetwork *network = NULL;
    OK(lsmi_network_new(LSMI_F64, 2, layers, 2, activation, &network));
    return network;
}

static void by_hand(const double *x, int32_t activation, double *log_p) {
    double hidden[3], z[2], largest, sum;
    size_t i;
    for (i = 0; i < 3; i++) {
        double v = W1[2 * i] * x[0] + W1[2 * i + 1] * x[1] + B1[i];
        hidden[i] = activation == LSMI_ACTIVATION_TANH ? tanh(v) : fmax(v, 0.0);
    }
    for (i = 0; i < 2; i++)
        z[i] = W2[3 * i] * hidden[0] + W2[3 * i + 1] * hidden[1] + W2[3 * i + 2] * hidden[2] + B2[i];
    largest = fmax(z[0], z[1]);
    sum = log(exp(z[0] - largest) + exp(z[1] - largest)) + largest;
    log_p[0] = z[0] - sum;
    log_p[1] = z[1] - sum;
}

static void test_values(void) {
    double x[4 * 3] = {0}, out[8], want[2];
    uint64_t state = 5;
    size_t i;
    int32_t activation;
    LsmiMatrix matrix = matrix64(x, 4, 2, 3);
    for (i = 0; i < COUNT(x); i++)
        x[i] = number(&state);
    for (activation = LSMI_ACTIVATION_RELU; activation <= LSMI_ACTIVATION_TANH; activation++) {
        LsmiNetwork *network = two_layers(activation);
        OK(lsmi_network_log_probabilities(network, &matrix, out));
        for (i = 0; i < 4; i++) {
            by_hand(x + 3 * i, activation, want);
            CLOSE(out[2 * i], want[0], 1e-13);
            CLOSE(out[2 * i + 1], want[1], 1e-13);
            CLOSE(exp(out[2 * i]) + exp(out[2 * i + 1]), 1.0, 1e-13);
        }
        OK(lsmi_network_free(network));
    }
}

static void test_form(void) {
    float w[] = {0.5f, -1.0f, 0.25f, 0.75f, 1.0f, 2.0f}, b[] = {0.125f, -0.25f, 0.5f}, got_w[6], got_b[3];
    float x[] = {1.0f, -1.0f}, out[3];
    int32_t type = -1, activation = -1;
    size_t features = 0, classes = 0, count = 0, inputs = 0, outputs = 0;
    LsmiLayer layer = {sizeof layer, 3, w, b};
    LsmiLayerBuffers room = {sizeof room, got_w, got_b};
    LsmiMatrix matrix = matrix32(x, 1, 2, 2);
    LsmiNetwork *network = NULL;
    OK(lsmi_network_new(LSMI_F32, 2, &layer, 1, LSMI_ACTIVATION_TANH, &network));
    OK(lsmi_network_form(network, &type, &features, &classes, &count, &activation));
    CHECK(type == LSMI_F32 && features == 2 && classes == 3 && count == 1 && activation == LSMI_ACTIVATION_TANH);
    OK(lsmi_network_form(network, NULL, NULL, NULL, NULL, NULL));
    count = 7;
    OK(lsmi_network_expansion_count(network, &count));
    CHECK(count == 0);
    OK(lsmi_network_layer(network, 0, &inputs, &outputs, &room));
    CHECK(inputs == 2 && outputs == 3);
    CHECK(memcmp(w, got_w, sizeof w) == 0 && memcmp(b, got_b, sizeof b) == 0);
    OK(lsmi_network_layer(network, 0, NULL, NULL, NULL));
    room.weights = room.biases = NULL;
    OK(lsmi_network_layer(network, 0, NULL, NULL, &room));
    OK(lsmi_network_log_probabilities(network, &matrix, out));
    CLOSE(exp((double)out[0]) + exp((double)out[1]) + exp((double)out[2]), 1.0, 1e-6);
    OK(lsmi_network_free(network));
}

static double loss_of(const LsmiMatrix *x, const int64_t *y, const double *weights) {
    double out[6], sum = 0.0, total = 0.0;
    size_t i;
    LsmiNetwork *network = two_layers(LSMI_ACTIVATION_TANH);
    OK(lsmi_network_log_probabilities(network, x, out));
    OK(lsmi_network_free(network));
    for (i = 0; i < 3; i++) {
        sum -= weights[i] * out[2 * i + (size_t)y[i]];
        total += weights[i];
    }
    return sum / total;
}

static void differences(const char *what, double *values, const double *gradient, size_t count, const LsmiMatrix *x,
                        const int64_t *y, const double *weights) {
    const double step = 1e-5;
    size_t i;
    for (i = 0; i < count; i++) {
        double kept = values[i], up, down;
        values[i] = kept + step;
        up = loss_of(x, y, weights);
        values[i] = kept - step;
        down = loss_of(x, y, weights);
        values[i] = kept;
        check_close(gradient[i], (up - down) / (2.0 * step), 1e-8, what, __FILE__, __LINE__);
    }
}

static void test_gradient(void) {
    double x[] = {0.25, 0.5, -1.0, 0.125, 1.5, -0.75}, weights[] = {1.0, 0.0, 2.5};
    double w1[6], b1[3], w2[6], b2[2], gx[6], loss;
    int64_t y[] = {1, 0, 1};
    LsmiLayerBuffers gradient[] = {{sizeof(LsmiLayerBuffers), w1, b1}, {sizeof(LsmiLayerBuffers), w2, b2}};
    LsmiMatrix matrix = matrix64(x, 3, 2, 2);
    LsmiNetwork *network = two_layers(LSMI_ACTIVATION_TANH);
    OK(lsmi_network_gradient(network, &matrix, y, 3, weights, &loss, gradient, gx));
    CLOSE(loss, loss_of(&matrix, y, weights), 1e-13);
    differences("weights of layer 0", W1, w1, 6, &matrix, y, weights);
    differences("biases of layer 0", B1, b1, 3, &matrix, y, weights);
    differences("weights of layer 1", W2, w2, 6, &matrix, y, weights);
    differences("biases of layer 1", B2, b2, 2, &matrix, y, weights);
    differences("x", x, gx, 6, &matrix, y, weights);
    OK(lsmi_network_gradient(network, &matrix, y, 3, NULL, NULL, NULL, NULL));
    gradient[0].weights = gradient[1].biases = NULL;
    OK(lsmi_network_gradient(network, &matrix, y, 3, NULL, NULL, gradient, NULL));
    OK(lsmi_network_free(network));
}

static int32_t count_epochs(void *user, const LsmiProgress *progress) {
    size_t *epochs = user;
    CHECK(progress->component == -1 && progress->epochs == 5);
    return ++*epochs == 4;
}

static void test_fit(void) {
    static const size_t hidden[] = {5, 4};
    static Data data;
    int32_t type;
    make_data(&data);
    for (type = LSMI_F32; type <= LSMI_F64; type++) {
        LsmiMatrix x = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
        LsmiFitOptions fit = small_fit();
        LsmiNetwork *network = NULL, *linear = NULL;
        size_t count = 0, classes = 0, epochs = 0;
        int32_t got = -1;
        if (type == LSMI_F32)
            x = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
        OK(lsmi_network_fit(&x, data.y, SAMPLES, 3, NULL, hidden, 2, LSMI_ACTIVATION_TANH, &fit, &network));
        OK(lsmi_network_form(network, &got, NULL, &classes, &count, NULL));
        CHECK(got == type && classes == 3 && count == 3);
        OK(lsmi_network_free(network));

        OK(lsmi_network_fit(&x, data.y, SAMPLES, 2, NULL, NULL, 0, LSMI_ACTIVATION_RELU, &fit, &linear));
        if (type == LSMI_F64) {
            /* A fit is better than chance. */
            double loss;
            OK(lsmi_network_gradient(linear, &x, data.y, SAMPLES, NULL, &loss, NULL, NULL));
            CHECK(loss < log(2.0) + 0.2);
        }
        OK(lsmi_network_free(linear));
        fit.progress = count_epochs;
        fit.user = &epochs;
        FAILS(lsmi_network_fit(&x, data.y, SAMPLES, 2, NULL, NULL, 0, LSMI_ACTIVATION_RELU, &fit, &linear),
              LSMI_ERROR_CANCELLED, "cancelled");
        CHECK(linear == NULL && epochs == 4);
    }
}

void test_network(void) {
    test_values();
    test_form();
    test_gradient();
    test_fit();
}
