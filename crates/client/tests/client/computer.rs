//! A computer with its folder, its keychain and its clocks, on which the application starts.

use crate::town::{PERSONAL, Town};
use jiff::Timestamp;
use preau_client::accounts::views::{KeepRequest, SessionView, SignInRequest};
use preau_client::clock::{Chance, Clock, SystemClock};
use preau_client::disk::{Disk, SystemDisk};
use preau_client::profiles::key::{Key, KeyStore, Keychain};
use preau_client::sync::views::{SyncStateView, SyncStatusView};
use preau_client::{Client, Environment, Listener, Notice};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// What this computer's installation is known by.
pub const INSTALLATION: Uuid = Uuid::from_u128(0x1257);

/// How long a test waits, by a real clock, before it says that something does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A clock whose wall may be wrong, and whose monotonic side is the runtime's, or moved by hand.
pub struct TestClock {
    running: SystemClock,
    hands: Hands,
    wall: Mutex<Timestamp>,
}

/// After all that a running clock may have shown in a test.
const LATER: Duration = Duration::from_secs(1_000_000);

/// Where the hands of a clock stand, when it does not run.
pub type Hands = Arc<Mutex<Option<Duration>>>;

impl Clock for TestClock {
    fn monotonic(&self) -> Duration {
        self.hands.lock().expect("a clock").unwrap_or_else(|| self.running.monotonic())
    }

    fn wall(&self) -> Timestamp {
        let elapsed = jiff::SignedDuration::try_from(self.monotonic()).expect("a duration");
        *self.wall.lock().expect("a clock") + elapsed
    }
}

struct Half;

impl Chance for Half {
    fn share(&self) -> f64 {
        0.5
    }
}

#[derive(Default)]
pub struct Keys(Mutex<BTreeMap<Uuid, Key>>);

impl Keys {
    pub fn lose(&self) {
        self.0.lock().expect("keys").clear();
    }
}

impl KeyStore for Keys {
    fn read(&self, profile: Uuid) -> anyhow::Result<Option<Key>> {
        Ok(self.0.lock().expect("keys").get(&profile).cloned())
    }

    fn write(&self, profile: Uuid, key: &Key) -> anyhow::Result<()> {
        self.0.lock().expect("keys").insert(profile, key.clone());
        Ok(())
    }

    fn delete(&self, profile: Uuid) -> anyhow::Result<()> {
        self.0.lock().expect("keys").remove(&profile);
        Ok(())
    }
}

/// A disk that can be full, or that a power cut reaches between two names.
#[derive(Default)]
pub struct TestDisk {
    pub full: AtomicBool,
    /// After so many names changed, no more are.
    pub names_left: Mutex<Option<usize>>,
}

impl Disk for TestDisk {
    fn settle(&self, file: &Path) -> std::io::Result<()> {
        if self.full.load(Ordering::Relaxed) {
            return Err(ErrorKind::StorageFull.into());
        }
        SystemDisk.settle(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        let mut left = self.names_left.lock().expect("a disk");
        match left.as_mut() {
            // What is not there costs nothing.
            _ if !from.exists() => {}
            Some(0) => return Err(ErrorKind::Other.into()),
            Some(left) => *left -= 1,
            None => {}
        }
        SystemDisk.rename(from, to)
    }
}

/// What the window would hear.
#[derive(Clone)]
pub struct Heard {
    pub notices: Arc<Mutex<Vec<Notice>>>,
    rung: Arc<Notify>,
}

impl Listener for Heard {
    fn notify(&self, notice: Notice) {
        self.notices.lock().expect("notices").push(notice);
        self.rung.notify_waiters();
    }
}

/// A computer with its folder and its keychain.
pub struct Computer {
    pub dir: tempfile::TempDir,
    pub town: Town,
    pub keys: Arc<Keys>,
    pub heard: Heard,
    pub plain: bool,
    pub kiosk: bool,
    pub wall: Timestamp,
    pub hands: Hands,
    pub disk: Arc<TestDisk>,
    /// A directory of towns in place of the one shipped.
    pub directory: Option<std::path::PathBuf>,
}

impl Computer {
    pub fn new() -> Self {
        let town = Town::new();
        let heard = Heard { notices: Arc::default(), rung: town.rung.clone() };
        let wall = "2026-10-19T08:00:03Z".parse().expect("a time");
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            town,
            keys: Arc::default(),
            heard,
            plain: false,
            kiosk: false,
            wall,
            hands: Hands::default(),
            directory: None,
            disk: Arc::default(),
        }
    }

    /// The application, as after a start.
    pub fn start(&self) -> Client {
        self.start_with(Keychain::from(Some(self.keys.clone() as Arc<dyn KeyStore>)))
    }

    /// The same, with another keychain.
    pub fn start_with(&self, keys: Keychain) -> Client {
        Client::new(Environment {
            data_dir: self.dir.path().to_owned(),
            directory: self.directory.clone(),
            keys,
            clock: Arc::new(TestClock {
                running: SystemClock::new(),
                hands: self.hands.clone(),
                wall: Mutex::new(self.wall),
            }),
            chance: Arc::new(Half),
            disk: self.disk.clone(),
            connector: Arc::new(self.town.clone()),
            listener: Arc::new(self.heard.clone()),
            device_label: "Test".into(),
            installation: INSTALLATION,
            kiosk: self.kiosk,
            plain_cache_for_tests: self.plain,
        })
    }

    /// So much time goes by, and none but by this from the first call on: a paused runtime lets hours go by while
    /// the cache is read.
    pub fn pass(&self, time: Duration) {
        let mut hands = self.hands.lock().expect("a clock");
        *hands = Some(hands.unwrap_or(LATER) + time);
    }

    /// Started, signed in and read.
    pub async fn signed_in(&self, keep: KeepRequest) -> Client {
        let client = self.start();
        let session = client.sign_in(&sign_in(PERSONAL, keep)).await.expect("a session");
        assert!(matches!(session, SessionView::Open { .. }), "{session:?}");
        self.up_to_date(&client).await;
        client
    }

    /// Waits until something is so, each time that something happened. The clocks of the tests run as fast as they
    /// can, so that whatever is planned happens soon.
    pub async fn until<F: Future<Output = bool>>(&self, mut so: impl FnMut() -> F) {
        let since = std::time::Instant::now();
        loop {
            let rung = self.heard.rung.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            if so().await {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "it is not so within {PATIENCE:?}");
            // Where nothing happens any more, hours go by at once.
            tokio::time::timeout(Duration::from_secs(3600), rung).await.unwrap_or_default();
        }
    }

    pub async fn up_to_date(&self, client: &Client) {
        self.until(async || client.sync_status().await.is_ok_and(|status| status.state == SyncStateView::UpToDate))
            .await;
    }

    /// Waits for the first status that is so.
    pub async fn status(&self, client: &Client, so: impl Fn(&SyncStatusView) -> bool) {
        let so = &so;
        self.until(async || client.sync_status().await.is_ok_and(|status| so(&status))).await;
    }

    /// The only profile's folder.
    pub fn profile(&self) -> std::path::PathBuf {
        let mut profiles = std::fs::read_dir(self.dir.path().join("profiles")).expect("profiles");
        profiles.next().expect("a profile").expect("a folder").path()
    }
}

pub fn sign_in(code: &str, keep: KeepRequest) -> SignInRequest {
    let (slug, identifiant) = ("parempuyre".into(), "Martel01 ".into());
    SignInRequest { slug, invitation: None, identifiant, code: code.into(), keep }
}

pub fn passphrase(text: &str) -> KeepRequest {
    KeepRequest::Passphrase { passphrase: text.into() }
}
