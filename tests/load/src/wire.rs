//! A line between a computer and its server that counts what goes over it.

use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Nothing more comes for so long: what was asked has been answered.
const QUIET: Duration = Duration::from_millis(400);
const STEP: Duration = Duration::from_millis(20);

/// What went over the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes from the computer, TCP's own left out.
    pub sent: u64,
    /// Bytes to the computer.
    pub received: u64,
    /// Times the computer spoke after it was answered, or at first.
    pub turns: u64,
    /// Connections.
    pub connections: u64,
}

impl Traffic {
    /// What went over since an earlier look.
    pub fn since(self, before: Self) -> Self {
        Self {
            sent: self.sent - before.sent,
            received: self.received - before.received,
            turns: self.turns - before.turns,
            connections: self.connections - before.connections,
        }
    }
}

#[derive(Default)]
struct State {
    traffic: Traffic,
    /// The last to speak was the computer.
    asking: bool,
}

/// The line.
#[derive(Clone)]
pub struct Wire {
    state: Arc<Mutex<State>>,
    /// Where the computer connects.
    pub address: SocketAddr,
}

impl Wire {
    /// Opens a line to a server.
    pub async fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("a port for the line")?;
        let wire = Self { state: Arc::default(), address: listener.local_addr()? };
        let state = wire.state.clone();
        tokio::spawn(async move {
            while let Ok((computer, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else { continue };
                // Small messages must not wait for one another.
                if computer.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
                    continue;
                }
                count(&state, |state| state.traffic.connections += 1);
                let ((from_computer, to_computer), (from_server, to_server)) =
                    (computer.into_split(), server.into_split());
                tokio::spawn(pass(from_computer, to_server, state.clone(), said_by_computer));
                tokio::spawn(pass(from_server, to_computer, state.clone(), said_by_server));
            }
        });
        Ok(wire)
    }

    /// What went over so far, once nothing moves.
    pub async fn quiet(&self) -> Traffic {
        let mut last = self.traffic();
        let mut still = Duration::ZERO;
        while still < QUIET {
            tokio::time::sleep(STEP).await;
            let now = self.traffic();
            still = if now == last { still + STEP } else { Duration::ZERO };
            last = now;
        }
        last
    }

    fn traffic(&self) -> Traffic {
        self.state.lock().unwrap().traffic
    }
}

fn count(state: &Mutex<State>, change: impl FnOnce(&mut State)) {
    change(&mut state.lock().unwrap());
}

fn said_by_computer(state: &mut State, bytes: u64) {
    state.traffic.sent += bytes;
    if !state.asking {
        state.traffic.turns += 1;
        state.asking = true;
    }
}

fn said_by_server(state: &mut State, bytes: u64) {
    state.traffic.received += bytes;
    state.asking = false;
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: Arc<Mutex<State>>, said: fn(&mut State, u64)) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(length) => {
                count(&state, |state| said(state, length as u64));
                if to.write_all(&buffer[..length]).await.is_err() {
                    break;
                }
            }
        }
    }
    // The other side may be gone already.
    to.shutdown().await.unwrap_or_default();
}
