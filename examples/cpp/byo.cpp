// Bring your own log-probabilities: three classifiers that exist already, and any estimate of h(x1) and h(x2), are
// enough for the atoms of every sample. No model is fitted here.

#include <lsmi.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <vector>

namespace {

/// log-softmax output of a classifier of two classes, from its p(class 1|x).
std::vector<double> log_probabilities(const std::vector<double> &of_class_1) {
    std::vector<double> rows;
    for (double p : of_class_1) {
        rows.push_back(std::log1p(-p));
        rows.push_back(std::log(p));
    }
    return rows;
}

void run() {
    const char *samples[] = {"either tells", "only image tells", "only text tells", "both together tell",
                             "text misleads"};
    const std::vector<std::int64_t> y = {1, 0, 1, 0, 1};

    // What three pretrained networks say, a row of two numbers per sample.
    const std::vector<double> image = log_probabilities({0.95, 0.05, 0.50, 0.50, 0.90});
    const std::vector<double> text = log_probabilities({0.95, 0.50, 0.95, 0.50, 0.20});
    const std::vector<double> both = log_probabilities({0.97, 0.04, 0.96, 0.05, 0.85});
    // The surprisal of each sample's features under two densities, nats.
    const std::vector<double> h_image = {3.0, 4.2, 2.4, 3.1, 3.0};
    const std::vector<double> h_text = {3.0, 2.5, 4.0, 3.2, 2.9};

    // Without a prior the classes are taken as equally frequent.
    lsmi::Information information;
    information.i1 = lsmi::information_from_log_probabilities(lsmi::samples(image, 2), y);
    information.i2 = lsmi::information_from_log_probabilities(lsmi::samples(text, 2), y);
    information.i12 = lsmi::information_from_log_probabilities(lsmi::samples(both, 2), y);
    information.h1 = h_image;
    information.h2 = h_text;

    const lsmi::PointwiseAtoms atoms = lsmi::atoms(information);

    std::printf("%-20s %7s %7s %7s | %7s %7s %7s %7s\n", "sample (nats)", "i1", "i2", "i12", "r", "u1", "u2", "s");
    for (std::size_t row = 0; row < y.size(); ++row) {
        std::printf("%-20s %7.3f %7.3f %7.3f | %7.3f %7.3f %7.3f %7.3f\n", samples[row], information.i1[row],
                    information.i2[row], information.i12[row], atoms.redundancy[row], atoms.unique1[row],
                    atoms.unique2[row], atoms.synergy[row]);
    }

    const lsmi::Atoms means{lsmi::mean(atoms.redundancy), lsmi::mean(atoms.unique1), lsmi::mean(atoms.unique2),
                            lsmi::mean(atoms.synergy)};
    const lsmi::Shift shift = lsmi::shift(means);
    std::printf("%-20s %7.3f %7.3f %7.3f | %7.3f %7.3f %7.3f %7.3f\n", "mean", lsmi::mean(information.i1),
                lsmi::mean(information.i2), lsmi::mean(information.i12), means.redundancy, means.unique1,
                means.unique2, means.synergy);
    std::printf("%-20s %25.3f | %7.3f %7.3f %7.3f %7.3f\n", "mean, shifted by", shift.shift,
                shift.adjusted.redundancy, shift.adjusted.unique1, shift.adjusted.unique2, shift.adjusted.synergy);
}

} // namespace

int main() {
    try {
        run();
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
