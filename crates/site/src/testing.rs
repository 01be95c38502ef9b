//! A site in a folder, and devices that seal for it as real ones do.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use handoff_domain::{
    Body, CapturedAt, Door, EntryId, Facts, Hlc, OccurredAt, Offer, PersonDescription, PersonId,
    Place, Record, ReferralId, ReferralLogged, ReferralReport, Response, Role, SiteId, UserId,
};
use handoff_protocol::batch::Batch;
use handoff_protocol::certificate::{
    AuthorCertificate, Context, KeyCertificate, KeyPurpose, LeaseMark,
};
use handoff_protocol::chain::{self, Head, Parent};
use handoff_protocol::codec;
use handoff_protocol::enrolment::{
    EnrolAnswer, EnrolRefusal, EnrolReply, EnrolRequest, EnrolmentCode, Speaker,
};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, Incarnation, ItemId, Lane, Seq, SitePin};
use handoff_protocol::item::{Item, ItemDigest};
use handoff_protocol::message::{
    Answer, Certificates, DeviceState, FeedPosition, LaneReport, Outcome, ProtocolRange,
    SyncRequest, UserPull,
};
use handoff_protocol::pack::Packer;
use handoff_protocol::receipt::Receipt;
use handoff_protocol::signed::{PublicKey, Signed};
use handoff_vault::{
    ContextKey, ContextPlace, OsRandom, Random as _, SealingKey, SigningKey, enrol_mac,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Host, NewSiteOptions, Opener, Site, init};

pub(crate) const PACK: &str = include_str!("../../eligibility/packs/md-baltimore-2017.toml");

/// A site with an officer, a prosecutor and an administrator.
pub(crate) struct TestSite {
    pub folder: TempDir,
    pub site: Arc<Site>,
    pub recovery_key: String,
    pub opener: std::sync::Mutex<Opener>,
    pub clock: Arc<AtomicI64>,
}

pub(crate) const OFFICER: &str = "Dana Reyes";
pub(crate) const OTHER: &str = "Luis Ortega";
pub(crate) const PROSECUTOR: &str = "Sam Whitfield";
pub(crate) const ADMIN: &str = "Terry Cole";

const STARTED: i64 = 1_800_000_000_000;

fn host(clock: &Arc<AtomicI64>) -> Host {
    let clock = Arc::clone(clock);
    let now = move || DateTime::from_timestamp_millis(clock.load(Ordering::SeqCst)).unwrap();
    Host::new(now, OsRandom)
}

impl TestSite {
    pub fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(STARTED));
        let host = host(&clock);
        let options = NewSiteOptions {
            data: &folder.path().join("site"),
            name: SiteId::new("md-baltimore").unwrap(),
            pack: PACK,
            url: "https://127.0.0.1:8443",
        };
        let founded = init(&options, &host).unwrap();
        let site = Site::open(options.data, |_| None, host.clone()).unwrap();
        for (name, role) in [
            (OFFICER, Role::Officer),
            (OTHER, Role::Officer),
            (PROSECUTOR, Role::ProsecutorLiaison),
            (ADMIN, Role::SiteAdmin),
        ] {
            site.add_person(name, [role].into(), "").unwrap();
        }
        Self {
            folder,
            site: Arc::new(site),
            recovery_key: founded.recovery_key.to_string(),
            opener: Opener::new(&host).into(),
            clock,
        }
    }

    /// The same clock over another folder.
    pub fn open(&self, data: &Path) -> Self {
        Self::reopen(data, self.recovery_key.clone(), Arc::clone(&self.clock))
    }

    /// A site in a folder that somebody else keeps.
    pub fn reopen(data: &Path, recovery_key: String, clock: Arc<AtomicI64>) -> Self {
        let site = Site::open(data, |_| None, host(&clock)).unwrap();
        let free = |writes: &dyn crate::storage::Writes| writes.free_applier();
        site.storage().writing(free).unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            opener: Opener::new(&site.host).into(),
            site: Arc::new(site),
            recovery_key,
            clock,
        }
    }

    /// A site that was the same until now.
    pub fn open_copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("copy");
        std::fs::create_dir_all(data.join("keys")).unwrap();
        let key = self.site.keys().database().expose();
        self.site
            .storage()
            .copy_to(&data.join("site.db"), key)
            .unwrap();
        for entry in std::fs::read_dir(self.site.paths().keys()).unwrap() {
            let file = entry.unwrap();
            std::fs::copy(file.path(), data.join("keys").join(file.file_name())).unwrap();
        }
        Self {
            folder,
            ..self.open(&data)
        }
    }

    pub fn host(&self) -> Host {
        host(&self.clock)
    }

    pub fn pass(&self, time: TimeDelta) {
        self.clock
            .fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.site.host.now()
    }

    pub fn apply(&self) {
        self.site.apply(&mut self.opener.lock().unwrap()).unwrap();
    }

    pub fn judge_parked(&self) {
        let mut opener = self.opener.lock().unwrap();
        self.site.judge_parked(&mut opener).unwrap();
    }

    /// Takes, applies and answers.
    pub fn sync(&self, request: &[u8]) -> Answer {
        let taken = self.site.take(request).map_err(|(reply, _)| reply).unwrap();
        self.apply();
        self.site.answer(&taken).unwrap()
    }

    /// Says why nothing was taken.
    pub fn refused(&self, request: &[u8]) -> Outcome {
        self.site.take(request).unwrap_err().0.outcome
    }

    pub fn receipt(&self, answer: &Answer, lane: &Lane) -> Receipt {
        let key = self.receipt_key();
        let receipts = answer.receipts.iter().map(|r| r.open(&key).unwrap());
        receipts
            .into_iter()
            .find(|receipt| receipt.lane == *lane)
            .unwrap()
    }

    /// The key that signs receipts now.
    pub fn receipt_key(&self) -> PublicKey {
        let keys = self.site.keys();
        let key = self.site.storage().reading(|reads| keys.receipt(reads));
        key.unwrap().public()
    }

    pub fn user(&self, name: &str) -> UserId {
        let people = self.site.people().unwrap();
        people
            .iter()
            .find(|person| person.name == name)
            .unwrap()
            .user
    }

    /// Everything that is applied, as one text to compare.
    pub fn state(&self) -> String {
        self.site
            .storage()
            .reading(|reads| {
                let mut parked: Vec<_> = reads
                    .parked()?
                    .iter()
                    .map(|row| {
                        let line = reads.line(row.line).unwrap().unwrap();
                        (line.lane, line.branch, row.seq, row.code)
                    })
                    .collect();
                parked.sort();
                let mut referrals = reads.referrals()?;
                for row in &mut referrals {
                    // Times of arrival differ, and say nothing of the state.
                    row.logged = row
                        .logged
                        .map(|(lane, seq, _)| (lane, seq, DateTime::UNIX_EPOCH));
                }
                referrals.sort_by_key(|row| row.referral);
                Ok::<_, crate::storage::StorageError>(format!("{referrals:#?}\n{parked:?}"))
            })
            .unwrap()
    }
}

/// A device with one person's keys.
#[derive(Clone)]
pub(crate) struct TestDevice {
    pub device: DeviceId,
    pub user: UserId,
    pub key: SigningKey,
    pub signing: SigningKey,
    pub lane: Lane,
    pub parent: Option<Parent>,
    pub items: Vec<Item>,
    pub certificates: Certificates,
    pub epoch: Signed<EpochRecord>,
    pub receipt: Option<Signed<Receipt>>,
    pub pull: Option<FeedPosition>,
    pub site_feed: Option<FeedPosition>,
    pub state: DeviceState,
    pub lease_only: bool,
    pub lease: Option<LeaseMark>,
    pub sealing: PublicKey,
    site: SitePin,
    context: Option<(ItemId, Arc<ContextKey>)>,
    now: Arc<AtomicI64>,
}

pub(crate) fn id() -> Uuid {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// An enrolment with a code; the refusal if it is refused.
pub(crate) fn enrol(
    site: &TestSite,
    code: &str,
    device: DeviceId,
    keys: (&SigningKey, &SigningKey, &SealingKey),
) -> Result<EnrolReply, EnrolRefusal> {
    let code = EnrolmentCode::from_text(code).unwrap();
    let request = EnrolRequest {
        invitation: code.invitation(),
        device,
        device_name: "Unit 4B12".to_owned(),
        device_key: keys.0.public(),
        signing_key: keys.1.public(),
        sealing_key: keys.2.public(),
    };
    let proven = enrol_mac::prove(&code.token, Speaker::Device, &code.site, &request).unwrap();
    let bytes = codec::to_cbor(&proven, "a test").unwrap();
    match site.site.enrol(&bytes).unwrap() {
        EnrolAnswer::Refused(refusal) => Err(refusal),
        EnrolAnswer::Done(proven) => {
            Ok(enrol_mac::check(&code.token, Speaker::Site, &code.site, &proven).unwrap())
        }
    }
}

/// An enrolment of a new device with new keys.
pub(crate) fn enrol_anew(site: &TestSite, code: &str) -> Result<EnrolReply, EnrolRefusal> {
    let (key, signing) = (SigningKey::make(&OsRandom), SigningKey::make(&OsRandom));
    let sealing = SealingKey::make(&OsRandom);
    enrol(site, code, DeviceId(id()), (&key, &signing, &sealing))
}

impl TestDevice {
    pub fn enrol(site: &TestSite, name: &str) -> Self {
        let code = site.site.invite(name).unwrap().code;
        let device = DeviceId(id());
        let (key, signing) = (SigningKey::make(&OsRandom), SigningKey::make(&OsRandom));
        let sealing = SealingKey::make(&OsRandom);
        let reply = enrol(site, &code, device, (&key, &signing, &sealing)).unwrap();
        let identity = reply.identity;
        let author: AuthorCertificate = reply.author.open(&identity).unwrap();
        let keys: Vec<KeyCertificate> = reply
            .keys
            .iter()
            .map(|key| key.open(&identity).unwrap())
            .collect();
        let sealing = keys
            .iter()
            .find(|key| key.purpose == KeyPurpose::Sealing)
            .unwrap();
        Self {
            device,
            user: author.user,
            key,
            signing,
            lane: Lane::Device {
                device,
                incarnation: Incarnation(id()),
            },
            parent: None,
            items: Vec::new(),
            certificates: Certificates {
                device: reply.device,
                authors: vec![reply.author],
                recovery_wraps: Vec::new(),
                receipt_keys: Vec::new(),
            },
            epoch: reply.epoch,
            receipt: None,
            pull: None,
            site_feed: None,
            state: DeviceState {
                version: "0.1.0".to_owned(),
                waiting: 0,
                oldest_waiting_minute: None,
                erased_through: 0,
            },
            lease_only: false,
            lease: None,
            site: site.site.pin(),
            sealing: sealing.key,
            context: None,
            now: Arc::clone(&site.clock),
        }
    }

    /// Goes on in a new lane, as a device does that learns of a copy.
    pub fn go_on(&mut self) {
        let Head { seq, hash } = self.head();
        self.parent = Some(Parent {
            lane: self.lane,
            seq,
            hash,
        });
        self.lane = Lane::Device {
            device: self.device,
            incarnation: Incarnation(id()),
        };
        self.items.clear();
        self.context = None;
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// Makes the context under which the next entries are sealed.
    pub fn unlock(&mut self) {
        let signing = self.signing.clone();
        self.unlock_with(&signing);
    }

    /// The same, signed by a key of somebody's choice.
    pub fn unlock_with(&mut self, signing: &SigningKey) {
        let context = ItemId(id());
        let place = ContextPlace {
            site: self.site,
            lane: self.lane,
            device: self.device,
            author: self.user,
            context,
        };
        let (key, signed): (ContextKey, Signed<Context>) =
            ContextKey::make(&OsRandom, place, &self.sealing, signing).unwrap();
        self.items.push(Item::Context {
            id: context,
            bytes: codec::to_cbor(&signed, "a test").unwrap(),
        });
        self.context = Some((context, Arc::new(key)));
    }

    pub fn seal(&mut self, id: ItemId, plain: &[u8]) -> Item {
        if self.context.is_none() {
            self.unlock();
        }
        let (context, key) = self.context.clone().unwrap();
        let packed = Packer::new().unwrap().pack(plain).unwrap();
        let sealed = key.seal(&OsRandom, &id, &packed).unwrap();
        Item::Entry {
            id,
            context,
            sealed,
        }
    }

    /// Seals the content of an item once more.
    pub fn seal_again(&mut self, of: (ItemId, ItemDigest), plain: &[u8]) {
        let Item::Entry {
            id,
            context,
            sealed,
        } = self.seal(ItemId(id()), plain)
        else {
            panic!("an entry was sealed");
        };
        self.items.push(Item::Resealed {
            id,
            context,
            of,
            sealed,
        });
    }

    /// Saves an entry.
    pub fn save(&mut self, role: Role, body: Body) -> EntryId {
        let id = id();
        let record = self.record(role, body);
        let item = self.seal(ItemId(id), &record.to_bytes().unwrap());
        self.items.push(item);
        EntryId(id)
    }

    pub fn record(&self, role: Role, body: Body) -> Record {
        let clock_ms = self.now();
        let at = DateTime::from_timestamp_millis(clock_ms).unwrap();
        Record {
            occurred_at: OccurredAt(at.fixed_offset()),
            captured_at: CapturedAt {
                clock_ms,
                hlc: Hlc {
                    wall_ms: clock_ms,
                    count: 0,
                },
            },
            role,
            based_on: Vec::new(),
            body,
        }
    }

    /// Saves a referral.
    pub fn refer(&mut self) -> ReferralId {
        self.save(Role::Officer, logged("Fayette & Greene")).into()
    }

    pub fn heads(&self) -> Vec<Head> {
        let mut heads = vec![chain::genesis(&self.lane, self.parent.as_ref())];
        for item in &self.items {
            heads.push(chain::link(
                &self.lane,
                heads.last().unwrap(),
                &item.digest(),
            ));
        }
        heads
    }

    pub fn head(&self) -> Head {
        *self.heads().last().unwrap()
    }

    /// Items `first..=last`, counted from 1, as a batch.
    pub fn batch(&self, first: Seq, last: Seq) -> Batch {
        let (from, to) = (first as usize - 1, last as usize);
        let before = self.heads()[from];
        Batch::make(
            self.site,
            self.lane,
            self.parent,
            before,
            &self.items[from..to],
            |head| self.key.sign_statement(head),
        )
        .unwrap()
    }

    pub fn everything(&self) -> Vec<Batch> {
        vec![self.batch(1, self.items.len() as Seq)]
    }

    pub fn unsigned(&self, batches: Vec<Batch>) -> SyncRequest {
        let site_time = DateTime::from_timestamp_millis(self.now()).unwrap();
        let nonce = *id().as_bytes();
        let pull = self.pull.as_ref().map(|position| {
            let pull = UserPull {
                site: self.site,
                device: self.device,
                user: self.user,
                nonce,
                site_time,
                position: position.clone(),
                with_own: false,
                lease_only: self.lease_only,
                lease: self.lease,
            };
            self.signing.sign_statement(&pull).unwrap()
        });
        SyncRequest {
            protocol: ProtocolRange::OURS,
            site: self.site,
            device: self.device,
            nonce,
            site_time,
            certificates: None,
            epoch: self.epoch.clone(),
            lanes: vec![LaneReport {
                lane: self.lane,
                parent: self.parent,
                head: self.head(),
                receipt: self.receipt.clone(),
            }],
            batches,
            pieces: Vec::new(),
            site_feed: self.site_feed.clone(),
            pulls: pull.into_iter().collect(),
            wait_seconds: 0,
            state: Some(self.state.clone()),
        }
    }

    pub fn sign(&self, request: &SyncRequest) -> Vec<u8> {
        let signed = self.key.sign_statement(request).unwrap();
        codec::to_cbor(&signed, "a test").unwrap()
    }

    pub fn request(&self, batches: Vec<Batch>) -> Vec<u8> {
        self.sign(&self.unsigned(batches))
    }

    /// A request with certificates in full.
    pub fn introduction(&self, batches: Vec<Batch>) -> Vec<u8> {
        let request = SyncRequest {
            certificates: Some(self.certificates.clone()),
            ..self.unsigned(batches)
        };
        self.sign(&request)
    }
}

pub(crate) fn logged(address: &str) -> Body {
    Body::ReferralLogged(ReferralLogged {
        person: PersonId(id()),
        report: ReferralReport {
            door: Door::SocialContact,
            trigger: None,
            person: PersonDescription::default(),
            facts: Facts::default(),
            place: Place {
                address: address.to_owned(),
                incident_number: String::new(),
            },
            needs: Vec::new(),
            overdose: None,
            offer: Offer::Made(Response::Accepted),
            narrative: String::new(),
            refer_anyway: None,
        },
        screening: None,
        charge_held: false,
    })
}
