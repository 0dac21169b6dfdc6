//! `lsmi.Knife`: the marginal density.

use crate::any::{Any, each, either};
use crate::arrays::{Matrix, Number, Rows, array, new_vector, optional_vector, vector};
use crate::error::OrRaise;
use crate::training::{SingleFit, TRAINING, configuration, history_dict};
use lsmi::knife::{
    Diagonal, Marginal, MarginalFit, MarginalGradient, MarginalOptions, MarginalParameters, Triangle,
    fit_marginal, refine_marginal,
};
use lsmi::simd::Level;
use lsmi::{Config, History};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

/// A density of either type.
pub type AnyMarginal = Any<Marginal<f32>, Marginal<f64>>;

/// A KNIFE marginal density: a Gaussian mixture of K modes in d dimensions, of given parameters. Knife.fit learns one.
///
///     sigma_k = tanh(log_diagonal_k) (bounded) or log_diagonal_k
///     A_k = (I + triangle_k) diag(exp sigma_k)        z_k = A_k (x - means_k)
///     log p(x) = logsumexp_k(-|z_k|^2/2 + sum_j sigma_kj + log softmax(logits)_k) - d/2 log 2pi
///
/// means is K by d; log_diagonal K by d, or 1 by d (or d numbers) for all modes; triangle K by d by d, of which only
/// the strict lower part counts, or None; logits K numbers, None for equal weights. The density is of float32 if all
/// arrays are, else of float64. Without train_means or train_weights, refine leaves means or logits as they are. The
/// methods may be called from several threads at once.
///
/// Source: Pichler et al., A Differential Entropy Estimator for Training Neural Networks, ICML 2022.
#[pyclass(frozen, module = "lsmi", name = "Knife")]
pub struct Knife {
    /// The density.
    pub density: AnyMarginal,
    /// The course of its fit.
    pub history: Option<History>,
}

impl Knife {
    fn fitted(fit: Any<MarginalFit<f32>, MarginalFit<f64>>) -> Self {
        let history = either!(&fit, fit => fit.history.clone());
        Knife { density: each!(fit, fit => fit.density), history: Some(history) }
    }

    fn options(&self) -> &MarginalOptions {
        either!(&self.density, density => density.options())
    }
}

/// Settings of a training of a density besides those of every training.
const REFINE_SETTINGS: [&str; 2] = ["accumulate_gradients", "seed"];

/// Settings of a density's form and of where its fit starts.
const FORM_SETTINGS: [&str; 7] =
    ["bounded", "diagonal", "modes", "start", "train_means", "train_weights", "triangle"];

/// The parameters of a density, or the gradient for them, as arrays.
fn fill<T: Number>(
    out: &Bound<'_, PyDict>,
    features: usize,
    parameters: MarginalParameters<T>,
) -> PyResult<()> {
    let py = out.py();
    let (modes, d) = (parameters.logits.len(), features);
    let diagonals = parameters.log_diagonal.len() / d;
    out.set_item("means", array(py, parameters.means, [modes, d])?)?;
    out.set_item("log_diagonal", array(py, parameters.log_diagonal, [diagonals, d])?)?;
    let triangle = match parameters.triangle.is_empty() {
        true => None,
        false => Some(array(py, parameters.triangle, [modes, d, d])?),
    };
    out.set_item("triangle", triangle)?;
    out.set_item("logits", new_vector(py, parameters.logits))
}

fn gradient_dict<T: Number>(
    py: Python<'_>,
    (samples, features): (usize, usize),
    gradient: MarginalGradient<T>,
) -> PyResult<Bound<'_, PyDict>> {
    let out = PyDict::new(py);
    out.set_item("loss", gradient.loss)?;
    fill(&out, features, gradient.parameters)?;
    out.set_item("x", array(py, gradient.x, [samples, features])?)?;
    Ok(out)
}

/// A density of parameter arrays that `lsmi.Knife` has brought into shape: all of one type, K×d, K×d or 1×d, K·d×d
/// or none, 1×K. Of `options` only what the arrays do not tell counts.
fn density<T: Number>(arrays: &Bound<'_, PyTuple>, options: &MarginalOptions) -> PyResult<Marginal<T>> {
    let means = Matrix::<T>::of("means", &arrays.get_item(0)?)?;
    let log_diagonal = Matrix::<T>::of("log_diagonal", &arrays.get_item(1)?)?;
    let triangle = Some(arrays.get_item(2)?).filter(|triangle| !triangle.is_none());
    let logits = arrays.get_item(3)?;
    let (_, modes, features, _) = means.place();
    let options = MarginalOptions {
        modes,
        diagonal: match log_diagonal.place().1 {
            1 if modes != 1 => Diagonal::Shared,
            _ => Diagonal::PerMode,
        },
        triangle: if triangle.is_some() { Triangle::Full } else { Triangle::None },
        ..options.clone()
    };
    let parameters = MarginalParameters {
        means: means.dense().into_owned(),
        log_diagonal: log_diagonal.dense().into_owned(),
        triangle: match triangle {
            Some(triangle) => Matrix::of("triangle", &triangle)?.dense().into_owned(),
            None => Vec::new(),
        },
        logits: vector::<T>("logits", &logits)?.slice().to_vec(),
    };
    Marginal::from_parameters(options, features, &parameters).or_raise()
}

fn log_density<'py, T: Number>(
    py: Python<'py>,
    density: &Marginal<T>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let x = Matrix::<T>::of("x", x)?;
    let samples = x.samples("x")?;
    let mut out = vec![T::default(); samples.samples()];
    py.detach(|| density.log_density(samples, &mut out)).or_raise()?;
    Ok(new_vector(py, out))
}

fn gradient<'py, T: Number>(
    py: Python<'py>,
    density: &Marginal<T>,
    x: &Bound<'py, PyAny>,
    weights: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let x = Matrix::<T>::of("x", x)?;
    let samples = x.samples("x")?;
    let weights = optional_vector::<T>("weights", weights)?;
    let weights = weights.as_ref().map(|weights| weights.slice());
    let gradient = py.detach(|| density.gradient(samples, weights)).or_raise()?;
    gradient_dict(py, (samples.samples(), samples.features()), gradient)
}

fn weighted_sum_gradient<'py, T: Number>(
    py: Python<'py>,
    density: &Marginal<T>,
    x: &Bound<'py, PyAny>,
    upstream: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let x = Matrix::<T>::of("x", x)?;
    let samples = x.samples("x")?;
    let upstream = vector::<T>("upstream", upstream)?;
    let upstream = upstream.slice();
    let gradient = py.detach(|| density.weighted_sum_gradient(samples, upstream)).or_raise()?;
    gradient_dict(py, (samples.samples(), samples.features()), gradient)
}

fn fit<T: Number>(
    py: Python<'_>,
    x: &Matrix<'_, T>,
    weights: Option<&Bound<'_, PyAny>>,
    config: &Config,
    fit: &SingleFit,
) -> PyResult<MarginalFit<T>> {
    let samples = x.samples("x")?;
    let weights = optional_vector::<T>("weights", weights)?;
    let weights = weights.as_ref().map(|weights| weights.slice());
    let options = config.density_options();
    fit.run(py, |run| fit_marginal(samples, weights, &options, config.start, run))
}

fn refine<T: Number>(
    py: Python<'_>,
    density: &Marginal<T>,
    x: &Bound<'_, PyAny>,
    weights: Option<&Bound<'_, PyAny>>,
    fit: &SingleFit,
) -> PyResult<MarginalFit<T>> {
    let x = Matrix::<T>::of("x", x)?;
    let samples = x.samples("x")?;
    let weights = optional_vector::<T>("weights", weights)?;
    let weights = weights.as_ref().map(|weights| weights.slice());
    fit.run(py, |run| refine_marginal(density, samples, weights, run))
}

#[pymethods]
impl Knife {
    #[new]
    #[pyo3(signature = (
        means, log_diagonal, triangle = None, logits = None, *, bounded = false, train_means = true,
        train_weights = true
    ))]
    #[allow(clippy::too_many_arguments, reason = "the arguments of the call in Python")]
    fn new(
        py: Python<'_>,
        means: &Bound<'_, PyAny>,
        log_diagonal: &Bound<'_, PyAny>,
        triangle: Option<&Bound<'_, PyAny>>,
        logits: Option<&Bound<'_, PyAny>>,
        bounded: bool,
        train_means: bool,
        train_weights: bool,
    ) -> PyResult<Self> {
        static DENSITY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let prepare = DENSITY.import(py, "lsmi._arrays", "density")?;
        let arrays = prepare.call1((means, log_diagonal, triangle, logits))?.cast_into::<PyTuple>()?;
        let options = Config::robust().density_options();
        let options = MarginalOptions { bounded, train_means, train_weights, ..options };
        let density = each!(Rows::of("means", &arrays.get_item(0)?)?, _means => density(&arrays, &options)?);
        Ok(Knife { density, history: None })
    }

    /// Fits a density by minimising the weighted mean surprisal -log p(x), in nats.
    ///
    /// x is an array of n samples by d features; the density gets its type. weights holds one number of at least 0
    /// per sample. held_out holds the numbers of samples that are not trained on but decide, with patience, when to
    /// stop. progress(component, epoch, epochs, loss, validation_loss) is called after every epoch; an exception in
    /// it cancels the fit and propagates, as does KeyboardInterrupt at the end of the epoch that is running. Settings
    /// are those of LSMI without their prefix: modes, bounded, diagonal, triangle, start, train_means, train_weights,
    /// accumulate_gradients, epochs, batch, learning_rate, decay_every, decay_factor, weight_decay, patience, seed.
    #[staticmethod]
    #[pyo3(signature = (x, *, weights = None, held_out = None, preset = "robust", progress = None, **settings))]
    fn fit(
        py: Python<'_>,
        x: &Bound<'_, PyAny>,
        weights: Option<&Bound<'_, PyAny>>,
        held_out: Option<&Bound<'_, PyAny>>,
        preset: &str,
        progress: Option<Py<PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let allowed = [&TRAINING[..], &REFINE_SETTINGS, &FORM_SETTINGS].concat();
        let config = configuration(py, preset, settings, "density_", &allowed)?;
        let run = SingleFit::new("density", config.density_training(), config.seed, held_out, progress)?;
        Ok(Knife::fitted(each!(&Rows::of("x", x)?, x => fit(py, x, weights, &config, &run)?)))
    }

    /// Trains the density further on x (n by d), from its own parameters and in its own form, and returns the result;
    /// the density itself stays as it is. With train_means or train_weights off, means or logits stay too.
    ///
    /// Arguments as for fit. Settings: epochs, batch, learning_rate, decay_every, decay_factor, weight_decay,
    /// patience, accumulate_gradients, seed.
    #[pyo3(signature = (x, *, weights = None, held_out = None, preset = "robust", progress = None, **settings))]
    #[allow(clippy::too_many_arguments, reason = "the arguments of the call in Python")]
    fn refine(
        &self,
        py: Python<'_>,
        x: &Bound<'_, PyAny>,
        weights: Option<&Bound<'_, PyAny>>,
        held_out: Option<&Bound<'_, PyAny>>,
        preset: &str,
        progress: Option<Py<PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let allowed = [&TRAINING[..], &REFINE_SETTINGS].concat();
        let config = configuration(py, preset, settings, "density_", &allowed)?;
        let run = SingleFit::new("density", config.density_training(), config.seed, held_out, progress)?;
        Ok(Knife::fitted(each!(&self.density, density => refine(py, density, x, weights, &run)?)))
    }

    /// A copy that is evaluated by the instruction set portable, neon, avx2 or avx512, or by the next lower one that
    /// the processor has (lsmi.simd_levels() lists them). Results differ in the last digits; what is refined from
    /// the copy keeps its level. Not pickled: another machine uses its own.
    fn with_level(&self, level: &str) -> PyResult<Self> {
        let level: Level = level.parse().or_raise()?;
        let density = each!(&self.density, density => density.clone().with_level(level));
        Ok(Knife { density, history: self.history.clone() })
    }

    /// Nothing changes a density: it is its own copy.
    fn __copy__(density: Py<Self>) -> Py<Self> {
        density
    }

    fn __deepcopy__(density: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        density
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let parameters = self.parameters(py)?;
        let arrays = ["means", "log_diagonal", "triangle", "logits"].map(|name| parameters.get_item(name));
        let arrays = arrays.into_iter().collect::<PyResult<Vec<_>>>()?;
        let options = PyDict::new(py);
        options.set_item("bounded", self.bounded())?;
        options.set_item("train_means", self.train_means())?;
        options.set_item("train_weights", self.train_weights())?;
        Ok((PyTuple::new(py, arrays)?, options))
    }

    fn __repr__(&self) -> String {
        let bounded = if self.bounded() { "True" } else { "False" };
        let (modes, features, dtype) = (self.modes(), self.features(), self.dtype());
        format!("Knife(modes={modes}, features={features}, bounded={bounded}, dtype={dtype})")
    }

    /// log p of every sample of x (n by d), n numbers of the density's type, in nats per unit of the features.
    ///
    /// x of another type is converted. A sample with NaN has log-density NaN; one with infinities -inf or NaN.
    fn log_density<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        either!(&self.density, density => log_density(py, density, x))
    }

    /// The weighted mean surprisal (`loss`, nats) and its gradient for every parameter (`means`, `log_diagonal`,
    /// `triangle`, `logits`) and every feature (`x`, n by d), in a dict.
    #[pyo3(signature = (x, weights = None))]
    fn gradient<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        weights: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        either!(&self.density, density => gradient(py, density, x, weights))
    }

    /// As gradient, for the sum -sum_i upstream_i log p(x_i), where the n numbers of upstream may have any sign: what
    /// backpropagation through log_density needs, with the sign turned.
    fn weighted_sum_gradient<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        upstream: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        either!(&self.density, density => weighted_sum_gradient(py, density, x, upstream))
    }

    /// The arrays that the constructor takes: `means`, `log_diagonal`, `triangle` (or None), `logits`.
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        either!(&self.density, density => fill(&out, density.features(), density.parameters()))?;
        Ok(out)
    }

    /// Number of modes, K.
    #[getter]
    fn modes(&self) -> usize {
        self.options().modes
    }

    /// Number of features, d.
    #[getter]
    fn features(&self) -> usize {
        either!(&self.density, density => density.features())
    }

    /// Whether sigma is tanh of the log-diagonal.
    #[getter]
    fn bounded(&self) -> bool {
        self.options().bounded
    }

    /// Whether refine moves the means.
    #[getter]
    fn train_means(&self) -> bool {
        self.options().train_means
    }

    /// Whether refine moves the logits.
    #[getter]
    fn train_weights(&self) -> bool {
        self.options().train_weights
    }

    /// `float32` or `float64`.
    #[getter]
    fn dtype(&self) -> &'static str {
        self.density.dtype()
    }

    /// The instruction set that evaluates the density, as lsmi.simd_level() names it.
    #[getter]
    fn level(&self) -> &'static str {
        either!(&self.density, density => density.level()).name()
    }

    /// `losses`, `validation_losses` and `best_epoch` of the fit; None for given parameters. Not pickled.
    #[getter]
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.history.as_ref().map(|history| history_dict(py, history)).transpose()
    }
}
