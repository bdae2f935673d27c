//! Changing contact details: field by field, from the value the author saw to a new one.

use super::{Email, FamilyError, Phone, PostalAddress};
use crate::ids::PersonId;

/// What a detail belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DetailSubject {
    /// The home: its postal address.
    Household,
    /// An adult of the family: telephones and e-mail.
    Adult(PersonId),
}

/// A detail a family may ask to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DetailField {
    /// Postal address of the home.
    Address,
    /// Mobile telephone of an adult.
    MobilePhone,
    /// Landline or work telephone of an adult.
    LandlinePhone,
    /// E-mail of an adult.
    Email,
}

/// A value of a detail; `None` is "not given".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DetailValue {
    /// For [`DetailField::Address`].
    Address(Option<PostalAddress>),
    /// For both telephones.
    Phone(Option<Phone>),
    /// For [`DetailField::Email`].
    Email(Option<Email>),
}

/// One change asked by a family.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DetailChange {
    /// Whose detail.
    pub subject: DetailSubject,
    /// Which one.
    pub field: DetailField,
    /// What the author saw on record.
    pub old: DetailValue,
    /// What it should become.
    pub new: DetailValue,
}

impl DetailChange {
    /// Whether this adult of the family may ask it. An e-mail is its owner's alone: whoever reads what is sent there can
    /// choose a new code for the account.
    #[must_use]
    pub fn may_be_asked_by(&self, author: PersonId) -> bool {
        self.field != DetailField::Email || self.subject == DetailSubject::Adult(author)
    }
}

/// How the commune treats changes of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// The change takes effect at once.
    AtOnce,
    /// An agent decides.
    ByHand,
}

/// What becomes of a change that the rules let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It is on record now.
    Applied,
    /// It waits for an agent; the old value stays in force.
    AwaitsTown,
    /// It waits for its owner to confirm it can be reached there; the old e-mail stays in force.
    AwaitsConfirmation,
}

/// Decides on a change. `current` is the value on record, `already_waiting` whether the same field of the same
/// subject has a change that nobody decided yet.
///
/// # Errors
/// [`FamilyError::WrongField`], [`FamilyError::Empty`] (a home keeps an address), [`FamilyError::Unchanged`],
/// [`FamilyError::AlreadyWaiting`] or [`FamilyError::Stale`], in that order.
pub fn decide_detail_change(
    current: &DetailValue,
    change: &DetailChange,
    policy: Policy,
    already_waiting: bool,
) -> Result<Decision, FamilyError> {
    let fits = |value: &DetailValue| {
        matches!(
            (change.subject, change.field, value),
            (DetailSubject::Household, DetailField::Address, DetailValue::Address(_))
                | (
                    DetailSubject::Adult(_),
                    DetailField::MobilePhone | DetailField::LandlinePhone,
                    DetailValue::Phone(_)
                )
                | (DetailSubject::Adult(_), DetailField::Email, DetailValue::Email(_))
        )
    };
    if !fits(&change.old) || !fits(&change.new) || !fits(current) {
        return Err(FamilyError::WrongField);
    }
    if change.new == DetailValue::Address(None) {
        return Err(FamilyError::Empty);
    }
    if change.new == *current {
        return Err(FamilyError::Unchanged);
    }
    if already_waiting {
        return Err(FamilyError::AlreadyWaiting);
    }
    if change.old != *current {
        return Err(FamilyError::Stale);
    }
    Ok(match (change.field, &change.new) {
        (DetailField::Email, DetailValue::Email(Some(_))) => Decision::AwaitsConfirmation,
        _ => match policy {
            Policy::AtOnce => Decision::Applied,
            Policy::ByHand => Decision::AwaitsTown,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn phone(text: &str) -> DetailValue {
        DetailValue::Phone(Some(Phone::parse(text).expect("a phone")))
    }

    fn address(street: &str) -> DetailValue {
        DetailValue::Address(Some(PostalAddress::new(street, None, "33290", "Parempuyre").expect("an address")))
    }

    fn email(text: &str) -> DetailValue {
        DetailValue::Email(Some(Email::parse(text).expect("an e-mail")))
    }

    #[test]
    fn an_e_mail_is_its_owners_alone() {
        let (me, other) = (PersonId(Uuid::from_u128(7)), PersonId(Uuid::from_u128(8)));
        let (phone, mail) = (DetailValue::Phone(None), DetailValue::Email(None));
        for (subject, field, value, allowed) in [
            (DetailSubject::Adult(me), DetailField::Email, &mail, true),
            (DetailSubject::Adult(other), DetailField::Email, &mail, false),
            (DetailSubject::Household, DetailField::Email, &mail, false),
            (DetailSubject::Adult(other), DetailField::MobilePhone, &phone, true),
            (DetailSubject::Adult(other), DetailField::LandlinePhone, &phone, true),
            (DetailSubject::Household, DetailField::Address, &DetailValue::Address(None), true),
        ] {
            let change = DetailChange { subject, field, old: value.clone(), new: value.clone() };
            assert_eq!(change.may_be_asked_by(me), allowed, "{subject:?} {field:?}");
        }
    }

    #[test]
    fn detail_changes_by_table() {
        let adult = DetailSubject::Adult(PersonId(Uuid::from_u128(7)));
        let home = DetailSubject::Household;
        let (a, b) = (phone("05 36 49 00 01"), phone("05 36 49 00 02"));
        let (old_home, new_home) = (address("1 rue des Ormes"), address("2 rue des Ormes"));
        let none = DetailValue::Phone(None);
        use {Decision::*, DetailField::*, Policy::*};
        type Row<'a> =
            (&'a str, DetailSubject, DetailField, &'a DetailValue, &'a DetailValue, &'a DetailValue, Policy, bool);
        let (first_mail, second_mail) = (email("a@exemple.fr"), email("b@exemple.fr"));
        let no_mail = DetailValue::Email(None);
        let no_home = DetailValue::Address(None);
        let rows: Vec<(Row<'_>, Result<Decision, FamilyError>)> = vec![
            (("address at once", home, Address, &old_home, &old_home, &new_home, AtOnce, false), Ok(Applied)),
            (("address by hand", home, Address, &old_home, &old_home, &new_home, ByHand, false), Ok(AwaitsTown)),
            (("first address", home, Address, &no_home, &no_home, &new_home, AtOnce, false), Ok(Applied)),
            (("no address", home, Address, &old_home, &old_home, &no_home, AtOnce, false), Err(FamilyError::Empty)),
            (("phone", adult, MobilePhone, &a, &a, &b, AtOnce, false), Ok(Applied)),
            (("phone removed", adult, LandlinePhone, &a, &a, &none, AtOnce, false), Ok(Applied)),
            (("stale", adult, MobilePhone, &b, &none, &a, AtOnce, false), Err(FamilyError::Stale)),
            (("already so", adult, MobilePhone, &b, &a, &b, AtOnce, false), Err(FamilyError::Unchanged)),
            (("waiting", adult, MobilePhone, &a, &a, &b, ByHand, true), Err(FamilyError::AlreadyWaiting)),
            (("e-mail", adult, Email, &first_mail, &first_mail, &second_mail, AtOnce, false), Ok(AwaitsConfirmation)),
            (("e-mail removed", adult, Email, &first_mail, &first_mail, &no_mail, ByHand, false), Ok(AwaitsTown)),
            (("phone as e-mail", adult, Email, &a, &a, &b, AtOnce, false), Err(FamilyError::WrongField)),
            (("home's phone", home, MobilePhone, &a, &a, &b, AtOnce, false), Err(FamilyError::WrongField)),
            (
                ("adult's address", adult, Address, &old_home, &old_home, &new_home, AtOnce, false),
                Err(FamilyError::WrongField),
            ),
        ];
        for ((name, subject, field, current, old, new, policy, waiting), expected) in rows {
            let change = DetailChange { subject, field, old: old.clone(), new: new.clone() };
            assert_eq!(decide_detail_change(current, &change, policy, waiting), expected, "{name}");
        }
    }
}
