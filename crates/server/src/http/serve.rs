//! Listening, with TLS from certificate files, until told to end.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connections::Bounded;
use super::{HttpOptions, Limits};
use crate::app::App;

const HANDSHAKE: Duration = Duration::from_secs(10);
const LOOK_AT_CERTIFICATE: Duration = Duration::from_secs(60);
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const STREAMS: u32 = 64;

/// Certificate chain and private key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// A server that listens.
#[derive(Debug)]
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    tls: bool,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
    closing: CancellationToken,
    within: Duration,
}

/// Serves the application.
///
/// # Errors
/// When the address is taken or the certificate cannot be read.
pub async fn listen(
    app: App,
    address: SocketAddr,
    tls: Option<&TlsFiles>,
    options: &HttpOptions,
) -> anyhow::Result<Listening> {
    let closing = app.closing.clone();
    start(super::router(app, options), address, tls, options.limits, closing).await
}

/// Shows the metrics on a listener of their own, which the operator keeps from others.
///
/// # Errors
/// When the address is taken.
pub async fn listen_metrics(metrics: PrometheusHandle, app: &App, address: SocketAddr) -> anyhow::Result<Listening> {
    let router = Router::new().route("/metrics", get(move || async move { metrics.render() }));
    let limits = Limits { connections: 16, ..Limits::default() };
    start(router, address, None, limits, app.closing.clone()).await
}

async fn start(
    router: Router,
    address: SocketAddr,
    tls: Option<&TlsFiles>,
    limits: Limits,
    closing: CancellationToken,
) -> anyhow::Result<Listening> {
    let listener = TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)?.handle(handle.clone()).first_request_timeout(limits.head);
    bound(server.http_builder(), &limits);
    let server = server.accept_error_handler(|_, error| tracing::debug!(%error, "a connection was not taken"));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let bounded = Bounded::new(limits.connections, limits.stalled_write);
    let task = match tls {
        None => tokio::spawn(server.acceptor(bounded).serve(service)),
        Some(files) => {
            let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await;
            let config = config.with_context(|| format!("reading {}", files.certificate.display()))?;
            tokio::spawn(reload(files.clone(), config.clone(), closing.clone()));
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(HANDSHAKE).acceptor(bounded);
            tokio::spawn(server.acceptor(acceptor).serve(service))
        }
    };
    Ok(Listening { address, tls: tls.is_some(), handle, task, closing, within: limits.shutdown })
}

fn bound(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>, limits: &Limits) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_headers(64);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(16 * 1024);
    http2.keep_alive_interval(KEEP_ALIVE).keep_alive_timeout(KEEP_ALIVE);
}

impl Listening {
    /// Its address as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }

    /// Stops accepting, lets requests under way finish within the bound, ends answers without end.
    ///
    /// # Errors
    /// When listening had failed.
    pub async fn close(self) -> anyhow::Result<()> {
        self.closing.cancel();
        self.handle.graceful_shutdown(Some(self.within));
        self.task.await.context("listening")?.context("listening")
    }
}

/// Reads the certificate again when told to (SIGHUP) and when its file changes: it is renewed every few weeks.
async fn reload(files: TlsFiles, config: RustlsConfig, closing: CancellationToken) {
    let mut hang_up = match signal(SignalKind::hangup()) {
        Ok(signal) => signal,
        Err(error) => return tracing::error!(%error, "certificates are not read again: no SIGHUP"),
    };
    let mut seen = changed_at(&files).await;
    loop {
        let told = tokio::select! {
            () = closing.cancelled() => return,
            _ = hang_up.recv() => true,
            () = tokio::time::sleep(LOOK_AT_CERTIFICATE) => false,
        };
        let now = changed_at(&files).await;
        if !told && now == seen {
            continue;
        }
        match config.reload_from_pem_file(&files.certificate, &files.key).await {
            Ok(()) => {
                seen = now;
                tracing::info!("the certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the certificate cannot be read; the one in use stays"),
        }
    }
}

async fn changed_at(files: &TlsFiles) -> [Option<SystemTime>; 2] {
    let mut times = [None; 2];
    for (time, path) in times.iter_mut().zip([&files.certificate, &files.key]) {
        *time = tokio::fs::metadata(path).await.ok().and_then(|meta| meta.modified().ok());
    }
    times
}
