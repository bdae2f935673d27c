//! The details that a family changes by itself, one at a time: an address, telephones, an e-mail.
//!
//! Tables: `family`, `adult`, `detail_change`. What the transaction read ahead or left for its end ([`batch`]) is looked
//! at before the database.

mod batch;
mod store;

pub(super) use batch::want;

use preau_domain::family::{DetailField, DetailSubject, DetailValue, Email, Phone, PostalAddress};
use uuid::Uuid;

use super::store::{AdultRow, DetailChangeRow, FamilyRow, adults, families};
use crate::error::{Error, Result};
use crate::writer::WriteTx;

/// What a detail is part of, as it is on record.
#[derive(Debug, Clone)]
pub(crate) enum OnRecord {
    /// A home.
    Home(FamilyRow),
    /// An adult.
    Adult(AdultRow),
}

impl OnRecord {
    /// One of its details, read leniently: a number that went out of service since must not keep a family from changing it.
    pub fn detail(&self, field: DetailField) -> DetailValue {
        let phone = |number: &Option<String>| DetailValue::Phone(number.as_deref().map(Phone::on_record));
        match (self, field) {
            (Self::Home(home), _) => DetailValue::Address(postal_address(home)),
            (Self::Adult(adult), DetailField::MobilePhone) => phone(&adult.mobile_phone),
            (Self::Adult(adult), DetailField::LandlinePhone) => phone(&adult.landline_phone),
            (Self::Adult(adult), DetailField::Email) => {
                DetailValue::Email(adult.email.as_deref().map(Email::on_record))
            }
            // An adult has no address of their own; the rule refuses the pair.
            (Self::Adult(_), DetailField::Address) => DetailValue::Address(None),
        }
    }

    /// The same with another value of a detail; none for a pair of field and value that the rule refuses.
    fn with(mut self, field: DetailField, value: &DetailValue) -> Option<Self> {
        match (&mut self, field, value) {
            (Self::Home(home), DetailField::Address, DetailValue::Address(address)) => {
                let line =
                    |line: fn(&PostalAddress) -> Option<&str>| address.as_ref().and_then(line).map(str::to_owned);
                home.street = line(|address| Some(address.street()));
                home.complement = line(PostalAddress::complement);
                home.postcode = line(|address| Some(address.postcode()));
                home.city = line(|address| Some(address.city()));
            }
            (Self::Adult(adult), DetailField::MobilePhone, DetailValue::Phone(phone)) => {
                adult.mobile_phone = phone.as_ref().map(|phone| phone.e164().to_owned());
            }
            (Self::Adult(adult), DetailField::LandlinePhone, DetailValue::Phone(phone)) => {
                adult.landline_phone = phone.as_ref().map(|phone| phone.e164().to_owned());
            }
            (Self::Adult(adult), DetailField::Email, DetailValue::Email(email)) => {
                adult.email = email.as_ref().map(|email| email.as_str().to_owned());
            }
            _ => return None,
        }
        Some(self)
    }
}

fn postal_address(row: &FamilyRow) -> Option<PostalAddress> {
    let (street, postcode, city) = (row.street.as_deref()?, row.postcode.as_deref()?, row.city.as_deref()?);
    Some(PostalAddress::on_record(street, row.complement.as_deref(), postcode, city))
}

/// What a detail of the family is part of; `None` if the subject is not of this family.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn on_record(
    tx: &WriteTx,
    commune: Uuid,
    family: Uuid,
    subject: DetailSubject,
) -> Result<Option<OnRecord>> {
    match subject {
        DetailSubject::Household => {
            if let Some(known) = batch::home(tx, commune, family) {
                return Ok(known.map(OnRecord::Home));
            }
            Ok(families(tx.connection(), commune, &[family]).await?.pop().map(OnRecord::Home))
        }
        DetailSubject::Adult(person) => {
            if let Some(known) = batch::adult(tx, commune, family, person.0) {
                return Ok(known.map(OnRecord::Adult));
            }
            let adults = adults(tx.connection(), commune, &[family]).await?;
            Ok(adults.into_iter().find(|adult| adult.person_id == person.0).map(OnRecord::Adult))
        }
    }
}

/// Writes a detail, and gives what it is part of as it is then. The domain rule has let the pair of field and value pass.
///
/// # Errors
/// [`Error::NotFound`] when it is on record no more, or whatever the database says.
pub(crate) async fn write(
    tx: &WriteTx,
    commune: Uuid,
    on_record: OnRecord,
    field: DetailField,
    value: &DetailValue,
) -> Result<OnRecord> {
    let written = on_record.with(field, value).ok_or(Error::NotFound)?;
    if !batch::write(tx, commune, field, &written) {
        match &written {
            OnRecord::Home(home) => store::write_homes(tx, commune, &[home]).await?,
            OnRecord::Adult(adult) => store::write_adults(tx, commune, field, &[adult]).await?,
        }
    }
    Ok(written)
}

/// Whether the same detail has a change that nobody decided yet.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn is_waiting(
    tx: &WriteTx,
    commune: Uuid,
    family: Uuid,
    subject: DetailSubject,
    field: DetailField,
) -> Result<bool> {
    let subject_person = match subject {
        DetailSubject::Household => None,
        DetailSubject::Adult(person) => Some(person.0),
    };
    let asked = Waiting { family_id: family, subject_person, field: field_name(field).to_owned() };
    match batch::waits(tx, commune, &asked) {
        Some(known) => Ok(known),
        None => Ok(store::waiting(tx, commune, &[family]).await?.contains(&asked)),
    }
}

/// Puts a change on record.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn record(tx: &WriteTx, commune: Uuid, row: DetailChangeRow) -> Result<()> {
    match batch::record(tx, commune, row) {
        None => Ok(()),
        Some(row) => store::insert_changes(tx, commune, vec![row]).await,
    }
}

/// A detail that has a change which nobody decided yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sea_orm::FromQueryResult)]
struct Waiting {
    family_id: Uuid,
    /// Absent for the home.
    subject_person: Option<Uuid>,
    field: String,
}

/// The statuses of a change that nobody decided yet.
const UNDECIDED: [&str; 2] = ["awaits_town", "awaits_confirmation"];

/// The name of a field in the database, which is also its column and its name on the wire.
pub(crate) fn field_name(field: DetailField) -> &'static str {
    match field {
        DetailField::Address => "address",
        DetailField::MobilePhone => "mobile_phone",
        DetailField::LandlinePhone => "landline_phone",
        DetailField::Email => "email",
    }
}
