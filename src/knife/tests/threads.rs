//! The same bits whatever the number of threads.

use super::*;
use crate::optim::{Training, TrainingRun};
use core::ops::ControlFlow;

/// What scoring, a gradient and two steps of training give, where every one of them is worth several threads.
fn results<T: Float>() -> (Vec<T>, MarginalGradient<T>, MarginalParameters<T>) {
    const D: usize = 64;
    let mut stream = Stream::new(31, 0);
    let options = options(5, true, Diagonal::PerMode, Triangle::Full);
    let wide = random_parameters(&options, D, &mut stream);
    let narrow = |values: &[f64]| values.iter().map(|&value| T::of(value)).collect::<Vec<T>>();
    let parameters = MarginalParameters {
        means: narrow(&wide.means),
        log_diagonal: narrow(&wide.log_diagonal),
        triangle: narrow(&wide.triangle),
        logits: narrow(&wide.logits),
    };
    let density = Marginal::from_parameters(options, D, &parameters).unwrap();
    let x = narrow(&normals(&mut stream, D * 2100, 1.0));
    let x = Samples::from_rows("x", &x, D).unwrap();
    let mut scores = vec![T::zero(); x.samples()];
    density.log_density(x, &mut scores).unwrap();
    let training = Training {
        epochs: 1,
        batch: 256,
        learning_rate: 0.01,
        decay_every: 1,
        decay_factor: 1.0,
        weight_decay: 0.0,
        patience: 0,
        accumulate_gradients: false,
    };
    let run = TrainingRun {
        name: "density",
        training: &training,
        held_out: &[],
        stream: &mut stream,
        observer: &mut |_| ControlFlow::Continue(()),
    };
    let fit = refine_marginal(&density, x.range(0, 512), None, run).unwrap();
    (scores, density.gradient(x, None).unwrap(), fit.density.parameters())
}

fn check<T: Float>() {
    let of =
        |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(results::<T>);
    let (scores, gradient, parameters) = of(1);
    for threads in [2, 7] {
        let again = of(threads);
        assert!(again.0 == scores, "{}: scores of {threads} threads", T::NAME);
        assert!(again.1 == gradient, "{}: gradient of {threads} threads", T::NAME);
        assert!(again.2 == parameters, "{}: fit of {threads} threads", T::NAME);
    }
}

#[test]
fn threads_change_no_bit() {
    check::<f32>();
    check::<f64>();
}
