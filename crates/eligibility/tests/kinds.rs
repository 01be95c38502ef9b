//! Every rule kind with every severity and result, in random packs: the order
//! of rules and answers, the independence of findings, and what never comes
//! back.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use common::answers::{AS_OF, full, partial};
use common::{date, random_pack, set};
use handoff_domain::{Door, Facts, FindingResult, Outcome, Screening, Severity};
use handoff_eligibility::{KINDS, Question, RulePack, screen};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const DOOR: Door = Door::ArrestDiversion;
const AT_LEAST: u32 = 100;
const SEVERITIES: [Severity; 4] = [
    Severity::Hard,
    Severity::Presumptive,
    Severity::ReferUp,
    Severity::Advisory,
];
const RESULTS: [FindingResult; 3] = [
    FindingResult::Pass,
    FindingResult::Hit,
    FindingResult::Unknown,
];

/// A question, what it is answered with, and a fuller answer if there is one.
#[derive(Clone)]
struct Given {
    question: String,
    now: String,
    fuller: Option<String>,
}

fn facts_of<'a>(answers: impl IntoIterator<Item = &'a Given>) -> Facts {
    let mut facts = Facts::default();
    for given in answers {
        set(&mut facts, &[(&given.question, &given.now)]);
    }
    facts
}

/// Half of the questions with a full answer, the others with a partial one.
fn answers(choices: &[Rc<Choices>], seeds: &mut impl Iterator<Item = usize>) -> Vec<Given> {
    let one = |choices: &Rc<Choices>| {
        let (how, which, fuller) = (
            seeds.next().unwrap(),
            seeds.next().unwrap(),
            seeds.next().unwrap(),
        );
        if how % 3 > 0 {
            return Given {
                question: choices.question.clone(),
                now: choices.full[which % choices.full.len()].clone(),
                fuller: None,
            };
        }
        let (now, becomes) = &choices.partial[which % choices.partial.len()];
        Given {
            question: choices.question.clone(),
            now: now.clone(),
            fuller: Some(becomes[fuller % becomes.len()].clone()),
        }
    };
    choices.iter().map(one).collect()
}

struct Choices {
    question: String,
    full: Vec<String>,
    partial: Vec<(String, Vec<String>)>,
}

impl Choices {
    fn of(question: &Question) -> Self {
        Self {
            question: question.id.clone(),
            full: full(question),
            partial: partial(question),
        }
    }
}

fn open(screening: &Screening) -> BTreeSet<String> {
    let ids = screening.open_questions.iter();
    ids.map(|open| open.question.clone()).collect()
}

fn verdict(screening: &Screening) -> (Outcome, bool) {
    (screening.outcome, screening.waivable)
}

/// Neither the order of rules nor that of answers changes anything, nor that of
/// several offences, drugs or pieces of evidence in one answer.
fn check_order(pack: &RulePack, rules: &[String], answers: &[Given], before: &Screening) {
    let mut facts = facts_of(answers);
    facts.suspected_offences.reverse();
    facts.drugs.reverse();
    if let Some(involved) = &mut facts.prior_involvement {
        involved.evidence.reverse();
    }
    let other = screen(pack, &facts, DOOR, date(AS_OF));
    let found = |screening: &Screening| -> Vec<FindingResult> {
        screening.findings.iter().map(|row| row.result).collect()
    };
    assert_eq!(found(before), found(&other));
    assert_eq!(verdict(before), verdict(&other));
    assert_eq!(open(before), open(&other));
    let mut turned: Vec<String> = rules.to_vec();
    turned.reverse();
    let turned = RulePack::parse(&random_pack::pack_of(&turned)).unwrap();
    let other = screen(&turned, &facts_of(answers.iter().rev()), DOOR, date(AS_OF));
    assert_eq!(verdict(before), verdict(&other));
    assert_eq!(open(before), open(&other));
    let mut mirrored = other.findings;
    mirrored.reverse();
    let results = |findings: &[handoff_domain::Finding]| -> Vec<_> {
        let rows = findings.iter().filter(|f| f.rule != "door_not_offered");
        rows.map(|f| (f.result, f.saw.clone())).collect()
    };
    assert_eq!(results(&before.findings), results(&mirrored));
}

/// A fuller answer moves only rules that ask it, from unknown, and changes
/// nothing at all in what the others found; a hard hit stands; nothing closed
/// opens again.
fn check_fuller(pack: &RulePack, answers: &[Given], before: &Screening) {
    for (i, given) in answers.iter().enumerate() {
        let Some(fuller) = &given.fuller else {
            continue;
        };
        let mut more = answers.to_vec();
        more[i].now.clone_from(fuller);
        let after = screen(pack, &facts_of(&more), DOOR, date(AS_OF));
        for (old, new) in before.findings.iter().zip(&after.findings) {
            let asks = old.saw.iter().any(|seen| seen.question == given.question);
            let may_move = asks && old.result == FindingResult::Unknown;
            let context = || format!("{} {} -> {fuller}: {}", given.question, given.now, old.rule);
            assert!(old.result == new.result || may_move, "{}", context());
            assert!(asks || old == new, "{}", context());
        }
        let was_hard = before.outcome == Outcome::PresumptivelyIneligible && !before.waivable;
        assert!(!was_hard || verdict(&after) == verdict(before));
        let back: Vec<_> = open(&after).difference(&open(before)).cloned().collect();
        assert!(back.is_empty(), "{back:?} after {}", given.question);
    }
}

type Counts = BTreeMap<(&'static str, Severity, FindingResult), u32>;

fn count(pack: &RulePack, screening: &Screening, counts: &mut Counts) {
    for finding in &screening.findings {
        if let Some(rule) = pack.rules().iter().find(|rule| rule.id == finding.rule) {
            let cell = (rule.kind_name, finding.severity, finding.result);
            *counts.entry(cell).or_default() += 1;
        }
    }
}

#[test]
fn every_kind_severity_and_result_keeps_every_promise() {
    let mut runner = TestRunner::deterministic();
    let rules = proptest::collection::vec(random_pack::rule(), 6);
    let seeds = proptest::collection::vec(any::<u16>(), 997);
    let mut counts = Counts::new();
    let mut known = BTreeMap::<String, Rc<Choices>>::new();
    let (mut packs, mut screenings, mut checked) = (0, 0, 0);
    let is_enough = |counts: &Counts| {
        KINDS.iter().all(|kind| {
            SEVERITIES.iter().all(|severity| {
                let cell = |result| counts.get(&(kind.name, *severity, result)).copied();
                RESULTS
                    .iter()
                    .all(|result| cell(*result).unwrap_or(0) >= AT_LEAST)
            })
        })
    };
    while !is_enough(&counts) {
        assert!(packs < 6000, "{:#?}", short(&counts));
        let rules = rules.new_tree(&mut runner).unwrap().current();
        let Some(pack) = random_pack::parse(&random_pack::pack_of(&rules)) else {
            continue;
        };
        packs += 1;
        let questions = pack.questions(DOOR);
        let used = questions.iter().filter(|row| !row.rules.is_empty());
        let choices: Vec<_> = used
            .map(|question| {
                let known = known.entry(question.id.clone());
                Rc::clone(known.or_insert_with(|| Rc::new(Choices::of(question))))
            })
            .collect();
        let seeds = seeds.new_tree(&mut runner).unwrap().current();
        let mut seeds = seeds.into_iter().map(usize::from).cycle();
        for turn in 0..32 {
            let answers = answers(&choices, &mut seeds);
            let screening = screen(&pack, &facts_of(&answers), DOOR, date(AS_OF));
            screenings += 1;
            count(&pack, &screening, &mut counts);
            if turn < 2 {
                checked += 1;
                check_order(&pack, &rules, &answers, &screening);
                check_fuller(&pack, &answers, &screening);
            }
        }
    }
    for kind in KINDS {
        let row = SEVERITIES.map(|severity| {
            let cells = RESULTS.map(|result| counts[&(kind.name, severity, result)].to_string());
            format!("{severity:?} {}", cells.join("/"))
        });
        println!("{:36} {}", kind.name, row.join("  "));
    }
    println!("{packs} packs, {screenings} screenings, {checked} checked in full");
}

/// The cells that are still short.
fn short(counts: &Counts) -> Vec<String> {
    let mut short = Vec::new();
    for kind in KINDS {
        for severity in SEVERITIES {
            for result in RESULTS {
                let seen = counts
                    .get(&(kind.name, severity, result))
                    .copied()
                    .unwrap_or(0);
                if seen < AT_LEAST {
                    short.push(format!("{} {severity:?} {result:?}: {seen}", kind.name));
                }
            }
        }
    }
    short
}
