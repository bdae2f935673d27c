//! The program, spawned as an operator spawns it.

#![allow(dead_code)] // each test crate uses its part

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_preau-server");

pub fn program(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    // Nothing of the developer's own environment.
    command.env_clear().env("PREAU_SERVER_DATA", data).env("PREAU_SERVER_LISTEN", "127.0.0.1:0");
    command
}

pub fn run(data: &Path, arguments: &[&str]) -> Output {
    program(data).args(arguments).output().unwrap()
}

#[track_caller]
pub fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A running server, ended by `Drop`.
pub struct Served {
    pub child: Child,
    pub url: String,
}

impl Served {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        Self { url: first["listening"].as_str().unwrap().to_owned(), child }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Ends it as an operator does; what it logged.
    pub fn end(mut self) -> String {
        self.signal("-TERM");
        let mut logged = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
        assert!(self.child.wait().unwrap().success(), "{logged}");
        logged
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

const COMMUNE: &str = r#"
slug = "parempuyre"
name = "Parempuyre"
postcode = "33290"
welcome = "Bienvenue"
new_resident = "Passez nous voir."

[contact]
label = "Pôle enfance jeunesse"
phone = "05 36 49 00 00"
email = "pej@example.org"
"#;

pub fn commune(folder: &TempDir) -> String {
    let path = folder.path().join("commune.toml");
    fs::write(&path, COMMUNE).unwrap();
    path.to_str().unwrap().to_owned()
}
