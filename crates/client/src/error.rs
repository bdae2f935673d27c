//! What can go wrong in a use case, as the interface receives it: a code with a sentence for each, never prose.

use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;
use serde::Serialize;
use specta::Type;
use uuid::Uuid;

/// Why a command did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FailureCode {
    /// The server cannot be reached.
    Unreachable,
    /// The server's certificate is not known or not valid (or this computer's clock is wrong by years).
    Certificate,
    /// The address is neither HTTPS nor this computer's own.
    NotHttps,
    /// Something answers there, which is not a Préau server.
    NotPreau,
    /// No town of that name in the directory.
    UnknownTown,
    /// The pasted text is not a letter's QR code.
    NotAnInvitation,
    /// The link names a town of the directory and another server than that town's.
    ForeignInvitation,
    /// A kiosk is of one town, and the link names another.
    OtherTown,
    /// The space of this window is locked: by its PIN, or by the identifiant and the code.
    Locked,
    /// The PIN is wrong.
    WrongPin,
    /// The PIN was wrong too often: only the identifiant and the code open the space.
    PinSpent,
    /// It cannot be a PIN.
    PinRefused,
    /// Requests wait in a space behind its PIN, and this would lose them.
    RequestsWait,
    /// The code is right, and somebody else's than the space's.
    OtherAccount,
    /// A file could not be written.
    NotSaved,
    /// The family has a co-holder already.
    CoHolderExists,
    /// A name or the e-mail of an invitation will not do.
    InvitationRefused,
    /// The account may not do this.
    Forbidden,
    /// Identifiant or code wrong, expired or locked.
    SignInRefused,
    /// Too many tries.
    TooManyAttempts,
    /// The server is full.
    Busy,
    /// The session with the server ended.
    SignInAgain,
    /// The personal code breaks a rule.
    CodeRefused,
    /// The current code is wrong.
    WrongCode,
    /// The identifiant is badly formed or taken.
    IdentifiantRefused,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// The passphrase is shorter than 8 characters.
    PassphraseTooShort,
    /// The system's keychain did not answer or lost the key.
    Keychain,
    /// The cache is damaged or was replaced: it was set aside, and everything will be read again.
    CacheDamaged,
    /// The cache was written by a newer version of the application: it was left as it is.
    CacheTooNew,
    /// Another instance of the application holds this space.
    AlreadyOpen,
    /// This computer's disk is full.
    DiskFull,
    /// This cannot be done offline.
    Offline,
    /// A kiosk has no way to the server: nothing was sent, and nothing is kept.
    NotSent,
    /// A kiosk cannot be made of a computer that keeps families' spaces.
    SpacesKept,
    /// The exit code of a kiosk is too short, or somebody's own code.
    ExitCodeRefused,
    /// This is for agents of the town.
    AgentsOnly,
    /// No such thing here.
    NotFound,
    /// It took effect already and cannot be given up.
    AlreadyApplied,
    /// The server answered with a fault of its own.
    ServerFault,
    /// A fault of the application.
    Internal,
}

/// A failure on its way to the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Why.
    pub code: FailureCode,
    /// Seconds to wait before another try, when the server said so.
    pub retry_after: Option<u32>,
    /// The server's request id, to quote to the town hall.
    pub request_id: Option<String>,
}

/// Everything that can go wrong below the use cases.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server, or the way to it.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The file of the cache.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The keychain did not answer, or lost the key.
    #[error("the keychain did not answer or lost the key")]
    Keychain,
    /// The passphrase does not open the profile.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// A rule broken that has a code of its own.
    #[error("refused: {0:?}")]
    Rule(FailureCode),
    /// A fault of the application: logged, and shown as such.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Why the server did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// No connection: what was asked never left.
    #[error("no connection to the server")]
    NotReached,
    /// No answer: what was asked may have arrived.
    #[error("the server does not answer")]
    Unreachable,
    /// Its certificate is not known, or not valid now.
    #[error("the server's certificate is refused")]
    Certificate,
    /// What answered is not a Préau server.
    #[error("not a Préau server")]
    NotPreau,
    /// The token is not good, or no longer.
    #[error("the session ended")]
    SignInRequired,
    /// Too much to do, or too many tries; with the seconds to wait when the server said so.
    #[error("the server asks to wait")]
    Wait {
        /// Whether this account or device tried too often, rather than the server being full.
        too_many: bool,
        /// Seconds.
        retry_after: Option<u32>,
        /// The server's request id.
        request_id: Option<Uuid>,
    },
    /// The server understood and refused.
    #[error("refused: {code:?}")]
    Refused {
        /// Why.
        code: ErrorCode,
        /// Which fields break which rule, where it said so.
        fields: Vec<FieldError>,
        /// The server's request id.
        request_id: Option<Uuid>,
    },
    /// A fault of the server.
    #[error("the server failed")]
    ServerFault {
        /// The server's request id.
        request_id: Option<Uuid>,
    },
}

/// Why the file of the cache does not serve.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Damaged, truncated or replaced.
    #[error("the cache is damaged")]
    Damaged,
    /// Written by a newer version.
    #[error("the cache was written by a newer version")]
    TooNew,
    /// Another instance holds it.
    #[error("another instance holds the cache")]
    AlreadyOpen,
    /// No room left.
    #[error("the disk is full")]
    DiskFull,
    /// Anything else.
    #[error("the cache failed")]
    Other(#[source] anyhow::Error),
}

const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_NOTADB: i32 = 26;

impl From<sqlx::Error> for CacheError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<i32>().ok());
        // Extended codes carry the primary one in their low byte.
        match code.map(|code| code & 0xff) {
            Some(SQLITE_FULL) => Self::DiskFull,
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => Self::Damaged,
            _ => match error {
                sqlx::Error::Io(io) => io.into(),
                sqlx::Error::Migrate(migrate) => (*migrate).into(),
                other => Self::Other(other.into()),
            },
        }
    }
}

impl From<sqlx::migrate::MigrateError> for CacheError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::VersionMissing(_) => Self::TooNew,
            MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => Self::Damaged,
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self::Other(other.into()),
        }
    }
}

impl From<std::io::Error> for CacheError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Other(error.into()),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Cache(error.into())
    }
}

impl Failure {
    /// A failure that is only a code.
    #[must_use]
    pub fn of(code: FailureCode) -> Self {
        Self { code, retry_after: None, request_id: None }
    }
}

impl From<&ApiError> for Failure {
    fn from(error: &ApiError) -> Self {
        let (code, retry_after, request_id) = match error {
            ApiError::NotReached | ApiError::Unreachable => (FailureCode::Unreachable, None, None),
            ApiError::Certificate => (FailureCode::Certificate, None, None),
            ApiError::NotPreau => (FailureCode::NotPreau, None, None),
            ApiError::SignInRequired => (FailureCode::SignInAgain, None, None),
            ApiError::Wait { too_many, retry_after, request_id } => {
                let code = if *too_many { FailureCode::TooManyAttempts } else { FailureCode::Busy };
                (code, *retry_after, *request_id)
            }
            ApiError::Refused { code, fields, request_id } => (refusal(*code, fields), None, *request_id),
            ApiError::ServerFault { request_id } => (FailureCode::ServerFault, None, *request_id),
        };
        Self { code, retry_after, request_id: request_id.map(|id| id.to_string()) }
    }
}

/// What a refusal outside the outbox is to a screen.
fn refusal(code: ErrorCode, fields: &[FieldError]) -> FailureCode {
    match code {
        ErrorCode::PersonalCodeRefused if is_wrong_code(fields) => FailureCode::WrongCode,
        ErrorCode::SignInRefused => FailureCode::SignInRefused,
        ErrorCode::TooManyAttempts => FailureCode::TooManyAttempts,
        ErrorCode::SignInRequired => FailureCode::SignInAgain,
        ErrorCode::PersonalCodeRefused => FailureCode::CodeRefused,
        ErrorCode::IdentifiantRefused => FailureCode::IdentifiantRefused,
        ErrorCode::NotFound => FailureCode::NotFound,
        ErrorCode::Busy => FailureCode::Busy,
        ErrorCode::AddressLookupUnavailable => FailureCode::Offline,
        ErrorCode::AlreadyApplied => FailureCode::AlreadyApplied,
        ErrorCode::Forbidden => FailureCode::Forbidden,
        ErrorCode::CoHolderExists => FailureCode::CoHolderExists,
        ErrorCode::InvitationRefused => FailureCode::InvitationRefused,
        ErrorCode::PersonalCodeRequired
        | ErrorCode::InvalidRequest
        | ErrorCode::TooLarge
        | ErrorCode::Conflict
        | ErrorCode::Internal
        | ErrorCode::UnknownOperation
        | ErrorCode::InvalidOperation
        | ErrorCode::OperationReused
        | ErrorCode::OperationCancelled
        | ErrorCode::StaleValue
        | ErrorCode::NothingChanges
        | ErrorCode::AlreadyWaiting
        | ErrorCode::DaysRefused
        | ErrorCode::LettersUnavailable
        | ErrorCode::Unknown => FailureCode::ServerFault,
    }
}

impl ApiError {
    /// The code given to prove who one is was not the one in force.
    #[must_use]
    pub fn is_wrong_code(&self) -> bool {
        matches!(self, Self::Refused { code: ErrorCode::PersonalCodeRefused, fields, .. } if is_wrong_code(fields))
    }
}

/// The code in use is called `current` where it is changed, and `code` where it only proves who asks.
fn is_wrong_code(fields: &[FieldError]) -> bool {
    fields.iter().any(|field| matches!(field.field.as_str(), "current" | "code") && field.rule == "wrong")
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Api(api) => Self::from(&api),
            Error::Cache(CacheError::Damaged) => Self::of(FailureCode::CacheDamaged),
            Error::Cache(CacheError::TooNew) => Self::of(FailureCode::CacheTooNew),
            Error::Cache(CacheError::AlreadyOpen) => Self::of(FailureCode::AlreadyOpen),
            Error::Cache(CacheError::DiskFull) => Self::of(FailureCode::DiskFull),
            Error::Keychain => Self::of(FailureCode::Keychain),
            Error::WrongPassphrase => Self::of(FailureCode::WrongPassphrase),
            Error::Rule(code) => Self::of(code),
            Error::Cache(CacheError::Other(cause)) | Error::Internal(cause) => {
                tracing::error!(error = format!("{cause:#}"), "internal failure");
                Self::of(FailureCode::Internal)
            }
        }
    }
}
