//! Choosing another identifiant.

use preau_domain::accounts::{AccountError, Identifiant, personal_code_problems};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{SecurityEventDto, SetIdentifiantRequest};

use super::caller::{Caller, Who};
use super::own_code::prove_own_code;
use super::set_code::refused_identifiant;
use super::store;
use super::throttle::Network;
use crate::app::App;
use crate::audit::{self, Details, Entry};
use crate::error::Result;
use crate::notices::security;
use crate::writer::{Command, WriteTx};

/// Sets the identifiant.
///
/// # Errors
/// [`ErrorCode::IdentifiantRefused`] with the rule broken: `length`, `character`, `taken` or `contained_in_code`;
/// [`ErrorCode::PersonalCodeRefused`] with `code` / `wrong`.
pub async fn set_identifiant(
    app: &App,
    caller: Caller,
    request: &SetIdentifiantRequest,
    network: Network,
) -> Result<()> {
    let identifiant = Identifiant::parse(&request.identifiant).map_err(refused_identifiant)?;
    prove_own_code(app, caller, &request.code, network).await?;
    if personal_code_problems(&request.code, identifiant.as_str()).contains(&AccountError::CodeContainsIdentifiant) {
        return Err(super::invalid(ErrorCode::IdentifiantRefused, "identifiant", "contained_in_code"));
    }
    app.writer.run(SetIdentifiant { caller, identifiant }).await
}

struct SetIdentifiant {
    caller: Caller,
    identifiant: Identifiant,
}

impl Command for SetIdentifiant {
    type Output = ();
    const NAME: &'static str = "set_identifiant";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Caller { commune, account, .. } = self.caller;
        if store::is_taken(tx, commune, self.identifiant.as_str(), account).await? {
            return Err(super::invalid(ErrorCode::IdentifiantRefused, "identifiant", "taken"));
        }
        let before = store::account(tx.connection(), commune, account).await?.map(|row| row.identifiant);
        store::set_identifiant(tx, commune, account, self.identifiant.as_str()).await?;
        let details = Details::default().with("old", before)?.with("new", self.identifiant.as_str())?.into_text();
        let (actor, family) = (self.caller.actor(), self.caller.family());
        let (action, entity, details) = ("identifiant_set", Some(account), Some(details.as_str()));
        audit::record(tx, Entry { commune, actor, action, family, entity, details }).await?;
        match self.caller.who {
            Who::Family { family, person } => {
                security::tell(tx, commune, family, Some(person), SecurityEventDto::IdentifiantChanged).await
            }
            Who::Agent { .. } => Ok(()),
        }
    }
}
