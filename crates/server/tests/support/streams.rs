//! Towns with streams, what a desktop makes of them, and operations.

use std::collections::BTreeMap;

use preau_protocol::ErrorCode;
use preau_protocol::accounts::SessionDto;
use preau_protocol::family::{AddressDto, ChangeDetailOp, DetailFieldDto, DetailSubjectDto, DetailValueDto};
use preau_protocol::sync::{ChangesResponse, DigestResponse, Op, OutcomeDto, OutcomeStatus, PushResponse};
use preau_server::communes::{PutCommune, read_settings};
use preau_server::error::Result;
use preau_server::family::projection::publish_families;
use preau_server::writer::{Command, WriteTx};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Adult, Harness, Town};

pub const SETTINGS: &str = r#"
    slug = "parempuyre"
    name = "Parempuyre"
    postcode = "33290"
    welcome = "Bienvenue."
    new_resident = "Appelez-nous."
    contact = { label = "Pôle enfance jeunesse", phone = "05 56 95 56 12", email = "a@exemple.fr" }
    details = { address = "at_once", phones = "by_hand", email = "at_once" }
"#;

/// Fills the streams of families.
pub struct Publish(pub Uuid, pub Vec<Uuid>);

impl Command for Publish {
    type Output = ();
    const NAME: &'static str = "test_publish";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        publish_families(tx, self.0, &self.1).await
    }
}

pub async fn town(harness: &Harness) -> Town {
    let settings = read_settings(SETTINGS).unwrap();
    let slug = settings.served.slug.clone();
    let id = harness.app.writer.run(PutCommune { settings }).await.unwrap();
    Town { id, slug }
}

pub async fn home(harness: &Harness, town: &Town, identifiant: &str) -> (Adult, SessionDto) {
    let adult = harness.adult(town, identifiant).await;
    harness.app.writer.run(Publish(town.id, vec![adult.family])).await.unwrap();
    let session = harness.enrol(&adult).await;
    (adult, session)
}

/// A desktop reduced to what the protocol promises.
#[derive(Default)]
pub struct Replica {
    pub cursor: String,
    pub rows: BTreeMap<(Uuid, String, Uuid), (i64, String)>,
}

impl Replica {
    pub async fn pull(&mut self, harness: &Harness, token: &str, limit: u32) -> Vec<ChangesResponse> {
        let mut pages = Vec::new();
        loop {
            let path = format!("/v1/sync/changes?cursor={}&limit={limit}", self.cursor);
            let page: ChangesResponse = harness.get(&path, token).await.json();
            assert!(page.upserts.len() + page.deletes.len() <= limit as usize);
            self.rows.retain(|(stream, _, _), _| !page.gone.contains(stream) && !page.reset.contains(stream));
            for row in &page.upserts {
                self.rows.insert((row.stream, row.kind.clone(), row.entity), (row.version, row.body.get().to_owned()));
            }
            for row in &page.deletes {
                self.rows.remove(&(row.stream, row.kind.clone(), row.entity));
            }
            self.cursor.clone_from(&page.cursor);
            let more = page.has_more;
            pages.push(page);
            if !more {
                return pages;
            }
        }
    }

    pub async fn assert_equals_server(&self, harness: &Harness, token: &str) {
        let digest: DigestResponse = harness.get("/v1/sync/digest", token).await.json();
        let mut mine: BTreeMap<(Uuid, String), (i64, Sha256)> = BTreeMap::new();
        for ((stream, kind, entity), (version, body)) in &self.rows {
            let (count, checksum) = mine.entry((*stream, kind.clone())).or_default();
            *count += 1;
            checksum.update(entity.as_bytes());
            checksum.update(version.to_be_bytes());
            checksum.update(Sha256::digest(body.as_bytes()));
        }
        let hex = |hash: Sha256| hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mine: Vec<_> = mine.into_iter().map(|((s, k), (count, hash))| (s, k, count, hex(hash))).collect();
        let mut served: Vec<_> = digest.digests.into_iter().map(|d| (d.stream, d.kind, d.count, d.checksum)).collect();
        served.sort();
        assert_eq!(mine, served);
    }

    pub fn bodies<T: serde::de::DeserializeOwned>(&self, kind: &str) -> Vec<T> {
        let of_kind = self.rows.iter().filter(|((_, k, _), _)| k == kind);
        of_kind.map(|(_, (_, body))| serde_json::from_str(body).unwrap()).collect()
    }
}

pub fn address(street: &str) -> Option<AddressDto> {
    Some(AddressDto { street: street.into(), complement: None, postcode: "33290".into(), city: "Parempuyre".into() })
}

pub fn move_house(from: Option<AddressDto>, to: &str) -> Op {
    Op::ChangeDetail(ChangeDetailOp {
        subject: DetailSubjectDto::Household,
        field: DetailFieldDto::Address,
        old: DetailValueDto::Address(from),
        new: DetailValueDto::Address(address(to)),
    })
}

pub fn phone(person: Uuid, from: Option<&str>, to: &str) -> Op {
    Op::ChangeDetail(ChangeDetailOp {
        subject: DetailSubjectDto::Adult { person_id: person },
        field: DetailFieldDto::MobilePhone,
        old: DetailValueDto::Phone(from.map(str::to_owned)),
        new: DetailValueDto::Phone(Some(to.into())),
    })
}

pub async fn push(harness: &Harness, token: &str, id: Uuid, op: &Op) -> OutcomeDto {
    let body = json!({ "operations": [{ "op_id": id, "op": op }] });
    let answer: PushResponse = harness.post("/v1/sync/push", token, &body).await.json();
    answer.outcomes.into_iter().next().unwrap()
}

pub fn verdict(outcome: &OutcomeDto) -> (OutcomeStatus, Option<ErrorCode>) {
    (outcome.status, outcome.code)
}
