//! Activation letters, read back from their PDF by other people's tools: poppler, qpdf, a QR reader.
#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod file;
mod page;
mod qr;
mod reading;
mod words;
