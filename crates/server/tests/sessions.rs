//! Refreshing, throttling, second factors and the hashing pool, on both engines, with the tests' own clock.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{AccountDto, AccountKindDto, AgentRoleDto, SessionDto, SetCodeRequest, SignInRequest};
use preau_server::accounts::hashing::HashingLimits;
use preau_server::db;
use sea_orm::FromQueryResult;
use support::{CODE, Harness, on_each_engine, on_each_engine_hashing, sign_in_request};
use uuid::Uuid;

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
            let wrong = sign_in_request("parempuyre", name, "Wrong-2026");
            for _ in 0..5 {
                h.sign_in(&wrong).await.assert_refused(401, ErrorCode::SignInRefused);
            }
            for seconds in [31, 61, 121, 241, 481, 901, 901] {
                let before = h.app.hashing.verifications();
                let answer = h.sign_in(&wrong).await;
                answer.assert_refused(429, ErrorCode::TooManyAttempts);
                assert_eq!(answer.retry_after(), Some(seconds));
                assert_eq!(h.app.hashing.verifications(), before, "nothing is hashed while waiting");
                h.clock.advance(SECOND * seconds);
                h.sign_in(&wrong).await.assert_refused(401, ErrorCode::SignInRefused);
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

/// The same database served by a process that knows nothing of the counts in memory.
fn restarted(h: &Harness) -> Harness {
    let mut app = h.app.clone();
    app.throttle = std::sync::Arc::default();
    let mut other = h.clone();
    other.router = preau_server::http::router(app, &preau_server::http::HttpOptions::default());
    other
}

#[tokio::test]
async fn failures_survive_a_restart_and_tell_nothing() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        let unknown = sign_in_request("parempuyre", "nobody01", "Wrong-2026");
        for _ in 0..5 {
            h.sign_in(&adult.request("Wrong-2026")).await.assert_refused(401, ErrorCode::SignInRefused);
            h.sign_in(&unknown).await.assert_refused(401, ErrorCode::SignInRefused);
        }
        // Known or not, with the right code or a wrong one: the same wait, and nothing is looked at meanwhile.
        let before = h.app.hashing.verifications();
        for request in [adult.request(CODE), adult.request("Wrong-2026"), unknown] {
            for process in [restarted(&h), restarted(&h), h.clone()] {
                let answer = process.sign_in(&request).await;
                answer.assert_refused(429, ErrorCode::TooManyAttempts);
                assert_eq!(answer.retry_after(), Some(31));
            }
        }
        assert_eq!(h.app.hashing.verifications(), before);
        h.clock.advance(31 * SECOND);
        restarted(&h).sign_in(&adult.request(CODE)).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn failures_are_forgotten_after_an_hour() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        // Four mistakes a day lock nobody out, however many days.
        for _ in 0..3 {
            for _ in 0..4 {
                restarted(&h).sign_in(&adult.request("Wrong-2026")).await.assert_refused(401, ErrorCode::SignInRefused);
            }
            h.clock.advance(60 * MINUTE);
        }
        restarted(&h).sign_in(&adult.request(CODE)).await.json::<SessionDto>();
        // Within the hour they add up, across processes too.
        for _ in 0..5 {
            restarted(&h).sign_in(&adult.request("Wrong-2026")).await.assert_refused(401, ErrorCode::SignInRefused);
            h.clock.advance(MINUTE);
        }
        restarted(&h).sign_in(&adult.request("Wrong-2026")).await.assert_refused(401, ErrorCode::SignInRefused);
        restarted(&h).sign_in(&adult.request(CODE)).await.assert_refused(429, ErrorCode::TooManyAttempts);
    })
    .await;
}

#[tokio::test]
async fn families_behind_one_operator_do_not_share_their_tries() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let adult = h.adult(&town, "martel01").await;
        let request = |n: u32, installation| SignInRequest {
            installation,
            ..sign_in_request("parempuyre", &format!("nobody{n:02}"), CODE)
        };
        // Twenty homes that mistype, each on a computer of its own or one that does not say so.
        for n in 0..10 {
            for installation in [None, Some(Uuid::now_v7())] {
                h.sign_in(&request(n, installation)).await.assert_refused(401, ErrorCode::SignInRefused);
            }
        }
        let one = Some(Uuid::now_v7());
        for n in 20..30 {
            h.sign_in(&request(n, one)).await.assert_refused(401, ErrorCode::SignInRefused);
        }
        h.sign_in(&request(30, one)).await.assert_refused(429, ErrorCode::TooManyAttempts);
        h.sign_in(&adult.request(&adult.one_time_code)).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn made_up_tokens_never_reach_the_writer() {
    on_each_engine(|h: Harness| async move {
        let first = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let made_up = |n: u8| URL_SAFE_NO_PAD.encode([n; 48]);
        let held = h.hold_writer().await;
        // The writer is busy, and yet they are answered.
        for n in 0..200 {
            h.refresh(&made_up(n)).await.assert_refused(401, ErrorCode::SignInRequired);
        }
        let answer = h.refresh(&made_up(201)).await;
        answer.assert_refused(429, ErrorCode::TooManyAttempts);
        assert_eq!(answer.retry_after(), Some(31));
        assert_eq!(h.app.writer.waiting(), 0, "nothing was queued");
        held.release().await;
        // A token that was given is exchanged, whoever its neighbours are.
        let second: SessionDto = h.refresh(&first.refresh_token).await.json();
        let again: SessionDto = h.refresh(&first.refresh_token).await.json();
        assert_eq!(second.refresh_token, again.refresh_token, "its predecessor is known as well");
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
