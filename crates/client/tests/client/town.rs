//! A town in memory, which serves one family and fails on demand.

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use preau_client::Error;
use preau_client::sync::transport::{Answer, Connector, Method, Request, ServerEvent, Transport, TransportError};
use preau_protocol::sync::{OutcomeStatus, PushRequest};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

pub const COMMUNE: Uuid = Uuid::from_u128(0x0c);
pub const FAMILY: Uuid = Uuid::from_u128(0x0f);
pub const CLAIRE: Uuid = Uuid::from_u128(0xc1);
pub const LEO: Uuid = Uuid::from_u128(0x1e0);
pub const MAMIE: Uuid = Uuid::from_u128(0x3a);
pub const PERSONAL: &str = "Soleil-2026";
pub const ONE_TIME: &str = "7Q2M-XK4T-9ZB1";

/// What goes wrong with the next request whose path begins so.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It does not arrive.
    Unreachable,
    /// It arrives, its answer does not.
    Lost,
    /// It is answered by this, and has no effect.
    Status(u16, &'static str, Option<u32>),
    /// It takes effect at once; its answer takes this long.
    Late(Duration),
}

/// What became of an operation: status, code, version.
pub(crate) type Answered = (OutcomeStatus, Option<&'static str>, i64);
type EntityKey = (i64, String, Uuid);
/// By entity, its last version and body; no body: deleted.
type Rows = BTreeMap<(String, Uuid), (i64, Option<String>)>;

#[derive(Default)]
pub struct State {
    pub epoch: u32,
    /// By stream, its version and its rows.
    streams: BTreeMap<Uuid, (i64, Rows)>,
    pub operations: Vec<(Uuid, String)>,
    pub(crate) answers: BTreeMap<Uuid, Answered>,
    /// The servers that were asked for.
    pub servers: Vec<String>,
    /// Operations that it cannot swallow: a push that holds one is answered by this status.
    pub indigestible: BTreeMap<Uuid, u16>,
    /// Every push is answered by 500.
    pub takes_nothing: bool,
    pub faults: VecDeque<(&'static str, Fault)>,
    pub requests: Vec<Request>,
    /// When each of them came, by the clock of the tests.
    came: Vec<Instant>,
    pub page: usize,
    pub by_hand: bool,
    pub gone: Vec<Uuid>,
    pub down: bool,
    /// Takes requests and answers none.
    pub silent: bool,
    pub code: Option<String>,
    pub identifiant: String,
    /// The account is an agent's, whose second factor is always the same.
    pub agent: bool,
    pub tokens: u32,
    pub known_tokens: Vec<String>,
    pub server_time: &'static str,
    pub lies_in_digest: bool,
    /// Refused, which is on record and not in the stream of who asked: in a home that they have left, or not read yet.
    pub refused_elsewhere: Vec<Uuid>,
    /// Computers of the account besides the one that asks.
    pub other_devices: Vec<Uuid>,
    /// As served; none: there is no co-holder.
    pub co_holder: Option<Value>,
    /// The town registers co-holders itself.
    pub co_holder_by_town: bool,
    /// Answers to this name of a town with its own.
    pub poses_as: Option<&'static str>,
    /// Leaves out the last outcome of a push, as no sound server would.
    pub forgets_outcomes: bool,
}

/// The town.
#[derive(Clone, Default)]
pub struct Town {
    state: Arc<Mutex<State>>,
    pub rung: Arc<Notify>,
}

impl Town {
    pub fn new() -> Self {
        let town = Self::default();
        {
            let mut state = town.state();
            state.page = 100;
            state.server_time = "2026-10-19T08:00:00Z";
            state.code = Some(PERSONAL.to_owned());
            state.identifiant = "martel01".to_owned();
            state.put(COMMUNE, "commune", COMMUNE, &commune());
            state.put_all(FAMILY, family());
        }
        town
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a town that did not panic")
    }

    pub fn fail(&self, path: &'static str, fault: Fault) {
        self.state().faults.push_back((path, fault));
    }

    /// The bodies of the pushes that arrived or left, in order.
    pub fn pushes(&self) -> Vec<String> {
        let sent = |request: &Request| String::from_utf8(request.body.clone().unwrap_or_default()).expect("text");
        self.state().requests.iter().filter(|request| request.path == "/v1/sync/push").map(sent).collect()
    }

    /// When the requests came that are so, in order. What a paused clock shows to a test in between says nothing: it jumps while a
    /// cache is read.
    pub fn times(&self, so: impl Fn(&Request) -> bool) -> Vec<Instant> {
        let state = self.state();
        state.requests.iter().zip(&state.came).filter(|(request, _)| so(request)).map(|(_, came)| *came).collect()
    }

    /// The bodies sent to a path, in order.
    pub fn bodies(&self, path: &str) -> Vec<Value> {
        let read =
            |request: &Request| serde_json::from_slice(request.body.as_deref().unwrap_or(b"null")).expect("json");
        self.state().requests.iter().filter(|request| request.path == path).map(read).collect()
    }
}

impl State {
    pub fn put(&mut self, stream: Uuid, kind: &str, id: Uuid, body: &Value) {
        self.put_all(stream, vec![(kind, id, body.clone())]);
    }

    pub fn put_all(&mut self, stream: Uuid, entities: Vec<(&str, Uuid, Value)>) {
        let (version, rows) = self.streams.entry(stream).or_default();
        *version += 1;
        for (kind, id, body) in entities {
            rows.insert((kind.to_owned(), id), (*version, Some(body.to_string())));
        }
    }

    pub fn delete(&mut self, stream: Uuid, kind: &str, id: Uuid) {
        let (version, rows) = self.streams.entry(stream).or_default();
        *version += 1;
        rows.insert((kind.to_owned(), id), (*version, None));
    }

    /// As a server restored from a backup: everything it did not know then is gone.
    pub fn restore(&mut self) {
        self.epoch += 1;
        self.operations.clear();
        self.answers.clear();
        self.put_all(FAMILY, family());
        self.streams.get_mut(&FAMILY).expect("a family").1.retain(|(kind, _), _| kind != "detail_change");
    }

    pub fn version(&self, stream: Uuid) -> i64 {
        self.streams[&stream].0
    }

    fn changes(&self, cursor: &str) -> Value {
        let known: Value = serde_json::from_str(cursor).unwrap_or(json!({}));
        let fresh = !cursor.is_empty() && known["epoch"] != json!(self.epoch);
        let reset: Vec<Uuid> = if fresh { self.streams.keys().copied().collect() } else { vec![] };
        let mut positions = if fresh { json!({}) } else { known["at"].clone() };
        let (mut upserts, mut deletes, mut left) = (vec![], vec![], false);
        for (stream, (_, rows)) in self.streams.iter().filter(|(stream, _)| !self.gone.contains(stream)) {
            let at: Option<EntityKey> = serde_json::from_value(positions[stream.to_string()].clone()).ok();
            let mut rows: Vec<(EntityKey, &Option<String>)> =
                rows.iter().map(|((kind, id), (version, body))| ((*version, kind.clone(), *id), body)).collect();
            rows.sort();
            for (key, body) in rows.into_iter().filter(|(key, _)| at.as_ref().is_none_or(|at| key > at)) {
                if upserts.len() + deletes.len() >= self.page {
                    left = true;
                    break;
                }
                let (version, kind, entity) = &key;
                let row = json!({"stream": stream, "kind": kind, "entity": entity, "version": version});
                match body {
                    Some(body) => {
                        let mut row = row;
                        row["body"] = serde_json::from_str(body).expect("json");
                        upserts.push(row);
                    }
                    None => deletes.push(row),
                }
                positions[stream.to_string()] = json!(key);
            }
        }
        let cursor = json!({"epoch": self.epoch, "at": positions}).to_string();
        json!({"cursor": cursor, "has_more": left, "upserts": upserts, "deletes": deletes,
            "gone": self.gone, "reset": reset, "server_time": self.server_time})
    }

    fn digest(&self) -> Value {
        let (mut streams, mut digests) = (vec![], vec![]);
        for (stream, (version, rows)) in &self.streams {
            streams.push(json!({"stream": stream, "version": version}));
            let mut sums: BTreeMap<&str, (i64, Sha256)> = BTreeMap::new();
            for ((kind, id), (version, body)) in rows {
                let Some(body) = body else { continue };
                let (count, sum) = sums.entry(kind).or_default();
                *count += 1;
                sum.update(id.as_bytes());
                sum.update(version.to_be_bytes());
                sum.update(Sha256::digest(body.as_bytes()));
            }
            for (kind, (count, sum)) in sums {
                let count = if self.lies_in_digest { count + 1 } else { count };
                let checksum: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                digests.push(json!({"stream": stream, "kind": kind, "count": count, "checksum": checksum}));
            }
        }
        json!({"streams": streams, "digests": digests})
    }

    fn push(&mut self, body: &[u8]) -> (u16, Value) {
        let request: PushRequest = serde_json::from_slice(body).expect("a push");
        if self.takes_nothing {
            return (500, refusal("internal"));
        }
        if let Some(status) = request.operations.iter().find_map(|operation| self.indigestible.get(&operation.op_id)) {
            return (*status, refusal(if *status < 500 { "invalid_request" } else { "internal" }));
        }
        let mut outcomes: Vec<Value> = request
            .operations
            .iter()
            .map(|operation| {
                let (status, code, version) = self.apply(operation.op_id, operation.op.get());
                let mut outcome = json!({"op_id": operation.op_id, "status": status, "version": version});
                if let Some(code) = code {
                    outcome["code"] = json!(code);
                }
                // What waited and is on record as waiting is as told, decided since or not.
                let waits = status == OutcomeStatus::Waiting;
                let as_told =
                    |told| (waits && told == OutcomeStatus::Waiting) || told == self.standing(operation.op_id, status);
                if operation.told.is_some_and(|told| !as_told(told)) {
                    outcome["changed"] = json!(true);
                }
                outcome
            })
            .collect();
        if self.forgets_outcomes {
            outcomes.pop();
        }
        (200, json!({ "outcomes": outcomes }))
    }

    /// The entity, if it is there.
    pub fn find(&self, kind: &str, id: Uuid) -> Option<Value> {
        let (_, body) = self.streams[&FAMILY].1.get(&(kind.to_owned(), id))?;
        Some(serde_json::from_str(body.as_deref()?).expect("json"))
    }

    /// Every entity there ever was of a kind.
    pub fn ids(&self, kind: &str) -> Vec<Uuid> {
        self.streams[&FAMILY].1.keys().filter(|(name, _)| name == kind).map(|(_, id)| *id).collect()
    }

    pub fn entity(&self, kind: &str, id: Uuid) -> (i64, Value) {
        let (version, body) = &self.streams[&FAMILY].1[&(kind.to_owned(), id)];
        (*version, serde_json::from_str(body.as_deref().expect("an entity")).expect("json"))
    }

    pub(crate) fn session(&mut self, first: bool) -> Value {
        self.tokens += 1;
        let access = format!("access-{}", self.tokens);
        self.known_tokens = vec![access.clone(), format!("refresh-{}", self.tokens)];
        json!({"access_token": access, "access_expires_in": 900, "refresh_token": format!("refresh-{}", self.tokens),
            "device_id": Uuid::from_u128(0xd), "account": self.account(first)})
    }

    fn route(&mut self, request: &Request) -> (u16, Value) {
        let body: Value =
            request.body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).expect("json"));
        let known = |token: &Option<String>| token.as_ref().is_some_and(|token| self.known_tokens.contains(token));
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        match path {
            "/v1/server" => (200, json!({"product": "preau", "version": "0.1.0"})),
            "/v1/communes/parempuyre" => (200, commune()),
            path if self.poses_as.is_some_and(|slug| path == format!("/v1/communes/{slug}")) => (200, commune()),
            "/v1/auth/sign-in" => self.sign_in(&body),
            // Whoever asks, and for whom: nothing is learnt.
            "/v1/auth/lost-code" => (202, Value::Null),
            "/v1/auth/refresh"
                if self.known_tokens.contains(&body["refresh_token"].as_str().expect("a token").to_owned()) =>
            {
                (200, self.session(false))
            }
            path if path.starts_with("/v1/communes/") => (404, refusal("not_found")),
            _ if !known(&request.token) => (401, refusal("sign_in_required")),
            "/v1/account" => (200, self.account(self.code.is_none())),
            "/v1/account/code" => self.set_code(&body),
            "/v1/account/identifiant" => self.set_identifiant(&body),
            "/v1/account/devices" => (200, self.devices()),
            "/v1/account/co-holder" if request.method == Method::Get => self.co_holder(),
            "/v1/account/co-holder" => self.invite(&body),
            "/v1/account/co-holder/removal" => self.remove_co_holder(&body),
            path if path.starts_with("/v1/account/devices/") && request.method == Method::Delete => self.let_go(path),
            "/v1/auth/sign-out" => {
                self.known_tokens.clear();
                (204, Value::Null)
            }
            "/v1/sync/changes" => (200, self.changes(&decoded(query))),
            "/v1/sync/digest" => (200, self.digest()),
            "/v1/sync/push" => self.push(request.body.as_deref().unwrap_or_default()),
            "/v1/addresses" => (200, json!({"suggestions": [address("2 rue des Ormes")]})),
            _ => (404, refusal("not_found")),
        }
    }
}

fn decoded(query: &str) -> String {
    let url = reqwest::Url::parse(&format!("http://town/?{query}")).expect("a query");
    url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, value)| value.into_owned()).unwrap_or_default()
}

impl Town {
    /// What is answered, and how long the answer takes.
    fn answer(&self, request: &Request) -> (Result<Answer, TransportError>, Option<Duration>) {
        let mut state = self.state();
        state.requests.push(request.clone());
        state.came.push(Instant::now());
        let fault = state.faults.iter().position(|(path, _)| request.path.starts_with(path));
        let fault = fault.and_then(|at| state.faults.remove(at)).map(|(_, fault)| fault);
        let late = if let Some(Fault::Late(time)) = fault { Some(time) } else { None };
        let answer = match fault {
            _ if state.down => Err(TransportError::NotReached),
            _ if state.silent => Err(TransportError::Unreachable),
            Some(Fault::Unreachable) => Err(TransportError::Unreachable),
            Some(Fault::Status(status, code, retry_after)) => {
                Ok(Answer { status, retry_after, body: refusal(code).to_string().into_bytes() })
            }
            Some(Fault::Lost) => {
                state.route(request);
                Err(TransportError::Unreachable)
            }
            Some(Fault::Late(_)) | None => {
                let (status, body) = state.route(request);
                let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
                Ok(Answer { status, retry_after: None, body })
            }
        };
        (answer, late)
    }
}

#[async_trait]
impl Transport for Town {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let (answer, late) = self.answer(&request);
        self.rung.notify_waiters();
        if let Some(time) = late {
            tokio::time::sleep(time).await;
        }
        answer
    }

    async fn events(&self, _: &str) -> Result<BoxStream<'static, ServerEvent>, TransportError> {
        Ok(stream::pending().boxed())
    }
}

pub(crate) fn refusal(code: &str) -> Value {
    json!({"code": code, "request_id": Uuid::from_u128(0xe)})
}

pub fn address(street: &str) -> Value {
    json!({"street": street, "postcode": "33290", "city": "Parempuyre"})
}

pub(crate) fn commune() -> Value {
    json!({"commune_id": COMMUNE, "slug": "parempuyre", "name": "Parempuyre", "postcode": "33290",
        "contact": {"label": "Pôle enfance jeunesse", "phone": "+33556955612", "email": "pej@parempuyre.example"},
        "welcome": "Bienvenue dans votre espace.", "new_resident": "Appelez-nous.",
        "details": {"address": "at_once", "phones": "by_hand", "email": "at_once"}})
}

pub fn family() -> Vec<(&'static str, Uuid, Value)> {
    let link = json!({"from": "2018-05-14", "may_book": true, "may_collect": true, "pays": true, "other_home": false});
    let schooling = json!([{"from": "2025-09-01", "to": "2026-08-31", "school": "Jean Jaurès", "level": "CE1"},
        {"from": "2026-09-01", "school": "Jean Jaurès", "level": "CE2"}]);
    vec![
        ("family", FAMILY, json!({"family_id": FAMILY, "reference": "F0001", "address": address("1 rue des Ormes")})),
        (
            "adult",
            CLAIRE,
            json!({"person_id": CLAIRE, "role": "holder", "first_name": "Claire", "last_name": "Martel",
                "mobile_phone": "+33612345601", "email": "claire@exemple.fr"}),
        ),
        (
            "child",
            LEO,
            json!({"child_id": LEO, "first_name": "Léo", "last_name": "Martel", "birth_date": "2018-05-14",
                "schooling": schooling, "link": link}),
        ),
        (
            "contact",
            MAMIE,
            json!({"contact_id": MAMIE, "first_name": "Jeanne", "last_name": "Martel", "relation": "grand-mère",
                "may_collect": true, "emergency": true}),
        ),
        ("carnival", Uuid::from_u128(0xca), json!({"float": "a kind of tomorrow"})),
    ]
}

impl Connector for Town {
    fn connect(&self, server: &str) -> Result<Arc<dyn Transport>, Error> {
        self.state().servers.push(server.to_owned());
        Ok(Arc::new(self.clone()))
    }
}
