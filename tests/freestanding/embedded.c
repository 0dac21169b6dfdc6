/* The C interface where there is neither std nor libc: scores, densities, messages on handles, and what happens when
 * memory runs out. */

#include "fixture.h"
#include "lsmi.h"
#include "lsmi_host.h"
#include "runtime.h"

enum { SAMPLES = sizeof Y / sizeof Y[0] };

static void say(const char *text) {
    lsmi_freestanding_write((const unsigned char *)"embedded: ", 10);
    lsmi_freestanding_write((const unsigned char *)text, strlen(text));
    lsmi_freestanding_write((const unsigned char *)"\n", 1);
}

static void check(int passed, const char *what) {
    if (!passed) {
        say("failed:");
        say(what);
        lsmi_freestanding_leave(1);
    }
}

/* Memory: pieces of an arena that are given back in any order but reused only when all are back. */
static _Alignas(64) unsigned char arena[16 << 20];
static size_t used, alive, out_of_memory, expects_panic;

void *lsmi_host_alloc(size_t size, size_t alignment) {
    size_t begin = (used + alignment - 1) / alignment * alignment;
    if (out_of_memory || alignment > 64 || begin > sizeof arena || size > sizeof arena - begin)
        return NULL;
    used = begin + size;
    alive++;
    return arena + begin;
}

void lsmi_host_free(void *memory, size_t size, size_t alignment) {
    (void)size;
    (void)alignment;
    check((unsigned char *)memory >= arena && (unsigned char *)memory < arena + used, "memory of the arena comes back");
    if (--alive == 0)
        used = 0;
}

void lsmi_host_panic(const char *message, size_t length) {
    static const char expected[] = "memory allocation of ";
    size_t i = 0;
    lsmi_freestanding_write((const unsigned char *)"embedded: panic: ", 17);
    lsmi_freestanding_write((const unsigned char *)message, length);
    lsmi_freestanding_write((const unsigned char *)"\n", 1);
    while (i + sizeof expected - 1 <= length && memcmp(message + i, expected, sizeof expected - 1) != 0)
        i++;
    check(expects_panic && i + sizeof expected - 1 <= length, "the panic is that of memory that ran out");
    say("the host's hook was called; the library traps when it returns");
}

static int near(double a, double b) {
    double difference = a > b ? a - b : b - a;
    return difference <= 1e-9;
}

static int says(const LsmiModel *model, const char *expected) {
    char text[256];
    size_t length = 0;
    return lsmi_model_error_message(model, text, sizeof text, &length) == LSMI_OK && length == strlen(expected) &&
           memcmp(text, expected, length) == 0;
}

static void test_scores(const LsmiModel *model) {
    double columns[9][SAMPLES], nan_x1[2 * SAMPLES];
    LsmiMatrix x1 = {sizeof x1, X1, SAMPLES, 2, 2, LSMI_F64}, x2 = {sizeof x2, X2, SAMPLES, 2, 2, LSMI_F64};
    LsmiScores scores = {sizeof scores, SAMPLES,    columns[0], columns[1], columns[2], columns[3],
                         columns[4],    columns[5], columns[6], columns[7], columns[8]};
    size_t i, j;
    check(lsmi_model_score(model, &x1, &x2, Y, SAMPLES, LSMI_SHIFT_NONE, &scores, NULL) == LSMI_OK, "score");
    for (i = 0; i < SAMPLES; i++)
        for (j = 0; j < 9; j++)
            check(near(columns[j][i], SCORES[9 * i + j]), "the scores are those of the std build");
    memcpy(nan_x1, X1, sizeof nan_x1);
    nan_x1[2] = __builtin_nan("");
    x1.data = nan_x1;
    check(lsmi_model_score(model, &x1, &x2, Y, SAMPLES, LSMI_SHIFT_NONE, NULL, NULL) == LSMI_ERROR_NOT_FINITE,
          "NaN is refused");
    check(says(model, "x1: row 1, column 0: expected a finite number, got NaN"), "the handle has the message");
    say("scored as with std; a refusal is told by the handle");
}

static void test_failed_creation(void) {
    size_t length = 9;
    LsmiModel *model = NULL;
    check(lsmi_model_from_bytes(MODEL, sizeof MODEL - 1, &model) == LSMI_ERROR_FORMAT, "a truncated model is refused");
    check(model != NULL && says(model, "model: expected a whole and unaltered lsmi model file, got incomplete "
                                       "metadata, file not fully covered"),
          "a handle that was not made tells why");
    check(lsmi_model_to_bytes(model, NULL, 0, &length) == LSMI_ERROR_FAILED_HANDLE, "and does nothing else");
    check(lsmi_model_free(model) == LSMI_OK, "but can be freed");
    check(lsmi_last_error_message(NULL, 0, &length) == LSMI_OK && length == 0, "threads have no message");
    say("a model that could not be read is told by its handle");
}

/* What a model of parts fails for is told by each of them, and by the handle that was not made. */
static void test_failed_parts(const LsmiModel *model) {
    static const char expected[] = "classifier of both: expected 4 features, got 2";
    char text[256];
    size_t length = 9, i;
    LsmiNetwork *networks[2] = {NULL, NULL};
    LsmiMarginal *densities[2] = {NULL, NULL};
    LsmiModel *made = NULL;
    for (i = 0; i < 2; i++)
        check(lsmi_model_network(model, (int32_t)i, &networks[i]) == LSMI_OK &&
                  lsmi_model_density(model, LSMI_COMPONENT_DENSITY1 + (int32_t)i, &densities[i]) == LSMI_OK,
              "parts");
    check(lsmi_model_from_parts(networks[0], networks[1], networks[0], densities[0], densities[1], &made) ==
              LSMI_ERROR_SHAPE,
          "parts that do not fit are refused");
    for (i = 0; i < 2; i++) {
        check(lsmi_network_error_message(networks[i], text, sizeof text, &length) == LSMI_OK &&
                  length == strlen(expected) && memcmp(text, expected, length) == 0,
              "each network has the message");
        check(lsmi_marginal_error_message(densities[i], text, sizeof text, &length) == LSMI_OK &&
                  length == strlen(expected) && memcmp(text, expected, length) == 0,
              "each density has the message");
    }
    check(made != NULL && says(made, expected), "so does the handle that was not made");
    check(lsmi_last_error_field(NULL, 0, &length) == LSMI_OK && length == 0, "threads have no field");
    check(lsmi_model_free(made) == LSMI_OK, "free");
    for (i = 0; i < 2; i++)
        check(lsmi_network_free(networks[i]) == LSMI_OK && lsmi_marginal_free(densities[i]) == LSMI_OK, "free");
    say("parts that do not fit are told by each of them");
}

static void test_kernels(void) {
    static const double zero[] = {0.0}, x[] = {0.0, 2.0};
    double log_density[2], gradient_x[2], means[1], loss = 0.0;
    double i1[] = {0.5}, i2[] = {0.25}, i12[] = {1.0}, h[] = {2.0}, r[1], u1[1], u2[1], s[1];
    LsmiMarginalOptions options = {sizeof options, 1, 1, LSMI_F64, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_NONE, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, zero, zero, NULL, zero};
    LsmiMarginalBuffers buffers = {sizeof buffers, means, NULL, NULL, NULL};
    LsmiMatrix matrix = {sizeof matrix, x, 2, 1, 1, LSMI_F64};
    LsmiInformationArrays information = {sizeof information, 1, i1, i2, i12, h, h};
    LsmiAtomBuffers atoms = {sizeof atoms, 1, r, u1, u2, s};
    LsmiMarginal *density = NULL;
    check(lsmi_marginal_new(&options, &parameters, &density) == LSMI_OK, "density");
    check(lsmi_marginal_log_density(density, &matrix, log_density) == LSMI_OK, "log-density");
    check(near(log_density[0], -0.91893853320467267) && near(log_density[1], -2.9189385332046727), "N(0, 1)");
    check(lsmi_marginal_gradient(density, &matrix, NULL, &loss, &buffers, gradient_x) == LSMI_OK, "gradient");
    check(near(loss, 1.9189385332046727) && near(means[0], -1.0) && near(gradient_x[1], 1.0), "values of the gradient");
    check(lsmi_marginal_free(density) == LSMI_OK, "free");
    check(lsmi_atoms(&information, &atoms) == LSMI_OK && near(r[0], 0.5) && near(u2[0], -0.25), "atoms");
    say("density, gradient and atoms are right");
}

static int report_says(const LsmiReport *report, const char *expected) {
    char text[256];
    size_t length = 0;
    return lsmi_report_error_message(report, text, sizeof text, &length) == LSMI_OK && length == strlen(expected) &&
           memcmp(text, expected, length) == 0;
}

static void test_report(const LsmiModel *model) {
    LsmiReport *report = NULL, *refused = NULL;
    LsmiControlResult result = {.control = 77};
    LsmiControls controls = {.struct_size = sizeof controls, .results = &result, .count = 1};
    LsmiFlags *flags = NULL;
    size_t length = 0, more = 0, count = 9;
    check(lsmi_report_new(model, LSMI_SHIFT_OF_MODEL, &report) == LSMI_OK, "report");
    check(lsmi_report_json(report, NULL, 0, &length) == LSMI_OK && length > 0, "its text");
    check(lsmi_report_add_controls(report, &controls) == LSMI_ERROR_SETTING &&
              report_says(report, "control: expected a code from 0 to 9, got 77"),
          "what cannot be added is told by the report");
    check(lsmi_report_add_details(report, model) == LSMI_OK, "details");
    check(lsmi_report_json(report, NULL, 0, &more) == LSMI_OK && more > length, "they are in its text");
    check(lsmi_report_new(model, 3, &refused) == LSMI_ERROR_SETTING &&
              report_says(refused, "shift_rule: expected a code from 0 to 2, got 3"),
          "a report that was not made tells why");
    check(lsmi_report_free(report) == LSMI_OK && lsmi_report_free(refused) == LSMI_OK, "free");
    check(lsmi_model_flags(model, &flags) == LSMI_OK && lsmi_flags_count(flags, &count) == LSMI_OK, "flags");
    check(lsmi_flags_get(flags, count, &(LsmiFlag){.struct_size = sizeof(LsmiFlag)}) == LSMI_ERROR_SHAPE, "no more");
    check(lsmi_flags_free(flags) == LSMI_OK, "free");
    say("a report and flags; a refusal is told by the report");
}

int main(void) {
    LsmiModel *model = NULL;
    check(lsmi_abi_version() == LSMI_ABI_VERSION && lsmi_build_features()[0] == '\0', "a build without std");
    check(lsmi_model_from_bytes(MODEL, sizeof MODEL, &model) == LSMI_OK, "the model is read");
    test_scores(model);
    test_failed_creation();
    test_failed_parts(model);
    test_report(model);
    test_kernels();
    check(lsmi_model_free(model) == LSMI_OK && alive == 0, "all memory is back");
    expects_panic = out_of_memory = 1;
    lsmi_model_from_bytes(MODEL, sizeof MODEL, &model);
    say("failed: memory ran out and nothing happened");
    return 1;
}
