//! Communes, families and agents that tests sign in as.

use preau_domain::accounts::AgentRole;
use preau_protocol::accounts::{SessionDto, SetCodeRequest, SignInRequest};
use preau_server::accounts::agents::{CreateAgent, NewAgent};
use preau_server::accounts::keys::Keys;
use preau_server::accounts::one_time::{FamilyAccount, issue, open_family_accounts};
use preau_server::audit::Actor;
use preau_server::clock::Clock;
use preau_server::db;
use preau_server::error::Result;
use preau_server::writer::{Command, WriteTx};
use sea_orm::Value;
use uuid::Uuid;

use super::Harness;

/// A personal code that every test may use.
pub const CODE: &str = "Soleil-2026";

/// Any statement, through the writer.
pub struct Sql(pub &'static str, pub Vec<Value>);

impl Command for Sql {
    type Output = u64;
    const NAME: &'static str = "test_sql";

    async fn apply(&self, tx: &WriteTx) -> Result<u64> {
        db::run(tx.connection(), self.0, self.1.clone()).await
    }
}

/// A commune without settings of its own: enough to sign in.
pub struct Town {
    pub id: Uuid,
    pub slug: String,
}

/// An adult with an account and the one-time code of its letter.
pub struct Adult {
    pub commune: Uuid,
    pub slug: String,
    pub family: Uuid,
    pub person: Uuid,
    pub account: Uuid,
    pub identifiant: String,
    pub one_time_code: String,
}

impl Adult {
    pub fn request(&self, code: &str) -> SignInRequest {
        sign_in_request(&self.slug, &self.identifiant, code)
    }
}

pub fn sign_in_request(slug: &str, identifiant: &str, code: &str) -> SignInRequest {
    SignInRequest {
        commune: slug.into(),
        identifiant: identifiant.into(),
        code: code.into(),
        totp: None,
        device_label: "PC du salon".into(),
        installation: None,
    }
}

struct OpenAccount(Uuid, FamilyAccount);

impl Command for OpenAccount {
    type Output = ();
    const NAME: &'static str = "test_open_account";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        open_family_accounts(tx, self.0, std::slice::from_ref(&self.1)).await
    }
}

struct IssueCode {
    commune: Uuid,
    account: Uuid,
    keys: Keys,
}

impl Command for IssueCode {
    type Output = String;
    const NAME: &'static str = "test_issue_code";

    async fn apply(&self, tx: &WriteTx) -> Result<String> {
        Ok(issue(tx, &self.keys, self.commune, Actor::Operator, &[self.account]).await?.remove(0).code)
    }
}

impl Harness {
    pub async fn sql(&self, sql: &'static str, values: Vec<Value>) -> u64 {
        self.app.writer.run(Sql(sql, values)).await.unwrap()
    }

    /// A commune by SQL alone: it has no stream and no settings.
    pub async fn town(&self, slug: &str) -> Town {
        let id = Uuid::now_v7();
        let sql = "INSERT INTO commune (commune_id, slug, epoch, settings, links_shown_on, created_at) \
                   VALUES ($1, $2, $3, $4, '2026-11-23', $5)";
        let now = self.clock.now().as_millisecond();
        self.sql(sql, vec![id.into(), slug.into(), Uuid::now_v7().into(), "{}".into(), now.into()]).await;
        Town { id, slug: slug.into() }
    }

    /// A family of one adult with an account and an empty stream, by SQL alone.
    pub async fn adult(&self, town: &Town, identifiant: &str) -> Adult {
        let (family, person) = (Uuid::now_v7(), Uuid::now_v7());
        let sql = "INSERT INTO family (commune_id, family_id, reference) VALUES ($1, $2, $3)";
        self.sql(sql, vec![town.id.into(), family.into(), identifiant.into()]).await;
        let sql = "INSERT INTO adult (commune_id, person_id, family_id, role, first_name, last_name) \
                   VALUES ($1, $2, $3, 'holder', 'Claire', 'Martel')";
        self.sql(sql, vec![town.id.into(), person.into(), family.into()]).await;
        let sql = "INSERT INTO stream (commune_id, stream_id, kind, version, horizon) VALUES ($1, $2, 'family', 0, 0)";
        self.sql(sql, vec![town.id.into(), family.into()]).await;
        self.open_account(town, identifiant, family, person).await
    }

    /// An account with a one-time code for an adult that exists.
    pub async fn open_account(&self, town: &Town, identifiant: &str, family: Uuid, person: Uuid) -> Adult {
        let account = Uuid::now_v7();
        let row = FamilyAccount { account, identifiant: identifiant.into(), family, person };
        self.app.writer.run(OpenAccount(town.id, row)).await.unwrap();
        Adult {
            commune: town.id,
            slug: town.slug.clone(),
            family,
            person,
            account,
            identifiant: identifiant.into(),
            one_time_code: self.one_time_code(town.id, account).await,
        }
    }

    pub async fn one_time_code(&self, commune: Uuid, account: Uuid) -> String {
        self.app.writer.run(IssueCode { commune, account, keys: self.app.keys.clone() }).await.unwrap()
    }

    /// Signs in with the one-time code and chooses [`CODE`].
    pub async fn enrol(&self, adult: &Adult) -> SessionDto {
        let session: SessionDto = self.sign_in(&adult.request(&adult.one_time_code)).await.json();
        let request = SetCodeRequest { current: adult.one_time_code.clone(), new: CODE.into() };
        self.put("/v1/account/code", &session.access_token, &request).await.assert_done();
        session
    }

    pub async fn agent(&self, town: &Town, identifiant: &str, role: AgentRole) -> NewAgent {
        let keys = self.app.keys.clone();
        let create = CreateAgent { commune: town.id, identifiant: identifiant.into(), role, keys };
        self.app.writer.run(create).await.unwrap()
    }

    /// Six digits of an agent's application at the test's time.
    pub fn totp(&self, agent: &NewAgent) -> String {
        let totp = totp_rs::Totp::from_url(&agent.totp_url).unwrap();
        totp.generate(u64::try_from(self.clock.now().as_second()).unwrap()).to_string()
    }

    /// A full session of an agent: one-time code, second factor, then [`CODE`].
    pub async fn enrol_agent(&self, town: &Town, agent: &NewAgent) -> SessionDto {
        let mut request = sign_in_request(&town.slug, &agent.identifiant, &agent.one_time_code);
        request.totp = Some(self.totp(agent));
        let session: SessionDto = self.sign_in(&request).await.json();
        let request = SetCodeRequest { current: agent.one_time_code.clone(), new: CODE.into() };
        self.put("/v1/account/code", &session.access_token, &request).await.assert_done();
        session
    }
}
