/* Settings. */
#include "check.h"

static void test_presets(void) {
    LsmiConfig config;
    OK(lsmi_config_init(&config, sizeof config, LSMI_PRESET_PAPER));
    CHECK(config.struct_size == sizeof config && config.preset == LSMI_PRESET_PAPER);
    CHECK(config.modes == 5 && config.bounded == 1 && config.triangle == LSMI_TRIANGLE_FULL);
    CHECK(config.hidden_layers == 2 && config.hidden[0] == 64 && config.hidden[1] == 64);
    CHECK(config.prior == LSMI_PRIOR_UNIFORM && config.shift == LSMI_SHIFT_BATCH);
    CHECK(config.start == LSMI_START_NORMAL && config.activation == LSMI_ACTIVATION_RELU);
    CHECK(config.density_epochs == 30 && config.classifier_epochs == 30 && config.density_batch == 32);
    CHECK(config.density_decay_every == 20 && config.classifier_decay_every == 15);
    OK(lsmi_config_check(&config));
    OK(lsmi_config_init(&config, sizeof config, LSMI_PRESET_ROBUST));
    CHECK(config.preset == LSMI_PRESET_ROBUST && config.standardize == 1 && config.shift == LSMI_SHIFT_FROZEN);
    OK(lsmi_config_check(&config));

    REFUSES_NULL(lsmi_config_init(NULL, sizeof config, LSMI_PRESET_PAPER), "LsmiConfig");
    REFUSES_SIZE(lsmi_config_init(&config, sizeof config - 1, LSMI_PRESET_PAPER), LsmiConfig);
    REFUSES_SIZE(lsmi_config_init(&config, 0, LSMI_PRESET_PAPER), LsmiConfig);
    CHECK(config.preset == LSMI_PRESET_ROBUST);
    FAILS_LIKE(lsmi_config_init(misaligned(&config), sizeof config, LSMI_PRESET_PAPER), LSMI_ERROR_POINTER, "aligned");
    FAILS(lsmi_config_init(&config, sizeof config, 7), LSMI_ERROR_SETTING,
          "preset: expected a code from 0 to 2, got 7");
    FAILS(lsmi_config_init(&config, sizeof config, LSMI_PRESET_IMPORTED), LSMI_ERROR_SETTING,
          "preset: expected LSMI_PRESET_ROBUST or LSMI_PRESET_PAPER, got 2");
}

static void test_set(void) {
    char before[2048], after[2048];
    LsmiConfig config;
    OK(lsmi_config_init(&config, sizeof config, LSMI_PRESET_ROBUST));
    OK(lsmi_config_set(&config, "modes", "7"));
    OK(lsmi_config_set(&config, "hidden", "32, 16"));
    OK(lsmi_config_set(&config, "prior", "empirical"));
    OK(lsmi_config_set(&config, "entropy_units", "input"));
    OK(lsmi_config_set(&config, "clip", "2.5"));
    OK(lsmi_config_set(&config, "bounded", "true"));
    CHECK(config.modes == 7 && config.hidden_layers == 2 && config.hidden[0] == 32 && config.hidden[1] == 16);
    CHECK(config.prior == LSMI_PRIOR_EMPIRICAL && config.entropy_units == LSMI_UNITS_INPUT);
    CHECK(config.clip == 2.5 && config.bounded == 1);
    OK(lsmi_config_set(&config, "hidden", "none"));
    CHECK(config.hidden_layers == 0);

    OK(lsmi_config_text(&config, before, sizeof before, NULL));
    REFUSES_NULL(lsmi_config_set(NULL, "modes", "7"), "LsmiConfig");
    REFUSES_NULL(lsmi_config_set(&config, NULL, "7"), "key");
    REFUSES_NULL(lsmi_config_set(&config, "modes", NULL), "value");
    FAILS_LIKE(lsmi_config_set(&config, "\xFF", "7"), LSMI_ERROR_TEXT, "key: expected UTF-8 text, got ");
    FAILS_LIKE(lsmi_config_set(&config, "modes", "\xC3("), LSMI_ERROR_TEXT, "value: expected UTF-8 text, got ");
    FAILS_LIKE(lsmi_config_set(&config, "mode", "7"), LSMI_ERROR_SETTING, "one of accumulate_gradients, activation, ");
    FAILS(lsmi_config_set(&config, "modes", "-1"), LSMI_ERROR_SETTING,
          "modes: expected a whole number, at least 0, got '-1'");
    FAILS(lsmi_config_set(&config, "shift", "some"), LSMI_ERROR_SETTING,
          "shift: expected one of frozen, batch, none, got 'some'");
    FAILS_LIKE(lsmi_config_set(&config, "preset", "paper"), LSMI_ERROR_SETTING, "setting: expected one of ");
    FAILS(lsmi_config_set(&config, "hidden", "1,1,1,1,1,1,1,1,1"), LSMI_ERROR_SETTING,
          "hidden: expected at most 8 layers, got 9");
    FAILS_LIKE(lsmi_config_set(misaligned(&config), "modes", "7"), LSMI_ERROR_POINTER, "aligned");
    OK(lsmi_config_text(&config, after, sizeof after, NULL));
    CHECK(strcmp(before, after) == 0);
    config.struct_size++;
    REFUSES_SIZE(lsmi_config_set(&config, "modes", "7"), LsmiConfig);
}

/* One field after the other becomes what no fit can use. */
static void test_check(void) {
    LsmiConfig good, bad;
    OK(lsmi_config_init(&good, sizeof good, LSMI_PRESET_ROBUST));
#define REFUSED(field, value, message)                                                                       \
    do {                                                                                                     \
        bad = good;                                                                                          \
        bad.field = (value);                                                                                 \
        FAILS(lsmi_config_check(&bad), LSMI_ERROR_SETTING, message);                                         \
    } while (0)
    REFUSED(modes, 0, "modes: expected a whole number from 1 to 65536, got 0");
    REFUSED(modes, SIZE_MAX, "modes: expected a whole number from 1 to 65536, got 18446744073709551615");
    REFUSED(classes, 1, "classes: expected 0 (from the labels) or a whole number from 2 to 65536, got 1");
    REFUSED(clip, 0.0, "clip: expected a finite number above 0, got 0");
    REFUSED(clip, (double)NAN, "clip: expected a finite number above 0, got NaN");
    REFUSED(held_out, 1.0, "held_out: expected a fraction from 0 to below 1, got 1");
    REFUSED(density_batch, 0, "density_batch: expected at least 1, got 0");
    REFUSED(classifier_batch, 0, "classifier_batch: expected at least 1, got 0");
    REFUSED(density_learning_rate, -1.0, "density_learning_rate: expected a finite number above 0, got -1");
    REFUSED(classifier_decay_factor, 2.0, "classifier_decay_factor: expected a number above 0, at most 1, got 2");
    REFUSED(density_weight_decay, -1.0,
            "density_weight_decay: expected a number from 0 to below 1/learning_rate, got -1");
    REFUSED(hidden[0], 0, "hidden: expected widths from 1 to 65536, got [0, 64]");
    REFUSED(hidden_layers, 9, "hidden_layers: expected at most 8, got 9");
    REFUSED(hidden_layers, SIZE_MAX, "hidden_layers: expected at most 8, got 18446744073709551615");
    REFUSED(standardize, 2, "standardize: expected 0 or 1, got 2");
    REFUSED(bounded, -1, "bounded: expected 0 or 1, got -1");
    REFUSED(train_means, 2, "train_means: expected 0 or 1, got 2");
    REFUSED(train_weights, 2, "train_weights: expected 0 or 1, got 2");
    REFUSED(accumulate_gradients, 2, "accumulate_gradients: expected 0 or 1, got 2");
    REFUSED(preset, 3, "preset: expected a code from 0 to 2, got 3");
    REFUSED(prior, 2, "prior: expected a code from 0 to 1, got 2");
    REFUSED(entropy_units, 2, "entropy_units: expected a code from 0 to 1, got 2");
    REFUSED(shift, LSMI_SHIFT_OF_MODEL, "shift: expected a code from 0 to 2, got -1");
    REFUSED(diagonal, 2, "diagonal: expected a code from 0 to 1, got 2");
    REFUSED(triangle, 2, "triangle: expected a code from 0 to 1, got 2");
    REFUSED(start, 4, "start: expected a code from 0 to 3, got 4");
    REFUSED(activation, 2, "activation: expected a code from 0 to 1, got 2");
    REFUSES_NULL(lsmi_config_check(NULL), "LsmiConfig");
    bad = good;
    bad.struct_size = 8;
    REFUSES_SIZE(lsmi_config_check(&bad), LsmiConfig);
}

static void test_text(void) {
    char text[4096], again[4096], *line;
    size_t length = 0, whole;
    LsmiConfig config, copy;
    OK(lsmi_config_init(&config, sizeof config, LSMI_PRESET_PAPER));
    OK(lsmi_config_set(&config, "modes", "9"));
    OK(lsmi_config_set(&config, "activation", "tanh"));
    OK(lsmi_config_text(&config, NULL, 0, &whole));
    FAILS_LIKE(lsmi_config_text(&config, text, whole, NULL), LSMI_ERROR_BUFFER, "buffer: expected room for ");
    FAILS_LIKE(lsmi_config_text(&config, text, 0, &length), LSMI_ERROR_BUFFER, "buffer: expected room for ");
    CHECK(length == whole);
    OK(lsmi_config_text(&config, text, sizeof text, &length));
    CHECK(length == whole && strlen(text) == whole && strstr(text, "modes=9\n") != NULL);
    /* The text set into the other preset gives the same settings, but for where they began. */
    OK(lsmi_config_init(&copy, sizeof copy, LSMI_PRESET_ROBUST));
    memcpy(again, text, sizeof text);
    for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *equals = strchr(line, '=');
        if (!CHECK(equals != NULL))
            continue;
        *equals = '\0';
        if (strcmp(line, "preset") != 0)
            OK(lsmi_config_set(&copy, line, equals + 1));
    }
    copy.preset = config.preset;
    OK(lsmi_config_text(&copy, text, sizeof text, NULL));
    CHECK(strcmp(text, again) == 0);

    REFUSES_NULL(lsmi_config_text(NULL, text, sizeof text, &length), "LsmiConfig");
    config.prior = 9;
    FAILS(lsmi_config_text(&config, text, sizeof text, NULL), LSMI_ERROR_SETTING,
          "prior: expected a code from 0 to 1, got 9");
    config.struct_size = 0;
    REFUSES_SIZE(lsmi_config_text(&config, text, sizeof text, NULL), LsmiConfig);
    FAILS_LIKE(lsmi_config_text(&copy, text, sizeof text, misaligned(&length)), LSMI_ERROR_POINTER, "length");
}

/* What a fit takes of the settings for its parts. */
static void test_parts(void) {
    LsmiConfig config;
    LsmiMarginalOptions form = {sizeof form, 0, 7, LSMI_F64, 0, 0, 0, 0, 0};
    LsmiTraining density = small_training(), classifier = small_training();
    OK(lsmi_config_init(&config, sizeof config, LSMI_PRESET_PAPER));
    config.diagonal = LSMI_DIAGONAL_SHARED;
    config.train_weights = 0;
    config.accumulate_gradients = 1;
    config.density_weight_decay = 0.25;
    config.classifier_patience = 3;
    OK(lsmi_config_density(&config, &form, &density));
    CHECK(form.modes == 5 && form.features == 7 && form.type_ == LSMI_F64 && form.bounded == 1);
    CHECK(form.diagonal == LSMI_DIAGONAL_SHARED && form.triangle == LSMI_TRIANGLE_FULL);
    CHECK(form.train_means == 1 && form.train_weights == 0 && form.struct_size == sizeof form);
    CHECK(density.epochs == 30 && density.batch == 32 && density.learning_rate == 1e-3);
    CHECK(density.decay_every == 20 && density.decay_factor == 0.1 && density.weight_decay == 0.25);
    CHECK(density.patience == 0 && density.accumulate_gradients == 1 && density.struct_size == sizeof density);
    OK(lsmi_config_classifier(&config, &classifier));
    CHECK(classifier.epochs == 30 && classifier.batch == 32 && classifier.learning_rate == 1e-3);
    CHECK(classifier.decay_every == 15 && classifier.decay_factor == 0.1 && classifier.weight_decay == 0.0);
    CHECK(classifier.patience == 3 && classifier.accumulate_gradients == 0);
    OK(lsmi_config_density(&config, NULL, NULL));
    OK(lsmi_config_density(&config, &form, NULL));

    REFUSES_NULL(lsmi_config_density(NULL, &form, &density), "LsmiConfig");
    REFUSES_NULL(lsmi_config_classifier(NULL, &classifier), "LsmiConfig");
    REFUSES_NULL(lsmi_config_classifier(&config, NULL), "LsmiTraining");
    FAILS_LIKE(lsmi_config_density(&config, misaligned(&form), NULL), LSMI_ERROR_POINTER, "LsmiMarginalOptions: ");
    FAILS_LIKE(lsmi_config_density(&config, NULL, misaligned(&density)), LSMI_ERROR_POINTER, "LsmiTraining: ");
    form.struct_size++;
    REFUSES_SIZE(lsmi_config_density(&config, &form, NULL), LsmiMarginalOptions);
    density.struct_size = classifier.struct_size = 0;
    REFUSES_SIZE(lsmi_config_density(&config, NULL, &density), LsmiTraining);
    REFUSES_SIZE(lsmi_config_classifier(&config, &classifier), LsmiTraining);
    config.bounded = 2;
    FAILS(lsmi_config_density(&config, NULL, NULL), LSMI_ERROR_SETTING, "bounded: expected 0 or 1, got 2");
    config.struct_size = 1;
    REFUSES_SIZE(lsmi_config_density(&config, NULL, NULL), LsmiConfig);
    REFUSES_SIZE(lsmi_config_classifier(&config, &classifier), LsmiConfig);
}

void test_config(void) {
    test_presets();
    test_set();
    test_check();
    test_text();
    test_parts();
}
