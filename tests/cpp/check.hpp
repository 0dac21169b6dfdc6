// What the test programs need of a test framework.

#ifndef LSMI_TEST_CHECK_HPP
#define LSMI_TEST_CHECK_HPP

#include <lsmi.hpp>

#include <cmath>
#include <iostream>
#include <string>

namespace test {

inline int checks = 0;
inline int failures = 0;

template <class... Parts>
void report(bool good, const char *file, int line, const Parts &...parts) {
    ++checks;
    if (good) return;
    ++failures;
    std::cerr << file << ':' << line << ": ";
    (std::cerr << ... << parts) << '\n';
}

template <class A, class B>
void equal(const A &got, const B &expected, const char *what, const char *file, int line) {
    report(got == expected, file, line, what, " is ", got, ", not ", expected);
}

inline void near(double got, double expected, double tolerance, const char *what, const char *file, int line) {
    // Not the other way round: NaN must fail.
    const bool good = std::abs(got - expected) <= tolerance * (1 + std::abs(expected));
    report(good, file, line, what, " is ", got, ", not ", expected);
}

template <class Call>
void throws(Call &&call, std::int32_t status, const std::string &message, const char *what, const char *file,
            int line) {
    try {
        call();
        report(false, file, line, what, " did not throw");
    } catch (const lsmi::Error &error) {
        report(error.status() == status, file, line, what, ": status ", lsmi::status_name(error.status()),
               ", not ", lsmi::status_name(status), " (", error.what(), ")");
        // A message that ends in "..." is only a beginning.
        const bool whole = message.size() < 3 || message.compare(message.size() - 3, 3, "...") != 0;
        const std::string found = error.what();
        const std::string begin = message.substr(0, message.size() - (whole ? 0 : 3));
        report(whole ? found == message : found.compare(0, begin.size(), begin) == 0, file, line, what,
               ": message\n    ", found, "\n  not\n    ", message);
    }
}

void information();
void densities();
void networks();
void models();
void trust();
void errors();

} // namespace test

#define CHECK(condition) test::report((condition), __FILE__, __LINE__, #condition)
#define CHECK_EQUAL(got, expected) test::equal((got), (expected), #got, __FILE__, __LINE__)
#define CHECK_NEAR(got, expected, tolerance) test::near((got), (expected), (tolerance), #got, __FILE__, __LINE__)
/// The statement throws lsmi::Error with this status and message.
#define CHECK_THROWS(statement, status, message)                                                                  \
    test::throws([&] { (void)(statement); }, (status), (message), #statement, __FILE__, __LINE__)

#endif
