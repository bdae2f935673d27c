//! The real transport against real sockets: what each wrong thing at the other end is called.

use crate::computer::Computer;
use futures_util::StreamExt;
use preau_client::error::ApiError;
use preau_client::sync::api::Api;
use preau_client::sync::http::HttpConnector;
use preau_client::sync::transport::{Connector, MAX_ANSWER, ServerEvent, Transport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Known to nobody: made for this test, for `localhost`.
const SELF_SIGNED: &[u8] = include_bytes!("self-signed.pem");

/// A listener on a port of its own that answers each connection with these bytes.
async fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_one(stream, answer.clone()));
        }
    });
    address
}

async fn answer_one(mut stream: TcpStream, answer: Vec<u8>) {
    let mut request = [0; 4096];
    let read = stream.read(&mut request).await.expect("a request");
    assert!(read > 0);
    // Whoever has heard enough hangs up.
    if stream.write_all(&answer).await.is_ok() {
        stream.shutdown().await.unwrap_or_default();
    }
}

fn http(status: &str, kind: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn transport(server: &str) -> Arc<dyn Transport> {
    // Another test of this process may have been first.
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
    HttpConnector.connect(server).expect("a transport")
}

async fn checked(server: &str) -> Result<(), ApiError> {
    Api::new(transport(server)).check_server().await
}

#[tokio::test]
async fn what_answers_is_told_apart() {
    let json = "application/json";
    let good = answering(http("200 OK", json, r#"{"product":"preau","version":"0.1.0"}"#)).await;
    assert_eq!(checked(&good).await, Ok(()));
    let portal = "<!doctype html><title>Bienvenue sur le wifi</title>";
    for answer in [
        http("200 OK", json, r#"{"product":"other"}"#),
        http("200 OK", "text/html", portal),
        http("404 Not Found", "text/html", portal),
        b"HTTP/1.1 302 Found\r\nlocation: https://wifi.example/\r\ncontent-length: 0\r\n\r\n".to_vec(),
        http("200 OK", json, &" ".repeat(MAX_ANSWER + 1)),
    ] {
        let start = String::from_utf8_lossy(&answer[..60]).into_owned();
        assert_eq!(checked(&answering(answer).await).await, Err(ApiError::NotPreau), "{start}");
    }
    let gateway = checked(&answering(http("502 Bad Gateway", "text/html", portal)).await).await;
    assert!(matches!(gateway, Err(ApiError::Wait { too_many: false, .. })));
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"product\":".to_vec();
    assert_eq!(checked(&answering(cut).await).await, Err(ApiError::Unreachable));
}

#[tokio::test]
async fn nobody_there_is_not_reached() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    assert_eq!(checked(&format!("http://{address}")).await, Err(ApiError::NotReached));
}

#[tokio::test]
async fn an_unknown_certificate_is_named_as_such() {
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
    let certificate = CertificateDer::from_pem_slice(SELF_SIGNED).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(SELF_SIGNED).expect("a key");
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate], key).expect("a configuration");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        acceptor.accept(stream).await.is_err()
    });
    assert_eq!(checked(&address).await, Err(ApiError::Certificate));
    assert!(serving.await.expect("a server"), "nothing was said to it");
}

#[tokio::test]
async fn events_are_heard_until_the_line_ends() {
    let stream = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n\
        event: heartbeat\ndata: {}\n\nevent: poke\ndata: {\"stream\":\"00000000-0000-0000-0000-00000000000f\"}\n\n\
        event: tomorrow\ndata: {}\n\n"
        .to_vec();
    let line = transport(&answering(stream).await).events("token").await.expect("a line");
    assert_eq!(line.collect::<Vec<_>>().await, [ServerEvent::Heartbeat, ServerEvent::Poke]);
}

#[tokio::test(start_paused = true)]
async fn suggestions_are_for_those_who_are_online() {
    let computer = Computer::new();
    let client = computer.signed_in(preau_client::accounts::views::KeepRequest::MemoryOnly).await;
    assert_eq!(client.suggest_addresses("2 rue").await.expect("suggestions")[0].street, "2 rue des Ormes");
    computer.town.state().down = true;
    let offline = client.suggest_addresses("2 rue").await.map_err(|failure| failure.code).err();
    assert_eq!(offline, Some(preau_client::FailureCode::Offline));
    client.close().await;
}
