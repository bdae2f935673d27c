//! The command line: serving, and what an operator does to a server from its own computer.
//!
//! Standard output is for what was asked (the listening address, a report, JSON); logs and errors go to standard
//! error. Exit codes: 0 done, 1 something broke, 2 refused (a faulty file, a rule), 3 `check` found a violation,
//! 64 wrong usage, 78 wrong configuration.

mod backup;
mod operator;
mod process;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use preau_protocol::accounts::AgentRoleDto;
use uuid::Uuid;

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
    /// Issue letters with one-time codes, for everybody who has neither a personal code nor a letter that still
    /// opens, or for one family.
    Letters {
        #[command(flatten)]
        commune: CommuneArgument,
        /// Folder to write one text file per letter into.
        #[arg(long, value_name = "FOLDER", required_unless_present = "json")]
        out: Option<PathBuf>,
        /// Only this family, by its reference, whatever it chose: its letters of before no longer open.
        #[arg(long, value_name = "REFERENCE")]
        family: Option<String>,
        /// Also for those whose letter still opens: it no longer does.
        #[arg(long, conflicts_with = "family")]
        again: bool,
        /// Print one JSON object per letter.
        #[arg(long)]
        json: bool,
    },
    /// Changes of details that families asked.
    Changes {
        #[command(flatten)]
        commune: CommuneArgument,
        #[command(subcommand)]
        action: ChangesAction,
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

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    process::run()
}
