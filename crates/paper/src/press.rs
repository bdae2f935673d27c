//! Sets a template with its data and writes the PDF.
//!
//! A template is typst code of this crate; data reach it as `data.json`, read by typst's `json`, whose strings are
//! values and never markup: a family called `#panic()` is printed as such. A sheet knows the templates, its data and
//! the bundled fonts, nothing else: no disk, no network, no package, no clock.

use std::sync::LazyLock;

use serde::Serialize;
use typst::comemo;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::error::PaperError;
use crate::fonts;
use crate::legible::legible;

/// Letters that give an adult their identifiant and one-time code.
pub(crate) const ACTIVATION_LETTERS: &str = "activation-letters.typ";

/// Every template, by its file. The frame is the page they share.
const TEMPLATES: [(&str, &str); 2] = [
    ("frame.typ", include_str!("../templates/frame.typ")),
    (ACTIVATION_LETTERS, include_str!("../templates/activation-letters.typ")),
];

/// Where a template reads what it is told.
const DATA: &str = "data.json";

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static BOOK: LazyLock<LazyHash<FontBook>> = LazyLock::new(|| LazyHash::new(FontBook::from_fonts(fonts::bundled())));

/// A PDF.
pub(crate) struct Printed {
    pub(crate) pdf: Vec<u8>,
    pub(crate) pages: usize,
}

/// Sets a template with its data.
pub(crate) fn print(template: &'static str, data: &impl Serialize) -> Result<Printed, PaperError> {
    let data = legible(serde_json::to_value(data)?);
    let sheet = Sheet { main: file(template)?, data: Bytes::from_string(data.to_string()) };
    let printed = sheet.print(template);
    // What typst keeps for the next time is of no use there, and is what was written to people.
    comemo::evict(0);
    printed
}

/// One typesetting: what typst may read.
struct Sheet {
    main: FileId,
    data: Bytes,
}

impl Sheet {
    fn print(&self, template: &'static str) -> Result<Printed, PaperError> {
        let failed = |faults: &[SourceDiagnostic]| PaperError::Template { template, fault: self.first(faults) };
        let Warned { output, .. } = typst::compile::<PagedDocument>(self);
        let document = output.map_err(|faults| failed(&faults))?;
        let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
            .map_err(|fault| PaperError::Template { template, fault: fault.message().to_string() })?;
        let options = PdfOptions { creator: Smart::Custom(Some("Préau".into())), standards, ..PdfOptions::default() };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|faults| failed(&faults))?;
        Ok(Printed { pdf, pages: document.pages().len() })
    }

    /// The first fault, with its place. Typst quotes texts between backticks: what is quoted may be personal.
    fn first(&self, faults: &[SourceDiagnostic]) -> String {
        let Some(fault) = faults.first() else { return "failed".into() };
        let why = fault.message.split('`').next().unwrap_or_default().trim_end();
        match self.line(fault) {
            Some((file, line)) => format!("{file}, line {line}: {why}"),
            None => why.to_owned(),
        }
    }

    fn line(&self, fault: &SourceDiagnostic) -> Option<(&'static str, usize)> {
        let id = fault.span.id()?;
        let start = self.range(fault.span)?.start;
        let line = self.source(id).ok()?.lines().byte_to_line(start)?;
        Some((path(id), line + 1))
    }
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = TEMPLATES.iter().find(|(name, _)| *id.root() == VirtualRoot::Project && *name == path(id));
        let (_, text) = found.ok_or_else(|| FileError::NotFound(path(id).into()))?;
        Ok(Source::new(id, (*text).to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if *id.root() == VirtualRoot::Project && path(id) == DATA {
            return Ok(self.data.clone());
        }
        self.source(id).map(|source| Bytes::from_string(source.text().to_owned()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts::bundled().get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn path(id: FileId) -> &'static str {
    id.get().vpath().get_without_slash()
}

fn file(template: &'static str) -> Result<FileId, PaperError> {
    let path =
        VirtualPath::new(template).map_err(|fault| PaperError::Template { template, fault: fault.to_string() })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn letter(name: &str) -> serde_json::Value {
        json!({
            "sender": { "town": "Parempuyre", "service": "Enfance", "lines": [], "phone": "05", "email": "a@b.fr" },
            "recipient": { "name": name, "lines": [] },
            "family": "F0001", "city": "Parempuyre", "identifiant": "claire", "code": "7K3M",
            "written_on": "2026-03-01", "good_until": "2026-04-29",
            "connect_uri": "preau://connect", "qr": crate::qr::svg("preau://connect"),
        })
    }

    #[test]
    fn the_standards_are_enforced_and_their_refusal_quotes_nobody() {
        let sheet = |name| {
            let data = Bytes::from_string(json!([letter(name)]).to_string());
            Sheet { main: file(ACTIVATION_LETTERS).expect("a file"), data }.print(ACTIVATION_LETTERS)
        };
        assert!(sheet("Claire").is_ok());
        let refused =
            sheet("Claire 中村").map(|printed| printed.pages).expect_err("a character no font has").to_string();
        assert!(refused.contains("PDF/UA-1") && !refused.contains("Claire") && !refused.contains('中'), "{refused}");
    }

    #[test]
    fn a_template_reads_nothing_but_ours() {
        let sheet = Sheet { main: file(ACTIVATION_LETTERS).expect("a file"), data: Bytes::from_string("[]") };
        for path in ["/etc/passwd", "Cargo.toml", "../src/press.rs"] {
            let id = VirtualPath::new(path).map(|path| RootedPath::new(VirtualRoot::Project, path).intern());
            assert!(id.is_err() || id.is_ok_and(|id| sheet.file(id).is_err() && sheet.source(id).is_err()), "{path}");
        }
        assert!(sheet.today(None).is_none());
    }
}
