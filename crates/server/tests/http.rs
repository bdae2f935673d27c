//! The HTTP layer: one body for every refusal, bounds, TLS, addresses, an orderly end.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Request, StatusCode, header};
use preau_protocol::ErrorCode;
use preau_protocol::family::AddressSuggestionsDto;
use preau_server::addresses::{AddressBase, AddressBaseOptions};
use preau_server::http::{HttpOptions, Limits, Listening, ShownMetrics, TlsFiles, api, listen, listen_metrics, router};
use support::{Harness, on_each_engine};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[tokio::test]
async fn every_refusal_has_the_same_body() {
    on_each_engine(|h: Harness| async move {
        let sign_in = || Request::post("/v1/auth/sign-in");
        let json = || sign_in().header(header::CONTENT_TYPE, "application/json");
        let large = format!("\"{}\"", "x".repeat(1024 * 1024));
        for (what, request, status, code, unreadable) in [
            ("unknown route", Request::get("/nothing").body(Body::empty()), 404, ErrorCode::NotFound, false),
            (
                "wrong method",
                Request::get("/v1/auth/sign-in").body(Body::empty()),
                405,
                ErrorCode::InvalidRequest,
                false,
            ),
            ("no type", sign_in().body("{}".into()), 415, ErrorCode::InvalidRequest, true),
            ("no JSON", json().body("{".into()), 400, ErrorCode::InvalidRequest, true),
            ("other JSON", json().body("{}".into()), 422, ErrorCode::InvalidRequest, true),
            ("no body", json().body(Body::empty()), 400, ErrorCode::InvalidRequest, true),
            ("not UTF-8", json().body(vec![b'"', 0xff, b'"'].into()), 400, ErrorCode::InvalidRequest, true),
            ("too large", json().body(large.into()), 413, ErrorCode::TooLarge, false),
            ("no token", Request::get("/v1/account").body(Body::empty()), 401, ErrorCode::SignInRequired, false),
        ] {
            let answer = h.send(request.unwrap()).await;
            assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
            answer.assert_refused(status, code);
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&answer.body).unwrap();
            let keys: &[&str] = if unreadable { &["code", "fields", "request_id"] } else { &["code", "request_id"] };
            assert_eq!(object.keys().collect::<Vec<_>>(), keys, "{what}");
            let fields = answer.error().fields;
            let fields: Vec<(&str, &str)> = fields.iter().map(|f| (f.field.as_str(), f.rule.as_str())).collect();
            assert_eq!(fields, if unreadable { vec![("body", "invalid")] } else { vec![] }, "{what}");
            assert_eq!(answer.headers["x-request-id"], answer.error().request_id.to_string().as_str());
        }
        let answer = h.get("/v1/account/devices/not-an-id", "x").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers[header::ALLOW], "DELETE");
        answer.error();
    })
    .await;
}

#[tokio::test]
async fn a_text_that_an_engine_cannot_keep_is_nobodys() {
    on_each_engine(|h: Harness| async move {
        let session = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let sign_in = support::sign_in_request("parem\0puyre", "martel01", support::CODE);
        h.sign_in(&sign_in).await.assert_refused(401, ErrorCode::SignInRefused);
        h.get("/v1/communes/parem%00puyre", "").await.assert_refused(404, ErrorCode::NotFound);
        // A position inside a version: form, epoch, stream, version, length of the kind, kind, entity.
        let cursor = |kind: &[u8; 2]| [&[1][..], &[0; 32], &[1, 2], kind, &[0; 16]].concat();
        let path = format!("/v1/sync/changes?cursor={}", URL_SAFE_NO_PAD.encode(cursor(b"ab")));
        h.get(&path, &session.access_token).await.json::<serde_json::Value>();
        let cursor = cursor(b"a\0");
        let path = format!("/v1/sync/changes?cursor={}", URL_SAFE_NO_PAD.encode(cursor));
        h.get(&path, &session.access_token).await.assert_refused(400, ErrorCode::InvalidRequest);
    })
    .await;
}

#[tokio::test]
async fn every_answer_is_dressed() {
    on_each_engine(|h: Harness| async move {
        for path in ["/health", "/ready", "/v1/server", "/nothing"] {
            let answer = h.get(path, "").await;
            for header in ["x-request-id", "cache-control", "x-content-type-options", "content-security-policy"] {
                assert!(answer.headers.contains_key(header), "{path} {header}");
            }
        }
        let answer = h.get("/v1/server", "").await;
        assert_eq!(answer.json::<serde_json::Value>()["product"], "preau");
        h.get("/health", "").await.assert_done();
        h.get("/ready", "").await.assert_done();
        // A caller's own request id is not taken over.
        let request = Request::get("/health").header("x-request-id", "mine").body(Body::empty()).unwrap();
        assert_ne!(h.send(request).await.headers["x-request-id"], "mine");
        h.app.closing.cancel();
        h.get("/ready", "").await.assert_refused(503, ErrorCode::Busy);
    })
    .await;
}

#[tokio::test]
async fn metrics_are_not_for_others() {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
    on_each_engine(move |h: Harness| {
        let metrics = metrics.clone();
        async move {
            h.get("/metrics", "").await.assert_refused(404, ErrorCode::NotFound);
            let shown = ShownMetrics(Some(metrics.clone()));
            let options = HttpOptions { metrics: shown, ..HttpOptions::default() };
            let server = listen(h.app.clone(), ANY, None, &options).await.unwrap();
            let own = listen_metrics(metrics, &h.app, ANY).await.unwrap();
            let ask = |header: &str| format!("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n");
            assert!(talk(server.address, &ask("")).await.starts_with("HTTP/1.1 200"));
            assert!(talk(own.address, &ask("")).await.starts_with("HTTP/1.1 200"));
            // Through a proxy on this computer it would be anybody.
            let forwarded = ask("X-Forwarded-For: 192.0.2.7\r\n");
            assert!(talk(server.address, &forwarded).await.starts_with("HTTP/1.1 404"));
            server.close().await.unwrap();
            own.close().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_route_asks_for_a_token_before_anything_else() {
    on_each_engine(|h: Harness| async move {
        let (_, document) = api();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                // A path, query and body that nothing can read: whoever has no token learns nothing of them.
                let path = format!("{}?limit=x", path.replace(['{', '}'], ""));
                let answer = h.call(method.clone(), &path, None, Some(&0)).await;
                assert_eq!(answer.status == StatusCode::UNAUTHORIZED, operation.security.is_some(), "{method} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn methods_are_mounted_exactly_as_described() {
    on_each_engine(|h: Harness| async move {
        let (_, document) = api();
        for (path, item) in &document.paths.paths {
            let described = [
                (Method::GET, item.get.is_some()),
                (Method::PUT, item.put.is_some()),
                (Method::POST, item.post.is_some()),
                (Method::DELETE, item.delete.is_some()),
                (Method::PATCH, item.patch.is_some()),
            ];
            for (method, described) in described {
                let path = path.replace(['{', '}'], "");
                let answer = h.call(method.clone(), &path, None, None::<&()>).await;
                assert_eq!(answer.status != StatusCode::METHOD_NOT_ALLOWED, described, "{method} {path}");
            }
        }
    })
    .await;
}

#[test]
fn a_route_is_mounted_only_with_its_description() {
    let mut faults = Vec::new();
    let mut folders = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            // The metrics' own listener is no part of the interface.
            let undescribed = text.lines().filter(|line| line.contains(".route(") || line.contains(".nest("));
            let undescribed = undescribed.filter(|line| !line.contains("\"/metrics\""));
            faults.extend(undescribed.map(|line| format!("{}: {line}", entry.display())));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

async fn serve(h: &Harness, limits: Limits, tls: Option<&TlsFiles>) -> Listening {
    let options = HttpOptions { limits, ..HttpOptions::default() };
    listen(h.app.clone(), ANY, tls, &options).await.unwrap()
}

/// Everything the server sends until it closes the connection.
async fn talk(address: SocketAddr, said: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await.expect("a bound").unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn slow_callers_are_let_go() {
    on_each_engine(|h: Harness| async move {
        let short = Duration::from_millis(200);
        let limits = Limits { head: short, request: short, ..Limits::default() };
        let server = serve(&h, limits, None).await;
        let address = server.address;
        assert_eq!(talk(address, "").await, "", "a connection that says nothing");
        let heard = talk(address, "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408"), "a head that does not end: {heard}");
        let heard = talk(address, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(heard.starts_with("HTTP/1.1 204"), "a connection kept open for nothing: {heard}");
        let head = "POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        let heard = talk(address, head).await;
        assert!(heard.starts_with("HTTP/1.1 503") && heard.contains("\"busy\""), "a body that does not come: {heard}");
        assert!(heard.to_lowercase().contains("retry-after: "), "{heard}");
        server.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn connections_are_bounded() {
    on_each_engine(|h: Harness| async move {
        let server = serve(&h, Limits { connections: 2, ..Limits::default() }, None).await;
        let ask = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
        let mut kept = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(ask.as_bytes()).await.unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).await.unwrap();
            kept.push(stream);
        }
        let mut third = TcpStream::connect(server.address).await.unwrap();
        let mut heard = Vec::new();
        // Closed at once: an end, or a reset where something was under way.
        let refused = third.read_to_end(&mut heard).await.map_or(true, |bytes| bytes == 0);
        assert!(refused, "{heard:?}");
        drop(kept);
        server.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_end() {
    on_each_engine(|h: Harness| async move {
        let server = serve(&h, Limits { shutdown: Duration::from_secs(10), ..Limits::default() }, None).await;
        let address = server.address;
        let body = r#"{"commune":"x","identifiant":"nobody01","code":"x","device_label":"PC"}"#;
        let (first, rest) = body.split_at(10);
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The handler reads the body: the request is under way.
        let mut heard = [0; 25];
        stream.read_exact(&mut heard).await.unwrap();
        assert!(heard.starts_with(b"HTTP/1.1 100"));
        stream.write_all(first.as_bytes()).await.unwrap();
        let closing = h.app.closing.clone();
        let ended = tokio::spawn(server.close());
        closing.cancelled().await;
        stream.write_all(rest.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        assert!(heard.starts_with(b"HTTP/1.1 401"), "{}", String::from_utf8_lossy(&heard));
        ended.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    })
    .await;
}

#[tokio::test]
async fn a_caller_that_never_ends_does_not_hold_the_server() {
    on_each_engine(|h: Harness| async move {
        let server = serve(&h, Limits { shutdown: Duration::from_millis(200), ..Limits::default() }, None).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream
            .write_all(b"POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            .await
            .unwrap();
        stream.write_all(b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n").await.unwrap();
        let mut heard = [0; 25];
        stream.read_exact(&mut heard).await.unwrap();
        tokio::time::timeout(Duration::from_secs(10), server.close()).await.expect("a bound").unwrap();
    })
    .await;
}

#[tokio::test]
async fn events_end_with_the_server() {
    on_each_engine(|h: Harness| async move {
        let session = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let server = serve(&h, Limits { shutdown: Duration::from_secs(600), ..Limits::default() }, None).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let token = &session.access_token;
        let ask = format!(
            "GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut heard = [0; 15];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"HTTP/1.1 200 OK");
        tokio::time::timeout(Duration::from_secs(10), server.close()).await.expect("a bound").unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert!(rest.contains("text/event-stream") && !rest.contains("content-encoding"), "{rest}");
    })
    .await;
}

fn certificate(folder: &std::path::Path) -> (TlsFiles, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.pem())
}

fn install_tls() {
    // Another test of this process may have been first.
    drop(rustls::crypto::ring::default_provider().install_default());
}

#[tokio::test]
async fn tls_is_served_from_files() {
    install_tls();
    on_each_engine(|h: Harness| async move {
        let (files, pem) = certificate(h.folder());
        let server = serve(&h, Limits::default(), Some(&files)).await;
        assert!(server.url().starts_with("https://127.0.0.1:"));
        let known = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
        let url = format!("https://localhost:{}/v1/server", server.address.port());
        let client = reqwest::Client::builder().tls_certs_only([known]).no_proxy();
        let client = client.resolve("localhost", server.address).build().unwrap();
        let answer = client.get(&url).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (200, http::Version::HTTP_2));
        let (_, other) = certificate(&tempfile::tempdir().unwrap().keep());
        let other = reqwest::Certificate::from_pem(other.as_bytes()).unwrap();
        let stranger =
            reqwest::Client::builder().tls_certs_only([other]).no_proxy().resolve("localhost", server.address);
        assert!(stranger.build().unwrap().get(&url).send().await.is_err());
        let plain = talk(server.address, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(!plain.starts_with("HTTP/1.1 2"), "{plain}");
        let missing = TlsFiles { certificate: "/nowhere".into(), key: "/nowhere".into() };
        assert!(listen(h.app.clone(), ANY, Some(&missing), &HttpOptions::default()).await.is_err());
        drop(client);
        server.close().await.unwrap();
    })
    .await;
}

/// An address base of our own: what it answers depends on what is asked.
async fn address_base() -> (SocketAddr, tokio::task::JoinHandle<()>) {
    async fn search(axum::extract::RawQuery(query): axum::extract::RawQuery) -> axum::response::Response {
        use axum::response::IntoResponse;
        let query = query.unwrap_or_default();
        if query.contains("redirect") {
            return (StatusCode::FOUND, [(header::LOCATION, "http://example.org/")]).into_response();
        }
        if query.contains("broken") {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        if query.contains("endless") {
            return "x".repeat(10 * 1024 * 1024).into_response();
        }
        if query.contains("silent") {
            std::future::pending::<()>().await;
        }
        assert!(query.contains("limit=5") && query.contains("autocomplete=1"), "{query}");
        let place = |name: &str, kind: &str| {
            serde_json::json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [-0.604, 44.95] },
                "properties": { "label": name, "name": name, "postcode": "33290", "city": "Parempuyre", "type": kind } })
        };
        let features = [place("12 Rue du Port", "housenumber"), place("Parempuyre", "municipality")];
        axum::Json(serde_json::json!({ "type": "FeatureCollection", "features": features })).into_response()
    }
    let listener = tokio::net::TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = axum::serve(listener, Router::new().route("/search", get(search)));
    (address, tokio::spawn(async move { served.await.unwrap() }))
}

#[tokio::test]
async fn addresses_come_from_the_base_or_are_said_to_be_unavailable() {
    install_tls();
    on_each_engine(|mut h: Harness| async move {
        let session = h.enrol(&h.adult(&h.town("parempuyre").await, "martel01").await).await;
        let token = session.access_token.as_str();
        h.get("/v1/addresses?q=rue+du+port", token).await.assert_refused(503, ErrorCode::AddressLookupUnavailable);

        let (address, base) = address_base().await;
        let geocoder = format!("http://{address}/search").parse().unwrap();
        let mut app = h.app.clone();
        let options = AddressBaseOptions { geocoder, patience: Duration::from_millis(300) };
        app.addresses = std::sync::Arc::new(AddressBase::open(options).unwrap());
        h.router = router(app, &HttpOptions::default());
        let found: AddressSuggestionsDto = h.get("/v1/addresses?q=12+rue+du+port", token).await.json();
        assert_eq!(found.suggestions.len(), 1);
        assert_eq!(
            (found.suggestions[0].street.as_str(), found.suggestions[0].city.as_str()),
            ("12 Rue du Port", "Parempuyre")
        );
        for asked in ["redirect", "broken", "endless", "silent"] {
            let answer = h.get(&format!("/v1/addresses?q={asked}"), token).await;
            answer.assert_refused(503, ErrorCode::AddressLookupUnavailable);
        }
        for asked in ["", "?q=", "?q=ab", &format!("?q={}", "x".repeat(201))] {
            h.get(&format!("/v1/addresses{asked}"), token).await.assert_refused(400, ErrorCode::InvalidRequest);
        }
        h.get("/v1/addresses?q=rue", "").await.assert_refused(401, ErrorCode::SignInRequired);
        base.abort();
        // What was found before is still known.
        h.get("/v1/addresses?q=12+Rue+du+Port", token).await.json::<AddressSuggestionsDto>();
        h.get("/v1/addresses?q=rue+neuve", token).await.assert_refused(503, ErrorCode::AddressLookupUnavailable);
    })
    .await;
}
