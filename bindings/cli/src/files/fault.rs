//! What a reader found instead of what it expected, before the file's name is known.

use lsmi::Error;

/// The kinds of file that [`super::read`] understands.
pub(super) const ARCHIVES: &str = "a .pt, .npz or .safetensors file";

/// Longest piece of a file that a message repeats, in characters.
const QUOTED: usize = 160;

/// A [`Error::Format`] still without the name of its file.
#[derive(Debug)]
pub(super) struct Fault {
    place: String,
    expected: String,
    got: String,
    /// The array is whole but holds no numbers: no fault of the file as long as nobody asks for it.
    pub(super) other_type: bool,
}

/// What an array must hold to be read.
pub const NUMBERS: &str = "an array of floats, whole numbers or booleans";

impl Fault {
    pub(super) fn new(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Fault { place: String::new(), expected: expected.into(), got: got.into(), other_type: false }
    }

    /// An array that holds something other than numbers.
    pub(super) fn other_type(got: impl Into<String>) -> Self {
        Fault { other_type: true, ..Fault::new(NUMBERS, got) }
    }

    /// What was found, fit for a message.
    pub(super) fn got(&self) -> String {
        one_line(&self.got, QUOTED)
    }

    /// Names the array or entry at fault; an inner place comes after an outer one.
    pub(super) fn at(mut self, place: &str) -> Self {
        self.place = if self.place.is_empty() { place.into() } else { format!("{place}: {}", self.place) };
        self
    }

    pub(super) fn into_error(self, file: &str) -> Error {
        let field = if self.place.is_empty() {
            one_line(file, usize::MAX)
        } else {
            format!("{}: {}", one_line(file, usize::MAX), one_line(&self.place, QUOTED))
        };
        Error::Format { field, expected: one_line(&self.expected, QUOTED), got: one_line(&self.got, QUOTED) }
    }
}

/// Names inside files may hold line breaks and terminal codes, or be very long: messages do not repeat those.
fn one_line(text: &str, longest: usize) -> String {
    let mut line: String =
        text.chars().take(longest).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if line.len() < text.len() && text.chars().nth(longest).is_some() {
        line.push('…');
    }
    line
}
