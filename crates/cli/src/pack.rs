//! `handoff pack …`: everything that one does with a rule pack before a site
//! publishes it; and finding the pack that a command names.

mod attempt;
mod check;
mod diff;
mod find;
mod kinds;
mod new;
mod paper;
mod plain;
mod simulate;
mod tested;
mod typed;

use std::collections::BTreeMap;

use clap::Subcommand;
use handoff_domain::{Door, PackHash, Words};
use handoff_eligibility::{Explanation, RulePack, builtin, explain};
use handoff_words::Language;
use serde::Serialize;

pub use find::PackName;

use crate::input::Source;
use crate::language::{Speaker, Speaks};
use crate::output::{self, Failure};
use crate::screen::DoorName;

/// Write, check, read and try rule packs (the guide is docs/rule-packs.md)
#[derive(Subcommand)]
pub enum Pack {
    /// Write a first pack from answers about a site's policy
    New {
        /// The new file; `-` writes to standard output
        #[arg(value_name = "FILE")]
        file: Source,
        /// An answer beforehand, as KEY=ANSWER; the keys stand in the file's comments
        #[arg(long = "answer", value_name = "KEY=ANSWER")]
        answers: Vec<new::Given>,
        /// Take the default for whatever is not answered beforehand
        #[arg(long)]
        defaults: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the kinds of rules that a pack can use, with their parameters
    Kinds {
        /// Only this one
        #[arg(value_name = "KIND")]
        name: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the packs that come with this program
    List {
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Read a pack, run its own cases, and say what is wrong and where, and what
    /// cannot be meant
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
        /// Print a checklist to fill in by hand, as one HTML page: en or es
        #[arg(long, value_name = "LANGUAGE", conflicts_with_all = ["language", "json"])]
        paper: Option<Paper>,
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Say in words what changed from one pack to another, and whom it stops now
    Diff {
        /// The earlier pack: its id, or a file
        #[arg(value_name = "A")]
        from: PackName,
        /// The later one
        #[arg(value_name = "B")]
        to: PackName,
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Answer a pack's open questions, and see what each answer changes
    Try {
        /// A pack that comes with this program, by its id, or a file
        #[arg(value_name = "ID|FILE")]
        pack: PackName,
        /// The kind of referral [default: the first of the site's]
        #[arg(long)]
        door: Option<DoorName>,
        /// The date from which ages and look-backs are counted [default: today]
        #[arg(long, value_name = "DATE")]
        as_of: Option<chrono::NaiveDate>,
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON; the questions go to standard error
        #[arg(long)]
        json: bool,
    },
    /// Try a proposed pack on past screenings: who would gain, who would lose
    Simulate {
        /// The proposed pack: its id, or a file
        #[arg(long, value_name = "ID|FILE")]
        pack: PackName,
        /// The past screenings: a table that a spreadsheet saves (FILE.csv), or one
        /// JSON object on each line (`handoff schema past-screening`); `-` reads
        /// standard input
        #[arg(long, value_name = "FILE|-")]
        records: Source,
        /// The pack in force, to compare with [default: the outcomes on record]
        #[arg(long, value_name = "ID|FILE")]
        current: Option<PackName>,
        /// Hide counts from 1 to this one, and what would give them away
        #[arg(long, value_name = "COUNT", default_value_t = 10)]
        hide_up_to: u32,
        #[command(flatten)]
        speaks: Speaks,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// The language of a paper checklist.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Paper {
    /// English
    En,
    /// Spanish
    Es,
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
            Self::New {
                file,
                answers,
                defaults,
                json,
            } => new::run(&file, &answers, defaults, json),
            Self::Kinds { name, json } => kinds::run(name.as_deref(), json),
            Self::Diff {
                from,
                to,
                speaks,
                json,
            } => diff::run(&from, &to, speaks, json),
            Self::Try {
                pack,
                door,
                as_of,
                speaks,
                json,
            } => attempt::run(&pack, door.map(Door::from), as_of, speaks.speaker(), json),
            Self::Simulate {
                pack,
                records,
                current,
                hide_up_to,
                speaks,
                json,
            } => {
                let inputs = simulate::Inputs {
                    proposed: &pack,
                    current: current.as_ref(),
                    records: &records,
                    hide_up_to,
                };
                simulate::run(&inputs, speaks, json)
            }
            Self::Explain {
                pack,
                paper: Some(paper),
                ..
            } => {
                let (code, language) = match paper {
                    Paper::En => ("en", Language::En),
                    Paper::Es => ("es", Language::Es),
                };
                let page = paper::html(&pack.load()?, code, Speaker::of(language));
                output::answer(false, &page, String::clone)
            }
            Self::Explain {
                pack, speaks, json, ..
            } => {
                let speaker = speaks.speaker();
                let explained = Explained::of(&pack.load()?, speaker);
                output::answer(json, &explained, |explained| {
                    plain::text(explained, speaker)
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
    /// What each rule tests, in words, by the rule's id.
    tests: BTreeMap<String, Vec<String>>,
}

#[derive(Serialize)]
struct Asked {
    /// The path of its answer in the facts.
    id: String,
    words: Words,
}

impl Explained {
    fn of(pack: &RulePack, speaker: Speaker) -> Self {
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
            tests: pack
                .rules()
                .iter()
                .map(|rule| (rule.id.clone(), tested::lines(rule, pack, speaker)))
                .collect(),
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
