//! What the town offers, and what it does to days by itself.

use crate::clock::Drawn;
use crate::town::Town;
use anyhow::{Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::date;
use preau_server::admin::{Answer, Request};
use xtask::demo_families::{SLUG, families};
use xtask::demo_season;

/// The season of the documentation.
const SEASON: &str = include_str!("../../../docs/season.toml");
const PLACES: &str = "morning = { staff = 4 }, afternoon = { staff = 4 }";

/// The season with so many places each half day and group at Christmas.
fn season((mornings, afternoons): (usize, usize)) -> String {
    SEASON.replace(PLACES, &format!("morning = {mornings}, afternoon = {afternoons}"))
}

impl Town {
    /// Offers days, of which there are fewer than will be asked for, and registers every child.
    pub async fn offer_days(&mut self, count: usize) -> Result<()> {
        ensure!(SEASON.contains(PLACES), "the season no longer has these places");
        let file = season((2, 1));
        let offered = self.ask(Request::Season { commune: SLUG.to_owned(), file, dry_run: false }).await?;
        ensure!(matches!(offered, Some(Answer::Season { report }) if report.is_accepted()), "the season was refused");
        let csv = STANDARD.encode(demo_season::registrations(&families(count)));
        let request = Request::ImportRegistrations { commune: SLUG.to_owned(), csv, dry_run: false };
        let registered = self.ask(request).await?;
        ensure!(matches!(registered, Some(Answer::Registrations { report }) if report.is_accepted()), "not registered");
        Ok(())
    }

    /// More or fewer places than there were, on all days.
    pub async fn change_places(&mut self, drawn: &Drawn) -> Result<()> {
        let file = season((1 + drawn.below(3), drawn.below(3)));
        if self.ask(Request::Season { commune: SLUG.to_owned(), file, dry_run: false }).await?.is_some() {
            self.stage.count("the town changed its places");
        }
        Ok(())
    }

    /// A day that is closed for good.
    pub async fn close_a_day(&mut self) -> Result<()> {
        let (period, day, reason) = ("noel_2026".to_owned(), date(2026, 12, 28), "Centre fermé : travaux".to_owned());
        if self.ask(Request::CloseDay { commune: SLUG.to_owned(), period, day, reason }).await?.is_some() {
            self.stage.count("the town closed a day");
        }
        Ok(())
    }

    /// A child is registered no longer, or again.
    pub async fn change_a_registration(&mut self, drawn: &Drawn) -> Result<()> {
        let child = ["E0001", "E0008"][drawn.below(2)];
        let last = ["2026-12-21", "2027-08-31"][drawn.below(2)];
        let csv = STANDARD.encode(format!("enfant;activite;du;au\n{child};alsh;2026-09-01;{last}\n"));
        let request = Request::ImportRegistrations { commune: SLUG.to_owned(), csv, dry_run: false };
        if self.ask(request).await?.is_some() {
            self.stage.count("the town changed a registration");
        }
        Ok(())
    }
}
