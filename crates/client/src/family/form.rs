//! *Modifier mes coordonnées*: from what was touched to the changes it means, or to the fields to mend.
//!
//! Invariant: a change carries the value that its author saw. What is on record may have become another while they
//! looked at the form; then they are told which, and nothing is sent that would undo it behind their back.

use super::overlay::{Waiting, field_key};
use super::present;
use super::views::{
    AddressEditRequest, AdultEditRequest, AdultFieldRequest, ChangeDetailsRequest, DetailValueView, FieldProblemView,
    FieldRuleView,
};
use crate::error::{Error, FailureCode};
use preau_domain::family::{self as domain, DetailValue, FamilyError, Phone, PostalAddress};
use preau_protocol::family::{
    AddressDto, AdultDto, ChangeDetailOp, DetailFieldDto, DetailSubjectDto, DetailValueDto, FamilyDto,
};

/// What is on record, and what waits over it.
pub struct Record<'a> {
    pub family: &'a FamilyDto,
    pub adults: &'a [AdultDto],
    pub waiting: &'a Waiting,
}

/// The changes that a form means, or every field to mend.
pub struct Reading {
    pub changes: Vec<ChangeDetailOp>,
    pub problems: Vec<FieldProblemView>,
}

/// A detail that was touched: what its author saw, and where to say what is wrong.
struct Touched {
    subject: DetailSubjectDto,
    field: DetailFieldDto,
    shown: DetailValueView,
    path: String,
}

impl Record<'_> {
    /// Reads a form. Fails when it names somebody who is not an adult of the family.
    pub fn read(&self, form: &ChangeDetailsRequest) -> Result<Reading, Error> {
        let mut reading = Reading { changes: Vec::new(), problems: Vec::new() };
        if let Some(address) = &form.address {
            self.read_address(address, &mut reading);
        }
        for edit in &form.adults {
            let adult = self.adults.iter().find(|adult| adult.person_id.to_string() == edit.person_id);
            let adult = adult.ok_or(Error::Rule(FailureCode::NotFound))?;
            self.read_adult(adult, edit, &mut reading);
        }
        Ok(reading)
    }

    fn read_address(&self, edit: &AddressEditRequest, reading: &mut Reading) {
        let typed = &edit.typed;
        let blank = [&typed.street, &typed.complement, &typed.postcode, &typed.city];
        if edit.shown.is_none() && blank.iter().all(|line| line.trim().is_empty()) {
            return;
        }
        let new = match PostalAddress::new(&typed.street, Some(&typed.complement), &typed.postcode, &typed.city) {
            Ok(new) => new,
            Err(problems) => {
                let problem = |(line, error): (&str, FamilyError)| problem(format!("address.{line}"), rule(error));
                reading.problems.extend(problems.into_iter().map(problem));
                return;
            }
        };
        let shown =
            edit.shown.clone().map_or(DetailValueView::NotGiven, |address| DetailValueView::Address { address });
        let (subject, field) = (DetailSubjectDto::Household, DetailFieldDto::Address);
        let touched = Touched { subject, field, shown, path: "address.street".to_owned() };
        let current = DetailValueDto::Address(self.family.address.clone());
        self.settle(touched, current, DetailValueDto::Address(Some(AddressDto::from(&new))), reading);
    }

    fn read_adult(&self, adult: &AdultDto, edit: &AdultEditRequest, reading: &mut Reading) {
        let phone = || given(&edit.typed).map(Phone::parse).transpose().map(DetailValue::Phone);
        let email = || given(&edit.typed).map(domain::Email::parse).transpose().map(DetailValue::Email);
        let (field, new, current) = match edit.field {
            AdultFieldRequest::MobilePhone => {
                (DetailFieldDto::MobilePhone, phone(), DetailValueDto::Phone(adult.mobile_phone.clone()))
            }
            AdultFieldRequest::LandlinePhone => {
                (DetailFieldDto::LandlinePhone, phone(), DetailValueDto::Phone(adult.landline_phone.clone()))
            }
            AdultFieldRequest::Email => (DetailFieldDto::Email, email(), DetailValueDto::Email(adult.email.clone())),
        };
        let subject = DetailSubjectDto::Adult { person_id: adult.person_id };
        let path = format!("adults.{}.{}", adult.person_id, field_key(subject, field).1);
        let shown = edit.shown.clone().map_or(DetailValueView::NotGiven, |text| DetailValueView::Text { text });
        match new {
            Ok(new) => {
                let touched = Touched { subject, field, shown, path };
                self.settle(touched, current, DetailValueDto::from(&new), reading);
            }
            Err(error) => reading.problems.push(problem(path, rule(error))),
        }
    }

    /// What was typed as it was shown, or as it is by now, is no change; what waits already cannot be changed again;
    /// what is no longer as it was shown is told first.
    fn settle(&self, touched: Touched, current: DetailValueDto, new: DetailValueDto, reading: &mut Reading) {
        let Touched { subject, field, shown, path } = touched;
        if present::value(&new) == shown || current.on_record() == new.on_record() {
            return;
        }
        let on_record = present::value(&current);
        if let Some(waiting) = self.waiting.get(&field_key(subject, field)) {
            let now = Some(waiting.clone());
            reading.problems.push(FieldProblemView { now, ..problem(path, FieldRuleView::AlreadyWaiting) });
        } else if on_record != shown {
            let now = Some(on_record);
            reading.problems.push(FieldProblemView { now, ..problem(path, FieldRuleView::Changed) });
        } else {
            reading.changes.push(ChangeDetailOp { subject, field, old: current, new });
        }
    }
}

fn problem(field: String, rule: FieldRuleView) -> FieldProblemView {
    FieldProblemView { field, rule, now: None }
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
        // No name is asked here.
        FamilyError::Empty
        | FamilyError::NameTooLong
        | FamilyError::NameCharacter
        | FamilyError::WrongField
        | FamilyError::Unchanged
        | FamilyError::Stale => FieldRuleView::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::super::views::{AddressRequest, AddressView};
    use super::*;
    use uuid::Uuid;

    const CLAIRE: Uuid = Uuid::from_u128(7);

    fn adult() -> AdultDto {
        AdultDto {
            person_id: CLAIRE,
            role: preau_protocol::family::AdultRoleDto::Holder,
            first_name: "Claire".into(),
            last_name: "Martel".into(),
            mobile_phone: Some("+33612345601".into()),
            landline_phone: None,
            email: Some("claire@exemple.fr".into()),
        }
    }

    fn address(street: &str) -> AddressDto {
        AddressDto { street: street.into(), complement: None, postcode: "33290".into(), city: "Parempuyre".into() }
    }

    fn edit(field: AdultFieldRequest, shown: Option<&str>, typed: &str) -> AdultEditRequest {
        let shown = shown.map(str::to_owned);
        AdultEditRequest { person_id: CLAIRE.to_string(), field, shown, typed: typed.into() }
    }

    fn moved(shown: Option<&str>, street: &str, postcode: &str) -> ChangeDetailsRequest {
        let shown = shown.map(|street| present::address(&address(street)));
        let typed = AddressRequest {
            street: street.into(),
            complement: String::new(),
            postcode: postcode.into(),
            city: "Parempuyre".into(),
        };
        ChangeDetailsRequest { address: Some(AddressEditRequest { shown, typed }), adults: vec![] }
    }

    fn read(form: &ChangeDetailsRequest, waiting: &Waiting) -> Reading {
        let family = FamilyDto {
            family_id: Uuid::from_u128(1),
            reference: "F0001".into(),
            address: Some(address("1 rue des Ormes")),
        };
        Record { family: &family, adults: &[adult()], waiting }.read(form).expect("an adult of the family")
    }

    fn adults(edits: Vec<AdultEditRequest>) -> ChangeDetailsRequest {
        ChangeDetailsRequest { address: None, adults: edits }
    }

    const MOBILE: AdultFieldRequest = AdultFieldRequest::MobilePhone;
    const LANDLINE: AdultFieldRequest = AdultFieldRequest::LandlinePhone;
    const EMAIL: AdultFieldRequest = AdultFieldRequest::Email;

    #[test]
    fn only_what_differs_from_what_was_shown_becomes_a_change() {
        let same = adults(vec![
            edit(MOBILE, Some("06 12 34 56 01"), "0612345601"),
            edit(EMAIL, Some("claire@exemple.fr"), "claire@exemple.fr "),
        ]);
        assert!(read(&same, &Waiting::new()).changes.is_empty());
        let form = adults(vec![edit(LANDLINE, None, "05 36 49 00 02"), edit(EMAIL, Some("claire@exemple.fr"), "")]);
        let reading = read(&form, &Waiting::new());
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
    fn a_value_that_is_another_by_now_is_told_and_not_sent() {
        let text = |text: &str| Some(DetailValueView::Text { text: text.to_owned() });
        let shown = |address: AddressView| Some(DetailValueView::Address { address });
        for (name, form, now) in [
            (
                "a telephone",
                adults(vec![edit(MOBILE, Some("06 00 00 00 00"), "06 12 34 56 02")]),
                text("06 12 34 56 01"),
            ),
            ("one given meanwhile", adults(vec![edit(EMAIL, None, "c@exemple.fr")]), text("claire@exemple.fr")),
            (
                "one taken away meanwhile",
                adults(vec![edit(LANDLINE, Some("05 36 49 00 01"), "05 36 49 00 02")]),
                Some(DetailValueView::NotGiven),
            ),
            (
                "an address",
                moved(Some("9 rue du Bac"), "2 rue des Ormes", "33290"),
                shown(present::address(&address("1 rue des Ormes"))),
            ),
        ] {
            let reading = read(&form, &Waiting::new());
            assert!(reading.changes.is_empty(), "{name}");
            assert_eq!((reading.problems[0].rule, &reading.problems[0].now), (FieldRuleView::Changed, &now), "{name}");
        }
        let wanted_by_both = adults(vec![edit(MOBILE, Some("06 00 00 00 00"), "06 12 34 56 01")]);
        let reading = read(&wanted_by_both, &Waiting::new());
        assert!(reading.changes.is_empty() && reading.problems.is_empty(), "it is as wanted already");
    }

    #[test]
    fn every_field_to_mend_is_told_at_once() {
        let edits = vec![edit(MOBILE, None, "bonjour"), edit(EMAIL, None, "claire@")];
        let form = ChangeDetailsRequest { adults: edits, ..moved(None, "", "3329") };
        let reading = read(&form, &Waiting::new());
        let problems: Vec<_> = reading.problems.iter().map(|p| (p.field.as_str(), p.rule)).collect();
        let path = |field: &str| format!("adults.{CLAIRE}.{field}");
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
        let value = DetailValueView::Text { text: "06 99 99 99 99".to_owned() };
        let waiting = Waiting::from([((Some(CLAIRE), "mobilePhone"), value.clone())]);
        let form = |typed| adults(vec![edit(MOBILE, Some("06 12 34 56 01"), typed)]);
        let reading = read(&form("06 12 34 56 02"), &waiting);
        assert_eq!(reading.problems.len(), 1);
        assert_eq!((reading.problems[0].rule, &reading.problems[0].now), (FieldRuleView::AlreadyWaiting, &Some(value)));
        assert!(read(&form("06 12 34 56 01"), &waiting).problems.is_empty(), "as shown: nothing is asked");
    }

    #[test]
    fn a_stranger_is_refused() {
        let stranger = AdultEditRequest { person_id: Uuid::from_u128(9).to_string(), ..edit(EMAIL, None, "") };
        let family = FamilyDto { family_id: Uuid::from_u128(1), reference: "F0001".into(), address: None };
        let read =
            Record { family: &family, adults: &[adult()], waiting: &Waiting::new() }.read(&adults(vec![stranger]));
        assert!(matches!(read, Err(Error::Rule(FailureCode::NotFound))));
    }
}
