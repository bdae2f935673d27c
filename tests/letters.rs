//! Letters through the program, as a clerk prints them, read back by other people's tools.

use anyhow::{Context, Result, ensure};
use harness::{Letter, Town};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use xtask::demo_families::SLUG;

fn ask(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| program.to_owned())?;
    ensure!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The text of a PDF, and how many pages it has; it is tagged, for a screen reader.
fn read(pdf: &Path) -> Result<(String, usize)> {
    let path = pdf.display().to_string();
    let info = ask("pdfinfo", &[&path])?;
    let line = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).map(str::to_owned);
    ensure!(line("Tagged:").as_deref() == Some("yes"), "{info}");
    let pages = line("Pages:").context("a number of pages")?.parse()?;
    Ok((ask("pdftotext", &["-layout", &path, "-"])?, pages))
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[tokio::test]
async fn a_town_s_letters_are_one_pdf_whose_codes_open() -> Result<()> {
    let town = Town::with_families(5)?;
    let folder = town.folder().join("lettres");
    let out = folder.display().to_string();
    let printed = town.run(&["letters", "--commune", SLUG, "--out", &out, "--json"])?;
    let letters: Vec<Value> = printed.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let files = names(&folder)?;
    assert!(files.len() == 1 && files.iter().all(|name| name.starts_with("lettres-") && name.ends_with("-001.pdf")));
    let (text, pages) = read(&folder.join(files.first().context("a file")?))?;
    assert_eq!(pages, letters.len(), "a page each");
    for letter in &letters {
        let field = |name: &str| letter[name].as_str().unwrap_or_default();
        assert_eq!(text.matches(field("code")).count(), 1, "{}", field("identifiant"));
        assert!(text.contains(field("identifiant")) && text.contains(field("person")));
    }
    let server = town.serve()?;
    let first = &letters[0];
    let (identifiant, code) = (first["identifiant"].as_str().context("i")?, first["code"].as_str().context("c")?);
    server.api()?.sign_in(SLUG, identifiant, code, None).await?;
    Ok(())
}

#[test]
fn a_family_at_the_counter_gets_a_file_each_or_plain_text() -> Result<()> {
    let town = Town::with_families(1)?;
    let folder = town.folder().join("guichet");
    let out = folder.display().to_string();
    town.run(&["letters", "--commune", SLUG, "--family", "F0001", "--out", &out])?;
    let files = names(&folder)?;
    assert!(
        files.len() == 2 && files.iter().all(|name| name.starts_with("F0001-") && name.ends_with(".pdf")),
        "{files:?}"
    );
    for file in &files {
        assert_eq!(read(&folder.join(file))?.1, 1);
    }
    // None is ever replaced, and no code issued in vain.
    let again = town.command(&["letters", "--commune", SLUG, "--family", "F0001", "--out", &out]).output()?;
    assert_eq!(again.status.code(), Some(2), "{}", String::from_utf8_lossy(&again.stderr));
    town.run(&["letters", "--commune", SLUG, "--family", "F0001", "--out", &out, "--text"])?;
    let texts: Vec<String> = names(&folder)?.into_iter().filter(|name| name.ends_with(".txt")).collect();
    assert_eq!(texts.len(), 2);
    assert!(std::fs::read_to_string(folder.join(&texts[0]))?.contains("Votre code secret"));
    Ok(())
}

#[tokio::test]
async fn an_agent_prints_a_letter_that_opens() -> Result<()> {
    let town = Town::with_families(1)?;
    let before = town.letters(SLUG, "F0001")?.remove(0);
    let agent = ["create-agent", "--commune", SLUG, "--identifiant", "accueil", "--role", "desk", "--json"];
    let agent = town.run(&agent)?;
    let server = town.serve()?;
    let api = server.api()?;
    let agent = api.first_agent_login(SLUG, &agent, "Marronnier-2026").await?;
    let families = api.get("/v1/agent/families?q=F0001", &agent.token).await?.success()?;
    let family = families.body[0]["family_id"].as_str().context("a family")?;
    let record = api.get(&format!("/v1/agent/families/{family}"), &agent.token).await?.success()?;
    let adults = record.body["adults"].as_array().context("adults")?;
    let named = |adult: &&Value| {
        let name = |of: &str| adult[of].as_str().unwrap_or_default().to_owned();
        format!("{} {}", name("first_name"), name("last_name")) == before.person
    };
    let person = adults.iter().find(named).and_then(|adult| adult["person_id"].as_str()).context("the adult")?;

    let pdf = api.printed(&format!("/v1/agent/adults/{person}/letter"), &agent.token).await?;
    let file = town.folder().join("lettre.pdf");
    std::fs::write(&file, pdf)?;
    let (text, pages) = read(&file)?;
    ensure!(pages == 1 && text.contains(&before.person) && text.contains(&before.identifiant), "{text}");
    let is_code = |word: &&str| word.len() == 14 && word.split('-').map(str::len).eq([4, 4, 4]);
    let code = text.split_whitespace().find(is_code).context("a code")?.to_owned();
    ensure!(code != before.code && api.sign_in(SLUG, &before.identifiant, &before.code, None).await.is_err());
    api.first_login(SLUG, &Letter { code: code.clone(), ..before }, "Tilleul-33290").await?;
    ensure!(!std::fs::read_to_string(town.log())?.contains(&code), "the code is in the log");
    Ok(())
}
