//! The six arrays of a data file as two splits of samples.

use crate::features::Features;
use crate::files::{Archive, NUMBERS, Tensor, Values};
use lsmi::{Error, Float, Result, Samples};
use std::collections::BTreeSet;
use std::path::Path;

/// The names of a split's arrays.
const FIELDS: [&str; 3] = ["modal_1_features", "modal_2_features", "targets"];

/// One split as it is in the file.
#[derive(Debug, Clone)]
pub struct Split {
    /// `train` or `val`.
    pub name: &'static str,
    /// Both modalities.
    pub modalities: [Features; 2],
    /// Class numbers.
    pub y: Vec<i64>,
    /// Columns of one-hot targets.
    pub classes: Option<usize>,
}

/// A split in the number type of a model.
pub struct Numbers<T> {
    name: &'static str,
    values: [Vec<T>; 2],
    shapes: [(usize, usize); 2],
    pub y: Vec<i64>,
}

/// What a data file holds.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The file's name, for messages.
    pub file: String,
    pub train: Option<Split>,
    pub val: Option<Split>,
    /// Arrays that are none of the splits'.
    unused: Vec<String>,
}

impl Dataset {
    /// Reads a data file.
    pub fn read(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        Dataset::of(&file, crate::files::read(path)?)
    }

    fn of(file: &str, mut archive: Archive) -> Result<Self> {
        let names: Vec<String> = archive.tensors.keys().cloned().collect();
        let mut split = |name: &'static str| -> Result<Option<Split>> {
            let mut found = FIELDS.map(|field| archive.tensors.remove(&format!("{name}_{field}")));
            let unreadable = |field: &&str| archive.unreadable.contains_key(&format!("{name}_{field}"));
            if found.iter().all(Option::is_none) && !FIELDS.iter().any(unreadable) {
                return Ok(None);
            }
            let mut take = |index: usize| {
                let field = format!("{name}_{}", FIELDS[index]);
                let missing = match archive.unreadable.get(&field) {
                    Some(other) => {
                        let expected = if index == 2 { CLASSES } else { NUMBERS };
                        Error::Format { field: field.clone(), expected: expected.into(), got: other.clone() }
                    }
                    None => Error::Format {
                        field: file.to_string(),
                        expected: format!("an array {field}"),
                        got: listed(&names),
                    },
                };
                found[index].take().ok_or(missing).map(|tensor| (field, tensor))
            };
            let (field1, tensor1) = take(0)?;
            let (field2, tensor2) = take(1)?;
            let (field, targets) = take(2)?;
            let (y, classes) = classes_of(&field, targets)?;
            let modalities = [Features::of(&field1, tensor1)?, Features::of(&field2, tensor2)?];
            Ok(Some(Split { name, modalities, y, classes }))
        };
        let (train, val) = (split("train")?, split("val")?);
        if train.is_none() && val.is_none() {
            return Err(Error::Format {
                field: file.to_string(),
                expected: "arrays train_modal_1_features, train_modal_2_features, train_targets (or val_…)"
                    .into(),
                got: listed(&names),
            });
        }
        // Generated files carry their exact values along.
        let unused = archive.tensors.into_keys().chain(archive.unreadable.into_keys());
        let unused = unused.filter(|name| !name.contains("_exact_")).collect();
        Ok(Dataset { file: file.to_string(), train, val, unused })
    }

    /// The split to train on.
    pub fn training(&self) -> Result<&Split> {
        self.named("train", &self.train)
    }

    /// The split to validate on.
    pub fn validation(&self) -> Result<&Split> {
        self.named("val", &self.val)
    }

    fn named<'a>(&self, name: &str, split: &'a Option<Split>) -> Result<&'a Split> {
        split.as_ref().ok_or_else(|| Error::Format {
            field: self.file.clone(),
            expected: format!("arrays {name}_modal_1_features, {name}_modal_2_features, {name}_targets"),
            got: "only the other split".into(),
        })
    }

    /// What a reader should know about the file.
    pub fn note(&self) -> Option<String> {
        let names = listed(&self.unused);
        (!self.unused.is_empty()).then(|| format!("note: {}: not used: {names}", self.file))
    }

    /// Says before the fit what it or the scoring after it would refuse.
    pub fn check_for_fit(&self) -> Result<()> {
        let train = self.training()?;
        train.check()?;
        let classes: BTreeSet<i64> = train.y.iter().copied().collect();
        let Some(val) = self.val.as_ref().filter(|_| classes.len() > 1) else {
            // With one class the fit itself has something to say.
            return Ok(());
        };
        for (index, field) in ["x1", "x2"].into_iter().enumerate() {
            let (expected, got) = (train.modalities[index].features, val.modalities[index].features);
            if expected != got {
                return Err(val.name_error(Error::Shape {
                    field: field.into(),
                    what: "features",
                    expected,
                    got,
                }));
            }
        }
        val.check()?;
        let unseen = val.y.iter().position(|class| !classes.contains(class));
        match unseen.map(|row| (row, usize::try_from(val.y[row]))) {
            None => Ok(()),
            Some((row, Ok(got))) => Err(val.name_error(Error::UnseenClass { field: "y".into(), row, got })),
            Some((row, Err(_))) => Err(val.name_error(Error::Class {
                field: "y".into(),
                row,
                column: None,
                expected: "a class number of the training split".into(),
                got: val.y[row].to_string(),
            })),
        }
    }

    /// Whether any features want double precision.
    pub fn is_double(&self) -> bool {
        self.train.iter().chain(&self.val).flat_map(|split| &split.modalities).any(Features::is_double)
    }
}

impl Split {
    /// The split's numbers as `T`.
    pub fn numbers<T: Float>(&self) -> Result<Numbers<T>> {
        let convert = |index: usize| {
            let features = &self.modalities[index];
            let field = format!("{}_{}", self.name, FIELDS[index]);
            features.convert::<T>(&field)
        };
        Ok(Numbers {
            name: self.name,
            values: [convert(0)?, convert(1)?],
            shapes: [0, 1].map(|i| (self.modalities[i].samples, self.modalities[i].features)),
            y: self.y.clone(),
        })
    }

    /// Refuses counts that disagree, and features that are no finite numbers.
    fn check(&self) -> Result<()> {
        let samples = self.modalities[0].samples;
        let counts = [("x1", samples), ("x2", self.modalities[1].samples), ("y", self.y.len())];
        for (index, features) in self.modalities.iter().enumerate() {
            let empty = |what| Error::Empty { field: counts[index].0.into(), what };
            if features.samples == 0 {
                return Err(self.name_error(empty("samples")));
            }
            if features.features == 0 {
                return Err(self.name_error(empty("features")));
            }
        }
        // Where the modalities disagree, the targets tell which of them is right.
        let expected = if counts[0].1 == counts[1].1 { samples } else { self.y.len() };
        for (field, got) in counts {
            if got != expected {
                self.check_orientation()?;
                let error = Error::Shape { field: field.into(), what: "samples", expected, got };
                return Err(self.name_error(error));
            }
        }
        self.modalities.iter().zip(["x1", "x2"]).try_for_each(|(features, field)| {
            features.check_finite(field).map_err(|error| self.name_error(error))
        })
    }

    /// Refuses a modality that has as many features as there are targets, but fewer samples.
    fn check_orientation(&self) -> Result<()> {
        for (features, field) in self.modalities.iter().zip(["x1", "x2"]) {
            if features.features == self.y.len() && features.samples < self.y.len() {
                let error = Error::Format {
                    field: field.into(),
                    expected: format!("a row for each of the {} targets", self.y.len()),
                    got: format!("{} rows of {} numbers: transpose it", features.samples, features.features),
                };
                return Err(self.name_error(error));
            }
        }
        Ok(())
    }

    /// Names an error's `x1`, `x2`, `y` after the split's arrays.
    pub fn name_error(&self, error: Error) -> Error {
        name_error(self.name, error)
    }
}

impl<T: Float> Numbers<T> {
    /// Both modalities as samples.
    pub fn samples(&self) -> Result<[Samples<'_, T>; 2]> {
        let modality = |index: usize| {
            let (samples, features) = self.shapes[index];
            let field = format!("{}_{}", self.name, FIELDS[index]);
            Samples::new(&field, &self.values[index], samples, features, features)
        };
        Ok([modality(0)?, modality(1)?])
    }

    /// Names an error's `x1`, `x2`, `y` after the split's arrays.
    pub fn name_error(&self, error: Error) -> Error {
        name_error(self.name, error)
    }
}

fn name_error(split: &str, error: Error) -> Error {
    error.rename_field(|field| match field {
        "x1" => Some(format!("{split}_{}", FIELDS[0])),
        "x2" => Some(format!("{split}_{}", FIELDS[1])),
        "y" => Some(format!("{split}_{}", FIELDS[2])),
        "h1" | "h2" | "i1" | "i2" | "i12" => Some(format!("{field} of the {split} split")),
        _ => None,
    })
}

/// Some names, for a message.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => "no arrays".into(),
        few if few.len() <= 8 => few.join(", "),
        [first @ .., _] => format!("{}, … ({} arrays)", first[..8].join(", "), names.len()),
    }
}

/// What targets must be, and how they get there.
const CLASSES: &str = "integer class numbers, or one-hot rows (NumPy: `y.astype(int)`, or of names \
                       `np.unique(y, return_inverse=True)[1]`)";

/// Class numbers of a vector of integers, of a column of them, or of one-hot rows.
fn classes_of(field: &str, tensor: Tensor) -> Result<(Vec<i64>, Option<usize>)> {
    let bad = |got: String| Error::Format { field: field.into(), expected: CLASSES.into(), got };
    match (&tensor.shape[..], tensor.values) {
        ([_] | [_, 1], Values::I64(values)) => Ok((values, None)),
        ([_] | [_, 1], _) => Err(bad(tensor.type_name.into())),
        (&[samples, classes], values) if classes > 1 => {
            let values: Vec<f64> = match values {
                Values::F32(values) => values.iter().map(|v| f64::from(*v)).collect(),
                Values::F64(values) => values,
                Values::I64(values) => values.iter().map(|v| *v as f64).collect(),
            };
            let rows = values.chunks_exact(classes).enumerate();
            let y = rows.map(|(row, values)| one_hot(field, row, values)).collect::<Result<Vec<_>>>()?;
            debug_assert_eq!(y.len(), samples);
            Ok((y, Some(classes)))
        }
        (shape, _) => Err(bad(format!("shape {shape:?}"))),
    }
}

/// The class of a one-hot row.
fn one_hot(field: &str, row: usize, values: &[f64]) -> Result<i64> {
    let mut class = None;
    for (column, &value) in values.iter().enumerate() {
        if value == 1.0 && class.is_none() {
            class = Some(column as i64);
        } else if value != 0.0 {
            return Err(Error::Class {
                field: field.into(),
                row,
                column: Some(column),
                expected: "zeros and a single 1 (one-hot)".into(),
                got: value.to_string(),
            });
        }
    }
    class.ok_or_else(|| Error::Class {
        field: field.into(),
        row,
        column: None,
        expected: "zeros and a single 1 (one-hot)".into(),
        got: "zeros only".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Kind;
    use std::collections::BTreeMap;

    fn archive(names: &[&str]) -> Archive {
        let tensor = |name: &&str| {
            let shape = if name.ends_with("targets") { vec![2] } else { vec![2, 1] };
            (name.to_string(), Tensor { shape, values: Values::I64(vec![0, 1]), type_name: "int64" })
        };
        let tensors = names.iter().map(tensor).collect();
        Archive { kind: Kind::Npz, tensors, unreadable: BTreeMap::new(), metadata: BTreeMap::new() }
    }

    const TRAIN: [&str; 3] = ["train_modal_1_features", "train_modal_2_features", "train_targets"];

    #[test]
    fn other_arrays_are_noted_and_do_no_harm() {
        let mut archive = archive(&[&TRAIN[..], &["validation_targets", "train_exact_r"]].concat());
        archive.unreadable.insert("names".into(), "an array of texts".into());
        let data = Dataset::of("d.npz", archive).unwrap();
        data.check_for_fit().unwrap();
        assert_eq!(data.note().unwrap(), "note: d.npz: not used: validation_targets, names");
        assert_eq!(Dataset::of("d.npz", self::archive(&TRAIN)).unwrap().note(), None);
    }

    #[test]
    fn an_array_that_holds_no_numbers_is_refused_where_it_is_needed() {
        let mut archive = archive(&TRAIN[..2]);
        archive.unreadable.insert("train_targets".into(), "an array of texts".into());
        let expected = format!("train_targets: expected {CLASSES}, got an array of texts");
        assert_eq!(Dataset::of("d.npz", archive).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_transposed_modality_is_to_blame_and_not_the_others() {
        let mut archive = archive(&TRAIN);
        archive.tensors.get_mut(TRAIN[0]).unwrap().shape = vec![1, 2];
        let error = Dataset::of("d.npz", archive.clone()).unwrap().check_for_fit().unwrap_err();
        let message = "train_modal_1_features: expected a row for each of the 2 targets, got 1 rows of 2 numbers: transpose it";
        assert_eq!(error.to_string(), message);
        archive.tensors.get_mut(TRAIN[1]).unwrap().shape = vec![1, 2];
        let error = Dataset::of("d.npz", archive).unwrap().check_for_fit().unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
