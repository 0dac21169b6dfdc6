/* Several threads at once: scoring and evaluating with one const handle, failing each on its own, fitting on its own.
 * Results must be those of one thread alone. */
#include "check.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 3 };

static Data data;
static LsmiModel *model;
static LsmiMarginal *density;
static LsmiNetwork *network;

typedef struct Results {
    int32_t status;
    int wrong_messages;
    double i12[SAMPLES], redundancy[SAMPLES], log_density[SAMPLES], log_p[2 * SAMPLES];
    uint8_t *fitted;
    size_t fitted_length;
} Results;

typedef struct Job {
    size_t index;
    Results results;
} Job;

static LsmiMatrix x1_matrix(void) { return matrix64(data.x1, SAMPLES, FEATURES1, FEATURES1); }
static LsmiMatrix x2_matrix(void) { return matrix64(data.x2, SAMPLES, FEATURES2, FEATURES2); }

static void keep(Results *results, int32_t status) {
    if (status != LSMI_OK)
        results->status = status;
}

/* What every thread computes with the shared handles. */
static void evaluate(Results *results) {
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix();
    LsmiScores scores = {sizeof scores, SAMPLES, NULL, NULL, results->i12, NULL, NULL, results->redundancy,
                         NULL,          NULL,    NULL};
    keep(results, lsmi_model_score(model, &x1, &x2, data.y, SAMPLES, LSMI_SHIFT_NONE, &scores, NULL));
    keep(results, lsmi_marginal_log_density(density, &x1, results->log_density));
    keep(results, lsmi_network_log_probabilities(network, &x1, results->log_p));
}

/* Each thread's failures leave its own message, whatever the others do with the same handle. */
static void fail(size_t index, Results *results) {
    char want[128], got[128];
    LsmiMatrix wrong = matrix64(data.x1, 1, 3 + index, 3 + index);
    double out[1];
    sprintf(want, "x: expected 2 features, got %lu", (unsigned long)(3 + index));
    if (lsmi_marginal_log_density(density, &wrong, out) != LSMI_ERROR_SHAPE ||
        lsmi_last_error_message(got, sizeof got, NULL) != LSMI_OK || strcmp(want, got) != 0)
        results->wrong_messages++;
    /* The handle has the message of some thread, whole. */
    if (lsmi_marginal_error_message(density, got, sizeof got, NULL) != LSMI_OK ||
        strncmp(got, "x: expected 2 features, got ", 28) != 0 || strlen(got) != strlen(want))
        results->wrong_messages++;
}

/* A fit of this thread's own, kept as bytes. */
static void fit(Results *results) {
    LsmiConfig config;
    LsmiModel *own = NULL;
    LsmiMatrix x1 = x1_matrix(), x2 = x2_matrix();
    keep(results, lsmi_config_init(&config, sizeof config, LSMI_PRESET_ROBUST));
    config.modes = 2;
    config.hidden[0] = 4;
    config.hidden_layers = 1;
    config.density_epochs = config.classifier_epochs = 2;
    keep(results, lsmi_fit(&x1, &x2, data.y, SAMPLES, &config, NULL, NULL, &own));
    keep(results, lsmi_model_to_bytes(own, NULL, 0, &results->fitted_length));
    free(results->fitted);
    results->fitted = malloc(results->fitted_length);
    keep(results, lsmi_model_to_bytes(own, results->fitted, results->fitted_length, NULL));
    keep(results, lsmi_model_free(own));
}

static void *work(void *argument) {
    Job *job = argument;
    size_t round;
    for (round = 0; round < ROUNDS; round++) {
#ifdef RACE
        /* All threads write here: what a handle that calls changed would look like. */
        LsmiMatrix x = x1_matrix();
        static double shared[SAMPLES];
        keep(&job->results, lsmi_marginal_log_density(density, &x, shared));
#endif
        evaluate(&job->results);
        fail(job->index, &job->results);
    }
    fit(&job->results);
    return NULL;
}

int main(void) {
    static Job jobs[THREADS];
    static Results serial;
    pthread_t threads[THREADS];
    size_t i;
    make_data(&data);
    model = small_model(&data, LSMI_F64);
    density = small_density();
    network = small_network();
    evaluate(&serial);
    fit(&serial);
    OK(serial.status);
    for (i = 0; i < THREADS; i++) {
        jobs[i].index = i;
        CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
    }
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (i = 0; i < THREADS; i++) {
        Results *results = &jobs[i].results;
        OK(results->status);
        CHECK(results->wrong_messages == 0);
        CHECK(memcmp(results->i12, serial.i12, sizeof serial.i12) == 0);
        CHECK(memcmp(results->redundancy, serial.redundancy, sizeof serial.redundancy) == 0);
        CHECK(memcmp(results->log_density, serial.log_density, sizeof serial.log_density) == 0);
        CHECK(memcmp(results->log_p, serial.log_p, sizeof serial.log_p) == 0);
        CHECK(results->fitted_length == serial.fitted_length &&
              memcmp(results->fitted, serial.fitted, serial.fitted_length) == 0);
        free(results->fitted);
    }
    free(serial.fitted);
    OK(lsmi_model_free(model));
    OK(lsmi_marginal_free(density));
    OK(lsmi_network_free(network));
    return check_report();
}
