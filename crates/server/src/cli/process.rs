//! One run of the program: arguments, configuration, logs, runtime, exit code.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use clap::error::ErrorKind;
use tracing_subscriber::EnvFilter;

use super::{Action, Arguments, backup, operator, serve, templates};
use crate::accounts::letters::LetterPress;
use crate::config::{Config, LogFormat};
use crate::http;

const EXIT_REFUSED: u8 = 2;
const EXIT_UNSOUND: u8 = 3;
/// `EX_USAGE` and `EX_CONFIG` of `sysexits.h`.
const EXIT_USAGE: u8 = 64;
const EXIT_CONFIG: u8 = 78;

/// How a command ended, other than by something broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It did what was asked.
    Done,
    /// A rule or a faulty file stood against it; the reason was printed.
    Refused,
    /// `check` found a violation; all of them were printed.
    Unsound,
}

pub(super) fn run(press: Option<&'static dyn LetterPress>) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    if matches!(arguments.command, Action::Openapi) {
        return finish(print_openapi());
    }
    if let Action::Templates { folder } = &arguments.command {
        return finish(templates::write(folder));
    }
    match Config::load(arguments.config.as_deref(), std::env::vars()) {
        Ok(config) => finish(start(&config, arguments.command, press)),
        Err(faults) => {
            eprintln!("preau-server: {faults}");
            ExitCode::from(EXIT_CONFIG)
        }
    }
}

fn explain(error: &clap::Error) -> ExitCode {
    if let Err(error) = error.print() {
        eprintln!("preau-server: {error}");
    }
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(EXIT_USAGE),
    }
}

fn finish(outcome: anyhow::Result<Ended>) -> ExitCode {
    match outcome {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Refused) => ExitCode::from(EXIT_REFUSED),
        Ok(Ended::Unsound) => ExitCode::from(EXIT_UNSOUND),
        Err(error) => {
            eprintln!("preau-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(config: &Config, action: Action, press: Option<&'static dyn LetterPress>) -> anyhow::Result<Ended> {
    log_to_stderr(config)?;
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        anyhow::bail!("another TLS provider is installed");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(async {
        match action {
            Action::Serve => serve::serve(config, press).await.map(|()| Ended::Done),
            Action::Migrate => serve::migrate(config).await.map(|()| Ended::Done),
            Action::Check => serve::check(config).await,
            Action::Backup { file } => backup::back_up(config, &file).await,
            Action::Restore { file, replace } => backup::restore(config, &file, replace).await,
            Action::Openapi => print_openapi(),
            Action::Templates { folder } => templates::write(&folder),
            Action::Operator(command) => operator::run(config, command, press).await,
        }
    })
}

fn log_to_stderr(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("reading the log filter")?;
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    let installed = match config.log_format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => builder.try_init(),
    };
    installed.map_err(|error| anyhow::anyhow!("installing the log: {error}"))?;
    std::panic::set_hook(Box::new(|panic| {
        // The place, not the message: that may hold anything.
        tracing::error!(place = panic.location().map(ToString::to_string), "a panic");
    }));
    Ok(())
}

fn print_openapi() -> anyhow::Result<Ended> {
    let (_, document) = http::api();
    print(&document.to_pretty_json()?)?;
    Ok(Ended::Done)
}

/// Standard output belongs to whoever started the program.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("writing to standard output")
}
