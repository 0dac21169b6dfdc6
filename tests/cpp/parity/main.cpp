// Replays tests/data/parity; see its README.

#include "replay.hpp"

namespace {

bool replay(const ParityCase &now) {
    const bool single = now.type_ == LSMI_F32;
    return parity::pure(now) || parity::generator(now) || parity::model(now) ||
           (single ? parity::density<float>(now) || parity::network<float>(now)
                   : parity::density<double>(now) || parity::network<double>(now));
}

} // namespace

int main() {
    for (std::size_t i = 0; i < PARITY_COUNT; ++i) {
        const ParityCase &now = PARITY[i];
        try {
            test::report(replay(now), __FILE__, __LINE__, now.call, ": no such call");
            test::report(now.status == LSMI_OK, __FILE__, __LINE__, now.name, ": no error");
        } catch (const lsmi::Error &error) {
            const std::string expected = now.status == LSMI_OK ? "no error" : now.message;
            test::report(now.status == LSMI_OK || error.field() == now.field, __FILE__, __LINE__, now.name, ": field ",
                         error.field());
            test::report(error.status() == now.status && error.what() == expected, __FILE__, __LINE__, now.name,
                         ": \"", error.what(), "\", not \"", expected, '"');
            test::report(now.status == LSMI_OK || std::string(lsmi::status_name(error.status())) == now.status_name,
                         __FILE__, __LINE__, now.name, ": ", lsmi::status_name(error.status()));
        }
    }
    std::cout << PARITY_COUNT << " vectors, " << test::checks << " checks, " << test::failures << " failed\n";
    return test::failures == 0 && test::checks > 0 ? 0 : 1;
}
