/* What the replays of the parity vectors share. */
#ifndef LSMI_TESTS_PARITY_H
#define LSMI_TESTS_PARITY_H

#include "check.h"
#include "parity_case.h"

/* The case that is replayed. */
extern const ParityCase *now;

/* Whether the case makes this call. */
int is_call(const char *call);
/* The case of that name. */
const ParityCase *named(const char *name);
/* Numbers in the case's type, which the caller frees; room for `count` zeros without values. */
void *typed(const double *values, size_t count);
void *typed_numbers(const Numbers *numbers);
LsmiMatrix matrix_of(const Matrix *matrix, void **owned);
/* The numbers of one result; with tolerance 0 every bit counts. */
void same(const char *what, const void *got, size_t count, const Numbers *want, int single);
void same_typed(const char *what, const void *got, size_t count, const Numbers *want);
/* The text is the case's message, but for numbers, which are within the tolerance; with tolerance 0 it is the same. */
void same_text(const char *got);
/* The status is the case's, and so are the message and the field of a failure. */
int expected(int32_t status);
int32_t make_config(const ParityCase *of, LsmiConfig *config);
int32_t make_density(LsmiMarginal **out);
LsmiMarginalOptions form_of(const Density *form);

void replay_density(void);
void replay_density_fit(void);
void replay_network(void);
void replay_information(void);
void replay_rows(void);
void replay_pure(void);
void replay_bootstrap(void);
void replay_categories(void);
void replay_agreement(void);
void replay_config(void);
void replay_generator(void);
void replay_exact(void);
void replay_model(void);

#endif
