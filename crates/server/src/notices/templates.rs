//! The words of messages: templates of this program, each of which a town may replace by a file of its own.
//!
//! A town's file is read at start and tried with every message it may be used for; a faulty one is told with its line,
//! and ours is used. French only: no account says another language yet.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};
use preau_domain::family::Phone;
use preau_protocol::communes::{CommuneDto, ServiceContactDto};
use serde_json::json;

use super::accent;
use super::content::Content;
use crate::clock::french_instant;

/// Every template, by its file. `mail.html` is the frame of every mail's HTML, `button.html`
/// what it shows a link with, `security_what.txt` the sentence that says
/// what happened.
const EMBEDDED: [(&str, &str); 23] = [
    ("mail.html", include_str!("templates/mail.html")),
    ("button.html", include_str!("templates/button.html")),
    ("security_what.txt", include_str!("templates/security_what.txt")),
    ("lost_code.txt", include_str!("templates/lost_code.txt")),
    ("lost_code.html", include_str!("templates/lost_code.html")),
    ("email_confirmation.txt", include_str!("templates/email_confirmation.txt")),
    ("email_confirmation.html", include_str!("templates/email_confirmation.html")),
    ("email_change_asked.txt", include_str!("templates/email_change_asked.txt")),
    ("email_change_asked.html", include_str!("templates/email_change_asked.html")),
    ("co_holder_invitation.txt", include_str!("templates/co_holder_invitation.txt")),
    ("co_holder_invitation.html", include_str!("templates/co_holder_invitation.html")),
    ("co_holder_removed.txt", include_str!("templates/co_holder_removed.txt")),
    ("co_holder_removed.html", include_str!("templates/co_holder_removed.html")),
    ("day_closed.txt", include_str!("templates/day_closed.txt")),
    ("day_closed.html", include_str!("templates/day_closed.html")),
    ("day_closed.sms.txt", include_str!("templates/day_closed.sms.txt")),
    ("registration_ended.txt", include_str!("templates/registration_ended.txt")),
    ("registration_ended.html", include_str!("templates/registration_ended.html")),
    ("registration_ended.sms.txt", include_str!("templates/registration_ended.sms.txt")),
    ("security.txt", include_str!("templates/security.txt")),
    ("security.html", include_str!("templates/security.html")),
    ("security.sms.txt", include_str!("templates/security.sms.txt")),
    ("co_holder_removed.sms.txt", include_str!("templates/co_holder_removed.sms.txt")),
];

/// How the first line of a mail's text begins: the rest of it is the subject.
const SUBJECT: &str = "Objet :";

/// A file of the town that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// Its name.
    pub file: String,
    /// The line, from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub reason: String,
}

/// The link of a message.
#[derive(Debug, Clone)]
pub struct ShownLink {
    /// Its address.
    pub url: String,
    /// Until when it opens.
    pub until: Timestamp,
}

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One line; empty for an SMS.
    pub subject: String,
    /// Plain.
    pub text: String,
    /// The same as HTML; empty for an SMS.
    pub html: String,
}

/// The templates in use.
#[derive(Debug)]
pub struct Templates {
    ours: Environment<'static>,
    used: Environment<'static>,
}

impl Templates {
    /// The templates of this program.
    ///
    /// # Errors
    /// When one of them cannot be read: a mistake of the program.
    pub fn embedded() -> anyhow::Result<Self> {
        let mut ours = Environment::new();
        ours.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in EMBEDDED {
            ours.add_template(name, source)?;
        }
        Ok(Self { used: ours.clone(), ours })
    }

    /// The same, with those of a folder in their place where they can be used.
    ///
    /// # Errors
    /// As [`Templates::embedded`], or when the folder is there and cannot be read.
    pub fn read(folder: &Path) -> anyhow::Result<(Self, Vec<TemplateFault>)> {
        let mut templates = Self::embedded()?;
        let mut faults = Vec::new();
        for (name, source) in files(folder)? {
            match source {
                Some(source) => faults.extend(templates.replace(&name, source).err()),
                None => faults.push(fault(&name, None, "not a text in UTF-8")),
            }
        }
        Ok((templates, faults))
    }

    fn replace(&mut self, name: &str, source: String) -> Result<(), TemplateFault> {
        if !EMBEDDED.iter().any(|(known, _)| *known == name) {
            return Err(fault(name, None, "no template has this name"));
        }
        let mut tried = self.used.clone();
        tried.add_template_owned(name.to_owned(), source).map_err(|error| told(name, &error))?;
        for sample in Content::samples() {
            let context = context(&tried, &sample, &sample_town(), Some(&sample_link())).map_err(|e| told(name, &e))?;
            for (file, _) in EMBEDDED.iter().filter(|(file, _)| belongs(file, &sample)) {
                let rendered = tried.get_template(file).and_then(|template| template.render(&context));
                let rendered = rendered.map_err(|error| told(name, &error))?;
                if file.ends_with(".txt") && !file.ends_with(".sms.txt") && split(&rendered).is_none() {
                    return Err(fault(name, Some(1), "the first line is « Objet : » and the subject"));
                }
            }
        }
        self.used = tried;
        Ok(())
    }

    /// The words of a mail.
    ///
    /// # Errors
    /// When even our own template fails: a mistake of the program.
    pub(super) fn mail(&self, content: &Content, town: &CommuneDto, link: Option<&ShownLink>) -> anyhow::Result<Words> {
        self.with_ours(content.template(), |templates| {
            let context = context(templates, content, town, link)?;
            let render =
                |ending: &str| templates.get_template(&format!("{}{ending}", content.template()))?.render(&context);
            let text = render(".txt")?;
            let (subject, text) = split(&text).ok_or_else(|| no_subject(content.template()))?;
            Ok(Words { subject, text, html: render(".html")? })
        })
    }

    /// The words of an SMS.
    ///
    /// # Errors
    /// When there is none for this content, or our own template fails.
    pub(super) fn sms(&self, content: &Content, town: &CommuneDto) -> anyhow::Result<Words> {
        self.with_ours(content.template(), |templates| {
            let template = templates.get_template(&format!("{}.sms.txt", content.template()))?;
            let text = template.render(context(templates, content, town, None)?)?;
            Ok(Words { subject: String::new(), text: text.trim().to_owned(), html: String::new() })
        })
    }

    /// With the town's templates, and with ours where theirs stumble over something that no sample has.
    fn with_ours(
        &self,
        name: &str,
        render: impl Fn(&Environment<'static>) -> Result<Words, Error>,
    ) -> anyhow::Result<Words> {
        match render(&self.used) {
            Ok(words) => Ok(words),
            Err(error) => {
                // What the error says may quote what the message is about: its place is enough.
                tracing::warn!(template = error.name().unwrap_or(name), line = error.line(), "a template failed");
                render(&self.ours).map_err(|error| anyhow::anyhow!("the template {name}, line {:?}", error.line()))
            }
        }
    }
}

/// The templates of this program, to be changed by a town: name and text.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.into_iter()
}

fn files(folder: &Path) -> anyhow::Result<BTreeMap<String, Option<String>>> {
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && !name.starts_with('.') {
            files.insert(name, String::from_utf8(std::fs::read(entry.path())?).ok());
        }
    }
    Ok(files)
}

fn fault(file: &str, line: Option<usize>, reason: &str) -> TemplateFault {
    TemplateFault { file: file.to_owned(), line, reason: reason.to_owned() }
}

/// What the engine says of a template tried with samples; nobody's words are in it.
fn told(name: &str, error: &Error) -> TemplateFault {
    let mut reason = error.kind().to_string();
    if let Some(detail) = error.detail() {
        reason = format!("{reason}: {detail}");
    }
    fault(error.name().unwrap_or(name), error.line(), &reason)
}

fn no_subject(name: &str) -> Error {
    Error::new(minijinja::ErrorKind::InvalidOperation, format!("{name} has no subject"))
}

/// Whether a template says this content.
fn belongs(file: &str, content: &Content) -> bool {
    file.split_once('.').is_some_and(|(stem, _)| stem == content.template())
}

/// The subject of the first line, and the text after it.
fn split(text: &str) -> Option<(String, String)> {
    let (first, rest) = text.trim_start().split_once('\n')?;
    let subject = first.strip_prefix(SUBJECT)?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!subject.is_empty()).then(|| (subject, format!("{}\n", rest.trim())))
}

/// What a template is told: the fields of the content, `town`, `link` and `until`.
fn context(
    templates: &Environment<'static>,
    content: &Content,
    town: &CommuneDto,
    link: Option<&ShownLink>,
) -> Result<Value, Error> {
    let unreadable =
        |error: &dyn std::fmt::Display| Error::new(minijinja::ErrorKind::BadSerialization, error.to_string());
    let mut told = serde_json::to_value(content).map_err(|error| unreadable(&error))?;
    told["town"] = town_of(town);
    if let Some(link) = link {
        told["link"] = link.url.clone().into();
        told["until"] = french_instant(link.until).map_err(|error| unreadable(&error))?.into();
    }
    if matches!(content, Content::Security { .. }) {
        // A text of its own, so that the HTML that quotes it escapes it.
        let happened = templates.get_template("security_what.txt")?.render(Value::from(Serde(&told)))?;
        told["happened"] = happened.split_whitespace().collect::<Vec<_>>().join(" ").into();
    }
    Ok(Value::from(Serde(&told)))
}

/// What every template and page is told of the town.
pub(super) fn town_of(town: &CommuneDto) -> serde_json::Value {
    let phone = Phone::on_record(&town.contact.phone).display();
    json!({
        "name": town.name, "service": town.contact.label, "phone": phone, "dial": town.contact.phone,
        "email": town.contact.email, "accent": accent::readable(town.accent.as_deref()),
    })
}

fn sample_town() -> CommuneDto {
    use preau_protocol::communes::{DetailPoliciesDto, PolicyDto};
    let by_hand = PolicyDto::ByHand;
    CommuneDto {
        commune_id: uuid::Uuid::nil(),
        slug: "exemple".to_owned(),
        name: "Exemple".to_owned(),
        postcode: "33000".to_owned(),
        accent: None,
        contact: ServiceContactDto {
            label: "Pôle enfance jeunesse".to_owned(),
            phone: "+33556000000".to_owned(),
            email: "enfance@exemple.fr".to_owned(),
        },
        welcome: "Bienvenue".to_owned(),
        new_resident: "Appelez-nous".to_owned(),
        details: DetailPoliciesDto { address: by_hand, phones: by_hand, email: by_hand },
    }
}

fn sample_link() -> ShownLink {
    ShownLink { url: "https://preau.exemple.fr/lien/exemple".to_owned(), until: Timestamp::UNIX_EPOCH }
}

#[cfg(test)]
mod tests;
