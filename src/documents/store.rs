//! Where the bytes of documents lie: files in a folder of the data folder, under random names, for the server's own
//! account only. Nothing else touches that folder, so this is also the one place where encryption at rest belongs.
//!
//! A file is complete and durable under `incoming/` before its row is written, and moves to its place once the row is
//! committed. So a row always has its file, wherever a crash falls; a file in its place always had a row, so that nothing
//! that tidies up ever deletes one, not even with the wrong database; and what lies in `incoming/` for longer than a day
//! is settled by asking the rows. Everything here blocks.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::access::token;
use crate::db::Db;
use crate::error::AppError;

/// Files that wait for longer than this belong to no request any more.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// Larger than any file that is stored: what is read is bounded even when somebody put something else there.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The folder of a hospital's documents.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// A store in this folder, which is made when the first file comes.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Stores a content durably and gives it a name of 256 random bits. It waits for [`Store::settle`].
    pub fn put(&self, content: &[u8]) -> io::Result<String> {
        let name = token::random();
        let incoming = self.incoming();
        make_folder(&incoming)?;
        let path = incoming.join(&name);
        let written = write_new(&path, content).and_then(|()| sync_folder(&incoming));
        if let Err(error) = written {
            // A full disk is not to be filled with halves.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(name)
    }

    /// Moves a file to its place, after its row was committed. One that stays behind is found all the same.
    pub fn settle(&self, name: &str) -> io::Result<()> {
        let path = self.place(name)?;
        let folder = path.parent().unwrap_or(&self.folder);
        make_folder(folder)?;
        fs::rename(self.incoming().join(name), &path)?;
        sync_folder(folder)
    }

    /// Removes a file that no row will ever name.
    pub fn discard(&self, name: &str) -> io::Result<()> {
        self.place(name)?;
        fs::remove_file(self.incoming().join(name))
    }

    /// The content of a file.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let (place, waiting) = (self.place(name)?, self.incoming().join(name));
        // Settled between the first two looks, it is there at the third.
        let file = File::open(&place).or_else(|_| File::open(waiting)).or_else(|_| File::open(place))?;
        let mut content = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut content)?;
        Ok(content)
    }

    /// Settles what a crash left waiting: what a row names goes to its place, what none names is removed. Says how many
    /// were moved and removed.
    ///
    /// # Errors
    /// When the folder or the database cannot be read.
    pub fn tidy(&self, db: &Db) -> Result<(usize, usize), AppError> {
        let unreadable = |e: io::Error| AppError::Internal(format!("the folder of documents: {e}"));
        let (mut moved, mut removed) = (0, 0);
        for name in self.stale().map_err(unreadable)? {
            let wanted = name.clone();
            let is_named = db.read_now(move |db| Ok(super::queries::is_stored(db, &wanted)?))?;
            if is_named {
                self.settle(&name).map_err(unreadable)?;
                moved += 1;
            } else {
                self.discard(&name).map_err(unreadable)?;
                removed += 1;
            }
        }
        Ok((moved, removed))
    }

    fn stale(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.incoming()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if is_name(&name) && age > STALE {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    /// In one of 256 folders, so that none grows beyond what file systems like.
    fn place(&self, name: &str) -> io::Result<PathBuf> {
        if !is_name(name) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no name of a stored file"));
        }
        Ok(self.folder.join(&name[..2]).join(name))
    }
}

/// Whether this is a name of ours, and so cannot lead anywhere else.
fn is_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes the names in a folder durable, where folders can be opened for that.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        Store::at(std::env::temp_dir().join(format!("infirmary-store-{}", token::short())))
    }

    #[test]
    fn s22_a_file_lies_under_a_random_name_for_the_server_alone() {
        let store = store();
        let name = store.put(b"one").expect("it is stored");
        assert!(is_name(&name));
        assert_eq!(store.read(&name).expect("while it waits"), b"one");
        store.settle(&name).expect("it is settled");
        assert_eq!(store.read(&name).expect("in its place"), b"one");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
            let path = store.place(&name).expect("a name of ours");
            assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
        }
        assert_ne!(store.put(b"one").expect("again"), name);
        fs::remove_dir_all(&store.folder).expect("the test's own folder");
    }

    #[test]
    fn s22_a_name_leads_nowhere_else() {
        let store = store();
        for name in ["", "..", "../../etc/passwd", "incoming", &"z".repeat(64), &"../".repeat(21)] {
            assert!(store.read(name).is_err() && store.settle(name).is_err() && store.discard(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_discarded_is_gone_and_what_is_settled_stays() {
        let store = store();
        let (kept, dropped) = (store.put(b"a").expect("stored"), store.put(b"b").expect("stored"));
        store.settle(&kept).expect("settled");
        store.discard(&dropped).expect("discarded");
        assert!(store.read(&dropped).is_err());
        assert!(store.discard(&kept).is_err(), "a settled file is nobody's to remove");
        assert!(store.stale().expect("readable").is_empty());
        fs::remove_dir_all(&store.folder).expect("the test's own folder");
    }
}
