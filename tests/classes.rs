//! Class numbers that no sample has.

use lsmi::synthetic::MixedGaussian;
use lsmi::{Config, Model, Samples, fit};

fn fitted(y: &[i64], x1: &[f64], x2: &[f64]) -> Model<f64> {
    let config = Config { seed: 3, folds: 3, density_epochs: 3, ..Config::robust() };
    let [x1, x2] = [x1, x2].map(|x| Samples::from_rows("x", x, 2).unwrap());
    fit(x1, x2, y, &config).unwrap()
}

#[test]
fn numbers_without_samples_change_nothing() {
    let data = MixedGaussian::new(2, 0.5, 1.0).unwrap().sample(240, 1).unwrap();
    let sparse: Vec<i64> = data.y.iter().map(|&y| 3 + 46 * y).collect();
    let plain = fitted(&data.y[..200], &data.x1[..400], &data.x2[..400]);
    let gaps = fitted(&sparse[..200], &data.x1[..400], &data.x2[..400]);
    assert_eq!((plain.classes(), gaps.classes()), (2, 50));
    let cross_fitted = [&plain, &gaps].map(|model| model.cross_fitted().unwrap().clone());
    let [x1, x2] = [&data.x1, &data.x2].map(|x| Samples::from_rows("x", &x[400..], 2).unwrap());
    let fresh =
        [(&plain, &data.y[200..]), (&gaps, &sparse[200..])].map(|(model, y)| model.score(x1, x2, y).unwrap());
    for [expected, got] in [cross_fitted, fresh] {
        assert!(expected.summary.log_loss.joint < 0.66, "something is told: {:?}", expected.summary.log_loss);
        for (e, g) in expected.information.iter().zip(&got.information) {
            for (e, g) in [(e.i1, g.i1), (e.i2, g.i2), (e.i12, g.i12), (e.h1, g.h1), (e.h2, g.h2)] {
                approx::assert_abs_diff_eq!(e, g, epsilon = 1e-12);
            }
        }
    }
    // Nor in a file.
    let again = Model::<f64>::from_bytes("model", &gaps.to_bytes().unwrap()).unwrap();

    let scores = again.score(x1, x2, &sparse[200..]).unwrap();
    assert!(scores == gaps.score(x1, x2, &sparse[200..]).unwrap());
}
