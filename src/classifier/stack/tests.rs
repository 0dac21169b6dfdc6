use super::*;
use crate::rng::Stream;

/// What a classifier makes of true logits, noise at hand.
type Member<'a> = &'a dyn Fn(f64, &mut Stream) -> f64;

/// Members of two classes with true logits z and what each makes of them.
fn members(n: usize, of: &[Member]) -> (Vec<Vec<f64>>, Vec<usize>) {
    let mut stream = Stream::new(3, 0);
    let (mut members, mut targets) = (vec![Vec::new(); of.len()], Vec::new());
    for _ in 0..n {
        let z = 2.0 * stream.normal();
        targets.push(usize::from(stream.uniform(0.0, 1.0) < 1.0 / (1.0 + libm::exp(-z))));
        for (member, of) in members.iter_mut().zip(of) {
            let mut values = [0.0, of(z, &mut stream)];
            log_softmax(&mut values);
            member.extend(values);
        }
    }
    (members, targets)
}

fn counts(targets: &[usize]) -> [usize; 2] {
    [0, 1].map(|class| targets.iter().filter(|&&target| target == class).count())
}

fn chosen(n: usize, of: &[Member]) -> (Mix, f64) {
    let (members, targets) = members(n, of);
    let samples: Vec<usize> = (0..n).collect();
    // The first member is that of equal frequencies.
    let counts = [n / 2; 2];
    let stack = Stack {
        members: members.iter().map(Vec::as_slice).collect(),
        targets: &targets,
        classes: 2,
        samples: &samples,
        reserve: Reserve::new(&counts),
    };
    let mix = stack.choose();
    let evaluated = stack.evaluate(&mix.members, &DVector::from_column_slice(&mix.weights));
    (mix, evaluated.gradient.amax())
}

const PRIOR: Member = &|_, _| 0.0;

#[test]
fn finds_the_temperature_of_an_overconfident_member() {
    let (mix, gradient) = chosen(20_000, &[PRIOR, &|z, _| 3.0 * z]);
    assert_eq!(mix.members, [0, 1]);
    approx::assert_abs_diff_eq!(mix.weights[1], 1.0 / 3.0, epsilon = 0.01);
    assert!(gradient < 1e-6, "at the minimum: {gradient}");
}

#[test]
fn members_that_know_nothing_are_left_out() {
    let (mix, _) = chosen(500, &[PRIOR, &|_, stream| stream.normal(), &|_, stream| 5.0 * stream.normal()]);
    assert_eq!(mix.members, [0]);
    approx::assert_relative_eq!(mix.losses[0], core::f64::consts::LN_2, max_relative = 1e-14);
}

#[test]
fn members_with_errors_of_their_own_are_averaged() {
    let noisy: Member = &|z, stream| z + stream.normal();
    let (mix, gradient) = chosen(5_000, &[PRIOR, noisy, noisy]);
    assert_eq!(mix.members.len(), 3);
    approx::assert_abs_diff_eq!(mix.weights[1], mix.weights[2], epsilon = 0.05);
    assert!(gradient < 1e-6);
    let mut out = [0.0; 2];
    mix.log_probabilities(|member| if member == 0 { &[-0.7, -0.7] } else { &[-3.0, -0.05] }, &mut out);
    let logit = 2.95 * (mix.weights[1] + mix.weights[2]);
    approx::assert_relative_eq!(out[1] - out[0], logit, max_relative = 1e-12);
    approx::assert_relative_eq!(libm::exp(out[0]) + libm::exp(out[1]), 1.0, max_relative = 1e-12);
}

#[test]
fn a_second_copy_gains_nothing() {
    let (mix, _) = chosen(2_000, &[PRIOR, &|z, _| z, &|z, _| z]);
    assert_eq!(mix.members.len(), 2);
}

#[test]
fn samples_told_apart_without_a_mistake_do_not_make_it_certain() {
    let n = 400;
    let targets: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let member: Vec<f64> =
        targets.iter().flat_map(|&y| if y == 0 { [-0.1, -2.4] } else { [-2.4, -0.1] }).collect();
    let samples: Vec<usize> = (0..n).collect();
    let prior = vec![-core::f64::consts::LN_2; 2 * n];
    let counts = counts(&targets);
    let reserve = Reserve::new(&counts);
    let stack =
        Stack { members: vec![&prior, &member], targets: &targets, classes: 2, samples: &samples, reserve };
    let mix = stack.choose();
    // One mistake in n + 2 samples, half of it what is reserved.
    let mut log_p = [0.0; 2];
    mix.log_probabilities(|m| if m == 0 { &prior[..2] } else { &member[..2] }, &mut log_p);
    reserve.add_to(&mut log_p);
    approx::assert_relative_eq!(libm::exp(log_p[1]), 1.0 / (n + 2) as f64, max_relative = 1e-3);
}

#[test]
fn a_gain_is_clear_beyond_its_standard_error() {
    let mix = |losses: [f64; 4]| Mix { members: vec![0], weights: vec![1.0], losses: losses.to_vec() };
    let (before, worse) = (mix([1.0; 4]), mix([1.1; 4]));
    // Gains of 0.1 and −0.05: 0.025 ± 0.0375; of 0.1 and 0: 0.05 ± 0.025.
    assert!(!is_clear(&before, &mix([0.9, 1.05, 0.9, 1.05])));
    assert!(is_clear(&before, &mix([0.9, 1.0, 0.9, 1.0])));
    assert!(!is_clear(&before, &worse) && is_clear(&worse, &before) && !is_clear(&before, &before));
}
