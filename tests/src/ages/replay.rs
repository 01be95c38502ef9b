//! Holds later programs against what was recorded.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use handoff_device::sync::Client;
use handoff_domain::{EntryId, ReferralId, VerificationMove};
use handoff_protocol::from_cbor;
use handoff_protocol::message::{Greeting, ProtocolRange, SyncRequest};
use handoff_protocol::signed::Signed;
use handoff_site::storage::ErasureReason;
use handoff_site::{Rotated, Serving, Site};
use handoff_vault::{OsRandom, Random};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::front::Front;
use super::scene::Scene;
use super::transcript::{Exchange, Transcript};
use crate::lab::open_device;
use crate::world::{LIAISON, MANAGER, OFFICER, World};

/// A clock that stands where it is put.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Puts it to a time.
    pub fn set(&self, to: DateTime<Utc>) {
        self.0.store(to.timestamp_millis(), Ordering::Relaxed);
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let ms = self.0.load(Ordering::Relaxed);
        DateTime::from_timestamp_millis(ms).unwrap_or_default()
    }

    /// The clock of a device.
    #[must_use]
    pub fn of_device(&self) -> handoff_device::Host {
        let clock = self.clone();
        handoff_device::Host::new(move || clock.now(), OsRandom)
    }
}

/// Stands in the site's place and answers a device as the site did then.
pub struct RecordedSite {
    scene: Arc<Mutex<Played>>,
    _front: Front,
}

#[derive(Default)]
struct Played {
    exchanges: Vec<Exchange>,
    taken: BTreeSet<usize>,
    strange: Vec<String>,
}

impl RecordedSite {
    /// Listens where the devices of a world look for their site.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub fn of(world: &World) -> Result<Self> {
        let scene = Arc::new(Mutex::new(Played::default()));
        let played = Arc::clone(&scene);
        let answer = move |path: &str, body: Vec<u8>| {
            let mut played = played.lock().expect("no thread has panicked");
            match played.answer(path, &body) {
                Ok(answer) => (200, answer),
                Err(error) => {
                    played.strange.push(format!("{path}: {error}"));
                    (400, Vec::new())
                }
            }
        };
        let front = Front::at(world.port, &world.path("site"), answer)?;
        Ok(Self {
            scene,
            _front: front,
        })
    }

    /// From now on the answers are those of this scene.
    pub fn play(&self, exchanges: Vec<Exchange>) {
        let mut played = self.scene.lock().expect("no thread has panicked");
        played.exchanges = exchanges;
        played.taken.clear();
    }

    /// Requests that no recorded answer fits.
    #[must_use]
    pub fn strange(&self) -> Vec<String> {
        let played = self.scene.lock().expect("no thread has panicked");
        played.strange.clone()
    }
}

impl Played {
    /// The next recorded answer to a request of this kind, or the last one
    /// again. Only the nonce is the request's.
    fn answer(&mut self, path: &str, body: &[u8]) -> Result<Vec<u8>> {
        let request = read(body)?;
        let sends = |request: &SyncRequest| !request.batches.is_empty();
        let mut fits = Vec::new();
        for (n, exchange) in self.exchanges.iter().enumerate() {
            if exchange.path == path && sends(&read(&exchange.request)?) == sends(&request) {
                fits.push(n);
            }
        }
        let next = fits.iter().find(|n| !self.taken.contains(*n));
        let next = *next
            .or(fits.last())
            .context("nothing was recorded for it")?;
        self.taken.insert(next);
        let mut answer = self.exchanges[next].answer.clone();
        let nonce = Greeting::of_reply(&answer)?.nonce;
        let at = answer
            .windows(nonce.len())
            .position(|bytes| bytes == nonce)
            .context("the nonce of the answer")?;
        answer[at..at + nonce.len()].copy_from_slice(&request.nonce);
        Ok(answer)
    }
}

fn read(body: &[u8]) -> Result<SyncRequest> {
    let signed: Signed<SyncRequest> = from_cbor(body, "a request")?;
    Ok(from_cbor(&signed.bytes, "a request")?)
}

/// Site time when something was answered.
fn time_of(exchange: &Exchange) -> Option<DateTime<Utc>> {
    Some(exchange.read_answer().ok()?.site_time)
}

/// Today's site on the files that a version left, served over TLS at the time
/// when something was recorded.
pub struct LaterSite {
    /// The site.
    pub site: Arc<Site>,
    serving: Serving,
    client: Client,
    clock: Clock,
    drawn: Drawn,
    runtime: Runtime,
}

/// Randomness that begins with bytes which were drawn before.
#[derive(Debug, Clone, Default)]
struct Drawn(Arc<Mutex<Vec<u8>>>);

impl Random for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.0.lock().expect("no thread has panicked");
        if drawn.len() == bytes.len() {
            bytes.copy_from_slice(&drawn);
            drawn.clear();
        } else {
            OsRandom.fill(bytes);
        }
    }
}

impl LaterSite {
    /// Serves the site of a world; with a range it speaks other versions than
    /// today's.
    ///
    /// # Errors
    /// When it does not open or does not serve.
    pub fn of(world: &World, speaking: Option<ProtocolRange>) -> Result<Self> {
        let clock = Clock::default();
        let drawn = Drawn::default();
        let at = clock.clone();
        let host = handoff_site::Host::new(move || at.now(), drawn.clone());
        let site = Site::open(&world.path("site"), |_| None, host)?;
        let site = Arc::new(match speaking {
            Some(range) => site.speaking(range),
            None => site,
        });
        let store = open_device(&world.path("device")).map_err(|error| anyhow!(error))?;
        let runtime = Runtime::new()?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let serving = runtime.block_on(handoff_site::serve(Arc::clone(&site), any))?;
        let url = format!("https://{}", serving.address());
        Ok(Self {
            client: Client::new(&url, store.enrolment()?.tls_pins)?,
            site,
            serving,
            clock,
            drawn,
            runtime,
        })
    }

    /// What the site's people do before a scene.
    ///
    /// # Errors
    /// When the site refuses it.
    pub fn prepare(&self, scene: Scene, known: &Value, of: &Transcript) -> Result<()> {
        if let Some(first) = of.scene(scene.name()).iter().find_map(time_of) {
            self.clock.set(first);
        }
        let id = |name: &str| -> Result<ReferralId> {
            let id = known[name].as_str().context("an id")?;
            Ok(EntryId(id.parse()?).into())
        };
        match scene {
            Scene::Sync => {}
            Scene::Decided => {
                let approve = VerificationMove::Approve;
                self.site.decide(id("waiting")?, LIAISON, approve, "")?;
            }
            Scene::NewKey => {
                self.site.rotate_key(Rotated::Sealing, MANAGER)?;
                let file = self.site.paths().data().with_file_name("backup");
                self.site.back_up(&file)?;
            }
            Scene::FirstContact => {
                let seed = HEXLOWER.decode(of.invitation_seed.as_bytes())?;
                *self.drawn.0.lock().expect("no thread has panicked") = seed;
                let code = self.site.invite(OFFICER)?.code;
                anyhow::ensure!(code == of.code, "the site makes another code");
            }
            Scene::Erased => {
                let reason = ErasureReason::CourtOrder;
                self.site.erase_referral(id("received")?, MANAGER, reason)?;
            }
            Scene::Disabled => {
                self.site.disable_person(OFFICER, MANAGER)?;
            }
        }
        Ok(())
    }

    /// Posts a recorded request, at the time when it was answered.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn post(&self, exchange: &Exchange) -> Result<Vec<u8>> {
        if let Some(then) = time_of(exchange) {
            self.clock.set(then);
        }
        let body = exchange.request.clone();
        let posted = self.client.post(&exchange.path, body, Duration::ZERO);
        Ok(self.runtime.block_on(posted)?)
    }

    /// Ends it.
    pub fn stop(self) {
        self.runtime.block_on(self.serving.stop());
    }
}
