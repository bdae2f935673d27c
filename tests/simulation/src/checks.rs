//! Mending a story, and what must hold then: the invariants I2 to I7.

use crate::computer::Computer;
use crate::story::Story;
use anyhow::Result;
use preau_client::sync::outbox::Row;
use preau_client::sync::{ledger, outbox};
use preau_protocol::ErrorCode;
use preau_server::check;
use preau_server::family::agents::changed_outcomes;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use uuid::Uuid;

/// What does not hold, in words.
pub type Violation = String;

/// Looks at each computer before everything has to be quiet. Each look waits for the longest setback.
const ROUNDS: usize = 40;
const BETWEEN: Duration = Duration::from_secs(700);

/// Ends all faults, lets everything come to rest, then checks.
pub async fn mend_and_check(story: &mut Story) -> Result<Vec<Violation>> {
    story.town.start().await?;
    let mut violations = story.network.contradictions();
    if !come_to_rest(story).await? {
        violations.push("I7: an outbox did not drain, or answers were not read back".to_owned());
    }
    for computer in &mut story.computers {
        violations.extend(kept(computer).await?);
        violations.extend(same_as_served(computer).await?);
    }
    violations.extend(on_record(story).await?);
    violations.extend(changes_are_told(story).await?);
    violations.extend(borders(story).await?);
    if let Some(differs) = story.stage.counts().get("a cache differed from the server") {
        violations.push(format!("I4: {differs} caches differed from the server"));
    }
    violations.extend(story.versions_skipped());
    if let Some(app) = story.town.app() {
        let report = check::check(&app.db, app.clock.now()).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        if !report.is_sound() {
            violations.push(format!("the server's own check: {report}"));
        }
    }
    Ok(violations)
}

async fn come_to_rest(story: &mut Story) -> Result<bool> {
    for _ in 0..ROUNDS {
        // First of all: who was quiet a moment ago might not ask the server at all.
        story.time.advance(BETWEEN);
        let mut quiet = true;
        for computer in &mut story.computers {
            computer.sign_in_if_needed().await?;
            computer.step().await?;
            let waits = computer.rows().await?.iter().any(|row| row.outcome.is_none() || row.caught_up_at.is_none());
            quiet &= !waits && computer.is_up_to_date().await?;
        }
        if quiet {
            return Ok(true);
        }
    }
    Ok(false)
}

/// I2 and I7, at the desktop: whatever was validated is there, with its answer.
async fn kept(computer: &Computer) -> Result<Vec<Violation>> {
    let there: BTreeMap<Uuid, bool> =
        computer.rows().await?.iter().map(|row| (row.op_id, row.outcome.is_some())).collect();
    let state = |op: &Uuid| match there.get(op) {
        None => Some(format!("I7: what was validated is gone: {op}")),
        Some(false) => Some(format!("I7: never answered: {op}")),
        Some(true) => None,
    };
    Ok(computer.validated.iter().filter_map(state).collect())
}

/// I4: the cache is what the server serves.
async fn same_as_served(computer: &mut Computer) -> Result<Vec<Violation>> {
    let engine = computer.engine().await?;
    let api = &engine.api;
    let digest = engine.session.call(move |token| async move { api.digest(&token).await }).await;
    let Ok(digest) = digest else { return Ok(vec!["I4: the digest could not be read".to_owned()]) };
    let differs = ledger::differs(engine.cache.lock().await.db()?, &digest).await?;
    Ok(if differs { vec![format!("I4: {} differs", computer.person.identifiant)] } else { Vec::new() })
}

/// I2 and I3, at the server: what was acknowledged is on record, as it was acknowledged, and took effect once.
async fn on_record(story: &mut Story) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    let mut acknowledged = Vec::new();
    for computer in &story.computers {
        let rows = outbox::all(computer.cache.lock().await.db()?).await?;
        acknowledged.extend(rows.into_iter().filter_map(|row| Some((row.op_id, row.outcome?.status))));
    }
    let disk = story.town.disk.connection();
    for (op_id, status) in acknowledged {
        let known: Option<String> = sqlx::query_scalar("SELECT status FROM operation WHERE op_id = ?")
            .bind(op_id)
            .fetch_optional(&mut *disk)
            .await?;
        let expected = outbox::name_of(&status)?;
        match known {
            None => violations.push(format!("I2: acknowledged as {expected}, not on record: {op_id}")),
            Some(known) if known != expected => {
                violations.push(format!("I3: acknowledged as {expected}, on record as {known}: {op_id}"));
            }
            Some(_) => {}
        }
    }
    let twice = "SELECT entity_id, action, count(*) AS times FROM audit WHERE actor_kind = 'family' AND entity_id IN
        (SELECT op_id FROM operation) GROUP BY entity_id, action HAVING count(*) > 1";
    for row in sqlx::query(twice).fetch_all(&mut *disk).await? {
        let (entity, action): (Uuid, String) = (row.try_get("entity_id")?, row.try_get("action")?);
        violations.push(format!("I3: {action} took effect twice: {entity}"));
    }
    Ok(violations)
}

/// What a restore changed is told to the families and to the town, the same to both.
async fn changes_are_told(story: &mut Story) -> Result<Vec<Violation>> {
    let (mut violations, mut shown) = (Vec::new(), BTreeSet::new());
    for computer in &mut story.computers {
        violations.append(&mut computer.untold);
        // An id that is somebody else's operation is nothing that the town could look at.
        let ours = |row: &Row| row.outcome.is_some_and(|outcome| outcome.code != Some(ErrorCode::OperationReused));
        let rows = computer.rows().await?;
        shown.extend(rows.iter().filter(|row| row.changed_at.is_some() && ours(row)).map(|row| row.op_id));
    }
    let Some(app) = story.town.app() else { return Ok(violations) };
    let mut listed = BTreeSet::new();
    for computer in &story.computers {
        let changed = changed_outcomes(&app.db, computer.person.session.account.commune_id).await;
        listed.extend(changed.map_err(|error| anyhow::anyhow!("{error:?}"))?.iter().map(|changed| changed.op_id));
    }
    shown.iter().for_each(|_| story.stage.count("an outcome changed"));
    let elsewhere = asked_elsewhere(story).await?;
    let theirs = |op: &&Uuid| !elsewhere.contains(*op);
    let told_alone = |op: &Uuid| format!("told to the family, not to the town: {op}");
    violations.extend(shown.difference(&listed).filter(theirs).map(told_alone));
    let told_alone = |op: &Uuid| format!("told to the town, not to the family: {op}");
    violations.extend(listed.difference(&shown).filter(theirs).map(told_alone));
    Ok(violations)
}

/// Operations asked in a home that their author has left: what becomes of them there is no longer theirs to see.
async fn asked_elsewhere(story: &mut Story) -> Result<BTreeSet<Uuid>> {
    let sql = "SELECT op_id FROM operation AS o JOIN account AS a ON a.account_id = o.account_id
        WHERE o.family_id <> a.family_id";
    let ops: Vec<Uuid> = sqlx::query_scalar(sql).fetch_all(story.town.disk.connection()).await?;
    Ok(ops.into_iter().collect())
}

/// I6: nobody's cache holds a row of another home.
async fn borders(story: &mut Story) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for computer in &story.computers {
        let commune = computer.person.session.account.commune_id;
        let own = [Some(commune), story.town.family_of(&computer.person).await?];
        let mut held = computer.cache.lock().await;
        let streams: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT stream FROM entity").fetch_all(held.db()?).await?;
        for stream in streams {
            if !own.contains(&stream.parse().ok()) {
                violations.push(format!("I6: {} holds rows of {stream}", computer.person.identifiant));
            }
        }
    }
    Ok(violations)
}

/// I5: looks at the streams after each step.
pub async fn streams(story: &mut Story) -> Result<()> {
    let now = story.town.streams().await?;
    story.saw_streams(now);
    Ok(())
}
