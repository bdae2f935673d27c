//! A mail as it travels (RFC 5322): both forms of the text, an id that stays, and a word for machines not to answer.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::Parcel;

/// RFC 3834: no holiday notice answers it.
const AUTOMATIC: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The mail, from the server's own address where one is configured; otherwise from the service's. The refusal is a word
/// of a reason: an address on record that no mail can go to.
pub(super) fn message(parcel: &Parcel, from: Option<&Address>) -> Result<Message, &'static str> {
    let service: Address = parcel.reply_to.parse().map_err(|_| "service_address")?;
    let to: Address = parcel.to.parse().map_err(|_| "address")?;
    let from = from.unwrap_or(&service).clone();
    let id = format!("<{}@{}>", parcel.id, from.domain());
    let millis = u64::try_from(parcel.at.as_millisecond()).unwrap_or(0);
    Message::builder()
        .from(Mailbox::new(Some(parcel.from_name.clone()), from))
        .reply_to(Mailbox::new(None, service))
        .to(Mailbox::new(None, to))
        .subject(parcel.subject.clone())
        .message_id(Some(id))
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        .raw_header(HeaderValue::new(AUTOMATIC, "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(parcel.text.clone(), parcel.html.clone()))
        .map_err(|_| "message")
}
