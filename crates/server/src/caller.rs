//! Who is asking: what every capability takes its scope from, never from the request. Read from the session by
//! [`crate::accounts::caller`].

use preau_domain::accounts::{AgentRole, Permission};
use uuid::Uuid;

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

impl From<FamilyCaller> for Caller {
    fn from(caller: FamilyCaller) -> Self {
        let FamilyCaller { commune, account, device, family, person } = caller;
        Self { commune, account, device, who: Who::Family { family, person } }
    }
}
