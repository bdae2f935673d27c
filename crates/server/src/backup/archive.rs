//! The file of a backup: a `tar.gz` whose last part holds the checksums of the others.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::Manifest;
use super::files::sync_folder;

const MANIFEST: &str = "backup.json";
const SUMS: &str = "SHA256SUMS";
/// Largest manifest or list of checksums read.
const SMALL: u64 = 16 * 1024 * 1024;

/// Why a file is not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It cannot be read.
    #[error("the backup cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// Its end is missing: the copy was interrupted, or the disk was full.
    #[error("the backup is cut short: copy it again from where it was made, or take an earlier one")]
    Truncated,
    /// A part is not what was written.
    #[error("the backup was altered or damaged in {part}: copy it again, or take an earlier one")]
    Altered {
        /// Which.
        part: String,
    },
    /// Something else.
    #[error("this file is not a backup of preau-server")]
    NotABackup,
    /// The database holds communes already.
    #[error("there is a database already: keep it aside with --replace (SQLite), or name an empty one (PostgreSQL)")]
    NotEmpty,
    /// A server runs on the database.
    #[error("a server runs on this database: stop it first. Nothing was touched")]
    Live,
    /// Of a program newer than this one.
    #[error("the backup was taken by preau-server {program}, which is newer: install that version, then restore")]
    TooNew {
        /// That version.
        program: String,
    },
}

type Sums = BTreeMap<String, String>;

/// Writes an archive. It has its name once it is finished.
pub(super) struct Writer {
    tar: tar::Builder<GzEncoder<BufWriter<File>>>,
    unfinished: PathBuf,
    to: PathBuf,
    sums: Sums,
}

/// A part being written, on disk until its size is known.
pub(super) struct Part {
    name: String,
    file: BufWriter<File>,
}

impl Part {
    pub(super) fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)?;
        self.file.write_all(b"\n")
    }
}

impl Writer {
    pub(super) fn create(to: &Path) -> anyhow::Result<Self> {
        if to.exists() {
            bail!("{} exists: a backup never takes the place of another file", to.display());
        }
        let mut name = to.file_name().context("a name for the backup")?.to_owned();
        name.push(".unfinished");
        let unfinished = to.with_file_name(name);
        let file = private(&unfinished).with_context(|| format!("writing {}", unfinished.display()))?;
        let tar = tar::Builder::new(GzEncoder::new(BufWriter::new(file), Compression::default()));
        Ok(Self { tar, unfinished, to: to.to_owned(), sums: Sums::new() })
    }

    pub(super) fn part(&self, name: &str) -> anyhow::Result<Part> {
        let file = tempfile::tempfile_in(beside(&self.to)).context("making room for a table")?;
        Ok(Part { name: name.to_owned(), file: BufWriter::new(file) })
    }

    pub(super) fn close_part(&mut self, part: Part) -> anyhow::Result<()> {
        let mut file = part.file.into_inner().map_err(|error| anyhow!("writing a table: {}", error.error()))?;
        self.append(&part.name, &mut file)
    }

    pub(super) fn file(&mut self, name: &str, path: &Path) -> anyhow::Result<()> {
        let mut file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
        self.append(name, &mut file)
    }

    fn append(&mut self, name: &str, file: &mut File) -> anyhow::Result<()> {
        file.rewind()?;
        let sum = sum_of(file)?;
        let size = file.stream_position()?;
        file.rewind()?;
        self.tar.append_data(&mut header(size), name, &mut *file).with_context(|| format!("writing {name}"))?;
        self.sums.insert(name.to_owned(), sum);
        Ok(())
    }

    fn append_text(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        let size = u64::try_from(text.len())?;
        self.tar.append_data(&mut header(size), name, text.as_bytes()).with_context(|| format!("writing {name}"))
    }

    /// Ends the archive: the manifest, the checksums; to the disk, then the name.
    pub(super) fn finish(mut self, manifest: &Manifest) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(manifest)?;
        self.append_text(MANIFEST, &text)?;
        self.sums.insert(MANIFEST.to_owned(), hex(&Sha256::digest(text.as_bytes())));
        let sums: String = self.sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
        self.append_text(SUMS, &sums)?;
        let Self { tar, unfinished, to, .. } = self;
        let file = tar.into_inner()?.finish()?.into_inner().map_err(|error| anyhow!("{}", error.error()))?;
        file.sync_all().context("writing the backup to the disk")?;
        fs::rename(&unfinished, &to).with_context(|| format!("naming {}", to.display()))?;
        Ok(sync_folder(beside(&to))?)
    }
}

/// The folder of a file.
fn beside(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header
}

/// The SHA-256 of what is read to its end.
fn sum_of(from: &mut impl Read) -> io::Result<String> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

type Archive = tar::Archive<GzDecoder<BufReader<File>>>;

fn open(from: &Path) -> Result<Archive, BackupError> {
    let file = File::open(from).map_err(BackupError::Unreadable)?;
    Ok(tar::Archive::new(GzDecoder::new(BufReader::new(file))))
}

/// A file that ends too early, or is none of ours.
fn broken(error: &io::Error, any_part: bool) -> BackupError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BackupError::Truncated,
        _ if any_part => BackupError::Altered { part: "the archive".to_owned() },
        _ => BackupError::NotABackup,
    }
}

/// Reads everything once.
pub(super) fn verify(from: &Path, format: u32) -> Result<Manifest, BackupError> {
    let mut archive = open(from)?;
    let (mut found, mut manifest, mut written) = (Sums::new(), None, None);
    for entry in archive.entries().map_err(|error| broken(&error, false))? {
        let mut entry = entry.map_err(|error| broken(&error, !found.is_empty()))?;
        let name = entry.path().map_err(|_| BackupError::NotABackup)?.to_string_lossy().into_owned();
        if name == SUMS || name == MANIFEST {
            let mut text = String::new();
            let read = entry.by_ref().take(SMALL).read_to_string(&mut text);
            read.map_err(|error| broken(&error, true))?;
            if name == SUMS {
                written = Some(text);
                continue;
            }
            found.insert(name, hex(&Sha256::digest(text.as_bytes())));
            manifest = serde_json::from_str::<Manifest>(&text).ok();
        } else {
            let sum = sum_of(&mut entry).map_err(|error| broken(&error, true))?;
            found.insert(name, sum);
        }
    }
    // What follows the last part is the compression's own checksum.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|error| broken(&error, !found.is_empty()))?;
    if found.is_empty() && written.is_none() {
        return Err(BackupError::NotABackup);
    }
    compare(&found, written.as_deref().ok_or(BackupError::Truncated)?)?;
    let manifest = manifest.ok_or(BackupError::NotABackup)?;
    if manifest.format > format {
        return Err(BackupError::TooNew { program: manifest.program });
    }
    Ok(manifest)
}

fn compare(found: &Sums, written: &str) -> Result<(), BackupError> {
    let written: Sums = written
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
        .collect();
    let differs = |name: &&String| found.get(*name) != written.get(*name);
    match found.keys().chain(written.keys()).find(differs) {
        Some(part) => Err(BackupError::Altered { part: part.clone() }),
        None => Ok(()),
    }
}

/// Reads the tables of a verified archive, each into a file of its own: what is read from a stream cannot wait.
pub(super) struct Reader {
    parts: BTreeMap<String, File>,
}

impl Reader {
    pub(super) fn open(from: &Path) -> anyhow::Result<Self> {
        let mut parts = BTreeMap::new();
        for entry in open(from)?.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            if name.starts_with("tables/") {
                let mut file = tempfile::tempfile().context("making room for a table")?;
                io::copy(&mut entry, &mut file)?;
                file.rewind()?;
                parts.insert(name, file);
            }
        }
        Ok(Self { parts })
    }

    pub(super) fn part(&mut self, name: &str) -> anyhow::Result<impl Iterator<Item = io::Result<String>> + use<>> {
        let file = self.parts.remove(name).with_context(|| format!("{name} of the backup"))?;
        Ok(BufReader::new(file).lines())
    }
}

/// Gives each file of a verified archive, by its name.
pub(super) fn each_file(from: &Path, mut take: impl FnMut(&str, &[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    for entry in open(from)?.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let Some(name) = name.strip_prefix("files/") else { continue };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        take(name, &bytes).with_context(|| format!("writing {name}"))?;
    }
    Ok(())
}
