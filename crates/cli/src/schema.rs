//! `handoff schema …`: the JSON Schema of each input, or a filled example.
//!
//! The schemas are made from the types that read the input, and are as strict:
//! a field that they do not name is refused. The examples are accepted as they
//! stand by `device refer`, `screen` and `pack check`; answers that only some
//! packs ask for (`history.…`, `site.…`, named areas) are left out of them.

use clap::{Args, ValueEnum};
use handoff_domain::{Facts, ReferralReport};
use handoff_eligibility::{PastScreening, pack_schema};
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, schema_for};

use crate::output::{self, Failure};

/// Print the JSON Schema of an input, or a filled example of it
#[derive(Args)]
pub struct PrintSchema {
    /// Which input
    input: Input,
    /// Print an example that is accepted as it stands
    #[arg(long)]
    example: bool,
}

/// What people and scripts hand in.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Input {
    /// A referral, for `device refer` (JSON)
    Referral,
    /// The facts of an encounter, for `screen` (JSON)
    Facts,
    /// A rule pack, for `pack check` and `site pack publish` (TOML)
    Pack,
    /// A past screening, for `pack simulate` (JSON, one on each line)
    PastScreening,
}

impl Input {
    fn schema(self) -> Schema {
        match self {
            Self::Referral => strict::<ReferralReport>(),
            Self::Facts => strict::<Facts>(),
            Self::Pack => pack_schema(),
            Self::PastScreening => strict::<PastScreening>(),
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Referral => include_str!("../examples/referral.json"),
            Self::Facts => include_str!("../examples/facts.json"),
            Self::Pack => include_str!("../examples/pack.toml"),
            Self::PastScreening => include_str!("../examples/past-screening.json"),
        }
    }
}

impl PrintSchema {
    /// Carries the command out.
    ///
    /// # Errors
    /// [`Failure`] with the status that the program ends with.
    pub fn run(self) -> Result<(), Failure> {
        let text = if self.example {
            self.input.example().trim_end().to_owned()
        } else {
            serde_json::to_string_pretty(&self.input.schema()).map_err(Failure::refused)?
        };
        output::answer(false, &text, String::clone)
    }
}

/// The schema of input: records may carry fields of a later version, input
/// may not.
fn strict<T: JsonSchema>() -> Schema {
    let mut schema = schema_for!(T);
    NoOtherFields.transform(&mut schema);
    schema
}

struct NoOtherFields;

impl Transform for NoOtherFields {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        transform_subschemas(self, schema);
    }
}
