//! `cargo xtask test`: everything that CI runs, cheap steps first.

use crate::process::{Cmd, is_on_path};
use crate::programs::{LOOPBACK, MUTANTS, Programs};
use crate::workspace::{Metadata, root, target_dir};
use crate::{bench, codegen, debian, node, tidy, tour};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Args {
    /// Run only this step; may be given more than once
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Print the steps and end
    #[arg(long)]
    list: bool,
}

/// How a step ended, if it did not fail.
enum Done {
    Passed,
    Skipped(String),
}

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Path) -> Result<Done>,
}

const STEPS: &[Step] = &[
    Step {
        name: "packages",
        what: "install the Debian packages that are missing",
        run: |root| debian::install_missing(root).map(|()| Done::Passed),
    },
    Step {
        name: "fmt",
        what: "cargo fmt --all --check",
        run: |root| passed(Cmd::cargo(root).args(["fmt", "--all", "--check"])),
    },
    Step {
        name: "tidy",
        what: "arrows, shipped features, files",
        run: |_| tidy::run(&tidy::Args::default()).map(|()| Done::Passed),
    },
    Step {
        name: "tidy-prove",
        what: "tidy notices planted violations",
        run: |_| tidy::run(&tidy::Args::proof()).map(|()| Done::Passed),
    },
    Step {
        name: "deny",
        what: "cargo deny check bans licenses sources",
        run: deny,
    },
    Step {
        name: "typos",
        what: "spelling",
        run: typos,
    },
    Step {
        name: "ui-install",
        what: "npm ci",
        run: |root| with_ui(root, node::install),
    },
    Step {
        name: "ui-check",
        what: "npm run check (svelte-check)",
        run: |root| with_ui(root, |ui| node::script(ui, "check")),
    },
    Step {
        name: "ui-lint",
        what: "npm run lint (eslint)",
        run: |root| with_ui(root, |ui| node::script(ui, "lint")),
    },
    Step {
        name: "ui-test",
        what: "npm run test (vitest)",
        run: |root| with_ui(root, |ui| node::script(ui, "test")),
    },
    Step {
        name: "ui-build",
        what: "npm run build (vite; src-tauri embeds it)",
        run: |root| with_ui(root, |ui| node::script(ui, "build")),
    },
    Step {
        name: "clippy",
        what: "cargo clippy --workspace --all-targets, warnings are errors",
        run: |root| {
            passed(Cmd::cargo(root).args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--features",
                WINDOW,
                "--features",
                LOOPBACK,
                "--features",
                MUTANTS,
                "--features",
                PLANTED,
                "--features",
                bench::FEATURES,
                "--",
                "--deny",
                "warnings",
            ]))
        },
    },
    Step {
        name: "doc",
        what: "cargo doc --workspace --no-deps, warnings are errors",
        run: |root| {
            let cmd = Cmd::cargo(root).args(["doc", "--workspace", "--no-deps"]);
            passed(cmd.env("RUSTDOCFLAGS", "--deny warnings"))
        },
    },
    Step {
        name: "build",
        what: "the programs that people get",
        run: |root| Programs::build(root).map(|_| Done::Passed),
    },
    Step {
        name: "test",
        what: "cargo test --workspace",
        run: |root| {
            let cmd = Cmd::cargo(root).args(["test", "--workspace"]);
            passed(Programs::built(root).known_to(cmd))
        },
    },
    Step {
        name: "codegen",
        what: "the generated TypeScript is current",
        run: check_codegen,
    },
    Step {
        name: "window",
        what: "the packaged window, driven end to end",
        run: |root| {
            let cmd = Cmd::cargo(root).args([
                "test",
                "--workspace",
                "--features",
                WINDOW,
                "--test",
                "window",
            ]);
            passed(Programs::build(root)?.known_to(cmd))
        },
    },
    Step {
        name: "tour",
        what: "a picture of every step of the main job, in target/tour",
        run: |root| tour::photograph(root, &Programs::build(root)?).map(|()| Done::Passed),
    },
    Step {
        name: "planted-build",
        what: "the command line and the simulator with planted bugs",
        run: |root| Programs::build_with(root, MUTANTS).map(|()| Done::Passed),
    },
    Step {
        name: "planted",
        what: "each planted bug is noticed by its check",
        run: |root| {
            let cmd = Cmd::cargo(root).args(["test", "--workspace"]);
            let cmd = cmd.args(["--features", PLANTED, "--test", "planted"]);
            let cmd = cmd.args(["--test", "planted_simulation"]);
            let cmd = cmd.env("HANDOFF_SIMULATOR", Programs::simulator_with(root, MUTANTS));
            let cmd = cmd.env("HANDOFF_FAULTS", Programs::faults_with(root, MUTANTS));
            passed(cmd.env("HANDOFF_PROGRAM", Programs::built_with(root, MUTANTS)))
        },
    },
    Step {
        name: "e2e-build",
        what: "the command line with its host for browsers",
        run: |root| Programs::build_with(root, LOOPBACK).map(|()| Done::Passed),
    },
    Step {
        name: "e2e",
        what: "npm run e2e (the field app in Chromium on the real core, and axe)",
        run: |root| {
            with_ui(root, |ui| {
                let host = Programs::built_with(root, LOOPBACK);
                node::script_with(ui, "e2e", &[("HANDOFF", host.as_os_str())])
            })
        },
    },
];

/// Switches on the tests that open windows, in no crate that is shipped.
const WINDOW: &str = "handoff-tests/window";
/// Switches on the tests of planted bugs; the bugs themselves are elsewhere.
const PLANTED: &str = "handoff-tests/planted";

pub fn run(args: &Args) -> Result<()> {
    if args.list {
        for step in STEPS {
            println!("{:<12} {}", step.name, step.what);
        }
        return Ok(());
    }
    let chosen = choose(STEPS, &args.only)?;
    run_steps(&root()?, &chosen)
}

fn choose<'a>(steps: &'a [Step], only: &[String]) -> Result<Vec<&'a Step>> {
    if let Some(unknown) = only
        .iter()
        .find(|name| steps.iter().all(|step| step.name != **name))
    {
        bail!("there is no step `{unknown}`; `cargo xtask test --list` names them");
    }
    let is_chosen = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    Ok(steps.iter().filter(is_chosen).collect())
}

fn run_steps(root: &Path, steps: &[&Step]) -> Result<()> {
    let began = Instant::now();
    let mut rows = Vec::new();
    let mut failure = None;
    for (at, step) in steps.iter().enumerate() {
        println!(
            "\n== {} ({}/{}): {}",
            step.name,
            at + 1,
            steps.len(),
            step.what
        );
        let step_began = Instant::now();
        let done = (step.run)(root);
        let result = match &done {
            Ok(Done::Passed) => "passed".to_owned(),
            Ok(Done::Skipped(why)) => format!("skipped: {why}"),
            Err(_) => "FAILED".to_owned(),
        };
        println!("== {}: {result}", step.name);
        rows.push(row(step.name, step_began.elapsed(), &result));
        if let Err(error) = done {
            let left = &steps[at + 1..];
            rows.extend(
                left.iter()
                    .map(|step| format!("{:<12} {:>8}  not run", step.name, "")),
            );
            failure = Some(error.context(format!("step `{}` failed", step.name)));
            break;
        }
    }
    println!("\n{:<12} {:>8}  result", "step", "seconds");
    rows.iter().for_each(|row| println!("{row}"));
    println!(
        "{}",
        row(
            "total",
            began.elapsed(),
            if failure.is_some() {
                "FAILED"
            } else {
                "passed"
            }
        )
    );
    failure.map_or(Ok(()), Err)
}

fn row(name: &str, took: Duration, result: &str) -> String {
    format!("{name:<12} {:>8.1}  {result}", took.as_secs_f64())
}

fn passed(cmd: Cmd) -> Result<Done> {
    println!("{cmd}");
    cmd.run().map(|()| Done::Passed)
}

fn skipped(why: &str) -> Done {
    Done::Skipped(why.to_owned())
}

fn with_ui(root: &Path, run: impl FnOnce(&Path) -> Result<()>) -> Result<Done> {
    match node::ui(root) {
        Some(ui) => run(&ui).map(|()| Done::Passed),
        None => Ok(skipped("there is no ui/package.json yet")),
    }
}

fn check_codegen(root: &Path) -> Result<Done> {
    if Metadata::read(root)?.package(codegen::PACKAGE).is_none() {
        return Ok(skipped("there is no package `handoff-tests` yet"));
    }
    codegen::run(&codegen::Args { check: true }).map(|()| Done::Passed)
}

fn deny(root: &Path) -> Result<Done> {
    // The advisories need a database from the network; see deny.toml.
    match tool(root, "cargo-deny") {
        Some(deny) => passed(Cmd::new(deny, root).args([
            "--workspace",
            "check",
            "bans",
            "licenses",
            "sources",
        ])),
        None => Ok(not_installed("cargo-deny")),
    }
}

fn typos(root: &Path) -> Result<Done> {
    match tool(root, "typos") {
        Some(typos) => passed(Cmd::new(typos, root)),
        None => Ok(not_installed("typos-cli")),
    }
}

fn not_installed(package: &str) -> Done {
    Done::Skipped(format!(
        "not installed (cargo install {package} --locked --root target/tools)"
    ))
}

/// A tool that is kept in `target/tools`, or on the path.
fn tool(root: &Path, name: &str) -> Option<PathBuf> {
    let kept = target_dir(root).join("tools/bin").join(name);
    if kept.is_file() {
        return Some(kept);
    }
    is_on_path(name).then(|| PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSES: Step = Step {
        name: "passes",
        what: "",
        run: |_| Ok(Done::Passed),
    };
    const FAILS: Step = Step {
        name: "fails",
        what: "",
        run: |_| bail!("planted"),
    };
    const MUST_NOT_RUN: Step = Step {
        name: "must-not-run",
        what: "",
        run: |_| panic!("it ran after a failure"),
    };

    #[test]
    fn the_first_failure_ends_the_run_and_is_named() {
        let steps = [&PASSES, &FAILS, &MUST_NOT_RUN];
        let error = run_steps(Path::new("."), &steps).unwrap_err();
        assert_eq!(format!("{error:#}"), "step `fails` failed: planted");
    }

    #[test]
    fn passing_and_skipped_steps_pass() {
        let skips = Step {
            name: "skips",
            what: "",
            run: |_| Ok(skipped("not here")),
        };
        run_steps(Path::new("."), &[&PASSES, &skips]).unwrap();
    }

    #[test]
    fn one_step_can_be_chosen_and_a_wrong_name_is_refused() {
        let chosen = choose(STEPS, &["fmt".to_owned()]).unwrap();
        assert_eq!(chosen.len(), 1);
        assert!(choose(STEPS, &["nope".to_owned()]).is_err());
        assert_eq!(choose(STEPS, &[]).unwrap().len(), STEPS.len());
    }
}
