//! The HTTP face of reservations, outside sync.

use axum::Json;
use axum::extract::{Query, State};
use preau_protocol::error::ErrorBody;
use preau_protocol::reservations::{CountersResponse, RanksResponse};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{counters, ranks};
use crate::app::App;
use crate::caller::{Caller, FamilyCaller};
use crate::error::Result;

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_counters)).routes(routes!(get_ranks))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PeriodQuery {
    /// The period.
    period: Uuid,
}

/// Places left in a period, at most a second old.
#[utoipa::path(get, path = "/v1/counters", tag = "reservations", params(PeriodQuery), security(("bearer" = [])),
    responses((status = 200, body = CountersResponse), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_counters(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<CountersResponse>> {
    let answer = counters::counters(&app, caller.commune, query.period).await?;
    Ok(Json((*answer).clone()))
}

/// Where the caller's own requests that wait in a period stand now, at most a second old.
#[utoipa::path(get, path = "/v1/ranks", tag = "reservations", params(PeriodQuery), security(("bearer" = [])),
    responses((status = 200, body = RanksResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_ranks(
    State(app): State<App>,
    caller: FamilyCaller,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<RanksResponse>> {
    Ok(Json(ranks::of_family(&app, caller.commune, caller.family, query.period).await?))
}
