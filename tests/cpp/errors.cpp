// Every error of fit and score, with its status and message.

#include "check.hpp"

#include <functional>
#include <limits>

namespace {

struct Data {
    std::vector<float> x1, x2;
    std::vector<std::int64_t> y;

    auto matrix1() const { return lsmi::samples(x1, 2); }
    auto matrix2() const { return lsmi::samples(x2, 1); }
};

Data good() {
    Data data;
    for (int i = 0; i < 40; ++i) {
        const float sign = i % 2 == 0 ? -1.0f : 1.0f;
        data.x1.push_back(sign + 0.05f * float(i % 7));
        data.x1.push_back(0.3f * float(i % 5));
        data.x2.push_back(-sign + 0.1f * float(i % 3));
        data.y.push_back(i % 2);
    }
    return data;
}

lsmi::Config quick() {
    lsmi::Config config;
    config.modes = 1;
    config.density_epochs = config.classifier_epochs = 2;
    return config.set("hidden", "none");
}

lsmi::Model fit(const Data &data, const LsmiConfig &config = quick()) {
    return lsmi::Model::fit(data.matrix1(), data.matrix2(), data.y, config);
}

void bad_samples() {
    const lsmi::Model model = fit(good());
    // What a fit and a score refuse alike.
    const auto both = [&](const Data &data, std::int32_t status, const std::string &message) {
        CHECK_THROWS(fit(data), status, message);
        CHECK_THROWS(model.score(data.matrix1(), data.matrix2(), data.y), status, message);
        CHECK_EQUAL(model.error_message(), message);
    };
    Data data = good();
    data.x1[2 * 3 + 1] = std::numeric_limits<float>::quiet_NaN();
    both(data, LSMI_ERROR_NOT_FINITE, "x1: row 3, column 1: expected a finite number, got NaN");
    data = good();
    data.x2[5] = -std::numeric_limits<float>::infinity();
    both(data, LSMI_ERROR_NOT_FINITE, "x2: row 5, column 0: expected a finite number, got -inf");
    data = good();
    data.x2.pop_back();
    both(data, LSMI_ERROR_SHAPE, "x2: expected 40 samples, got 39");
    data = good();
    data.y.push_back(0);
    both(data, LSMI_ERROR_SHAPE, "y: expected 40 samples, got 41");
    CHECK_THROWS(fit(Data{}), LSMI_ERROR_EMPTY, "x1: expected ...");
    CHECK_THROWS(model.score(Data{}.matrix1(), Data{}.matrix2(), {}), LSMI_ERROR_EMPTY, "x1: expected ...");
    data = good();
    data.y[7] = -1;
    CHECK_THROWS(fit(data), LSMI_ERROR_CLASS, "y: row 7, column 0: ...");
    data.y[7] = 2;
    CHECK_THROWS(model.score(data.matrix1(), data.matrix2(), data.y), LSMI_ERROR_CLASS, "y: row 7, column 0: ...");

    data = good();
    const auto gaps = lsmi::samples(data.x1.data(), 40, 2, 1), one = lsmi::samples(data.x1.data(), 40, 1, 2);
    const auto nothing = lsmi::samples(data.x1.data(), 40, 0, 1);
    const auto endless = lsmi::samples(data.x1.data(), std::numeric_limits<std::size_t>::max(), 2, 1 << 20);
    const auto null = lsmi::samples(static_cast<const float *>(nullptr), 40, 2);
    const auto x2 = data.matrix2();
    CHECK_THROWS(model.score(nothing, x2, data.y), LSMI_ERROR_EMPTY, "x1: expected ...");
    CHECK_THROWS(model.score(gaps, x2, data.y), LSMI_ERROR_SHAPE, "x1: ...");
    CHECK_THROWS(model.score(one, x2, data.y), LSMI_ERROR_SHAPE, "x1: expected 2 features, got 1");
    CHECK_THROWS(model.score_into(endless, x2, data.y, {}), LSMI_ERROR_SHAPE,
                 "x1: expected a size that can be addressed, got ...");
    CHECK_THROWS(model.score(null, x2, data.y), LSMI_ERROR_POINTER, "x1: expected a pointer, got NULL");
    auto cut = data.matrix1();
    cut.struct_size = 4;
    CHECK_THROWS(model.score(cut, x2, data.y), LSMI_ERROR_STRUCT_SIZE,
                 "LsmiMatrix: expected struct_size " + std::to_string(sizeof(LsmiMatrix)) + ", got 4");
    auto coded = data.matrix1();
    coded.type_ = 2;
    CHECK_THROWS(model.score(coded, x2, data.y), LSMI_ERROR_TYPE, "type: expected LSMI_F32 (0) or LSMI_F64 (1), got 2");
    const std::vector<double> doubles(80);
    CHECK_THROWS(model.score(lsmi::samples(doubles, 2), lsmi::samples(doubles.data(), 40, 1), data.y),
                 LSMI_ERROR_TYPE, "x1: expected f32 numbers, got f64");
    CHECK_THROWS(model.score(data.matrix1(), x2, data.y, 9), LSMI_ERROR_SETTING,
                 "shift_rule: expected a code from 0 to 2, got 9");
}

void bad_problems() {
    Data data = good();
    data.y.assign(40, 1);
    CHECK_THROWS(fit(data), LSMI_ERROR_ONE_CLASS, "y: expected at least two classes, got only class 1");
    data = good();
    lsmi::Config config = quick();
    config.classes = 50;
    CHECK_THROWS(fit(data, config), LSMI_ERROR_TOO_FEW_SAMPLES,
                 "y: expected at least 50 samples, one per class, got 40");
    config.classes = 3;
    const lsmi::Model model = fit(data, config);
    CHECK_EQUAL(model.info().classes, 3u);
    CHECK_EQUAL(model.classes().counts[2], 0u);
    data.y[4] = 2;
    CHECK_THROWS(model.score(data.matrix1(), data.matrix2(), data.y), LSMI_ERROR_UNSEEN_CLASS,
                 "y: row 4, column 0: expected a class with training samples, got class 2");
    config.classes = 2;
    CHECK_THROWS(fit(data, config), LSMI_ERROR_CLASS, "y: row 4, column 0: ...");

    data = good();
    config = quick();
    config.held_out = 1.5;
    CHECK_THROWS(fit(data, config), LSMI_ERROR_SETTING, "held_out: ...");
    config = quick();
    config.prior = 7;
    CHECK_THROWS(fit(data, config), LSMI_ERROR_SETTING, "prior: expected a code from 0 to 1, got 7");
    config = quick();
    config.hidden_layers = 9;
    CHECK_THROWS(fit(data, config), LSMI_ERROR_SETTING, "hidden_layers: expected at most 8, got 9");

    // Raw features near the end of the numbers, as preset paper takes them.
    data = good();
    for (float &value : data.x1) value = 3e38f;
    CHECK_THROWS(fit(data, lsmi::Config(LSMI_PRESET_PAPER)), LSMI_ERROR_DIVERGED, "classifier of x1: epoch 0: expected a finite loss, got ...");
    // Standardised, 1e30 is as good as 1.
    data = good();
    for (float &value : data.x1) value *= 1e30f;
    CHECK(std::isfinite(fit(data).score(data.matrix1(), data.matrix2(), data.y).summary.i12));
}

std::string field_of(const std::function<void()> &call) {
    try {
        call();
    } catch (const lsmi::Error &error) {
        const lsmi::Error copy = error;
        return copy.field();
    }
    return "nothing was thrown";
}

void fields() {
    const lsmi::Model model = fit(good());
    Data data = good();
    data.y.pop_back();
    CHECK_EQUAL(field_of([&] { model.score(data.matrix1(), data.matrix2(), data.y); }), "y");
    CHECK_EQUAL(field_of([&] { quick().set("modes", "many"); }), "modes");
    CHECK_EQUAL(field_of([] { lsmi::Model::load("no/such/file"); }), "no/such/file");
    CHECK_EQUAL(field_of([&] { lsmi::Model::fit(data.matrix1(), data.matrix2(), good().y, quick(),
                                                [](const lsmi::Progress &) { return false; }); }),
                "");
    // Also what the header checks itself.
    std::vector<double> three(3);
    lsmi::ScoreBuffers out;
    out.h2 = three;
    CHECK_EQUAL(field_of([&] { model.score_into(data.matrix1(), data.matrix2(), good().y, out); }), "h2");
    CHECK_EQUAL(lsmi::Error(LSMI_ERROR_IO, "x: ...").field(), "");
}

void constant_columns() {
    Data data = good();
    for (std::size_t i = 1; i < data.x1.size(); i += 2) data.x1[i] = 4;
    const lsmi::Model model = fit(data);
    CHECK(model.dropped(1) == std::vector<std::size_t>{1});
    CHECK(model.dropped(2).empty());
    CHECK(!model.notes().empty());
    CHECK_EQUAL(model.network(LSMI_COMPONENT_CLASSIFIER1).form().features, 1u);
    CHECK_EQUAL(model.info().features1, 2u);
}

} // namespace

void test::errors() {
    bad_samples();
    bad_problems();
    fields();
    constant_columns();
}
