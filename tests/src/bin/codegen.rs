//! Writes the TypeScript half of the contract: its types, its typed command
//! table, and the list of commands that the window's permissions are built
//! from. Run by `cargo xtask codegen`.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use handoff_device::contract::{COMMANDS, Topic, visit_types};
use ts_rs::{Config, TS, TypeVisitor};

/// Collects every type that the contract reaches, once, by its name.
struct Types<'a> {
    config: &'a Config,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
}

impl TypeVisitor for Types<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only types with a file of their own are declared; the rest (strings,
        // lists, options) is written in place.
        if T::output_path().is_some() {
            self.declarations
                .insert(T::ident(self.config), T::decl(self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

fn topics(topics: &[Topic]) -> Result<String> {
    let names: Result<Vec<String>> = topics
        .iter()
        .map(|topic| {
            Ok(format!(
                "'{}'",
                serde_json::to_value(topic)?.as_str().context("a name")?
            ))
        })
        .collect();
    Ok(format!("[{}]", names?.join(", ")))
}

fn main() -> Result<()> {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != "--out")
        .skip(1);
    let out = PathBuf::from(arguments.next().context("usage: codegen --out FOLDER")?);
    std::fs::create_dir_all(&out)?;

    let config = Config::new().with_large_int("number");
    let mut types = Types {
        config: &config,
        seen: HashSet::new(),
        declarations: BTreeMap::new(),
    };
    visit_types(&mut types);
    let mut contract =
        String::from("// Generated from the contract of handoff-device. Do not edit.\n\n");
    for declaration in types.declarations.values() {
        writeln!(contract, "export {declaration}")?;
    }
    std::fs::write(out.join("contract.ts"), contract)?;

    let mut names: Vec<&str> = COMMANDS
        .iter()
        .flat_map(|command| [command.request, command.view])
        .collect();
    names.push("Topic");
    names.sort_unstable();
    names.dedup();
    let mut commands =
        String::from("// Generated from the command table of handoff-device. Do not edit.\n");
    writeln!(
        commands,
        "import type {{ {} }} from './contract';\n",
        names.join(", ")
    )?;
    writeln!(commands, "export type Commands = {{")?;
    for command in COMMANDS {
        writeln!(commands, "  /** {} */", command.doc.trim())?;
        writeln!(
            commands,
            "  {}: {{ request: {}; view: {} }};",
            command.name, command.request, command.view
        )?;
    }
    writeln!(
        commands,
        "}};\n\nexport type CommandName = keyof Commands;\n"
    )?;
    writeln!(
        commands,
        "export const COMMANDS: {{ readonly [C in CommandName]: {{ readonly reads: readonly Topic[]; readonly writes: readonly Topic[] }} }} = {{"
    )?;
    for command in COMMANDS {
        writeln!(
            commands,
            "  {}: {{ reads: {}, writes: {} }},",
            command.name,
            topics(command.reads)?,
            topics(command.writes)?
        )?;
    }
    writeln!(commands, "}};")?;
    std::fs::write(out.join("commands.ts"), commands)?;

    let list: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
    std::fs::write(
        out.join("commands.json"),
        serde_json::to_string_pretty(&list)? + "\n",
    )?;
    Ok(())
}
