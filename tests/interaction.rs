//! Atoms, shift, means and counting against exact values, and the identities that tie them together.

use approx::assert_abs_diff_eq;
use lsmi::Error;
use lsmi::interaction::{
    AtomSlices, Atoms, Information, InformationSlices, atoms, discrete, joint_categories, mean, shift,
};
use proptest::prelude::*;
use serde_json::Value;

const EXACT: f64 = 1e-12;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn expected_atoms(value: &Value) -> Atoms {
    let of = |key: &str| number(&value[key]);
    Atoms { redundancy: of("r"), unique1: of("u1"), unique2: of("u2"), synergy: of("s") }
}

fn assert_information(got: Information, expected: &Value) {
    for (got, key) in [(got.i1, "i1"), (got.i2, "i2"), (got.i12, "i12")] {
        assert_abs_diff_eq!(got, number(&expected[key]), epsilon = EXACT);
    }
}

fn assert_atoms(got: Atoms, expected: Atoms, epsilon: f64) {
    assert_abs_diff_eq!(got.redundancy, expected.redundancy, epsilon = epsilon);
    assert_abs_diff_eq!(got.unique1, expected.unique1, epsilon = epsilon);
    assert_abs_diff_eq!(got.unique2, expected.unique2, epsilon = epsilon);
    assert_abs_diff_eq!(got.synergy, expected.synergy, epsilon = epsilon);
}

fn mean_atoms(samples: &[Information]) -> Atoms {
    Atoms::mean(&samples.iter().map(Information::atoms).collect::<Vec<_>>())
}

/// Bits of one modality, one column per bit and one entry per row, as one category.
fn categories(rows: &[&Value], key: &str) -> Vec<i64> {
    let bits = |row: &Value| match &row[key] {
        Value::Array(bits) => bits.iter().map(|bit| bit.as_i64().unwrap()).collect(),
        bit => vec![bit.as_i64().unwrap()],
    };
    let rows: Vec<Vec<i64>> = rows.iter().map(|row| bits(row)).collect();
    let columns: Vec<Vec<i64>> =
        (0..rows[0].len()).map(|bit| rows.iter().map(|row| row[bit]).collect()).collect();
    joint_categories(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
}

fn circuits() -> Vec<Value> {
    serde_json::from_str(include_str!("data/circuits.json")).unwrap()
}

/// Every cell of every gate, its means, shift and adjusted means.
fn assert_circuit(circuit: &Value, rows: &[&Value], weights: Option<&[f64]>) {
    let y: Vec<i64> = rows.iter().map(|row| row["y"].as_i64().unwrap()).collect();
    let got = discrete(&categories(rows, "x1"), &categories(rows, "x2"), &y, weights).unwrap();
    for (got, row) in got.iter().zip(rows) {
        assert_information(*got, row);
        assert_abs_diff_eq!(got.h1, number(&row["h1"]), epsilon = EXACT);
        assert_abs_diff_eq!(got.h2, number(&row["h2"]), epsilon = EXACT);
        assert_atoms(got.atoms(), expected_atoms(row), EXACT);
    }
    if weights.is_none() {
        let means = mean_atoms(&got);
        assert_information(Information::mean(&got), &circuit["mean"]);
        assert_atoms(means, expected_atoms(&circuit["mean"]), EXACT);
        assert_abs_diff_eq!(shift(means), number(&circuit["shift"]), epsilon = EXACT);
        assert_atoms(means.shifted(shift(means)), expected_atoms(&circuit["adjusted"]), EXACT);
    }
}

#[test]
fn circuits_are_exact_by_counting() {
    for circuit in circuits() {
        let cells: Vec<&Value> = circuit["support"].as_array().unwrap().iter().collect();
        let weights: Vec<f64> = cells.iter().map(|cell| number(&cell["p"])).collect();
        let repeated: Vec<&Value> = cells
            .iter()
            .flat_map(|cell| {
                let count = (number(&cell["p"]) * 1000.0).round() as usize;
                core::iter::repeat_n(*cell, count)
            })
            .collect();
        assert_eq!(repeated.len(), 1000);
        assert_circuit(&circuit, &cells, Some(&weights));
        assert_circuit(&circuit, &repeated, None);
    }
}

#[test]
fn weights_count_like_repetitions_and_weightless_samples_are_scored() {
    let repeated = discrete(&[5, 5, 5, -2], &[1, 1, 0, 0], &[0, 0, 1, 1], None).unwrap();
    let weights = [1.0, 0.5, 0.5, 0.0];
    let weighted = discrete(&[5, 5, -2, 5], &[1, 0, 0, 1], &[0, 1, 1, 0], Some(&weights)).unwrap();
    assert_eq!(weighted[..3], [repeated[0], repeated[2], repeated[3]]);
    assert_eq!(weighted[3], repeated[0]);
    // p(x1 = 5) = 3/4, of which 2/3 have y = 0; p(y = 0) = 1/2.
    assert_abs_diff_eq!(repeated[0].h1, (4.0f64 / 3.0).ln(), epsilon = EXACT);
    assert_abs_diff_eq!(repeated[0].i1, (4.0f64 / 3.0).ln(), epsilon = EXACT);
}

#[test]
fn discrete_errors() {
    let shape = |field: &str, got| Error::Shape { field: field.into(), what: "samples", expected: 2, got };
    let setting = |expected: &str, got: &str| Error::Setting {
        field: "weights".into(),
        expected: expected.into(),
        got: got.into(),
    };
    let two = |weights: &[f64]| discrete(&[0, 1], &[0, 1], &[0, 1], Some(weights)).unwrap_err();
    assert_eq!(
        discrete(&[], &[], &[], None).unwrap_err(),
        Error::Empty { field: "x1".into(), what: "samples" }
    );
    assert_eq!(discrete(&[0, 1], &[0], &[0, 1], None).unwrap_err(), shape("x2", 1));
    assert_eq!(discrete(&[0, 1], &[0, 1], &[], None).unwrap_err(), shape("y", 0));
    assert_eq!(two(&[1.0, 1.0, 1.0]), shape("weights", 3));
    assert_eq!(
        two(&[1.0, f64::INFINITY]),
        Error::NotFinite { field: "weights".into(), row: 1, column: 0, got: f64::INFINITY }
    );
    assert!(matches!(two(&[f64::NAN, 1.0]), Error::NotFinite { row: 0, got, .. } if got.is_nan()));
    assert_eq!(two(&[1.0, -1.0]), setting("weights of at least 0", "-1 in row 1"));
    assert_eq!(two(&[0.0, 0.0]), setting("a positive, finite sum", "a sum of 0"));
    assert_eq!(two(&[f64::MAX, f64::MAX]), setting("a positive, finite sum", "a sum of inf"));
    assert_eq!(
        two(&[1.0, 0.0]),
        setting(
            "positive weight for some sample of every combination of x1, x2 and y",
            "weight 0 for all samples like row 1"
        )
    );
}

#[test]
fn joint_categories_number_tuples_in_sorted_order() {
    assert_eq!(joint_categories(&[&[3, -1, 3, 3], &[0, 9, -4, 0]]).unwrap(), [2, 0, 1, 2]);
    assert_eq!(joint_categories(&[&[i64::MAX, i64::MIN]]).unwrap(), [1, 0]);
    let empty = |what| Error::Empty { field: "columns".into(), what };
    assert_eq!(joint_categories(&[]).unwrap_err(), empty("features"));
    assert_eq!(joint_categories(&[&[], &[]]).unwrap_err(), empty("samples"));
    assert_eq!(
        joint_categories(&[&[1, 2], &[1]]).unwrap_err(),
        Error::Shape { field: "columns[1]".into(), what: "samples", expected: 2, got: 1 }
    );
}

#[test]
fn shift_rule() {
    let means = |redundancy, unique1, unique2, synergy| Atoms { redundancy, unique1, unique2, synergy };
    assert_eq!(shift(means(0.0, 0.0, 0.0, 0.0)), 0.0);
    assert_eq!(shift(means(0.5, 0.1, 0.2, 0.3)), 0.0);
    assert_eq!(shift(means(-0.5, 0.1, 0.2, 0.3)), 0.5);
    assert_eq!(shift(means(-0.5, -1.0, 0.2, -0.75)), 0.75);
    assert_eq!(shift(means(0.5, 0.1, -0.25, -0.125)), 0.125);
    assert_eq!(shift(means(0.5, 0.1, -0.25, 0.125)), -0.25);
    assert_eq!(shift(means(0.0, -0.5, -0.25, 0.0)), -0.5);
    assert!(shift(means(-1.0, 0.0, f64::NAN, 0.0)).is_nan());
}

#[test]
fn slices_are_checked_and_filled() {
    let samples: Vec<Information> = (0..5)
        .map(|row| row as f64)
        .map(|t| Information { i1: 0.5 - t / 8.0, i2: t / 4.0, i12: t, h1: 3.0 - t, h2: t * t })
        .collect();
    let column = |value: fn(&Information) -> f64| samples.iter().map(value).collect::<Vec<f64>>();
    let inputs = [column(|s| s.i1), column(|s| s.i2), column(|s| s.i12), column(|s| s.h1), column(|s| s.h2)];
    // Runs with one array cut short; none for `cut` = 0.
    let run = |cut: usize| {
        let length = |position: usize| if cut == position { 4 } else { 5 };
        let mut out = [6, 7, 8, 9].map(|position| vec![9.0; length(position)]);
        let [redundancy, unique1, unique2, synergy] = &mut out;
        let information = InformationSlices {
            i1: &inputs[0],
            i2: &inputs[1][..length(2)],
            i12: &inputs[2][..length(3)],
            h1: &inputs[3][..length(4)],
            h2: &inputs[4][..length(5)],
        };
        let result = atoms(information, AtomSlices { redundancy, unique1, unique2, synergy });
        (result, out)
    };
    let (result, mut out) = run(0);
    assert_eq!(result, Ok(()));
    for (row, sample) in samples.iter().enumerate() {
        let [redundancy, unique1, unique2, synergy] = [0, 1, 2, 3].map(|atom| out[atom][row]);
        assert_eq!(sample.atoms(), Atoms { redundancy, unique1, unique2, synergy });
    }
    let [redundancy, unique1, unique2, synergy] = &mut out;
    let slices = AtomSlices { redundancy, unique1, unique2, synergy };
    assert_eq!(slices.mean(), mean_atoms(&samples));
    let fields = ["i2", "i12", "h1", "h2", "redundancy", "unique1", "unique2", "synergy"];
    for (position, field) in fields.into_iter().enumerate() {
        let (result, out) = run(position + 2);
        let expected = Error::Shape { field: field.into(), what: "samples", expected: 5, got: 4 };
        assert_eq!(result, Err(expected));
        assert!(out.iter().flatten().all(|value| *value == 9.0));
    }
}

#[test]
fn mean_is_accurate_and_empty_is_nan() {
    assert!(mean(&[]).is_nan());
    assert!(Information::mean(&[]).h1.is_nan() && Atoms::mean(&[]).synergy.is_nan());
    let values = vec![0.1; 1_000_003];
    assert_abs_diff_eq!(mean(&values), 0.1, epsilon = 1e-15);
    let values: Vec<f64> = (0..1001).map(f64::from).collect();
    assert_eq!(mean(&values), 500.0);
    assert!(mean(&[1.0, f64::NAN]).is_nan());
}

#[test]
fn large_surprisal_does_not_swamp_information() {
    let sample = Information { i1: 0.1234567, i2: -0.7654321, i12: 0.9, h1: 1.5, h2: 1.75 };
    // The offset is exact in binary, so that h2 − h1 stays the same number.
    let far = Information { h1: sample.h1 + 1e9, h2: sample.h2 + 1e9, ..sample };
    assert_eq!(far.atoms(), sample.atoms());
    for (h1, h2, r) in [(1.0, 1e9, sample.i1), (1e9, 1.0, sample.i2), (-1e300, 1e300, sample.i1)] {
        assert_eq!(Information { h1, h2, ..sample }.atoms().redundancy, r);
    }
}

#[test]
fn atoms_of_values_that_are_not_finite() {
    let sample = Information { i1: 0.5, i2: 0.25, i12: 1.0, h1: 2.0, h2: 2.0 };
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    assert_eq!(Information { h1: inf, ..sample }.atoms().redundancy, 0.25);
    assert_eq!(Information { h2: inf, ..sample }.atoms().redundancy, 0.5);
    assert_eq!(Information { h1: -inf, h2: inf, ..sample }.atoms().redundancy, 0.5);
    for undefined in [
        Information { h1: inf, h2: inf, ..sample },
        Information { h1: nan, ..sample },
        Information { i1: nan, ..sample },
        Information { i2: nan, ..sample },
    ] {
        let atoms = undefined.atoms();
        assert!([atoms.redundancy, atoms.unique1, atoms.unique2, atoms.synergy].iter().all(|v| v.is_nan()));
    }
    let impossible = Information { i1: -inf, ..sample }.atoms();
    assert_eq!((impossible.redundancy, impossible.unique1, impossible.synergy), (0.25, -inf, inf));
}

fn information() -> impl Strategy<Value = Information> {
    (-5.0..5.0, -5.0..5.0, -5.0..5.0, -50.0..50.0, -50.0..50.0)
        .prop_map(|(i1, i2, i12, h1, h2)| Information { i1, i2, i12, h1, h2 })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn atoms_follow_the_formula_and_add_up(x in information()) {
        let a = x.atoms();
        let (delta, eps) = (x.h2 - x.h1, EXACT);
        assert_abs_diff_eq!(a.redundancy, delta.min(0.0) - (-x.i1).min(delta - x.i2), epsilon = eps);
        assert_abs_diff_eq!(a.redundancy, x.h1.min(x.h2) - (x.h1 - x.i1).min(x.h2 - x.i2), epsilon = eps);
        assert_abs_diff_eq!(a.redundancy + a.unique1, x.i1, epsilon = eps);
        assert_abs_diff_eq!(a.redundancy + a.unique2, x.i2, epsilon = eps);
        assert_abs_diff_eq!(a.redundancy + a.unique1 + a.unique2 + a.synergy, x.i12, epsilon = eps);
        assert_abs_diff_eq!(a.synergy - a.redundancy, x.synergy_minus_redundancy(), epsilon = eps);
    }

    #[test]
    fn swapping_the_modalities_swaps_uniqueness(x in information()) {
        let a = x.atoms();
        let swapped = Information { i1: x.i2, i2: x.i1, i12: x.i12, h1: x.h2, h2: x.h1 }.atoms();
        let expected = Atoms { unique1: a.unique2, unique2: a.unique1, ..a };
        prop_assert_eq!(swapped.redundancy, a.redundancy);
        assert_atoms(swapped, expected, EXACT);
    }

    #[test]
    fn another_class_prior_moves_redundancy_alone(x in information(), c in -3.0..3.0) {
        let a = x.atoms();
        let moved = Information { i1: x.i1 + c, i2: x.i2 + c, i12: x.i12 + c, ..x }.atoms();
        assert_atoms(moved, Atoms { redundancy: a.redundancy + c, ..a }, EXACT);
    }

    #[test]
    fn a_common_offset_of_surprisal_changes_nothing(x in information(), c in -100.0..100.0) {
        assert_atoms(Information { h1: x.h1 + c, h2: x.h2 + c, ..x }.atoms(), x.atoms(), EXACT);
    }

    #[test]
    fn a_shift_keeps_information(x in information(), a in -3.0..3.0) {
        let s = x.atoms().shifted(a);
        assert_abs_diff_eq!(s.redundancy + s.unique1, x.i1, epsilon = EXACT);
        assert_abs_diff_eq!(s.redundancy + s.unique2, x.i2, epsilon = EXACT);
        assert_abs_diff_eq!(s.redundancy + s.unique1 + s.unique2 + s.synergy, x.i12, epsilon = EXACT);
    }

    #[test]
    fn counting_ignores_the_names_of_categories(
        rows in prop::collection::vec((0..3i64, 0..3i64, 0..2i64), 1..40), offset in any::<i32>()
    ) {
        let column = |pick: fn(&(i64, i64, i64)) -> i64| rows.iter().map(pick).collect::<Vec<i64>>();
        let (x1, x2, y) = (column(|r| r.0), column(|r| r.1), column(|r| r.2));
        let renamed: Vec<i64> = x1.iter().map(|x| i64::from(offset) - 7 * x).collect();
        let samples = discrete(&x1, &x2, &y, None).unwrap();
        prop_assert_eq!(&samples, &discrete(&renamed, &x2, &y, None).unwrap());
        // Mean information is never negative, and two modalities never tell less than one.
        let means = Information::mean(&samples);
        prop_assert!(means.i1 > -EXACT && means.i12 > means.i1 - EXACT && means.i12 > means.i2 - EXACT);
    }
}
