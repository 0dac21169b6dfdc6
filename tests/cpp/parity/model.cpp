// Parity vectors about models.

#include "replay.hpp"

namespace {

template <class T>
lsmi::Model fitted(const ParityCase &of) {
    const parity::Samples<T> x1(of.x1), x2(of.x2);
    return lsmi::Model::fit(x1.matrix, x2.matrix, parity::view(of.y), parity::config(of));
}

lsmi::Model fitted(const ParityCase &of) {
    return of.type_ == LSMI_F32 ? fitted<float>(of) : fitted<double>(of);
}

/// The case that this one names.
const ParityCase &case_of(const ParityCase &now) {
    for (std::size_t i = 0; i < PARITY_COUNT; ++i)
        if (std::strcmp(PARITY[i].name, now.text) == 0) return PARITY[i];
    throw std::logic_error(std::string("no case ") + now.text);
}

/// Its model.
lsmi::Model named(const ParityCase &now) { return fitted(case_of(now)); }

template <class T>
void score(const ParityCase &now, const lsmi::Model &model) {
    const parity::Samples<T> x1(now.x1), x2(now.x2);
    const lsmi::Scores scores = model.score(x1.matrix, x2.matrix, parity::view(now.y), now.shift);
    const lsmi::Summary &s = scores.summary;
    parity::same(now, scores, now.want);
    parity::same(now, "redundancy", scores.redundancy, now.want[5]);
    parity::same(now, "unique1", scores.unique1, now.want[6]);
    parity::same(now, "unique2", scores.unique2, now.want[7]);
    parity::same(now, "synergy", scores.synergy, now.want[8]);
    const std::vector<double> summary = {
        static_cast<double>(s.samples), static_cast<double>(s.clipped), s.i1, s.i2, s.i12, s.h1, s.h2, s.s_minus_r,
        s.shift, s.raw.redundancy, s.raw.unique1, s.raw.unique2, s.raw.synergy, s.adjusted.redundancy,
        s.adjusted.unique1, s.adjusted.unique2, s.adjusted.synergy, s.accuracy.x1, s.accuracy.x2, s.accuracy.joint,
        s.log_loss.x1, s.log_loss.x2, s.log_loss.joint};
    parity::same(now, "summary", summary, now.want[9]);
}

void score(const ParityCase &now, const lsmi::Model &model) {
    model.info().type_ == LSMI_F32 ? score<float>(now, model) : score<double>(now, model);
}

template <class T>
void report(const ParityCase &now, const lsmi::Model &model) {
    const parity::Samples<T> x1(now.x1), x2(now.x2);
    const lsmi::Summary summary = model.score(x1.matrix, x2.matrix, parity::view(now.y), now.shift).summary;
    std::vector<std::pair<std::string, lsmi::Summary>> splits;
    for (std::size_t i = 0; i < now.splits.count; ++i) splits.emplace_back(now.splits.values[i], summary);
    parity::same_text(now, model.report(splits, now.shift));
}

void report(const ParityCase &now, const lsmi::Model &model) {
    model.info().type_ == LSMI_F32 ? report<float>(now, model) : report<double>(now, model);
}

/// Of the samples that the model was fitted to.
template <class T>
void trust(const ParityCase &now, const ParityCase &of) {
    const parity::Samples<T> x1(of.x1), x2(of.x2);
    const lsmi::Model model = fitted<T>(of);
    const lsmi::Scores unseen = model.cross_fitted().second;
    lsmi::Report report(model);
    report.add("train", unseen.summary)
        .add(lsmi::bootstrap(unseen, now.draws, now.level, now.seed))
        .add(model.permutation_null(x1.matrix, x2.matrix, now.permutations, now.seed))
        .add(model.spread(x1.matrix, x2.matrix, now.repeats, now.seed))
        .add(lsmi::controls(x1.matrix, x2.matrix, parity::view(of.y), parity::config(now)));
    parity::same_text(now, report.json());
}

void trust(const ParityCase &now) {
    const ParityCase &of = case_of(now);
    of.type_ == LSMI_F32 ? trust<float>(now, of) : trust<double>(now, of);
}

void what_it_holds(const ParityCase &now, const lsmi::Model &model) {
    const Numbers *want = now.want + 10;
    const lsmi::ClassTable classes = model.classes();
    parity::same(now, "log_prior", classes.log_prior, want[0]);
    parity::same(now, "class_counts", classes.counts, want[1]);
    parity::same(now, "dropped", model.dropped(1), want[2]);
    parity::same(now, "dropped", model.dropped(2), want[3]);
    parity::same(now, "frozen_shift", model.info().frozen_shift, want[4]);
    CHECK_EQUAL(model.notes(), std::string(now.message));
    for (std::int32_t c = 0; c < 5; ++c) parity::same(now, model.history(c), want + 5 + 3 * c);
}

template <class T>
void preprocess(const ParityCase &now, const lsmi::Model &model) {
    const parity::Samples<T> x(now.x);
    const std::vector<T> z = model.preprocess(now.modality, x.matrix);
    const lsmi::Preprocessing of = model.preprocessing(now.modality);
    const lsmi::EntropyOffsets offsets = model.entropy_offsets();
    parity::same(now, "z", z, now.want[0]);
    parity::same(now, "columns", of.columns, now.want[1]);
    parity::same(now, "means", of.means, now.want[2]);
    parity::same(now, "scales", of.scales, now.want[3]);
    parity::same(now, "clip", of.clip, now.want[4]);
    parity::same(now, "entropy_offset", now.modality == 1 ? offsets.h1 : offsets.h2, now.want[5]);
}

void preprocess(const ParityCase &now, const lsmi::Model &model) {
    model.info().type_ == LSMI_F32 ? preprocess<float>(now, model) : preprocess<double>(now, model);
}

std::vector<std::uint8_t> edited(std::vector<std::uint8_t> bytes, const Edit &edit) {
    std::string text(bytes.begin(), bytes.end());
    if (edit.text != nullptr) text = edit.text;
    if (edit.find != nullptr) text.replace(text.find(edit.find), std::strlen(edit.find), edit.replace);
    text.resize(std::min(text.size(), edit.keep) - edit.drop);
    if (edit.invert_last) text.back() = static_cast<char>(~text.back());
    return {text.begin(), text.end()};
}

} // namespace

bool parity::model(const ParityCase &now) {
    const std::string call = now.call;
    if (call == "fit_and_score") {
        const lsmi::Model model = fitted(now);
        score(now, model);
        what_it_holds(now, model);
    } else if (call == "score") {
        score(now, named(now));
    } else if (call == "report") {
        report(now, named(now));
    } else if (call == "trust_report") {
        trust(now);
    } else if (call == "preprocess") {
        preprocess(now, named(now));
    } else if (call == "model_from_bytes") {
        const std::vector<std::uint8_t> bytes = edited(named(now).to_bytes(), now.edit);
        CHECK(lsmi::Model::from_bytes(bytes).to_bytes() == bytes);
    } else if (call == "model_load") {
        lsmi::Model::load(now.text);
    } else {
        return false;
    }
    return true;
}
