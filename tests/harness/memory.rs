//! What a process holds in its memory.

use crate::files::Search;
use anyhow::{Context, Result};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Looked at in one go; each piece begins a page before the end of the last one, so that nothing is cut in two.
const PIECE: u64 = 1024 * PAGE;
const PAGE: u64 = 4096;
/// `proc_pid_pagemap(5)`: the page is in memory, or in swap.
const USED: u64 = 0b11 << 62;

/// The regions of a process's memory that hold what is looked for (`proc_pid_maps(5)`, `proc_pid_mem(5)`). Pages of files
/// that the process cannot write are the files', not its own.
///
/// # Errors
/// When the process is gone, or its memory may not be read: a search that saw nothing proves nothing.
pub fn regions_holding(process: u32, search: &Search) -> Result<Vec<String>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))
        .with_context(|| format!("the regions of {process}"))?;
    let memory = Memory {
        content: File::open(format!("/proc/{process}/mem")).with_context(|| format!("the memory of {process}"))?,
        pages: File::open(format!("/proc/{process}/pagemap")).with_context(|| format!("the pages of {process}"))?,
    };
    let (mut found, mut bytes) = (Vec::new(), 0);
    for line in maps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [range, rights, ..] = words.as_slice() else { continue };
        let name = words.get(5).copied().unwrap_or("");
        let own = rights.contains('w') || !name.starts_with('/');
        if !rights.starts_with('r') || !own || ["[vvar]", "[vsyscall]", "[vvar_vclock]"].contains(&name) {
            continue;
        }
        let (start, end) = range.split_once('-').context("a range")?;
        let (start, end) = (u64::from_str_radix(start, 16)?, u64::from_str_radix(end, 16)?);
        // Engines reserve more than any machine has: of what is their own, only what was ever touched is there.
        let sparse = rights.ends_with('p') && name.is_empty();
        let (read, holds) = memory.look(start, end, sparse, search)?;
        bytes += read;
        if holds {
            found.push(format!("{process}: {line}"));
        }
    }
    anyhow::ensure!(bytes > 0, "nothing of the memory of {process} could be read");
    Ok(found)
}

struct Memory {
    content: File,
    pages: File,
}

impl Memory {
    /// How many bytes of a range could be read, and whether they hold what is looked for.
    fn look(&self, start: u64, end: u64, sparse: bool, search: &Search) -> Result<(u64, bool)> {
        let (mut at, mut bytes) = (start, 0);
        while at < end {
            let until = end.min(at + PIECE);
            for (from, to) in if sparse { self.used(at, until)? } else { vec![(at, until)] } {
                let mut run = vec![0; usize::try_from(to - from)?];
                // A region may be gone meanwhile.
                let read = self.content.read_at(&mut run, from).unwrap_or(0);
                bytes += u64::try_from(read)?;
                if search.finds(&run[..read]) {
                    return Ok((bytes, true));
                }
            }
            at = if until == end { end } else { until - PAGE };
        }
        Ok((bytes, false))
    }

    /// The runs of pages of a range that are there.
    fn used(&self, start: u64, end: u64) -> Result<Vec<(u64, u64)>> {
        let mut entries = vec![0; usize::try_from((end - start).div_ceil(PAGE) * 8)?];
        let read = self.pages.read_at(&mut entries, start / PAGE * 8).unwrap_or(0);
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for (number, entry) in (0..).zip(entries[..read].chunks(8)) {
            if entry.try_into().map_or(0, u64::from_le_bytes) & USED == 0 {
                continue;
            }
            let (from, to) = (start + number * PAGE, end.min(start + (number + 1) * PAGE));
            match runs.last_mut() {
                Some((_, last)) if *last == from => *last = to,
                _ => runs.push((from, to)),
            }
        }
        Ok(runs)
    }
}
