//! Readers of what `lsmi` writes.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Columns after `index` and `y`.
pub const COLUMNS: [&str; 9] = ["i1", "i2", "i12", "h1", "h2", "r", "u1", "u2", "s"];
/// The first line of a score table.
const HEADER: &str = "index,y,i1,i2,i12,h1,h2,r,u1,u2,s";

/// A score table, by columns.
pub struct Scores {
    pub y: Vec<i64>,
    columns: BTreeMap<&'static str, Vec<f64>>,
}

impl Scores {
    pub fn of_csv(text: &str) -> Self {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(HEADER));
        assert!(text.ends_with('\n'));
        let mut scores = Scores { y: Vec::new(), columns: BTreeMap::new() };
        for (row, line) in lines.enumerate() {
            let words: Vec<&str> = line.split(',').collect();
            assert_eq!((words.len(), words[0]), (11, row.to_string().as_str()));
            scores.y.push(words[1].parse().unwrap());
            for (column, word) in COLUMNS.into_iter().zip(&words[2..]) {
                scores.columns.entry(column).or_default().push(word.parse().unwrap());
            }
        }
        scores
    }

    pub fn column(&self, name: &str) -> &[f64] {
        &self.columns[name]
    }

    pub fn mean(&self, name: &str) -> f64 {
        let column = self.column(name);
        column.iter().sum::<f64>() / column.len() as f64
    }

    /// Checks on each sample what holds of any information and its atoms, and that all is finite.
    #[track_caller]
    pub fn assert_identities(&self) {
        for row in 0..self.y.len() {
            let [i1, i2, i12, h1, h2, r, u1, u2, s] = COLUMNS.map(|name| self.column(name)[row]);
            let largest = [i1, i2, i12, h1, h2].into_iter().fold(1.0, |most: f64, v| most.max(v.abs()));
            let expected_r = h1.min(h2) - (h1 - i1).min(h2 - i2);
            for (name, left, right) in [
                ("r", r, expected_r),
                ("r + u1 = i1", r + u1, i1),
                ("r + u2 = i2", r + u2, i2),
                ("r + u1 + u2 + s = i12", r + u1 + u2 + s, i12),
                ("s - r = i12 - i1 - i2", s - r, i12 - i1 - i2),
            ] {
                assert!((left - right).abs() <= 1e-12 * largest, "row {row}, {name}: {left}, {right}");
            }
        }
    }
}

/// The vectors of float64 or int64 in an `.npz` archive.
pub fn npz(path: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut arrays = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().strip_suffix(".npy").unwrap().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\0");
        let (header, numbers) = bytes[10..].split_at(u16::from_le_bytes([bytes[8], bytes[9]]).into());
        let header = std::str::from_utf8(header).unwrap();
        let numbers = numbers.as_chunks().0.iter();
        arrays.insert(
            name,
            match header.contains("'<f8'") {
                true => numbers.map(|b| f64::from_le_bytes(*b)).collect(),
                false => {
                    assert!(header.contains("'<i8'"), "{header}");
                    numbers.map(|b| i64::from_le_bytes(*b) as f64).collect()
                }
            },
        );
    }
    arrays
}
