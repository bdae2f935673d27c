//! From what the server served to what a screen shows.

use super::views::{
    AddressView, AdultDetailsView, DetailFieldView, DetailValueView, PersonKindView, PersonLineView,
    QuotientSourceView, QuotientView, SchoolingView,
};
use jiff::civil::Date;
use preau_domain::family::{self as domain, Phone};
use preau_protocol::family::{
    AddressDto, AdultDto, AdultRoleDto, ChildDto, ContactDto, DetailFieldDto, DetailValueDto, QuotientDto,
    QuotientSourceDto, SchoolingDto,
};
use uuid::Uuid;

/// « Claire Martel ».
pub fn full_name(first_name: &str, last_name: &str) -> String {
    format!("{first_name} {last_name}").trim().to_owned()
}

/// A telephone as read; one that is not of a known form, as it is.
pub fn phone(e164: &str) -> String {
    Phone::on_record(e164).display()
}

pub fn address(dto: &AddressDto) -> AddressView {
    AddressView {
        street: dto.street.clone(),
        complement: dto.complement.clone(),
        postcode: dto.postcode.clone(),
        city: dto.city.clone(),
    }
}

fn adult_kind(role: AdultRoleDto) -> PersonKindView {
    match role {
        AdultRoleDto::Holder => PersonKindView::Holder,
        AdultRoleDto::CoHolder => PersonKindView::CoHolder,
    }
}

fn line(id: uuid::Uuid, kind: PersonKindView, first_name: &str, last_name: &str) -> PersonLineView {
    PersonLineView {
        id: id.to_string(),
        kind,
        name: full_name(first_name, last_name),
        first_name: first_name.to_owned(),
        initials: domain::initials(first_name, last_name),
        age: None,
        level: None,
        may_collect: false,
        emergency: false,
    }
}

pub fn adult_line(adult: &AdultDto) -> PersonLineView {
    line(adult.person_id, adult_kind(adult.role), &adult.first_name, &adult.last_name)
}

pub fn child_line(child: &ChildDto, today: Date) -> PersonLineView {
    let level = domain::schooling_on(&schoolings(child), today).map(|schooling| schooling.level.clone());
    PersonLineView {
        // Brothers and sisters share a name: theirs are told apart by the first name alone.
        initials: domain::initials(&child.first_name, ""),
        age: Some(domain::age_on(child.birth_date, today)),
        level,
        ..line(child.child_id, PersonKindView::Child, &child.first_name, &child.last_name)
    }
}

pub fn contact_line(contact: &ContactDto) -> PersonLineView {
    PersonLineView {
        may_collect: contact.may_collect,
        emergency: contact.emergency,
        ..line(contact.contact_id, PersonKindView::Contact, &contact.first_name, &contact.last_name)
    }
}

fn schoolings(child: &ChildDto) -> Vec<domain::Schooling> {
    child.schooling.iter().map(domain::Schooling::from).collect()
}

/// Latest first.
pub fn schooling(child: &ChildDto, today: Date) -> Vec<SchoolingView> {
    let all = schoolings(child);
    let current = domain::schooling_on(&all, today);
    let view = |dto: &SchoolingDto| SchoolingView {
        from: dto.from.to_string(),
        to: dto.to.map(|to| to.to_string()),
        school: dto.school.clone(),
        level: dto.level.clone(),
        class: dto.class.clone(),
        current: current == Some(&domain::Schooling::from(dto)),
    };
    let mut views: Vec<SchoolingView> = child.schooling.iter().map(view).collect();
    views.sort_by(|a, b| b.from.cmp(&a.from));
    views
}

/// Latest first, as given.
pub fn quotients(dtos: &[QuotientDto], today: Date) -> Vec<QuotientView> {
    let parsed = |dto: &QuotientDto| {
        let effective = domain::Month::parse(&dto.effective_month)?;
        Some(domain::FamilyQuotient { source: dto.source.into(), value: dto.value, effective })
    };
    let all: Vec<domain::FamilyQuotient> = dtos.iter().filter_map(parsed).collect();
    let current = domain::quotient_on(&all, today);
    let view = |dto: &QuotientDto| QuotientView {
        source: match dto.source {
            QuotientSourceDto::Caf => QuotientSourceView::Caf,
            QuotientSourceDto::Msa => QuotientSourceView::Msa,
            QuotientSourceDto::TaxNotice => QuotientSourceView::TaxNotice,
            QuotientSourceDto::None => QuotientSourceView::None,
        },
        value: dto.value,
        effective_month: dto.effective_month.clone(),
        current: current.is_some() && parsed(dto).as_ref() == current,
    };
    dtos.iter().map(view).collect()
}

pub fn adult_details(adult: &AdultDto, me: Option<Uuid>) -> AdultDetailsView {
    AdultDetailsView {
        person_id: adult.person_id.to_string(),
        name: full_name(&adult.first_name, &adult.last_name),
        kind: adult_kind(adult.role),
        mobile_phone: adult.mobile_phone.as_deref().map(phone),
        landline_phone: adult.landline_phone.as_deref().map(phone),
        email: adult.email.clone(),
        is_me: me == Some(adult.person_id),
    }
}

pub fn field(dto: DetailFieldDto) -> DetailFieldView {
    match dto {
        DetailFieldDto::Address => DetailFieldView::Address,
        DetailFieldDto::MobilePhone => DetailFieldView::MobilePhone,
        DetailFieldDto::LandlinePhone => DetailFieldView::LandlinePhone,
        DetailFieldDto::Email => DetailFieldView::Email,
    }
}

pub fn value(dto: &DetailValueDto) -> DetailValueView {
    match dto {
        DetailValueDto::Address(Some(lines)) => DetailValueView::Address { address: address(lines) },
        DetailValueDto::Phone(Some(e164)) => DetailValueView::Text { text: phone(e164) },
        DetailValueDto::Email(Some(email)) => DetailValueView::Text { text: email.clone() },
        DetailValueDto::Address(None) | DetailValueDto::Phone(None) | DetailValueDto::Email(None) => {
            DetailValueView::NotGiven
        }
    }
}
