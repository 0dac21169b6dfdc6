//! `lsmi report`, and what `lsmi fit --json` keeps for it.

use crate::support::*;

/// The page in a file.
fn page(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.bytes(name)).unwrap()
}

#[test]
fn a_page_of_the_json_of_a_fit_and_one_of_a_model() {
    let folder = Folder::new();
    folder.succeed(&["synth", "gaussian", "--samples", "300", "-o", "my data.npz"]);
    let more = ["--json", "fit.json", "--permutations", "3", "--repeats", "1", "--folds", "2"];
    let said = folder.fit("my data.npz", "model", &more).success();
    assert!(said.contains("│ spread │") || said.contains(" spread │"), "{said}");
    assert!(said.contains("\nspread: the standard deviation over 2 fits with other folds"), "{said}");
    assert_eq!(folder.files(), ["fit.json", "model", "my data.npz"]);
    let fit = folder.json("fit.json");
    let command = "lsmi fit 'my data.npz' -o model --set 'density_epochs=2' --set 'classifier_epochs=2' --json fit.json \
                   --permutations 3 --repeats 1 --folds 2";
    assert_eq!(fit["details"]["command"], command);
    assert_eq!(fit["spread"]["repeats"], 1);
    assert!(number(&fit["spread"]["deviation"], "i12") > 0.0);
    assert_eq!(fit["details"]["samples"]["s"].as_array().map(Vec::len), Some(240));
    // Numbers of an array share a line.
    let longest = page(&folder, "fit.json").lines().map(str::len).max().unwrap();
    assert!(longest > 240 * 8 && page(&folder, "fit.json").lines().count() < 6000);

    assert_eq!(folder.succeed(&["report", "fit.json", "-o", "fit.html"]), "report written to fit.html\n");
    assert_eq!(folder.succeed(&["report", "model", "-o", "page"]), "report written to page\n");
    let (of_fit, of_model) = (page(&folder, "fit.html"), page(&folder, "page"));
    assert!(of_fit.contains("lsmi fit &#39;my data.npz&#39;") || of_fit.contains("lsmi fit 'my data.npz'"));
    for section in ["Shuffled labels", "± "] {
        assert!(of_fit.contains(section) && !of_model.contains(section), "{section}");
    }
    let interval = number(&fit["intervals"]["i12"], "low");
    for page in [&of_fit, &of_model] {
        assert!(page.contains(&format!("<td>{interval:.4} to ")), "the same intervals");
        assert!(page.contains("Single samples") && page.contains("Calibration"));
    }
    assert!(of_model.contains("lsmi fit DATA -o MODEL"));
    folder.succeed(&["report", "model", "-o", "page"]);
    assert_eq!(page(&folder, "page"), of_model, "the same every time");
}

#[test]
fn reports_with_less_make_pages_too() {
    let folder = Folder::new();
    toy(40, 10).write(&folder, "data");
    folder.fit("data", "model", &["--folds", "0"]).success();
    folder.succeed(&["score", "model", "data", "--json", "score.json"]);
    folder.succeed(&["report", "score.json", "-o", "score.html"]);
    assert!(page(&folder, "score.html").contains("No details"));
    folder.succeed(&["report", "model", "-o", "model.html"]);
    assert!(page(&folder, "model.html").contains("Training"));
    assert!(!page(&folder, "model.html").contains("Single samples"));
}

#[test]
fn a_page_has_the_controls_of_a_check() {
    let folder = Folder::new();
    toy(60, 20).write(&folder, "data");
    let settings = ["--folds", "2", "--set", "modes=1", "--set", "hidden=none"];
    folder.fit("data", "model", &[&settings[..], &["--json", "fit.json"]].concat()).success();
    folder.succeed(&[&["check", "data", "--json", "check.json"][..], &settings, &QUICK].concat());
    folder.succeed(&["report", "fit.json", "-o", "without.html"]);
    folder.succeed(&["report", "fit.json", "--check", "check.json", "-o", "with.html"]);
    let of = |name: &str| page(&folder, name).matches("x1 beside its linear image").count();
    assert_eq!((of("without.html"), of("with.html") > 0), (0, true));
    folder.succeed(&["check", "data", "--no-controls", "--json", "none.json"]);
    let refused =
        folder.run(&["report", "model", "--check", "none.json", "-o", "page"]).failure(1).to_string();
    let expected =
        "none.json: expected the JSON of `lsmi check --json`, with controls, got missing field `controls`";
    assert!(refused.starts_with(expected), "{refused}");
}

#[test]
fn what_is_neither_is_refused_in_a_line() {
    let folder = Folder::new();
    toy(12, 6).write(&folder, "data.safetensors");
    folder.write("text", "no report");
    folder.write("other.json", "{\"a\": 1}");
    folder.write("bytes.json", b"{\xff");
    folder.write("cut.json", "{\"splits\": {");
    folder.write("empty", "");
    std::fs::create_dir(folder.path("folder")).unwrap();
    let before = folder.files();
    let run =
        |source: &str, code| folder.run(&["report", source, "-o", "page.html"]).failure(code).to_string();
    assert_eq!(run("none", 2), "none: expected an existing file, got no such file");
    assert_eq!(run("folder", 1), "folder: cannot read: it is a folder");
    let expected = "expected a model file of lsmi, or the JSON of `lsmi fit --json`";
    assert_eq!(run("text", 1), format!("text: {expected}, got a text file"));
    assert_eq!(run("empty", 1), format!("empty: {expected}, got an empty file"));
    let message = run("other.json", 1);
    let expected =
        "expected the JSON of `lsmi fit --json` (that of `lsmi check --json` goes with --check), got";
    assert!(message.starts_with(&format!("other.json: {expected} missing field")), "{message}");
    assert!(run("cut.json", 1).starts_with(&format!("cut.json: {expected} EOF")));
    assert!(run("bytes.json", 1).starts_with(&format!("bytes.json: {expected} ")));
    assert!(run("data.safetensors", 1).starts_with("data.safetensors: "));
    let distinct = "-o: expected a file of its own, got ./text, which the call also names elsewhere";
    folder.run(&["report", "text", "-o", "./text"]).says(2, distinct);
    let missing = "-o: expected a path in an existing folder, got no/page, whose folder does not exist";
    folder.run(&["report", "text", "-o", "no/page"]).says(2, missing);
    let is_folder = "-o: expected a path in an existing folder, got folder, which is a folder";
    folder.run(&["report", "text", "-o", "folder"]).says(2, is_folder);
    assert_eq!(folder.files(), before);
}
