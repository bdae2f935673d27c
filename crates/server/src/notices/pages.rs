//! Pages behind single-use links: plain HTML, without script, readable by whoever reads with ears or fingers.
//!
//! Their words are in `pages/*.html`; a fault of a field is a rule's name, which the page has a sentence for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use preau_protocol::communes::CommuneDto;
use preau_protocol::error::FieldError;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::accent;
use super::links::Purpose;
use super::templates::town_of;

const PAGES: [(&str, &str); 6] = [
    ("fields.html", include_str!("pages/fields.html")),
    ("page.html", include_str!("pages/page.html")),
    ("choose_code.html", include_str!("pages/choose_code.html")),
    ("confirm_email.html", include_str!("pages/confirm_email.html")),
    ("join.html", include_str!("pages/join.html")),
    ("message.html", include_str!("pages/message.html")),
];
const STYLE: &str = include_str!("pages/page.css");

/// What was typed on a page. Whoever has no such field leaves it empty. It holds codes: it is never printed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The identifiant wanted.
    pub identifiant: String,
    /// The personal code wanted.
    pub code: String,
    /// The same again.
    pub again: String,
}

/// A page before it is dressed in the town's name and colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How the request ended.
    pub status: StatusCode,
    /// Seconds to wait before the next try, where there is something to wait for.
    pub retry_after: Option<u32>,
    template: &'static str,
    told: serde_json::Value,
}

/// What a page says that has nothing to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// No such link, or one long forgotten.
    Unknown,
    /// It was used.
    Used,
    /// It was called off, or another one took its place.
    Void,
    /// Its time is over.
    Expired,
    /// What it was for is no longer so.
    Overtaken,
    /// The server has too much to do.
    Busy,
    /// Something broke.
    Broken,
    /// A new code is in force.
    CodeChosen,
    /// A new e-mail is in use.
    EmailConfirmed,
    /// A new e-mail is confirmed, and waits for the town.
    EmailWaits,
    /// A co-holder's account is open.
    Joined,
}

impl Said {
    fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Used => "used",
            Self::Void => "void",
            Self::Expired => "expired",
            Self::Overtaken => "overtaken",
            Self::Busy => "busy",
            Self::Broken => "broken",
            Self::CodeChosen => "code_chosen",
            Self::EmailConfirmed => "email_confirmed",
            Self::EmailWaits => "email_waits",
            Self::Joined => "joined",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Used | Self::Void | Self::Expired | Self::Overtaken => StatusCode::GONE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::CodeChosen | Self::EmailConfirmed | Self::EmailWaits | Self::Joined => StatusCode::OK,
        }
    }
}

impl Page {
    /// A page that says something; `identifiant` is shown where an account was just opened.
    #[must_use]
    pub fn saying(said: Said, identifiant: Option<&str>) -> Self {
        let told = json!({ "said": said.name(), "identifiant": identifiant, "errors": [], "about": "" });
        Self { status: said.status(), retry_after: None, template: "message.html", told }
    }

    /// Too many tries: how long to wait, in seconds.
    #[must_use]
    pub fn wait(seconds: u32) -> Self {
        let told = json!({ "said": "wait", "minutes": seconds.div_ceil(60), "errors": [], "about": "" });
        let (status, template) = (StatusCode::TOO_MANY_REQUESTS, "message.html");
        Self { status, retry_after: Some(seconds), template, told }
    }

    /// The choice of a new code, with the faults of the one typed before.
    #[must_use]
    pub fn choose_code(identifiant: &str, faults: &[FieldError]) -> Self {
        Self::form("choose_code.html", faults, json!({ "identifiant": identifiant }))
    }

    /// The confirmation of a new e-mail.
    #[must_use]
    pub fn confirm_email(email: &str) -> Self {
        Self::form("confirm_email.html", &[], json!({ "email": email }))
    }

    /// The opening of a co-holder's account.
    #[must_use]
    pub fn join(holder: &str, first_name: &str, identifiant: &str, faults: &[FieldError]) -> Self {
        let told = json!({ "holder": holder, "first_name": first_name, "identifiant": identifiant });
        Self::form("join.html", faults, told)
    }

    /// The same page, of a link for this: whom to ask depends on it.
    #[must_use]
    pub fn about(mut self, purpose: Purpose) -> Self {
        self.told["about"] = purpose.name().into();
        self
    }

    fn form(template: &'static str, faults: &[FieldError], mut told: serde_json::Value) -> Self {
        told["errors"] = faults.iter().map(|fault| json!({ "field": fault.field, "rule": fault.rule })).collect();
        let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self { status, retry_after: None, template, told }
    }

    /// The page in a town's name and colour, and the content policy it is shown under.
    ///
    /// # Errors
    /// When one of our pages is faulty: a mistake of the program.
    pub fn dressed(&self, town: Option<&CommuneDto>) -> anyhow::Result<Dressed> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in PAGES {
            environment.add_template(name, source)?;
        }
        let accent = accent::readable(town.and_then(|town| town.accent.as_deref()));
        let style = format!(":root{{--town:{accent}}}\n{STYLE}");
        let mut told = self.told.clone();
        told["town"] = town.map_or(serde_json::Value::Null, town_of);
        told["style"] = style.clone().into();
        let html = environment.get_template(self.template)?.render(Value::from(Serde(&told)))?;
        let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        Ok(Dressed { html, policy })
    }
}

/// A page as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dressed {
    /// The document.
    pub html: String,
    /// `Content-Security-Policy`.
    pub policy: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(field: &str, rule: &str) -> FieldError {
        FieldError { field: field.into(), rule: rule.into() }
    }

    fn pages() -> Vec<Page> {
        let said = [
            Said::Unknown,
            Said::Used,
            Said::Void,
            Said::Expired,
            Said::Overtaken,
            Said::Busy,
            Said::Broken,
            Said::CodeChosen,
            Said::EmailConfirmed,
            Said::EmailWaits,
            Said::Joined,
        ];
        let mut pages: Vec<Page> = said.into_iter().map(|said| Page::saying(said, Some("claire"))).collect();
        let faults = [fault("code", "too_short"), fault("again", "different"), fault("identifiant", "taken")];
        pages.extend([
            Page::wait(30),
            Page::wait(61),
            Page::choose_code("claire", &[]),
            Page::choose_code("claire", &faults[..2]),
            Page::confirm_email("claire@exemple.fr"),
            Page::join("Claire Martel", "Karim", "karim", &[]),
            Page::join("Claire <b>Martel", "Karim", "\"><script>", &faults),
        ]);
        pages
    }

    #[test]
    fn every_page_is_readable_and_runs_nothing() {
        let mut seen = std::collections::BTreeSet::new();
        for page in pages() {
            let Dressed { html, policy } = page.dressed(None).unwrap();
            assert!(html.starts_with("<!doctype html>\n<html lang=\"fr\">"), "{html}");
            assert_eq!((html.matches("<h1").count(), html.matches("<main").count()), (1, 1), "{html}");
            assert!(!html.contains("<script") && !html.contains("<b>") && policy.contains("default-src 'none'"));
            assert!(!html.contains("code personnel") && !html.contains("Code perdu"), "one word for it: {html}");
            assert!(html.matches("<input").count() == html.matches("<label").count(), "each field has a label: {html}");
            assert!(seen.insert(html), "each page says something else");
        }
    }

    #[test]
    fn whoever_is_invited_is_sent_to_whom_invites_and_not_to_an_application() {
        for said in [Said::Void, Said::Expired, Said::Overtaken] {
            let html = |purpose| Page::saying(said, None).about(purpose).dressed(None).unwrap().html;
            let invited = html(Purpose::CoHolderInvitation);
            assert!(invited.contains("la personne qui vous invite") && !invited.contains("application"), "{invited}");
            for purpose in [Purpose::LostCode, Purpose::EmailConfirmation] {
                assert!(html(purpose).contains("application") && !html(purpose).contains("invite"), "{purpose:?}");
            }
        }
        let unknown = Page::saying(Said::Unknown, None).dressed(None).unwrap().html;
        assert!(unknown.contains("la personne qui vous invite") && unknown.contains("application"), "{unknown}");
    }

    #[test]
    fn a_fault_is_told_on_top_and_beside_its_field() {
        let page = Page::choose_code("claire", &[fault("code", "too_short"), fault("again", "different")]);
        let html = page.dressed(None).unwrap().html;
        for field in ["code", "again"] {
            assert!(html.contains(&format!("href=\"#{field}\"")), "{html}");
            assert!(html.contains(&format!("id=\"{field}-error\"")), "{html}");
            assert!(html.contains(&format!("aria-describedby=\"{field}-error")), "{html}");
        }
        assert_eq!((page.status, html.matches("aria-invalid=\"true\"").count()), (StatusCode::UNPROCESSABLE_ENTITY, 2));
        assert!(html.contains("<title>Erreur"), "the window's title says it first: {html}");
    }

    #[test]
    fn every_rule_has_a_sentence() {
        let rules = ["too_short", "too_long", "too_simple", "contains_identifiant", "different", "length", "character"];
        for rule in rules.into_iter().chain(["taken"]) {
            let html = Page::choose_code("claire", &[fault("code", rule)]).dressed(None).unwrap().html;
            assert!(!html.contains("ne peut pas être acceptée"), "{rule}: {html}");
            let sentence = html.split("id=\"code-error\"").nth(1).and_then(|rest| rest.split("</div>").next());
            assert!(sentence.is_some_and(|sentence| sentence.len() > 25), "{rule}: {sentence:?}");
        }
    }
}
