//! The program itself: configuration faults, operator's commands with and without a running server, signals.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use program::{PROGRAM, Served, commune, done, program, run};
use serde_json::Value;

/// The status of a request with a JSON body, over a connection of its own.
fn post(url: &str, path: &str, body: &Value) -> u16 {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let body = body.to_string();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n");
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn every_configuration_fault_is_listed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.env("PREAU_SERVER_LISTEN", "0.0.0.0:8443").env("PREAU_SERVER_TLS_CERT", "/nowhere.pem");
    command.env("PREAU_SERVER_DATABASE", "mysql://u:secretpassword@h/d").env("PREAU_SERVER_COLOUR", "blue");
    let output = command.arg("serve").output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8(output.stderr).unwrap();
    for fault in
        ["4 fault(s)", "PREAU_SERVER_COLOUR: no such setting", "tls_key: needed", "database:", "listen: 0.0.0.0:8443"]
    {
        assert!(said.contains(fault), "{fault} in {said}");
    }
    assert!(!said.contains("secretpassword"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn the_interface_is_printed_without_a_configuration() {
    let output = Command::new(PROGRAM).env_clear().arg("openapi").output().unwrap();
    let document: Value = serde_json::from_str(&done(&output)).unwrap();
    assert_eq!(document["info"]["title"], "Préau");
    assert!(document["paths"]["/v1/auth/sign-in"]["post"].is_object());
    assert!(document["components"]["securitySchemes"]["bearer"].is_object());
}

#[test]
fn the_settings_that_the_documentation_shows_are_taken() {
    let documentation = include_str!("../../../docs/operations.md");
    let sample = documentation.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(sample.contains("slug = \"parempuyre\"") && sample.contains("co_holder ="), "{sample}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parempuyre.toml");
    fs::write(&file, sample).unwrap();
    done(&run(&folder.path().join("data"), &["create-commune", file.to_str().unwrap()]));
}

#[test]
fn an_operator_works_with_and_without_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = commune(&folder);
    done(&run(&data, &["migrate"]));
    let first = done(&run(&data, &["create-commune", &file]));
    let served = Served::start(&mut program(&data));
    assert!(served.url.starts_with("http://127.0.0.1:"));
    // A second server is refused, an operator's command goes through the first.
    let second = run(&data, &["serve"]);
    assert!(!second.status.success() && String::from_utf8_lossy(&second.stderr).contains("another preau-server"));
    assert_eq!(done(&run(&data, &["create-commune", &file])), first);
    let agent = ["create-agent", "--commune", "parempuyre", "--identifiant", "agent.desk", "--role", "desk", "--json"];
    let made: Value = serde_json::from_str(&done(&run(&data, &agent))).unwrap();
    assert_eq!(
        (made["identifiant"].as_str(), made["recovery_codes"].as_array().unwrap().len()),
        (Some("agent.desk"), 8)
    );
    let again = run(&data, &agent);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("identifiant: taken"));
    let unknown = run(&data, &["changes", "--commune", "atlantide", "list"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(done(&run(&data, &["changes", "--commune", "parempuyre", "list", "--json"])).trim(), "[]");

    let logged = served.end();
    assert!(!data.join("admin.sock").exists());
    for line in logged.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    }
    for personal in ["agent.desk", made["one_time_code"].as_str().unwrap()] {
        assert!(!logged.contains(personal), "{logged}");
    }
    // And without it, the command does it itself.
    let third = done(&run(&data, &["create-commune", &file]));
    assert_eq!(third, first);
}

const FAMILIES: &str = "\
type;famille;enfant;role;nom;prenom;adresse;complement;code_postal;ville;mobile
famille;F0001;;;;;12 rue des Ormes;Bât. B;33290;Parempuyre;
adulte;F0001;;titulaire;Martel;Claire;;;;;06 12 34 56 78
";

#[test]
fn families_are_imported_and_receive_their_letters() {
    let folder = tempfile::tempdir().unwrap();
    let (data, letters) = (folder.path().join("data"), folder.path().join("letters"));
    let csv = folder.path().join("families.csv");
    done(&run(&data, &["create-commune", &commune(&folder)]));
    let served = Served::start(&mut program(&data));
    let import = ["import-families", "--commune", "parempuyre", csv.to_str().unwrap()];
    fs::write(&csv, FAMILIES.replace("33290", "3329")).unwrap();
    let faulty = run(&data, &import);
    assert_eq!(faulty.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&faulty.stdout).contains("ligne 2"));
    fs::write(&csv, FAMILIES).unwrap();
    let rehearsed = done(&run(&data, &[&import[..], &["--dry-run"]].concat()));
    assert!(rehearsed.contains("rien n'a été écrit"), "{rehearsed}");
    let report: Value = serde_json::from_str(&done(&run(&data, &[&import[..], &["--json"]].concat()))).unwrap();
    assert_eq!(report["accounts_created"], 1);

    let issue = ["letters", "--commune", "parempuyre", "--out", letters.to_str().unwrap(), "--text", "--json"];
    let letter: Value = serde_json::from_str(&done(&run(&data, &issue))).unwrap();
    let (identifiant, code) = (letter["identifiant"].as_str().unwrap(), letter["code"].as_str().unwrap());
    let file = fs::read_dir(&letters).unwrap().next().unwrap().unwrap().path();
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains(identifiant) && written.contains(code), "{written}");
    let unknown = run(&data, &["letters", "--commune", "parempuyre", "--json", "--family", "F9999"]);
    assert_eq!(unknown.status.code(), Some(2));
    // The same again makes nobody's letter void: nothing is issued while it opens, or while its file is there.
    let again = done(&run(&data, &issue[..6]));
    assert!(again.contains("0 lettres") && again.contains("1 comptes gardent"), "{again}");
    let replacing = run(&data, &[&issue[..6], &["--again"]].concat());
    assert_eq!(replacing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&replacing.stderr).contains("F0001-martel01.txt: exists"));
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    let elsewhere = folder.path().join("families.csv").join("letters");
    let nowhere = ["letters", "--commune", "parempuyre", "--out", elsewhere.to_str().unwrap(), "--text", "--again"];
    assert_eq!(run(&data, &nowhere).status.code(), Some(1), "not a folder");
    if cfg!(not(feature = "paper")) {
        // Without its press the program says so before it issues a code that nobody could read.
        let unprinted = run(&data, &[&issue[..5], &["--again"]].concat());
        assert_eq!(unprinted.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&unprinted.stderr).contains("use --text"));
    }
    let body =
        serde_json::json!({ "commune": "parempuyre", "identifiant": identifiant, "code": code, "device_label": "PC" });
    assert_eq!(post(&served.url, "/v1/auth/sign-in", &body), 200, "the letter still opens");
    let sound = done(&run(&data, &["check"]));
    assert!(!sound.contains("violations"), "{sound}");
    let logged = served.end();
    for personal in [identifiant, code, "Martel", "Ormes"] {
        assert!(!logged.contains(personal), "{logged}");
    }
}

#[tokio::test]
async fn a_violation_has_an_exit_code_of_its_own() {
    use sqlx::Connection;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    done(&run(&data, &["create-commune", &commune(&folder)]));
    done(&run(&data, &["check"]));
    let url = format!("sqlite:{}", data.join("preau.sqlite").display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("UPDATE commune SET audit_seq = audit_seq + 1").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let unsound = run(&data, &["check"]);
    assert_eq!(unsound.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&unsound.stdout).contains("the audit's chain is whole: 1 violations"));
    assert_eq!(run(&folder.path().join("nothing"), &["check"]).status.code(), Some(1), "not a violation");
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = commune(&folder);
    let mut served = Served::start(&mut program(&data));
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    assert!(data.join("admin.sock").exists());
    done(&run(&data, &["create-commune", &file]));
    Served::start(&mut program(&data)).end();
}

#[test]
fn the_secret_and_the_socket_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let served = Served::start(&mut program(&data));
    for (path, expected) in [("", 0o700), ("secret.key", 0o600), ("admin.sock", 0o600)] {
        let mode = fs::metadata(data.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, expected, "{path}");
    }
    served.end();
}

#[tokio::test]
async fn a_renewed_certificate_is_served_after_a_hang_up() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let write = || {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap()
    };
    let first = write();
    let mut command = program(&folder.path().join("data"));
    command.env("PREAU_SERVER_TLS_CERT", &certificate).env("PREAU_SERVER_TLS_KEY", &key);
    let served = Served::start(&mut command);
    let url = served.url.replace("127.0.0.1", "localhost") + "/v1/server";
    let ask = async |known: &reqwest::Certificate| {
        let client = reqwest::Client::builder().tls_certs_only([known.clone()]).no_proxy().build().unwrap();
        client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success())
    };
    assert!(ask(&first).await);
    let second = write();
    assert!(!ask(&second).await);
    served.signal("-HUP");
    let since = Instant::now();
    while !ask(&second).await {
        assert!(since.elapsed() < Duration::from_secs(20), "the certificate is not read again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!ask(&first).await);
    served.end();
}
