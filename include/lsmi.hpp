// The C++17 interface of libLSMI: redundancy, uniqueness and synergy of two modalities about a target, per sample.
//
// Header-only, over lsmi.h. Handles (Model, Marginal, Network, Report) own what they hold, move and do not copy; a const
// one may be used by several threads at once. Arrays of the caller are read where they are. All quantities are in nats.
// A C call that fails throws lsmi::Error with its status, field and message; memory that is not there for a result
// throws what the standard library throws. Settings and codes are the LSMI_... constants of lsmi.h. Wherever a result
// is returned in vectors, an overload or ..._into writes it into the caller's memory instead.
//
// Licence: MIT or Apache-2.0.

#ifndef LSMI_HPP
#define LSMI_HPP

#if __cplusplus < 201703L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#error "lsmi.hpp needs C++17: compile with -std=c++17 or set CMAKE_CXX_STANDARD to 17"
#endif

#include "lsmi.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lsmi {

// ---- Errors ----

/// A call that failed: what() is the message (which field, which index, what was expected and what was found).
class Error : public std::runtime_error {
public:
    Error(std::int32_t status, const std::string &message, const std::string &field = {})
        : std::runtime_error(message), status_(status), field_(std::make_shared<const std::string>(field)) {}

    /// The status, one of LSMI_ERROR_...
    std::int32_t status() const noexcept { return status_; }
    /// The argument, array, setting, struct or file at fault; empty if the message names none.
    const std::string &field() const noexcept { return *field_; }

private:
    std::int32_t status_;
    // Shared, since copies of an exception must not throw.
    std::shared_ptr<const std::string> field_;
};

/// A short name of a status, such as "shape".
inline const char *status_name(std::int32_t status) noexcept { return lsmi_status_str(status); }

namespace detail {

inline void free(LsmiModel *handle) noexcept { lsmi_model_free(handle); }
inline void free(LsmiMarginal *handle) noexcept { lsmi_marginal_free(handle); }
inline void free(LsmiNetwork *handle) noexcept { lsmi_network_free(handle); }
inline void free(LsmiFlags *handle) noexcept { lsmi_flags_free(handle); }
inline void free(LsmiReport *handle) noexcept { lsmi_report_free(handle); }

inline std::int32_t message(const LsmiModel *handle, char *buffer, std::size_t capacity, std::size_t *length) {
    return lsmi_model_error_message(handle, buffer, capacity, length);
}
inline std::int32_t message(const LsmiMarginal *handle, char *buffer, std::size_t capacity, std::size_t *length) {
    return lsmi_marginal_error_message(handle, buffer, capacity, length);
}
inline std::int32_t message(const LsmiNetwork *handle, char *buffer, std::size_t capacity, std::size_t *length) {
    return lsmi_network_error_message(handle, buffer, capacity, length);
}
inline std::int32_t message(const LsmiFlags *handle, char *buffer, std::size_t capacity, std::size_t *length) {
    return lsmi_flags_error_message(handle, buffer, capacity, length);
}
inline std::int32_t message(const LsmiReport *handle, char *buffer, std::size_t capacity, std::size_t *length) {
    return lsmi_report_error_message(handle, buffer, capacity, length);
}

/// The text that `call(buffer, capacity, length)` writes; `status` gets what it returns.
template <class Call>
std::string text(std::int32_t &status, Call &&call) {
    std::size_t length = 0;
    status = call(nullptr, 0, &length);
    std::string result(status == LSMI_OK ? length : 0, '\0');
    // The final NUL goes where the string has its own.
    if (status == LSMI_OK) status = call(result.data(), result.size() + 1, nullptr);
    return result;
}

inline void check(std::int32_t status) {
    if (status == LSMI_OK) return;
    std::int32_t ignored = 0;
    throw Error(status, text(ignored, lsmi_last_error_message), text(ignored, lsmi_last_error_field));
}

/// Also looks for the message in the handle, where a library built without std keeps it.
template <class C>
void check(std::int32_t status, const C *handle) {
    if (status == LSMI_OK) return;
    std::int32_t ignored = 0;
    std::string found = text(ignored, lsmi_last_error_message);
    if (found.empty() && handle != nullptr) {
        found = text(ignored, [&](char *buffer, std::size_t capacity, std::size_t *length) {
            return message(handle, buffer, capacity, length);
        });
    }
    throw Error(status, found, text(ignored, lsmi_last_error_field));
}

/// C takes pointers without lengths in places: what they must have is checked here.
inline void expect(const char *field, std::size_t expected, std::size_t got) {
    if (expected == got) return;
    throw Error(LSMI_ERROR_SHAPE, std::string(field) + ": expected " + std::to_string(expected) +
                                      " elements, got " + std::to_string(got), field);
}

template <class T>
constexpr std::int32_t type_code() {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "numbers are float or double");
    return std::is_same_v<T, float> ? LSMI_F32 : LSMI_F64;
}

inline void expect_type(const char *field, std::int32_t expected, std::int32_t got) {
    if (expected == got) return;
    const char *names[] = {"float", "double"};
    throw Error(LSMI_ERROR_TYPE,
                std::string(field) + ": expected " + names[expected] + " numbers, got " + names[got], field);
}

/// Keeps an argument out of the deduction of T, so that it may be anything that converts.
template <class T>
struct Same {
    using type = T;
};
template <class T>
using same = typename Same<T>::type;

template <class C>
C sized() {
    C result{};
    result.struct_size = sizeof(C);
    return result;
}

/// The words of a text that are separated by blanks.
inline std::vector<std::string> words(const std::string &line) {
    std::vector<std::string> result;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        result.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return result;
}

/// Whether the elements die with the container: not so if it is a plain view, which gives out the same pointer
/// whether it is const or not.
template <class C>
inline constexpr bool owns_elements =
    !std::is_trivially_destructible_v<C> ||
    !std::is_same_v<decltype(std::declval<C &>().data()), decltype(std::declval<const C &>().data())>;

} // namespace detail

// ---- Views ----

/// A view of contiguous elements: a pointer with a length, an array, or anything with data() and size(). It owns
/// nothing. A view without elements stands for an argument that is not given.
template <class T>
class Span {
public:
    constexpr Span() noexcept = default;
    constexpr Span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}

    template <std::size_t N>
    constexpr Span(T (&array)[N]) noexcept : data_(array), size_(N) {}

    template <class C, class E = std::remove_pointer_t<decltype(std::declval<C &>().data())>,
              class = std::enable_if_t<std::is_convertible_v<E (*)[], T (*)[]>>,
              class = decltype(std::declval<C &>().size())>
    constexpr Span(C &&container) noexcept : data_(container.data()), size_(container.size()) {}

    constexpr T *data() const noexcept { return size_ == 0 ? nullptr : data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T *begin() const noexcept { return data_; }
    constexpr T *end() const noexcept { return data_ + size_; }
    constexpr T &operator[](std::size_t index) const noexcept { return data_[index]; }

private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/// Class numbers from 0, one per sample.
using Classes = Span<const std::int64_t>;

/// A view of samples of T, float or double: sample i is the `features` numbers from data + i * stride on. That is a
/// row-major samples × features array, and a column-major features × samples matrix.
template <class T>
struct Matrix : LsmiMatrix {
    Matrix(const T *numbers, std::size_t sample_count, std::size_t feature_count, std::size_t stride_elements)
        : LsmiMatrix{sizeof(LsmiMatrix), numbers, sample_count, feature_count, stride_elements,
                     detail::type_code<T>()} {}

    Matrix(const T *numbers, std::size_t sample_count, std::size_t feature_count)
        : Matrix(numbers, sample_count, feature_count, feature_count) {}
};

/// The samples at a pointer; without a stride they follow each other without gaps.
inline Matrix<float> samples(const float *numbers, std::size_t sample_count, std::size_t feature_count) {
    return {numbers, sample_count, feature_count};
}
inline Matrix<double> samples(const double *numbers, std::size_t sample_count, std::size_t feature_count) {
    return {numbers, sample_count, feature_count};
}
inline Matrix<float> samples(const float *numbers, std::size_t sample_count, std::size_t feature_count,
                             std::size_t stride) {
    return {numbers, sample_count, feature_count, stride};
}
inline Matrix<double> samples(const double *numbers, std::size_t sample_count, std::size_t feature_count,
                              std::size_t stride) {
    return {numbers, sample_count, feature_count, stride};
}

/// The samples in a container (anything with data() and size()), `features` numbers each.
/// Throws SHAPE if its size is no multiple of that.
template <class C, class T = std::remove_cv_t<std::remove_pointer_t<decltype(std::declval<const C &>().data())>>>
Matrix<T> samples(const C &container, std::size_t features) {
    const std::size_t count = features == 0 ? 0 : container.size() / features;
    detail::expect("samples", count * features, container.size());
    return {container.data(), count, features};
}
/// Not of a temporary that owns its elements: the samples would outlive them.
template <class C, class = decltype(std::declval<C &>().data()),
          class = std::enable_if_t<!std::is_lvalue_reference_v<C> && detail::owns_elements<std::remove_const_t<C>>>>
void samples(C &&container, std::size_t features) = delete;

// ---- What the library is ----

/// The version of the library that is linked, such as "0.1.0".
inline const char *version() noexcept { return lsmi_version(); }
/// The version of the binary interface that is linked; LSMI_ABI_VERSION is that of the header.
inline std::uint32_t abi_version() noexcept { return lsmi_abi_version(); }
/// The features of the library that is linked, separated by blanks.
inline const char *build_features() noexcept { return lsmi_build_features(); }
/// The instruction set that the kernels use unless a density or a network is given another: the widest of this processor, or what
/// the environment variable LSMI_SIMD names, if that is lower.
inline const char *simd_level() noexcept { return lsmi_simd_level(); }
/// The instruction sets of this processor, the plainest first, separated by blanks: "portable avx2".
inline const char *simd_levels() noexcept { return lsmi_simd_levels(); }

// ---- Settings ----

/// All settings of a fit, with the members of LsmiConfig.
struct Config : LsmiConfig {
    /// The settings of a preset: LSMI_PRESET_ROBUST or LSMI_PRESET_PAPER. Throws SETTING for another.
    explicit Config(std::int32_t preset_code = LSMI_PRESET_ROBUST) : LsmiConfig() {
        detail::check(lsmi_config_init(this, sizeof(LsmiConfig), preset_code));
    }

    explicit Config(const LsmiConfig &config) : LsmiConfig(config) {}

    /// Sets a member by name from text: "modes" from "7", "hidden" from "64,64" or "none", "prior" from "uniform".
    /// Throws SETTING (its message lists the names), and leaves the settings as they were.
    Config &set(const std::string &key, const std::string &value) {
        detail::check(lsmi_config_set(this, key.c_str(), value.c_str()));
        return *this;
    }

    /// Throws SETTING, naming the member, for settings that no fit can use.
    void check() const { detail::check(lsmi_config_check(this)); }

    /// All settings as lines key=value, in the form that set takes (but for the preset, which only the constructor
    /// sets).
    std::string text() const {
        std::int32_t status = LSMI_OK;
        std::string lines = detail::text(status, [this](char *buffer, std::size_t capacity, std::size_t *length) {
            return lsmi_config_text(this, buffer, capacity, length);
        });
        detail::check(status);
        return lines;
    }
};

/// How far a training is.
using Progress = LsmiProgress;

/// Called after every epoch, by the thread that called the fit: true to go on, false to cancel (the fit then throws
/// CANCELLED). An exception cancels too, and leaves the fit as it was thrown.
using ProgressFunction = std::function<bool(const Progress &)>;

/// Called with how many of how many steps of a long computation are done, by the thread that called: true to go on,
/// false to cancel (CANCELLED is then thrown). An exception cancels too, and comes out as it was thrown.
using CountFunction = std::function<bool(std::size_t done, std::size_t total)>;

/// How a single density or network is trained, with the members of LsmiTraining.
struct Training : LsmiTraining {
    Training() : LsmiTraining(detail::sized<LsmiTraining>()) {}

    /// As a fit with these settings trains its densities. Throws SETTING for a code that does not exist.
    static Training of_densities(const LsmiConfig &config = Config()) {
        Training training;
        detail::check(lsmi_config_density(&config, nullptr, &training));
        return training;
    }

    /// As a fit with these settings trains its classifiers. Throws SETTING for a code that does not exist.
    static Training of_classifiers(const LsmiConfig &config = Config()) {
        Training training;
        detail::check(lsmi_config_classifier(&config, &training));
        return training;
    }
};

/// The course of a training, nats.
struct History {
    /// The mean loss of every epoch.
    std::vector<double> losses{};
    /// The loss of the held-out samples before training and after every epoch.
    std::vector<double> validation_losses{};
    /// The number of epochs after which the parameters were kept.
    std::size_t best_epoch = 0;
};

/// What a fit of a single density or network takes besides its data.
struct FitOptions {
    /// How to train.
    Training training;
    /// Seed of the start and of the batches.
    std::uint64_t seed = 0;
    /// Numbers of the samples that are not trained on but decide when to stop; may be empty.
    std::vector<std::size_t> held_out{};
    /// Called after every epoch; may be empty.
    ProgressFunction progress{};
};

namespace detail {

/// Carries a function through C, where no exception may pass.
struct Observer {
    const ProgressFunction &function;
    std::exception_ptr thrown{};

    static std::int32_t call(void *user, const LsmiProgress *progress) noexcept {
        auto *self = static_cast<Observer *>(user);
        try {
            return self->function(*progress) ? 0 : 1;
        } catch (...) {
            self->thrown = std::current_exception();
            return 1;
        }
    }

    LsmiProgressCallback callback() const { return function ? &Observer::call : nullptr; }
};

/// The same for a function that counts.
struct Counter {
    const CountFunction &function;
    std::size_t done = 0;
    std::exception_ptr thrown{};

    static std::int32_t call(void *user, std::size_t done, std::size_t total) noexcept {
        auto *self = static_cast<Counter *>(user);
        self->done = done;
        try {
            return !self->function || self->function(done, total) ? 0 : 1;
        } catch (...) {
            self->thrown = std::current_exception();
            return 1;
        }
    }

    void rethrow() const {
        if (thrown) std::rethrow_exception(thrown);
    }
};

inline LsmiFitOptions fit_options(const FitOptions &options, Observer &observer) {
    auto result = sized<LsmiFitOptions>();
    result.training = options.training;
    result.training.struct_size = sizeof(LsmiTraining);
    result.held_out = Span<const std::size_t>(options.held_out).data();
    result.held_out_count = options.held_out.size();
    result.seed = options.seed;
    result.progress = observer.callback();
    result.user = &observer;
    return result;
}

/// A view that may be missing: no elements, or exactly `expected`.
template <class T>
T *optional(const char *field, std::size_t expected, Span<T> view) {
    if (!view.empty()) expect(field, expected, view.size());
    return view.data();
}

/// A view that must have `expected` elements.
template <class T>
T *exactly(const char *field, std::size_t expected, Span<T> view) {
    expect(field, expected, view.size());
    return view.data();
}

} // namespace detail

// ---- Atoms of any information ----

/// Mean atoms.
using Atoms = LsmiAtoms;

/// Five views of numbers to read, a number per sample: i(x1; y), i(x2; y), i(x1, x2; y), h(x1), h(x2).
struct InformationView {
    Span<const double> i1, i2, i12, h1, h2;
};

/// Five views of numbers to write, a number per sample.
struct InformationBuffers {
    Span<double> i1, i2, i12, h1, h2;
};

/// The pointwise information of every sample.
struct Information {
    std::vector<double> i1{}, i2{}, i12{}, h1{}, h2{};

    Information() = default;
    explicit Information(std::size_t count) : i1(count), i2(count), i12(count), h1(count), h2(count) {}
    operator InformationView() const { return {i1, i2, i12, h1, h2}; }
    operator InformationBuffers() { return {i1, i2, i12, h1, h2}; }
};

/// Four views of numbers to write, a number per sample.
struct AtomBuffers {
    Span<double> redundancy, unique1, unique2, synergy;
};

/// The atoms of every sample.
struct PointwiseAtoms {
    std::vector<double> redundancy{}, unique1{}, unique2{}, synergy{};

    PointwiseAtoms() = default;
    explicit PointwiseAtoms(std::size_t count)
        : redundancy(count), unique1(count), unique2(count), synergy(count) {}
    operator AtomBuffers() { return {redundancy, unique1, unique2, synergy}; }
};

namespace detail {

inline LsmiInformationArrays arrays(const InformationView &in) {
    const std::size_t count = in.i1.size();
    return {sizeof(LsmiInformationArrays), count,
            in.i1.data(), exactly("i2", count, in.i2), exactly("i12", count, in.i12),
            exactly("h1", count, in.h1), exactly("h2", count, in.h2)};
}

inline LsmiInformationBuffers buffers(const InformationBuffers &out, std::size_t count) {
    return {sizeof(LsmiInformationBuffers), count,
            exactly("i1", count, out.i1), exactly("i2", count, out.i2), exactly("i12", count, out.i12),
            exactly("h1", count, out.h1), exactly("h2", count, out.h2)};
}

} // namespace detail

/// r = min(h1, h2) − min(h1 − i1, h2 − i2), u1 = i1 − r, u2 = i2 − r, s = i12 − i1 − i2 + r of every sample, into
/// the caller's memory, which must not overlap the inputs. Throws SHAPE if lengths differ.
inline void atoms(const InformationView &information, const AtomBuffers &out) {
    using detail::exactly;
    const std::size_t count = information.i1.size();
    const LsmiInformationArrays in = detail::arrays(information);
    const LsmiAtomBuffers to{sizeof(LsmiAtomBuffers),
                             count,
                             exactly("redundancy", count, out.redundancy),
                             exactly("unique1", count, out.unique1),
                             exactly("unique2", count, out.unique2),
                             exactly("synergy", count, out.synergy)};
    detail::check(lsmi_atoms(&in, &to));
}

/// The same, in vectors.
inline PointwiseAtoms atoms(const InformationView &information) {
    PointwiseAtoms result(information.i1.size());
    atoms(information, AtomBuffers(result));
    return result;
}

/// A constant for all samples, and mean atoms adjusted by it.
struct Shift {
    double shift;
    Atoms adjusted;
};

/// The constant a that adjusts all samples' atoms, from their means: −min(R, S) if R < 0 or S < 0, else
/// min(U1, U2) if U1 < 0 or U2 < 0, else 0; and (R + a, U1 − a, U2 − a, S + a).
inline Shift shift(const Atoms &means) {
    Shift result{};
    detail::check(lsmi_shift(&means, &result.shift, &result.adjusted));
    return result;
}

/// The mean by pairwise summation; NaN of no numbers.
inline double mean(Span<const double> values) {
    double result = 0;
    detail::check(lsmi_mean(values.data(), values.size(), &result));
    return result;
}

/// The doubles of workspace that discrete needs for a number of samples.
inline std::size_t discrete_workspace(std::size_t count) {
    std::size_t bytes = 0;
    detail::check(lsmi_discrete_workspace(count, &bytes));
    return bytes / sizeof(double) + (bytes % sizeof(double) != 0);
}

/// Exact pointwise information of discrete sources by counting, into the caller's memory, without allocation: x1,
/// x2, y are category numbers (any integers), one per sample; weights (none, or one per sample) count samples.
/// Throws EMPTY, SHAPE, NOT_FINITE, SETTING (weights), BUFFER (workspace).
inline void discrete(Span<const std::int64_t> x1, Span<const std::int64_t> x2, Span<const std::int64_t> y,
                     Span<const double> weights, Span<double> workspace, const InformationBuffers &out) {
    using detail::exactly;
    const std::size_t count = y.size();
    const std::size_t needed = discrete_workspace(count);
    if (workspace.size() < needed) {
        throw Error(LSMI_ERROR_BUFFER, "workspace: expected room for " + std::to_string(needed) + ", got " +
                                           std::to_string(workspace.size()), "workspace");
    }
    const LsmiInformationBuffers to = detail::buffers(out, count);
    detail::check(lsmi_discrete(exactly("x1", count, x1), exactly("x2", count, x2), y.data(),
                                detail::optional("weights", count, weights), count, workspace.data(), &to));
}

/// The same, in vectors.
inline Information discrete(Span<const std::int64_t> x1, Span<const std::int64_t> x2,
                            Span<const std::int64_t> y, Span<const double> weights = {}) {
    Information result(y.size());
    std::vector<double> workspace(discrete_workspace(y.size()));
    discrete(x1, x2, y, weights, workspace, InformationBuffers(result));
    return result;
}

/// One category number per sample for several discrete variables together, into `out`: 0, 1, ... number the tuples
/// that occur, in sorted order (by the first column, then the second, ...). Throws EMPTY, SHAPE.
inline void joint_categories(Span<const Span<const std::int64_t>> columns, Span<std::int64_t> out) {
    std::vector<const std::int64_t *> to;
    for (const Span<const std::int64_t> &column : columns)
        to.push_back(detail::exactly("columns", out.size(), column));
    detail::check(lsmi_joint_categories(to.empty() ? nullptr : to.data(), to.size(), out.size(), out.data()));
}

/// The same, in a vector.
inline std::vector<std::int64_t> joint_categories(Span<const Span<const std::int64_t>> columns) {
    std::vector<std::int64_t> result(columns.empty() ? 0 : columns[0].size());
    joint_categories(columns, result);
    return result;
}

/// log Σ exp of every row (sample) into `out`, a number per row. All −∞ gives −∞, any NaN gives NaN.
template <class T>
void log_sum_exp(const Matrix<T> &values, Span<detail::same<T>> out) {
    detail::check(lsmi_log_sum_exp(&values, detail::exactly("out", values.samples, out)));
}

/// The same, in a vector.
template <class T>
std::vector<T> log_sum_exp(const Matrix<T> &values) {
    std::vector<T> result(values.samples);
    log_sum_exp(values, result);
    return result;
}

/// The same, by the instruction set "portable", "neon", "avx2" or "avx512", or by the next lower one that the processor
/// has; results differ in the last digits. Throws SETTING.
template <class T>
void log_sum_exp(const Matrix<T> &values, Span<detail::same<T>> out, const std::string &level) {
    T *to = detail::exactly("out", values.samples, out);
    detail::check(lsmi_log_sum_exp_with_level(&values, level.c_str(), to));
}
template <class T>
std::vector<T> log_sum_exp(const Matrix<T> &values, const std::string &level) {
    std::vector<T> result(values.samples);
    log_sum_exp(values, result, level);
    return result;
}

/// i = log p(y|x) − log p(y) of every sample, into `out`, from the log-probabilities of any classifier: a row of C
/// numbers per sample; log_prior has C numbers, or none for a uniform prior. Call it once each for
/// p(y|x1), p(y|x2), p(y|x1, x2); then atoms, with any h1, h2. Throws EMPTY, SHAPE, CLASS, NOT_FINITE.
template <class T>
void information_from_log_probabilities(const Matrix<T> &log_probabilities, Classes y,
                                        Span<const double> log_prior, Span<double> out) {
    detail::check(lsmi_information_from_log_probabilities(
        &log_probabilities, y.data(), y.size(),
        detail::optional("log_prior", log_probabilities.features, log_prior),
        detail::exactly("out", y.size(), out)));
}

/// The same, in a vector.
template <class T>
std::vector<double> information_from_log_probabilities(const Matrix<T> &log_probabilities, Classes y,
                                                       Span<const double> log_prior = {}) {
    std::vector<double> result(y.size());
    information_from_log_probabilities(log_probabilities, y, log_prior, result);
    return result;
}

// ---- Handles ----

/// What Model, Marginal, Network and Report have in common: they own a handle of the C interface, and move.
template <class C>
class Handle {
public:
    /// The handle, for calls of lsmi.h; null after a move. Calls on a null handle throw POINTER.
    const C *get() const noexcept { return pointer_.get(); }
    /// Gives the handle up: the caller frees it by lsmi_..._free.
    C *release() noexcept { return pointer_.release(); }
    explicit operator bool() const noexcept { return pointer_ != nullptr; }

    /// The message of this handle's last failed call, by any thread; empty if none has failed.
    std::string error_message() const {
        return text([this](char *buffer, std::size_t capacity, std::size_t *length) {
            return detail::message(get(), buffer, capacity, length);
        });
    }

protected:
    Handle() = default;
    explicit Handle(C *owned) noexcept : pointer_(owned) {}

    /// Makes the handle by `call(out)`.
    template <class Call>
    void make(Call &&call) {
        C *made = nullptr;
        const std::int32_t status = call(&made);
        pointer_.reset(made);
        check(status);
    }

    /// Makes the handle by `call(observer, out)`, and lets out what a progress function threw.
    template <class Call>
    void fit(const ProgressFunction &progress, Call &&call) {
        detail::Observer observer{progress};
        C *made = nullptr;
        const std::int32_t status = call(observer, &made);
        pointer_.reset(made);
        if (observer.thrown) std::rethrow_exception(observer.thrown);
        check(status);
    }

    void check(std::int32_t status) const { detail::check(status, get()); }

    /// The handle, for calls that change what it holds.
    C *exclusive() noexcept { return pointer_.get(); }

    /// A course whose parts `call(losses, capacity, length, validation_losses, capacity, length, best_epoch)` writes.
    template <class Call>
    History course(Call &&call) const {
        std::size_t losses = 0, validation_losses = 0;
        const std::size_t none = 0;
        check(call(nullptr, none, &losses, nullptr, none, &validation_losses, nullptr));
        History result{std::vector<double>(losses), std::vector<double>(validation_losses), 0};
        check(call(result.losses.data(), losses, nullptr, result.validation_losses.data(), validation_losses, nullptr,
                   &result.best_epoch));
        return result;
    }

    template <class Call>
    std::string text(Call &&call) const {
        std::int32_t status = LSMI_OK;
        std::string result = detail::text(status, call);
        check(status);
        return result;
    }

private:
    struct Free {
        void operator()(C *handle) const noexcept { detail::free(handle); }
    };
    std::unique_ptr<C, Free> pointer_;
};

// ---- KNIFE marginal densities ----

/// The form of a density, with the members of LsmiMarginalOptions.
struct MarginalOptions : LsmiMarginalOptions {
    /// As a fit with these settings has it. `features` and `type` are taken from the parameters or samples. Throws
    /// SETTING for a code that does not exist.
    explicit MarginalOptions(const LsmiConfig &config = Config())
        : LsmiMarginalOptions(detail::sized<LsmiMarginalOptions>()) {
        detail::check(lsmi_config_density(&config, this, nullptr));
    }

    explicit MarginalOptions(const LsmiMarginalOptions &options) : LsmiMarginalOptions(options) {}
};

/// Parameters of a density of K modes and d features, or the gradient for them, in C order.
template <class T>
struct MarginalParameters {
    /// μ, K×d.
    std::vector<T> means{};
    /// ℓ, K×d, or 1×d if shared.
    std::vector<T> log_diagonal{};
    /// T, K×d×d, of which only the strict lower part counts; empty without triangular part.
    std::vector<T> triangle{};
    /// w, K.
    std::vector<T> logits{};

    MarginalParameters() = default;

    /// Zeros of the lengths that a form has.
    explicit MarginalParameters(const LsmiMarginalOptions &form)
        : means(form.modes * form.features),
          log_diagonal((form.diagonal == LSMI_DIAGONAL_SHARED ? 1 : form.modes) * form.features),
          triangle(form.triangle == LSMI_TRIANGLE_FULL ? form.modes * form.features * form.features : 0),
          logits(form.modes) {}
};

/// Room for the parameters of a density, or for the gradient for them; empty where they are not wanted.
template <class T>
struct MarginalBuffers {
    Span<T> means{}, log_diagonal{}, triangle{}, logits{};

    MarginalBuffers() = default;
    MarginalBuffers(Span<T> for_means, Span<T> for_log_diagonal, Span<T> for_triangle, Span<T> for_logits)
        : means(for_means), log_diagonal(for_log_diagonal), triangle(for_triangle), logits(for_logits) {}
    MarginalBuffers(MarginalParameters<T> &p)
        : MarginalBuffers(p.means, p.log_diagonal, p.triangle, p.logits) {}
};

/// A weighted surprisal with its gradients.
template <class T>
struct MarginalGradient {
    /// The value, nats.
    double loss = 0;
    /// Its gradient for the parameters.
    MarginalParameters<T> parameters{};
    /// Its gradient for x, samples × features.
    std::vector<T> x{};
};

/// A KNIFE marginal density: log p(x) = log Σ_k softmax(w)_k N_k(x).
class Marginal : public Handle<LsmiMarginal> {
public:
    /// Takes over a handle of the C interface.
    explicit Marginal(LsmiMarginal *owned) noexcept : Handle(owned) {}

    /// A density of d features from its parameters, which are copied. `form.type` and, where it is 0,
    /// `form.features` are not read. Throws SETTING, EMPTY, SHAPE, NOT_FINITE.
    template <class T>
    Marginal(MarginalOptions form, const MarginalParameters<T> &parameters) {
        form.struct_size = sizeof(LsmiMarginalOptions);
        form.type_ = detail::type_code<T>();
        if (form.features == 0 && form.modes != 0) form.features = parameters.means.size() / form.modes;
        const std::size_t d = form.features;
        const std::size_t diagonals = form.diagonal == LSMI_DIAGONAL_SHARED ? 1 : form.modes;
        detail::expect("means", form.modes * d, parameters.means.size());
        detail::expect("log_diagonal", diagonals * d, parameters.log_diagonal.size());
        // Without triangular part nothing is read.
        if (form.triangle == LSMI_TRIANGLE_FULL)
            detail::expect("triangle", form.modes * d * d, parameters.triangle.size());
        detail::expect("logits", form.modes, parameters.logits.size());
        const LsmiMarginalParameters in{sizeof(LsmiMarginalParameters), parameters.means.data(),
                                        parameters.log_diagonal.data(), parameters.triangle.data(),
                                        parameters.logits.data()};
        make([&](LsmiMarginal **out) { return lsmi_marginal_new(&form, &in, out); });
    }

    /// A density fitted to samples by minimising their (weighted) mean surprisal, from LSMI_START_...; of `form` the
    /// features and type are not read. Throws SETTING, EMPTY, SHAPE, NOT_FINITE, DIVERGED, CANCELLED.
    template <class T>
    static Marginal fit(const Matrix<T> &x, MarginalOptions form, const FitOptions &options,
                        std::int32_t start = LSMI_START_SAMPLES, Span<const detail::same<T>> weights = {}) {
        form.struct_size = sizeof(LsmiMarginalOptions);
        const T *w = detail::optional("weights", x.samples, weights);
        Marginal result(nullptr);
        result.Handle::fit(options.progress, [&](detail::Observer &observer, LsmiMarginal **out) {
            const LsmiFitOptions to = detail::fit_options(options, observer);
            return lsmi_marginal_fit(&x, w, &form, start, &to, out);
        });
        return result;
    }

    /// The density trained further on samples of its type, from its own parameters and in its own form: what
    /// `train_means` and `train_weights` leave out stays as it is. This one is not changed; the seed only shuffles.
    /// Throws TYPE, SETTING, EMPTY, SHAPE, NOT_FINITE, DIVERGED, CANCELLED.
    template <class T>
    Marginal refine(const Matrix<T> &x, const FitOptions &options, Span<const detail::same<T>> weights = {}) const {
        const T *w = detail::optional("weights", x.samples, weights);
        Marginal result(nullptr);
        result.Handle::fit(options.progress, [&](detail::Observer &observer, LsmiMarginal **out) {
            const LsmiFitOptions to = detail::fit_options(options, observer);
            return lsmi_marginal_refine(get(), &x, w, &to, out);
        });
        return result;
    }

    /// The course of the training that gave the density; empty if its parameters were given.
    History history() const {
        return course([this](auto... out) { return lsmi_marginal_history(get(), out...); });
    }

    /// A copy that is evaluated by the instruction set "portable", "neon", "avx2" or "avx512", or by the next lower one
    /// that the processor has; results differ in the last digits. Fits from it are as others. Throws SETTING.
    Marginal with_level(const std::string &level) const {
        Marginal result(nullptr);
        result.make([&](LsmiMarginal **out) { return lsmi_marginal_with_level(get(), level.c_str(), out); });
        return result;
    }

    /// The name of the instruction set that evaluates the density.
    const char *level() const {
        const char *name = nullptr;
        check(lsmi_marginal_level(get(), &name));
        return name;
    }

    /// The form: modes, features, type, and the rest.
    MarginalOptions options() const {
        auto result = detail::sized<LsmiMarginalOptions>();
        check(lsmi_marginal_options(get(), &result));
        return MarginalOptions(result);
    }

    /// The parameters, in the density's type T. Throws TYPE for another.
    template <class T>
    MarginalParameters<T> parameters() const {
        MarginalParameters<T> result(options());
        parameters_into(MarginalBuffers<T>(result));
        return result;
    }
    template <class T>
    void parameters_into(const MarginalBuffers<T> &out) const {
        const LsmiMarginalBuffers to = buffers(out);
        check(lsmi_marginal_parameters(get(), &to));
    }

    /// log p of every sample, nats; NaN for a sample with NaN. Throws TYPE, EMPTY, SHAPE.
    template <class T>
    std::vector<T> log_density(const Matrix<T> &x) const {
        std::vector<T> result(x.samples);
        log_density_into(x, result);
        return result;
    }
    template <class T>
    void log_density_into(const Matrix<T> &x, Span<detail::same<T>> out) const {
        check(lsmi_marginal_log_density(get(), &x, detail::exactly("out", x.samples, out)));
    }

    /// The weighted mean surprisal −Σ wᵢ log p(xᵢ) / Σ wᵢ with its gradients for the parameters and for x. Throws
    /// TYPE, EMPTY, SHAPE, SETTING (weights).
    template <class T>
    MarginalGradient<T> gradient(const Matrix<T> &x, Span<const detail::same<T>> weights = {}) const {
        MarginalGradient<T> result = room(x);
        result.loss = gradient_into(x, weights, MarginalBuffers<T>(result.parameters), result.x);
        return result;
    }
    /// The same into the caller's memory; gives the value. What is empty is not computed into.
    template <class T>
    double gradient_into(const Matrix<T> &x, Span<const detail::same<T>> weights,
                         const MarginalBuffers<detail::same<T>> &for_parameters,
                         Span<detail::same<T>> for_x) const {
        double loss = 0;
        const LsmiMarginalBuffers to = buffers(for_parameters);
        check(lsmi_marginal_gradient(get(), &x, detail::optional("weights", x.samples, weights), &loss, &to,
                                     detail::optional("gradient_x", x.samples * x.features, for_x)));
        return loss;
    }

    /// −Σ gᵢ log p(xᵢ) with its gradients for the parameters and for x; the gᵢ of `upstream`, one per sample, have
    /// any sign: what backpropagation through the log-density needs. Throws TYPE, EMPTY, SHAPE.
    template <class T>
    MarginalGradient<T> weighted_sum_gradient(const Matrix<T> &x, Span<const detail::same<T>> upstream) const {
        MarginalGradient<T> result = room(x);
        result.loss =
            weighted_sum_gradient_into(x, upstream, MarginalBuffers<T>(result.parameters), result.x);
        return result;
    }
    template <class T>
    double weighted_sum_gradient_into(const Matrix<T> &x, Span<const detail::same<T>> upstream,
                                      const MarginalBuffers<detail::same<T>> &for_parameters,
                                      Span<detail::same<T>> for_x) const {
        double sum = 0;
        const LsmiMarginalBuffers to = buffers(for_parameters);
        check(lsmi_marginal_weighted_sum_gradient(
            get(), &x, detail::exactly("upstream", x.samples, upstream), &sum, &to,
            detail::optional("gradient_x", x.samples * x.features, for_x)));
        return sum;
    }

private:
    template <class T>
    LsmiMarginalBuffers buffers(const MarginalBuffers<T> &out) const {
        const MarginalOptions form = options();
        detail::expect_type("density", form.type_, detail::type_code<T>());
        const std::size_t k = form.modes, d = form.features;
        const std::size_t diagonals = form.diagonal == LSMI_DIAGONAL_SHARED ? 1 : k;
        const std::size_t triangle = form.triangle == LSMI_TRIANGLE_FULL ? k * d * d : 0;
        return {sizeof(LsmiMarginalBuffers), detail::optional("means", k * d, out.means),
                detail::optional("log_diagonal", diagonals * d, out.log_diagonal),
                detail::optional("triangle", triangle, out.triangle),
                detail::optional("logits", k, out.logits)};
    }

    template <class T>
    MarginalGradient<T> room(const Matrix<T> &x) const {
        return {0, MarginalParameters<T>(options()), std::vector<T>(x.samples * x.features)};
    }
};

// ---- Classifier networks ----

/// A layer's parameters, or the gradient for them: outputs × inputs weights in C order, and `outputs` biases.
template <class T>
struct Layer {
    std::vector<T> weights{};
    std::vector<T> biases{};
};

/// Room for a layer's parameters, or for the gradient for them; empty where they are not wanted.
template <class T>
struct LayerBuffers {
    Span<T> weights{};
    Span<T> biases{};
};

/// What a network is.
struct NetworkForm {
    /// LSMI_F32 or LSMI_F64.
    std::int32_t type;
    std::size_t features;
    std::size_t classes;
    /// Number of layers, the last one included.
    std::size_t layers;
    /// LSMI_ACTIVATION_...
    std::int32_t activation;
};

/// A weighted mean cross-entropy with its gradients.
template <class T>
struct NetworkGradient {
    /// The value, nats.
    double loss = 0;
    /// Its gradient for each layer.
    std::vector<Layer<T>> layers{};
    /// Its gradient for x, samples × features.
    std::vector<T> x{};
};

/// A classifier network for p(y|x).
class Network : public Handle<LsmiNetwork> {
public:
    /// Takes over a handle of the C interface.
    explicit Network(LsmiNetwork *owned) noexcept : Handle(owned) {}

    /// A network from `features` inputs to as many classes as the last layer has outputs, with `activation` after
    /// each layer but the last; parameters are copied. Throws SETTING, EMPTY, SHAPE, NOT_FINITE.
    template <class T>
    Network(std::size_t features, const std::vector<Layer<T>> &layers, std::int32_t activation) {
        std::vector<LsmiLayer> in;
        std::size_t inputs = features;
        for (const Layer<T> &layer : layers) {
            detail::expect("weights", inputs * layer.biases.size(), layer.weights.size());
            in.push_back({sizeof(LsmiLayer), layer.biases.size(), layer.weights.data(), layer.biases.data()});
            inputs = layer.biases.size();
        }
        make([&](LsmiNetwork **out) {
            return lsmi_network_new(detail::type_code<T>(), features, in.data(), in.size(), activation, out);
        });
    }

    /// A network with hidden layers of these widths (none: linear), fitted to class numbers below `classes`. Throws
    /// SETTING, EMPTY, SHAPE, CLASS, NOT_FINITE, DIVERGED, CANCELLED.
    template <class T>
    static Network fit(const Matrix<T> &x, Classes y, std::size_t classes, Span<const std::size_t> hidden,
                       std::int32_t activation, const FitOptions &options,
                       Span<const detail::same<T>> weights = {}) {
        const T *w = detail::optional("weights", x.samples, weights);
        Network result(nullptr);
        result.Handle::fit(options.progress, [&](detail::Observer &observer, LsmiNetwork **out) {
            const LsmiFitOptions to = detail::fit_options(options, observer);
            return lsmi_network_fit(&x, y.data(), y.size(), classes, w, hidden.data(), hidden.size(),
                                    activation, &to, out);
        });
        return result;
    }

    /// The course of the training that gave the network; empty if its parameters were given.
    History history() const {
        return course([this](auto... out) { return lsmi_network_history(get(), out...); });
    }

    /// A copy that is evaluated by the instruction set "portable", "neon", "avx2" or "avx512", or by the next lower one
    /// that the processor has; results differ in the last digits. Throws SETTING.
    Network with_level(const std::string &level) const {
        Network result(nullptr);
        result.make([&](LsmiNetwork **out) { return lsmi_network_with_level(get(), level.c_str(), out); });
        return result;
    }

    /// The name of the instruction set that evaluates the network.
    const char *level() const {
        const char *name = nullptr;
        check(lsmi_network_level(get(), &name));
        return name;
    }

    /// What the network is.
    NetworkForm form() const {
        NetworkForm form{};
        check(lsmi_network_form(get(), &form.type, &form.features, &form.classes, &form.layers,
                                &form.activation));
        return form;
    }

    /// How many functions a classifier that a fit chose adds to the logits of its layers: 0 for layers alone.
    std::size_t expansion_count() const {
        std::size_t count = 0;
        check(lsmi_network_expansion_count(get(), &count));
        return count;
    }

    /// The parameters of a layer, from 0, in the network's type T. Throws SHAPE if there is none, TYPE.
    template <class T>
    Layer<T> layer(std::size_t index) const {
        detail::expect_type("network", form().type, detail::type_code<T>());
        const auto [inputs, outputs] = layer_sizes(index);
        Layer<T> result{std::vector<T>(inputs * outputs), std::vector<T>(outputs)};
        const LsmiLayerBuffers to{sizeof(LsmiLayerBuffers), result.weights.data(), result.biases.data()};
        check(lsmi_network_layer(get(), index, nullptr, nullptr, &to));
        return result;
    }
    template <class T>
    void layer_into(std::size_t index, const LayerBuffers<T> &out) const {
        detail::expect_type("network", form().type, detail::type_code<T>());
        const LsmiLayerBuffers to = buffers(index, out);
        check(lsmi_network_layer(get(), index, nullptr, nullptr, &to));
    }

    /// log p(y|x) of every sample and class, samples × classes, nats. Throws TYPE, EMPTY, SHAPE.
    template <class T>
    std::vector<T> log_probabilities(const Matrix<T> &x) const {
        std::vector<T> result(x.samples * form().classes);
        log_probabilities_into(x, result);
        return result;
    }
    template <class T>
    void log_probabilities_into(const Matrix<T> &x, Span<detail::same<T>> out) const {
        check(lsmi_network_log_probabilities(get(), &x,
                                             detail::exactly("out", x.samples * form().classes, out)));
    }

    /// The weighted mean cross-entropy −Σ wᵢ log p(yᵢ|xᵢ) / Σ wᵢ with its gradients for all parameters and for x.
    /// Throws TYPE, EMPTY, SHAPE, CLASS, SETTING (weights).
    template <class T>
    NetworkGradient<T> gradient(const Matrix<T> &x, Classes y,
                                Span<const detail::same<T>> weights = {}) const {
        NetworkGradient<T> result;
        std::vector<LayerBuffers<T>> to;
        const std::size_t count = form().layers;
        result.layers.resize(count);
        for (std::size_t index = 0; index < count; ++index) {
            const auto [inputs, outputs] = layer_sizes(index);
            Layer<T> &layer = result.layers[index];
            layer = {std::vector<T>(inputs * outputs), std::vector<T>(outputs)};
            to.push_back({layer.weights, layer.biases});
        }
        result.x.resize(x.samples * x.features);
        result.loss = gradient_into(x, y, weights, Span<const LayerBuffers<T>>(to), result.x);
        return result;
    }
    /// The same into the caller's memory; gives the value. `for_layers` has one element per layer, or none.
    template <class T>
    double gradient_into(const Matrix<T> &x, Classes y, Span<const detail::same<T>> weights,
                         Span<const LayerBuffers<detail::same<T>>> for_layers,
                         Span<detail::same<T>> for_x) const {
        const NetworkForm is = form();
        detail::expect_type("network", is.type, detail::type_code<T>());
        detail::optional("layers", is.layers, for_layers);
        std::vector<LsmiLayerBuffers> to;
        for (std::size_t index = 0; index < for_layers.size(); ++index) {
            to.push_back(buffers(index, for_layers[index]));
        }
        double loss = 0;
        check(lsmi_network_gradient(get(), &x, y.data(), y.size(),
                                    detail::optional("weights", x.samples, weights), &loss,
                                    to.empty() ? nullptr : to.data(),
                                    detail::optional("gradient_x", x.samples * x.features, for_x)));
        return loss;
    }

private:
    std::pair<std::size_t, std::size_t> layer_sizes(std::size_t index) const {
        std::pair<std::size_t, std::size_t> sizes;
        check(lsmi_network_layer(get(), index, &sizes.first, &sizes.second, nullptr));
        return sizes;
    }

    template <class T>
    LsmiLayerBuffers buffers(std::size_t index, const LayerBuffers<T> &out) const {
        const auto [inputs, outputs] = layer_sizes(index);
        return {sizeof(LsmiLayerBuffers), detail::optional("weights", inputs * outputs, out.weights),
                detail::optional("biases", outputs, out.biases)};
    }
};

// ---- Models ----

/// Means over the samples that were scored.
using Summary = LsmiSummary;
/// What a model is.
using ModelInfo = LsmiModelInfo;

/// The scores of every sample, with raw atoms, and their means. Adjusted atoms are r + a, u1 − a, u2 − a, s + a with
/// a = summary.shift.
struct Scores : Information, PointwiseAtoms {
    Summary summary{};

    Scores() = default;
    explicit Scores(std::size_t count) : Information(count), PointwiseAtoms(count) {}
};

/// Room for the scores of every sample; empty where they are not wanted.
struct ScoreBuffers {
    Span<double> i1{}, i2{}, i12{}, h1{}, h2{}, redundancy{}, unique1{}, unique2{}, synergy{};
};

/// What a model knows of its classes.
struct ClassTable {
    /// log p(y) of every class; −∞ for one without training samples under the empirical prior.
    std::vector<double> log_prior{};
    /// Training samples of every class; zeros if unknown.
    std::vector<std::size_t> counts{};
};

/// What a model makes of the features of one modality: z = (x − mean) / scale of the kept columns, limited to ±clip.
struct Preprocessing {
    /// Features of the input.
    std::size_t features = 0;
    /// Columns that are kept, ascending, from 0.
    std::vector<std::size_t> columns{};
    /// Mean of each kept column; empty without standardisation, where all features stay as they are.
    std::vector<double> means{};
    /// Standard deviation of each kept column; empty without standardisation.
    std::vector<double> scales{};
    /// Standardised values are limited to ± this; infinite without standardisation.
    double clip = 0;
};

/// What h1 and h2 have above the surprisals of preprocessed features, nats.
struct EntropyOffsets {
    double h1 = 0;
    double h2 = 0;
};

// ---- How far estimates can be trusted ----

/// Something of each mean: itself (nats), its deviation (nats), its p-value. Atoms are raw.
using Quantities = LsmiQuantities;
/// Between two quantiles, nats.
using Interval = LsmiInterval;
/// Bootstrap intervals of means over samples.
using Intervals = LsmiIntervals;
/// What a control found; LSMI_CONTROL_... says which it is.
using ControlResult = LsmiControlResult;

/// The means under labels that were shuffled among the samples.
struct Null {
    /// Seed of the permutations and of the fits to them.
    std::uint64_t seed = 0;
    /// (b + 1) / (B + 1) with the number b of the B permutations whose mean is at least the one observed. One-sided.
    Quantities p_values{};
    /// The means of every permutation, nats.
    std::vector<Quantities> means{};
};

/// What differs when nothing but chance does: the division into folds, what is held out, starts and batches.
struct Spread {
    /// The seed that the seeds of the further fits were drawn with.
    std::uint64_t seed = 0;
    /// The standard deviation of the means of all fits, that of the model among them, nats.
    Quantities deviation{};
    /// The same of a sample's values: the root of the mean square over the samples, nats.
    Quantities sample_deviation{};
    /// The means of each further fit, nats.
    std::vector<Quantities> means{};
    /// The standard deviation of every sample's values, nats.
    std::vector<Quantities> samples{};
};

/// What all controls found.
struct Controls {
    /// Seed of what was made and of the fits.
    std::uint64_t seed = 0;
    /// The largest |S| of controls that hold no synergy, nats: what is below it is noise.
    double synergy_floor = 0;
    /// The most features of each modality among which the planted synergy was found; 0 if it was found among none.
    std::size_t trusted_features = 0;
    /// One after the other; planted synergy in more and more features.
    std::vector<ControlResult> results{};
};

/// A sign that results may mislead.
struct Flag {
    /// Which sign, such as "unit_norm".
    std::string name{};
    /// What it is about: "x1", "x2", "y", or "reading" for the samples as the fit read them.
    std::string subject{};
    /// What was found.
    std::string finding{};
    /// What to do about it.
    std::string advice{};
    /// The number that gave rise to it.
    double figure = 0;
};

/// Percentile intervals of the means of information and raw atoms, and of the shift, by the bootstrap: samples are drawn
/// anew with replacement, as many times as `draws` says. Of samples that the models were fitted to they flatter: give
/// what Model::cross_fitted gives, or take Model::intervals. Throws EMPTY, SHAPE, SETTING, NOT_FINITE.
inline Intervals bootstrap(const InformationView &information, std::size_t draws = 1000, double level = 0.95,
                           std::uint64_t seed = 42) {
    const LsmiInformationArrays in = detail::arrays(information);
    auto result = detail::sized<LsmiIntervals>();
    detail::check(lsmi_bootstrap(&in, draws, level, seed, &result));
    return result;
}

/// Fits data made from these samples, with these settings: duplicated modalities, shuffled labels and pairs, halves, and
/// planted redundancy and synergy. They say what the method would find if it were there, below what a synergy is noise,
/// and among how many features one can be found. Some twelve fits, which `progress` counts. Throws as Model::fit does.
template <class T>
Controls controls(const Matrix<T> &x1, const Matrix<T> &x2, Classes y, const LsmiConfig &config = Config(),
                  const CountFunction &progress = {}) {
    detail::Counter counter{progress};
    Controls result;
    result.results.resize(LSMI_MAX_CONTROLS);
    auto out = detail::sized<LsmiControls>();
    out.capacity = result.results.size();
    out.results = result.results.data();
    const std::int32_t status =
        lsmi_controls(&x1, &x2, y.data(), y.size(), &config, &detail::Counter::call, &counter, &out);
    counter.rethrow();
    detail::check(status);
    result.results.resize(out.count);
    result.seed = out.seed;
    result.synergy_floor = out.synergy_floor;
    result.trusted_features = out.trusted_features;
    return result;
}

namespace detail {

/// The flags of a handle that `call(out)` makes.
class Flags : public Handle<LsmiFlags> {
public:
    template <class Call>
    explicit Flags(Call &&call) {
        make(call);
    }

    std::vector<Flag> all() const {
        std::size_t count = 0;
        check(lsmi_flags_count(get(), &count));
        std::vector<Flag> result;
        for (std::size_t index = 0; index < count; ++index) {
            auto flag = sized<LsmiFlag>();
            check(lsmi_flags_get(get(), index, &flag));
            result.push_back({flag.name, flag.subject, flag.finding, flag.advice, flag.figure});
        }
        return result;
    }
};

} // namespace detail

/// What two modalities and classes, before any fit, give reason to doubt. Throws EMPTY, SHAPE, NOT_FINITE.
template <class T>
std::vector<Flag> data_flags(const Matrix<T> &x1, const Matrix<T> &x2, Classes y) {
    return detail::Flags([&](LsmiFlags **out) { return lsmi_data_flags(&x1, &x2, y.data(), y.size(), out); }).all();
}

/// A fitted model.
class Model : public Handle<LsmiModel> {
public:
    /// Takes over a handle of the C interface.
    explicit Model(LsmiModel *owned) noexcept : Handle(owned) {}

    /// Fits a model to samples of two modalities and their class numbers. Throws SETTING, EMPTY, SHAPE, NOT_FINITE,
    /// CLASS, ONE_CLASS, TOO_FEW_SAMPLES, DIVERGED, CANCELLED, and what `progress` throws.
    template <class T>
    static Model fit(const Matrix<T> &x1, const Matrix<T> &x2, Classes y, const LsmiConfig &config = Config(),
                     const ProgressFunction &progress = {}) {
        Model result(nullptr);
        result.Handle::fit(progress, [&](detail::Observer &observer, LsmiModel **out) {
            return lsmi_fit(&x1, &x2, y.data(), y.size(), &config, observer.callback(), &observer, out);
        });
        return result;
    }

    /// A model of given parameters, which are copied: classifiers of x1, of x2 and of both, densities of x1 and x2,
    /// all of one type; raw features, uniform prior, shift of the batch. Throws TYPE, SHAPE, ONE_CLASS.
    static Model from_parts(const Network &network1, const Network &network2, const Network &network_joint,
                            const Marginal &density1, const Marginal &density2) {
        Model result(nullptr);
        result.make([&](LsmiModel **out) {
            return lsmi_model_from_parts(network1.get(), network2.get(), network_joint.get(), density1.get(),
                                         density2.get(), out);
        });
        return result;
    }

    /// Reads a model file (path in UTF-8). Throws TEXT, IO, FORMAT, VERSION.
    static Model load(const std::string &path) {
        Model result(nullptr);
        result.make([&](LsmiModel **out) { return lsmi_model_load(path.c_str(), out); });
        return result;
    }

    /// The model of the bytes of a model file. Throws FORMAT, VERSION.
    static Model from_bytes(Span<const std::uint8_t> bytes) {
        Model result(nullptr);
        result.make([&](LsmiModel **out) { return lsmi_model_from_bytes(bytes.data(), bytes.size(), out); });
        return result;
    }

    /// Writes a model file; the path (UTF-8) holds the old file or the whole new one. Throws TEXT, IO.
    void save(const std::string &path) const { check(lsmi_model_save(get(), path.c_str())); }

    /// The bytes of the model file.
    std::vector<std::uint8_t> to_bytes() const {
        std::size_t length = 0;
        check(lsmi_model_to_bytes(get(), nullptr, 0, &length));
        std::vector<std::uint8_t> bytes(length);
        check(lsmi_model_to_bytes(get(), bytes.data(), bytes.size(), nullptr));
        return bytes;
    }

    /// Scores samples of the model's type under a shift rule, LSMI_SHIFT_... Throws TYPE, SETTING, EMPTY, SHAPE,
    /// NOT_FINITE, CLASS, UNSEEN_CLASS.
    template <class T>
    Scores score(const Matrix<T> &x1, const Matrix<T> &x2, Classes y,
                 std::int32_t shift_rule = LSMI_SHIFT_OF_MODEL) const {
        Scores r(x1.samples);
        const ScoreBuffers out{r.i1, r.i2, r.i12, r.h1, r.h2, r.redundancy, r.unique1, r.unique2, r.synergy};
        r.summary = score_into(x1, x2, y, out, shift_rule);
        return r;
    }

    /// The same into the caller's memory, which must not overlap the inputs; gives the means.
    template <class T>
    Summary score_into(const Matrix<T> &x1, const Matrix<T> &x2, Classes y, const ScoreBuffers &out,
                       std::int32_t shift_rule = LSMI_SHIFT_OF_MODEL) const {
        const std::size_t count = x1.samples;
        const auto place = [count](const char *field, Span<double> view) {
            return detail::optional(field, count, view);
        };
        LsmiScores scores{sizeof(LsmiScores),
                          count,
                          place("i1", out.i1),
                          place("i2", out.i2),
                          place("i12", out.i12),
                          place("h1", out.h1),
                          place("h2", out.h2),
                          place("redundancy", out.redundancy),
                          place("unique1", out.unique1),
                          place("unique2", out.unique2),
                          place("synergy", out.synergy)};
        auto summary = detail::sized<LsmiSummary>();
        check(lsmi_model_score(get(), &x1, &x2, y.data(), y.size(), shift_rule, &scores, &summary));
        return summary;
    }

    /// The class numbers and scores of the training samples as models read them that did not see them: fits to the
    /// other folds, with the same settings. Throws SETTING if the model was fitted without folds.
    std::pair<std::vector<std::int64_t>, Scores> cross_fitted() const {
        const std::size_t count = info().cross_fitted_samples;
        std::pair<std::vector<std::int64_t>, Scores> result{std::vector<std::int64_t>(count), Scores(count)};
        auto &r = result.second;
        LsmiScores scores{sizeof(LsmiScores), count,           r.i1.data(),      r.i2.data(),      r.i12.data(),
                          r.h1.data(),        r.h2.data(),     r.redundancy.data(), r.unique1.data(), r.unique2.data(),
                          r.synergy.data()};
        r.summary = detail::sized<LsmiSummary>();
        check(lsmi_model_cross_fitted(get(), result.first.data(), &scores, &r.summary));
        return result;
    }

    /// The report on splits that the model has scored, by name, as indented JSON, which is the same in every language:
    /// model.report({{"train", scores.summary}}). The rule is the one that they were scored with. Throws SETTING.
    std::string report(const std::vector<std::pair<std::string, Summary>> &splits,
                       std::int32_t shift_rule = LSMI_SHIFT_OF_MODEL) const {
        std::vector<LsmiReportSplit> to;
        for (const auto &[name, summary] : splits) to.push_back({sizeof(LsmiReportSplit), name.c_str(), summary});
        return text([&](char *buffer, std::size_t capacity, std::size_t *length) {
            return lsmi_model_report(get(), shift_rule, to.data(), to.size(), buffer, capacity, length);
        });
    }

    /// The intervals of lsmi::bootstrap for the cross-fitted reading, with the chance of the densities in those of the atoms.
    /// Throws SETTING, also if the model was fitted without folds.
    Intervals intervals(std::size_t draws = 1000, double level = 0.95, std::uint64_t seed = 42) const {
        auto result = detail::sized<LsmiIntervals>();
        check(lsmi_model_intervals(get(), draws, level, seed, &result));
        return result;
    }

    /// The null of labels that tell nothing: they are shuffled among the training samples, and the classifiers are chosen
    /// and fitted anew each time. `x1` and `x2` are the training samples, in their order; `progress` counts permutations,
    /// each of which takes as long as the classifiers of the fit. Throws SETTING, TYPE, EMPTY, SHAPE, NOT_FINITE,
    /// DIVERGED, CANCELLED, and what `progress` throws.
    template <class T>
    Null permutation_null(const Matrix<T> &x1, const Matrix<T> &x2, std::size_t permutations, std::uint64_t seed = 42,
                          const CountFunction &progress = {}) const {
        Null result;
        result.seed = seed;
        result.p_values = permutation_null_into(x1, x2, permutations, seed, result.means, progress);
        return result;
    }
    /// The same into `means`, which has the means of the first permutations of an earlier run with this seed, or none,
    /// and gets the others; gives the p-values. After an exception `means` has those to go on from.
    template <class T>
    Quantities permutation_null_into(const Matrix<T> &x1, const Matrix<T> &x2, std::size_t permutations,
                                     std::uint64_t seed, std::vector<Quantities> &means,
                                     const CountFunction &progress = {}) const {
        const std::size_t begun = means.size();
        // The library refuses other numbers, before it needs room.
        if (begun < permutations && permutations <= LSMI_MAX_PERMUTATIONS) means.resize(permutations);
        detail::Counter counter{progress, begun};
        auto out = detail::sized<LsmiNull>();
        out.means = means.data();
        const std::int32_t status = lsmi_permutation_null(get(), &x1, &x2, permutations, seed, begun,
                                                          &detail::Counter::call, &counter, &out);
        if (status != LSMI_OK) means.resize(counter.done);
        counter.rethrow();
        check(status);
        return out.p_values;
    }

    /// Fits the training samples again with other seeds, so that folds, starts and batches differ, and compares the
    /// cross-fitted readings. `x1` and `x2` are those samples, in their order; `progress` counts repeats, each of which
    /// takes as long as the fit. Throws as permutation_null does.
    template <class T>
    Spread spread(const Matrix<T> &x1, const Matrix<T> &x2, std::size_t repeats, std::uint64_t seed = 42,
                  const CountFunction &progress = {}) const {
        detail::Counter counter{progress};
        Spread result;
        if (repeats <= LSMI_MAX_REPEATS) result.means.resize(repeats);
        result.samples.resize(info().cross_fitted_samples);
        auto out = detail::sized<LsmiSpread>();
        out.means = result.means.data();
        out.samples = result.samples.data();
        const std::int32_t status =
            lsmi_spread(get(), &x1, &x2, repeats, seed, &detail::Counter::call, &counter, &out);
        counter.rethrow();
        check(status);
        result.seed = seed;
        result.deviation = out.deviation;
        result.sample_deviation = out.sample_deviation;
        return result;
    }

    /// Signs that the results may mislead, found in the training samples and in their reading; none of an imported
    /// model.
    std::vector<Flag> flags() const {
        return detail::Flags([this](LsmiFlags **out) { return lsmi_model_flags(get(), out); }).all();
    }

    /// What the model is: features, classes, type, the shift of the training split.
    ModelInfo info() const {
        auto result = detail::sized<LsmiModelInfo>();
        check(lsmi_model_info(get(), &result));
        return result;
    }

    /// The settings of the fit.
    Config config() const {
        Config result;
        check(lsmi_model_config(get(), &result));
        return result;
    }

    /// Prior and training samples of every class.
    ClassTable classes() const {
        const std::size_t count = info().classes;
        ClassTable table{std::vector<double>(count), std::vector<std::size_t>(count)};
        check(lsmi_model_classes(get(), table.log_prior.data(), table.counts.data()));
        return table;
    }

    /// The columns of a modality (1 or 2) that were constant in training and are left out, ascending.
    std::vector<std::size_t> dropped(std::int32_t modality) const {
        std::size_t length = 0;
        check(lsmi_model_dropped(get(), modality, nullptr, 0, &length));
        std::vector<std::size_t> columns(length);
        check(lsmi_model_dropped(get(), modality, columns.data(), columns.size(), nullptr));
        return columns;
    }

    /// What becomes of the features of a modality (1 or 2) before networks and densities see them. Throws SETTING.
    Preprocessing preprocessing(std::int32_t modality) const {
        auto info = detail::sized<LsmiPreprocessing>();
        check(lsmi_model_preprocessing(get(), modality, &info, nullptr, nullptr, nullptr));
        const std::size_t scaled = info.standardized ? info.kept : 0;
        Preprocessing result{info.features, std::vector<std::size_t>(info.kept), std::vector<double>(scaled),
                             std::vector<double>(scaled), info.clip};
        check(lsmi_model_preprocessing(get(), modality, nullptr, result.columns.data(), result.means.data(),
                                       result.scales.data()));
        return result;
    }

    /// The features of a modality (1 or 2), of the model's type, as its networks and densities take them: samples ×
    /// kept columns. The classifier of both takes those of x1 and x2 side by side. NaN stays NaN. Throws SETTING, TYPE,
    /// EMPTY, SHAPE.
    template <class T>
    std::vector<T> preprocess(std::int32_t modality, const Matrix<T> &x) const {
        std::vector<T> result(x.samples * kept(modality));
        preprocess_into(modality, x, result);
        return result;
    }
    template <class T>
    void preprocess_into(std::int32_t modality, const Matrix<T> &x, Span<detail::same<T>> out) const {
        check(lsmi_model_preprocess(get(), modality, &x, detail::exactly("out", x.samples * kept(modality), out)));
    }

    /// What h1 and h2 of the scores have above the surprisals −log p of preprocessed features, nats: 0, or Σ log scale
    /// where the entropy units are those of the input.
    EntropyOffsets entropy_offsets() const {
        EntropyOffsets result;
        check(lsmi_model_entropy_offsets(get(), &result.h1, &result.h2));
        return result;
    }

    /// What a reader of the results should know about the fit, a line each.
    std::string notes() const {
        return text([this](char *buffer, std::size_t capacity, std::size_t *length) {
            return lsmi_model_notes(get(), buffer, capacity, length);
        });
    }

    /// The course of one training, LSMI_COMPONENT_...; empty for an imported model.
    History history(std::int32_t component) const {
        return course([&](auto... out) { return lsmi_model_history(get(), component, out...); });
    }

    /// A copy of one of the classifiers, LSMI_COMPONENT_CLASSIFIER..., which works on preprocessed features.
    Network network(std::int32_t component) const {
        LsmiNetwork *made = nullptr;
        const std::int32_t status = lsmi_model_network(get(), component, &made);
        Network result(made);
        detail::check(status, result.get());
        return result;
    }

    /// A copy of one of the densities, LSMI_COMPONENT_DENSITY..., which works on preprocessed features.
    Marginal density(std::int32_t component) const {
        LsmiMarginal *made = nullptr;
        const std::int32_t status = lsmi_model_density(get(), component, &made);
        Marginal result(made);
        detail::check(status, result.get());
        return result;
    }

private:
    std::size_t kept(std::int32_t modality) const {
        auto info = detail::sized<LsmiPreprocessing>();
        check(lsmi_model_preprocessing(get(), modality, &info, nullptr, nullptr, nullptr));
        return info.kept;
    }
};

// ---- Reports ----

/// Results that are put together for one JSON text, the same in every language. What is added later takes the place of
/// what was there; what throws leaves the report as it is.
class Report : public Handle<LsmiReport> {
public:
    /// Takes over a handle of the C interface.
    explicit Report(LsmiReport *owned) noexcept : Handle(owned) {}

    /// A report about a model, with its settings, notes and flags; the rule is the one that its splits are scored with.
    /// Throws SETTING.
    explicit Report(const Model &model, std::int32_t shift_rule = LSMI_SHIFT_OF_MODEL) {
        make([&](LsmiReport **out) { return lsmi_report_new(model.get(), shift_rule, out); });
    }

    /// Adds a split: report.add("train", scores.summary). Throws TEXT, SETTING.
    Report &add(const std::string &name, const Summary &summary) {
        const LsmiReportSplit split{sizeof(LsmiReportSplit), name.c_str(), summary};
        check(lsmi_report_add_split(exclusive(), &split));
        return *this;
    }

    /// Adds what the model knows of its training samples and of its fit: settings, classes, samples, calibration, the
    /// courses of the trainings.
    Report &add_details(const Model &model) {
        check(lsmi_report_add_details(exclusive(), model.get()));
        return *this;
    }

    /// Adds intervals of the cross-fitted means of the split "train".
    Report &add(const Intervals &intervals) {
        check(lsmi_report_add_intervals(exclusive(), &intervals));
        return *this;
    }

    Report &add(const Null &null) {
        auto in = detail::sized<LsmiNull>();
        in.permutations = null.means.size();
        in.seed = null.seed;
        in.p_values = null.p_values;
        // Only read.
        in.means = const_cast<Quantities *>(null.means.data());
        check(lsmi_report_add_null(exclusive(), &in));
        return *this;
    }

    Report &add(const Spread &spread) {
        auto in = detail::sized<LsmiSpread>();
        in.repeats = spread.means.size();
        in.seed = spread.seed;
        in.deviation = spread.deviation;
        in.sample_deviation = spread.sample_deviation;
        in.means = const_cast<Quantities *>(spread.means.data());
        check(lsmi_report_add_spread(exclusive(), &in));
        return *this;
    }

    /// Throws SETTING for a control that there is not.
    Report &add(const Controls &controls) {
        auto in = detail::sized<LsmiControls>();
        in.count = controls.results.size();
        in.results = const_cast<ControlResult *>(controls.results.data());
        in.synergy_floor = controls.synergy_floor;
        in.trusted_features = controls.trusted_features;
        in.seed = controls.seed;
        check(lsmi_report_add_controls(exclusive(), &in));
        return *this;
    }

    /// The report as indented JSON; what was not added is left out.
    std::string json() const {
        return text([this](char *buffer, std::size_t capacity, std::size_t *length) {
            return lsmi_report_json(get(), buffer, capacity, length);
        });
    }
};

// ---- Generators with known truth ----

/// Generated samples with their exact information.
struct Dataset {
    std::size_t samples = 0;
    std::size_t features1 = 0;
    std::size_t features2 = 0;
    /// samples × features1 numbers.
    std::vector<double> x1{};
    /// samples × features2 numbers.
    std::vector<double> x2{};
    /// Class numbers.
    std::vector<std::int64_t> y{};
    /// The exact information of every sample.
    Information truth{};

    Matrix<double> matrix1() const & { return {x1.data(), samples, features1}; }
    Matrix<double> matrix2() const & { return {x2.data(), samples, features2}; }
    /// Not of a temporary, whose numbers die.
    Matrix<double> matrix1() const && = delete;
    Matrix<double> matrix2() const && = delete;
};

/// A state of a mixture: x1 ~ N(mean1, deviation1² I) and x2 ~ N(mean2, deviation2² I), independent of each other.
struct LatentState {
    /// How often the state occurs, relative to the others; 0 for never.
    double weight = 1;
    /// Class number, from 0.
    std::int64_t y = 0;
    /// As many numbers in all states.
    std::vector<double> mean1{};
    /// As many numbers in all states.
    std::vector<double> mean2{};
    /// Standard deviation of every feature of x1.
    double deviation1 = 1;
    /// Standard deviation of every feature of x2.
    double deviation2 = 1;
};

/// How close estimates come to exact values.
struct Agreement {
    /// Root mean square error, in the unit of the values.
    double rmse;
    /// Pearson correlation; NaN if all estimates or all exact values are the same.
    double correlation;
};

/// The agreement of one estimate per sample with the exact values. Throws EMPTY, SHAPE.
inline Agreement agreement(Span<const double> estimate, Span<const double> exact) {
    Agreement result{};
    detail::check(lsmi_agreement(estimate.data(), detail::exactly("exact", estimate.size(), exact), estimate.size(),
                                 &result.rmse, &result.correlation));
    return result;
}

namespace synthetic {

namespace generators {

inline std::vector<LsmiLatentState> states(const std::vector<LatentState> &from) {
    std::vector<LsmiLatentState> result;
    for (const LatentState &state : from)
        result.push_back({sizeof(LsmiLatentState), state.weight, state.y, state.mean1.size(), state.mean2.size(),
                          state.mean1.data(), state.mean2.data(), state.deviation1, state.deviation2});
    return result;
}

/// The exact information of samples, where `call(x1, x2, y, y_count, out)` writes it.
template <class Call>
void exact(const Matrix<double> &x1, const Matrix<double> &x2, Classes y, const InformationBuffers &out,
           Call &&call) {
    const LsmiInformationBuffers to = detail::buffers(out, x1.samples);
    detail::check(call(&x1, &x2, y.data(), y.size(), &to));
}

template <class Call>
Dataset generate(std::size_t samples, std::size_t features1, std::size_t features2, Call &&call) {
    Dataset data{samples,
                 features1,
                 features2,
                 std::vector<double>(samples * features1),
                 std::vector<double>(samples * features2),
                 std::vector<std::int64_t>(samples),
                 Information(samples)};
    const LsmiInformationBuffers truth = detail::buffers(InformationBuffers(data.truth), samples);
    const LsmiDataset out{sizeof(LsmiDataset), samples,        features1,     features2,
                          data.x1.data(),      data.x2.data(), data.y.data(), &truth};
    detail::check(call(&out));
    return data;
}

} // namespace generators

/// The mixed Gaussian: y uniform over `classes`, x1 = onehot(y) + noise·u, x2 = onehot(y) + noise·(ρu + √(1−ρ²)v)
/// with u, v standard normal; `classes` features each. Throws SETTING.
inline Dataset gaussian(std::size_t classes, double rho, double noise, std::size_t samples, std::uint64_t seed) {
    return generators::generate(samples, classes, classes, [&](const LsmiDataset *out) {
        return lsmi_synthetic_gaussian(classes, rho, noise, seed, out);
    });
}

/// Planted exclusive or: x_k = amplitude·(2b_k − 1)·w_k + N(0, I), b2 = b1 xor y, random unit w_k; `dimension`
/// features each. Throws SETTING.
inline Dataset planted_xor(std::size_t dimension, double amplitude, std::size_t samples, std::uint64_t seed) {
    return generators::generate(samples, dimension, dimension, [&](const LsmiDataset *out) {
        return lsmi_synthetic_xor(dimension, amplitude, seed, out);
    });
}

/// The names of the logic gates.
inline std::vector<std::string> circuits() { return detail::words(lsmi_synthetic_circuit_names()); }

/// Bits of a logic gate: "xor", "or", "and", "not_x2", "copy" (one feature each), "xor_not" (two each). Throws
/// SETTING.
inline Dataset circuit(const std::string &name, std::size_t samples, std::uint64_t seed) {
    const std::size_t features = name == "xor_not" ? 2 : 1;
    return generators::generate(samples, features, features, [&](const LsmiDataset *out) {
        return lsmi_synthetic_circuit(name.c_str(), seed, out);
    });
}

/// All combinations of inputs and output of a logic gate, which are equally probable. Throws SETTING.
inline Dataset circuit_support(const std::string &name) {
    std::size_t cells = 0;
    detail::check(lsmi_synthetic_circuit_support(name.c_str(), &cells, nullptr));
    const std::size_t features = name == "xor_not" ? 2 : 1;
    return generators::generate(cells, features, features, [&](const LsmiDataset *out) {
        return lsmi_synthetic_circuit_support(name.c_str(), nullptr, out);
    });
}

/// Samples that are redundant, unique to x1, unique to x2, or synergistic in these shares; three features each;
/// signals at `amplitude` standard deviations. `kinds` (none, or one per sample) gets which of them each sample is,
/// LSMI_KIND_... Throws SETTING, SHAPE (kinds).
inline Dataset mixture(double redundant, double unique1, double unique2, double synergistic, double amplitude,
                       std::size_t samples, std::uint64_t seed, Span<std::int32_t> kinds = {}) {
    return generators::generate(samples, 3, 3, [&](const LsmiDataset *out) {
        return lsmi_synthetic_mixture(redundant, unique1, unique2, synergistic, amplitude, seed, out,
                                      detail::optional("kinds", samples, kinds));
    });
}

/// Samples of any finite mixture of Gaussian states. `drawn` (none, or one per sample) gets the number of each
/// sample's state. Throws EMPTY, SHAPE, NOT_FINITE, SETTING.
inline Dataset latent(const std::vector<LatentState> &states, std::size_t samples, std::uint64_t seed,
                      Span<std::size_t> drawn = {}) {
    const std::vector<LsmiLatentState> from = generators::states(states);
    const std::size_t features1 = states.empty() ? 0 : states[0].mean1.size();
    const std::size_t features2 = states.empty() ? 0 : states[0].mean2.size();
    return generators::generate(samples, features1, features2, [&](const LsmiDataset *out) {
        return lsmi_synthetic_latent(from.data(), from.size(), seed, out,
                                     detail::optional("drawn", samples, drawn));
    });
}

/// The exact information of given samples under gaussian, into the caller's memory; NaN gives NaN. Throws EMPTY,
/// SHAPE, CLASS, SETTING.
inline void gaussian_information(std::size_t classes, double rho, double noise, const Matrix<double> &x1,
                                 const Matrix<double> &x2, Classes y, const InformationBuffers &out) {
    generators::exact(x1, x2, y, out, [&](auto... points) {
        return lsmi_synthetic_gaussian_information(classes, rho, noise, points...);
    });
}

/// The same, in vectors.
inline Information gaussian_information(std::size_t classes, double rho, double noise, const Matrix<double> &x1,
                                        const Matrix<double> &x2, Classes y) {
    Information result(x1.samples);
    gaussian_information(classes, rho, noise, x1, x2, y, InformationBuffers(result));
    return result;
}

/// The exact information of given samples under planted_xor, whose seed decides the directions, into the caller's
/// memory; NaN gives NaN. Throws EMPTY, SHAPE, CLASS, SETTING.
inline void planted_xor_information(std::size_t dimension, double amplitude, std::uint64_t seed,
                                    const Matrix<double> &x1, const Matrix<double> &x2, Classes y,
                                    const InformationBuffers &out) {
    generators::exact(x1, x2, y, out, [&](auto... points) {
        return lsmi_synthetic_xor_information(dimension, amplitude, seed, points...);
    });
}

/// The same, in vectors.
inline Information planted_xor_information(std::size_t dimension, double amplitude, std::uint64_t seed,
                                           const Matrix<double> &x1, const Matrix<double> &x2, Classes y) {
    Information result(x1.samples);
    planted_xor_information(dimension, amplitude, seed, x1, x2, y, InformationBuffers(result));
    return result;
}

/// The exact information of given samples under mixture, into the caller's memory; NaN gives NaN. Throws EMPTY,
/// SHAPE, CLASS, SETTING.
inline void mixture_information(double redundant, double unique1, double unique2, double synergistic,
                                double amplitude, const Matrix<double> &x1, const Matrix<double> &x2, Classes y,
                                const InformationBuffers &out) {
    generators::exact(x1, x2, y, out, [&](auto... points) {
        return lsmi_synthetic_mixture_information(redundant, unique1, unique2, synergistic, amplitude, points...);
    });
}

/// The same, in vectors.
inline Information mixture_information(double redundant, double unique1, double unique2, double synergistic,
                                       double amplitude, const Matrix<double> &x1, const Matrix<double> &x2,
                                       Classes y) {
    Information result(x1.samples);
    mixture_information(redundant, unique1, unique2, synergistic, amplitude, x1, x2, y, InformationBuffers(result));
    return result;
}

/// The exact information of given samples under latent, into the caller's memory; NaN gives NaN. Throws EMPTY, SHAPE,
/// NOT_FINITE, CLASS (also for one of no state that occurs), SETTING.
inline void latent_information(const std::vector<LatentState> &states, const Matrix<double> &x1,
                               const Matrix<double> &x2, Classes y, const InformationBuffers &out) {
    const std::vector<LsmiLatentState> from = generators::states(states);
    generators::exact(x1, x2, y, out, [&](auto... points) {
        return lsmi_synthetic_latent_information(from.data(), from.size(), points...);
    });
}

/// The same, in vectors.
inline Information latent_information(const std::vector<LatentState> &states, const Matrix<double> &x1,
                                      const Matrix<double> &x2, Classes y) {
    Information result(x1.samples);
    latent_information(states, x1, x2, y, InformationBuffers(result));
    return result;
}

} // namespace synthetic

} // namespace lsmi

#endif // LSMI_HPP
