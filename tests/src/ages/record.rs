//! Lets the device and the site of a released version talk, and writes it down.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use handoff_device::sync::Client;
use handoff_protocol::enrolment::EnrolmentCode;
use handoff_protocol::message::{ProtocolRange, SyncRequest};
use handoff_protocol::signed::Signed;
use handoff_protocol::{DeviceId, SitePin, to_cbor};
use handoff_vault::SigningKey;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::front::Front;
use super::scene::{Refused, Scene};
use super::transcript::{Exchange, Transcript};
use crate::lab::{open_device, open_site};
use crate::released::{folder, found};
use crate::world::{LIAISON, MANAGER, OFFICER, Said, World};

/// Longer than any device waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Records what the device and the site of a version say to each other from
/// where its files in `tests/released` stand. With the program of that version.
///
/// # Errors
/// When it was recorded already, or a command fails.
pub fn record(version: &str) -> Result<PathBuf> {
    let of = folder().join(version);
    let to = of.join("transcript");
    ensure!(!to.exists(), "{} is never written again", to.display());
    let (world, known) = found(&of)?;
    // Opened here, and so perhaps changed: not what the program works on.
    let (copy, _) = found(&of)?;
    let store = open_device(&copy.path("device")).map_err(|error| anyhow!(error))?;
    let behind = World::free_port();
    let tape = Arc::new(Tape::to(behind, store.enrolment()?.tls_pins)?);
    let site = world.serve_at("site", behind);
    let front = {
        let tape = Arc::clone(&tape);
        let pass = move |path: &str, body| match tape.pass(path, body) {
            Ok(answer) => (200, answer),
            Err(_) => (502, Vec::new()),
        };
        Front::at(world.port, &world.path("site"), pass)?
    };
    for scene in Scene::ALL {
        tape.begin(scene.name());
        play(scene, &world, &known, &tape)?;
    }
    refuse(&tape, &store.device_key()?)?;
    drop(front);
    site.stop();
    let transcript = tape.end();
    for exchange in &transcript.exchanges {
        let scene = &exchange.scene;
        ensure!(
            !exchange.answer.is_empty(),
            "an answer of {scene} is missing"
        );
    }
    transcript.keep(&of)?;
    Ok(to)
}

fn play(scene: Scene, world: &World, known: &Value, tape: &Tape) -> Result<()> {
    let id = |name: &str| known[name].as_str().context("an id");
    match scene {
        Scene::Sync => {}
        Scene::Decided => {
            let arguments = ["--decision", "approve", "--as", LIAISON];
            at_site(world, &["decide", "--referral", id("waiting")?], &arguments)?;
        }
        Scene::NewKey => {
            at_site(
                world,
                &["key", "rotate", "--purpose", "sealing"],
                &["--as", MANAGER],
            )?;
            let file = world.path("backup");
            at_site(
                world,
                &["backup", file.to_str().context("a path in UTF-8")?],
                &[],
            )?;
        }
        Scene::FirstContact => {
            let invited = at_site(world, &["invite", "--person", OFFICER], &["--json"])?.json();
            let code = invited["code"].as_str().context("a code")?;
            tape.invited(world, code)?;
            let said = world.device("second", &["enrol", "--code", code]);
            ensure!(said.code() == 0, "{said:?}");
            return Ok(());
        }
        Scene::Erased => {
            let arguments = ["--reason", "court-order", "--as", MANAGER];
            at_site(world, &["erase", "--referral", id("received")?], &arguments)?;
            world.device("device", &["sync", "--json"]).json();
        }
        Scene::Disabled => {
            at_site(
                world,
                &["person", "disable", "--name", OFFICER],
                &["--as", MANAGER],
            )?;
        }
    }
    world.device("device", &["sync", "--json"]).json();
    Ok(())
}

fn at_site(world: &World, first: &[&str], more: &[&str]) -> Result<Said> {
    let said = world.site(&[first, more].concat());
    ensure!(said.code() == 0, "{said:?}");
    Ok(said)
}

/// Posts what a site does not take up.
fn refuse(tape: &Tape, key: &SigningKey) -> Result<()> {
    let first = tape.first()?;
    let now = handoff_device::Host::system();
    let request = SyncRequest {
        nonce: now.bytes(),
        site_time: now.now(),
        certificates: None,
        batches: Vec::new(),
        pulls: Vec::new(),
        ..first.read_request()?
    };
    for refused in Refused::ALL {
        tape.begin(refused.name());
        let body = match refused {
            Refused::UpdateNeeded => {
                let newest = ProtocolRange::OURS.newest + 1;
                let protocol = ProtocolRange {
                    oldest: newest,
                    newest,
                };
                signed(
                    key,
                    &SyncRequest {
                        protocol,
                        ..request.clone()
                    },
                )?
            }
            Refused::SendCertificates => {
                let device = DeviceId(now.uuid_v4());
                signed(
                    key,
                    &SyncRequest {
                        device,
                        ..request.clone()
                    },
                )?
            }
            Refused::StaleClock => {
                let site_time = request.site_time - TimeDelta::days(1);
                signed(
                    key,
                    &SyncRequest {
                        site_time,
                        ..request.clone()
                    },
                )?
            }
            Refused::BadSignature => {
                let mut signed: Signed<SyncRequest> = key.sign_statement(&request)?;
                signed.signature.0[7] ^= 1;
                to_cbor(&signed, "a request")?
            }
            Refused::OtherSite => {
                let site = SitePin([7; 32]);
                signed(
                    key,
                    &SyncRequest {
                        site,
                        ..request.clone()
                    },
                )?
            }
            Refused::Replayed => first.request.clone(),
            Refused::Unreadable => vec![0xff],
        };
        tape.pass("v1/sync", body)?;
    }
    Ok(())
}

fn signed(key: &SigningKey, request: &SyncRequest) -> Result<Vec<u8>> {
    Ok(to_cbor(&key.sign_statement(request)?, "a request")?)
}

/// What passes, and the way to the site.
struct Tape {
    runtime: Runtime,
    client: Client,
    said: Mutex<(String, Transcript)>,
}

impl Tape {
    fn to(port: u16, pins: Vec<[u8; 32]>) -> Result<Self> {
        Ok(Self {
            runtime: Runtime::new()?,
            client: Client::new(&format!("https://127.0.0.1:{port}"), pins)?,
            said: Mutex::default(),
        })
    }

    fn begin(&self, scene: &str) {
        self.with(|(now, _)| scene.clone_into(now));
    }

    /// Keeps what a site needs to make this code again.
    fn invited(&self, world: &World, code: &str) -> Result<()> {
        let invitation = EnrolmentCode::from_text(code)?.invitation();
        let site = open_site(&world.path("site"));
        let row = site
            .storage()
            .reading(|reads| reads.invitation(invitation))?;
        let seed = row.context("an invitation")?.token_seed;
        self.with(|(_, transcript)| {
            transcript.invitation_seed = HEXLOWER.encode(&seed);
            code.clone_into(&mut transcript.code);
        });
        Ok(())
    }

    /// Takes a request to the site and its answer back.
    fn pass(&self, path: &str, request: Vec<u8>) -> Result<Vec<u8>> {
        let place = self.with(|(scene, transcript)| {
            transcript.exchanges.push(Exchange {
                scene: scene.clone(),
                path: path.to_owned(),
                request: request.clone(),
                answer: Vec::new(),
            });
            transcript.exchanges.len() - 1
        });
        let answer = self
            .runtime
            .block_on(self.client.post(path, request, PATIENCE))?;
        self.with(|(_, transcript)| answer.clone_into(&mut transcript.exchanges[place].answer));
        Ok(answer)
    }

    fn first(&self) -> Result<Exchange> {
        self.with(|(_, transcript)| transcript.exchanges.first().cloned())
            .context("something was said")
    }

    fn end(&self) -> Transcript {
        self.with(|(_, transcript)| std::mem::take(transcript))
    }

    fn with<T>(&self, work: impl FnOnce(&mut (String, Transcript)) -> T) -> T {
        work(&mut self.said.lock().expect("no thread has panicked"))
    }
}
