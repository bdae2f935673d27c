//! A season whose holidays are soon and open today, whenever a test runs.

use anyhow::{Context, Result};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use preau_domain::planning::{days_after, monday_of, paris_day, public_holiday};

/// The season of the documentation, with holidays of two weeks in place of all others.
const SEASON: &str = include_str!("../../docs/season.toml");

/// A season, and the days that can be booked.
#[derive(Debug, Clone)]
pub struct Season {
    /// The file.
    pub text: String,
    /// The first Monday.
    pub monday: Date,
    /// A day of the first week that is closed: its Thursday.
    pub closed: Date,
    /// The days that are open.
    pub days: Vec<Date>,
}

/// Days of a summer that can be booked: nine weeks but for public holidays.
const SUMMER: usize = 43;

impl Season {
    /// Open since yesterday, over two weeks without a public holiday that begin in at least two weeks; three places each
    /// half day.
    ///
    /// # Errors
    /// When the documentation no longer has the period that is replaced.
    pub fn open_now() -> Result<Self> {
        Self::opening(Timestamp::now() - Span::new().hours(24))
    }

    /// The same, opening at an hour.
    ///
    /// # Errors
    /// As [`Season::open_now`].
    pub fn opening(opens_at: Timestamp) -> Result<Self> {
        let worked = |monday: &Date| (0..14).all(|day| public_holiday(days_after(*monday, day)).is_none());
        let monday = mondays().find(worked).context("two weeks without a public holiday")?;
        Self::of(monday, 9, opens_at, 3)
    }

    /// Holidays as long as a summer's, open since yesterday, with so many places each half day in each group.
    ///
    /// # Errors
    /// As [`Season::open_now`].
    pub fn summer(places: u32) -> Result<Self> {
        let monday = mondays().next().context("a Monday")?;
        Self::of(monday, SUMMER, Timestamp::now() - Span::new().hours(24), places)
    }

    /// So many open days from a Monday on.
    fn of(monday: Date, open: usize, opens_at: Timestamp, places: u32) -> Result<Self> {
        let closed = days_after(monday, 3);
        let worked = |day: &Date| day.weekday().to_monday_zero_offset() < 5 && public_holiday(*day).is_none();
        let all = (0..).map(|after| days_after(monday, after));
        let days: Vec<Date> = all.filter(|day| worked(day) && *day != closed).take(open).collect();
        let last = *days.last().context("a day")?;
        let period = period((monday, last), closed, opens_at, places);
        let begin = SEASON.find("[[periods]]\nkey = \"noel_2026\"").context("the period of Christmas")?;
        // All holidays: none of the others may fall into these.
        let end = SEASON.find("[[periods]]\nkey = \"mercredis_2026\"").context("the period after the holidays")?;
        // The tariff is good on any day.
        let text = format!("{}{period}\n{}", &SEASON[..begin], &SEASON[end..]);
        let text = text.replace("from = \"2026-09-01\"\nto = \"2027-08-31\"", "from = \"2020-09-01\"");
        Ok(Self { text, monday, closed, days })
    }

    /// Registrations of children for the holidays, good for years.
    #[must_use]
    pub fn registrations(children: &[&str]) -> String {
        let line = |child: &&str| format!("{child};alsh;2020-09-01;2099-08-31\n");
        format!("enfant;activite;du;au\n{}", children.iter().map(line).collect::<String>())
    }
}

/// Those that begin in at least two weeks.
fn mondays() -> impl Iterator<Item = Date> {
    let today = paris_day(Timestamp::now());
    (2..20).map(move |weeks| monday_of(days_after(today, 7 * weeks)))
}

fn period((monday, last): (Date, Date), closed: Date, opens_at: Timestamp, places: u32) -> String {
    let zoned = opens_at.to_zoned(preau_domain::planning::paris());
    let opens = zoned.strftime("%Y-%m-%dT%H:%M");
    let half_days = format!("{{ morning = {places}, afternoon = {places} }}");
    format!(
        r#"[[periods]]
key = "noel_2026"
name = "Vacances d’essai"
activity = "alsh"
first_day = "{monday}"
last_day = "{last}"
weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
school_days = "any"
closed = [{{ day = "{closed}", reason = "Centre fermé : réunion des équipes" }}]
opens_at = "{opens}"
closes_at = "{monday}T00:00"
mode = "immediate"
promotion = {{ type = "automatic" }}
add = {{ type = "days", days = 7 }}
cancel = {{ type = "days", days = 5 }}
places = {{ from_3_to_5 = {half_days}, from_6_to_11 = {half_days} }}
"#
    )
}

/// « lundi 19 octobre », as a screen names a day.
#[must_use]
pub fn named(day: Date) -> String {
    const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let weekday = DAYS[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default()];
    let month = MONTHS[usize::try_from(day.month() - 1).unwrap_or_default()];
    let number = if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() };
    format!("{weekday} {number} {month}")
}
