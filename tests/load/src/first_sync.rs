//! The first synchronisation of a family with many rows, on a computer that has nothing yet.

use crate::people::CODE;
use crate::spread::middle;
use anyhow::{Result, ensure};
use harness::computer::refused;
use harness::{Computer, Town};
use preau_client::sync::views::SyncStateView;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use xtask::demo_families::{SLUG, families};

const ROUNDS: usize = 7;
const STEP: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(60);

/// Measures from the open session to everything read, swapped in and compared, and to the home page's answer.
pub async fn measure(rows: usize) -> Result<Value> {
    let town = Town::with_families(6)?;
    town.import(SLUG, &many_contacts(rows))?;
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let server = town.serve()?;
    let api = server.api()?;
    let session = api.first_login(SLUG, &letter, CODE).await?;
    let pages = api.pull(&session.token, "", 500).await?;
    let served: usize = pages.iter().map(|page| page.upserts.len()).sum();
    ensure!(served >= rows, "the family has {served} rows");
    let (mut whole, mut home) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let computer = Computer::new(&server.address)?;
        let client = computer.sign_in(&letter.identifiant, CODE).await.map_err(|code| anyhow::anyhow!("{code:?}"))?;
        let since = Instant::now();
        loop {
            let status = client.sync_status().await.map_err(refused)?;
            if status.state == SyncStateView::UpToDate {
                break;
            }
            ensure!(since.elapsed() < LONGEST, "not read within {LONGEST:?}: {status:?}");
            tokio::time::sleep(STEP).await;
        }
        whole.push(since.elapsed().as_secs_f64() * 1000.0);
        let since = Instant::now();
        let shown = client.home().await.map_err(refused)?;
        home.push(since.elapsed().as_secs_f64() * 1000.0);
        ensure!(shown.first_name == "Claire", "the home page names its person");
        client.close().await;
    }
    server.stop();
    Ok(json!({ "rows": served, "sync_ms": middle(whole), "home_ms": middle(home), "pages": pages.len() }))
}

/// F0001 with as many contacts as are missing to so many rows.
fn many_contacts(rows: usize) -> String {
    let file = families(6);
    let columns: Vec<&str> = file.lines().next().unwrap_or_default().split(';').collect();
    let mut more = file.clone();
    for n in 0..rows {
        let cell = |column: &&str| match *column {
            "type" => "contact".to_owned(),
            "famille" => "F0001".to_owned(),
            "nom" => format!("Contact{}", letters(n)),
            "prenom" => "Camille".to_owned(),
            "lien" => "voisine".to_owned(),
            "telephone" => format!("05 36 49 {:02} {:02}", n / 100 % 100, n % 100),
            "recupere" | "urgence" => "non".to_owned(),
            _ => String::new(),
        };
        let line: Vec<String> = columns.iter().map(cell).collect();
        writeln!(more, "{}", line.join(";")).expect("a text grows");
    }
    more
}

/// A name for a number.
fn letters(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
        if number == 0 {
            return name;
        }
    }
}
