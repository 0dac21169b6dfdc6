//! The page of whole, partial and degenerate reports.

use lsmi::classifier::{NetworkCandidate, NetworkKind};
use lsmi::estimator::{AnyModel, CalibrationBin, Flag};
use lsmi::report::{Extremes, SampleValues};
use lsmi::synthetic::MixedGaussian;
use lsmi::trust::{Control, ControlResult, Controls, Null, Quantities, Spread, bootstrap};
use lsmi::{Config, Model, Report, Samples, fit};
use lsmi_report::page;

fn model() -> Model<f64> {
    let data = MixedGaussian::new(3, 0.5, 0.5).unwrap().sample(150, 1).unwrap();
    let [x1, x2] = [&data.x1, &data.x2].map(|x| Samples::from_rows("x", x, data.features1).unwrap());
    let mut config = Config::robust();
    for (key, value) in [
        ("hidden", "none"),
        ("modes", "1"),
        ("density_epochs", "2"),
        ("classifier_epochs", "3"),
        ("folds", "2"),
    ] {
        config.set(key, value).unwrap();
    }
    fit(x1, x2, &data.y, &config).unwrap()
}

fn quantities(information: &[lsmi::interaction::Information]) -> Quantities<f64> {
    Quantities::means(information)
}

/// A report with everything.
fn whole() -> Report {
    let model = model();
    let scores = model.cross_fitted().unwrap();
    let mut report =
        Report::new(&model, model.config().shift).with("train", &scores.summary).with_details(&model);
    report.splits.insert("val".into(), scores.summary.clone());
    let means: Vec<Quantities<f64>> = scores.information.chunks(15).map(quantities).collect();
    report.intervals = Some(bootstrap(&scores.information, 100, 0.95, 1).unwrap());
    report.null = Some(Null { permutations: means.len(), seed: 1, p_values: means[0], means: means.clone() });
    report.spread = Some(Spread {
        repeats: 2,
        seed: 1,
        means: means[..2].to_vec(),
        deviation: means[0],
        sample_deviation: means[1],
        samples: Vec::new(),
    });
    let result = |control, planted| ControlResult {
        control,
        samples: 150,
        features: [2, 2],
        planted,
        found: means[2],
    };
    report.controls = Some(Controls {
        results: vec![result(Control::DuplicatedX1, None), result(Control::PlantedSynergy, Some(0.69))],
        synergy_floor: 0.0123,
        trusted_features: 2,
        seed: 1,
        left_out: Vec::new(),
    });
    report.flags = vec![flag("unit_norm")];
    report.notes = vec!["a note of the fit".into()];
    let candidate = |kind, weight| NetworkCandidate {
        kind,
        canonical: false,
        setting: 0.5,
        hidden: vec![8],
        weight_decay: 0.01,
        directions: 0,
        epochs: 7,
        held_out: 0.4,
        weight,
    };
    report.details.as_mut().unwrap().histories.classifier_candidates[2] =
        vec![candidate(NetworkKind::Network, 0.75), candidate(NetworkKind::Kernel, 0.0)];
    report
}

fn flag(text: &str) -> Flag {
    Flag { name: text.into(), subject: text.into(), figure: 1.0, finding: text.into(), advice: text.into() }
}

/// The headings of the sections.
fn sections(page: &str) -> Vec<&str> {
    page.split("<h2>").skip(1).map(|rest| rest.split("</h2>").next().unwrap()).collect()
}

/// What holds of every page: it is whole, has no numbers that are none, and loads nothing.
#[track_caller]
fn checked(report: &Report) -> String {
    let page = page(report).unwrap();
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">") && page.ends_with("</html>"));
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    for absent in ["NaN", ">inf", "\"inf", "-inf", "<script", "src=", "url(", "@import", "srcset", "<iframe"]
    {
        if let Some(at) = page.find(absent) {
            panic!(
                "{absent} in {:?}",
                page[..at].chars().rev().take(60).collect::<Vec<_>>().iter().rev().collect::<String>()
            );
        }
    }
    assert_eq!(page.matches("href=").count(), page.matches("href=\"data:,\"").count());
    let others = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(!others.contains("http://") && !others.contains("https://"));
    assert_eq!(page, lsmi_report::page(report).unwrap(), "the same every time");
    page
}

#[test]
fn every_part_is_there_when_its_data_are() {
    let report = whole();
    let page = checked(&report);
    assert_eq!(
        sections(&page),
        [
            "Means",
            "What may mislead",
            "Single samples",
            "Classes",
            "Telling samples",
            "Shuffled labels",
            "Controls",
            "Calibration",
            "Training",
            "To run it again"
        ]
    );
    // Two of means, seven distributions, four scatters, classes, eight of the null, three of calibration, five trainings.
    assert_eq!(page.matches("<svg").count(), 2 + 7 + 4 + 1 + 8 + 3 + 5);
    let train = &report.splits["train"];
    let shown = |value: f64| format!("<td>{}</td>", lsmi_report::words::nats(value).replace('-', "−"));
    for value in [train.i12, train.raw.redundancy, train.adjusted.synergy, train.shift, train.h2] {
        assert!(page.contains(&shown(value)), "{value}");
    }
    let interval = report.intervals.as_ref().unwrap().of.i12;
    assert!(page.contains(&shown(interval.low).replace("</td>", " to ")));
    for text in [
        "95 % interval",
        "p, one-sided",
        "± ",
        "a note of the fit",
        "synergy below 0.0123 nats",
        "lsmi fit DATA",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("class=\"chosen\"").count(), 1);
    // The samples in four scatters, the bins, and the first epochs.
    assert!(page.matches("<circle").count() <= 150 * 4 + bins(&report) + 5);
    assert!(page.matches("<circle").count() >= 140 * 4 + bins(&report) + 5);
}

/// Bins of calibration, each a point.
fn bins(report: &Report) -> usize {
    let calibration = report.details.as_ref().unwrap().calibration.as_ref().unwrap();
    calibration.x1.len() + calibration.x2.len() + calibration.joint.len()
}

#[test]
fn what_the_report_lacks_the_page_lacks() {
    let mut report = whole();
    report.flags.clear();
    report.notes.clear();
    (report.null, report.controls, report.intervals, report.spread) = (None, None, None, None);
    let page = checked(&report);
    let rest = [
        "Means",
        "Single samples",
        "Classes",
        "Telling samples",
        "Calibration",
        "Training",
        "To run it again",
    ];
    assert_eq!(sections(&page), rest);
    for absent in ["interval", "p, one-sided", "Spread", "shuffles"] {
        assert!(!page.contains(absent), "{absent}");
    }
    report.details = None;
    assert_eq!(sections(&checked(&report)), ["Means", "No details"]);
    report.splits.clear();
    report.reading = None;
    assert_eq!(sections(&checked(&report)), ["No details"]);
}

#[test]
fn text_stays_text() {
    let hostile = "<script>alert(1)</script><img src=x onerror=\"a\"> & '\"";
    let mut report = whole();
    report.flags = vec![flag(hostile)];
    report.notes = vec![hostile.into()];
    report.version = hostile.into();
    let split = report.splits["train"].clone();
    report.splits.insert(hostile.into(), split);
    let details = report.details.as_mut().unwrap();
    details.command = hostile.into();
    details.settings.insert(hostile.into(), hostile.into());
    let page = page(&report).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("onerror=\"a\""));
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;a&quot;&gt; &amp; ";
    // Four of the flag, a note, two of the version, a command, two of a setting, and those of the split.
    assert!(page.matches(escaped).count() >= 4 + 1 + 2 + 1 + 2 + 4, "{}", page.matches(escaped).count());
}

#[test]
fn numbers_that_are_none_and_huge_ones_are_drawn_around() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1e-310] {
        let mut report = whole();
        for split in report.splits.values_mut() {
            (split.i1, split.raw.synergy, split.shift, split.accuracy.x1, split.log_loss.x1) =
                (bad, bad, bad, bad, bad);
        }
        let intervals = report.intervals.as_mut().unwrap();
        (intervals.of.synergy.low, intervals.of.i1.high) = (bad, bad);
        report.null.as_mut().unwrap().means.iter_mut().for_each(|means| means.synergy = bad);
        report.null.as_mut().unwrap().p_values.i1 = bad;
        report.spread.as_mut().unwrap().deviation.i1 = bad;
        report.controls.as_mut().unwrap().synergy_floor = bad;
        let details = report.details.as_mut().unwrap();
        details.samples.s[3] = bad;
        details.samples.i1.fill(bad);
        details.samples.h1[1] = bad;
        details.classes[0].means.synergy = bad;
        details.extremes.redundant[0].values.redundancy = bad;
        details.histories.classifiers[0].losses.fill(bad);
        details.histories.densities[0].validation_losses = vec![bad; 3];
        details.calibration.as_mut().unwrap().x1[0] =
            CalibrationBin { samples: 1, confidence: bad, accuracy: bad };
        checked(&report);
    }
}

#[test]
fn one_sample_none_and_columns_of_other_lengths() {
    let mut report = whole();
    let details = report.details.as_mut().unwrap();
    let samples = &mut details.samples;
    samples.index.truncate(1);
    samples.y.truncate(1);
    for column in [
        &mut samples.i1,
        &mut samples.i2,
        &mut samples.i12,
        &mut samples.h1,
        &mut samples.h2,
        &mut samples.r,
        &mut samples.u1,
        &mut samples.u2,
        &mut samples.s,
    ] {
        column.truncate(1);
    }
    assert!(checked(&report).contains("1 of the 150 training samples"));
    report.details.as_mut().unwrap().samples.s.clear();
    report.details.as_mut().unwrap().histories.classifiers[1].best_epoch = usize::MAX;
    checked(&report);
    let details = report.details.as_mut().unwrap();
    details.samples = SampleValues::default();
    details.extremes = Extremes::default();
    details.classes.clear();
    details.calibration = None;
    details.histories = Default::default();
    report.null.as_mut().unwrap().means.clear();
    let page = checked(&report);
    assert_eq!(
        sections(&page),
        ["Means", "What may mislead", "Shuffled labels", "Controls", "To run it again"]
    );
}

#[test]
fn many_classes_stay_legible() {
    let mut report = whole();
    let details = report.details.as_mut().unwrap();
    let class = details.classes[0].clone();
    details.classes = (0..300).map(|i| lsmi::report::ClassMeans { class: i, ..class.clone() }).collect();
    let page = checked(&report);
    assert!(page.contains("The 40 of 300 classes that have most samples"));
    assert!(page.contains("All 300 classes"));
}

#[test]
fn a_model_without_folds_and_one_that_was_trained_elsewhere() {
    let mut config = Config::robust();
    for (key, value) in [("hidden", "none"), ("modes", "1"), ("density_epochs", "0"), ("folds", "0")] {
        config.set(key, value).unwrap();
    }
    let data = MixedGaussian::new(2, 0.5, 0.5).unwrap().sample(40, 1).unwrap();
    let [x1, x2] = [&data.x1, &data.x2].map(|x| Samples::from_rows("x", x, data.features1).unwrap());
    let model = fit(x1, x2, &data.y, &config).unwrap();
    let report = AnyModel::F64(model.clone()).report(config.shift).with_details(&model);
    let page = checked(&report);
    assert!(page.contains("No epochs"), "densities");
    assert!(sections(&page).ends_with(&["Training", "To run it again"]));
}
