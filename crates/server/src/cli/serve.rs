//! `serve`, `migrate` and `check`.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::backup;
use super::process::{Ended, print};
use crate::accounts::hashing::HashingLimits;
use crate::accounts::letters::LetterPress;
use crate::accounts::letters::counter::Counter;
use crate::accounts::{keys, lost_code};
use crate::addresses::{AddressBase, AddressBaseOptions};
use crate::admin::socket::AdminSocket;
use crate::app::{App, AppOptions};
use crate::audit::retention::keep_erasing;
use crate::check;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::Db;
use crate::family::confirmation::keep_expiring;
use crate::family::links::keep_links;
use crate::http::{self, HttpOptions, Limits, ShownMetrics, TrustedProxies};
use crate::notices::operator;
use crate::notices::sender::Sender;
use crate::notices::templates::{TemplateFault, Templates};
use crate::notices::transports::{Carriers, Folder, Gateway, MailCarrier, SmsCarrier, Smtp};
use crate::statistics::keep_statistics;
use crate::sync;
use crate::tidying::keep_tidy;
use crate::writer::Seat;

const ADDRESS_PATIENCE: Duration = Duration::from_secs(2);
const SENDER_PATIENCE: Duration = Duration::from_secs(10);
const WRITER_PATIENCE: Duration = Duration::from_secs(20);
const UPKEEP: Duration = Duration::from_secs(5);
/// Seconds; without them the exporter would keep every sample until it is asked.
const BUCKETS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
const BATCH_BUCKETS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    make_data_folder(config)?;
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    db.close().await;
    Ok(())
}

pub(super) async fn check(config: &Config) -> anyhow::Result<Ended> {
    let db = Db::open_beside(&config.database).await?;
    let report = check::check_serving(&db, SystemClock.now()).await;
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
    let options = AppOptions { secret, hashing: HashingLimits::default(), addresses, seat: Seat::Own };
    App::start(db, Arc::new(SystemClock), options).await
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

pub(super) async fn serve(config: &Config, press: Option<&'static dyn LetterPress>) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let metrics = install_metrics()?;
    let (app, writing) = open(config).await?;
    tokio::spawn(keep_up(metrics.clone(), app.clone(), app.closing.clone()));
    tokio::spawn(sync::relay(app.clone()));
    tokio::spawn(keep_links(app.clone()));
    tokio::spawn(keep_expiring(app.clone()));
    tokio::spawn(keep_erasing(app.clone(), config.audit_details_days));
    tokio::spawn(keep_tidy(app.clone()));
    tokio::spawn(keep_statistics(app.clone()));
    let socket = AdminSocket::listen(app.clone(), &config.admin_socket).await?;
    let options = HttpOptions {
        limits: Limits { connections: config.connections, ..Limits::default() },
        trusted_proxies: TrustedProxies(config.trusted_proxies.as_slice().into()),
        metrics: ShownMetrics(config.metrics_listen.is_none().then(|| metrics.clone())),
        counter: Counter::new(press, &config.public_url),
    };
    let shown = match config.metrics_listen {
        Some(address) => Some(http::listen_metrics(metrics, &app, address).await?),
        None => None,
    };
    if let Some(shown) = &shown {
        tracing::info!(url = shown.url(), "showing metrics");
    }
    let (carriers, templates) = carriers_and_templates(config)?;
    let listening = http::listen(app.clone(), config.listen, config.tls.as_ref(), &options).await?;
    let sender = Sender { carriers, templates, address: config.address(&listening.url()) };
    let mut sending = tokio::spawn(sender.run(app.clone()));
    tokio::spawn(lost_code::treating::keep_treating(app.clone()));
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
    if tokio::time::timeout(SENDER_PATIENCE, &mut sending).await.is_err() {
        // What is on its way to a peer that does not answer is tried again, under the same id.
        sending.abort();
    }
    close(app, writing).await;
    tracing::info!("ended");
    Ok(())
}

/// Folders of the data folder where nothing else is configured; the town's templates from there too.
fn carriers_and_templates(config: &Config) -> anyhow::Result<(Carriers, Templates)> {
    let folder = |name: &str| Folder::open(&config.data.join("outbox").join(name));
    let mail = match config.smtp.clone() {
        Some(options) => MailCarrier::Smtp(Smtp::open(options)?),
        None => MailCarrier::Folder(folder("mail")?),
    };
    let sms = match config.sms_gateway.clone() {
        Some(options) => SmsCarrier::Gateway(Gateway::open(options)?),
        None => SmsCarrier::Folder(folder("sms")?),
    };
    let (templates, faults) = Templates::read(&config.data.join(backup::TEMPLATES))?;
    for fault in faults {
        let TemplateFault { file, line, reason } = fault;
        tracing::warn!(file, line, reason, "a template of the town cannot be used: Préau's own is");
    }
    Ok((Carriers { mail, sms }, templates))
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
        metrics::counter!("preau_writer_runs_undone_total").absolute(app.writer.undone_runs());
        if let Ok((waiting, failed)) = operator::counts(&app.db).await {
            metrics::gauge!("preau_messages_waiting").set(waiting as f64);
            metrics::gauge!("preau_messages_failed").set(failed as f64);
        }
    }
}
