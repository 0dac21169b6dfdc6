//! Class numbers that no sample has.

use lsmi::synthetic::MixedGaussian;
use lsmi::trust::intervals;
use lsmi::{Config, Model, Samples, fit};

fn fitted(y: &[i64], x1: &[f64], x2: &[f64]) -> Model<f64> {
    let config = Config { seed: 3, folds: 3, density_epochs: 3, ..Config::robust() };
    let [x1, x2] = [x1, x2].map(|x| Samples::from_rows("x", x, 3).unwrap());
    fit(x1, x2, y, &config).unwrap()
}

#[test]
fn numbers_without_samples_change_nothing() {
    let data = MixedGaussian::new(3, 0.5, 0.5).unwrap().sample(240, 1).unwrap();
    let sparse: Vec<i64> = data.y.iter().map(|&y| 3 + 60 * y).collect();
    let plain = fitted(&data.y[..200], &data.x1[..600], &data.x2[..600]);
    let gaps = fitted(&sparse[..200], &data.x1[..600], &data.x2[..600]);
    assert_eq!((plain.classes(), gaps.classes()), (3, 124));
    let cross_fitted = [&plain, &gaps].map(|model| model.cross_fitted().unwrap().clone());
    let [x1, x2] = [&data.x1, &data.x2].map(|x| Samples::from_rows("x", &x[600..], 3).unwrap());
    let fresh =
        [(&plain, &data.y[200..]), (&gaps, &sparse[200..])].map(|(model, y)| model.score(x1, x2, y).unwrap());
    for [expected, got] in [cross_fitted, fresh] {
        assert!(expected.summary.log_loss.joint < 0.9, "something is told: {:?}", expected.summary.log_loss);
        for (e, g) in expected.information.iter().zip(&got.information) {
            for (e, g) in [(e.i1, g.i1), (e.i2, g.i2), (e.i12, g.i12), (e.h1, g.h1), (e.h2, g.h2)] {
                approx::assert_abs_diff_eq!(e, g, epsilon = 1e-12);
            }
        }
    }
    let [expected, got] = [&plain, &gaps].map(|model| intervals(model, 200, 0.95, 1).unwrap());
    for ((_, e), (_, g)) in expected.of.named().into_iter().zip(got.of.named()) {
        approx::assert_abs_diff_eq!(e.low, g.low, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(e.high, g.high, epsilon = 1e-9);
    }
    // Nor in a file.
    let again = Model::<f64>::from_bytes("model", &gaps.to_bytes().unwrap()).unwrap();

    let scores = again.score(x1, x2, &sparse[200..]).unwrap();
    assert!(scores == gaps.score(x1, x2, &sparse[200..]).unwrap());
}
