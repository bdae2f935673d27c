//! The files of a backup: written beside the data folder's own first, then put in their place by renaming.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::archive;

/// Writes the files of a verified backup, and nothing else, into a new folder; to the disk.
///
/// # Errors
/// When one cannot be written, or has a name that no backup gives.
pub fn stage_files(from: &Path, staged: &Path) -> anyhow::Result<()> {
    private_folder(staged)?;
    archive::each_file(from, |name, bytes| {
        let path = match name.split_once('/') {
            None if is_plain(name) => staged.join(name),
            Some((folder, name)) if is_plain(folder) && is_plain(name) => {
                private_folder(&staged.join(folder))?;
                staged.join(folder).join(name)
            }
            _ => bail!("{name} is no name of a file of a backup"),
        };
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(sync_folder(path.parent().unwrap_or(staged))?)
    })
}

/// Puts staged files in their place. What is there and differs is renamed, never overwritten; when one cannot be put, all
/// are as they were.
///
/// # Errors
/// When one cannot be put.
pub fn place_files(staged: &Path, folder: &Path) -> anyhow::Result<()> {
    let names = fs::read_dir(staged)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<BTreeSet<_>>>()?;
    let mut moved = Vec::new();
    let placed = names.iter().try_for_each(|name| place(name, staged, folder, &mut moved));
    if placed.is_err() {
        for (from, to) in moved.into_iter().rev() {
            fs::rename(&to, &from).with_context(|| format!("putting {} back", from.display()))?;
        }
    }
    sync_folder(folder)?;
    placed
}

/// Renamings done, from and to.
type Moved = Vec<(PathBuf, PathBuf)>;

fn place(name: &std::ffi::OsStr, staged: &Path, folder: &Path, moved: &mut Moved) -> anyhow::Result<()> {
    let (new, path) = (staged.join(name), folder.join(name));
    if fs::symlink_metadata(&path).is_ok() {
        if is_same(&new, &path)? {
            return Ok(());
        }
        let name = name.to_string_lossy();
        let kept = |again: u32| {
            folder.join(format!("{name}.before-restore{}", if again > 1 { format!("-{again}") } else { String::new() }))
        };
        let aside =
            (1..).map(kept).find(|aside| fs::symlink_metadata(aside).is_err()).context("a name for what is kept")?;
        fs::rename(&path, &aside).with_context(|| format!("keeping {}", path.display()))?;
        moved.push((path.clone(), aside));
    }
    fs::rename(&new, &path).with_context(|| format!("putting {}", path.display()))?;
    moved.push((new, path));
    Ok(())
}

/// Whether a file, or a folder of files, is what is there already.
fn is_same(new: &Path, there: &Path) -> io::Result<bool> {
    if !new.is_dir() {
        let bytes = fs::read(new)?;
        return Ok(fs::read(there).is_ok_and(|there| there == bytes));
    }
    let names =
        |folder: &Path| fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>();
    let (mut new_names, Ok(mut names_there)) = (names(new)?, names(there)) else { return Ok(false) };
    new_names.sort();
    names_there.sort();
    if new_names != names_there {
        return Ok(false);
    }
    for name in new_names {
        if !is_same(&new.join(&name), &there.join(&name))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\'])
}

fn private_folder(path: &Path) -> anyhow::Result<()> {
    // An existing one is left as it is.
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("making {}", path.display()))
}

/// Brings the names of a folder to the disk.
///
/// # Errors
/// When the disk refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_one_cannot_be_put_all_are_as_they_were() {
        let (staged, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (name, new, there) in [("a", "new", Some("old")), ("b", "new", None), ("c", "same", Some("same"))] {
            fs::write(staged.path().join(name), new).unwrap();
            if let Some(there) = there {
                fs::write(folder.path().join(name), there).unwrap();
            }
        }
        // Neither read nor compared: the last one fails when the others are in their place.
        std::os::unix::fs::symlink("nowhere", staged.path().join("z")).unwrap();
        fs::write(folder.path().join("z"), "there").unwrap();
        let contents = || -> Vec<(std::ffi::OsString, String)> {
            let entries = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
            let mut all: Vec<_> =
                entries.map(|entry| (entry.file_name(), fs::read_to_string(entry.path()).unwrap())).collect();
            all.sort();
            all
        };
        let before = contents();
        assert!(place_files(staged.path(), folder.path()).is_err());
        assert_eq!(contents(), before);
        fs::remove_file(staged.path().join("z")).unwrap();
        place_files(staged.path(), folder.path()).unwrap();
        let after: Vec<String> =
            contents().into_iter().map(|(name, text)| format!("{}={text}", name.display())).collect();
        assert_eq!(after, ["a=new", "a.before-restore=old", "b=new", "c=same", "z=there"]);
    }
}
