//! I4: what a new computer reads of a family has the checksums that the server tells.

use anyhow::{Context, Result, ensure};
use harness::Session;
use preau_protocol::sync::{ChangesResponse, DigestResponse, UpsertDto};
use reqwest::Client;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use uuid::Uuid;

/// Reads everything, shows each row, compares the checksums, and gives the version of the family's stream.
pub async fn compare(
    client: &Client,
    address: &str,
    session: &Session,
    mut seen: impl FnMut(&UpsertDto) -> Result<()>,
) -> Result<i64> {
    let get = async |path: &str| {
        let request = client.get(format!("{address}{path}")).bearer_auth(&session.token);
        anyhow::Ok(request.send().await?.error_for_status()?.text().await?)
    };
    let digest: DigestResponse = serde_json::from_str(&get("/v1/sync/digest").await?)?;
    let mut read: BTreeMap<(Uuid, String), BTreeMap<Uuid, Vec<u8>>> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = get(&format!("/v1/sync/changes?cursor={cursor}")).await?;
        let page: ChangesResponse = serde_json::from_str(&page)?;
        for upsert in &page.upserts {
            let hash = Sha256::digest(upsert.body.get().as_bytes());
            let row = [upsert.entity.as_bytes(), &upsert.version.to_be_bytes()[..], &hash].concat();
            read.entry((upsert.stream, upsert.kind.clone())).or_default().insert(upsert.entity, row);
            seen(upsert)?;
        }
        cursor = page.cursor;
        if !page.has_more {
            break;
        }
    }
    let own: BTreeMap<(Uuid, String), String> = read.into_iter().map(|(key, rows)| (key, checksum(&rows))).collect();
    let version = version_of(&digest, session)?;
    let told: BTreeMap<(Uuid, String), String> =
        digest.digests.into_iter().map(|digest| ((digest.stream, digest.kind), digest.checksum)).collect();
    ensure!(own == told, "I4: what was read is not what the server says");
    Ok(version)
}

/// The version of the family's stream.
pub fn version_of(digest: &DigestResponse, session: &Session) -> Result<i64> {
    let own = session.dto.account.commune_id;
    let stream = digest.streams.iter().find(|stream| stream.stream != own).context("the family's stream")?;
    Ok(stream.version)
}

fn checksum(rows: &BTreeMap<Uuid, Vec<u8>>) -> String {
    let mut sha = Sha256::new();
    rows.values().for_each(|row| sha.update(row));
    sha.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text grows");
        text
    })
}
