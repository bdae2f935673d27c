//! The account of the profile: its only SQL.

use anyhow::Context;
use preau_protocol::accounts::{AccountDto, AccountKindDto};
use preau_protocol::communes::CommuneDto;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use crate::error::Error;

/// Who is signed in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub account_id: Uuid,
    /// The commune.
    pub commune_id: Uuid,
    /// What is typed at sign-in.
    pub identifiant: String,
    /// A family's adult or an agent.
    pub kind: AccountKindDto,
    /// The town as last told before sign-in; its stream tells it better once read.
    pub commune: CommuneDto,
    /// The tokens, unless the session ended.
    pub tokens: Option<TokenPair>,
}

/// The two tokens of a session.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// For requests.
    pub access: String,
    /// For the next pair.
    pub refresh: String,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenPair")
    }
}

impl Account {
    /// From what the server said at sign-in.
    #[must_use]
    pub fn new(account: &AccountDto, commune: CommuneDto, tokens: TokenPair) -> Self {
        Self {
            account_id: account.account_id,
            commune_id: account.commune_id,
            identifiant: account.identifiant.clone(),
            kind: account.kind.clone(),
            commune,
            tokens: Some(tokens),
        }
    }

    /// The adult, when the account is a family's.
    #[must_use]
    pub fn person_id(&self) -> Option<Uuid> {
        match self.kind {
            AccountKindDto::Family { person_id, .. } => Some(person_id),
            AccountKindDto::Agent { .. } => None,
        }
    }

    /// The family, which is also its stream.
    #[must_use]
    pub fn family_id(&self) -> Option<Uuid> {
        match self.kind {
            AccountKindDto::Family { family_id, .. } => Some(family_id),
            AccountKindDto::Agent { .. } => None,
        }
    }
}

/// The account kept here, if any.
///
/// # Errors
/// When the cache fails, or holds what this version cannot read.
pub async fn read(db: &mut SqliteConnection) -> Result<Option<Account>, Error> {
    let row = sqlx::query(
        "SELECT account_id, commune_id, identifiant, kind, commune, access_token, refresh_token FROM account WHERE id = 1",
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id = |column: &str| -> Result<Uuid, Error> {
        Ok(row.try_get::<String, _>(column)?.parse().context("an id of the account")?)
    };
    let tokens = match (row.try_get("access_token")?, row.try_get("refresh_token")?) {
        (Some(access), Some(refresh)) => Some(TokenPair { access, refresh }),
        _ => None,
    };
    Ok(Some(Account {
        account_id: id("account_id")?,
        commune_id: id("commune_id")?,
        identifiant: row.try_get("identifiant")?,
        kind: serde_json::from_str(row.try_get("kind")?).context("the kind of the account")?,
        commune: serde_json::from_str(row.try_get("commune")?).context("the commune of the account")?,
        tokens,
    }))
}

/// Keeps the account in place of the one there was.
///
/// # Errors
/// When the cache fails.
pub async fn save(db: &mut SqliteConnection, account: &Account) -> Result<(), Error> {
    sqlx::query(
        "INSERT OR REPLACE INTO account
            (id, account_id, commune_id, identifiant, kind, commune, access_token, refresh_token)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(account.account_id.to_string())
    .bind(account.commune_id.to_string())
    .bind(&account.identifiant)
    .bind(serde_json::to_string(&account.kind).context("the kind of the account")?)
    .bind(serde_json::to_string(&account.commune).context("the commune of the account")?)
    .bind(account.tokens.as_ref().map(|tokens| &tokens.access))
    .bind(account.tokens.as_ref().map(|tokens| &tokens.refresh))
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps a new pair of tokens, or none: the session ended.
///
/// # Errors
/// When the cache fails.
pub async fn save_tokens(db: &mut SqliteConnection, tokens: Option<&TokenPair>) -> Result<(), Error> {
    sqlx::query("UPDATE account SET access_token = ?, refresh_token = ? WHERE id = 1")
        .bind(tokens.map(|tokens| &tokens.access))
        .bind(tokens.map(|tokens| &tokens.refresh))
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps a new identifiant.
///
/// # Errors
/// When the cache fails.
pub async fn save_identifiant(db: &mut SqliteConnection, identifiant: &str) -> Result<(), Error> {
    sqlx::query("UPDATE account SET identifiant = ? WHERE id = 1").bind(identifiant).execute(db).await?;
    Ok(())
}
