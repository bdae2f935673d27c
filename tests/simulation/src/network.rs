//! The way between computers and server: requests are lost, answered in vain, doubled, or arrive late.

use crate::clock::Drawn;
use crate::stage::Stage;
use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use futures_util::stream::BoxStream;
use http::header;
use preau_client::sync::transport::{Answer, Method, Request, ServerEvent, Transport, TransportError};
use preau_protocol::ErrorCode;
use preau_protocol::sync::{MAX_CHANGES, OutcomeDto, PushResponse};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tower::ServiceExt;
use uuid::Uuid;

/// Most that the server answers here.
const ANSWER: usize = 32 * 1024 * 1024;

/// The network, and what was seen on it.
pub struct Network {
    stage: Arc<Stage>,
    drawn: Drawn,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    server: Option<Router>,
    /// Dead, and not yet cleared away.
    died: bool,
    late: Vec<Request>,
    /// How many times the server was restored.
    era: u32,
    outcomes: BTreeMap<(u32, Uuid), OutcomeDto>,
    /// Replays that answered otherwise.
    contradictions: Vec<String>,
}

/// What becomes of a request.
enum Fate {
    Arrives,
    Lost,
    AnswerLost,
    Doubled,
    Late,
    Refused,
}

impl Network {
    pub fn new(seed: u64, stage: Arc<Stage>) -> Arc<Self> {
        Arc::new(Self { stage, drawn: Drawn::new(seed ^ 0x004E_4554), state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn connect(&self, server: Option<Router>) {
        let mut state = self.state();
        state.server = server;
        state.died = false;
    }

    /// Whether the server died at a place since it was connected.
    pub fn server_died(&self) -> bool {
        self.state().died
    }

    /// The server was restored. No connection outlives that: what was held up is lost.
    pub fn new_era(&self) {
        let mut state = self.state();
        state.era += 1;
        state.late.clear();
    }

    pub fn contradictions(&self) -> Vec<String> {
        self.state().contradictions.clone()
    }

    /// A request that was given up arrives after all, and nobody hears its answer.
    pub async fn deliver_late(&self) {
        let late = {
            let mut state = self.state();
            if state.late.is_empty() {
                return;
            }
            let which = self.drawn.below(state.late.len());
            state.late.swap_remove(which)
        };
        if self.deliver(&late).await.is_ok() {
            self.stage.count("a request arrived late");
        }
    }

    fn fate(&self) -> Fate {
        if !self.stage.has_faults() {
            return Fate::Arrives;
        }
        match self.drawn.below(40) {
            0 | 1 => Fate::Lost,
            2 | 3 => Fate::AnswerLost,
            4 | 5 => Fate::Doubled,
            6 | 7 => Fate::Late,
            8 => Fate::Refused,
            _ => Fate::Arrives,
        }
    }

    async fn deliver(&self, request: &Request) -> Result<Answer, TransportError> {
        let Some(router) = self.state().server.clone() else { return Err(TransportError::NotReached) };
        let era = self.state().era;
        let asked = router.oneshot(written(request));
        let response = tokio::select! {
            biased;
            response = asked => response.unwrap_or_else(|never| match never {}),
            () = self.stage.server_dies() => {
                let mut state = self.state();
                state.server = None;
                state.died = true;
                return Err(TransportError::Unreachable);
            }
        };
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, ANSWER).await.map_err(|_| TransportError::Unreachable)?.to_vec();
        let retry_after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let answer = Answer { status: parts.status.as_u16(), retry_after, body };
        self.witness(request, &answer, era);
        Ok(answer)
    }

    /// I3: every replay of an operation gives the same outcome, heard or not.
    fn witness(&self, request: &Request, answer: &Answer, era: u32) {
        if request.path != "/v1/sync/push" || answer.status != 200 {
            return;
        }
        let Ok(response) = serde_json::from_slice::<PushResponse>(&answer.body) else { return };
        let mut state = self.state();
        for outcome in response.outcomes {
            // What its author had been told is no part of the answer.
            let outcome = OutcomeDto { changed: false, ..outcome };
            match state.outcomes.get(&(era, outcome.op_id)) {
                Some(known) if *known != outcome && !lost_the_right_to(known, &outcome) => {
                    let text = format!("I3: {known:?}, then {outcome:?}");
                    state.contradictions.push(text);
                }
                Some(_) => self.stage.count("an operation was answered again"),
                None => drop(state.outcomes.insert((era, outcome.op_id), outcome)),
            }
        }
    }
}

/// Given up by somebody of a home that its author has left since: no effect, and no longer theirs to hear of.
fn lost_the_right_to(known: &OutcomeDto, now: &OutcomeDto) -> bool {
    known.code == Some(ErrorCode::OperationCancelled) && now.code == Some(ErrorCode::OperationReused)
}

fn written(request: &Request) -> http::Request<Body> {
    let method = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Delete => http::Method::DELETE,
    };
    let mut asked = http::Request::new(request.body.clone().map_or_else(Body::empty, Body::from));
    *asked.method_mut() = method;
    if let Ok(path) = request.path.parse() {
        *asked.uri_mut() = path;
    }
    let headers = asked.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    if let Some(Ok(bearer)) = request.token.as_ref().map(|token| format!("Bearer {token}").parse()) {
        headers.insert(header::AUTHORIZATION, bearer);
    }
    asked.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 40000))));
    asked
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, mut request: Request) -> Result<Answer, TransportError> {
        // Small pages, so that a reading may be cut between two of them.
        let limit = format!("limit={}", 1 + self.drawn.below(9));
        request.path = request.path.replace(&format!("limit={MAX_CHANGES}"), &limit);
        match self.fate() {
            Fate::Arrives => self.deliver(&request).await,
            Fate::Lost => {
                self.stage.count("a request was lost");
                Err(TransportError::Unreachable)
            }
            Fate::AnswerLost => {
                self.deliver(&request).await?;
                self.stage.count("an answer was lost");
                Err(TransportError::Unreachable)
            }
            Fate::Doubled => {
                self.deliver(&request).await?;
                self.stage.count("a request was doubled");
                self.deliver(&request).await
            }
            Fate::Late => {
                self.stage.count("a request was held up");
                self.state().late.push(request);
                Err(TransportError::Unreachable)
            }
            Fate::Refused => {
                self.stage.count("the server was busy");
                Ok(Answer { status: 503, retry_after: Some(2), body: Vec::new() })
            }
        }
    }

    async fn events(&self, _token: &str) -> Result<BoxStream<'static, ServerEvent>, TransportError> {
        // Pokes are given by the story.
        Err(TransportError::NotReached)
    }
}
