//! Mail through a real mail server, over TLS and with a password: what waits says why, an operator reads it and decides,
//! and what leaves arrives once.

use anyhow::{Context, Result, ensure};
use harness::mail_server::{MailServer, Secured};
use harness::{Server, Town, wait_for};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::demo_families::SLUG;

const PASSWORD: &str = "Tilleul-33290";

/// A family's town that sends by a mail server, with one mail in line: somebody lost a code.
async fn serve(town: &Town) -> Result<Server> {
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let server = town.serve()?;
    let body = json!({ "commune": SLUG, "identifiant": letter.identifiant });
    server.api()?.send(Method::POST, "/v1/auth/lost-code", None, Some(&body)).await?.success()?;
    Ok(server)
}

fn sends_by(town: &mut Town, mail: &MailServer, password: &str, trusted: bool) {
    for (name, value) in mail.settings(password).into_iter().chain(trusted.then(|| mail.trust())) {
        town.set_variable(name, &value);
    }
}

/// What waits or failed, as an operator's program reads it.
fn unsent(town: &Town) -> Result<Vec<Value>> {
    Ok(serde_json::from_str(&town.run(&["notices", "--commune", SLUG, "list", "--json"])?)?)
}

/// The one message in line, once it was tried and this was why it stayed.
async fn waits(town: &Town, reason: &str) -> Result<Value> {
    let because = async || Ok(unsent(town)?.into_iter().find(|message| message["reason"] == reason));
    wait_for(reason, because).await.with_context(|| format!("{:?}", unsent(town)))
}

#[tokio::test]
async fn a_wrong_password_is_told_and_what_waited_arrives_once_it_is_mended() -> Result<()> {
    for secured in [Secured::StartTls, Secured::Wrapped] {
        let mail = MailServer::start(secured, PASSWORD)?;
        let mut town = Town::with_families(1)?;
        sends_by(&mut town, &mail, "Platane-33290", true);
        let server = serve(&town).await?;
        let message = waits(&town, "smtp_535").await?;
        ensure!(message["status"] == "queued" && message["template"] == "lost_code", "{message}");
        ensure!(mail.taken()?.is_empty(), "{secured:?}");
        let listed = town.run(&["notices", "--commune", SLUG, "list"])?;
        let recipient = message["recipient"].as_str().context("a recipient")?;
        ensure!(listed.contains(recipient) && listed.contains("smtp_535"), "{listed}");

        server.stop();
        sends_by(&mut town, &mail, PASSWORD, true);
        let server = town.serve()?;
        let id = message["message_id"].as_str().context("an id")?;
        let retried = town.run(&["notices", "--commune", SLUG, "retry", id])?;
        ensure!(retried.contains("1 messages remis en file"), "{retried}");
        wait_for("the mail", async || Ok(unsent(&town)?.is_empty().then_some(()))).await?;
        let taken = mail.taken()?;
        ensure!(taken.len() == 1 && taken[0].to == recipient, "{taken:?}");
        let link = taken[0].link()?;
        let page = reqwest::Client::builder().no_proxy().build()?.get(&link).send().await?;
        ensure!(page.status() == 200, "{link}: {}", page.status());
        ensure!(town.run(&["notices", "--commune", SLUG, "list"])?.contains("rien n'attend"));
        // It is no longer there to be sent again.
        let again = town.command(&["notices", "--commune", SLUG, "retry", id]).output()?;
        ensure!(again.status.code() == Some(2), "{}", String::from_utf8_lossy(&again.stderr));
        let log = std::fs::read_to_string(town.log())?;
        for secret in [PASSWORD, "Platane-33290", recipient] {
            ensure!(!log.contains(secret), "the log holds {secret}");
        }
        server.stop();
        ensure!(mail.taken()?.len() == 1, "once");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_said_to_a_mail_server_that_nobody_vouches_for() -> Result<()> {
    for secured in [Secured::StartTls, Secured::Wrapped] {
        let mail = MailServer::start(secured, PASSWORD)?;
        let mut town = Town::with_families(1)?;
        sends_by(&mut town, &mail, PASSWORD, false);
        let server = serve(&town).await?;
        let message = waits(&town, "tls").await?;
        ensure!(message["status"] == "queued", "{message}");
        ensure!(mail.taken()?.is_empty(), "{secured:?}");
        let id = message["message_id"].as_str().context("an id")?;
        let discarded = town.run(&["notices", "--commune", SLUG, "discard", id])?;
        ensure!(discarded.contains("1 messages écartés") && unsent(&town)?.is_empty(), "{discarded}");
        server.stop();
    }
    Ok(())
}
