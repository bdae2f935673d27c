//! What `cargo xtask bench` measures with. Each word of the command line is one measurement; it prints what it found as
//! one JSON object on standard output, and fails when what it loaded does not hold its invariants.

#![allow(clippy::print_stdout, reason = "the caller reads standard output")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on ends")]

mod booking;
mod changes;
mod desktop;
mod fill;
mod first_sync;
mod grid;
mod no_change;
mod people;
mod served;
mod sign_ins;
mod spread;
mod wire;

use anyhow::{Result, bail};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Told to end, what was started is dropped, and so ended, first.
    let mut told = signal(SignalKind::terminate())?;
    let found = tokio::select! {
        found = measured(&words) => found?,
        _ = told.recv() => return Ok(()),
    };
    println!("{found}");
    Ok(())
}

async fn measured(words: &[&str]) -> Result<Value> {
    match words {
        ["no-change"] => no_change::measure().await,
        ["first-sync", rows] => first_sync::measure(rows.parse()?).await,
        ["sign-ins", seconds] => sign_ins::measure(seconds.parse()?).await,
        ["booking", seconds] => booking::measure(seconds.parse()?).await,
        ["changes", seconds] => changes::measure(seconds.parse()?).await,
        ["grid", folder] => grid::measure(folder.as_ref()).await,
        ["fill-desktop", folder] => fill::fill(folder.as_ref()).await,
        _ => bail!("started by `cargo xtask bench`, which knows the words"),
    }
}
