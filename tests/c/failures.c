/* What a failure leaves: the field at fault, messages in the handles that took part, buffers as they were. */
#include "check.h"

static void field_is(const char *want) {
    char field[64];
    size_t length = 99;
    OK(lsmi_last_error_field(NULL, 0, &length));
    CHECK(length == strlen(want));
    OK(lsmi_last_error_field(field, sizeof field, &length));
    CHECK(strcmp(field, want) == 0 && length == strlen(want));
}

static int32_t stop(void *user, const LsmiProgress *progress) {
    (void)user;
    return progress->epoch > 0;
}

static void test_field(void) {
    double values[] = {0.5, 0.25};
    char field[64];
    size_t length;
    LsmiMatrix x = matrix64(values, 2, 1, 1);
    LsmiConfig config = small_config();
    LsmiFitOptions fit = small_fit();
    LsmiMarginalOptions form = {
        sizeof form, 2, 0, 0, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginal *out = NULL;
    REFUSES_NULL(lsmi_mean(NULL, 3, values), "values");
    field_is("values");
    /* A success leaves it, and so does a look at it. */
    OK(lsmi_mean(values, 2, values));
    field_is("values");
    CHECK(lsmi_last_error_field(field, 4, &length) == LSMI_ERROR_BUFFER);
    CHECK(strcmp(field, "val") == 0 && length == 6);
    CHECK(lsmi_last_error_field(field, sizeof field, misaligned(&length)) == LSMI_ERROR_POINTER);
    field_is("values");
    config.modes = 0;
    FAILS_LIKE(lsmi_config_check(&config), LSMI_ERROR_SETTING, "modes: ");
    field_is("modes");
    x.struct_size = 3;
    REFUSES_SIZE(lsmi_log_sum_exp(&x, values), LsmiMatrix);
    field_is("LsmiMatrix");
    x.struct_size = sizeof x;
    values[1] = (double)NAN;
    FAILS_LIKE(lsmi_marginal_fit(&x, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_NOT_FINITE, "x: row 1");
    field_is("x");
    values[1] = 0.25;
    fit.progress = stop;
    FAILS(lsmi_marginal_fit(&x, NULL, &form, LSMI_START_NORMAL, &fit, &out), LSMI_ERROR_CANCELLED, "cancelled");
    field_is("");
}

enum { MARK = 0x5a };

static int untouched(const void *memory, size_t size) {
    const unsigned char *bytes = memory;
    while (size > 0 && bytes[size - 1] == MARK)
        size--;
    return size == 0;
}

static void test_density_gradient(void) {
    double x[] = {0.0, 1.0, 0.5, -0.5}, weights[] = {1.0, -1.0}, out[16];
    LsmiMarginal *density = small_density();
    LsmiMatrix matrix = matrix64(x, 2, 2, 2);
    LsmiMarginalBuffers good = {sizeof good, out + 1, out + 3, out + 5, out + 9}, bad = good;
    double *loss = out, *gx = out + 10;
    memset(out, MARK, sizeof out);
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, weights, loss, &good, gx), LSMI_ERROR_SETTING, "weights: ");
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, NULL, loss, &good, misaligned(gx)), LSMI_ERROR_POINTER,
               "gradient_x: ");
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, NULL, misaligned(loss), &good, gx), LSMI_ERROR_POINTER,
               "loss: ");
    bad.logits = misaligned(out + 9);
    FAILS_LIKE(lsmi_marginal_gradient(density, &matrix, NULL, loss, &bad, gx), LSMI_ERROR_POINTER, "logits: ");
    FAILS_LIKE(lsmi_marginal_weighted_sum_gradient(density, &matrix, x, loss, &bad, gx), LSMI_ERROR_POINTER,
               "logits: ");
    FAILS_LIKE(lsmi_marginal_weighted_sum_gradient(density, &matrix, x, loss, &good, misaligned(gx)),
               LSMI_ERROR_POINTER, "gradient_x: ");
    FAILS_LIKE(lsmi_marginal_parameters(density, &bad), LSMI_ERROR_POINTER, "logits: ");
    bad.struct_size = 0;
    REFUSES_SIZE(lsmi_marginal_gradient(density, &matrix, NULL, loss, &bad, gx), LsmiMarginalBuffers);
    CHECK(untouched(out, sizeof out));
    OK(lsmi_marginal_gradient(density, &matrix, NULL, loss, &good, gx));
    CHECK(!untouched(out, sizeof(double)) && untouched(out + 14, 2 * sizeof(double)));
    OK(lsmi_marginal_free(density));
}

static void test_network_gradient(void) {
    double x[] = {0.0, 1.0, 0.5, -0.5}, weights[] = {1.0, -1.0}, out[16];
    int64_t y[] = {0, 1}, beyond[] = {0, 2};
    LsmiNetwork *network = small_network();
    LsmiMatrix matrix = matrix64(x, 2, 2, 2);
    LsmiLayerBuffers good = {sizeof good, out + 1, out + 5}, bad = good;
    double *loss = out, *gx = out + 7;
    memset(out, MARK, sizeof out);
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, beyond, 2, NULL, loss, &good, gx), LSMI_ERROR_CLASS, "y: ");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, weights, loss, &good, gx), LSMI_ERROR_SETTING,
               "weights: ");
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, NULL, loss, &good, misaligned(gx)), LSMI_ERROR_POINTER,
               "gradient_x: ");
    bad.biases = misaligned(out + 5);
    FAILS_LIKE(lsmi_network_gradient(network, &matrix, y, 2, NULL, loss, &bad, gx), LSMI_ERROR_POINTER, "biases: ");
    FAILS_LIKE(lsmi_network_layer(network, 0, NULL, NULL, &bad), LSMI_ERROR_POINTER, "biases: ");
    bad.struct_size = 0;
    REFUSES_SIZE(lsmi_network_gradient(network, &matrix, y, 2, NULL, loss, &bad, gx), LsmiLayerBuffers);
    CHECK(untouched(out, sizeof out));
    OK(lsmi_network_gradient(network, &matrix, y, 2, NULL, loss, &good, gx));
    CHECK(!untouched(out, sizeof(double)) && untouched(out + 11, 5 * sizeof(double)));
    OK(lsmi_network_free(network));
}

static void network_keeps(const LsmiNetwork *network, const char *want) {
    char text[256];
    OK(lsmi_network_error_message(network, text, sizeof text, NULL));
    CHECK(strcmp(text, want) == 0);
}

static void density_keeps(const LsmiMarginal *density, const char *want) {
    char text[256];
    OK(lsmi_marginal_error_message(density, text, sizeof text, NULL));
    CHECK(strcmp(text, want) == 0);
}

/* A model that cannot be made of its parts leaves the reason in each of them. */
static void test_parts(void) {
    static const char want[] = "classifier of both: expected 4 features, got 2";
    double numbers[] = {0.5, -1.0, 0.25, 0.75, 1.0, 0.125, -0.25, 0.5}, biases[] = {0.0, 0.0};
    LsmiLayer layer = {sizeof layer, 2, numbers, biases};
    LsmiNetwork *n[3], *joint = NULL;
    LsmiMarginal *d[2];
    LsmiModel *model = (LsmiModel *)&layer;
    size_t i;
    for (i = 0; i < 3; i++)
        n[i] = small_network();
    for (i = 0; i < 2; i++)
        d[i] = small_density();
    FAILS(lsmi_model_from_parts(n[0], n[1], n[2], d[0], d[1], &model), LSMI_ERROR_SHAPE, want);
    CHECK(model == NULL);
    for (i = 0; i < 3; i++)
        network_keeps(n[i], want);
    for (i = 0; i < 2; i++)
        density_keeps(d[i], want);
    /* What is no handle of its kind keeps nothing, the others do; and all stay good for use. */
    FAILS(lsmi_model_from_parts(n[0], (LsmiNetwork *)d[0], n[2], d[0], d[1], &model), LSMI_ERROR_HANDLE,
          "LsmiNetwork: expected a handle of this kind, got another");
    network_keeps(n[1], want);
    network_keeps(n[2], "LsmiNetwork: expected a handle of this kind, got another");
    density_keeps(d[0], "LsmiNetwork: expected a handle of this kind, got another");
    OK(lsmi_network_new(LSMI_F64, 4, &layer, 1, LSMI_ACTIVATION_RELU, &joint));
    OK(lsmi_model_from_parts(n[0], n[1], joint, d[0], d[1], &model));
    OK(lsmi_model_free(model));
    OK(lsmi_network_free(joint));
    for (i = 0; i < 3; i++)
        OK(lsmi_network_free(n[i]));
    for (i = 0; i < 2; i++)
        OK(lsmi_marginal_free(d[i]));
}

void test_failures(void) {
    test_field();
    test_density_gradient();
    test_network_gradient();
    test_parts();
}
