//! Doing what an operator asks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use preau_protocol::ErrorCode;
use preau_protocol::communes::CommuneDto;
use preau_protocol::error::FieldError;
use uuid::Uuid;

use super::{Answer, Refusal, Request};
use crate::accounts::agents::CreateAgent;
use crate::accounts::letters::issue_letters;
use crate::app::App;
use crate::attendance::ImportAttendance;
use crate::audit::Actor;
use crate::communes::{self, PutCommune, SettingsFault};
use crate::error::{Error, Result};
use crate::family::agents::{DecideChange, SeeChangedOutcome, changed_outcomes, waiting_changes};
use crate::family::import::{Import, import_families};
use crate::notices::operator::{Decide, unsent};
use crate::reservations::agents::{ApplySeason, CloseDay, ImportRegistrations, Named};

/// Executes a request. What a rule refuses is an answer; an error is something broken.
///
/// # Errors
/// [`Error::Internal`] and [`Error::Busy`].
pub async fn execute(app: &App, request: Request) -> Result<Answer> {
    match attempt(app, request).await {
        Err(Error::Rule(code)) => Ok(refused(code, Vec::new())),
        Err(Error::Fields(code, fields)) => Ok(refused(code, fields)),
        Err(Error::NotFound) => Ok(refused(ErrorCode::NotFound, Vec::new())),
        other => other,
    }
}

fn refused(code: ErrorCode, fields: Vec<FieldError>) -> Answer {
    Answer::Refused(Refusal { code, fields })
}

async fn attempt(app: &App, request: Request) -> Result<Answer> {
    match request {
        Request::PutCommune { settings } => {
            let settings = communes::read_settings(&settings).map_err(faulty)?;
            Ok(Answer::Commune { commune_id: app.writer.run(PutCommune { settings }).await? })
        }
        Request::CreateAgent { commune, identifiant, role } => {
            let commune = commune_id(app, &commune).await?;
            let keys = app.keys.clone();
            let agent = app.writer.run(CreateAgent { commune, identifiant, role: role.into(), keys }).await?;
            Ok(Answer::Agent {
                account_id: agent.account,
                identifiant: agent.identifiant,
                one_time_code: agent.one_time_code,
                totp_url: agent.totp_url,
                recovery_codes: agent.recovery_codes,
            })
        }
        Request::ImportFamilies { commune, csv, dry_run, correct_names } => {
            let commune = commune_id(app, &commune).await?;
            let decoding = tokio::task::spawn_blocking(move || STANDARD.decode(csv));
            let csv = decoding.await.map_err(anyhow::Error::from)?.map_err(|_| invalid("csv", "base64"))?;
            let report = import_families(app, Import { commune, csv, dry_run, correct_names }).await?;
            Ok(Answer::Import { report })
        }
        Request::Letters { commune, wanted } => {
            let town = find(app, &commune).await?;
            let issued = issue_letters(app, town.commune_id, &wanted).await?;
            Ok(Answer::Letters { town, issued })
        }
        Request::Season { commune, file, dry_run } => {
            let (commune, actor, currents) = (commune_id(app, &commune).await?, Actor::Operator, app.currents.clone());
            let report = app.writer.run(ApplySeason { commune, actor, file, dry_run, currents }).await?;
            Ok(Answer::Season { report })
        }
        Request::CloseDay { commune, period, day, reason } => {
            let (commune, actor, currents) = (commune_id(app, &commune).await?, Actor::Operator, app.currents.clone());
            let period = Named::Key(period);
            let closed = app.writer.run(CloseDay { commune, actor, period, day, reason, currents }).await?;
            Ok(Answer::DayClosed { ended: closed.ended })
        }
        Request::ImportRegistrations { commune, csv, dry_run } => {
            let (commune, actor, currents) = (commune_id(app, &commune).await?, Actor::Operator, app.currents.clone());
            let csv = decoded(&csv)?;
            let report = app.writer.run(ImportRegistrations { commune, actor, csv, dry_run, currents }).await?;
            Ok(Answer::Registrations { report })
        }
        Request::ImportAttendance { commune, csv, dry_run } => {
            let (commune, actor, currents) = (commune_id(app, &commune).await?, Actor::Operator, app.currents.clone());
            let csv = decoded(&csv)?;
            let report = app.writer.run(ImportAttendance { commune, actor, csv, dry_run, currents }).await?;
            Ok(Answer::Attendance { report })
        }
        Request::ListChanges { commune } => {
            let commune = commune_id(app, &commune).await?;
            Ok(Answer::Changes { changes: waiting_changes(&app.db, commune).await? })
        }
        Request::DecideChange { commune, change_id, decision } => {
            let commune = commune_id(app, &commune).await?;
            app.writer.run(DecideChange { commune, actor: Actor::Operator, change_id, decision }).await?;
            Ok(Answer::Decided)
        }
        Request::ListChangedOutcomes { commune } => {
            let commune = commune_id(app, &commune).await?;
            Ok(Answer::ChangedOutcomes { outcomes: changed_outcomes(&app.db, commune).await? })
        }
        Request::SeeChangedOutcome { commune, op_id } => {
            let commune = commune_id(app, &commune).await?;
            app.writer.run(SeeChangedOutcome { commune, actor: Actor::Operator, op_id }).await?;
            Ok(Answer::Seen)
        }
        Request::ListNotices { commune } => {
            let commune = commune_id(app, &commune).await?;
            Ok(Answer::Notices { notices: unsent(&app.db, commune).await? })
        }
        Request::DecideNotices { commune, message_id, decision } => {
            let commune = commune_id(app, &commune).await?;
            let count = app.writer.run(Decide { commune, message: message_id, decision }).await?;
            Ok(Answer::NoticesDecided { decision, count })
        }
    }
}

fn faulty(faults: Vec<SettingsFault>) -> Error {
    let fields = faults.into_iter().map(|fault| FieldError { field: fault.field, rule: fault.reason }).collect();
    Error::Fields(ErrorCode::InvalidRequest, fields)
}

async fn commune_id(app: &App, slug: &str) -> Result<Uuid> {
    Ok(find(app, slug).await?.commune_id)
}

async fn find(app: &App, slug: &str) -> Result<CommuneDto> {
    match communes::find(app.db.readers(), slug).await {
        Err(Error::NotFound | Error::Rule(ErrorCode::NotFound)) => Err(invalid("commune", "unknown")),
        found => found,
    }
}

fn decoded(csv: &str) -> Result<Vec<u8>> {
    STANDARD.decode(csv).map_err(|_| invalid("csv", "base64"))
}

fn invalid(field: &str, rule: &str) -> Error {
    Error::Fields(ErrorCode::InvalidRequest, vec![FieldError { field: field.into(), rule: rule.into() }])
}
