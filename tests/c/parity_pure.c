/* Parity vectors about the pure functions and settings. */
#include "parity.h"

void replay_pure(void) {
    double out[5][64];
    size_t n, j;
    if (is_call("atoms")) {
        const Numbers *in = now->inputs;
        LsmiInformationArrays information = {sizeof information, in[0].count, in[0].values, in[1].values,
                                             in[2].values,       in[3].values, in[4].values};
        LsmiAtomBuffers atoms = {sizeof atoms, in[0].count, out[0], out[1], out[2], out[3]};
        if (CHECK(in[0].count <= 64) && expected(lsmi_atoms(&information, &atoms)))
            for (j = 0; j < 4; j++)
                same("atoms", out[j], in[0].count, &now->want[j], 0);
    } else if (is_call("shift")) {
        const double *m = now->inputs[0].values;
        LsmiAtoms means, adjusted;
        means.redundancy = m[0];
        means.unique1 = m[1];
        means.unique2 = m[2];
        means.synergy = m[3];
        if (expected(lsmi_shift(&means, &out[0][0], &adjusted))) {
            out[0][1] = adjusted.redundancy;
            out[0][2] = adjusted.unique1;
            out[0][3] = adjusted.unique2;
            out[0][4] = adjusted.synergy;
            same("shift", out[0], 5, &now->want[0], 0);
        }
    } else if (is_call("mean")) {
        if (expected(lsmi_mean(now->values.values, now->values.count, out[0])))
            same("mean", out[0], 1, &now->want[0], 0);
    } else {
        size_t bytes = 0;
        void *workspace;
        LsmiInformationBuffers buffers = {sizeof buffers, now->y.count, out[0], out[1], out[2], out[3], out[4]};
        n = now->y.count;
        OK(lsmi_discrete_workspace(n, &bytes));
        workspace = malloc(bytes);
        if (CHECK(n <= 64) &&
            expected(lsmi_discrete(now->y1.values, now->y2.values, now->y.values,
                                   now->weights.given ? now->weights.values : NULL, n, workspace, &buffers)))
            for (j = 0; j < 5; j++)
                same("discrete", out[j], n, &now->want[j], 0);
        free(workspace);
    }
}

void replay_categories(void) {
    enum { MOST = 8 };
    const int64_t *columns[MOST];
    int64_t out[MOST];
    double as_double[MOST];
    size_t n = now->column_count > 0 ? now->columns[0].count : 0, i;
    for (i = 0; i < now->column_count; i++)
        columns[i] = now->columns[i].values;
    if (CHECK(n <= MOST && now->column_count <= MOST) &&
        expected(lsmi_joint_categories(columns, now->column_count, n, out))) {
        for (i = 0; i < n; i++)
            as_double[i] = (double)out[i];
        same("categories", as_double, n, &now->want[0], 0);
    }
}

void replay_agreement(void) {
    const Numbers *in = now->inputs;
    double out[2];
    if (expected(lsmi_agreement(in[0].values, in[1].values, in[0].count, &out[0], &out[1])))
        same("agreement", out, 2, &now->want[0], 0);
}

void replay_bootstrap(void) {
    const Numbers *in = now->inputs;
    LsmiInformationArrays information = {sizeof information, in[0].count,  in[0].values, in[1].values,
                                         in[2].values,       in[3].values, in[4].values};
    LsmiIntervals out;
    memset(&out, 0, sizeof out);
    out.struct_size = sizeof out;
    if (expected(lsmi_bootstrap(&information, now->draws, now->level, now->seed, &out)))
        same("bounds", &out.i1.low, 18, &now->want[0], 0);
}

void replay_config(void) {
    char text[4096];
    LsmiConfig config;
    int32_t status = make_config(now, &config);
    if (status == LSMI_OK && is_call("config_check"))
        status = lsmi_config_check(&config);
    else if (status == LSMI_OK)
        status = lsmi_config_text(&config, text, sizeof text, NULL);
    if (expected(status) && is_call("config_text"))
        CHECK(strcmp(text, now->message) == 0);
}
