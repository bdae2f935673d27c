//! The accounts' only SQL.

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use preau_domain::accounts::AgentRole;
use preau_protocol::accounts::{AccountDto, AccountKindDto};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::caller::Who;
use super::failures::Name;
use super::tokens::{self, Pair, Token};
use crate::db;
use crate::error::{Error, Result};
use crate::writer::WriteTx;

/// A repeat of a refresh token is told from a theft for so long; an older one is merely unknown.
const REMEMBER_EXCHANGED: SignedDuration = SignedDuration::from_hours(30 * 24);

const ACCOUNT: &str = "a.commune_id, a.account_id, a.identifiant, a.family_id, a.person_id, a.role, a.code_hash, \
                       a.one_time_hmac, a.one_time_expires_at, a.totp_secret, a.disabled_at";

#[derive(Debug, FromQueryResult)]
pub(super) struct AccountRow {
    pub commune_id: Uuid,
    pub account_id: Uuid,
    pub identifiant: String,
    pub family_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub role: Option<String>,
    pub code_hash: Option<String>,
    pub one_time_hmac: Option<Vec<u8>>,
    pub one_time_expires_at: Option<i64>,
    pub totp_secret: Option<Vec<u8>>,
    pub disabled_at: Option<i64>,
}

impl AccountRow {
    pub(super) fn who(&self) -> Result<Who> {
        who(self.family_id, self.person_id, self.role.as_deref())
    }

    pub(super) fn dto(&self, personal_code_required: bool) -> Result<AccountDto> {
        let kind = match self.who()? {
            Who::Family { family, person } => AccountKindDto::Family { family_id: family, person_id: person },
            Who::Agent { role } => AccountKindDto::Agent { role: role.into() },
        };
        Ok(AccountDto {
            account_id: self.account_id,
            commune_id: self.commune_id,
            identifiant: self.identifiant.clone(),
            kind,
            personal_code_required,
        })
    }
}

fn who(family: Option<Uuid>, person: Option<Uuid>, role: Option<&str>) -> Result<Who> {
    let role = match (family, person, role) {
        (Some(family), Some(person), None) => return Ok(Who::Family { family, person }),
        (None, None, Some("desk")) => AgentRole::Desk,
        (None, None, Some("youth")) => AgentRole::Youth,
        (None, None, Some("regisseur")) => AgentRole::Regisseur,
        (None, None, Some("admin")) => AgentRole::Admin,
        _ => return Err(anyhow!("an account is neither a family's nor an agent's").into()),
    };
    Ok(Who::Agent { role })
}

pub(super) fn role_name(role: AgentRole) -> &'static str {
    match role {
        AgentRole::Desk => "desk",
        AgentRole::Youth => "youth",
        AgentRole::Regisseur => "regisseur",
        AgentRole::Admin => "admin",
    }
}

#[derive(Debug, FromQueryResult)]
struct CommuneRow {
    commune_id: Uuid,
}

/// The commune with a slug.
pub(super) async fn commune(on: &impl ConnectionTrait, slug: &str) -> Result<Option<Uuid>> {
    if !db::can_be_kept(slug) {
        return Ok(None);
    }
    let sql = "SELECT commune_id FROM commune WHERE slug = $1";
    Ok(db::one::<CommuneRow>(on, sql, vec![slug.into()]).await?.map(|row| row.commune_id))
}

pub(super) async fn by_identifiant(
    on: &impl ConnectionTrait,
    commune: Uuid,
    identifiant: &str,
) -> Result<Option<AccountRow>> {
    let sql = format!("SELECT {ACCOUNT} FROM account a WHERE a.commune_id = $1 AND a.identifiant = $2");
    db::one(on, &sql, vec![commune.into(), identifiant.into()]).await
}

pub(super) async fn account(on: &impl ConnectionTrait, commune: Uuid, account: Uuid) -> Result<Option<AccountRow>> {
    let sql = format!("SELECT {ACCOUNT} FROM account a WHERE a.commune_id = $1 AND a.account_id = $2");
    db::one(on, &sql, vec![commune.into(), account.into()]).await
}

#[derive(Debug, FromQueryResult)]
struct IdRow {
    account_id: Uuid,
}

/// Whether the identifiant belongs to another account of the commune.
pub(super) async fn is_taken(tx: &WriteTx, commune: Uuid, identifiant: &str, by_other_than: Uuid) -> Result<bool> {
    let sql = "SELECT account_id FROM account WHERE commune_id = $1 AND identifiant = $2";
    let row: Option<IdRow> = db::one(tx.connection(), sql, vec![commune.into(), identifiant.into()]).await?;
    Ok(row.is_some_and(|row| row.account_id != by_other_than))
}

/// An account about to be opened.
pub(super) struct NewRow<'a> {
    pub account: Uuid,
    pub identifiant: &'a str,
    pub who: Who,
    pub totp_secret: Option<Vec<u8>>,
}

/// Rows of one statement: both engines take far more values than that.
const ROWS: usize = 200;

pub(super) async fn insert_accounts(tx: &WriteTx, commune: Uuid, rows: Vec<NewRow<'_>>) -> Result<()> {
    let now = tx.now().as_millisecond();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut values = Vec::new();
        let mut count = 0;
        for row in rows.by_ref().take(ROWS) {
            let (family, person, role) = match row.who {
                Who::Family { family, person } => (Some(family), Some(person), None),
                Who::Agent { role } => (None, None, Some(role_name(role))),
            };
            values.extend([commune.into(), row.account.into(), row.identifiant.into(), family.into(), person.into()]);
            values.extend([role.into(), row.totp_secret.into(), now.into()]);
            count += 1;
        }
        let sql = format!(
            "INSERT INTO account (commune_id, account_id, identifiant, family_id, person_id, role, totp_secret, \
             created_at) VALUES {}",
            db::tuples(count, 8)
        );
        db::run(tx.connection(), &sql, values).await?;
    }
    Ok(())
}

pub(super) async fn insert_recovery_code(tx: &WriteTx, commune: Uuid, account: Uuid, hmac: Vec<u8>) -> Result<()> {
    let sql = "INSERT INTO recovery_code (commune_id, account_id, code_hmac) VALUES ($1, $2, $3)";
    db::run(tx.connection(), sql, vec![commune.into(), account.into(), hmac.into()]).await?;
    Ok(())
}

/// Uses a recovery code; false when there is none such left.
pub(super) async fn use_recovery_code(tx: &WriteTx, commune: Uuid, account: Uuid, hmac: Vec<u8>) -> Result<bool> {
    let sql = "UPDATE recovery_code SET used_at = $4 \
               WHERE commune_id = $1 AND account_id = $2 AND code_hmac = $3 AND used_at IS NULL";
    let values = vec![commune.into(), account.into(), hmac.into(), tx.now().as_millisecond().into()];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

/// Uses a TOTP step; false when it or a later one served already.
pub(super) async fn use_totp_step(tx: &WriteTx, commune: Uuid, account: Uuid, step: i64) -> Result<bool> {
    let sql = "UPDATE account SET totp_step = $3 \
               WHERE commune_id = $1 AND account_id = $2 AND (totp_step IS NULL OR totp_step < $3)";
    Ok(db::run(tx.connection(), sql, vec![commune.into(), account.into(), step.into()]).await? == 1)
}

#[derive(Debug, FromQueryResult)]
struct FailuresRow {
    failures: i64,
}

#[derive(Debug, FromQueryResult)]
struct LockRow {
    locked_until: Option<i64>,
}

/// Until when a name is locked, or was.
pub(super) async fn locked_until(on: &impl ConnectionTrait, name: &Name) -> Result<Option<i64>> {
    let sql = "SELECT locked_until FROM failed_sign_in WHERE commune_id = $1 AND name_hmac = $2";
    let row: Option<LockRow> = db::one(on, sql, vec![name.commune.into(), name.hmac.clone().into()]).await?;
    Ok(row.and_then(|row| row.locked_until))
}

/// Counts a failure and returns how many there are; those whose last one is not after `forgotten` do not count.
pub(super) async fn count_failure(tx: &WriteTx, name: &Name, at: Timestamp, forgotten: Timestamp) -> Result<i64> {
    let sql = "INSERT INTO failed_sign_in (commune_id, name_hmac, failures, last_failure_at) VALUES ($1, $2, 1, $3) \
               ON CONFLICT (commune_id, name_hmac) DO UPDATE SET last_failure_at = excluded.last_failure_at, failures = \
               CASE WHEN failed_sign_in.last_failure_at <= $4 THEN 1 ELSE failed_sign_in.failures + 1 END \
               RETURNING failures";
    let (at, forgotten) = (at.as_millisecond(), forgotten.as_millisecond());
    let values = vec![name.commune.into(), name.hmac.clone().into(), at.into(), forgotten.into()];
    let row: Option<FailuresRow> = db::one(tx.connection(), sql, values).await?;
    Ok(row.map_or(0, |row| row.failures))
}

pub(super) async fn lock_until(tx: &WriteTx, name: &Name, until: Option<Timestamp>) -> Result<()> {
    let sql = "UPDATE failed_sign_in SET locked_until = $3 WHERE commune_id = $1 AND name_hmac = $2";
    let until = until.map(Timestamp::as_millisecond);
    db::run(tx.connection(), sql, vec![name.commune.into(), name.hmac.clone().into(), until.into()]).await?;
    Ok(())
}

pub(super) async fn forget_failures(tx: &WriteTx, name: &Name) -> Result<()> {
    let sql = "DELETE FROM failed_sign_in WHERE commune_id = $1 AND name_hmac = $2";
    db::run(tx.connection(), sql, vec![name.commune.into(), name.hmac.clone().into()]).await?;
    Ok(())
}

/// Forgets names without a failure since then, some at a time.
pub(super) async fn forget_old_failures(tx: &WriteTx, commune: Uuid, since: Timestamp) -> Result<()> {
    let sql = "DELETE FROM failed_sign_in WHERE commune_id = $1 AND name_hmac IN (SELECT name_hmac FROM failed_sign_in \
               WHERE commune_id = $1 AND last_failure_at <= $2 ORDER BY last_failure_at LIMIT 100)";
    db::run(tx.connection(), sql, vec![commune.into(), since.as_millisecond().into()]).await?;
    Ok(())
}

/// Whose one-time code it is.
#[derive(Debug, FromQueryResult)]
pub(super) struct OneTimeRow {
    pub identifiant: String,
    /// Absent for an agent.
    pub family_id: Option<Uuid>,
}

/// Puts a one-time code in force; whose account it is, or none when there is no such account or it is disabled.
pub(super) async fn set_one_time(
    tx: &WriteTx,
    commune: Uuid,
    account: Uuid,
    hmac: Vec<u8>,
    until: Timestamp,
) -> Result<Option<OneTimeRow>> {
    let sql = "UPDATE account SET one_time_hmac = $3, one_time_expires_at = $4 \
               WHERE commune_id = $1 AND account_id = $2 AND disabled_at IS NULL RETURNING identifiant, family_id";
    let values = vec![commune.into(), account.into(), hmac.into(), until.as_millisecond().into()];
    db::one(tx.connection(), sql, values).await
}

/// Sets the personal code, and so consumes the one-time code.
pub(super) async fn set_code(tx: &WriteTx, commune: Uuid, account: Uuid, hash: &str) -> Result<()> {
    let sql = "UPDATE account SET code_hash = $3, one_time_hmac = NULL, one_time_expires_at = NULL \
               WHERE commune_id = $1 AND account_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), account.into(), hash.into()]).await?;
    Ok(())
}

pub(super) async fn set_identifiant(tx: &WriteTx, commune: Uuid, account: Uuid, identifiant: &str) -> Result<()> {
    let sql = "UPDATE account SET identifiant = $3 WHERE commune_id = $1 AND account_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), account.into(), identifiant.into()]).await?;
    Ok(())
}

/// What an access token opens.
#[derive(Debug, FromQueryResult)]
pub(super) struct SessionRow {
    pub account_id: Uuid,
    pub device_id: Uuid,
    pub first_code: bool,
    family_id: Option<Uuid>,
    person_id: Option<Uuid>,
    role: Option<String>,
}

impl SessionRow {
    pub(super) fn who(&self) -> Result<Who> {
        who(self.family_id, self.person_id, self.role.as_deref())
    }
}

pub(super) async fn session(on: &impl ConnectionTrait, access: &Token, now: Timestamp) -> Result<Option<SessionRow>> {
    let sql = "SELECT t.account_id, t.device_id, t.first_code, a.family_id, a.person_id, a.role FROM token t \
               JOIN device d ON d.commune_id = t.commune_id AND d.device_id = t.device_id \
               JOIN account a ON a.commune_id = t.commune_id AND a.account_id = t.account_id \
               WHERE t.commune_id = $1 AND t.token_hash = $2 AND t.kind = 'access' AND t.expires_at > $3 \
               AND d.revoked_at IS NULL AND a.disabled_at IS NULL";
    db::one(on, sql, vec![access.commune().into(), access.hash().into(), now.as_millisecond().into()]).await
}

/// A refresh token that is known.
#[derive(Debug, FromQueryResult)]
pub(super) struct RefreshRow {
    pub account_id: Uuid,
    pub device_id: Uuid,
    pub first_code: bool,
    pub replaced_at: Option<i64>,
}

pub(super) async fn refresh_token(tx: &WriteTx, token: &Token) -> Result<Option<RefreshRow>> {
    let sql = "SELECT t.account_id, t.device_id, t.first_code, t.replaced_at FROM token t \
               JOIN device d ON d.commune_id = t.commune_id AND d.device_id = t.device_id \
               JOIN account a ON a.commune_id = t.commune_id AND a.account_id = t.account_id \
               WHERE t.commune_id = $1 AND t.token_hash = $2 AND t.kind = 'refresh' AND t.expires_at > $3 \
               AND d.revoked_at IS NULL AND a.disabled_at IS NULL";
    let values = vec![token.commune().into(), token.hash().into(), tx.now().as_millisecond().into()];
    db::one(tx.connection(), sql, values).await
}

/// Whether a refresh token was ever given and is remembered, whatever became of it.
pub(super) async fn is_known(on: &impl ConnectionTrait, token: &Token) -> Result<bool> {
    let sql = "SELECT account_id FROM token WHERE commune_id = $1 AND token_hash = $2 AND kind = 'refresh'";
    Ok(db::one::<IdRow>(on, sql, vec![token.commune().into(), token.hash().into()]).await?.is_some())
}

/// Marks a refresh token exchanged; false when another process just did.
pub(super) async fn exchange(tx: &WriteTx, token: &Token) -> Result<bool> {
    let sql = "UPDATE token SET replaced_at = $3 WHERE commune_id = $1 AND token_hash = $2 AND replaced_at IS NULL";
    let values = vec![token.commune().into(), token.hash().into(), tx.now().as_millisecond().into()];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

#[derive(Debug, FromQueryResult)]
struct ExpiryRow {
    expires_at: i64,
}

/// When an access token ends, if it is still known.
pub(super) async fn access_expiry(tx: &WriteTx, access: &Token) -> Result<Option<i64>> {
    let sql = "SELECT expires_at FROM token WHERE commune_id = $1 AND token_hash = $2 AND kind = 'access'";
    let values = vec![access.commune().into(), access.hash().into()];
    Ok(db::one::<ExpiryRow>(tx.connection(), sql, values).await?.map(|row| row.expires_at))
}

/// Gives a device its pair.
pub(super) async fn insert_pair(
    tx: &WriteTx,
    pair: &Pair,
    account: Uuid,
    device: Uuid,
    first_code: bool,
) -> Result<()> {
    let mut values = Vec::new();
    for (token, kind, lasts) in [(&pair.access, "access", tokens::ACCESS), (&pair.refresh, "refresh", tokens::REFRESH)]
    {
        let expires = tx.now().as_millisecond() + i64::try_from(lasts.as_millis()).unwrap_or(0);
        values.extend([token.commune().into(), token.hash().into(), kind.into(), account.into(), device.into()]);
        values.extend([first_code.into(), expires.into()]);
    }
    let sql = format!(
        "INSERT INTO token (commune_id, token_hash, kind, account_id, device_id, first_code, expires_at) VALUES {}",
        db::tuples(2, 7)
    );
    db::run(tx.connection(), &sql, values).await?;
    Ok(())
}

/// Forgets what a device no longer needs.
pub(super) async fn forget_old_tokens(tx: &WriteTx, commune: Uuid, device: Uuid) -> Result<()> {
    let sql = "DELETE FROM token WHERE commune_id = $1 AND device_id = $2 AND (expires_at <= $3 OR replaced_at <= $4)";
    let now = tx.now();
    let long_ago = (now - REMEMBER_EXCHANGED).as_millisecond();
    db::run(tx.connection(), sql, vec![commune.into(), device.into(), now.as_millisecond().into(), long_ago.into()])
        .await?;
    Ok(())
}

/// Forgets ended tokens of devices that never came back, some at a time.
pub(super) async fn forget_ended_tokens(tx: &WriteTx, commune: Uuid) -> Result<()> {
    let sql = "DELETE FROM token WHERE commune_id = $1 AND token_hash IN \
               (SELECT token_hash FROM token WHERE commune_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT 100)";
    db::run(tx.connection(), sql, vec![commune.into(), tx.now().as_millisecond().into()]).await?;
    Ok(())
}

/// Opens every route to a device that had only its first code.
pub(super) async fn open_device(tx: &WriteTx, commune: Uuid, device: Uuid) -> Result<()> {
    let sql = "UPDATE token SET first_code = $3 WHERE commune_id = $1 AND device_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), device.into(), false.into()]).await?;
    Ok(())
}

pub(super) async fn insert_device(tx: &WriteTx, commune: Uuid, device: Uuid, account: Uuid, label: &str) -> Result<()> {
    let sql = "INSERT INTO device (commune_id, device_id, account_id, label, created_at, last_seen_at) \
               VALUES ($1, $2, $3, $4, $5, $5)";
    let now = tx.now().as_millisecond();
    db::run(tx.connection(), sql, vec![commune.into(), device.into(), account.into(), label.into(), now.into()])
        .await?;
    Ok(())
}

pub(super) async fn saw_device(tx: &WriteTx, commune: Uuid, device: Uuid) -> Result<()> {
    let sql = "UPDATE device SET last_seen_at = $3 WHERE commune_id = $1 AND device_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), device.into(), tx.now().as_millisecond().into()]).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
pub(super) struct DeviceRow {
    pub device_id: Uuid,
    pub label: String,
    pub created_at: i64,
    pub last_seen_at: i64,
}

/// Devices of an account that are not revoked, the one last seen first.
pub(super) async fn devices(on: &impl ConnectionTrait, commune: Uuid, account: Uuid) -> Result<Vec<DeviceRow>> {
    let sql = "SELECT device_id, label, created_at, last_seen_at FROM device \
               WHERE commune_id = $1 AND account_id = $2 AND revoked_at IS NULL ORDER BY last_seen_at DESC, device_id";
    db::all(on, sql, vec![commune.into(), account.into()]).await
}

#[derive(Debug, FromQueryResult)]
struct LabelRow {
    label: String,
}

/// What a device called itself.
pub(super) async fn device_label(tx: &WriteTx, commune: Uuid, device: Uuid) -> Result<String> {
    let sql = "SELECT label FROM device WHERE commune_id = $1 AND device_id = $2";
    let row: Option<LabelRow> = db::one(tx.connection(), sql, vec![commune.into(), device.into()]).await?;
    Ok(row.ok_or(Error::NotFound)?.label)
}

/// Why a device is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Because {
    SignedOut,
    ByOwner,
    CodeChanged,
    CodeReset,
    TokenReused,
    Closed,
}

impl Because {
    fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::ByOwner => "by_owner",
            Self::CodeChanged => "code_changed",
            Self::CodeReset => "code_reset",
            Self::TokenReused => "token_reused",
            Self::Closed => "closed",
        }
    }
}

/// Revokes a device of the account; false when there is none such.
pub(super) async fn revoke_device(
    tx: &WriteTx,
    commune: Uuid,
    account: Uuid,
    device: Uuid,
    because: Because,
) -> Result<bool> {
    let sql = "UPDATE device SET revoked_at = $4, revoked_because = $5 \
               WHERE commune_id = $1 AND account_id = $2 AND device_id = $3 AND revoked_at IS NULL";
    let now = tx.now().as_millisecond();
    let values = vec![commune.into(), account.into(), device.into(), now.into(), because.name().into()];
    if db::run(tx.connection(), sql, values).await? == 0 {
        return Ok(false);
    }
    let sql = "DELETE FROM token WHERE commune_id = $1 AND device_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), device.into()]).await?;
    Ok(true)
}

/// Revokes every device of the account but one.
pub(super) async fn revoke_other_devices(tx: &WriteTx, commune: Uuid, account: Uuid, kept: Uuid) -> Result<()> {
    for device in devices(tx.connection(), commune, account).await? {
        if device.device_id != kept {
            revoke_device(tx, commune, account, device.device_id, Because::CodeChanged).await?;
        }
    }
    Ok(())
}

/// Revokes every device of the account.
pub(super) async fn revoke_devices(tx: &WriteTx, commune: Uuid, account: Uuid, because: Because) -> Result<()> {
    for device in devices(tx.connection(), commune, account).await? {
        revoke_device(tx, commune, account, device.device_id, because).await?;
    }
    Ok(())
}
