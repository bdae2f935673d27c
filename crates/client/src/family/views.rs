//! What the home page, the pages of people and *Modifier mes coordonnées* show and send.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::accounts::views::SecurityNoticeView;
use crate::sync::views::PendingView;

/// Which kind of person a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PersonKindView {
    /// Titulaire.
    Holder,
    /// Co-titulaire.
    CoHolder,
    /// Child.
    Child,
    /// Contact.
    Contact,
}

/// A line of the list on the left of the home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonLineView {
    /// Given back to `person`.
    pub id: String,
    /// Titulaire, co-titulaire, child or contact.
    pub kind: PersonKindView,
    /// « Claire Martel ».
    pub name: String,
    /// First name.
    pub first_name: String,
    /// « CM ».
    pub initials: String,
    /// Children: age today.
    pub age: Option<u32>,
    /// Children: « CE2 ».
    pub level: Option<String>,
    /// Contacts: may fetch the children.
    pub may_collect: bool,
    /// Contacts: called in an emergency.
    pub emergency: bool,
}

/// Something to do, most urgent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TodoView {
    /// Something happened to an account of the family, and nobody of it has read so.
    SecurityNotice {
        /// What.
        notice: SecurityNoticeView,
    },
    /// The server refused something that was sent: the sync centre says why.
    RefusedOperations {
        /// How many.
        count: u32,
    },
    /// The server was restored, and something that was sent has another outcome than before: the sync centre says which.
    ChangedOutcomes {
        /// How many.
        count: u32,
    },
    /// Days are ticked and not sent.
    DaysToSend {
        /// The period.
        period_id: String,
        /// « Vacances de Noël 2026 ».
        period_name: String,
        /// How many days of children.
        days: u32,
        /// RFC 3339: the last moment for the first of them.
        until: String,
    },
    /// Days were prepared for a period that is not open yet.
    BookingOpens {
        /// The period.
        period_id: String,
        /// « Vacances de Noël 2026 ».
        period_name: String,
        /// How many days of children.
        days: u32,
        /// RFC 3339.
        opens_at: String,
    },
    /// Booked days of a child soon can no longer be given up without owing them.
    LastDaysToCancel {
        /// The child.
        child_id: String,
        /// « Léo ».
        first_name: String,
        /// The activity.
        activity_id: String,
        /// « ALSH des vacances ».
        activity_name: String,
        /// How many.
        days: u32,
        /// The first of them.
        first_day: String,
        /// RFC 3339: the last moment.
        until: String,
    },
    /// The home has no postal address.
    AddressMissing,
    /// The person signed in can be reached by no telephone.
    PhoneMissing,
    /// An e-mail waits for its owner to confirm it.
    EmailToConfirm {
        /// The address.
        email: String,
    },
}

/// The home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HomeView {
    /// « Claire ».
    pub first_name: String,
    /// The town's words of welcome.
    pub welcome: String,
    /// Titulaire then co-titulaire.
    pub adults: Vec<PersonLineView>,
    /// Oldest first.
    pub children: Vec<PersonLineView>,
    /// By name.
    pub contacts: Vec<PersonLineView>,
    /// The band « À faire ».
    pub todo: Vec<TodoView>,
    /// Changes of details not sent yet.
    pub details_to_send: u32,
    /// Changes of details that wait for the town or for a confirmation.
    pub details_waiting: u32,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddressView {
    /// Number and street.
    pub street: String,
    /// Building, staircase, hamlet.
    pub complement: Option<String>,
    /// Five digits.
    pub postcode: String,
    /// Locality.
    pub city: String,
}

/// A postal address as typed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddressRequest {
    /// Number and street.
    pub street: String,
    /// Building, staircase, hamlet; may be empty.
    pub complement: String,
    /// Five digits.
    pub postcode: String,
    /// Locality.
    pub city: String,
}

/// A year (or part of one) at a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SchoolingView {
    /// `YYYY-MM-DD`.
    pub from: String,
    /// `YYYY-MM-DD`, or open.
    pub to: Option<String>,
    /// Name of the school.
    pub school: String,
    /// « CE2 ».
    pub level: String,
    /// Name of the class.
    pub class: Option<String>,
    /// Whether it is the one in force today.
    pub current: bool,
}

/// A family quotient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuotientView {
    /// Who says so.
    pub source: QuotientSourceView,
    /// Whole euros per month.
    pub value: Option<u32>,
    /// `YYYY-MM`.
    pub effective_month: String,
    /// Whether it is the one in force today.
    pub current: bool,
}

/// Who says what the quotient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum QuotientSourceView {
    /// CAF.
    Caf,
    /// MSA.
    Msa,
    /// Tax notice.
    TaxNotice,
    /// No proof given: the top band applies.
    None,
}

/// A person's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PersonView {
    /// Titulaire or co-titulaire.
    Adult {
        /// Name, role, initials.
        line: PersonLineView,
        /// Where they live.
        address: Option<AddressView>,
        /// « 06 12 34 56 78 ».
        mobile_phone: Option<String>,
        /// « 05 56 95 56 12 ».
        landline_phone: Option<String>,
        /// E-mail on record.
        email: Option<String>,
        /// Quotients of the home, latest first.
        quotients: Vec<QuotientView>,
    },
    /// A child.
    Child {
        /// Name, age, level.
        line: PersonLineView,
        /// `YYYY-MM-DD`.
        birth_date: String,
        /// Latest first.
        schooling: Vec<SchoolingView>,
        /// This home may book for the child.
        may_book: bool,
        /// This home may fetch the child.
        may_collect: bool,
        /// This home pays what it books.
        pays: bool,
        /// Another home is linked to the child too.
        other_home: bool,
        /// Those who may fetch the child.
        collectors: Vec<PersonLineView>,
    },
    /// A contact.
    Contact {
        /// Name, rights.
        line: PersonLineView,
        /// « grand-mère ».
        relation: String,
        /// « 06 12 34 56 78 ».
        phone: Option<String>,
    },
}

/// Which detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DetailFieldView {
    /// Postal address of the home.
    Address,
    /// Mobile telephone.
    MobilePhone,
    /// Landline or work telephone.
    LandlinePhone,
    /// E-mail.
    Email,
}

/// A value as shown: an address on its lines, or a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DetailValueView {
    /// Nothing on record.
    NotGiven,
    /// An address.
    Address {
        /// Its lines.
        address: AddressView,
    },
    /// A telephone in pairs, or an e-mail.
    Text {
        /// As read.
        text: String,
    },
}

/// How far a change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DetailStateView {
    /// Kept on this computer, not sent yet.
    ToSend {
        /// The operation in the outbox.
        pending: PendingView,
    },
    /// *en attente de validation* by the town.
    AwaitsTown,
    /// *à confirmer* by its owner.
    AwaitsConfirmation,
    /// On record.
    Accepted,
    /// The old value stays.
    Refused {
        /// The town's words, when an agent refused.
        reason: Option<String>,
        /// The rule, when the server refused.
        code: Option<String>,
    },
    /// Given up.
    Withdrawn,
    /// Its owner did not confirm it in time.
    Expired,
}

/// A change asked, with old and new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DetailChangeView {
    /// Its id.
    pub id: String,
    /// The adult, or none for the home.
    pub person_id: Option<String>,
    /// « Claire Martel », or none for the home.
    pub person_name: Option<String>,
    /// Which detail.
    pub field: DetailFieldView,
    /// What was on record.
    pub old: DetailValueView,
    /// What it should become.
    pub new: DetailValueView,
    /// How far it is.
    pub state: DetailStateView,
    /// Whether it can be given up, from this computer or any other of the family.
    pub give_up: GiveUpView,
    /// RFC 3339.
    pub asked_at: String,
}

/// Whether a change can be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GiveUpView {
    /// Nothing of it waits.
    No,
    /// *Abandonner*.
    Possible,
    /// It was asked for here, and the server has not answered.
    Asked,
}

/// An adult's details on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AdultDetailsView {
    /// The adult.
    pub person_id: String,
    /// « Claire Martel ».
    pub name: String,
    /// Titulaire or co-titulaire.
    pub kind: PersonKindView,
    /// « 06 12 34 56 78 ».
    pub mobile_phone: Option<String>,
    /// « 05 56 95 56 12 ».
    pub landline_phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Of whoever is signed in: an e-mail is changed by its owner alone.
    pub is_me: bool,
}

/// *Modifier mes coordonnées*: what is on record, what waits, what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DetailsView {
    /// Address on record.
    pub address: Option<AddressView>,
    /// Titulaire then co-titulaire.
    pub adults: Vec<AdultDetailsView>,
    /// Not settled yet, latest first: a field among these cannot be changed again until then.
    pub waiting: Vec<DetailChangeView>,
    /// Settled in the last 90 days, latest first.
    pub settled: Vec<DetailChangeView>,
    /// The town validates addresses by hand, so says the form before anybody types.
    pub address_by_hand: bool,
    /// The town validates telephones by hand.
    pub phones_by_hand: bool,
}

/// The address of the form, touched: what it showed then, and what was typed over it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddressEditRequest {
    /// On record when the author looked.
    pub shown: Option<AddressView>,
    /// What it should become.
    pub typed: AddressRequest,
}

/// Which detail of an adult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AdultFieldRequest {
    /// Mobile telephone.
    MobilePhone,
    /// Landline or work telephone.
    LandlinePhone,
    /// E-mail.
    Email,
}

/// A detail of an adult, touched: what the form showed then, and what was typed over it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AdultEditRequest {
    /// The adult.
    pub person_id: String,
    /// Which detail.
    pub field: AdultFieldRequest,
    /// On record when the author looked, as shown.
    pub shown: Option<String>,
    /// What it should become; may be empty.
    pub typed: String,
}

/// The form of *Modifier mes coordonnées*: the fields that somebody touched and no others, each with the value that its
/// author saw. A field whose value on record is another by now is not sent, and says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDetailsRequest {
    /// The address.
    pub address: Option<AddressEditRequest>,
    /// Details of adults.
    pub adults: Vec<AdultEditRequest>,
}

/// A field of the form and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldProblemView {
    /// `address.street`, `address.complement`, `address.postcode`, `address.city`, or
    /// `adults.<personId>.mobilePhone | landlinePhone | email`.
    pub field: String,
    /// Which rule.
    pub rule: FieldRuleView,
    /// For `alreadyWaiting` and `changed`: the value that waits, or that is on record by now.
    pub now: Option<DetailValueView>,
}

/// The rules a detail can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FieldRuleView {
    /// Cannot be empty.
    Empty,
    /// More than 38 characters.
    LineTooLong,
    /// Not five digits.
    Postcode,
    /// Not a telephone number.
    Phone,
    /// Not an e-mail address.
    Email,
    /// A change of this field waits already.
    AlreadyWaiting,
    /// The value on record is no longer the one that the author saw.
    Changed,
}

/// What became of the form: the first step shows `preview` (old → new), *VALIDER* makes the operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChangeDetailsView {
    /// Fields to mend; nothing was kept.
    ToMend {
        /// Each with its rule.
        problems: Vec<FieldProblemView>,
    },
    /// Nothing differs from the record.
    NothingChanges,
    /// What would change (preview) or what was put in the outbox (validated).
    Changes {
        /// Old → new.
        changes: Vec<DetailChangeView>,
    },
}
