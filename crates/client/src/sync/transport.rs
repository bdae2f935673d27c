//! The way to the server: bytes out, bytes in. What they mean is [`super::api`]'s.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use std::sync::Arc;

/// Largest answer read, in bytes: a full page of large entities.
pub const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// The methods used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Act.
    Post,
    /// Replace.
    Put,
    /// Take away.
    Delete,
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Path and query, from `/v1`.
    pub path: String,
    /// Bearer token.
    pub token: Option<String>,
    /// JSON.
    pub body: Option<Vec<u8>>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u32>,
    /// As received, bounded by [`MAX_ANSWER`].
    pub body: Vec<u8>,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportError {
    /// No network, no such host, or refused: the request never left.
    NotReached,
    /// Too slow, or cut: the request may have arrived.
    Unreachable,
    /// The certificate is not known, or not valid now.
    Certificate,
    /// The answer is too large, or not HTTP.
    NotPreau,
}

/// What the server says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerEvent {
    /// A stream has news.
    Poke,
    /// The line lives.
    Heartbeat,
}

/// A server, as this computer reaches it.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and reads its answer.
    async fn send(&self, request: Request) -> Result<Answer, TransportError>;
    /// Opens the line of events; it ends when the line does. The status is the answer's when it is not one.
    async fn events(&self, token: &str) -> Result<BoxStream<'static, ServerEvent>, TransportError>;
}

/// Makes a transport for a server's address.
pub trait Connector: Send + Sync + 'static {
    /// # Errors
    /// [`crate::FailureCode::NotHttps`] when the address is neither HTTPS nor this computer's own.
    fn connect(&self, server: &str) -> Result<Arc<dyn Transport>, crate::Error>;
}
