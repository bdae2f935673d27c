//! What the sign-in and account screens show and send. Tokens and keys are never among it.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

/// A town of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TownView {
    /// Short name, given back to `connectTown`.
    pub slug: String,
    /// « Parempuyre ».
    pub name: String,
    /// « 33290 », to tell namesakes apart.
    pub postcode: String,
}

/// The help line of every screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ContactLineView {
    /// « Pôle enfance jeunesse ».
    pub label: String,
    /// « 05 56 95 56 12 ».
    pub phone: String,
    /// E-mail.
    pub email: String,
}

/// What a town says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CommuneView {
    /// Short name.
    pub slug: String,
    /// « Parempuyre ».
    pub name: String,
    /// `#rrggbb`, or none: the application's own accent.
    pub accent: Option<String>,
    /// The help line.
    pub contact: ContactLineView,
    /// Words of welcome of the home page.
    pub welcome: String,
    /// The answer to « Je n'ai pas encore d'identifiant ».
    pub new_resident: String,
}

/// Where the text of a letter's QR code leads. Nothing was contacted to say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum InvitationView {
    /// To a town of the directory, at that town's own server: as if it had been chosen by its name.
    Listed {
        /// Given back to `connectTown`.
        slug: String,
        /// The identifiant, when the code carried one.
        identifiant: Option<String>,
    },
    /// To a server that the directory does not know: to be asked, with its host, before `connectInvited`.
    Unlisted {
        /// « preau.ville.example », to be compared with the letter.
        host: String,
        /// The identifiant, when the code carried one.
        identifiant: Option<String>,
    },
}

/// Where the key of the cache is kept.
#[derive(Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum KeepRequest {
    /// The system's keychain. The default where there is one.
    Keychain,
    /// A passphrase asked at every start.
    Passphrase {
        /// At least 8 characters; never stored.
        passphrase: String,
    },
    /// Nothing is kept once the window closes.
    MemoryOnly,
}

/// What the sign-in form sends.
#[derive(Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignInRequest {
    /// The town connected to.
    pub slug: String,
    /// The text of the letter's QR code, for a town that the directory does not know: good for this sign-in only.
    pub invitation: Option<String>,
    /// As typed.
    pub identifiant: String,
    /// The code secret or the personal code, as typed.
    pub code: String,
    /// Where the key of the cache is kept.
    pub keep: KeepRequest,
}

/// How a profile's cache is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProtectionView {
    /// Key in the system's keychain.
    Keychain,
    /// Passphrase asked at start.
    Passphrase,
    /// Only in memory.
    MemoryOnly,
}

/// A family's space known to this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    /// Given back to `openProfile`.
    pub id: String,
    /// « Parempuyre ».
    pub commune_name: String,
    /// Whom to call in that town.
    pub contact: Option<ContactLineView>,
    /// « Claire Martel », or none while the profile is locked.
    pub person_name: Option<String>,
    /// How it is protected.
    pub protection: ProtectionView,
}

/// Where the application stands; every start and every change of it asks this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SessionView {
    /// Nobody is in: sign-in, or a choice among the profiles of this computer.
    SignedOut {
        /// Spaces this computer knows.
        profiles: Vec<ProfileView>,
        /// Whether the system has a keychain, or may have one that has not answered yet; without one the form offers a passphrase
        /// or memory only.
        keychain_available: bool,
    },
    /// The one-time code was right: a personal code must be chosen now.
    FirstCode {
        /// Whose space.
        commune: CommuneView,
        /// The identifiant signed in with.
        identifiant: String,
    },
    /// The space is open.
    Open {
        /// Whose space.
        profile: ProfileView,
        /// The town.
        commune: CommuneView,
        /// Other spaces of this computer.
        others: Vec<ProfileView>,
        /// The PIN that locks it when nobody is there, if somebody chose one.
        pin: Option<PinView>,
        /// The session with the server ended (revoked, restored, too old): everything stays readable, what waits stays
        /// kept, and signing in again sends it.
        sign_in_again: bool,
    },
    /// The space is there behind its PIN. It goes on syncing; every other question is refused.
    Locked {
        /// Whose space.
        profile: ProfileView,
        /// The town.
        commune: CommuneView,
        /// PINs that can still be tried; none: only the identifiant and the code open it.
        tries_left: u32,
        /// Operations that the town has not answered yet.
        pending: u32,
    },
}

/// The PIN of a space on this computer; never its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PinView {
    /// Minutes without anybody, after which the space locks: 1, 5, 15 or 30.
    pub idle_minutes: u32,
}

/// A PIN to choose.
#[derive(Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChoosePinRequest {
    /// The PIN there is, when there is one.
    pub current: Option<String>,
    /// 4 to 8 digits.
    pub pin: String,
    /// 1, 5, 15 or 30.
    pub idle_minutes: u32,
}

/// A code that was lost: whose, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LostCodeAskRequest {
    /// The town connected to.
    pub slug: String,
    /// The text of the letter's QR code, for a town that the directory does not know.
    pub invitation: Option<String>,
    /// As typed.
    pub identifiant: String,
}

/// A rule of the personal code and whether what is typed keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CodeCheckView {
    /// Eight characters or more, 128 at most.
    pub long_enough: bool,
    /// Three of: lower case, upper case, digits, other signs.
    pub varied_enough: bool,
    /// Does not contain the identifiant.
    pub without_identifiant: bool,
}

/// The account of the open space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// What is typed at sign-in.
    pub identifiant: String,
    /// The adult, when the account is a family's.
    pub person_id: Option<String>,
    /// What they are to their family; unknown while nothing was read.
    pub role: Option<AccountRoleView>,
    /// « Karim Daoud »: the other adult of the family, when there is one.
    pub other_adult: Option<String>,
    /// Notices of security that nobody of the family has read.
    pub unread_notices: u32,
}

/// What an adult is to their family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AccountRoleView {
    /// Titulaire.
    Holder,
    /// Co-titulaire.
    CoHolder,
}

/// A computer the account is enrolled on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Given back to `letDeviceGo`.
    pub id: String,
    /// What it called itself.
    pub label: String,
    /// RFC 3339.
    pub last_seen_at: String,
    /// RFC 3339: when it signed in.
    pub since: String,
    /// Whether it is this one.
    pub current: bool,
}

/// The second adult of the family, as the holder sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CoHolderView {
    /// There is none.
    None,
    /// Invited, and has not answered yet.
    Invited {
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// Where the invitation went.
        email: String,
        /// RFC 3339: when its link stops opening.
        expires_at: String,
        /// Whether its mail was refused for good: nobody has the link.
        undelivered: bool,
    },
    /// Has an account of their own.
    Active {
        /// « Karim Daoud », once read.
        name: Option<String>,
    },
}

/// An invitation, as typed.
#[derive(Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InviteCoHolderForm {
    /// The holder's code, asked again.
    pub code: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Where the single-use link is sent.
    pub email: String,
}

/// Something that happened to an account of the family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecurityNoticeView {
    /// Given back to `acknowledgeNotice`.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// What happened.
    pub what: SecurityEventView,
    /// « Claire Martel »: whose account, unless they left.
    pub person_name: Option<String>,
    /// Whether it is the account of this space.
    pub mine: bool,
    /// Somebody of the family read it, or says so with what waits to be sent.
    pub read: bool,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SecurityEventView {
    /// Somebody used a copy of a computer's session: that computer was signed out.
    SessionReused {
        /// What the computer called itself.
        device: String,
    },
    /// A new code was chosen with the link of a mail.
    CodeReset,
    /// The code was changed from within.
    CodeChanged,
    /// The town printed a letter with a new one-time code.
    LetterIssued,
    /// The identifiant was changed.
    IdentifiantChanged,
    /// A new e-mail took effect.
    EmailChanged,
    /// The co-holder was invited.
    CoHolderInvited {
        /// « Karim Daoud ».
        name: String,
    },
    /// The co-holder opened their account.
    CoHolderJoined {
        /// « Karim Daoud ».
        name: String,
    },
    /// The co-holder was removed.
    CoHolderRemoved {
        /// « Karim Daoud ».
        name: String,
    },
    /// Something this version does not know.
    Unknown,
}

// What somebody typed as a secret is not printed by mistake.

impl fmt::Debug for KeepRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keychain => "Keychain",
            Self::Passphrase { .. } => "Passphrase",
            Self::MemoryOnly => "MemoryOnly",
        })
    }
}

impl fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInRequest").field("slug", &self.slug).field("keep", &self.keep).finish_non_exhaustive()
    }
}

impl fmt::Debug for ChoosePinRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChoosePinRequest").field("idle_minutes", &self.idle_minutes).finish_non_exhaustive()
    }
}

impl fmt::Debug for InviteCoHolderForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InviteCoHolderForm").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_printed_by_mistake() {
        let secret = || "Tilleul-33290".to_owned();
        let keep = KeepRequest::Passphrase { passphrase: secret() };
        let sign_in = SignInRequest {
            slug: "parempuyre".into(),
            invitation: Some(secret()),
            identifiant: secret(),
            code: secret(),
            keep: keep.clone(),
        };
        let pin = ChoosePinRequest { current: Some(secret()), pin: secret(), idle_minutes: 5 };
        let invite = InviteCoHolderForm { code: secret(), first_name: secret(), last_name: secret(), email: secret() };
        let printed = format!("{keep:?} {sign_in:?} {pin:?} {invite:?}");
        assert!(!printed.contains(&secret()), "{printed}");
    }
}
