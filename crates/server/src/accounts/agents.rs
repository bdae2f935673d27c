//! Accounts of agents: a role, a one-time code, a TOTP secret and recovery codes.

use preau_domain::accounts::{AgentRole, Identifiant};
use uuid::Uuid;

use super::caller::Who;
use super::keys::Keys;
use super::set_code::refused_identifiant;
use super::store::{self, NewRow};
use super::{one_time, second_factor};
use crate::audit::{self, Actor, Details, Entry};
use crate::error::Result;
use crate::random::{self, random};
use crate::writer::{Command, WriteTx};
use preau_protocol::ErrorCode;

/// Recovery codes an agent receives.
const RECOVERY_CODES: usize = 8;

/// Creates the account of an agent.
#[derive(Debug)]
pub struct CreateAgent {
    /// The commune.
    pub commune: Uuid,
    /// As typed.
    pub identifiant: String,
    /// What they work on.
    pub role: AgentRole,
    /// The server's keys.
    pub keys: Keys,
}

/// What a new agent needs, to be handed over once.
#[derive(Clone)]
pub struct NewAgent {
    /// The account.
    pub account: Uuid,
    /// In its compared form.
    pub identifiant: String,
    /// For the first sign-in.
    pub one_time_code: String,
    /// `otpauth://` link for an authenticator application.
    pub totp_url: String,
    /// Each opens the account once without the application.
    pub recovery_codes: Vec<String>,
}

impl std::fmt::Debug for NewAgent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAgent").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Command for CreateAgent {
    type Output = NewAgent;
    const NAME: &'static str = "create_agent";

    async fn apply(&self, tx: &WriteTx) -> Result<NewAgent> {
        let identifiant = Identifiant::parse(&self.identifiant).map_err(refused_identifiant)?;
        let (commune, account) = (self.commune, random::id());
        if store::is_taken(tx, commune, identifiant.as_str(), account).await? {
            return Err(super::invalid(ErrorCode::IdentifiantRefused, "identifiant", "taken"));
        }
        let secret: [u8; 20] = random()?;
        let row = NewRow {
            account,
            identifiant: identifiant.as_str(),
            who: Who::Agent { role: self.role },
            totp_secret: Some(self.keys.seal_totp(account, &secret)?),
        };
        store::insert_accounts(tx, commune, vec![row]).await?;
        let recovery_codes = self.recovery_codes(tx, account).await?;
        let issued = one_time::issue(tx, &self.keys, commune, Actor::Operator, &[account]).await?;
        let details =
            Details::default().with("identifiant", identifiant.as_str())?.with("role", store::role_name(self.role))?;
        let details = details.into_text();
        let entry = Entry {
            commune,
            actor: Actor::Operator,
            action: "agent_created",
            family: None,
            entity: Some(account),
            details: Some(&details),
        };
        audit::record(tx, entry).await?;
        let totp = second_factor::totp(secret, identifiant.as_str())?;
        Ok(NewAgent {
            account,
            identifiant: identifiant.as_str().to_owned(),
            one_time_code: issued.into_iter().map(|issued| issued.code).collect(),
            totp_url: totp.to_url().map_err(|error| anyhow::anyhow!("writing a TOTP link: {error}"))?,
            recovery_codes,
        })
    }
}

impl CreateAgent {
    async fn recovery_codes(&self, tx: &WriteTx, account: Uuid) -> Result<Vec<String>> {
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let (code, compared) = one_time::draw()?;
            let hmac = self.keys.recovery_hmac(account, &compared).to_vec();
            store::insert_recovery_code(tx, self.commune, account, hmac).await?;
            codes.push(code);
        }
        Ok(codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_opens_an_account_is_printed_by_mistake() {
        let agent = NewAgent {
            account: Uuid::nil(),
            identifiant: "agent.desk".into(),
            one_time_code: "ABCD-EFGH-JKMN".into(),
            totp_url: "otpauth://totp/secret".into(),
            recovery_codes: vec!["PQRS-TVWX-YZ01".into()],
        };
        let printed = format!("{agent:?}");
        for secret in ["ABCD", "otpauth", "PQRS"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
