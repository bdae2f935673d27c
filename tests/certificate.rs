//! A certificate renewed while families are connected: they go on, whoever comes new meets the new one, and a renewal
//! that went wrong changes nothing.

use anyhow::{Context, Result, ensure};
use harness::driven::Line;
use harness::{Driven, Town, wait_for};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::tls::TlsInfo;
use std::path::{Path, PathBuf};
use xtask::demo_families::SLUG;

const COMPUTER: &str = env!("CARGO_BIN_EXE_preau-test-computer");

/// Who signs the town's certificates, trusted by its families' computers.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
    pem: String,
}

impl Authority {
    fn new(folder: &Path) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key)?.pem();
        let file = folder.join("authority.pem");
        std::fs::write(&file, &pem)?;
        Ok(Self { issuer: Issuer::new(params, key), file, pem })
    }

    /// Writes a new certificate of the town and its key over those there are; gives the certificate's bytes.
    fn renew(&self, certificate: &Path, key: &Path) -> Result<Vec<u8>> {
        let pair = KeyPair::generate()?;
        let made = CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&pair, &self.issuer)?;
        std::fs::write(key, pair.serialize_pem())?;
        std::fs::write(certificate, made.pem())?;
        Ok(made.der().to_vec())
    }
}

/// The certificate that a new connection is shown.
async fn shown(address: &str, authority: &Authority) -> Result<Vec<u8>> {
    let known = reqwest::Certificate::from_pem(authority.pem.as_bytes())?;
    let client = reqwest::Client::builder().tls_certs_only([known]).tls_info(true).no_proxy().build()?;
    let answer = client.get(format!("{address}/v1/server")).send().await?.error_for_status()?;
    let info = answer.extensions().get::<TlsInfo>().context("what TLS knows")?;
    Ok(info.peer_certificate().context("a certificate")?.to_vec())
}

/// So many answers more, and nothing between the computer and the town meanwhile.
fn goes_on(computer: &mut Driven, answers: usize) -> Result<()> {
    let heard = computer.listen(answers, |line| matches!(line, Line::Answered { .. }))?;
    let troubles: Vec<_> = heard.iter().filter(|line| matches!(line, Line::Trouble { .. })).collect();
    ensure!(troubles.is_empty(), "{troubles:?}");
    Ok(())
}

#[tokio::test]
async fn a_certificate_is_renewed_while_families_are_connected() -> Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let folder = tempfile::tempdir()?;
    let (certificate, key) = (folder.path().join("town.pem"), folder.path().join("town.key"));
    let authority = Authority::new(folder.path())?;
    let first = authority.renew(&certificate, &key)?;
    let mut town = Town::with_families(2)?;
    town.set_tls(&certificate, &key);
    let letters = [town.letters(SLUG, "F0001")?.remove(0), town.letters(SLUG, "F0002")?.remove(0)];
    let server = town.serve()?;
    ensure!(server.address.starts_with("https://"), "{}", server.address);
    let mut computers = Vec::new();
    for (letter, seed) in letters.iter().zip(0..) {
        let mut computer = Driven::new(COMPUTER, &server.address, letter)?;
        computer.trust(&authority.file);
        computer.start(seed)?;
        computer.listen(2, |line| matches!(line, Line::Answered { .. }))?;
        computers.push(computer);
    }
    ensure!(shown(&server.address, &authority).await? == first, "the first certificate");

    let second = authority.renew(&certificate, &key)?;
    server.hang_up()?;
    wait_for("the new certificate", async || Ok((shown(&server.address, &authority).await? == second).then_some(())))
        .await?;
    computers.iter_mut().try_for_each(|computer| goes_on(computer, 5))?;

    std::fs::write(&certificate, "-----BEGIN CERTIFICATE-----\nhalf of a file")?;
    server.hang_up()?;
    wait_for("a word about it", async || {
        let log = std::fs::read_to_string(town.log())?;
        Ok(log.contains("the certificate cannot be read; the one in use stays").then_some(()))
    })
    .await?;
    ensure!(shown(&server.address, &authority).await? == second, "the one in use stays");
    computers.iter_mut().try_for_each(|computer| goes_on(computer, 5))?;

    // Whoever starts anew meets the renewed one, and trusts it.
    computers[1].kill()?;
    computers[1].start(7)?;
    goes_on(&mut computers[1], 5)?;
    for mut computer in computers {
        computer.rest().await?;
    }
    town.run(&["check"])?;
    server.stop();
    Ok(())
}
