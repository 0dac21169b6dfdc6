// Atoms, shift, discrete sources, log-probabilities, generators, views.

#include "check.hpp"

#include <array>
#include <limits>

namespace {

const double log2 = std::log(2.0);

void atoms_of_known_information() {
    // r = min(h1, h2) − min(h1 − i1, h2 − i2), worked out by hand.
    const std::vector<double> i1 = {0.5, 0.25}, i2 = {0.25, 1}, i12 = {1, 1.5}, h1 = {2, 1}, h2 = {1, 3};
    const lsmi::PointwiseAtoms atoms = lsmi::atoms({i1, i2, i12, h1, h2});
    CHECK(atoms.redundancy == (std::vector<double>{0.25, 0.25}));
    CHECK(atoms.unique1 == (std::vector<double>{0.25, 0}));
    CHECK(atoms.unique2 == (std::vector<double>{0, 0.75}));
    CHECK(atoms.synergy == (std::vector<double>{0.5, 0.5}));

    // The same into the caller's memory, of several kinds.
    std::array<double, 2> redundancy{};
    double unique1[2] = {};
    std::vector<double> unique2(2), synergy(2);
    lsmi::atoms({i1, i2, i12, h1, h2}, {redundancy, unique1, unique2, {synergy.data(), 2}});
    CHECK_EQUAL(redundancy[1], 0.25);
    CHECK_EQUAL(unique1[0], 0.25);
    CHECK(unique2 == atoms.unique2 && synergy == atoms.synergy);
    CHECK_THROWS(lsmi::atoms({i1, {}, i12, h1, h2}), LSMI_ERROR_SHAPE, "i2: expected 2 elements, got 0");
    CHECK_THROWS(lsmi::atoms({i1, i2, i12, h1, h2}, {{redundancy.data(), 1}, unique1, unique2, synergy}),
                 LSMI_ERROR_SHAPE, "redundancy: expected 2 elements, got 1");
    CHECK_EQUAL(lsmi::atoms(lsmi::InformationView{}).synergy.size(), 0u);
}

void shift_and_mean() {
    const lsmi::Shift negative = lsmi::shift({-0.5, 1, 2, 0.25});
    CHECK_EQUAL(negative.shift, 0.5);
    CHECK_EQUAL(negative.adjusted.redundancy, 0.0);
    CHECK_EQUAL(negative.adjusted.unique1, 0.5);
    CHECK_EQUAL(negative.adjusted.unique2, 1.5);
    CHECK_EQUAL(negative.adjusted.synergy, 0.75);
    CHECK_EQUAL(lsmi::shift({0.5, -0.25, 2, 0.5}).shift, -0.25);
    CHECK_EQUAL(lsmi::shift({1, 1, 1, 1}).shift, 0.0);
    CHECK_EQUAL(lsmi::mean(std::vector<double>{1, 2, 6}), 3.0);
    CHECK(std::isnan(lsmi::mean({})));
}

void discrete_sources() {
    // y = x1 xor x2: each alone tells nothing, both together tell one bit.
    const std::vector<std::int64_t> x1 = {0, 0, 1, 1}, x2 = {0, 1, 0, 1}, y = {0, 1, 1, 0};
    const lsmi::Information information = lsmi::discrete(x1, x2, y);
    for (std::size_t row = 0; row < 4; ++row) {
        CHECK_NEAR(information.i1[row], 0, 1e-15);
        CHECK_NEAR(information.i2[row], 0, 1e-15);
        CHECK_NEAR(information.i12[row], log2, 1e-15);
        CHECK_NEAR(information.h1[row], log2, 1e-15);
    }
    const lsmi::PointwiseAtoms atoms = lsmi::atoms(information);
    CHECK_NEAR(lsmi::mean(atoms.synergy), log2, 1e-15);
    CHECK_NEAR(lsmi::mean(atoms.redundancy), 0, 1e-15);

    // Weights count samples; a copy of the source is told by either.
    const std::vector<std::int64_t> bit = {7, -7};
    const std::vector<double> weights = {3, 1};
    lsmi::Information copy(2);
    std::vector<double> workspace(lsmi::discrete_workspace(2));
    lsmi::discrete(bit, bit, bit, weights, workspace, copy);
    CHECK_NEAR(copy.i1[0], std::log(4.0 / 3), 1e-15);
    CHECK_NEAR(copy.i12[1], std::log(4.0), 1e-15);
    CHECK_NEAR(lsmi::atoms(copy).redundancy[1], std::log(4.0), 1e-15);
    workspace.pop_back();
    CHECK_THROWS(lsmi::discrete(bit, bit, bit, weights, workspace, copy), LSMI_ERROR_BUFFER, "workspace: ...");
    CHECK_THROWS(lsmi::discrete(bit, y, bit), LSMI_ERROR_SHAPE, "x2: expected 2 elements, got 4");
    CHECK_THROWS(lsmi::discrete(bit, bit, bit, std::vector<double>{1}), LSMI_ERROR_SHAPE,
                 "weights: expected 2 elements, got 1");
}

void joint_categories() {
    const std::vector<std::int64_t> first = {7, 7, -1}, second = {0, 1, 5};
    const std::vector<lsmi::Classes> both = {first, second}, uneven = {first, {second.data(), 2}}, none;
    CHECK(lsmi::joint_categories(both) == (std::vector<std::int64_t>{1, 2, 0}));
    std::vector<std::int64_t> out(3);
    lsmi::joint_categories({both.data(), 1}, out);
    CHECK(out == (std::vector<std::int64_t>{1, 1, 0}));
    CHECK_THROWS(lsmi::joint_categories(uneven), LSMI_ERROR_SHAPE, "columns: expected 3 elements, got 2");
    CHECK_THROWS(lsmi::joint_categories(none), LSMI_ERROR_EMPTY, "columns: expected features, got none");
    out.pop_back();
    CHECK_THROWS(lsmi::joint_categories(both, out), LSMI_ERROR_SHAPE, "columns: expected 2 elements, got 3");
}

template <class T>
void own_log_probabilities(double tolerance) {
    const std::vector<T> rows = {T(std::log(0.25)), T(std::log(0.75)), T(std::log(0.9)), T(std::log(0.1))};
    const std::vector<std::int64_t> y = {1, 0};
    const std::vector<double> i = lsmi::information_from_log_probabilities(lsmi::samples(rows, 2), y);
    CHECK_NEAR(i[0], std::log(0.75) + log2, tolerance);
    CHECK_NEAR(i[1], std::log(0.9) + log2, tolerance);
    const std::vector<double> prior = {std::log(0.2), std::log(0.8)};
    std::vector<double> out(2);
    lsmi::information_from_log_probabilities(lsmi::samples(rows, 2), y, prior, out);
    CHECK_NEAR(out[0], std::log(0.75 / 0.8), tolerance);
    CHECK_NEAR(out[1], std::log(0.9 / 0.2), tolerance);
    CHECK_THROWS(lsmi::information_from_log_probabilities(lsmi::samples(rows, 2), y, {prior.data(), 1}),
                 LSMI_ERROR_SHAPE, "log_prior: expected 2 elements, got 1");
    const std::vector<std::int64_t> beyond = {0, 2};
    CHECK_THROWS(lsmi::information_from_log_probabilities(lsmi::samples(rows, 2), beyond), LSMI_ERROR_CLASS,
                 "y: row 1, column 0: ...");

    // Rows of one number per sample and a stride of two: the first column.
    const auto column = lsmi::samples(rows.data(), 2, 1, 2);
    CHECK(lsmi::log_sum_exp(column) == (std::vector<T>{rows[0], rows[2]}));
    const std::vector<T> sums = lsmi::log_sum_exp(lsmi::samples(rows.data(), 2, 2));
    CHECK_NEAR(sums[0], 0, tolerance);
    CHECK_NEAR(sums[1], 0, tolerance);
    const T infinity = std::numeric_limits<T>::infinity();
    const std::vector<T> lowest = {-infinity, -infinity};
    CHECK_EQUAL(lsmi::log_sum_exp(lsmi::samples(lowest, 2))[0], -infinity);

    const std::vector<T> portable = lsmi::log_sum_exp(lsmi::samples(rows, 2), "portable");
    CHECK_NEAR(portable[0], 0, tolerance);
    CHECK_NEAR(portable[1], 0, tolerance);
    std::vector<T> one(1), two(2);
    lsmi::log_sum_exp(lsmi::samples(rows, 2), two, std::string(lsmi::simd_level()));
    CHECK(two == sums);
    CHECK_THROWS(lsmi::log_sum_exp(column, two, "sse9"), LSMI_ERROR_SETTING,
                 "simd: expected portable, neon, avx2, avx512, got sse9");
    CHECK_THROWS(lsmi::log_sum_exp(column, one, "portable"), LSMI_ERROR_SHAPE, "out: expected 2 elements, got 1");
}

void generators() {
    const lsmi::Dataset data = lsmi::synthetic::gaussian(3, 0.5, 0.7, 500, 4);
    CHECK_EQUAL(data.matrix1().features, 3u);
    CHECK_EQUAL(data.matrix2().samples, 500u);
    CHECK(data.x1 == lsmi::synthetic::gaussian(3, 0.5, 0.7, 500, 4).x1);
    CHECK(data.x1 != lsmi::synthetic::gaussian(3, 0.5, 0.7, 500, 5).x1);
    for (std::int64_t label : data.y) CHECK(label >= 0 && label < 3);
    // Information about three equally frequent classes lies between 0 and log 3.
    CHECK(lsmi::mean(data.truth.i1) > 0.1 && lsmi::mean(data.truth.i12) < std::log(3.0));

    const lsmi::Dataset exclusive = lsmi::synthetic::circuit("xor", 100, 1);
    const lsmi::Information counted = lsmi::discrete(
        std::vector<std::int64_t>(exclusive.x1.begin(), exclusive.x1.end()),
        std::vector<std::int64_t>(exclusive.x2.begin(), exclusive.x2.end()), exclusive.y);
    for (std::size_t row = 0; row < 100; ++row) {
        CHECK_EQUAL(exclusive.x1[row] != exclusive.x2[row], exclusive.y[row] == 1);
        CHECK_NEAR(exclusive.truth.i12[row], log2, 1e-12);
        CHECK(counted.i12[row] > 0);
    }
    CHECK_EQUAL(lsmi::synthetic::circuit("xor_not", 10, 1).features1, 2u);
    CHECK(lsmi::synthetic::circuits() ==
          (std::vector<std::string>{"xor", "or", "and", "not_x2", "copy", "xor_not"}));
    for (const std::string &name : lsmi::synthetic::circuits())
        CHECK_EQUAL(lsmi::synthetic::circuit(name, 10, 1).samples, 10u);
    CHECK_EQUAL(lsmi::synthetic::planted_xor(4, 2, 20, 3).x2.size(), 80u);
    CHECK_EQUAL(lsmi::synthetic::mixture(1, 1, 1, 1, 3, 20, 3).x1.size(), 60u);
    CHECK_THROWS(lsmi::synthetic::circuit("nand", 10, 1), LSMI_ERROR_SETTING, "...");
    CHECK_THROWS(lsmi::synthetic::gaussian(3, 2, 1, 10, 1), LSMI_ERROR_SETTING, "rho: ...");
}

/// What came with generated samples is what the generator says of them, to the bit.
void exact_information() {
    using namespace lsmi::synthetic;
    const auto same = [](const lsmi::Information &got, const lsmi::Information &want) {
        CHECK(got.i1 == want.i1 && got.i2 == want.i2 && got.i12 == want.i12 && got.h1 == want.h1 && got.h2 == want.h2);
    };
    lsmi::Dataset data = gaussian(3, 0.5, 0.7, 40, 4);
    same(gaussian_information(3, 0.5, 0.7, data.matrix1(), data.matrix2(), data.y), data.truth);
    lsmi::Information out(40);
    gaussian_information(3, 0.5, 0.7, data.matrix1(), data.matrix2(), data.y, out);
    same(out, data.truth);
    CHECK_THROWS(gaussian_information(2, 0.5, 0.7, data.matrix1(), data.matrix2(), data.y), LSMI_ERROR_SHAPE,
                 "x1: expected 2 features, got 3");
    CHECK_THROWS(gaussian_information(3, 0.5, 0.7, data.matrix1(), data.matrix2(), {data.y.data(), 39}),
                 LSMI_ERROR_SHAPE, "y: expected 40 samples, got 39");
    std::vector<std::int64_t> beyond = data.y;
    beyond[5] = 3;
    CHECK_THROWS(gaussian_information(3, 0.5, 0.7, data.matrix1(), data.matrix2(), beyond), LSMI_ERROR_CLASS,
                 "y: row 5, column 0: expected a class from 0 to 2, got 3");
    lsmi::Information small(39);
    CHECK_THROWS(gaussian_information(3, 0.5, 0.7, data.matrix1(), data.matrix2(), data.y, small), LSMI_ERROR_SHAPE,
                 "i1: expected 40 elements, got 39");
    data = planted_xor(4, 2, 40, 3);
    same(planted_xor_information(4, 2, 3, data.matrix1(), data.matrix2(), data.y), data.truth);

    std::vector<std::int32_t> kinds(200);
    data = mixture(1, 1, 1, 1, 8, 200, 3, kinds);
    same(mixture_information(1, 1, 1, 1, 8, data.matrix1(), data.matrix2(), data.y), data.truth);
    for (std::size_t row = 0; row < 200; ++row) {
        const std::int32_t kind = kinds[row];
        const bool first = kind == LSMI_KIND_REDUNDANT || kind == LSMI_KIND_UNIQUE1;
        CHECK_NEAR(data.truth.i1[row], first ? log2 : 0, 2e-3);
        CHECK_NEAR(lsmi::atoms(data.truth).synergy[row], kind == LSMI_KIND_SYNERGISTIC ? log2 : 0, 0.02);
    }
    CHECK_THROWS(mixture(1, 1, 1, 1, 8, 20, 3, kinds), LSMI_ERROR_SHAPE, "kinds: expected 20 elements, got 200");

    // One state of x1, two of x2: x1 tells nothing, and is normal.
    const std::vector<lsmi::LatentState> states = {{1, 0, {1, 2}, {-30}, 1, 1}, {3, 1, {1, 2}, {30}, 1, 1}};
    std::vector<std::size_t> drawn(40);
    data = latent(states, 40, 3, drawn);
    same(latent_information(states, data.matrix1(), data.matrix2(), data.y), data.truth);
    for (std::size_t row = 0; row < 40; ++row) {
        CHECK_EQUAL(static_cast<std::int64_t>(drawn[row]), data.y[row]);
        const double a = data.x1[2 * row] - 1, b = data.x1[2 * row + 1] - 2;
        CHECK_NEAR(data.truth.i1[row], 0, 1e-12);
        CHECK_NEAR(data.truth.i2[row], data.y[row] == 0 ? std::log(4.0) : std::log(4.0 / 3), 1e-12);
        CHECK_NEAR(data.truth.h1[row], 0.5 * (a * a + b * b) + std::log(2 * std::acos(-1.0)), 1e-12);
    }
    CHECK_THROWS(latent({}, 3, 1), LSMI_ERROR_EMPTY, "states: expected samples, got none");
    CHECK_THROWS(latent({states[0], {1, 1, {1}, {1}, 1, 1}}, 3, 1), LSMI_ERROR_SHAPE,
                 "mean1: expected 2 features, got 1");

    const lsmi::Dataset copy = circuit_support("copy");
    CHECK(copy.x1 == (std::vector<double>{0, 1}) && copy.x2 == copy.x1);
    CHECK(copy.y == (std::vector<std::int64_t>{0, 1}));
    CHECK_NEAR(lsmi::mean(lsmi::atoms(copy.truth).redundancy), log2, 1e-15);
    CHECK_EQUAL(circuit_support("xor_not").x2.size(), 16u);
    CHECK_THROWS(circuit_support("nand"), LSMI_ERROR_SETTING, "circuit: ...");
}

void agreement() {
    const lsmi::Agreement found = lsmi::agreement(std::vector<double>{1, 2, 3}, std::vector<double>{0, 1, 2});
    CHECK_EQUAL(found.rmse, 1.0);
    CHECK_EQUAL(found.correlation, 1.0);
    CHECK(std::isnan(lsmi::agreement(std::vector<double>{1, 2}, std::vector<double>{3, 3}).correlation));
    CHECK_THROWS(lsmi::agreement(std::vector<double>{1, 2}, std::vector<double>{1}), LSMI_ERROR_SHAPE,
                 "exact: expected 2 elements, got 1");
    CHECK_THROWS(lsmi::agreement({}, {}), LSMI_ERROR_EMPTY, "estimate: expected samples, got none");
}

/// Whether the samples in a C can be asked for.
template <class C, class = void>
constexpr bool viewed = false;
template <class C>
constexpr bool viewed<C, std::void_t<decltype(lsmi::samples(std::declval<C>(), std::size_t{}))>> = true;

static_assert(viewed<std::vector<double> &> && viewed<const std::vector<float> &>);
static_assert(!viewed<std::vector<double>> && !viewed<const std::vector<float>>, "the numbers would die");
static_assert(viewed<std::array<float, 4> &> && !viewed<std::array<float, 4>>, "the numbers would die");
static_assert(viewed<lsmi::Span<const double>> && viewed<lsmi::Span<float> &>, "a view owns nothing");

/// Whether the matrices of a D can be asked for.
template <class D, class = void>
constexpr bool has_matrices = false;
template <class D>
constexpr bool has_matrices<
    D, std::void_t<decltype(std::declval<D>().matrix1()), decltype(std::declval<D>().matrix2())>> = true;

static_assert(has_matrices<lsmi::Dataset &> && has_matrices<const lsmi::Dataset &>);
static_assert(!has_matrices<lsmi::Dataset> && !has_matrices<const lsmi::Dataset>, "the numbers would die");

void views() {
    std::vector<double> numbers(6);
    const auto matrix = lsmi::samples(numbers, 3);
    CHECK_EQUAL(matrix.samples, 2u);
    CHECK_EQUAL(matrix.stride, 3u);
    CHECK_EQUAL(matrix.type_, LSMI_F64);
    CHECK(matrix.data == numbers.data());
    CHECK_EQUAL(lsmi::samples(static_cast<const float *>(nullptr), 4, 2, 9).stride, 9u);
    CHECK_THROWS(lsmi::samples(numbers, 4), LSMI_ERROR_SHAPE, "samples: expected 4 elements, got 6");
    CHECK_THROWS(lsmi::samples(numbers, 0), LSMI_ERROR_SHAPE, "samples: expected 0 elements, got 6");
    const lsmi::Span<const double> whole = numbers;
    CHECK(whole.data() == numbers.data() && whole.size() == 6 && !whole.empty());
    static_assert(!std::is_convertible_v<const std::vector<double> &, lsmi::Span<double>>, "const stays const");
    static_assert(!std::is_convertible_v<std::vector<float> &, lsmi::Span<double>>, "types are not mixed");
}

} // namespace

void test::information() {
    atoms_of_known_information();
    shift_and_mean();
    discrete_sources();
    joint_categories();
    own_log_probabilities<float>(1e-6);
    own_log_probabilities<double>(1e-14);
    generators();
    exact_information();
    agreement();
    views();
}
