//! Suspected offences and the NIBRS table that names their codes.
//!
//! Why: sites name what they divert by class and statute; NIBRS codes are what
//! agencies share. How it moves: an officer picks a code or writes the statute,
//! rules of the kind `offense_in` compare codes and levels. What it does not
//! do: it does not map statutes to codes. Where from: `data/README.md`.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One row of the NIBRS table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NibrsOffence {
    /// The code, for example `35A`.
    pub code: &'static str,
    /// The FBI's name of it; `*` marks codes that only federal and tribal
    /// agencies report.
    pub description: &'static str,
    /// Group A or B.
    pub group: &'static str,
    /// Person, Property, Society.
    pub crime_against: &'static str,
}

/// The whole table, in the order of the source.
#[must_use]
pub fn nibrs_offences() -> &'static [NibrsOffence] {
    static TABLE: OnceLock<Vec<NibrsOffence>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("../data/nibrs_offence_codes.csv")
            .lines()
            .skip(1)
            .filter_map(row)
            .collect()
    })
}

/// The row of `code`, compared exactly.
#[must_use]
pub fn offence_by_code(code: &str) -> Option<&'static NibrsOffence> {
    nibrs_offences().iter().find(|row| row.code == code)
}

fn row(line: &'static str) -> Option<NibrsOffence> {
    let mut rest = line;
    let mut fields = [""; 4];
    for field in &mut fields {
        (*field, rest) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"')?;
                (value, after.strip_prefix(',').unwrap_or(after))
            }
            None => rest.split_once(',').unwrap_or((rest, "")),
        };
    }
    let [code, description, group, crime_against] = fields;
    Some(NibrsOffence {
        code,
        description,
        group,
        crime_against,
    })
}

/// How serious the charge would be.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum OffenceLevel {
    /// An infraction, violation or citation.
    Infraction,
    /// A misdemeanour.
    Misdemeanor,
    /// A felony.
    Felony,
}

/// What the person is suspected of. At least one of code, statute and local
/// text is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct SuspectedOffence {
    /// The NIBRS code, for example `35A`; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The level of the charge, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<OffenceLevel>,
    /// The statute or ordinance as the agency cites it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statute: Option<String>,
    /// The agency's own words for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_text: Option<String>,
}
