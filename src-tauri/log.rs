//! The log of the application: a file of bounded size beside the data. Nothing personal is logged, by the rule of
//! every `tracing` call: ids, counts and causes only.

use anyhow::Context;
use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// At start, a longer log gives way to a new one; the last one is kept.
const LONGEST: u64 = 1024 * 1024;

/// Starts logging. `PREAU_LOG` chooses what, as `RUST_LOG` would.
pub fn start(data_dir: &Path) -> anyhow::Result<()> {
    let file = open(data_dir).context("opening the log")?;
    let filter = EnvFilter::try_from_env("PREAU_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,preau_client=info,preau_lib=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(file));
    // A second start in one process, as tests do, keeps the first log.
    if log.try_init().is_err() {
        tracing::debug!("a log is open already");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}

fn open(data_dir: &Path) -> std::io::Result<File> {
    let path = data_dir.join("preau.log");
    if std::fs::metadata(&path).is_ok_and(|log| log.len() > LONGEST) {
        std::fs::rename(&path, data_dir.join("preau.1.log"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
