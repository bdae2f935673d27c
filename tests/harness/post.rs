//! The mail of a spawned server, which by default becomes files of its data folder.

use crate::{Town, wait_for};
use anyhow::{Context, Result};
use mailparse::{MailHeaderMap, parse_mail};
use std::path::PathBuf;

/// A mail that the server sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Where to.
    pub to: String,
    /// What about.
    pub subject: String,
    /// The plain text.
    pub text: String,
}

impl Mail {
    /// Reads a mail (RFC 5322).
    ///
    /// # Errors
    /// When it is none, or has no plain text.
    pub fn parse(raw: &[u8]) -> Result<Self> {
        let mail = parse_mail(raw).context("reading a mail")?;
        let header = |name: &str| mail.headers.get_first_value(name).with_context(|| format!("no {name}"));
        let plain = mail.parts().find(|part| part.ctype.mimetype == "text/plain").context("no plain text")?;
        Ok(Self { to: header("To")?, subject: header("Subject")?, text: plain.get_body()?.replace("\r\n", "\n") })
    }

    /// The address of its single-use link.
    ///
    /// # Errors
    /// When it has none.
    pub fn link(&self) -> Result<String> {
        let line = self.text.lines().find(|line| line.contains("/lien/"));
        Ok(line.with_context(|| format!("no link in {}", self.text))?.to_owned())
    }
}

impl Town {
    /// Every mail that left, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn mails(&self) -> Result<Vec<Mail>> {
        let folder = self.folder().join("data/outbox/mail");
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            files.push(entry?.path());
        }
        files.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
        files.sort();
        files.iter().map(|path| Mail::parse(&std::fs::read(path)?)).collect()
    }

    /// The first mail to an address whose subject holds these words, once it left.
    ///
    /// # Errors
    /// When it does not.
    pub async fn mail(&self, to: &str, subject: &str) -> Result<Mail> {
        let wanted = |mail: &Mail| mail.to == to && mail.subject.contains(subject);
        wait_for(&format!("a mail « {subject} »"), async || Ok(self.mails()?.into_iter().find(wanted))).await
    }
}
