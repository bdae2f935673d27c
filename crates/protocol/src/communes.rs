//! What a town says of itself: to anyone before sign-in, and in its stream to every family.

use crate::wire;
use preau_domain::family as domain;
use uuid::Uuid;

wire! {
    /// Whom to call: the help line of every screen.
    pub struct ServiceContactDto {
        /// « Pôle enfance jeunesse ».
        pub label: String,
        /// E.164.
        pub phone: String,
        /// E-mail.
        pub email: String,
    }

    /// How the commune treats changes of details.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum PolicyDto {
        /// At once.
        AtOnce,
        /// An agent decides.
        ByHand,
    }

    /// The policy of each detail.
    #[derive(Copy)]
    pub struct DetailPoliciesDto {
        /// Postal address.
        pub address: PolicyDto,
        /// Both telephones.
        pub phones: PolicyDto,
        /// E-mail (always confirmed by its owner first).
        pub email: PolicyDto,
    }

    /// A commune as served to anyone, and as the `commune` entity of its stream.
    pub struct CommuneDto {
        /// Its id, which is also its stream's.
        pub commune_id: Uuid,
        /// The short name used at sign-in (`parempuyre`).
        pub slug: String,
        /// « Parempuyre ».
        pub name: String,
        /// Five-digit postcode.
        pub postcode: String,
        /// Accent colour, `#rrggbb`, for the light theme; the application keeps its own where contrast would fail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub accent: Option<String>,
        /// The help line.
        pub contact: ServiceContactDto,
        /// Words of welcome on the home page.
        pub welcome: String,
        /// The answer to « Je n'ai pas encore d'identifiant ».
        pub new_resident: String,
        /// How changes of details are treated.
        pub details: DetailPoliciesDto,
    }
}

impl From<PolicyDto> for domain::Policy {
    fn from(policy: PolicyDto) -> Self {
        match policy {
            PolicyDto::AtOnce => Self::AtOnce,
            PolicyDto::ByHand => Self::ByHand,
        }
    }
}

impl DetailPoliciesDto {
    /// The policy of one field.
    #[must_use]
    pub fn of(&self, field: domain::DetailField) -> domain::Policy {
        match field {
            domain::DetailField::Address => self.address.into(),
            domain::DetailField::MobilePhone | domain::DetailField::LandlinePhone => self.phones.into(),
            domain::DetailField::Email => self.email.into(),
        }
    }
}
