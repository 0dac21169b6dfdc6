//! Files that other programs wrote, and round trips.

use super::*;
use std::io::Write;
use std::path::PathBuf;

/// Small files that NumPy wrote, and checkpoints put together by Python's own pickle and zipfile modules in
/// PyTorch's layout.
pub(super) fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/files").join(name);
    fs::read(path).unwrap()
}

fn tensor(shape: &[usize], values: Values, type_name: &'static str) -> Tensor {
    Tensor { shape: shape.to_vec(), values, type_name }
}

fn floats(shape: &[usize], values: &[f32]) -> Tensor {
    tensor(shape, Values::F32(values.to_vec()), "float32")
}

fn integers(shape: &[usize], values: &[i64], type_name: &'static str) -> Tensor {
    tensor(shape, Values::I64(values.to_vec()), type_name)
}

fn named(tensors: Vec<(&str, Tensor)>) -> BTreeMap<String, Tensor> {
    tensors.into_iter().map(|(name, tensor)| (name.to_string(), tensor)).collect()
}

/// What every checkpoint of the fixtures holds.
fn checkpoint() -> BTreeMap<String, Tensor> {
    let base: Vec<f32> = (0..12).map(|i| i as f32 + 0.5).collect();
    let transposed: Vec<f32> = (0..12).map(|i| (i % 3 * 4 + i / 3) as f32 + 0.5).collect();
    named(vec![
        ("state.0.weight", floats(&[3, 4], &base)),
        ("state.0.transposed", floats(&[4, 3], &transposed)),
        ("state.0.row", floats(&[4], &base[4..8])),
        ("state.0.expanded", floats(&[3, 2], &[2.5, 3.5, 2.5, 3.5, 2.5, 3.5])),
        ("state.1.means", tensor(&[1, 2], Values::F64(vec![1.25, -2.0]), "float64")),
        ("labels", integers(&[3], &[0, 2, -1], "int64")),
        ("one_hot", integers(&[2, 2], &[1, 0, 0, 1], "uint8")),
        ("flags", integers(&[2], &[1, 0], "bool")),
        ("half", tensor(&[2], Values::F32(vec![1.5, -0.25]), "float16")),
        ("brain", tensor(&[2], Values::F32(vec![1.0, -3.0]), "bfloat16")),
        ("small.0", integers(&[1], &[-3], "int32")),
        ("small.1", integers(&[1], &[-300], "int16")),
        ("small.2", integers(&[1], &[-4], "int8")),
        ("scalar", floats(&[], &[7.5])),
        ("empty", floats(&[0, 5], &[])),
        ("optimizer.0.moment", floats(&[2], &base[..2])),
    ])
}

#[test]
fn checkpoints_of_every_format_and_protocol() {
    for name in ["checkpoint.pt", "checkpoint_protocol4_deflated.pt", "checkpoint_big_endian.pt"] {
        let archive = read_bytes(name, &fixture(name)).unwrap();
        assert_eq!(archive.kind, Kind::Torch);
        assert_eq!(archive.tensors, checkpoint(), "{name}");
    }
    for protocol in [1, 2, 4, 5] {
        let name = format!("legacy_protocol{protocol}.pt");
        let archive = read_bytes(&name, &fixture(&name)).unwrap();
        assert_eq!(archive.kind, Kind::TorchLegacy);
        assert_eq!(archive.tensors, checkpoint(), "{name}");
    }
}

#[test]
fn npz_archives() {
    let rows = [1, 2, 3, 4, 5, 6];
    let expected = named(vec![
        ("c_order", floats(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        ("fortran", tensor(&[2, 3], Values::F64(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), "float64")),
        ("big", tensor(&[2, 3], Values::F64(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), "float64")),
        ("big_int", integers(&[2, 3], &rows, "int32")),
        ("half", tensor(&[2, 3], Values::F32(vec![0.5, 1.0, 1.5, 2.0, 2.5, 3.0]), "float16")),
        ("flags", integers(&[2, 3], &[0, 0, 0, 1, 1, 1], "bool")),
        ("bytes", integers(&[2, 3], &rows, "uint8")),
        ("unsigned", integers(&[2, 3], &rows, "uint64")),
        ("scalar", floats(&[], &[2.5])),
        ("empty", floats(&[0, 4], &[])),
        ("line", integers(&[3], &[0, 1, 2], "int64")),
        ("folder/name", integers(&[1], &[7], "int16")),
    ]);
    for name in ["arrays.npz", "arrays_compressed.npz"] {
        let archive = read_bytes(name, &fixture(name)).unwrap();
        assert_eq!(archive.kind, Kind::Npz);
        assert_eq!(archive.tensors, expected, "{name}");
    }
    let versions = read_bytes("versions.npz", &fixture("versions.npz")).unwrap();
    assert_eq!(versions.tensors.keys().collect::<Vec<_>>(), ["three", "two"]);
    assert_eq!(versions.tensors["two"], versions.tensors["three"]);
}

#[test]
fn arrays_of_other_types_are_set_aside_with_what_they_hold() {
    for (name, expected) in [
        ("refused_objects.npz", "an array of Python objects (dtype |O)"),
        ("refused_text.npz", "an array of texts (dtype <U2)"),
        ("refused_records.npz", "an array of records (a structured dtype)"),
        ("refused_complex.npz", "an array of complex numbers (dtype <c8)"),
    ] {
        let archive = read_bytes(name, &fixture(name)).unwrap();
        assert!(archive.tensors.is_empty());
        assert_eq!(archive.unreadable, BTreeMap::from([("x".to_string(), expected.to_string())]));
    }
    let name = "refused_large_unsigned.npz";
    let error = read_bytes(name, &fixture(name)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{name}: x: row 1: expected whole numbers up to {}, got {}", i64::MAX, 1u64 << 63)
    );
}

/// Tensors of the types that are written, which reading gives back unchanged.
fn written() -> Vec<(&'static str, Tensor)> {
    vec![
        ("x1", floats(&[2, 2], &[1.5, -0.0, f32::MAX, f32::MIN_POSITIVE])),
        ("scores", tensor(&[3], Values::F64(vec![0.1, -1e300, 5e-324]), "float64")),
        ("y", integers(&[1, 2], &[i64::MIN, i64::MAX], "int64")),
        ("none", floats(&[0, 3], &[])),
        ("single", tensor(&[], Values::F64(vec![2.0]), "float64")),
    ]
}

type Writer = fn(&mut dyn Write, &[(&str, Tensor)]) -> io::Result<()>;

#[test]
fn what_is_written_reads_back() {
    let writers: [(Kind, Writer); 2] = [(Kind::Npz, write_npz), (Kind::Safetensors, write_safetensors)];
    for (kind, write) in writers {
        let mut bytes = Vec::new();
        write(&mut bytes, &written()).unwrap();
        let archive = read_bytes("written", &bytes).unwrap();
        assert_eq!(
            archive,
            Archive {
                kind,
                tensors: named(written()),
                unreadable: BTreeMap::new(),
                metadata: BTreeMap::new()
            }
        );
        let torn = [("x", floats(&[3], &[1.0]))];
        assert_eq!(write(&mut bytes, &torn).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn files_on_disk_whatever_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arrays.csv");
    write_atomically(&path, |out| write_npz(out, &written())).unwrap();
    assert_eq!(read(&path).unwrap().tensors, named(written()));
    write_atomically(&path, |out| write_safetensors(out, &written())).unwrap();
    assert_eq!(read(&path).unwrap().kind, Kind::Safetensors);
    let missing = folder.path().join("none.pt");
    assert_eq!(
        read(&missing).unwrap_err(),
        Error::Setting {
            field: missing.display().to_string(),
            expected: "an existing file".into(),
            got: "no such file".into()
        }
    );
    assert!(matches!(read(folder.path()), Err(Error::Io { action: "read", .. })));
}

fn safetensors_file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

#[test]
fn safetensors_types_and_metadata() {
    let header = concat!(
        r#"{"__metadata__":{"format":"pt"},"#,
        r#""h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"#,
        r#""b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},"#,
        r#""t":{"dtype":"BOOL","shape":[2],"data_offsets":[6,8]},"#,
        r#""u":{"dtype":"U32","shape":[1],"data_offsets":[8,12]}}"#
    );
    let bytes = safetensors_file(header, &[0, 0x3c, 0, 0xc0, 0x20, 0xc0, 1, 0, 0xff, 0xff, 0xff, 0xff]);
    let archive = read_bytes("a", &bytes).unwrap();
    assert_eq!(archive.metadata, BTreeMap::from([("format".to_string(), "pt".to_string())]));
    let expected = named(vec![
        ("h", tensor(&[2], Values::F32(vec![1.0, -2.0]), "float16")),
        ("b", tensor(&[1], Values::F32(vec![-2.5]), "bfloat16")),
        ("t", integers(&[2], &[1, 0], "bool")),
        ("u", integers(&[1], &[u32::MAX.into()], "uint32")),
    ]);
    assert_eq!(archive.tensors, expected);
    let eight_bits = safetensors_file(r#"{"q":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, &[0]);
    let unreadable = read_bytes("a", &eight_bits).unwrap().unreadable;
    assert_eq!(unreadable["q"], "an array of type F8_E4M3");
}

#[test]
fn a_header_length_that_looks_like_a_pickle() {
    let header = r#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    let bytes = safetensors_file(&format!("{header:640}"), &[5]);
    assert!(bytes.starts_with(b"\x80\x02"));
    assert_eq!(read_bytes("a", &bytes).unwrap().tensors["x"], integers(&[1], &[5], "uint8"));
}

#[test]
fn other_files_are_described() {
    let zip_of_text = {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        archive.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"text").unwrap();
        archive.finish().unwrap().into_inner()
    };
    for (bytes, expected) in [
        (&b""[..], "an empty file"),
        (b"a,b\n1,2\n", "a text file"),
        ("ä, ö".as_bytes(), "a text file"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\x1f\x8b\x08\0", "gzip data"),
        (b"\x93NUMPY\x01\0", "a single .npy array (numpy.savez writes .npz files)"),
        (b"\x00\x01\xfe", "a file of unknown kind that starts with bytes 00 01 fe"),
        (
            &zip_of_text,
            "a zip file that holds neither a PyTorch checkpoint (data.pkl) nor NumPy arrays (.npy)",
        ),
        (b"\x80\x04}.", "a Python pickle that is not from torch.save"),
    ] {
        let error = read_bytes("f", bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("f: expected a .pt, .npz or .safetensors file, got {expected}")
        );
    }
}

#[test]
fn truncated_files_are_errors_at_every_length() {
    let mut safetensors = Vec::new();
    write_safetensors(&mut safetensors, &[("x", floats(&[2], &[1.0, 2.0]))]).unwrap();
    let files = ["small.pt", "small_legacy.pt", "small.npz", "legacy_protocol1.pt"].map(fixture);
    for bytes in files.iter().chain([&safetensors]) {
        read_bytes("whole", bytes).unwrap();
        for length in 0..bytes.len() {
            let error = read_bytes("cut", &bytes[..length]).unwrap_err();
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}

#[test]
fn altered_files_never_panic() {
    for name in ["small.pt", "small_legacy.pt", "small.npz", "arrays_compressed.npz"] {
        let original = fixture(name);
        for position in 0..original.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = original.clone();
                bytes[position] ^= change;
                if let Err(error) = read_bytes(name, &bytes) {
                    assert!(!error.to_string().contains('\n'), "{error}");
                }
            }
        }
    }
}

#[test]
fn an_altered_number_fails_the_checksum() {
    for (name, number) in [("small.pt", 2.0f32), ("small.npz", 2.0)] {
        let mut bytes = fixture(name);
        let place = bytes.windows(4).position(|window| window == number.to_le_bytes()).unwrap();
        bytes[place] ^= 1;
        let message = read_bytes(name, &bytes).unwrap_err().to_string();
        assert!(message.contains("expected an intact entry"), "{message}");
    }
}
