//! Signing in, tokens, the account and its devices.

use crate::wire;
use preau_domain::accounts::AgentRole;
use uuid::Uuid;

wire! {
    /// `POST /v1/auth/sign-in`.
    pub struct SignInRequest {
        /// The commune's slug.
        pub commune: String,
        /// As typed.
        pub identifiant: String,
        /// The one-time code secret or the personal code.
        pub code: String,
        /// For agents: six digits, or a recovery code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub totp: Option<String>,
        /// What the computer calls itself, shown in the list of devices.
        pub device_label: String,
        /// A random id of this installation, made at its first start; only for counting tries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub installation: Option<Uuid>,
    }

    /// `POST /v1/auth/refresh`.
    pub struct RefreshRequest {
        /// The refresh token last received.
        pub refresh_token: String,
    }

    /// Tokens and who they are for. Times are durations, so that a wrong clock harms nothing.
    pub struct SessionDto {
        /// Bearer token, 256 bits.
        pub access_token: String,
        /// Seconds it is good for.
        pub access_expires_in: u32,
        /// To be exchanged for the next pair.
        pub refresh_token: String,
        /// The enrolled device.
        pub device_id: Uuid,
        /// Who signed in.
        pub account: AccountDto,
    }

    /// An agent's role.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AgentRoleDto {
        /// The counter.
        Desk,
        /// The youth service.
        Youth,
        /// The cashier.
        Regisseur,
        /// The administrator.
        Admin,
    }

    /// What kind of account.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum AccountKindDto {
        /// An adult of a family.
        Family {
            /// The family, which is also its stream's id.
            family_id: Uuid,
            /// The adult.
            person_id: Uuid,
        },
        /// An agent of the town.
        Agent {
            /// Their role.
            role: AgentRoleDto,
        },
    }

    /// `GET /v1/account`.
    pub struct AccountDto {
        /// Its id.
        pub account_id: Uuid,
        /// The commune.
        pub commune_id: Uuid,
        /// What is typed at sign-in.
        pub identifiant: String,
        /// A family's adult or an agent.
        pub kind: AccountKindDto,
        /// Signed in with a one-time code: only `PUT /v1/account/code` is open.
        pub personal_code_required: bool,
    }

    /// `PUT /v1/account/code`.
    pub struct SetCodeRequest {
        /// The code in use: the one-time code just used, or the personal code.
        pub current: String,
        /// The personal code wanted.
        pub new: String,
    }

    /// `PUT /v1/account/identifiant`.
    pub struct SetIdentifiantRequest {
        /// The personal code.
        pub code: String,
        /// The identifiant wanted.
        pub identifiant: String,
    }

    /// A computer the account is enrolled on.
    pub struct DeviceDto {
        /// Its id.
        pub device_id: Uuid,
        /// What it called itself.
        pub label: String,
        /// RFC 3339.
        pub created_at: String,
        /// RFC 3339.
        pub last_seen_at: String,
        /// Whether it is the one asking.
        pub current: bool,
    }

    /// `POST /v1/auth/lost-code`: ask for a single-use link that chooses a new personal code. The answer is the same
    /// whether or not the identifiant is known and has an e-mail on record.
    pub struct LostCodeRequest {
        /// The commune's slug.
        pub commune: String,
        /// As typed.
        pub identifiant: String,
        /// A random id of this installation; only for counting tries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub installation: Option<Uuid>,
    }

    /// `GET /v1/account/co-holder`: the second adult of the family, or the invitation under way.
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum CoHolderDto {
        /// There is none.
        None,
        /// Invited, and has not answered yet.
        Invited {
            /// First name as typed by the holder.
            first_name: String,
            /// Last name as typed by the holder.
            last_name: String,
            /// Where the invitation went.
            email: String,
            /// RFC 3339: when the invitation's link stops opening.
            expires_at: String,
            /// Whether its mail was refused for good: nobody has the link.
            #[serde(default)]
            undelivered: bool,
        },
        /// Has an account of their own.
        Active {
            /// The adult, also in the family's stream.
            person_id: Uuid,
        },
    }

    /// `POST /v1/account/co-holder`, for the holder only. Inviting again replaces the invitation under way.
    pub struct InviteCoHolderRequest {
        /// The holder's personal code, asked again.
        pub code: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Where the single-use link is sent.
        pub email: String,
    }

    /// `POST /v1/account/co-holder/removal`, for the holder only: the invitation is called off, or the co-holder's
    /// account is closed, their devices are signed out, and they leave the family.
    pub struct RemoveCoHolderRequest {
        /// The holder's personal code, asked again.
        pub code: String,
    }

    /// Something that happened to an account of the family, told to all of its adults: in the stream, and by mail.
    pub struct SecurityNoticeDto {
        /// Its id.
        pub notice_id: Uuid,
        /// RFC 3339.
        pub at: String,
        /// The adult whose account it concerns; none once they left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub person_id: Option<Uuid>,
        /// What happened.
        pub what: SecurityEventDto,
        /// Whether an adult of the family said that they read it.
        pub acknowledged: bool,
    }

    /// What a [`SecurityNoticeDto`] is about.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum SecurityEventDto {
        /// A session's token was presented a second time, as a thief would: that computer was signed out.
        SessionReused {
            /// What the computer called itself.
            device: String,
        },
        /// A new personal code was chosen with the link of a mail.
        CodeReset,
        /// The personal code was changed from within.
        CodeChanged,
        /// The town printed a letter with a new one-time code, for an account that had a personal code.
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
        #[serde(other)]
        Unknown,
    }

    /// Operation `accounts.acknowledge_notice`: an adult of the family read it.
    pub struct AcknowledgeNoticeOp {
        /// The notice.
        pub notice_id: Uuid,
    }
}

impl From<AgentRoleDto> for AgentRole {
    fn from(role: AgentRoleDto) -> Self {
        match role {
            AgentRoleDto::Desk => Self::Desk,
            AgentRoleDto::Youth => Self::Youth,
            AgentRoleDto::Regisseur => Self::Regisseur,
            AgentRoleDto::Admin => Self::Admin,
        }
    }
}

impl From<AgentRole> for AgentRoleDto {
    fn from(role: AgentRole) -> Self {
        match role {
            AgentRole::Desk => Self::Desk,
            AgentRole::Youth => Self::Youth,
            AgentRole::Regisseur => Self::Regisseur,
            AgentRole::Admin => Self::Admin,
        }
    }
}
