/* Densities that are trained further, and the courses of single fits. */
#include "check.h"

enum { EPOCHS = 5 };

/* Losses as the callback gets them. */
typedef struct Seen {
    double losses[EPOCHS], validation_losses[EPOCHS];
    size_t epochs;
} Seen;

static int32_t note(void *user, const LsmiProgress *progress) {
    Seen *seen = user;
    if (CHECK(seen->epochs < EPOCHS && progress->component == -1)) {
        seen->losses[seen->epochs] = progress->loss;
        seen->validation_losses[seen->epochs++] = progress->validation_loss;
    }
    return 0;
}

static double mean_surprisal(const LsmiMarginal *density, const LsmiMatrix *x) {
    double loss = 0.0;
    OK(lsmi_marginal_gradient(density, x, NULL, &loss, NULL, NULL));
    return loss;
}

/* The parameters of a density of one mode and two features, in f64. */
static void parameters_of(const LsmiMarginal *density, double *out) {
    LsmiMarginalBuffers buffers = {sizeof buffers, out, out + 2, out + 4, out + 8};
    OK(lsmi_marginal_parameters(density, &buffers));
}

static void test_values(void) {
    static Data data;
    double before[9], after[9], weights[SAMPLES];
    size_t i;
    LsmiFitOptions fit = small_fit();
    LsmiMarginal *start = small_density(), *refined = NULL, *again = NULL, *weighted = NULL;
    LsmiMatrix x;
    make_data(&data);
    x = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    parameters_of(start, before);

    /* No epoch, no change. */
    fit.training.epochs = 0;
    OK(lsmi_marginal_refine(start, &x, NULL, &fit, &refined));
    parameters_of(refined, after);
    CHECK(memcmp(before, after, sizeof before) == 0);
    OK(lsmi_marginal_free(refined));

    fit.training.epochs = EPOCHS;
    OK(lsmi_marginal_refine(start, &x, NULL, &fit, &refined));
    CHECK(mean_surprisal(refined, &x) < mean_surprisal(start, &x));
    parameters_of(start, after);
    CHECK(memcmp(before, after, sizeof before) == 0);
    parameters_of(refined, after);
    for (i = 0; i < 9; i++)
        CHECK(i == 4 || i == 5 || i == 7 || i == 8 || before[i] != after[i]);
    /* Another round goes on from there. */
    OK(lsmi_marginal_refine(refined, &x, NULL, &fit, &again));
    CHECK(mean_surprisal(again, &x) < mean_surprisal(refined, &x));
    /* Samples of weight 0 take no part. */
    for (i = 0; i < SAMPLES; i++)
        weights[i] = i % 2 == 0 ? 2.0 : 0.0;
    OK(lsmi_marginal_refine(start, &x, weights, &fit, &weighted));
    {
        double more_weight[9], other[9];
        parameters_of(weighted, other);
        CHECK(memcmp(after, other, sizeof after) != 0);
        OK(lsmi_marginal_free(weighted));
        for (i = 0; i < SAMPLES; i++)
            weights[i] *= 2.0;
        OK(lsmi_marginal_refine(start, &x, weights, &fit, &weighted));
        parameters_of(weighted, more_weight);
        CHECK(memcmp(more_weight, other, sizeof other) == 0);
    }
    OK(lsmi_marginal_free(weighted));
    OK(lsmi_marginal_free(again));
    OK(lsmi_marginal_free(refined));
    OK(lsmi_marginal_free(start));
}

/* What training does not move stays as it was, in either type. */
static void test_fixed_means(void) {
    static const float means[] = {0.5f, -0.25f, -1.0f, 0.75f}, shared[] = {0.125f, -0.5f}, logits[] = {0.25f, -0.5f};
    static Data data;
    float got_means[4], got_shared[2], got_logits[2];
    LsmiMarginalOptions form = {
        sizeof form, 2, 2, LSMI_F32, 0, LSMI_DIAGONAL_SHARED, LSMI_TRIANGLE_NONE, 0, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, means, shared, NULL, logits};
    LsmiMarginalBuffers buffers = {sizeof buffers, got_means, got_shared, NULL, got_logits};
    LsmiMarginalOptions got = {sizeof got, 0, 0, 0, 0, 0, 0, 0, 0};
    LsmiFitOptions fit = small_fit();
    LsmiMarginal *start = NULL, *refined = NULL;
    LsmiMatrix x;
    make_data(&data);
    x = matrix32(data.x1_f32, SAMPLES, FEATURES1, FEATURES1);
    OK(lsmi_marginal_new(&form, &parameters, &start));
    OK(lsmi_marginal_refine(start, &x, NULL, &fit, &refined));
    OK(lsmi_marginal_parameters(refined, &buffers));
    CHECK(memcmp(got_means, means, sizeof means) == 0);
    CHECK(memcmp(got_shared, shared, sizeof shared) != 0 && memcmp(got_logits, logits, sizeof logits) != 0);
    OK(lsmi_marginal_options(refined, &got));
    CHECK(got.type_ == LSMI_F32 && got.modes == 2 && got.features == 2 && got.train_means == 0);
    CHECK(got.diagonal == LSMI_DIAGONAL_SHARED && got.triangle == LSMI_TRIANGLE_NONE);
    OK(lsmi_marginal_free(start));
    OK(lsmi_marginal_free(refined));
}

static void test_history(void) {
    static const size_t held_out[] = {0, 7, 11};
    static Data data;
    double losses[EPOCHS], validation_losses[EPOCHS + 1], more[EPOCHS + 1];
    size_t length = 9, held_out_length = 9, best = 9, other = 9;
    LsmiMarginal *given = small_density(), *density = NULL;
    LsmiNetwork *given_network = small_network(), *network = NULL;
    LsmiFitOptions fit = small_fit();
    Seen seen;
    LsmiMatrix x;
    make_data(&data);
    x = matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1);
    memset(&seen, 0, sizeof seen);
    fit.progress = note;
    fit.user = &seen;
    fit.held_out = held_out;
    fit.held_out_count = COUNT(held_out);
    fit.training.patience = 100;

    /* Given parameters have no course. */
    OK(lsmi_marginal_history(given, NULL, 0, &length, NULL, 0, &held_out_length, &best));
    CHECK(length == 0 && held_out_length == 0 && best == 0);
    OK(lsmi_network_history(given_network, NULL, 0, &length, NULL, 0, &held_out_length, &best));
    CHECK(length == 0 && held_out_length == 0 && best == 0);

    /* The course is what the callback saw, after the loss before training. */
    OK(lsmi_marginal_refine(given, &x, NULL, &fit, &density));
    OK(lsmi_marginal_history(density, losses, EPOCHS, &length, validation_losses, EPOCHS + 1, &held_out_length, &best));
    CHECK(length == EPOCHS && held_out_length == EPOCHS + 1 && best > 0 && best <= EPOCHS);
    CHECK(memcmp(losses, seen.losses, sizeof losses) == 0);
    CHECK(memcmp(validation_losses + 1, seen.validation_losses, sizeof seen.validation_losses) == 0);
    OK(lsmi_marginal_history(density, NULL, 0, NULL, NULL, 0, NULL, NULL));
    FAILS(lsmi_marginal_history(density, losses, EPOCHS - 1, &length, NULL, 0, NULL, NULL), LSMI_ERROR_BUFFER,
          "buffer: expected room for 5, got 4");
    FAILS(lsmi_marginal_history(density, NULL, 0, NULL, more, EPOCHS, NULL, NULL), LSMI_ERROR_BUFFER,
          "buffer: expected room for 6, got 5");
    FAILS_LIKE(lsmi_marginal_history(density, misaligned(losses), EPOCHS, NULL, NULL, 0, NULL, NULL),
               LSMI_ERROR_POINTER, "buffer: ");
    FAILS_LIKE(lsmi_marginal_history(density, NULL, 0, misaligned(&length), NULL, 0, NULL, NULL), LSMI_ERROR_POINTER,
               "length: ");
    FAILS_LIKE(lsmi_marginal_history(density, NULL, 0, NULL, NULL, 0, NULL, misaligned(&best)), LSMI_ERROR_POINTER,
               "best_epoch: ");
    REFUSES_NULL(lsmi_marginal_history(NULL, NULL, 0, NULL, NULL, 0, NULL, NULL), "LsmiMarginal");
    FAILS_LIKE(lsmi_marginal_history((LsmiMarginal *)given_network, NULL, 0, NULL, NULL, 0, NULL, NULL),
               LSMI_ERROR_HANDLE, "LsmiMarginal: expected a handle of this kind");

    seen.epochs = 0;
    OK(lsmi_network_fit(&x, data.y, SAMPLES, 2, NULL, NULL, 0, LSMI_ACTIVATION_RELU, &fit, &network));
    OK(lsmi_network_history(network, losses, EPOCHS, &length, validation_losses, EPOCHS + 1, &held_out_length, &best));
    CHECK(length == EPOCHS && held_out_length == EPOCHS + 1 && best <= EPOCHS);
    CHECK(memcmp(losses, seen.losses, sizeof losses) == 0);
    CHECK(memcmp(validation_losses + 1, seen.validation_losses, sizeof seen.validation_losses) == 0);
    FAILS_LIKE(lsmi_network_history(network, losses, 0, &length, NULL, 0, NULL, NULL), LSMI_ERROR_BUFFER, "buffer: ");
    FAILS_LIKE(lsmi_network_history(network, NULL, 0, NULL, NULL, 0, misaligned(&length), NULL), LSMI_ERROR_POINTER,
               "length: ");
    REFUSES_NULL(lsmi_network_history(NULL, NULL, 0, NULL, NULL, 0, NULL, NULL), "LsmiNetwork");
    FAILS_LIKE(lsmi_network_history((LsmiNetwork *)given, NULL, 0, NULL, NULL, 0, NULL, NULL), LSMI_ERROR_HANDLE,
               "LsmiNetwork: expected a handle of this kind");
    OK(lsmi_network_free(network));
    OK(lsmi_marginal_free(density));

    /* What a model gives out has the course that the model has. */
    {
        LsmiModel *model = small_model(&data, LSMI_F64);
        int32_t c;
        for (c = 0; c < 5; c++) {
            OK(lsmi_model_history(model, c, losses, EPOCHS, &length, validation_losses, EPOCHS + 1, NULL, &best));
            if (c < LSMI_COMPONENT_DENSITY1) {
                OK(lsmi_model_network(model, c, &network));
                OK(lsmi_network_history(network, more, EPOCHS, &held_out_length, NULL, 0, NULL, &other));
                OK(lsmi_network_free(network));
            } else {
                OK(lsmi_model_density(model, c, &density));
                OK(lsmi_marginal_history(density, more, EPOCHS, &held_out_length, NULL, 0, NULL, &other));
                OK(lsmi_marginal_free(density));
            }
            CHECK(length > 0 && held_out_length == length && other == best);
            CHECK(memcmp(more, losses, length * sizeof *losses) == 0);
        }
        OK(lsmi_model_free(model));
    }
    OK(lsmi_marginal_free(given));
    OK(lsmi_network_free(given_network));
}

static int32_t stop(void *user, const LsmiProgress *progress) {
    (void)user;
    return progress->epoch > 0;
}

static void test_errors(void) {
    double x[] = {0.0, 1.0, 0.5, -0.5, 1.5, 0.25}, weights[] = {1.0, 1.0, -1.0};
    float x32[] = {0.0f, 1.0f};
    size_t held_out[] = {0, 3};
    LsmiMatrix matrix = matrix64(x, 3, 2, 2), wide = matrix64(x, 2, 3, 3), single = matrix32(x32, 1, 2, 2);
    LsmiMatrix bad = matrix;
    LsmiFitOptions good = small_fit(), fit = good;
    LsmiMarginal *start = small_density(), *out = start;
    LsmiNetwork *network = small_network();
    REFUSES_NULL(lsmi_marginal_refine(NULL, &matrix, NULL, &fit, &out), "LsmiMarginal");
    CHECK(out == NULL);
    FAILS(lsmi_marginal_refine((LsmiMarginal *)network, &matrix, NULL, &fit, &out), LSMI_ERROR_HANDLE,
          "LsmiMarginal: expected a handle of this kind, got another");
    FAILS_LIKE(lsmi_marginal_refine(misaligned(start), &matrix, NULL, &fit, &out), LSMI_ERROR_HANDLE,
               "LsmiMarginal: expected a handle, ");
    REFUSES_NULL(lsmi_marginal_refine(start, NULL, NULL, &fit, &out), "x");
    REFUSES_NULL(lsmi_marginal_refine(start, &matrix, NULL, NULL, &out), "LsmiFitOptions");
    REFUSES_NULL(lsmi_marginal_refine(start, &matrix, NULL, &fit, NULL), "out");
    FAILS_LIKE(lsmi_marginal_refine(start, &matrix, NULL, &fit, misaligned(&out)), LSMI_ERROR_POINTER, "out: ");
    FAILS(lsmi_marginal_refine(start, &single, NULL, &fit, &out), LSMI_ERROR_TYPE, "x: expected f64 numbers, got f32");
    FAILS(lsmi_marginal_refine(start, &wide, NULL, &fit, &out), LSMI_ERROR_SHAPE, "x: expected 2 features, got 3");
    FAILS_LIKE(lsmi_marginal_refine(start, &matrix, misaligned(weights), &fit, &out), LSMI_ERROR_POINTER, "weights: ");
    FAILS(lsmi_marginal_refine(start, &matrix, weights, &fit, &out), LSMI_ERROR_SETTING,
          "weights: row 2, column 0: expected a finite number, at least 0, got -1");
    weights[0] = weights[1] = weights[2] = 0.0;
    FAILS(lsmi_marginal_refine(start, &matrix, weights, &fit, &out), LSMI_ERROR_SETTING,
          "weights: expected at least one above 0, got none");
    bad.type_ = 5;
    FAILS_LIKE(lsmi_marginal_refine(start, &bad, NULL, &fit, &out), LSMI_ERROR_TYPE, "got 5");
    bad = matrix;
    bad.samples = 0;
    FAILS_LIKE(lsmi_marginal_refine(start, &bad, NULL, &fit, &out), LSMI_ERROR_EMPTY, "x: ");
    bad.samples = SIZE_MAX;
    FAILS_LIKE(lsmi_marginal_refine(start, &bad, NULL, &fit, &out), LSMI_ERROR_SHAPE, "addressed");
    bad.struct_size = 2;
    REFUSES_SIZE(lsmi_marginal_refine(start, &bad, NULL, &fit, &out), LsmiMatrix);
#define BAD_FIT(member, value, status, message)                                                              \
    do {                                                                                                     \
        fit = good;                                                                                          \
        fit.member = (value);                                                                                \
        out = start;                                                                                         \
        FAILS_LIKE(lsmi_marginal_refine(start, &matrix, NULL, &fit, &out), status, message);                 \
        CHECK(out == NULL);                                                                                  \
    } while (0)
    BAD_FIT(struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiFitOptions: ");
    BAD_FIT(training.struct_size, 0, LSMI_ERROR_STRUCT_SIZE, "LsmiTraining: ");
    BAD_FIT(training.batch, 0, LSMI_ERROR_SETTING, "density_batch: ");
    BAD_FIT(training.learning_rate, 0.0, LSMI_ERROR_SETTING, "density_learning_rate: ");
    BAD_FIT(progress, stop, LSMI_ERROR_CANCELLED, "cancelled");
    fit = good;
    fit.held_out = held_out;
    fit.held_out_count = 2;
    FAILS(lsmi_marginal_refine(start, &matrix, NULL, &fit, &out), LSMI_ERROR_SETTING,
          "held_out: expected sample numbers below 3, got 3");
    x[0] = 1e300;
    FAILS_LIKE(lsmi_marginal_refine(start, &matrix, NULL, &good, &out), LSMI_ERROR_DIVERGED,
               "density: epoch 0: expected a finite loss, got ");
    x[3] = -INFINITY;
    FAILS(lsmi_marginal_refine(start, &matrix, NULL, &good, &out), LSMI_ERROR_NOT_FINITE,
          "x: row 1, column 1: expected a finite number, got -inf");
    CHECK(out == NULL);
    OK(lsmi_network_free(network));
    OK(lsmi_marginal_free(start));
}

void test_refine(void) {
    test_values();
    test_fixed_means();
    test_history();
    test_errors();
}
