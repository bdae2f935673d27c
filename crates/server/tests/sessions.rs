//! Refreshing, throttling, second factors and the hashing pool, on both engines, with the tests' own clock.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{AccountDto, AccountKindDto, AgentRoleDto, SessionDto, SetCodeRequest, SignInRequest};
use preau_server::accounts::hashing::HashingLimits;
use preau_server::db;
use sea_orm::FromQueryResult;
use support::{CODE, Harness, on_each_engine, on_each_engine_hashing, sign_in_request};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn tokens_rotate_and_a_lost_answer_is_given_again() {
    on_each_engine(|h: Harness| async move {
        let first = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        h.clock.advance(16 * MINUTE);
        h.get("/v1/account", &first.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        let second: SessionDto = h.refresh(&first.refresh_token).await.json();
        assert_ne!((&second.access_token, &second.refresh_token), (&first.access_token, &first.refresh_token));
        assert_eq!((second.device_id, second.access_expires_in), (first.device_id, 900));
        h.clock.advance(60 * SECOND);
        let again: SessionDto = h.refresh(&first.refresh_token).await.json();
        assert_eq!((&again.access_token, &again.refresh_token), (&second.access_token, &second.refresh_token));
        assert_eq!(again.access_expires_in, 840);
        h.get("/v1/account", &again.access_token).await.json::<AccountDto>();
        let third: SessionDto = h.refresh(&second.refresh_token).await.json();
        h.get("/v1/account", &third.access_token).await.json::<AccountDto>();
    })
    .await;
}

#[tokio::test]
async fn the_same_token_at_the_same_time_gives_one_pair() {
    on_each_engine(|h: Harness| async move {
        let first = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let answers = futures_util::future::join_all((0..8).map(|_| h.refresh(&first.refresh_token))).await;
        let pairs: std::collections::BTreeSet<_> =
            answers.iter().map(|a| a.json::<SessionDto>().refresh_token).collect();
        assert_eq!(pairs.len(), 1);
    })
    .await;
}

#[derive(Debug, FromQueryResult)]
struct AuditRow {
    action: String,
}

#[tokio::test]
async fn a_token_reused_later_lets_its_device_go() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let first = h.enrol(&adult).await;
        let other: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        let second: SessionDto = h.refresh(&first.refresh_token).await.json();
        h.clock.advance(61 * SECOND);
        h.refresh(&first.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.get("/v1/account", &second.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.refresh(&second.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.get("/v1/account", &other.access_token).await.json::<AccountDto>();
        let sql = "SELECT action FROM audit WHERE commune_id = $1 AND family_id = $2 AND entity_id = $3 ORDER BY seq";
        let values = vec![adult.commune.into(), adult.family.into(), first.device_id.into()];
        let rows: Vec<AuditRow> = db::all(h.app.db.readers(), sql, values).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["signed_in", "token_reused"]);
    })
    .await;
}

#[tokio::test]
async fn a_device_used_now_and_then_stays_signed_in() {
    on_each_engine(|h: Harness| async move {
        let mut session = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        for _ in 0..4 {
            h.clock.advance(89 * DAY);
            session = h.refresh(&session.refresh_token).await.json();
        }
        h.clock.advance(90 * DAY);
        h.refresh(&session.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
    })
    .await;
}

#[tokio::test]
async fn guessing_an_account_waits_longer_and_longer() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        for name in ["martel01", "nobody01"] {
            // Known or not, an identifiant is slowed down alike.
            let wrong = |n: u32| {
                let mut request = sign_in_request("parempuyre", name, "Wrong-2026");
                request.device_label = format!("PC {name} {n}");
                request
            };
            for n in 0..5 {
                h.sign_in(&wrong(n)).await.assert_refused(401, ErrorCode::SignInRefused);
            }
            for seconds in [31, 61, 121, 241, 481, 901, 901] {
                let before = h.app.hashing.verifications();
                let answer = h.sign_in(&wrong(6)).await;
                answer.assert_refused(429, ErrorCode::TooManyAttempts);
                assert_eq!(answer.retry_after(), Some(seconds));
                assert_eq!(h.app.hashing.verifications(), before, "nothing is hashed while waiting");
                h.clock.advance(SECOND * seconds);
                h.sign_in(&wrong(7)).await.assert_refused(401, ErrorCode::SignInRefused);
            }
        }
        h.clock.advance(16 * MINUTE);
        h.sign_in(&adult.request(CODE)).await.json::<SessionDto>();
        // A good one starts anew.
        for _ in 0..5 {
            h.sign_in(&adult.request("Wrong-2026")).await.assert_refused(401, ErrorCode::SignInRefused);
        }
    })
    .await;
}

#[tokio::test]
async fn failures_survive_a_restart() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        for _ in 0..5 {
            h.sign_in(&adult.request("Wrong-2026")).await.assert_refused(401, ErrorCode::SignInRefused);
        }
        // Another process knows nothing of the counts in memory.
        let mut app = h.app.clone();
        app.throttle = std::sync::Arc::default();
        let mut other = h.clone();
        other.router = preau_server::http::router(app, &preau_server::http::HttpOptions::default());
        other.sign_in(&adult.request(CODE)).await.assert_refused(401, ErrorCode::SignInRefused);
        h.clock.advance(31 * SECOND);
        other.sign_in(&adult.request(CODE)).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn many_guesses_at_once_are_counted() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        let request = adult.request("Wrong-2026");
        let answers = futures_util::future::join_all((0..20).map(|_| h.sign_in(&request))).await;
        let judged = answers.iter().filter(|answer| answer.status.as_u16() == 401).count();
        assert_eq!(judged, 5);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_guesses_its_code_waits_too() {
    on_each_engine(|h: Harness| async move {
        let session = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let guess = SetCodeRequest { current: "Wrong-2026".into(), new: "Lune-2027".into() };
        for _ in 0..5 {
            let answer = h.put("/v1/account/code", &session.access_token, &guess).await;
            answer.assert_refused(422, ErrorCode::PersonalCodeRefused);
        }
        let answer = h.put("/v1/account/code", &session.access_token, &guess).await;
        answer.assert_refused(429, ErrorCode::TooManyAttempts);
    })
    .await;
}

#[tokio::test]
async fn an_agent_needs_a_step_that_did_not_serve() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let agent = h.agent(&town, "Agent.Desk", AgentRole::Desk).await;
        assert!(agent.totp_url.starts_with("otpauth://totp/"), "{}", agent.totp_url);
        let session = h.enrol_agent(&town, &agent).await;
        assert_eq!(session.account.kind, AccountKindDto::Agent { role: AgentRoleDto::Desk });
        let request = |totp: &str| {
            let mut request = sign_in_request("parempuyre", "agent.desk", CODE);
            request.totp = Some(totp.into());
            request
        };
        let used = h.totp(&agent);
        h.sign_in(&request(&used)).await.assert_refused(401, ErrorCode::SignInRefused);
        h.clock.advance(30 * SECOND);
        h.sign_in(&request(&used)).await.assert_refused(401, ErrorCode::SignInRefused);
        let next = h.totp(&agent);
        // One step late is good, and closes every step before it.
        h.clock.advance(30 * SECOND);
        h.sign_in(&request(&next)).await.json::<SessionDto>();
        h.sign_in(&request(&next)).await.assert_refused(401, ErrorCode::SignInRefused);
        let stale = h.totp(&agent);
        h.clock.advance(60 * SECOND);
        h.sign_in(&request(&stale)).await.assert_refused(401, ErrorCode::SignInRefused);
        h.sign_in(&request(&h.totp(&agent))).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_serves_once() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let agent = h.agent(&town, "agent.desk", AgentRole::Admin).await;
        h.enrol_agent(&town, &agent).await;
        let mut request = sign_in_request("parempuyre", "agent.desk", CODE);
        for code in &agent.recovery_codes {
            request.totp = Some(code.to_lowercase());
            h.sign_in(&request).await.json::<SessionDto>();
            h.sign_in(&request).await.assert_refused(401, ErrorCode::SignInRefused);
        }
        assert_eq!(agent.recovery_codes.len(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_uses_no_recovery_code_up() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let agent = h.agent(&town, "agent.desk", AgentRole::Admin).await;
        h.enrol_agent(&town, &agent).await;
        let mut request = sign_in_request("parempuyre", "agent.desk", "Wrong-2026");
        request.totp = Some(agent.recovery_codes[0].clone());
        h.sign_in(&request).await.assert_refused(401, ErrorCode::SignInRefused);
        request.code = CODE.into();
        h.sign_in(&request).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn a_full_hashing_pool_sheds_sign_ins_and_nothing_else() {
    let limits = HashingLimits { workers: 1, waiting: 2, patience: Duration::from_secs(60) };
    on_each_engine_hashing(limits, |h: Harness| async move {
        let town = h.town("parempuyre").await;
        let session = h.enrol(&h.adult(&town, "martel01").await).await;
        let request = |n| SignInRequest {
            device_label: format!("PC {n}"),
            ..sign_in_request("parempuyre", &format!("nobody{n:02}"), CODE)
        };
        let requests: Vec<_> = (0..64).map(request).collect();
        let busy = h.app.hashing.occupy().await.unwrap();
        let mut storm: FuturesUnordered<_> = requests.iter().map(|request| h.sign_in(request)).collect();
        // One worker's place and two waiting: whoever comes after that is told to come back.
        for _ in 0..61 {
            let answer = storm.next().await.unwrap();
            assert!((2..10).contains(&answer.retry_after().unwrap()));
            answer.assert_refused(503, ErrorCode::Busy);
        }
        h.get("/v1/account", &session.access_token).await.json::<AccountDto>();
        drop(busy);
        for _ in 0..3 {
            storm.next().await.unwrap().assert_refused(401, ErrorCode::SignInRefused);
        }
    })
    .await;
}
