//! The administration socket: a Unix domain socket that takes one request a connection, as JSON behind its length.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Answer, Request, execute};
use crate::app::App;
use crate::error::Error;

/// Longest message: an import of some hundred thousand lines.
const MESSAGE_MAX: usize = 128 * 1024 * 1024;
/// For a message to arrive or to be taken.
const TRANSFER: Duration = Duration::from_secs(60);
/// Requests at a time.
const AT_A_TIME: usize = 4;

/// What goes back: an answer, or that something broke.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Answer(Box<Answer>),
    Busy { retry_after: u32 },
    Failed { error: String },
}

/// A socket that listens; its file goes when it is dropped.
#[derive(Debug)]
pub struct AdminSocket {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        self.task.abort();
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "removing the administration socket");
        }
    }
}

impl AdminSocket {
    /// Listens. Whoever holds the database may replace the file that a killed server left.
    ///
    /// # Errors
    /// When another server answers there, or the folder is not ours.
    pub async fn listen(app: App, path: &Path) -> anyhow::Result<Self> {
        match UnixStream::connect(path).await {
            Ok(_) => bail!("another server listens on {}", path.display()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(_) => fs::remove_file(path).with_context(|| format!("removing the old {}", path.display()))?,
        }
        let listener = UnixListener::bind(path).with_context(|| format!("listening on {}", path.display()))?;
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        let owner = fs::metadata(path)?.uid();
        let task = tokio::spawn(accept(app, listener, owner));
        Ok(Self { path: path.to_owned(), task })
    }

    /// Stops listening and gives the application back to be closed.
    pub async fn close(mut self) {
        self.task.abort();
        if let Err(error) = (&mut self.task).await
            && !error.is_cancelled()
        {
            tracing::warn!(%error, "the administration socket");
        }
    }
}

async fn accept(app: App, listener: UnixListener, owner: u32) {
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut under_way = tokio::task::JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "accepting on the administration socket");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let app = app.clone();
        under_way.spawn(async move {
            if let Err(error) = serve(&app, stream, owner).await {
                tracing::warn!(error = format!("{error:#}"), "on the administration socket");
            }
            drop(place);
        });
    }
}

async fn serve(app: &App, mut stream: UnixStream, owner: u32) -> anyhow::Result<()> {
    // Between bind and chmod somebody else may have come in.
    let peer = stream.peer_cred()?.uid();
    ensure!(peer == owner || peer == 0, "refused the user {peer}");
    let request = timeout(TRANSFER, receive::<Request>(&mut stream)).await.context("waiting for the request")??;
    let reply = match execute(app, request).await {
        Ok(answer) => Reply::Answer(Box::new(answer)),
        Err(Error::Busy { retry_after }) => Reply::Busy { retry_after },
        Err(error) => {
            let error = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(error, "an administration request failed");
            Reply::Failed { error }
        }
    };
    timeout(TRANSFER, send(&mut stream, &reply)).await.context("sending the answer")?
}

/// Asks the server that listens there; `None` when none does.
///
/// # Errors
/// When it answers that something broke, or goes away.
pub async fn ask(path: &Path, request: &Request) -> anyhow::Result<Option<Answer>> {
    let mut stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("connecting to {}", path.display())),
    };
    send(&mut stream, request).await.context("asking the running server")?;
    match receive(&mut stream).await.context("the running server's answer")? {
        Reply::Answer(answer) => Ok(Some(*answer)),
        Reply::Busy { retry_after } => bail!("the server is busy: again in {retry_after} s"),
        Reply::Failed { error } => bail!("{error}"),
    }
}

async fn send(stream: &mut UnixStream, message: &impl Serialize) -> anyhow::Result<()> {
    let bytes = serde_json::to_vec(message)?;
    ensure!(bytes.len() <= MESSAGE_MAX, "too long a message: {} bytes", bytes.len());
    stream.write_u32(u32::try_from(bytes.len())?).await?;
    stream.write_all(&bytes).await?;
    stream.flush().await?;
    Ok(())
}

async fn receive<T: DeserializeOwned>(stream: &mut UnixStream) -> anyhow::Result<T> {
    let length = stream.read_u32().await?;
    ensure!(length as usize <= MESSAGE_MAX, "too long a message: {length} bytes");
    // Read as it comes: a length alone makes nothing grow.
    let mut bytes = Vec::new();
    stream.take(length.into()).read_to_end(&mut bytes).await?;
    ensure!(bytes.len() == length as usize, "the message ended early");
    Ok(serde_json::from_slice(&bytes)?)
}
