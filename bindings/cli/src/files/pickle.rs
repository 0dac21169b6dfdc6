//! A reader of Python pickles, protocols 1 to 5, that only puts together what [`super::objects`] admits.

use super::fault::Fault;
use super::objects::{Global, Objects, Value, refused};
use std::collections::HashMap;
use std::rc::Rc;

/// Bounds time and memory: a checkpoint needs some thirty operations per tensor.
const MOST_OPERATIONS: usize = 1 << 22;

/// One pickle, read.
#[derive(Debug)]
pub(super) struct Pickle {
    pub(super) root: Value,
    pub(super) objects: Objects,
    /// Bytes that the pickle takes up.
    pub(super) length: usize,
}

/// Reads the pickle that the bytes start with.
pub(super) fn load(bytes: &[u8]) -> Result<Pickle, Fault> {
    let mut machine = Machine {
        bytes,
        position: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        objects: Objects::default(),
    };
    for _ in 0..MOST_OPERATIONS {
        let [opcode] = machine.array()?;
        if opcode == b'.' {
            let root = machine.pop()?;
            return Ok(Pickle { root, objects: machine.objects, length: machine.position });
        }
        machine.step(opcode)?;
    }
    Err(Fault::new(format!("a pickle of fewer than {MOST_OPERATIONS} operations"), "a longer one"))
}

/// Python's pickle machine: a stack with marks, and values remembered by number.
struct Machine<'a> {
    bytes: &'a [u8],
    position: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u64, Value>,
    objects: Objects,
}

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8) -> Result<(), Fault> {
        match opcode {
            b'N' | b'I' | b'L' | b'F' | b'G' | b'J' | b'K' | b'M' | 0x88..=0x8b => {
                self.push_number(opcode)?
            }
            b'X' | b'T' | b'U' | b'B' | b'C' | 0x8c..=0x8e | 0x96 => self.push_characters(opcode)?,
            b'(' | b'0' | b'1' | b'2' => self.move_stack(opcode)?,
            b')' | b'}' | b']' | b'a' | b'd' | b'e' | b'l' | b's' | b't' | b'u' | 0x85..=0x87 => {
                self.collect(opcode)?;
            }
            b'g' | b'h' | b'j' | b'p' | b'q' | b'r' | 0x94 => self.remember(opcode)?,
            0x80 => self.protocol()?,
            0x95 => self.frame()?,
            b'c' | 0x93 | b'i' => self.global(opcode)?,
            b'R' => {
                let arguments = self.pop()?;
                let callable = self.pop()?;
                let value = self.objects.reduce(&callable, &arguments)?;
                self.stack.push(value);
            }
            b'Q' => {
                let id = self.pop()?;
                let storage = self.objects.persistent(&id)?;
                self.stack.push(storage);
            }
            b'b' => self.build()?,
            b'o' | 0x81 | 0x92 => return Err(refused("an object of a class")),
            b'P' => return Err(refused("a persistent id in text")),
            0x82..=0x84 => return Err(refused("an entry of Python's extension registry")),
            0x97 | 0x98 => return Err(refused("a buffer outside of the pickle")),
            0x8f..=0x91 => return Err(refused("a set")),
            other => return Err(refused(format!("operation 0x{other:02x} at byte {}", self.position - 1))),
        }
        Ok(())
    }

    fn push_number(&mut self, opcode: u8) -> Result<(), Fault> {
        let value = match opcode {
            b'N' => Value::None,
            b'J' => Value::Int(i32::from_le_bytes(self.array()?).into()),
            b'K' => Value::Int(u8::from_le_bytes(self.array()?).into()),
            b'M' => Value::Int(u16::from_le_bytes(self.array()?).into()),
            0x8a => {
                let [length] = self.array()?;
                long(self.take(length.into())?)
            }
            0x8b => {
                let length = u32::from_le_bytes(self.array()?);
                long(self.take(length.into())?)
            }
            b'G' => {
                self.array::<8>()?;
                Value::Scalar
            }
            b'F' => {
                self.line()?;
                Value::Scalar
            }
            b'I' | b'L' => match self.line()? {
                "00" | "01" => Value::Scalar,
                digits => {
                    let number = digits.strip_suffix('L').unwrap_or(digits);
                    number.parse().map(Value::Int).unwrap_or(Value::Scalar)
                }
            },
            // True and False.
            _ => Value::Scalar,
        };
        self.stack.push(value);
        Ok(())
    }

    fn push_characters(&mut self, opcode: u8) -> Result<(), Fault> {
        let length = match opcode {
            b'U' | b'C' | 0x8c => u8::from_le_bytes(self.array()?).into(),
            b'T' | b'X' | b'B' => u32::from_le_bytes(self.array()?).into(),
            _ => u64::from_le_bytes(self.array()?),
        };
        let bytes = self.take(length)?;
        let value = match opcode {
            b'X' | 0x8c | 0x8d => Value::Text(Rc::from(utf8(bytes)?)),
            // Python 2 wrote names as bytes.
            b'T' | b'U' => {
                std::str::from_utf8(bytes).map_or(Value::Scalar, |text| Value::Text(Rc::from(text)))
            }
            _ => Value::Scalar,
        };
        self.stack.push(value);
        Ok(())
    }

    fn move_stack(&mut self, opcode: u8) -> Result<(), Fault> {
        match opcode {
            b'(' => self.marks.push(self.stack.len()),
            b'0' if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
            }
            b'0' => {
                self.pop()?;
            }
            b'1' => {
                self.pop_to_mark()?;
            }
            _ => {
                let top = self.top()?.clone();
                self.stack.push(top);
            }
        }
        Ok(())
    }

    fn collect(&mut self, opcode: u8) -> Result<(), Fault> {
        match opcode {
            b'a' | b's' | b'e' | b'u' => {
                let items = match opcode {
                    b'a' => self.pop_many(1)?,
                    b's' => self.pop_many(2)?,
                    _ => self.pop_to_mark()?,
                };
                let container = self.top()?.clone();
                if matches!(opcode, b'a' | b'e') {
                    self.objects.append(&container, items)?;
                } else {
                    self.objects.insert(&container, items)?;
                }
                return Ok(());
            }
            _ => {}
        }
        let items = match opcode {
            b'd' | b'l' | b't' => self.pop_to_mark()?,
            0x85..=0x87 => self.pop_many(usize::from(opcode - 0x84))?,
            _ => Vec::new(),
        };
        let value = match opcode {
            b']' | b'l' => self.objects.list(items),
            b'}' | b'd' => {
                let dict = self.objects.dict(false);
                self.objects.insert(&dict, items)?;
                dict
            }
            _ => self.objects.tuple(items),
        };
        self.stack.push(value);
        Ok(())
    }

    fn remember(&mut self, opcode: u8) -> Result<(), Fault> {
        let number = match opcode {
            b'h' | b'q' => u8::from_le_bytes(self.array()?).into(),
            b'j' | b'r' => u32::from_le_bytes(self.array()?).into(),
            0x94 => self.memo.len() as u64,
            _ => {
                let line = self.line()?;
                line.parse().map_err(|_| Fault::new("the number of a remembered value", line))?
            }
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let value = self.memo.get(&number).cloned();
            let value =
                value.ok_or_else(|| Fault::new("an intact pickle", "a value that it never defined"))?;
            self.stack.push(value);
        } else {
            let top = self.top()?.clone();
            self.memo.insert(number, top);
        }
        Ok(())
    }

    fn protocol(&mut self) -> Result<(), Fault> {
        match self.array()? {
            [0..=5] => Ok(()),
            [newer] => Err(Fault::new("pickle protocol 5 or older", newer.to_string())),
        }
    }

    /// Frames only help readers of streams; one that ends after the file is a sign of truncation.
    fn frame(&mut self) -> Result<(), Fault> {
        let length = u64::from_le_bytes(self.array()?);
        if length > self.remaining() { Err(self.truncated()) } else { Ok(()) }
    }

    fn global(&mut self, opcode: u8) -> Result<(), Fault> {
        if opcode == 0x93 {
            let name = self.pop()?;
            let module = self.pop()?;
            let (Value::Text(module), Value::Text(name)) = (module, name) else {
                return Err(refused("a global whose name is no text"));
            };
            self.stack.push(Value::Global(Global::admit(&module, &name)?));
            return Ok(());
        }
        let module = self.line()?;
        let name = self.line()?;
        let global = Global::admit(module, name)?;
        if opcode == b'i' {
            return Err(refused(format!("an instance of {module}.{name}")));
        }
        self.stack.push(Value::Global(global));
        Ok(())
    }

    /// Attributes: `state_dict()` hangs version numbers on its dictionaries, which nobody needs here.
    fn build(&mut self) -> Result<(), Fault> {
        self.pop()?;
        match self.top()? {
            Value::Dict { ordered: true, .. } => Ok(()),
            other => Err(refused(format!("attributes of {}", other.describe()))),
        }
    }

    fn remaining(&self) -> u64 {
        (self.bytes.len() - self.position) as u64
    }

    fn truncated(&self) -> Fault {
        Fault::new("a complete pickle", format!("the end of the data after {} bytes", self.bytes.len()))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        if length > self.remaining() {
            return Err(self.truncated());
        }
        // Not larger than what remains, which is a usize.
        let (taken, _) = self.bytes[self.position..].split_at(length as usize);
        self.position += taken.len();
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let bytes = self.bytes[self.position..].first_chunk().ok_or_else(|| self.truncated())?;
        self.position += N;
        Ok(*bytes)
    }

    /// Text up to the next line feed.
    fn line(&mut self) -> Result<&'a str, Fault> {
        let rest = &self.bytes[self.position..];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| self.truncated())?;
        self.position += length + 1;
        utf8(&rest[..length])
    }

    fn bottom(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Result<&Value, Fault> {
        if self.stack.len() > self.bottom() { self.stack.last() } else { None }.ok_or_else(underflow)
    }

    fn pop(&mut self) -> Result<Value, Fault> {
        if self.stack.len() > self.bottom() { self.stack.pop() } else { None }.ok_or_else(underflow)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, Fault> {
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= self.bottom() => Ok(self.stack.drain(start..).collect()),
            _ => Err(underflow()),
        }
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value>, Fault> {
        let start = self.marks.pop().ok_or_else(underflow)?;
        Ok(self.stack.drain(start..).collect())
    }
}

fn underflow() -> Fault {
    Fault::new("an intact pickle", "an operation on a value that is not there")
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::new("texts in UTF-8", "other bytes"))
}

/// A little-endian number in two's complement; too large ones are of no use as sizes.
fn long(bytes: &[u8]) -> Value {
    let mut wide = [if bytes.last().is_some_and(|&byte| byte >= 0x80) { 0xff } else { 0 }; 16];
    match wide.get_mut(..bytes.len()) {
        Some(low) => {
            low.copy_from_slice(bytes);
            Value::Int(i128::from_le_bytes(wide))
        }
        None => Value::Scalar,
    }
}
