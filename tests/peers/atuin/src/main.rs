//! atuin's record sync, as a peer of `cargo xtask bench --peers`.
//!
//! **What.** The server of atuin on SQLite, and a device that does what `atuin
//! sync` does: a record store in SQLite, records encrypted as atuin encrypts
//! them (PASETO v4, a key for each record wrapped by the user's), pages of 100.
//!
//! **Why.** Of the designs that are there it is the nearest: records that only
//! their author's device writes, encrypted before they leave it.
//!
//! **How data moves through.** A document is the content of one record, as JSON.
//! What a peer has to understand stands in `tests/peers/README.md`.
//!
//! **What it does not do.** No history, no search, no TLS: atuin's server leaves
//! that to a proxy.

mod device;
mod server;

use std::path::Path;

use eyre::{Result, bail};
use tokio::runtime::Builder;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["serve", folder] => Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(server::serve(Path::new(folder))),
        // One thread, as in the program `atuin`.
        ["device", url] => Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(device::run(url)),
        _ => bail!("serve FOLDER, or device URL"),
    }
}
