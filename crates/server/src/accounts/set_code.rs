//! Choosing a personal code: obligatory after a one-time code, free afterwards.

use preau_domain::accounts::{AccountError, personal_code_problems};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{SecurityEventDto, SetCodeRequest};
use preau_protocol::error::FieldError;

use super::caller::{Caller, Newcomer};
use super::failures::{CountFailure, Name};
use super::sign_in::{Proof, prove};
use super::store::{self, AccountRow};
use super::throttle::{Network, Try};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::notices::{links, security};
use crate::writer::{Command, WriteTx};

/// Sets the personal code. The session that asks is fully open from then on; every other device of the account has
/// to sign in again; the one-time code is consumed, and links of lost codes are called off.
///
/// # Errors
/// [`ErrorCode::PersonalCodeRefused`] with the rules broken, `current` / `wrong` among them.
pub async fn set_code(app: &App, newcomer: Newcomer, request: &SetCodeRequest, network: Network) -> Result<()> {
    let caller = newcomer.caller;
    let account =
        store::account(app.db.readers(), caller.commune, caller.account).await?.ok_or(Error::SignInRequired)?;
    let problems = personal_code_problems(&request.new, &account.identifiant);
    if !problems.is_empty() {
        let fields = problems.into_iter().map(|problem| FieldError { field: "new".into(), rule: rule(problem).into() });
        return Err(Error::Fields(ErrorCode::PersonalCodeRefused, fields.collect()));
    }
    let attempt = own_try(&caller, network);
    app.throttle.judge(&attempt, app.clock.now(), judge(app, newcomer, &account, request)).await
}

async fn judge(app: &App, newcomer: Newcomer, account: &AccountRow, request: &SetCodeRequest) -> Result<()> {
    let caller = newcomer.caller;
    let name = Name::on_record(caller.commune, &account.identifiant, &app.keys);
    let Some(proof) = prove(app, Some(account), &request.current).await? else {
        // The answer to an earlier request was lost: the code wanted is the code in force.
        if !newcomer.first_code && app.hashing.verify(&request.new, account.code_hash.as_deref()).await? {
            return Ok(());
        }
        app.writer.run(CountFailure { name, at: app.clock.now() }).await?;
        return Err(wrong_current());
    };
    let hash = app.hashing.hash(&request.new).await?;
    app.writer.run(SetCode { caller, name, proof, hash }).await
}

/// A session that guesses its account's code is slowed down like a sign-in.
pub(super) fn own_try(caller: &Caller, network: Network) -> Try {
    Try::new(&caller.commune.to_string(), &caller.account.to_string(), Some(caller.device), network)
}

fn wrong_current() -> Error {
    super::invalid(ErrorCode::PersonalCodeRefused, "current", "wrong")
}

pub(super) fn rule(problem: AccountError) -> &'static str {
    match problem {
        AccountError::IdentifiantLength => "length",
        AccountError::IdentifiantCharacter => "character",
        AccountError::CodeTooShort => "too_short",
        AccountError::CodeTooLong => "too_long",
        AccountError::CodeTooSimple => "too_simple",
        AccountError::CodeContainsIdentifiant => "contains_identifiant",
    }
}

pub(super) fn refused_identifiant(problem: AccountError) -> Error {
    super::invalid(ErrorCode::IdentifiantRefused, "identifiant", rule(problem))
}

struct SetCode {
    caller: Caller,
    name: Name,
    proof: Proof,
    hash: String,
}

impl Command for SetCode {
    type Output = ();
    const NAME: &'static str = "set_code";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Caller { commune, account, device, .. } = self.caller;
        let row = store::account(tx.connection(), commune, account).await?.ok_or(Error::SignInRequired)?;
        let first = row.code_hash.is_none();
        if !self.proof.still_holds(&row, tx.now()) {
            return Err(wrong_current());
        }
        store::set_code(tx, commune, account, &self.hash).await?;
        store::forget_failures(tx, &self.name).await?;
        store::open_device(tx, commune, device).await?;
        store::revoke_other_devices(tx, commune, account, device).await?;
        // Somebody else may read the mailbox: a link that was asked before opens nothing.
        links::void(tx, commune, account).await?;
        let (actor, family) = (self.caller.actor(), self.caller.family());
        audit::record(tx, Entry { commune, actor, action: "code_set", family, entity: Some(account), details: None })
            .await?;
        // The first code follows a letter: there is nothing to be told that the person does not know.
        match family {
            Some(family) if !first => {
                security::tell(tx, commune, family, row.person_id, SecurityEventDto::CodeChanged).await
            }
            _ => Ok(()),
        }
    }
}
