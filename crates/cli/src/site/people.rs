//! `handoff site person …`: the roster.

use std::path::PathBuf;

use clap::Subcommand;
use handoff_domain::Role;

use super::answers::{self, PersonAnswer};
use super::{failures, open};
use crate::output::{self, Failure};

/// The roster
#[derive(Subcommand)]
pub enum Person {
    /// Put somebody on the roster
    Add {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Their name, unique within the site
        #[arg(long)]
        name: String,
        /// Their role
        #[arg(long, value_parser = role)]
        role: Role,
        /// The agency's ORI, or the organisation
        #[arg(long, default_value = "")]
        agency: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the roster
    List {
        /// The site's data folder
        #[arg(long)]
        data: PathBuf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Disable an account: no feed and no lease any more, their vaults are
    /// emptied at the next sync, and what they save from now on is parked
    Disable {
        #[command(flatten)]
        switch: Switch,
    },
    /// Enable an account again, with the roles that it had
    Enable {
        #[command(flatten)]
        switch: Switch,
    },
}

/// Whose account, on whose word
#[derive(clap::Args)]
pub struct Switch {
    /// The site's data folder
    #[arg(long)]
    data: PathBuf,
    /// Whose account, by their name on the roster
    #[arg(long)]
    name: String,
    /// Who says so, by their name on the roster: a project manager or a site
    /// administrator
    #[arg(long = "as")]
    by: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

fn role(name: &str) -> Result<Role, String> {
    let known = Role::ALL.into_iter().find(|role| role.as_str() == name);
    known.ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("the roles are {}", names.join(", "))
    })
}

pub fn run(command: Person) -> Result<(), Failure> {
    match command {
        Person::Add {
            data,
            name,
            role,
            agency,
            json,
        } => {
            let added = open(&data)?
                .add_person(&name, [role].into(), &agency)
                .map_err(failures::person)?;
            output::answer(json, &PersonAnswer::of(&added), |person| {
                format!("{} is on the roster.", person.name)
            })
        }
        Person::List { data, json } => {
            let people = open(&data)?.people().map_err(failures::storage)?;
            let people: Vec<_> = people.iter().map(PersonAnswer::of).collect();
            output::answer(json, &people, |people| answers::table(people))
        }
        Person::Disable { switch } => {
            let disabled = open(&switch.data)?
                .disable_person(&switch.name, &switch.by)
                .map_err(failures::person)?;
            output::answer(switch.json, &PersonAnswer::of(&disabled), |person| {
                format!(
                    "The account of {} is disabled. Their devices are emptied at their next \
                     sync; what they save from now on is taken and parked.",
                    person.name
                )
            })
        }
        Person::Enable { switch } => {
            let enabled = open(&switch.data)?
                .enable_person(&switch.name, &switch.by)
                .map_err(failures::person)?;
            output::answer(switch.json, &PersonAnswer::of(&enabled), |person| {
                format!(
                    "The account of {} is enabled as {}. What was parked because of it is judged \
                     again.",
                    person.name,
                    person.roles.join(", ")
                )
            })
        }
    }
}
