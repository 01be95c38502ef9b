//! `handoff site key …`: the keys that devices are told of.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use handoff_site::{KnownKey, Rotated};
use serde::Serialize;

use super::{answers, failures, open};
use crate::output::{self, Failure};

/// The keys that devices are told of
#[derive(Subcommand)]
pub enum Key {
    /// List them
    List {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new one; devices are told of it after the next backup
    Rotate {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// What for
        #[arg(long)]
        purpose: Purpose,
        /// Who says so, by their name on the roster: a project manager or a
        /// site administrator
        #[arg(long = "as")]
        by: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// What a key is for
#[derive(Clone, Copy, ValueEnum)]
pub enum Purpose {
    /// Signs receipts, leases and orders
    Receipt,
    /// Devices seal what they save to it
    Sealing,
}

impl From<Purpose> for Rotated {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Receipt => Self::Receipt,
            Purpose::Sealing => Self::Sealing,
        }
    }
}

pub fn run(command: Key) -> Result<(), Failure> {
    match command {
        Key::List { data, json } => {
            let keys = open(&data)?.known_keys().map_err(failures::storage)?;
            let keys: Vec<_> = keys.iter().map(KeyAnswer::of).collect();
            output::answer(json, &keys, |keys| answers::table(keys))
        }
        Key::Rotate {
            data,
            purpose,
            by,
            json,
        } => {
            let id = open(&data)?
                .rotate_key(purpose.into(), &by)
                .map_err(failures::rotate)?;
            output::answer(json, &serde_json::json!({ "key": id.to_string() }), |_| {
                format!(
                    "Key {id} is made. Run `handoff site backup` now: devices are told of it once \
                     it lies in a backup that was restored as a test."
                )
            })
        }
    }
}

#[derive(Serialize)]
struct KeyAnswer {
    key: String,
    purpose: serde_json::Value,
    made_at: String,
    /// Devices are told of it.
    announced: bool,
    /// Its secret is in the folder `keys`; never so for TLS and recovery.
    is_here: bool,
}

impl KeyAnswer {
    fn of(key: &KnownKey) -> Self {
        Self {
            key: key.id.to_string(),
            purpose: serde_json::to_value(key.purpose).unwrap_or_default(),
            made_at: key.made_at.to_rfc3339(),
            announced: key.announced,
            is_here: key.is_here,
        }
    }
}
