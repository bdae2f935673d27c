//! Nobody learns anything about what is not theirs. Every route of the served OpenAPI document is asked for another
//! family's things, and another commune's, and must answer exactly as for an id that never existed: same status, same
//! body, once the request id and the id asked for are masked. A route nobody said how to ask fails the test.

use anyhow::{Context, Result, bail};
use harness::{Answer, Api, Season, Server, Session, Town};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;
use xtask::demo_families::{SLUG, commune, families};

const OTHER_SLUG: &str = "ludon-fictif";
const CODE: &str = "Marronnier-2026";

/// How a route is asked for somebody else's thing.
enum Plan {
    /// The id is in the path.
    Path,
    /// The id is this parameter of the query.
    Query(&'static str),
    /// The id is in these bodies.
    Bodies(fn(Uuid) -> Vec<Value>),
    /// Nothing of anybody can be named: its answer is searched for what is not the caller's.
    NoId(&'static str, Option<Value>),
    /// Asked by a test of its own, for the reason given.
    Apart(#[allow(dead_code, reason = "read by people")] &'static str),
}

/// How each route is asked; none for a route that is not known here.
fn plan(method: &Method, path: &str) -> Option<Plan> {
    Some(match (method.as_str(), path) {
        ("GET", "/v1/account" | "/v1/account/co-holder" | "/v1/account/devices" | "/v1/sync/digest")
        | ("GET", "/v1/agent/detail-changes" | "/v1/agent/changed-outcomes")
        | ("GET", "/health" | "/ready" | "/metrics" | "/v1/server") => Plan::NoId("", None),
        ("GET", "/v1/sync/changes") => Plan::NoId("?limit=500", None),
        ("GET", "/v1/agent/families") => Plan::NoId("?q=Diop", None),
        ("GET", "/v1/addresses") => Plan::NoId("?q=12%20rue%20des%20Ormes", None),
        ("DELETE", "/v1/account/devices/{device_id}" | "/v1/agent/periods/{period_id}/days/{day}/closure")
        | ("GET", "/v1/agent/families/{family_id}" | "/v1/agent/families/{family_id}/days")
        | ("GET", "/v1/agent/periods/{period_id}/places" | "/v1/agent/periods/{period_id}/waiting")
        | ("POST", "/v1/agent/detail-changes/{change_id}/decision" | "/v1/agent/changed-outcomes/{op_id}/seen")
        | ("POST", "/v1/agent/adults/{person_id}/letter") => Plan::Path,
        ("GET", "/v1/counters" | "/v1/ranks") => Plan::Query("period"),
        ("PUT", "/v1/agent/periods/{period_id}/days/{day}/places") => Plan::Bodies(|_| {
            vec![json!({ "group": "from_6_to_11", "counter": "morning", "places": { "type": "fixed", "places": 3 } })]
        }),
        ("PUT", "/v1/agent/periods/{period_id}/days/{day}/closure") => {
            Plan::Bodies(|_| vec![json!({ "reason": "Essai" })])
        }
        ("GET", "/v1/agent/registrations") => Plan::Query("child"),
        ("PUT", "/v1/agent/registrations") => Plan::Bodies(registrations),
        ("POST", "/v1/agent/families/{family_id}/days") => Plan::Bodies(|id| {
            let asked = change_days(id);
            vec![json!({ "op_id": Uuid::now_v7(), "asked": asked, "dry_run": true, "pass_deadlines": true })]
        }),
        ("POST", "/v1/agent/receipts/verification") => Plan::Bodies(receipts),
        ("GET", "/v1/agent/attendance") => Plan::Query("day=2026-12-21&activity"),
        ("PUT", "/v1/agent/attendance") => Plan::Bodies(|id| {
            vec![json!({ "activity_id": id, "day": "2026-12-21", "marks": [{ "child_id": id, "mark": "present" }] })]
        }),
        ("POST", "/v1/agent/season") => Plan::NoId("", Some(json!({ "file": "", "dry_run": true }))),
        ("POST", "/v1/agent/registrations/import" | "/v1/agent/attendance/import") => {
            Plan::NoId("", Some(json!({ "csv": "", "dry_run": true })))
        }
        ("POST", "/v1/sync/push") => Plan::Bodies(pushes),
        ("POST", "/v1/auth/refresh") => Plan::NoId("", Some(json!({ "refresh_token": "x".repeat(43) }))),
        ("PUT", "/v1/account/code") => Plan::NoId("", Some(json!({ "current": "faux", "new": "Autre-code-2026" }))),
        ("PUT", "/v1/account/identifiant") => {
            Plan::Apart("an identifiant is asked, not an id: identifiants_are_free_elsewhere")
        }
        ("POST", "/v1/auth/sign-in") => Plan::Apart("asks for an identifiant: a_sign_in_tells_nothing"),
        ("POST", "/v1/auth/lost-code") => Plan::Apart("asks for an identifiant: a_lost_code_tells_nothing"),
        ("POST", "/v1/account/co-holder" | "/v1/account/co-holder/removal") => {
            Plan::Apart("names nothing by an id, and asks for the code: the_co_holder_is_the_callers_own")
        }
        ("GET" | "POST", "/lien/{token}") => Plan::Apart("a token is no id: tests/notices.rs"),
        ("POST", "/v1/auth/sign-out") => Plan::Apart("names nothing, and ends the session the others need"),
        ("GET", "/v1/events") => Plan::Apart("never ends: pokes_are_the_callers_own"),
        ("GET", "/v1/communes/{slug}") => Plan::Apart("public by design: the sign-in page shows it to anyone"),
        _ => return None,
    })
}

/// Days of a child, all named by an id.
fn change_days(id: Uuid) -> Value {
    json!({ "activity_id": id, "period_id": id, "children": [{ "child_id": id, "days": [
        { "day": "2026-12-21", "old": [], "new": ["morning"], "expected_cents": 5000 },
    ] }] })
}

/// Registrations that name a child and an activity by an id.
fn registrations(id: Uuid) -> Vec<Value> {
    let registration = |child: Uuid, activity: Uuid| json!({ "child_id": child, "activity_id": activity, "from": "2026-09-01", "to": "2027-08-31", "state": "accepted" });
    vec![registration(id, Uuid::nil()), registration(Uuid::nil(), id), registration(id, id)]
}

/// Receipts that name an operation by an id.
fn receipts(id: Uuid) -> Vec<Value> {
    let receipt = json!({ "receipt_id": id, "at": "2026-10-01T06:00:00Z", "activity_id": id, "period_id": id, "lines": [],
        "seal": "AAAA-AAAA-AAAA-AAAA" });
    vec![json!({ "family_id": id, "receipt": receipt })]
}

/// Operations that name something by its id.
fn pushes(id: Uuid) -> Vec<Value> {
    let mut days = change_days(id);
    days["type"] = json!("reservations.change_days");
    let phone = |new: &str| json!({ "type": "phone", "value": new });
    let ops = [
        json!({ "type": "sync.cancel", "op_id": id }),
        json!({
            "type": "family.change_detail", "subject": { "type": "adult", "person_id": id }, "field": "mobile_phone",
            "old": { "type": "phone", "value": null }, "new": phone("+33612345678"),
        }),
        json!({ "type": "accounts.acknowledge_notice", "notice_id": id }),
        days,
    ];
    ops.into_iter().map(|op| json!({ "operations": [{ "op_id": Uuid::now_v7(), "op": op }] })).collect()
}

/// Two communes with the same families' file, three families signed in, and an agent of the first commune. The other
/// commune offers days.
struct World {
    town: Town,
    server: Server,
    api: Api,
    claire: Session,
    neighbour: Session,
    elsewhere: Session,
    agent: Session,
}

impl World {
    async fn new() -> Result<Self> {
        let town = Town::with_families(6)?;
        town.create_commune(&commune().replace(SLUG, OTHER_SLUG).replace("\"Parempuyre\"", "\"Ludon-Fictif\""))?;
        town.import(OTHER_SLUG, &families(6))?;
        town.offer(OTHER_SLUG, &Season::open_now()?.text)?;
        town.register(OTHER_SLUG, &Season::registrations(&["E0006", "E0007"]))?;
        let [claire, neighbour] = ["F0001", "F0003"].map(|family| town.letters(SLUG, family));
        let elsewhere = town.letters(OTHER_SLUG, "F0003")?.remove(0);
        let agent =
            town.run(&["create-agent", "--commune", SLUG, "--identifiant", "agent.un", "--role", "admin", "--json"])?;
        let server = town.serve()?;
        let api = server.api()?;
        Ok(Self {
            claire: api.first_login(SLUG, &claire?[0], CODE).await?,
            neighbour: api.first_login(SLUG, &neighbour?[0], CODE).await?,
            elsewhere: api.first_login(OTHER_SLUG, &elsewhere, CODE).await?,
            agent: api.first_agent_login(SLUG, &agent, CODE).await?,
            town,
            server,
            api,
        })
    }

    /// Every id that a family knows: its stream, its entities, its account, its device, a change it asked.
    async fn ids_of(&self, session: &Session) -> Result<BTreeSet<Uuid>> {
        let change = self.ask_for_a_change(session).await?;
        let mut ids = BTreeSet::from([change, session.dto.account.account_id, session.dto.device_id]);
        for upsert in self.api.pull(&session.token, "", 500).await?.iter().flat_map(|page| &page.upserts) {
            if upsert.kind != "commune" {
                ids.extend([upsert.stream, upsert.entity]);
            }
        }
        Ok(ids)
    }

    async fn ask_for_a_change(&self, session: &Session) -> Result<Uuid> {
        let pages = self.api.pull(&session.token, "", 500).await?;
        let family = pages.iter().flat_map(|page| &page.upserts).find(|upsert| upsert.kind == "family");
        let family: Value = serde_json::from_str(family.context("a family")?.body.get())?;
        let address = json!({ "street": "9 quai des Chaumes", "postcode": "33290", "city": "PAREMPUYRE" });
        let op = json!({
            "type": "family.change_detail", "subject": { "type": "household" }, "field": "address",
            "old": { "type": "address", "value": family["address"] }, "new": { "type": "address", "value": address },
        });
        let op_id = Uuid::now_v7();
        let answer = self.api.push(&session.token, op_id, &op).await?.success()?;
        anyhow::ensure!(answer.body["outcomes"][0]["status"] == "waiting", "{answer:?}");
        Ok(op_id)
    }
}

/// The routes of the served document.
fn routes(town: &Town) -> Result<Vec<(Method, String)>> {
    let document: Value = serde_json::from_str(&town.run(&["openapi"])?).context("the OpenAPI document")?;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().context("paths")? {
        for method in item.as_object().into_iter().flatten().map(|(method, _)| method) {
            if let Ok(method) = method.to_uppercase().parse::<Method>()
                && [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&method)
            {
                routes.push((method, path.clone()));
            }
        }
    }
    Ok(routes)
}

/// Without what may differ: the request's id, the id asked for, the ids that the caller made up itself, and how far the
/// caller's own stream is, which each receipt of theirs takes further.
fn masked(answer: &Answer, asked: Uuid) -> Answer {
    fn mask(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    if matches!(name.as_str(), "request_id" | "op_id" | "version") {
                        *field = json!("masked");
                    } else {
                        mask(field);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(mask),
            _ => {}
        }
    }
    let text = answer.body.to_string().replace(&asked.to_string(), "the id asked");
    let mut body = serde_json::from_str(&text).unwrap_or(Value::Null);
    mask(&mut body);
    Answer { status: answer.status, body }
}

fn fill(path: &str, id: Uuid) -> String {
    let filled = |part: &str| match part {
        "{day}" => "2026-12-21".to_owned(),
        part if part.starts_with('{') => id.to_string(),
        part => part.to_owned(),
    };
    path.split('/').map(filled).collect::<Vec<_>>().join("/")
}

/// What a route answers about an id, by path or by body.
async fn ask(world: &World, route: &(Method, String), plan: &Plan, caller: &Session, id: Uuid) -> Result<Vec<Answer>> {
    let (method, path) = route;
    let bodies = match plan {
        Plan::Bodies(bodies) => bodies(id).into_iter().map(Some).collect(),
        _ if *method == Method::POST => vec![Some(json!({ "decision": "refuse", "reason": "Essai" }))],
        _ => vec![None],
    };
    let path = match plan {
        Plan::Query(name) => format!("{path}?{name}={id}"),
        _ => fill(path, id),
    };
    let mut answers = Vec::new();
    for body in bodies {
        answers.push(world.api.send(method.clone(), &path, Some(&caller.token), body.as_ref()).await?);
    }
    Ok(answers)
}

#[tokio::test]
async fn another_familys_id_answers_like_a_random_one() -> Result<()> {
    let world = World::new().await?;
    let neighbours = world.ids_of(&world.neighbour).await?;
    let elsewhere = world.ids_of(&world.elsewhere).await?;
    assert!(neighbours.len() > 10 && neighbours.is_disjoint(&elsewhere));
    let (mut compared, mut told) = (0, BTreeSet::new());
    for route in routes(&world.town)? {
        let plan =
            plan(&route.0, &route.1).with_context(|| format!("say in `plan` how {} {} is asked", route.0, route.1))?;
        if !matches!(plan, Plan::Path | Plan::Query(_) | Plan::Bodies(_)) {
            continue;
        }
        let by_a_family = neighbours.union(&elsewhere).map(|id| (&world.claire, *id));
        let by_an_agent = elsewhere.iter().map(|id| (&world.agent, *id));
        for (caller, id) in by_a_family.chain(by_an_agent) {
            let random = Uuid::now_v7();
            let theirs = ask(&world, &route, &plan, caller, id).await?;
            let nobodys = ask(&world, &route, &plan, caller, random).await?;
            for (theirs, nobodys) in theirs.iter().zip(&nobodys) {
                let (theirs, nobodys) = (masked(theirs, id), masked(nobodys, random));
                if theirs != nobodys {
                    told.insert(format!("{} {}: {theirs:?}\n    instead of {nobodys:?}", route.0, route.1));
                }
                compared += 1;
            }
        }
    }
    assert!(
        told.is_empty(),
        "what is not theirs is told from nothing:\n{}",
        told.into_iter().collect::<Vec<_>>().join("\n")
    );
    assert!(compared > 50, "only {compared} answers were compared");
    Ok(())
}

#[tokio::test]
async fn ones_own_id_answers_otherwise() -> Result<()> {
    let world = World::new().await?;
    let device = format!("/v1/account/devices/{}", world.neighbour.dto.device_id);
    let own = world.api.send(Method::DELETE, &device, Some(&world.neighbour.token), None).await?;
    assert!((200..300).contains(&own.status), "the comparison would prove nothing: {own:?}");

    let pages = world.api.pull(&world.elsewhere.token, "", 500).await?;
    let period = pages.iter().flat_map(|page| &page.upserts).find(|upsert| upsert.kind == "period");
    let counters = format!("/v1/counters?period={}", period.context("a period")?.entity);
    world.api.get(&counters, &world.elsewhere.token).await?.success()?;

    let found = world.api.get("/v1/agent/families?q=Diop", &world.agent.token).await?.success()?;
    let family = found.body[0]["family_id"].as_str().context("the agent finds a family of the commune")?.to_owned();
    world.api.get(&format!("/v1/agent/families/{family}"), &world.agent.token).await?.success()?;
    assert_eq!(world.api.get(&format!("/v1/agent/families/{family}"), &world.claire.token).await?.status, 403);
    Ok(())
}

#[tokio::test]
async fn routes_without_an_id_answer_only_what_is_the_callers() -> Result<()> {
    let world = World::new().await?;
    let neighbours = world.ids_of(&world.neighbour).await?;
    let elsewhere = world.ids_of(&world.elsewhere).await?;
    for (method, path) in routes(&world.town)? {
        let Some(Plan::NoId(query, body)) = plan(&method, &path) else { continue };
        let route = format!("{path}{query}");
        let answer = world.api.send(method.clone(), &route, Some(&world.claire.token), body.as_ref()).await?;
        let text = answer.body.to_string();
        for id in neighbours.union(&elsewhere) {
            assert!(!text.contains(&id.to_string()), "{method} {route} shows a family {id}: {text}");
        }
        let answer = world.api.send(method.clone(), &route, Some(&world.agent.token), body.as_ref()).await?;
        let text = answer.body.to_string();
        for id in &elsewhere {
            assert!(!text.contains(&id.to_string()), "{method} {route} shows an agent {id} of another commune: {text}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_sign_in_tells_nothing() -> Result<()> {
    let world = World::new().await?;
    let sign_in = async |commune: &str, identifiant: &str| {
        let body =
            json!({ "commune": commune, "identifiant": identifiant, "code": "Faux-code-2026", "device_label": "x" });
        world.api.send(Method::POST, "/v1/auth/sign-in", None, Some(&body)).await
    };
    let known = world.neighbour.dto.account.identifiant.clone();
    let unknown = masked(&sign_in(SLUG, "personne.inconnue").await?, Uuid::nil());
    assert_eq!(masked(&sign_in(SLUG, &known).await?, Uuid::nil()), unknown);
    assert_eq!(masked(&sign_in(SLUG, "agent.un").await?, Uuid::nil()), unknown);
    assert_eq!(masked(&sign_in("nulle-part", &known).await?, Uuid::nil()), unknown);
    Ok(())
}

#[tokio::test]
async fn a_lost_code_tells_nothing() -> Result<()> {
    let world = World::new().await?;
    let ask = async |commune: &str, identifiant: &str| {
        let body = json!({ "commune": commune, "identifiant": identifiant });
        world.api.send(Method::POST, "/v1/auth/lost-code", None, Some(&body)).await
    };
    let known = world.neighbour.dto.account.identifiant.clone();
    let unknown = ask(SLUG, "personne.inconnue").await?;
    assert_eq!((unknown.status, &unknown.body), (202, &Value::Null));
    for (commune, identifiant) in [(SLUG, known.as_str()), (SLUG, "agent.un"), ("nulle-part", &known), (SLUG, "é à")]
    {
        assert_eq!(ask(commune, identifiant).await?, unknown, "{identifiant}");
    }
    Ok(())
}

#[tokio::test]
async fn the_co_holder_is_the_callers_own() -> Result<()> {
    let world = World::new().await?;
    let state = async |session: &Session| world.api.get("/v1/account/co-holder", &session.token).await;
    // The town's file gives each of these families a co-holder: each sees its own, an agent none.
    let own = state(&world.claire).await?.success()?.body;
    let theirs = [state(&world.neighbour).await?.success()?.body, state(&world.elsewhere).await?.success()?.body];
    assert!(own["state"] == "active" && theirs.iter().all(|other| other["state"] == "active" && *other != own));
    assert_eq!(state(&world.agent).await?.status, 403);
    let removal = json!({ "code": CODE });
    let path = "/v1/account/co-holder/removal";
    assert_eq!(world.api.post(path, &world.agent.token, &removal).await?.status, 403);
    world.api.post(path, &world.claire.token, &removal).await?.success()?;
    assert_eq!(state(&world.claire).await?.success()?.body["state"], "none");
    assert_eq!(state(&world.neighbour).await?.success()?.body, theirs[0], "nobody else's went");
    assert_eq!(state(&world.elsewhere).await?.success()?.body, theirs[1]);
    Ok(())
}

#[tokio::test]
async fn identifiants_are_free_elsewhere() -> Result<()> {
    let world = World::new().await?;
    let change = json!({ "code": CODE, "identifiant": "agent.un" });
    let taken =
        world.api.send(Method::PUT, "/v1/account/identifiant", Some(&world.neighbour.token), Some(&change)).await?;
    assert_eq!(taken.body["code"], json!("identifiant_refused"), "taken in this commune: {taken:?}");
    let free =
        world.api.send(Method::PUT, "/v1/account/identifiant", Some(&world.elsewhere.token), Some(&change)).await?;
    assert!((200..300).contains(&free.status), "another commune's names are not looked at: {free:?}");
    Ok(())
}

#[tokio::test]
async fn pokes_are_the_callers_own() -> Result<()> {
    let world = World::new().await?;
    let stream = format!("{}/v1/events", world.server.address);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut events = client.get(stream).bearer_auth(&world.claire.token).send().await?.error_for_status()?;
    // The neighbour's change comes first: had it been told to Claire, it would be read before her own.
    world.ask_for_a_change(&world.neighbour).await?;
    world.ask_for_a_change(&world.elsewhere).await?;
    world.ask_for_a_change(&world.claire).await?;
    let own = stream_of(&world.claire)?;
    let mut heard = String::new();
    let listening = async {
        while !heard.contains(&own) {
            let chunk = events.chunk().await?.context("the events ended")?;
            heard.push_str(&String::from_utf8_lossy(&chunk));
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(harness::DEADLINE, listening).await.context("no poke for one's own change")??;
    for other in [&world.neighbour, &world.elsewhere] {
        assert!(!heard.contains(&stream_of(other)?), "{heard}");
    }
    Ok(())
}

fn stream_of(session: &Session) -> Result<String> {
    match session.dto.account.kind {
        preau_protocol::accounts::AccountKindDto::Family { family_id, .. } => Ok(family_id.to_string()),
        preau_protocol::accounts::AccountKindDto::Agent { .. } => bail!("an agent has no stream"),
    }
}

#[test]
fn the_committed_document_is_the_served_one() -> Result<()> {
    let served = Town::empty()?.run(&["openapi"])?;
    let committed = include_str!("../docs/openapi.json");
    assert_eq!(committed.trim(), served.trim(), "docs/openapi.json is stale: cargo xtask codegen");
    Ok(())
}
