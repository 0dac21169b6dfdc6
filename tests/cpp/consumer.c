/* A C program that uses the library as it is installed: fits, scores, and compares with what must hold. */

#include <lsmi.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 200, CLASSES = 2 };

static double x1[SAMPLES * CLASSES], x2[SAMPLES * CLASSES], i1[SAMPLES], redundancy[SAMPLES], unique1[SAMPLES];
static int64_t y[SAMPLES];

static int failed(const char *what, int32_t status) {
    char message[256] = "";
    lsmi_last_error_message(message, sizeof message, NULL);
    fprintf(stderr, "%s: %s: %s\n", what, lsmi_status_str(status), message);
    return 1;
}

int main(void) {
    LsmiDataset data = {0};
    LsmiMatrix m1 = {0}, m2 = {0};
    LsmiScores scores = {0};
    LsmiSummary summary = {0};
    LsmiConfig config;
    LsmiModel *model = NULL;
    int32_t status;
    int row;

    if (lsmi_abi_version() != LSMI_ABI_VERSION) return failed("abi", LSMI_ERROR_VERSION);
    data.struct_size = sizeof data;
    data.samples = SAMPLES;
    data.features1 = data.features2 = CLASSES;
    data.x1 = x1;
    data.x2 = x2;
    data.y = y;
    status = lsmi_synthetic_gaussian(CLASSES, 0.5, 0.5, 7, &data);
    if (status != LSMI_OK) return failed("generate", status);

    m1.struct_size = sizeof m1;
    m1.data = x1;
    m1.samples = SAMPLES;
    m1.features = m1.stride = CLASSES;
    m1.type_ = LSMI_F64;
    m2 = m1;
    m2.data = x2;
    status = lsmi_config_init(&config, sizeof config, LSMI_PRESET_ROBUST);
    if (status != LSMI_OK) return failed("config", status);
    config.density_epochs = config.classifier_epochs = 5;
    status = lsmi_fit(&m1, &m2, y, SAMPLES, &config, NULL, NULL, &model);
    if (status != LSMI_OK) return failed("fit", status);

    scores.struct_size = sizeof scores;
    scores.samples = SAMPLES;
    scores.i1 = i1;
    scores.redundancy = redundancy;
    scores.unique1 = unique1;
    summary.struct_size = sizeof summary;
    status = lsmi_model_score(model, &m1, &m2, y, SAMPLES, LSMI_SHIFT_OF_MODEL, &scores, &summary);
    if (status != LSMI_OK) return failed("score", status);
    for (row = 0; row < SAMPLES; row++) {
        if (!(fabs(redundancy[row] + unique1[row] - i1[row]) < 1e-12)) return failed("r + u1 = i1", LSMI_OK);
    }
    if (summary.samples != SAMPLES || !(summary.accuracy.joint > 0.6)) return failed("summary", LSMI_OK);

    y[0] = -1;
    status = lsmi_model_score(model, &m1, &m2, y, SAMPLES, LSMI_SHIFT_OF_MODEL, &scores, NULL);
    if (status != LSMI_ERROR_CLASS || strcmp(lsmi_status_str(status), "class") != 0) return failed("class", status);
    lsmi_model_free(model);
    printf("lsmi %s (%s): accuracy of both %.2f\n", lsmi_version(), lsmi_simd_level(), summary.accuracy.joint);
    return 0;
}
