//! The details of acts: what they say, and that erasing them in their time leaves the chain whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::Duration;

use preau_protocol::agents::DecideChangeRequest;
use preau_server::audit::Actor;
use preau_server::audit::retention::erase_old_details;
use preau_server::check::{Invariant, check};
use preau_server::clock::Clock;
use preau_server::communes::{PutCommune, read_settings};
use preau_server::db;
use preau_server::family::agents::DecideChange;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use support::{Harness, SETTINGS, home, on_each_engine, phone, push, town};
use uuid::Uuid;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, FromQueryResult)]
struct Act {
    actor_kind: String,
    details: Option<String>,
    salt: Option<Vec<u8>>,
    details_hash: Vec<u8>,
}

impl Act {
    fn said(&self) -> Value {
        serde_json::from_str(self.details.as_deref().unwrap_or("null")).unwrap()
    }
}

async fn acts(h: &Harness, action: &str) -> Vec<Act> {
    let sql = "SELECT actor_kind, details, salt, details_hash FROM audit WHERE action = $1 ORDER BY seq";
    db::all(h.app.db.readers(), sql, vec![action.into()]).await.unwrap()
}

/// A telephone changed by its owner, which the town refuses; gives the change.
async fn a_refused_change(h: &Harness) -> Uuid {
    let town = town(h).await;
    let (claire, session) = home(h, &town, "martel01").await;
    let change = Uuid::now_v7();
    push(h, &session.access_token, change, &phone(claire.person, None, "+33612345678")).await;
    let reason = format!("Numéro  attribué à {}", "x".repeat(270));
    let decision = DecideChangeRequest::Refuse { reason };
    let actor = Actor::Operator;
    h.app.writer.run(DecideChange { commune: town.id, actor, change_id: change, decision }).await.unwrap();
    change
}

async fn audit_is_whole(h: &Harness) -> bool {
    check(&h.app.db, h.clock.now()).await.unwrap().of(Invariant::Audit).next().is_none()
}

#[tokio::test]
async fn an_act_says_what_it_did() {
    on_each_engine(|h: Harness| async move {
        a_refused_change(&h).await;
        let asked = acts(&h, "detail_change_asked").await.pop().unwrap().said();
        assert_eq!((&asked["field"], &asked["status"]), (&json!("mobile_phone"), &json!("awaits_town")));
        assert_eq!(asked["old"], json!({ "type": "phone", "value": null }));
        assert_eq!(asked["new"]["value"], "+33612345678");
        let refused = acts(&h, "detail_change_refused").await.pop().unwrap().said();
        assert!(refused["reason"].as_str().unwrap().starts_with("Numéro attribué à xxx"), "{refused}");
        let signed_in = acts(&h, "signed_in").await.pop().unwrap().said();
        assert_eq!(signed_in, json!({ "computer": "PC du salon" }));
        let settings = read_settings(&SETTINGS.replace("Bienvenue.", "Bonjour.")).unwrap();
        h.app.writer.run(PutCommune { settings }).await.unwrap();
        assert_eq!(acts(&h, "commune_changed").await.pop().unwrap().said(), json!({ "changed": ["welcome"] }));
        // What is not served is a setting like another: one act tells all that changed.
        let before = acts(&h, "commune_changed").await.len();
        let settings = read_settings(&format!("co_holder = \"by_town\"\n{SETTINGS}")).unwrap();
        h.app.writer.run(PutCommune { settings }).await.unwrap();
        let changed = acts(&h, "commune_changed").await;
        assert_eq!(changed.len(), before + 1);
        assert_eq!(changed.last().unwrap().said(), json!({ "changed": ["welcome", "co_holder"] }));
    })
    .await;
}

#[tokio::test]
async fn details_go_when_their_time_is_over_and_the_chain_stays() {
    on_each_engine(|h: Harness| async move {
        a_refused_change(&h).await;
        assert!(audit_is_whole(&h).await);
        h.clock.advance(200 * DAY);
        let settings = read_settings(&SETTINGS.replace("Bienvenue.", "Bonjour.")).unwrap();
        h.app.writer.run(PutCommune { settings }).await.unwrap();
        assert_eq!(erase_old_details(&h.app, 365).await.unwrap(), 0, "nothing is old enough");
        h.clock.advance(165 * DAY);
        assert_eq!(erase_old_details(&h.app, 365).await.unwrap(), 0, "a year ago to the day is kept for that day");
        h.clock.advance(DAY);
        let erased = erase_old_details(&h.app, 365).await.unwrap();
        assert!(erased >= 3, "asked, refused, signed in: {erased}");
        for action in ["detail_change_asked", "detail_change_refused", "signed_in"] {
            let act = acts(&h, action).await.pop().unwrap();
            assert_eq!((&act.details, &act.salt), (&None, &None), "{action}");
            assert_eq!(act.details_hash.len(), 32, "what the chain covers stays: {action}");
        }
        assert!(acts(&h, "commune_changed").await.pop().unwrap().details.is_some(), "younger ones stay");
        let said = acts(&h, "audit_details_erased").await;
        assert_eq!((said.len(), said[0].actor_kind.as_str(), &said[0].said()["acts"]), (1, "system", &json!(erased)));
        assert!(audit_is_whole(&h).await);
        assert_eq!(erase_old_details(&h.app, 365).await.unwrap(), 0, "once");
        assert_eq!(acts(&h, "audit_details_erased").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn details_that_are_not_what_was_written_are_found() {
    on_each_engine(|h: Harness| async move {
        a_refused_change(&h).await;
        for (what, breaks, mends) in [
            (
                "another text",
                "UPDATE audit SET details = details || ' ' WHERE action = 'detail_change_refused'",
                "UPDATE audit SET details = substr(details, 1, length(details) - 1) WHERE action = 'detail_change_refused'",
            ),
            (
                "a text where there was none",
                "UPDATE audit SET details = '{}' WHERE action = 'code_set'",
                "UPDATE audit SET details = NULL WHERE action = 'code_set'",
            ),
        ] {
            assert!(h.sql(breaks, Vec::new()).await > 0, "{what}");
            assert!(!audit_is_whole(&h).await, "{what}");
            h.sql(mends, Vec::new()).await;
            assert!(audit_is_whole(&h).await, "{what}, mended");
        }
        // Without its salt, anything could stand there.
        h.sql("UPDATE audit SET salt = NULL WHERE action = 'detail_change_refused'", Vec::new()).await;
        assert!(!audit_is_whole(&h).await);
    })
    .await;
}

#[tokio::test]
async fn many_old_acts_are_erased_in_several_commands() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        for n in 0..3 {
            let settings = read_settings(&SETTINGS.replace("Bienvenue.", &format!("Bonjour {n}."))).unwrap();
            h.app.writer.run(PutCommune { settings }).await.unwrap();
        }
        // As many more as take three commands; the chain is not what is looked at here.
        for step in 0..9 {
            let sql = "INSERT INTO audit (commune_id, seq, at, actor_kind, action, details, salt, details_hash, hash) \
                       SELECT commune_id, seq + $2, at, actor_kind, action, details, salt, details_hash, hash \
                       FROM audit WHERE commune_id = $1 AND details IS NOT NULL";
            h.sql(sql, vec![town.id.into(), (1000_i64 << step).into()]).await;
        }
        h.clock.advance(400 * DAY);
        assert_eq!(erase_old_details(&h.app, 30).await.unwrap(), 3 << 9);
        let left = "SELECT actor_kind, details, salt, details_hash FROM audit \
                    WHERE details IS NOT NULL AND action <> 'audit_details_erased'";
        assert!(db::all::<Act>(h.app.db.readers(), left, Vec::new()).await.unwrap().is_empty());
    })
    .await;
}
