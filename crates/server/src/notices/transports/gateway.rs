//! An SMS gateway: one documented HTTP request, which a town's provider or a small adapter answers.
//!
//! `POST` of `{"id", "to", "text"}` with `Authorization: Bearer` and `Idempotency-Key`; 2xx: taken; 400, 409, 413 and
//! 422, which are about the message: refused; anything else, redirections and 404 included, is about the gateway or its
//! settings: again later. Described for operators in `docs/operations.md`.

use std::fmt;
use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, StatusCode, Url, redirect};
use serde_json::json;

use super::{Delivery, Parcel};

const PATIENCE: Duration = Duration::from_secs(30);

/// Where and how.
#[derive(Clone)]
pub struct GatewayOptions {
    /// Its address.
    pub url: Url,
    /// What it knows us by.
    pub token: String,
}

impl fmt::Debug for GatewayOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayOptions").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// The gateway.
#[derive(Debug)]
pub struct Gateway {
    client: Client,
    options: GatewayOptions,
}

impl Gateway {
    /// Speaks to this address and no other: redirections are not followed, no proxy is taken from the environment.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn open(options: GatewayOptions) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).no_proxy();
        Ok(Self { client: client.build().context("setting up the client of the SMS gateway")?, options })
    }

    pub(super) async fn send(&self, parcel: &Parcel) -> Delivery {
        let request = self.client.post(self.options.url.clone()).bearer_auth(&self.options.token);
        let request = request.header("Idempotency-Key", parcel.id.to_string());
        let body = json!({ "id": parcel.id, "to": parcel.to, "text": parcel.text });
        match request.json(&body).send().await {
            Ok(answer) => judge(answer.status()),
            Err(error) if error.is_timeout() => Delivery::Later("timeout".to_owned()),
            Err(_) => Delivery::Later("connection".to_owned()),
        }
    }
}

fn judge(status: StatusCode) -> Delivery {
    let reason = format!("gateway_{}", status.as_u16());
    match status {
        status if status.is_success() => Delivery::Taken,
        StatusCode::BAD_REQUEST
        | StatusCode::CONFLICT
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => Delivery::Refused(reason),
        // A token that is refused, an address where nobody answers: a setting, not the message.
        _ => Delivery::Later(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_by_table() {
        let (later, refused) = (|code| Delivery::Later(code), |code| Delivery::Refused(code));
        for (status, delivery) in [
            (200, Delivery::Taken),
            (202, Delivery::Taken),
            (301, later("gateway_301".to_owned())),
            (400, refused("gateway_400".to_owned())),
            (401, later("gateway_401".to_owned())),
            (403, later("gateway_403".to_owned())),
            (404, later("gateway_404".to_owned())),
            (405, later("gateway_405".to_owned())),
            (408, later("gateway_408".to_owned())),
            (413, refused("gateway_413".to_owned())),
            (422, refused("gateway_422".to_owned())),
            (429, later("gateway_429".to_owned())),
            (500, later("gateway_500".to_owned())),
            (503, later("gateway_503".to_owned())),
        ] {
            assert_eq!(judge(StatusCode::from_u16(status).expect("a status")), delivery, "{status}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let options = GatewayOptions { url: "https://sms.exemple.fr".parse().expect("a URL"), token: "secret".into() };
        assert!(!format!("{options:?}").contains("secret"));
    }
}
