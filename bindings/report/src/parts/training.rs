//! How the five models came about: the courses of the trainings, and the forms that were tried.

use super::{Part, cells, figure, section};
use crate::chart::{Axis, Chart, Colour, INK, MUTED, Mark};
use crate::colour::{SOURCES, X1, X2};
use crate::words;
use lsmi::estimator::{Component, Histories};
use lsmi::{History, Report, Result};
use maud::{Markup, html};

/// Nothing without a single epoch and without a choice.
pub fn part(report: &Report) -> Part {
    let Some(histories) = report.details.as_ref().map(|d| &d.histories) else { return Ok(None) };
    let courses: Vec<&History> = histories.classifiers.iter().chain(&histories.densities).collect();
    let choices = choices(histories);
    if courses.iter().all(|history| history.losses.is_empty()) && choices.is_empty() {
        return Ok(None);
    }
    let colours = SOURCES.into_iter().chain([X1, X2]);
    let all: Vec<_> = Component::ALL.iter().map(Component::to_string).zip(courses).zip(colours).collect();
    let (trained, found): (Vec<_>, Vec<_>) =
        all.iter().partition(|((_, history), _)| !history.losses.is_empty());
    let found: Vec<&str> = found.iter().map(|((name, _), _)| name.as_str()).collect();
    let body = html! {
        div.grid.three {
            @for ((name, history), colour) in trained { (course(name, history, *colour)?) }
        }
        @if !found.is_empty() { p.empty { "No epochs: " (found.join(", ")) ". Their forms need none." } }
        @if !choices.is_empty() {
            h3 style="margin-top:1.6rem" { "Forms tried" }
            p.lead {
                "Judged by samples that they were not fitted to. Of classifiers the weighted sum is taken; of densities the \
                 simplest one within a standard error of the best. What was taken is shaded."
            }
            @for choice in &choices { (choice) }
        }
    };
    let how = "Mean loss after each epoch, in nats: of the samples trained on (coloured) and of held-out ones (grey, \
               dashed). The upright line marks the epoch that was kept.";
    Ok(Some(section("Training", how, body)))
}

fn course(title: &str, history: &History, colour: Colour) -> Result<Markup> {
    let line = |losses: &[f64], first: usize| -> Vec<(f64, f64)> {
        losses.iter().enumerate().map(|(i, &loss)| ((i + first) as f64, loss)).collect()
    };
    let epochs = history.losses.len().max(history.validation_losses.len().saturating_sub(1));
    let losses = history.losses.iter().chain(&history.validation_losses).copied();
    let y = Axis::over_most("loss, nats", losses);
    let kept = history.best_epoch as f64;
    let marks = vec![
        Mark::line(&[(kept, y.low), (kept, y.high)], MUTED),
        Mark::dashed(&line(&history.validation_losses, 0), INK),
        Mark::Line { points: line(&history.losses, 1), colour, thickness: 2.0, dashed: false },
        // A single epoch has no line.
        Mark::Dot {
            at: (1.0, history.losses.first().copied().unwrap_or(f64::NAN)),
            radius: 2.0,
            colour,
            opacity: 1.0,
        },
    ];
    let x = Axis::new("epoch", 0.0, epochs as f64);
    let caption = format!("Kept after epoch {} of {}.", history.best_epoch, history.losses.len());
    figure(title, &Chart { size: (360, 220), x, y, marks }, &caption)
}

/// A table for each model whose form was chosen.
fn choices(histories: &Histories) -> Vec<Markup> {
    let classifiers =
        Component::ALL.iter().zip(&histories.classifier_candidates).map(|(component, tried)| {
            let mut tried: Vec<_> = tried.iter().collect();
            tried.sort_by(|a, b| a.held_out.total_cmp(&b.held_out));
            let rows = tried
                .iter()
                .map(|candidate| (words::classifier_form(candidate).to_vec(), candidate.weight > 0.0));
            choice(&component.to_string(), &words::CLASSIFIER_COLUMNS, rows.collect())
        });
    let densities = Component::ALL[3..].iter().zip(&histories.candidates).map(|(component, tried)| {
        let mut tried: Vec<_> = tried.iter().collect();
        tried.sort_by(|a, b| b.held_out.total_cmp(&a.held_out));
        let rows = tried.iter().map(|candidate| (words::density_form(candidate).to_vec(), candidate.chosen));
        choice(&component.to_string(), &words::DENSITY_COLUMNS, rows.collect())
    });
    classifiers.chain(densities).flatten().collect()
}

fn choice(of: &str, header: &[&str], rows: Vec<(Vec<String>, bool)>) -> Option<Markup> {
    if rows.is_empty() {
        return None;
    }
    let taken = rows.iter().filter(|(_, taken)| *taken).count();
    Some(html! {
        details {
            summary { (of) ": " (rows.len()) " forms tried, " (taken) " taken" }
            div.scroll {
                table {
                    thead { tr { @for name in header { th scope="col" { (name) } } } }
                    tbody { @for (row, taken) in &rows { (cells(row, if *taken { "chosen" } else { "" })) } }
                }
            }
        }
    })
}
