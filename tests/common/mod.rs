//! Reading of the reference files in `tests/data`.
#![allow(dead_code, reason = "every test file uses another part")]

use lsmi::Float;
use safetensors::SafeTensors;
use std::collections::HashMap;

/// The arrays and the options of a reference file, all f64.
pub struct Oracle {
    arrays: HashMap<String, (Vec<usize>, Vec<f64>)>,
    options: HashMap<String, String>,
}

impl Oracle {
    pub fn open(name: &str) -> Self {
        let path = format!("{}/tests/data/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let arrays = SafeTensors::deserialize(&bytes).unwrap().tensors().into_iter();
        let arrays = arrays.map(|(name, tensor)| {
            let numbers = tensor.data().as_chunks::<8>().0.iter();
            let values = match tensor.dtype() {
                safetensors::Dtype::F64 => numbers.map(|b| f64::from_le_bytes(*b)).collect(),
                safetensors::Dtype::I64 => numbers.map(|b| i64::from_le_bytes(*b) as f64).collect(),
                other => panic!("{name}: {other:?}"),
            };
            (name, (tensor.shape().to_vec(), values))
        });
        Oracle { arrays: arrays.collect(), options: metadata.metadata().clone().unwrap_or_default() }
    }

    pub fn option(&self, name: &str) -> &str {
        &self.options[name]
    }

    pub fn shape(&self, name: &str) -> &[usize] {
        &self.arrays[name].0
    }

    pub fn has(&self, name: &str) -> bool {
        self.arrays.contains_key(name)
    }

    pub fn f64(&self, name: &str) -> &[f64] {
        &self.arrays[name].1
    }

    pub fn get<T: Float>(&self, name: &str) -> Vec<T> {
        self.f64(name).iter().map(|v| T::of(*v)).collect()
    }

    /// Asserts that `got` is within `tolerance` of the array's largest magnitude, or absolutely where that is zero.
    pub fn assert_close<T: Float>(&self, name: &str, got: &[T], tolerance: f64) {
        let want = self.f64(name);
        assert_eq!(got.len(), want.len(), "{name}");
        let largest = want.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let bound = tolerance * if largest > 0.0 { largest } else { 1.0 };
        for (i, (got, want)) in got.iter().zip(want).enumerate() {
            approx::assert_abs_diff_eq!(got.f64(), *want, epsilon = bound);
            assert!(got.f64().is_finite(), "{name}[{i}]");
        }
    }
}
