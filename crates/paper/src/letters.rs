//! The letter that brings an adult their identifiant and one-time code.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::error::PaperError;
use crate::{Recipient, Sender, press, qr};

/// Letters of one PDF for a server of modest means: setting one takes two megabytes of memory until all are printed.
pub const LETTERS_PER_PDF: usize = 300;

/// A letter of one page. It holds a code: it is printed, handed over and forgotten.
#[derive(Clone, Copy, Serialize)]
pub struct ActivationLetter<'a> {
    /// The town's service.
    pub sender: Sender<'a>,
    /// The adult, and where they live.
    pub recipient: Recipient<'a>,
    /// The family's reference: « F0001 ».
    pub family: &'a str,
    /// Where the letter is written: « Parempuyre ».
    pub city: &'a str,
    /// Day of the letter.
    pub written_on: Date,
    /// What is typed at sign-in.
    pub identifiant: &'a str,
    /// The one-time code, as printed: `XXXX-XXXX-XXXX`.
    pub code: &'a str,
    /// Last whole day on which the code is good.
    pub good_until: Date,
    /// What the QR code says: `preau://connect?server=…&town=…&identifiant=…`, never the code.
    pub connect_uri: &'a str,
}

impl fmt::Debug for ActivationLetter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivationLetter").field("family", &self.family).finish_non_exhaustive()
    }
}

/// What the template is told of a letter.
#[derive(Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    letter: &'a ActivationLetter<'a>,
    /// SVG.
    qr: String,
}

/// One PDF for all the letters, a page each, in their order. It takes the processor for seconds: not the place for an
/// asynchronous thread. A large town is printed in parts of [`LETTERS_PER_PDF`].
///
/// # Errors
/// [`PaperError::Nothing`] without letters, [`PaperError::TooLong`] or [`PaperError::Unscannable`] for one that cannot
/// be printed.
pub fn activation_letters(letters: &[ActivationLetter<'_>]) -> Result<Vec<u8>, PaperError> {
    if letters.is_empty() {
        return Err(PaperError::Nothing);
    }
    let page = |(index, letter)| page(letter).ok_or(PaperError::Unscannable { index });
    let pages = letters.iter().enumerate().map(page).collect::<Result<Vec<_>, _>>()?;
    let printed = press::print(press::ACTIVATION_LETTERS, &pages)?;
    if printed.pages == letters.len() { Ok(printed.pdf) } else { Err(too_long(&pages)?) }
}

fn page<'a>(letter: &'a ActivationLetter<'a>) -> Option<Page<'a>> {
    Some(Page { letter, qr: qr::svg(letter.connect_uri)? })
}

/// Which letter takes more than a page, found by printing each alone.
fn too_long(pages: &[Page<'_>]) -> Result<PaperError, PaperError> {
    for (index, page) in pages.iter().enumerate() {
        if press::print(press::ACTIVATION_LETTERS, &[page])?.pages > 1 {
            return Ok(PaperError::TooLong { index });
        }
    }
    Ok(PaperError::TooLong { index: pages.len() })
}
