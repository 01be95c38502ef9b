//! `handoff site …`: founding, serving and looking after a site.

mod answers;
mod devices;
mod failures;
mod keys;
mod people;
mod records;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use handoff_domain::{ReferralId, SiteId, VerificationMove};
use handoff_site::{Host, NewSiteOptions, RestoreOptions, Site as OpenSite};

use crate::output::{self, Failure};
use crate::passwords;
use answers::{
    BackedUpAnswer, DecidedAnswer, DoctorAnswer, FoundedAnswer, InvitedAnswer, PackAnswer,
    ReferralAnswer, RestoredAnswer,
};

/// Found, serve and look after a site
#[derive(Subcommand)]
pub enum Site {
    /// Found a site in a folder that is empty or does not exist
    Init {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Its short name, such as md-baltimore
        #[arg(long)]
        site: String,
        /// Its first rule pack: the id of one that ships, or a file
        #[arg(long)]
        pack: String,
        /// Where devices reach it
        #[arg(long, default_value = "https://127.0.0.1:8443")]
        url: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Serve devices until the process is told to end
    Serve {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Where to listen, instead of where site.toml says
        #[arg(long)]
        listen: Option<std::net::SocketAddr>,
    },
    /// The roster
    #[command(subcommand)]
    Person(people::Person),
    /// The devices
    #[command(subcommand)]
    Device(devices::Device),
    /// Rule packs
    #[command(subcommand)]
    Pack(Pack),
    /// The keys that devices are told of
    #[command(subcommand)]
    Key(keys::Key),
    #[command(flatten)]
    Records(records::Records),
    /// Make a one-time code with which a person enrols a device
    Invite {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Whom, by their name on the roster
        #[arg(long)]
        person: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the referrals
    Referrals {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Decide on a referral
    Decide {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Which referral
        #[arg(long)]
        referral: String,
        /// Who decides, by their name on the roster
        #[arg(long = "as")]
        name: String,
        /// What
        #[arg(long)]
        decision: Decision,
        /// For the referrer, in words
        #[arg(long, default_value = "")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Back the site up into a new file, sealed to the recovery key
    Backup {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// The new file
        file: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Bring a site back into an empty folder; the recovery key is read from
    /// HANDOFF_RECOVERY_KEY, or asked for
    Restore {
        /// The new data folder
        #[arg(long)]
        data: PathBuf,
        /// The backup
        file: PathBuf,
        /// The control log as it was when the site was lost: spares the
        /// confirmation
        #[arg(long)]
        control_log: Option<PathBuf>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// After a restore without a control log: serve feeds and leases again
    Confirm {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Who confirms, by their name on the roster
        #[arg(long = "as")]
        name: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at the whole site: damage, alarms, what is parked
    Doctor {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// Rule packs
#[derive(Subcommand)]
pub enum Pack {
    /// Publish a pack to every device, in force from the date that it states
    Publish {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Who publishes, by their name on the roster
        #[arg(long = "as")]
        name: String,
        /// The pack (TOML)
        file: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// A decision
#[derive(Clone, Copy, ValueEnum)]
pub enum Decision {
    /// The person may become a participant
    Approve,
    /// Other services are offered
    NotApprove,
    /// Somebody has a question first
    NeedInfo,
}

impl From<Decision> for VerificationMove {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Approve => Self::Approve,
            Decision::NotApprove => Self::NotApprove,
            Decision::NeedInfo => Self::NeedInformation,
        }
    }
}

/// Carries a command out.
///
/// # Errors
/// [`Failure`] with the status that the program ends with.
pub fn run(command: Site) -> Result<(), Failure> {
    match command {
        Site::Init {
            data,
            site,
            pack,
            url,
            json,
        } => init(&data, &site, &pack, &url, json),
        Site::Serve { data, listen } => serve(&data, listen),
        Site::Person(command) => people::run(command),
        Site::Device(command) => devices::run(command),
        Site::Key(command) => keys::run(command),
        Site::Records(command) => records::run(command),
        Site::Pack(Pack::Publish {
            data,
            name,
            file,
            json,
        }) => publish(&data, &name, &file, json),
        Site::Invite { data, person, json } => {
            let invited = open(&data)?.invite(&person).map_err(failures::invite)?;
            let answer = InvitedAnswer::of(&invited);
            output::answer(json, &answer, |invited| {
                format!(
                    "{}\n\nOn {person}'s device, before {}: handoff device enrol --home DIR --code CODE",
                    invited.code, invited.expires_at
                )
            })
        }
        Site::Referrals { data, json } => {
            let referrals = open(&data)?.referrals().map_err(failures::storage)?;
            let referrals: Vec<_> = referrals.iter().map(ReferralAnswer::of).collect();
            output::answer(json, &referrals, |referrals| answers::table(referrals))
        }
        Site::Decide {
            data,
            referral,
            name,
            decision,
            reason,
            json,
        } => {
            let id = referral.parse().map_err(|_| {
                Failure::refused(
                    "--referral is not the id of a referral, so nothing was decided. \
                     Copy the id from `handoff site referrals`.",
                )
            })?;
            let decided = open(&data)?
                .decide(ReferralId(id), &name, decision.into(), &reason)
                .map_err(failures::decide)?;
            output::answer(json, &DecidedAnswer::of(&decided), |decided| {
                format!(
                    "Referral {} is now {}.",
                    decided.referral, decided.verification
                )
            })
        }
        Site::Backup { data, file, json } => {
            let done = open(&data)?.back_up(&file).map_err(failures::backup)?;
            output::answer(json, &BackedUpAnswer::of(&file, &done), |done| {
                format!(
                    "{} holds {} items and was restored once, as a test. Carry it to another machine.",
                    done.file, done.items
                )
            })
        }
        Site::Restore {
            data,
            file,
            control_log,
            json,
        } => restore(&data, &file, control_log.as_deref(), json),
        Site::Confirm { data, name, json } => {
            let confirmed = open(&data)?.confirm(&name).map_err(failures::confirm)?;
            output::answer(json, &serde_json::json!({ "confirmed": confirmed }), |_| {
                let done = "Confirmed: the site serves feeds and leases again.";
                let not = "There was nothing to confirm.";
                (if confirmed { done } else { not }).to_owned()
            })
        }
        Site::Doctor { data, json } => {
            let found = open(&data)?.examine().map_err(failures::storage)?;
            let answer = DoctorAnswer::of(&found);
            output::answer(json, &answer, answers::list)?;
            if found.is_well() {
                Ok(())
            } else {
                Err(failures::unwell(&found))
            }
        }
    }
}

fn restore(data: &Path, file: &Path, log: Option<&Path>, json: bool) -> Result<(), Failure> {
    let key = passwords::recovery_key()?;
    let options = RestoreOptions {
        data,
        file,
        recovery_key: &key,
        control_log: log,
    };
    let restored = handoff_site::restore(&options, &Host::system()).map_err(failures::restore)?;
    output::answer(json, &RestoredAnswer::of(&restored), |restored| {
        let next = if restored.awaiting_confirmation {
            "It takes what devices bring at once. Check who was disabled and which device was \
             revoked since, then run `handoff site confirm`: until then it serves no feed and \
             signs no lease."
        } else {
            "The control log was replayed: it serves at once."
        };
        format!(
            "Site {} is back as of {}, in a new epoch. {next}",
            restored.site, restored.backup_made_at
        )
    })
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn open(data: &Path) -> Result<OpenSite, Failure> {
    OpenSite::open(data, environment, Host::system()).map_err(failures::open)
}

fn init(data: &Path, site: &str, pack: &str, url: &str, json: bool) -> Result<(), Failure> {
    let name = SiteId::new(site).map_err(|error| {
        Failure::refused(format!(
            "--site: {error}. Nothing was made; choose another name."
        ))
    })?;
    let shipped = handoff_eligibility::builtin()
        .iter()
        .find(|builtin| builtin.pack.id() == pack);
    let text = match shipped {
        Some(builtin) => builtin.toml.to_owned(),
        None => std::fs::read_to_string(pack).map_err(|error| failures::no_pack(pack, &error))?,
    };
    let options = NewSiteOptions {
        data,
        name,
        pack: &text,
        url,
    };
    let founded = handoff_site::init(&options, &Host::system()).map_err(failures::init)?;
    output::answer(json, &FoundedAnswer::of(site, &founded), |founded| {
        format!(
            "Site {} is in {}. Its policy is pack {}.\n\n\
             RECOVERY KEY, shown this once:\n\n    {}\n\n\
             Write it down and keep it away from this machine, in a safe. It alone opens \
             backups and the keys of people who forgot their password. Nothing here keeps it.",
            founded.site,
            data.display(),
            founded.pack.id,
            founded.recovery_key
        )
    })
}

fn publish(data: &Path, name: &str, file: &Path, json: bool) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| failures::no_pack(&file.display().to_string(), &error))?;
    let published = open(data)?
        .publish_pack(name, &text)
        .map_err(|error| failures::publish(&file.display().to_string(), error))?;
    output::answer(json, &PackAnswer::of(&published), |pack| {
        format!(
            "Published {} {}; devices get it with their next sync.",
            pack.id, pack.version
        )
    })
}

fn serve(data: &Path, listen: Option<std::net::SocketAddr>) -> Result<(), Failure> {
    let site = Arc::new(open(data)?);
    let listen = listen.unwrap_or(site.settings().listen);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::refused(format!("the server cannot start: {error}")))?;
    runtime.block_on(async {
        let mut ended = end().map_err(|error| {
            Failure::refused(format!("the server cannot wait for signals: {error}"))
        })?;
        let serving = handoff_site::serve(site, listen)
            .await
            .map_err(failures::serve)?;
        let address = serving.address().to_string();
        output::answer(false, &address, |address| format!("Serving at {address}"))?;
        ended.recv().await;
        serving.stop().await;
        Ok(())
    })
}

/// What tells the server to end: SIGTERM, SIGINT.
fn end() -> std::io::Result<tokio::sync::mpsc::Receiver<()>> {
    let (tell, told) = tokio::sync::mpsc::channel(1);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let (mut signal, tell) = (signal(kind)?, tell.clone());
            tokio::spawn(async move {
                signal.recv().await;
                let _ = tell.send(()).await;
            });
        }
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        let _ = tell.send(()).await;
    });
    Ok(told)
}
