//! `lsmi synth`: the files hold the samples of the generators and their exact atoms.

use crate::support::*;
use lsmi::interaction::Information;
use lsmi::synthetic::{Circuit, Dataset, KindMixture, MixedGaussian, xor};
use safetensors::SafeTensors;

/// The numbers of an array of float64 or int64.
fn numbers(tensors: &SafeTensors, name: &str) -> Vec<f64> {
    let view = tensors.tensor(name).unwrap();
    let words = view.data().as_chunks().0.iter();
    match view.dtype() {
        safetensors::Dtype::F64 => words.map(|b| f64::from_le_bytes(*b)).collect(),
        _ => words.map(|b| i64::from_le_bytes(*b) as f64).collect(),
    }
}

#[test]
fn files_hold_the_samples_and_their_exact_atoms() {
    let gaussian = MixedGaussian::new(3, -0.4, 0.7).unwrap().sample(50, 9).unwrap();
    let mixture = KindMixture::new([1.0, 2.0, 0.0, 3.0], 5.0).unwrap().sample(50, 9).unwrap().0;
    let planted = xor(4, 2.5, 50, 9).unwrap();
    let gate = |name| Circuit::named(name).unwrap().sample(50, 9).unwrap();
    let cases: [(&[&str], Dataset); 9] = [
        (&["gaussian", "--classes", "3", "--rho", "-0.4", "--noise", "0.7"], gaussian),
        (
            &[
                "mixture",
                "--redundant",
                "1",
                "--unique1",
                "2",
                "--unique2",
                "0",
                "--synergistic",
                "3",
                "--amplitude",
                "5",
            ],
            mixture,
        ),
        (&["xor", "--dimension", "4", "--amplitude", "2.5"], planted),
        (&["circuit", "xor"], gate("xor")),
        (&["circuit", "or"], gate("or")),
        (&["circuit", "and"], gate("and")),
        (&["circuit", "not_x2"], gate("not_x2")),
        (&["circuit", "copy"], gate("copy")),
        (&["circuit", "xor_not"], gate("xor_not")),
    ];
    for (words, expected) in cases {
        let folder = Folder::new();
        let more = ["--samples", "50", "--seed", "9", "--validation", "0.3", "-o", "data.safetensors"];
        let said = folder.succeed(&[&["synth"], words, &more].concat());
        let mean = Information::mean(&expected.truth);
        let start = format!("50 samples written to data.safetensors\nexact means, nats: i1 {:.4}, ", mean.i1);
        assert!(said.starts_with(&start), "{said}");
        let bytes = folder.bytes("data.safetensors");
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensors.len(), 2 * (3 + 9), "{words:?}");
        let both = |name: &str| {
            let split = |split| numbers(&tensors, &format!("{split}_{name}"));
            assert_eq!(split("train").len() * 15, split("val").len() * 35, "the last three tenths");
            [split("train"), split("val")].concat()
        };
        assert_eq!(both("modal_1_features"), expected.x1, "{words:?}");
        assert_eq!(both("modal_2_features"), expected.x2, "{words:?}");
        assert_eq!(both("targets"), expected.y.iter().map(|y| *y as f64).collect::<Vec<_>>());
        let shape = |name| tensors.tensor(name).unwrap().shape().to_vec();
        assert_eq!(shape("train_modal_1_features"), [35, expected.features1]);
        assert_eq!(shape("val_modal_2_features"), [15, expected.features2]);
        let exact = COLUMNS.map(|name| both(&format!("exact_{name}")));
        for (row, truth) in expected.truth.iter().enumerate() {
            let Information { i1, i2, i12, h1, h2 } = *truth;
            let r = h1.min(h2) - (h1 - i1).min(h2 - i2);
            let atoms = [i1, i2, i12, h1, h2, r, i1 - r, i2 - r, i12 - i1 - i2 + r];
            for (column, expected) in atoms.into_iter().enumerate() {
                let what = format!("{words:?} row {row}: {}", COLUMNS[column]);
                assert_close(&what, exact[column][row], expected, 1e-12);
            }
        }
    }
}

#[test]
fn planted_and_discrete_exclusive_or_is_synergy_alone() {
    for words in [&["xor"][..], &["circuit", "xor"]] {
        let folder = Folder::new();
        folder.succeed(
            &[&["synth"], words, &["--samples", "20", "--validation", "0", "-o", "data.npz"]].concat(),
        );
        let arrays = npz(&folder.path("data.npz"));
        assert_eq!(arrays.len(), 12, "no samples, no validation split");
        let of = |name: &str| &arrays[&format!("train_exact_{name}")];
        for name in ["i1", "i2", "r", "u1", "u2"] {
            assert!(of(name).iter().all(|value| value.abs() < 1e-12), "{words:?}: {name}");
        }
        assert_eq!(of("s").len(), 20);
        for (s, i12) in of("s").iter().zip(of("i12")) {
            assert_close("s", *s, *i12, 1e-12);
            if words.len() == 2 {
                assert_close("s", *s, std::f64::consts::LN_2, 1e-12);
            }
        }
    }
}

#[test]
fn both_formats_and_the_same_seed_give_the_same_samples() {
    let folder = Folder::new();
    for (name, seed) in [("a.npz", "1"), ("b.npz", "1"), ("c.npz", "2")] {
        folder.succeed(&["synth", "mixture", "--samples", "30", "--seed", seed, "-o", name]);
    }
    assert!(folder.bytes("a.npz") == folder.bytes("b.npz"));
    folder.succeed(&["synth", "mixture", "--samples", "30", "--seed", "1", "-o", "a.safetensors"]);
    let bytes = folder.bytes("a.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let [first, other] = ["a.npz", "c.npz"].map(|name| npz(&folder.path(name)));
    assert_eq!(first.len(), tensors.len());
    for (name, values) in &first {
        assert_eq!(*values, numbers(&tensors, name), "{name}");
    }
    assert_ne!(first["train_modal_1_features"], other["train_modal_1_features"]);
}
