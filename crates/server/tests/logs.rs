//! What the server logs: what happened, never to whom. One test a process, because the log is the process'.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Request, header};
use preau_domain::accounts::AgentRole;
use preau_protocol::accounts::SessionDto;
use serde_json::Value;
use support::{CODE, Harness, on_each_engine, sign_in_request};
use tracing_subscriber::EnvFilter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const STREET: &str = "rue des Zinnias";
const FORGED: &str = "x\n{\"level\":\"FORGED\"}";

/// What people do, and what they should not: signing in and failing to, asking without a right, typing what looks like a
/// line of a log.
async fn a_busy_day(h: &Harness) -> Vec<String> {
    let town = h.town("parempuyre").await;
    let adult = h.adult(&town, "zyx.martel").await;
    let session = h.enrol(&adult).await;
    let refreshed: SessionDto = h.refresh(&session.refresh_token).await.json();
    let agent = h.agent(&town, "zyx.agent", AgentRole::Desk).await;
    let desk = h.enrol_agent(&town, &agent).await;
    h.get("/v1/agent/families?q=zinnias", &desk.access_token).await;
    h.get("/v1/agent/families?q=zinnias", &refreshed.access_token).await;
    let street = STREET.replace(' ', "+");
    h.get(&format!("/v1/addresses?q={street}"), &refreshed.access_token).await;
    h.get(&format!("/v1/agent/families/{}", adult.family), &refreshed.access_token).await;
    let op = serde_json::json!({ "type": "family.change_detail", "subject": { "type": "household" }, "field": "address",
        "old": { "type": "address", "value": null }, "new": { "type": "address", "value": STREET } });
    let body = serde_json::json!({ "operations": [{ "op_id": uuid::Uuid::now_v7(), "op": op }] });
    h.post("/v1/sync/push", &refreshed.access_token, &body).await;
    h.refresh(&desk.access_token).await;
    h.sign_in(&sign_in_request("parempuyre", FORGED, CODE)).await;
    let forged = Request::get("/v1/server").header(header::USER_AGENT, "FORGED agent");
    h.send(forged.body(Body::empty()).unwrap()).await;
    for _ in 0..6 {
        h.sign_in(&adult.request("Zyxfaux-2026")).await;
    }
    vec![
        "martel".into(),
        "zyx.agent".into(),
        "Claire".into(),
        "Zinnias".into(),
        "zinnias".into(),
        "PC du salon".into(),
        CODE.into(),
        "Zyxfaux".into(),
        "FORGED".into(),
        adult.one_time_code.clone(),
        agent.one_time_code,
        agent.recovery_codes[0].clone(),
        session.access_token,
        session.refresh_token,
        refreshed.access_token,
        refreshed.refresh_token,
        desk.access_token,
    ]
}

#[tokio::test]
async fn every_event_is_told_and_nobody_is_named() {
    let kept = Kept::default();
    let writer = kept.clone();
    // As the program logs, and more of it: whoever looks for a fault sees no more of people. Statements are left out as the
    // program leaves them out: those of tests have names in them.
    tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_env_filter(EnvFilter::new("debug,sqlx=warn"))
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .init();
    on_each_engine(move |h: Harness| {
        let kept = kept.clone();
        async move {
            kept.0.lock().unwrap().clear();
            let secrets = a_busy_day(&h).await;
            let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            for secret in secrets {
                assert!(!text.contains(&secret), "{secret} is in the log");
            }
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
            for line in &lines {
                assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "in UTC: {line}");
                assert!(line["level"].is_string() && line["target"].is_string(), "{line}");
            }
            // Good and bad sign-ins, one that waits, a lapsed session, a right that is not there: each with its request.
            let told = |route: &str, status: u64| {
                let found = lines.iter().find(|line| line["span"]["route"] == route && line["status"] == status);
                found.is_some_and(|line| line["span"]["request_id"].is_string() && line["milliseconds"].is_u64())
            };
            for (route, status) in [
                ("/v1/auth/sign-in", 200),
                ("/v1/auth/sign-in", 401),
                ("/v1/auth/sign-in", 429),
                ("/v1/auth/refresh", 200),
                ("/v1/auth/refresh", 401),
                ("/v1/agent/families", 403),
                ("/v1/agent/families/{family_id}", 403),
                ("/v1/addresses", 503),
            ] {
                assert!(told(route, status), "{route} {status} is not in the log");
            }
        }
    })
    .await;
}
