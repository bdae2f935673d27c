//! Pages behind single-use links, for a browser: looking changes nothing, sending the form does, once.
//!
//! The token is in the path: logs have the route's pattern only, and no page names another host, nor lets its address go
//! along when it is left.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use preau_protocol::communes::CommuneDto;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::lost_code;
use crate::accounts::throttle::Network;
use crate::app::App;
use crate::communes;
use crate::error::{Error, Result};
use crate::family::{co_holder, confirmation};
use crate::notices::links::{self, Link, Purpose, State as LinkState};
use crate::notices::pages::{Page, Said, Typed};
use crate::token::Token;

/// Marks an answer that people read: the outermost layer leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForPeople;

/// Routes of pages.
#[must_use]
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_link, post_link))
}

/// What a single-use link opens, as a page. Looking at it changes nothing.
#[utoipa::path(get, path = "/lien/{token}", tag = "pages", params(("token" = String, Path, description = "Of the message")),
    responses((status = 200, content_type = "text/html", body = String),
        (status = 404, content_type = "text/html", body = String), (status = 410, content_type = "text/html", body = String)))]
async fn get_link(State(app): State<App>, Path(token): Path<String>) -> Response {
    respond(&app, &token, None).await
}

/// Uses a single-use link.
#[utoipa::path(post, path = "/lien/{token}", tag = "pages", params(("token" = String, Path, description = "Of the message")),
    responses((status = 200, content_type = "text/html", body = String),
        (status = 404, content_type = "text/html", body = String), (status = 410, content_type = "text/html", body = String),
        (status = 422, content_type = "text/html", body = String), (status = 429, content_type = "text/html", body = String),
        (status = 503, content_type = "text/html", body = String)))]
async fn post_link(
    State(app): State<App>,
    Path(token): Path<String>,
    network: Network,
    Form(typed): Form<Typed>,
) -> Response {
    respond(&app, &token, Some((&typed, network))).await
}

/// What was typed, and from where.
type Sent<'a> = (&'a Typed, Network);

async fn respond(app: &App, token: &str, sent: Option<Sent<'_>>) -> Response {
    let token = Token::parse(token);
    let town = match &token {
        Some(token) => communes::read(app.db.readers(), token.commune()).await.ok(),
        None => None,
    };
    let page = match token {
        Some(token) => page(app, &token, sent).await,
        None => Page::saying(Said::Unknown, None),
    };
    dress(&page, town.as_ref())
}

async fn page(app: &App, token: &Token, sent: Option<Sent<'_>>) -> Page {
    let link = match links::find(app.db.readers(), token, app.clock.now()).await {
        Ok(Some(link)) => link,
        Ok(None) => return Page::saying(Said::Unknown, None),
        Err(error) => return trouble(&error),
    };
    let page = match (link.state, sent) {
        (LinkState::Good, None) => look(app, &link).await,
        (LinkState::Good, Some(sent)) => open(app, &link, sent).await,
        (LinkState::Used, _) => Ok(Page::saying(Said::Used, None)),
        (LinkState::Void, _) => Ok(Page::saying(Said::Void, None)),
        (LinkState::Expired, _) => Ok(Page::saying(Said::Expired, None)),
    };
    page.unwrap_or_else(|error| trouble(&error)).about(link.purpose)
}

async fn look(app: &App, link: &Link) -> Result<Page> {
    match link.purpose {
        Purpose::LostCode => lost_code::page(app, link).await,
        Purpose::EmailConfirmation => confirmation::page(app, link).await,
        Purpose::CoHolderInvitation => co_holder::page(app, link).await,
    }
}

async fn open(app: &App, link: &Link, (typed, network): Sent<'_>) -> Result<Page> {
    match link.purpose {
        Purpose::LostCode => lost_code::choose(app, link, typed).await,
        Purpose::EmailConfirmation => confirmation::confirm(app, link).await,
        Purpose::CoHolderInvitation => co_holder::join(app, link, typed, network).await,
    }
}

fn trouble(error: &Error) -> Page {
    match error {
        Error::NotFound | Error::Rule(_) | Error::Fields(..) | Error::Forbidden => Page::saying(Said::Overtaken, None),
        Error::Busy { .. } => Page::saying(Said::Busy, None),
        Error::TooManyAttempts { retry_after } => Page::wait(*retry_after),
        _ => {
            tracing::error!(error = format!("{error:#}"), "a page failed");
            Page::saying(Said::Broken, None)
        }
    }
}

fn dress(page: &Page, town: Option<&CommuneDto>) -> Response {
    let dressed = page.dressed(town).and_then(|dressed| Ok((HeaderValue::from_str(&dressed.policy)?, dressed.html)));
    let (policy, html) = match dressed {
        Ok(dressed) => dressed,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "a page cannot be shown");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (page.status, html).into_response();
    response.extensions_mut().insert(ForPeople);
    let headers = response.headers_mut();
    if let Some(seconds) = page.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
