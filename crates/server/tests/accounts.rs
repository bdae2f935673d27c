//! Signing in, codes, sessions and devices, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use http::{HeaderMap, Method};
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{
    AccountDto, AccountKindDto, DeviceDto, SessionDto, SetCodeRequest, SetIdentifiantRequest,
};
use preau_server::http::api;
use support::{Adult, Answer, CODE, Harness, on_each_engine, sign_in_request};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn a_letter_opens_an_account_and_the_personal_code_takes_over() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let session: SessionDto = h.sign_in(&adult.request(&adult.one_time_code)).await.json();
        assert!(session.account.personal_code_required);
        assert_eq!(session.access_expires_in, 900);
        let kind = AccountKindDto::Family { family_id: adult.family, person_id: adult.person };
        assert_eq!((session.account.commune_id, session.account.kind), (adult.commune, kind));

        // A lost answer is no lock-out: the code opens again until the personal code is set.
        let again: SessionDto = h.sign_in(&adult.request(&adult.one_time_code.to_lowercase())).await.json();
        let wanted = SetCodeRequest { current: adult.one_time_code.clone(), new: CODE.into() };
        h.put("/v1/account/code", &again.access_token, &wanted).await.assert_done();
        // Neither is a lost answer here.
        h.put("/v1/account/code", &again.access_token, &wanted).await.assert_done();

        let account: AccountDto = h.get("/v1/account", &again.access_token).await.json();
        assert!(!account.personal_code_required);
        h.get("/v1/account/devices", &again.access_token).await.json::<Vec<DeviceDto>>();
        h.get("/v1/account", &session.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.sign_in(&adult.request(&adult.one_time_code)).await.assert_refused(401, ErrorCode::SignInRefused);
        let session: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        assert!(!session.account.personal_code_required);
    })
    .await;
}

#[tokio::test]
async fn every_wrong_sign_in_gets_the_same_answer_for_the_same_work() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let other = h.town("ailleurs").await;
        let fresh = h.adult(&town, "fresh01").await;
        let [known, disabled, expired] = people(&h, &town).await;
        h.enrol(&h.adult(&other, "voisin01").await).await;
        let agent = h.agent(&town, "agent.desk", AgentRole::Desk).await;
        h.enrol_agent(&town, &agent).await;
        let set = "UPDATE account SET disabled_at = $1 WHERE account_id = $2";
        h.sql(set, vec![1_i64.into(), disabled.account.into()]).await;
        let set = "UPDATE account SET one_time_expires_at = $1 WHERE account_id = $2";
        h.sql(set, vec![1_i64.into(), expired.account.into()]).await;

        let with_totp = |code: &str, totp: Option<&str>| {
            let mut request = sign_in_request("parempuyre", "agent.desk", code);
            request.totp = totp.map(Into::into);
            request
        };
        let table = [
            ("wrong code", known.request("Soleil-2027")),
            ("empty code", known.request("")),
            ("endless code", known.request(&"x".repeat(10_000))),
            ("one-time code already used", known.request(&known.one_time_code)),
            ("another's one-time code", known.request(&fresh.one_time_code)),
            ("wrong one-time code", fresh.request("0000-0000-0000")),
            ("personal code before it is chosen", fresh.request(CODE)),
            ("expired one-time code", expired.request(&expired.one_time_code)),
            ("disabled", disabled.request(CODE)),
            ("unknown identifiant", sign_in_request("parempuyre", "nobody01", CODE)),
            ("unreadable identifiant", sign_in_request("parempuyre", "é à", CODE)),
            ("unknown commune", sign_in_request("atlantide", "known01", CODE)),
            ("another commune's account", sign_in_request("parempuyre", "voisin01", CODE)),
            ("agent without second factor", with_totp(CODE, None)),
            ("agent with a wrong second factor", with_totp(CODE, Some("123456"))),
            ("agent with nonsense", with_totp(CODE, Some("é"))),
        ];
        let mut first: Option<(String, HeaderMap)> = None;
        for (what, request) in table {
            let before = h.app.hashing.verifications();
            let answer = h.sign_in(&request).await;
            assert_eq!(h.app.hashing.verifications() - before, 1, "{what}");
            answer.assert_refused(401, ErrorCode::SignInRefused);
            let masked = masked(&answer);
            assert_eq!(first.get_or_insert_with(|| masked.clone()), &masked, "{what}");
        }
        // And a good one does the same work, once the wait is over.
        h.clock.advance(16 * MINUTE);
        for request in [known.request(CODE), fresh.request(&fresh.one_time_code)] {
            let before = h.app.hashing.verifications();
            h.sign_in(&request).await.json::<SessionDto>();
            assert_eq!(h.app.hashing.verifications() - before, 1);
        }
    })
    .await;
}

async fn people(h: &Harness, town: &support::Town) -> [Adult; 3] {
    let mut people = Vec::new();
    for name in ["known01", "disabled01", "expired01"] {
        let adult = h.adult(town, name).await;
        if name != "expired01" {
            h.enrol(&adult).await;
        }
        people.push(adult);
    }
    people.try_into().ok().unwrap()
}

/// Body and headers without what differs from one request to the next.
fn masked(answer: &Answer) -> (String, HeaderMap) {
    let mut headers = answer.headers.clone();
    let id = headers.remove("x-request-id").unwrap();
    assert_eq!(id.to_str().unwrap(), answer.error().request_id.to_string());
    (answer.text().replace(id.to_str().unwrap(), "ID"), headers)
}

#[tokio::test]
async fn a_one_time_code_ends_after_sixty_days() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.clock.advance(60 * DAY - MINUTE);
        let session: SessionDto = h.sign_in(&adult.request(&adult.one_time_code)).await.json();
        h.clock.advance(2 * MINUTE);
        h.sign_in(&adult.request(&adult.one_time_code)).await.assert_refused(401, ErrorCode::SignInRefused);
        // The session it opened cannot set a code with it either.
        let wanted = SetCodeRequest { current: adult.one_time_code.clone(), new: CODE.into() };
        let answer = h.put("/v1/account/code", &session.access_token, &wanted).await;
        answer.assert_refused(422, ErrorCode::PersonalCodeRefused);
        assert_eq!(
            (answer.error().fields[0].field.as_str(), answer.error().fields[0].rule.as_str()),
            ("current", "wrong")
        );
        let renewed = h.one_time_code(adult.commune, adult.account).await;
        h.sign_in(&adult.request(&renewed)).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn the_first_code_opens_nothing_else() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let session: SessionDto = h.sign_in(&adult.request(&adult.one_time_code)).await.json();
        let mut gated = 0;
        let (_, document) = api();
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations(item) {
                if operation.security.is_none() {
                    continue;
                }
                let path = path.replace("{device_id}", &Uuid::nil().to_string()).replace(['{', '}'], "");
                let open = [("GET", "/v1/account"), ("PUT", "/v1/account/code"), ("POST", "/v1/auth/sign-out")];
                if open.contains(&(method.as_str(), path.as_str())) {
                    continue;
                }
                let answer =
                    h.call(method.clone(), &path, Some(&session.access_token), Some(&serde_json::json!({}))).await;
                assert_eq!(answer.status.as_u16(), 403, "{method} {path} {}", answer.text());
                answer.assert_refused(403, ErrorCode::PersonalCodeRequired);
                gated += 1;
            }
        }
        assert!(gated >= 8, "{gated}");
        // A refreshed session is as closed.
        let session: SessionDto = h.refresh(&session.refresh_token).await.json();
        assert!(session.account.personal_code_required);
        h.get("/v1/account/devices", &session.access_token).await.assert_refused(403, ErrorCode::PersonalCodeRequired);
        h.get("/v1/account", &session.access_token).await.json::<AccountDto>();
        h.call(Method::POST, "/v1/auth/sign-out", Some(&session.access_token), None::<&()>).await.assert_done();
        h.get("/v1/account", &session.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
    })
    .await;
}

fn operations(item: &utoipa::openapi::PathItem) -> Vec<(Method, &utoipa::openapi::path::Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?))).collect()
}

#[tokio::test]
async fn a_personal_code_must_hold_the_rules() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let session: SessionDto = h.sign_in(&adult.request(&adult.one_time_code)).await.json();
        for (new, rules) in [
            ("Sol-26", vec!["too_short"]),
            ("soleilsoleil", vec!["too_simple"]),
            ("", vec!["too_short", "too_simple"]),
            ("Martel01-2026", vec!["contains_identifiant"]),
        ] {
            let wanted = SetCodeRequest { current: adult.one_time_code.clone(), new: new.into() };
            let answer = h.put("/v1/account/code", &session.access_token, &wanted).await;
            answer.assert_refused(422, ErrorCode::PersonalCodeRefused);
            let fields = answer.error().fields;
            assert_eq!(fields.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>(), rules, "{new}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_changed_code_closes_the_other_devices() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let first = h.enrol(&adult).await;
        let second: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        let wanted = |current: &str| SetCodeRequest { current: current.into(), new: "Lune-2027".into() };
        let answer = h.put("/v1/account/code", &second.access_token, &wanted("Wrong-2026")).await;
        answer.assert_refused(422, ErrorCode::PersonalCodeRefused);
        h.put("/v1/account/code", &second.access_token, &wanted(CODE)).await.assert_done();
        h.get("/v1/account", &first.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.refresh(&first.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.get("/v1/account", &second.access_token).await.json::<AccountDto>();
        h.refresh(&second.refresh_token).await.json::<SessionDto>();
        h.sign_in(&adult.request(CODE)).await.assert_refused(401, ErrorCode::SignInRefused);
        h.sign_in(&adult.request("Lune-2027")).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn an_identifiant_can_be_changed_with_the_code() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let adult = h.adult(&town, "martel01").await;
        h.adult(&town, "daoud01").await;
        let session = h.enrol(&adult).await;
        let wanted = |identifiant: &str, code: &str| SetIdentifiantRequest {
            code: code.into(),
            identifiant: identifiant.into(),
        };
        for (request, code, rule) in [
            (wanted("Daoud01", CODE), ErrorCode::IdentifiantRefused, "taken"),
            (wanted("abc", CODE), ErrorCode::IdentifiantRefused, "length"),
            (wanted("claire martel", CODE), ErrorCode::IdentifiantRefused, "character"),
            (wanted("soleil", CODE), ErrorCode::IdentifiantRefused, "contained_in_code"),
            (wanted("claire.martel", "Wrong-2026"), ErrorCode::PersonalCodeRefused, "wrong"),
        ] {
            let answer = h.put("/v1/account/identifiant", &session.access_token, &request).await;
            answer.assert_refused(422, code);
            assert_eq!(answer.error().fields[0].rule, rule);
        }
        let request = wanted(" Claire.Martel", CODE);
        h.put("/v1/account/identifiant", &session.access_token, &request).await.assert_done();
        h.put("/v1/account/identifiant", &session.access_token, &request).await.assert_done();
        h.sign_in(&adult.request(CODE)).await.assert_refused(401, ErrorCode::SignInRefused);
        let account =
            h.sign_in(&sign_in_request("parempuyre", "CLAIRE.martel", CODE)).await.json::<SessionDto>().account;
        assert_eq!((account.identifiant.as_str(), account.account_id), ("claire.martel", adult.account));
    })
    .await;
}

#[tokio::test]
async fn devices_are_listed_and_let_go() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let adult = h.adult(&town, "martel01").await;
        let first = h.enrol(&adult).await;
        h.clock.advance(MINUTE);
        let second: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        let stranger = h.enrol(&h.adult(&town, "daoud01").await).await;

        let devices: Vec<DeviceDto> = h.get("/v1/account/devices", &second.access_token).await.json();
        let listed: Vec<_> = devices.iter().map(|device| (device.device_id, device.current)).collect();
        assert_eq!(listed, [(second.device_id, true), (first.device_id, false)]);
        assert_eq!(
            (devices[0].label.as_str(), devices[0].created_at.as_str()),
            ("PC du salon", "2026-11-23T08:01:00Z")
        );

        for unknown in [Uuid::now_v7(), stranger.device_id] {
            let answer = h.delete(&format!("/v1/account/devices/{unknown}"), &second.access_token).await;
            answer.assert_refused(404, ErrorCode::NotFound);
        }
        h.delete(&format!("/v1/account/devices/{}", first.device_id), &second.access_token).await.assert_done();
        h.get("/v1/account", &first.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.get("/v1/account", &stranger.access_token).await.json::<AccountDto>();
        h.call(Method::POST, "/v1/auth/sign-out", Some(&second.access_token), None::<&()>).await.assert_done();
        h.refresh(&second.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
    })
    .await;
}

#[tokio::test]
async fn a_request_without_a_good_token_is_told_to_sign_in() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let session = h.enrol(&h.adult(&town, "martel01").await).await;
        for token in ["", "x", &session.refresh_token, &session.access_token[1..], &"A".repeat(64)] {
            h.get("/v1/account", token).await.assert_refused(401, ErrorCode::SignInRequired);
        }
        h.refresh(&session.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        let set = "UPDATE account SET disabled_at = 1 WHERE commune_id = $1";
        h.sql(set, vec![town.id.into()]).await;
        h.get("/v1/account", &session.access_token).await.assert_refused(401, ErrorCode::SignInRequired);
        h.refresh(&session.refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
    })
    .await;
}
