//! The few Python objects that checkpoints may be made of.
//!
//! Nothing is ever executed: each admitted name stands for one fixed way of putting values together.

use super::element::Element;
use super::fault::Fault;
use super::layout::Layout;
use std::collections::HashMap;
use std::rc::Rc;

/// What a pickle may refer to by name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Storage(Element),
}

impl Global {
    /// Admits a name or refuses it.
    pub(super) fn admit(module: &str, name: &str) -> Result<Self, Fault> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Global::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Global::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Global::RebuildParameter,
            ("torch", "FloatStorage") => Global::Storage(Element::F32),
            ("torch", "DoubleStorage") => Global::Storage(Element::F64),
            ("torch", "HalfStorage") => Global::Storage(Element::F16),
            ("torch", "BFloat16Storage") => Global::Storage(Element::Bf16),
            ("torch", "LongStorage") => Global::Storage(Element::I64),
            ("torch", "IntStorage") => Global::Storage(Element::I32),
            ("torch", "ShortStorage") => Global::Storage(Element::I16),
            ("torch", "CharStorage") => Global::Storage(Element::I8),
            ("torch", "ByteStorage") => Global::Storage(Element::U8),
            ("torch", "BoolStorage") => Global::Storage(Element::Bool),
            _ => return Err(refused(format!("global {module}.{name}"))),
        })
    }
}

/// Anything that an archive of tensors has no need for.
pub(super) fn refused(got: impl Into<String>) -> Fault {
    Fault::new("only tensors and collections.OrderedDict in the pickle", got)
}

/// A run of elements that is stored once and that tensors are views of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) key: Rc<str>,
    pub(super) element: Element,
    pub(super) elements: usize,
}

/// A tensor whose numbers still lie in its storage.
#[derive(Debug)]
pub(super) struct StoredTensor {
    pub(super) storage: Rc<Storage>,
    pub(super) layout: Layout,
}

/// A Python value. Containers are positions in [`Objects`], so that shared, cyclic and deeply nested ones cost
/// nothing to copy or to drop.
#[derive(Debug, Clone)]
pub(super) enum Value {
    None,
    Int(i128),
    Text(Rc<str>),
    /// Any other value without parts: true, false, floats, bytes.
    Scalar,
    Tuple(usize),
    List(usize),
    Dict {
        at: usize,
        ordered: bool,
    },
    Global(Global),
    Storage(Rc<Storage>),
    Tensor(Rc<StoredTensor>),
}

impl Value {
    /// What the value is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Int(_) => "a whole number",
            Value::Text(_) => "a text",
            Value::Scalar => "a single value",
            Value::Tuple(_) => "a tuple",
            Value::List(_) => "a list",
            Value::Dict { .. } => "a dictionary",
            Value::Global(_) => "a function or class",
            Value::Storage(_) => "a storage without a tensor",
            Value::Tensor(_) => "a tensor",
        }
    }

    fn to_size(&self, what: &str) -> Result<usize, Fault> {
        match self {
            Value::Int(number) => usize::try_from(*number).map_err(|_| {
                Fault::new(format!("{what} of 0 or more that fits in memory"), number.to_string())
            }),
            other => Err(Fault::new(format!("a whole number as {what}"), other.describe())),
        }
    }
}

/// All containers of one pickle.
#[derive(Debug, Default)]
pub(super) struct Objects {
    sequences: Vec<Vec<Value>>,
    dictionaries: Vec<Vec<(Value, Value)>>,
    storages: HashMap<Rc<str>, Rc<Storage>>,
}

impl Objects {
    pub(super) fn tuple(&mut self, items: Vec<Value>) -> Value {
        self.sequences.push(items);
        Value::Tuple(self.sequences.len() - 1)
    }

    pub(super) fn list(&mut self, items: Vec<Value>) -> Value {
        self.sequences.push(items);
        Value::List(self.sequences.len() - 1)
    }

    pub(super) fn dict(&mut self, ordered: bool) -> Value {
        self.dictionaries.push(Vec::new());
        Value::Dict { at: self.dictionaries.len() - 1, ordered }
    }

    /// Items of a tuple or list.
    pub(super) fn items(&self, at: usize) -> &[Value] {
        &self.sequences[at]
    }

    /// Keys and values of a dictionary, in the order of insertion.
    pub(super) fn pairs(&self, at: usize) -> &[(Value, Value)] {
        &self.dictionaries[at]
    }

    pub(super) fn append(&mut self, list: &Value, items: Vec<Value>) -> Result<(), Fault> {
        match list {
            Value::List(at) => self.sequences[*at].extend(items),
            other => return Err(refused(format!("an item added to {}", other.describe()))),
        }
        Ok(())
    }

    pub(super) fn insert(&mut self, dict: &Value, items: Vec<Value>) -> Result<(), Fault> {
        let Value::Dict { at, .. } = dict else {
            return Err(refused(format!("an entry set in {}", dict.describe())));
        };
        if !items.len().is_multiple_of(2) {
            return Err(Fault::new("a value for every key of a dictionary", "a key alone"));
        }
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            self.dictionaries[*at].push((key, value));
        }
        Ok(())
    }

    /// What Python would call, put together without a call.
    pub(super) fn reduce(&mut self, callable: &Value, arguments: &Value) -> Result<Value, Fault> {
        let Value::Tuple(at) = arguments else {
            return Err(refused(format!("a call with {}", arguments.describe())));
        };
        let arguments = &self.sequences[*at];
        match (callable, arguments.as_slice()) {
            (Value::Global(Global::OrderedDict), []) => Ok(self.dict(true)),
            (Value::Global(Global::RebuildParameter), [Value::Tensor(tensor), ..]) => {
                Ok(Value::Tensor(Rc::clone(tensor)))
            }
            (Value::Global(Global::RebuildTensor), [storage, offset, shape, strides, _, _, rest @ ..]) => {
                self.plain(rest)?;
                self.tensor(storage, offset, shape, strides)
            }
            (Value::Global(global), arguments) => {
                Err(refused(format!("{global:?} with {} arguments of other types", arguments.len())))
            }
            (other, _) => Err(refused(format!("a call of {}", other.describe()))),
        }
    }

    /// PyTorch's last argument tells of tensors that stand for the negative or conjugate of what is stored.
    fn plain(&self, metadata: &[Value]) -> Result<(), Fault> {
        match metadata {
            [] | [Value::None] => Ok(()),
            [Value::Dict { at, .. }] if self.pairs(*at).is_empty() => Ok(()),
            _ => Err(refused("a tensor with metadata, such as a lazily negated one")),
        }
    }

    fn tensor(
        &self,
        storage: &Value,
        offset: &Value,
        shape: &Value,
        strides: &Value,
    ) -> Result<Value, Fault> {
        let Value::Storage(storage) = storage else {
            return Err(refused(format!("a tensor made from {}", storage.describe())));
        };
        let layout = Layout::new(
            self.sizes(shape, "size")?,
            self.sizes(strides, "stride")?,
            offset.to_size("offset")?,
        )?;
        if layout.reach() > storage.elements {
            return Err(Fault::new(
                format!("a tensor within the {} elements of its storage", storage.elements),
                format!("one that needs {}", layout.reach()),
            ));
        }
        Ok(Value::Tensor(Rc::new(StoredTensor { storage: Rc::clone(storage), layout })))
    }

    fn sizes(&self, value: &Value, what: &str) -> Result<Vec<usize>, Fault> {
        match value {
            Value::Tuple(at) | Value::List(at) => {
                self.items(*at).iter().map(|item| item.to_size(what)).collect()
            }
            other => Err(Fault::new(format!("a tuple of {what}s"), other.describe())),
        }
    }

    /// A storage by its persistent id: `("storage", type, key, location, elements)`, in the legacy format with a
    /// sixth item, which is None unless the storage is a part of another.
    pub(super) fn persistent(&mut self, id: &Value) -> Result<Value, Fault> {
        let Value::Tuple(at) = id else {
            return Err(refused(format!("a persistent id that is {}", id.describe())));
        };
        match self.sequences[*at].as_slice() {
            [
                Value::Text(tag),
                Value::Global(Global::Storage(element)),
                Value::Text(key),
                Value::Text(_),
                elements,
                rest @ ..,
            ] if &**tag == "storage" && matches!(rest, [] | [Value::None]) => {
                let elements = elements.to_size("number of elements")?;
                let storage = Storage { key: Rc::clone(key), element: *element, elements };
                if let Some(known) = self.storages.get(key) {
                    return if **known == storage {
                        Ok(Value::Storage(Rc::clone(known)))
                    } else {
                        Err(Fault::new(format!("one type and length of storage {key}"), "two"))
                    };
                }
                let storage = Rc::new(storage);
                self.storages.insert(Rc::clone(&storage.key), Rc::clone(&storage));
                Ok(Value::Storage(storage))
            }
            [Value::Text(tag), ..] if &**tag != "storage" => Err(refused(format!("a persistent {tag}"))),
            _ => Err(refused("a storage of a kind that PyTorch no longer writes")),
        }
    }

    /// Forgets a storage once its bytes are found.
    pub(super) fn take_storage(&mut self, key: &str) -> Option<Rc<Storage>> {
        self.storages.remove(key)
    }
}
