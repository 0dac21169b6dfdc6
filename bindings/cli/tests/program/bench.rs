//! `lsmi bench`: that it runs and what it prints; never how fast.

use crate::support::*;

#[test]
fn a_person_gets_a_table_and_a_program_json() {
    let folder = Folder::new();
    let quick = ["bench", "--quick", "--only", "fma_peak,score,classifiers,logsumexp", "--level", "portable"];
    let text = folder.succeed(&[&quick[..], &["--json", "out.json"]].concat());
    let json = folder.json("out.json");
    assert_eq!(keys(&json), ["cases", "level", "machine", "peak_gflops", "threads", "type", "version"]);
    assert_eq!((&json["level"], &json["type"]), (&"portable".into(), &"f32".into()));
    let head = text.lines().next().unwrap();
    let machine = json["machine"].as_str().unwrap();
    assert!(!machine.is_empty() && head.starts_with(machine), "{head}");
    for part in ["f32, level portable, threads 1", "GFLOP/s"] {
        assert!(head.contains(part), "{head}");
    }
    let row = |case: &str| {
        text.lines().find(|line| line.contains(case)).unwrap_or_else(|| panic!("{case}: {text}"))
    };
    assert!(row("score d=2 K=5, 100000 samples").contains("ns/sample"));
    assert!(row("step of classifiers 10, 10, 20, batch 32").contains("µs/step"));
    assert!(row("log-sum-exp, 2048 rows of 128").contains("ns/number"));
    assert!(!text.contains("step d="), "{text}");
    for case in json["cases"].as_array().unwrap() {
        assert_eq!((&case["level"], &case["threads"]), (&"portable".into(), &1.into()));
        assert!(number(case, "checksum").is_finite());
        if case["op"] == "score" {
            assert!(number(case, "share_of_peak") > 0.0);
        }
    }
    assert_eq!(folder.files(), ["out.json"]);
}

#[test]
fn checksums_do_not_depend_on_the_number_of_threads() {
    let folder = Folder::new();
    let checksums = |threads: &str| {
        let words =
            ["bench", "--quick", "--only", "score,step", "--f64", "--threads", threads, "--json", "-"];
        let json: serde_json::Value = serde_json::from_str(&folder.succeed(&words)).unwrap();
        let cases = json["cases"].as_array().unwrap().iter();
        cases.map(|case| (case["op"].to_string(), number(case, "checksum"))).collect::<Vec<_>>()
    };
    assert_eq!(checksums("1"), checksums("2"));
}

#[test]
fn scaling_tells_exponents_and_steps() {
    let folder = Folder::new();
    let text = folder.succeed(&["bench", "--quick", "--scaling", "--json", "out.json"]);
    for part in ["score, K=5, 2048 samples: from d=16 on", "largest step up", "step over trend"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for sweep in folder.json("out.json")["sweeps"].as_array().unwrap() {
        assert!(number(sweep, "exponent").is_finite());
        assert!(sweep["points"].as_array().unwrap().len() > 10);
    }
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let folder = Folder::new();
    let outcome = folder.run(&["bench", "--quick", "--level", "sse9"]);
    let message = outcome.failure(2);
    assert!(message.starts_with("--level: expected one of this processor's levels portable"), "{message}");
    assert!(message.ends_with("got 'sse9'"), "{message}");
    let outcome = folder.run(&["bench", "--quick", "--threads", "0"]);
    outcome.says(2, "--threads: expected a number from 1 to 1024, got 0");
}
