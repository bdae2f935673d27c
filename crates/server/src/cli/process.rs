//! One run of the program: configuration, logs, runtime, exit code.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Action, Arguments};
use crate::accounts::hashing::HashingLimits;
use crate::accounts::keys;
use crate::addresses::{AddressBase, AddressBaseOptions};
use crate::app::{App, AppOptions};
use crate::clock::SystemClock;
use crate::config::{Config, LogFormat};
use crate::db::Db;
use crate::http::{self, HttpOptions, Limits, ShownMetrics, TrustedProxies};

/// Wrong configuration, as `EX_CONFIG` of `sysexits.h`.
const EXIT_CONFIG: u8 = 78;

pub(super) fn run(arguments: Arguments) -> ExitCode {
    if matches!(arguments.command, Action::Openapi) {
        return finish(print_openapi());
    }
    let config = match Config::load(arguments.config.as_deref(), std::env::vars()) {
        Ok(config) => config,
        Err(faults) => {
            eprintln!("preau-server: {faults}");
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    finish(start(&config, arguments.command))
}

fn finish(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("preau-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(config: &Config, action: Action) -> anyhow::Result<()> {
    log_to_stderr(config)?;
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        anyhow::bail!("another TLS provider is installed");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(async {
        match action {
            Action::Serve => serve(config).await,
            Action::Migrate => migrate(config).await,
            Action::Openapi => print_openapi(),
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

fn print_openapi() -> anyhow::Result<()> {
    let (_, document) = http::api();
    print(&document.to_pretty_json()?)
}

/// Standard output belongs to whoever started the program.
#[expect(clippy::print_stdout)]
fn print(line: &str) -> anyhow::Result<()> {
    println!("{line}");
    Ok(())
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    make_data_folder(config)?;
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    db.close().await;
    Ok(())
}

fn make_data_folder(config: &Config) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data);
    made.with_context(|| format!("making {}", config.data.display()))
}

/// Opens the application over the configured database.
pub(super) async fn open(config: &Config) -> anyhow::Result<(App, tokio::task::JoinHandle<()>)> {
    make_data_folder(config)?;
    let secret = match &config.secret {
        Some(secret) => secret.clone(),
        None => keys::secret_of(&config.data)?,
    };
    let addresses = match &config.geocoder {
        Some(geocoder) => AddressBase::open(AddressBaseOptions { geocoder: geocoder.clone(), patience: ADDRESS_PATIENCE })?,
        None => AddressBase::default(),
    };
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    App::start(db, Arc::new(SystemClock), AppOptions { secret, hashing: HashingLimits::default(), addresses })
}

const ADDRESS_PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

async fn serve(config: &Config) -> anyhow::Result<()> {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().context("installing metrics")?;
    let (app, writing) = open(config).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let options = HttpOptions {
        limits: Limits { connections: config.connections, ..Limits::default() },
        trusted_proxies: TrustedProxies(config.trusted_proxies.as_slice().into()),
        metrics: ShownMetrics(config.metrics_listen.is_none().then(|| metrics.clone())),
    };
    let listening = http::listen(app.clone(), config.listen, config.tls.as_ref(), &options).await?;
    print(&serde_json::json!({ "listening": listening.url() }).to_string())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("ending");
    listening.close().await?;
    close(app, writing).await
}

/// Lets the writer finish what is queued, then closes the database.
pub(super) async fn close(app: App, writing: tokio::task::JoinHandle<()>) -> anyhow::Result<()> {
    let db = app.db.clone();
    drop(app);
    if tokio::time::timeout(std::time::Duration::from_secs(10), writing).await.is_err() {
        tracing::warn!("the writer did not finish in time");
    }
    db.close().await;
    Ok(())
}
