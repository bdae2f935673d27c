//! The post of a test's town: what was put in line, what left, and the pages behind its links.

use std::collections::BTreeSet;
use std::sync::Mutex;

use axum::body::Body;
use http::{Method, Request, header};
use mailparse::{MailHeaderMap, parse_mail};
use preau_protocol::accounts::SessionDto;
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::notices::operator::{UnsentMessage, unsent};
use preau_server::notices::sender::Sender;
use preau_server::notices::templates::Templates;
use preau_server::notices::transports::{
    Carriers, Folder, Gateway, GatewayOptions, MailCarrier, Security, SmsCarrier, Smtp, SmtpOptions,
};
use serde::Serialize;
use uuid::Uuid;

use super::support::{Adult, Answer, Harness, Publish, Town, home};

pub const ADDRESS: &str = "https://preau.exemple.fr";

/// A mail that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Mail {
    pub fn parse(raw: &[u8]) -> Self {
        let mail = parse_mail(raw).unwrap();
        let header = |name: &str| mail.headers.get_first_value(name).unwrap();
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        let part = |kind: &str| {
            let part = mail.parts().find(|part| part.ctype.mimetype == kind).unwrap();
            part.get_body().unwrap().replace("\r\n", "\n")
        };
        let (text, html) = (part("text/plain"), part("text/html"));
        Self { id: header("Message-ID"), to: header("To"), subject: header("Subject"), text, html }
    }

    /// The path of its link.
    pub fn link(&self) -> String {
        let line = self.text.lines().find(|line| line.starts_with(ADDRESS)).expect("a link");
        assert!(self.html.contains(line.rsplit('/').next().unwrap()), "the same link in both forms");
        line[ADDRESS.len()..].to_owned()
    }
}

/// Where everything goes into folders, read from there.
pub struct Post<'a> {
    pub harness: &'a Harness,
    sender: Sender,
    seen: Mutex<BTreeSet<String>>,
}

impl<'a> Post<'a> {
    pub fn new(harness: &'a Harness) -> Self {
        Self { harness, sender: sender(mail_folder(harness), sms_folder(harness)), seen: Mutex::default() }
    }

    /// Sends what is in line; the mails that left since the last time, in order.
    pub async fn mails(&self) -> Vec<Mail> {
        run(&self.sender, self.harness).await;
        self.new_files("mail").iter().map(|raw| Mail::parse(raw)).collect()
    }

    /// The SMS that left since the last time.
    pub async fn texts(&self) -> Vec<String> {
        run(&self.sender, self.harness).await;
        self.new_files("sms").into_iter().map(|raw| String::from_utf8(raw).unwrap()).collect()
    }

    fn new_files(&self, channel: &str) -> Vec<Vec<u8>> {
        let folder = self.harness.folder().join("outbox").join(channel);
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut seen = self.seen.lock().unwrap();
        names.retain(|name| seen.insert(name.clone()));
        names.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect()
    }

    pub async fn look(&self, path: &str) -> Answer {
        self.harness.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.harness.send(request.body(Body::from(body.join("&"))).unwrap()).await
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub fn mail_folder(harness: &Harness) -> MailCarrier {
    MailCarrier::Folder(Folder::open(&harness.folder().join("outbox/mail")).unwrap())
}

pub fn sms_folder(harness: &Harness) -> SmsCarrier {
    SmsCarrier::Folder(Folder::open(&harness.folder().join("outbox/sms")).unwrap())
}

pub fn smtp(port: u16, security: Security) -> MailCarrier {
    let (host, from) = ("127.0.0.1".to_owned(), "preau@exemple.fr".to_owned());
    MailCarrier::Smtp(Smtp::open(SmtpOptions { host, port, security, credentials: None, from }).unwrap())
}

pub fn gateway(url: &str) -> SmsCarrier {
    // An error means one is installed already, which is what was wanted.
    rustls::crypto::ring::default_provider().install_default().ok();
    let options = GatewayOptions { url: url.parse().unwrap(), token: "jeton-de-test".to_owned() };
    SmsCarrier::Gateway(Gateway::open(options).unwrap())
}

pub fn sender(mail: MailCarrier, sms: SmsCarrier) -> Sender {
    let templates = Templates::embedded().unwrap();
    Sender { carriers: Carriers { mail, sms }, templates, address: ADDRESS.to_owned() }
}

/// Rounds until nothing is due.
pub async fn run(sender: &Sender, harness: &Harness) {
    while sender.round(&harness.app).await.unwrap() > 0 {}
}

pub async fn waiting(harness: &Harness, town: &Town) -> Vec<UnsentMessage> {
    unsent(&harness.app.db, town.id).await.unwrap()
}

/// A family whose holder is reached by these.
pub async fn reached(
    harness: &Harness,
    town: &Town,
    name: &str,
    (email, mobile): (Option<&str>, Option<&str>),
) -> (Adult, SessionDto) {
    let (adult, session) = home(harness, town, name).await;
    let sql = "UPDATE adult SET email = $2, mobile_phone = $3 WHERE person_id = $1";
    let text = |text: Option<&str>| text.map(str::to_owned).into();
    harness.sql(sql, vec![adult.person.into(), text(email), text(mobile)]).await;
    harness.app.writer.run(Publish(town.id, vec![adult.family])).await.unwrap();
    (adult, session)
}

pub async fn post_json(harness: &Harness, path: &str, token: Option<&str>, body: &impl Serialize) -> Answer {
    harness.call(Method::POST, path, token, Some(body)).await
}

pub async fn assert_sound(harness: &Harness) {
    let report = check(&harness.app.db, harness.clock.now()).await.unwrap();
    assert!(report.is_sound(), "{report}");
}

/// A page's status and its heading.
pub fn heading(answer: &Answer) -> (u16, String) {
    let text = answer.text();
    let heading = text.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next());
    (answer.status.as_u16(), heading.unwrap_or_else(|| panic!("no heading: {text}")).to_owned())
}

pub fn random_token_path(commune: Uuid) -> String {
    use base64::Engine;
    let mut bytes = commune.as_bytes().to_vec();
    bytes.extend([7; 32]);
    format!("/lien/{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
