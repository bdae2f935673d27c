//! From an [`Error`] to an answer: a status, a code, a request id, never prose.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;

use crate::error::Error;

/// Travels with an answer to the layer that knows the request id and writes the body.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub code: ErrorCode,
    pub fields: Vec<FieldError>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = (status(&self), code(&self));
        let retry_after = match &self {
            Self::Busy { retry_after } | Self::TooManyAttempts { retry_after } => Some(*retry_after),
            _ => None,
        };
        let fields = match self {
            Self::Fields(_, fields) => fields,
            Self::Unreadable(_) if code == ErrorCode::InvalidRequest => {
                vec![FieldError { field: "body".to_owned(), rule: "invalid".to_owned() }]
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                Vec::new()
            }
            _ => Vec::new(),
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Refusal { code, fields });
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn code(error: &Error) -> ErrorCode {
    match error {
        Error::Rule(code) | Error::Fields(code, _) => *code,
        Error::NotFound => ErrorCode::NotFound,
        Error::Forbidden => ErrorCode::Forbidden,
        Error::SignInRequired => ErrorCode::SignInRequired,
        Error::Busy { .. } => ErrorCode::Busy,
        Error::TooManyAttempts { .. } => ErrorCode::TooManyAttempts,
        Error::Unreadable(rejection) => code_of(rejection.status()),
        Error::Internal(_) => ErrorCode::Internal,
    }
}

fn status(error: &Error) -> StatusCode {
    if let Error::Unreadable(rejection) = error {
        return rejection.status();
    }
    match code(error) {
        ErrorCode::SignInRefused | ErrorCode::SignInRequired => StatusCode::UNAUTHORIZED,
        ErrorCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::PersonalCodeRequired | ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Conflict | ErrorCode::CoHolderExists => StatusCode::CONFLICT,
        ErrorCode::Busy | ErrorCode::AddressLookupUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::LettersUnavailable => StatusCode::NOT_IMPLEMENTED,
        ErrorCode::PersonalCodeRefused
        | ErrorCode::IdentifiantRefused
        | ErrorCode::InvitationRefused
        | ErrorCode::UnknownOperation
        | ErrorCode::InvalidOperation
        | ErrorCode::OperationReused
        | ErrorCode::OperationCancelled
        | ErrorCode::AlreadyApplied
        | ErrorCode::StaleValue
        | ErrorCode::NothingChanges
        | ErrorCode::AlreadyWaiting
        | ErrorCode::DaysRefused
        | ErrorCode::Unknown => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The code of an answer that was not made from an [`Error`]: an extractor's refusal, an unknown route, a panic.
pub(super) fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::UNAUTHORIZED => ErrorCode::SignInRequired,
        StatusCode::FORBIDDEN => ErrorCode::Forbidden,
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::TOO_MANY_REQUESTS => ErrorCode::TooManyAttempts,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => ErrorCode::Busy,
        other if other.is_server_error() => ErrorCode::Internal,
        _ => ErrorCode::InvalidRequest,
    }
}
