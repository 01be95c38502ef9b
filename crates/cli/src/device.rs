//! `handoff device …`: a device without a screen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use handoff_device::contract::{ErrorCode, FieldError, ReferralLine, StandingView, SyncView};
use handoff_device::{Core, CoreError, DeviceList, Host};
use handoff_domain::{
    AttachmentKind, EngagementState, FieldErrorCode, MAX_ATTACHMENT, ReferralId, ReferralReport,
    Screening, UserId, VerificationState,
};
use serde::Serialize;

use crate::input::{self, Source};
use crate::output::{self, Failure};
use crate::passwords;

/// How long the site gets to apply what it has taken.
const APPLYING: Duration = Duration::from_secs(30);

/// Drive a device without a screen
#[derive(Subcommand)]
pub enum Device {
    /// Enrol this machine with a one-time code from the site
    Enrol {
        /// The device's data folder
        #[arg(long)]
        home: PathBuf,
        /// The code, as `handoff site invite` printed it
        #[arg(long)]
        code: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Save referrals on this device
    Refer {
        /// The device's data folder
        #[arg(long)]
        home: PathBuf,
        /// One JSON object, or one on each line; `-` reads standard input
        #[arg(long)]
        file: Source,
        /// Who refers, where several people use the device
        #[arg(long = "as")]
        name: Option<String>,
        /// Answer in JSON, one object for each referral
        #[arg(long)]
        json: bool,
    },
    /// Add a signature to a referral on this device
    Attach {
        /// The device's data folder
        #[arg(long)]
        home: PathBuf,
        /// Which referral, as `handoff device list` prints it
        #[arg(long)]
        referral: String,
        /// A PNG, JPEG or WebP picture of it, of at most 8 MiB
        #[arg(long)]
        file: PathBuf,
        /// Who adds it, where several people use the device
        #[arg(long = "as")]
        name: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Send what waits and fetch what is new; without a password it uploads only
    Sync {
        /// The device's data folder
        #[arg(long)]
        home: PathBuf,
        /// Who is signed in, where several people use the device
        #[arg(long = "as")]
        name: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the referrals on this device, beside the app if it runs
    List {
        /// The device's data folder
        #[arg(long)]
        home: PathBuf,
        /// Whose, where several people use the device
        #[arg(long = "as")]
        name: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// Carries a command out.
///
/// # Errors
/// [`Failure`] with the status that the program ends with.
pub fn run(command: Device) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::refused(format!("the program cannot start: {error}")))?;
    match command {
        Device::Enrol { home, code, json } => runtime.block_on(enrol(&home, &code, json)),
        Device::Refer {
            home,
            file,
            name,
            json,
        } => refer(&home, &file, name.as_deref(), json),
        Device::Attach {
            home,
            referral,
            file,
            name,
            json,
        } => attach(&home, &referral, &file, name.as_deref(), json),
        Device::Sync { home, name, json } => runtime.block_on(sync(&home, name.as_deref(), json)),
        Device::List { home, name, json } => list(&home, name.as_deref(), json),
    }
}

#[derive(Serialize)]
struct EnrolledAnswer {
    site: String,
    device: String,
    person: String,
}

async fn enrol(home: &Path, code: &str, json: bool) -> Result<(), Failure> {
    let core = Core::open(home, Host::system()).map_err(failure)?;
    let password = passwords::chosen()?;
    core.enrol_with(code, &password).await.map_err(failure)?;
    let enrolment = core.enrolment().map_err(failure)?;
    let person = core.people().map_err(failure)?.into_iter().next();
    let answer = EnrolledAnswer {
        site: enrolment.site.site.as_str().to_owned(),
        device: enrolment.device.to_string(),
        person: person.map(|person| person.name).unwrap_or_default(),
    };
    output::answer(json, &answer, |answer| {
        format!("Enrolled at {} for {}.", answer.site, answer.person)
    })
}

#[derive(Serialize)]
struct ReferredAnswer {
    referral: String,
    screening: Option<Screening>,
    standing: &'static str,
}

fn refer(home: &Path, file: &Source, name: Option<&str>, json: bool) -> Result<(), Failure> {
    let reports = read_reports(file)?;
    let core = sign_in(home, name)?;
    // All or none: the first is saved only when the last could be.
    for (place, report) in &reports {
        core.check(report).map_err(|error| at(place, error))?;
    }
    for (place, report) in reports {
        let referred = core.refer(report).map_err(|error| at(&place, error))?;
        let answer = ReferredAnswer {
            referral: referred.referral.to_string(),
            screening: referred.screening,
            standing: "on_device",
        };
        output::answer(json, &answer, |answer| {
            let outcome = answer
                .screening
                .as_ref()
                .map_or("not screened", |screening| match screening.outcome {
                    handoff_domain::Outcome::PresumptivelyEligible => "looks eligible",
                    handoff_domain::Outcome::NeedsVerification => "records check needed",
                    handoff_domain::Outcome::PresumptivelyIneligible => "a rule stands in the way",
                });
            format!("Saved on this device: {} ({outcome})", answer.referral)
        })?;
    }
    Ok(())
}

#[derive(Serialize)]
struct AttachedAnswer {
    entry: String,
    standing: &'static str,
}

fn attach(
    home: &Path,
    referral: &str,
    file: &Path,
    name: Option<&str>,
    json: bool,
) -> Result<(), Failure> {
    let referral = referral.parse().map(ReferralId).map_err(|_| {
        Failure::refused(
            "--referral is not the id of a referral, so nothing was saved. \
             Copy the id from `handoff device list`.",
        )
    })?;
    let bytes = read_attachment(file)?;
    let core = sign_in(home, name)?;
    let attached = core
        .attach(referral, AttachmentKind::Signature, &bytes)
        .map_err(failure)?;
    let answer = AttachedAnswer {
        entry: attached.entry.to_string(),
        standing: "on_device",
    };
    output::answer(json, &answer, |answer| {
        format!(
            "Saved on this device: {}. It goes to the site behind what is smaller.",
            answer.entry
        )
    })
}

/// One byte more than is taken tells that it is too long.
fn read_attachment(file: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let unread = |error| {
        Failure::refused(format!(
            "{} could not be read ({error}); nothing was saved",
            file.display()
        ))
    };
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .map_err(unread)?
        .take(MAX_ATTACHMENT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    Ok(bytes)
}

#[derive(Serialize)]
struct SyncAnswer {
    sent: u32,
    received: u32,
    parked: u32,
    waiting: u32,
    /// The site knows another copy of this device: saved entries go on in a
    /// new lane.
    went_on: bool,
    through_seq: u64,
    head: String,
    epoch: String,
}

async fn sync(home: &Path, name: Option<&str>, json: bool) -> Result<(), Failure> {
    let core = Core::open(home, Host::system()).map_err(failure)?;
    if passwords::given().is_some() {
        unlock(&core, name)?;
    }
    let mut view: SyncView = core.sync_until_applied(APPLYING).await;
    if core.is_renewed().map_err(failure)? {
        // What was saved without a lease, and what came meanwhile, is read now.
        unlock(&core, name)?;
        let more = core.sync_until_applied(APPLYING).await;
        view.sent += more.sent;
        view.received += more.received;
        view.parked += more.parked;
        view.waiting = more.waiting;
        view.error = more.error;
    }
    let proof = core.proof().map_err(failure)?;
    let answer = SyncAnswer {
        sent: view.sent,
        received: view.received,
        parked: view.parked,
        waiting: view.waiting,
        went_on: view.went_on,
        through_seq: proof.through_seq,
        head: proof.head,
        epoch: proof.epoch,
    };
    if let Some(code) = view.error {
        return Err(stopped(code, view.waiting));
    }
    output::answer(json, &answer, |answer| {
        let copy = if answer.went_on {
            " Another copy of this device has sent entries; everything saved here is kept and sent \
             beside it. Tell the site's administrator if that is news to you."
        } else {
            ""
        };
        format!(
            "Sent {}, received by the site {}, parked {}, still waiting {}.{copy}",
            answer.sent, answer.received, answer.parked, answer.waiting
        )
    })
}

#[derive(Serialize)]
struct ListedAnswer {
    referral: String,
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    door: handoff_domain::Door,
    verification: VerificationState,
    engagement: EngagementState,
}

fn list(home: &Path, name: Option<&str>, json: bool) -> Result<(), Failure> {
    let reader = DeviceList::open(home, Host::system()).map_err(failure)?;
    let person = choose(&reader.people().map_err(failure)?, name)?;
    let password = passwords::known(&person.1)?;
    let lines = reader.referrals(person.0, &password).map_err(failure)?;
    let answers: Vec<ListedAnswer> = lines.into_iter().map(listed).collect();
    output::answer(json, &answers, |answers| {
        if answers.is_empty() {
            return "No referrals on this device.".to_owned();
        }
        let rows = answers.iter().map(|answer| {
            format!(
                "{}  {:<9}  {:?}",
                answer.referral, answer.standing, answer.verification
            )
        });
        rows.collect::<Vec<_>>().join("\n")
    })
}

fn listed(line: ReferralLine) -> ListedAnswer {
    let (standing, parked, receipt) = match line.standing {
        StandingView::OnDevice => ("on_device", None, None),
        StandingView::Sent => ("sent", None, None),
        StandingView::Received { receipt, .. } => ("received", None, Some(receipt)),
        StandingView::Parked { code } => ("parked", Some(code), None),
    };
    ListedAnswer {
        referral: line.referral.to_string(),
        standing,
        parked,
        receipt,
        door: line.door,
        verification: line.verification,
        engagement: line.engagement,
    }
}

fn sign_in(home: &Path, name: Option<&str>) -> Result<Core, Failure> {
    let core = Core::open(home, Host::system()).map_err(failure)?;
    unlock(&core, name)?;
    Ok(core)
}

fn unlock(core: &Core, name: Option<&str>) -> Result<(), Failure> {
    let people: Vec<(UserId, String)> = core
        .people()
        .map_err(failure)?
        .into_iter()
        .map(|person| (person.user, person.name))
        .collect();
    let (user, name) = choose(&people, name)?;
    core.unlock_as(user, &passwords::known(&name)?)
        .map_err(failure)
}

fn choose(people: &[(UserId, String)], name: Option<&str>) -> Result<(UserId, String), Failure> {
    match (people, name) {
        ([one], None) => Ok(one.clone()),
        (_, Some(name)) => people
            .iter()
            .find(|(_, known)| known == name)
            .cloned()
            .ok_or_else(|| Failure::refused("nobody of that name uses this device")),
        ([], None) => Err(Failure::refused("nobody uses this device: enrol it first")),
        (_, None) => Err(Failure::usage(
            "several people use this device: say who with --as NAME",
        )),
    }
}

/// Every report of a file, each with its place for errors. All are read before
/// the first is saved.
fn read_reports(file: &Source) -> Result<Vec<(String, ReferralReport)>, Failure> {
    let reports = input::all::<ReferralReport>(file)
        .map_err(|error| error.failure(file, "Nothing was saved"))?;
    let is_one = reports.len() == 1;
    let place = |line: u32| {
        if is_one {
            String::new()
        } else {
            format!("line {line}: ")
        }
    };
    Ok(reports
        .into_iter()
        .map(|read| (place(read.line), read.value))
        .collect())
}

/// What happened, what is safe, what to do.
fn failure(error: CoreError) -> Failure {
    let text = describe(&error);
    match error.code() {
        ErrorCode::SiteNotReached => Failure::not_reached(text),
        _ => Failure::refused(text),
    }
}

fn at(place: &str, error: CoreError) -> Failure {
    failure(error).at(place)
}

fn describe(error: &CoreError) -> String {
    match error {
        CoreError::Form(fields) => {
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!(
                "{}: nothing was saved; correct this and try again",
                fields.join("; ")
            )
        }
        error => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(error);
            while let Some(cause) = source {
                let cause_text = cause.to_string();
                if !text.contains(&cause_text) {
                    text.push_str(": ");
                    text.push_str(&cause_text);
                }
                source = cause.source();
            }
            if error.code() == ErrorCode::SiteNotReached {
                text.push_str("; nothing is lost: try again when there is a connection");
            }
            text
        }
    }
}

fn field(error: &FieldError) -> String {
    let words = match FieldErrorCode::from_name(&error.code) {
        Some(FieldErrorCode::Missing) if error.path == "refer_anyway" => {
            "the screening advises another route: say why it is referred all the same".to_owned()
        }
        Some(code) => code.to_string(),
        None => error.code.clone(),
    };
    format!("{}: {words}", error.path)
}

fn stopped(code: ErrorCode, waiting: u32) -> Failure {
    let safe = format!("{waiting} entries are safe on this device and will go later");
    match code {
        ErrorCode::SiteNotReached => {
            Failure::not_reached(format!("the site did not answer; {safe}"))
        }
        ErrorCode::SiteNotPinned => Failure::refused(format!(
            "the one who answered is not the site that this device was enrolled with, and got nothing; {safe}; ask the site's administrator"
        )),
        ErrorCode::UpdateNeeded => Failure::refused(format!(
            "the site speaks a newer protocol: update this program; {safe}"
        )),
        ErrorCode::SiteUpdateNeeded => Failure::refused(format!(
            "the site speaks an older protocol than this program: tell the site's administrator that it has to be updated; {safe}"
        )),
        _ => Failure::refused(format!(
            "the site's answer was not accepted; {safe}; see the log (HANDOFF_LOG=warn)"
        )),
    }
}
