// KNIFE marginal densities on their own.

#include "check.hpp"

#include <random>

namespace {

const double log_two_pi = std::log(2 * std::acos(-1.0));

template <class T>
lsmi::MarginalOptions form(std::size_t modes, std::int32_t diagonal, std::int32_t triangle, std::int32_t bounded) {
    lsmi::MarginalOptions options;
    options.modes = modes;
    options.features = 2;
    options.diagonal = diagonal;
    options.triangle = triangle;
    options.bounded = bounded;
    return options;
}

template <class T>
void a_gaussian(double tolerance) {
    // One mode is a Gaussian: z = (I + T) diag(exp σ) (x − μ), log p = −½|z|² + Σσ − (d/2) log 2π.
    lsmi::MarginalParameters<T> parameters;
    parameters.means = {T(1), T(-2)};
    parameters.log_diagonal = {T(0.5), T(-0.25)};
    parameters.triangle = {T(0), T(0), T(0.75), T(0)};
    parameters.logits = {T(0)};
    const lsmi::Marginal density(form<T>(1, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL, 0), parameters);
    const std::vector<T> x = {T(0), T(0), T(1), T(-2), T(2.5), T(1)};
    const std::vector<T> got = density.log_density(lsmi::samples(x, 2));
    for (std::size_t row = 0; row < 3; ++row) {
        const double a = std::exp(0.5) * (double(x[2 * row]) - 1);
        const double b = std::exp(-0.25) * (double(x[2 * row + 1]) + 2);
        const double z2 = b + 0.75 * a;
        CHECK_NEAR(got[row], -0.5 * (a * a + z2 * z2) + 0.25 - log_two_pi, tolerance);
    }
    // The same samples as every other feature pair of a wider array.
    std::vector<T> wide(3 * 5, T(9));
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t j = 0; j < 2; ++j) wide[5 * row + j] = x[2 * row + j];
    std::vector<T> out(3);
    density.log_density_into(lsmi::samples(wide.data(), 3, 2, 5), out);
    CHECK(out == got);

    const lsmi::MarginalOptions options = density.options();
    CHECK_EQUAL(options.features, 2u);
    CHECK_EQUAL(options.modes, 1u);
    CHECK_EQUAL(options.type_, lsmi::detail::type_code<T>());
    CHECK_EQUAL(options.bounded, 0);
    const lsmi::MarginalParameters<T> same = density.parameters<T>();
    CHECK(same.means == parameters.means && same.log_diagonal == parameters.log_diagonal);
    CHECK(same.triangle == parameters.triangle && same.logits == parameters.logits);
    std::vector<T> only_means(2);
    lsmi::MarginalBuffers<T> some;
    some.means = only_means;
    density.parameters_into(some);
    CHECK(only_means == parameters.means);

    using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
    CHECK_THROWS(density.parameters<Other>(), LSMI_ERROR_TYPE, "density: expected ...");
    const std::vector<Other> other(2);
    const bool single = std::is_same_v<T, float>;
    const std::string mixed = single ? "x: expected f32 numbers, got f64" : "x: expected f64 numbers, got f32";
    CHECK_THROWS(density.log_density(lsmi::samples(other, 2)), LSMI_ERROR_TYPE, mixed);
    CHECK_EQUAL(density.error_message(), mixed);
    CHECK_THROWS(density.log_density(lsmi::samples(x, 3)), LSMI_ERROR_SHAPE, "x: expected 2 features, got 3");
    std::vector<T> two(2);
    CHECK_THROWS(density.log_density_into(lsmi::samples(x, 2), two), LSMI_ERROR_SHAPE,
                 "out: expected 3 elements, got 2");
}

/// A mixture, its gradients, and differences of its value.
void gradients(std::int32_t diagonal, std::int32_t triangle) {
    const std::size_t modes = 3, features = 2, count = 7;
    std::mt19937 generator(5);
    std::normal_distribution<double> normal;
    lsmi::MarginalOptions options = form<double>(modes, diagonal, triangle, 1);
    lsmi::MarginalParameters<double> parameters(options);
    CHECK_EQUAL(parameters.triangle.size(), triangle == LSMI_TRIANGLE_FULL ? modes * features * features : 0u);
    std::vector<double> *arrays[] = {&parameters.means, &parameters.log_diagonal, &parameters.triangle,
                                     &parameters.logits};
    for (auto *array : arrays)
        for (double &value : *array) value = 0.5 * normal(generator);
    // Of T only what is below the diagonal counts.
    for (std::size_t i = 0; i < parameters.triangle.size(); ++i)
        if (i % 4 != 2) parameters.triangle[i] = 0;
    std::vector<double> x(count * features), weights(count), upstream(count);
    for (double &value : x) value = normal(generator);
    for (double &value : weights) value = 0.1 + std::abs(normal(generator));
    for (double &value : upstream) value = normal(generator);

    const auto value = [&](const lsmi::MarginalParameters<double> &at, const std::vector<double> &of,
                           const std::vector<double> &factors, bool mean) {
        const std::vector<double> density = lsmi::Marginal(options, at).log_density(lsmi::samples(of, features));
        double sum = 0, total = 0;
        for (std::size_t i = 0; i < count; ++i) {
            sum -= factors[i] * density[i];
            total += factors[i];
        }
        return mean ? sum / total : sum;
    };
    const lsmi::Marginal density(options, parameters);
    for (bool mean : {true, false}) {
        const std::vector<double> &factors = mean ? weights : upstream;
        const lsmi::MarginalGradient<double> gradient =
            mean ? density.gradient(lsmi::samples(x, features), weights)
                 : density.weighted_sum_gradient(lsmi::samples(x, features), upstream);
        CHECK_NEAR(gradient.loss, value(parameters, x, factors, mean), 1e-12);
        const std::vector<double> *slopes[] = {&gradient.parameters.means, &gradient.parameters.log_diagonal,
                                               &gradient.parameters.triangle, &gradient.parameters.logits};
        const double step = 1e-5;
        for (std::size_t a = 0; a < 4; ++a) {
            CHECK_EQUAL(slopes[a]->size(), arrays[a]->size());
            for (std::size_t i = 0; i < arrays[a]->size(); ++i) {
                if (a == 2 && i % 4 != 2) {
                    CHECK_EQUAL((*slopes[a])[i], 0.0);
                    continue;
                }
                double &parameter = (*arrays[a])[i];
                const double kept = parameter;
                parameter = kept + step;
                const double above = value(parameters, x, factors, mean);
                parameter = kept - step;
                const double below = value(parameters, x, factors, mean);
                parameter = kept;
                CHECK_NEAR((*slopes[a])[i], (above - below) / (2 * step), 1e-8);
            }
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            std::vector<double> up = x, down = x;
            up[i] += step;
            down[i] -= step;
            const double slope = (value(parameters, up, factors, mean) - value(parameters, down, factors, mean)) /
                                 (2 * step);
            CHECK_NEAR(gradient.x[i], slope, 1e-8);
        }
        // Into the caller's memory, some of it.
        std::vector<double> for_x(x.size()), for_logits(modes);
        lsmi::MarginalBuffers<double> some;
        some.logits = for_logits;
        const auto matrix = lsmi::samples(x, features);
        const double loss = mean ? density.gradient_into(matrix, weights, some, for_x)
                                 : density.weighted_sum_gradient_into(matrix, upstream, some, for_x);
        CHECK_EQUAL(loss, gradient.loss);
        CHECK(for_x == gradient.x && for_logits == gradient.parameters.logits);
    }
    const auto matrix = lsmi::samples(x, features);
    CHECK_THROWS(density.gradient(matrix, std::vector<double>(2)), LSMI_ERROR_SHAPE,
                 "weights: expected 7 elements, got 2");
    CHECK_THROWS(density.gradient(matrix, std::vector<double>(7, -1)), LSMI_ERROR_SETTING, "weights...");
    CHECK_THROWS(density.weighted_sum_gradient(matrix, {}), LSMI_ERROR_SHAPE,
                 "upstream: expected 7 elements, got 0");
    std::vector<double> short_means(5);
    lsmi::MarginalBuffers<double> small;
    small.means = short_means;
    CHECK_THROWS(density.gradient_into(matrix, {}, small, {}), LSMI_ERROR_SHAPE,
                 "means: expected 6 elements, got 5");
}

/// A density that is trained further.
void refined(const std::vector<double> &x, const lsmi::Marginal &start, lsmi::FitOptions fit) {
    const auto matrix = lsmi::samples(x, 1);
    fit.training.epochs = 0;
    CHECK(start.refine(matrix, fit).parameters<double>().means == start.parameters<double>().means);
    fit.training.epochs = 5;
    fit.held_out = {0, 1, 2};
    std::vector<double> losses, held_out;
    fit.progress = [&](const lsmi::Progress &progress) {
        losses.push_back(progress.loss);
        held_out.push_back(progress.validation_loss);
        return true;
    };
    fit.training.patience = 9;
    const lsmi::Marginal more = start.refine(matrix, fit);
    const lsmi::History history = more.history();
    CHECK(history.losses == losses);
    CHECK_EQUAL(history.validation_losses.size(), 6u);
    CHECK(std::vector<double>(history.validation_losses.begin() + 1, history.validation_losses.end()) == held_out);
    CHECK(history.best_epoch <= 5);
    CHECK_EQUAL(more.options().features, 1u);
    // Fixed means stay; a sample of weight 0 counts for nothing.
    lsmi::MarginalOptions form(start.options());
    form.train_means = 0;
    const lsmi::Marginal fixed(form, start.parameters<double>());
    CHECK(fixed.history().losses.empty() && fixed.history().best_epoch == 0);
    fit.progress = {};
    fit.held_out = {};
    fit.training.patience = 0;
    std::vector<double> weights(x.size(), 1);
    weights[7] = 0;
    const lsmi::Marginal weighted = fixed.refine(matrix, fit, weights);
    CHECK(weighted.parameters<double>().means == start.parameters<double>().means);
    CHECK(weighted.parameters<double>().log_diagonal != start.parameters<double>().log_diagonal);
    std::vector<double> changed = x;
    changed[7] = 1e3;
    CHECK(fixed.refine(lsmi::samples(changed, 1), fit, weights).parameters<double>().log_diagonal ==
          weighted.parameters<double>().log_diagonal);

    CHECK_THROWS(start.refine(matrix, fit, std::vector<double>(3)), LSMI_ERROR_SHAPE,
                 "weights: expected 2000 elements, got 3");
    CHECK_THROWS(start.refine(lsmi::samples(x, 2), fit), LSMI_ERROR_SHAPE, "x: expected 1 features, got 2");
    const std::vector<float> single(4);
    CHECK_THROWS(start.refine(lsmi::samples(single, 1), fit), LSMI_ERROR_TYPE,
                 "x: expected f64 numbers, got f32");
    fit.progress = [](const lsmi::Progress &) { return false; };
    CHECK_THROWS(start.refine(matrix, fit), LSMI_ERROR_CANCELLED, "cancelled");
    fit.progress = [](const lsmi::Progress &) -> bool { throw std::string("own"); };
    try {
        start.refine(matrix, fit);
        CHECK(false);
    } catch (const std::string &thrown) {
        CHECK_EQUAL(thrown, "own");
    }
}

void a_fit() {
    // The best Gaussian has the samples' mean and spread: surprisal ½ log 2πe + log s.
    std::mt19937 generator(9);
    std::normal_distribution<double> normal(3, 0.5);
    std::vector<double> x(2000);
    for (double &value : x) value = normal(generator);
    double mean = lsmi::mean(x), square = 0;
    for (double value : x) square += (value - mean) * (value - mean);
    const double best = 0.5 * (log_two_pi + 1) + 0.5 * std::log(square / double(x.size()));

    lsmi::MarginalOptions options;
    options.modes = 1;
    options.train_means = 1;
    lsmi::FitOptions fit{lsmi::Training::of_densities(), 3, {}, {}};
    fit.training.epochs = 60;
    fit.training.patience = 0;
    fit.training.decay_every = 0;
    fit.training.learning_rate = 0.01;
    std::vector<double> losses;
    fit.progress = [&](const lsmi::Progress &progress) {
        CHECK_EQUAL(progress.epoch, losses.size() + 1);
        CHECK_EQUAL(progress.epochs, 60u);
        CHECK_EQUAL(progress.component, -1);
        CHECK(std::isnan(progress.validation_loss));
        losses.push_back(progress.loss);
        return true;
    };
    const lsmi::Marginal density = lsmi::Marginal::fit(lsmi::samples(x, 1), options, fit);
    CHECK_EQUAL(losses.size(), 60u);
    CHECK_NEAR(density.gradient(lsmi::samples(x, 1)).loss, best, 5e-3);
    CHECK(density.gradient(lsmi::samples(x, 1)).loss >= best - 1e-9);
    CHECK_EQUAL(density.options().features, 1u);
    // The seed decides, not the progress function; weights of one are none.
    fit.progress = {};
    const lsmi::Marginal again = lsmi::Marginal::fit(lsmi::samples(x, 1), options, fit);
    CHECK(again.parameters<double>().log_diagonal == density.parameters<double>().log_diagonal);
    CHECK(density.history().losses == losses);
    CHECK(density.history().validation_losses.empty() && density.history().best_epoch == 60);
    refined(x, density, fit);
    // Held-out samples decide with patience only.
    fit.held_out = {0, 1, 2};
    fit.training.patience = 3;
    fit.progress = [](const lsmi::Progress &progress) { return !std::isfinite(progress.validation_loss); };
    CHECK_THROWS(lsmi::Marginal::fit(lsmi::samples(x, 1), options, fit), LSMI_ERROR_CANCELLED, "cancelled");
    fit.progress = {};
    fit.held_out = {2000};
    CHECK_THROWS(lsmi::Marginal::fit(lsmi::samples(x, 1), options, fit), LSMI_ERROR_SETTING,
                 "held_out: expected sample numbers below 2000, got 2000");
    fit.held_out = {};
    CHECK_THROWS(lsmi::Marginal::fit(lsmi::samples(x, 1), options, fit, 9), LSMI_ERROR_SETTING, "start: ...");
    fit.training.accumulate_gradients = 2;
    CHECK_THROWS(lsmi::Marginal::fit(lsmi::samples(x, 1), options, fit), LSMI_ERROR_SETTING,
                 "accumulate_gradients: expected 0 or 1, got 2");
}

void refusals() {
    lsmi::MarginalParameters<double> parameters;
    parameters.means = {0, 0};
    parameters.log_diagonal = {0, 0};
    parameters.logits = {0};
    auto options = form<double>(1, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_NONE, 0);
    const std::vector<double> origin(2);
    CHECK_NEAR(lsmi::Marginal(options, parameters).log_density(lsmi::samples(origin, 2))[0], -log_two_pi, 1e-15);
    options.features = 0;
    CHECK_EQUAL(lsmi::Marginal(options, parameters).options().features, 2u);
    options.triangle = LSMI_TRIANGLE_FULL;
    CHECK_THROWS(lsmi::Marginal(options, parameters), LSMI_ERROR_SHAPE, "triangle: expected 4 elements, got 0");
    options.triangle = 5;
    CHECK_THROWS(lsmi::Marginal(options, parameters), LSMI_ERROR_SETTING,
                 "triangle: expected a code from 0 to 1, got 5");
    options.triangle = LSMI_TRIANGLE_NONE;
    options.modes = 0;
    options.features = 2;
    parameters = {};
    CHECK_THROWS(lsmi::Marginal(options, parameters), LSMI_ERROR_SETTING, "modes: ...");
    options.modes = 1;
    parameters.means = {0, std::nan("")};
    parameters.log_diagonal = {0, 0};
    parameters.logits = {0};
    CHECK_THROWS(lsmi::Marginal(options, parameters), LSMI_ERROR_NOT_FINITE, "means: ...");
}

/// The instruction set that evaluates a density.
void levels() {
    lsmi::MarginalOptions options = form<double>(1, LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_NONE, 0);
    const lsmi::Marginal density(options, lsmi::MarginalParameters<double>(options));
    CHECK_EQUAL(std::string(density.level()), lsmi::simd_level());
    const lsmi::Marginal portable = density.with_level("portable");
    CHECK_EQUAL(std::string(portable.level()), "portable");
    CHECK_EQUAL(std::string(density.level()), lsmi::simd_level());
    const std::vector<double> x = {0, 0, 3, 4};
    const std::vector<double> got = portable.log_density(lsmi::samples(x, 2));
    CHECK_NEAR(got[0], -log_two_pi, 1e-15);
    CHECK_NEAR(got[1], -12.5 - log_two_pi, 1e-15);
    CHECK_THROWS(density.with_level("sse9"), LSMI_ERROR_SETTING,
                 "simd: expected portable, neon, avx2, avx512, got sse9");
    CHECK_THROWS(lsmi::Marginal(nullptr).level(), LSMI_ERROR_POINTER, "LsmiMarginal: expected a pointer, got NULL");
}

} // namespace

void test::densities() {
    a_gaussian<float>(2e-6);
    a_gaussian<double>(1e-14);
    gradients(LSMI_DIAGONAL_PER_MODE, LSMI_TRIANGLE_FULL);
    gradients(LSMI_DIAGONAL_SHARED, LSMI_TRIANGLE_NONE);
    a_fit();
    levels();
    refusals();
}
