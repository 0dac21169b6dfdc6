//! Flags and notes.

use super::section;
use crate::words;
use lsmi::Report;
use maud::{Markup, html};

/// The flags as boxes, then the notes.
pub fn part(report: &Report) -> Option<Markup> {
    let notes = words::notes(report);
    if report.flags.is_empty() && notes.is_empty() {
        return None;
    }
    let body = html! {
        @for flag in &report.flags {
            div.flag {
                p { span.name { (flag.name) } " " span.subject { "about " (flag.subject) } }
                p { (flag.finding) }
                p { b { "What to do: " } (flag.advice) }
            }
        }
        @if !notes.is_empty() {
            h3 { "Notes" }
            ul.notes { @for note in &notes { li { (note) } } }
        }
    };
    Some(section(
        "What may mislead",
        "Signs found in the data and in the fit, each with what to do about it.",
        body,
    ))
}
