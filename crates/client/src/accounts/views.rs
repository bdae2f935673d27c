//! What the sign-in and account screens show and send. Tokens and keys are never among it.

use serde::{Deserialize, Serialize};
use specta::Type;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
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
        /// Whether the system has a keychain; without one the form offers a passphrase or memory only.
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
        /// The session with the server ended (revoked, restored, too old): everything stays readable, what waits stays
        /// kept, and signing in again sends it.
        sign_in_again: bool,
    },
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
}
