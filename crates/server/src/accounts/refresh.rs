//! Exchanging a refresh token for the next pair.

use preau_protocol::accounts::{AccountDto, SecurityEventDto, SessionDto};
use uuid::Uuid;

use super::sign_in::session;
use super::store::{self, Because, RefreshRow};
use super::throttle::Network;
use super::tokens::{self, Pair, Token};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::error::{Error, Result};
use crate::notices::security;
use crate::writer::{Command, WriteTx};

/// Exchanges a refresh token. Within a minute the same token gives the same pair again; later it is taken for
/// stolen, and its device is let go.
///
/// Anybody may present anything: only a token that was given takes a place in the writer's queue.
///
/// # Errors
/// [`Error::SignInRequired`] for a token that is unknown, ended, or reused; [`Error::TooManyAttempts`] for unknown ones
/// without end from one network.
pub async fn refresh(app: &App, presented: &str, network: Network) -> Result<SessionDto> {
    let presented = Token::parse(presented).ok_or(Error::SignInRequired)?;
    if !store::is_known(app.db.readers(), &presented).await? {
        app.throttle.unknown_token(network, app.clock.now())?;
        return Err(Error::SignInRequired);
    }
    let pair = Pair::after(&presented, &app.keys);
    match app.writer.run(Exchange { presented, pair: pair.clone() }).await? {
        Exchanged::Pair { device, account, access_seconds } => Ok(session(&pair, device, account, access_seconds)),
        Exchanged::Reused => {
            tracing::warn!("a refresh token was reused: its device is revoked");
            Err(Error::SignInRequired)
        }
    }
}

struct Exchange {
    presented: Token,
    pair: Pair,
}

/// A theft is an outcome, not an error: what it changes has to be committed.
enum Exchanged {
    Pair { device: Uuid, account: AccountDto, access_seconds: u64 },
    Reused,
}

impl Command for Exchange {
    type Output = Exchanged;
    const NAME: &'static str = "refresh";

    async fn apply(&self, tx: &WriteTx) -> Result<Exchanged> {
        let row = store::refresh_token(tx, &self.presented).await?.ok_or(Error::SignInRequired)?;
        let access_seconds = match row.replaced_at {
            None => self.exchange(tx, &row).await?,
            Some(at) if tx.now().as_millisecond() - at <= repeat_window() => self.repeat(tx).await?,
            Some(_) => return self.revoke(tx, &row).await,
        };
        let commune = self.presented.commune();
        let account = store::account(tx.connection(), commune, row.account_id).await?.ok_or(Error::SignInRequired)?;
        Ok(Exchanged::Pair { device: row.device_id, account: account.dto(row.first_code)?, access_seconds })
    }
}

fn repeat_window() -> i64 {
    i64::try_from(tokens::REPEAT.as_millis()).unwrap_or(0)
}

impl Exchange {
    async fn exchange(&self, tx: &WriteTx, row: &RefreshRow) -> Result<u64> {
        if !store::exchange(tx, &self.presented).await? {
            // Another process of the same database exchanged it between the two statements: the same pair.
            return self.repeat(tx).await;
        }
        let commune = self.presented.commune();
        store::insert_pair(tx, &self.pair, row.account_id, row.device_id, row.first_code).await?;
        store::saw_device(tx, commune, row.device_id).await?;
        store::forget_old_tokens(tx, commune, row.device_id).await?;
        Ok(tokens::ACCESS.as_secs())
    }

    async fn repeat(&self, tx: &WriteTx) -> Result<u64> {
        let expires = store::access_expiry(tx, &self.pair.access).await?.ok_or(Error::SignInRequired)?;
        Ok(u64::try_from(expires - tx.now().as_millisecond()).unwrap_or(0) / 1000)
    }

    async fn revoke(&self, tx: &WriteTx, row: &RefreshRow) -> Result<Exchanged> {
        let commune = self.presented.commune();
        store::revoke_device(tx, commune, row.account_id, row.device_id, Because::TokenReused).await?;
        let account = store::account(tx.connection(), commune, row.account_id).await?;
        let (family, person) = account.map_or((None, None), |account| (account.family_id, account.person_id));
        let (actor, action, entity) = (Actor::System, "token_reused", Some(row.device_id));
        audit::record(tx, Entry { commune, actor, action, family, entity, details: None }).await?;
        if let Some(family) = family {
            let device = store::device_label(tx, commune, row.device_id).await?;
            security::tell(tx, commune, family, person, SecurityEventDto::SessionReused { device }).await?;
        }
        Ok(Exchanged::Reused)
    }
}
