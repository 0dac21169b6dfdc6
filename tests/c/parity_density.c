/* Parity vectors about densities. */
#include "parity.h"

LsmiMarginalOptions form_of(const Density *d) {
    LsmiMarginalOptions options = {sizeof options, d->modes,    d->features, now->type_, d->bounded,
                                   d->diagonal,    d->triangle, 1,           1};
    return options;
}

int32_t make_density(LsmiMarginal **out) {
    const Density *d = &now->density;
    int32_t status;
    LsmiMarginalOptions options = form_of(d);
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

/* Puts the density at the case's level in place of one. */
static int32_t at_level(LsmiMarginal **density) {
    LsmiMarginal *other = NULL;
    int32_t status = lsmi_marginal_with_level(*density, now->text, &other);
    OK(lsmi_marginal_free(*density));
    *density = other;
    return status;
}

void replay_density(void) {
    LsmiMarginal *density = NULL;
    void *data, *values = typed_numbers(&now->values), *weights = typed_numbers(&now->weights);
    LsmiMatrix x = matrix_of(&now->x, &data);
    int32_t status = make_density(&density);
    size_t n = x.samples, k = now->density.modes, d = now->density.features;
    int evaluates = is_call("log_density") || is_call("log_density_at");
    if (status == LSMI_OK && is_call("log_density_at"))
        status = at_level(&density);
    if (status == LSMI_OK && evaluates) {
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
        if (is_call("gradient"))
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

static void same_fit(const LsmiMarginal *density) {
    enum { MOST = 64 };
    double losses[MOST], held_out[MOST], best;
    size_t losses_length, held_out_length, best_epoch, k, d, diagonals, triangles;
    void *means, *diagonal, *triangle, *logits;
    LsmiMarginalOptions form = {sizeof form, 0, 0, 0, 0, 0, 0, 0, 0};
    LsmiMarginalBuffers buffers = {sizeof buffers, NULL, NULL, NULL, NULL};
    OK(lsmi_marginal_options(density, &form));
    CHECK(form.type_ == now->type_);
    k = form.modes;
    d = form.features;
    diagonals = form.diagonal == LSMI_DIAGONAL_SHARED ? d : k * d;
    triangles = form.triangle == LSMI_TRIANGLE_FULL ? k * d * d : 0;
    buffers.means = means = typed(NULL, k * d);
    buffers.log_diagonal = diagonal = typed(NULL, diagonals);
    buffers.triangle = triangle = typed(NULL, triangles);
    buffers.logits = logits = typed(NULL, k);
    OK(lsmi_marginal_parameters(density, &buffers));
    same_typed("means", means, k * d, &now->want[0]);
    same_typed("log_diagonal", diagonal, diagonals, &now->want[1]);
    same_typed("triangle", triangle, triangles, &now->want[2]);
    same_typed("logits", logits, k, &now->want[3]);
    OK(lsmi_marginal_history(density, losses, MOST, &losses_length, held_out, MOST, &held_out_length, &best_epoch));
    best = (double)best_epoch;
    same("losses", losses, losses_length, &now->want[4], 0);
    same("validation_losses", held_out, held_out_length, &now->want[5], 0);
    same("best_epoch", &best, 1, &now->want[6], 0);
    free(means);
    free(diagonal);
    free(triangle);
    free(logits);
}

void replay_density_fit(void) {
    LsmiMarginal *start = NULL, *fitted = NULL;
    void *data, *weights = typed_numbers(&now->weights);
    LsmiMatrix x = matrix_of(&now->x, &data);
    LsmiFitOptions fit;
    int32_t status;
    memset(&fit, 0, sizeof fit);
    fit.struct_size = sizeof fit;
    fit.training = now->training;
    fit.held_out = now->held_out;
    fit.held_out_count = now->held_out_count;
    fit.seed = now->seed;
    if (is_call("refine")) {
        OK(make_density(&start));
        status = lsmi_marginal_refine(start, &x, weights, &fit, &fitted);
    } else {
        LsmiMarginalOptions form = form_of(&now->density);
        status = lsmi_marginal_fit(&x, weights, &form, now->start, &fit, &fitted);
    }
    if (expected(status))
        same_fit(fitted);
    OK(lsmi_marginal_free(start));
    OK(lsmi_marginal_free(fitted));
    free(data);
    free(weights);
}
