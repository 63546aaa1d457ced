//! What a step captured: its outputs, and which other steps read them.
//!
//! A report of a flow in which all is well holds no value that a target makes anew in every run, so that the
//! same run gives the same bytes: there the names stand alone, and where they go.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::boundary;

/// How many captured values of a step are told.
pub const CAPTURED_MAX: usize = 32;

/// How much of a value is told, in bytes.
const VALUE_BYTES_MAX: usize = 256;

/// How many steps are named that read one.
const READERS_MAX: usize = 16;

/// A value that a step captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Captured {
    /// The name of the output.
    pub name: String,
    /// The value as JSON, cut; none where nothing of the flow is worth looking at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How much of the value is left out, in bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bytes_left_out: usize,
    /// The steps that read it, by their paths, in their order.
    pub read_by: Vec<String>,
    /// How many more steps read it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub readers_left_out: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Captured {
    /// An output of a step; of a value nothing is told but what stands here.
    pub fn of(name: &str, value: Option<&Value>, readers: Vec<String>) -> Self {
        let whole = value.map(Value::to_string).unwrap_or_default();
        let end = boundary(&whole, VALUE_BYTES_MAX);
        let mut read_by = readers;
        let readers_left_out = read_by.len().saturating_sub(READERS_MAX);
        read_by.truncate(READERS_MAX);
        Self {
            name: name.to_owned(),
            value: value.map(|_| whole[..end].to_owned()),
            bytes_left_out: whole.len() - end,
            read_by,
            readers_left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_value_is_cut_between_letters_and_says_so() {
        let value = json!("é".repeat(VALUE_BYTES_MAX));
        let captured = Captured::of("id", Some(&value), Vec::new());
        let told = captured.value.expect("a value");
        assert!(told.len() <= VALUE_BYTES_MAX, "{told}");
        assert_eq!(
            told.len() + captured.bytes_left_out,
            2 * VALUE_BYTES_MAX + 2
        );
        let short = Captured::of("id", Some(&json!("1")), Vec::new());
        assert_eq!(short.value.as_deref(), Some("\"1\""));
        assert_eq!(short.bytes_left_out, 0);
    }

    #[test]
    fn many_readers_are_counted() {
        let readers = (0..READERS_MAX + 3).map(|it| format!("step {it}"));
        let captured = Captured::of("id", None, readers.collect());
        assert_eq!(captured.read_by.len(), READERS_MAX);
        assert_eq!(captured.readers_left_out, 3);
        assert_eq!(captured.value, None);
    }
}
