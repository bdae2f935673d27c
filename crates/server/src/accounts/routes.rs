//! The HTTP face of accounts.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use preau_domain::accounts::Permission;
use preau_protocol::accounts::{
    AccountDto, DeviceDto, LostCodeRequest, RefreshRequest, SessionDto, SetCodeRequest, SetIdentifiantRequest,
    SignInRequest,
};
use preau_protocol::error::ErrorBody;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::{Caller, Newcomer};
use super::letters::counter::{Counter, ForOne};
use super::throttle::Network;
use super::{devices, lost_code, refresh, set_code, set_identifiant, sign_in, store};
use crate::app::App;
use crate::audit::Actor;
use crate::body::Body;
use crate::caller::AgentCaller;
use crate::error::{Error, Result};

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post_sign_in))
        .routes(routes!(post_refresh))
        .routes(routes!(post_sign_out))
        .routes(routes!(post_lost_code))
        .routes(routes!(get_account))
        .routes(routes!(put_code))
        .routes(routes!(put_identifiant))
        .routes(routes!(get_devices))
        .routes(routes!(delete_device))
        .routes(routes!(post_letter))
}

/// Sign in with an identifiant and a one-time or personal code; agents add their second factor.
#[utoipa::path(post, path = "/v1/auth/sign-in", tag = "accounts", request_body = SignInRequest,
    responses((status = 200, body = SessionDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn post_sign_in(
    State(app): State<App>,
    network: Network,
    Body(request): Body<SignInRequest>,
) -> Result<Json<SessionDto>> {
    Ok(Json(sign_in::sign_in(&app, &request, network).await?))
}

/// Exchange a refresh token for the next pair.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "accounts", request_body = RefreshRequest,
    responses((status = 200, body = SessionDto), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn post_refresh(
    State(app): State<App>,
    network: Network,
    Body(request): Body<RefreshRequest>,
) -> Result<Json<SessionDto>> {
    Ok(Json(refresh::refresh(&app, &request.refresh_token, network).await?))
}

/// End the session of this device.
#[utoipa::path(post, path = "/v1/auth/sign-out", tag = "accounts", security(("bearer" = [])),
    responses((status = 204), (status = 401, body = ErrorBody)))]
async fn post_sign_out(State(app): State<App>, newcomer: Newcomer) -> Result<StatusCode> {
    devices::sign_out(&app, newcomer.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a single-use link, by mail, that chooses a new personal code. The answer is the same whether or not anybody has
/// the identifiant.
#[utoipa::path(post, path = "/v1/auth/lost-code", tag = "accounts", request_body = LostCodeRequest,
    responses((status = 202), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn post_lost_code(
    State(app): State<App>,
    network: Network,
    Body(request): Body<LostCodeRequest>,
) -> Result<StatusCode> {
    lost_code::ask(&app, &request, network).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The account of the session.
#[utoipa::path(get, path = "/v1/account", tag = "accounts", security(("bearer" = [])),
    responses((status = 200, body = AccountDto), (status = 401, body = ErrorBody)))]
async fn get_account(State(app): State<App>, newcomer: Newcomer) -> Result<Json<AccountDto>> {
    let Caller { commune, account, .. } = newcomer.caller;
    let account = store::account(app.db.readers(), commune, account).await?.ok_or(Error::SignInRequired)?;
    Ok(Json(account.dto(newcomer.first_code)?))
}

/// Choose a personal code; other devices of the account sign in again.
#[utoipa::path(put, path = "/v1/account/code", tag = "accounts", request_body = SetCodeRequest, security(("bearer" = [])),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn put_code(
    State(app): State<App>,
    newcomer: Newcomer,
    network: Network,
    Body(request): Body<SetCodeRequest>,
) -> Result<StatusCode> {
    set_code::set_code(&app, newcomer, &request, network).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Choose another identifiant.
#[utoipa::path(put, path = "/v1/account/identifiant", tag = "accounts", request_body = SetIdentifiantRequest,
    security(("bearer" = [])),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn put_identifiant(
    State(app): State<App>,
    caller: Caller,
    network: Network,
    Body(request): Body<SetIdentifiantRequest>,
) -> Result<StatusCode> {
    set_identifiant::set_identifiant(&app, caller, &request, network).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Devices the account is enrolled on.
#[utoipa::path(get, path = "/v1/account/devices", tag = "accounts", security(("bearer" = [])),
    responses((status = 200, body = [DeviceDto]), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn get_devices(State(app): State<App>, caller: Caller) -> Result<Json<Vec<DeviceDto>>> {
    Ok(Json(devices::list(&app, &caller).await?))
}

/// Let a device go.
#[utoipa::path(delete, path = "/v1/account/devices/{device_id}", tag = "accounts", security(("bearer" = [])),
    params(("device_id" = Uuid, Path, description = "The device")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn delete_device(State(app): State<App>, caller: Caller, Path(device): Path<Uuid>) -> Result<StatusCode> {
    devices::let_go(&app, caller, device).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct LetterQuery {
    /// Somebody else knows the adult's code: the code they chose stops working, and their computers are signed out.
    #[serde(default)]
    revoke: bool,
}

/// A new letter for an adult, with a new one-time code, to be printed at once: the code of an earlier one no longer opens, and
/// nobody can print this one again. A personal code stays good until another one is chosen, unless it is revoked; the family
/// is told.
#[utoipa::path(post, path = "/v1/agent/adults/{person_id}/letter", tag = "agents", security(("bearer" = [])),
    params(("person_id" = Uuid, Path, description = "The adult"), LetterQuery),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 501, body = ErrorBody)))]
async fn post_letter(
    State(app): State<App>,
    Extension(counter): Extension<Counter>,
    agent: AgentCaller,
    Path(person_id): Path<Uuid>,
    Query(query): Query<LetterQuery>,
) -> Result<Response> {
    agent.require(Permission::IssueLetters)?;
    let wanted =
        ForOne { commune: agent.commune, actor: Actor::Agent(agent.account), person: person_id, revoke: query.revoke };
    let printed = counter.print(&app, wanted).await?;
    let named = format!("attachment; filename=\"{}\"", printed.name);
    Ok(([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, named)], printed.pdf).into_response())
}
