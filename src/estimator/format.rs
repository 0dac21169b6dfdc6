//! The model format: safetensors with a JSON header. The arrays are listed at [`Model`].
//!
//! The file's metadata has one entry, `lsmi`, whose JSON holds the format version, all settings, and a CRC-32 of the
//! arrays and of the rest of the header, so that an altered file is noticed.

use super::calibration::Calibration;
use super::config::Config;
use super::health::Flag;
use super::model::{Histories, Model};
use super::preprocess::Preprocessing;
use super::rows::Rows;
use super::score::Scores;
use super::summary::Summary;
use crate::classifier::{Activation, Expansion, ExpansionParameters, Layer, Network, check_targets};
use crate::interaction::{Atoms, Information};
use crate::knife::{Marginal, MarginalOptions, MarginalParameters, Triangle};
use crate::{Error, Float, Result};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};
use safetensors::tensor::Metadata;
use safetensors::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};

/// The newest format that this library reads, and the one it writes. Format 1 knows no expansions, format 2 none with
/// linear parts and limits.
pub const FORMAT_VERSION: u64 = 3;

const KEY: &str = "lsmi";
const SOURCES: [&str; 3] = ["x1", "x2", "joint"];

/// The metadata entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    checksum: u32,
    header: Header,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format_version: u64,
    library_version: String,
    scalar: String,
    config: Config,
    features: [usize; 2],
    activations: [Activation; 3],
    /// Layers of each classifier.
    layers: [usize; 3],
    /// Expansions of each classifier.
    #[serde(default, skip_serializing_if = "are_none")]
    expansions: [usize; 3],
    densities: [MarginalOptions; 2],
    frozen_shift: Option<f64>,
    histories: Histories,
    /// What is said of the training samples together as models read them that did not see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cross_fitted: Option<Summary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calibration: Option<Calibration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deviation_ratios: Option<Atoms>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    flags: Vec<Flag>,
}

fn are_none(expansions: &[usize; 3]) -> bool {
    *expansions == [0; 3]
}

/// An array on its way into a file.
struct Array {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Array {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

impl Array {
    fn floats<T: Float>(shape: &[usize], values: &[T]) -> Self {
        let mut bytes = Vec::with_capacity(values.len() * T::BYTES);
        values.iter().for_each(|v| v.write_le(&mut bytes));
        Array { dtype: T::DTYPE, shape: shape.to_vec(), bytes }
    }

    fn integers(values: &[i64]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Array { dtype: Dtype::I64, shape: vec![values.len()], bytes }
    }

    fn counts(values: &[usize]) -> Self {
        Array::integers(&values.iter().map(|&v| v as i64).collect::<Vec<_>>())
    }
}

/// The CRC-32 of names, types, shapes and bytes of all arrays in the order of their names, and of the header.
fn checksum<'a>(
    arrays: impl Iterator<Item = (&'a str, Dtype, &'a [usize], &'a [u8])>,
    header: &Header,
) -> Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    for (name, dtype, shape, bytes) in arrays {
        hasher.update(format!("{name}:{dtype:?}{shape:?};").as_bytes());
        hasher.update(bytes);
    }
    let header = serde_json::to_vec(header).map_err(|e| bad("header", "a JSON header", e.to_string()))?;
    hasher.update(&header);
    Ok(hasher.finalize())
}

fn bad(field: &str, expected: &str, got: String) -> Error {
    Error::Format { field: field.to_string(), expected: expected.to_string(), got }
}

impl<T: Float> Model<T> {
    /// The model as the bytes of a model file: safetensors, the same bytes for the same model.
    ///
    /// # Errors
    /// [`Error::Format`] if a number of the header is not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let arrays = self.arrays();
        let expansions = [0, 1, 2].map(|i| self.networks[i].expansions().len());
        let header = Header {
            format_version: FORMAT_VERSION,
            library_version: env!("CARGO_PKG_VERSION").to_string(),
            scalar: T::NAME.to_string(),
            config: self.config.clone(),
            features: self.features(),
            activations: [0, 1, 2].map(|i| self.networks[i].options().activation),
            layers: [0, 1, 2].map(|i| self.networks[i].options().hidden.len() + 1),
            expansions,
            densities: [0, 1].map(|i| self.densities[i].options().clone()),
            frozen_shift: self.frozen_shift,
            histories: self.histories.clone(),
            cross_fitted: self.cross_fitted.as_ref().map(|scores| scores.summary.clone()),
            calibration: self.calibration.clone(),
            deviation_ratios: self.deviation_ratios,
            flags: self.flags.clone(),
        };
        let parts = arrays.iter().map(|(n, a)| (n.as_str(), a.dtype, &a.shape[..], &a.bytes[..]));
        let envelope = Envelope { checksum: checksum(parts, &header)?, header };
        let json =
            serde_json::to_string(&envelope).map_err(|e| bad("header", "finite numbers", e.to_string()))?;
        let metadata = [(KEY.to_string(), json)].into_iter().collect();
        safetensors::serialize(&arrays, Some(metadata))
            .map_err(|e| bad("model", "arrays that fit into a safetensors file", e.to_string()))
    }

    fn arrays(&self) -> BTreeMap<String, Array> {
        let mut arrays = BTreeMap::new();
        for (source, network) in SOURCES.iter().zip(&self.networks) {
            let mut inputs = network.features();
            for (l, layer) in network.layers().iter().enumerate() {
                let name = format!("classifier.{source}.{l}");
                let outputs = layer.biases.len();
                arrays.insert(format!("{name}.weight"), Array::floats(&[outputs, inputs], &layer.weights));
                arrays.insert(format!("{name}.bias"), Array::floats(&[outputs], &layer.biases));
                inputs = outputs;
            }
            for (e, expansion) in network.expansions().iter().enumerate() {
                let (d, k, classes) = (expansion.features(), expansion.coordinates(), expansion.classes());
                let p = expansion.parameters();
                let units = p.centres.len() / k;
                let mut insert = |name, shape: &[usize], values: &[T]| {
                    let name = format!("classifier.{source}.expansion.{e}.{name}");
                    arrays.insert(name, Array::floats(shape, values))
                };
                insert("map", &[k, d], &p.map);
                insert("offset", &[k], &p.offset);
                insert("lowest", &[p.lowest.len()], &p.lowest);
                insert("highest", &[p.highest.len()], &p.highest);
                insert("linear", &[p.linear.len() / k, k], &p.linear);
                insert("quadratic", &[p.quadratic.len() / (k * k), k, k], &p.quadratic);
                insert("centres", &[units, k], &p.centres);
                insert("precision", &[1], &[p.precision]);
                insert("weights", &[classes, units], &p.weights);
            }
        }
        for (source, density) in SOURCES.iter().zip(&self.densities) {
            let (d, p) = (density.features(), density.parameters());
            let modes = p.logits.len();
            let mut insert = |name, shape: &[usize], values: &[T]| {
                arrays.insert(format!("density.{source}.{name}"), Array::floats(shape, values))
            };
            insert("means", &[modes, d], &p.means);
            insert("log_diagonal", &[p.log_diagonal.len() / d, d], &p.log_diagonal);
            insert("logits", &[modes], &p.logits);
            if density.options().triangle == Triangle::Full {
                insert("triangle", &[modes, d, d], &p.triangle);
            }
        }
        for (source, p) in SOURCES.iter().zip(&self.preprocessing) {
            let name = format!("preprocessing.{source}");
            arrays.insert(format!("{name}.columns"), Array::counts(&p.kept));
            arrays.insert(format!("{name}.means"), Array::floats(&[p.means.len()], &p.means));
            arrays.insert(format!("{name}.scales"), Array::floats(&[p.scales.len()], &p.scales));
        }
        if let Some(Scores { y, information, .. }) = &self.cross_fitted {
            let values: Vec<f64> = information.iter().flat_map(|i| [i.i1, i.i2, i.i12, i.h1, i.h2]).collect();
            arrays.insert("reading.information".to_string(), Array::floats(&[y.len(), 5], &values));
            arrays.insert("reading.targets".to_string(), Array::integers(y));
        }
        if !self.rows.in_order.is_empty() {
            arrays.insert("training.rows".to_string(), Array::integers(&self.rows.in_order));
        }
        let classes = self.log_prior.len();
        arrays.insert("prior.log_probabilities".to_string(), Array::floats(&[classes], &self.log_prior));
        arrays.insert("prior.class_counts".to_string(), Array::counts(&self.class_counts));
        arrays
    }

    /// The model of [`Model::to_bytes`]; `name` is what the bytes are called in errors.
    ///
    /// # Errors
    /// [`Error::Format`] if the bytes are no model file, of another number type, truncated or altered,
    /// [`Error::Version`] if a newer library wrote them.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let file = ModelFile::open(name, bytes)?;
        if file.scalar() != T::NAME {
            return Err(bad(name, &format!("a model of {} numbers", T::NAME), file.header.scalar.clone()));
        }
        file.model()
    }
}

/// An opened file whose checksum is right.
pub(super) struct ModelFile<'a> {
    name: &'a str,
    tensors: SafeTensors<'a>,
    header: Header,
}

impl<'a> ModelFile<'a> {
    pub(super) fn open(name: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let altered = |got: String| bad(name, "a whole and unaltered lsmi model file", got);
        let (_, metadata): (usize, Metadata) =
            SafeTensors::read_metadata(bytes).map_err(|e| altered(e.to_string()))?;
        let entries = metadata.metadata().as_ref();
        let Some(json) = entries.and_then(|entries| entries.get(KEY)) else {
            return Err(bad(
                name,
                "an lsmi model file",
                "a safetensors file without lsmi header".to_string(),
            ));
        };
        // The version comes first: a newer header may hold what this library cannot read.
        let value: serde_json::Value = serde_json::from_str(json).map_err(|e| altered(e.to_string()))?;
        if let Some(got) = value["header"]["format_version"].as_u64()
            && got > FORMAT_VERSION
        {
            return Err(Error::Version { field: name.to_string(), expected: FORMAT_VERSION, got });
        }
        let envelope: Envelope = serde_json::from_value(value).map_err(|e| altered(e.to_string()))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| altered(e.to_string()))?;
        let views: BTreeMap<String, _> = tensors.tensors().into_iter().collect();
        let parts = views.iter().map(|(n, v)| (n.as_str(), v.dtype(), v.shape(), v.data()));
        // Digits beyond a number's precision change the text alone.
        let same_text = serde_json::to_string(&envelope).is_ok_and(|text| text == *json);
        let whole = same_text && entries.is_some_and(|entries| entries.len() == 1);
        if !whole || checksum(parts, &envelope.header)? != envelope.checksum {
            return Err(altered("contents that do not fit their checksum".to_string()));
        }
        Ok(ModelFile { name, tensors, header: envelope.header })
    }

    /// `f32` or `f64`.
    pub(super) fn scalar(&self) -> &str {
        &self.header.scalar
    }

    /// The values of an array of type `dtype`, `width` bytes each.
    fn array<V>(&self, array: &str, dtype: Dtype, width: usize, read: impl Fn(&[u8]) -> V) -> Result<Vec<V>> {
        let field = format!("{}: {array}", self.name);
        let tensor =
            self.tensors.tensor(array).map_err(|_| bad(&field, "an array", "nothing".to_string()))?;
        if tensor.dtype() != dtype {
            return Err(bad(&field, &format!("type {dtype:?}"), format!("{:?}", tensor.dtype())));
        }
        Ok(tensor.data().chunks_exact(width).map(read).collect())
    }

    fn floats<T: Float>(&self, array: &str) -> Result<Vec<T>> {
        self.array(array, T::DTYPE, T::BYTES, T::read_le)
    }

    fn integers(&self, array: &str) -> Result<Vec<i64>> {
        self.array(array, Dtype::I64, 8, |b| {
            i64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])
        })
    }

    fn counts(&self, array: &str) -> Result<Vec<usize>> {
        let numbers = self.integers(array)?;
        let count =
            |n: i64| usize::try_from(n).map_err(|_| bad(array, "numbers of at least 0", n.to_string()));
        numbers.into_iter().map(count).collect()
    }

    fn network<T: Float>(&self, index: usize, features: usize) -> Result<Network<T>> {
        let layers = (0..self.header.layers[index]).map(|l| {
            let name = format!("classifier.{}.{l}", SOURCES[index]);
            Ok(Layer {
                weights: self.floats(&format!("{name}.weight"))?,
                biases: self.floats(&format!("{name}.bias"))?,
            })
        });
        let layers = layers.collect::<Result<Vec<_>>>()?;
        let network = Network::from_layers(features, &layers, self.header.activations[index])?;
        let expansions = (0..self.header.expansions[index]).map(|e| {
            let floats = |name| self.floats(&format!("classifier.{}.expansion.{e}.{name}", SOURCES[index]));
            let since_3 = |name| if self.header.format_version < 3 { Ok(Vec::new()) } else { floats(name) };
            let parameters = ExpansionParameters {
                map: floats("map")?,
                offset: floats("offset")?,
                lowest: since_3("lowest")?,
                highest: since_3("highest")?,
                linear: since_3("linear")?,
                quadratic: floats("quadratic")?,
                centres: floats("centres")?,
                precision: floats("precision")?.first().copied().unwrap_or_default(),
                weights: floats("weights")?,
            };
            Expansion::new(features, network.classes(), parameters)
        });
        let expansions = expansions.collect::<Result<Vec<_>>>()?;
        network.with_expansions(expansions)
    }

    fn density<T: Float>(&self, index: usize, features: usize) -> Result<Marginal<T>> {
        let options = self.header.densities[index].clone();
        let name = format!("density.{}", SOURCES[index]);
        let triangle = match options.triangle {
            Triangle::Full => self.floats(&format!("{name}.triangle"))?,
            Triangle::None => Vec::new(),
        };
        let parameters = MarginalParameters {
            means: self.floats(&format!("{name}.means"))?,
            log_diagonal: self.floats(&format!("{name}.log_diagonal"))?,
            triangle,
            logits: self.floats(&format!("{name}.logits"))?,
        };
        Marginal::from_parameters(options, features, &parameters)
    }

    fn preprocessing(&self, index: usize) -> Result<Preprocessing> {
        let name = format!("preprocessing.{}", SOURCES[index]);
        let features = self.header.features[index];
        let kept = self.counts(&format!("{name}.columns"))?;
        let means: Vec<f64> = self.floats(&format!("{name}.means"))?;
        let scales: Vec<f64> = self.floats(&format!("{name}.scales"))?;
        let standardises = !scales.is_empty();
        let fits = means.len() == scales.len()
            && (!standardises || scales.len() == kept.len())
            && (standardises || kept.len() == features)
            && kept.iter().all(|&column| column < features)
            && kept.windows(2).all(|w| w[0] < w[1])
            && scales.iter().all(|s| s.is_finite() && *s > 0.0);
        if !fits {
            return Err(bad(
                &name,
                "columns with their means and scales",
                "arrays that do not fit".to_string(),
            ));
        }
        let clip = if standardises { self.header.config.clip } else { f64::INFINITY };
        Ok(Preprocessing { features, kept, means, scales, clip })
    }

    /// The reading of the training samples, if there is one.
    fn cross_fitted(&self) -> Result<Option<Scores>> {
        let Some(summary) = self.header.cross_fitted.clone() else { return Ok(None) };
        let name = "reading.information";
        let values: Vec<f64> = self.floats(name)?;
        let y = self.integers("reading.targets")?;
        if values.len() != 5 * y.len() || summary.n != y.len() {
            let expected = format!("5 numbers for each of {} samples", summary.n);
            return Err(bad(name, &expected, format!("{} numbers and {} targets", values.len(), y.len())));
        }
        check_targets(&y, y.len(), self.header.config.classes)?;
        let of_sample = |v: &[f64]| Information { i1: v[0], i2: v[1], i12: v[2], h1: v[3], h2: v[4] };
        let information: Vec<Information> = values.chunks_exact(5).map(of_sample).collect();
        let atoms = information.iter().map(Information::atoms).collect();
        Ok(Some(Scores { y, information, atoms, summary }))
    }

    /// Numbers of the training samples, if they are known.
    fn rows(&self) -> Result<Rows> {
        const NAME: &str = "training.rows";
        if !self.tensors.names().contains(&NAME) {
            return Ok(Rows::default());
        }
        Ok(Rows::new(self.integers(NAME)?))
    }

    pub(super) fn model<T: Float>(&self) -> Result<Model<T>> {
        let preprocessing = [self.preprocessing(0)?, self.preprocessing(1)?];
        let (d1, d2) = (preprocessing[0].kept.len(), preprocessing[1].kept.len());
        self.header.config.check()?;
        let model = Model {
            networks: [self.network(0, d1)?, self.network(1, d2)?, self.network(2, d1 + d2)?],
            densities: [self.density(0, d1)?, self.density(1, d2)?],
            preprocessing,
            config: self.header.config.clone(),
            log_prior: self.floats("prior.log_probabilities")?,
            class_counts: self.counts("prior.class_counts")?,
            frozen_shift: self.header.frozen_shift,
            histories: self.header.histories.clone(),
            cross_fitted: self.cross_fitted()?,
            calibration: self.header.calibration.clone(),
            deviation_ratios: self.header.deviation_ratios,
            flags: self.header.flags.clone(),
            rows: self.rows()?,
        };
        model.check_parts()?;
        Ok(model)
    }
}
