//! The peers of `cargo xtask bench --peers`: fetched and built only there, so that
//! nobody who works on Handoff has to have them.

use crate::node;
use crate::process::Cmd;
use crate::workspace::target_dir;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Where the built peers lie.
pub struct Peers {
    pouchdb: PathBuf,
    atuin: PathBuf,
}

impl Peers {
    /// Installs PouchDB as its lock file says, and builds atuin's libraries.
    pub fn build(root: &Path) -> Result<Self> {
        let pouchdb = root.join("tests/peers/pouchdb");
        node::install(&pouchdb)?;
        // A workspace of its own, and so a folder of its own.
        let built = root.join(target_dir(root)).join("peers/atuin");
        let build = Cmd::cargo(&root.join("tests/peers/atuin"))
            .args(["build", "--release", "--locked", "--target-dir"])
            .args([&built]);
        println!("{build}");
        build.run()?;
        Ok(Self {
            pouchdb,
            atuin: built.join("release/handoff-peer-atuin"),
        })
    }

    /// `bench` with where they are.
    pub fn known_to(&self, bench: Cmd) -> Cmd {
        bench
            .args(["--peers"])
            .env("HANDOFF_PEER_POUCHDB", &self.pouchdb)
            .env("HANDOFF_PEER_ATUIN", &self.atuin)
    }
}
