//! The server's HTTP: one router made of the capabilities' routers, the layers around it, and listening.
//!
//! No table. Invariants: every mounted route is in the OpenAPI document, because both are made by one call; every
//! refusal has the same body, with a request id and without prose; everything a caller can make wait or grow has a
//! bound.

mod answer;
mod connections;
mod endless;
mod error;
mod operations;
mod pages;
mod peer;
mod serve;

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use http::StatusCode;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::accounts::letters::counter::Counter;
use crate::app::App;
use crate::sync::Lines;
use crate::{accounts, addresses, attendance, communes, family, reservations, sync};

pub use operations::ShownMetrics;
pub use peer::TrustedProxies;
pub use serve::{Listening, TlsFiles, listen, listen_metrics};

/// Bytes from which an answer gets shorter by more than the words that say it was compressed.
const WORTH_COMPRESSING: u64 = 512;

/// Bounds of everything a caller can make wait or grow.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request's body; a route may say otherwise.
    pub body: usize,
    /// For the whole head of a request, and between two requests of a connection.
    pub head: Duration,
    /// For a request, its body included. An answer that has begun may take longer.
    pub request: Duration,
    /// For a caller that no longer reads its answer.
    pub stalled_write: Duration,
    /// Connections at a time.
    pub connections: usize,
    /// For requests under way when the server ends.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1024 * 1024,
            head: Duration::from_secs(15),
            request: Duration::from_secs(30),
            stalled_write: Duration::from_secs(30),
            connections: 4096,
            shutdown: Duration::from_secs(20),
        }
    }
}

/// What the router is made with, besides the application.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Bounds.
    pub limits: Limits,
    /// Whose word about a request's origin is taken.
    pub trusted_proxies: TrustedProxies,
    /// What `/metrics` shows to this computer.
    pub metrics: ShownMetrics,
    /// What prints letters.
    pub counter: Counter,
}

/// Every route, and its description.
pub fn api() -> (Router<App>, OpenApi) {
    let (router, mut document) = OpenApiRouter::new()
        .merge(operations::router())
        .merge(accounts::router())
        .merge(addresses::router())
        .merge(communes::router())
        .merge(family::agents::router())
        .merge(family::co_holder::router())
        .merge(pages::router())
        .merge(reservations::router())
        .merge(reservations::agents::router())
        .merge(attendance::router())
        .merge(sync::router())
        .split_for_parts();
    document.info.title = "Préau".into();
    document.info.version = env!("CARGO_PKG_VERSION").into();
    document.info.description = Some("The municipal server of a family portal.".into());
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    (router, document)
}

/// The whole service, in process.
pub fn router(app: App, options: &HttpOptions) -> Router {
    let (routes, _) = api();
    layered(routes, app, options)
}

fn layered(routes: Router<App>, app: App, options: &HttpOptions) -> Router {
    let layers = ServiceBuilder::new()
        .layer(SetSensitiveRequestHeadersLayer::new([http::header::AUTHORIZATION, http::header::COOKIE]))
        .layer(Extension(options.trusted_proxies.clone()))
        .layer(Extension(options.metrics.clone()))
        .layer(Extension(options.counter.clone()))
        .layer(Extension(Lines::among(options.limits.connections)))
        .layer(from_fn(answer::answer))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| panicked()))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(WORTH_COMPRESSING))))
        .layer(from_fn_with_state(app.closing.clone(), endless::end_with_server))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, options.limits.request))
        .layer(DefaultBodyLimit::max(options.limits.body));
    routes.fallback(unknown).method_not_allowed_fallback(wrong_method).layer(layers).with_state(app)
}

async fn unknown() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn wrong_method() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

/// What a panic said may hold anything; where it happened was logged by the process' hook.
fn panicked() -> Response {
    tracing::error!("a request panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use http::Request;
    use preau_protocol::error::ErrorBody;
    use tower::ServiceExt;

    use super::*;
    use crate::accounts::hashing::HashingLimits;
    use crate::addresses::AddressBase;
    use crate::app::AppOptions;
    use crate::clock::SystemClock;
    use crate::db::{Db, Location};
    use crate::writer::Seat;

    #[tokio::test]
    async fn a_panic_is_an_answer_without_a_word_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&Location::Sqlite(folder.path().to_owned())).await.unwrap();
        let hashing = HashingLimits::default();
        let options =
            AppOptions { secret: vec![1; 32], hashing, addresses: AddressBase::default(), seat: Seat::Shared };
        let (app, _) = App::start(db, Arc::new(SystemClock), options).await.unwrap();
        async fn panics() -> StatusCode {
            panic!("Claire Martel")
        }
        let routes = Router::new().merge(Router::new().route_service("/panics", get(panics)));
        let service = layered(routes, app, &HttpOptions::default());
        let answer = service.oneshot(Request::get("/panics").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        let body: ErrorBody = serde_json::from_slice(&body).unwrap();
        assert_eq!((body.code, body.request_id.to_string()), (preau_protocol::ErrorCode::Internal, id));
    }
}
