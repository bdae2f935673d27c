//! The HTTP face of address look-up.

use axum::Json;
use axum::extract::{Query, State};
use preau_protocol::ErrorCode;
use preau_protocol::error::{ErrorBody, FieldError};
use preau_protocol::family::AddressSuggestionsDto;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_addresses))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AddressQuery {
    /// What was typed so far, 3 to 200 characters.
    q: String,
}

/// Suggest postal addresses.
#[utoipa::path(get, path = "/v1/addresses", tag = "addresses", params(AddressQuery), security(("bearer" = [])),
    responses((status = 200, body = AddressSuggestionsDto), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn get_addresses(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AddressQuery>,
) -> Result<Json<AddressSuggestionsDto>> {
    let text = query.q.trim();
    if !(3..=200).contains(&text.chars().count()) {
        let field = FieldError { field: "q".into(), rule: "length".into() };
        return Err(Error::Fields(ErrorCode::InvalidRequest, vec![field]));
    }
    let suggestions = app.addresses.suggest(caller.account, text, app.clock.now()).await?;
    Ok(Json(AddressSuggestionsDto { suggestions }))
}
