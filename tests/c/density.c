/* Marginal densities: values, gradients, fits. */
#include "check.h"

static const double LOG_TWO_PI = 1.8378770664093453;

/* log N of one mode by the definition, with two features. */
static double closed_form(const double *mean, const double *sigma, double t, const double *x) {
    double v0 = exp(sigma[0]) * (x[0] - mean[0]), v1 = exp(sigma[1]) * (x[1] - mean[1]);
    double z0 = v0, z1 = t * v0 + v1;
    return -0.5 * (z0 * z0 + z1 * z1) + sigma[0] + sigma[1] - LOG_TWO_PI;
}

static const double MEANS[] = {0.5, -0.25, -1.0, 0.75}, LOG_DIAGONAL[] = {0.125, -0.5, 0.25, 0.375};
static const double TRIANGLE[] = {9.0, 9.0, 0.75, 9.0, 9.0, 9.0, -0.5, 9.0}, LOGITS[] = {0.25, -0.5};

static LsmiMarginal *two_modes(int32_t bounded) {
    LsmiMarginalOptions options = {
        sizeof options, 2, 2, LSMI_F64, bounded, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, MEANS, LOG_DIAGONAL, TRIANGLE, LOGITS};
    LsmiMarginal *density = NULL;
    OK(lsmi_marginal_new(&options, &parameters, &density));
    return density;
}

static void test_closed_form(void) {
    /* Samples four apart; what lies between must not count. */
    double x[5 * 4], out[5], dense[5 * 2], dense_out[5];
    uint64_t state = 1;
    size_t i;
    int32_t bounded;
    LsmiMarginal *density = small_density();
    LsmiMatrix matrix = matrix64(x, 5, 2, 4), dense_matrix = matrix64(dense, 5, 2, 2);
    for (i = 0; i < COUNT(x); i++)
        x[i] = number(&state);
    for (i = 0; i < COUNT(dense); i++)
        dense[i] = x[i / 2 * 4 + i % 2];
    OK(lsmi_marginal_log_density(density, &matrix, out));
    for (i = 0; i < 5; i++)
        CLOSE(out[i], closed_form(MEANS, LOG_DIAGONAL, 0.75, x + 4 * i), 1e-12);
    OK(lsmi_marginal_log_density(density, &dense_matrix, dense_out));
    CHECK(memcmp(out, dense_out, sizeof out) == 0);
    OK(lsmi_marginal_free(density));

    for (bounded = 0; bounded < 2; bounded++) {
        double sigma[4], total = exp(LOGITS[0]) + exp(LOGITS[1]);
        for (i = 0; i < 4; i++)
            sigma[i] = bounded ? tanh(LOG_DIAGONAL[i]) : LOG_DIAGONAL[i];
        density = two_modes(bounded);
        OK(lsmi_marginal_log_density(density, &matrix, out));
        for (i = 0; i < 5; i++) {
            double p0 = exp(closed_form(MEANS, sigma, 0.75, x + 4 * i)) * exp(LOGITS[0]) / total;
            double p1 = exp(closed_form(MEANS + 2, sigma + 2, -0.5, x + 4 * i)) * exp(LOGITS[1]) / total;
            CLOSE(out[i], log(p0 + p1), 1e-12);
        }
        OK(lsmi_marginal_free(density));
    }
    x[4] = (double)NAN;
    density = small_density();
    OK(lsmi_marginal_log_density(density, &matrix, out));
    CHECK(isnan(out[1]) && !isnan(out[0]) && !isnan(out[2]));
    OK(lsmi_marginal_free(density));
}

static void test_forms(void) {
    /* Shared diagonal without triangular part, in f32. */
    static const float means[] = {0.5f, -0.25f, -1.0f, 0.75f}, shared[] = {0.125f, -0.5f}, logits[] = {0.25f, -0.5f};
    static const float x[] = {0.25f, 0.5f, -1.0f, 0.125f};
    float out[2], got_means[4], got_shared[2], got_logits[2];
    double total = exp(0.25) + exp(-0.5);
    size_t i;
    LsmiMarginalOptions form = {
        sizeof form, 2, 2, LSMI_F32, 0, LSMI_DIAGONAL_SHARED, LSMI_TRIANGLE_NONE, 0, 1};
    LsmiMarginalOptions got = {sizeof got, 0, 0, 0, 0, 0, 0, 0, 0};
    LsmiMarginalParameters parameters = {sizeof parameters, means, shared, NULL, logits};
    LsmiMarginalBuffers buffers = {sizeof buffers, got_means, got_shared, NULL, got_logits};
    LsmiMatrix matrix = matrix32(x, 2, 2, 2);
    LsmiMarginal *density = NULL;
    OK(lsmi_marginal_new(&form, &parameters, &density));
    OK(lsmi_marginal_log_density(density, &matrix, out));
    for (i = 0; i < 2; i++) {
        double m[] = {0.5, -0.25, -1.0, 0.75}, s[] = {0.125, -0.5}, xi[2];
        xi[0] = (double)x[2 * i];
        xi[1] = (double)x[2 * i + 1];
        CLOSE((double)out[i],
              log((exp(closed_form(m, s, 0.0, xi)) * exp(0.25) + exp(closed_form(m + 2, s, 0.0, xi)) * exp(-0.5)) /
                  total),
              1e-6);
    }
    OK(lsmi_marginal_options(density, &got));
    CHECK(got.modes == 2 && got.features == 2 && got.type_ == LSMI_F32 && got.bounded == 0);
    CHECK(got.diagonal == LSMI_DIAGONAL_SHARED && got.triangle == LSMI_TRIANGLE_NONE);
    CHECK(got.train_means == 0 && got.train_weights == 1);
    OK(lsmi_marginal_parameters(density, &buffers));
    CHECK(memcmp(got_means, means, sizeof means) == 0 && memcmp(got_shared, shared, sizeof shared) == 0);
    CHECK(memcmp(got_logits, logits, sizeof logits) == 0);
    OK(lsmi_marginal_free(density));
}

static void test_parameters(void) {
    double means[4], diagonal[4], triangle[8], logits[2];
    size_t i;
    LsmiMarginalBuffers buffers = {sizeof buffers, means, diagonal, triangle, logits};
    LsmiMarginal *density = two_modes(1);
    OK(lsmi_marginal_parameters(density, &buffers));
    CHECK(memcmp(means, MEANS, sizeof means) == 0 && memcmp(diagonal, LOG_DIAGONAL, sizeof diagonal) == 0);
    CHECK(memcmp(logits, LOGITS, sizeof logits) == 0);
    for (i = 0; i < 8; i++)
        CHECK(triangle[i] == (i == 2 ? 0.75 : i == 6 ? -0.5 : 0.0));
    buffers.means = buffers.log_diagonal = buffers.triangle = buffers.logits = NULL;
    OK(lsmi_marginal_parameters(density, &buffers));
    OK(lsmi_marginal_free(density));
}

/* The weighted mean surprisal of a density with these 18 parameters. */
static double loss_of(const double *p, const LsmiMatrix *x, const double *weights) {
    double log_density[3], sum = 0.0, total = 0.0;
    size_t i;
    LsmiMarginalOptions options = {
        sizeof options, 2, 2, LSMI_F64, 1, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, p, p + 4, p + 8, p + 16};
    LsmiMarginal *density = NULL;
    OK(lsmi_marginal_new(&options, &parameters, &density));
    OK(lsmi_marginal_log_density(density, x, log_density));
    OK(lsmi_marginal_free(density));
    for (i = 0; i < 3; i++) {
        sum -= weights[i] * log_density[i];
        total += weights[i];
    }
    return sum / total;
}

static void test_gradient(void) {
    static const double weights[] = {1.0, 0.0, 2.5};
    const double step = 1e-5;
    double p[18], g[18], g_sum[18], x[6] = {0.25, 0.5, -1.0, 0.125, 1.5, -0.75}, gx[6], gx_sum[6], loss, sum;
    size_t i;
    LsmiMatrix matrix = matrix64(x, 3, 2, 2);
    LsmiMarginalBuffers gradient = {sizeof gradient, g, g + 4, g + 8, g + 16};
    LsmiMarginal *density = two_modes(1);
    memcpy(p, MEANS, sizeof MEANS);
    memcpy(p + 4, LOG_DIAGONAL, sizeof LOG_DIAGONAL);
    memcpy(p + 8, TRIANGLE, sizeof TRIANGLE);
    memcpy(p + 16, LOGITS, sizeof LOGITS);
    OK(lsmi_marginal_gradient(density, &matrix, weights, &loss, &gradient, gx));
    CLOSE(loss, loss_of(p, &matrix, weights), 1e-12);
    for (i = 0; i < 18; i++) {
        double kept = p[i], up, down;
        p[i] = kept + step;
        up = loss_of(p, &matrix, weights);
        p[i] = kept - step;
        down = loss_of(p, &matrix, weights);
        p[i] = kept;
        CLOSE(g[i], (up - down) / (2.0 * step), 1e-8);
    }
    for (i = 0; i < 6; i++) {
        double kept = x[i], up, down;
        x[i] = kept + step;
        up = loss_of(p, &matrix, weights);
        x[i] = kept - step;
        down = loss_of(p, &matrix, weights);
        x[i] = kept;
        CLOSE(gx[i], (up - down) / (2.0 * step), 1e-8);
    }
    /* The weighted sum is the weighted mean but for the total weight; its sign may be any. */
    gradient.means = g_sum;
    gradient.log_diagonal = g_sum + 4;
    gradient.triangle = g_sum + 8;
    gradient.logits = g_sum + 16;
    OK(lsmi_marginal_weighted_sum_gradient(density, &matrix, weights, &sum, &gradient, gx_sum));
    CLOSE(sum, 3.5 * loss, 1e-12);
    for (i = 0; i < 18; i++)
        CLOSE(g_sum[i], 3.5 * g[i], 1e-12);
    for (i = 0; i < 6; i++)
        CLOSE(gx_sum[i], 3.5 * gx[i], 1e-12);
    {
        double minus[] = {-1.0, 0.0, -2.5}, negative;
        OK(lsmi_marginal_weighted_sum_gradient(density, &matrix, minus, &negative, NULL, NULL));
        CLOSE(negative, -sum, 1e-12);
    }
    /* Whatever is not wanted may be left out. */
    OK(lsmi_marginal_gradient(density, &matrix, NULL, NULL, NULL, NULL));
    OK(lsmi_marginal_weighted_sum_gradient(density, &matrix, weights, NULL, NULL, NULL));
    gradient.means = gradient.triangle = NULL;
    OK(lsmi_marginal_gradient(density, &matrix, NULL, &loss, &gradient, NULL));
    OK(lsmi_marginal_free(density));
}

typedef struct Course {
    size_t calls, stop_at;
    double first, last;
    int ordered, validated;
    int32_t component;
} Course;

static int32_t follow(void *user, const LsmiProgress *progress) {
    Course *course = user;
    CHECK(progress->struct_size == sizeof *progress);
    course->calls++;
    course->ordered = course->ordered && progress->epoch == course->calls && progress->epochs == 5;
    course->validated += !isnan(progress->validation_loss);
    course->component = progress->component;
    if (course->calls == 1)
        course->first = progress->loss;
    course->last = progress->loss;
    return course->calls == course->stop_at;
}

static void test_fit(void) {
    static const size_t held_out[] = {0, 7, 11};
    double weights[SAMPLES], log_density[SAMPLES];
    size_t i;
    int32_t type;
    static Data data;
    make_data(&data);
    for (i = 0; i < SAMPLES; i++)
        weights[i] = 1.0 + (double)(i % 3);
    for (type = LSMI_F32; type <= LSMI_F64; type++) {
        Course course = {0, 0, 0.0, 0.0, 1, 0, 99};
        LsmiMarginalOptions form = {
            sizeof form, 3, 0, 0, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
        LsmiFitOptions fit = small_fit();
        LsmiMatrix x = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
        LsmiMarginal *density = NULL, *again = NULL;
        if (type == LSMI_F32)
            x = matrix32(data.x2_f32, SAMPLES, FEATURES2, FEATURES2);
        fit.progress = follow;
        fit.user = &course;
        fit.held_out = held_out;
        fit.held_out_count = COUNT(held_out);
        fit.training.patience = 100;
        OK(lsmi_marginal_fit(&x, NULL, &form, LSMI_START_SAMPLES, &fit, &density));
        CHECK(course.calls == 5 && course.ordered && course.validated == 5 && course.component == -1);
        CHECK(course.last < course.first);
        OK(lsmi_marginal_options(density, &form));
        CHECK(form.type_ == type && form.features == FEATURES2 && form.modes == 3);
        OK(lsmi_marginal_log_density(density, &x, log_density));
        OK(lsmi_marginal_free(density));

        /* One seed, one result. */
        fit.progress = NULL;
        fit.held_out_count = 0;
        fit.training.patience = 0;
        OK(lsmi_marginal_fit(&x, NULL, &form, LSMI_START_NORMAL, &fit, &density));
        OK(lsmi_marginal_fit(&x, NULL, &form, LSMI_START_NORMAL, &fit, &again));
        {
            double one[SAMPLES] = {0}, other[SAMPLES] = {0};
            OK(lsmi_marginal_log_density(density, &x, one));
            OK(lsmi_marginal_log_density(again, &x, other));
            CHECK(memcmp(one, other, sizeof one) == 0);
        }
        OK(lsmi_marginal_free(density));
        OK(lsmi_marginal_free(again));

        /* Cancelled at the third epoch; the course of a fit without held-out samples has no validation loss. */
        course.calls = 0;
        course.validated = 0;
        course.stop_at = 3;
        fit.progress = follow;
        density = (LsmiMarginal *)&data;
        FAILS(lsmi_marginal_fit(&x, NULL, &form, LSMI_START_NORMAL, &fit, &density), LSMI_ERROR_CANCELLED,
              "cancelled");
        CHECK(density == NULL && course.calls == 3 && course.validated == 0);
    }
    {
        LsmiMarginalOptions form = {
            sizeof form, 1, 0, 0, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
        LsmiFitOptions fit = small_fit();
        LsmiMatrix x = matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2);
        LsmiMarginal *density = NULL;
        fit.training.accumulate_gradients = 1;
        fit.training.patience = 2;
        fit.training.decay_every = 2;
        fit.training.decay_factor = 0.5;
        OK(lsmi_marginal_fit(&x, weights, &form, LSMI_START_SAMPLES, &fit, &density));
        OK(lsmi_marginal_free(density));
    }
}

void test_density(void) {
    test_closed_form();
    test_forms();
    test_parameters();
    test_gradient();
    test_fit();
}
