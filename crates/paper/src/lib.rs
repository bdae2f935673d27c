//! The documents of Préau on paper: accessible PDFs, one template of `templates/` each, set by typst.
//!
//! What a document says is in its template, in French; what it is told is data, which typst never reads as markup
//! (see `press.rs`). The page they share — sender, window of the envelope, fold marks — is `templates/frame.typ`. A new
//! document is a template, its line in `press.rs`, and a function like [`activation_letters`].
//!
//! Every PDF is tagged and checked against PDF/UA-1 (ISO 14289-1) and PDF/A-3a (ISO 19005-3) while it is written. The
//! fonts are those of `fonts/`; neither the network, nor the disk, nor the clock is read.

mod error;
mod fonts;
mod legible;
mod letters;
mod press;
mod qr;

pub use error::PaperError;
pub use letters::{ActivationLetter, LETTERS_PER_PDF, activation_letters};

use serde::Serialize;

/// Who writes: what is printed on top of every document, and in its help line.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Sender<'a> {
    /// The town, as it calls itself: « Parempuyre ».
    pub town: &'a str,
    /// The service families deal with: « Pôle enfance jeunesse ».
    pub service: &'a str,
    /// Its address, when it is to be printed.
    pub lines: &'a [String],
    /// As read by people: « 05 56 95 56 12 ».
    pub phone: &'a str,
    /// Where families write.
    pub email: &'a str,
}

/// To whom: what shows in the window of the envelope.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Recipient<'a> {
    /// « Claire Martel ».
    pub name: &'a str,
    /// The lines under the name, at most five of at most 38 characters (XP Z 10-011); none when no address is known.
    pub lines: &'a [String],
}
