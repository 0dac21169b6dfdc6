// Parity vectors about densities.

#include "replay.hpp"

namespace {

lsmi::MarginalOptions form(const Density &of) {
    lsmi::MarginalOptions form;
    form.modes = of.modes;
    form.features = of.features;
    form.bounded = of.bounded;
    form.diagonal = of.diagonal;
    form.triangle = of.triangle;
    form.train_means = form.train_weights = 1;
    return form;
}

template <class T>
lsmi::Marginal made(const Density &of) {
    lsmi::MarginalParameters<T> parameters;
    parameters.means = parity::typed<T>(of.means);
    parameters.log_diagonal = parity::typed<T>(of.log_diagonal);
    parameters.triangle = parity::typed<T>(of.triangle_values);
    parameters.logits = parity::typed<T>(of.logits);
    return {form(of), parameters};
}

template <class T>
void same(const ParityCase &now, const lsmi::MarginalParameters<T> &got, const Numbers *want) {
    parity::same(now, "means", got.means, want[0]);
    parity::same(now, "log_diagonal", got.log_diagonal, want[1]);
    parity::same(now, "triangle", got.triangle, want[2]);
    parity::same(now, "logits", got.logits, want[3]);
}

template <class T>
void fit(const ParityCase &now, bool refine) {
    const parity::Samples<T> x(now.x);
    const std::vector<T> weights = parity::typed<T>(now.weights);
    lsmi::FitOptions options;
    static_cast<LsmiTraining &>(options.training) = now.training;
    options.seed = now.seed;
    options.held_out.assign(now.held_out, now.held_out + now.held_out_count);
    const lsmi::Marginal density = refine ? made<T>(now.density).refine(x.matrix, options, weights)
                                          : lsmi::Marginal::fit(x.matrix, form(now.density), options, now.start, weights);
    same(now, density.parameters<T>(), now.want);
    parity::same(now, density.history(), now.want + 4);
}

} // namespace

template <class T>
bool parity::density(const ParityCase &now) {
    const std::string call = now.call;
    if (call == "refine" || call == "fit_density") {
        fit<T>(now, call == "refine");
    } else if (call == "log_density" || call == "log_density_at") {
        const Samples<T> x(now.x);
        lsmi::Marginal density = made<T>(now.density);
        if (call == "log_density_at") density = density.with_level(now.text);
        const std::vector<T> got = density.log_density(x.matrix);
        parity::same(now, "log_density", got, now.want[0]);
    } else if (call == "gradient" || call == "weighted_sum_gradient") {
        const Samples<T> x(now.x);
        const lsmi::Marginal density = made<T>(now.density);
        const lsmi::MarginalGradient<T> gradient =
            call == "gradient" ? density.gradient(x.matrix, typed<T>(now.weights))
                               : density.weighted_sum_gradient(x.matrix, typed<T>(now.values));
        parity::same(now, "loss", gradient.loss, now.want[0]);
        ::same(now, gradient.parameters, now.want + 1);
        parity::same(now, "x", gradient.x, now.want[5]);
    } else {
        return false;
    }
    return true;
}

template bool parity::density<float>(const ParityCase &now);
template bool parity::density<double>(const ParityCase &now);
