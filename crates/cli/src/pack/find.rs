//! Finding the pack that a command names: one that ships, or a file.

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::str::FromStr;

use handoff_eligibility::{PackError, RulePack, builtin, builtin_pack};

use crate::input::{Meant, Source};
use crate::output::Failure;

/// The largest file that is read as a pack; the parser takes half of it.
const MAX_FILE: u64 = 1024 * 1024;

/// The id of a pack that ships, or a file. The id goes first: write `./name`
/// for a file that is called like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackName(String);

impl FromStr for PackName {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "-" => f.write_str("standard input"),
            name => f.write_str(name),
        }
    }
}

/// Where a pack is found.
enum Origin {
    Ships(&'static RulePack),
    Text(String),
}

/// Why there is no pack under a name.
#[derive(Debug, thiserror::Error)]
enum PackNameError {
    /// Neither an id nor a file.
    #[error("there is no pack and no file of this name{meant}; the packs that come with this program are {}", .known.join(", "))]
    NoSuchPack {
        /// The pack that was probably meant.
        meant: Meant,
        /// The ids of those that ship.
        known: Vec<&'static str>,
    },
    /// The file cannot be read.
    #[error("the file cannot be read ({0})")]
    Unreadable(#[source] io::Error),
    /// The file is not a text.
    #[error("line {line}: this is not text in UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
    /// The file is too long to be a pack.
    #[error("the file is over {MAX_FILE} bytes, and a pack is a text of a few pages")]
    TooLarge,
    /// A mistake in the pack, with its place and the way out.
    #[error(transparent)]
    Mistake(#[from] PackError),
}

impl PackNameError {
    fn fix(&self) -> &'static str {
        match self {
            Self::NoSuchPack { .. } => "Give the id of one of them, or a file",
            Self::Unreadable(_) => "Check who may read it",
            Self::NotUtf8 { .. } => "Save it as UTF-8 and try again",
            Self::TooLarge => "Check that it is the right file",
            Self::Mistake(_) => "Correct that place and try again",
        }
    }
}

impl PackName {
    /// Reads and parses the pack.
    ///
    /// # Errors
    /// [`Failure`] that names the file, and the line where there is one.
    pub fn load(&self) -> Result<RulePack, Failure> {
        self.pack().map_err(|error| self.refused(&error))
    }

    /// The same, and every mistake that can be found in one run.
    ///
    /// # Errors
    /// [`Failure`] when there is no pack to read.
    pub fn load_whole(&self) -> Result<Result<RulePack, Vec<PackError>>, Failure> {
        match self.source() {
            Ok(Origin::Ships(pack)) => Ok(Ok(pack.clone())),
            Ok(Origin::Text(text)) => Ok(RulePack::read_whole(&text)),
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// That a pack has this mistake.
    pub fn mistaken(&self, mistake: PackError) -> Failure {
        self.refused(&mistake.into())
    }

    fn refused(&self, error: &PackNameError) -> Failure {
        let fix = error.fix();
        Failure::refused(format!("{self}: {error}. Nothing was changed. {fix}."))
    }

    fn pack(&self) -> Result<RulePack, PackNameError> {
        match self.source()? {
            Origin::Ships(pack) => Ok(pack.clone()),
            Origin::Text(text) => Ok(RulePack::parse(&text)?),
        }
    }

    fn source(&self) -> Result<Origin, PackNameError> {
        if let Some(pack) = builtin_pack(&self.0) {
            return Ok(Origin::Ships(pack));
        }
        let text = match Source::of(&self.0) {
            Source::StandardInput => read(io::stdin().lock())?,
            Source::File(path) => read(self.open(&path)?)?,
        };
        Ok(Origin::Text(text))
    }

    fn open(&self, path: &Path) -> Result<fs::File, PackNameError> {
        fs::File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let known: Vec<&str> = builtin().iter().map(|builtin| builtin.pack.id()).collect();
                PackNameError::NoSuchPack {
                    meant: Meant::among(&self.0, known.iter().copied()),
                    known,
                }
            }
            _ => PackNameError::Unreadable(error),
        })
    }
}

fn read(file: impl io::Read) -> Result<String, PackNameError> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(PackNameError::Unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(PackNameError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        PackNameError::NotUtf8 {
            line: 1 + good.filter(|byte| **byte == b'\n').count(),
        }
    })
}
