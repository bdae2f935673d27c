//! Requests by `oneshot`, and their answers.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use http::{HeaderMap, Method, Request, StatusCode, header};
use preau_protocol::accounts::{SessionDto, SignInRequest};
use preau_protocol::error::{ErrorBody, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use super::Harness;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body of a refusal.
    #[track_caller]
    pub fn error(&self) -> ErrorBody {
        assert!(!self.status.is_success(), "{} {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: ErrorCode) {
        assert_eq!((self.status.as_u16(), self.error().code), (status, code), "{}", self.text());
    }

    #[track_caller]
    pub fn assert_done(&self) {
        assert_eq!(self.status, StatusCode::NO_CONTENT, "{}", self.text());
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn retry_after(&self) -> Option<u32> {
        self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()
    }
}

impl Harness {
    /// Sends a request as it is.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let peer = SocketAddr::from(([192, 0, 2, 7], 40000));
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 * 1024 * 1024).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<&impl Serialize>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(serde_json::to_vec(body).unwrap())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, Some(token), None::<&()>).await
    }

    pub async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call(Method::DELETE, path, Some(token), None::<&()>).await
    }

    pub async fn post(&self, path: &str, token: &str, body: &impl Serialize) -> Answer {
        self.call(Method::POST, path, Some(token), Some(body)).await
    }

    pub async fn put(&self, path: &str, token: &str, body: &impl Serialize) -> Answer {
        self.call(Method::PUT, path, Some(token), Some(body)).await
    }

    pub async fn sign_in(&self, request: &SignInRequest) -> Answer {
        self.call(Method::POST, "/v1/auth/sign-in", None, Some(request)).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        let body = serde_json::json!({ "refresh_token": token });
        self.call(Method::POST, "/v1/auth/refresh", None, Some(&body)).await
    }

    /// A session with a one-time code.
    #[track_caller]
    pub fn session(&self, answer: &Answer) -> SessionDto {
        answer.json()
    }
}
