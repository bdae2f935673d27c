//! The HTTP face of attendance, for agents.

use axum::Json;
use axum::extract::{Query, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use preau_domain::accounts::Permission;
use preau_protocol::ErrorCode;
use preau_protocol::attendance::{AttendanceSheetDto, RecordAttendanceRequest};
use preau_protocol::error::{ErrorBody, FieldError};
use preau_protocol::files::{AttendanceReportDto, FileRequest};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::import::ImportAttendance;
use super::recording::RecordAttendance;
use super::sheet::sheet;
use crate::app::App;
use crate::audit::Actor;
use crate::body::Body;
use crate::caller::AgentCaller;
use crate::error::{Error, Result};

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_attendance, put_attendance)).routes(routes!(post_attendance))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SheetQuery {
    /// The activity.
    activity: Uuid,
    /// The day.
    #[param(value_type = String, format = Date)]
    day: Date,
}

/// The children of a day of an activity, with what is on record of each.
#[utoipa::path(get, path = "/v1/agent/attendance", tag = "agents", params(SheetQuery), security(("bearer" = [])),
    responses((status = 200, body = AttendanceSheetDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_attendance(
    State(app): State<App>,
    agent: AgentCaller,
    Query(SheetQuery { activity, day }): Query<SheetQuery>,
) -> Result<Json<AttendanceSheetDto>> {
    agent.require(Permission::RecordAttendance)?;
    Ok(Json(sheet(&app, agent.commune, (activity, day)).await?))
}

/// Marks children of a day, all or none, and takes marks away. The sheet as it is now.
#[utoipa::path(put, path = "/v1/agent/attendance", tag = "agents", request_body = RecordAttendanceRequest,
    security(("bearer" = [])),
    responses((status = 200, body = AttendanceSheetDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn put_attendance(
    State(app): State<App>,
    agent: AgentCaller,
    Body(request): Body<RecordAttendanceRequest>,
) -> Result<Json<AttendanceSheetDto>> {
    agent.require(Permission::RecordAttendance)?;
    let of = (request.activity_id, request.day);
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    app.writer.run(RecordAttendance { commune, actor, request, currents }).await?;
    Ok(Json(sheet(&app, commune, of).await?))
}

/// Puts a file of attendance on record, all or nothing.
#[utoipa::path(post, path = "/v1/agent/attendance/import", tag = "agents", request_body = FileRequest,
    security(("bearer" = [])),
    responses((status = 200, body = AttendanceReportDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn post_attendance(
    State(app): State<App>,
    agent: AgentCaller,
    Body(FileRequest { csv, dry_run }): Body<FileRequest>,
) -> Result<Json<AttendanceReportDto>> {
    agent.require(Permission::RecordAttendance)?;
    let fault = FieldError { field: "csv".into(), rule: "base64".into() };
    let csv = STANDARD.decode(csv).map_err(|_| Error::Fields(ErrorCode::InvalidRequest, vec![fault]))?;
    let (commune, actor, currents) = (agent.commune, Actor::Agent(agent.account), app.currents.clone());
    Ok(Json(app.writer.run(ImportAttendance { commune, actor, csv, dry_run, currents }).await?))
}
