//! The parts of a model.

use core::fmt;

/// One of the five models of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// p(y|x1).
    Classifier1,
    /// p(y|x2).
    Classifier2,
    /// p(y|x1, x2).
    ClassifierJoint,
    /// p(x1).
    Density1,
    /// p(x2).
    Density2,
}

impl Component {
    /// All five, in the order in which they take their streams of random numbers.
    pub const ALL: [Component; 5] = [
        Component::Classifier1,
        Component::Classifier2,
        Component::ClassifierJoint,
        Component::Density1,
        Component::Density2,
    ];
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Component::Classifier1 => "classifier of x1",
            Component::Classifier2 => "classifier of x2",
            Component::ClassifierJoint => "classifier of both",
            Component::Density1 => "density of x1",
            Component::Density2 => "density of x2",
        })
    }
}
