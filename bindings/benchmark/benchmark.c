/* The C side of bindings/benchmark/run: answers requests `log_density|score f32|f64 ROUNDS`, a line each, with the
 * median seconds of a call and a number that it computed. benchmark.rs says what is in the folder of the argument. */
#define _POSIX_C_SOURCE 199309L
#include <lsmi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { D = 10, K = 5, CALLS = 1000, SAMPLES = 100000, FEATURES = 64, MOST_ROUNDS = 1000 };

/* What the requests of one number type work on. */
typedef struct {
    int32_t type;
    LsmiMarginal *density;
    LsmiModel *model;
    LsmiMatrix x, x1, x2;
} Cases;

static int64_t *y;
static double columns[9][SAMPLES];

static void fail(const char *what) {
    char message[500] = "";
    lsmi_last_error_message(message, sizeof message, NULL);
    fprintf(stderr, "%s: %s\n", what, message);
    exit(1);
}

static void checked(int32_t status) {
    if (status != LSMI_OK)
        fail(lsmi_status_str(status));
}

/* The path of a file, which the next call overwrites. */
static const char *path(const char *folder, const char *name, const char *type) {
    static char result[4096];
    snprintf(result, sizeof result, "%s/%s%s%s", folder, name, *type ? "-" : "", type);
    return result;
}

static void *contents(const char *file_path, size_t size) {
    FILE *file = fopen(file_path, "rb");
    void *bytes = malloc(size);
    if (!file || !bytes || fread(bytes, 1, size, file) != size)
        fail(file_path);
    fclose(file);
    return bytes;
}

static Cases load(const char *folder, const char *name, int32_t type) {
    const size_t size = type == LSMI_F32 ? 4 : 8;
    Cases cases = {type, NULL, NULL, {0}, {0}, {0}};
    char *density = contents(path(folder, "density", name), (2 * K * D + K * D * D + K + D) * size);
    LsmiMarginalOptions options = {
        sizeof options, K, D, 0, 1, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, density, density + K * D * size,
                                         density + 2 * K * D * size, density + (2 * K * D + K * D * D) * size};
    LsmiMatrix x = {sizeof x, density + (2 * K * D + K * D * D + K) * size, 1, D, D, type};
    LsmiMatrix x1 = {sizeof x1, contents(path(folder, "x1", name), SAMPLES * FEATURES * size), SAMPLES, FEATURES,
                     FEATURES, type};
    LsmiMatrix x2 = {sizeof x2, contents(path(folder, "x2", name), SAMPLES * FEATURES * size), SAMPLES, FEATURES,
                     FEATURES, type};
    options.type_ = type;
    checked(lsmi_marginal_new(&options, &parameters, &cases.density));
    checked(lsmi_model_load(path(folder, "model", name), &cases.model));
    cases.x = x;
    cases.x1 = x1;
    cases.x2 = x2;
    return cases;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, z = *(const double *)b;
    return (x > z) - (x < z);
}

/* One round; gives the number that it computed. */
static double log_density(const Cases *cases) {
    float single;
    double value;
    void *out = cases->type == LSMI_F32 ? (void *)&single : (void *)&value;
    int i;
    for (i = 0; i < CALLS; i++)
        checked(lsmi_marginal_log_density(cases->density, &cases->x, out));
    return cases->type == LSMI_F32 ? (double)single : value;
}

static double score(const Cases *cases) {
    LsmiScores scores = {sizeof scores, SAMPLES,    columns[0], columns[1], columns[2], columns[3],
                         columns[4],    columns[5], columns[6], columns[7], columns[8]};
    LsmiSummary summary;
    summary.struct_size = sizeof summary;
    checked(lsmi_model_score(cases->model, &cases->x1, &cases->x2, y, SAMPLES, LSMI_SHIFT_OF_MODEL, &scores,
                             &summary));
    return summary.raw.synergy;
}

int main(int count, char **arguments) {
    static double seconds[MOST_ROUNDS];
    char name[20], type[4];
    int rounds, i;
    Cases single, other;
    if (count != 2)
        fail("usage: benchmark FOLDER");
    single = load(arguments[1], "f32", LSMI_F32);
    other = load(arguments[1], "f64", LSMI_F64);
    y = contents(path(arguments[1], "y", ""), SAMPLES * sizeof *y);
    while (scanf("%19s %3s %d", name, type, &rounds) == 3 && rounds > 0 && rounds <= MOST_ROUNDS) {
        const Cases *cases = strcmp(type, "f32") ? &other : &single;
        const int is_score = !strcmp(name, "score");
        double value = 0;
        for (i = 0; i < rounds; i++) {
            double begin = now();
            value = is_score ? score(cases) : log_density(cases);
            seconds[i] = now() - begin;
        }
        qsort(seconds, (size_t)rounds, sizeof *seconds, ascending);
        printf("%.9g %.17g\n", seconds[rounds / 2] / (is_score ? 1 : CALLS), value);
        fflush(stdout);
    }
    return 0;
}
