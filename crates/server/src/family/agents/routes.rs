//! The HTTP face of agents' work on families.

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use preau_domain::accounts::Permission;
use preau_protocol::ErrorCode;
use preau_protocol::agents::{
    ChangedOutcomeDto, DecideChangeRequest, FamilyRecordDto, FamilySummaryDto, WaitingChangeDto,
};
use preau_protocol::error::{ErrorBody, FieldError};
use preau_protocol::family::DetailChangeDto;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::changed::{SeeChangedOutcome, changed_outcomes};
use super::decide::DecideChange;
use super::reading::read_family;
use super::search::{Needle, find};
use super::store::{self, Which};
use super::waiting::waiting_changes;
use crate::app::App;
use crate::audit::Actor;
use crate::body::Body;
use crate::caller::AgentCaller;
use crate::error::{Error, Result};

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(search_families))
        .routes(routes!(get_family))
        .routes(routes!(get_waiting_changes))
        .routes(routes!(post_decision))
        .routes(routes!(get_changed_outcomes))
        .routes(routes!(post_changed_outcome_seen))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// A reference, names of adults or children, or digits of a telephone number; two letters or digits at least.
    q: String,
}

/// Finds families, 50 at most.
#[utoipa::path(get, path = "/v1/agent/families", tag = "agents", params(SearchQuery), security(("bearer" = [])),
    responses((status = 200, body = Vec<FamilySummaryDto>), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn search_families(
    State(app): State<App>,
    agent: AgentCaller,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<FamilySummaryDto>>> {
    agent.require(Permission::ReadFamilies)?;
    let needle = Needle::parse(&query.q).ok_or_else(too_short)?;
    let snapshot = app.db.snapshot().await?;
    let homes = store::homes(&snapshot, agent.commune, Which::All).await?;
    snapshot.commit().await?;
    Ok(Json(find(&homes, &needle)))
}

/// A whole family. The reading is put in the audit.
#[utoipa::path(get, path = "/v1/agent/families/{family_id}", tag = "agents", security(("bearer" = [])),
    params(("family_id" = Uuid, Path, description = "The family")),
    responses((status = 200, body = FamilyRecordDto), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn get_family(
    State(app): State<App>,
    agent: AgentCaller,
    Path(family_id): Path<Uuid>,
) -> Result<Json<FamilyRecordDto>> {
    agent.require(Permission::ReadFamilies)?;
    Ok(Json(read_family(&app, agent.commune, Actor::Agent(agent.account), family_id).await?))
}

/// Changes that wait for the town, the oldest first, 200 at most.
#[utoipa::path(get, path = "/v1/agent/detail-changes", tag = "agents", security(("bearer" = [])),
    responses((status = 200, body = Vec<WaitingChangeDto>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
async fn get_waiting_changes(State(app): State<App>, agent: AgentCaller) -> Result<Json<Vec<WaitingChangeDto>>> {
    agent.require(Permission::DecideDetails)?;
    Ok(Json(waiting_changes(&app.db, agent.commune).await?))
}

/// Accepts or refuses a change; the same decision again answers the same.
#[utoipa::path(post, path = "/v1/agent/detail-changes/{change_id}/decision", tag = "agents",
    request_body = DecideChangeRequest, security(("bearer" = [])),
    params(("change_id" = Uuid, Path, description = "The change")),
    responses((status = 200, body = DetailChangeDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn post_decision(
    State(app): State<App>,
    agent: AgentCaller,
    Path(change_id): Path<Uuid>,
    Body(decision): Body<DecideChangeRequest>,
) -> Result<Json<DetailChangeDto>> {
    agent.require(Permission::DecideDetails)?;
    let actor = Actor::Agent(agent.account);
    Ok(Json(app.writer.run(DecideChange { commune: agent.commune, actor, change_id, decision }).await?))
}

/// Operations of which a restored server makes something else than what their family had been told, the oldest first,
/// 200 at most.
#[utoipa::path(get, path = "/v1/agent/changed-outcomes", tag = "agents", security(("bearer" = [])),
    responses((status = 200, body = Vec<ChangedOutcomeDto>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
async fn get_changed_outcomes(State(app): State<App>, agent: AgentCaller) -> Result<Json<Vec<ChangedOutcomeDto>>> {
    agent.require(Permission::DecideDetails)?;
    Ok(Json(changed_outcomes(&app.db, agent.commune).await?))
}

/// An agent has seen a changed outcome, and did what there was to do: it leaves the list.
#[utoipa::path(post, path = "/v1/agent/changed-outcomes/{op_id}/seen", tag = "agents", security(("bearer" = [])),
    params(("op_id" = Uuid, Path, description = "The operation")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn post_changed_outcome_seen(
    State(app): State<App>,
    agent: AgentCaller,
    Path(op_id): Path<Uuid>,
) -> Result<StatusCode> {
    agent.require(Permission::DecideDetails)?;
    let actor = Actor::Agent(agent.account);
    app.writer.run(SeeChangedOutcome { commune: agent.commune, actor, op_id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn too_short() -> Error {
    let fault = FieldError { field: "q".to_owned(), rule: "too_short".to_owned() };
    Error::Fields(ErrorCode::InvalidRequest, vec![fault])
}
