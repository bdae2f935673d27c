//! Who is asking. Every query of a capability takes its scope from here, never from the request.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use preau_domain::accounts::{AgentRole, Permission};
use preau_protocol::ErrorCode;
use uuid::Uuid;

use super::store;
use super::tokens::Token;
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, Result};

/// Somebody with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Their commune.
    pub commune: Uuid,
    /// Their account.
    pub account: Uuid,
    /// The computer.
    pub device: Uuid,
    /// A family's adult or an agent.
    pub who: Who,
}

/// What kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// An adult of a family.
    Family {
        /// The family, which is also its stream's id.
        family: Uuid,
        /// The adult.
        person: Uuid,
    },
    /// An agent.
    Agent {
        /// Their role.
        role: AgentRole,
    },
}

impl Caller {
    /// How the audit names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self.who {
            Who::Family { .. } => Actor::Family(self.account),
            Who::Agent { .. } => Actor::Agent(self.account),
        }
    }

    /// Their family, if they are of one.
    #[must_use]
    pub fn family(&self) -> Option<Uuid> {
        match self.who {
            Who::Family { family, .. } => Some(family),
            Who::Agent { .. } => None,
        }
    }
}

/// Somebody with a session that may still want its first personal code. Only the routes that lead out of that state,
/// and signing out, take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newcomer {
    /// Who.
    pub caller: Caller,
    /// Signed in with a one-time code, and no personal code chosen since.
    pub first_code: bool,
}

/// An adult of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyCaller {
    /// Their commune.
    pub commune: Uuid,
    /// Their account.
    pub account: Uuid,
    /// The computer.
    pub device: Uuid,
    /// The family, which is also its stream's id.
    pub family: Uuid,
    /// The adult.
    pub person: Uuid,
}

/// An agent of the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentCaller {
    /// Their commune.
    pub commune: Uuid,
    /// Their account.
    pub account: Uuid,
    /// Their role.
    pub role: AgentRole,
}

impl AgentCaller {
    /// Goes on only with the permission.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.role.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

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
