//! The HTTP face of agents' work on days. What the town offers, agents read in the commune's stream.

use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::civil::Date;
use preau_domain::accounts::Permission;
use preau_protocol::error::ErrorBody;
use preau_protocol::files::{FileRequest, RegistrationsReportDto, SeasonReportDto, SeasonRequest};
use preau_protocol::planning::{CloseDayRequest, CounterPlacesDto, DayClosedDto, PeriodPlacesDto, SetPlacesRequest};
use preau_protocol::registrations::{
    AgentRegistrationsResponse, PutRegistrationRequest, RegistrationPutDto, RegistrationStateDto,
};
use preau_protocol::reservations::{
    BookDaysRequest, FamilyDaysDto, ReceiptDto, ReceiptVerificationDto, VerifyReceiptRequest, WaitingChildDto,
};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::booking::{self, BookDays};
use super::closing::{CloseDay, OpenDay};
use super::places::{self, SetPlaces};
use super::registrations::{ImportRegistrations, PutRegistration};
use super::season::ApplySeason;
use super::{Named, refused, waiting};
use crate::app::App;
use crate::audit::Actor;
use crate::body::Body;
use crate::caller::AgentCaller;
use crate::error::Result;
use crate::registrations;

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post_season))
        .routes(routes!(get_places))
        .routes(routes!(put_places))
        .routes(routes!(put_closure, delete_closure))
        .routes(routes!(get_waiting_children))
        .routes(routes!(get_registrations, put_registration))
        .routes(routes!(post_registrations))
        .routes(routes!(get_family_days, post_family_days))
        .routes(routes!(post_receipt_verification))
}

/// Puts a season on record, or says what it would change: activities, periods, tariffs, places and calendar, all or nothing.
#[utoipa::path(post, path = "/v1/agent/season", tag = "agents", request_body = SeasonRequest,
    security(("bearer" = [])),
    responses((status = 200, body = SeasonReportDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
async fn post_season(
    State(app): State<App>,
    agent: AgentCaller,
    Body(SeasonRequest { file, dry_run }): Body<SeasonRequest>,
) -> Result<Json<SeasonReportDto>> {
    agent.require(Permission::ManagePlanning)?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    Ok(Json(app.writer.run(ApplySeason { commune, actor, file, dry_run, currents }).await?))
}

/// The days of a period, with their places.
#[utoipa::path(get, path = "/v1/agent/periods/{period_id}/places", tag = "agents", security(("bearer" = [])),
    params(("period_id" = Uuid, Path, description = "The period")),
    responses((status = 200, body = PeriodPlacesDto), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn get_places(
    State(app): State<App>,
    agent: AgentCaller,
    Path(period_id): Path<Uuid>,
) -> Result<Json<PeriodPlacesDto>> {
    agent.require(Permission::BookForFamilies)?;
    Ok(Json(places::places(&app, agent.commune, period_id).await?))
}

/// Sets the places of a counter on one day. More go to those who wait; fewer take nobody's place away.
#[utoipa::path(put, path = "/v1/agent/periods/{period_id}/days/{day}/places", tag = "agents",
    request_body = SetPlacesRequest, security(("bearer" = [])),
    params(("period_id" = Uuid, Path, description = "The period"),
        ("day" = String, Path, format = Date, description = "The day")),
    responses((status = 200, body = CounterPlacesDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn put_places(
    State(app): State<App>,
    agent: AgentCaller,
    Path((period, day)): Path<(Uuid, Date)>,
    Body(request): Body<SetPlacesRequest>,
) -> Result<Json<CounterPlacesDto>> {
    agent.require(Permission::ManagePlanning)?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    Ok(Json(app.writer.run(SetPlaces { commune, actor, period, day, request, currents }).await?))
}

/// Closes a day: what is booked of it ends, nothing is owed, and families are told why.
#[utoipa::path(put, path = "/v1/agent/periods/{period_id}/days/{day}/closure", tag = "agents",
    request_body = CloseDayRequest, security(("bearer" = [])),
    params(("period_id" = Uuid, Path, description = "The period"),
        ("day" = String, Path, format = Date, description = "The day")),
    responses((status = 200, body = DayClosedDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn put_closure(
    State(app): State<App>,
    agent: AgentCaller,
    Path((period, day)): Path<(Uuid, Date)>,
    Body(CloseDayRequest { reason }): Body<CloseDayRequest>,
) -> Result<Json<DayClosedDto>> {
    agent.require(Permission::ManagePlanning)?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    let period = Named::Id(period);
    Ok(Json(app.writer.run(CloseDay { commune, actor, period, day, reason, currents }).await?))
}

/// Opens a day again that was closed; what was booked of it stays ended.
#[utoipa::path(delete, path = "/v1/agent/periods/{period_id}/days/{day}/closure", tag = "agents",
    security(("bearer" = [])),
    params(("period_id" = Uuid, Path, description = "The period"),
        ("day" = String, Path, format = Date, description = "The day")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn delete_closure(
    State(app): State<App>,
    agent: AgentCaller,
    Path((period, day)): Path<(Uuid, Date)>,
) -> Result<StatusCode> {
    agent.require(Permission::ManagePlanning)?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    app.writer.run(OpenDay { commune, actor, period, day, currents }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who waits for a place in a period, by day, group and rank.
#[utoipa::path(get, path = "/v1/agent/periods/{period_id}/waiting", tag = "agents", security(("bearer" = [])),
    params(("period_id" = Uuid, Path, description = "The period")),
    responses((status = 200, body = Vec<WaitingChildDto>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_waiting_children(
    State(app): State<App>,
    agent: AgentCaller,
    Path(period_id): Path<Uuid>,
) -> Result<Json<Vec<WaitingChildDto>>> {
    agent.require(Permission::BookForFamilies)?;
    Ok(Json(waiting::waiting(&app, agent.commune, period_id).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RegistrationsQuery {
    /// Only for this activity.
    activity: Option<Uuid>,
    /// Only of this child.
    child: Option<Uuid>,
    /// Only those that are so far.
    state: Option<RegistrationStateDto>,
    /// How many to pass over.
    #[serde(default)]
    skip: u32,
}

/// Registrations by the child's name, 200 at a time.
#[utoipa::path(get, path = "/v1/agent/registrations", tag = "agents", params(RegistrationsQuery),
    security(("bearer" = [])),
    responses((status = 200, body = AgentRegistrationsResponse), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn get_registrations(
    State(app): State<App>,
    agent: AgentCaller,
    Query(query): Query<RegistrationsQuery>,
) -> Result<Json<AgentRegistrationsResponse>> {
    agent.require(Permission::ManageRegistrations)?;
    let RegistrationsQuery { activity, child, state, skip } = query;
    let which = registrations::Which { activity, child, state };
    Ok(Json(registrations::ops::listed(app.db.readers(), agent.commune, which, skip).await?))
}

/// Puts a registration on record, or changes that of the same child, activity and first day. Days to come that the child is
/// no longer registered for end, as when the home gives them up.
#[utoipa::path(put, path = "/v1/agent/registrations", tag = "agents", request_body = PutRegistrationRequest,
    security(("bearer" = [])),
    responses((status = 200, body = RegistrationPutDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn put_registration(
    State(app): State<App>,
    agent: AgentCaller,
    Body(request): Body<PutRegistrationRequest>,
) -> Result<Json<RegistrationPutDto>> {
    agent.require(Permission::ManageRegistrations)?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    Ok(Json(app.writer.run(PutRegistration { commune, actor, request, currents }).await?))
}

/// Puts a file of registrations on record, all or nothing. One that is too large for a request is imported on the server.
#[utoipa::path(post, path = "/v1/agent/registrations/import", tag = "agents", request_body = FileRequest,
    security(("bearer" = [])),
    responses((status = 200, body = RegistrationsReportDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn post_registrations(
    State(app): State<App>,
    agent: AgentCaller,
    Body(FileRequest { csv, dry_run }): Body<FileRequest>,
) -> Result<Json<RegistrationsReportDto>> {
    agent.require(Permission::ManageRegistrations)?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    let csv = STANDARD.decode(csv).map_err(|_| refused("csv", "base64"))?;
    Ok(Json(app.writer.run(ImportRegistrations { commune, actor, csv, dry_run, currents }).await?))
}

/// The days and receipts of a family. The reading is put in the audit.
#[utoipa::path(get, path = "/v1/agent/families/{family_id}/days", tag = "agents", security(("bearer" = [])),
    params(("family_id" = Uuid, Path, description = "The family")),
    responses((status = 200, body = FamilyDaysDto), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn get_family_days(
    State(app): State<App>,
    agent: AgentCaller,
    Path(family_id): Path<Uuid>,
) -> Result<Json<FamilyDaysDto>> {
    agent.require(Permission::BookForFamilies)?;
    Ok(Json(booking::family_days(&app, agent.commune, Actor::Agent(agent.account), family_id).await?))
}

/// Books, changes and gives up days on behalf of a family; or only says what would be answered. What is passed over is on
/// record.
#[utoipa::path(post, path = "/v1/agent/families/{family_id}/days", tag = "agents", request_body = BookDaysRequest,
    security(("bearer" = [])), params(("family_id" = Uuid, Path, description = "The family")),
    responses((status = 200, body = ReceiptDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn post_family_days(
    State(app): State<App>,
    agent: AgentCaller,
    Path(family): Path<Uuid>,
    Body(request): Body<BookDaysRequest>,
) -> Result<Json<ReceiptDto>> {
    agent.require(Permission::BookForFamilies)?;
    let (commune, account, deciding) = (agent.commune, agent.account, app.deciding());
    Ok(Json(app.writer.run(BookDays { commune, account, family, request, deciding }).await?))
}

/// Says what is to be thought of a receipt that a family shows.
#[utoipa::path(post, path = "/v1/agent/receipts/verification", tag = "agents", request_body = VerifyReceiptRequest,
    security(("bearer" = [])),
    responses((status = 200, body = ReceiptVerificationDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn post_receipt_verification(
    State(app): State<App>,
    agent: AgentCaller,
    Body(request): Body<VerifyReceiptRequest>,
) -> Result<Json<ReceiptVerificationDto>> {
    agent.require(Permission::BookForFamilies)?;
    Ok(Json(booking::verify(&app, agent.commune, &request).await?))
}
