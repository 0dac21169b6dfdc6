//! Data files made by hand.

use super::Folder;
use safetensors::{Dtype, tensor::TensorView};
use std::collections::BTreeMap;

/// One array of a data file.
#[derive(Clone)]
pub struct Array {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Arrays by name.
#[derive(Clone, Default)]
pub struct Arrays(BTreeMap<String, Array>);

impl Array {
    fn new<const N: usize>(dtype: Dtype, shape: &[usize], bytes: impl Iterator<Item = [u8; N]>) -> Self {
        let bytes: Vec<u8> = bytes.flatten().collect();
        assert_eq!(bytes.len(), N * shape.iter().product::<usize>());
        Array { dtype, shape: shape.to_vec(), bytes }
    }

    pub fn f32(shape: &[usize], values: &[f32]) -> Self {
        Array::new(Dtype::F32, shape, values.iter().map(|v| v.to_le_bytes()))
    }

    pub fn f64(shape: &[usize], values: &[f64]) -> Self {
        Array::new(Dtype::F64, shape, values.iter().map(|v| v.to_le_bytes()))
    }

    pub fn i64(shape: &[usize], values: &[i64]) -> Self {
        Array::new(Dtype::I64, shape, values.iter().map(|v| v.to_le_bytes()))
    }

    pub fn i32(shape: &[usize], values: &[i32]) -> Self {
        Array::new(Dtype::I32, shape, values.iter().map(|v| v.to_le_bytes()))
    }

    /// One byte per element: `U8`, `I8` or `BOOL`.
    pub fn bytes(dtype: Dtype, shape: &[usize], values: &[u8]) -> Self {
        Array::new(dtype, shape, values.iter().map(|v| [*v]))
    }

    fn view(&self) -> TensorView<'_> {
        TensorView::new(self.dtype, self.shape.clone(), &self.bytes).unwrap()
    }

    /// The numbers of an array of f32 or f64.
    fn floats(&self) -> Vec<f64> {
        match self.dtype {
            Dtype::F32 => self.bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect(),
            _ => self.bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
        }
    }

    fn like(&self, values: &[f64]) -> Self {
        match self.dtype {
            Dtype::F32 => Array::f32(&self.shape, &values.iter().map(|v| *v as f32).collect::<Vec<_>>()),
            _ => Array::f64(&self.shape, values),
        }
    }
}

impl Arrays {
    pub fn set(&mut self, name: &str, array: Array) {
        self.0.insert(name.into(), array);
    }

    /// Class numbers as int64.
    pub fn targets(&mut self, split: &str, y: &[i64]) {
        self.set(&format!("{split}_targets"), Array::i64(&[y.len()], y));
    }

    pub fn remove(&mut self, name: &str) {
        self.0.remove(name).unwrap();
    }

    /// Drops the arrays of a split.
    pub fn without(mut self, split: &str) -> Self {
        self.0.retain(|name, _| !name.starts_with(split));
        self
    }

    /// Replaces each number of an array by that of a function of its row, column and value.
    pub fn map(&mut self, name: &str, change: impl Fn(usize, usize, f64) -> f64) {
        let array = &self.0[name];
        let columns = array.shape[1];
        let numbers = array.floats().into_iter().enumerate();
        let changed: Vec<f64> = numbers.map(|(i, v)| change(i / columns, i % columns, v)).collect();
        self.set(name, array.like(&changed));
    }

    /// Sets one number.
    pub fn put(&mut self, name: &str, row: usize, column: usize, value: f64) {
        self.map(name, |r, c, old| if (r, c) == (row, column) { value } else { old });
    }

    /// The same numbers in double precision.
    pub fn double(mut self) -> Self {
        for array in self.0.values_mut().filter(|array| array.dtype == Dtype::F32) {
            *array = Array::f64(&array.shape, &array.floats());
        }
        self
    }

    /// Writes the arrays as a safetensors file.
    pub fn write(&self, folder: &Folder, name: &str) {
        let views: Vec<(&String, TensorView)> = self.0.iter().map(|(name, a)| (name, a.view())).collect();
        folder.write(name, safetensors::serialize(views, None).unwrap());
    }
}

/// Two classes in turn, in 2 and 3 features of noise, as float32 and int64.
pub fn toy(train: usize, val: usize) -> Arrays {
    let mut state = 1u32;
    // A linear congruential generator.
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 24) - 0.5
    };
    let mut arrays = Arrays::default();
    for (split, samples) in [("train", train), ("val", val)] {
        let y: Vec<i64> = (0..samples as i64).map(|i| i % 2).collect();
        for (modality, features) in [(1, 2), (2, 3)] {
            let marker = |i: usize| if i.is_multiple_of(features) { y[i / features] as f64 } else { 0.0 };
            let values: Vec<f32> =
                (0..samples * features).map(|i| (marker(i) + 2.0 * noise()) as f32).collect();
            arrays.set(
                &format!("{split}_modal_{modality}_features"),
                Array::f32(&[samples, features], &values),
            );
        }
        arrays.targets(split, &y);
    }
    arrays
}
