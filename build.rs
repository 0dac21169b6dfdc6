//! Generates the C header (feature `header`); does nothing otherwise.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "header")]
    header::generate();
}

#[cfg(feature = "header")]
mod header {
    use std::{env, path::PathBuf};

    /// Writes lsmi.h to OUT_DIR; `bindings/c/header` copies it to `include`.
    pub fn generate() {
        println!("cargo::rerun-if-changed=src");
        println!("cargo::rerun-if-changed=bindings/c/cbindgen.toml");
        let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
        let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("lsmi.h");
        let config = cbindgen::Config::from_file(root.join("bindings/c/cbindgen.toml"))
            .expect("bindings/c/cbindgen.toml is readable");
        let mut builder = cbindgen::Builder::new().with_config(config);
        let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("src/ffi"))
            .expect("src/ffi is readable")
            .map(|entry| entry.expect("src/ffi is readable").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .collect();
        // The order of the header's parts.
        files.sort();
        for file in files {
            builder = builder.with_src(file);
        }
        builder.generate().expect("src/ffi is a C interface").write_to_file(out);
    }
}
