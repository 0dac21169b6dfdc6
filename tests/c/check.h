/* Checks that count, and what the test files share. C99, no dependencies. */
#ifndef LSMI_TESTS_CHECK_H
#define LSMI_TESTS_CHECK_H

#include "lsmi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A condition. */
#define CHECK(condition) check_true((condition) != 0, #condition, __FILE__, __LINE__)
/* A call that succeeds. */
#define OK(call) check_status((call), LSMI_OK, NULL, #call, __FILE__, __LINE__)
/* A call that fails with this status and exactly this message. */
#define FAILS(call, status, message) check_status((call), (status), (message), #call, __FILE__, __LINE__)
/* A call that fails with this status and a message that contains this text. */
#define FAILS_LIKE(call, status, text) check_status_like((call), (status), (text), #call, __FILE__, __LINE__)
/* A pointer argument that must not be NULL. */
#define REFUSES_NULL(call, field) FAILS(call, LSMI_ERROR_POINTER, field ": expected a pointer, got NULL")
/* A struct whose size is not that of the header. */
#define REFUSES_SIZE(call, name)                                                                             \
    FAILS_LIKE(call, LSMI_ERROR_STRUCT_SIZE, #name ": expected struct_size ")
/* Numbers within an absolute or relative distance. */
#define CLOSE(got, want, tolerance) check_close((got), (want), (tolerance), #got, __FILE__, __LINE__)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int check_true(int passed, const char *what, const char *file, int line);
void check_status(int32_t got, int32_t want, const char *message, const char *call, const char *file, int line);
void check_status_like(int32_t got, int32_t want, const char *text, const char *call, const char *file, int line);
void check_close(double got, double want, double tolerance, const char *what, const char *file, int line);
/* Prints "N passed, N failed"; the exit status. */
int check_report(void);

/* An address that no type wider than a byte may have. */
void *misaligned(void *pointer);

LsmiMatrix matrix32(const float *data, size_t samples, size_t features, size_t stride);
LsmiMatrix matrix64(const double *data, size_t samples, size_t features, size_t stride);

/* The next of a stream of numbers between -2 and 2. */
double number(uint64_t *state);

/* Samples whose class shows in both modalities. */
enum { SAMPLES = 48, FEATURES1 = 2, FEATURES2 = 3 };
typedef struct Data {
    double x1[SAMPLES * FEATURES1];
    double x2[SAMPLES * FEATURES2];
    float x1_f32[SAMPLES * FEATURES1];
    float x2_f32[SAMPLES * FEATURES2];
    int64_t y[SAMPLES];
} Data;
void make_data(Data *data);
/* Settings that make a fit small. */
LsmiConfig small_config(void);
/* A model fitted to the data, in f64 or f32. */
LsmiModel *small_model(const Data *data, int32_t type);
/* One-mode density of two features in f64, and a network from two features to two classes. */
LsmiMarginal *small_density(void);
LsmiNetwork *small_network(void);
LsmiTraining small_training(void);
LsmiFitOptions small_fit(void);

/* The suites. */
void test_basics(void);
void test_failures(void);
void test_config(void);
void test_pure(void);
void test_density(void);
void test_density_errors(void);
void test_refine(void);
void test_simd(void);
void test_network(void);
void test_network_errors(void);
void test_model(void);
void test_model_errors(void);
void test_model_files(void);
void test_report(void);
void test_report_handle(void);
void test_trust(void);
void test_controls_and_flags(void);
void test_preprocessing(void);
void test_synthetic(void);
void test_synthetic_truth(void);
void test_parity(void);

#endif
