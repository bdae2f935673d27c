//! Slows guessing down, in memory: by identifiant, by installation and network together, and by network with a limit
//! that no household or office meets. An address alone is never counted: a school or an operator shares one.
//!
//! An identifiant that does not exist is counted like any other, so that nothing is learnt from being slowed down.
//! What has to survive a restart is counted on record as well ([`super::failures`]).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Failures of an account before it is locked.
pub const FAILURES: i64 = 5;
/// First lock, doubled by each further failure.
const FIRST_LOCK: SignedDuration = SignedDuration::from_secs(30);
/// Longest lock.
pub const LONGEST_LOCK: SignedDuration = SignedDuration::from_mins(15);
/// Counts without news for so long are forgotten.
pub(super) const MEMORY: SignedDuration = SignedDuration::from_hours(1);
/// Counts of networks start anew after so long, however busy: a large network always has somebody who mistypes.
const NETWORK_WINDOW: SignedDuration = SignedDuration::from_mins(15);
const INSTALLATION_TRIES: i64 = 10;
const NETWORK_TRIES: i64 = 200;
/// Most counts kept, a few megabytes.
const ROOM: usize = 50_000;

/// How long a lock lasts after so many failures, with a lock from `limit` on.
#[must_use]
pub fn lock_after(failures: i64, limit: i64) -> Option<SignedDuration> {
    let beyond = failures.saturating_sub(limit);
    let doublings = u32::try_from(beyond.min(16)).ok()?;
    Some(FIRST_LOCK.checked_mul(1 << doublings).map_or(LONGEST_LOCK, |lock| lock.min(LONGEST_LOCK)))
}

/// Where a request comes from, as far as throttling looks: a /24 of IPv4, a /56 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network([u8; 7]);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let mut network = [0; 7];
        match address.to_canonical() {
            IpAddr::V4(v4) => network[..3].copy_from_slice(&v4.octets()[..3]),
            IpAddr::V6(v6) => network.copy_from_slice(&v6.octets()[..7]),
        }
        Self(network)
    }
}

/// What a try is counted under.
#[derive(Debug, Clone)]
pub struct Try {
    keys: Vec<(Kind, [u8; 16])>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Identifiant,
    Installation,
    Network,
    /// Tokens that are not known, from one network.
    Token,
    /// Requests for a new code, of one identifiant.
    LostCode,
    /// Identifiants tried behind one single-use link.
    Link,
}

impl Kind {
    fn limit(self) -> i64 {
        match self {
            Self::Identifiant | Self::LostCode | Self::Link => FAILURES,
            Self::Installation => INSTALLATION_TRIES,
            Self::Network | Self::Token => NETWORK_TRIES,
        }
    }
}

impl Try {
    /// A try to sign in. Everything is kept as a digest only: no name or address stays in memory. An installation that
    /// does not say who it is is not counted as one: all of those would be the same.
    #[must_use]
    pub fn new(commune: &str, identifiant: &str, installation: Option<Uuid>, network: Network) -> Self {
        let mut keys =
            vec![(Kind::Identifiant, name_digest(commune, identifiant)), (Kind::Network, digest(&[&network.0]))];
        keys.extend(installation.map(|id| (Kind::Installation, digest(&[id.as_bytes(), &network.0]))));
        Self { keys }
    }
}

impl Try {
    /// A request for a new code: counted apart from sign-ins by identifiant, so that nobody is locked out by somebody who asks
    /// for them, and together with them by installation and network.
    #[must_use]
    pub fn lost_code(commune: &str, identifiant: &str, installation: Option<Uuid>, network: Network) -> Self {
        let mut attempt = Self::new(commune, identifiant, installation, network);
        for (kind, _) in &mut attempt.keys {
            if *kind == Kind::Identifiant {
                *kind = Kind::LostCode;
            }
        }
        attempt
    }
}

impl Try {
    /// A try of an identifiant behind a single-use link: whoever holds one must not learn who has an account.
    #[must_use]
    pub fn link(link: Uuid, network: Network) -> Self {
        Self { keys: vec![(Kind::Link, digest(&[link.as_bytes()])), (Kind::Network, digest(&[&network.0]))] }
    }
}

fn name_digest(commune: &str, identifiant: &str) -> [u8; 16] {
    digest(&[commune.as_bytes(), identifiant.trim().to_lowercase().as_bytes()])
}

fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize()[..16]);
    short
}

#[derive(Debug, Clone, Copy)]
struct Count {
    tries: i64,
    since: Timestamp,
    last: Timestamp,
    locked_until: Option<Timestamp>,
}

impl Count {
    fn forgotten(&self, kind: Kind, now: Timestamp) -> bool {
        let (from, keep) = match kind {
            Kind::Network | Kind::Token => (self.since, NETWORK_WINDOW),
            Kind::Identifiant | Kind::Installation | Kind::LostCode | Kind::Link => (self.last, MEMORY),
        };
        self.locked_until.is_none_or(|until| until <= now) && now.duration_since(from) >= keep
    }
}

/// The counts.
#[derive(Debug, Default)]
pub struct Throttle {
    counts: Mutex<HashMap<(Kind, [u8; 16]), Count>>,
}

impl Throttle {
    /// Judges a try: counts it first, forgets it when it was good, or when it was not judged because the server is
    /// full or broken.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] without judging, or what the judgement says.
    pub async fn judge<T>(
        &self,
        attempt: &Try,
        now: Timestamp,
        judgement: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.begin(attempt, now)?;
        let outcome = judgement.await;
        match &outcome {
            Ok(_) => self.succeeded(attempt),
            Err(Error::Rule(_) | Error::Fields(..)) => {}
            Err(_) => self.withdraw(attempt),
        }
        outcome
    }

    /// Counts a try that has no outcome to judge.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] with the time to wait; nothing is counted then.
    pub fn count(&self, attempt: &Try, now: Timestamp) -> Result<()> {
        self.begin(attempt, now)
    }

    /// An identifiant has a new code: what was tried before no longer counts against it.
    pub fn forget_name(&self, commune: &str, identifiant: &str) {
        let key = (Kind::Identifiant, name_digest(commune, identifiant));
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    /// Counts a token that is not known against the network it comes from.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] beyond what a restored database or an office full of old desktops explains.
    pub fn unknown_token(&self, network: Network, now: Timestamp) -> Result<()> {
        self.begin(&Try { keys: vec![(Kind::Token, digest(&[&network.0]))] }, now)
    }

    /// Counts a try before it is judged, so that many at once are counted too.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] with the time to wait; nothing is counted then.
    fn begin(&self, attempt: &Try, now: Timestamp) -> Result<()> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let locks = attempt.keys.iter().filter_map(|key| counts.get(key)?.locked_until);
        if let Some(until) = locks.max().filter(|until| *until > now) {
            return Err(too_many(until, now));
        }
        for key in &attempt.keys {
            make_room(&mut counts, now);
            let fresh = Count { tries: 0, since: now, last: now, locked_until: None };
            let count = counts.entry(*key).or_insert(fresh);
            if count.forgotten(key.0, now) {
                *count = fresh;
            }
            count.tries += 1;
            count.last = now;
            count.locked_until = lock_after(count.tries, key.0.limit()).map(|lock| now + lock);
        }
        Ok(())
    }

    /// The try was good: its identifiant and installation start anew, and its network has one try less.
    fn succeeded(&self, attempt: &Try) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &attempt.keys {
            if key.0 != Kind::Network {
                counts.remove(key);
            }
        }
        drop(counts);
        self.withdraw(attempt);
    }

    /// The try was not judged.
    fn withdraw(&self, attempt: &Try) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &attempt.keys {
            if let Some(count) = counts.get_mut(key) {
                count.tries -= 1;
                if count.tries < key.0.limit() {
                    count.locked_until = None;
                }
            }
        }
    }
}

/// The refusal of whoever is to wait until then.
pub(super) fn too_many(until: Timestamp, now: Timestamp) -> Error {
    metrics::counter!("preau_sign_in_throttled_total").increment(1);
    let seconds = u32::try_from(until.duration_since(now).as_secs()).unwrap_or(0);
    Error::TooManyAttempts { retry_after: seconds.saturating_add(1) }
}

/// Full: what is forgotten anyway goes first, then the half that heard nothing for the longest time; half, so that a
/// flood does not pay for this each time.
fn make_room(counts: &mut HashMap<(Kind, [u8; 16]), Count>, now: Timestamp) {
    if counts.len() < ROOM {
        return;
    }
    counts.retain(|key, count| !count.forgotten(key.0, now));
    if counts.len() < ROOM / 2 {
        return;
    }
    let mut last: Vec<Timestamp> = counts.values().map(|count| count.last).collect();
    let middle = last.len() / 2;
    let (_, median, _) = last.select_nth_unstable(middle);
    let median = *median;
    counts.retain(|_, count| count.last > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Network {
        IpAddr::from([192, 0, 2, 7]).into()
    }

    fn pc(n: u128) -> Option<Uuid> {
        Some(Uuid::from_u128(n))
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    #[test]
    fn locks_double_up_to_a_quarter_of_an_hour() {
        let lock = |failures| lock_after(failures, 5).map(|lock| lock.as_secs());
        assert_eq!(
            [0, 4, 5, 6, 7, 8, 9, 10, 11, 90, i64::MAX].map(lock),
            [
                None,
                None,
                Some(30),
                Some(60),
                Some(120),
                Some(240),
                Some(480),
                Some(900),
                Some(900),
                Some(900),
                Some(900)
            ]
        );
    }

    #[test]
    fn the_sixth_try_waits_and_a_good_one_starts_anew() {
        let throttle = Throttle::default();
        let attempt = Try::new("parempuyre", "Martel01 ", pc(1), home());
        for _ in 0..5 {
            throttle.begin(&attempt, now()).unwrap();
        }
        let same = Try::new("parempuyre", "martel01", pc(2), IpAddr::from([198, 51, 100, 1]).into());
        assert!(matches!(throttle.begin(&same, now()), Err(Error::TooManyAttempts { retry_after: 31 })));
        let later = now() + SignedDuration::from_secs(31);
        throttle.begin(&attempt, later).unwrap();
        assert!(matches!(throttle.begin(&attempt, later), Err(Error::TooManyAttempts { retry_after: 61 })));
        throttle.succeeded(&attempt);
        throttle.begin(&attempt, later).unwrap();
    }

    #[test]
    fn a_try_that_was_not_judged_does_not_count() {
        let throttle = Throttle::default();
        let attempt = Try::new("parempuyre", "martel01", pc(1), home());
        for _ in 0..50 {
            throttle.begin(&attempt, now()).unwrap();
            throttle.withdraw(&attempt);
        }
    }

    #[test]
    fn an_installation_that_tries_many_names_waits_and_its_neighbours_do_not() {
        let throttle = Throttle::default();
        for n in 0..10 {
            throttle.begin(&Try::new("parempuyre", &format!("name{n}"), pc(1), home()), now()).unwrap();
        }
        assert!(throttle.begin(&Try::new("parempuyre", "martel01", pc(1), home()), now()).is_err());
        assert!(throttle.begin(&Try::new("parempuyre", "martel01", pc(2), home()), now()).is_ok());
        // Those that do not say who they are share nothing but the network.
        for n in 0..20 {
            throttle.begin(&Try::new("parempuyre", &format!("other{n}"), None, home()), now()).unwrap();
        }
    }

    #[test]
    fn unknown_tokens_are_counted_by_network_and_hold_up_no_sign_in() {
        let throttle = Throttle::default();
        let elsewhere = IpAddr::from([198, 51, 100, 1]).into();
        for _ in 0..200 {
            throttle.unknown_token(home(), now()).unwrap();
        }
        assert!(throttle.unknown_token(home(), now()).is_err());
        assert!(throttle.unknown_token(elsewhere, now()).is_ok());
        assert!(throttle.begin(&Try::new("parempuyre", "martel01", pc(1), home()), now()).is_ok());
        assert!(throttle.unknown_token(home(), now() + NETWORK_WINDOW).is_ok());
    }

    #[test]
    fn a_network_is_counted_in_windows() {
        let throttle = Throttle::default();
        for n in 0..200 {
            let attempt = Try::new("parempuyre", &format!("name{n}"), pc(n), home());
            throttle.begin(&attempt, now()).unwrap();
        }
        let attempt = Try::new("parempuyre", "martel01", pc(1), home());
        assert!(throttle.begin(&attempt, now()).is_err());
        assert!(throttle.begin(&attempt, now() + NETWORK_WINDOW).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..20_000u32 {
            let network = IpAddr::from((n << 8).to_be_bytes()).into();
            let at = now() + SignedDuration::from_millis(n.into());
            throttle.begin(&Try::new("parempuyre", &n.to_string(), pc(1), network), at).unwrap();
        }
        assert!(throttle.counts.lock().unwrap().len() <= ROOM);
    }

    #[test]
    fn asking_for_codes_locks_nobody_out_of_signing_in() {
        let throttle = Throttle::default();
        let asked = Try::lost_code("parempuyre", "martel01", pc(1), home());
        for _ in 0..5 {
            throttle.count(&asked, now()).unwrap();
        }
        assert!(throttle.count(&asked, now()).is_err());
        let attempt = Try::new("parempuyre", "martel01", pc(2), home());
        for _ in 0..5 {
            throttle.begin(&attempt, now()).unwrap();
        }
        assert!(throttle.begin(&attempt, now()).is_err());
        throttle.forget_name("parempuyre", " Martel01");
        throttle.begin(&Try::new("parempuyre", "martel01", pc(3), home()), now()).unwrap();
    }
}
