//! Errors on the wire: a code the interface has a sentence for, never prose, SQL or paths.

use crate::wire;
use uuid::Uuid;

wire! {
    /// Every reason a server gives. The interface's map from code to sentence is exhaustive.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ErrorCode {
        /// The identifiant or the code is wrong, expired or locked: one answer for all, so that nothing is learnt.
        SignInRefused,
        /// Too many tries; wait for `Retry-After`.
        TooManyAttempts,
        /// No token, or one that is not known or no longer good.
        SignInRequired,
        /// The one-time code was used: a personal code must be chosen before anything else.
        PersonalCodeRequired,
        /// The personal code breaks a rule; `fields` says which.
        PersonalCodeRefused,
        /// The identifiant is badly formed or taken.
        IdentifiantRefused,
        /// The caller is known and may not do this.
        Forbidden,
        /// No such thing for this caller.
        NotFound,
        /// The request cannot be read; `fields` says where.
        InvalidRequest,
        /// The body is larger than this route takes.
        TooLarge,
        /// The state changed meanwhile.
        Conflict,
        /// The server is full or starting; wait for `Retry-After`.
        Busy,
        /// The national address base did not answer.
        AddressLookupUnavailable,
        /// Something broke on the server; the request id finds it in the logs.
        Internal,
        /// An operation of a kind this server does not know.
        UnknownOperation,
        /// An operation whose content cannot be read or breaks a form rule.
        InvalidOperation,
        /// The same operation id came with other bytes or from another account.
        OperationReused,
        /// The operation was given up before it arrived.
        OperationCancelled,
        /// It took effect already and cannot be given up.
        AlreadyApplied,
        /// The value on record is no longer the one the author saw.
        StaleValue,
        /// The new value is the one on record.
        NothingChanges,
        /// The same detail already waits for a decision.
        AlreadyWaiting,
        /// Every day that was asked is refused; the receipt says why of each.
        DaysRefused,
        /// The family has a co-holder already.
        CoHolderExists,
        /// The invitation of a co-holder breaks a rule; `fields` says which.
        InvitationRefused,
        /// This server has nothing to print letters with.
        LettersUnavailable,
        /// A code this version does not know.
        #[serde(other)]
        Unknown,
    }

    /// A rule broken by one field of a request.
    pub struct FieldError {
        /// Path of the field, as in the request.
        pub field: String,
        /// The rule, in snake case.
        pub rule: String,
    }

    /// The body of every answer that is not a success.
    pub struct ErrorBody {
        /// Why.
        pub code: ErrorCode,
        /// Which fields, where the request was readable but wrong.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fields: Vec<FieldError>,
        /// What to quote to the town's administrator.
        pub request_id: Uuid,
    }
}
