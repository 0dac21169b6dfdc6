/* Parity vectors about networks, and about rows of log-probabilities. */
#include "parity.h"

/* Puts the network at the case's level in place of one. */
static int32_t at_level(LsmiNetwork **network) {
    LsmiNetwork *other = NULL;
    int32_t status = lsmi_network_with_level(*network, now->text, &other);
    OK(lsmi_network_free(*network));
    *network = other;
    return status;
}

void replay_network(void) {
    enum { MOST = 4 };
    const Network *form = &now->network;
    void *data, *arrays[2 * MOST], *weights = typed_numbers(&now->weights), *out, *gx;
    LsmiMatrix x = matrix_of(&now->x, &data);
    LsmiLayer layers[MOST];
    LsmiNetwork *network = NULL;
    size_t l, classes = form->arrays[2 * form->layers - 1].count;
    int32_t status = LSMI_OK;
    for (l = 0; l < 2 * form->layers; l++)
        arrays[l] = typed_numbers(&form->arrays[l]);
    for (l = 0; l < form->layers; l++) {
        LsmiLayer layer = {sizeof layer, form->arrays[2 * l + 1].count, arrays[2 * l], arrays[2 * l + 1]};
        layers[l] = layer;
    }
    OK(lsmi_network_new(now->type_, form->features, layers, form->layers, form->activation, &network));
    if (is_call("log_probabilities_at"))
        status = at_level(&network);
    out = typed(NULL, x.samples * classes);
    gx = typed(NULL, x.samples * x.features);
    if (status != LSMI_OK) {
        expected(status);
    } else if (!is_call("network_gradient")) {
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

void replay_information(void) {
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

void replay_rows(void) {
    void *data, *out = typed(NULL, now->x.samples);
    LsmiMatrix matrix = matrix_of(&now->x, &data);
    if (expected(is_call("log_sum_exp") ? lsmi_log_sum_exp(&matrix, out)
                                        : lsmi_log_sum_exp_with_level(&matrix, now->text, out)))
        same_typed("log_sum_exp", out, now->x.samples, &now->want[0]);
    free(data);
    free(out);
}
