//! What an act says beyond ids: a small JSON object, the only place of the audit for anything personal.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Result;

/// Longest text kept, in characters: the audit tells what was done, it is no archive.
const TEXT_MAX: usize = 300;

/// Details being gathered.
#[derive(Debug, Clone, Default)]
pub struct Details(Map<String, Value>);

impl Details {
    /// Adds a value, its texts cut at 300 characters; nothing for `None`.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Result<Self> {
        let value = bounded(serde_json::to_value(value)?);
        if !value.is_null() {
            self.0.insert(name.to_owned(), value);
        }
        Ok(self)
    }

    /// As it is kept.
    #[must_use]
    pub fn into_text(self) -> String {
        Value::Object(self.0).to_string()
    }
}

fn bounded(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > TEXT_MAX => {
            Value::String(text.chars().take(TEXT_MAX - 1).chain(['…']).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(bounded).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, bounded(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_wherever_they_are() {
        let long = "é".repeat(TEXT_MAX + 1);
        let details = Details::default().with("old", serde_json::json!({ "value": [long] })).unwrap();
        let details = details.with("new", "06 12").unwrap().with("reason", None::<String>).unwrap().into_text();
        let read: Value = serde_json::from_str(&details).unwrap();
        let cut = read["old"]["value"][0].as_str().unwrap();
        assert_eq!((cut.chars().count(), cut.ends_with("é…")), (TEXT_MAX, true));
        assert_eq!(read["new"], "06 12");
        assert!(read.get("reason").is_none(), "{details}");
    }
}
