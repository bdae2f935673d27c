//! The queue against peers that are down, refuse, or answer and are not heard.

use std::collections::BTreeSet;
use std::time::Duration;

use preau_server::app::App;
use preau_server::backup;
use preau_server::check::{Invariant, check_serving};
use preau_server::clock::Clock;
use preau_server::db::Db;
use preau_server::error::Result;
use preau_server::notices::operator::{Decide, Decision};
use preau_server::notices::tidying::tidy;
use preau_server::notices::transports::Security;
use preau_server::notices::{Content, Recipient, enqueue};
use preau_server::writer::{Command, WriteTx};
use uuid::Uuid;

use super::peers::{MailServer, SmsGateway};
use super::post::{Mail, Post, gateway, mail_folder, run, sender, sms_folder, smtp, waiting};
use super::support::{Engine, Harness, Town, on_each_engine, town};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

struct Put(Uuid, Vec<Recipient>);

impl Command for Put {
    type Output = ();
    const NAME: &'static str = "test_put_in_line";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        for to in &self.1 {
            let content = match to {
                Recipient::Mail(_) => Content::EmailChangeAsked { first_name: "Claire".into() },
                Recipient::Sms(_) => Content::CoHolderRemoved { first_name: "Karim".into() },
            };
            enqueue(tx, self.0, to, &content, None).await?;
        }
        Ok(())
    }
}

async fn put(harness: &Harness, town: &Town, recipients: Vec<Recipient>) {
    harness.app.writer.run(Put(town.id, recipients)).await.unwrap();
}

fn decide(town: &Town, message: Option<Uuid>, decision: Decision) -> Decide {
    Decide { commune: town.id, message, decision }
}

fn mail(name: &str) -> Recipient {
    Recipient::Mail(format!("{name}@exemple.fr"))
}

fn sms() -> Recipient {
    Recipient::Sms("+33612345678".into())
}

fn brief(unsent: &[preau_server::notices::operator::UnsentMessage]) -> Vec<(String, i64, Option<String>)> {
    unsent.iter().map(|one| (one.status.clone(), one.attempts, one.reason.clone())).collect()
}

#[tokio::test]
async fn by_default_a_message_becomes_a_private_file_once() {
    on_each_engine(|h: Harness| async move {
        use std::os::unix::fs::PermissionsExt;
        let town = town(&h).await;
        put(&h, &town, vec![mail("claire"), sms()]).await;
        assert_eq!(waiting(&h, &town).await.len(), 2);
        let post = Post::new(&h);
        let mails = post.mails().await;
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "claire@exemple.fr"));
        assert_eq!(mails[0].subject, "Un changement d’adresse e-mail a été demandé");
        assert!(mails[0].id.ends_with("@exemple.fr>"), "{}", mails[0].id);
        let texts = post.texts().await;
        assert!(texts.len() == 1 && texts[0].starts_with("+33612345678\n\nVille de Parempuyre"), "{texts:?}");
        assert_eq!((post.mails().await, waiting(&h, &town).await), (vec![], vec![]));
        for channel in ["mail", "sms"] {
            let folder = h.folder().join("outbox").join(channel);
            assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
            for file in std::fs::read_dir(folder).unwrap() {
                assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
        // What was said is forgotten once it left; that it left, a month later.
        let kept = "UPDATE outgoing_message SET data = data WHERE data <> '{}'";
        assert_eq!(h.sql(kept, vec![]).await, 0);
        h.clock.advance(31 * DAY);
        tidy(&h.app).await.unwrap();
        assert_eq!(h.sql("UPDATE outgoing_message SET data = data", vec![]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_down_for_a_day_costs_a_delay_and_no_message() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let port = MailServer::nowhere().await;
        let sender = sender(smtp(port, Security::Plain), sms_folder(&h));
        put(&h, &town, vec![mail("claire"), mail("karim")]).await;
        let until = h.clock.now() + jiff::SignedDuration::from_hours(25);
        while h.clock.now() < until {
            run(&sender, &h).await;
            h.clock.advance(5 * MINUTE);
        }
        let unsent = waiting(&h, &town).await;
        assert_eq!(unsent.len(), 2);
        for message in &unsent {
            assert_eq!((message.status.as_str(), message.reason.as_deref()), ("queued", Some("connection")));
            assert!((15..150).contains(&message.attempts), "bounded, and not too seldom: {message:?}");
        }
        let report = check_serving(&h.app.db, h.clock.now()).await.unwrap();
        assert_eq!(report.of(Invariant::Messages).count(), 2, "an operator hears of it: {report}");
        let server = MailServer::start_at(port, &[]).await;
        for _ in 0..13 {
            run(&sender, &h).await;
            h.clock.advance(5 * MINUTE);
        }
        let to: BTreeSet<String> = server.taken().iter().map(|raw| Mail::parse(raw.as_bytes()).to).collect();
        let expected = ["claire@exemple.fr", "karim@exemple.fr"].map(str::to_owned);
        assert_eq!((server.taken().len(), to), (2, BTreeSet::from(expected)));
        assert_eq!(waiting(&h, &town).await, []);
    })
    .await;
}

#[tokio::test]
async fn after_three_days_an_operator_decides() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let port = MailServer::nowhere().await;
        let sender = sender(smtp(port, Security::Plain), sms_folder(&h));
        put(&h, &town, vec![mail("claire")]).await;
        for _ in 0..74 {
            run(&sender, &h).await;
            h.clock.advance(HOUR);
        }
        let unsent = waiting(&h, &town).await;
        assert_eq!((unsent[0].status.as_str(), unsent[0].reason.as_deref()), ("failed", Some("connection")));
        let server = MailServer::start_at(port, &[]).await;
        run(&sender, &h).await;
        assert_eq!(server.taken().len(), 0, "it is no longer tried by itself");
        let other = decide(&town, Some(Uuid::now_v7()), Decision::Retry);
        assert!(h.app.writer.run(other).await.is_err());
        assert_eq!(h.app.writer.run(decide(&town, None, Decision::Retry)).await.unwrap(), 1);
        run(&sender, &h).await;
        assert_eq!((server.taken().len(), waiting(&h, &town).await), (1, vec![]));
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_that_says_later_is_asked_later_and_one_that_says_never_is_not() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        // A server that will not relay for us is a setting: the message waits until it is mended.
        let refusals =
            ["451 greylisted", "554 5.7.1 relay access denied", "550 5.1.1 no such mailbox claire@exemple.fr"];
        let server = MailServer::start(&refusals).await;
        let sender = sender(smtp(server.port, Security::Plain), sms_folder(&h));
        put(&h, &town, vec![mail("claire")]).await;
        run(&sender, &h).await;
        let unsent = waiting(&h, &town).await;
        assert_eq!(brief(&unsent), [("queued".to_owned(), 1, Some("smtp_451".to_owned()))]);
        h.clock.advance(MINUTE);
        run(&sender, &h).await;
        let unsent = waiting(&h, &town).await;
        assert_eq!(brief(&unsent), [("queued".to_owned(), 2, Some("smtp_554".to_owned()))]);
        h.clock.advance(MINUTE);
        run(&sender, &h).await;
        let unsent = waiting(&h, &town).await;
        assert_eq!(brief(&unsent), [("failed".to_owned(), 3, Some("smtp_550".to_owned()))]);
        h.clock.advance(DAY);
        run(&sender, &h).await;
        assert_eq!(server.taken().len(), 0);
        // It waits for an operator for much longer than one that was sent is remembered.
        h.clock.advance(100 * DAY);
        tidy(&h.app).await.unwrap();
        let report = check_serving(&h.app.db, h.clock.now()).await.unwrap();
        assert!(
            report.is_sound() && report.remarks().len() == 1,
            "no violation, and an operator hears of it: {report}"
        );
        assert!(report.to_string().contains(": 1 messages failed: preau-server notices"), "{report}");
        h.app.writer.run(decide(&town, Some(unsent[0].message_id), Decision::Retry)).await.unwrap();
        run(&sender, &h).await;
        assert_eq!(server.taken().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_an_old_backup_brings_back_waits_for_an_operator_however_long() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        put(&h, &town, vec![mail("claire"), mail("karim")]).await;
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), h.elsewhere().await);
        let file = folder.path().join("town.preau");
        backup::take(&h.app.db, &[], h.clock.now(), &file).await.unwrap();
        h.clock.advance(100 * DAY);
        let db = Db::open(&elsewhere.location).await.unwrap();
        backup::restore(&db, &file, h.clock.now()).await.unwrap();
        db.close().await;
        drop(db);

        let restored = h.process_over(elsewhere.location.clone()).await;
        let post = Post::new(&restored);
        for _ in 0..2 {
            tidy(&restored.app).await.unwrap();
            assert_eq!(post.mails().await, vec![]);
            let held = ("failed".to_owned(), 0, Some("restored".to_owned()));
            assert_eq!(brief(&waiting(&restored, &town).await), [held.clone(), held]);
            restored.clock.advance(100 * DAY);
        }
        let claire = waiting(&restored, &town).await.into_iter().find(|one| one.recipient.starts_with("claire"));
        let discarded = decide(&town, claire.map(|one| one.message_id), Decision::Discard);
        assert_eq!(restored.app.writer.run(discarded).await.unwrap(), 1);
        assert_eq!(restored.app.writer.run(decide(&town, None, Decision::Retry)).await.unwrap(), 1);
        let mails = post.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["karim@exemple.fr"]);
        assert_eq!(waiting(&restored, &town).await, []);
        let said = "UPDATE outgoing_message SET data = data WHERE data <> '{}'";
        assert_eq!(restored.sql(said, vec![]).await, 0, "what was discarded says nothing any more");
        restored.clock.advance(31 * DAY);
        tidy(&restored.app).await.unwrap();
        assert_eq!(restored.sql("UPDATE outgoing_message SET data = data", vec![]).await, 0);
        restored.app.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_leaves_without_the_tls_that_was_asked_for() {
    on_each_engine(|h: Harness| async move {
        rustls::crypto::ring::default_provider().install_default().ok();
        let town = town(&h).await;
        let server = MailServer::start(&[]).await;
        put(&h, &town, vec![mail("claire")]).await;
        for security in [Security::StartTls, Security::Tls] {
            // The fake server offers no TLS at all; a TLS greeting gets a plain one back.
            let sender = sender(smtp(server.port, security), sms_folder(&h));
            run(&sender, &h).await;
            assert_eq!(server.taken().len(), 0, "{security:?}");
            assert_eq!(waiting(&h, &town).await[0].status, "queued");
            h.clock.advance(2 * MINUTE);
        }
    })
    .await;
}

#[tokio::test]
async fn a_gateway_is_asked_again_under_the_same_key_unless_it_refuses() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let gate = SmsGateway::start(&[500, 404, 301, 202, 400]).await;
        let sender = sender(mail_folder(&h), gateway(&gate.url));
        put(&h, &town, vec![sms()]).await;
        for _ in 0..5 {
            run(&sender, &h).await;
            h.clock.advance(3 * MINUTE);
        }
        let asked = gate.asked();
        assert_eq!((asked.len(), waiting(&h, &town).await), (4, vec![]));
        let keys: BTreeSet<&str> = asked.iter().map(|one| one.headers["idempotency-key"].to_str().unwrap()).collect();
        assert_eq!(keys.len(), 1, "the same message: {keys:?}");
        for one in &asked {
            assert_eq!(one.headers["authorization"], "Bearer jeton-de-test");
            assert_eq!(one.body["id"].as_str(), keys.first().copied());
            assert_eq!(one.body["to"], "+33612345678");
            assert!(one.body["text"].as_str().unwrap().contains("co-titulaire"));
        }
        put(&h, &town, vec![sms()]).await;
        run(&sender, &h).await;
        let refused = waiting(&h, &town).await;
        assert_eq!(brief(&refused), [("failed".to_owned(), 1, Some("gateway_400".to_owned()))]);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_one_process_has_is_left_alone_and_one_it_lost_is_the_same_again() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let server = MailServer::start(&[]).await;
        let sender = sender(smtp(server.port, Security::Plain), sms_folder(&h));
        put(&h, &town, vec![mail("claire")]).await;
        run(&sender, &h).await;
        // As if the process had ended between the server's yes and its record.
        let lost = "UPDATE outgoing_message SET status = 'queued', claimed_by = message_id, claimed_until = $1, \
                    data = '{\"template\":\"email_change_asked\",\"first_name\":\"Claire\"}' WHERE recipient = $2";
        let until = h.clock.now().as_millisecond() + 15 * 60 * 1000;
        h.sql(lost, vec![until.into(), "claire@exemple.fr".into()]).await;
        h.clock.advance(14 * MINUTE);
        run(&sender, &h).await;
        assert_eq!(server.taken().len(), 1, "another one may still have it");
        h.clock.advance(2 * MINUTE);
        run(&sender, &h).await;
        let ids: Vec<String> = server.taken().iter().map(|raw| Mail::parse(raw.as_bytes()).id).collect();
        assert!(ids.len() == 2 && ids[0] == ids[1], "once more, and to be told by its id: {ids:?}");
        // A folder keeps the first copy.
        let post = Post::new(&h);
        put(&h, &town, vec![mail("karim")]).await;
        assert_eq!(post.mails().await.len(), 1);
        h.sql(lost, vec![h.clock.now().as_millisecond().into(), "karim@exemple.fr".into()]).await;
        run(&super::post::sender(mail_folder(&h), sms_folder(&h)), &h).await;
        assert_eq!((post.mails().await, waiting(&h, &town).await), (vec![], vec![]));
    })
    .await;
}

#[tokio::test]
async fn several_senders_send_each_message_once() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let gate = SmsGateway::start(&[]).await;
        put(&h, &town, (0..60).map(|_| sms()).collect()).await;
        // On PostgreSQL a second process: its own connections, its own writer.
        let other = match h.engine {
            Engine::Sqlite => h.app.clone(),
            Engine::Postgres => h.another_process().await.app,
        };
        let senders = [0; 4].map(|_| sender(mail_folder(&h), gateway(&gate.url)));
        let rounds = async |app: &App, sender: &preau_server::notices::sender::Sender| {
            while sender.round(app).await.unwrap() > 0 {}
        };
        let [one, two, three, four] = &senders;
        tokio::join!(rounds(&h.app, one), rounds(&other, two), rounds(&h.app, three), rounds(&other, four));
        let asked = gate.asked();
        let keys: BTreeSet<&str> = asked.iter().map(|one| one.headers["idempotency-key"].to_str().unwrap()).collect();
        assert_eq!((asked.len(), keys.len()), (60, 60));
        assert_eq!(waiting(&h, &town).await, []);
        if h.engine == Engine::Postgres {
            other.db.close().await;
        }
    })
    .await;
}
