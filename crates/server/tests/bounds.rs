//! What one caller may hold or ask for: lines of events, look-ups of addresses; on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::{Request, StatusCode, header};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::SessionDto;
use preau_server::addresses::{AddressBase, AddressBaseOptions};
use preau_server::http::{HttpOptions, Limits, router};
use support::{CODE, Harness, on_each_engine};
use tower::ServiceExt;

const SECOND: Duration = Duration::from_secs(1);

/// A line of events, if one is given.
async fn line(router: &Router, session: &SessionDto) -> Option<BodyDataStream> {
    let request = Request::get("/v1/events").header(header::AUTHORIZATION, format!("Bearer {}", session.access_token));
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
        assert!(answer.headers().contains_key(header::RETRY_AFTER));
        return None;
    }
    assert_eq!(answer.status(), StatusCode::OK);
    Some(answer.into_body().into_data_stream())
}

/// What comes next, once there is news; nothing where the line has ended.
async fn heard(line: &mut BodyDataStream) -> Option<String> {
    let next = tokio::time::timeout(Duration::from_secs(30), line.next()).await.expect("an event or the end");
    next.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn a_third_line_of_a_device_ends_its_oldest() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        let first = h.enrol(&adult).await;
        let second: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        let router = router(h.app.clone(), &HttpOptions::default());
        let mut other = line(&router, &second).await.unwrap();
        let mut lines = Vec::new();
        for _ in 0..3 {
            lines.push(line(&router, &first).await.unwrap());
        }
        h.app.pokes.send(&BTreeSet::from([(adult.commune, adult.family)]));
        assert_eq!(heard(&mut lines[0]).await, None);
        for line in lines.iter_mut().skip(1).chain([&mut other]) {
            let event = heard(line).await.expect("an event");
            assert!(event.contains("poke") && event.contains(&adult.family.to_string()), "{event}");
        }
    })
    .await;
}

#[tokio::test]
async fn requests_keep_a_quarter_of_the_connections() {
    on_each_engine(|h: Harness| async move {
        let adult = h.adult(&h.town("parempuyre").await, "martel01").await;
        h.enrol(&adult).await;
        let limits = Limits { connections: 4, ..Limits::default() };
        let router = router(h.app.clone(), &HttpOptions { limits, ..HttpOptions::default() });
        let mut lines = Vec::new();
        for _ in 0..3 {
            let session: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
            lines.push(line(&router, &session).await.unwrap());
        }
        let session: SessionDto = h.sign_in(&adult.request(CODE)).await.json();
        assert!(line(&router, &session).await.is_none());
        lines.pop();
        assert!(line(&router, &session).await.is_some(), "a place that is free is given again");
    })
    .await;
}

#[tokio::test]
async fn one_account_looks_up_thirty_addresses_a_minute() {
    drop(rustls::crypto::ring::default_provider().install_default());
    on_each_engine(|mut h: Harness| async move {
        let town = h.town("parempuyre").await;
        let claire = h.enrol(&h.adult(&town, "martel01").await).await;
        let karim = h.enrol(&h.adult(&town, "daoud01").await).await;
        // An address base that nobody serves: what counts is that it is asked.
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let geocoder = format!("http://{nobody}/search").parse().unwrap();
        let mut app = h.app.clone();
        app.addresses = Arc::new(AddressBase::open(AddressBaseOptions { geocoder, patience: SECOND }).unwrap());
        h.router = router(app, &HttpOptions::default());
        let ask = async |session: &SessionDto| h.get("/v1/addresses?q=rue+du+port", &session.access_token).await;
        for _ in 0..30 {
            ask(&claire).await.assert_refused(503, ErrorCode::AddressLookupUnavailable);
        }
        let answer = ask(&claire).await;
        answer.assert_refused(429, ErrorCode::TooManyAttempts);
        assert_eq!(answer.retry_after(), Some(3));
        ask(&karim).await.assert_refused(503, ErrorCode::AddressLookupUnavailable);
        h.clock.advance(3 * SECOND);
        ask(&claire).await.assert_refused(503, ErrorCode::AddressLookupUnavailable);
    })
    .await;
}
