//! Homes, adults, contacts and quotients.

use std::collections::BTreeSet;

use preau_domain::accounts::Identifiant;
use preau_domain::family::{AdultRole, Phone, PostalAddress, QuotientSource};
use preau_protocol::family::DetailValueDto;
use uuid::Uuid;

use super::{Planner, first_lines, index, settle};
use crate::family::folding::fold;
use crate::family::import::faults::Reason;
use crate::family::import::lines::{AdultLine, ContactLine, FamilyLine, Line, QuotientLine};
use crate::family::import::read::Column;
use crate::family::import::report::{Caution, Warning};
use crate::family::store::{AdultRow, ContactRow, FamilyRow, QuotientRow};

/// A detail as the tables name it, the column that gives it, and its value on record before the import.
type Overwritten = (&'static str, Column, DetailValueDto);

impl Planner<'_> {
    pub(super) fn families(&mut self, lines: &[Line<FamilyLine>]) {
        let known = index(&self.record.families, |row| row.reference.as_str());
        let (first, again) = first_lines(lines, |line| Some(line.reference.clone()));
        for line in again {
            self.fault(line.number, Column::Famille, Reason::FamilyTwice);
        }
        for line in first {
            let known = known.get(line.says.reference.as_str()).copied();
            let family_id = known.map_or_else(&mut *self.new_id, |row| row.family_id);
            if known.is_none() {
                self.family_ids.insert(line.says.reference.clone(), family_id);
                self.plan.new_families.push(family_id);
            }
            let wanted = home(known, family_id, &line.says);
            let before = known.and_then(FamilyRow::address).map(|address| DetailValueDto::Address(Some(address)));
            if settle(&mut self.plan.report.families, known, wanted, &mut self.plan.families) {
                self.plan.touched.insert(family_id);
                let overwritten = before.map(|before| ("address", Column::Adresse, before));
                self.warn(line.number, &line.says.reference, (family_id, None), overwritten);
            }
        }
    }

    /// Plans the adults; returns those that can hold an account, with the identifiant the file gives.
    pub(super) fn adults<'l>(&mut self, lines: &'l [Line<AdultLine>]) -> Vec<(&'l Line<AdultLine>, Uuid, Uuid)> {
        let known = index(&self.record.adults, |row| (row.family_id, row.role.as_str()));
        let (first, again) = first_lines(lines, |line| line.role.map(|role| (line.family.clone(), role_name(role))));
        for line in again {
            self.fault(line.number, Column::Role, Reason::RoleTwice);
        }
        let mut planned = Vec::new();
        for line in first {
            let (Some(family_id), Some(role)) = (self.family_id(line.number, &line.says.family), line.says.role) else {
                continue;
            };
            let role = role_name(role);
            let other = known.get(&(family_id, if role == "holder" { "co_holder" } else { "holder" })).copied();
            let known = known.get(&(family_id, role)).copied();
            if role == "co_holder" && self.was_removed(family_id, known, &line.says) {
                self.caution(line, Column::Role, Caution::CoHolderRemoved);
                continue;
            }
            if let Some(reason) = self.another_person(known, other, &line.says) {
                self.fault(line.number, Column::Nom, reason);
                continue;
            }
            let person_id = known.map_or_else(&mut *self.new_id, |row| row.person_id);
            let wanted = adult(known, (person_id, family_id, role), &line.says);
            let overwritten = known.map(|known| overwritten(known, &wanted)).unwrap_or_default();
            if settle(&mut self.plan.report.adults, known, wanted, &mut self.plan.adults) {
                self.plan.touched.insert(family_id);
                self.warn(line.number, &line.says.family, (family_id, Some(person_id)), overwritten);
            }
            planned.push((line, family_id, person_id));
        }
        planned
    }

    /// Who was removed as co-holder, and did not come back since, is no account for the town's software to open: it may
    /// not know yet, or never hear of it.
    fn was_removed(&self, family: Uuid, known: Option<&AdultRow>, says: &AdultLine) -> bool {
        let said = (fold(&says.first_name), fold(&says.last_name));
        let named = |first: &str, last: &str| (fold(first), fold(last)) == said;
        let mut removed = self.record.removed.iter().filter(|row| row.family_id == family);
        removed.any(|row| named(&row.first_name, &row.last_name))
            && !known.is_some_and(|row| named(&row.first_name, &row.last_name))
    }

    /// An account never passes from one person to another. The same person has both names, or the same identifiant; one
    /// name alone is also that of a brother or a wife, unless the operator says that the file corrects names.
    fn another_person(&self, known: Option<&AdultRow>, other: Option<&AdultRow>, says: &AdultLine) -> Option<Reason> {
        let (first, last) = (fold(&says.first_name), fold(&says.last_name));
        let names = |row: &AdultRow| (fold(&row.first_name) == first, fold(&row.last_name) == last);
        let given = says.identifiant.as_ref().map(Identifiant::as_str);
        let identified =
            |row: &AdultRow| given.is_some() && self.identifiants.get(&row.person_id).map(String::as_str) == given;
        let known_names = known.map(names);
        if known_names == Some((true, true)) {
            return None;
        }
        if other.is_some_and(|row| names(row) == (true, true) || identified(row)) {
            return Some(Reason::RoleChanged);
        }
        match known_names {
            None => None,
            Some(_) if known.is_some_and(identified) => None,
            Some((false, false)) => Some(Reason::AnotherPerson),
            Some(_) => (!self.correct_names).then_some(Reason::NameDiffers),
        }
    }

    /// Every family of the file has a holder, in it or on record. A line whose role cannot be read may be the one.
    pub(super) fn holders(&mut self, families: &[Line<FamilyLine>], adults: &[Line<AdultLine>]) {
        let mut held: BTreeSet<Uuid> =
            self.record.adults.iter().filter(|row| row.role == "holder").map(|row| row.family_id).collect();
        let named = adults.iter().filter(|line| line.says.role != Some(AdultRole::CoHolder));
        held.extend(named.filter_map(|line| self.family_ids.get(&line.says.family)));
        for line in families {
            if self.family_ids.get(&line.says.reference).is_some_and(|family| !held.contains(family)) {
                self.fault(line.number, Column::Famille, Reason::HolderMissing);
            }
        }
    }

    pub(super) fn contacts(&mut self, lines: &[Line<ContactLine>]) {
        let name = |first: &str, last: &str| (fold(last), fold(first));
        let known = index(&self.record.contacts, |row| (row.family_id, name(&row.first_name, &row.last_name)));
        let (first, again) =
            first_lines(lines, |line| Some((line.family.clone(), name(&line.first_name, &line.last_name))));
        for line in again {
            self.fault(line.number, Column::Nom, Reason::ContactTwice);
        }
        for line in first {
            let Some(family_id) = self.family_id(line.number, &line.says.family) else { continue };
            let says = &line.says;
            let known = known.get(&(family_id, name(&says.first_name, &says.last_name))).copied();
            let contact_id = known.map_or_else(&mut *self.new_id, |row| row.contact_id);
            let phone = says.phone.as_ref().map(|phone| phone.e164().to_owned());
            let wanted = ContactRow {
                contact_id,
                family_id,
                first_name: says.first_name.clone(),
                last_name: says.last_name.clone(),
                relation: says.relation.clone(),
                phone: phone.or_else(|| known.and_then(|row| row.phone.clone())),
                may_collect: says.may_collect,
                emergency: says.emergency,
            };
            if settle(&mut self.plan.report.contacts, known, wanted, &mut self.plan.contacts) {
                self.plan.touched.insert(family_id);
            }
        }
    }

    pub(super) fn quotients(&mut self, lines: &[Line<QuotientLine>]) {
        let known = index(&self.record.quotients, |row| (row.family_id, row.effective_month.clone()));
        let (first, again) = first_lines(lines, |line| Some((line.family.clone(), line.month)));
        for line in again {
            self.fault(line.number, Column::Mois, Reason::MonthTwice);
        }
        for line in first {
            let Some(family_id) = self.family_id(line.number, &line.says.family) else { continue };
            let effective_month = line.says.month.to_string();
            let known = known.get(&(family_id, effective_month.clone())).copied();
            let wanted = QuotientRow {
                quotient_id: known.map_or_else(&mut *self.new_id, |row| row.quotient_id),
                family_id,
                source: source_name(line.says.source).to_owned(),
                value: line.says.value.map(i64::from),
                effective_month,
            };
            if settle(&mut self.plan.report.quotients, known, wanted, &mut self.plan.quotients) {
                self.plan.touched.insert(family_id);
            }
        }
    }

    /// Reports values that replaced one the family has something to say about.
    fn warn(
        &mut self,
        line: u64,
        family: &str,
        (family_id, person): (Uuid, Option<Uuid>),
        overwritten: impl IntoIterator<Item = Overwritten>,
    ) {
        for (field, column, before) in overwritten {
            let asked = self.record.asked.get(&family_id).map(Vec::as_slice).unwrap_or_default();
            let mut asked = asked.iter().filter(|row| row.subject_person == person && row.field == field);
            let waits = asked.clone().any(|row| row.status != "accepted");
            let was_asked = asked
                .next()
                .is_some_and(|row| serde_json::from_str::<DetailValueDto>(&row.new_value).ok() == Some(before));
            let caution = match (waits, was_asked) {
                (true, _) => Caution::ChangeWaits,
                (false, true) => Caution::FamilyChangeUndone,
                (false, false) => continue,
            };
            let (family, column) = (family.to_owned(), column.name().to_owned());
            self.plan.report.warnings.push(Warning { line, family, column, caution });
        }
    }
}

/// An address is one value: given, it replaces the other whole; empty, the one on record stays.
fn home(known: Option<&FamilyRow>, family_id: Uuid, says: &FamilyLine) -> FamilyRow {
    let reference = says.reference.clone();
    match (&says.address, known) {
        (None, Some(known)) => known.clone(),
        (address, _) => {
            let line = |read: fn(&PostalAddress) -> &str| address.as_ref().map(|address| read(address).to_owned());
            FamilyRow {
                family_id,
                reference,
                street: line(PostalAddress::street),
                complement: address.as_ref().and_then(PostalAddress::complement).map(str::to_owned),
                postcode: line(PostalAddress::postcode),
                city: line(PostalAddress::city),
            }
        }
    }
}

/// An empty cell says nothing: what is on record stays.
fn adult(known: Option<&AdultRow>, (person_id, family_id, role): (Uuid, Uuid, &str), says: &AdultLine) -> AdultRow {
    let phone = |given: &Option<Phone>, known: Option<String>| given.as_ref().map(|p| p.e164().to_owned()).or(known);
    let email = says.email.as_ref().map(|email| email.as_str().to_owned());
    AdultRow {
        person_id,
        family_id,
        role: role.to_owned(),
        first_name: says.first_name.clone(),
        last_name: says.last_name.clone(),
        mobile_phone: phone(&says.mobile, known.and_then(|row| row.mobile_phone.clone())),
        landline_phone: phone(&says.landline, known.and_then(|row| row.landline_phone.clone())),
        email: email.or_else(|| known.and_then(|row| row.email.clone())),
    }
}

fn overwritten(known: &AdultRow, wanted: &AdultRow) -> Vec<Overwritten> {
    let phone = |number: &Option<String>| DetailValueDto::Phone(number.clone());
    let email = |email: &Option<String>| DetailValueDto::Email(email.clone());
    let details = [
        ("mobile_phone", Column::Mobile, phone(&known.mobile_phone), phone(&wanted.mobile_phone)),
        ("landline_phone", Column::Fixe, phone(&known.landline_phone), phone(&wanted.landline_phone)),
        ("email", Column::Courriel, email(&known.email), email(&wanted.email)),
    ];
    details
        .into_iter()
        .filter(|(_, _, before, after)| before != after)
        .map(|(f, c, before, _)| (f, c, before))
        .collect()
}

fn role_name(role: AdultRole) -> &'static str {
    match role {
        AdultRole::Holder => "holder",
        AdultRole::CoHolder => "co_holder",
    }
}

fn source_name(source: QuotientSource) -> &'static str {
    match source {
        QuotientSource::Caf => "caf",
        QuotientSource::Msa => "msa",
        QuotientSource::TaxNotice => "tax_notice",
        QuotientSource::None => "none",
    }
}
