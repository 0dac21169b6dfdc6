// Models: fit, score, files, what they hold, imported parts, ownership.

#include "check.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

namespace {

lsmi::Config quick() {
    lsmi::Config config;
    config.modes = 2;
    config.density_epochs = 5;
    config.classifier_epochs = 10;
    config.set("hidden", "8");
    return config;
}

void settings() {
    lsmi::Config config;
    CHECK_EQUAL(config.preset, LSMI_PRESET_ROBUST);
    CHECK_EQUAL(config.standardize, 1);
    CHECK_EQUAL(lsmi::Config(LSMI_PRESET_PAPER).prior, LSMI_PRIOR_UNIFORM);
    config.set("modes", "7").set("hidden", "64,32");
    CHECK_EQUAL(config.modes, 7u);
    CHECK_EQUAL(config.hidden_layers, 2u);
    CHECK_EQUAL(config.hidden[1], 32u);
    config.set("hidden", "none");
    CHECK_EQUAL(config.hidden_layers, 0u);
    const std::string text = config.text();
    CHECK(text.find("modes=7\n") != std::string::npos);
    // The lines of the text are what set takes.
    lsmi::Config same(LSMI_PRESET_PAPER);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at), middle = text.find('=', at);
        const std::string key = text.substr(at, middle - at);
        if (key != "preset") same.set(key, text.substr(middle + 1, end - middle - 1));
        at = end + 1;
    }
    same.preset = LSMI_PRESET_ROBUST;
    CHECK_EQUAL(same.text(), text);
    config.check();
    config.modes = 0;
    CHECK_THROWS(config.check(), LSMI_ERROR_SETTING, "modes: ...");
    CHECK_THROWS(config.set("mode", "7"), LSMI_ERROR_SETTING, "setting: ...");
    CHECK_THROWS(config.set("prior", "flat"), LSMI_ERROR_SETTING, "prior: ...");
    CHECK_THROWS(lsmi::Config(LSMI_PRESET_IMPORTED), LSMI_ERROR_SETTING, "preset: ...");
    config.struct_size = 8;
    CHECK_THROWS(config.check(), LSMI_ERROR_STRUCT_SIZE,
                 "LsmiConfig: expected struct_size " + std::to_string(sizeof(LsmiConfig)) + ", got 8");
}

void scores(const lsmi::Dataset &data, const lsmi::Model &model) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    const lsmi::Scores scores = model.score(x1, x2, data.y);
    CHECK_EQUAL(scores.summary.samples, data.samples);
    for (std::size_t row = 0; row < data.samples; ++row) {
        const double r = std::min(scores.h1[row], scores.h2[row]) -
                         std::min(scores.h1[row] - scores.i1[row], scores.h2[row] - scores.i2[row]);
        CHECK_NEAR(scores.redundancy[row], r, 1e-12);
        CHECK_NEAR(scores.redundancy[row] + scores.unique1[row], scores.i1[row], 1e-12);
        CHECK_NEAR(scores.redundancy[row] + scores.unique2[row], scores.i2[row], 1e-12);
        CHECK_NEAR(r + scores.unique1[row] + scores.unique2[row] + scores.synergy[row], scores.i12[row], 1e-12);
    }
    CHECK(lsmi::atoms(scores).synergy == scores.synergy);
    CHECK_EQUAL(lsmi::mean(scores.i12), scores.summary.i12);
    CHECK_NEAR(lsmi::mean(scores.unique1), scores.summary.raw.unique1, 1e-12);
    CHECK_NEAR(scores.summary.s_minus_r, scores.summary.i12 - scores.summary.i1 - scores.summary.i2, 1e-12);
    CHECK_EQUAL(scores.summary.shift, model.info().frozen_shift);
    const auto [classes, unseen] = model.cross_fitted();
    CHECK(classes == data.y);
    CHECK_EQUAL(unseen.summary.reading, LSMI_READING_CROSS_FITTED);
    CHECK_EQUAL(scores.summary.reading, LSMI_READING_IN_SAMPLE);
    CHECK_EQUAL(unseen.summary.shift, model.info().frozen_shift);
    CHECK_EQUAL(lsmi::mean(unseen.i12), unseen.summary.i12);
    CHECK_EQUAL(unseen.redundancy.size(), data.samples);
    CHECK(scores.summary.accuracy.joint > 0.5 && scores.summary.log_loss.joint < std::log(2.0));

    const lsmi::Summary batch = model.score(x1, x2, data.y, LSMI_SHIFT_BATCH).summary;
    const lsmi::Shift shift = lsmi::shift(batch.raw);
    CHECK_NEAR(batch.shift, shift.shift, 1e-12);
    CHECK_NEAR(batch.adjusted.redundancy, batch.raw.redundancy + batch.shift, 1e-12);
    CHECK_EQUAL(model.score(x1, x2, data.y, LSMI_SHIFT_NONE).summary.shift, 0.0);

    // Into the caller's memory, some of it.
    std::vector<double> synergy(data.samples);
    lsmi::ScoreBuffers some;
    some.synergy = synergy;
    CHECK_EQUAL(model.score_into(x1, x2, data.y, some).i1, scores.summary.i1);
    CHECK(synergy == scores.synergy);
    some.h1 = {synergy.data(), 3};
    CHECK_THROWS(model.score_into(x1, x2, data.y, some), LSMI_ERROR_SHAPE,
                 "h1: expected " + std::to_string(data.samples) + " elements, got 3");

    // A const handle serves several threads at once.
    std::vector<std::vector<double>> found(4);
    std::vector<std::thread> threads;
    for (auto &place : found)
        threads.emplace_back([&] { place = model.score(x1, x2, data.y).redundancy; });
    for (auto &thread : threads) thread.join();
    for (const auto &place : found) CHECK(place == scores.redundancy);
}

void what_a_model_holds(const lsmi::Dataset &data, const lsmi::Model &model) {
    const lsmi::ModelInfo info = model.info();
    CHECK_EQUAL(info.features1, 2u);
    CHECK_EQUAL(info.features2, 2u);
    CHECK_EQUAL(info.classes, 2u);
    CHECK_EQUAL(info.type_, LSMI_F64);
    CHECK_EQUAL(info.has_class_counts, 1);
    CHECK_EQUAL(model.config().text(), [] {
        lsmi::Config config = quick();
        // The number of classes that was found.
        config.classes = 2;
        return config.text();
    }());

    const lsmi::ClassTable table = model.classes();
    const std::size_t ones = std::size_t(std::count(data.y.begin(), data.y.end(), 1));
    CHECK(table.counts == (std::vector<std::size_t>{data.samples - ones, ones}));
    CHECK_NEAR(table.log_prior[1], std::log(double(ones) / double(data.samples)), 1e-12);
    CHECK(model.dropped(1).empty() && model.dropped(2).empty());
    CHECK_THROWS(model.dropped(3), LSMI_ERROR_SETTING, "modality: expected 1 or 2, got 3");
    CHECK_EQUAL(model.error_message(), "modality: expected 1 or 2, got 3");

    for (int component = LSMI_COMPONENT_CLASSIFIER1; component <= LSMI_COMPONENT_DENSITY2; ++component) {
        const lsmi::History history = model.history(component);
        CHECK(!history.losses.empty() && history.losses.size() <= 10);
        CHECK_EQUAL(history.validation_losses.size(), history.losses.size() + 1);
        CHECK(history.best_epoch <= history.losses.size());
        CHECK_EQUAL(history.validation_losses[history.best_epoch],
                    *std::min_element(history.validation_losses.begin(), history.validation_losses.end()));
    }
    CHECK_THROWS(model.history(5), LSMI_ERROR_SETTING, "component: expected a component from 0 to 4, got 5");
    CHECK_EQUAL(model.network(LSMI_COMPONENT_CLASSIFIER_JOINT).form().features, 4u);
    CHECK_EQUAL(model.density(LSMI_COMPONENT_DENSITY2).options().modes, 2u);
    CHECK_THROWS(model.network(LSMI_COMPONENT_DENSITY1), LSMI_ERROR_SETTING,
                 "component: expected a classifier, from 0 to 2, got 3");
    CHECK_THROWS(model.density(LSMI_COMPONENT_CLASSIFIER1), LSMI_ERROR_SETTING,
                 "component: expected a density, 3 or 4, got 0");
}

void the_report(const lsmi::Dataset &data, const lsmi::Model &model) {
    const lsmi::Summary summary = model.score(data.matrix1(), data.matrix2(), data.y, LSMI_SHIFT_BATCH).summary;
    const std::string text = model.report({{"val", summary}, {"train", summary}}, LSMI_SHIFT_BATCH);
    const std::string n = "{\n      \"n\": " + std::to_string(data.samples) + ",\n      \"i1\": ";
    CHECK(text.find("{\n  \"splits\": {\n    \"train\": " + n) == 0);
    CHECK(text.find("    \"val\": " + n) != std::string::npos);
    CHECK(text.find("\n  \"shift_rule\": \"batch\",\n") != std::string::npos && text.back() == '}');
    CHECK(model.report({}).find("\n  \"shift_rule\": \"frozen\",\n") != std::string::npos);
    CHECK_THROWS(model.report({}, 3), LSMI_ERROR_SETTING, "shift_rule: expected a code from 0 to 2, got 3");
}

/// The parts of a model on features as they see them.
template <class T>
void preprocessing(const lsmi::Dataset &data) {
    // x1 with a constant column in the middle.
    std::vector<T> x1, x2(data.x2.begin(), data.x2.end());
    for (std::size_t row = 0; row < data.samples; ++row) {
        x1.insert(x1.end(), {T(data.x1[2 * row]), T(3), T(100 * data.x1[2 * row + 1])});
    }
    lsmi::Config config = quick();
    config.entropy_units = LSMI_UNITS_INPUT;
    const auto m1 = lsmi::samples(x1, 3), m2 = lsmi::samples(x2, 2);
    const lsmi::Model model = lsmi::Model::fit(m1, m2, data.y, config);

    const lsmi::Preprocessing of = model.preprocessing(1);
    CHECK_EQUAL(of.features, 3u);
    CHECK(of.columns == (std::vector<std::size_t>{0, 2}));
    CHECK_EQUAL(of.clip, config.clip);
    const std::vector<T> z1 = model.preprocess(1, m1), z2 = model.preprocess(2, m2);
    CHECK_EQUAL(z1.size(), 2 * data.samples);
    for (std::size_t i = 0; i < z1.size(); ++i)
        CHECK_EQUAL(z1[i], T((double(x1[3 * (i / 2) + of.columns[i % 2]]) - of.means[i % 2]) / of.scales[i % 2]));
    const lsmi::EntropyOffsets offsets = model.entropy_offsets();
    CHECK_NEAR(offsets.h1, std::log(of.scales[0]) + std::log(of.scales[1]), 1e-14);

    const lsmi::Scores scores = model.score(m1, m2, data.y);
    const std::vector<T> log_p = model.density(LSMI_COMPONENT_DENSITY2).log_density(lsmi::samples(z2, 2));
    for (std::size_t row = 0; row < data.samples; ++row) CHECK_EQUAL(scores.h2[row], offsets.h2 - double(log_p[row]));

    std::vector<T> small(3);
    CHECK_THROWS(model.preprocess_into(1, m1, small), LSMI_ERROR_SHAPE,
                 "out: expected " + std::to_string(2 * data.samples) + " elements, got 3");
    CHECK_THROWS(model.preprocess(2, m1), LSMI_ERROR_SHAPE, "x2: expected 2 features, got 3");
    CHECK_THROWS(model.preprocess(3, m1), LSMI_ERROR_SETTING, "modality: expected 1 or 2, got 3");
    CHECK_THROWS(model.preprocessing(0), LSMI_ERROR_SETTING, "modality: expected 1 or 2, got 0");
    const bool single = std::is_same_v<T, float>;
    const std::vector<std::conditional_t<std::is_same_v<T, float>, double, float>> other(3);
    CHECK_THROWS(model.preprocess(1, lsmi::samples(other, 3)), LSMI_ERROR_TYPE,
                 single ? "x1: expected f32 numbers, got f64" : "x1: expected f64 numbers, got f32");

    // Without standardisation all stays as it is.
    config.standardize = 0;
    const lsmi::Model raw = lsmi::Model::fit(m1, m2, data.y, config);
    const lsmi::Preprocessing none = raw.preprocessing(1);
    CHECK(none.means.empty() && none.scales.empty() && std::isinf(none.clip));
    CHECK(none.columns == (std::vector<std::size_t>{0, 1, 2}) && raw.preprocess(1, m1) == x1);
    CHECK_EQUAL(raw.entropy_offsets().h1, 0.0);
}

void files(const lsmi::Dataset &data, const lsmi::Model &model) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    const std::vector<double> expected = model.score(x1, x2, data.y).synergy;
    const std::vector<std::uint8_t> bytes = model.to_bytes();
    const lsmi::Model copy = lsmi::Model::from_bytes(bytes);
    CHECK(copy.to_bytes() == bytes);
    CHECK(copy.score(x1, x2, data.y).synergy == expected);

    const std::string path = std::string(LSMI_TEST_FOLDER) + "/model.safetensors";
    model.save(path);
    CHECK(lsmi::Model::load(path).to_bytes() == bytes);
    std::remove(path.c_str());
    CHECK_THROWS(lsmi::Model::load(path), LSMI_ERROR_IO, path + ": cannot read...");
    CHECK_THROWS(model.save(std::string(LSMI_TEST_FOLDER) + "/none/model"), LSMI_ERROR_IO,
                 std::string(LSMI_TEST_FOLDER) + "/none/model: cannot write...");
    CHECK_THROWS(model.save("\xff"), LSMI_ERROR_TEXT, "path: expected UTF-8 text, got ...");

    CHECK_THROWS(lsmi::Model::from_bytes({bytes.data(), bytes.size() - 1}), LSMI_ERROR_FORMAT, "...");
    CHECK_THROWS(lsmi::Model::from_bytes({}), LSMI_ERROR_FORMAT, "...");
    std::string newer(bytes.begin(), bytes.end());
    const std::string version = "\\\"format_version\\\":3";
    const std::size_t at = newer.find(version);
    CHECK(at != std::string::npos);
    newer[at + version.size() - 1] = '9';
    const std::vector<std::uint8_t> changed(newer.begin(), newer.end());
    CHECK_THROWS(lsmi::Model::from_bytes(changed), LSMI_ERROR_VERSION, "...");
}

template <class T>
void imported_parts() {
    // One feature each; the networks are linear, the densities standard normal.
    const std::vector<lsmi::Layer<T>> one = {{{T(-1), T(1)}, {T(0), T(0)}}};
    const std::vector<lsmi::Layer<T>> two = {{{T(-1), T(-0.5), T(1), T(0.5)}, {T(0), T(0)}}};
    lsmi::MarginalOptions options;
    options.modes = 1;
    options.features = 1;
    options.triangle = LSMI_TRIANGLE_NONE;
    const lsmi::Marginal density(options, lsmi::MarginalParameters<T>(options));
    const lsmi::Network alone(1, one, LSMI_ACTIVATION_RELU), joint(2, two, LSMI_ACTIVATION_RELU);
    const lsmi::Model model = lsmi::Model::from_parts(alone, alone, joint, density, density);
    CHECK_EQUAL(model.info().has_class_counts, 0);
    CHECK_EQUAL(model.config().preset, LSMI_PRESET_IMPORTED);
    CHECK_EQUAL(model.history(0).losses.size(), 0u);

    const std::vector<T> x1 = {T(0.5), T(-1)}, x2 = {T(0.25), T(2)};
    const std::vector<std::int64_t> y = {1, 0};
    const lsmi::Scores scores = model.score(lsmi::samples(x1, 1), lsmi::samples(x2, 1), y);
    for (std::size_t row = 0; row < 2; ++row) {
        // log p(y|x) + log 2 with logits ∓v.
        const auto i = [&](double v) { return -std::log1p(std::exp(y[row] == 1 ? -2 * v : 2 * v)) + std::log(2.0); };
        const double a = double(x1[row]), b = double(x2[row]), log_two_pi = std::log(2 * std::acos(-1.0));
        CHECK_NEAR(scores.i1[row], i(a), 1e-6);
        CHECK_NEAR(scores.i2[row], i(b), 1e-6);
        CHECK_NEAR(scores.i12[row], i(a + 0.5 * b), 1e-6);
        CHECK_NEAR(scores.h1[row], 0.5 * (a * a + log_two_pi), 1e-6);
        CHECK_NEAR(scores.h2[row], 0.5 * (b * b + log_two_pi), 1e-6);
    }
    CHECK_THROWS(lsmi::Model::from_parts(alone, alone, alone, density, density), LSMI_ERROR_SHAPE, "...");
}

void progress_and_exceptions(const lsmi::Dataset &data) {
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    // Forms that are given, no folds: every call is an epoch.
    auto plain = quick();
    plain.start = LSMI_START_SAMPLES;
    plain.classifier_form = LSMI_FORM_GIVEN;
    plain.folds = 0;
    std::size_t calls = 0;
    bool seen[5] = {};
    const auto count = [&](const lsmi::Progress &progress) {
        ++calls;
        seen[progress.component] = true;
        CHECK(progress.epoch >= 1 && progress.epoch <= progress.epochs);
        CHECK(std::isfinite(progress.loss) && std::isfinite(progress.validation_loss));
        return true;
    };
    const lsmi::Model model = lsmi::Model::fit(x1, x2, data.y, plain, count);
    CHECK(seen[0] && seen[1] && seen[2] && seen[3] && seen[4]);
    std::size_t epochs = 0;
    for (int component = 0; component < 5; ++component) epochs += model.history(component).losses.size();
    CHECK_EQUAL(calls, epochs);

    calls = 0;
    const auto stop = [&](const lsmi::Progress &) { return ++calls < 3; };
    CHECK_THROWS(lsmi::Model::fit(x1, x2, data.y, plain, stop), LSMI_ERROR_CANCELLED, "cancelled");
    CHECK_EQUAL(calls, 3u);

    // What the function throws comes out as it was, and the fit ends there.
    struct Own {
        int number;
    };
    calls = 0;
    try {
        lsmi::Model::fit(x1, x2, data.y, plain, [&](const lsmi::Progress &) -> bool {
            ++calls;
            throw Own{42};
        });
        CHECK(false);
    } catch (const Own &own) {
        CHECK_EQUAL(own.number, 42);
    }
    CHECK_EQUAL(calls, 1u);
    CHECK_EQUAL(lsmi::Model::fit(x1, x2, data.y, plain).to_bytes() == model.to_bytes(), true);
}

void ownership(const lsmi::Dataset &data) {
    static_assert(!std::is_copy_constructible_v<lsmi::Model> && std::is_nothrow_move_constructible_v<lsmi::Model>);
    static_assert(!std::is_copy_assignable_v<lsmi::Network> && std::is_nothrow_move_assignable_v<lsmi::Marginal>);
    const auto x1 = data.matrix1(), x2 = data.matrix2();
    lsmi::Model model = lsmi::Model::fit(x1, x2, data.y, quick());
    const std::vector<std::uint8_t> bytes = model.to_bytes();
    lsmi::Model moved = std::move(model);
    CHECK(moved && moved.to_bytes() == bytes);
    // A handle that was moved from answers with an error.
    CHECK(!model && model.get() == nullptr);
    const std::string null = "LsmiModel: expected a pointer, got NULL";
    CHECK_THROWS(model.info(), LSMI_ERROR_POINTER, null);
    CHECK_THROWS(model.score(x1, x2, data.y), LSMI_ERROR_POINTER, null);
    CHECK_THROWS(model.save("unused"), LSMI_ERROR_POINTER, null);
    CHECK_THROWS(model.network(0), LSMI_ERROR_POINTER, null);
    CHECK_THROWS(model.error_message(), LSMI_ERROR_POINTER, null);
    model = std::move(moved);
    CHECK(model.to_bytes() == bytes && !moved);

    lsmi::Network network = model.network(0);
    lsmi::Marginal density = model.density(LSMI_COMPONENT_DENSITY1);
    const lsmi::Network other_network = std::move(network);
    const lsmi::Marginal other_density = std::move(density);
    CHECK_THROWS(network.form(), LSMI_ERROR_POINTER, "LsmiNetwork: expected a pointer, got NULL");
    CHECK_THROWS(network.log_probabilities(x1), LSMI_ERROR_POINTER, "LsmiNetwork: expected a pointer, got NULL");
    CHECK_THROWS(density.log_density(x1), LSMI_ERROR_POINTER, "LsmiMarginal: expected a pointer, got NULL");
    CHECK_THROWS(density.gradient(x1), LSMI_ERROR_POINTER, "LsmiMarginal: expected a pointer, got NULL");
    CHECK_THROWS(lsmi::Model::from_parts(network, other_network, other_network, other_density, other_density),
                 LSMI_ERROR_POINTER, "LsmiNetwork: expected a pointer, got NULL");

    // To C and back.
    LsmiModel *raw = model.release();
    CHECK(!model && lsmi_model_info(raw, nullptr) == LSMI_ERROR_POINTER);
    CHECK(lsmi::Model(raw).to_bytes() == bytes);
}

} // namespace

void test::models() {
    settings();
    const lsmi::Dataset data = lsmi::synthetic::gaussian(2, 0.3, 0.6, 600, 11);
    const lsmi::Model model = lsmi::Model::fit(data.matrix1(), data.matrix2(), data.y, quick());
    scores(data, model);
    what_a_model_holds(data, model);
    the_report(data, model);
    preprocessing<float>(data);
    preprocessing<double>(data);
    files(data, model);
    imported_parts<float>();
    imported_parts<double>();
    progress_and_exceptions(data);
    ownership(data);
}
