/* Versions, status names, the message of the last error, text buffers. */
#include "check.h"

static void test_versions(void) {
    CHECK(lsmi_abi_version() == LSMI_ABI_VERSION);
    CHECK(strchr(lsmi_version(), '.') != NULL);
    CHECK(strcmp(lsmi_build_features(), "std rayon") == 0);
    CHECK(strlen(lsmi_simd_level()) > 0);
}

static void test_status_names(void) {
    static const int32_t all[] = {
        LSMI_OK,                   LSMI_ERROR_SHAPE,         LSMI_ERROR_EMPTY,       LSMI_ERROR_NOT_FINITE,
        LSMI_ERROR_CLASS,          LSMI_ERROR_UNSEEN_CLASS,  LSMI_ERROR_ONE_CLASS,   LSMI_ERROR_TOO_FEW_SAMPLES,
        LSMI_ERROR_SETTING,        LSMI_ERROR_DIVERGED,      LSMI_ERROR_CANCELLED,   LSMI_ERROR_FORMAT,
        LSMI_ERROR_VERSION,        LSMI_ERROR_IO,            LSMI_ERROR_POINTER,     LSMI_ERROR_STRUCT_SIZE,
        LSMI_ERROR_TYPE,           LSMI_ERROR_HANDLE,        LSMI_ERROR_FAILED_HANDLE, LSMI_ERROR_BUFFER,
        LSMI_ERROR_TEXT,           LSMI_ERROR_PANIC,
    };
    size_t i, j;
    for (i = 0; i < COUNT(all); i++) {
        CHECK(strcmp(lsmi_status_str(all[i]), "unknown status") != 0);
        for (j = 0; j < i; j++)
            CHECK(strcmp(lsmi_status_str(all[i]), lsmi_status_str(all[j])) != 0);
    }
    CHECK(strcmp(lsmi_status_str(LSMI_ERROR_SHAPE), "shape") == 0);
    CHECK(strcmp(lsmi_status_str(-1), "unknown status") == 0);
    CHECK(strcmp(lsmi_status_str(INT32_MAX), "unknown status") == 0);
}

static void test_last_error(void) {
    char buffer[64];
    size_t length = 99;
    double mean;
    /* main.c calls this first: nothing has failed yet. */
    OK(lsmi_last_error_message(NULL, 0, &length));
    CHECK(length == 0);
    OK(lsmi_last_error_message(buffer, sizeof buffer, NULL));
    CHECK(buffer[0] == '\0');
    length = 99;
    OK(lsmi_last_error_field(buffer, sizeof buffer, &length));
    CHECK(buffer[0] == '\0' && length == 0);

    REFUSES_NULL(lsmi_mean(NULL, 3, &mean), "values");
    OK(lsmi_mean(&mean, 0, &mean));
    OK(lsmi_last_error_message(NULL, 0, NULL));
    /* A success leaves the message, and so does a look at it. */
    CHECK(lsmi_last_error_message(buffer, sizeof buffer, &length) == LSMI_OK);
    CHECK(strcmp(buffer, "values: expected a pointer, got NULL") == 0 && length == strlen(buffer));
    memset(buffer, 'x', sizeof buffer);
    CHECK(lsmi_last_error_message(buffer, 7, &length) == LSMI_ERROR_BUFFER);
    CHECK(strcmp(buffer, "values") == 0 && buffer[7] == 'x' && length == 36);
    CHECK(lsmi_last_error_message(buffer, 36, NULL) == LSMI_ERROR_BUFFER);
    CHECK(lsmi_last_error_message(buffer, 37, NULL) == LSMI_OK);
    CHECK(lsmi_last_error_message(buffer, 0, &length) == LSMI_ERROR_BUFFER);
    CHECK(lsmi_last_error_message(buffer, sizeof buffer, misaligned(&length)) == LSMI_ERROR_POINTER);
}

/* Messages hold characters of several bytes: a buffer never ends within one. */
static void test_cut_between_characters(void) {
    char whole[256], part[256];
    size_t length, capacity;
    LsmiConfig config = small_config();
    FAILS_LIKE(lsmi_config_set(&config, "modes", "\xC3\xA4\xE2\x82\xAC"), LSMI_ERROR_SETTING, "\xE2\x82\xAC");
    CHECK(lsmi_last_error_message(whole, sizeof whole, &length) == LSMI_OK);
    for (capacity = 1; capacity <= length; capacity++) {
        size_t kept;
        CHECK(lsmi_last_error_message(part, capacity, NULL) == LSMI_ERROR_BUFFER);
        kept = strlen(part);
        CHECK(kept < capacity && memcmp(part, whole, kept) == 0);
        /* What follows does not continue a character. */
        CHECK(((unsigned char)whole[kept] & 0xC0) != 0x80);
    }
}

void test_basics(void) {
    test_last_error();
    test_versions();
    test_status_names();
    test_cut_between_characters();
}
