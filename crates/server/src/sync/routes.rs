//! The HTTP face of sync.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::{Extension, Json};
use futures_util::stream::{self, Stream, StreamExt};
use preau_protocol::ErrorCode;
use preau_protocol::error::{ErrorBody, FieldError};
use preau_protocol::sync::{
    ChangesResponse, DigestResponse, MAX_CHANGES, MAX_OPERATION_BYTES, MAX_OPERATIONS, PokeDto, PushRequest,
    PushResponse,
};
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::cursor::Cursor;
use super::events::Poke;
use super::lines::Lines;
use super::push::PushOperation;
use super::{digest, pull, readable};
use crate::app::App;
use crate::body::Body;
use crate::caller::{Caller, FamilyCaller};
use crate::error::{Error, Result};

/// A listener is let go shortly before its access token ends: it comes back with a new one, and its rights are read again.
const LISTEN_FOR: Duration = Duration::from_secs(14 * 60);
const HEARTBEAT: Duration = Duration::from_secs(25);

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_changes))
        .routes(routes!(post_push))
        .routes(routes!(get_digest))
        .routes(routes!(get_events))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// As last received; absent or empty for everything.
    cursor: Option<String>,
    /// Entities per page, 1 to 500.
    limit: Option<u32>,
}

/// What changed since the cursor, in pages.
#[utoipa::path(get, path = "/v1/sync/changes", tag = "sync", params(ChangesQuery), security(("bearer" = [])),
    responses((status = 200, body = ChangesResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn get_changes(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ChangesQuery>,
) -> Result<Json<ChangesResponse>> {
    let cursor = match query.cursor.as_deref() {
        None | Some("") => None,
        Some(text) => Some(Cursor::decode(text).ok_or_else(|| invalid("cursor"))?),
    };
    let limit = query.limit.unwrap_or(MAX_CHANGES);
    if !(1..=MAX_CHANGES).contains(&limit) {
        return Err(invalid("limit"));
    }
    Ok(Json(pull::changes(&app.db, &caller, cursor, limit as usize, app.clock.now()).await?))
}

/// Operations of a family, applied in order, each at most once.
#[utoipa::path(post, path = "/v1/sync/push", tag = "sync", request_body = PushRequest, security(("bearer" = [])),
    responses((status = 200, body = PushResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn post_push(
    State(app): State<App>,
    caller: FamilyCaller,
    Body(request): Body<PushRequest>,
) -> Result<Json<PushResponse>> {
    if request.operations.len() > MAX_OPERATIONS {
        return Err(invalid("operations"));
    }
    for (place, operation) in request.operations.iter().enumerate() {
        if operation.op.get().len() > MAX_OPERATION_BYTES {
            return Err(invalid(&format!("operations.{place}.op")));
        }
    }
    let mut outcomes = Vec::with_capacity(request.operations.len());
    for operation in request.operations {
        outcomes.push(app.writer.run(PushOperation::new(caller, operation, app.deciding())).await?);
    }
    Ok(Json(PushResponse { outcomes }))
}

/// Counts and checksums to compare a cache with.
#[utoipa::path(get, path = "/v1/sync/digest", tag = "sync", security(("bearer" = [])),
    responses((status = 200, body = DigestResponse), (status = 401, body = ErrorBody)))]
async fn get_digest(State(app): State<App>, caller: Caller) -> Result<Json<DigestResponse>> {
    Ok(Json(digest::digest(&app.db, &caller).await?))
}

/// Pokes: hints that a stream of the caller has news.
///
/// A device has two lines at most: a third ends the oldest.
#[utoipa::path(get, path = "/v1/events", tag = "sync", security(("bearer" = [])),
    responses((status = 200, content_type = "text/event-stream", description = "Events `poke`, each with a stream, and `heartbeat`"),
        (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn get_events(
    State(app): State<App>,
    caller: Caller,
    Extension(lines): Extension<Lines>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let line = lines.open(caller.device)?;
    let end = Box::pin(end_of(line.ended.clone()));
    // The line keeps its place for as long as somebody reads it.
    let begin = (app.pokes.listen(), readable(&caller), line);
    let pokes = stream::unfold(begin, move |(mut listener, streams, line)| async move {
        let poked = poked(&mut listener, caller.commune, &streams).await?;
        let events =
            poked.into_iter().filter_map(|stream| Event::default().event("poke").json_data(PokeDto { stream }).ok());
        Some((stream::iter(events.map(Ok).collect::<Vec<_>>()), (listener, streams, line)))
    });
    // An event, not a comment: a desktop hears that the line lives. Without data, nobody would be told of it.
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).event(Event::default().event("heartbeat").data("{}"));
    Ok(Sse::new(pokes.flatten().take_until(end)).keep_alive(heartbeat))
}

async fn end_of(replaced: CancellationToken) {
    replaced.run_until_cancelled(tokio::time::sleep(LISTEN_FOR)).await;
}

/// The next streams of the caller with news; none once the server no longer says anything.
async fn poked(listener: &mut Receiver<Poke>, commune: Uuid, streams: &[Uuid]) -> Option<Vec<Uuid>> {
    loop {
        match listener.recv().await {
            Ok(Poke::Stream { commune: of, stream }) if of == commune && streams.contains(&stream) => {
                return Some(vec![stream]);
            }
            Ok(Poke::Stream { .. }) => {}
            // Some were missed: look everywhere.
            Ok(Poke::Anywhere) | Err(RecvError::Lagged(_)) => return Some(streams.to_vec()),
            Err(RecvError::Closed) => return None,
        }
    }
}

fn invalid(field: &str) -> Error {
    let field = FieldError { field: field.to_owned(), rule: "invalid".to_owned() };
    Error::Fields(ErrorCode::InvalidRequest, vec![field])
}
