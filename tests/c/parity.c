/* Replays tests/data/parity; see its README. */
#include "parity.h"

const ParityCase *now;

int is_call(const char *call) { return strcmp(now->call, call) == 0; }

const ParityCase *named(const char *name) {
    size_t i;
    for (i = 0; i < PARITY_COUNT; i++)
        if (strcmp(PARITY[i].name, name) == 0)
            return &PARITY[i];
    CHECK(!"a case of that name");
    return NULL;
}

void *typed(const double *values, size_t count) {
    int single = now->type_ == LSMI_F32;
    char *out = calloc(count + 1, single ? sizeof(float) : sizeof(double));
    size_t i;
    for (i = 0; values != NULL && i < count; i++) {
        if (single)
            ((float *)(void *)out)[i] = (float)values[i];
        else
            ((double *)(void *)out)[i] = values[i];
    }
    return out;
}

void *typed_numbers(const Numbers *numbers) {
    return numbers->given ? typed(numbers->values, numbers->count) : NULL;
}

static double at(const void *values, size_t index, int single) {
    return single ? (double)((const float *)values)[index] : ((const double *)values)[index];
}

void same(const char *what, const void *got, size_t count, const Numbers *want, int single) {
    size_t i;
    int good = count == want->count;
    for (i = 0; good && i < count; i++) {
        double g = at(got, i, single), w = want->values[i];
        double size = fmax(1.0, fmax(fabs(g), fabs(w)));
        good = memcmp(&g, &w, sizeof g) == 0 || (isnan(g) && isnan(w)) ||
               (now->tolerance > 0.0 && fabs(g - w) <= now->tolerance * size);
        if (!good)
            fprintf(stderr, "%s: %s[%lu] is %.17g, expected %.17g\n", now->name, what, (unsigned long)i, g, w);
    }
    check_true(good, now->name, __FILE__, __LINE__);
}

void same_typed(const char *what, const void *got, size_t count, const Numbers *want) {
    same(what, got, count, want, now->type_ == LSMI_F32);
}

void same_text(const char *got) {
    const char *want = now->message;
    int good = 1;
    while (good && (*got != '\0' || *want != '\0')) {
        char *got_end, *want_end;
        double g = strtod(got, &got_end), w = strtod(want, &want_end);
        if (now->tolerance > 0.0 && strchr("-0123456789", *got) != NULL && got_end != got && want_end != want) {
            good = fabs(g - w) <= now->tolerance * fmax(1.0, fmax(fabs(g), fabs(w)));
            got = got_end;
            want = want_end;
        } else {
            good = *got++ == *want++;
        }
    }
    check_true(good, now->name, __FILE__, __LINE__);
}

LsmiMatrix matrix_of(const Matrix *matrix, void **owned) {
    LsmiMatrix out = {sizeof out, NULL, matrix->samples, matrix->features, matrix->stride, now->type_};
    *owned = typed(matrix->data.values, matrix->data.count);
    out.data = *owned;
    return out;
}

int expected(int32_t status) {
    check_status(status, now->status, now->status == LSMI_OK ? NULL : now->message, now->name, __FILE__, __LINE__);
    if (now->status != LSMI_OK) {
        char field[256];
        OK(lsmi_last_error_field(field, sizeof field, NULL));
        CHECK(strcmp(field, now->field) == 0);
        CHECK(strcmp(lsmi_status_str(status), now->status_name) == 0);
    }
    return status == LSMI_OK && now->status == LSMI_OK;
}

int32_t make_config(const ParityCase *of, LsmiConfig *config) {
    size_t i;
    int32_t status = lsmi_config_init(config, sizeof *config, of->preset);
    for (i = 0; status == LSMI_OK && i < of->settings.count; i += 2)
        status = lsmi_config_set(config, of->settings.values[i], of->settings.values[i + 1]);
    return status;
}

void test_parity(void) {
    static const struct {
        const char *call;
        void (*replay)(void);
    } calls[] = {
        {"log_density", replay_density},
        {"log_density_at", replay_density},
        {"gradient", replay_density},
        {"weighted_sum_gradient", replay_density},
        {"refine", replay_density_fit},
        {"fit_density", replay_density_fit},
        {"log_probabilities", replay_network},
        {"log_probabilities_at", replay_network},
        {"network_gradient", replay_network},
        {"log_sum_exp", replay_rows},
        {"log_sum_exp_at", replay_rows},
        {"information", replay_information},
        {"atoms", replay_pure},
        {"shift", replay_pure},
        {"mean", replay_pure},
        {"discrete", replay_pure},
        {"joint_categories", replay_categories},
        {"agreement", replay_agreement},
        {"bootstrap", replay_bootstrap},
        {"config_text", replay_config},
        {"config_check", replay_config},
        {"synthetic_gaussian", replay_generator},
        {"synthetic_xor", replay_generator},
        {"synthetic_circuit", replay_generator},
        {"synthetic_mixture", replay_generator},
        {"synthetic_latent", replay_generator},
        {"circuit_support", replay_generator},
        {"gaussian_information", replay_exact},
        {"xor_information", replay_exact},
        {"mixture_information", replay_exact},
        {"latent_information", replay_exact},
        {"fit_and_score", replay_model},
        {"score", replay_model},
        {"report", replay_model},
        {"trust_report", replay_model},
        {"preprocess", replay_model},
        {"model_from_bytes", replay_model},
        {"model_load", replay_model},
    };
    size_t i, j;
    for (i = 0; i < PARITY_COUNT; i++) {
        now = &PARITY[i];
        for (j = 0; j < COUNT(calls) && !is_call(calls[j].call); j++) {
        }
        if (CHECK(j < COUNT(calls)))
            calls[j].replay();
    }
}
