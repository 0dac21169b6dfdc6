use super::*;

fn message(key: &str, value: &str) -> String {
    Config::default().set(key, value).unwrap_err().to_string()
}

#[test]
fn every_setting_reads_back_from_its_own_text() {
    let paper = Config { hidden: Vec::new(), seed: u64::MAX, ..Config::paper() };
    let mut config = Config { preset: Preset::Paper, ..Config::robust() };
    for (key, value) in paper.settings().iter().filter(|(key, _)| key != "preset") {
        config.set(key, value).unwrap();
    }
    assert_eq!(config, paper);
    let mut config = Config { preset: Preset::Robust, ..Config::paper() };
    for (key, value) in Config::robust().settings().iter().filter(|(key, _)| key != "preset") {
        config.set(key, value).unwrap();
    }
    // Set before what they decide about.
    config.set("classifier_form", "validated").unwrap();
    config.set("start", "validated").unwrap();
    assert_eq!(config, Config::robust());
}

#[test]
fn a_form_that_is_set_is_not_chosen() {
    let start = |key, value| {
        let mut config = Config::robust();
        config.set(key, value).unwrap();
        (config.start, config.classifier_form)
    };
    for (key, value) in [("modes", "5"), ("diagonal", "shared"), ("triangle", "none")] {
        assert_eq!(start(key, value), (Start::Mixture, ClassifierForm::Validated));
    }
    for (key, value) in [("hidden", "64,64"), ("activation", "tanh")] {
        assert_eq!(start(key, value), (Start::Validated, ClassifierForm::Given));
    }
    assert_eq!(start("seed", "7"), (Start::Validated, ClassifierForm::Validated));
}

#[test]
fn bad_settings_say_what_is_expected() {
    assert_eq!(message("modes", "-1"), "modes: expected a whole number, at least 0, got '-1'");
    assert_eq!(message("bounded", "yes"), "bounded: expected true or false, got 'yes'");
    assert_eq!(message("clip", "inf"), "clip: expected a finite number, got 'inf'");
    assert_eq!(message("shift", "fixed"), "shift: expected one of frozen, batch, none, got 'fixed'");
    let expected = "hidden: expected whole numbers separated by commas, or none, got '3,x'";
    assert_eq!(message("hidden", "3,x"), expected);
    assert!(message("mode", "3").starts_with("setting: expected one of accumulate_gradients, "));
    assert!(message("preset", "paper").ends_with("got 'preset'"));
    assert!(Config::preset("paper2").is_err());
}

#[test]
fn values_out_of_range_are_refused() {
    for (key, value) in [
        ("modes", "0"),
        ("held_out", "1"),
        ("clip", "0"),
        ("hidden", "8,0"),
        ("classes", "1"),
        ("density_batch", "0"),
        ("classifier_learning_rate", "0"),
        ("density_decay_factor", "0"),
        ("classifier_weight_decay", "-1"),
    ] {
        let mut config = Config::default();
        config.set(key, value).unwrap();
        assert_eq!(config.check().unwrap_err().field(), Some(key));
    }
    Config::robust().check().unwrap();
    Config::paper().check().unwrap();
}
