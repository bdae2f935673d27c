//! What goes wrong on the server, and what the caller is told of it: a code and a request id, never SQL, paths or
//! prose. Internals are logged with the request id by the HTTP layer.

use axum::extract::rejection::JsonRejection;
use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;
use sea_orm::DbErr;

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request or a command has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no.
    #[error("refused: {0:?}")]
    Rule(ErrorCode),
    /// The request is readable and wrong in these fields.
    #[error("refused: {0:?} in {1:?}")]
    Fields(ErrorCode, Vec<FieldError>),
    /// The body is no JSON, or not that of this request. What the reader said of it quotes it: it is not told.
    #[error("a body that cannot be read")]
    Unreadable(#[from] JsonRejection),
    /// No such thing for this caller.
    #[error("not found")]
    NotFound,
    /// The caller is known and may not do this.
    #[error("forbidden")]
    Forbidden,
    /// No token, or no longer a good one.
    #[error("sign-in required")]
    SignInRequired,
    /// A queue or pool is full; seconds to wait, jitter included.
    #[error("busy, retry after {retry_after} s")]
    Busy {
        /// Seconds.
        retry_after: u32,
    },
    /// Too many tries; seconds to wait.
    #[error("too many attempts, retry after {retry_after} s")]
    TooManyAttempts {
        /// Seconds.
        retry_after: u32,
    },
    /// Something broke; logged with the request id.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl Error {
    /// Whether another process held the rows and the same command may succeed when run again.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        let Self::Internal(error) = self else { return false };
        error.chain().filter_map(|cause| cause.downcast_ref::<DbErr>()).any(crate::db::is_contention)
    }
}
