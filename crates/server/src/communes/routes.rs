//! What a town says to anyone.

use axum::Json;
use axum::extract::{Path, State};
use preau_protocol::communes::CommuneDto;
use preau_protocol::error::ErrorBody;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::Result;

/// Routes of this capability.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_commune))
}

/// The town with this slug, for the sign-in page.
#[utoipa::path(get, path = "/v1/communes/{slug}", tag = "communes", params(("slug" = String, Path, description = "Short name")),
    responses((status = 200, body = CommuneDto), (status = 404, body = ErrorBody)))]
async fn get_commune(State(app): State<App>, Path(slug): Path<String>) -> Result<Json<CommuneDto>> {
    Ok(Json(super::find(app.db.readers(), &slug).await?))
}
