//! Who carries messages: a folder by default, a mail server and an SMS gateway where they are configured.
//!
//! No table. Each carrier says of every try whether the peer took the message, may take it later, or never will; a word
//! of a reason goes on record, never what was carried.

mod folder;
mod gateway;
mod mail;
mod smtp;

use jiff::Timestamp;
use uuid::Uuid;

pub use folder::Folder;
pub use gateway::{Gateway, GatewayOptions};
pub use smtp::{Security, Smtp, SmtpOptions};

/// A message with its words.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The same at every try.
    pub id: Uuid,
    /// When it is tried.
    pub at: Timestamp,
    /// E-mail address or telephone number (E.164).
    pub to: String,
    /// Who writes: « Ville de Parempuyre ».
    pub from_name: String,
    /// Where answers go, the service's own address.
    pub reply_to: String,
    /// Of a mail; empty for an SMS.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML; empty for an SMS.
    pub html: String,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The peer took it.
    Taken,
    /// It may be taken later; why, in a word.
    Later(String),
    /// It never will be; why, in a word.
    Refused(String),
}

/// Where mail goes.
#[derive(Debug)]
pub enum MailCarrier {
    /// Files of a folder.
    Folder(Folder),
    /// A mail server.
    Smtp(Smtp),
}

/// Where SMS go.
#[derive(Debug)]
pub enum SmsCarrier {
    /// Files of a folder.
    Folder(Folder),
    /// A gateway over HTTP.
    Gateway(Gateway),
}

/// Both.
#[derive(Debug)]
pub struct Carriers {
    /// Mail.
    pub mail: MailCarrier,
    /// SMS.
    pub sms: SmsCarrier,
}

impl Carriers {
    pub(super) async fn mail(&self, parcel: &Parcel) -> Delivery {
        match &self.mail {
            MailCarrier::Folder(folder) => folder.mail(parcel).await,
            MailCarrier::Smtp(smtp) => smtp.send(parcel).await,
        }
    }

    pub(super) async fn sms(&self, parcel: &Parcel) -> Delivery {
        match &self.sms {
            SmsCarrier::Folder(folder) => folder.sms(parcel).await,
            SmsCarrier::Gateway(gateway) => gateway.send(parcel).await,
        }
    }
}
