//! `handoff site parked`, `release` and `erase`: single records in custody.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use handoff_domain::{EntryId, ReferralId};
use handoff_site::storage::ErasureReason;
use handoff_site::{Attachment, Erased, Parked, lane_name, may_be_released};
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
    /// List the signatures and photos that entries name
    Attachments {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Write one of them, opened, into a new file
    Attachment {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// The entry that names it, as `handoff site attachments` lists it
        #[arg(long)]
        entry: String,
        /// The new file
        file: PathBuf,
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
        Records::Attachments { data, json } => {
            let attachments = open(&data)?.attachments().map_err(failures::storage)?;
            let attachments: Vec<_> = attachments.iter().map(AttachmentAnswer::of).collect();
            output::answer(json, &attachments, |attachments| {
                if attachments.is_empty() {
                    "No entry names a signature or a photo.".to_owned()
                } else {
                    answers::table(attachments)
                }
            })
        }
        Records::Attachment {
            data,
            entry,
            file,
            json,
        } => {
            let id = entry.parse().map(EntryId).map_err(|_| {
                Failure::refused(
                    "--entry is not the id of an entry, so nothing was written. \
                     Copy the id from `handoff site attachments`.",
                )
            })?;
            let plain = open(&data)?.attachment(id).map_err(failures::attachment)?;
            write_new(&file, &plain)?;
            let answer = serde_json::json!({ "entry": entry, "bytes": plain.len() });
            output::answer(json, &answer, |_| {
                format!(
                    "Written to {}. It is not sealed there: delete it when it was looked at.",
                    file.display()
                )
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

/// Only its owner reads it, and no file is written over.
fn write_new(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(file)
        .and_then(|mut new| new.write_all(bytes).and_then(|()| new.sync_all()));
    written.map_err(|error| {
        Failure::refused(format!(
            "{} could not be written ({error}); the site has it as before",
            file.display()
        ))
    })
}

#[derive(Serialize)]
struct AttachmentAnswer {
    entry: String,
    referral: String,
    what: &'static str,
    media_type: String,
    device: String,
    total: u64,
    held: u64,
}

impl AttachmentAnswer {
    fn of(attachment: &Attachment) -> Self {
        Self {
            entry: attachment.entry.to_string(),
            referral: attachment.referral.to_string(),
            what: attachment.what.as_str(),
            media_type: attachment.media_type.clone(),
            device: attachment.device.to_string(),
            total: attachment.total,
            held: attachment.held,
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
