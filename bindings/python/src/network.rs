//! `lsmi.Network`: the classifier p(y|x).

use crate::any::{Any, each, either};
use crate::arrays::{Matrix, Number, Rows, Targets, array, new_vector, optional_vector, vector};
use crate::error::OrRaise;
use crate::training::{SingleFit, TRAINING, configuration, history_dict};
use lsmi::classifier::{Activation, Layer, Network as Classifier, NetworkFit, fit_network};
use lsmi::simd::Level;
use lsmi::{Config, Error, History};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};

/// A classifier of either type.
pub type AnyNetwork = Any<Classifier<f32>, Classifier<f64>>;

/// Settings of a fit besides those of every training.
const SETTINGS: [&str; 3] = ["activation", "hidden", "seed"];

/// A classifier p(y|x): affine layers, an activation after each but the last, and a log-softmax.
///
/// weights is a list of arrays, outputs by inputs; biases a list of vectors, one number per output; the last layer's
/// outputs are the classes. The network is of float32 if all arrays are, else of float64. Its methods may be called
/// from several threads at once.
#[pyclass(frozen, module = "lsmi", name = "Network")]
pub struct Network {
    /// The classifier.
    pub network: AnyNetwork,
    /// The course of its fit.
    pub history: Option<History>,
}

fn fill<T: Number>(out: &Bound<'_, PyDict>, features: usize, layers: Vec<Layer<T>>) -> PyResult<()> {
    let py = out.py();
    let (weights, biases) = (PyList::empty(py), PyList::empty(py));
    let mut inputs = features;
    for layer in layers {
        let outputs = layer.biases.len();
        weights.append(array(py, layer.weights, [outputs, inputs])?)?;
        biases.append(new_vector(py, layer.biases))?;
        inputs = outputs;
    }
    out.set_item("weights", weights)?;
    out.set_item("biases", biases)
}

fn from_arrays<T: Number>(
    layers: &[(Bound<'_, PyAny>, Bound<'_, PyAny>)],
    activation: Activation,
) -> PyResult<Classifier<T>> {
    let mut features = 0;
    let layers = layers.iter().enumerate().map(|(l, (weights, biases))| {
        let name = format!("layer {l} weights");
        let matrix = Matrix::<T>::of(&name, weights)?;
        let (_, outputs, inputs, _) = matrix.place();
        let biases = vector::<T>(&format!("layer {l} biases"), biases)?;
        let shape = |what, expected: usize, got: usize| match expected == got {
            true => Ok(()),
            false => Err(Error::Shape { field: name.clone(), what, expected, got }).or_raise(),
        };
        shape("outputs", biases.slice().len(), outputs)?;
        if l == 0 {
            features = inputs;
        }
        Ok(Layer { weights: matrix.dense().into_owned(), biases: biases.slice().to_vec() })
    });
    let layers = layers.collect::<PyResult<Vec<_>>>()?;
    Classifier::from_layers(features, &layers, activation).or_raise()
}

fn log_probabilities<'py, T: Number>(
    py: Python<'py>,
    network: &Classifier<T>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let x = Matrix::<T>::of("x", x)?;
    let samples = x.samples("x")?;
    let (n, classes) = (samples.samples(), network.classes());
    let mut out = vec![T::default(); n * classes];
    py.detach(|| network.log_probabilities(samples, &mut out)).or_raise()?;
    array(py, out, [n, classes])
}

fn gradient<'py, T: Number>(
    py: Python<'py>,
    network: &Classifier<T>,
    x: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    weights: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let x = Matrix::<T>::of("x", x)?;
    let samples = x.samples("x")?;
    let y = Targets::of(y)?;
    y.check_classes(network.classes())?;
    let y = y.slice();
    let weights = optional_vector::<T>("weights", weights)?;
    let weights = weights.as_ref().map(|weights| weights.slice());
    let gradient = py.detach(|| network.gradient(samples, y, weights)).or_raise()?;
    let out = PyDict::new(py);
    out.set_item("loss", gradient.loss)?;
    fill(&out, network.features(), gradient.layers)?;
    out.set_item("x", array(py, gradient.x, [samples.samples(), samples.features()])?)?;
    Ok(out)
}

fn fit<T: Number>(
    py: Python<'_>,
    x: &Matrix<'_, T>,
    targets: (&[i64], usize),
    weights: Option<&Bound<'_, PyAny>>,
    config: &Config,
    fit: &SingleFit,
) -> PyResult<NetworkFit<T>> {
    let samples = x.samples("x")?;
    let weights = optional_vector::<T>("weights", weights)?;
    let weights = weights.as_ref().map(|weights| weights.slice());
    let options = config.network_options();
    fit.run(py, |run| fit_network(samples, targets, weights, &options, run))
}

#[pymethods]
impl Network {
    #[new]
    #[pyo3(signature = (weights, biases, *, activation = "relu"))]
    fn new(
        py: Python<'_>,
        weights: &Bound<'_, PyAny>,
        biases: &Bound<'_, PyAny>,
        activation: &str,
    ) -> PyResult<Self> {
        static NETWORK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let prepare = NETWORK.import(py, "lsmi._arrays", "network")?;
        let (layers, single): (Vec<_>, bool) = prepare.call1((weights, biases))?.extract()?;
        let mut config = Config::robust();
        config.set("activation", activation).or_raise()?;
        let network = match single {
            true => Any::F32(from_arrays(&layers, config.activation)?),
            false => Any::F64(from_arrays(&layers, config.activation)?),
        };
        Ok(Network { network, history: None })
    }

    /// Fits a network by minimising the weighted mean cross-entropy -log p(y|x), in nats.
    ///
    /// x is an array of n samples by d features; the network gets its type. y holds class numbers from 0 or one-hot
    /// rows; classes=0 takes the largest number plus one. weights holds one number of at least 0 per sample.
    /// held_out holds the numbers of samples that are not trained on but decide, with patience, when to stop.
    /// progress(component, epoch, epochs, loss, validation_loss) is called after every epoch; an exception in it
    /// cancels the fit and propagates, as does KeyboardInterrupt at the end of the epoch that is running. Settings are
    /// those of LSMI without their prefix: hidden, activation, epochs, batch, learning_rate, decay_every, decay_factor,
    /// weight_decay, patience, seed.
    #[staticmethod]
    #[pyo3(signature = (
        x, y, classes = 0, *, weights = None, held_out = None, preset = "robust", progress = None, **settings
    ))]
    #[allow(clippy::too_many_arguments, reason = "the arguments of the call in Python")]
    fn fit(
        py: Python<'_>,
        x: &Bound<'_, PyAny>,
        y: &Bound<'_, PyAny>,
        classes: usize,
        weights: Option<&Bound<'_, PyAny>>,
        held_out: Option<&Bound<'_, PyAny>>,
        preset: &str,
        progress: Option<Py<PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let allowed = [&TRAINING[..], &SETTINGS].concat();
        let config = configuration(py, preset, settings, "classifier_", &allowed)?;
        let run =
            SingleFit::new("classifier", config.classifier_training(), config.seed, held_out, progress)?;
        let y = Targets::of(y)?;
        let classes = match (classes, y.columns) {
            (0, Some(columns)) => columns,
            (0, None) => y.slice().iter().max().map_or(1, |&largest| largest.clamp(0, 65535) as usize + 1),
            (classes, _) => classes,
        };
        y.check_classes(classes)?;
        let targets = (y.slice(), classes);
        let fit = each!(&Rows::of("x", x)?, x => fit(py, x, targets, weights, &config, &run)?);
        let history = either!(&fit, fit => fit.history.clone());
        Ok(Network { network: each!(fit, fit => fit.network), history: Some(history) })
    }

    /// log p(y|x) of every sample and class, n by C, in nats, of the network's type. Inputs of another type are
    /// converted.
    fn log_probabilities<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        either!(&self.network, network => log_probabilities(py, network, x))
    }

    /// The weighted mean cross-entropy (`loss`, nats) and its gradient for every layer (`weights`, `biases`, lists)
    /// and for every feature (`x`, n by d).
    #[pyo3(signature = (x, y, weights = None))]
    fn gradient<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        y: &Bound<'py, PyAny>,
        weights: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        either!(&self.network, network => gradient(py, network, x, y, weights))
    }

    /// The arrays that the constructor takes: `weights` and `biases`. A classifier that a fit chose may add quadratic
    /// forms and radial units to the logits, which are not among them.
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        either!(&self.network, network => fill(&out, network.features(), network.layers()))?;
        Ok(out)
    }

    /// Number of features, d.
    #[getter]
    fn features(&self) -> usize {
        either!(&self.network, network => network.features())
    }

    /// Number of classes, C.
    #[getter]
    fn classes(&self) -> usize {
        either!(&self.network, network => network.classes())
    }

    /// Widths of the hidden layers.
    #[getter]
    fn hidden<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, either!(&self.network, network => &network.options().hidden))
    }

    /// `relu` or `tanh`.
    #[getter]
    fn activation(&self) -> &'static str {
        match either!(&self.network, network => network.options().activation) {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
        }
    }

    /// `float32` or `float64`.
    #[getter]
    fn dtype(&self) -> &'static str {
        self.network.dtype()
    }

    /// `losses`, `validation_losses` and `best_epoch` of the fit; None for given parameters. Not pickled.
    #[getter]
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.history.as_ref().map(|history| history_dict(py, history)).transpose()
    }

    /// A copy that is evaluated by the instruction set portable, neon, avx2 or avx512, or by the next lower one that
    /// the processor has (lsmi.simd_levels() lists them). Results differ in the last digits. Not pickled: another
    /// machine uses its own.
    fn with_level(&self, level: &str) -> PyResult<Self> {
        let level: Level = level.parse().or_raise()?;
        let network = each!(&self.network, network => network.clone().with_level(level));
        Ok(Network { network, history: self.history.clone() })
    }

    /// The instruction set that evaluates the network.
    #[getter]
    fn level(&self) -> &'static str {
        either!(&self.network, network => network.level()).name()
    }

    /// Nothing changes a network: it is its own copy.
    fn __copy__(network: Py<Self>) -> Py<Self> {
        network
    }

    fn __deepcopy__(network: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        network
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        if either!(&self.network, network => !network.expansions().is_empty()) {
            let message = "a classifier that a fit chose has more than layers: pickle its model";
            return Err(PyTypeError::new_err(message));
        }
        let parameters = self.parameters(py)?;
        let arrays = ["weights", "biases"].map(|name| parameters.get_item(name));
        let arrays = arrays.into_iter().collect::<PyResult<Vec<_>>>()?;
        let options = PyDict::new(py);
        options.set_item("activation", self.activation())?;
        Ok((PyTuple::new(py, arrays)?, options))
    }

    fn __repr__(&self) -> String {
        let hidden = either!(&self.network, network => network.options().hidden.clone());
        let (features, classes, dtype) = (self.features(), self.classes(), self.dtype());
        let activation = self.activation();
        format!(
            "Network(features={features}, hidden={hidden:?}, classes={classes}, activation='{activation}', \
             dtype={dtype})"
        )
    }
}
