//! The server's routes, typed: what a status and a body mean.

use super::transport::{Answer, Method, Request, Transport, TransportError};
use crate::error::ApiError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use preau_protocol::accounts::{
    AccountDto, CoHolderDto, DeviceDto, InviteCoHolderRequest, LostCodeRequest, RefreshRequest, RemoveCoHolderRequest,
    SessionDto, SetCodeRequest, SetIdentifiantRequest, SignInRequest,
};
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::AddressSuggestionsDto;
use preau_protocol::reservations::{CountersResponse, RanksResponse};
use preau_protocol::sync::{ChangesResponse, DigestResponse, MAX_CHANGES, PushResponse};
use preau_protocol::{ErrorBody, ErrorCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// A server and its routes.
#[derive(Clone)]
pub struct Api {
    transport: Arc<dyn Transport>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

#[derive(Deserialize)]
struct ServerDto {
    product: String,
}

impl From<TransportError> for ApiError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotReached => Self::NotReached,
            TransportError::Unreachable => Self::Unreachable,
            TransportError::Certificate => Self::Certificate,
            TransportError::NotPreau => Self::NotPreau,
        }
    }
}

type Result<T> = std::result::Result<T, ApiError>;

impl Api {
    /// The routes over a transport.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// The transport, for the line of events.
    #[must_use]
    pub fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Makes sure that what answers is a Préau server.
    ///
    /// # Errors
    /// [`ApiError::NotPreau`] for anything else that answers.
    pub async fn check_server(&self) -> Result<()> {
        let server: Result<ServerDto> = self.get("/v1/server", None).await;
        match server {
            Ok(server) if server.product == "preau" => Ok(()),
            Ok(_) | Err(ApiError::Refused { .. }) => Err(ApiError::NotPreau),
            Err(error) => Err(error),
        }
    }

    /// Places left in a period.
    ///
    /// # Errors
    /// See [`ApiError`], as everywhere below.
    pub async fn counters(&self, token: &str, period: Uuid) -> Result<CountersResponse> {
        self.get(&format!("/v1/counters?period={period}"), Some(token)).await
    }

    /// Where the family's own requests that wait in a period stand now.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn ranks(&self, token: &str, period: Uuid) -> Result<RanksResponse> {
        self.get(&format!("/v1/ranks?period={period}"), Some(token)).await
    }

    /// What a town says of itself.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn commune(&self, slug: &str) -> Result<CommuneDto> {
        self.get(&format!("/v1/communes/{}", percent(slug)), None).await
    }

    /// Signs in.
    ///
    /// # Errors
    /// [`ErrorCode::SignInRefused`] for whatever is wrong with identifiant or code.
    pub async fn sign_in(&self, request: &SignInRequest) -> Result<SessionDto> {
        self.post("/v1/auth/sign-in", None, request).await
    }

    /// Exchanges the refresh token for the next pair.
    ///
    /// # Errors
    /// [`ApiError::SignInRequired`] when it is not good any more.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SessionDto> {
        let request = RefreshRequest { refresh_token: refresh_token.to_owned() };
        self.post("/v1/auth/refresh", None, &request).await
    }

    /// Ends the session.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let request = Request {
            method: Method::Post,
            path: "/v1/auth/sign-out".to_owned(),
            token: Some(token.to_owned()),
            body: None,
        };
        succeed(&self.transport.send(request).await?)
    }

    /// The account as the server has it.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn account(&self, token: &str) -> Result<AccountDto> {
        self.get("/v1/account", Some(token)).await
    }

    /// Sets the personal code; answered by 204, without a body.
    ///
    /// # Errors
    /// [`ErrorCode::PersonalCodeRefused`] with the rules broken, `current` / `wrong` among them.
    pub async fn set_code(&self, token: &str, request: &SetCodeRequest) -> Result<()> {
        self.tell(Method::Put, "/v1/account/code", Some(token), request).await
    }

    /// Changes the identifiant; answered by 204, without a body.
    ///
    /// # Errors
    /// [`ErrorCode::PersonalCodeRefused`] with `code` / `wrong`, [`ErrorCode::IdentifiantRefused`].
    pub async fn set_identifiant(&self, token: &str, request: &SetIdentifiantRequest) -> Result<()> {
        self.tell(Method::Put, "/v1/account/identifiant", Some(token), request).await
    }

    /// Asks for a link that chooses a new code; answered alike whether or not the identifiant is known.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn lost_code(&self, request: &LostCodeRequest) -> Result<()> {
        self.tell(Method::Post, "/v1/auth/lost-code", None, request).await
    }

    /// The computers that the account is enrolled on.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn devices(&self, token: &str) -> Result<Vec<DeviceDto>> {
        self.get("/v1/account/devices", Some(token)).await
    }

    /// Signs a computer of the account out.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the account has no such computer.
    pub async fn let_device_go(&self, token: &str, device: Uuid) -> Result<()> {
        let path = format!("/v1/account/devices/{device}");
        let request = Request { method: Method::Delete, path, token: Some(token.to_owned()), body: None };
        succeed(&self.transport.send(request).await?)
    }

    /// The second adult of the family, or the invitation under way.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] where the caller may not know.
    pub async fn co_holder(&self, token: &str) -> Result<CoHolderDto> {
        self.get("/v1/account/co-holder", Some(token)).await
    }

    /// Invites the second adult of the family.
    ///
    /// # Errors
    /// [`ErrorCode::PersonalCodeRefused`] with `code` / `wrong`, [`ErrorCode::InvitationRefused`],
    /// [`ErrorCode::CoHolderExists`], [`ErrorCode::Forbidden`].
    pub async fn invite_co_holder(&self, token: &str, request: &InviteCoHolderRequest) -> Result<CoHolderDto> {
        self.post("/v1/account/co-holder", Some(token), request).await
    }

    /// Removes the co-holder, or calls the invitation off.
    ///
    /// # Errors
    /// [`ErrorCode::PersonalCodeRefused`] with `code` / `wrong`, [`ErrorCode::Forbidden`], [`ErrorCode::NotFound`] when
    /// there is neither.
    pub async fn remove_co_holder(&self, token: &str, request: &RemoveCoHolderRequest) -> Result<CoHolderDto> {
        self.post("/v1/account/co-holder/removal", Some(token), request).await
    }

    /// A page of changes.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn changes(&self, token: &str, cursor: &str) -> Result<ChangesResponse> {
        let path = format!("/v1/sync/changes?cursor={}&limit={MAX_CHANGES}", percent(cursor));
        self.get(&path, Some(token)).await
    }

    /// Sends operations. `body` is already written, for its bytes must not change.
    ///
    /// # Errors
    /// See [`ApiError`]; whatever it is, nothing counts as answered.
    pub async fn push(&self, token: &str, body: Vec<u8>) -> Result<PushResponse> {
        let request = Request {
            method: Method::Post,
            path: "/v1/sync/push".to_owned(),
            token: Some(token.to_owned()),
            body: Some(body),
        };
        understand(&self.transport.send(request).await?)
    }

    /// Counts and checksums of what the server served.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn digest(&self, token: &str) -> Result<DigestResponse> {
        self.get("/v1/sync/digest", Some(token)).await
    }

    /// Suggestions of the national address base.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn addresses(&self, token: &str, text: &str) -> Result<AddressSuggestionsDto> {
        self.get(&format!("/v1/addresses?q={}", percent(text)), Some(token)).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, token: Option<&str>) -> Result<T> {
        let request =
            Request { method: Method::Get, path: path.to_owned(), token: token.map(str::to_owned), body: None };
        understand(&self.transport.send(request).await?)
    }

    /// Sends what is answered by its status alone.
    async fn tell(&self, method: Method, path: &str, token: Option<&str>, body: &impl Serialize) -> Result<()> {
        succeed(&self.transport.send(prepared(method, path, token, body)?).await?)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, token: Option<&str>, body: &impl Serialize) -> Result<T> {
        understand(&self.transport.send(prepared(Method::Post, path, token, body)?).await?)
    }
}

fn prepared(method: Method, path: &str, token: Option<&str>, body: &impl Serialize) -> Result<Request> {
    // The requests of the protocol are plain structures: writing them does not fail.
    let body = serde_json::to_vec(body).map_err(|_| ApiError::NotPreau)?;
    Ok(Request { method, path: path.to_owned(), token: token.map(str::to_owned), body: Some(body) })
}

fn understand<T: DeserializeOwned>(answer: &Answer) -> Result<T> {
    succeed(answer)?;
    serde_json::from_slice(&answer.body).map_err(|_| ApiError::NotPreau)
}

/// What is not a success, by status first: proxies between here and the server answer without a body of ours.
fn succeed(answer: &Answer) -> Result<()> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let body: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
    let request_id = body.as_ref().map(|body| body.request_id);
    let refused = |body: ErrorBody| ApiError::Refused { code: body.code, fields: body.fields, request_id };
    Err(match (answer.status, body) {
        (401, Some(body)) if body.code == ErrorCode::SignInRefused => refused(body),
        (401, Some(_)) => ApiError::SignInRequired,
        (429, _) => ApiError::Wait { too_many: true, retry_after: answer.retry_after, request_id },
        (502..=504, _) => ApiError::Wait { too_many: false, retry_after: answer.retry_after, request_id },
        (500.., _) => ApiError::ServerFault { request_id },
        (_, Some(body)) => refused(body),
        (_, None) => ApiError::NotPreau,
    })
}

/// Everything but what never needs it (RFC 3986, unreserved).
fn percent(text: &str) -> PercentEncode<'_> {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_by_table() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let body = |code: &str| format!(r#"{{"code":"{code}","request_id":"{id}"}}"#);
        let request_id = id.parse().ok();
        let refused = |code| ApiError::Refused { code, fields: vec![], request_id };
        let wait = |too_many, retry_after, request_id| ApiError::Wait { too_many, retry_after, request_id };
        for (status, retry_after, body, expected) in [
            (401, None, body("sign_in_required"), ApiError::SignInRequired),
            (401, None, body("sign_in_refused"), refused(ErrorCode::SignInRefused)),
            (401, None, "<html>".to_owned(), ApiError::NotPreau),
            (403, None, body("forbidden"), refused(ErrorCode::Forbidden)),
            (422, None, body("invalid_request"), refused(ErrorCode::InvalidRequest)),
            (404, None, "not found".to_owned(), ApiError::NotPreau),
            (404, None, body("a_code_of_tomorrow"), refused(ErrorCode::Unknown)),
            (429, Some(30), body("too_many_attempts"), wait(true, Some(30), request_id)),
            (503, Some(2), body("busy"), wait(false, Some(2), request_id)),
            (502, None, "<html>bad gateway".to_owned(), wait(false, None, None)),
            (500, None, body("internal"), ApiError::ServerFault { request_id }),
            (301, None, String::new(), ApiError::NotPreau),
        ] {
            let answer = Answer { status, retry_after, body: body.clone().into_bytes() };
            assert_eq!(succeed(&answer), Err(expected), "{status} {body}");
        }
        assert_eq!(succeed(&Answer { status: 204, retry_after: None, body: vec![] }), Ok(()));
    }

    #[test]
    fn a_refusal_keeps_the_fields_it_names() {
        let body = r#"{"code":"personal_code_refused","fields":[{"field":"current","rule":"wrong"}],
            "request_id":"01890a5d-ac96-774b-bcce-b302099a8057"}"#;
        let answer = Answer { status: 422, retry_after: None, body: body.as_bytes().to_vec() };
        let Err(ApiError::Refused { fields, .. }) = succeed(&answer) else { panic!("not refused") };
        assert_eq!((fields[0].field.as_str(), fields[0].rule.as_str()), ("current", "wrong"));
    }

    #[test]
    fn queries_are_encoded() {
        assert_eq!(percent("12 rue d'Été & co").to_string(), "12%20rue%20d%27%C3%89t%C3%A9%20%26%20co");
    }
}
