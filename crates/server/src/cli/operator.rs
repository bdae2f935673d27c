//! An operator's commands: asked of the running server, or done here when none runs.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use preau_protocol::agents::{DecideChangeRequest, WaitingChangeDto};
use preau_protocol::family::DetailValueDto;

use super::process::{Ended, print};
use super::{ChangesAction, Operator, serve};
use crate::accounts::letters::{Letter, Wanted, files};
use crate::admin::{self, Answer, Refusal, Request, socket};
use crate::config::Config;

/// How an answer is printed.
#[derive(Debug)]
enum Form {
    Text,
    Json,
    /// Letters: a file each, a line of JSON each, or both.
    Letters {
        folder: Option<PathBuf>,
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: Operator) -> anyhow::Result<Ended> {
    let (request, form) = request(command)?;
    let answer = match socket::ask(&config.admin_socket, &request).await? {
        Some(answer) => answer,
        None => execute_here(config, request).await?,
    };
    show(config, &answer, &form)
}

/// Without a running server: the database's lock is taken for as long as it lasts.
async fn execute_here(config: &Config, request: Request) -> anyhow::Result<Answer> {
    let (app, writing) = serve::open(config).await?;
    let answer = admin::execute(&app, request).await;
    serve::close(app, writing).await;
    Ok(answer?)
}

fn request(command: Operator) -> anyhow::Result<(Request, Form)> {
    Ok(match command {
        Operator::CreateCommune { file } => {
            let settings = String::from_utf8(read(&file)?).map_err(|_| anyhow!("{}: not UTF-8", file.display()))?;
            (Request::PutCommune { settings }, Form::Text)
        }
        Operator::CreateAgent { commune, identifiant, role, json } => {
            (Request::CreateAgent { commune: commune.slug, identifiant, role: role.into() }, form(json))
        }
        Operator::ImportFamilies { commune, file, dry_run, correct_names, json } => {
            let csv = STANDARD.encode(read(&file)?);
            (Request::ImportFamilies { commune: commune.slug, csv, dry_run, correct_names }, form(json))
        }
        Operator::Letters { commune, out, family, again, json } => {
            let taken = out.as_deref().map(files::prepare).transpose()?.unwrap_or_default();
            let wanted = Wanted { family, again, taken };
            (Request::Letters { commune: commune.slug, wanted }, Form::Letters { folder: out, json })
        }
        Operator::Changes { commune, action } => {
            let commune = commune.slug;
            match action {
                ChangesAction::List { json } => (Request::ListChanges { commune }, form(json)),
                ChangesAction::Accept { id } => (
                    Request::DecideChange { commune, change_id: id, decision: DecideChangeRequest::Accept },
                    Form::Text,
                ),
                ChangesAction::Refuse { id, reason } => {
                    let decision = DecideChangeRequest::Refuse { reason };
                    (Request::DecideChange { commune, change_id: id, decision }, Form::Text)
                }
            }
        }
    })
}

fn form(json: bool) -> Form {
    if json { Form::Json } else { Form::Text }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("reading {}", file.display()))
}

fn show(config: &Config, answer: &Answer, form: &Form) -> anyhow::Result<Ended> {
    if let Answer::Refused(refusal) = answer {
        eprintln!("preau-server: {}", refused(refusal));
        return Ok(Ended::Refused);
    }
    let mut written = Ok(());
    let text = match (form, answer) {
        (Form::Json, Answer::Import { report }) => serde_json::to_string(report)?,
        (Form::Json, Answer::Changes { changes }) => serde_json::to_string(changes)?,
        (Form::Letters { folder, json }, Answer::Letters { town, issued }) => {
            if let Some(folder) = folder {
                written = files::write(folder, &issued.letters, town, &config.public_url);
            }
            if *json { json_lines(&issued.letters)? } else { text(answer)? }
        }
        (Form::Json, _) => serde_json::to_string(answer)?,
        (Form::Text | Form::Letters { .. }, _) => text(answer)?,
    };
    print(text.trim_end())?;
    // Only now: a code that is printed is not lost with its file.
    written?;
    let faulty = matches!(answer, Answer::Import { report } if !report.is_accepted());
    Ok(if faulty { Ended::Refused } else { Ended::Done })
}

fn json_lines(letters: &[Letter]) -> anyhow::Result<String> {
    Ok(letters.iter().map(Letter::json_line).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn refused(refusal: &Refusal) -> String {
    let mut text = format!("refused: {}", code(refusal));
    for field in &refusal.fields {
        text.push_str(&format!("\n  - {}: {}", field.field, field.rule));
    }
    text
}

/// The code as on the wire.
fn code(refusal: &Refusal) -> String {
    let json = serde_json::to_string(&refusal.code).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

fn text(answer: &Answer) -> anyhow::Result<String> {
    let mut text = String::new();
    match answer {
        Answer::Commune { commune_id } => writeln!(text, "commune {commune_id}")?,
        Answer::Agent { identifiant, one_time_code, totp_url, recovery_codes, .. } => {
            writeln!(text, "identifiant: {identifiant}\ncode à usage unique: {one_time_code}")?;
            writeln!(text, "application d'authentification: {totp_url}")?;
            writeln!(text, "codes de secours, chacun bon une fois:")?;
            recovery_codes.iter().try_for_each(|code| writeln!(text, "  {code}"))?;
        }
        Answer::Import { report } => write!(text, "{report}")?,
        Answer::Letters { issued, .. } => {
            writeln!(text, "{} lettres", issued.letters.len())?;
            if issued.in_force > 0 {
                let kept = issued.in_force;
                writeln!(text, "{kept} comptes gardent le code de leur lettre, encore bon (un autre : --again)")?;
            }
        }
        Answer::Changes { changes } if changes.is_empty() => writeln!(text, "rien n'attend")?,
        Answer::Changes { changes } => changes.iter().try_for_each(|change| line(&mut text, change))?,
        Answer::Decided => writeln!(text, "décidé")?,
        Answer::Refused(_) => {}
    }
    Ok(text)
}

fn line(text: &mut String, waiting: &WaitingChangeDto) -> std::fmt::Result {
    let change = &waiting.change;
    let family = &waiting.family;
    writeln!(text, "{}  {}  {}", change.change_id, family.reference, family.adults)?;
    writeln!(text, "    {} → {}", value(&change.old), value(&change.new))
}

fn value(value: &DetailValueDto) -> String {
    match value {
        DetailValueDto::Address(Some(address)) => {
            let complement =
                address.complement.as_deref().map(|complement| format!(", {complement}")).unwrap_or_default();
            format!("{}{complement}, {} {}", address.street, address.postcode, address.city)
        }
        DetailValueDto::Phone(Some(text)) | DetailValueDto::Email(Some(text)) => text.clone(),
        DetailValueDto::Address(None) | DetailValueDto::Phone(None) | DetailValueDto::Email(None) => "rien".to_owned(),
    }
}
