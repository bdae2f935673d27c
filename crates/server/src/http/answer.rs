//! The outermost layer: gives each request an id, measures and logs it, and writes the body of every refusal.

use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use preau_protocol::ErrorCode;
use preau_protocol::error::ErrorBody;
use tracing::Instrument;
use uuid::Uuid;

use super::error::{Refusal, code_of};
use super::pages::ForPeople;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The answers are data for one program: nothing may be stored, framed, sniffed or run.
const SECURITY: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")),
];

/// Runs a request.
pub(super) async fn answer(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let started = Instant::now();
    let method = request.method().clone();
    // The pattern, never the path asked: it may hold an id.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request_id = %id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused && response.extensions().get::<ForPeople>().is_none() {
        response = refusal(&response, id);
    }
    dress(response.headers_mut(), id);
    let status = response.status();
    span.in_scope(|| record(&method, &route, status, started));
    response
}

fn record(method: &Method, route: &str, status: StatusCode, started: Instant) {
    let elapsed = started.elapsed();
    let labels =
        [("method", name(method).to_owned()), ("route", route.to_owned()), ("status", status.as_u16().to_string())];
    metrics::counter!("preau_http_requests_total", &labels).increment(1);
    metrics::histogram!("preau_http_seconds", &labels[..2]).record(elapsed.as_secs_f64());
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if matches!(route, "/health" | "/ready" | "/metrics") {
        tracing::debug!(status = status.as_u16(), milliseconds, "answered");
    } else {
        tracing::info!(status = status.as_u16(), milliseconds, "answered");
    }
}

/// A method made up by a caller does not become a label.
fn name(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH") => known,
        _ => "other",
    }
}

fn dress(headers: &mut HeaderMap, id: Uuid) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in SECURITY {
        // A page for people says itself what it may show, which is more than nothing.
        headers.entry(name).or_insert(value);
    }
}

/// The same status with a body of ours: whatever an extractor or a layer wrote is dropped.
fn refusal(response: &Response, id: Uuid) -> Response {
    let status = response.status();
    let refusal = response.extensions().get::<Refusal>().cloned();
    let Refusal { code, fields } = refusal.unwrap_or_else(|| Refusal { code: code_of(status), fields: Vec::new() });
    let mut answer = (status, Json(ErrorBody { code, fields, request_id: id })).into_response();
    for kept in [RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&kept) {
            answer.headers_mut().insert(kept, value.clone());
        }
    }
    if code == ErrorCode::Busy && !answer.headers().contains_key(RETRY_AFTER) {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(2 + rand::random_range(0..8_u32)));
    }
    answer
}
