//! Choosing another identifiant.

use preau_domain::accounts::{AccountError, Identifiant, personal_code_problems};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::SetIdentifiantRequest;

use super::caller::Caller;
use super::failures::{CountFailure, Name};
use super::set_code::{own_try, refused_identifiant};
use super::store::{self, AccountRow};
use super::throttle::Network;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
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
    let account =
        store::account(app.db.readers(), caller.commune, caller.account).await?.ok_or(Error::SignInRequired)?;
    let attempt = own_try(&caller, network);
    app.throttle.judge(&attempt, app.clock.now(), judge(app, caller, &account, &request.code)).await?;
    if personal_code_problems(&request.code, identifiant.as_str()).contains(&AccountError::CodeContainsIdentifiant) {
        return Err(super::invalid(ErrorCode::IdentifiantRefused, "identifiant", "contained_in_code"));
    }
    app.writer.run(SetIdentifiant { caller, identifiant }).await
}

async fn judge(app: &App, caller: Caller, account: &AccountRow, code: &str) -> Result<()> {
    if app.hashing.verify(code, account.code_hash.as_deref()).await? {
        return Ok(());
    }
    let name = Name::on_record(caller.commune, &account.identifiant, &app.keys);
    app.writer.run(CountFailure { name, at: app.clock.now() }).await?;
    Err(super::invalid(ErrorCode::PersonalCodeRefused, "code", "wrong"))
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
        store::set_identifiant(tx, commune, account, self.identifiant.as_str()).await?;
        let (actor, family) = (self.caller.actor(), self.caller.family());
        audit::record(
            tx,
            Entry { commune, actor, action: "identifiant_set", family, entity: Some(account), details: None },
        )
        .await
    }
}
