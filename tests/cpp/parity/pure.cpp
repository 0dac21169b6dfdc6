// Parity vectors about the pure functions, settings and generators.

#include "replay.hpp"

lsmi::Config parity::config(const ParityCase &of) {
    lsmi::Config config(of.preset);
    for (std::size_t i = 0; i < of.settings.count; i += 2)
        config.set(of.settings.values[i], of.settings.values[i + 1]);
    return config;
}

bool parity::pure(const ParityCase &now) {
    const std::string call = now.call;
    const Numbers *in = now.inputs;
    if (call == "atoms") {
        const lsmi::PointwiseAtoms atoms =
            lsmi::atoms({view(in[0]), view(in[1]), view(in[2]), view(in[3]), view(in[4])});
        same(now, "redundancy", atoms.redundancy, now.want[0]);
        same(now, "unique1", atoms.unique1, now.want[1]);
        same(now, "unique2", atoms.unique2, now.want[2]);
        same(now, "synergy", atoms.synergy, now.want[3]);
    } else if (call == "shift") {
        const double *means = in[0].values;
        const lsmi::Shift found = lsmi::shift({means[0], means[1], means[2], means[3]});
        const lsmi::Atoms &a = found.adjusted;
        same(now, "shift", std::vector<double>{found.shift, a.redundancy, a.unique1, a.unique2, a.synergy},
             now.want[0]);
    } else if (call == "mean") {
        const double got = lsmi::mean(view(now.values));
        same(now, "mean", got, now.want[0]);
    } else if (call == "discrete") {
        same(now, lsmi::discrete(view(now.y1), view(now.y2), view(now.y), view(now.weights)), now.want);
    } else if (call == "joint_categories") {
        std::vector<lsmi::Classes> columns;
        for (std::size_t i = 0; i < now.column_count; ++i) columns.push_back(view(now.columns[i]));
        const std::vector<std::int64_t> got = lsmi::joint_categories(columns);
        same(now, "categories", got, now.want[0]);
    } else if (call == "agreement") {
        const lsmi::Agreement found = lsmi::agreement(view(in[0]), view(in[1]));
        same(now, "agreement", std::vector<double>{found.rmse, found.correlation}, now.want[0]);
    } else if (call == "bootstrap") {
        const lsmi::Intervals found = lsmi::bootstrap({view(in[0]), view(in[1]), view(in[2]), view(in[3]), view(in[4])},
                                                      now.draws, now.level, now.seed);
        std::vector<double> bounds;
        for (const lsmi::Interval &of : {found.i1, found.i2, found.i12, found.redundancy, found.unique1, found.unique2,
                                         found.synergy, found.s_minus_r, found.shift})
            bounds.insert(bounds.end(), {of.low, of.high});
        same(now, "bounds", bounds, now.want[0]);
    } else if (call == "config_text") {
        CHECK_EQUAL(config(now).text(), std::string(now.message));
    } else if (call == "config_check") {
        config(now).check();
    } else {
        return false;
    }
    return true;
}

namespace {

std::vector<lsmi::LatentState> states(const ParityCase &now) {
    std::vector<lsmi::LatentState> result;
    for (std::size_t i = 0; i < now.state_count; ++i) {
        const State &s = now.states[i];
        result.push_back({s.weight, s.y, parity::typed<double>(s.mean1), parity::typed<double>(s.mean2), s.deviation1,
                          s.deviation2});
    }
    return result;
}

/// Whether the call draws samples; they are then compared.
bool samples(const ParityCase &now) {
    const std::string call = now.call;
    const double *p = now.parameters.values;
    std::vector<std::int32_t> kinds;
    std::vector<std::size_t> drawn;
    lsmi::Dataset data;
    if (call == "synthetic_gaussian") {
        data = lsmi::synthetic::gaussian(now.classes, p[0], p[1], now.samples, now.seed);
    } else if (call == "synthetic_xor") {
        data = lsmi::synthetic::planted_xor(now.classes, p[0], now.samples, now.seed);
    } else if (call == "synthetic_circuit") {
        data = lsmi::synthetic::circuit(now.text, now.samples, now.seed);
    } else if (call == "circuit_support") {
        data = lsmi::synthetic::circuit_support(now.text);
    } else if (call == "synthetic_mixture") {
        kinds.resize(now.samples);
        data = lsmi::synthetic::mixture(p[0], p[1], p[2], p[3], p[4], now.samples, now.seed, kinds);
    } else if (call == "synthetic_latent") {
        drawn.resize(now.samples);
        data = lsmi::synthetic::latent(states(now), now.samples, now.seed, drawn);
    } else {
        return false;
    }
    CHECK_EQUAL(data.features1, now.features1);
    CHECK_EQUAL(data.features2, now.features2);
    CHECK(data.y == std::vector<std::int64_t>(now.y.values, now.y.values + now.y.count));
    parity::same(now, "x1", data.x1, now.want[0]);
    parity::same(now, "x2", data.x2, now.want[1]);
    parity::same(now, data.truth, now.want + 2);
    if (!kinds.empty()) parity::same(now, "drawn", kinds, now.want[7]);
    if (!drawn.empty()) parity::same(now, "drawn", drawn, now.want[7]);
    return true;
}

} // namespace

bool parity::generator(const ParityCase &now) {
    if (::samples(now)) return true;
    const std::string call = now.call;
    const double *p = now.parameters.values;
    const Samples<double> x1(now.x1), x2(now.x2);
    const lsmi::Matrix<double> &a = x1.matrix, &b = x2.matrix;
    const lsmi::Classes y = view(now.y);
    if (call == "gaussian_information") {
        same(now, lsmi::synthetic::gaussian_information(now.classes, p[0], p[1], a, b, y), now.want);
    } else if (call == "xor_information") {
        same(now, lsmi::synthetic::planted_xor_information(now.classes, p[0], now.seed, a, b, y), now.want);
    } else if (call == "mixture_information") {
        same(now, lsmi::synthetic::mixture_information(p[0], p[1], p[2], p[3], p[4], a, b, y), now.want);
    } else if (call == "latent_information") {
        same(now, lsmi::synthetic::latent_information(states(now), a, b, y), now.want);
    } else {
        return false;
    }
    return true;
}
