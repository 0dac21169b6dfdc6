/* Model files and bytes. */
#include "check.h"

/* Scores the data by a model. */
static void scores_of(const LsmiModel *model, const Data *data, double *i12) {
    LsmiMatrix x1 = matrix64(data->x1, SAMPLES, FEATURES1, FEATURES1);
    LsmiMatrix x2 = matrix64(data->x2, SAMPLES, FEATURES2, FEATURES2);
    LsmiScores scores = {sizeof scores, SAMPLES, NULL, NULL, i12, NULL, NULL, NULL, NULL, NULL, NULL};
    OK(lsmi_model_score(model, &x1, &x2, data->y, SAMPLES, LSMI_SHIFT_NONE, &scores, NULL));
}

static void test_bytes(const LsmiModel *model, const Data *data) {
    double want[SAMPLES], got[SAMPLES];
    size_t length = 0, again = 0, cut, i;
    uint8_t *bytes, *copy;
    LsmiModel *read = NULL;
    char *version;
    OK(lsmi_model_to_bytes(model, NULL, 0, &length));
    OK(lsmi_model_to_bytes(model, NULL, 0, NULL));
    bytes = malloc(length);
    copy = malloc(length);
    FAILS_LIKE(lsmi_model_to_bytes(model, bytes, length - 1, &again), LSMI_ERROR_BUFFER, "buffer: expected room for ");
    CHECK(again == length);
    FAILS_LIKE(lsmi_model_to_bytes(model, NULL, 0, misaligned(&length)), LSMI_ERROR_POINTER, "length: ");
    OK(lsmi_model_to_bytes(model, bytes, length, &again));
    OK(lsmi_model_from_bytes(bytes, length, &read));
    scores_of(model, data, want);
    scores_of(read, data, got);
    CHECK(memcmp(want, got, sizeof want) == 0);
    OK(lsmi_model_to_bytes(read, copy, length, NULL));
    CHECK(memcmp(bytes, copy, length) == 0);
    OK(lsmi_model_free(read));

    REFUSES_NULL(lsmi_model_from_bytes(NULL, length, &read), "bytes");
    CHECK(read == NULL);
    REFUSES_NULL(lsmi_model_from_bytes(bytes, length, NULL), "out");
    FAILS_LIKE(lsmi_model_from_bytes(bytes, SIZE_MAX, &read), LSMI_ERROR_SHAPE, "bytes: ");
    /* Truncated anywhere, from a copy of that length, so that a read beyond it is seen. */
    for (cut = 0; cut < length; cut += length / 97 + 1) {
        uint8_t *shorter = malloc(cut + 1);
        memcpy(shorter, bytes, cut);
        FAILS_LIKE(lsmi_model_from_bytes(shorter, cut, &read), LSMI_ERROR_FORMAT,
                   "model: expected a whole and unaltered lsmi model file, got ");
        CHECK(read == NULL);
        free(shorter);
    }
    /* Altered anywhere. */
    for (i = 0; i < length; i += length / 97 + 1) {
        copy[i] ^= 0x55;
        CHECK(lsmi_model_from_bytes(copy, length, &read) == LSMI_ERROR_FORMAT && read == NULL);
        copy[i] ^= 0x55;
    }
    for (i = 0; i + 18 < length && memcmp(copy + i, "format_version\\\":3", 18) != 0; i++) {
    }
    version = (char *)copy + i + 17;
    CHECK(*version == '3');
    *version = '9';
    FAILS(lsmi_model_from_bytes(copy, length, &read), LSMI_ERROR_VERSION,
          "model: expected model format version 3 or older, got 9; a newer lsmi reads it");
    FAILS_LIKE(lsmi_model_from_bytes((const uint8_t *)"not a model", 11, &read), LSMI_ERROR_FORMAT, "model: ");
    {
        /* A good file of the same container, but no model. */
        static const uint8_t other[] = "\x08\0\0\0\0\0\0\0{}      ";
        FAILS(lsmi_model_from_bytes(other, 16, &read), LSMI_ERROR_FORMAT,
              "model: expected an lsmi model file, got a safetensors file without lsmi header");
    }
    CHECK(read == NULL);
    free(bytes);
    free(copy);
}

static void write_file(const char *path, const void *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    if (CHECK(file != NULL)) {
        CHECK(fwrite(bytes, 1, length, file) == length);
        CHECK(fclose(file) == 0);
    }
}

static void test_files(const LsmiModel *model, const Data *data) {
    static const char path[] = "lsmi-test-\xC3\xA4.model";
    double want[SAMPLES], got[SAMPLES];
    LsmiModel *read = NULL;
    OK(lsmi_model_save(model, path));
    OK(lsmi_model_load(path, &read));
    scores_of(model, data, want);
    scores_of(read, data, got);
    CHECK(memcmp(want, got, sizeof want) == 0);
    /* Written over the old one. */
    OK(lsmi_model_save(read, path));
    OK(lsmi_model_free(read));

    write_file(path, "x1,x2,y\n1,2,0\n", 14);
    FAILS_LIKE(lsmi_model_load(path, &read), LSMI_ERROR_FORMAT, "lsmi-test-");
    CHECK(read == NULL);
    write_file(path, "", 0);
    FAILS_LIKE(lsmi_model_load(path, &read), LSMI_ERROR_FORMAT, "lsmi-test-");
    CHECK(remove(path) == 0);
    FAILS(lsmi_model_load("no/such/folder/model.lsmi", &read), LSMI_ERROR_IO,
          "no/such/folder/model.lsmi: cannot read: no such file or folder");
    FAILS_LIKE(lsmi_model_load(".", &read), LSMI_ERROR_IO, ".: cannot read: ");
    FAILS_LIKE(lsmi_model_save(model, "no/such/folder/model.lsmi"), LSMI_ERROR_IO,
               "no/such/folder/model.lsmi: cannot write: ");
    FAILS_LIKE(lsmi_model_save(model, ""), LSMI_ERROR_IO, "cannot write");
    FAILS_LIKE(lsmi_model_save(model, "\xFF.model"), LSMI_ERROR_TEXT, "path: expected UTF-8 text, got ");
    FAILS_LIKE(lsmi_model_load("\xFF.model", &read), LSMI_ERROR_TEXT, "path: expected UTF-8 text, got ");
    REFUSES_NULL(lsmi_model_save(model, NULL), "path");
    REFUSES_NULL(lsmi_model_load(NULL, &read), "path");
    REFUSES_NULL(lsmi_model_load(path, NULL), "out");
    CHECK(read == NULL);
}

void test_model_files(void) {
    static Data data;
    LsmiModel *model;
    make_data(&data);
    model = small_model(&data, LSMI_F64);
    test_bytes(model, &data);
    test_files(model, &data);
    OK(lsmi_model_free(model));
}
