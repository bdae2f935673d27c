//! Who is signed in at this profile, and the tokens of their session.

use preau_protocol::accounts::{AccountDto, AccountKindDto};
use preau_protocol::communes::CommuneDto;
use uuid::Uuid;

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
