//! What a program and everything it started hold in memory.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;

/// Proportional set size of a process and its descendants, in bytes: what they share is counted once among them all.
///
/// # Errors
/// When the system does not say.
pub(super) fn held_by(process: u32) -> Result<u64> {
    let mut total = 0;
    for process in family(process)? {
        // One that ended meanwhile holds nothing.
        let Ok(rollup) = fs::read_to_string(format!("/proc/{process}/smaps_rollup")) else { continue };
        let line = rollup.lines().find(|line| line.starts_with("Pss:"));
        let kilobytes: u64 =
            line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).context("a Pss in smaps_rollup")?;
        total += kilobytes * 1024;
    }
    Ok(total)
}

/// A process and its descendants.
fn family(first: u32) -> Result<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").context("the processes")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Ok(process) = name.parse::<u32>() else { continue };
        let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { continue };
        // The name stands in parentheses and may hold anything; the parent is the second word after it.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut found = vec![first];
    let mut next = 0;
    while let Some(process) = found.get(next).copied() {
        found.extend(children.remove(&process).unwrap_or_default());
        next += 1;
    }
    Ok(found)
}
