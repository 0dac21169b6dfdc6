/* The C interface of libLSMI: redundancy, uniqueness and synergy of two modalities about a target, per sample.
 *
 * Generated from src/ffi by bindings/c/header; do not edit.
 *
 * Every function that can fail returns a status (LSMI_OK is 0) and writes results through pointers. All quantities
 * are in nats. Inputs are borrowed for the call and never changed; outputs overlap neither inputs nor each other.
 * Samples lie in memory one after the other: see LsmiMatrix.
 * Structs begin with struct_size, which the caller sets to their sizeof. Handles are opaque; each is freed by its
 * ..._free, for which NULL is fine. A const handle may be used by several threads at once. Nothing prints. Global are
 * the message of a thread's last error, the choice of an instruction set by LSMI_SIMD, made once, and the threads of a
 * build with rayon: they are not there in a child made by fork(), which must exec or not compute.
 * Errors are named without their LSMI_ERROR_ below. Besides those named, POINTER is returned for any pointer that is
 * not aligned for its type, and SHAPE for any size that cannot be addressed. Functions allocate unless they say that
 * they do not.
 *
 * Licence: MIT or Apache-2.0. */

#ifndef LSMI_H
#define LSMI_H

#include <stddef.h>
#include <stdint.h>

/**
 * Preset: settings for trustworthy estimates.
 */
#define LSMI_PRESET_ROBUST 0

/**
 * Preset: the released program's settings.
 */
#define LSMI_PRESET_PAPER 1

/**
 * Not a preset: parameters that were trained elsewhere.
 */
#define LSMI_PRESET_IMPORTED 2

/**
 * Class prior: 1/C.
 */
#define LSMI_PRIOR_UNIFORM 0

/**
 * Class prior: frequencies of the training labels.
 */
#define LSMI_PRIOR_EMPIRICAL 1

/**
 * Entropy units: those of the features as given.
 */
#define LSMI_UNITS_INPUT 0

/**
 * Entropy units: standardised features.
 */
#define LSMI_UNITS_STANDARDIZED 1

/**
 * Shift of the training split, kept in the model.
 */
#define LSMI_SHIFT_FROZEN 0

/**
 * Shift of the samples that are scored.
 */
#define LSMI_SHIFT_BATCH 1

/**
 * No shift.
 */
#define LSMI_SHIFT_NONE 2

/**
 * Only as an argument of scoring: the shift rule of the model's settings.
 */
#define LSMI_SHIFT_OF_MODEL -1

/**
 * A diagonal for every mode.
 */
#define LSMI_DIAGONAL_PER_MODE 0

/**
 * One diagonal for all modes.
 */
#define LSMI_DIAGONAL_SHARED 1

/**
 * With triangular part.
 */
#define LSMI_TRIANGLE_FULL 0

/**
 * Without triangular part.
 */
#define LSMI_TRIANGLE_NONE 1

/**
 * Training of a density starts at draws from N(0, 1).
 */
#define LSMI_START_NORMAL 0

/**
 * Training of a density starts at samples.
 */
#define LSMI_START_SAMPLES 1

/**
 * Training of a density starts at a Gaussian mixture that expectation-maximisation has fitted.
 */
#define LSMI_START_MIXTURE 2

/**
 * As LSMI_START_MIXTURE, of the simplest form (modes, diagonal, triangular part) under which held-out samples are as
 * likely as under any; in the end fitted to all samples.
 */
#define LSMI_START_VALIDATED 3

/**
 * The classifiers are what the settings say.
 */
#define LSMI_FORM_GIVEN 0

/**
 * The classifiers are chosen by samples that a fit did not see, among linear ones and networks of several forms, and
 * weighted sums of them; in the end fitted to all samples.
 */
#define LSMI_FORM_VALIDATED 1

/**
 * max(0, v).
 */
#define LSMI_ACTIVATION_RELU 0

/**
 * tanh v.
 */
#define LSMI_ACTIVATION_TANH 1

/**
 * Hidden layers that `LsmiConfig` has room for.
 */
#define LSMI_MAX_HIDDEN 8

/**
 * Control: x1 beside itself: no synergy, and as much redundancy as information.
 */
#define LSMI_CONTROL_DUPLICATED_X1 0

/**
 * Control: x1 beside its image under an invertible linear map: the same.
 */
#define LSMI_CONTROL_MAPPED_X1 1

/**
 * Control: x2 beside itself.
 */
#define LSMI_CONTROL_DUPLICATED_X2 2

/**
 * Control: x2 beside its image under an invertible linear map.
 */
#define LSMI_CONTROL_MAPPED_X2 3

/**
 * Control: labels shuffled among the samples: nothing at all.
 */
#define LSMI_CONTROL_SHUFFLED_LABELS 4

/**
 * Control: x2 shuffled within each class: the pairs tell nothing of their own.
 */
#define LSMI_CONTROL_SHUFFLED_PAIRING 5

/**
 * Control: one half of the samples.
 */
#define LSMI_CONTROL_FIRST_HALF 6

/**
 * Control: the other half: how far it is from the first is the chance in the samples and in the fit.
 */
#define LSMI_CONTROL_SECOND_HALF 7

/**
 * Control: a bit that both modalities tell, in a direction of each, in place of what was there.
 */
#define LSMI_CONTROL_PLANTED_REDUNDANCY 8

/**
 * Control: an exclusive or of a bit in x1 and a bit in x2.
 */
#define LSMI_CONTROL_PLANTED_SYNERGY 9

/**
 * Room that is enough for the results of all controls, whatever the number of features.
 */
#define LSMI_MAX_CONTROLS 80

/**
 * The version of the binary interface that this header describes; compare it with `lsmi_abi_version()`.
 */
#define LSMI_ABI_VERSION 1

/**
 * Type code of `float`.
 */
#define LSMI_F32 0

/**
 * Type code of `double`.
 */
#define LSMI_F64 1

/**
 * What is trained: the classifier of x1.
 */
#define LSMI_COMPONENT_CLASSIFIER1 0

/**
 * What is trained: the classifier of x2.
 */
#define LSMI_COMPONENT_CLASSIFIER2 1

/**
 * What is trained: the classifier of both.
 */
#define LSMI_COMPONENT_CLASSIFIER_JOINT 2

/**
 * What is trained: the density of x1.
 */
#define LSMI_COMPONENT_DENSITY1 3

/**
 * What is trained: the density of x2.
 */
#define LSMI_COMPONENT_DENSITY2 4

/**
 * Samples were read by the model, which did not see them.
 */
#define LSMI_READING_NEW 0

/**
 * Samples were read by the model, which was fitted to some of them.
 */
#define LSMI_READING_IN_SAMPLE 1

/**
 * Samples were read each by models that were fitted to other samples.
 */
#define LSMI_READING_CROSS_FITTED 2

/**
 * Success.
 */
#define LSMI_OK 0

/**
 * A size differs from what the other arguments or the model ask for.
 */
#define LSMI_ERROR_SHAPE 1

/**
 * No samples, or no features.
 */
#define LSMI_ERROR_EMPTY 2

/**
 * A value is NaN or infinite.
 */
#define LSMI_ERROR_NOT_FINITE 3

/**
 * A target is no class number of this problem.
 */
#define LSMI_ERROR_CLASS 4

/**
 * A class that no training sample has.
 */
#define LSMI_ERROR_UNSEEN_CLASS 5

/**
 * All training samples are of one class.
 */
#define LSMI_ERROR_ONE_CLASS 6

/**
 * Fewer training samples than classes.
 */
#define LSMI_ERROR_TOO_FEW_SAMPLES 7

/**
 * A setting or argument that does not exist or is out of range.
 */
#define LSMI_ERROR_SETTING 8

/**
 * The loss left the finite numbers.
 */
#define LSMI_ERROR_DIVERGED 9

/**
 * The progress callback asked to stop.
 */
#define LSMI_ERROR_CANCELLED 10

/**
 * A file or buffer is of the wrong kind, truncated or altered.
 */
#define LSMI_ERROR_FORMAT 11

/**
 * A model file of a newer format.
 */
#define LSMI_ERROR_VERSION 12

/**
 * The operating system refused to read or write.
 */
#define LSMI_ERROR_IO 13

/**
 * A pointer that must not be NULL is NULL, or is not aligned for its type.
 */
#define LSMI_ERROR_POINTER 20

/**
 * `struct_size` is not that of this library's header.
 */
#define LSMI_ERROR_STRUCT_SIZE 21

/**
 * A type code that does not exist, or arrays of a type other than the model's.
 */
#define LSMI_ERROR_TYPE 22

/**
 * A handle that is none, or of another kind.
 */
#define LSMI_ERROR_HANDLE 23

/**
 * A handle whose earlier call failed inside the library; it can only be freed.
 */
#define LSMI_ERROR_FAILED_HANDLE 24

/**
 * The buffer is too small; the length needed has been written.
 */
#define LSMI_ERROR_BUFFER 25

/**
 * Text that is not UTF-8.
 */
#define LSMI_ERROR_TEXT 26

/**
 * A fault inside the library. A handle that took part can only be freed.
 */
#define LSMI_ERROR_PANIC 27

/**
 * A sample in which both modalities tell the class.
 */
#define LSMI_KIND_REDUNDANT 0

/**
 * A sample in which x1 tells the class.
 */
#define LSMI_KIND_UNIQUE1 1

/**
 * A sample in which x2 tells the class.
 */
#define LSMI_KIND_UNIQUE2 2

/**
 * A sample in which only both together tell the class.
 */
#define LSMI_KIND_SYNERGISTIC 3

/**
 * The most draws of `lsmi_bootstrap`.
 */
#define LSMI_MAX_DRAWS 1000000

/**
 * The most permutations of `lsmi_permutation_null`.
 */
#define LSMI_MAX_PERMUTATIONS 100000

/**
 * The most repeats of `lsmi_spread`.
 */
#define LSMI_MAX_REPEATS 1000

/**
 * Signs that results may mislead. Const handle: concurrent calls allowed. Free with `lsmi_flags_free`.
 */
typedef struct LsmiFlags LsmiFlags;

/**
 * A KNIFE marginal density. Const handle: concurrent calls allowed. Free with `lsmi_marginal_free`.
 */
typedef struct LsmiMarginal LsmiMarginal;

/**
 * A fitted model. Const handle: concurrent calls allowed. Free with `lsmi_model_free`.
 */
typedef struct LsmiModel LsmiModel;

/**
 * A classifier network for p(y|x). Const handle: concurrent calls allowed. Free with `lsmi_network_free`.
 */
typedef struct LsmiNetwork LsmiNetwork;

/**
 * Results that are put together for one text. Exclusive use while something is added; else as a const handle. Free
 * with `lsmi_report_free`.
 */
typedef struct LsmiReport LsmiReport;

/**
 * All settings of a fit. Fill it by `lsmi_config_init`, then change fields, or set them by name with
 * `lsmi_config_set`.
 */
typedef struct LsmiConfig {
    /**
     * `sizeof(LsmiConfig)`.
     */
    size_t struct_size;
    /**
     * The seed of everything random.
     */
    uint64_t seed;
    /**
     * Number of classes; 0 takes the largest label plus one.
     */
    size_t classes;
    /**
     * Standardised values are limited to ± this many standard deviations.
     */
    double clip;
    /**
     * The fraction of the training samples (of each class) held out to decide when to stop.
     */
    double held_out;
    /**
     * Parts that the training samples are divided into, so that each is read by models that were fitted to the other
     * parts; 0 for no such reading.
     */
    size_t folds;
    /**
     * What the choice of densities and classifiers may cost, in billions of multiply-adds; 0 for no bound.
     */
    double budget;
    /**
     * Modes of each density, K. They, the diagonal and the triangular part are chosen by the data if `start` is
     * `LSMI_START_VALIDATED`.
     */
    size_t modes;
    /**
     * Epochs of the densities, at most.
     */
    size_t density_epochs;
    /**
     * Samples per step of the densities.
     */
    size_t density_batch;
    /**
     * Learning rate of the densities.
     */
    double density_learning_rate;
    /**
     * Epochs between reductions of the densities' learning rate; 0 keeps it.
     */
    size_t density_decay_every;
    /**
     * Factor of each reduction.
     */
    double density_decay_factor;
    /**
     * Weight decay of the triangular parts.
     */
    double density_weight_decay;
    /**
     * Epochs without improvement before training stops; 0 runs all epochs.
     */
    size_t density_patience;
    /**
     * Epochs of the classifiers, at most.
     */
    size_t classifier_epochs;
    /**
     * Samples per step of the classifiers.
     */
    size_t classifier_batch;
    /**
     * Learning rate of the classifiers.
     */
    double classifier_learning_rate;
    /**
     * Epochs between reductions of the classifiers' learning rate; 0 keeps it.
     */
    size_t classifier_decay_every;
    /**
     * Factor of each reduction.
     */
    double classifier_decay_factor;
    /**
     * Weight decay of the classifiers' weights.
     */
    double classifier_weight_decay;
    /**
     * Epochs without improvement before training stops; 0 runs all epochs.
     */
    size_t classifier_patience;
    /**
     * Widths of the classifiers' hidden layers, the first `hidden_layers` of them.
     */
    size_t hidden[LSMI_MAX_HIDDEN];
    /**
     * Number of hidden layers; 0 for linear classifiers.
     */
    size_t hidden_layers;
    /**
     * 1 standardises the features on the training split and drops constant ones, else 0.
     */
    int32_t standardize;
    /**
     * 1 bounds σ by tanh, else 0.
     */
    int32_t bounded;
    /**
     * 1 trains the means, else 0.
     */
    int32_t train_means;
    /**
     * 1 trains the weights of the modes, else 0.
     */
    int32_t train_weights;
    /**
     * 1 never clears the densities' gradients (the released program's quirk), else 0.
     */
    int32_t accumulate_gradients;
    /**
     * The preset that these settings began as, `LSMI_PRESET_…`.
     */
    int32_t preset;
    /**
     * The class prior, `LSMI_PRIOR_…`.
     */
    int32_t prior;
    /**
     * The units of h1 and h2, `LSMI_UNITS_…`.
     */
    int32_t entropy_units;
    /**
     * The shift of the adjusted atoms, `LSMI_SHIFT_…`.
     */
    int32_t shift;
    /**
     * `LSMI_DIAGONAL_…`.
     */
    int32_t diagonal;
    /**
     * `LSMI_TRIANGLE_…`.
     */
    int32_t triangle;
    /**
     * Where the densities' training starts, `LSMI_START_…`.
     */
    int32_t start;
    /**
     * Who decides what the classifiers are, `LSMI_FORM_…`.
     */
    int32_t classifier_form;
    /**
     * What follows each hidden layer, `LSMI_ACTIVATION_…`.
     */
    int32_t activation;
} LsmiConfig;

/**
 * The form of a marginal density.
 */
typedef struct LsmiMarginalOptions {
    /**
     * `sizeof(LsmiMarginalOptions)`.
     */
    size_t struct_size;
    /**
     * Number of modes, K.
     */
    size_t modes;
    /**
     * Number of features, d.
     */
    size_t features;
    /**
     * `LSMI_F32` or `LSMI_F64`.
     */
    int32_t type_;
    /**
     * 1 for σ = tanh ℓ, 0 for σ = ℓ.
     */
    int32_t bounded;
    /**
     * `LSMI_DIAGONAL_…`.
     */
    int32_t diagonal;
    /**
     * `LSMI_TRIANGLE_…`.
     */
    int32_t triangle;
    /**
     * 1 if training moves the means, else 0.
     */
    int32_t train_means;
    /**
     * 1 if training moves the weights of the modes, else 0.
     */
    int32_t train_weights;
} LsmiMarginalOptions;

/**
 * How a single density or network is trained: Adam on mini-batches of a seeded shuffle, under a step schedule.
 */
typedef struct LsmiTraining {
    /**
     * `sizeof(LsmiTraining)`.
     */
    size_t struct_size;
    /**
     * Passes over the training samples, at most.
     */
    size_t epochs;
    /**
     * Samples per step.
     */
    size_t batch;
    /**
     * Step size of Adam.
     */
    double learning_rate;
    /**
     * Epochs between two reductions of the learning rate; 0 keeps it.
     */
    size_t decay_every;
    /**
     * Factor of each reduction.
     */
    double decay_factor;
    /**
     * Decoupled weight decay.
     */
    double weight_decay;
    /**
     * Epochs without a better validation loss after which training stops; 0 runs all epochs.
     */
    size_t patience;
    /**
     * 1 never clears the gradients (the released program's quirk), else 0.
     */
    int32_t accumulate_gradients;
} LsmiTraining;

/**
 * A borrowed set of samples: sample i is the `features` numbers from `data + i * stride` on (in elements).
 *
 * That is a row-major samples × features array, and a column-major features × samples matrix.
 */
typedef struct LsmiMatrix {
    /**
     * `sizeof(LsmiMatrix)`.
     */
    size_t struct_size;
    /**
     * The first number: `const float *` or `const double *`, by `type_`.
     */
    const void *data;
    /**
     * Number of samples, at least 1.
     */
    size_t samples;
    /**
     * Features of a sample, at least 1.
     */
    size_t features;
    /**
     * Elements from one sample to the next, at least `features`.
     */
    size_t stride;
    /**
     * `LSMI_F32` or `LSMI_F64`.
     */
    int32_t type_;
} LsmiMatrix;

/**
 * Called with how many of how many steps of a long computation are done, always by the thread that called, several
 * times a step; returns 0 to go on, anything else to cancel. It must return: neither an exception nor a long jump may
 * leave it.
 */
typedef int32_t (*LsmiCountCallback)(void *user, size_t done, size_t total);

/**
 * Something of each mean: itself (nats), its deviation (nats), its p-value. Atoms are raw.
 */
typedef struct LsmiQuantities {
    /**
     * i(x1; y).
     */
    double i1;
    /**
     * i(x2; y).
     */
    double i2;
    /**
     * i(x1, x2; y).
     */
    double i12;
    /**
     * R.
     */
    double redundancy;
    /**
     * U1.
     */
    double unique1;
    /**
     * U2.
     */
    double unique2;
    /**
     * S.
     */
    double synergy;
    /**
     * S − R, which needs no surprisal.
     */
    double s_minus_r;
} LsmiQuantities;

/**
 * What a control found.
 */
typedef struct LsmiControlResult {
    /**
     * Which, `LSMI_CONTROL_…`.
     */
    int32_t control;
    /**
     * Samples.
     */
    size_t samples;
    /**
     * Features of x1.
     */
    size_t features1;
    /**
     * Features of x2.
     */
    size_t features2;
    /**
     * The planted mean atom (R or S), nats; NaN where none was planted.
     */
    double planted;
    /**
     * Cross-fitted means, nats; atoms are raw.
     */
    struct LsmiQuantities found;
} LsmiControlResult;

/**
 * What all controls found.
 */
typedef struct LsmiControls {
    /**
     * `sizeof(LsmiControls)`.
     */
    size_t struct_size;
    /**
     * Structs that there is room for at `results`; `LSMI_MAX_CONTROLS` are enough.
     */
    size_t capacity;
    /**
     * One result after the other, planted synergy in more and more features; NULL where they are not wanted.
     */
    struct LsmiControlResult *results;
    /**
     * Results; a control that the data do not allow has none.
     */
    size_t count;
    /**
     * The largest |S| of controls that hold no synergy, nats: what is below it is noise.
     */
    double synergy_floor;
    /**
     * The most features of each modality among which the planted synergy was found, to four fifths at least; 0 if it
     * was found among none.
     */
    size_t trusted_features;
    /**
     * Seed of what was made and of the fits.
     */
    uint64_t seed;
} LsmiControls;

/**
 * A sign that results may mislead. Its texts are UTF-8, NUL-terminated, and live as long as the `LsmiFlags`.
 */
typedef struct LsmiFlag {
    /**
     * `sizeof(LsmiFlag)`.
     */
    size_t struct_size;
    /**
     * The number that gave rise to it.
     */
    double figure;
    /**
     * Which sign, such as "unit_norm".
     */
    const char *name;
    /**
     * What it is about: "x1", "x2", "y", or "reading" for the samples as the fit read them.
     */
    const char *subject;
    /**
     * What was found.
     */
    const char *finding;
    /**
     * What to do about it.
     */
    const char *advice;
} LsmiFlag;

/**
 * Five arrays of `samples` numbers to read: the pointwise information of every sample, nats.
 */
typedef struct LsmiInformationArrays {
    /**
     * `sizeof(LsmiInformationArrays)`.
     */
    size_t struct_size;
    /**
     * Length of each array.
     */
    size_t samples;
    /**
     * i(x1; y).
     */
    const double *i1;
    /**
     * i(x2; y).
     */
    const double *i2;
    /**
     * i(x1, x2; y).
     */
    const double *i12;
    /**
     * h(x1).
     */
    const double *h1;
    /**
     * h(x2).
     */
    const double *h2;
} LsmiInformationArrays;

/**
 * Four arrays of `samples` numbers to write: the atoms of every sample, nats. None may be NULL.
 */
typedef struct LsmiAtomBuffers {
    /**
     * `sizeof(LsmiAtomBuffers)`.
     */
    size_t struct_size;
    /**
     * Length of each array.
     */
    size_t samples;
    /**
     * r.
     */
    double *redundancy;
    /**
     * u1.
     */
    double *unique1;
    /**
     * u2.
     */
    double *unique2;
    /**
     * s.
     */
    double *synergy;
} LsmiAtomBuffers;

/**
 * Redundancy, uniqueness and synergy, nats.
 */
typedef struct LsmiAtoms {
    /**
     * r: told by either modality.
     */
    double redundancy;
    /**
     * u1: told by the first modality alone.
     */
    double unique1;
    /**
     * u2: told by the second modality alone.
     */
    double unique2;
    /**
     * s: told only by both together.
     */
    double synergy;
} LsmiAtoms;

/**
 * Five arrays of `samples` numbers to write: the pointwise information of every sample, nats. None may be NULL.
 */
typedef struct LsmiInformationBuffers {
    /**
     * `sizeof(LsmiInformationBuffers)`.
     */
    size_t struct_size;
    /**
     * Length of each array.
     */
    size_t samples;
    /**
     * i(x1; y).
     */
    double *i1;
    /**
     * i(x2; y).
     */
    double *i2;
    /**
     * i(x1, x2; y).
     */
    double *i12;
    /**
     * h(x1).
     */
    double *h1;
    /**
     * h(x2).
     */
    double *h2;
} LsmiInformationBuffers;

/**
 * Parameters of a density to read, in C order and of the density's type.
 */
typedef struct LsmiMarginalParameters {
    /**
     * `sizeof(LsmiMarginalParameters)`.
     */
    size_t struct_size;
    /**
     * μ, K×d.
     */
    const void *means;
    /**
     * ℓ, K×d, or 1×d if shared.
     */
    const void *log_diagonal;
    /**
     * T, K×d×d, of which only the strict lower part counts; NULL without triangular part.
     */
    const void *triangle;
    /**
     * w, K.
     */
    const void *logits;
} LsmiMarginalParameters;

/**
 * Room for the parameters of a density, or for the gradient for them; each may be NULL if it is not wanted.
 */
typedef struct LsmiMarginalBuffers {
    /**
     * `sizeof(LsmiMarginalBuffers)`.
     */
    size_t struct_size;
    /**
     * μ, K×d.
     */
    void *means;
    /**
     * ℓ, K×d, or 1×d if shared.
     */
    void *log_diagonal;
    /**
     * T, K×d×d, zero on and above the diagonal.
     */
    void *triangle;
    /**
     * w, K.
     */
    void *logits;
} LsmiMarginalBuffers;

/**
 * How far a training is.
 */
typedef struct LsmiProgress {
    /**
     * `sizeof(LsmiProgress)`.
     */
    size_t struct_size;
    /**
     * One of the `LSMI_COMPONENT_…`; −1 in the fit of a single density or network.
     */
    int32_t component;
    /**
     * Epochs done.
     */
    size_t epoch;
    /**
     * Epochs at most.
     */
    size_t epochs;
    /**
     * Mean training loss of this epoch, nats.
     */
    double loss;
    /**
     * Mean loss of the held-out samples, nats; NaN without such samples, and without patience.
     */
    double validation_loss;
} LsmiProgress;

/**
 * Called after every epoch (after some, where classifiers are chosen among many), always by the thread that called the
 * fit; returns 0 to go on, anything else to cancel.
 * It must return: neither an exception nor a long jump may leave it.
 */
typedef int32_t (*LsmiProgressCallback)(void *user, const struct LsmiProgress *progress);

/**
 * What a fit of a single density or network takes besides its data.
 */
typedef struct LsmiFitOptions {
    /**
     * `sizeof(LsmiFitOptions)`.
     */
    size_t struct_size;
    /**
     * How to train.
     */
    struct LsmiTraining training;
    /**
     * Numbers of the samples that are not trained on but decide when to stop; may be NULL.
     */
    const size_t *held_out;
    /**
     * How many there are.
     */
    size_t held_out_count;
    /**
     * Seed of the start and of the batches.
     */
    uint64_t seed;
    /**
     * Called after every epoch; may be NULL.
     */
    LsmiProgressCallback progress;
    /**
     * Handed to `progress`.
     */
    void *user;
} LsmiFitOptions;

/**
 * What a model is.
 */
typedef struct LsmiModelInfo {
    /**
     * `sizeof(LsmiModelInfo)`.
     */
    size_t struct_size;
    /**
     * Features of x1.
     */
    size_t features1;
    /**
     * Features of x2.
     */
    size_t features2;
    /**
     * Number of classes, C.
     */
    size_t classes;
    /**
     * The shift of the training split, nats; NaN for an imported model, which has none.
     */
    double frozen_shift;
    /**
     * Samples of `lsmi_model_cross_fitted`; 0 if there is no such reading.
     */
    size_t cross_fitted_samples;
    /**
     * `LSMI_F32` or `LSMI_F64`: the type of the matrices that it scores.
     */
    int32_t type_;
    /**
     * 1 if the training samples of each class are known, 0 for an imported model.
     */
    int32_t has_class_counts;
} LsmiModelInfo;

/**
 * A layer's parameters to read, in C order and of the network's type.
 */
typedef struct LsmiLayer {
    /**
     * `sizeof(LsmiLayer)`.
     */
    size_t struct_size;
    /**
     * Number of outputs.
     */
    size_t outputs;
    /**
     * outputs × inputs numbers.
     */
    const void *weights;
    /**
     * `outputs` numbers.
     */
    const void *biases;
} LsmiLayer;

/**
 * Room for a layer's parameters, or for the gradient for them; each may be NULL if it is not wanted.
 */
typedef struct LsmiLayerBuffers {
    /**
     * `sizeof(LsmiLayerBuffers)`.
     */
    size_t struct_size;
    /**
     * outputs × inputs numbers.
     */
    void *weights;
    /**
     * `outputs` numbers.
     */
    void *biases;
} LsmiLayerBuffers;

/**
 * What a model makes of the features of one modality: z = (x − mean) / scale of the columns that vary in training,
 * limited to ±clip; or all features as they are.
 */
typedef struct LsmiPreprocessing {
    /**
     * `sizeof(LsmiPreprocessing)`.
     */
    size_t struct_size;
    /**
     * Features of the input.
     */
    size_t features;
    /**
     * Columns that are kept: features of what networks and densities see.
     */
    size_t kept;
    /**
     * Standardised values are limited to ± this; ∞ without standardisation.
     */
    double clip;
    /**
     * 1 if the kept columns are standardised, 0 if all features stay as they are.
     */
    int32_t standardized;
} LsmiPreprocessing;

/**
 * A number for each of the classifiers.
 */
typedef struct LsmiPerSource {
    /**
     * p(y|x1).
     */
    double x1;
    /**
     * p(y|x2).
     */
    double x2;
    /**
     * p(y|x1, x2).
     */
    double joint;
} LsmiPerSource;

/**
 * Means over the samples that were scored, nats.
 */
typedef struct LsmiSummary {
    /**
     * `sizeof(LsmiSummary)`.
     */
    size_t struct_size;
    /**
     * Number of samples.
     */
    size_t samples;
    /**
     * Samples with a standardised feature beyond the model's limit, and therefore limited.
     */
    size_t clipped;
    /**
     * Mean i(x1; y).
     */
    double i1;
    /**
     * Mean i(x2; y).
     */
    double i2;
    /**
     * Mean i(x1, x2; y).
     */
    double i12;
    /**
     * Mean h(x1).
     */
    double h1;
    /**
     * Mean h(x2).
     */
    double h2;
    /**
     * S − R, which needs no surprisal.
     */
    double s_minus_r;
    /**
     * The constant that adjusts all samples' atoms.
     */
    double shift;
    /**
     * Mean atoms as they are.
     */
    struct LsmiAtoms raw;
    /**
     * Mean atoms after the shift.
     */
    struct LsmiAtoms adjusted;
    /**
     * Samples that the models which read them were fitted to: they flatter those.
     */
    size_t seen;
    /**
     * By which models the samples were read, `LSMI_READING_…`.
     */
    int32_t reading;
    /**
     * Fraction of samples whose class each classifier finds.
     */
    struct LsmiPerSource accuracy;
    /**
     * Mean −log p(y|x) of each classifier.
     */
    struct LsmiPerSource log_loss;
} LsmiSummary;

/**
 * A split of a report.
 */
typedef struct LsmiReportSplit {
    /**
     * `sizeof(LsmiReportSplit)`.
     */
    size_t struct_size;
    /**
     * What the split is called, such as "train" or "val", in UTF-8.
     */
    const char *name;
    /**
     * The means of its samples, as `lsmi_model_score` gives them.
     */
    struct LsmiSummary summary;
} LsmiReportSplit;

/**
 * Between two quantiles, nats.
 */
typedef struct LsmiInterval {
    /**
     * Its lower end.
     */
    double low;
    /**
     * Its upper end.
     */
    double high;
} LsmiInterval;

/**
 * Bootstrap intervals of means over samples.
 */
typedef struct LsmiIntervals {
    /**
     * `sizeof(LsmiIntervals)`.
     */
    size_t struct_size;
    /**
     * Resamples drawn.
     */
    size_t draws;
    /**
     * The nominal probability that an interval covers the mean over all samples there could be.
     */
    double level;
    /**
     * Seed of the draws.
     */
    uint64_t seed;
    /**
     * Of i(x1; y).
     */
    struct LsmiInterval i1;
    /**
     * Of i(x2; y).
     */
    struct LsmiInterval i2;
    /**
     * Of i(x1, x2; y).
     */
    struct LsmiInterval i12;
    /**
     * Of R.
     */
    struct LsmiInterval redundancy;
    /**
     * Of U1.
     */
    struct LsmiInterval unique1;
    /**
     * Of U2.
     */
    struct LsmiInterval unique2;
    /**
     * Of S.
     */
    struct LsmiInterval synergy;
    /**
     * Of S − R.
     */
    struct LsmiInterval s_minus_r;
    /**
     * Of the shift that adjusts the atoms.
     */
    struct LsmiInterval shift;
} LsmiIntervals;

/**
 * The means under labels that were shuffled among the samples.
 */
typedef struct LsmiNull {
    /**
     * `sizeof(LsmiNull)`.
     */
    size_t struct_size;
    /**
     * Permutations, B.
     */
    size_t permutations;
    /**
     * Seed of the permutations and of the fits to them.
     */
    uint64_t seed;
    /**
     * (b + 1) / (B + 1) with the number b of permutations whose mean is at least the one observed: small where the
     * labels tell more than none would. One-sided.
     */
    struct LsmiQuantities p_values;
    /**
     * The means of every permutation, nats: room for B structs, or NULL where they are not wanted.
     */
    struct LsmiQuantities *means;
} LsmiNull;

/**
 * What differs when nothing but chance does: the division into folds, what is held out, starts and batches.
 */
typedef struct LsmiSpread {
    /**
     * `sizeof(LsmiSpread)`.
     */
    size_t struct_size;
    /**
     * Further fits.
     */
    size_t repeats;
    /**
     * The seed that their seeds were drawn with.
     */
    uint64_t seed;
    /**
     * The standard deviation of the means of all fits, that of the model among them, nats.
     */
    struct LsmiQuantities deviation;
    /**
     * The same of a sample's values: the root of the mean square over the samples, nats.
     */
    struct LsmiQuantities sample_deviation;
    /**
     * The means of each further fit, nats: room for `repeats` structs, or NULL where they are not wanted.
     */
    struct LsmiQuantities *means;
    /**
     * The standard deviation of every sample's values, nats: room for `cross_fitted_samples` of `LsmiModelInfo`
     * structs, or NULL where they are not wanted.
     */
    struct LsmiQuantities *samples;
} LsmiSpread;

/**
 * Room for the scores of every sample, nats; arrays may be NULL where they are not wanted.
 */
typedef struct LsmiScores {
    /**
     * `sizeof(LsmiScores)`.
     */
    size_t struct_size;
    /**
     * Length of each array: the number of samples that are scored.
     */
    size_t samples;
    /**
     * i(x1; y).
     */
    double *i1;
    /**
     * i(x2; y).
     */
    double *i2;
    /**
     * i(x1, x2; y).
     */
    double *i12;
    /**
     * h(x1), in the entropy units of the model.
     */
    double *h1;
    /**
     * h(x2), in the entropy units of the model.
     */
    double *h2;
    /**
     * r, raw; adjusted it is r + shift.
     */
    double *redundancy;
    /**
     * u1, raw; adjusted it is u1 − shift.
     */
    double *unique1;
    /**
     * u2, raw; adjusted it is u2 − shift.
     */
    double *unique2;
    /**
     * s, raw; adjusted it is s + shift.
     */
    double *synergy;
} LsmiScores;

/**
 * Room for generated samples.
 */
typedef struct LsmiDataset {
    /**
     * `sizeof(LsmiDataset)`.
     */
    size_t struct_size;
    /**
     * Number of samples to make.
     */
    size_t samples;
    /**
     * Features of x1, as the generator has them.
     */
    size_t features1;
    /**
     * Features of x2, as the generator has them.
     */
    size_t features2;
    /**
     * samples × features1 numbers.
     */
    double *x1;
    /**
     * samples × features2 numbers.
     */
    double *x2;
    /**
     * Class numbers, one per sample.
     */
    int64_t *y;
    /**
     * The exact information of every sample, nats; NULL if it is not wanted.
     */
    const struct LsmiInformationBuffers *truth;
} LsmiDataset;

/**
 * A state of a mixture: x1 ~ N(mean1, deviation1² I) and x2 ~ N(mean2, deviation2² I), independent of each other,
 * and the class y.
 */
typedef struct LsmiLatentState {
    /**
     * `sizeof(LsmiLatentState)`.
     */
    size_t struct_size;
    /**
     * How often the state occurs, relative to the others; 0 for never.
     */
    double weight;
    /**
     * Class number, from 0.
     */
    int64_t y;
    /**
     * Features of x1, the same in all states.
     */
    size_t features1;
    /**
     * Features of x2, the same in all states.
     */
    size_t features2;
    /**
     * `features1` numbers.
     */
    const double *mean1;
    /**
     * `features2` numbers.
     */
    const double *mean2;
    /**
     * Standard deviation of every feature of x1.
     */
    double deviation1;
    /**
     * Standard deviation of every feature of x2.
     */
    double deviation2;
} LsmiLatentState;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills a configuration with a preset, `LSMI_PRESET_ROBUST` or `LSMI_PRESET_PAPER`. `struct_size` is
 * `sizeof(LsmiConfig)` of the caller's header.
 *
 * Errors: `POINTER`, `STRUCT_SIZE` (nothing is written), `SETTING`. Thread-safe.
 */
int32_t lsmi_config_init(struct LsmiConfig *config, size_t struct_size, int32_t preset);

/**
 * Sets one field by name from text, as `modes` from `7`, `hidden` from `64,64` (or `none`), `prior` from `uniform`.
 * With `modes`, `diagonal` or `triangle` a start of `LSMI_START_VALIDATED` becomes `LSMI_START_MIXTURE`, and with
 * `hidden` or `activation` `classifier_form` becomes `LSMI_FORM_GIVEN`: what is set is not chosen.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TEXT`, `SETTING` for an unknown key (the message lists the keys) or a value
 * that the key cannot have; the configuration is then unchanged. Exclusive use of `config`.
 */
int32_t lsmi_config_set(struct LsmiConfig *config,
                        const char *key,
                        const char *value);

/**
 * Refuses settings that no fit can use, as `lsmi_fit` would.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` naming the field. Thread-safe.
 */
int32_t lsmi_config_check(const struct LsmiConfig *config);

/**
 * Writes all settings as lines `key=value`, in the form that `lsmi_config_set` takes (but for `preset`, which only
 * `lsmi_config_init` sets), as NUL-terminated text. `length` (may be NULL) gets the length without NUL; with `buffer`
 * NULL only the length is written.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING`, `BUFFER`. Thread-safe.
 */
int32_t lsmi_config_text(const struct LsmiConfig *config,
                         char *buffer,
                         size_t capacity,
                         size_t *length);

/**
 * What a fit with these settings has its densities be and how it trains them, for `lsmi_marginal_fit`: the form,
 * whose `features` and `type_` stay as they are, and the training. Each may be NULL; the caller sets their
 * `struct_size` first.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_config_density(const struct LsmiConfig *config,
                            struct LsmiMarginalOptions *options,
                            struct LsmiTraining *training);

/**
 * How a fit with these settings trains its classifiers, for `lsmi_network_fit`, whose other settings are `hidden`
 * and `activation` of the configuration; the caller sets `training->struct_size` first.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_config_classifier(const struct LsmiConfig *config,
                               struct LsmiTraining *training);

/**
 * Fits data made from these samples, with these settings: duplicated modalities, shuffled labels and pairs, halves, and
 * planted redundancy and synergy, at the same number of samples and among the same features. They say what the method
 * would find if it were there, below what a synergy is noise, and among how many features one can be found. Some twelve
 * fits.
 *
 * `x1` and `x2` are of the same type; `y` has `y_count` class numbers from 0; `config` may be NULL for preset robust;
 * `progress` may be NULL, and counts the fits. The caller sets `out->struct_size`, `out->results` and `out->capacity`
 * first. Nothing is written if anything is wrong.
 *
 * A control that the data do not allow is left out, if others are not: features that never vary hold no planted bit.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING` (also for settings without folds), `EMPTY`, `SHAPE`,
 * `NOT_FINITE`, `CLASS`, `ONE_CLASS`, `TOO_FEW_SAMPLES`, `DIVERGED`, `CANCELLED`, `BUFFER` if `capacity` is less than
 * there may be results, before the first fit. Thread-safe.
 */
int32_t lsmi_controls(const struct LsmiMatrix *x1,
                      const struct LsmiMatrix *x2,
                      const int64_t *y,
                      size_t y_count,
                      const struct LsmiConfig *config,
                      LsmiCountCallback progress,
                      void *user,
                      struct LsmiControls *out);

/**
 * The flags of a model, found in its training samples and in their reading; none of an imported model. Free them with
 * `lsmi_flags_free`.
 *
 * Errors: `POINTER`, `TEXT` for a model file whose flags have NUL, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in
 * a build without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_model_flags(const struct LsmiModel *model,
                         struct LsmiFlags **out);

/**
 * What two modalities and classes, before any fit, give reason to doubt: constant, nearly constant, duplicated and
 * dependent features, different scales, samples on a sphere, few samples, small classes. Free the flags with
 * `lsmi_flags_free`.
 *
 * `x1` and `x2` are of the same type; `y` has `y_count` class numbers.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE`; `*out` is then NULL (in a build without
 * std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_data_flags(const struct LsmiMatrix *x1,
                        const struct LsmiMatrix *x2,
                        const int64_t *y,
                        size_t y_count,
                        struct LsmiFlags **out);

/**
 * Frees flags; NULL is fine.
 *
 * Errors: `HANDLE` for a handle of another kind. Exclusive use.
 */
int32_t lsmi_flags_free(struct LsmiFlags *flags);

/**
 * The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
 *
 * Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
 */
int32_t lsmi_flags_error_message(const struct LsmiFlags *flags,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length);

/**
 * How many flags there are. Allocates nothing.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_flags_count(const struct LsmiFlags *flags, size_t *count);

/**
 * Fills in a flag, from 0; the caller sets `out->struct_size` first. Allocates nothing.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE` if there is no such flag, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_flags_get(const struct LsmiFlags *flags, size_t index, struct LsmiFlag *out);

/**
 * The version of the binary interface of the library that is linked. Thread-safe.
 */
uint32_t lsmi_abi_version(void);

/**
 * The library's version, such as "0.1.0". Static text, not to be freed. Thread-safe.
 */
const char *lsmi_version(void);

/**
 * The features of this build, separated by blanks, such as "std rayon". Static text, not to be freed. Thread-safe.
 */
const char *lsmi_build_features(void);

/**
 * r = min(h1, h2) − min(h1 − i1, h2 − i2), u1 = i1 − r, u2 = i2 − r, s = i12 − i1 − i2 + r of every sample, nats.
 * Allocates nothing.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE` if the two lengths differ. Thread-safe.
 */
int32_t lsmi_atoms(const struct LsmiInformationArrays *information,
                   const struct LsmiAtomBuffers *out);

/**
 * The constant that adjusts all samples' atoms, from their means, nats: −min(R, S) if R < 0 or S < 0, else
 * min(U1, U2) if U1 < 0 or U2 < 0, else 0; and the means adjusted by it, (R + a, U1 − a, U2 − a, S + a).
 * `shift` and `adjusted` may each be NULL.
 *
 * Errors: `POINTER`. Thread-safe.
 */
int32_t lsmi_shift(const struct LsmiAtoms *means, double *shift, struct LsmiAtoms *adjusted);

/**
 * The mean of `count` numbers by pairwise summation; NaN if there are none. Errors: `POINTER`. Thread-safe.
 */
int32_t lsmi_mean(const double *values, size_t count, double *mean);

/**
 * Bytes of workspace, aligned as for `double`, that `lsmi_discrete` needs for `samples` samples. Thread-safe.
 *
 * Errors: `POINTER`, `SHAPE` if the size cannot be addressed.
 */
int32_t lsmi_discrete_workspace(size_t samples, size_t *bytes);

/**
 * Exact pointwise information of discrete sources by counting, nats: `x1`, `x2`, `y` are category numbers (any
 * integers), one per sample; `weights` (may be NULL) counts samples. Allocates nothing: `workspace` has the bytes
 * that `lsmi_discrete_workspace` tells.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `SETTING` (weights). Thread-safe.
 */
int32_t lsmi_discrete(const int64_t *x1,
                      const int64_t *x2,
                      const int64_t *y,
                      const double *weights,
                      size_t samples,
                      void *workspace,
                      const struct LsmiInformationBuffers *out);

/**
 * One category number per sample for several discrete variables together, as `lsmi_discrete` takes it: 0, 1, …
 * number the tuples that occur, in sorted order (by the first column, then the second, …). `columns` has
 * `column_count` arrays of `samples` category numbers (any integers), `out` room for a number per sample.
 *
 * Errors: `POINTER`, `EMPTY`, `SHAPE`. Thread-safe.
 */
int32_t lsmi_joint_categories(const int64_t *const *columns,
                              size_t column_count,
                              size_t samples,
                              int64_t *out);

/**
 * log Σ exp of every row of `values` (a row per sample) into `out`, `values->samples` numbers of the matrix's type.
 * All −∞ gives −∞, any NaN gives NaN. Allocates nothing unless the numbers are so many that threads share them.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`. Thread-safe.
 */
int32_t lsmi_log_sum_exp(const struct LsmiMatrix *values,
                         void *out);

/**
 * As `lsmi_log_sum_exp`, by the instruction set of this name ("portable", "neon", "avx2", "avx512"), or by the next
 * lower one that the processor has. Results differ in the last digits.
 *
 * Errors: `POINTER`, `TEXT`, `SETTING` for another name, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`. Thread-safe.
 */
int32_t lsmi_log_sum_exp_with_level(const struct LsmiMatrix *values,
                                    const char *level,
                                    void *out);

/**
 * i = log p(y|x) − log p(y) of every sample, nats, from the log-probabilities of any classifier: a row of C numbers
 * per sample. `y` has a class number per sample, `log_prior` (may be NULL for a uniform prior) C numbers, `out` room
 * for a number per sample. Call it once each for p(y|x1), p(y|x2), p(y|x1, x2); then `lsmi_atoms`, with any h1, h2.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `NOT_FINITE`. Thread-safe.
 */
int32_t lsmi_information_from_log_probabilities(const struct LsmiMatrix *log_probabilities,
                                                const int64_t *y,
                                                size_t y_count,
                                                const double *log_prior,
                                                double *out);

/**
 * A density of given parameters, which are copied. Free it with `lsmi_marginal_free`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`; `*out` is then NULL (in a
 * build without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_marginal_new(const struct LsmiMarginalOptions *options,
                          const struct LsmiMarginalParameters *parameters,
                          struct LsmiMarginal **out);

/**
 * Frees a density; NULL is fine.
 *
 * Errors: `HANDLE` for a handle of another kind. Exclusive use.
 */
int32_t lsmi_marginal_free(struct LsmiMarginal *marginal);

/**
 * The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
 *
 * Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
 */
int32_t lsmi_marginal_error_message(const struct LsmiMarginal *marginal,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length);

/**
 * Fills in the form of a density; the caller sets `options->struct_size` first.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_marginal_options(const struct LsmiMarginal *marginal, struct LsmiMarginalOptions *options);

/**
 * Copies the parameters out, in the density's type. Nothing is written if anything is wrong.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_marginal_parameters(const struct LsmiMarginal *marginal, const struct LsmiMarginalBuffers *out);

/**
 * log p of every sample into `out`, `x->samples` numbers of the density's type, nats.
 *
 * A sample with NaN has log-density NaN.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_marginal_log_density(const struct LsmiMarginal *marginal, const struct LsmiMatrix *x, void *out);

/**
 * The weighted mean surprisal −Σ wᵢ log p(xᵢ) / Σ wᵢ (nats) and its gradient for every parameter and for x.
 *
 * `weights` (may be NULL) has a number of the density's type per sample. `loss`, `gradient`, its members, and
 * `gradient_x` (samples × features, without gaps) may each be NULL. Nothing is written if anything is wrong.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `SETTING` (weights), `HANDLE`, `FAILED_HANDLE`.
 * Thread-safe.
 */
int32_t lsmi_marginal_gradient(const struct LsmiMarginal *marginal,
                               const struct LsmiMatrix *x,
                               const void *weights,
                               double *loss,
                               const struct LsmiMarginalBuffers *gradient,
                               void *gradient_x);

/**
 * −Σ gᵢ log p(xᵢ) (nats) and its gradient for every parameter and for x, where the gᵢ of `upstream` (a number of
 * the density's type per sample) may have any sign: what backpropagation through the log-density needs.
 *
 * `sum`, `gradient`, its members, and `gradient_x` (samples × features, without gaps) may each be NULL. Nothing is
 * written if anything is wrong.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_marginal_weighted_sum_gradient(const struct LsmiMarginal *marginal,
                                            const struct LsmiMatrix *x,
                                            const void *upstream,
                                            double *sum,
                                            const struct LsmiMarginalBuffers *gradient,
                                            void *gradient_x);

/**
 * Fits a density by minimising the weighted mean surprisal of `x`; the matrix's type decides the density's
 * (`options->type_` and `options->features` are not read). `weights` (may be NULL) has a number of that type per
 * sample. `start` is one of the `LSMI_START_…`. Free the density with `lsmi_marginal_free`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`;
 * `*out` is then NULL (in a build without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_marginal_fit(const struct LsmiMatrix *x,
                          const void *weights,
                          const struct LsmiMarginalOptions *options,
                          int32_t start,
                          const struct LsmiFitOptions *fit,
                          struct LsmiMarginal **out);

/**
 * Trains a density further on `x`, from its own parameters and in its own form, into a new one: with `train_means`
 * or `train_weights` off those stay as they are in `marginal`, which is not changed. `weights` (may be NULL) has a
 * number of the density's type per sample; the seed of `fit` only shuffles. Free the new density with
 * `lsmi_marginal_free`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`,
 * `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build without std: a handle that only tells its message and
 * is freed). Thread-safe.
 */
int32_t lsmi_marginal_refine(const struct LsmiMarginal *marginal,
                             const struct LsmiMatrix *x,
                             const void *weights,
                             const struct LsmiFitOptions *fit,
                             struct LsmiMarginal **out);

/**
 * The course of the training that gave the density, nats: the mean loss of every epoch, and the loss of the held-out
 * samples before training and after every epoch (none without such samples). Each length may be NULL, each buffer
 * too; `best_epoch` (may be NULL) is the number of epochs after which the parameters were kept. A density of given
 * parameters or of an imported model has no course: lengths 0.
 *
 * Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_marginal_history(const struct LsmiMarginal *marginal,
                              double *losses,
                              size_t losses_capacity,
                              size_t *losses_length,
                              double *validation_losses,
                              size_t validation_losses_capacity,
                              size_t *validation_losses_length,
                              size_t *best_epoch);

/**
 * Fits a model to samples of two modalities and their class numbers.
 *
 * `x1` and `x2` are of the same type, which becomes the model's; `y` has `y_count` class numbers from 0; `config`
 * may be NULL for preset robust; `progress` may be NULL. Free the model with `lsmi_model_free`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `CLASS`, `ONE_CLASS`,
 * `TOO_FEW_SAMPLES`, `DIVERGED`, `CANCELLED`; `*out` is then NULL (in a build without std: a handle that only tells
 * its message and is freed). Thread-safe.
 */
int32_t lsmi_fit(const struct LsmiMatrix *x1,
                 const struct LsmiMatrix *x2,
                 const int64_t *y,
                 size_t y_count,
                 const struct LsmiConfig *config,
                 LsmiProgressCallback progress,
                 void *user,
                 struct LsmiModel **out);

/**
 * A model of given parameters, as the released program saves them: raw features, uniform prior, shift of the batch.
 * The parts are all of one type, and are copied: classifiers of x1, of x2 and of the concatenation, densities of x1
 * and x2.
 *
 * Errors: `POINTER`, `TYPE`, `SHAPE`, `ONE_CLASS`, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
 * without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_model_from_parts(const struct LsmiNetwork *network1,
                              const struct LsmiNetwork *network2,
                              const struct LsmiNetwork *network_joint,
                              const struct LsmiMarginal *density1,
                              const struct LsmiMarginal *density2,
                              struct LsmiModel **out);

/**
 * Frees a model; NULL is fine.
 *
 * Errors: `HANDLE` for a handle of another kind. Exclusive use.
 */
int32_t lsmi_model_free(struct LsmiModel *model);

/**
 * The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
 *
 * Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
 */
int32_t lsmi_model_error_message(const struct LsmiModel *model,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length);

/**
 * Writes the model file: first under another name, then renamed, so that `path` (UTF-8) holds the old file or the
 * whole new one. Not in a build without std.
 *
 * Errors: `POINTER`, `TEXT`, `IO`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_save(const struct LsmiModel *model,
                        const char *path);

/**
 * Reads a model file. Not in a build without std. Free the model with `lsmi_model_free`.
 *
 * Errors: `POINTER`, `TEXT`, `IO`, `FORMAT`, `VERSION`; `*out` is then NULL. Thread-safe.
 */
int32_t lsmi_model_load(const char *path, struct LsmiModel **out);

/**
 * The bytes of the model file into `buffer`, and their number into `length` (may be NULL); with `buffer` NULL only
 * the number.
 *
 * Errors: `POINTER`, `BUFFER` if `capacity` is less, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_to_bytes(const struct LsmiModel *model,
                            uint8_t *buffer,
                            size_t capacity,
                            size_t *length);

/**
 * The model of the `length` bytes of a model file. Free it with `lsmi_model_free`.
 *
 * Errors: `POINTER`, `FORMAT`, `VERSION`; `*out` is then NULL (in a build without std: a handle that only tells its
 * message and is freed). Thread-safe.
 */
int32_t lsmi_model_from_bytes(const uint8_t *bytes,
                              size_t length,
                              struct LsmiModel **out);

/**
 * Fills in what a model is; the caller sets `info->struct_size` first.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_info(const struct LsmiModel *model, struct LsmiModelInfo *info);

/**
 * Fills in the settings of the fit, with the number of classes that it found; the caller sets
 * `config->struct_size` first.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` if the model has more hidden layers than `LSMI_MAX_HIDDEN` (nothing is
 * written then; `lsmi_model_network` has them), `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_config(const struct LsmiModel *model,
                          struct LsmiConfig *config);

/**
 * log p(y) of every class (C numbers, nats; −∞ for a class without training samples under the empirical prior) and
 * the training samples of every class (C numbers; zeros if unknown). Each may be NULL.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_classes(const struct LsmiModel *model,
                           double *log_prior,
                           size_t *counts);

/**
 * The columns of a modality (1 or 2) that were constant in training and are left out, ascending; their number into
 * `length` (may be NULL); with `buffer` NULL only the number.
 *
 * Errors: `POINTER`, `SETTING` for another modality, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_dropped(const struct LsmiModel *model,
                           int32_t modality,
                           size_t *buffer,
                           size_t capacity,
                           size_t *length);

/**
 * What a reader of the results should know about the fit, a line each, as NUL-terminated text; `length` (may be
 * NULL) gets its length without NUL; with `buffer` NULL only the length.
 *
 * Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_notes(const struct LsmiModel *model,
                         char *buffer,
                         size_t capacity,
                         size_t *length);

/**
 * The course of one training (`LSMI_COMPONENT_…`), nats: the mean loss of every epoch, and the loss of the held-out
 * samples before training and after every epoch. Each length may be NULL, each buffer too; `best_epoch` (may be NULL)
 * is the number of epochs after which the parameters were kept. Imported models have no course: lengths 0.
 *
 * Errors: `POINTER`, `SETTING` for another component, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_history(const struct LsmiModel *model,
                           int32_t component,
                           double *losses,
                           size_t losses_capacity,
                           size_t *losses_length,
                           double *validation_losses,
                           size_t validation_losses_capacity,
                           size_t *validation_losses_length,
                           size_t *best_epoch);

/**
 * A copy of one of the model's classifiers (`LSMI_COMPONENT_CLASSIFIER…`), which works on preprocessed features.
 * Free it with `lsmi_network_free`.
 *
 * Errors: `POINTER`, `SETTING` for another component, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
 * without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_model_network(const struct LsmiModel *model,
                           int32_t component,
                           struct LsmiNetwork **out);

/**
 * A copy of one of the model's densities (`LSMI_COMPONENT_DENSITY…`), which works on preprocessed features. Free it
 * with `lsmi_marginal_free`.
 *
 * Errors: `POINTER`, `SETTING` for another component, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
 * without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_model_density(const struct LsmiModel *model,
                           int32_t component,
                           struct LsmiMarginal **out);

/**
 * A network of `layer_count` layers from `features` inputs to as many classes as the last layer has outputs, with
 * `activation` (`LSMI_ACTIVATION_…`) after each layer but the last. `type_` is `LSMI_F32` or `LSMI_F64`; parameters
 * are copied. Free it with `lsmi_network_free`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`; `*out` is then NULL (in a
 * build without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_network_new(int32_t type_,
                         size_t features,
                         const struct LsmiLayer *layers,
                         size_t layer_count,
                         int32_t activation,
                         struct LsmiNetwork **out);

/**
 * Frees a network; NULL is fine.
 *
 * Errors: `HANDLE` for a handle of another kind. Exclusive use.
 */
int32_t lsmi_network_free(struct LsmiNetwork *network);

/**
 * The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
 *
 * Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
 */
int32_t lsmi_network_error_message(const struct LsmiNetwork *network,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *length);

/**
 * The form of a network: type, features, classes, number of layers, activation; each may be NULL.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_form(const struct LsmiNetwork *network,
                          int32_t *type_,
                          size_t *features,
                          size_t *classes,
                          size_t *layer_count,
                          int32_t *activation);

/**
 * Copies out layer `index` (from 0), in the network's type: its sizes (each may be NULL) and, with `out` not NULL,
 * its parameters. A classifier that a fit chose may add quadratic forms and radial units to the logits, which its
 * log-probabilities and its gradient for x have in them and its layers do not.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE` for a layer that does not exist, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_layer(const struct LsmiNetwork *network,
                           size_t index,
                           size_t *inputs,
                           size_t *outputs,
                           const struct LsmiLayerBuffers *out);

/**
 * How many functions a classifier that a fit chose adds to the logits of its layers: 0 for what layers alone make.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_expansion_count(const struct LsmiNetwork *network,
                                     size_t *count);

/**
 * log p(y|x) of every sample and class into `out`, samples × classes numbers of the network's type, nats.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_log_probabilities(const struct LsmiNetwork *network,
                                       const struct LsmiMatrix *x,
                                       void *out);

/**
 * The weighted mean cross-entropy −Σ wᵢ log p(yᵢ|xᵢ) / Σ wᵢ (nats) and its gradient for all parameters and for x.
 *
 * `y` has a class number per sample; `weights` (may be NULL) a number of the network's type. `loss`, `layers` (one
 * struct per layer, whose members may be NULL) and `gradient_x` (samples × features, without gaps) may be NULL.
 * Nothing is written if anything is wrong.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING` (weights), `HANDLE`,
 * `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_gradient(const struct LsmiNetwork *network,
                              const struct LsmiMatrix *x,
                              const int64_t *y,
                              size_t y_count,
                              const void *weights,
                              double *loss,
                              const struct LsmiLayerBuffers *layers,
                              void *gradient_x);

/**
 * Fits a network with `hidden_count` hidden layers of the widths `hidden` (none: a linear classifier) to class
 * numbers 0, …, `classes` − 1; the matrix's type decides the network's. `weights` (may be NULL) has a number of that
 * type per sample. Free it with `lsmi_network_free`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `CLASS`, `NOT_FINITE`, `DIVERGED`,
 * `CANCELLED`; `*out` is then NULL (in a build without std: a handle that only tells its message and is freed).
 * Thread-safe.
 */
int32_t lsmi_network_fit(const struct LsmiMatrix *x,
                         const int64_t *y,
                         size_t y_count,
                         size_t classes,
                         const void *weights,
                         const size_t *hidden,
                         size_t hidden_count,
                         int32_t activation,
                         const struct LsmiFitOptions *fit,
                         struct LsmiNetwork **out);

/**
 * The course of the training that gave the network, nats: the mean loss of every epoch, and the loss of the held-out
 * samples before training and after every epoch (none without such samples). Each length may be NULL, each buffer
 * too; `best_epoch` (may be NULL) is the number of epochs after which the parameters were kept. A network of given
 * parameters or of an imported model has no course: lengths 0.
 *
 * Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_history(const struct LsmiNetwork *network,
                             double *losses,
                             size_t losses_capacity,
                             size_t *losses_length,
                             double *validation_losses,
                             size_t validation_losses_capacity,
                             size_t *validation_losses_length,
                             size_t *best_epoch);

/**
 * What the model makes of the features of a modality (1 or 2): sizes into `info` (the caller sets
 * `info->struct_size` first), the columns that are kept, ascending from 0, and the mean and the scale of each, into
 * arrays of `info->kept` elements. Means and scales are left alone where `info->standardized` is 0. Each pointer may
 * be NULL.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` for another modality, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_preprocessing(const struct LsmiModel *model,
                                 int32_t modality,
                                 struct LsmiPreprocessing *info,
                                 size_t *columns,
                                 double *means,
                                 double *scales);

/**
 * The features of a modality (1 or 2) as the model's networks and densities take them: samples × kept columns, in C
 * order and of the model's type, into `out`. The classifier of both takes those of x1 and x2 side by side.
 *
 * `x` is of the model's type. NaN stays NaN. Messages call it x1 or x2.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING` for another modality, `EMPTY`, `SHAPE`, `HANDLE`,
 * `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_preprocess(const struct LsmiModel *model,
                              int32_t modality,
                              const struct LsmiMatrix *x,
                              void *out);

/**
 * What h1 and h2 of the scores have above the surprisals −log p of preprocessed features, nats: 0, or Σ log scale
 * where the entropy units are those of the input. Each may be NULL.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_entropy_offsets(const struct LsmiModel *model,
                                   double *offset1,
                                   double *offset2);

/**
 * The report on splits that the model has scored, as indented JSON, which is the same in every language and in the
 * command `lsmi`: seed, preset and entropy units of the fit, the notes, the library's version, the shift rule, and
 * the means of every split by name. Of splits of one name the last one counts. A number that is not finite is `null`.
 *
 * `splits` has `split_count` structs, none of which is fine; `shift_rule` is the rule that they were scored with, one
 * of the `LSMI_SHIFT_…`. The text is NUL-terminated; `length` (may be NULL) gets its length without NUL; with `buffer`
 * NULL only the length is written.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TEXT`, `SETTING`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_report(const struct LsmiModel *model,
                          int32_t shift_rule,
                          const struct LsmiReportSplit *splits,
                          size_t split_count,
                          char *buffer,
                          size_t capacity,
                          size_t *length);

/**
 * A report about a model, with its settings, notes and flags, and no split yet; `shift_rule` is the rule that its
 * splits are scored with, one of the `LSMI_SHIFT_…`. What is added later takes the place of what was there; a failure
 * leaves the report as it is. Free it with `lsmi_report_free`.
 *
 * Errors: `POINTER`, `SETTING`, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build without std: a handle that
 * only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_report_new(const struct LsmiModel *model,
                        int32_t shift_rule,
                        struct LsmiReport **out);

/**
 * Frees a report; NULL is fine.
 *
 * Errors: `HANDLE` for a handle of another kind. Exclusive use.
 */
int32_t lsmi_report_free(struct LsmiReport *report);

/**
 * The message of this handle's last failed call, as `lsmi_last_error_message` writes it.
 *
 * Errors: `POINTER`, `HANDLE`, `BUFFER`. Thread-safe.
 */
int32_t lsmi_report_error_message(const struct LsmiReport *report,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *length);

/**
 * Adds a split, of which a later one of the same name takes the place.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TEXT`, `SETTING`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
 */
int32_t lsmi_report_add_split(struct LsmiReport *report, const struct LsmiReportSplit *split);

/**
 * Adds what the model knows of its training samples and of its fit: all settings and the command that repeats the fit,
 * the means of every class, up to a thousand samples, those that have most of each atom, calibration, and the courses
 * of the trainings. Samples and classes are those of `lsmi_model_cross_fitted`.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Exclusive use of the report.
 */
int32_t lsmi_report_add_details(struct LsmiReport *report,
                                const struct LsmiModel *model);

/**
 * Adds intervals, of the cross-fitted means of the split "train", as `lsmi_model_intervals` or
 * `lsmi_bootstrap` gives them.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
 */
int32_t lsmi_report_add_intervals(struct LsmiReport *report, const struct LsmiIntervals *intervals);

/**
 * Adds the null of shuffled labels, as `lsmi_permutation_null` gives it, with the means of every permutation.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
 */
int32_t lsmi_report_add_null(struct LsmiReport *report, const struct LsmiNull *null);

/**
 * Adds a spread, as `lsmi_spread` gives it, with the means of every further fit; of `samples` nothing is read.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `HANDLE`, `FAILED_HANDLE`. Exclusive use.
 */
int32_t lsmi_report_add_spread(struct LsmiReport *report,
                               const struct LsmiSpread *spread);

/**
 * Adds what controls found, as `lsmi_controls` gives it, with all results.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` for a control that there is not, `HANDLE`, `FAILED_HANDLE`. Exclusive
 * use.
 */
int32_t lsmi_report_add_controls(struct LsmiReport *report,
                                 const struct LsmiControls *controls);

/**
 * The report as indented JSON, as `lsmi_model_report` writes it; what was not added is left out.
 *
 * Errors: `POINTER`, `BUFFER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_report_json(const struct LsmiReport *report, char *buffer, size_t capacity, size_t *length);

/**
 * Scores samples: their information and raw atoms into `scores`, means into `summary` (each may be NULL; the caller
 * sets `struct_size` first).
 *
 * `x1` and `x2` are of the model's type, `y` has `y_count` class numbers; `shift_rule` is one of the `LSMI_SHIFT_…`,
 * `LSMI_SHIFT_OF_MODEL` for that of the fit. Nothing is written if anything is wrong.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `SETTING`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `CLASS`, `UNSEEN_CLASS`,
 * `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_score(const struct LsmiModel *model,
                         const struct LsmiMatrix *x1,
                         const struct LsmiMatrix *x2,
                         const int64_t *y,
                         size_t y_count,
                         int32_t shift_rule,
                         struct LsmiScores *scores,
                         struct LsmiSummary *summary);

/**
 * The training samples as models read them that did not see them: fits to the other folds, with the same settings.
 * Their class numbers go to `y`, information and raw atoms to `scores`, means to `summary`, each of which may be NULL;
 * `y` and the arrays have `cross_fitted_samples` of `LsmiModelInfo` numbers.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` if the model was fitted without folds, `SHAPE`, `HANDLE`,
 * `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_cross_fitted(const struct LsmiModel *model,
                                int64_t *y,
                                struct LsmiScores *scores,
                                struct LsmiSummary *summary);

/**
 * The instruction set that the kernels use unless a density or a network is given another: "portable", "neon", "avx2" or
 * "avx512", the widest of this processor, or what the environment variable LSMI_SIMD names, if that is lower (not
 * read in a build without std). Static text, not to be freed. Thread-safe.
 */
const char *lsmi_simd_level(void);

/**
 * The instruction sets of this processor, the plainest first, separated by blanks, such as "portable avx2". Static
 * text, not to be freed. Thread-safe.
 */
const char *lsmi_simd_levels(void);

/**
 * A copy of a density that is evaluated by the instruction set of this name, or by the next lower one that the
 * processor has. Results differ in the last digits. What is refined from it keeps the level. Free it with
 * `lsmi_marginal_free`.
 *
 * Errors: `POINTER`, `TEXT`, `SETTING` for another name, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
 * without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_marginal_with_level(const struct LsmiMarginal *marginal,
                                 const char *level,
                                 struct LsmiMarginal **out);

/**
 * The name of the instruction set that evaluates a density, into `*level`. Static text, not to be freed.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_marginal_level(const struct LsmiMarginal *marginal, const char **level);

/**
 * A copy of a network that is evaluated by the instruction set of this name, or by the next lower one that the
 * processor has. Results differ in the last digits. Free it with `lsmi_network_free`.
 *
 * Errors: `POINTER`, `TEXT`, `SETTING` for another name, `HANDLE`, `FAILED_HANDLE`; `*out` is then NULL (in a build
 * without std: a handle that only tells its message and is freed). Thread-safe.
 */
int32_t lsmi_network_with_level(const struct LsmiNetwork *network,
                                const char *level,
                                struct LsmiNetwork **out);

/**
 * The name of the instruction set that evaluates a network, into `*level`. Static text, not to be freed.
 *
 * Errors: `POINTER`, `HANDLE`, `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_network_level(const struct LsmiNetwork *network, const char **level);

/**
 * The message of this thread's last failed call: which field, which index, what was expected and what was found;
 * empty if no call has failed. Later successful calls leave it as it is.
 *
 * Writes at most `capacity` bytes, the last one NUL, and the length of the whole message without NUL to `length`
 * (may be NULL). With `buffer` NULL only the length is written. In a build without std the message is always
 * empty: ask the handle, by `lsmi_model_error_message` and its like.
 *
 * Returns `LSMI_OK`, or `LSMI_ERROR_BUFFER` if the message was cut. Thread-safe.
 */
int32_t lsmi_last_error_message(char *buffer,
                                size_t capacity,
                                size_t *length);

/**
 * The field at fault in this thread's last failed call: the argument, array, setting, struct or file that its message
 * names; empty if it names none (as `CANCELLED` does), and if no call has failed. Later successful calls leave it as
 * it is.
 *
 * Writes as `lsmi_last_error_message` does. In a build without std it is always empty.
 *
 * Returns `LSMI_OK`, or `LSMI_ERROR_BUFFER` if the field was cut. Thread-safe.
 */
int32_t lsmi_last_error_field(char *buffer,
                              size_t capacity,
                              size_t *length);

/**
 * A short name of a status code, such as "shape"; never NULL. The text is static and must not be freed.
 *
 * Thread-safe.
 */
const char *lsmi_status_str(int32_t status);

/**
 * The mixed Gaussian: y uniform over `classes` classes, x1 = onehot(y) + noise·u, x2 = onehot(y) +
 * noise·(ρu + √(1−ρ²)v) with u, v standard normal; `classes` features each.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_gaussian(size_t classes,
                                double rho,
                                double noise,
                                uint64_t seed,
                                const struct LsmiDataset *out);

/**
 * Planted exclusive or: x_k = amplitude·(2b_k − 1)·w_k + N(0, I), b2 = b1 xor y, random unit w_k; `dimension`
 * features each.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_xor(size_t dimension,
                           double amplitude,
                           uint64_t seed,
                           const struct LsmiDataset *out);

/**
 * The names of the logic gates of `lsmi_synthetic_circuit`, separated by blanks. Static text, not to be freed.
 * Thread-safe.
 */
const char *lsmi_synthetic_circuit_names(void);

/**
 * Bits of a logic gate: `xor`, `or`, `and`, `not_x2`, `copy` (one feature each), `xor_not` (two each).
 *
 * Errors: `POINTER`, `TEXT`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_circuit(const char *name, uint64_t seed, const struct LsmiDataset *out);

/**
 * Samples that are redundant, unique to x1, unique to x2, or synergistic in the given shares; three features each;
 * signals at `amplitude` standard deviations. `kinds` (may be NULL) gets which of them each sample is, one of the
 * `LSMI_KIND_…`.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_mixture(double redundant,
                               double unique1,
                               double unique2,
                               double synergistic,
                               double amplitude,
                               uint64_t seed,
                               const struct LsmiDataset *out,
                               int32_t *kinds);

/**
 * Samples of any finite mixture of Gaussian states: a state is drawn by weight, x1 and x2 around its means.
 * `drawn` (may be NULL) gets the number of each sample's state, from 0.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_latent(const struct LsmiLatentState *states,
                              size_t state_count,
                              uint64_t seed,
                              const struct LsmiDataset *out,
                              size_t *drawn);

/**
 * The exact information of given samples under `lsmi_synthetic_gaussian`, nats: `x1` and `x2` are `double` with
 * `classes` features, `y` has a class number per sample, `out` room for as many. NaN gives NaN.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_gaussian_information(size_t classes,
                                            double rho,
                                            double noise,
                                            const struct LsmiMatrix *x1,
                                            const struct LsmiMatrix *x2,
                                            const int64_t *y,
                                            size_t y_count,
                                            const struct LsmiInformationBuffers *out);

/**
 * The exact information of given samples under `lsmi_synthetic_xor`, nats: `x1` and `x2` are `double` with
 * `dimension` features, `y` has a class number per sample, `out` room for as many. The seed decides the directions.
 * NaN gives NaN.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_xor_information(size_t dimension,
                                       double amplitude,
                                       uint64_t seed,
                                       const struct LsmiMatrix *x1,
                                       const struct LsmiMatrix *x2,
                                       const int64_t *y,
                                       size_t y_count,
                                       const struct LsmiInformationBuffers *out);

/**
 * The exact information of given samples under `lsmi_synthetic_mixture`, nats: `x1` and `x2` are `double` with three
 * features, `y` has a class number per sample, `out` room for as many. NaN gives NaN.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `CLASS`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_mixture_information(double redundant,
                                           double unique1,
                                           double unique2,
                                           double synergistic,
                                           double amplitude,
                                           const struct LsmiMatrix *x1,
                                           const struct LsmiMatrix *x2,
                                           const int64_t *y,
                                           size_t y_count,
                                           const struct LsmiInformationBuffers *out);

/**
 * The exact information of given samples under `lsmi_synthetic_latent`, nats: `x1` and `x2` are `double` with the
 * states' features, `y` has a class number per sample, `out` room for as many. NaN gives NaN.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE` (means), `CLASS` (also for a class of no
 * state that occurs), `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_latent_information(const struct LsmiLatentState *states,
                                          size_t state_count,
                                          const struct LsmiMatrix *x1,
                                          const struct LsmiMatrix *x2,
                                          const int64_t *y,
                                          size_t y_count,
                                          const struct LsmiInformationBuffers *out);

/**
 * All combinations of inputs and output of a logic gate of `lsmi_synthetic_circuit`, which are equally probable, with
 * their exact information: `*cells` (may be NULL) gets their number, `out` (may be NULL) has room for as many
 * samples.
 *
 * Errors: `POINTER`, `TEXT`, `STRUCT_SIZE`, `SHAPE`, `SETTING`. Thread-safe.
 */
int32_t lsmi_synthetic_circuit_support(const char *name,
                                       size_t *cells,
                                       const struct LsmiDataset *out);

/**
 * How close `count` estimates, one per sample, come to exact values: their root mean square error in the unit of the
 * values, and their Pearson correlation, NaN if all estimates or all exact values are the same. `rmse` and
 * `correlation` may each be NULL. NaN among the values gives NaN.
 *
 * Errors: `POINTER`, `EMPTY`, `SHAPE`. Thread-safe.
 */
int32_t lsmi_agreement(const double *estimate,
                       const double *exact,
                       size_t count,
                       double *rmse,
                       double *correlation);

/**
 * Percentile intervals of the means of information and raw atoms, and of the shift, by the bootstrap: the samples are
 * drawn anew with replacement `draws` times (1 to `LSMI_MAX_DRAWS`), and an interval has the probability `level`
 * (between 0 and 1). The caller sets `out->struct_size` first.
 *
 * They tell how means move with the samples at hand, whose information is taken as it is: what other samples would
 * have taught the models is not in them; see `lsmi_model_intervals`. Of samples that the models were fitted to they flatter: give what
 * `lsmi_model_cross_fitted` gives.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `EMPTY`, `SETTING`, `NOT_FINITE`. Thread-safe.
 */
int32_t lsmi_bootstrap(const struct LsmiInformationArrays *information,
                       size_t draws,
                       double level,
                       uint64_t seed,
                       struct LsmiIntervals *out);

/**
 * The intervals of `lsmi_bootstrap` for the cross-fitted reading of a model, with the chance of its models in them:
 * those of the atoms are as much wider, or narrower, as resamples showed to which the densities were fitted anew, and to
 * which classifiers answered to first order. What another choice of forms would have given is not in them. The caller
 * sets `out->struct_size` first.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` (also for a model that was fitted without folds), `HANDLE`,
 * `FAILED_HANDLE`. Thread-safe.
 */
int32_t lsmi_model_intervals(const struct LsmiModel *model,
                             size_t draws,
                             double level,
                             uint64_t seed,
                             struct LsmiIntervals *out);

/**
 * The null of labels that tell nothing: they are shuffled among the training samples `permutations` times (1 to
 * `LSMI_MAX_PERMUTATIONS`), and the classifiers are chosen and fitted anew each time, with the settings of the model,
 * each sample being read by classifiers that did not see it; the densities, which know no labels, stay. Compared with
 * `lsmi_model_cross_fitted`. Each permutation takes as long as the classifiers of the fit.
 *
 * `x1` and `x2` are the training samples of the model, in their order; `progress` may be NULL. The caller sets
 * `out->struct_size` and `out->means` first. Each permutation's means are written as soon as they are known, before
 * `progress` counts it: after a failure `means` has those that were counted last. To go on from there, give the same
 * model, seed and `means`, and as `begun` how many of them there are; else `begun` is 0. What comes out is what one
 * run gives.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` (also for a model that was fitted without folds, and for other samples
 * than those of the fit), `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`, `HANDLE`, `FAILED_HANDLE`.
 * Thread-safe.
 */
int32_t lsmi_permutation_null(const struct LsmiModel *model,
                              const struct LsmiMatrix *x1,
                              const struct LsmiMatrix *x2,
                              size_t permutations,
                              uint64_t seed,
                              size_t begun,
                              LsmiCountCallback progress,
                              void *user,
                              struct LsmiNull *out);

/**
 * Fits the training samples of the model again, `repeats` times (1 to `LSMI_MAX_REPEATS`), with its settings and other
 * seeds, so that folds, starts and batches differ, and compares the cross-fitted readings. Each repeat takes as long as
 * the fit.
 *
 * `x1` and `x2` are those samples, in their order; `progress` may be NULL. The caller sets `out->struct_size`,
 * `out->means` and `out->samples` first. Nothing is written if anything is wrong.
 *
 * Errors: `POINTER`, `STRUCT_SIZE`, `SETTING` (also for a model that was fitted without folds, and for other samples
 * than those of the fit), `TYPE`, `EMPTY`, `SHAPE`, `NOT_FINITE`, `DIVERGED`, `CANCELLED`, `HANDLE`, `FAILED_HANDLE`.
 * Thread-safe.
 */
int32_t lsmi_spread(const struct LsmiModel *model,
                    const struct LsmiMatrix *x1,
                    const struct LsmiMatrix *x2,
                    size_t repeats,
                    uint64_t seed,
                    LsmiCountCallback progress,
                    void *user,
                    struct LsmiSpread *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LSMI_H */
