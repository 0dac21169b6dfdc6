//! `lsmi mi`.

use crate::support::*;

/// Normal numbers of correlation 0.8, in two of three features: −½ log(1 − 0.64) = 0.5108 nats; or their cubes.
fn pairs(power: i32) -> Arrays {
    let mut stream = lsmi::rng::Stream::new(3, 0);
    let x: Vec<f64> = (0..2000).map(|_| stream.normal()).collect();
    let y: Vec<f64> = (0..1000).map(|i| 0.8 * x[2 * i] + 0.6 * stream.normal()).collect();
    let mut arrays = Arrays::default();
    arrays.set("x", Array::f64(&[1000, 2], &x.iter().map(|v| v.powi(power)).collect::<Vec<_>>()));
    arrays.set("y", Array::f64(&[1000, 1], &y.iter().map(|v| v.powi(power)).collect::<Vec<_>>()));
    arrays
}

#[test]
fn correlated_normal_numbers() {
    let folder = Folder::new();
    pairs(1).write(&folder, "data");
    let said = folder.succeed(&["mi", "data", "-o", "i.csv", "--json", "out.json"]);
    assert!(said.starts_with("x and y: 1000 samples of 2 and 1 features\n"), "{said}");
    let found = folder.json("out.json");
    let mean = number(&found, "mutual_information");
    assert!((mean - 0.5108).abs() < 0.07, "{mean}");
    assert!(number(&found, "interval.low") < mean && mean < number(&found, "interval.high"));
    let table = String::from_utf8(folder.bytes("i.csv")).unwrap();
    let values = table.lines().skip(1).map(|line| line.split_once(',').unwrap().1.parse::<f64>().unwrap());
    assert!((values.sum::<f64>() / 1000.0 - mean).abs() < 1e-12);
    // Of cubes the ranks are the same.
    pairs(3).write(&folder, "cubes");
    folder.succeed(&["mi", "cubes", "--by-ranks", "--json", "cubes.json"]);
    folder.succeed(&["mi", "data", "--by-ranks", "--json", "ranks.json"]);
    assert!(folder.bytes("cubes.json") == folder.bytes("ranks.json"));
    assert!((number(&folder.json("cubes.json"), "mutual_information") - 0.5108).abs() < 0.07);
}

#[test]
fn arrays_that_do_not_pair_are_refused() {
    let folder = Folder::new();
    let mut data = pairs(1);
    data.set("short", Array::f64(&[3], &[1.0, 2.0, 3.0]));
    data.set("still", Array::f64(&[1000], &[1.0; 1000]));
    data.write(&folder, "data");
    folder.run(&["mi", "data", "--y", "short"]).says(1, "short: expected 1000 samples, got 3");
    let message = "still: expected features that vary between samples, got none";
    folder.run(&["mi", "data", "--y", "still"]).says(1, message);
    let message = "--x: expected the name of one of data's arrays (short, still, x, y), got 'z'";
    folder.run(&["mi", "data", "--x", "z"]).says(2, message);
}
