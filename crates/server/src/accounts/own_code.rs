//! The personal code of a session's own account, asked again before what cannot be undone by signing out.

use preau_protocol::ErrorCode;

use super::caller::Caller;
use super::failures::{CountFailure, Name};
use super::set_code::own_try;
use super::store::{self, AccountRow};
use super::throttle::Network;
use crate::app::App;
use crate::error::{Error, Result};

/// Goes on only with the caller's personal code. A wrong one counts as a failed sign-in.
///
/// # Errors
/// [`ErrorCode::PersonalCodeRefused`] with `code` / `wrong`, [`Error::TooManyAttempts`], or [`Error::Busy`].
pub async fn prove_own_code(app: &App, caller: Caller, code: &str, network: Network) -> Result<()> {
    let account =
        store::account(app.db.readers(), caller.commune, caller.account).await?.ok_or(Error::SignInRequired)?;
    let attempt = own_try(&caller, network);
    app.throttle.judge(&attempt, app.clock.now(), judge(app, caller, &account, code)).await
}

async fn judge(app: &App, caller: Caller, account: &AccountRow, code: &str) -> Result<()> {
    if app.hashing.verify(code, account.code_hash.as_deref()).await? {
        return Ok(());
    }
    let name = Name::on_record(caller.commune, &account.identifiant, &app.keys);
    app.writer.run(CountFailure { name, at: app.clock.now() }).await?;
    Err(super::invalid(ErrorCode::PersonalCodeRefused, "code", "wrong"))
}
