//! How JSON is written: objects and lists of objects indented, numbers one after the other on a line.

use lsmi::{Error, Result};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// A value as JSON text.
pub fn text(value: &impl Serialize) -> Result<String> {
    let fail =
        |got: String| Error::Format { field: "JSON".into(), expected: "numbers and names".into(), got };
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Layout::default());
    value.serialize(&mut serializer).map_err(|e| fail(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| fail(e.to_string()))
}

/// What is open around the place that is written.
enum Open {
    Object { is_empty: bool },
    Array { is_broken: bool },
}

#[derive(Default)]
struct Layout(Vec<Open>);

impl Layout {
    fn break_line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.0.len()).try_for_each(|_| out.write_all(b"  "))
    }

    /// Before what is no number: in an array it gets a line of its own.
    fn before<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        match self.0.last_mut() {
            Some(Open::Array { is_broken }) => {
                *is_broken = true;
                self.break_line(out)
            }
            _ => Ok(()),
        }
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        match self.0.pop() {
            Some(Open::Object { is_empty: false } | Open::Array { is_broken: true }) => self.break_line(out),
            _ => Ok(()),
        }
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.before(out)?;
        self.0.push(Open::Array { is_broken: false });
        out.write_all(b"[")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b",") }
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out)?;
        out.write_all(b"]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.before(out)?;
        self.0.push(Open::Object { is_empty: true });
        out.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        if let Some(Open::Object { is_empty }) = self.0.last_mut() {
            *is_empty = false;
        }
        self.break_line(out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out)?;
        out.write_all(b"}")
    }

    fn begin_string<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.before(out)?;
        out.write_all(b"\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_share_a_line_and_all_else_has_lines_of_its_own() {
        let value = json!({
            "empty": [{}, []],
            "names": ["a", "b \"[{"],
            "numbers": [1, -2.5, null, 1e15],
            "object": { "key": { "n": 1 }, "text": "x" },
            "objects": [{ "n": [3] }, { "n": [] }],
        });
        let expected = r#"{
  "empty": [
    {},
    []
  ],
  "names": [
    "a",
    "b \"[{"
  ],
  "numbers": [1,-2.5,null,1000000000000000.0],
  "object": {
    "key": {
      "n": 1
    },
    "text": "x"
  },
  "objects": [
    {
      "n": [3]
    },
    {
      "n": []
    }
  ]
}"#;
        let written = text(&value).unwrap();
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
        assert_eq!(text(&[0.1]).unwrap(), "[0.1]");
        assert_eq!(text(&"word").unwrap(), "\"word\"");
    }
}
