//! What a server says of itself: to desktops, to whoever watches over it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::{Extension, Json};
use http::StatusCode;
use http::request::Parts;
use metrics_exporter_prometheus::PrometheusHandle;
use preau_protocol::error::ErrorBody;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::peer;
use crate::app::App;
use crate::error::{Error, Result};

/// The metrics, where the main listener may show them at all.
#[derive(Clone, Default)]
pub struct ShownMetrics(pub Option<PrometheusHandle>);

impl std::fmt::Debug for ShownMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ShownMetrics").field(&self.0.is_some()).finish()
    }
}

/// Routes of operations.
#[must_use]
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_server))
        .routes(routes!(get_health))
        .routes(routes!(get_ready))
        .routes(routes!(get_metrics))
}

/// What a desktop asks first: whether this is a Préau server at all.
#[derive(Serialize, utoipa::ToSchema)]
struct ServerDto {
    /// Always `preau`.
    product: &'static str,
    /// Of the server.
    version: &'static str,
}

/// What this server is.
#[utoipa::path(get, path = "/v1/server", tag = "operations", responses((status = 200, body = ServerDto)))]
async fn get_server() -> Json<ServerDto> {
    Json(ServerDto { product: "preau", version: env!("CARGO_PKG_VERSION") })
}

/// Whether the process runs.
#[utoipa::path(get, path = "/health", tag = "operations", responses((status = 204)))]
async fn get_health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether the database answers and the server is not about to end.
#[utoipa::path(get, path = "/ready", tag = "operations", responses((status = 204), (status = 503, body = ErrorBody)))]
async fn get_ready(State(app): State<App>) -> Result<StatusCode> {
    let busy = || Error::Busy { retry_after: 5 };
    if app.closing.is_cancelled() {
        return Err(busy());
    }
    app.db.readers().ping().await.map_err(|error| {
        tracing::warn!(%error, "the database does not answer");
        busy()
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Metrics in Prometheus' text format, to this computer only.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = ErrorBody)))]
async fn get_metrics(_: FromThisComputer, Extension(ShownMetrics(metrics)): Extension<ShownMetrics>) -> Result<String> {
    Ok(metrics.ok_or(Error::NotFound)?.render())
}

/// A request from this computer itself, and not through a proxy on it.
struct FromThisComputer;

impl FromRequestParts<App> for FromThisComputer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let forwarded = ["x-forwarded-for", "forwarded", "via", "x-real-ip"];
        let direct = forwarded.iter().all(|header| !parts.headers.contains_key(*header));
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let here =
            [peer, peer::address(parts)].into_iter().all(|address| address.is_some_and(|a: IpAddr| a.is_loopback()));
        if direct && here { Ok(Self) } else { Err(Error::NotFound) }
    }
}
