//! Putting messages in line, in the transaction of what they tell.

use uuid::Uuid;

use super::content::Content;
use super::store::messages::{self, NewMessage};
use super::store::security::adults;
use crate::error::Result;
use crate::writer::WriteTx;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// An e-mail address.
    Mail(String),
    /// A mobile telephone, E.164.
    Sms(String),
}

impl Recipient {
    /// An adult's e-mail, or the mobile telephone where no e-mail is known.
    #[must_use]
    pub fn of(email: Option<&str>, mobile: Option<&str>) -> Option<Self> {
        email.map(|email| Self::Mail(email.to_owned())).or_else(|| mobile.map(|mobile| Self::Sms(mobile.to_owned())))
    }

    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Mail(address) => ("mail", address),
            Self::Sms(number) => ("sms", number),
        }
    }
}

/// Writes to every adult of a family who can be reached, to each by their first name.
///
/// # Errors
/// Whatever the database says.
pub async fn tell_adults(
    tx: &WriteTx,
    commune: Uuid,
    family: Uuid,
    content: impl Fn(String) -> Content + Send,
) -> Result<()> {
    for adult in adults(tx, commune, family).await? {
        if let Some(to) = Recipient::of(adult.email.as_deref(), adult.mobile_phone.as_deref()) {
            enqueue(tx, commune, &to, &content(adult.first_name), None).await?;
        }
    }
    Ok(())
}

/// Puts a message in line. It leaves after the commit, and not at all without one. `link` is the link it carries.
///
/// # Errors
/// Whatever the database says.
pub async fn enqueue(tx: &WriteTx, commune: Uuid, to: &Recipient, content: &Content, link: Option<Uuid>) -> Result<()> {
    let (channel, recipient) = to.columns();
    let data = serde_json::to_string(content)?;
    let message = NewMessage { channel, recipient, template: content.template(), data, link };
    messages::insert(tx, commune, message).await
}
