//! The command line: serving, and what an operator does to a server from its own computer.
//!
//! Standard output is for what was asked (the listening address, a report, JSON); logs and errors go to standard
//! error. Exit codes: 0 done, 1 something broke, 2 refused (a faulty file, a rule), 3 `check` found a violation,
//! 64 wrong usage, 78 wrong configuration.

mod backup;
mod operator;
mod process;
mod reports;
mod serve;
mod templates;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use preau_protocol::accounts::AgentRoleDto;
use uuid::Uuid;

use crate::accounts::letters::LetterPress;

/// The municipal server of Préau.
#[derive(Debug, Parser)]
#[command(name = "preau-server", version)]
struct Arguments {
    /// Configuration file (TOML); `PREAU_SERVER_*` variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve until told to end (SIGTERM, SIGINT).
    Serve,
    /// Bring the schema up to date.
    Migrate,
    /// Check the invariants of the database, beside a running server or without one.
    Check,
    /// Take a backup of everything, beside a running server or without one.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// Put a backup back, while no server runs; every desktop then reads everything again.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Keep the database there is aside and put this one in its place (SQLite).
        #[arg(long)]
        replace: bool,
    },
    /// Write the templates of messages into a folder, for the town to change; files that are there stay.
    Templates {
        /// The folder.
        folder: PathBuf,
    },
    /// Print the description of the HTTP interface (OpenAPI, JSON).
    Openapi,
    #[command(flatten)]
    Operator(Operator),
}

/// What goes through the running server, or does it itself when none runs.
#[derive(Debug, Subcommand)]
enum Operator {
    /// Make a commune from its settings file, or bring it to these settings.
    CreateCommune {
        /// Settings (TOML).
        file: PathBuf,
    },
    /// Create an agent's account; prints its codes once.
    CreateAgent {
        #[command(flatten)]
        commune: CommuneArgument,
        /// What the agent will type at sign-in.
        #[arg(long)]
        identifiant: String,
        /// What the agent works on.
        #[arg(long)]
        role: Role,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Import families from a CSV file, all or nothing.
    ImportFamilies {
        #[command(flatten)]
        commune: CommuneArgument,
        /// The file.
        file: PathBuf,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
        /// Take an adult whose first or last name differs from the one on record for the same person.
        #[arg(long)]
        correct_names: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put a season (activities, periods, tariffs, places) on record, or bring it to a changed file, all or nothing.
    Season {
        #[command(flatten)]
        commune: CommuneArgument,
        /// The season (TOML).
        file: PathBuf,
        /// Only say what would be changed.
        #[arg(long)]
        dry_run: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Close a day of a period: what is booked of it ends, nothing is owed, and families see why.
    CloseDay {
        #[command(flatten)]
        commune: CommuneArgument,
        /// The period, by its stable name.
        #[arg(long)]
        period: String,
        /// The day (AAAA-MM-JJ).
        #[arg(long)]
        day: jiff::civil::Date,
        /// Shown to families as written.
        #[arg(long)]
        reason: String,
    },
    /// Import registrations of children for activities from a CSV file, all or nothing.
    ImportRegistrations {
        #[command(flatten)]
        commune: CommuneArgument,
        /// The file.
        file: PathBuf,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Import attendance (who came, was late, was fetched by whom, did not come) from a CSV file, all or nothing.
    ImportAttendance {
        #[command(flatten)]
        commune: CommuneArgument,
        /// The file.
        file: PathBuf,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Issue letters with one-time codes, for everybody who has neither a personal code nor a letter that still
    /// opens, or for one family.
    Letters {
        #[command(flatten)]
        commune: CommuneArgument,
        /// Folder to write the letters into, as PDF to be printed.
        #[arg(long, value_name = "FOLDER", required_unless_present = "json")]
        out: Option<PathBuf>,
        /// Write one plain text file per letter instead: for a screen reader, a braille printer, or another layout.
        #[arg(long, requires = "out")]
        text: bool,
        /// Only this family, by its reference, whatever it chose: its letters of before no longer open, the codes its
        /// adults chose do.
        #[arg(long, value_name = "REFERENCE")]
        family: Option<String>,
        /// Somebody else knows a code: the codes its adults chose no longer open either, and every session ends.
        #[arg(long, requires = "family")]
        revoke: bool,
        /// Also for those whose letter still opens: it no longer does.
        #[arg(long, conflicts_with = "family")]
        again: bool,
        /// Print one JSON object per letter.
        #[arg(long)]
        json: bool,
    },
    /// Mail and SMS that wait or failed.
    Notices {
        #[command(flatten)]
        commune: CommuneArgument,
        #[command(subcommand)]
        action: NoticesAction,
    },
    /// Changes of details that families asked.
    Changes {
        #[command(flatten)]
        commune: CommuneArgument,
        #[command(subcommand)]
        action: ChangesAction,
    },
    /// After a restore: requests of which this server makes something else than what their family had been told.
    Outcomes {
        #[command(flatten)]
        commune: CommuneArgument,
        #[command(subcommand)]
        action: OutcomesAction,
    },
}

#[derive(Debug, Subcommand)]
enum OutcomesAction {
    /// What nobody has seen yet.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take one off the list.
    Seen {
        /// The operation.
        id: Uuid,
    },
}

#[derive(Debug, Subcommand)]
enum ChangesAction {
    /// What waits for the town.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put the new value on record.
    Accept {
        /// The change.
        id: Uuid,
    },
    /// Keep the old value.
    Refuse {
        /// The change.
        id: Uuid,
        /// Shown to the family as written.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
enum NoticesAction {
    /// What was not sent, the oldest first, with the reason.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put one in line again, or all that failed.
    Retry(WhichNotices),
    /// Never send one, or all that failed: what they said is forgotten.
    Discard(WhichNotices),
}

#[derive(Debug, Args)]
struct WhichNotices {
    /// The message.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<Uuid>,
    /// All that failed.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct CommuneArgument {
    /// The commune's short name.
    #[arg(long = "commune", value_name = "SLUG")]
    slug: String,
}

/// An agent's role.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    Desk,
    Youth,
    Regisseur,
    Admin,
}

impl From<Role> for AgentRoleDto {
    fn from(role: Role) -> Self {
        match role {
            Role::Desk => Self::Desk,
            Role::Youth => Self::Youth,
            Role::Regisseur => Self::Regisseur,
            Role::Admin => Self::Admin,
        }
    }
}

/// Runs the program. Without a press it writes letters as plain text only, and agents print none.
#[must_use]
pub fn main(press: Option<&'static dyn LetterPress>) -> ExitCode {
    process::run(press)
}
