//! From nested dictionaries and lists to one list of named tensors.

use super::fault::Fault;
use super::objects::{Objects, StoredTensor, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How deep dictionaries and lists may nest.
const DEEPEST: usize = 64;
/// How many tensors a checkpoint may hold.
const MOST_TENSORS: usize = 100_000;
/// How many values may be met on the way: a small pickle can share values so that walking them takes forever.
const MOST_VALUES: usize = 1 << 22;
/// The longest dotted name, in bytes.
const LONGEST_NAME: usize = 4096;

/// Names the tensors in the dictionary `root` by their dotted paths; values that are no tensors are passed over.
pub(super) fn flatten(root: &Value, objects: &Objects) -> Result<BTreeMap<String, Rc<StoredTensor>>, Fault> {
    if !matches!(root, Value::Dict { .. }) {
        return Err(Fault::new("a dictionary of tensors at the top of the checkpoint", root.describe()));
    }
    let mut walk = Walk { objects, values_left: MOST_VALUES, tensors: BTreeMap::new() };
    walk.visit(root, "", 0)?;
    Ok(walk.tensors)
}

struct Walk<'a> {
    objects: &'a Objects,
    values_left: usize,
    tensors: BTreeMap<String, Rc<StoredTensor>>,
}

impl Walk<'_> {
    fn visit(&mut self, value: &Value, name: &str, depth: usize) -> Result<(), Fault> {
        if depth > DEEPEST {
            return Err(Fault::new(format!("at most {DEEPEST} nested dictionaries and lists"), "more"));
        }
        self.values_left = self
            .values_left
            .checked_sub(1)
            .ok_or_else(|| Fault::new(format!("at most {MOST_VALUES} values"), "more"))?;
        let objects = self.objects;
        match value {
            Value::Tensor(tensor) => self.add(name, tensor)?,
            Value::Dict { at, .. } => {
                for (key, value) in objects.pairs(*at) {
                    self.visit_named(value, name, key, depth)?;
                }
            }
            Value::List(at) | Value::Tuple(at) => {
                for (position, value) in objects.items(*at).iter().enumerate() {
                    self.visit_named(value, name, &Value::Int(position as i128), depth)?;
                }
            }
            Value::Storage(_) | Value::Global(_) => {
                return Err(Fault::new("tensors", value.describe()).at(name));
            }
            Value::None | Value::Int(_) | Value::Text(_) | Value::Scalar => {}
        }
        Ok(())
    }

    fn visit_named(&mut self, value: &Value, outer: &str, key: &Value, depth: usize) -> Result<(), Fault> {
        // Most values of a large list may be scalars: they need no name.
        if matches!(value, Value::None | Value::Int(_) | Value::Text(_) | Value::Scalar) {
            return self.visit(value, "", depth);
        }
        let digits;
        let key = match key {
            Value::Text(text) => &**text,
            Value::Int(number) => {
                digits = number.to_string();
                &digits
            }
            other => {
                return Err(Fault::new("texts or whole numbers as keys of dictionaries", other.describe()));
            }
        };
        if outer.len() + key.len() >= LONGEST_NAME {
            return Err(Fault::new(format!("names of at most {LONGEST_NAME} bytes"), "a longer one"));
        }
        let name = if outer.is_empty() { key.to_string() } else { format!("{outer}.{key}") };
        self.visit(value, &name, depth + 1)
    }

    fn add(&mut self, name: &str, tensor: &Rc<StoredTensor>) -> Result<(), Fault> {
        if self.tensors.len() == MOST_TENSORS {
            return Err(Fault::new(format!("at most {MOST_TENSORS} tensors"), "more"));
        }
        match self.tensors.insert(name.to_string(), Rc::clone(tensor)) {
            None => Ok(()),
            Some(_) => Err(Fault::new("a different name for every tensor", format!("two named {name}"))),
        }
    }
}
