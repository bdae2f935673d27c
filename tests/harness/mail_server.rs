//! A real mail server, which speaks TLS and asks for a password: aiosmtpd, started by `mail_server.py`.

use crate::Mail;
use anyhow::{Context, Result, bail};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use xtask::places::Places;
use xtask::processes::Running;
use xtask::setup::mail_python;

const READY: Duration = Duration::from_secs(20);
const USER: &str = "preau";

/// How its connections are kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secured {
    /// By STARTTLS, without which it takes nothing.
    StartTls,
    /// From the first byte.
    Wrapped,
}

/// The running server; dropping it ends the process.
#[derive(Debug)]
pub struct MailServer {
    _process: Running,
    folder: TempDir,
    secured: Secured,
    port: u16,
}

impl MailServer {
    /// Starts it on a free port with a certificate of its own authority, for the user `preau` with a password.
    ///
    /// # Errors
    /// When its packages are not installed, or it does not start.
    pub fn start(secured: Secured, password: &str) -> Result<Self> {
        let python = mail_python(&Places::find()?);
        if !python.is_file() {
            bail!("{} is missing: cargo xtask test system", python.display());
        }
        let folder = tempfile::tempdir()?;
        let (certificate, key) = certificate(folder.path())?;
        let mails = folder.path().join("mails");
        std::fs::create_dir(&mails)?;
        let script = Path::new("harness/mail_server.py");
        let mut command = Command::new(python);
        command.arg(script).args(["--user", USER, "--password", password]);
        command.arg("--certificate").arg(certificate).arg("--key").arg(key).arg("--folder").arg(mails);
        if secured == Secured::Wrapped {
            command.arg("--from-the-first-byte");
        }
        let log = folder.path().join("log");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(std::fs::File::create(&log)?);
        let mut process = Running::start(&mut command)?;
        let port = process.wait_for_line(READY, |line| line.trim().parse().ok());
        let port = port.with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Self { _process: process, folder, secured, port })
    }

    /// The settings that make a server send by this one.
    #[must_use]
    pub fn settings(&self, password: &str) -> Vec<(&'static str, String)> {
        let scheme = if self.secured == Secured::Wrapped { "smtps" } else { "smtp" };
        vec![
            ("PREAU_SERVER_SMTP", format!("{scheme}://127.0.0.1:{}", self.port)),
            ("PREAU_SERVER_MAIL_FROM", "preau@exemple.fr".to_owned()),
            ("PREAU_SERVER_SMTP_USER", USER.to_owned()),
            ("PREAU_SERVER_SMTP_PASSWORD", password.to_owned()),
        ]
    }

    /// The variable that makes a process trust its authority, as an administrator's installing it does.
    #[must_use]
    pub fn trust(&self) -> (&'static str, String) {
        ("SSL_CERT_FILE", self.folder.path().join("authority.pem").display().to_string())
    }

    /// The mails it took, in order.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn taken(&self) -> Result<Vec<Mail>> {
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(self.folder.path().join("mails"))? {
            files.push(entry?.path());
        }
        files.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
        files.sort();
        files.iter().map(|path| Mail::parse(&std::fs::read(path)?)).collect()
    }
}

/// Writes an authority, and a certificate of this computer signed by it, with its key.
fn certificate(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(folder.join("authority.pem"), params.self_signed(&key)?.pem())?;
    let (issuer, pair) = (Issuer::new(params, key), KeyPair::generate()?);
    let made = CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&pair, &issuer)?;
    let (certificate, private) = (folder.join("mail.pem"), folder.join("mail.key"));
    std::fs::write(&certificate, made.pem())?;
    std::fs::write(&private, pair.serialize_pem())?;
    Ok((certificate, private))
}
