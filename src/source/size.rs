//! How large a value is, so that copying it can be limited.

use serde_json::Value;

/// How much a copy of a value costs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// Values, the outermost included.
    pub(super) nodes: usize,
    /// Bytes of strings, numbers and names.
    pub(super) bytes: usize,
    /// Collections within one another; 0 for a scalar.
    pub(super) depth: usize,
}

impl Size {
    /// Recursion is as deep as the value, which `DEPTH_MAX` bounds.
    pub(super) fn of(value: &Value) -> Self {
        let scalar = |bytes| Self {
            nodes: 1,
            bytes,
            depth: 0,
        };
        match value {
            Value::Null | Value::Bool(_) => scalar(0),
            Value::Number(number) => scalar(number.as_str().len()),
            Value::String(text) => scalar(text.len()),
            Value::Array(elements) => elements.iter().fold(Self::empty(), |size, element| {
                size.with_part(0, Self::of(element))
            }),
            Value::Object(members) => members.iter().fold(Self::empty(), |size, (key, value)| {
                size.with_part(key.len(), Self::of(value))
            }),
        }
    }

    fn empty() -> Self {
        Self {
            nodes: 1,
            bytes: 0,
            depth: 1,
        }
    }

    fn with_part(self, key_bytes: usize, part: Self) -> Self {
        Self {
            nodes: self.nodes + part.nodes,
            bytes: self.bytes + key_bytes + part.bytes,
            depth: self.depth.max(part.depth + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_all_parts() {
        for (value, nodes, bytes, depth) in [
            (json!(null), 1, 0, 0),
            (json!("é"), 1, 2, 0),
            (json!([]), 1, 0, 1),
            (json!({"ab": [1, 23], "c": {"d": []}}), 6, 7, 3),
        ] {
            let size = Size::of(&value);
            assert_eq!(
                (size.nodes, size.bytes, size.depth),
                (nodes, bytes, depth),
                "{value}"
            );
        }
    }
}
