//! `handoff pack …`: the packs that ship, a check of a pack, a pack in plain
//! words; and finding the pack that a command names.

mod check;
mod find;
mod plain;

use clap::Subcommand;
use handoff_domain::{Door, PackHash, Words};
use handoff_eligibility::{Explanation, RulePack, builtin, explain};
use serde::Serialize;

pub use find::PackName;

use crate::language::Speaks;
use crate::output::{self, Failure};

/// Look at rule packs
#[derive(Subcommand)]
pub enum Pack {
    /// List the packs that come with this program
    List {
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Read a pack, run its own cases, and say what is wrong and where
    Check {
        /// The pack's file; `-` reads standard input
        #[arg(value_name = "FILE")]
        pack: PackName,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Say in plain words what a pack says, and what no text bears out
    Explain {
        /// A pack that comes with this program, by its id, or a file
        #[arg(value_name = "ID|FILE")]
        pack: PackName,
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

impl Pack {
    /// Carries the command out.
    ///
    /// # Errors
    /// [`Failure`] with the status that the program ends with.
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { speaks, json } => list(speaks, json),
            Self::Check { pack, json } => check::run(&pack, json),
            Self::Explain { pack, speaks, json } => {
                let explained = Explained::of(&pack.load()?);
                output::answer(json, &explained, |explained| {
                    plain::text(explained, speaks.speaker())
                })
            }
        }
    }
}

/// A pack in plain words, with the ids under which its questions are answered.
#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    explanation: Explanation,
    questions: Vec<Asked>,
}

#[derive(Serialize)]
struct Asked {
    /// The path of its answer in the facts.
    id: String,
    words: Words,
}

impl Explained {
    fn of(pack: &RulePack) -> Self {
        let mut questions: Vec<Asked> = Vec::new();
        for question in Door::ALL.into_iter().flat_map(|door| pack.questions(door)) {
            if questions.iter().all(|asked| asked.id != question.id) {
                questions.push(Asked {
                    id: question.id,
                    words: question.words,
                });
            }
        }
        Self {
            explanation: explain(pack),
            questions,
        }
    }
}

#[derive(Serialize)]
struct Listed {
    id: &'static str,
    version: &'static str,
    title: &'static Words,
    doors: Vec<Door>,
    effective_from: chrono::NaiveDate,
    hash: PackHash,
}

fn list(speaks: Speaks, json: bool) -> Result<(), Failure> {
    let packs: Vec<Listed> = builtin()
        .iter()
        .map(|builtin| Listed {
            id: builtin.pack.id(),
            version: builtin.pack.version(),
            title: builtin.pack.title(),
            doors: builtin.pack.policy().doors.iter().copied().collect(),
            effective_from: builtin.pack.effective_from(),
            hash: PackHash(builtin.pack.hash()),
        })
        .collect();
    let speaker = speaks.speaker();
    output::answer(json, &packs, |packs| {
        let rows = packs.iter().map(|pack| {
            let (id, version) = (pack.id, pack.version);
            let date = pack.effective_from.to_string();
            let args = [("pack", id), ("version", version), ("date", date.as_str())];
            format!(
                "{}\n    {}\n    {}",
                speaker.say("cli-pack-version", &args),
                speaker.words(pack.title),
                speaker.doors(&pack.doors)
            )
        });
        rows.collect::<Vec<_>>().join("\n")
    })
}
