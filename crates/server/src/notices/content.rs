//! What messages say: a closed list, each with its template and what the template is told.

use preau_protocol::accounts::SecurityEventDto;
use serde::{Deserialize, Serialize};

/// A message before it has words. Kept as JSON until it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Content {
    /// A link to choose a new personal code.
    LostCode {
        /// « Claire ».
        first_name: String,
    },
    /// A link that confirms a new e-mail, sent there.
    EmailConfirmation {
        /// « Claire ».
        first_name: String,
        /// The new e-mail.
        email: String,
    },
    /// Told to the e-mail in use: another one was asked.
    EmailChangeAsked {
        /// « Claire ».
        first_name: String,
    },
    /// A link that opens the account of a co-holder.
    CoHolderInvitation {
        /// « Karim ».
        first_name: String,
        /// « Claire Martel », who invites.
        holder: String,
    },
    /// Told to a co-holder who was removed.
    CoHolderRemoved {
        /// « Karim ».
        first_name: String,
    },
    /// The town closed a day that the family had booked, or waited for.
    DayClosed {
        /// « Claire ».
        first_name: String,
        /// « ALSH des vacances ».
        activity: String,
        /// « lundi 21 décembre 2026 ».
        day: String,
        /// Why.
        reason: String,
        /// « Léo », « Inès ».
        children: Vec<String>,
    },
    /// Days to come ended because a child is no longer registered for them.
    RegistrationEnded {
        /// « Claire ».
        first_name: String,
        /// « ALSH des vacances ».
        activity: String,
        /// « Léo ».
        child: String,
        /// Days of which nothing is owed, as « lundi 21 décembre 2026 ».
        free: Vec<String>,
        /// Days too near to be given up without owing them.
        owed: Vec<String>,
    },
    /// Something happened to an account of the family.
    Security {
        /// « Claire ».
        first_name: String,
        /// What.
        what: SecurityEventDto,
    },
}

impl Content {
    /// The name of its template, without its ending.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::LostCode { .. } => "lost_code",
            Self::EmailConfirmation { .. } => "email_confirmation",
            Self::EmailChangeAsked { .. } => "email_change_asked",
            Self::CoHolderInvitation { .. } => "co_holder_invitation",
            Self::CoHolderRemoved { .. } => "co_holder_removed",
            Self::DayClosed { .. } => "day_closed",
            Self::RegistrationEnded { .. } => "registration_ended",
            Self::Security { .. } => "security",
        }
    }

    /// One of each, with every event: what templates are tried with before they are used.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let (first_name, name) = ("Claire".to_owned(), "Karim Daoud".to_owned());
        let mut samples = vec![
            Self::LostCode { first_name: first_name.clone() },
            Self::EmailConfirmation { first_name: first_name.clone(), email: "claire@exemple.fr".to_owned() },
            Self::EmailChangeAsked { first_name: first_name.clone() },
            Self::CoHolderInvitation { first_name: "Karim".to_owned(), holder: "Claire Martel".to_owned() },
            Self::CoHolderRemoved { first_name: "Karim".to_owned() },
        ];
        samples.extend(Self::samples_of_days(&first_name));
        let events = [
            SecurityEventDto::SessionReused { device: "PC du salon".to_owned() },
            SecurityEventDto::CodeReset,
            SecurityEventDto::CodeChanged,
            SecurityEventDto::LetterIssued,
            SecurityEventDto::IdentifiantChanged,
            SecurityEventDto::EmailChanged,
            SecurityEventDto::CoHolderInvited { name: name.clone() },
            SecurityEventDto::CoHolderJoined { name: name.clone() },
            SecurityEventDto::CoHolderRemoved { name },
        ];
        samples.extend(events.into_iter().map(|what| Self::Security { first_name: first_name.clone(), what }));
        samples
    }

    fn samples_of_days(first_name: &str) -> Vec<Self> {
        let activity = "ALSH des vacances".to_owned();
        let day = |day: &str| format!("{day} décembre 2026");
        let closed = |children: &[&str]| Self::DayClosed {
            first_name: first_name.to_owned(),
            activity: activity.clone(),
            day: day("lundi 21"),
            reason: "Centre fermé : travaux".to_owned(),
            children: children.iter().map(|&child| child.to_owned()).collect(),
        };
        let ended = |free: Vec<String>, owed: Vec<String>| Self::RegistrationEnded {
            first_name: first_name.to_owned(),
            activity: activity.clone(),
            child: "Léo".to_owned(),
            free,
            owed,
        };
        vec![
            closed(&["Léo"]),
            closed(&["Léo", "Inès"]),
            ended(vec![day("lundi 21"), day("mardi 22")], Vec::new()),
            ended(vec![day("mardi 22")], vec![day("lundi 21")]),
            ended(Vec::new(), vec![day("lundi 21")]),
        ]
    }
}
