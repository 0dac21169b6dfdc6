// The C++ side of bindings/benchmark/run: answers requests `log_density|score f32|f64 ROUNDS`, a line each, with the
// median seconds of a call and a number that it computed. benchmark.rs says what is in the folder of the argument.
#include <lsmi.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::size_t d = 10, modes = 5, calls = 1000, count = 100'000, features = 64;

template <class T>
std::vector<T> read(const std::string &path, std::size_t length) {
    std::vector<T> values(length);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char *>(values.data()), static_cast<std::streamsize>(length * sizeof(T))))
        throw std::runtime_error("cannot read " + path);
    return values;
}

// The median seconds of some rounds.
template <class Round>
double median(int rounds, const Round &round) {
    std::vector<double> seconds;
    for (int i = 0; i < rounds; i++) {
        const auto begin = std::chrono::steady_clock::now();
        round();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds.at(seconds.size() / 2);
}

template <class T>
lsmi::Marginal density(const std::vector<T> &numbers) {
    auto at = numbers.begin();
    const auto next = [&at](std::size_t length) {
        const auto begin = at;
        at += static_cast<std::ptrdiff_t>(length);
        return std::vector<T>(begin, at);
    };
    lsmi::MarginalParameters<T> parameters;
    parameters.means = next(modes * d);
    parameters.log_diagonal = next(modes * d);
    parameters.triangle = next(modes * d * d);
    parameters.logits = next(modes);
    lsmi::MarginalOptions form;
    form.modes = modes;
    form.bounded = 1;
    return lsmi::Marginal(form, parameters);
}

// What the requests of one number type work on.
template <class T>
struct Cases {
    Cases(const std::string &folder, const std::string &type)
        : numbers(read<T>(folder + "/density-" + type, (2 * modes * d + modes * d * d + modes + d))),
          marginal(density(numbers)), model(lsmi::Model::load(folder + "/model-" + type)),
          x1(read<T>(folder + "/x1-" + type, count * features)), x2(read<T>(folder + "/x2-" + type, count * features)),
          y(read<std::int64_t>(folder + "/y", count)) {}

    void log_density(int rounds) const {
        const lsmi::Matrix<T> x(numbers.data() + (numbers.size() - d), 1, d);
        std::vector<T> out(1);
        const double seconds = median(rounds, [&] {
            for (std::size_t i = 0; i < calls; i++) marginal.log_density_into(x, out);
        });
        std::cout << seconds / static_cast<double>(calls) << ' ' << static_cast<double>(out[0]) << std::endl;
    }

    void score(int rounds) {
        const lsmi::Matrix<T> first(x1.data(), count, features), second(x2.data(), count, features);
        const lsmi::ScoreBuffers out{scores.i1,         scores.i2,      scores.i12,     scores.h1,     scores.h2,
                                     scores.redundancy, scores.unique1, scores.unique2, scores.synergy};
        double synergy = 0;
        const double seconds =
            median(rounds, [&] { synergy = model.score_into(first, second, y, out).raw.synergy; });
        std::cout << seconds << ' ' << synergy << std::endl;
    }

    void answer(const std::string &name, int rounds) {
        name == "score" ? score(rounds) : log_density(rounds);
    }

    std::vector<T> numbers;
    lsmi::Marginal marginal;
    lsmi::Model model;
    std::vector<T> x1, x2;
    std::vector<std::int64_t> y;
    lsmi::Scores scores{count};
};

}  // namespace

int main(int argc, char **argv) try {
    const std::string folder = std::vector<std::string>(argv, argv + argc).at(1);
    Cases<float> single(folder, "f32");
    Cases<double> other(folder, "f64");
    std::cout.precision(17);
    std::string name, type;
    int rounds = 0;
    while (std::cin >> name >> type >> rounds)
        type == "f32" ? single.answer(name, rounds) : other.answer(name, rounds);
} catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
