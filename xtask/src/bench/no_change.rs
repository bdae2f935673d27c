//! A synchronisation that brings nothing, counted on the line between computer and server: the application's client, a
//! released server, headers and TLS included, TCP's own bytes left out.

use super::Figure;
use super::load::{found, number, program};
use crate::places::Places;
use anyhow::{Context, Result};

/// Bytes, both ways.
const BYTES: f64 = 1024.0;

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let certificates = tempfile::tempdir().context("a temporary folder")?;
    let mut command = program(places, &["no-change"]);
    command.env("PREAU_LOAD_CERTIFICATES", certificates.path());
    // The client trusts what the system trusts: this certificate, for this measurement.
    command.env("SSL_CERT_FILE", certificates.path().join("certificate.pem"));
    let found = found(&mut command)?;
    let mut figures = Vec::new();
    for (key, name) in [("tls", "TLS and HTTP/2, as towns have it"), ("clear", "in clear, HTTP/1.1, on one computer")] {
        let of = |what: &str| number(&found, &format!("/{key}/{what}"));
        let (bytes, turns) = (of("bytes")?, of("turns")?);
        figures.push(Figure::bound(
            format!("{name}: bytes"),
            format!("{bytes} ({} sent, {} received)", of("sent")?, of("received")?),
            format!("≤ {BYTES}"),
            bytes <= BYTES,
        ));
        figures.push(Figure::bound(format!("{name}: round trips"), format!("{turns}"), "1", turns <= 1.0));
        let most = of("most_bytes")?;
        figures.push(Figure::told(
            format!("{name}: most bytes of {} rounds, the first one {}", of("rounds")?, of("first_bytes")?),
            format!("{most}"),
        ));
    }
    Ok(figures)
}
