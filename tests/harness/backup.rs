//! What a server has on record, read from a backup of it: the one form of its data that is the same for both engines.

use crate::town::Town;
use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use uuid::Uuid;

/// The tables of a backup.
#[derive(Debug)]
pub struct Tables(BTreeMap<String, String>);

impl Tables {
    /// Takes a backup, beside the running server or without one, and reads it.
    ///
    /// # Errors
    /// When it cannot be taken or read.
    pub fn of(town: &Town) -> Result<Self> {
        let file = town.folder().join(format!("{}.preau", Uuid::now_v7()));
        town.run(&["backup", &file.display().to_string()])?;
        let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(&file)?));
        let mut tables = BTreeMap::new();
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.display().to_string();
            if let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".jsonl")) {
                let mut text = String::new();
                entry.read_to_string(&mut text)?;
                tables.insert(table.to_owned(), text);
            }
        }
        Ok(Self(tables))
    }

    /// The rows of a table, each an object by column.
    ///
    /// # Errors
    /// When there is no such table.
    pub fn rows(&self, table: &str) -> Result<Vec<Value>> {
        let mut lines = self.0.get(table).with_context(|| format!("no table {table}"))?.lines();
        let columns: Vec<String> = serde_json::from_str(lines.next().context("the names of the columns")?)?;
        let row = |line: &str| {
            let values: Vec<Value> = serde_json::from_str(line)?;
            Ok(Value::Object(columns.iter().cloned().zip(values).collect::<Map<_, _>>()))
        };
        lines.map(row).collect()
    }
}
