//! Arrays of Python as the library reads them: without a copy where the layout allows it, else through
//! `lsmi._arrays`, which converts with one copy.

use crate::any::Any;
use crate::error::OrRaise;
use lsmi::{Float, Samples};
use numpy::ndarray::IntoDimension;
use numpy::{
    Element, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::PyTypeInfo;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::borrow::Cow;

/// f32 or f64, of NumPy and of the library.
pub trait Number: Float + Element {}
impl Number for f32 {}
impl Number for f64 {}

/// The object as an array of that type, but not as an instance of a subclass: `lsmi._arrays` knows those that are more
/// than their memory, such as masked arrays.
fn plain<'a, 'py, A: PyTypeInfo>(object: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, A>> {
    match object.is_exact_instance_of::<PyUntypedArray>() {
        true => object.cast().ok(),
        false => None,
    }
}

/// A borrowed n×d array whose rows are contiguous and in order. NumPy's own flag keeps extensions in Rust from
/// writing to it; other threads of Python must not.
pub struct Matrix<'py, T: Number> {
    array: PyReadonlyArray2<'py, T>,
    stride: usize,
}

/// A matrix of either type.
pub type Rows<'py> = Any<Matrix<'py, f32>, Matrix<'py, f64>>;

impl<'py, T: Number> Matrix<'py, T> {
    /// The array as it is; none if its rows are not contiguous, not in order, or not aligned.
    fn borrow(array: &Bound<'py, PyArray2<T>>) -> PyResult<Option<Self>> {
        let (&[samples, features], &[between, within]) = (array.shape(), array.strides()) else {
            return Ok(None);
        };
        if samples == 0 || features == 0 {
            return Ok(Some(Matrix { array: array.try_readonly()?, stride: features }));
        }
        let size = size_of::<T>() as isize;
        // NumPy leaves the stride of a dimension of length 1 open.
        let contiguous = features == 1 || within == size;
        let stride = match samples {
            1 => features,
            _ if between % size == 0 && between >= size * features as isize => (between / size) as usize,
            _ => return Ok(None),
        };
        if !contiguous || !array.data().is_aligned() {
            return Ok(None);
        }
        Ok(Some(Matrix { array: array.try_readonly()?, stride }))
    }

    /// An n×d array-like of this type; anything else is converted.
    pub fn of(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Some(array) = plain::<PyArray2<T>>(object)
            && let Some(matrix) = Matrix::borrow(array)?
        {
            return Ok(matrix);
        }
        Matrix::converted(&rows_of_python(name, object, Some(T::NAME))?)
    }

    /// An array of `lsmi._arrays.rows`, which has the right layout.
    fn converted(array: &Bound<'py, PyAny>) -> PyResult<Self> {
        let unexpected = || pyo3::exceptions::PyRuntimeError::new_err("an array was not converted");
        Matrix::borrow(array.cast::<PyArray2<T>>()?)?.ok_or_else(unexpected)
    }

    /// The numbers from the first to the last, with those between the rows.
    pub fn data(&self) -> &[T] {
        let (_, samples, features, stride) = self.place();
        if samples == 0 || features == 0 {
            return &[];
        }
        let length = (samples - 1) * stride + features;
        // SAFETY: `borrow` checked type, alignment and strides: sample i begins at i·stride elements, not before the
        // first, and has `features` contiguous ones, so that the slice ends with the last. NumPy keeps the memory
        // while `self` holds the array, and nobody in Rust writes to it during the read-only borrow.
        unsafe { std::slice::from_raw_parts(self.array.data(), length) }
    }

    /// The rows as samples; `name` is what errors call them.
    pub fn samples(&self, name: &str) -> PyResult<Samples<'_, T>> {
        let (_, samples, features, stride) = self.place();
        Samples::new(name, self.data(), samples, features, stride.max(features)).or_raise()
    }

    /// The numbers without gaps, copied where there are some.
    pub fn dense(&self) -> Cow<'_, [T]> {
        let (_, _, features, stride) = self.place();
        without_gaps(self.data(), features, stride)
    }

    /// Where the numbers lie: address of the first, samples, features, elements from sample to sample.
    pub fn place(&self) -> (usize, usize, usize, usize) {
        let shape = self.array.shape();
        (self.array.data() as usize, shape[0], shape[1], self.stride)
    }
}

/// Rows of `features` numbers, `stride` apart, without gaps, copied where there are some.
pub fn without_gaps<T: Number>(data: &[T], features: usize, stride: usize) -> Cow<'_, [T]> {
    // A single row has no gap, whatever its stride.
    match stride == features || data.len() <= features {
        true => Cow::Borrowed(data),
        false => data.chunks(stride).flat_map(|row| &row[..features]).copied().collect::<Vec<T>>().into(),
    }
}

impl<'py> Any<Matrix<'py, f32>, Matrix<'py, f64>> {
    /// An n×d array-like of f32 or f64; other types become one of them.
    pub fn of(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Some(array) = plain::<PyArray2<f64>>(object)
            && let Some(matrix) = Matrix::borrow(array)?
        {
            return Ok(Rows::F64(matrix));
        }
        if let Some(array) = plain::<PyArray2<f32>>(object)
            && let Some(matrix) = Matrix::borrow(array)?
        {
            return Ok(Rows::F32(matrix));
        }
        let array = rows_of_python(name, object, None)?;
        match array.cast::<PyArray2<f32>>() {
            Ok(_) => Ok(Rows::F32(Matrix::converted(&array)?)),
            Err(_) => Ok(Rows::F64(Matrix::converted(&array)?)),
        }
    }

    /// As f64; single precision is converted.
    pub fn into_f64(self, name: &str) -> PyResult<Matrix<'py, f64>> {
        match self {
            Rows::F64(matrix) => Ok(matrix),
            Rows::F32(matrix) => Matrix::of(name, matrix.array.as_any()),
        }
    }
}

fn rows_of_python<'py>(
    name: &str,
    object: &Bound<'py, PyAny>,
    dtype: Option<&str>,
) -> PyResult<Bound<'py, PyAny>> {
    static ROWS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    ROWS.import(object.py(), "lsmi._arrays", "rows")?.call1((name, object, dtype))
}

/// A vector of numbers of type `dtype`, contiguous; anything else is converted.
pub struct Vector<'py, T: Element>(PyReadonlyArray1<'py, T>);

impl<'py, T: Element> Vector<'py, T> {
    /// The array as it is; none if it is not contiguous or not aligned.
    fn borrow(object: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        match plain::<PyArray1<T>>(object) {
            Some(array) => {
                let array = array.try_readonly()?;
                Ok(array.as_slice().is_ok().then_some(Vector(array)))
            }
            None => Ok(None),
        }
    }

    fn converted(array: &Bound<'py, PyAny>) -> PyResult<Self> {
        let unexpected = || pyo3::exceptions::PyRuntimeError::new_err("an array was not converted");
        Vector::borrow(array)?.ok_or_else(unexpected)
    }

    /// The numbers.
    pub fn slice(&self) -> &[T] {
        self.0.as_slice().expect("checked when it was borrowed")
    }
}

/// A vector of real numbers.
pub fn vector<'py, T: Number>(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Vector<'py, T>> {
    static VECTOR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(vector) = Vector::borrow(object)? {
        return Ok(vector);
    }
    let convert = VECTOR.import(object.py(), "lsmi._arrays", "vector")?;
    Vector::converted(&convert.call1((name, object, T::NAME))?)
}

/// [`vector`] of something that may be missing.
pub fn optional_vector<'py, T: Number>(
    name: &str,
    object: Option<&Bound<'py, PyAny>>,
) -> PyResult<Option<Vector<'py, T>>> {
    object.map(|object| vector(name, object)).transpose()
}

/// A vector of category numbers.
pub fn categories<'py>(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Vector<'py, i64>> {
    static CATEGORIES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(vector) = Vector::borrow(object)? {
        return Ok(vector);
    }
    let convert = CATEGORIES.import(object.py(), "lsmi._arrays", "categories")?;
    Vector::converted(&convert.call1((name, object))?)
}

/// A vector of sample numbers: whole numbers, no mask.
pub fn sample_numbers<'py>(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Vector<'py, i64>> {
    static SAMPLE_NUMBERS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(vector) = Vector::borrow(object)? {
        return Ok(vector);
    }
    let convert = SAMPLE_NUMBERS.import(object.py(), "lsmi._arrays", "sample_numbers")?;
    Vector::converted(&convert.call1((name, object))?)
}

/// Class numbers, and the number of columns where they were one-hot.
pub struct Targets<'py> {
    numbers: Vector<'py, i64>,
    /// Columns of one-hot rows.
    pub columns: Option<usize>,
}

impl<'py> Targets<'py> {
    /// Class numbers of any integer type, or one-hot rows.
    pub fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        static TARGETS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        if let Some(numbers) = Vector::borrow(object)? {
            return Ok(Targets { numbers, columns: None });
        }
        let convert = TARGETS.import(object.py(), "lsmi._arrays", "targets")?;
        let (array, columns): (Bound<'py, PyAny>, Option<usize>) = convert.call1((object,))?.extract()?;
        Ok(Targets { numbers: Vector::converted(&array)?, columns })
    }

    /// The class numbers.
    pub fn slice(&self) -> &[i64] {
        self.numbers.slice()
    }

    /// Refuses one-hot rows of another number of classes than `classes`.
    pub fn check_classes(&self, classes: usize) -> PyResult<()> {
        match self.columns {
            Some(got) if got != classes => {
                Err(lsmi::Error::Shape { field: "y".to_string(), what: "classes", expected: classes, got })
                    .or_raise()
            }
            _ => Ok(()),
        }
    }
}

/// A new array of that shape.
pub fn array<'py, T: Number, S: IntoDimension>(
    py: Python<'py>,
    values: Vec<T>,
    shape: S,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(PyArray1::from_vec(py, values).reshape(shape)?.into_any())
}

/// A new vector.
pub fn new_vector<T: Element>(py: Python<'_>, values: Vec<T>) -> Bound<'_, PyAny> {
    PyArray1::from_vec(py, values).into_any()
}
