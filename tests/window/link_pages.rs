//! The pages behind the links of mails, in a browser: at every size, in both themes, asked by axe, with and without faults.

use anyhow::{Context, Result, bail, ensure};
use harness::{Api, Session, Town, Window};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xtask::demo_families::{SLUG, commune};

const CODE: &str = "Marronnier-2026";

/// A mail of each kind; the links they hold.
async fn links(town: &Town, api: &Api, session: &Session, identifiant: &str) -> Result<[(&'static str, String); 3]> {
    let pages = api.pull(&session.token, "", 500).await?;
    let adults = pages.iter().flat_map(|page| &page.upserts).filter(|upsert| upsert.kind == "adult");
    let adults: Vec<Value> = adults.map(|adult| serde_json::from_str(adult.body.get())).collect::<Result<_, _>>()?;
    let holder = adults.iter().find(|adult| adult["role"] == "holder").context("a holder")?;
    let email = holder["email"].as_str().context("an e-mail")?;

    let lost = json!({ "commune": SLUG, "identifiant": identifiant });
    let asked = api.send(Method::POST, "/v1/auth/lost-code", None, Some(&lost)).await?;
    ensure!(asked.status == 202, "{asked:?}");
    let op = json!({
        "type": "family.change_detail", "field": "email",
        "subject": { "type": "adult", "person_id": holder["person_id"] },
        "old": { "type": "email", "value": email }, "new": { "type": "email", "value": "nouvelle@exemple.fr" },
    });
    api.push(&session.token, Uuid::now_v7(), &op).await?.success()?;
    let invitation = json!({ "code": CODE, "first_name": "Yann", "last_name": "Le Goff", "email": "yann@exemple.fr" });
    api.post("/v1/account/co-holder", &session.token, &invitation).await?.success()?;
    Ok([
        ("lost-code", town.mail(email, "nouveau code").await?.link()?),
        ("e-mail", town.mail("nouvelle@exemple.fr", "Confirmez").await?.link()?),
        ("invitation", town.mail("yann@exemple.fr", "vous invite").await?.link()?),
    ])
}

async fn faults(window: &Window, name: &str, theme: &str) -> Result<Vec<String>> {
    let asked = window.script("return matchMedia('(prefers-color-scheme: dark)').matches;", vec![]).await?;
    ensure!(asked == json!(theme == "dark"), "the browser shows the other theme");
    let mut faults = window.layout_faults().await?;
    faults.extend(window.axe().await?);
    let suffix = if theme == "dark" { "-dark" } else { "" };
    window.picture(&format!("link-{name}{suffix}")).await?;
    Ok(faults.into_iter().map(|fault| format!("{name}, {theme}: {fault}")).collect())
}

#[tokio::test]
async fn pages_behind_links_are_sound() -> Result<()> {
    let town = Town::with_families(5)?;
    town.create_commune(&commune())?;
    let letter = town.letters(SLUG, "F0002")?.remove(0);
    let server = town.serve()?;
    let api = server.api()?;
    let session = api.first_login(SLUG, &letter, CODE).await?;
    let links = links(&town, &api, &session, &letter.identifiant).await?;
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        let window = Window::browser(theme).await?;
        for (name, link) in &links {
            window.goto(link).await?;
            window.find("heading", "").await?;
            found.extend(faults(&window, name, theme).await?);
            if *name == "e-mail" {
                continue;
            }
            // What was typed is faulty: the page comes back and says so.
            window.script("for (const field of document.querySelectorAll('input')) field.value = 'x';", vec![]).await?;
            window.script("document.querySelector('form').submit();", vec![]).await?;
            window.sees("à corriger").await?;
            found.extend(faults(&window, &format!("{name}-faults"), theme).await?);
        }
        // And one that nobody gave.
        let (unknown, _) = links[0].1.rsplit_once('/').context("a path")?;
        window.goto(&format!("{unknown}/nobody")).await?;
        window.sees("pas reconnu").await?;
        found.extend(faults(&window, "unknown", theme).await?);
        window.close().await?;
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("pages behind links:\n  {}", found.join("\n  "))
}
