//! Checkpoints that were made to harm, or that hold more than tensors.

use super::*;
use std::io::Write;
use zip::write::SimpleFileOptions;

/// A checkpoint with this pickle and a storage `0` of these bytes.
fn checkpoint(pickle: &[u8], storage: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in [("a/data.pkl", pickle), ("a/data/0", storage)] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The message about a checkpoint with this pickle.
fn refusal(pickle: &[u8]) -> String {
    read_bytes("f.pt", &checkpoint(pickle, &[0; 16])).unwrap_err().to_string()
}

fn text(text: &str) -> Vec<u8> {
    [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

fn number(number: i64) -> Vec<u8> {
    [&b"\x8a\x08"[..], &number.to_le_bytes()].concat()
}

fn numbers(values: &[i64]) -> Vec<u8> {
    [&b"("[..], &values.iter().flat_map(|&value| number(value)).collect::<Vec<u8>>(), b"t"].concat()
}

/// Operations that leave a float32 tensor on storage `0` on the stack.
fn tensor(storage_elements: i64, offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    [
        &b"ctorch._utils\n_rebuild_tensor_v2\n(("[..],
        &text("storage"),
        b"ctorch\nFloatStorage\n",
        &text("0"),
        &text("cpu"),
        &number(storage_elements),
        b"tQ",
        &number(offset),
        &numbers(shape),
        &numbers(strides),
        b"\x89ccollections\nOrderedDict\n)RtR",
    ]
    .concat()
}

/// A pickle of a dictionary with one entry, `x`.
fn pickle_of(value: &[u8]) -> Vec<u8> {
    [&b"\x80\x02}"[..], &text("x"), value, b"s."].concat()
}

#[test]
fn the_fixture_itself_is_read() {
    let numbers: Vec<u8> = [1f32, 2.0, 3.0, 4.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    let archive =
        read_bytes("f.pt", &checkpoint(&pickle_of(&tensor(4, 1, &[2, 1], &[2, 9])), &numbers)).unwrap();
    assert_eq!(archive.tensors["x"].values, Values::F32(vec![2.0, 4.0]));
}

#[test]
fn other_globals_are_refused_by_name() {
    let stack_global = [&b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93"[..], b"\x8c\x011\x85R."].concat();
    for (pickle, name) in [
        (&b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R."[..], "posix.system"),
        (&stack_global, "builtins.eval"),
        (b"\x80\x02(ios\nsystem\n.", "os.system"),
        (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n.", "numpy.core.multiarray._reconstruct"),
        (b"\x80\x02ctorch.storage\nUntypedStorage\n.", "torch.storage.UntypedStorage"),
        (b"\x80\x02ctorch\nload\n.", "torch.load"),
        (b"\x80\x02ccollections\nnamedtuple\n.", "collections.namedtuple"),
        (b"\x80\x02c__builtin__\ngetattr\n.", "__builtin__.getattr"),
    ] {
        let message = refusal(pickle);
        let start = "f.pt: expected only tensors and collections.OrderedDict in the pickle, got global";
        assert_eq!(message, format!("{start} {name}"));
    }
    let legacy = read_bytes("f.pt", b"\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.").unwrap_err().to_string();
    assert!(legacy.ends_with("got global os.system"), "{legacy}");
    let terminal_codes = refusal(b"\x80\x02cos\x1b[2J\nsystem\n.");
    assert!(!terminal_codes.contains('\x1b'), "{terminal_codes}");
}

#[test]
fn other_operations_are_refused() {
    for (pickle, got) in [
        (&b"\x80\x02ccollections\nOrderedDict\n)\x81."[..], "an object of a class"),
        (b"\x80\x02(ccollections\nOrderedDict\no.", "an object of a class"),
        (b"\x80\x04ccollections\nOrderedDict\n)}\x92.", "an object of a class"),
        (b"\x80\x02(icollections\nOrderedDict\n.", "an instance of collections.OrderedDict"),
        (b"\x80\x02\x82\x01.", "an entry of Python's extension registry"),
        (b"\x80\x02P0\n.", "a persistent id in text"),
        (b"\x80\x05\x97.", "a buffer outside of the pickle"),
        (b"\x80\x04\x8f.", "a set"),
        (b"\x80\x02}}b.", "attributes of a dictionary"),
        (b"\x80\x02ccollections\nOrderedDict\n}b.", "attributes of a function or class"),
        (b"\x80\x02})R.", "a call of a dictionary"),
        (b"\x80\x02ctorch\nFloatStorage\n)R.", "Storage(F32) with 0 arguments of other types"),
        (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.", "RebuildTensor with 0 arguments of other types"),
        (
            b"\x80\x02ctorch._utils\n_rebuild_parameter\nN\x85R.",
            "RebuildParameter with 1 arguments of other types",
        ),
        (b"\x80\x02X\x06\0\0\0module\x85Q.", "a persistent module"),
        (b"\x80\x02K\x01Q.", "a persistent id that is a whole number"),
        (b"\x80\x02NNa.", "an item added to None"),
        (b"\x80\x02]NNs.", "an entry set in a list"),
        (b"\x80\x02\xff.", "operation 0xff at byte 2"),
    ] {
        let message = refusal(pickle);
        assert!(message.ends_with(&format!("OrderedDict in the pickle, got {got}")), "{message}");
    }
}

#[test]
fn damaged_pickles_are_errors() {
    for (pickle, part) in [
        (&b"\x80\x02."[..], "an operation on a value that is not there"),
        (b"\x80\x02(.", "an operation on a value that is not there"),
        (b"\x80\x02N(\x85.", "an operation on a value that is not there"),
        (b"\x80\x02t.", "an operation on a value that is not there"),
        (b"\x80\x02}(Nu.", "got a key alone"),
        (b"\x80\x02h\x05.", "a value that it never defined"),
        (b"\x80\x09N.", "expected pickle protocol 5 or older, got 9"),
        (b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fx.", "the end of the data after 13 bytes"),
        (b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff}.", "the end of the data"),
        (b"\x80\x02X\xff\xff\xff\xff.", "the end of the data"),
        (b"\x80\x02\x8b\xff\xff\xff\xff.", "the end of the data"),
        (b"\x80\x02X\x01\0\0\0\xff.", "expected texts in UTF-8"),
        (b"\x80\x02].", "expected a dictionary of tensors at the top of the checkpoint, got a list"),
        (b"\x80\x02}.}.", "got 2 bytes"),
        (b"\x80\x02}N\x85}s.", "expected texts or whole numbers as keys of dictionaries, got a tuple"),
    ] {
        let message = refusal(pickle);
        assert!(message.contains(part), "{message}");
    }
    let bare = [&b"\x80\x02"[..], &tensor(4, 0, &[4], &[1]), b"."].concat();
    assert!(refusal(&bare).ends_with("got a tensor"), "{}", refusal(&bare));
}

#[test]
fn tensors_stay_within_their_storages() {
    for (elements, offset, shape, strides, part) in [
        (4, 0, &[5][..], &[1][..], "a tensor within the 4 elements of its storage, got one that needs 5"),
        (4, 1, &[4], &[1], "one that needs 5"),
        (4, 0, &[2, 2], &[3, 1], "one that needs 5"),
        (4, -1, &[1], &[1], "expected offset of 0 or more"),
        (4, 0, &[-1], &[1], "expected size of 0 or more"),
        (4, 3, &[2], &[-1], "expected stride of 0 or more"),
        (-4, 0, &[0], &[1], "expected number of elements of 0 or more"),
        (4, 0, &[1], &[1, 1], "expected 1 strides, one per dimension, got 2"),
        (4, 0, &[i64::MAX, i64::MAX], &[1, 1], "a shape that fits in memory"),
        (4, 0, &[0, i64::MAX, i64::MAX], &[1, 1, 1], "a shape that fits in memory"),
        (4, 0, &[3, 3], &[i64::MAX, i64::MAX], "a shape that fits in memory"),
        (4, i64::MAX, &[1], &[1], "one that needs"),
        (5, 0, &[5], &[1], "x: expected 5 stored elements of type float32, got 16 bytes"),
        (i64::MAX, 0, &[1], &[1], "stored elements of type float32, got 16 bytes"),
        (4, 0, &[1; 65], &[1; 65], "expected at most 64 dimensions, got 65 dimensions"),
    ] {
        let message = refusal(&pickle_of(&tensor(elements, offset, shape, strides)));
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn repeated_elements_are_bounded() {
    let expanded = refusal(&pickle_of(&tensor(4, 0, &[1 << 20, 1 << 20], &[0, 0])));
    assert!(expanded.contains("elements that repeat others, got"), "{expanded}");
    // One million tensors of one element each are too many, however small.
    let many = (0..17).fold(tensor(4, 0, &[1], &[1]), |inner, _| [&b"("[..], &inner, b"2t"].concat());
    assert!(refusal(&pickle_of(&many)).contains("at most 100000 tensors"));
}

#[test]
fn shared_values_cannot_multiply() {
    // Forty lists, each holding the one before twice.
    let nested = (0..40).fold(b"]".to_vec(), |inner, _| [&b"("[..], &inner, b"2l"].concat());
    assert!(refusal(&pickle_of(&nested)).contains("expected at most 4194304 values, got more"));
    // The same with a long name at each level.
    let mut named = tensor(4, 0, &[1], &[1]);
    for _ in 0..10 {
        named = [&b"}"[..], &text(&"n".repeat(500)), &named, b"s"].concat();
    }
    assert!(refusal(&pickle_of(&named)).contains("expected names of at most 4096 bytes"));
}

#[test]
fn depth_is_bounded_and_costs_no_stack() {
    let deep = [vec![b']'; 1_000_000], vec![b'a'; 999_999]].concat();
    assert!(refusal(&pickle_of(&deep)).contains("at most 64 nested dictionaries and lists"));
    // A list within itself.
    assert!(refusal(&pickle_of(b"]2a")).contains("at most 64 nested dictionaries and lists"));
    let endless = [&b"\x80\x02"[..], &b"N0".repeat(3_000_000), b"}."].concat();
    assert!(refusal(&endless).contains("a pickle of fewer than 4194304 operations"));
}

#[test]
fn two_tensors_of_one_name_are_refused() {
    let one = tensor(4, 0, &[1], &[1]);
    let inner = [&b"}"[..], &text("b"), &one, b"s"].concat();
    let pickle = [&b"\x80\x02}("[..], &text("a.b"), &one, &text("a"), &inner, b"u."].concat();
    assert!(refusal(&pickle).ends_with("got two named a.b"), "{}", refusal(&pickle));
}

#[test]
fn zip_entries_that_claim_too_much_are_refused() {
    // The length of `a/data/0` in the central directory, made larger than what is there.
    let mut bytes = checkpoint(&pickle_of(&tensor(4, 0, &[4], &[1])), &[0; 16]);
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    let message = read_bytes("f.pt", &bytes).unwrap_err().to_string();
    assert!(message.starts_with("f.pt: a/data/0: expected"), "{message}");
}
