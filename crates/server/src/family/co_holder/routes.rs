//! The HTTP face of the co-holder.

use axum::Json;
use axum::extract::State;
use preau_protocol::accounts::{CoHolderDto, InviteCoHolderRequest, RemoveCoHolderRequest};
use preau_protocol::error::ErrorBody;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{inviting, removing, state};
use crate::accounts::throttle::Network;
use crate::app::App;
use crate::body::Body;
use crate::caller::FamilyCaller;
use crate::error::Result;

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_co_holder, post_co_holder)).routes(routes!(post_removal))
}

/// The second adult of the family, or the invitation under way. For the holder.
#[utoipa::path(get, path = "/v1/account/co-holder", tag = "accounts", security(("bearer" = [])),
    responses((status = 200, body = CoHolderDto), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn get_co_holder(State(app): State<App>, caller: FamilyCaller) -> Result<Json<CoHolderDto>> {
    Ok(Json(state::read(&app, &caller).await?))
}

/// Invite a co-holder by mail; an invitation under way is replaced. For the holder, whose code is asked again.
#[utoipa::path(post, path = "/v1/account/co-holder", tag = "accounts", request_body = InviteCoHolderRequest,
    security(("bearer" = [])),
    responses((status = 200, body = CoHolderDto), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn post_co_holder(
    State(app): State<App>,
    caller: FamilyCaller,
    network: Network,
    Body(request): Body<InviteCoHolderRequest>,
) -> Result<Json<CoHolderDto>> {
    inviting::invite(&app, caller, &request, network).await?;
    Ok(Json(state::read(&app, &caller).await?))
}

/// Call the invitation off, or close the co-holder's account. For the holder, whose code is asked again.
#[utoipa::path(post, path = "/v1/account/co-holder/removal", tag = "accounts", request_body = RemoveCoHolderRequest,
    security(("bearer" = [])),
    responses((status = 200, body = CoHolderDto), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn post_removal(
    State(app): State<App>,
    caller: FamilyCaller,
    network: Network,
    Body(request): Body<RemoveCoHolderRequest>,
) -> Result<Json<CoHolderDto>> {
    removing::remove(&app, caller, &request, network).await?;
    Ok(Json(state::read(&app, &caller).await?))
}
