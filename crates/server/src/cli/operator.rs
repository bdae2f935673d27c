//! An operator's commands: asked of the running server, or done here when none runs.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use preau_protocol::agents::{ChangedOutcomeDto, DecideChangeRequest, WaitingChangeDto};
use preau_protocol::family::DetailValueDto;
use preau_protocol::sync::OutcomeStatus;

use super::process::{Ended, print};
use super::{ChangesAction, NoticesAction, Operator, OutcomesAction, reports, serve};
use crate::accounts::letters::{Files, Letter, LetterPress, Wanted, files};
use crate::admin::{self, Answer, Refusal, Request, socket};
use crate::config::Config;
use crate::notices::operator::{Decision, UnsentMessage};

/// How an answer is printed.
#[derive(Debug)]
enum Form {
    Text,
    Json,
    /// Letters: files of a folder, a line of JSON each, or both.
    Letters {
        folder: Option<PathBuf>,
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: Operator, press: Option<&dyn LetterPress>) -> anyhow::Result<Ended> {
    let paper = matches!(&command, Operator::Letters { out: Some(_), text: false, .. });
    // Before any code is issued: one that cannot be printed is lost.
    ensure!(press.is_some() || !paper, "this program was built without its press (--features paper): use --text");
    let press = press.filter(|_| paper);
    let (request, form) = request(command)?;
    let answer = match socket::ask(&config.admin_socket, &request).await? {
        Some(answer) => answer,
        None => execute_here(config, request).await?,
    };
    show(config, &answer, &form, press)
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
        Operator::Season { commune, file, dry_run, json } => {
            let text = String::from_utf8(read(&file)?).map_err(|_| anyhow!("{}: not UTF-8", file.display()))?;
            (Request::Season { commune: commune.slug, file: text, dry_run }, form(json))
        }
        Operator::CloseDay { commune, period, day, reason } => {
            (Request::CloseDay { commune: commune.slug, period, day, reason }, Form::Text)
        }
        Operator::ImportRegistrations { commune, file, dry_run, json } => {
            let csv = STANDARD.encode(read(&file)?);
            (Request::ImportRegistrations { commune: commune.slug, csv, dry_run }, form(json))
        }
        Operator::ImportAttendance { commune, file, dry_run, json } => {
            let csv = STANDARD.encode(read(&file)?);
            (Request::ImportAttendance { commune: commune.slug, csv, dry_run }, form(json))
        }
        Operator::Letters { commune, out, text, family, revoke, again, json } => {
            let taken = out.as_deref().map(files::prepare).transpose()?.unwrap_or_default();
            let files = if text || out.is_none() { Files::Text } else { Files::Pdf };
            let wanted = Wanted { family, again, revoke, taken, files };
            (Request::Letters { commune: commune.slug, wanted }, Form::Letters { folder: out, json })
        }
        Operator::Notices { commune, action } => {
            let commune = commune.slug;
            match action {
                NoticesAction::List { json } => (Request::ListNotices { commune }, form(json)),
                NoticesAction::Retry(which) => {
                    (Request::DecideNotices { commune, message_id: which.id, decision: Decision::Retry }, Form::Text)
                }
                NoticesAction::Discard(which) => {
                    (Request::DecideNotices { commune, message_id: which.id, decision: Decision::Discard }, Form::Text)
                }
            }
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
        Operator::Outcomes { commune, action } => {
            let commune = commune.slug;
            match action {
                OutcomesAction::List { json } => (Request::ListChangedOutcomes { commune }, form(json)),
                OutcomesAction::Seen { id } => (Request::SeeChangedOutcome { commune, op_id: id }, Form::Text),
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

fn show(config: &Config, answer: &Answer, form: &Form, press: Option<&dyn LetterPress>) -> anyhow::Result<Ended> {
    if let Answer::Refused(refusal) = answer {
        eprintln!("preau-server: {}", refused(refusal));
        return Ok(Ended::Refused);
    }
    let mut written = Ok(());
    let text = match (form, answer) {
        (Form::Json, Answer::Import { report }) => serde_json::to_string(report)?,
        (Form::Json, Answer::Season { report }) => serde_json::to_string(report)?,
        (Form::Json, Answer::Registrations { report }) => serde_json::to_string(report)?,
        (Form::Json, Answer::Attendance { report }) => serde_json::to_string(report)?,
        (Form::Json, Answer::Changes { changes }) => serde_json::to_string(changes)?,
        (Form::Json, Answer::ChangedOutcomes { outcomes }) => serde_json::to_string(outcomes)?,
        (Form::Json, Answer::Notices { notices }) => serde_json::to_string(notices)?,
        (Form::Letters { folder, json }, Answer::Letters { town, issued }) => {
            if let Some(folder) = folder {
                let desk = files::Desk { folder, town, server: &config.public_url, press };
                written = desk.write(issued);
            }
            if *json { json_lines(&issued.letters)? } else { text(answer)? }
        }
        (Form::Json, _) => serde_json::to_string(answer)?,
        (Form::Text | Form::Letters { .. }, _) => text(answer)?,
    };
    print(text.trim_end())?;
    // Only now: a code that is printed is not lost with its file.
    written?;
    let faulty = match answer {
        Answer::Import { report } => !report.is_accepted(),
        Answer::Season { report } => !report.is_accepted(),
        Answer::Registrations { report } => !report.is_accepted(),
        Answer::Attendance { report } => !report.is_accepted(),
        _ => false,
    };
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
        Answer::Season { report } => reports::season(&mut text, report)?,
        Answer::Registrations { report } => reports::registrations(&mut text, report)?,
        Answer::Attendance { report } => reports::attendance(&mut text, report)?,
        Answer::DayClosed { ended } => writeln!(text, "fermé ; {ended} réservations annulées")?,
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
        Answer::ChangedOutcomes { outcomes } if outcomes.is_empty() => writeln!(text, "rien n'a changé d'issue")?,
        Answer::ChangedOutcomes { outcomes } => outcomes.iter().try_for_each(|changed| outcome(&mut text, changed))?,
        Answer::Seen => writeln!(text, "vu")?,
        Answer::Notices { notices } if notices.is_empty() => writeln!(text, "rien n'attend")?,
        Answer::Notices { notices } => notices.iter().try_for_each(|message| unsent(&mut text, message))?,
        Answer::NoticesDecided { decision, count } => {
            let what = match decision {
                Decision::Retry => "remis en file",
                Decision::Discard => "écartés",
            };
            writeln!(text, "{count} messages {what}")?;
        }
        Answer::Refused(_) => {}
    }
    Ok(text)
}

fn unsent(text: &mut String, message: &UnsentMessage) -> std::fmt::Result {
    let UnsentMessage { message_id, channel, recipient, template, attempts, created_at, .. } = message;
    writeln!(text, "{message_id}  {channel}  {recipient}  {template}")?;
    let reason = message.reason.as_deref().unwrap_or("-");
    let next = message.next_at.as_ref().map_or("échec".to_owned(), |next| format!("prochain essai {next}"));
    writeln!(text, "    {created_at}, {attempts} essais, {next}, {reason}")
}

fn line(text: &mut String, waiting: &WaitingChangeDto) -> std::fmt::Result {
    let change = &waiting.change;
    let family = &waiting.family;
    writeln!(text, "{}  {}  {}", change.change_id, family.reference, family.adults)?;
    writeln!(text, "    {} → {}", value(&change.old), value(&change.new))
}

fn outcome(text: &mut String, changed: &ChangedOutcomeDto) -> std::fmt::Result {
    let family = &changed.family;
    writeln!(text, "{}  {}  {}", changed.op_id, family.reference, family.adults)?;
    match &changed.change {
        Some(change) => writeln!(text, "    {} → {}", value(&change.old), value(&change.new))?,
        None => writeln!(text, "    abandon d'une demande")?,
    }
    writeln!(text, "    avant la restauration : {} ; maintenant : {}", word(changed.told), word(changed.now))
}

fn word(status: OutcomeStatus) -> &'static str {
    match status {
        OutcomeStatus::Applied => "accepté",
        OutcomeStatus::Waiting => "en attente",
        OutcomeStatus::Rejected => "refusé ou abandonné",
    }
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
