//! What repeats the fit, and how figures are to be read.

use super::{section, table};
use lsmi::Report;
use lsmi::estimator::ShiftRule;
use maud::{Markup, html};

/// The end of the page.
pub fn part(report: &Report) -> Markup {
    let rule = match report.shift_rule {
        ShiftRule::Frozen => "that of the training split",
        ShiftRule::Batch => "that of the samples of each split",
        ShiftRule::None => "none",
    };
    let again = report.details.as_ref().map(|details| {
        let rows: Vec<Vec<String>> =
            details.settings.iter().map(|(key, value)| vec![key.clone(), value.clone()]).collect();
        html! {
            @if !details.command.is_empty() { pre { (details.command) } }
            @if !rows.is_empty() {
                details { summary { "All " (rows.len()) " settings" } (table("", &["setting", "value"], &rows)) }
            }
        }
    });
    html! {
        @match again {
            Some(body) => (section("To run it again", "One seed gives one result, whatever the number of threads.", body)),
            None => (section(
                "No details",
                "This report has means alone. The JSON of `lsmi fit --json` and a model file tell of single samples, \
                 classes, calibration and training as well.",
                html! {},
            )),
        }
        footer {
            "All figures are in nats (1 bit = 0.693 nats) unless they say otherwise, and atoms are raw unless they are \
             called adjusted; the shift that adjusts them is " (rule) ". Cross-fitted: each sample was read by models that were \
             fitted to other samples. Made by lsmi " (report.version) "."
        }
    }
}
