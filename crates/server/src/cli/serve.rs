//! `serve`, `migrate` and `check`.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::process::{Ended, print};
use crate::accounts::hashing::HashingLimits;
use crate::accounts::keys;
use crate::addresses::{AddressBase, AddressBaseOptions};
use crate::admin::socket::AdminSocket;
use crate::app::{App, AppOptions};
use crate::check;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::Db;
use crate::family::links::keep_links;
use crate::http::{self, HttpOptions, Limits, ShownMetrics, TrustedProxies};
use crate::sync;

const ADDRESS_PATIENCE: Duration = Duration::from_secs(2);
const WRITER_PATIENCE: Duration = Duration::from_secs(20);
const UPKEEP: Duration = Duration::from_secs(5);
/// Seconds; without them the exporter would keep every sample until it is asked.
const BUCKETS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
const BATCH_BUCKETS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    make_data_folder(config)?;
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    db.close().await;
    Ok(())
}

pub(super) async fn check(config: &Config) -> anyhow::Result<Ended> {
    let db = Db::open_beside(&config.database).await?;
    let report = check::check(&db, SystemClock.now()).await;
    db.close().await;
    let report = report?;
    print(report.to_string().trim_end())?;
    Ok(if report.is_sound() { Ended::Done } else { Ended::Unsound })
}

pub(super) fn make_data_folder(config: &Config) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data);
    made.with_context(|| format!("making {}", config.data.display()))?;
    if std::fs::metadata(&config.data)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!("others of this computer may read the data folder: give it the mode 0700");
    }
    Ok(())
}

/// Opens the application over the configured database, brought up to date.
pub(super) async fn open(config: &Config) -> anyhow::Result<(App, JoinHandle<()>)> {
    make_data_folder(config)?;
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    let secret = match &config.secret {
        Some(secret) => secret.clone(),
        None => keys::secret_of(&config.data)?,
    };
    let addresses = match config.geocoder.clone() {
        Some(geocoder) => AddressBase::open(AddressBaseOptions { geocoder, patience: ADDRESS_PATIENCE })?,
        None => AddressBase::default(),
    };
    App::start(db, Arc::new(SystemClock), AppOptions { secret, hashing: HashingLimits::default(), addresses })
}

/// Lets the writer finish what is queued, then closes the database.
pub(super) async fn close(app: App, writing: JoinHandle<()>) {
    let db = app.db.clone();
    drop(app);
    if tokio::time::timeout(WRITER_PATIENCE, writing).await.is_err() {
        tracing::warn!("the writer did not finish in time");
    }
    db.close().await;
}

pub(super) async fn serve(config: &Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let metrics = install_metrics()?;
    let (app, writing) = open(config).await?;
    tokio::spawn(keep_up(metrics.clone(), app.clone(), app.closing.clone()));
    tokio::spawn(sync::relay(app.clone()));
    tokio::spawn(keep_links(app.clone()));
    let socket = AdminSocket::listen(app.clone(), &config.admin_socket).await?;
    let options = HttpOptions {
        limits: Limits { connections: config.connections, ..Limits::default() },
        trusted_proxies: TrustedProxies(config.trusted_proxies.as_slice().into()),
        metrics: ShownMetrics(config.metrics_listen.is_none().then(|| metrics.clone())),
    };
    let shown = match config.metrics_listen {
        Some(address) => Some(http::listen_metrics(metrics, &app, address).await?),
        None => None,
    };
    if let Some(shown) = &shown {
        tracing::info!(url = shown.url(), "showing metrics");
    }
    let listening = http::listen(app.clone(), config.listen, config.tls.as_ref(), &options).await?;
    tracing::info!(url = listening.url(), version = env!("CARGO_PKG_VERSION"), "listening");
    print(&serde_json::json!({ "listening": listening.url() }).to_string())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("ending");
    listening.close().await?;
    if let Some(shown) = shown {
        shown.close().await?;
    }
    socket.close().await;
    close(app, writing).await;
    tracing::info!("ended");
    Ok(())
}

fn install_metrics() -> anyhow::Result<PrometheusHandle> {
    let batch = metrics_exporter_prometheus::Matcher::Full("preau_writer_batch".to_owned());
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS)?.set_buckets_for_metric(batch, &BATCH_BUCKETS)?;
    builder.install_recorder().context("installing metrics")
}

async fn keep_up(metrics: PrometheusHandle, app: App, closing: CancellationToken) {
    while closing.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
        metrics.run_upkeep();
        metrics::gauge!("preau_writer_waiting").set(app.writer.waiting() as f64);
    }
}
