//! Synthetic records: referrals as officers of the two first sites might write
//! them, from a seed. Nobody in them exists; names are put together from
//! syllables.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, FixedOffset};
use handoff_device::referral::{Given, answer_question};
use handoff_domain::{
    Age, AgeBasis, Answer, AnswerSource, Answered, Body, CapturedAt, ContactDetails, Door, Facts,
    Hlc, IdBasis, Need, OccurredAt, OffenceLevel, Offer, PersonDescription, PersonId, Place,
    Record, ReferralLogged, ReferralReport, Response, Role, SuspectedOffence, Zone, ZoneAnswer,
};
use handoff_eligibility::{AnswerKind, Ask, RulePack, builtin_pack, screen};
use uuid::Uuid;

/// A small generator of pseudo-random numbers (splitmix64): the same seed, the
/// same records, on every machine.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Seeded {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let i = self.below(of.len() as u64);
        &of[usize::try_from(i).unwrap_or(0)]
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Sixteen bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.number().to_le_bytes());
        bytes[8..].copy_from_slice(&self.number().to_le_bytes());
        bytes
    }

    fn word(&mut self) -> String {
        const STARTS: &[&str] = &[
            "Ka", "Mo", "Ti", "Sel", "Bra", "Jo", "Nu", "Ri", "Da", "Wen", "Ol", "Fe", "Xi",
        ];
        const ENDS: &[&str] = &[
            "ra", "lo", "nin", "veth", "mar", "quon", "sel", "dy", "ta", "burn",
        ];
        let middle = if self.happens(40) {
            *self.one(ENDS)
        } else {
            ""
        };
        format!("{}{middle}{}", self.one(STARTS), self.one(ENDS))
    }
}

/// One referral of one of the first two sites.
#[must_use]
pub fn record(rng: &mut Seeded) -> Record {
    let pack_id = *rng.one(&[
        "md-baltimore-2017",
        "md-baltimore-2017",
        "mo-stlouis-county-2021",
    ]);
    let pack = builtin_pack(pack_id).expect("a built-in pack");
    let door = if pack_id.starts_with("md") && rng.happens(60) {
        Door::SocialContact
    } else {
        Door::ArrestDiversion
    };
    let at = moment(rng);
    let facts = facts(rng, pack, door, at);
    let screening = screen(pack, &facts, door, at.date_naive());
    let report = ReferralReport {
        door,
        trigger: None,
        person: person(rng),
        facts,
        place: Place {
            address: format!(
                "{} {} St & {} Ave",
                rng.one(&["W", "E", "N", "S"]),
                rng.word(),
                rng.word()
            ),
            incident_number: if rng.happens(50) {
                format!("26-{:06}", rng.below(1_000_000))
            } else {
                String::new()
            },
        },
        needs: needs(rng),
        overdose: None,
        offer: Offer::Made(*rng.one(&[
            Response::Accepted,
            Response::Accepted,
            Response::Undecided,
        ])),
        narrative: if rng.happens(40) {
            sentence(rng)
        } else {
            String::new()
        },
        refer_anyway: rng.happens(5).then(|| sentence(rng)),
    };
    let clock_ms = at.timestamp_millis() + 400_000;
    Record {
        occurred_at: OccurredAt(at),
        captured_at: CapturedAt {
            clock_ms,
            hlc: Hlc {
                wall_ms: clock_ms,
                count: 0,
            },
        },
        role: Role::Officer,
        based_on: Vec::new(),
        body: Body::ReferralLogged(ReferralLogged {
            person: PersonId(Uuid::from_bytes(rng.bytes())),
            report,
            screening: Some(screening),
            charge_held: door == Door::ArrestDiversion,
        }),
    }
}

fn moment(rng: &mut Seeded) -> DateTime<FixedOffset> {
    let start = DateTime::parse_from_rfc3339("2026-01-01T00:00:00-05:00").expect("a time");
    start + Duration::seconds(i64::try_from(rng.below(300 * 86_400)).unwrap_or(0))
}

fn person(rng: &mut Seeded) -> PersonDescription {
    PersonDescription {
        given_name: rng.word(),
        family_name: rng.word(),
        goes_by: if rng.happens(25) {
            vec![rng.word()]
        } else {
            Vec::new()
        },
        id_basis: Some(*rng.one(&[IdBasis::IdCard, IdBasis::KnownToOfficer, IdBasis::Stated])),
        language: rng.happens(20).then(|| "es".to_owned()),
        contact: ContactDetails {
            where_to_find: if rng.happens(50) {
                format!("{} shelter, mornings", rng.word())
            } else {
                String::new()
            },
            phone: if rng.happens(40) {
                format!("410-555-{:04}", rng.below(10_000))
            } else {
                String::new()
            },
            safe_to_leave_message: rng.happens(40).then_some(true),
        },
        ..PersonDescription::default()
    }
}

fn needs(rng: &mut Seeded) -> Vec<Need> {
    const ALL: &[Need] = &[
        Need::SubstanceUse,
        Need::Housing,
        Need::MentalHealth,
        Need::Medical,
        Need::Food,
    ];
    let chosen: BTreeSet<Need> = (0..1 + rng.below(3)).map(|_| *rng.one(ALL)).collect();
    chosen.into_iter().collect()
}

fn sentence(rng: &mut Seeded) -> String {
    const PARTS: &[&str] = &[
        "Met on foot patrol",
        "asked about a bed",
        "knows the outreach van",
        "will be at the shelter",
        "wants to talk tomorrow",
        "no phone",
        "with a friend",
        "near the market",
        "calm",
    ];
    let parts: Vec<&str> = (0..2 + rng.below(3)).map(|_| *rng.one(PARTS)).collect();
    parts.join(", ")
}

fn facts(rng: &mut Seeded, pack: &RulePack, door: Door, at: DateTime<FixedOffset>) -> Facts {
    let mut facts = Facts {
        encounter_at: Some(at),
        age: Some(if rng.happens(60) {
            let days = i64::try_from(7000 + rng.below(15_000)).unwrap_or(9000);
            Age::BirthDate(at.date_naive() - Duration::days(days))
        } else {
            Age::Years {
                years: u16::try_from(18 + rng.below(45)).unwrap_or(30),
                basis: AgeBasis::Stated,
            }
        }),
        ..Facts::default()
    };
    if door == Door::ArrestDiversion {
        facts.suspected_offences.push(SuspectedOffence {
            code: Some((*rng.one(&["35A", "35A", "40A", "35B"])).to_owned()),
            level: rng.happens(60).then_some(OffenceLevel::Misdemeanor),
            statute: None,
            local_text: None,
        });
    }
    let checked = rng.happens(60);
    for question in pack.questions(door) {
        let Ok(ask) = question.id.parse::<Ask>() else {
            continue;
        };
        let answer = match rng.below(20) {
            0 => Answer::Yes,
            1..=3 => Answer::Unknown,
            _ => Answer::No,
        };
        let source = *rng.one(&[
            AnswerSource::RecordsQuery,
            AnswerSource::OfficerKnowledge,
            AnswerSource::Dispatcher,
        ]);
        match question.answer {
            AnswerKind::YesNo => {
                let wanted = matches!(question.id.as_str(), "volunteers" | "nexus.opioid")
                    || question.id.starts_with("site.low");
                let answer = if wanted { Answer::Yes } else { answer };
                if checked || wanted {
                    ask.set_yes_no(&mut facts, Answered::new(answer, source));
                }
            }
            AnswerKind::Zone { areas } => {
                let area = areas.first().map(|area| area.id.clone());
                facts.zone = area.map(|area| ZoneAnswer {
                    answer: Zone::Inside(BTreeSet::from([area])),
                    source: Some(AnswerSource::OfficerKnowledge),
                    checked_at: None,
                });
            }
            AnswerKind::History { .. } | AnswerKind::Matter { .. } if checked => {
                answer_question(
                    &mut facts,
                    &question.id,
                    Given {
                        answer,
                        source: Some(source),
                        ..Given::default()
                    },
                );
            }
            _ => {}
        }
    }
    facts
}
