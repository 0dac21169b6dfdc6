// Parity vectors about networks, and about rows of log-probabilities.

#include "replay.hpp"

namespace {

template <class T>
lsmi::Network made(const Network &of) {
    std::vector<lsmi::Layer<T>> layers;
    for (std::size_t l = 0; l < of.layers; ++l)
        layers.push_back({parity::typed<T>(of.arrays[2 * l]), parity::typed<T>(of.arrays[2 * l + 1])});
    return {of.features, layers, of.activation};
}

} // namespace

template <class T>
bool parity::network(const ParityCase &now) {
    const std::string call = now.call;
    if (call == "log_probabilities" || call == "log_probabilities_at") {
        const Samples<T> x(now.x);
        lsmi::Network network = made<T>(now.network);
        if (call == "log_probabilities_at") network = network.with_level(now.text);
        const std::vector<T> got = network.log_probabilities(x.matrix);
        same(now, "log_probabilities", got, now.want[0]);
    } else if (call == "network_gradient") {
        const Samples<T> x(now.x);
        const lsmi::NetworkGradient<T> gradient =
            made<T>(now.network).gradient(x.matrix, view(now.y), typed<T>(now.weights));
        same(now, "loss", gradient.loss, now.want[0]);
        same(now, "x", gradient.x, now.want[1]);
        for (std::size_t l = 0; l < gradient.layers.size(); ++l) {
            same(now, "weights", gradient.layers[l].weights, now.want[2 + 2 * l]);
            same(now, "biases", gradient.layers[l].biases, now.want[3 + 2 * l]);
        }
    } else if (call == "log_sum_exp" || call == "log_sum_exp_at") {
        const Samples<T> x(now.x);
        const std::vector<T> got =
            call == "log_sum_exp" ? lsmi::log_sum_exp(x.matrix) : lsmi::log_sum_exp(x.matrix, now.text);
        same(now, "log_sum_exp", got, now.want[0]);
    } else if (call == "information") {
        const std::vector<T> rows = typed<T>(now.values);
        const std::vector<double> got = lsmi::information_from_log_probabilities(
            lsmi::samples(rows, now.classes), view(now.y), view(now.log_prior));
        same(now, "information", got, now.want[0]);
    } else {
        return false;
    }
    return true;
}

template bool parity::network<float>(const ParityCase &now);
template bool parity::network<double>(const ParityCase &now);
