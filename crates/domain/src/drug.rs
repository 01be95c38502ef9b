//! Drugs and their amounts, exactly.
//!
//! Why: a site's limit of 6 g must not depend on binary fractions, so a
//! quantity is an integer of thousandths. How it moves: the officer enters
//! drug, quantity and unit; amount rules compare. What it does not do: it does
//! not convert between mass, volume and dosage units.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of a drug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct DrugAmount {
    /// The drug, as NIBRS names it.
    pub drug: DrugType,
    /// How much; absent = not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// The unit of the quantity.
    pub unit: DrugUnit,
    /// Whether the quantity is an estimate.
    #[serde(default)]
    pub estimated: bool,
    /// Its form, which some sites exempt.
    #[serde(default)]
    pub form: DrugForm,
}

/// The form a drug comes in, as far as rules care.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "DrugShape")]
pub enum DrugForm {
    /// Not stated.
    #[default]
    Unstated,
    /// Prescription pills.
    PrescriptionPills,
    /// Anything else.
    Other,
}

/// NIBRS drug types.
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
pub enum DrugType {
    /// A: crack cocaine.
    #[serde(rename = "A")]
    CrackCocaine,
    /// B: cocaine, all forms except crack.
    #[serde(rename = "B")]
    Cocaine,
    /// C: hashish.
    #[serde(rename = "C")]
    Hashish,
    /// D: heroin.
    #[serde(rename = "D")]
    Heroin,
    /// E: marijuana.
    #[serde(rename = "E")]
    Marijuana,
    /// F: morphine.
    #[serde(rename = "F")]
    Morphine,
    /// G: opium.
    #[serde(rename = "G")]
    Opium,
    /// H: other narcotics.
    #[serde(rename = "H")]
    OtherNarcotic,
    /// I: LSD.
    #[serde(rename = "I")]
    Lsd,
    /// J: PCP.
    #[serde(rename = "J")]
    Pcp,
    /// K: other hallucinogens.
    #[serde(rename = "K")]
    OtherHallucinogen,
    /// L: amphetamines and methamphetamines.
    #[serde(rename = "L")]
    Amphetamine,
    /// M: other stimulants.
    #[serde(rename = "M")]
    OtherStimulant,
    /// N: barbiturates.
    #[serde(rename = "N")]
    Barbiturate,
    /// O: other depressants.
    #[serde(rename = "O")]
    OtherDepressant,
    /// P: other drugs.
    #[serde(rename = "P")]
    Other,
    /// U: unknown type.
    #[serde(rename = "U")]
    Unknown,
    /// X: over three drug types.
    #[serde(rename = "X")]
    OverThree,
}

/// NIBRS units of drug quantity.
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
pub enum DrugUnit {
    /// Grams.
    #[serde(rename = "GM")]
    Gram,
    /// Kilograms.
    #[serde(rename = "KG")]
    Kilogram,
    /// Ounces.
    #[serde(rename = "OZ")]
    Ounce,
    /// Pounds.
    #[serde(rename = "LB")]
    Pound,
    /// Millilitres.
    #[serde(rename = "ML")]
    Millilitre,
    /// Dosage units: pills, tablets, capsules.
    #[serde(rename = "DU")]
    DosageUnit,
    /// Number of plants.
    #[serde(rename = "NP")]
    Plant,
    /// Not reported.
    #[serde(rename = "XX")]
    NotReported,
}

/// A decimal number with up to three places, held as thousandths.
///
/// In records it is a string, `"6.1"`; a JSON number is accepted too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity {
    thousandths: i64,
}

impl Quantity {
    /// From thousandths of the unit.
    #[must_use]
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self { thousandths }
    }

    /// In thousandths of the unit.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.thousandths
    }
}

/// Why a text is not a [`Quantity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a plain decimal number.
    #[error("not an amount: write digits with at most one decimal point, for example 6.1")]
    NotANumber,
    /// More than three decimal places.
    #[error("more than three decimal places: round the amount to thousandths")]
    TooFine,
    /// Too large to hold.
    #[error("too large an amount: use a larger unit")]
    TooLarge,
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(QuantityError::NotANumber);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 3 {
            return Err(QuantityError::TooFine);
        }
        let whole: i64 = whole.parse().map_err(|_| QuantityError::TooLarge)?;
        let fraction: i64 = format!("{fraction:0<3}")
            .parse()
            .map_err(|_| QuantityError::NotANumber)?;
        whole
            .checked_mul(1000)
            .and_then(|thousandths| thousandths.checked_add(fraction))
            .map(|thousandths| Self {
                thousandths: sign * thousandths,
            })
            .ok_or(QuantityError::TooLarge)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.thousandths < 0 { "-" } else { "" };
        let size = self.thousandths.unsigned_abs();
        let (whole, fraction) = (size / 1000, size % 1000);
        if fraction == 0 {
            write!(f, "{sign}{whole}")
        } else {
            let fraction = format!("{fraction:03}");
            write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount such as \"6.1\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }

            // The shortest text that reads back as this number is what was typed.
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A decimal amount with at most three places.",
            "anyOf": [
                { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$" },
                { "type": "number", "minimum": 0 }
            ]
        })
    }
}
