//! What `docs/security.md` says of every answer, of TLS and of what is typed by somebody who means harm.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, Method, Request, header};
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{AccountDto, SessionDto, SetCodeRequest};
use preau_protocol::agents::FamilySummaryDto;
use preau_server::db;
use preau_server::http::{HttpOptions, Limits, Listening, TlsFiles, api, listen};
use sea_orm::FromQueryResult;
use support::{CODE, Harness, on_each_engine, sign_in_request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// Every described route asked without and with a session: its headers, whatever its status.
async fn all_answers(h: &Harness, token: &str) -> Vec<(String, HeaderMap, usize)> {
    let (_, document) = api();
    let mut answers = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            (Method::GET, item.get.is_some()),
            (Method::PUT, item.put.is_some()),
            (Method::POST, item.post.is_some()),
            (Method::DELETE, item.delete.is_some()),
        ];
        for (method, _) in methods.into_iter().filter(|(_, described)| *described) {
            // Events never end: their headers are those of the same layer, and another test reads them.
            if path == "/v1/events" || path == "/v1/auth/sign-out" {
                continue;
            }
            for token in [None, Some(token)] {
                let path = path.replace(['{', '}'], "");
                let answer = h.call(method.clone(), &path, token, None::<&()>).await;
                answers.push((format!("{method} {path} {}", answer.status), answer.headers, answer.body.len()));
            }
        }
    }
    answers
}

#[tokio::test]
async fn every_answer_carries_the_same_protections() {
    on_each_engine(|h: Harness| async move {
        let session = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let answers = all_answers(&h, &session.access_token).await;
        assert!(answers.len() > 20, "{}", answers.len());
        for (what, headers, length) in answers {
            let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            // A page for people shows its own style and sends its own form, and that is all.
            let page = what.starts_with("GET /lien/");
            let policy = said("content-security-policy").unwrap();
            if page {
                assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{what}: {policy}");
                let end = "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
                assert!(policy.ends_with(end) && policy.matches("-src").count() == 2, "{what}: {policy}");
            } else {
                assert_eq!(policy, "default-src 'none'; base-uri 'none'; frame-ancestors 'none'", "{what}");
            }
            for (name, value) in [
                ("cache-control", "no-store"),
                ("referrer-policy", "no-referrer"),
                ("strict-transport-security", "max-age=31536000"),
                ("x-content-type-options", "nosniff"),
            ] {
                assert_eq!(said(name).as_deref(), Some(value), "{what}: {name}");
            }
            // No cookie, no other place to go to, no other site let in, no word of what the server is made of.
            for name in ["set-cookie", "location", "access-control-allow-origin", "server", "x-powered-by"] {
                assert_eq!(said(name), None, "{what}");
            }
            let kind = said("content-type");
            let good = match kind.as_deref() {
                Some("application/json" | "text/plain; charset=utf-8") => true,
                Some("text/html; charset=utf-8") => page,
                _ => false,
            };
            assert!(good || (kind.is_none() && length == 0), "{what}: {kind:?} for {length} bytes");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_reaches_nothing() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        let ask = |method: &str, path: &str| {
            Request::builder().method(method).uri(path).header(header::ORIGIN, "https://elsewhere.example")
        };
        let before_asking = ask("OPTIONS", "/v1/auth/sign-in").header("access-control-request-method", "POST");
        let answer = h.send(before_asking.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 405);
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        // What a browser sends without asking first is not read: neither a form nor a text that is JSON in truth.
        let body = serde_json::to_vec(&adult.request(CODE)).unwrap();
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let simple = ask("POST", "/v1/auth/sign-in").header(header::CONTENT_TYPE, kind);
            let answer = h.send(simple.body(body.clone().into()).unwrap()).await;
            assert_eq!(answer.status.as_u16(), 415, "{kind}");
        }
        let trace = ask("TRACE", "/v1/server").header(header::AUTHORIZATION, "Bearer secret");
        let answer = h.send(trace.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 405);
        assert!(!answer.text().contains("secret"));
    })
    .await;
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

#[tokio::test]
async fn a_new_server_has_no_account() {
    on_each_engine(|h: Harness| async move {
        h.town("parempuyre").await;
        let sql = "SELECT COUNT(*) AS count FROM account";
        let row: Option<CountRow> = db::one(h.app.db.readers(), sql, Vec::new()).await.unwrap();
        assert_eq!(row.unwrap().count, 0);
    })
    .await;
}

#[tokio::test]
async fn a_long_code_is_taken_whole_and_stays_good() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let session = h.enrol(&adult).await;
        let long = format!("Une phrase de 2026 {}", "à".repeat(109));
        assert_eq!(long.chars().count(), 128);
        let wanted = SetCodeRequest { current: CODE.into(), new: long.clone() };
        h.put("/v1/account/code", &session.access_token, &wanted).await.assert_done();
        let last_changed = format!("{}e", long.strip_suffix('à').unwrap());
        for wrong in [last_changed.as_str(), &long.to_uppercase(), long.strip_suffix('à').unwrap()] {
            h.sign_in(&adult.request(wrong)).await.assert_refused(401, ErrorCode::SignInRefused);
        }
        h.sign_in(&adult.request(&long)).await.json::<SessionDto>();
        // Nobody is asked to change it because time went by.
        h.clock.advance(10 * YEAR);
        let session: SessionDto = h.sign_in(&adult.request(&long)).await.json();
        assert!(!session.account.personal_code_required);
    })
    .await;
}

#[tokio::test]
async fn what_would_be_a_statement_is_a_text() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let adult = h.adult(&town, "martel01").await;
        let agent = h.agent(&town, "agent.desk", AgentRole::Desk).await;
        let agent = h.enrol_agent(&town, &agent).await.access_token;
        let found: Vec<FamilySummaryDto> = h.get("/v1/agent/families?q=martel", &agent).await.json();
        assert_eq!(found.len(), 1);
        for typed in ["xx' OR '1'='1", "xx'; DROP TABLE family; --", "xx%", "%25%25", "__", "xx\\", "\"xx\" OR 1=1"] {
            let typed: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let answer = h.get(&format!("/v1/agent/families?q={typed}"), &agent).await;
            assert!(answer.status.as_u16() == 400 || answer.json::<Vec<FamilySummaryDto>>().is_empty(), "{typed}");
        }
        for identifiant in ["' OR 1=1 --", "martel01'--", "martel%"] {
            let request = sign_in_request("parempuyre", identifiant, CODE);
            h.sign_in(&request).await.assert_refused(401, ErrorCode::SignInRefused);
        }
        let request = sign_in_request("' OR slug <> '", "martel01", &adult.one_time_code);
        h.sign_in(&request).await.assert_refused(401, ErrorCode::SignInRefused);
        h.sign_in(&adult.request(&adult.one_time_code)).await.json::<SessionDto>();
    })
    .await;
}

#[tokio::test]
async fn fields_and_parameters_nobody_asked_for_change_nothing() {
    on_each_engine(|h: Harness| async move {
        let town = h.town("parempuyre").await;
        let (claire, other) = (h.adult(&town, "martel01").await, h.adult(&town, "daoud01").await);
        let session = h.enrol(&claire).await;
        let others = h.enrol(&other).await;
        let body = serde_json::json!({ "code": CODE, "identifiant": "claire.martel", "account_id": other.account,
            "family_id": other.family, "role": "admin", "kind": { "type": "agent", "role": "admin" } });
        h.put("/v1/account/identifiant", &session.access_token, &body).await.assert_done();
        let own: AccountDto = h.get("/v1/account", &session.access_token).await.json();
        let theirs: AccountDto = h.get("/v1/account", &others.access_token).await.json();
        assert_eq!((own.identifiant.as_str(), theirs.identifiant.as_str()), ("claire.martel", "daoud01"));
        assert_eq!(own.kind, session.account.kind);
        // Said twice, a parameter or a field has no meaning: the first, the last and a list are all wrong guesses.
        let twice = h.get("/v1/sync/changes?limit=1&limit=500", &session.access_token).await;
        twice.assert_refused(400, ErrorCode::InvalidRequest);
        let twice = r#"{"code":"a","code":"Soleil-2026","identifiant":"autre.nom"}"#;
        let request = Request::put("/v1/account/identifiant").header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", session.access_token));
        h.send(request.body(twice.into()).unwrap()).await.assert_refused(422, ErrorCode::InvalidRequest);
    })
    .await;
}

async fn serve(h: &Harness, tls: Option<&TlsFiles>) -> Listening {
    let limits = Limits { head: Duration::from_millis(500), ..Limits::default() };
    listen(h.app.clone(), ANY, tls, &HttpOptions { limits, ..HttpOptions::default() }).await.unwrap()
}

/// Everything that comes back until the connection is closed.
async fn talk(address: SocketAddr, said: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said).await.unwrap();
    let mut heard = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await.expect("a bound").unwrap();
    heard
}

#[tokio::test]
async fn a_message_ends_where_everybody_says_it_ends() {
    on_each_engine(|h: Harness| async move {
        let server = serve(&h, None).await;
        let post = "POST /v1/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        let answers = async |said: String| {
            let heard = String::from_utf8(talk(server.address, said.as_bytes()).await).unwrap();
            heard.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].to_owned()).collect::<Vec<_>>()
        };
        let hidden = "GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n";
        // Two lengths: nobody knows where the next request begins, and none is read.
        let two = format!("{post}Content-Length: 2\r\nContent-Length: {}\r\n\r\n{{}}{hidden}", 2 + hidden.len());
        assert_eq!(answers(two).await, ["400"]);
        // Chunks and a length: the chunks say where it ends, or the message is refused whole; the length never does.
        let chunked = "2\r\n{}\r\n0\r\n\r\n";
        let length = chunked.len() + hidden.len();
        let both = format!("{post}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}{hidden}");
        let heard = answers(both).await;
        assert!(heard == ["422", "200"] || heard == ["400"] || heard == ["422"], "{heard:?}");
        let unknown = format!("{post}Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{{}}{hidden}");
        assert_eq!(answers(unknown).await, ["400"]);
        server.close().await.unwrap();
    })
    .await;
}

/// A ClientHello with this version and these ciphers, and no extension that would offer more.
fn hello(version: u16, ciphers: &[u16]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(u16::try_from(2 * ciphers.len()).unwrap().to_be_bytes());
    body.extend(ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()));
    body.extend([1, 0]);
    // supported_groups: X25519, P-256; signature_algorithms: ECDSA with P-256, RSA-PSS and PKCS#1 with SHA-256.
    let extensions = [0, 10, 0, 6, 0, 4, 0, 29, 0, 23, 0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1];
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let mut message = vec![1, 0];
    message.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    message.extend(body);
    let mut record = vec![22, 3, 1];
    record.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
    record.extend(message);
    record
}

const ECDHE_ECDSA_AES_128_GCM: u16 = 0xc02b;
const RSA_AES_128_CBC: u16 = 0x002f;
const ECDHE_ECDSA_AES_128_CBC: u16 = 0xc009;
const RSA_3DES: u16 = 0x000a;
/// A TLS record that is an alert, and one of the handshake.
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

#[tokio::test]
async fn old_versions_of_tls_and_weak_ciphers_are_refused() {
    // Another test of this process may have been first.
    drop(rustls::crypto::ring::default_provider().install_default());
    on_each_engine(|h: Harness| async move {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = TlsFiles { certificate: h.folder().join("cert.pem"), key: h.folder().join("key.pem") };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        let server = serve(&h, Some(&files)).await;
        let answered = async |version, ciphers: &[u16]| first_record(server.address, &hello(version, ciphers)).await;
        assert_eq!(answered(0x0303, &[ECDHE_ECDSA_AES_128_GCM]).await, HANDSHAKE, "TLS 1.2 with a strong cipher");
        for version in [0x0300, 0x0301, 0x0302] {
            assert_eq!(answered(version, &[ECDHE_ECDSA_AES_128_GCM]).await, ALERT, "version {version:x}");
        }
        for cipher in [RSA_AES_128_CBC, ECDHE_ECDSA_AES_128_CBC, RSA_3DES] {
            assert_eq!(answered(0x0303, &[cipher]).await, ALERT, "cipher {cipher:x}");
        }
        server.close().await.unwrap();
    })
    .await;
}

async fn first_record(address: SocketAddr, said: &[u8]) -> u8 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), stream.read_u8()).await.expect("a bound").unwrap()
}
