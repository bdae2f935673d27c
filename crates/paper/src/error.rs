//! Why a document could not be made. Nothing here quotes what a document says: errors are logged.

use thiserror::Error;

/// Why a document could not be made.
#[derive(Debug, Error)]
pub enum PaperError {
    /// There was nothing to print, and a PDF has at least one page.
    #[error("nothing to print")]
    Nothing,
    /// A document has more to say than its page holds, even in the smallest letters.
    #[error("document {index} does not fit on its page")]
    TooLong {
        /// Its place among those to print, from 0.
        index: usize,
    },
    /// An address is too long for a QR code.
    #[error("what the QR code of document {index} should say is too long")]
    Unscannable {
        /// Its place among those to print, from 0.
        index: usize,
    },
    /// The data cannot be written as JSON.
    #[error("the data of a document cannot be written")]
    Data(#[from] serde_json::Error),
    /// A template is wrong, or what it makes breaks PDF/UA-1 or PDF/A-3a.
    #[error("template {template}: {fault}")]
    Template {
        /// Its file.
        template: &'static str,
        /// Where and why, without the words of the document.
        fault: String,
    },
}
