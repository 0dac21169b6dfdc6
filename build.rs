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
        // The module's file leads to those of its parts.
        let builder = cbindgen::Builder::new().with_config(config).with_src(root.join("src/ffi/mod.rs"));
        builder.generate().expect("src/ffi is a C interface").write_to_file(out);
    }
}
