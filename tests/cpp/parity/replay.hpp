// What the replays of the parity vectors share; the vectors are the table of tests/c/parity_case.h.

#ifndef LSMI_TEST_REPLAY_HPP
#define LSMI_TEST_REPLAY_HPP

#include "../check.hpp"
#include "parity_case.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace parity {

inline lsmi::Span<const double> view(const Numbers &numbers) { return {numbers.values, numbers.count}; }
inline lsmi::Classes view(const Integers &numbers) { return {numbers.values, numbers.count}; }

template <class T>
std::vector<T> typed(const Numbers &numbers) {
    std::vector<T> result;
    for (double value : view(numbers)) result.push_back(static_cast<T>(value));
    return result;
}

/// A matrix with the numbers that it views.
template <class T>
struct Samples {
    std::vector<T> data;
    lsmi::Matrix<T> matrix;

    explicit Samples(const Matrix &from)
        : data(typed<T>(from.data)), matrix(data.data(), from.samples, from.features, from.stride) {}
};

/// The numbers of one result; with tolerance 0 every bit counts. A case that fails wants none: make its call before
/// asking for them.
template <class Container>
void same(const ParityCase &now, const char *what, const Container &got, const Numbers &want) {
    test::report(got.size() == want.count, __FILE__, __LINE__, now.name, ": ", got.size(), " of ", what, ", not ",
                 want.count);
    for (std::size_t i = 0; i < got.size() && i < want.count; ++i) {
        const double g = static_cast<double>(got[i]), w = want.values[i];
        const double size = std::max({1.0, std::abs(g), std::abs(w)});
        const bool good = std::memcmp(&g, &w, sizeof g) == 0 || (std::isnan(g) && std::isnan(w)) ||
                          (now.tolerance > 0 && std::abs(g - w) <= now.tolerance * size);
        test::report(good, __FILE__, __LINE__, now.name, ": ", what, '[', i, "] is ", g, ", not ", w);
    }
}

inline void same(const ParityCase &now, const char *what, double got, const Numbers &want) {
    same(now, what, std::vector<double>{got}, want);
}

inline void same(const ParityCase &now, const lsmi::Information &got, const Numbers *want) {
    same(now, "i1", got.i1, want[0]);
    same(now, "i2", got.i2, want[1]);
    same(now, "i12", got.i12, want[2]);
    same(now, "h1", got.h1, want[3]);
    same(now, "h2", got.h2, want[4]);
}

inline void same(const ParityCase &now, const lsmi::History &got, const Numbers *want) {
    same(now, "losses", got.losses, want[0]);
    same(now, "validation_losses", got.validation_losses, want[1]);
    same(now, "best_epoch", static_cast<double>(got.best_epoch), want[2]);
}

/// The text is the case's message, but for numbers, which are within the tolerance; with tolerance 0 it is the same.
inline void same_text(const ParityCase &now, const std::string &got) {
    const char *g = got.c_str(), *w = now.message;
    bool good = true;
    while (good && (*g != '\0' || *w != '\0')) {
        char *g_end = nullptr, *w_end = nullptr;
        const double a = std::strtod(g, &g_end), b = std::strtod(w, &w_end);
        const bool number = std::strchr("-0123456789", *g) != nullptr && g_end != g && w_end != w;
        if (number && now.tolerance > 0) {
            good = std::abs(a - b) <= now.tolerance * std::max({1.0, std::abs(a), std::abs(b)});
            g = g_end;
            w = w_end;
        } else {
            good = *g++ == *w++;
        }
    }
    test::report(good, __FILE__, __LINE__, now.name, ": ", got);
}

/// The settings of a case.
lsmi::Config config(const ParityCase &of);

/// Makes the call of a case, if it is one of these, and compares what it gives; throws lsmi::Error as the call does.
template <class T>
bool density(const ParityCase &now);
template <class T>
bool network(const ParityCase &now);
bool pure(const ParityCase &now);
bool generator(const ParityCase &now);
bool model(const ParityCase &now);

} // namespace parity

#endif
