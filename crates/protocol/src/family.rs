//! Families on the wire.

use crate::wire;
use jiff::civil::Date;
use preau_domain::family as domain;
use preau_domain::ids::PersonId;
use uuid::Uuid;

wire! {
    /// A postal address (XP Z 10-011 without its recipient).
    #[derive(Hash)]
    pub struct AddressDto {
        /// Number and street.
        pub street: String,
        /// Building, staircase, hamlet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub complement: Option<String>,
        /// Five digits.
        pub postcode: String,
        /// Locality.
        pub city: String,
    }

    /// The home.
    pub struct FamilyDto {
        /// Its id, which is also its stream's.
        pub family_id: Uuid,
        /// The town's own number.
        pub reference: String,
        /// Where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<AddressDto>,
    }

    /// Which account an adult is.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AdultRoleDto {
        /// The titulaire.
        Holder,
        /// The co-titulaire.
        CoHolder,
    }

    /// An adult.
    pub struct AdultDto {
        /// Their id.
        pub person_id: Uuid,
        /// Holder or co-holder.
        pub role: AdultRoleDto,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// E.164.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mobile_phone: Option<String>,
        /// E.164.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub landline_phone: Option<String>,
        /// E-mail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub email: Option<String>,
    }

    /// A year (or part of one) at a school.
    pub struct SchoolingDto {
        /// First day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub from: Date,
        /// Last day, or open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
        pub to: Option<Date>,
        /// Name of the school.
        pub school: String,
        /// `PS` … `CM2`.
        pub level: String,
        /// Name of the class.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub class: Option<String>,
    }

    /// What the link between this family and the child gives it.
    pub struct ChildLinkDto {
        /// First day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub from: Date,
        /// Last day, or open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
        pub to: Option<Date>,
        /// May book.
        pub may_book: bool,
        /// May fetch.
        pub may_collect: bool,
        /// Pays what it books.
        pub pays: bool,
        /// Whether another home is linked too. Never which one.
        pub other_home: bool,
    }

    /// A child, as this family may see them.
    pub struct ChildDto {
        /// Their id.
        pub child_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Date of birth.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub birth_date: Date,
        /// Dated schooling, oldest first.
        pub schooling: Vec<SchoolingDto>,
        /// The link with this family.
        pub link: ChildLinkDto,
    }

    /// Someone the family named.
    pub struct ContactDto {
        /// Their id.
        pub contact_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// « grand-mère ».
        pub relation: String,
        /// E.164.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// May fetch the children.
        pub may_collect: bool,
        /// Called in an emergency.
        pub emergency: bool,
    }

    /// Who says what the quotient is.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum QuotientSourceDto {
        /// CAF.
        Caf,
        /// MSA.
        Msa,
        /// Tax notice.
        TaxNotice,
        /// No proof given.
        None,
    }

    /// A family quotient.
    pub struct QuotientDto {
        /// Its id.
        pub quotient_id: Uuid,
        /// Who says so.
        pub source: QuotientSourceDto,
        /// Whole euros per month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<u32>,
        /// First month it applies to, `YYYY-MM`.
        pub effective_month: String,
    }

    /// What a detail belongs to.
    #[derive(Copy, Hash)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum DetailSubjectDto {
        /// The home.
        Household,
        /// An adult.
        Adult {
            /// Which one.
            person_id: Uuid,
        },
    }

    /// A detail a family may ask to change.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum DetailFieldDto {
        /// Postal address.
        Address,
        /// Mobile telephone.
        MobilePhone,
        /// Landline or work telephone.
        LandlinePhone,
        /// E-mail.
        Email,
    }

    /// A value of a detail; `null` is "not given".
    #[derive(Hash)]
    #[serde(tag = "type", content = "value", rename_all = "snake_case")]
    pub enum DetailValueDto {
        /// Postal address.
        Address(Option<AddressDto>),
        /// Telephone, E.164.
        Phone(Option<String>),
        /// E-mail.
        Email(Option<String>),
    }

    /// Where a change of a detail stands.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum DetailChangeStatusDto {
        /// An agent will decide.
        AwaitsTown,
        /// Its owner will confirm the e-mail.
        AwaitsConfirmation,
        /// On record.
        Accepted,
        /// The old value stays; `reason` says why.
        Refused,
        /// Given up by the family.
        Withdrawn,
        /// Its owner did not confirm the e-mail in time.
        Expired,
    }

    /// A change asked by the family, kept with its outcome.
    pub struct DetailChangeDto {
        /// Its id: the operation that asked it.
        pub change_id: Uuid,
        /// Which adult asked; none when an agent did on their behalf.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub asked_by: Option<Uuid>,
        /// RFC 3339.
        pub asked_at: String,
        /// Whose detail.
        pub subject: DetailSubjectDto,
        /// Which one.
        pub field: DetailFieldDto,
        /// What was on record.
        pub old: DetailValueDto,
        /// What it should become.
        pub new: DetailValueDto,
        /// Where it stands.
        pub status: DetailChangeStatusDto,
        /// RFC 3339.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decided_at: Option<String>,
        /// The town's reason for a refusal, as written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }

    /// Operation `family.change_detail`.
    pub struct ChangeDetailOp {
        /// Whose detail.
        pub subject: DetailSubjectDto,
        /// Which one.
        pub field: DetailFieldDto,
        /// What the author saw on record.
        pub old: DetailValueDto,
        /// What it should become.
        pub new: DetailValueDto,
    }

    /// Suggestions of the national address base.
    pub struct AddressSuggestionsDto {
        /// Best first.
        pub suggestions: Vec<AddressDto>,
    }
}

impl From<&domain::PostalAddress> for AddressDto {
    fn from(address: &domain::PostalAddress) -> Self {
        Self {
            street: address.street().to_owned(),
            complement: address.complement().map(str::to_owned),
            postcode: address.postcode().to_owned(),
            city: address.city().to_owned(),
        }
    }
}

impl TryFrom<&AddressDto> for domain::PostalAddress {
    type Error = domain::FamilyError;

    fn try_from(dto: &AddressDto) -> Result<Self, Self::Error> {
        Self::new(&dto.street, dto.complement.as_deref(), &dto.postcode, &dto.city)
            .map_err(|problems| problems.first().map_or(domain::FamilyError::Empty, |(_, problem)| *problem))
    }
}

impl From<domain::AdultRole> for AdultRoleDto {
    fn from(role: domain::AdultRole) -> Self {
        match role {
            domain::AdultRole::Holder => Self::Holder,
            domain::AdultRole::CoHolder => Self::CoHolder,
        }
    }
}

impl From<domain::QuotientSource> for QuotientSourceDto {
    fn from(source: domain::QuotientSource) -> Self {
        match source {
            domain::QuotientSource::Caf => Self::Caf,
            domain::QuotientSource::Msa => Self::Msa,
            domain::QuotientSource::TaxNotice => Self::TaxNotice,
            domain::QuotientSource::None => Self::None,
        }
    }
}

impl From<QuotientSourceDto> for domain::QuotientSource {
    fn from(source: QuotientSourceDto) -> Self {
        match source {
            QuotientSourceDto::Caf => Self::Caf,
            QuotientSourceDto::Msa => Self::Msa,
            QuotientSourceDto::TaxNotice => Self::TaxNotice,
            QuotientSourceDto::None => Self::None,
        }
    }
}

impl From<&SchoolingDto> for domain::Schooling {
    fn from(dto: &SchoolingDto) -> Self {
        Self {
            from: dto.from,
            to: dto.to,
            school: dto.school.clone(),
            level: dto.level.clone(),
            class: dto.class.clone(),
        }
    }
}

impl From<DetailSubjectDto> for domain::DetailSubject {
    fn from(subject: DetailSubjectDto) -> Self {
        match subject {
            DetailSubjectDto::Household => Self::Household,
            DetailSubjectDto::Adult { person_id } => Self::Adult(PersonId(person_id)),
        }
    }
}

impl From<domain::DetailSubject> for DetailSubjectDto {
    fn from(subject: domain::DetailSubject) -> Self {
        match subject {
            domain::DetailSubject::Household => Self::Household,
            domain::DetailSubject::Adult(PersonId(person_id)) => Self::Adult { person_id },
        }
    }
}

impl From<DetailFieldDto> for domain::DetailField {
    fn from(field: DetailFieldDto) -> Self {
        match field {
            DetailFieldDto::Address => Self::Address,
            DetailFieldDto::MobilePhone => Self::MobilePhone,
            DetailFieldDto::LandlinePhone => Self::LandlinePhone,
            DetailFieldDto::Email => Self::Email,
        }
    }
}

impl From<domain::DetailField> for DetailFieldDto {
    fn from(field: domain::DetailField) -> Self {
        match field {
            domain::DetailField::Address => Self::Address,
            domain::DetailField::MobilePhone => Self::MobilePhone,
            domain::DetailField::LandlinePhone => Self::LandlinePhone,
            domain::DetailField::Email => Self::Email,
        }
    }
}

impl From<&domain::DetailValue> for DetailValueDto {
    fn from(value: &domain::DetailValue) -> Self {
        match value {
            domain::DetailValue::Address(address) => Self::Address(address.as_ref().map(AddressDto::from)),
            domain::DetailValue::Phone(phone) => Self::Phone(phone.as_ref().map(|p| p.e164().to_owned())),
            domain::DetailValue::Email(email) => Self::Email(email.as_ref().map(|e| e.as_str().to_owned())),
        }
    }
}

impl TryFrom<&DetailValueDto> for domain::DetailValue {
    type Error = domain::FamilyError;

    fn try_from(dto: &DetailValueDto) -> Result<Self, Self::Error> {
        Ok(match dto {
            DetailValueDto::Address(address) => {
                Self::Address(address.as_ref().map(domain::PostalAddress::try_from).transpose()?)
            }
            DetailValueDto::Phone(phone) => Self::Phone(phone.as_deref().map(domain::Phone::parse).transpose()?),
            DetailValueDto::Email(email) => Self::Email(email.as_deref().map(domain::Email::parse).transpose()?),
        })
    }
}

impl DetailValueDto {
    /// The value as one that is, or was, on record: read even if no rule would let it in today.
    #[must_use]
    pub fn on_record(&self) -> domain::DetailValue {
        let address = |dto: &AddressDto| {
            domain::PostalAddress::on_record(&dto.street, dto.complement.as_deref(), &dto.postcode, &dto.city)
        };
        match self {
            Self::Address(value) => domain::DetailValue::Address(value.as_ref().map(address)),
            Self::Phone(value) => domain::DetailValue::Phone(value.as_deref().map(domain::Phone::on_record)),
            Self::Email(value) => domain::DetailValue::Email(value.as_deref().map(domain::Email::on_record)),
        }
    }
}

/// What the author saw is only compared; what it should become has to hold the rules.
impl TryFrom<&ChangeDetailOp> for domain::DetailChange {
    type Error = domain::FamilyError;

    fn try_from(op: &ChangeDetailOp) -> Result<Self, Self::Error> {
        Ok(Self {
            subject: op.subject.into(),
            field: op.field.into(),
            old: op.old.on_record(),
            new: domain::DetailValue::try_from(&op.new)?,
        })
    }
}
