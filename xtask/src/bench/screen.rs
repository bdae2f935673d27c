//! What is on the screen, read from the file in which Xvfb keeps it (`-fbdir`): the program that is watched does nothing
//! for it and knows nothing of it, and what counts is what a person would see.

use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Every so many lines are looked at.
const EVERY: u32 = 4;
/// The engine draws the edges of letters and icons some shades lighter or darker from one time to the next; nobody sees it.
/// A letter that is not there differs from its paper by more than twice as much.
const SHADE: u8 = 64;
/// Where an edge lies between two pixels, a few differ by more. The pixels of a word are more than that.
const EDGES: usize = 24;
const STEP: Duration = Duration::from_millis(4);
/// A picture that did not change for so long is finished.
const STILL: Duration = Duration::from_secs(4);
const LONGEST: Duration = Duration::from_secs(60);

/// The screen of an Xvfb.
#[derive(Debug)]
pub struct Screen {
    file: File,
    /// Where the pixels begin.
    begin: u64,
    line: u32,
    lines: u32,
}

/// Lines of pixels, from a height on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    from: u32,
    lines: Vec<Vec<u8>>,
}

impl Screen {
    /// Opens the file of a screen: the header of an X window dump, big end first, then a colour map, then the pixels.
    ///
    /// # Errors
    /// When it is something else.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = File::open(folder.join("Xvfb_screen0")).context("the screen's file")?;
        let word = |place: u64| -> Result<u32> {
            let mut bytes = [0; 4];
            file.read_exact_at(&mut bytes, place * 4).context("the screen's header")?;
            Ok(u32::from_be_bytes(bytes))
        };
        ensure!(word(1)? == 7, "not an X window dump of version 7");
        let (header, lines, line, colours) = (word(0)?, word(5)?, word(12)?, word(19)?);
        let begin = u64::from(header) + u64::from(colours) * 12;
        Ok(Self { file, begin, line, lines })
    }

    fn read(&self, number: u32) -> Result<Vec<u8>> {
        let mut pixels = vec![0; self.line as usize];
        let place = self.begin + u64::from(number) * u64::from(self.line);
        self.file.read_exact_at(&mut pixels, place).context("the screen's pixels")?;
        Ok(pixels)
    }

    /// The lines from a height on, as they are now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn picture(&self, from: u32) -> Result<Picture> {
        let lines =
            (from..self.lines).step_by(EVERY as usize).map(|number| self.read(number)).collect::<Result<_>>()?;
        Ok(Picture { from, lines })
    }

    /// What [`Picture::keep`] kept of this screen.
    ///
    /// # Errors
    /// When it is not there.
    pub fn kept(&self, from: u32, file: &Path) -> Result<Picture> {
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let lines: Vec<Vec<u8>> = bytes.chunks(self.line as usize).map(<[u8]>::to_vec).collect();
        ensure!(lines.len() == (from..self.lines).step_by(EVERY as usize).len(), "a picture of another screen");
        Ok(Picture { from, lines })
    }

    /// The lines from a height on once nothing there moves any more.
    ///
    /// # Errors
    /// When it never rests.
    pub fn finished(&self, from: u32) -> Result<Picture> {
        let begin = Instant::now();
        let (mut last, mut since) = (self.picture(from)?, Instant::now());
        while since.elapsed() < STILL {
            ensure!(begin.elapsed() < LONGEST, "the screen does not rest");
            std::thread::sleep(STEP * 10);
            let now = self.picture(from)?;
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(last)
    }

    /// Waits until the screen shows a picture.
    ///
    /// # Errors
    /// When it does not.
    pub fn wait_for(&self, picture: &Picture) -> Result<()> {
        let begin = Instant::now();
        while self.different(picture, EDGES)? > EDGES {
            if begin.elapsed() > LONGEST {
                bail!(
                    "the screen did not show what it showed before: {} pixels differ",
                    self.different(picture, usize::MAX)?
                );
            }
            std::thread::sleep(STEP);
        }
        Ok(())
    }

    /// How many pixels differ from a picture's, line by line: most looks end at the first one, beyond `enough`.
    fn different(&self, picture: &Picture, enough: usize) -> Result<usize> {
        let mut different = 0;
        let numbers = (picture.from..self.lines).step_by(EVERY as usize);
        for (number, line) in numbers.zip(&picture.lines) {
            let now = self.read(number)?;
            let pixels = now.chunks_exact(4).zip(line.chunks_exact(4));
            different += pixels.filter(|(one, other)| !alike(one, other)).count();
            if different > enough {
                break;
            }
        }
        Ok(different)
    }
}

/// The fourth byte of a pixel is no colour, and anything.
fn alike(one: &[u8], other: &[u8]) -> bool {
    (0..3).all(|colour| one[colour].abs_diff(other[colour]) <= SHADE)
}

impl Picture {
    /// Whether every pixel is of this colour: blue, green, red.
    #[must_use]
    pub fn is_all(&self, colour: [u8; 3]) -> bool {
        self.lines.iter().flat_map(|line| line.chunks_exact(4)).all(|pixel| pixel[..3] == colour)
    }

    /// Keeps it in a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, file: &Path) -> Result<()> {
        std::fs::write(file, self.lines.concat()).with_context(|| file.display().to_string())
    }

    /// How many different pixels there are, up to a thousand: an empty page has one, a page of words hundreds.
    #[must_use]
    pub fn colours(&self) -> usize {
        let mut seen = std::collections::BTreeSet::new();
        for pixel in self.lines.iter().flat_map(|line| line.chunks_exact(4)) {
            seen.insert([pixel[0], pixel[1], pixel[2]]);
            if seen.len() > 1000 {
                break;
            }
        }
        seen.len()
    }
}
