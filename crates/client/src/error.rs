//! What can go wrong in a use case, as the interface receives it: a code with a sentence for each, never prose.

use serde::Serialize;
use specta::Type;

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
    /// The cache was written by a newer version of the application.
    CacheTooNew,
    /// Another instance of the application holds this space.
    AlreadyOpen,
    /// This computer's disk is full.
    DiskFull,
    /// This cannot be done offline.
    Offline,
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
