//! What a crate must never be built from, however far down it stands.

use super::Finding;
use super::resolved::{Features, Resolved};
use crate::workspace::Metadata;
use anyhow::Result;
use std::path::Path;

const RULE: &str = "never";

/// A capability, and the packages that bring it. The standard library's own
/// clock, files and network are the business of `purity` and of Clippy.
struct Capability {
    name: &'static str,
    packages: &'static [&'static str],
}

const ASYNC: Capability = Capability {
    name: "async",
    packages: &[
        "tokio",
        "async-std",
        "async-executor",
        "smol",
        "futures-executor",
    ],
};
const NETWORK: Capability = Capability {
    name: "the network",
    packages: &[
        "reqwest",
        "hyper",
        "axum",
        "ureq",
        "rustls",
        "native-tls",
        "socket2",
        "mio",
    ],
};
const SQL: Capability = Capability {
    name: "SQL",
    packages: &[
        "rusqlite",
        "libsqlite3-sys",
        "sqlx-core",
        "postgres",
        "tokio-postgres",
    ],
};
const RANDOMNESS: Capability = Capability {
    name: "randomness",
    packages: &["getrandom", "rand", "fastrand"],
};
const LOGGING: Capability = Capability {
    name: "logging",
    packages: &["log", "tracing", "env_logger"],
};
const TAURI: Capability = Capability {
    name: "Tauri",
    packages: &["tauri", "tauri-runtime", "wry", "tao"],
};
const HTTP_SERVER: Capability = Capability {
    name: "an HTTP server",
    packages: &["axum"],
};

struct Never {
    package: &'static str,
    features: Features,
    capabilities: &'static [&'static Capability],
}

/// Two things cannot be judged here, and `purity` and Clippy look at their use: the
/// clock, because generating TypeScript types brings all of chrono; and randomness
/// in `protocol` and `sync`, because the library that verifies signatures can also
/// make keys.
///
/// Pure crates and stores are judged with every feature on; the hosts, which
/// have a development feature, as they are shipped.
const NEVER: &[Never] = &[
    Never {
        package: "handoff-domain",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &RANDOMNESS, &TAURI],
    },
    Never {
        package: "handoff-eligibility",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &RANDOMNESS, &TAURI],
    },
    Never {
        package: "handoff-measures",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &RANDOMNESS, &TAURI],
    },
    Never {
        package: "handoff-protocol",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &TAURI],
    },
    Never {
        package: "handoff-sync",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &TAURI],
    },
    Never {
        package: "handoff-vault",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &LOGGING, &TAURI],
    },
    Never {
        package: "handoff-cipherdb",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &TAURI],
    },
    Never {
        package: "handoff-words",
        features: Features::All,
        capabilities: &[&ASYNC, &NETWORK, &SQL, &TAURI],
    },
    Never {
        package: "handoff-store",
        features: Features::All,
        capabilities: &[&NETWORK, &TAURI],
    },
    Never {
        package: "handoff-device",
        features: Features::Default,
        capabilities: &[&HTTP_SERVER, &TAURI],
    },
    Never {
        package: "handoff-site",
        features: Features::Default,
        capabilities: &[&TAURI],
    },
    Never {
        package: "handoff-cli",
        features: Features::Default,
        capabilities: &[&TAURI],
    },
    Never {
        package: "handoff-desktop",
        features: Features::Default,
        capabilities: &[&HTTP_SERVER],
    },
];

pub fn check(root: &Path, metadata: &Metadata) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for never in NEVER {
        if metadata.package(never.package).is_some() {
            let resolved = Resolved::read(root, never.package, never.features)?;
            findings.extend(check_one(never, &resolved));
        }
    }
    Ok(findings)
}

fn check_one(never: &Never, resolved: &Resolved) -> Vec<Finding> {
    let mut findings = Vec::new();
    for capability in never.capabilities {
        for package in capability
            .packages
            .iter()
            .filter(|name| resolved.holds(name))
        {
            let why = format!(
                "must do without {}, but is built from `{package}` \
                 (`cargo tree -p {} -i {package} -e normal` says through what)",
                capability.name, never.package
            );
            findings.push(Finding::new(RULE, never.package, why));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(package: &str) -> &'static Never {
        NEVER.iter().find(|never| never.package == package).unwrap()
    }

    #[test]
    fn a_pure_crate_is_built_from_no_runtime_and_no_randomness() {
        let planted = "handoff-domain v0.1.0\t\ngetrandom v0.4.0\t\ntokio v1.0.0\trt\n";
        let found = check_one(row("handoff-domain"), &Resolved::parse(planted));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].why.contains("async") && found[0].why.contains("`tokio`"));
        assert!(found[1].why.contains("randomness"));
    }

    #[test]
    fn the_device_holds_no_http_server_but_may_make_requests() {
        let planted = "handoff-device v0.1.0\t\nreqwest v0.13.0\t\naxum v0.8.0\t\n";
        let found = check_one(row("handoff-device"), &Resolved::parse(planted));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.contains("`axum`"));
    }

    #[test]
    fn every_capability_can_be_found_missing() {
        for never in NEVER {
            for capability in never.capabilities {
                let package = capability.packages[0];
                let planted = format!("{} v0.1.0\t\n{package} v1.0.0\t\n", never.package);
                let found = check_one(never, &Resolved::parse(&planted));
                assert!(!found.is_empty(), "{} {package}", never.package);
            }
        }
    }
}
