/* The report, and models that have more hidden layers than settings can hold. */
#include "check.h"

static int contains(const char *text, const char *part) { return strstr(text, part) != NULL; }

static void test_text(const LsmiModel *model, const Data *data) {
    char text[8192], again[8192];
    size_t length = 0;
    LsmiMatrix x1 = matrix64(data->x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data->x2, SAMPLES, FEATURES2, FEATURES2);
    LsmiReportSplit splits[2];
    memset(splits, 0, sizeof splits);
    splits[0].struct_size = splits[1].struct_size = sizeof splits[0];
    splits[0].summary.struct_size = sizeof splits[0].summary;
    splits[0].name = "val";
    splits[1].name = "train \"\xC3\xA4\"";
    OK(lsmi_model_score(model, &x1, &x2, data->y, SAMPLES, LSMI_SHIFT_BATCH, NULL, &splits[0].summary));
    splits[1].summary = splits[0].summary;
    splits[1].summary.samples = 7;
    splits[1].summary.i1 = 0.125;
    splits[1].summary.h2 = (double)NAN;
    OK(lsmi_model_report(model, LSMI_SHIFT_BATCH, splits, 2, NULL, 0, &length));
    CHECK(length < sizeof text);
    OK(lsmi_model_report(model, LSMI_SHIFT_BATCH, splits, 2, text, sizeof text, NULL));
    CHECK(strlen(text) == length);
    /* By name. */
    CHECK(contains(text, "{\n  \"splits\": {\n    \"train \\\"\xC3\xA4\\\"\": {\n      \"n\": 7,\n      \"i1\": 0.125,\n"));
    CHECK(contains(text, "    \"val\": {\n      \"n\": 48,\n"));
    CHECK(contains(text, "      \"h2\": null,\n"));
    CHECK(contains(text, "  \"seed\": 5,\n  \"preset\": \"robust\",\n  \"version\": \""));
    CHECK(contains(text, lsmi_version()) && contains(text, "  \"entropy_units\": \"standardized\",\n"));
    CHECK(contains(text, "  \"shift_rule\": \"batch\",\n  \"reading\": null,\n  \"notes\": [],\n  \"flags\": "));
    /* Of one name the last. */
    splits[0].name = splits[1].name;
    OK(lsmi_model_report(model, LSMI_SHIFT_BATCH, splits, 2, again, sizeof again, NULL));
    CHECK(contains(again, "\"n\": 7,") && !contains(again, "\"n\": 48,"));
    OK(lsmi_model_report(model, LSMI_SHIFT_OF_MODEL, NULL, 0, text, sizeof text, &length));
    CHECK(contains(text, "{\n  \"splits\": {},\n") && contains(text, "\"shift_rule\": \"frozen\""));
}

static void test_errors(const LsmiModel *model) {
    char text[16];
    size_t length = 0;
    LsmiMarginal *density = small_density();
    LsmiModel *nothing = NULL, *other = (LsmiModel *)density;
    LsmiReportSplit split, bad;
    memset(&split, 0, sizeof split);
    split.struct_size = sizeof split;
    split.name = "val";
    split.summary.struct_size = sizeof split.summary;
#define REPORT(model, rule, splits, count) lsmi_model_report(model, rule, splits, count, text, sizeof text, &length)
    FAILS_LIKE(REPORT(model, LSMI_SHIFT_NONE, &split, 1), LSMI_ERROR_BUFFER, "buffer: expected room for ");
    CHECK(length > sizeof text && strlen(text) == sizeof text - 1);
    REFUSES_NULL(REPORT(model, LSMI_SHIFT_NONE, NULL, 1), "splits");
    FAILS_LIKE(REPORT(model, LSMI_SHIFT_NONE, misaligned(&split), 1), LSMI_ERROR_POINTER, "splits: ");
    FAILS(REPORT(model, 3, &split, 1), LSMI_ERROR_SETTING, "shift_rule: expected a code from 0 to 2, got 3");
    bad = split;
    bad.name = NULL;
    REFUSES_NULL(REPORT(model, LSMI_SHIFT_NONE, &bad, 1), "name");
    bad.name = "\xff";
    FAILS_LIKE(REPORT(model, LSMI_SHIFT_NONE, &bad, 1), LSMI_ERROR_TEXT, "name: expected UTF-8 text, got ");
    bad = split;
    bad.struct_size--;
    REFUSES_SIZE(REPORT(model, LSMI_SHIFT_NONE, &bad, 1), LsmiReportSplit);
    bad = split;
    bad.summary.struct_size--;
    REFUSES_SIZE(REPORT(model, LSMI_SHIFT_NONE, &bad, 1), LsmiSummary);
    FAILS(REPORT(other, LSMI_SHIFT_NONE, &split, 1), LSMI_ERROR_HANDLE,
          "LsmiModel: expected a handle of this kind, got another");
    REFUSES_NULL(REPORT(nothing, LSMI_SHIFT_NONE, &split, 1), "LsmiModel");
    OK(lsmi_marginal_free(density));
}

/* A network of one feature per modality with that many hidden layers of width 1. */
static LsmiNetwork *deep_network(size_t features, size_t hidden) {
    enum { MOST = 16 };
    static const double numbers[] = {0.5, 0.25}, biases[] = {0.0, 0.0};
    LsmiLayer layers[MOST];
    LsmiNetwork *network = NULL;
    size_t l;
    for (l = 0; l <= hidden; l++) {
        LsmiLayer layer = {sizeof layer, 1, numbers, biases};
        layer.outputs = l == hidden ? 2 : 1;
        layers[l] = layer;
    }
    OK(lsmi_network_new(LSMI_F64, features, layers, hidden + 1, LSMI_ACTIVATION_TANH, &network));
    return network;
}

static void test_depth(size_t hidden) {
    static const double means[] = {0.5}, log_diagonal[] = {0.125}, logits[] = {1.0};
    LsmiMarginalOptions options = {
        sizeof options, 1, 1, LSMI_F64, 0, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_NONE, 1, 1};
    LsmiMarginalParameters parameters = {sizeof parameters, means, log_diagonal, NULL, logits};
    LsmiMarginal *density = NULL;
    LsmiNetwork *single = deep_network(1, hidden), *joint = deep_network(2, hidden);
    LsmiModel *model = NULL, *read = NULL;
    LsmiConfig config, kept;
    uint8_t bytes[16384];
    size_t length = 0, layers = 0;
    /* Padding included, since the bytes are compared. */
    memset(&config, 0x5a, sizeof config);
    config.struct_size = sizeof config;
    memcpy(&kept, &config, sizeof config);
    OK(lsmi_marginal_new(&options, &parameters, &density));
    OK(lsmi_model_from_parts(single, single, joint, density, density, &model));
    OK(lsmi_model_to_bytes(model, bytes, sizeof bytes, &length));
    OK(lsmi_model_from_bytes(bytes, length, &read));
    OK(lsmi_network_free(single));
    OK(lsmi_model_network(read, LSMI_COMPONENT_CLASSIFIER1, &single));
    OK(lsmi_network_form(single, NULL, NULL, NULL, &layers, NULL));
    CHECK(layers == hidden + 1);
    if (hidden <= LSMI_MAX_HIDDEN) {
        OK(lsmi_model_config(read, &config));
        CHECK(config.hidden_layers == hidden && config.hidden[hidden - 1] == 1);
    } else {
        FAILS(lsmi_model_config(read, &config), LSMI_ERROR_SETTING, "hidden: expected at most 8 layers, got 9");
        CHECK(memcmp(&config, &kept, sizeof config) == 0);
    }
    OK(lsmi_model_free(read));
    OK(lsmi_model_free(model));
    OK(lsmi_network_free(single));
    OK(lsmi_network_free(joint));
    OK(lsmi_marginal_free(density));
}

void test_report(void) {
    static Data data;
    LsmiModel *model;
    make_data(&data);
    model = small_model(&data, LSMI_F64);
    test_text(model, &data);
    test_errors(model);
    test_depth(LSMI_MAX_HIDDEN);
    test_depth(LSMI_MAX_HIDDEN + 1);
    OK(lsmi_model_free(model));
}
