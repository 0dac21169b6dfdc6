//! Values that exist for both number types.

/// Something of f32 or of f64 numbers.
#[derive(Clone)]
pub enum Any<S, D> {
    F32(S),
    F64(D),
}

impl<S, D> Any<S, D> {
    /// What NumPy calls the type.
    pub fn dtype(&self) -> &'static str {
        match self {
            Any::F32(_) => "float32",
            Any::F64(_) => "float64",
        }
    }
}

/// Runs the same expression on the value of either type.
macro_rules! either {
    ($any:expr, $value:ident => $result:expr) => {
        match $any {
            $crate::any::Any::F32($value) => $result,
            $crate::any::Any::F64($value) => $result,
        }
    };
}

/// [`either`] whose results differ in type as the values do.
macro_rules! each {
    ($any:expr, $value:ident => $result:expr) => {
        match $any {
            $crate::any::Any::F32($value) => $crate::any::Any::F32($result),
            $crate::any::Any::F64($value) => $crate::any::Any::F64($result),
        }
    };
}

pub(crate) use {each, either};
