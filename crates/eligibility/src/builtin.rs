//! The packs of the named sites, as they ship.
//!
//! Why: a site starts from what is published about it, not from nothing. How it
//! moves: embedded text, parsed at first use; `handoff site init --pack` and
//! `handoff screen --pack` name them by id. What it does not do: a site's own
//! published pack stands above these; nothing here is updated in place.

use std::sync::OnceLock;

use crate::pack::RulePack;

/// A pack that ships, and its text.
#[derive(Debug)]
pub struct Builtin {
    /// The exact TOML.
    pub toml: &'static str,
    /// The same, parsed.
    pub pack: RulePack,
}

const TEXTS: [&str; 10] = [
    include_str!("../packs/md-baltimore-2017.toml"),
    include_str!("../packs/mo-stlouis-county-2021.toml"),
    include_str!("../packs/nc-fayetteville-2016.toml"),
    include_str!("../packs/nc-statesville-2018.toml"),
    include_str!("../packs/nc-waynesville-2018.toml"),
    include_str!("../packs/nm-santafe-2014.toml"),
    include_str!("../packs/ny-albany-2016.toml"),
    include_str!("../packs/pa-philadelphia-pad-2017.toml"),
    include_str!("../packs/wa-seattle-2011.toml"),
    include_str!("../packs/wa-seattle-2023.toml"),
];

/// Every pack that ships. A test holds that each text parses.
#[must_use]
pub fn builtin() -> &'static [Builtin] {
    static PACKS: OnceLock<Vec<Builtin>> = OnceLock::new();
    PACKS.get_or_init(|| {
        let parse = |toml| {
            RulePack::parse(toml)
                .ok()
                .map(|pack| Builtin { toml, pack })
        };
        TEXTS.into_iter().filter_map(parse).collect()
    })
}

/// The pack that ships under `id`.
#[must_use]
pub fn builtin_pack(id: &str) -> Option<&'static RulePack> {
    builtin()
        .iter()
        .map(|builtin| &builtin.pack)
        .find(|pack| pack.id() == id)
}

#[cfg(test)]
mod tests {
    use super::{TEXTS, builtin};
    use crate::RulePack;

    #[test]
    fn every_pack_that_ships_parses() {
        for text in TEXTS {
            if let Err(error) = RulePack::parse(text) {
                panic!("{error}");
            }
        }
        assert_eq!(builtin().len(), TEXTS.len());
    }
}
