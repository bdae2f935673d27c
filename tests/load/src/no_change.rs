//! A synchronisation that brings nothing: its bytes, and how often the computer has to speak.

use crate::people::CODE;
use crate::wire::{Traffic, Wire};
use anyhow::{Context, Result, ensure};
use harness::computer::{refused, up_to_date};
use harness::{Computer, Town};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use xtask::demo_families::SLUG;

/// Rounds of each: fewer than the pulls after which digests are compared as well.
const ROUNDS: usize = 10;

/// Measures in clear (HTTP/1.1) and over TLS (HTTP/2), as towns have it.
pub async fn measure() -> Result<Value> {
    let clear = rounds(None).await.context("in clear")?;
    let folder = std::env::var_os("PREAU_LOAD_CERTIFICATES").context("PREAU_LOAD_CERTIFICATES names a folder")?;
    let tls = rounds(Some(folder.as_ref())).await.context("over TLS")?;
    Ok(json!({ "clear": clear, "tls": tls }))
}

async fn rounds(certificates: Option<&Path>) -> Result<Value> {
    let mut town = Town::with_families(6)?;
    if let Some(folder) = certificates {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem())?;
        std::fs::write(&key, made.signing_key.serialize_pem())?;
        town.set_variable("PREAU_SERVER_TLS_CERT", &certificate.display().to_string());
        town.set_variable("PREAU_SERVER_TLS_KEY", &key.display().to_string());
    }
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let server = town.serve()?;
    let (scheme, address) = server.address.split_once("://").context("an address")?;
    let wire = Wire::to(address.parse::<SocketAddr>()?).await?;
    let host = if certificates.is_some() { "localhost" } else { "127.0.0.1" };
    let computer = Computer::new(&format!("{scheme}://{host}:{}", wire.address.port()))?;
    let client = computer.first_login(&letter, CODE).await?;
    let mut seen: Vec<Traffic> = Vec::new();
    for _ in 0..ROUNDS {
        up_to_date(&client).await?;
        let before = wire.quiet().await;
        client.sync_now().await.map_err(refused)?;
        let traffic = wire.quiet().await.since(before);
        ensure!(traffic.sent > 0 && traffic.received > 0, "nothing was asked: {traffic:?}");
        seen.push(traffic);
    }
    client.close().await;
    server.stop();
    let first = seen[0];
    // A heartbeat of the line of events may fall into a round: the middle one has none.
    seen.sort_by_key(|traffic| traffic.sent + traffic.received);
    let usual = seen[ROUNDS / 2];
    Ok(json!({
        "sent": usual.sent, "received": usual.received, "turns": usual.turns, "connections": usual.connections,
        "bytes": usual.sent + usual.received, "first_bytes": first.sent + first.received,
        "most_bytes": seen[ROUNDS - 1].sent + seen[ROUNDS - 1].received,
        "most_turns": seen.iter().map(|traffic| traffic.turns).max(), "rounds": ROUNDS,
    }))
}
