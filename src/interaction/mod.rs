//! From information to atoms: redundancy, uniqueness and synergy of every sample, in nats.
//!
//! Two modalities x1 and x2 tell about a target y. Their pointwise information ([`Information`]) holds
//! i1 = i(x1; y), i2 = i(x2; y), i12 = i(x1, x2; y) with i(x; y) = log p(y|x) − log p(y), and the surprisals
//! h1 = −log p(x1), h2 = −log p(x2). The atoms ([`Atoms`]) follow from these five numbers alone:
//!
//! ```text
//! r  = min(h1, h2) − min(h1 − i1, h2 − i2)
//! u1 = i1 − r        u2 = i2 − r        s = i12 − i1 − i2 + r
//! ```
//!
//! so that r + u1 = i1, r + u2 = i2 and r + u1 + u2 + s = i12 for every sample. Wherever the five numbers come
//! from (fitted models, a known distribution as in [`synthetic`](crate::synthetic), counts as in [`discrete`]),
//! these functions apply. The atoms of a data set are the means over its samples ([`mean`], [`Atoms::mean`]);
//! [`shift`] tells by how much to move them where a mean is negative.

mod atoms;
mod batch;
mod discrete;
mod mean;
mod provided;

pub use atoms::{Atoms, Information, shift};
pub use batch::{AtomSlices, InformationSlices, atoms, score_columns};
pub use discrete::{Counting, discrete, discrete_into, joint_categories};
pub(crate) use mean::means_by;
pub use mean::{mean, mean_by};
pub use provided::information_from_log_probabilities;
