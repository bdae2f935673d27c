//! A mail server (SMTP submission, RFC 6409), over TLS.

use std::error::Error as StdError;
use std::time::Duration;
use std::{fmt, io};

use anyhow::Context;
use lettre::address::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Delivery, Parcel, mail};

/// For each answer of the server.
const PATIENCE: Duration = Duration::from_secs(30);
/// For a whole try, so that it ends long before another sender may take the message.
const TRY: Duration = Duration::from_secs(120);

/// How the connection is kept from others. There is no "if the server offers it": whoever is in between would not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// STARTTLS, or nothing is sent (port 587).
    StartTls,
    /// None: for a server on this computer.
    Plain,
}

/// Where and how.
#[derive(Clone)]
pub struct SmtpOptions {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS.
    pub security: Security,
    /// User and password, where the server asks for them.
    pub credentials: Option<(String, String)>,
    /// Who sends, as the server allows it.
    pub from: String,
}

impl fmt::Debug for SmtpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpOptions").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// The mail server.
#[derive(Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl Smtp {
    /// Prepares to speak to it; no connection is made yet.
    ///
    /// # Errors
    /// When the sender is no address or TLS cannot be set up.
    pub fn open(options: SmtpOptions) -> anyhow::Result<Self> {
        let from: Address = options.from.parse().context("reading the sender's address")?;
        let parameters = || TlsParameters::new(options.host.clone()).context("setting up TLS for mail");
        let tls = match options.security {
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::Plain => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(options.host.clone());
        let mut builder = builder.port(options.port).tls(tls).timeout(Some(PATIENCE));
        if let Some((user, password)) = options.credentials {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build(), from })
    }

    pub(super) async fn send(&self, parcel: &Parcel) -> Delivery {
        let message = match mail::message(parcel, Some(&self.from)) {
            Ok(message) => message,
            Err(reason) => return Delivery::Refused(reason.to_owned()),
        };
        match tokio::time::timeout(TRY, self.transport.send(message)).await {
            Ok(Ok(_)) => Delivery::Taken,
            Ok(Err(error)) => judge(&error),
            Err(_) => Delivery::Later("timeout".to_owned()),
        }
    }
}

/// What the server says may quote the recipient: only the kind of it is kept.
fn judge(error: &Error) -> Delivery {
    if let Some(code) = error.status() {
        let reason = format!("smtp_{code}");
        let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        return if error.is_permanent() && !ours(&code.to_string(), &words) {
            Delivery::Refused(reason)
        } else {
            Delivery::Later(reason)
        };
    }
    let reason = match error {
        error if error.is_timeout() => "timeout",
        error if is_tls(error) => "tls",
        error if error.is_client() => "smtp_client",
        error if error.is_response() => "smtp_answer",
        _ => "connection",
    };
    Delivery::Later(reason.to_owned())
}

/// lettre calls a handshake that failed a connection that did: what rustls said of it is inside.
fn is_tls(error: &Error) -> bool {
    let said = |cause: &(dyn StdError + 'static)| match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => inner.is::<rustls::Error>(),
        None => cause.is::<rustls::Error>(),
    };
    std::iter::successors(error.source(), |cause| (*cause).source()).any(said)
}

/// Refusals of us rather than of the recipient: once the settings are mended, the message goes. Told by the code
/// (RFC 4954), else by the enhanced code at the beginning of the words (RFC 3463: 5.7.x, what the server allows; 5.1.7
/// and 5.1.8, the sender's address; 5.5.x, the commands), else by the words that servers without them use.
fn ours(code: &str, words: &str) -> bool {
    if matches!(code, "502" | "503" | "530" | "534" | "535" | "538") {
        return true;
    }
    let words = words.trim_start().to_ascii_lowercase();
    let mut enhanced = words.split_whitespace().next().unwrap_or_default().split('.');
    match (enhanced.next(), enhanced.next(), enhanced.next()) {
        (Some("5"), Some("7" | "5"), Some(_)) | (Some("5"), Some("1"), Some("7" | "8")) => true,
        (Some("5"), Some(_), Some(_)) => false,
        _ => ["relay", "authenticat", "sender"].iter().any(|word| words.contains(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_by_table() {
        for (code, words, is_ours) in [
            ("550", "5.1.1 <claire@exemple.fr>: Recipient address rejected: User unknown", false),
            ("550", "no such mailbox relay@exemple.fr", true), // tried again for nothing, and then failed
            ("550", "no such mailbox", false),
            ("552", "5.2.2 mailbox full", false),
            ("553", "5.1.3 bad destination mailbox address syntax", false),
            ("554", "5.7.1 <claire@exemple.fr>: Relay access denied", true),
            ("550", "5.7.60 SMTP; Client does not have permissions to send as this sender", true),
            ("550", "relay not permitted", true),
            ("550", "Relaying denied", true),
            ("550", "authentication required", true),
            ("553", "5.1.8 Sender address rejected: Domain not found", true),
            ("553", "sender address rejected", true),
            ("503", "5.5.1 bad sequence of commands", true),
            ("535", "", true),
            ("550", "", false),
        ] {
            assert_eq!(ours(code, words), is_ours, "{code} {words}");
        }
    }

    #[test]
    fn a_password_is_not_printed() {
        let options = SmtpOptions {
            host: "mail.exemple.fr".into(),
            port: 465,
            security: Security::Tls,
            credentials: Some(("preau".into(), "tres-secret".into())),
            from: "preau@exemple.fr".into(),
        };
        assert!(!format!("{options:?}").contains("secret"));
    }
}
