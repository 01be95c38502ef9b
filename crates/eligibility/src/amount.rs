//! Amounts of drugs against a site's limit.
//!
//! Why: sites exclude above 6 g, from 4 g on, or by pills, some leave out pills
//! on prescription, and exactly the limit decides a case. How it moves: the
//! parser makes an [`AmountLimit`]; `predicate.rs` asks [`AmountLimit::passes`],
//! `complete.rs` asks [`effects`] and [`left`] what
//! amounts could still come to. All masses
//! are counted in eighths of a nanogram, in which every unit is a whole number.
//! What it does not do: it does not convert pills, plants, volumes and masses
//! into each other; a pill against a limit in grams is unknown.

use std::collections::BTreeSet;

use handoff_domain::{Answer, DrugAmount, DrugForm, DrugType, DrugUnit, Facts, Quantity};

use crate::expr::{and, not, or};

/// A site's limit of amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountLimit {
    /// The limit.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: DrugUnit,
    /// Whether exactly the limit fails already.
    pub fails_at_limit: bool,
    /// The drugs it is for; empty = all.
    pub drugs: BTreeSet<DrugType>,
    /// What is left out.
    pub except: Vec<ExemptDrug>,
    /// Whether different drugs are added up; the same drug always is.
    pub together: bool,
    /// Whether amounts in another kind of unit are left to other rules; if not,
    /// they are unknown.
    pub only_this_unit: bool,
}

/// A drug that a limit leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptDrug {
    /// The drugs; empty = all.
    pub drugs: BTreeSet<DrugType>,
    /// Only in this form.
    pub form: Option<DrugForm>,
}

/// What can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    Mass,
    Volume,
    Doses,
    Plants,
}

/// The measure of a unit and the size of its thousandth; none for no unit.
fn measure(unit: DrugUnit) -> Option<(Measure, i128)> {
    Some(match unit {
        DrugUnit::Gram => (Measure::Mass, 8_000_000),
        DrugUnit::Kilogram => (Measure::Mass, 8_000_000_000),
        DrugUnit::Ounce => (Measure::Mass, 226_796_185),
        DrugUnit::Pound => (Measure::Mass, 3_628_738_960),
        DrugUnit::Millilitre => (Measure::Volume, 1),
        DrugUnit::DosageUnit => (Measure::Doses, 1),
        DrugUnit::Plant => (Measure::Plants, 1),
        DrugUnit::NotReported => return None,
    })
}

/// One drug as limits see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    drug: DrugType,
    /// Whether it is pills on prescription.
    pills: Answer,
    measure: Option<Measure>,
    amount: Option<i128>,
}

impl Held {
    fn of(drug: &DrugAmount) -> Self {
        let measured = measure(drug.unit);
        let counted = measured.is_none_or(|(measure, _)| measure == Measure::Doses);
        Self {
            drug: drug.drug,
            pills: match drug.form {
                DrugForm::PrescriptionPills => Answer::Yes,
                DrugForm::Other => Answer::No,
                // Pills are counted; what is weighed is taken for no pills.
                DrugForm::Unstated if counted => Answer::Unknown,
                DrugForm::Unstated => Answer::No,
            },
            measure: measured.map(|(measure, _)| measure),
            amount: measured.zip(drug.quantity).map(|((_, size), quantity)| {
                i128::from(quantity.thousandths().max(0)).saturating_mul(size)
            }),
        }
    }

    /// Whether its type says too little to tell drugs apart.
    fn is_vague(&self) -> bool {
        matches!(self.drug, DrugType::Unknown | DrugType::OverThree)
    }

    fn is_among(&self, drugs: &BTreeSet<DrugType>) -> Answer {
        if drugs.is_empty() {
            Answer::Yes
        } else if self.is_vague() {
            Answer::Unknown
        } else {
            drugs.contains(&self.drug).into()
        }
    }
}

impl AmountLimit {
    fn measure(&self) -> Option<Measure> {
        measure(self.unit).map(|(measure, _)| measure)
    }

    fn limit(&self) -> i128 {
        measure(self.unit).map_or(0, |(_, size)| {
            i128::from(self.quantity.thousandths()).saturating_mul(size)
        })
    }

    fn exceeds(&self, amount: i128) -> bool {
        amount > self.limit() || self.fails_at_limit && amount == self.limit()
    }

    /// Whether the limit is for this drug.
    fn covers(&self, held: &Held) -> Answer {
        let is_exempt = |exempt: &ExemptDrug| {
            let form = match exempt.form {
                None => Answer::Yes,
                Some(DrugForm::PrescriptionPills) => held.pills,
                Some(_) => not(held.pills),
            };
            and(held.is_among(&exempt.drugs), form)
        };
        let exempt = self
            .except
            .iter()
            .fold(Answer::No, |any, exempt| or(any, is_exempt(exempt)));
        and(held.is_among(&self.drugs), not(exempt))
    }

    /// Whether the facts stay within the limit.
    pub(crate) fn passes(&self, facts: &Facts) -> Answer {
        if facts.drugs.is_empty() {
            let found = facts.drugs_found.unwrap_or_default().relied_on();
            return match found {
                Answer::No => Answer::Yes,
                _ => Answer::Unknown,
            };
        }
        let held: Vec<Held> = facts.drugs.iter().map(Held::of).collect();
        self.within(&held)
    }

    fn within(&self, held: &[Held]) -> Answer {
        let is_left_out = |held: &Held| {
            self.only_this_unit && held.measure.is_some() && held.measure != self.measure()
        };
        let lines: Vec<Line> = held
            .iter()
            .filter(|held| !is_left_out(held))
            .map(|held| Line {
                held: *held,
                covered: self.covers(held),
                amount: held
                    .amount
                    .filter(|_| held.measure == self.measure() && held.measure.is_some()),
            })
            .filter(|line| line.covered != Answer::No)
            .collect();
        lines.iter().fold(Answer::Yes, |all, line| {
            and(all, self.group(line.held.drug, &lines))
        })
    }

    /// Whether one drug, or all together, stay within the limit.
    fn group(&self, drug: DrugType, lines: &[Line]) -> Answer {
        let (mut least, mut most) = (0i128, Some(0i128));
        for line in lines {
            let is_in_group = self.together || line.held.drug == drug;
            if !is_in_group && !line.held.is_vague() {
                continue;
            }
            if is_in_group && line.covered == Answer::Yes {
                least = least.saturating_add(line.amount.unwrap_or(0));
            }
            most = most
                .zip(line.amount)
                .map(|(most, amount)| most.saturating_add(amount));
        }
        match most {
            _ if self.exceeds(least) => Answer::No,
            Some(most) if !self.exceeds(most) => Answer::Yes,
            _ => Answer::Unknown,
        }
    }

    /// Which of all drugs, pills and not, it covers: a bit each.
    fn cover(&self) -> u64 {
        let mut cover = 0;
        for (i, held) in kinds_of_drugs().enumerate() {
            if self.covers(&held) == Answer::Yes {
                cover |= 1 << i;
            }
        }
        cover
    }

    /// Whether what amounts do to both limits can be listed: limits that add
    /// drugs up cover the same drugs as another limit, or none of its drugs.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        let (a, b) = (self.cover(), other.cover());
        let is_plain = !self.together && !other.together;
        let is_same = a == b && self.together == other.together;
        is_plain || is_same || a & b == 0 || self.measure() != other.measure()
    }
}

#[derive(Clone, Copy)]
struct Line {
    held: Held,
    covered: Answer,
    /// The amount in the limit's measure.
    amount: Option<i128>,
}

const TYPES: [DrugType; 16] = [
    DrugType::CrackCocaine,
    DrugType::Cocaine,
    DrugType::Hashish,
    DrugType::Heroin,
    DrugType::Marijuana,
    DrugType::Morphine,
    DrugType::Opium,
    DrugType::OtherNarcotic,
    DrugType::Lsd,
    DrugType::Pcp,
    DrugType::OtherHallucinogen,
    DrugType::Amphetamine,
    DrugType::OtherStimulant,
    DrugType::Barbiturate,
    DrugType::OtherDepressant,
    DrugType::Other,
];

fn kinds_of_drugs() -> impl Iterator<Item = Held> {
    TYPES.into_iter().flat_map(|drug| {
        [Answer::Yes, Answer::No].map(|pills| Held {
            drug,
            pills,
            measure: None,
            amount: None,
        })
    })
}

/// How many different limits one door may have.
pub(crate) const MAX_LIMITS: usize = 4;

/// Amounts at which some limit, alone or less another, turns.
fn turning_points(limits: &[&AmountLimit], measure: Measure) -> Vec<i128> {
    let of = |limit: &&&AmountLimit| limit.measure() == Some(measure);
    let mut points = BTreeSet::from([0]);
    for a in limits.iter().filter(of) {
        points.extend([a.limit(), a.limit().saturating_add(1)]);
        for b in limits.iter().filter(of) {
            let apart = (a.limit() - b.limit()).max(0);
            points.extend([apart, apart.saturating_add(1)]);
        }
    }
    points.into_iter().collect()
}

/// What full answers can do to `limits` at once: yes, no, or unknown where a
/// drug is measured in another kind of unit.
///
/// One drug in both forms is tried at every turning point; several drugs, or
/// drugs in several measures, fail a limit when one of them does, so the rest
/// are the combinations of these.
pub(crate) fn effects(limits: &[&AmountLimit]) -> BTreeSet<Vec<Answer>> {
    let mut single = BTreeSet::from([vec![Answer::Yes; limits.len()]]);
    let measures: BTreeSet<Measure> = limits.iter().filter_map(|limit| limit.measure()).collect();
    for measure in measures {
        let points = turning_points(limits, measure);
        let both = |p: &i128| points.iter().map(|o| (*p, *o)).collect::<Vec<_>>();
        for drug in TYPES {
            for (pills, other) in points.iter().flat_map(both) {
                let held = |pills: Answer, amount: i128| Held {
                    drug,
                    pills,
                    measure: Some(measure),
                    amount: Some(amount),
                };
                let mut both = vec![held(Answer::Yes, pills), held(Answer::No, other)];
                both.retain(|held| held.amount != Some(0));
                single.insert(all_within(limits, &both));
            }
        }
    }
    combinations(single)
}

fn all_within(limits: &[&AmountLimit], held: &[Held]) -> Vec<Answer> {
    limits.iter().map(|limit| limit.within(held)).collect()
}

/// The effects of any number of these: a limit is kept if it is kept by each.
fn combinations(single: BTreeSet<Vec<Answer>>) -> BTreeSet<Vec<Answer>> {
    let both = |a: &Vec<Answer>, b: &Vec<Answer>| -> Vec<Answer> {
        a.iter().zip(b).map(|(a, b)| and(*a, *b)).collect()
    };
    let mut all = single.clone();
    loop {
        let more: Vec<_> = all
            .iter()
            .flat_map(|a| single.iter().map(|b| both(a, b)))
            .filter(|both| !all.contains(both))
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// How many ways of completing a list of drugs are tried.
const MAX_COMPLETIONS: usize = 1 << 12;

/// What a list of drugs can still come to, where an amount, a form, a unit or a
/// type is not known; none where there are too many ways.
pub(crate) fn left(limits: &[&AmountLimit], facts: &Facts) -> Option<BTreeSet<Vec<Answer>>> {
    let held: Vec<Held> = facts.drugs.iter().map(Held::of).collect();
    let options: Vec<Vec<Held>> = held
        .iter()
        .map(|one| completions(one, &held, limits))
        .collect();
    let ways = options
        .iter()
        .fold(1usize, |ways, options| ways.saturating_mul(options.len()));
    if ways > MAX_COMPLETIONS {
        return None;
    }
    let way = |way: usize| {
        let mut rest = way;
        let list: Vec<Held> = options
            .iter()
            .filter_map(|options| {
                let held = options.get(rest % options.len().max(1)).copied();
                rest /= options.len().max(1);
                held
            })
            .collect();
        all_within(limits, &list)
    };
    Some((0..ways).map(way).collect())
}

/// What one drug of a list can turn out to be.
fn completions(one: &Held, all: &[Held], limits: &[&AmountLimit]) -> Vec<Held> {
    let types = if one.is_vague() {
        &TYPES[..]
    } else {
        std::slice::from_ref(&one.drug)
    };
    let forms: &[Answer] = match &one.pills {
        Answer::Unknown => &[Answer::Yes, Answer::No],
        known => std::slice::from_ref(known),
    };
    let measures: Vec<Measure> = match one.measure {
        Some(measure) => vec![measure],
        None => limits.iter().filter_map(|limit| limit.measure()).collect(),
    };
    let mut ways = Vec::new();
    for measure in measures {
        let amounts = match one.amount {
            Some(amount) => vec![amount],
            None => amounts(measure, all, limits),
        };
        for drug in types {
            for pills in forms {
                ways.extend(amounts.iter().map(|amount| Held {
                    drug: *drug,
                    pills: *pills,
                    measure: Some(measure),
                    amount: Some(*amount),
                }));
            }
        }
    }
    ways
}

/// Amounts at which, beside what is known of other drugs, some limit turns.
fn amounts(measure: Measure, all: &[Held], limits: &[&AmountLimit]) -> Vec<i128> {
    let of = |drug: Option<DrugType>| -> i128 {
        let known = all.iter().filter(|held| {
            held.measure == Some(measure) && drug.is_none_or(|drug| drug == held.drug)
        });
        known
            .filter_map(|held| held.amount)
            .fold(0, i128::saturating_add)
    };
    let mut sums = BTreeSet::from([0, of(None)]);
    sums.extend(all.iter().map(|held| of(Some(held.drug))));
    let points = turning_points(limits, measure);
    let less = points
        .iter()
        .flat_map(|point| sums.iter().map(move |sum| (point - sum).max(0)));
    let less: BTreeSet<i128> = less.collect();
    less.into_iter().collect()
}
