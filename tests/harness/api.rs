//! HTTP as a desktop speaks it.

use crate::town::Letter;
use anyhow::{Context, Result, bail};
use preau_protocol::accounts::{SessionDto, SetCodeRequest, SignInRequest};
use preau_protocol::sync::ChangesResponse;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::sync::Once;
use uuid::Uuid;

/// A server's HTTP interface.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    address: String,
}

/// Status and body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body as JSON, or as a JSON text when it is none.
    pub body: Value,
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Bearer token.
    pub token: String,
    /// All the server said.
    pub dto: SessionDto,
}

/// What the first connection of a process needs, whoever makes it.
pub(crate) fn tls_provider() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means one is installed already, which is what was wanted.
        rustls::crypto::ring::default_provider().install_default().ok();
    });
}

impl Api {
    /// Speaks to the server at an address.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(address: &str) -> Result<Self> {
        tls_provider();
        Ok(Self { client: Client::builder().no_proxy().build()?, address: address.to_owned() })
    }

    /// One request.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn send(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Result<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.with_context(|| path.to_owned())?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Ok(Answer { status, body })
    }

    /// `GET`.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn get(&self, path: &str, token: &str) -> Result<Answer> {
        self.send(Method::GET, path, Some(token), None).await
    }

    /// `POST`.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, Some(token), Some(body)).await
    }

    /// Signs in with an identifiant and a code, one-time or personal.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_in(&self, commune: &str, identifiant: &str, code: &str, totp: Option<&str>) -> Result<Session> {
        let request = SignInRequest {
            commune: commune.to_owned(),
            identifiant: identifiant.to_owned(),
            code: code.to_owned(),
            totp: totp.map(str::to_owned),
            device_label: "Ordinateur de test".to_owned(),
            installation: None,
        };
        let body = serde_json::to_value(&request)?;
        Session::read(&self.send(Method::POST, "/v1/auth/sign-in", None, Some(&body)).await?)
    }

    /// First login: the letter's code, then the personal code that is obligatory.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn first_login(&self, commune: &str, letter: &Letter, personal: &str) -> Result<Session> {
        let session = self.sign_in(commune, &letter.identifiant, &letter.code, None).await?;
        self.set_code(&session.token, &letter.code, personal).await?;
        Ok(session)
    }

    /// First login of an agent with what `create-agent --json` printed: the one-time code and a recovery code.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn first_agent_login(&self, commune: &str, printed: &str, personal: &str) -> Result<Session> {
        let agent: Value = serde_json::from_str(printed).context("what create-agent printed")?;
        let text = |value: &Value| value.as_str().map(str::to_owned).with_context(|| format!("a text in {printed}"));
        let (identifiant, code) = (text(&agent["identifiant"])?, text(&agent["one_time_code"])?);
        let recovery = text(&agent["recovery_codes"][0])?;
        let session = self.sign_in(commune, &identifiant, &code, Some(&recovery)).await?;
        self.set_code(&session.token, &code, personal).await?;
        Ok(session)
    }

    /// `POST` without a body, for what it prints.
    ///
    /// # Errors
    /// When nothing answers, or it refuses.
    pub async fn printed(&self, path: &str, token: &str) -> Result<Vec<u8>> {
        let request = self.client.post(format!("{}{path}", self.address)).bearer_auth(token);
        Ok(request.send().await?.error_for_status()?.bytes().await?.to_vec())
    }

    /// `PUT /v1/account/code`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn set_code(&self, token: &str, current: &str, new: &str) -> Result<Answer> {
        let request = SetCodeRequest { current: current.to_owned(), new: new.to_owned() };
        let body = serde_json::to_value(&request)?;
        self.send(Method::PUT, "/v1/account/code", Some(token), Some(&body)).await?.success()
    }

    /// Everything from a cursor on (empty: the snapshot), page after page of `limit`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn pull(&self, token: &str, cursor: &str, limit: u32) -> Result<Vec<ChangesResponse>> {
        let mut pages: Vec<ChangesResponse> = Vec::new();
        let mut cursor = cursor.to_owned();
        loop {
            let path = format!("/v1/sync/changes?cursor={cursor}&limit={limit}");
            let answer = self.get(&path, token).await?.success()?;
            let page: ChangesResponse = serde_json::from_value(answer.body).context("reading a page of changes")?;
            cursor.clone_from(&page.cursor);
            let more = page.has_more;
            pages.push(page);
            if !more {
                return Ok(pages);
            }
        }
    }

    /// Pushes one operation.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn push(&self, token: &str, op_id: Uuid, op: &Value) -> Result<Answer> {
        self.post("/v1/sync/push", token, &json!({ "operations": [{ "op_id": op_id, "op": op }] })).await
    }
}

impl Answer {
    /// The answer, if it is a success.
    ///
    /// # Errors
    /// What was answered instead.
    pub fn success(self) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        bail!("{}: {}", self.status, self.body)
    }
}

impl Session {
    fn read(answer: &Answer) -> Result<Self> {
        let answer = answer.clone().success().context("signing in")?;
        let dto: SessionDto = serde_json::from_value(answer.body).context("reading the session")?;
        Ok(Self { token: dto.access_token.clone(), dto })
    }
}
