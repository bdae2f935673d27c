//! Under which conditions a figure was found.

use crate::places::Places;
use crate::processes::output;
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// The machine and the moment.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// `2026-11-25 22:40 UTC`.
    pub date: String,
    /// Short hash, and whether files were changed since.
    pub commit: String,
    /// The load of the last minute before the measurement began: what others were doing.
    pub load: String,
    /// Processor, memory, kernel.
    pub machine: String,
}

impl Moment {
    /// Now.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn now(places: &Places) -> Result<Self> {
        let load = fs::read_to_string("/proc/loadavg").context("the load of this machine")?;
        Ok(Self {
            date: output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]))?.trim().to_owned(),
            commit: commit(places)?,
            load: load.split(' ').next().unwrap_or_default().to_owned(),
            machine: machine()?,
        })
    }
}

fn commit(places: &Places) -> Result<String> {
    let hash = output(&mut places.command("git", &["rev-parse", "--short", "HEAD"]))?;
    // The figures themselves are written before they are committed.
    let changed = output(&mut places.command("git", &["status", "--porcelain", "--", ".", ":!docs/benchmarks.md"]))?;
    let changed = if changed.trim().is_empty() { "" } else { " with changes" };
    Ok(format!("{}{changed}", hash.trim()))
}

fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").context("the processors of this machine")?;
    let named = |line: &&str| line.starts_with("model name");
    let cores = processors.lines().filter(named).count().max(1);
    let model =
        processors.lines().find(named).and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name);
    let memory = fs::read_to_string("/proc/meminfo").context("the memory of this machine")?;
    let kilobytes: u64 = memory.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    let kernel = output(Command::new("uname").args(["-sr"]))?;
    Ok(format!("{cores} cores ({model}), {} GiB, {}", (kilobytes + 524_288) / 1_048_576, kernel.trim()))
}
