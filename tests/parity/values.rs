//! Numbers, matrices and errors as JSON.

use lsmi::{Error, Float, Samples};
use serde_json::{Value, json};

/// A number: JSON has no NaN and no infinities, which are the strings `NaN`, `Infinity` and `-Infinity`.
pub fn number(value: f64) -> Value {
    match value {
        v if v.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        v => json!(v),
    }
}

pub fn numbers<T: Float>(values: &[T]) -> Value {
    values.iter().map(|v| number(v.f64())).collect()
}

pub fn read_number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or_else(|| panic!("{value} is no number")),
    }
}

pub fn read<T: Float>(value: &Value) -> Vec<T> {
    value.as_array().unwrap().iter().map(|v| T::of(read_number(v))).collect()
}

/// `null` is nothing.
pub fn read_optional<T: Float>(value: &Value) -> Option<Vec<T>> {
    (!value.is_null()).then(|| read(value))
}

pub fn integers(value: &Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect()
}

pub fn count(value: &Value) -> usize {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count")) as usize
}

/// The numbers of a matrix, which [`samples`] borrows.
pub fn data<T: Float>(matrix: &Value) -> Vec<T> {
    read(&matrix["data"])
}

pub fn samples<'a, T: Float>(field: &str, matrix: &Value, data: &'a [T]) -> lsmi::Result<Samples<'a, T>> {
    let [samples, features, stride] = ["samples", "features", "stride"].map(|key| count(&matrix[key]));
    Samples::new(field, data, samples, features, stride)
}

pub fn error(error: &Error) -> Value {
    let (code, name) = match error {
        Error::Shape { .. } => (1, "shape"),
        Error::Empty { .. } => (2, "empty"),
        Error::NotFinite { .. } => (3, "not finite"),
        Error::Class { .. } => (4, "class"),
        Error::UnseenClass { .. } => (5, "unseen class"),
        Error::OneClass { .. } => (6, "one class"),
        Error::TooFewSamples { .. } => (7, "too few samples"),
        Error::Setting { .. } | Error::Weight { .. } => (8, "setting"),
        Error::Diverged { .. } => (9, "diverged"),
        Error::Cancelled => (10, "cancelled"),
        Error::Format { .. } => (11, "format"),
        Error::Version { .. } => (12, "version"),
        Error::Io { .. } => (13, "io"),
        other => panic!("{other}: no status"),
    };
    let field = error.field().unwrap_or_default();
    json!({ "error": { "status": code, "name": name, "field": field, "message": error.to_string() } })
}

/// Asserts that two values have the same form, texts and whole numbers, and numbers within `tolerance` of the larger
/// of their magnitude and 1; with `tolerance` 0 they have the same bits. A text of JSON is one of its values, but for
/// `tolerance` 0.
pub fn assert_same(place: &str, want: &Value, got: &Value, tolerance: f64) {
    match (want, got) {
        (Value::Object(want), Value::Object(got)) => {
            assert!(want.keys().eq(got.keys()), "{place}");
            want.iter().for_each(|(key, want)| {
                assert_same(&format!("{place}.{key}"), want, &got[key], tolerance);
            });
        }
        (Value::Array(want), Value::Array(got)) => {
            assert_eq!(want.len(), got.len(), "{place}");
            for (index, (want, got)) in want.iter().zip(got).enumerate() {
                assert_same(&format!("{place}[{index}]"), want, got, tolerance);
            }
        }
        (Value::String(w), Value::String(g)) if tolerance > 0.0 && w.starts_with('{') => {
            let [w, g] = [w, g].map(|text| serde_json::from_str(text).unwrap());
            assert_same(place, &w, &g, tolerance);
        }
        (Value::Number(w), Value::Number(g)) if w.is_f64() && g.is_f64() => {
            let (w, g) = (w.as_f64().unwrap(), g.as_f64().unwrap());
            let near = (w - g).abs() <= tolerance * w.abs().max(g.abs()).max(1.0);
            assert!(w.to_bits() == g.to_bits() || tolerance > 0.0 && near, "{place}: {w} is not {g}");
        }
        _ => assert_eq!(want, got, "{place}"),
    }
}
