//! Whether classifiers are right as often as they are sure.

use super::{Part, figure, nats, section};
use crate::chart::{Axis, Chart, Colour, MUTED, Mark};
use crate::colour::SOURCES;
use lsmi::Report;
use lsmi::estimator::CalibrationBin;
use maud::html;

/// Nothing without calibration.
pub fn part(report: &Report) -> Part {
    let Some(calibration) = report.details.as_ref().and_then(|d| d.calibration.as_ref()) else {
        return Ok(None);
    };
    let diagrams =
        [("from x1", &calibration.x1), ("from x2", &calibration.x2), ("from both", &calibration.joint)];
    let body = html! {
        div.grid.three {
            @for ((title, bins), colour) in diagrams.into_iter().zip(SOURCES) {
                (figure(title, &diagram(bins, colour), &caption(bins))?)
            }
        }
    };
    let how = "Predictions of the cross-fitted classifiers in ten bins by how sure they are; larger points stand for more \
               samples. On the diagonal a classifier is right as often as it says. Below it, it is too sure of itself, and \
               i is less than it could be.";
    Ok(Some(section("Calibration", how, body)))
}

fn diagram(bins: &[CalibrationBin], colour: Colour) -> Chart {
    let most = bins.iter().map(|bin| bin.samples).max().unwrap_or(1).max(1) as f64;
    let mut marks = vec![Mark::dashed(&[(0.0, 0.0), (1.0, 1.0)], MUTED)];
    let at = |bin: &CalibrationBin| (bin.confidence, bin.accuracy);
    marks.push(Mark::line(&bins.iter().map(at).collect::<Vec<_>>(), colour));
    for bin in bins {
        let radius = 2.5 + 7.0 * (bin.samples as f64 / most).sqrt();
        marks.push(Mark::Dot { at: at(bin), radius, colour, opacity: 0.75 });
    }
    let axis = |name| Axis::new(name, -0.03, 1.03);
    Chart {
        size: (360, 320),
        x: axis("mean probability of the class found"),
        y: axis("fraction found right"),
        marks,
    }
}

/// How far confidence is from accuracy, over all samples.
fn caption(bins: &[CalibrationBin]) -> String {
    let samples: usize = bins.iter().map(|bin| bin.samples).sum();
    if samples == 0 {
        return "no samples".into();
    }
    let apart = bins.iter().map(|bin| bin.samples as f64 * (bin.confidence - bin.accuracy).abs());
    format!(
        "Mean distance from the diagonal {}, over {samples} samples.",
        nats(apart.sum::<f64>() / samples as f64)
    )
}
