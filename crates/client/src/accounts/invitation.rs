//! The text of a letter's QR code: `preau://connect?server=…&town=…&identifiant=…`.

use crate::error::{Error, FailureCode};
use crate::sync::http::server_url;
use reqwest::Url;

/// What the text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub server: String,
    pub town: String,
    pub identifiant: Option<String>,
}

impl Invitation {
    /// Reads a pasted text. Fails with [`FailureCode::NotAnInvitation`] or [`FailureCode::NotHttps`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let not_one = || Error::Rule(FailureCode::NotAnInvitation);
        let url = Url::parse(text.trim()).map_err(|_| not_one())?;
        if url.scheme() != "preau" || url.host_str() != Some("connect") {
            return Err(not_one());
        }
        let value = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
            found.filter(|value| !value.is_empty())
        };
        let server = value("server").ok_or_else(not_one)?;
        let town = value("town").filter(|slug| is_slug(slug)).ok_or_else(not_one)?;
        let server = server_url(&server)?.as_str().trim_end_matches('/').to_owned();
        Ok(Self { server, town, identifiant: value("identifiant").filter(|text| text.chars().count() <= 64) })
    }

    /// The server as a person can compare it with the letter: its host in ASCII, so that no letter of another alphabet
    /// passes for one of ours, and its port where it is not the usual one.
    pub fn host(&self) -> Result<String, Error> {
        let url = server_url(&self.server)?;
        let host = url.host_str().unwrap_or_default();
        Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }
}

fn is_slug(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_shown_without_disguise() {
        for (server, host) in [
            ("https%3A%2F%2Fmairie.example%2Fpreau", "mairie.example"),
            ("https%3A%2F%2Fmairie.example%3A8443", "mairie.example:8443"),
            ("https%3A%2F%2Fp%D0%B0rempuyre.example", "xn--prempuyre-0yh.example"),
        ] {
            let text = format!("preau://connect?server={server}&town=parempuyre");
            assert_eq!(Invitation::parse(&text).and_then(|invitation| invitation.host()).expect("a host"), host);
        }
    }

    #[test]
    fn texts_by_table() {
        let read = |text: &str| match Invitation::parse(text) {
            Ok(Invitation { server, town, identifiant }) => Ok((server, town, identifiant)),
            Err(Error::Rule(code)) => Err(code),
            Err(other) => panic!("{other}"),
        };
        let found = |server: &str, identifiant: Option<&str>| {
            Ok((server.to_owned(), "parempuyre".to_owned(), identifiant.map(str::to_owned)))
        };
        for (text, expected) in [
            (
                " preau://connect?server=https%3A%2F%2Fmairie.example&town=parempuyre&identifiant=martel.claire\n",
                found("https://mairie.example", Some("martel.claire")),
            ),
            (
                "preau://connect?server=http%3A%2F%2F127.0.0.1%3A8080&town=parempuyre",
                found("http://127.0.0.1:8080", None),
            ),
            ("preau://connect?server=http%3A%2F%2Fmairie.example&town=parempuyre", Err(FailureCode::NotHttps)),
            ("preau://connect?server=https%3A%2F%2Fmairie.example", Err(FailureCode::NotAnInvitation)),
            ("preau://connect?server=https%3A%2F%2Fa.example&town=..%2Fx", Err(FailureCode::NotAnInvitation)),
            ("preau://open?server=https%3A%2F%2Fa.example&town=b", Err(FailureCode::NotAnInvitation)),
            ("https://mairie.example", Err(FailureCode::NotAnInvitation)),
            ("bonjour", Err(FailureCode::NotAnInvitation)),
            ("", Err(FailureCode::NotAnInvitation)),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
