//! Answers without end (server-sent events) end when the server does: they would hold it for as long as it waits for
//! requests under way.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use tokio_util::sync::CancellationToken;

const EVENTS: &[u8] = b"text/event-stream";

/// Lets a stream of events end with the server.
pub(super) async fn end_with_server(
    State(closing): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let endless = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(EVENTS));
    if !endless {
        return response;
    }
    let closed = async move { closing.cancelled_owned().await };
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(closed))))
}
