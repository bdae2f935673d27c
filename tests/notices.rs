//! Mail and links through the program: what a person gets, opens in any browser, and what follows. Mail goes into the
//! server's folder, as it does where nothing else is configured.

use anyhow::{Context, Result};
use harness::{Api, Mail, Server, Session, Town};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xtask::demo_families::{SLUG, commune};

const OLD: &str = "Marronnier-2026";
const NEW: &str = "Tilleul-33290";

struct Scene {
    town: Town,
    server: Server,
    api: Api,
    session: Session,
    identifiant: String,
}

impl Scene {
    /// The holder of a demo family, signed in.
    async fn of(family: &str) -> Result<Self> {
        let town = Town::with_families(5)?;
        // The demo's town decides on e-mails itself: here the owner's word is enough.
        town.create_commune(&commune().replace("email = \"by_hand\"", "email = \"at_once\""))?;
        let letter = town.letters(SLUG, family)?.remove(0);
        let server = town.serve()?;
        let api = server.api()?;
        let session = api.first_login(SLUG, &letter, OLD).await?;
        Ok(Self { town, server, api, session, identifiant: letter.identifiant })
    }

    /// The holder, as the stream shows them.
    async fn holder(&self) -> Result<Value> {
        let adults = self.entities("adult").await?;
        adults.into_iter().find(|adult| adult["role"] == "holder").context("a holder")
    }

    async fn entities(&self, kind: &str) -> Result<Vec<Value>> {
        let pages = self.api.pull(&self.session.token, "", 500).await?;
        let of_kind = pages.iter().flat_map(|page| &page.upserts).filter(|upsert| upsert.kind == kind);
        of_kind.map(|upsert| Ok(serde_json::from_str(upsert.body.get())?)).collect()
    }

    async fn lost(&self) -> Result<()> {
        let body = json!({ "commune": SLUG, "identifiant": self.identifiant });
        let answer = self.api.send(Method::POST, "/v1/auth/lost-code", None, Some(&body)).await?;
        anyhow::ensure!(answer.status == 202, "{answer:?}");
        Ok(())
    }
}

/// A browser on some other device: it has the link and nothing else.
struct Browser(reqwest::Client);

impl Browser {
    fn new() -> Result<Self> {
        Ok(Self(reqwest::Client::builder().no_proxy().build()?))
    }

    async fn look(&self, url: &str) -> Result<(u16, String)> {
        let answer = self.0.get(url).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    async fn submit(&self, url: &str, fields: &[(&str, &str)]) -> Result<(u16, String)> {
        let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let request = self.0.post(url).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body.join("&")).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

#[tokio::test]
async fn a_lost_code_is_chosen_anew_from_a_mail_though_the_server_was_killed_meanwhile() -> Result<()> {
    let scene = Scene::of("F0001").await?;
    let email = scene.holder().await?["email"].as_str().context("an e-mail")?.to_owned();
    scene.lost().await?;
    let address = scene.server.address.clone();
    scene.server.kill();
    let server = scene.town.serve_at(&address)?;
    let mail = scene.town.mail(&email, "nouveau code").await?;
    let link = mail.link()?;
    assert!(link.starts_with(&address), "the address that this server came to listen on: {link}");

    let (phone, tablet) = (Browser::new()?, Browser::new()?);
    for browser in [&phone, &tablet] {
        let (status, page) = browser.look(&link).await?;
        assert!(status == 200 && page.contains("<label for=\"code\">"), "{page}");
    }
    let fields = [("code", NEW), ("again", NEW)];
    let (status, page) = tablet.submit(&link, &fields).await?;
    assert!(status == 200 && page.contains(&scene.identifiant.to_lowercase()), "{page}");
    let (status, page) = phone.submit(&link, &fields).await?;
    assert!(status == 410 && page.contains("Ce lien a déjà servi"), "{page}");

    let api = server.api()?;
    assert_eq!(api.get("/v1/account", &scene.session.token).await?.status, 401, "the other sessions ended");
    assert!(api.sign_in(SLUG, &scene.identifiant, OLD, None).await.is_err());
    api.sign_in(SLUG, &scene.identifiant, NEW, None).await?;
    scene.town.mail(&email, "Sécurité").await?;
    let asked = |mail: &&Mail| mail.subject.contains("nouveau code");
    assert_eq!(scene.town.mails()?.iter().filter(asked).count(), 1, "one mail, whenever the server was killed");

    let token = link.rsplit('/').next().context("a token")?;
    let log = std::fs::read_to_string(scene.town.log())?;
    for secret in [token, &email, "Claire", NEW] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
    assert!(log.contains("/lien/{token}"), "the route's pattern is logged, and the log is the one of these requests");
    Ok(())
}

#[tokio::test]
async fn a_new_e_mail_is_in_use_once_its_link_was_followed() -> Result<()> {
    let scene = Scene::of("F0001").await?;
    let holder = scene.holder().await?;
    let (old, new) = (holder["email"].clone(), "claire.nouvelle@exemple.fr");
    let op = json!({
        "type": "family.change_detail", "field": "email",
        "subject": { "type": "adult", "person_id": holder["person_id"] },
        "old": { "type": "email", "value": old }, "new": { "type": "email", "value": new },
    });
    let pushed = scene.api.push(&scene.session.token, Uuid::now_v7(), &op).await?.success()?;
    assert_eq!(pushed.body["outcomes"][0]["status"], "waiting", "{pushed:?}");
    scene.town.mail(old.as_str().context("an e-mail")?, "a été demandé").await?;
    let link = scene.town.mail(new, "Confirmez").await?.link()?;
    assert_eq!(scene.holder().await?["email"], old);
    let browser = Browser::new()?;
    assert_eq!(browser.look(&link).await?.0, 200);
    assert_eq!(scene.holder().await?["email"], old, "looking confirms nothing");
    assert_eq!(browser.submit(&link, &[]).await?.0, 200);
    assert_eq!(scene.holder().await?["email"], new);
    let notices = scene.entities("security_notice").await?;
    assert!(notices.iter().any(|notice| notice["what"]["type"] == "email_changed"), "{notices:?}");
    assert!(scene.town.run(&["check"]).is_ok());
    Ok(())
}

#[tokio::test]
async fn a_co_holder_opens_an_account_from_a_mail() -> Result<()> {
    let scene = Scene::of("F0002").await?;
    let invitation = json!({ "code": OLD, "first_name": "Yann", "last_name": "Le Goff", "email": "yann@exemple.fr" });
    let state = scene.api.post("/v1/account/co-holder", &scene.session.token, &invitation).await?.success()?;
    assert_eq!(state.body["state"], "invited", "{state:?}");
    let link = scene.town.mail("yann@exemple.fr", "vous invite").await?.link()?;
    let fields = [("identifiant", "yann.legoff"), ("code", NEW), ("again", NEW)];
    let (status, page) = Browser::new()?.submit(&link, &fields).await?;
    assert_eq!(status, 200, "{page}");
    let yann = scene.api.sign_in(SLUG, "yann.legoff", NEW, None).await?;
    let state = scene.api.get("/v1/account/co-holder", &scene.session.token).await?.success()?;
    assert_eq!(state.body["state"], "active", "{state:?}");

    let code = json!({ "code": OLD });
    scene.api.post("/v1/account/co-holder/removal", &scene.session.token, &code).await?.success()?;
    assert_eq!(scene.api.get("/v1/account", &yann.token).await?.status, 401);
    scene.town.mail("yann@exemple.fr", "plus co-titulaire").await?;
    assert_eq!(scene.entities("adult").await?.len(), 1);
    assert!(scene.town.run(&["check"]).is_ok());
    Ok(())
}

#[tokio::test]
async fn a_town_changes_the_words_and_a_faulty_file_is_told_with_its_line() -> Result<()> {
    let town = Town::with_families(1)?;
    let templates = town.folder().join("data/templates");
    let folder = templates.display().to_string();
    let names = town.run(&["templates", &folder])?;
    assert!(names.lines().any(|name| name == "lost_code.txt"), "{names}");
    std::fs::write(templates.join("lost_code.txt"), "Objet : Mairie, {{ first_name }}\n\n{{ link }}\n")?;
    std::fs::write(templates.join("security.txt"), "Objet : x\n\n{{ first_nme }}\n")?;
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let server = town.serve()?;
    let body = json!({ "commune": SLUG, "identifiant": letter.identifiant });
    server.api()?.send(Method::POST, "/v1/auth/lost-code", None, Some(&body)).await?;
    let mails =
        harness::wait_for("the mail", async || Ok(Some(town.mails()?).filter(|mails| !mails.is_empty()))).await?;
    assert_eq!(mails[0].subject, "Mairie, Claire");
    let log = std::fs::read_to_string(town.log())?;
    let told = log.lines().find(|line| line.contains("security.txt")).context("the faulty file is told")?;
    let told: Value = serde_json::from_str(told)?;
    assert_eq!((&told["file"], &told["line"]), (&json!("security.txt"), &json!(3)), "{told}");
    assert_eq!(log.lines().filter(|line| line.contains("a template of the town")).count(), 1);
    Ok(())
}
