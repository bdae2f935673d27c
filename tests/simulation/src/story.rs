//! One story: a town, four computers of three homes, and a few hundred steps.

use crate::checks;
use crate::clock::{ComputerClock, Drawn, WorldTime};
use crate::computer::{Computer, Person};
use crate::network::Network;
use crate::stage::{Counts, Directing, Stage};
use crate::town::{Disk, Machine, Served, Town};
use crate::{Mistake, checks::Violation};
use anyhow::{Context, Result};
use jiff::SignedDuration;
use preau_client::sync::api::Api;
use preau_client::sync::planner::Cause;
use preau_protocol::accounts::{SetCodeRequest, SignInRequest};
use preau_server::accounts::letters::Letter;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use xtask::demo_families::SLUG;

/// Steps of a story.
pub const STEPS: usize = 240;
/// Families of the town: those written by hand, two of them the homes of one child.
const FAMILIES: usize = 6;
/// Who has a computer: both adults of a home, and both homes of one child.
const WHO: [(&str, usize); 4] = [("F0001", 0), ("F0001", 1), ("F0004", 0), ("F0005", 0)];
/// Who moves to another home and back: what they could see is no longer theirs.
const MOVES: usize = 1;
const CODE: &str = "Soleil-2026";
/// The installation on the other computer of whoever lets one go.
const ELSEWHERE: Uuid = Uuid::from_u128(0xe15e);

/// What every story begins with: made once, because codes are slow to hash.
pub struct Beginning {
    disk: Disk,
    machine: Machine,
    people: Vec<Person>,
}

impl Beginning {
    pub async fn new() -> Result<Self> {
        let stage = Stage::new(0, None);
        let _in_charge = preau_failpoints::direct(Rc::new(Directing(stage.clone())));
        let network = Network::new(0, stage.clone());
        let machine = Machine::new()?;
        let mut town = Town::new(Disk::empty().await?, machine.clone(), stage, network.clone(), WorldTime::default())?;
        town.start().await?;
        let letters = town.settle(FAMILIES).await?;
        let mut people = Vec::new();
        for (family, which) in WHO {
            let letter = letters.iter().filter(|letter| letter.family == family).nth(which);
            people.push(enrol(&Api::new(network.clone()), letter.context("a letter")?).await?);
        }
        town.judge_codes_cheaply(CODE).await?;
        let disk = town.disk.copy().await?;
        Ok(Self { disk, machine, people })
    }
}

/// First sign-in, and the choice of a personal code.
async fn enrol(api: &Api, letter: &Letter) -> Result<Person> {
    let request = SignInRequest {
        commune: SLUG.to_owned(),
        identifiant: letter.identifiant.clone(),
        code: letter.code.clone(),
        totp: None,
        device_label: "PC".to_owned(),
        installation: None,
    };
    let commune = api.commune(SLUG).await?;
    let session = api.sign_in(&request).await?;
    let chosen = SetCodeRequest { current: letter.code.clone(), new: CODE.to_owned() };
    api.set_code(&session.access_token, &chosen).await?;
    Ok(Person { identifiant: letter.identifiant.clone(), code: CODE.to_owned(), session, commune })
}

pub struct Story {
    pub town: Town,
    pub computers: Vec<Computer>,
    pub network: Arc<Network>,
    pub stage: Arc<Stage>,
    pub time: WorldTime,
    drawn: Arc<Drawn>,
    /// The streams as last seen, and how many transactions had been committed.
    seen: (BTreeMap<Uuid, Served>, u64),
    skipped: Vec<Violation>,
}

/// How a story ended.
pub struct Ending {
    /// What does not hold; empty: all is well.
    pub violations: Vec<Violation>,
    /// What occurred.
    pub counts: Counts,
}

/// Tells the story of a seed.
pub async fn tell(beginning: &mut Beginning, seed: u64, mistake: Option<Mistake>) -> Result<Ending> {
    let stage = Stage::new(seed, mistake);
    let _in_charge = preau_failpoints::direct(Rc::new(Directing(stage.clone())));
    let mut story = Story::begin(beginning, seed, stage.clone()).await?;
    stage.faults(true);
    for _ in 0..STEPS {
        story.step().await?;
    }
    stage.faults(false);
    let violations = checks::mend_and_check(&mut story).await?;
    story.town.clear_away().await;
    Ok(Ending { violations, counts: stage.counts() })
}

impl Story {
    async fn begin(beginning: &mut Beginning, seed: u64, stage: Arc<Stage>) -> Result<Self> {
        let (time, drawn) = (WorldTime::default(), Arc::new(Drawn::new(seed)));
        let network = Network::new(seed, stage.clone());
        let disk = beginning.disk.copy().await?;
        let mut town = Town::new(disk, beginning.machine.clone(), stage.clone(), network.clone(), time.clone())?;
        town.start().await?;
        let mut computers = Vec::new();
        for person in &beginning.people {
            // Clocks are wrong by up to three years.
            let off = SignedDuration::from_hours(i64::try_from(drawn.below(6 * 365 * 24))? - 3 * 365 * 24);
            let clock = ComputerClock { time: time.clone(), off };
            computers.push(Computer::new(person.clone(), network.clone(), stage.clone(), clock, drawn.clone()).await?);
        }
        Ok(Self { town, computers, network, stage, time, drawn, seen: Default::default(), skipped: Vec::new() })
    }

    async fn step(&mut self) -> Result<()> {
        let who = self.drawn.below(self.computers.len());
        match self.drawn.below(100) {
            0..40 => self.computers[who].step().await?,
            40..49 => self.computers[who].change_a_detail().await?,
            49..58 => self.computers[who].book_days().await?,
            58..63 => self.computers[who].give_one_up().await?,
            63..66 => self.computers[who].kill(),
            66..70 => self.computers[who].sign_in_if_needed().await?,
            70..74 => {
                self.computers[who].hear([Cause::Poke, Cause::NetworkBack, Cause::Wake, Cause::Person][who]).await?;
            }
            74..80 => self.network.deliver_late().await,
            80..86 => self.town.decide(&self.drawn).await?,
            86 => self.town.edit(&self.drawn).await?,
            87 => self.town.print_letters(&self.drawn).await?,
            88 => self.town.crash().await,
            89 | 90 => self.town.back_up().await?,
            91 => {
                if self.town.restore(&self.drawn).await? {
                    self.seen.0.clear();
                }
            }
            92 => self.revoke(who).await,
            93 => self.town.move_house(&self.computers[MOVES].person).await?,
            94 => self.computers[who].read_what_changed().await?,
            95 => self.computers[who].read_a_notice().await?,
            96 => self.town_acts_on_days().await?,
            _ => self.wait(),
        }
        // A dead server is started again by the system, after a while.
        if self.network.server_died() || self.town.app().is_none() {
            if self.network.server_died() {
                self.town.clear_away().await;
            }
            if self.drawn.once_in(4) {
                self.town.start().await?;
            }
        }
        checks::streams(self).await
    }

    /// I5: a transaction that changes a stream adds one to its version, no other does, and none takes away.
    pub fn saw_streams(&mut self, now: BTreeMap<Uuid, Served>) {
        let committed = self.stage.counts().get("a transaction was committed").copied().unwrap_or(0);
        let (before, committed_before) = &self.seen;
        for (stream, served) in &now {
            let Some(known) = before.get(stream) else { continue };
            let grown = served.version - known.version;
            if grown < 0 || u64::try_from(grown).is_ok_and(|grown| grown > committed - committed_before) {
                self.skipped.push(format!("I5: {stream} grew by {grown} in {} commits", committed - committed_before));
            }
            if grown == 0 && served.content != known.content {
                self.skipped.push(format!("I5: {stream} changed and did not grow"));
            }
        }
        self.seen = (now, committed);
    }

    pub fn versions_skipped(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.skipped)
    }

    /// What the town does to days by itself.
    async fn town_acts_on_days(&mut self) -> Result<()> {
        match self.drawn.below(5) {
            0 | 1 => self.town.change_places(&self.drawn).await,
            2 | 3 => self.town.change_a_registration(&self.drawn).await,
            _ => self.town.close_a_day().await,
        }
    }

    fn wait(&self) {
        let seconds = [1, 5, 20, 70, 300, 1200, 4000, 90_000][self.drawn.below(8)];
        self.time.advance(Duration::from_secs(seconds));
    }

    /// A computer is let go from another one of the account, unless the network or the server is in the way.
    async fn revoke(&self, who: usize) {
        let api = Api::new(self.network.clone());
        let computer = &self.computers[who];
        let Ok(elsewhere) = api.sign_in(&computer.person.sign_in(Some(ELSEWHERE))).await else { return };
        if api.let_device_go(&elsewhere.access_token, computer.device).await.is_ok() {
            self.stage.count("a device was revoked");
        }
    }
}
