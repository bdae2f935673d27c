//! Reads who is asking from the session of a request. Every query of a capability takes its scope from here, never from
//! the request.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use preau_protocol::ErrorCode;

use super::store;
use crate::app::App;
use crate::error::{Error, Result};
use crate::token::Token;

pub use crate::caller::{AgentCaller, Caller, FamilyCaller, Newcomer, Who};

impl FromRequestParts<App> for Newcomer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).and_then(Token::parse);
        let token = token.ok_or(Error::SignInRequired)?;
        let session = store::session(app.db.readers(), &token, app.clock.now()).await?.ok_or(Error::SignInRequired)?;
        let (commune, account, device) = (token.commune(), session.account_id, session.device_id);
        let caller = Caller { commune, account, device, who: session.who()? };
        Ok(Self { caller, first_code: session.first_code })
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let newcomer = Newcomer::from_request_parts(parts, app).await?;
        if newcomer.first_code {
            return Err(Error::Rule(ErrorCode::PersonalCodeRequired));
        }
        Ok(newcomer.caller)
    }
}

impl FromRequestParts<App> for FamilyCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Caller { commune, account, device, who } = Caller::from_request_parts(parts, app).await?;
        let Who::Family { family, person } = who else { return Err(Error::Forbidden) };
        Ok(Self { commune, account, device, family, person })
    }
}

impl FromRequestParts<App> for AgentCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Caller { commune, account, who, .. } = Caller::from_request_parts(parts, app).await?;
        let Who::Agent { role } = who else { return Err(Error::Forbidden) };
        Ok(Self { commune, account, role })
    }
}
