//! The [`Report`] of a fit as one page of HTML, to look at and to pass on.
//!
//! The page needs nothing beside itself: no network, no scripts, no fonts. Charts are SVG. What the report lacks, the page
//! leaves out.
//!
//! ```
//! use lsmi::{Config, Report, Samples, fit, synthetic::MixedGaussian};
//!
//! let data = MixedGaussian::new(2, 0.5, 0.5)?.sample(200, 1)?;
//! let x1 = Samples::from_rows("x1", &data.x1, data.features1)?;
//! let x2 = Samples::from_rows("x2", &data.x2, data.features2)?;
//! let mut config = Config::robust();
//! config.set("hidden", "none")?;
//! config.set("modes", "1")?;
//! let model = fit(x1, x2, &data.y, &config)?;
//! let summary = &model.cross_fitted().expect("preset robust has folds").summary;
//! let report = Report::new(&model, config.shift).with("train", summary).with_details(&model);
//! let page = lsmi_report::page(&report)?;
//! assert!(page.starts_with("<!DOCTYPE html>"));
//! # Ok::<(), lsmi::Error>(())
//! ```

mod chart;
mod colour;
mod parts;
pub mod words;

use lsmi::{Report, Result};
use maud::{DOCTYPE, PreEscaped, html};

/// A browser loads and runs nothing, whatever the page says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The page about a report. The same for the same report.
///
/// # Errors
/// [`lsmi::Error::Format`] if a chart cannot be drawn.
pub fn page(report: &Report) -> Result<String> {
    let sections = [
        parts::means::part(report)?,
        parts::warnings::part(report),
        parts::distributions::part(report)?,
        parts::classes::part(report)?,
        parts::extremes::part(report)?,
        parts::null::part(report)?,
        parts::controls::part(report)?,
        parts::calibration::part(report)?,
        parts::training::part(report)?,
    ];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Redundancy, uniqueness and synergy" }
                // Or browsers ask for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                (parts::headline::part(report))
                @for section in sections.into_iter().flatten() { (section) }
                (parts::rerun::part(report))
            }
        }
    };
    Ok(page.into_string())
}
