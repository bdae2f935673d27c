//! *Modifier mes coordonnées*: from what was typed to the changes it means, or to the fields to mend.

use super::overlay::field_key;
use super::views::{AddressRequest, AdultDetailsRequest, ChangeDetailsRequest, FieldProblemView, FieldRuleView};
use crate::error::{Error, FailureCode};
use preau_domain::family::{self as domain, DetailValue, FamilyError, Phone, PostalAddress};
use preau_protocol::family::{
    AddressDto, AdultDto, ChangeDetailOp, DetailFieldDto, DetailSubjectDto, DetailValueDto, FamilyDto,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is on record, and what waits over it.
pub struct Record<'a> {
    pub family: &'a FamilyDto,
    pub adults: &'a [AdultDto],
    pub waiting: &'a BTreeSet<(Option<Uuid>, &'static str)>,
}

/// The changes that a form means, or every field to mend.
pub struct Reading {
    pub changes: Vec<ChangeDetailOp>,
    pub problems: Vec<FieldProblemView>,
}

impl Record<'_> {
    /// Reads a form. Fails when it names somebody who is not an adult of the family.
    pub fn read(&self, form: &ChangeDetailsRequest) -> Result<Reading, Error> {
        let mut reading = Reading { changes: Vec::new(), problems: Vec::new() };
        if let Some(address) = &form.address {
            self.read_address(address, &mut reading);
        }
        for typed in &form.adults {
            let adult = self.adults.iter().find(|adult| adult.person_id.to_string() == typed.person_id);
            let adult = adult.ok_or(Error::Rule(FailureCode::NotFound))?;
            self.read_adult(adult, typed, &mut reading);
        }
        Ok(reading)
    }

    fn read_address(&self, typed: &AddressRequest, reading: &mut Reading) {
        let old = self.family.address.clone();
        let blank = [&typed.street, &typed.complement, &typed.postcode, &typed.city];
        if old.is_none() && blank.iter().all(|line| line.trim().is_empty()) {
            return;
        }
        match PostalAddress::new(&typed.street, Some(&typed.complement), &typed.postcode, &typed.city) {
            Err(problems) => {
                let view = |(line, error): (&str, FamilyError)| FieldProblemView {
                    field: format!("address.{line}"),
                    rule: rule(error),
                };
                reading.problems.extend(problems.into_iter().map(view));
            }
            Ok(new) => {
                let change = ChangeDetailOp {
                    subject: DetailSubjectDto::Household,
                    field: DetailFieldDto::Address,
                    old: DetailValueDto::Address(old),
                    new: DetailValueDto::Address(Some(AddressDto::from(&new))),
                };
                self.settle(change, "address.street".to_owned(), reading);
            }
        }
    }

    fn read_adult(&self, adult: &AdultDto, typed: &AdultDetailsRequest, reading: &mut Reading) {
        let phone = |text: &str| given(text).map(Phone::parse).transpose().map(DetailValue::Phone);
        let email = |text: &str| given(text).map(domain::Email::parse).transpose().map(DetailValue::Email);
        let fields = [
            (
                DetailFieldDto::MobilePhone,
                phone(&typed.mobile_phone),
                DetailValueDto::Phone(adult.mobile_phone.clone()),
            ),
            (
                DetailFieldDto::LandlinePhone,
                phone(&typed.landline_phone),
                DetailValueDto::Phone(adult.landline_phone.clone()),
            ),
            (DetailFieldDto::Email, email(&typed.email), DetailValueDto::Email(adult.email.clone())),
        ];
        let subject = DetailSubjectDto::Adult { person_id: adult.person_id };
        for (field, new, old) in fields {
            let path = format!("adults.{}.{}", adult.person_id, field_key(subject, field).1);
            match new {
                Ok(new) => {
                    let new = DetailValueDto::from(&new);
                    self.settle(ChangeDetailOp { subject, field, old, new }, path, reading);
                }
                Err(error) => reading.problems.push(FieldProblemView { field: path, rule: rule(error) }),
            }
        }
    }

    /// What equals the record is no change; what waits already cannot be changed again.
    fn settle(&self, change: ChangeDetailOp, path: String, reading: &mut Reading) {
        if same(&change.old, &change.new) {
            return;
        }
        if self.waiting.contains(&field_key(change.subject, change.field)) {
            reading.problems.push(FieldProblemView { field: path, rule: FieldRuleView::AlreadyWaiting });
        } else {
            reading.changes.push(change);
        }
    }
}

/// Equal as served, or equal once brought to the form that is kept.
fn same(old: &DetailValueDto, new: &DetailValueDto) -> bool {
    old == new || matches!((DetailValue::try_from(old), DetailValue::try_from(new)), (Ok(old), Ok(new)) if old == new)
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn rule(error: FamilyError) -> FieldRuleView {
    match error {
        FamilyError::LineTooLong => FieldRuleView::LineTooLong,
        FamilyError::Postcode => FieldRuleView::Postcode,
        FamilyError::Phone => FieldRuleView::Phone,
        FamilyError::Email => FieldRuleView::Email,
        FamilyError::AlreadyWaiting => FieldRuleView::AlreadyWaiting,
        FamilyError::Empty
        | FamilyError::WrongField
        | FamilyError::Unchanged
        | FamilyError::Stale
        | FamilyError::NotOfThisFamily => FieldRuleView::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adult() -> AdultDto {
        AdultDto {
            person_id: Uuid::from_u128(7),
            role: preau_protocol::family::AdultRoleDto::Holder,
            first_name: "Claire".into(),
            last_name: "Martel".into(),
            mobile_phone: Some("+33612345601".into()),
            landline_phone: None,
            email: Some("claire@exemple.fr".into()),
        }
    }

    fn family() -> FamilyDto {
        let address = AddressDto {
            street: "1 rue des Ormes".into(),
            complement: None,
            postcode: "33290".into(),
            city: "Parempuyre".into(),
        };
        FamilyDto { family_id: Uuid::from_u128(1), reference: "F0001".into(), address: Some(address) }
    }

    fn typed(mobile: &str, landline: &str, email: &str) -> AdultDetailsRequest {
        AdultDetailsRequest {
            person_id: Uuid::from_u128(7).to_string(),
            mobile_phone: mobile.into(),
            landline_phone: landline.into(),
            email: email.into(),
        }
    }

    fn read(form: &ChangeDetailsRequest, waiting: &BTreeSet<(Option<Uuid>, &'static str)>) -> Reading {
        let (family, adults) = (family(), [adult()]);
        Record { family: &family, adults: &adults, waiting }.read(form).expect("an adult of the family")
    }

    #[test]
    fn only_what_differs_becomes_a_change() {
        let nothing = BTreeSet::new();
        let adults = vec![typed("06 12 34 56 01", "", "claire@exemple.fr ")];
        assert!(read(&ChangeDetailsRequest { address: None, adults }, &nothing).changes.is_empty());
        let adults = vec![typed("06 12 34 56 01", "05 36 49 00 02", "")];
        let reading = read(&ChangeDetailsRequest { address: None, adults }, &nothing);
        let changed: Vec<_> = reading.changes.iter().map(|change| (change.field, &change.new)).collect();
        assert_eq!(
            changed,
            [
                (DetailFieldDto::LandlinePhone, &DetailValueDto::Phone(Some("+33536490002".into()))),
                (DetailFieldDto::Email, &DetailValueDto::Email(None)),
            ]
        );
        assert_eq!(reading.changes[1].old, DetailValueDto::Email(Some("claire@exemple.fr".into())));
    }

    #[test]
    fn every_field_to_mend_is_told_at_once() {
        let address = AddressRequest {
            street: String::new(),
            complement: String::new(),
            postcode: "3329".into(),
            city: "Parempuyre".into(),
        };
        let form = ChangeDetailsRequest { address: Some(address), adults: vec![typed("bonjour", "", "claire@")] };
        let reading = read(&form, &BTreeSet::new());
        let problems: Vec<_> = reading.problems.iter().map(|p| (p.field.as_str(), p.rule)).collect();
        let path = |field: &str| format!("adults.{}.{field}", Uuid::from_u128(7));
        assert_eq!(
            problems,
            [
                ("address.street", FieldRuleView::Empty),
                ("address.postcode", FieldRuleView::Postcode),
                (path("mobilePhone").as_str(), FieldRuleView::Phone),
                (path("email").as_str(), FieldRuleView::Email),
            ]
        );
    }

    #[test]
    fn what_waits_cannot_be_changed_again() {
        let waiting = BTreeSet::from([(Some(Uuid::from_u128(7)), "mobilePhone")]);
        let form =
            |mobile| ChangeDetailsRequest { address: None, adults: vec![typed(mobile, "", "claire@exemple.fr")] };
        let reading = read(&form("06 12 34 56 02"), &waiting);
        assert_eq!(reading.problems.len(), 1);
        assert_eq!(reading.problems[0].rule, FieldRuleView::AlreadyWaiting);
        assert!(read(&form("06 12 34 56 01"), &waiting).problems.is_empty(), "as on record: nothing is asked");
    }

    #[test]
    fn a_stranger_is_refused() {
        let stranger = AdultDetailsRequest { person_id: Uuid::from_u128(9).to_string(), ..typed("", "", "") };
        let form = ChangeDetailsRequest { address: None, adults: vec![stranger] };
        let (family, adults, waiting) = (family(), [adult()], BTreeSet::new());
        let read = Record { family: &family, adults: &adults, waiting: &waiting }.read(&form);
        assert!(matches!(read, Err(Error::Rule(FailureCode::NotFound))));
    }
}
