// Tests of the C++ interface, by values.

#include "check.hpp"

#include <cstring>

int main() {
    CHECK_EQUAL(lsmi::abi_version(), std::uint32_t{LSMI_ABI_VERSION});
    CHECK_EQUAL(std::string(lsmi::version()), LSMI_TEST_VERSION);
    CHECK_EQUAL(std::string(lsmi::build_features()), "std rayon");
    CHECK(std::strstr(lsmi::simd_levels(), lsmi::simd_level()) != nullptr);
    CHECK_EQUAL(std::string(lsmi::simd_levels()).compare(0, 8, "portable"), 0);
    CHECK_EQUAL(std::string(lsmi::status_name(LSMI_ERROR_NOT_FINITE)), "not finite");

    test::information();
    test::densities();
    test::networks();
    test::models();
    test::trust();
    test::errors();

    std::cout << test::checks << " checks, " << test::failures << " failed\n";
    return test::failures == 0 ? 0 : 1;
}
