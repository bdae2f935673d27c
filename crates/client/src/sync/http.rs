//! The transport over HTTPS.

use super::transport::{Answer, Connector, MAX_ANSWER, Method, Request, ServerEvent, Transport, TransportError};
use crate::error::{ApiError, Error, FailureCode};
use async_trait::async_trait;
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::{Client, Response, Url, header, redirect};
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(60);
/// The server's heartbeat comes more often; a silent line is a dead one.
const SILENCE: Duration = Duration::from_secs(90);

/// Makes transports over HTTPS. The process has installed its TLS provider.
#[derive(Debug, Default)]
pub struct HttpConnector;

impl Connector for HttpConnector {
    fn connect(&self, server: &str) -> Result<Arc<dyn Transport>, Error> {
        let base = server_url(server)?;
        let builder = Client::builder()
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("preau/", env!("CARGO_PKG_VERSION")));
        // A rehearsal on this computer needs no certificate; some systems have none to check with.
        let builder = if base.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(|error| {
            tracing::error!(error = format!("{:#}", anyhow::Error::from(error)), "no HTTP client");
            ApiError::Certificate
        })?;
        Ok(Arc::new(HttpTransport { base, client }))
    }
}

/// Reads a server's address: HTTPS, or this computer's own for rehearsals.
///
/// # Errors
/// [`FailureCode::NotHttps`].
pub fn server_url(text: &str) -> Result<Url, Error> {
    let refused = || Error::Rule(FailureCode::NotHttps);
    let url = Url::parse(text.trim()).map_err(|_| refused())?;
    let own = match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    };
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if plain && (url.scheme() == "https" || (url.scheme() == "http" && own)) { Ok(url) } else { Err(refused()) }
}

struct HttpTransport {
    base: Url,
    client: Client,
}

impl HttpTransport {
    fn url(&self, path: &str) -> Result<Url, TransportError> {
        // The base may itself have a path, behind a town's proxy.
        let base = self.base.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{path}")).map_err(|_| TransportError::NotPreau)
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let url = self.url(&request.path)?;
        let mut builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Put => self.client.put(url),
            Method::Delete => self.client.delete(url),
        };
        if let Some(token) = &request.token {
            builder = builder.bearer_auth(token);
        }
        if let Some(body) = request.body {
            builder = builder.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let exchange = async {
            let response = builder.send().await.map_err(|error| classify(&error))?;
            read(response).await
        };
        tokio::time::timeout(WHOLE, exchange).await.unwrap_or(Err(TransportError::Unreachable))
    }

    async fn events(&self, token: &str) -> Result<BoxStream<'static, ServerEvent>, TransportError> {
        let request = self.client.get(self.url("/v1/events")?).bearer_auth(token);
        let request = request.header(header::ACCEPT, "text/event-stream").send();
        let response = tokio::time::timeout(WHOLE, request).await;
        let response = response.map_err(|_| TransportError::Unreachable)?.map_err(|error| classify(&error))?;
        if !response.status().is_success() {
            return Err(TransportError::Unreachable);
        }
        let lines = response.bytes_stream().eventsource();
        let events = futures_util::stream::unfold(Box::pin(lines), |mut lines| async move {
            loop {
                let event = tokio::time::timeout(SILENCE, lines.next()).await.ok()??.ok()?;
                let known = match event.event.as_str() {
                    "poke" => ServerEvent::Poke,
                    "heartbeat" => ServerEvent::Heartbeat,
                    _ => continue,
                };
                return Some((known, lines));
            }
        });
        Ok(events.boxed())
    }
}

async fn read(mut response: Response) -> Result<Answer, TransportError> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|seconds| seconds.trim().parse().ok());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(TransportError::NotPreau);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, retry_after, body })
}

fn classify(error: &reqwest::Error) -> TransportError {
    if refuses_certificate(error) {
        TransportError::Certificate
    } else if error.is_connect() {
        TransportError::NotReached
    } else {
        TransportError::Unreachable
    }
}

/// A refused certificate hides deep in the causes, inside input errors within input errors, which name their causes'
/// causes but not what they carry.
fn refuses_certificate(error: &(dyn StdError + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    let carried = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match carried {
        Some(carried) => refuses_certificate(carried),
        None => error.source().is_some_and(refuses_certificate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_by_table() {
        for (text, good) in [
            ("https://preau.parempuyre.example", true),
            ("https://mairie.example/preau/", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080", true),
            ("http://[::1]:8080", true),
            ("http://preau.parempuyre.example", false),
            ("http://127.0.0.1.example.org", false),
            ("https://user:secret@mairie.example", false),
            ("https://mairie.example/?next=x", false),
            ("ftp://mairie.example", false),
            ("file:///etc/passwd", false),
            ("mairie.example", false),
            ("", false),
        ] {
            assert_eq!(server_url(text).is_ok(), good, "{text}");
        }
    }
}
