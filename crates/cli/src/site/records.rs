//! `handoff site parked`, `release` and `erase`: single records in custody.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use handoff_domain::{EntryId, ReferralId};
use handoff_site::storage::ErasureReason;
use handoff_site::{Erased, Parked, lane_name, may_be_released};
use serde::Serialize;

use super::{answers, failures, open};
use crate::output::{self, Failure};

/// Records in custody
#[derive(Subcommand)]
pub enum Records {
    /// List what is parked: taken, kept, and not applied
    Parked {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Let a parked record through whose author lacked only the right to it
    Release {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Which entry, as `handoff site parked` lists it
        #[arg(long)]
        entry: String,
        /// Who answers for it, by their name on the roster: a project manager
        /// or a site administrator
        #[arg(long = "as")]
        by: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Erase a referral for ever: here, in every feed, and on the device that
    /// saved it
    Erase {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Which referral
        #[arg(long)]
        referral: String,
        /// Why
        #[arg(long)]
        reason: Reason,
        /// Who orders it, by their name on the roster: a project manager or a
        /// site administrator
        #[arg(long = "as")]
        by: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// Why a record is erased
#[derive(Clone, Copy, ValueEnum)]
pub enum Reason {
    /// A court ordered it
    CourtOrder,
    /// The site's retention rule
    Retention,
    /// The person it is about asked, and it is granted
    Request,
}

impl From<Reason> for ErasureReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::CourtOrder => Self::CourtOrder,
            Reason::Retention => Self::Retention,
            Reason::Request => Self::Request,
        }
    }
}

pub fn run(command: Records) -> Result<(), Failure> {
    match command {
        Records::Parked { data, json } => {
            let parked = open(&data)?.parked().map_err(failures::storage)?;
            let parked: Vec<_> = parked.iter().map(ParkedAnswer::of).collect();
            output::answer(json, &parked, |parked| {
                if parked.is_empty() {
                    "Nothing is parked.".to_owned()
                } else {
                    answers::table(parked)
                }
            })
        }
        Records::Release {
            data,
            entry,
            by,
            json,
        } => {
            let id = entry.parse().map(EntryId).map_err(|_| {
                Failure::refused(
                    "--entry is not the id of an entry, so nothing was changed. \
                     Copy the id from `handoff site parked`.",
                )
            })?;
            open(&data)?.release(id, &by).map_err(failures::release)?;
            output::answer(json, &serde_json::json!({ "released": entry }), |_| {
                "It is judged again and applied; its author sees that with their next sync."
                    .to_owned()
            })
        }
        Records::Erase {
            data,
            referral,
            reason,
            by,
            json,
        } => {
            let id = referral.parse().map(ReferralId).map_err(|_| {
                Failure::refused(
                    "--referral is not the id of a referral, so nothing was erased. \
                     Copy the id from `handoff site referrals`.",
                )
            })?;
            let erased = open(&data)?
                .erase_referral(id, &by, reason.into())
                .map_err(failures::erase)?;
            output::answer(json, &ErasedAnswer::of(&referral, &erased), |erased| {
                let swept = if erased.swept {
                    ""
                } else {
                    " The database's log still holds it until nobody reads an earlier moment."
                };
                format!(
                    "Erased here. {} devices have to erase it too and do so at their next sync: \
                     `handoff site device list` shows which have not.{swept} Backups made before \
                     still hold it: destroy them as your retention rule says.",
                    erased.devices.len()
                )
            })
        }
    }
}

#[derive(Serialize)]
struct ParkedAnswer {
    entry: String,
    device: Option<String>,
    lane: String,
    seq: u64,
    code: &'static str,
    since: String,
    /// Whether `handoff site release` lets it through.
    may_be_released: bool,
    /// What cures it otherwise.
    cure: &'static str,
}

impl ParkedAnswer {
    fn of(parked: &Parked) -> Self {
        Self {
            entry: parked.entry.to_string(),
            device: parked.device.map(|device| device.to_string()),
            lane: lane_name(&parked.lane),
            seq: parked.seq,
            code: parked.code.as_str(),
            since: parked.since.to_rfc3339(),
            may_be_released: may_be_released(parked.code),
            cure: answers::cure(parked.code.as_str()),
        }
    }
}

#[derive(Serialize)]
struct ErasedAnswer {
    referral: String,
    items: usize,
    devices: BTreeSet<String>,
    swept: bool,
}

impl ErasedAnswer {
    fn of(referral: &str, erased: &Erased) -> Self {
        Self {
            referral: referral.to_owned(),
            items: erased.items,
            devices: erased.devices.iter().map(ToString::to_string).collect(),
            swept: erased.is_swept,
        }
    }
}
