// Classifier networks on their own.

#include "check.hpp"

#include <random>

namespace {

template <class T>
void a_linear_network(double tolerance) {
    const std::vector<lsmi::Layer<T>> layers = {{{T(1), T(2), T(-1), T(0.5)}, {T(0.25), T(0)}}};
    const lsmi::Network network(2, layers, LSMI_ACTIVATION_RELU);
    const std::vector<T> x = {T(1), T(-1), T(0.5), T(2)};
    const std::vector<T> got = network.log_probabilities(lsmi::samples(x, 2));
    for (std::size_t row = 0; row < 2; ++row) {
        const double a = double(x[2 * row]) + 2 * double(x[2 * row + 1]) + 0.25;
        const double b = -double(x[2 * row]) + 0.5 * double(x[2 * row + 1]);
        const double total = std::log(std::exp(a) + std::exp(b));
        CHECK_NEAR(got[2 * row], a - total, tolerance);
        CHECK_NEAR(got[2 * row + 1], b - total, tolerance);
    }
    std::vector<T> out(4);
    network.log_probabilities_into(lsmi::samples(x, 2), out);
    CHECK(out == got);
    CHECK(network.history().losses.empty() && network.history().validation_losses.empty());
    const lsmi::NetworkForm form = network.form();
    CHECK_EQUAL(form.type, lsmi::detail::type_code<T>());
    CHECK_EQUAL(form.features, 2u);
    CHECK_EQUAL(form.classes, 2u);
    CHECK_EQUAL(form.layers, 1u);
    const lsmi::Layer<T> layer = network.layer<T>(0);
    CHECK(layer.weights == layers[0].weights && layer.biases == layers[0].biases);
    std::vector<T> biases(2);
    network.layer_into(0, lsmi::LayerBuffers<T>{{}, biases});
    CHECK(biases == layers[0].biases);
    CHECK_THROWS(network.layer<T>(1), LSMI_ERROR_SHAPE, "index: expected a layer below 1, got 1");
    using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
    CHECK_THROWS(network.layer<Other>(0), LSMI_ERROR_TYPE, "network: expected ...");
}

/// The instruction set that evaluates a network.
void levels() {
    const std::vector<lsmi::Layer<double>> layers = {{{1, 2, -1, 0.5}, {0.25, 0}}};
    const lsmi::Network network(2, layers, LSMI_ACTIVATION_RELU);
    CHECK_EQUAL(std::string(network.level()), lsmi::simd_level());
    const lsmi::Network portable = network.with_level("portable");
    CHECK_EQUAL(std::string(portable.level()), "portable");
    CHECK_EQUAL(std::string(network.level()), lsmi::simd_level());
    const std::vector<double> x = {1, -1};
    const std::vector<double> got = portable.log_probabilities(lsmi::samples(x, 2));
    CHECK_NEAR(got[0], -0.75 - std::log(std::exp(-0.75) + std::exp(-1.5)), 1e-14);
    CHECK_NEAR(got[1], -1.5 - std::log(std::exp(-0.75) + std::exp(-1.5)), 1e-14);
    CHECK_THROWS(network.with_level("sse9"), LSMI_ERROR_SETTING,
                 "simd: expected portable, neon, avx2, avx512, got sse9");
    CHECK_THROWS(lsmi::Network(nullptr).level(), LSMI_ERROR_POINTER, "LsmiNetwork: expected a pointer, got NULL");
}

void gradients() {
    const std::size_t features = 3, count = 5;
    std::mt19937 generator(2);
    std::normal_distribution<double> normal;
    std::vector<lsmi::Layer<double>> layers = {{std::vector<double>(4 * 3), std::vector<double>(4)},
                                               {std::vector<double>(3 * 4), std::vector<double>(3)}};
    std::vector<double> x(count * features), weights = {1, 2, 0.5, 0.25, 3};
    for (auto &layer : layers) {
        for (double &value : layer.weights) value = normal(generator);
        for (double &value : layer.biases) value = normal(generator);
    }
    for (double &value : x) value = normal(generator);
    const std::vector<std::int64_t> y = {0, 2, 1, 1, 0};

    const auto value = [&](const std::vector<double> &of) {
        const lsmi::Network network(features, layers, LSMI_ACTIVATION_TANH);
        const std::vector<double> rows = network.log_probabilities(lsmi::samples(of, features));
        double sum = 0, total = 0;
        for (std::size_t i = 0; i < count; ++i) {
            sum -= weights[i] * rows[3 * i + std::size_t(y[i])];
            total += weights[i];
        }
        return sum / total;
    };
    const lsmi::Network network(features, layers, LSMI_ACTIVATION_TANH);
    const auto matrix = lsmi::samples(x, features);
    const lsmi::NetworkGradient<double> gradient = network.gradient(matrix, y, weights);
    CHECK_NEAR(gradient.loss, value(x), 1e-13);
    const double step = 1e-5;
    const auto compare = [&](double &parameter, double slope) {
        const double kept = parameter;
        parameter = kept + step;
        const double above = value(x);
        parameter = kept - step;
        const double below = value(x);
        parameter = kept;
        CHECK_NEAR(slope, (above - below) / (2 * step), 1e-8);
    };
    for (std::size_t l = 0; l < 2; ++l) {
        for (std::size_t i = 0; i < layers[l].weights.size(); ++i)
            compare(layers[l].weights[i], gradient.layers[l].weights[i]);
        for (std::size_t i = 0; i < layers[l].biases.size(); ++i)
            compare(layers[l].biases[i], gradient.layers[l].biases[i]);
    }
    for (std::size_t i = 0; i < x.size(); ++i) compare(x[i], gradient.x[i]);

    std::vector<double> last_biases(3);
    const std::vector<lsmi::LayerBuffers<double>> some = {{}, {{}, last_biases}};
    CHECK_EQUAL(network.gradient_into(matrix, y, weights, some, {}), gradient.loss);
    CHECK(last_biases == gradient.layers[1].biases);
    CHECK_EQUAL(network.gradient_into(matrix, y, weights, {}, {}), gradient.loss);
    CHECK_THROWS(network.gradient_into(matrix, y, weights, {some.data(), 1}, {}), LSMI_ERROR_SHAPE,
                 "layers: expected 2 elements, got 1");
    CHECK_THROWS(network.gradient(matrix, {y.data(), 4}), LSMI_ERROR_SHAPE, "y: expected 5 samples, got 4");
    const std::vector<std::int64_t> beyond = {0, 3, 1, 1, 0};
    CHECK_THROWS(network.gradient(matrix, beyond), LSMI_ERROR_CLASS, "y: row 1, column 0: ...");
}

void a_fit() {
    // Class 1 above 0: a linear classifier finds it.
    std::vector<float> x;
    std::vector<std::int64_t> y;
    for (int i = -50; i < 50; ++i) {
        x.push_back(float(i) / 25 + 0.02f);
        y.push_back(i >= 0);
    }
    lsmi::FitOptions fit{lsmi::Training::of_classifiers(), 1, {}, {}};
    fit.training.epochs = 60;
    fit.training.patience = 0;
    fit.training.learning_rate = 0.1;
    const lsmi::Network network = lsmi::Network::fit(lsmi::samples(x, 1), y, 2, {}, LSMI_ACTIVATION_RELU, fit);
    CHECK_EQUAL(network.form().layers, 1u);
    CHECK_EQUAL(network.form().type, LSMI_F32);
    const std::vector<float> rows = network.log_probabilities(lsmi::samples(x, 1));
    int right = 0;
    for (std::size_t i = 0; i < y.size(); ++i) right += (rows[2 * i + 1] > rows[2 * i]) == (y[i] == 1);
    CHECK(right >= 98);
    CHECK_EQUAL(network.history().losses.size(), 60u);
    CHECK_EQUAL(network.history().best_epoch, 60u);
    CHECK(network.history().losses.back() < network.history().losses.front());
    const std::vector<std::size_t> hidden = {5, 4};
    const lsmi::Network deep =
        lsmi::Network::fit(lsmi::samples(x, 1), y, 2, hidden, LSMI_ACTIVATION_TANH, fit, std::vector<float>(100, 2));
    CHECK_EQUAL(deep.form().layers, 3u);
    CHECK_EQUAL(deep.layer<float>(1).weights.size(), 20u);
    fit.progress = [](const lsmi::Progress &) -> bool { throw std::string("own"); };
    try {
        lsmi::Network::fit(lsmi::samples(x, 1), y, 2, {}, LSMI_ACTIVATION_RELU, fit);
        CHECK(false);
    } catch (const std::string &thrown) {
        CHECK_EQUAL(thrown, "own");
    }
    fit.progress = {};
    CHECK_THROWS(lsmi::Network::fit(lsmi::samples(x, 1), y, 1, {}, LSMI_ACTIVATION_RELU, fit), LSMI_ERROR_SETTING,
                 "classes: expected at least 2, got 1");
    CHECK_THROWS(lsmi::Network::fit(lsmi::samples(x, 1), y, 2, {}, 3, fit), LSMI_ERROR_SETTING,
                 "activation: expected a code from 0 to 1, got 3");
}

void refusals() {
    const std::vector<lsmi::Layer<double>> none, wrong = {{{1, 2, 3}, {0, 0}}};
    CHECK_THROWS(lsmi::Network(2, wrong, LSMI_ACTIVATION_RELU), LSMI_ERROR_SHAPE,
                 "weights: expected 4 elements, got 3");
    CHECK_THROWS(lsmi::Network(2, none, LSMI_ACTIVATION_RELU), LSMI_ERROR_EMPTY,
                 "network: expected ...");
}

} // namespace

void test::networks() {
    a_linear_network<float>(1e-6);
    a_linear_network<double>(1e-14);
    gradients();
    a_fit();
    levels();
    refusals();
}
