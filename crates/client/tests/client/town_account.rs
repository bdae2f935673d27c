//! The account of the town in memory, answered as the server answers: the same statuses, codes and fields.

use crate::town::{CLAIRE, COMMUNE, FAMILY, ONE_TIME, State, refusal};
use preau_domain::accounts::{AccountError, Identifiant, personal_code_problems};
use serde_json::{Value, json};
use uuid::Uuid;

/// Identifiants of other accounts of the town.
pub const TAKEN: &str = "karim";
/// The six digits of an agent.
pub const SECOND_FACTOR: &str = "492817";
/// The code of that other account.
pub const KARIMS: &str = "Lune-2027!";

impl State {
    pub(crate) fn account(&self, first: bool) -> Value {
        let family = json!({"type": "family", "family_id": FAMILY, "person_id": CLAIRE});
        let kind = if self.agent { json!({"type": "agent", "role": "desk"}) } else { family };
        json!({"account_id": Uuid::from_u128(0xa), "commune_id": COMMUNE, "identifiant": self.identifiant,
            "kind": kind, "personal_code_required": first})
    }

    pub(crate) fn sign_in(&mut self, body: &Value) -> (u16, Value) {
        let typed = body["identifiant"].as_str().unwrap_or_default();
        if (typed, body["code"].as_str()) == (TAKEN, Some(KARIMS)) {
            let mut session = self.session(false);
            session["account"]["account_id"] = json!(Uuid::from_u128(0xb));
            return (200, session);
        }
        let known = Identifiant::parse(typed).is_ok_and(|typed| typed.as_str() == self.identifiant);
        if self.agent && body["totp"] != json!(SECOND_FACTOR) {
            return (401, refusal("sign_in_refused"));
        }
        match body["code"].as_str() {
            Some(ONE_TIME) if known && self.code.is_none() => (200, self.session(true)),
            code if known && code.is_some() && code == self.code.as_deref() => (200, self.session(false)),
            _ => (401, refusal("sign_in_refused")),
        }
    }

    pub(crate) fn set_code(&mut self, body: &Value) -> (u16, Value) {
        let (current, new) = (text(body, "current"), text(body, "new"));
        if let Some(problem) = personal_code_problems(&new, &self.identifiant).first() {
            return refused("personal_code_refused", "new", rule(*problem));
        }
        let in_force = self.code.as_deref().unwrap_or(ONE_TIME);
        // The answer to an earlier request was lost: the code wanted is the code in force.
        if current != in_force && self.code.as_ref() != Some(&new) {
            return refused("personal_code_refused", "current", "wrong");
        }
        self.code = Some(new);
        (204, Value::Null)
    }

    pub(crate) fn devices(&self) -> Value {
        let device = |id: Uuid, current: bool| {
            json!({"device_id": id, "label": "Préau (Linux)", "created_at": "2026-01-02T08:00:00Z",
                "last_seen_at": self.server_time, "current": current})
        };
        let others = self.other_devices.iter().map(|id| device(*id, false));
        std::iter::once(device(Uuid::from_u128(0xd), true)).chain(others).collect()
    }

    pub(crate) fn let_go(&mut self, path: &str) -> (u16, Value) {
        let known = self.other_devices.len();
        self.other_devices.retain(|id| !path.ends_with(&id.to_string()));
        if self.other_devices.len() < known { (204, Value::Null) } else { (404, refusal("not_found")) }
    }

    pub(crate) fn co_holder(&self) -> (u16, Value) {
        match &self.co_holder {
            _ if self.co_holder_by_town => (403, refusal("forbidden")),
            Some(co_holder) => (200, co_holder.clone()),
            None => (200, json!({"state": "none"})),
        }
    }

    pub(crate) fn invite(&mut self, body: &Value) -> (u16, Value) {
        if self.code.as_ref() != Some(&text(body, "code")) {
            return refused("personal_code_refused", "code", "wrong");
        }
        if self.co_holder.as_ref().is_some_and(|co_holder| co_holder["state"] == "active") {
            return (409, refusal("co_holder_exists"));
        }
        self.co_holder = Some(json!({"state": "invited", "first_name": body["first_name"],
            "last_name": body["last_name"], "email": body["email"], "expires_at": "2026-10-26T08:00:00Z"}));
        self.co_holder()
    }

    pub(crate) fn remove_co_holder(&mut self, body: &Value) -> (u16, Value) {
        if self.code.as_ref() != Some(&text(body, "code")) {
            return refused("personal_code_refused", "code", "wrong");
        }
        match self.co_holder.take() {
            Some(_) => self.co_holder(),
            None => (404, refusal("not_found")),
        }
    }

    pub(crate) fn set_identifiant(&mut self, body: &Value) -> (u16, Value) {
        let (code, typed) = (text(body, "code"), text(body, "identifiant"));
        let identifiant = match Identifiant::parse(&typed) {
            Ok(identifiant) => identifiant.as_str().to_owned(),
            Err(problem) => return refused("identifiant_refused", "identifiant", rule(problem)),
        };
        if self.code.as_ref() != Some(&code) {
            return refused("personal_code_refused", "code", "wrong");
        }
        if personal_code_problems(&code, &identifiant).contains(&AccountError::CodeContainsIdentifiant) {
            return refused("identifiant_refused", "identifiant", "contained_in_code");
        }
        if identifiant == TAKEN {
            return refused("identifiant_refused", "identifiant", "taken");
        }
        self.identifiant = identifiant;
        (204, Value::Null)
    }
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().expect("a text").to_owned()
}

fn refused(code: &str, field: &str, rule: &str) -> (u16, Value) {
    let mut body = refusal(code);
    body["fields"] = json!([{"field": field, "rule": rule}]);
    (422, body)
}

fn rule(problem: AccountError) -> &'static str {
    match problem {
        AccountError::IdentifiantLength => "length",
        AccountError::IdentifiantCharacter => "character",
        AccountError::CodeTooShort => "too_short",
        AccountError::CodeTooLong => "too_long",
        AccountError::CodeTooSimple => "too_simple",
        AccountError::CodeContainsIdentifiant => "contains_identifiant",
    }
}
