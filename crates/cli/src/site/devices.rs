//! `handoff site device …`: the board of devices.

use std::path::PathBuf;

use clap::Subcommand;
use handoff_site::{DeviceId, DeviceOnBoard};
use serde::Serialize;

use super::{answers, failures, open};
use crate::output::{self, Failure};

/// The devices
#[derive(Subcommand)]
pub enum Device {
    /// How each device is doing: what waits on it, since when, copies of it
    List {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a device: it is emptied at its next sync and served nothing any
    /// more; what it brings is still taken
    Revoke {
        #[command(flatten)]
        word: Word,
    },
    /// Say that somebody has seen to the copies of a device
    Settle {
        #[command(flatten)]
        word: Word,
    },
}

/// About which device, on whose word
#[derive(clap::Args)]
pub struct Word {
    /// The site's data folder
    #[arg(long)]
    data: PathBuf,
    /// Which device, by its id
    #[arg(long)]
    device: String,
    /// Who says so, by their name on the roster: a project manager or a site
    /// administrator
    #[arg(long = "as")]
    by: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Word {
    fn device(&self) -> Result<DeviceId, Failure> {
        self.device.parse().map(DeviceId).map_err(|_| {
            Failure::refused(
                "--device is not the id of a device, so nothing was changed. \
                 Copy the id from `handoff site device list`.",
            )
        })
    }
}

pub fn run(command: Device) -> Result<(), Failure> {
    match command {
        Device::List { data, json } => {
            let board = open(&data)?.board().map_err(failures::storage)?;
            let devices: Vec<_> = board.iter().map(DeviceAnswer::of).collect();
            output::answer(json, &devices, |devices| answers::table(devices))
        }
        Device::Revoke { word } => {
            open(&word.data)?
                .revoke_device_by(word.device()?, &word.by)
                .map_err(failures::device)?;
            output::answer(
                word.json,
                &Done {
                    device: &word.device,
                },
                |done| {
                    format!(
                        "Device {} is revoked. At its next sync it hands in what it has and is \
                     emptied. Invite its people anew for another device.",
                        done.device
                    )
                },
            )
        }
        Device::Settle { word } => {
            let settled = open(&word.data)?
                .settle_copies(word.device()?, &word.by)
                .map_err(failures::device)?;
            let answer = SettledAnswer {
                device: &word.device,
                settled,
            };
            output::answer(word.json, &answer, |answer| {
                let done = "The alarms about the copies of this device are settled.";
                let not = "No alarm about copies of this device stands.";
                (if answer.settled { done } else { not }).to_owned()
            })
        }
    }
}

#[derive(Serialize)]
struct Done<'a> {
    device: &'a str,
}

#[derive(Serialize)]
struct SettledAnswer<'a> {
    device: &'a str,
    settled: bool,
}

#[derive(Serialize)]
struct DeviceAnswer {
    device: String,
    name: String,
    version: Option<String>,
    last_contact_at: Option<String>,
    /// Entries that it had and the site did not, when it last asked.
    waiting: Option<u64>,
    /// To the minute, by the device's own clock.
    oldest_waiting_at: Option<String>,
    parked: usize,
    /// `one`, `put_back`, or `two_at_work`.
    copies: &'static str,
    copies_since: Option<String>,
    lanes: usize,
    branches: usize,
    /// Erasure orders that it has not carried out.
    erasures_pending: usize,
    /// Vaults on it that hold more than their readers may have.
    evictions_pending: usize,
    first_seen_at: String,
    /// Not enrolled by this database: it showed a certificate that holds.
    vouched: bool,
    revoked_at: Option<String>,
}

impl DeviceAnswer {
    fn of(on_board: &DeviceOnBoard) -> Self {
        let row = &on_board.row;
        Self {
            device: row.device.to_string(),
            name: row.name.clone(),
            version: on_board.state.as_ref().map(|state| state.version.clone()),
            last_contact_at: row.last_contact_at.map(|at| at.to_rfc3339()),
            waiting: on_board.waiting,
            oldest_waiting_at: on_board.oldest_waiting_at.map(|at| at.to_rfc3339()),
            parked: on_board.parked,
            copies: on_board.copies.as_str(),
            copies_since: on_board.copies_since.map(|at| at.to_rfc3339()),
            lanes: on_board.lanes,
            branches: on_board.branches,
            erasures_pending: on_board.erasures_pending,
            evictions_pending: on_board.evictions_pending,
            first_seen_at: row.first_seen_at.to_rfc3339(),
            vouched: row.vouched,
            revoked_at: row.revoked_at.map(|at| at.to_rfc3339()),
        }
    }
}
