//! Whatever a rule can read, the officer's form can say.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what went wrong by failing"
)]

use chrono::{DateTime, Utc};
use handoff_device::contract::{AnswerForm, OfferForm, QuestionKind, ReferralForm, SaidTo};
use handoff_device::referral::{checklist, report_of, reported};
use handoff_domain::{Answer, Door, Facts, Offer, ReferralReport, Response, Screening};
use handoff_eligibility::{Ask, Plain, RulePack, builtin, screen, shorthand};
use serde_json::Value;

const EXAMPLES: [&str; 3] = [
    include_str!("../../../docs/examples/co-denver-lead.toml"),
    include_str!("../../../docs/examples/fl-adult-civil-citation.toml"),
    include_str!("../../../docs/examples/or-washington-county-deflection.toml"),
];

fn packs() -> Vec<RulePack> {
    let shipped = builtin().iter().map(|one| one.pack.clone());
    let examples = EXAMPLES.map(|text| RulePack::parse(text).unwrap());
    shipped.chain(examples).collect()
}

/// Every shape of answer that some rule kind tells apart. A new question does
/// not compile until it has its answers here.
fn answers(ask: &Ask, pack: &RulePack) -> Vec<String> {
    let owned = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    match ask {
        Ask::Age => owned(&["1999-03-02", "17 estimated", "18 stated", "18-24", "55+"]),
        Ask::SuspectedOffences => owned(&["35A", "35A misdemeanor, 40A felony (CR 11-303)"]),
        Ask::Drugs => owned(&[
            "none",
            "D 6.1 g",
            "D 6.1 g other, L ? ?",
            "H 40 du pills",
            "U 3 du",
        ]),
        Ask::Zone => {
            let areas = pack.zones().iter().map(|zone| zone.id.clone());
            areas.chain(["outside".to_owned()]).collect()
        }
        Ask::EncounterAt => owned(&["2018-03-06T11:59:00-05:00", "2018-03-06T12:00:00-05:00"]),
        Ask::Complainant => owned(&["none", "declines", "wants"]),
        Ask::PriorInvolvement => owned(&[
            "no",
            "yes record 2014-05 in_zone documented",
            "yes direct_observation 2014 out_of_zone undocumented",
            "yes reliable_information 2014-05-03; record",
        ]),
        Ask::PriorDiversions => owned(&["0", "1", "2", "11", "unknown"]),
        Ask::OpenCase | Ask::OpenWarrant => owned(&[
            "no",
            "unknown",
            "yes",
            "yes misdemeanor local",
            "yes felony elsewhere",
        ]),
        Ask::SexOffenceHistory | Ask::History(_) => {
            owned(&["no", "unknown", "yes", "yes 2009", "yes 2009-05-03"])
        }
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => {
            owned(&["yes", "no", "unknown"])
        }
    }
}

/// The form on which somebody said `facts`, which answer `ask` alone.
fn form_that_says(facts: &Facts, ask: &Ask, door: Door) -> ReferralForm {
    let report = ReferralReport {
        door,
        trigger: None,
        person: Default::default(),
        facts: facts.clone(),
        place: Default::default(),
        needs: Vec::new(),
        overdose: None,
        offer: Offer::Made(Response::Undecided),
        narrative: String::new(),
        refer_anyway: None,
    };
    let mut form = reported(&report);
    form.offer = OfferForm::default();
    let mut answer = AnswerForm::default();
    match ask {
        Ask::Age
        | Ask::SuspectedOffences
        | Ask::Drugs
        | Ask::Zone
        | Ask::EncounterAt
        | Ask::Complainant
        | Ask::PriorInvolvement => return form,
        Ask::Plain(Plain::Volunteers) => {
            form.offer.made = Some(true);
            form.offer.response = match facts.volunteers.unwrap().answer {
                Answer::Yes => Some(SaidTo::Accepted),
                Answer::No => Some(SaidTo::Declined),
                Answer::Unknown => Some(SaidTo::Undecided),
            };
            return form;
        }
        Ask::PriorDiversions => {
            answer.answer = match facts.prior_diversions {
                None => Answer::Unknown,
                Some(0) => Answer::No,
                Some(_) => Answer::Yes,
            };
            answer.count = facts.prior_diversions.unwrap_or(0).to_string();
        }
        Ask::OpenCase | Ask::OpenWarrant => {
            let matter = facts.open_case.or(facts.open_warrant).unwrap();
            answer.answer = matter.answer;
            answer.most_serious = matter.most_serious;
            answer.place = matter.place;
        }
        Ask::SexOffenceHistory | Ask::History(_) => {
            let mut histories = facts.history.values().chain(&facts.sex_offence_history);
            let history = histories.next().unwrap();
            answer.answer = history.answer;
            answer.most_recent = history
                .most_recent
                .map(|date| date.to_string())
                .unwrap_or_default();
        }
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => {
            answer.answer = ask.yes_no(facts).unwrap().answer;
        }
    }
    form.answers.insert(ask.to_string(), answer);
    form
}

fn without_sources(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("source");
            fields.remove("checked_at");
            fields.values_mut().for_each(without_sources);
        }
        Value::Array(values) => values.iter_mut().for_each(without_sources),
        _ => {}
    }
}

fn bare(facts: &Facts) -> Value {
    let mut value = serde_json::to_value(facts).unwrap();
    without_sources(&mut value);
    value
}

/// Outcome, each rule's result, and what is open.
fn told(screening: &Screening) -> String {
    let results = screening.findings.iter().map(|f| (&f.rule, f.result));
    format!(
        "{:?} {} {:?} {:?}",
        screening.outcome,
        screening.waivable,
        results.collect::<Vec<_>>(),
        screening.open_questions
    )
}

#[test]
fn whatever_a_pack_asks_the_form_can_say() {
    let now: DateTime<Utc> = "2026-11-22T21:04:00Z".parse().unwrap();
    let as_of = now.date_naive();
    let mut said = 0;
    for pack in packs() {
        for door in Door::ALL {
            for question in pack.questions(door) {
                let ask: Ask = question.id.parse().unwrap();
                for text in answers(&ask, &pack) {
                    let mut facts = Facts::default();
                    shorthand::answer(&mut facts, &ask, &text).unwrap();
                    let form = form_that_says(&facts, &ask, door);
                    let (report, errors) = report_of(&form, door, Some(&pack), now);
                    let place = format!("{}: {} = {text}", pack.id(), question.id);
                    let unread = errors.iter().find(|error| error.code != "missing");
                    assert_eq!(unread, None, "{place}");
                    assert_eq!(bare(&report.facts), bare(&facts), "{place}");
                    assert_eq!(
                        told(&screen(&pack, &report.facts, door, as_of)),
                        told(&screen(&pack, &facts, door, as_of)),
                        "{place}"
                    );
                    said += 1;
                }
            }
        }
    }
    assert!(said > 500, "{said}");
}

#[test]
fn an_empty_form_says_nothing() {
    let now = DateTime::UNIX_EPOCH;
    let (report, _) = report_of(&ReferralForm::default(), Door::ArrestDiversion, None, now);
    assert_eq!(report.facts, Facts::default());
}

#[test]
fn every_question_of_a_door_has_a_page_and_every_open_one_a_rank() {
    for pack in packs() {
        for door in Door::ALL {
            let screening = screen(&pack, &Facts::default(), door, pack.effective_from());
            let rows = checklist(&pack, door, &screening);
            let asked: Vec<_> = pack.questions(door).into_iter().map(|q| q.id).collect();
            let shown: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
            assert_eq!(shown, asked, "{} {door:?}", pack.id());
            let mut ranked: Vec<_> = rows.iter().filter(|row| row.rank.is_some()).collect();
            ranked.sort_by_key(|row| row.rank);
            let ranked: Vec<_> = ranked.iter().map(|row| &row.id).collect();
            let open = screening.open_questions.iter();
            let open: Vec<_> = open.map(|open| &open.question).collect();
            assert_eq!(ranked, open, "{} {door:?}", pack.id());
        }
    }
}

#[test]
fn a_pack_that_tells_pills_or_paper_apart_has_the_form_ask_for_them() {
    let kind = |pack: &str, door, id: &str| {
        let pack = &builtin()
            .iter()
            .find(|one| one.pack.id() == pack)
            .unwrap()
            .pack;
        let screening = screen(pack, &Facts::default(), door, pack.effective_from());
        let rows = checklist(pack, door, &screening);
        rows.into_iter().find(|row| row.id == id).unwrap().kind
    };
    let arrest = Door::ArrestDiversion;
    let social = Door::SocialContact;
    assert_eq!(
        kind("nm-santafe-2014", arrest, "drugs"),
        QuestionKind::Drugs { asks_form: true }
    );
    assert_eq!(
        kind("nc-fayetteville-2016", arrest, "drugs"),
        QuestionKind::Drugs { asks_form: false }
    );
    assert_eq!(
        kind("nm-santafe-2014", social, "prior_involvement"),
        QuestionKind::Involvement {
            asks_date: false,
            asks_place: true,
            asks_documented: true,
        }
    );
    assert_eq!(
        kind("wa-seattle-2011", social, "prior_involvement"),
        QuestionKind::Involvement {
            asks_date: true,
            asks_place: true,
            asks_documented: false,
        }
    );
}

#[test]
fn none_and_some_at_once_is_named_by_its_field() {
    let now = DateTime::UNIX_EPOCH;
    let pack = &builtin()[0].pack;
    for (ask, text, path) in [
        (Ask::Drugs, "D 1 g", "why.drugs"),
        (Ask::PriorInvolvement, "yes record", "why.involvement"),
    ] {
        let mut facts = Facts::default();
        shorthand::answer(&mut facts, &ask, text).unwrap();
        let mut form = form_that_says(&facts, &ask, Door::ArrestDiversion);
        form.why.no_drugs = true;
        form.why.no_involvement = true;
        let (_, errors) = report_of(&form, Door::ArrestDiversion, Some(pack), now);
        let named: Vec<_> = errors
            .iter()
            .filter(|error| error.code == "none_and_some")
            .map(|error| error.path.as_str())
            .collect();
        assert_eq!(named, [path]);
    }
}

#[test]
fn how_often_that_does_not_read_is_named_by_its_field() {
    let now = DateTime::UNIX_EPOCH;
    let mut form = ReferralForm::default();
    let answer = AnswerForm {
        answer: Answer::Yes,
        count: "twice".into(),
        ..AnswerForm::default()
    };
    form.answers.insert("prior_diversions".into(), answer);
    let (report, errors) = report_of(&form, Door::ArrestDiversion, None, now);
    assert_eq!(report.facts.prior_diversions, None);
    let path = "answers.prior_diversions.count";
    assert!(
        errors
            .iter()
            .any(|error| error.path == path && error.code == "not_a_number")
    );
}
