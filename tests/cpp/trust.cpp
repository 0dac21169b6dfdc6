// Intervals, nulls, spreads, controls, flags, and reports that have them.

#include "check.hpp"

#include <algorithm>

namespace {

lsmi::Config quick() {
    lsmi::Config config;
    config.density_epochs = 4;
    config.classifier_epochs = 5;
    return config.set("modes", "2").set("hidden", "4");
}

/// The numbers in the order of the members.
std::vector<double> numbers(const lsmi::Quantities &q) {
    return {q.i1, q.i2, q.i12, q.redundancy, q.unique1, q.unique2, q.synergy, q.s_minus_r};
}

lsmi::Quantities observed(const lsmi::Model &model) {
    const lsmi::Summary s = model.cross_fitted().second.summary;
    return {s.i1, s.i2, s.i12, s.raw.redundancy, s.raw.unique1, s.raw.unique2, s.raw.synergy, s.s_minus_r};
}

bool same(const lsmi::Quantities &a, const lsmi::Quantities &b) { return numbers(a) == numbers(b); }
bool same(const std::vector<lsmi::Quantities> &a, const std::vector<lsmi::Quantities> &b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto &x, const auto &y) { return same(x, y); });
}

void intervals(const lsmi::Model &model) {
    const lsmi::Scores scores = model.cross_fitted().second;
    const lsmi::Intervals wide = lsmi::bootstrap(scores, 400, 0.9, 3), narrow = lsmi::bootstrap(scores, 400, 0.5, 3);
    CHECK_EQUAL(wide.draws, 400u);
    CHECK_EQUAL(wide.level, 0.9);
    CHECK_EQUAL(wide.seed, 3u);
    const auto inside = [](const lsmi::Interval &a, const lsmi::Interval &b, double mean) {
        return a.low < b.low && b.low < mean && mean < b.high && b.high < a.high;
    };
    CHECK(inside(wide.i12, narrow.i12, scores.summary.i12));
    CHECK(inside(wide.synergy, narrow.synergy, scores.summary.raw.synergy));
    CHECK(inside(wide.s_minus_r, narrow.s_minus_r, scores.summary.s_minus_r));
    const lsmi::Intervals whole = model.intervals(400, 0.9, 3);
    CHECK_EQUAL(whole.i12.low, wide.i12.low);
    CHECK_EQUAL(whole.s_minus_r.high, wide.s_minus_r.high);
    CHECK(whole.redundancy.low != wide.redundancy.low);
    CHECK_THROWS(model.intervals(0), LSMI_ERROR_SETTING,
                 "draws: expected a whole number from 1 to 1000000, got 0");
    CHECK_EQUAL(lsmi::bootstrap(scores).draws, 1000u);
    CHECK_EQUAL(lsmi::bootstrap(scores).level, 0.95);
    CHECK_THROWS(lsmi::bootstrap(scores, 0), LSMI_ERROR_SETTING,
                 "draws: expected a whole number from 1 to 1000000, got 0");
    CHECK_THROWS(lsmi::bootstrap(lsmi::Information()), LSMI_ERROR_EMPTY, "information: expected samples, got none");
    lsmi::Information uneven(3);
    uneven.h1.pop_back();
    CHECK_THROWS(lsmi::bootstrap(uneven), LSMI_ERROR_SHAPE, "h1: expected 3 elements, got 2");
}

void nulls(const lsmi::Dataset &data, const lsmi::Model &model) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    std::vector<std::size_t> seen;
    const auto count = [&](std::size_t done, std::size_t total) {
        seen.push_back(done);
        return total == 4;
    };
    const lsmi::Null null = model.permutation_null(x1, x2, 4, 7, count);
    CHECK_EQUAL(null.means.size(), 4u);
    CHECK_EQUAL(null.seed, 7u);
    CHECK(std::is_sorted(seen.begin(), seen.end()) && seen.back() == 4);
    const std::vector<double> of_model = numbers(observed(model)), p = numbers(null.p_values);
    for (std::size_t j = 0; j < p.size(); ++j) {
        const auto as_large = [&](const lsmi::Quantities &means) { return numbers(means)[j] >= of_model[j]; };
        const auto b = std::count_if(null.means.begin(), null.means.end(), as_large);
        CHECK_EQUAL(p[j], static_cast<double>(b + 1) / 5);
    }

    // Stopped, and gone on with.
    std::vector<lsmi::Quantities> means;
    const auto stop = [](std::size_t done, std::size_t) { return done < 2; };
    CHECK_THROWS(model.permutation_null_into(x1, x2, 4, 7, means, stop), LSMI_ERROR_CANCELLED, "cancelled");
    CHECK_EQUAL(means.size(), 2u);
    CHECK(same(model.permutation_null_into(x1, x2, 4, 7, means), null.p_values));
    CHECK(same(means, null.means));
    // A failure leaves what was there.
    CHECK_THROWS(model.permutation_null_into(x1, x2, 3, 7, means), LSMI_ERROR_SETTING,
                 "begun: expected at most 3 permutations, got 4");
    CHECK_THROWS(model.permutation_null_into(x1, x2, 1u << 30, 7, means), LSMI_ERROR_SETTING,
                 "permutations: expected a whole number from 1 to 100000, got 1073741824");
    CHECK(same(means, null.means));

    // What the function throws comes out as it was.
    struct Own {
        int number;
    };
    means.resize(1);
    try {
        model.permutation_null_into(x1, x2, 4, 7, means, [](std::size_t, std::size_t) -> bool { throw Own{42}; });
        CHECK(false);
    } catch (const Own &own) {
        CHECK_EQUAL(own.number, 42);
    }
    CHECK_EQUAL(means.size(), 1u);
    const std::string others = "x1 and x2: expected the training samples of the model in their order, got others";
    CHECK_THROWS(model.permutation_null(x2, x1, 2), LSMI_ERROR_SETTING, others);
    CHECK_EQUAL(model.error_message(), others);
}

void spreads(const lsmi::Dataset &data, const lsmi::Model &model) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    std::size_t last = 0;
    const lsmi::Spread spread = model.spread(x1, x2, 2, 7, [&](std::size_t done, std::size_t total) {
        last = done;
        return total == 2;
    });
    CHECK_EQUAL(last, 2u);
    CHECK_EQUAL(spread.seed, 7u);
    CHECK_EQUAL(spread.means.size(), 2u);
    CHECK_EQUAL(spread.samples.size(), data.samples);
    const double a = observed(model).i12, b = spread.means[0].i12, c = spread.means[1].i12, mean = (a + b + c) / 3;
    const auto square = [](double v) { return v * v; };
    CHECK_NEAR(spread.deviation.i12, std::sqrt((square(a - mean) + square(b - mean) + square(c - mean)) / 2), 1e-12);
    double sum = 0;
    for (const lsmi::Quantities &sample : spread.samples) sum += square(sample.synergy);
    CHECK_NEAR(spread.sample_deviation.synergy, std::sqrt(sum / static_cast<double>(data.samples)), 1e-12);
    CHECK_THROWS(model.spread(x1, x2, 0), LSMI_ERROR_SETTING,
                 "repeats: expected a whole number from 1 to 1000, got 0");
    CHECK_THROWS(model.spread(x1, x2, 1u << 30), LSMI_ERROR_SETTING,
                 "repeats: expected a whole number from 1 to 1000, got 1073741824");
    lsmi::Config plain = quick();
    plain.folds = 0;
    const lsmi::Model without = lsmi::Model::fit(x1, x2, data.y, plain);
    CHECK_THROWS(without.spread(x1, x2, 1), LSMI_ERROR_SETTING,
                 "folds: expected a model fitted with folds, got 0");
}

lsmi::Controls controls(const lsmi::Dataset &data) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    std::size_t last = 0;
    const lsmi::Controls found =
        lsmi::controls(x1, x2, data.y, quick().set("seed", "5"), [&](std::size_t done, std::size_t total) {
            last = done;
            return total == 10;
        });
    CHECK_EQUAL(last, 10u);
    CHECK_EQUAL(found.seed, 5u);
    CHECK_EQUAL(found.results.size(), 10u);
    double floor = 0;
    for (std::size_t i = 0; i < found.results.size(); ++i) {
        const lsmi::ControlResult &result = found.results[i];
        CHECK_EQUAL(result.control, static_cast<std::int32_t>(i));
        CHECK_EQUAL(std::isnan(result.planted), i < LSMI_CONTROL_PLANTED_REDUNDANCY);
        if (i <= LSMI_CONTROL_SHUFFLED_LABELS) floor = std::max(floor, std::abs(result.found.synergy));
    }
    CHECK_EQUAL(found.synergy_floor, floor);
    const auto stop = [](std::size_t, std::size_t) { return false; };
    CHECK_THROWS(lsmi::controls(x1, x2, data.y, quick(), stop), LSMI_ERROR_CANCELLED, "cancelled");
    CHECK_THROWS(lsmi::controls(x1, x2, data.y, quick().set("folds", "0")), LSMI_ERROR_SETTING, "folds: ...");
    return found;
}

void flags(const lsmi::Dataset &data, const lsmi::Model &model) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    CHECK(lsmi::data_flags(x1, x2, data.y).empty());
    std::vector<double> constant(data.x1);
    for (std::size_t i = 0; i < constant.size(); i += 2) constant[i] = 7;
    const std::vector<lsmi::Flag> found = lsmi::data_flags(lsmi::samples(constant, 2), x2, data.y);
    CHECK_EQUAL(found.size(), 1u);
    CHECK_EQUAL(found[0].name, std::string("constant_features"));
    CHECK_EQUAL(found[0].subject, std::string("x1"));
    CHECK_EQUAL(found[0].finding, std::string("1 of 2 features never vary"));
    CHECK_EQUAL(found[0].advice, std::string("nothing: standardisation drops them"));
    CHECK_EQUAL(found[0].figure, 1.0);
    CHECK_THROWS(lsmi::data_flags(x1, x2, lsmi::Classes()), LSMI_ERROR_SHAPE, "y: ...");
    const lsmi::Model other = lsmi::Model::fit(lsmi::samples(constant, 2), x2, data.y, quick());
    const std::vector<lsmi::Flag> of_model = other.flags();
    CHECK(!of_model.empty() && of_model[0].name == "constant_features" && of_model[0].finding == found[0].finding);
    for (const lsmi::Flag &flag : model.flags()) CHECK(flag.name != "constant_features" && !flag.advice.empty());
}

void reports(const lsmi::Dataset &data, const lsmi::Model &model, const lsmi::Controls &controls) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    const lsmi::Scores unseen = model.cross_fitted().second;
    lsmi::Report report(model);
    CHECK_EQUAL(report.json(), model.report({}));
    report.add("train", unseen.summary);
    const std::string plain = report.json();
    CHECK_EQUAL(plain, model.report({{"train", unseen.summary}}));
    const auto has = [&](const std::string &part) { return report.json().find(part) != std::string::npos; };
    CHECK(!has("\"details\"") && !has("\"null\":") && !has("\"controls\""));
    report.add(lsmi::bootstrap(unseen, 50, 0.75))
        .add(model.permutation_null(x1, x2, 1, 8))
        .add(model.spread(x1, x2, 1, 9))
        .add(controls)
        .add_details(model);
    CHECK(has("\"level\": 0.75,\n    \"draws\": 50,\n    \"seed\": 42,"));
    CHECK(has("\"null\": {\n    \"permutations\": 1,\n    \"seed\": 8,"));
    CHECK(has("\"spread\": {\n    \"repeats\": 1,\n    \"seed\": 9,"));
    CHECK(has("\"control\": \"planted_synergy\"") && has("\"planted\": null"));
    CHECK(has("\"details\": {\n    \"command\": \"lsmi fit DATA -o MODEL --preset robust --seed 42 "));

    const std::string before = report.json();
    lsmi::Controls unknown = controls;
    unknown.results[0].control = 77;
    CHECK_THROWS(report.add(unknown), LSMI_ERROR_SETTING, "control: expected a code from 0 to 9, got 77");
    CHECK_EQUAL(report.error_message(), std::string("control: expected a code from 0 to 9, got 77"));
    CHECK_THROWS(report.add("\xff", unseen.summary), LSMI_ERROR_TEXT, "name: ...");
    CHECK_EQUAL(report.json(), before);
    CHECK_THROWS(lsmi::Report(model, 3), LSMI_ERROR_SETTING, "shift_rule: ...");
    lsmi::Report moved = std::move(report);
    CHECK_EQUAL(moved.json(), before);
    CHECK_THROWS(report.json(), LSMI_ERROR_POINTER, "LsmiReport: expected a pointer, got NULL");
    CHECK_THROWS(report.add_details(model), LSMI_ERROR_POINTER, "LsmiReport: expected a pointer, got NULL");
}

} // namespace

void test::trust() {
    const lsmi::Dataset data = lsmi::synthetic::gaussian(2, 0.3, 0.6, 100, 11);
    const lsmi::Model model = lsmi::Model::fit(data.matrix1(), data.matrix2(), data.y, quick());
    intervals(model);
    nulls(data, model);
    spreads(data, model);
    flags(data, model);
    reports(data, model, controls(data));
}
