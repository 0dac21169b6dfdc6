/* Fits a model to samples of two modalities and prints what it says about them.
 *
 *     cc -std=c99 fit_and_score.c $(pkg-config --cflags --libs lsmi) \
 *         -Wl,-rpath,"$(pkg-config --variable=libdir lsmi)" -o fit_and_score && ./fit_and_score
 */
#include "lsmi.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 400, CLASSES = 2 };

/* A call that must succeed. */
static void check(int32_t status) {
    if (status != LSMI_OK) {
        char message[512];
        lsmi_last_error_message(message, sizeof message, NULL);
        fprintf(stderr, "%s: %s\n", lsmi_status_str(status), message);
        exit(1);
    }
}

int main(void) {
    /* Your own data go here: a sample after the other, here of two features each, and class numbers from 0. */
    static double x1[SAMPLES * CLASSES], x2[SAMPLES * CLASSES];
    static int64_t y[SAMPLES];
    LsmiDataset room = {sizeof room, SAMPLES, CLASSES, CLASSES, x1, x2, y, NULL};
    check(lsmi_synthetic_gaussian(CLASSES, 0.5, 0.5, 42, &room));

    LsmiMatrix m1 = {sizeof m1, x1, SAMPLES, CLASSES, CLASSES, LSMI_F64};
    LsmiMatrix m2 = {sizeof m2, x2, SAMPLES, CLASSES, CLASSES, LSMI_F64};
    LsmiConfig config;
    check(lsmi_config_init(&config, sizeof config, LSMI_PRESET_ROBUST));
    config.seed = 1;

    LsmiModel *model;
    check(lsmi_fit(&m1, &m2, y, SAMPLES, &config, NULL, NULL, &model));

    static double r[SAMPLES], u1[SAMPLES], u2[SAMPLES], s[SAMPLES];
    LsmiScores scores = {sizeof scores, SAMPLES, NULL, NULL, NULL, NULL, NULL, r, u1, u2, s};
    LsmiSummary summary;
    summary.struct_size = sizeof summary;
    check(lsmi_model_score(model, &m1, &m2, y, SAMPLES, LSMI_SHIFT_OF_MODEL, &scores, &summary));
    check(lsmi_model_free(model));

    printf("sample  class  redundancy  unique 1  unique 2   synergy   (nats, raw)\n");
    for (int i = 0; i < 5; i++)
        printf("%6d  %5d  %10.4f  %8.4f  %8.4f  %8.4f\n", i, (int)y[i], r[i], u1[i], u2[i], s[i]);
    printf("mean of %d     %10.4f  %8.4f  %8.4f  %8.4f\n", SAMPLES, summary.raw.redundancy, summary.raw.unique1,
           summary.raw.unique2, summary.raw.synergy);
    printf("shifted by %.4f  %7.4f  %8.4f  %8.4f  %8.4f\n", summary.shift, summary.adjusted.redundancy,
           summary.adjusted.unique1, summary.adjusted.unique2, summary.adjusted.synergy);
    printf("accuracy: %.3f from x1, %.3f from x2, %.3f from both\n", summary.accuracy.x1, summary.accuracy.x2,
           summary.accuracy.joint);
    return 0;
}
