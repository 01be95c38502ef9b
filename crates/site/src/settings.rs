//! Settings: the default, then the file, then the environment.
//!
//! The default is the commented `site.toml` that `init` writes: the program
//! reads its own documentation. Nothing in it is secret; keys lie in files of
//! their own.

use std::net::SocketAddr;
use std::str::FromStr;

use chrono::TimeDelta;
use handoff_protocol::message::KEEP_VAULT_DAYS;
use serde::Deserialize;
use toml::{Table, Value};

/// The commented default.
pub const DEFAULT: &str = include_str!("site.toml");

/// Settings of a site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where devices reach it.
    pub url: String,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Invitations.
    pub enrolment: Enrolment,
    /// Leases.
    pub leases: Leases,
    /// What devices do.
    pub devices: Devices,
    /// Limits.
    pub limits: Limits,
}

/// Invitations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Minutes for which one is good.
    pub invitation_minutes: u32,
}

/// Leases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leases {
    /// Hours for which one is good.
    pub hours: u32,
}

/// What devices do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// Days for which a device keeps what is in a verified backup; 0 = for good.
    pub keep_sealed_days: u16,
    /// Days for which a device keeps the vault of somebody who stays away,
    /// counted from the end of their leave to read; 0 = for good.
    pub keep_vault_days: u16,
}

/// Limits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Items of one device on one day.
    pub items_per_day: u64,
    /// Bytes of one device on one day.
    pub bytes_per_day: u64,
    /// Lanes, and branches, that one device begins on one day.
    pub lanes_per_day: u64,
    /// Requests that are worked on at once.
    pub requests_at_once: usize,
    /// Connections that are open at once.
    pub connections: usize,
}

/// Why settings were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file does not read.
    #[error("site.toml, line {line}: {message}")]
    File {
        /// The line, counted from 1.
        line: usize,
        /// What the parser says; settings hold no secret.
        message: String,
    },
    /// A variable of the environment does not read.
    #[error("the environment variable {name} is not {expected}")]
    Environment {
        /// Which variable.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A number is beyond what makes sense.
    #[error("{name} is {value}; it has to be 1 to {most}")]
    Range {
        /// Which setting.
        name: &'static str,
        /// What it is.
        value: u64,
        /// The most that it may be.
        most: u64,
    },
    /// The address of the site does not read.
    #[error("the site's url is not https://host:port")]
    Url,
}

impl Settings {
    /// The default, overlaid by the file's text, overlaid by what `env` says.
    ///
    /// # Errors
    /// [`SettingsError`] names the line or the variable.
    pub fn read(file: &str, env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        // The file by itself first, so that an error has its line.
        let overlay: Table = parse(file)?;
        let mut whole: Table = parse(DEFAULT)?;
        merge(&mut whole, overlay);
        let mut settings: Self =
            Value::Table(whole)
                .try_into()
                .map_err(|error: toml::de::Error| SettingsError::File {
                    line: named_line(file, error.message()),
                    message: error.message().to_owned(),
                })?;
        settings.overlay(env)?;
        settings.check()?;
        Ok(settings)
    }

    fn overlay(&mut self, env: impl Fn(&str) -> Option<String>) -> Result<(), SettingsError> {
        const NUMBER: &str = "a number";
        let env = &env;
        set(&mut self.url, env, "HANDOFF_SITE_URL", "an address")?;
        set(&mut self.listen, env, "HANDOFF_SITE_LISTEN", "address:port")?;
        let minutes = &mut self.enrolment.invitation_minutes;
        set(minutes, env, "HANDOFF_SITE_INVITATION_MINUTES", NUMBER)?;
        let hours = &mut self.leases.hours;
        set(hours, env, "HANDOFF_SITE_LEASE_HOURS", NUMBER)?;
        let days = &mut self.devices.keep_sealed_days;
        set(days, env, "HANDOFF_SITE_KEEP_SEALED_DAYS", NUMBER)?;
        let days = &mut self.devices.keep_vault_days;
        set(days, env, "HANDOFF_SITE_KEEP_VAULT_DAYS", NUMBER)?;
        let limits = &mut self.limits;
        set(
            &mut limits.items_per_day,
            env,
            "HANDOFF_SITE_ITEMS_PER_DAY",
            NUMBER,
        )?;
        set(
            &mut limits.bytes_per_day,
            env,
            "HANDOFF_SITE_BYTES_PER_DAY",
            NUMBER,
        )?;
        set(
            &mut limits.lanes_per_day,
            env,
            "HANDOFF_SITE_LANES_PER_DAY",
            NUMBER,
        )?;
        let at_once = &mut limits.requests_at_once;
        set(at_once, env, "HANDOFF_SITE_REQUESTS_AT_ONCE", NUMBER)?;
        set(
            &mut limits.connections,
            env,
            "HANDOFF_SITE_CONNECTIONS",
            NUMBER,
        )
    }

    fn check(&self) -> Result<(), SettingsError> {
        host_and_port(&self.url).ok_or(SettingsError::Url)?;
        let limits = &self.limits;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        for (name, value, most) in [
            (
                "enrolment.invitation_minutes",
                u64::from(self.enrolment.invitation_minutes),
                7 * 24 * 60,
            ),
            ("leases.hours", u64::from(self.leases.hours), 366 * 24),
            ("limits.items_per_day", limits.items_per_day, 1 << 40),
            ("limits.bytes_per_day", limits.bytes_per_day, 1 << 50),
            ("limits.lanes_per_day", limits.lanes_per_day, 1 << 20),
            (
                "limits.requests_at_once",
                count(limits.requests_at_once),
                512,
            ),
            ("limits.connections", count(limits.connections), 1 << 20),
        ] {
            if value == 0 || value > most {
                return Err(SettingsError::Range { name, value, most });
            }
        }
        Ok(())
    }

    /// How long an invitation is good.
    #[must_use]
    pub fn invitation_for(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.enrolment.invitation_minutes))
    }

    /// Days for which devices keep what is in a verified backup; for good
    /// without a number.
    #[must_use]
    pub fn keep_sealed_days(&self) -> Option<u16> {
        let days = self.devices.keep_sealed_days;
        (days > 0).then_some(days)
    }

    /// Days for which devices keep vaults of people who stay away, where that is
    /// not what they do anyhow.
    #[must_use]
    pub fn keep_vault_days(&self) -> Option<u16> {
        let days = self.devices.keep_vault_days;
        (days != KEEP_VAULT_DAYS).then_some(days)
    }

    /// How long a lease is good.
    #[must_use]
    pub fn lease_for(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.leases.hours))
    }

    /// How long a lease is not made anew for who shows it: a seventy-second part
    /// of its time.
    #[must_use]
    pub fn lease_stays(&self) -> TimeDelta {
        self.lease_for() / 72
    }

    /// The commented file for a new site at this address.
    ///
    /// # Errors
    /// [`SettingsError::Url`] when it is no address.
    pub fn file_for(url: &str) -> Result<String, SettingsError> {
        let (host, port) = host_and_port(url).ok_or(SettingsError::Url)?;
        let is_local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        let listen = if is_local { "127.0.0.1" } else { "0.0.0.0" };
        Ok(DEFAULT
            .replace(
                "url = \"https://127.0.0.1:8443\"",
                &format!("url = \"{url}\""),
            )
            .replace(
                "listen = \"127.0.0.1:8443\"",
                &format!("listen = \"{listen}:{port}\""),
            ))
    }
}

/// Host and port of `https://host[:port]`, nothing behind them.
#[must_use]
pub(crate) fn host_and_port(url: &str) -> Option<(String, u16)> {
    let rest = url.strip_prefix("https://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let uri: axum::http::Uri = format!("https://{rest}").parse().ok()?;
    let authority = uri.authority()?;
    let bare = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
    let host = authority.host();
    let plain = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-.[]:".contains(&b));
    let port = match authority.as_str().strip_prefix(host)? {
        "" => 443,
        port => port
            .strip_prefix(':')?
            .parse()
            .ok()
            .filter(|port| *port != 0)?,
    };
    (bare && !host.is_empty() && plain && rest.len() <= 200).then(|| (host.to_owned(), port))
}

fn parse(text: &str) -> Result<Table, SettingsError> {
    text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        SettingsError::File {
            line: text.get(..at).unwrap_or(text).matches('\n').count() + 1,
            message: error.message().to_owned(),
        }
    })
}

fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// The line of the file that holds the name which an error quotes.
fn named_line(file: &str, message: &str) -> usize {
    let name = message.split('`').nth(1).unwrap_or_default();
    let holds = |line: &str| !name.is_empty() && line.trim_start().starts_with(name);
    file.lines().position(holds).map_or(1, |at| at + 1)
}

fn set<T: FromStr>(
    value: &mut T,
    env: &impl Fn(&str) -> Option<String>,
    name: &'static str,
    expected: &'static str,
) -> Result<(), SettingsError> {
    if let Some(text) = env(name) {
        *value = text
            .parse()
            .map_err(|_| SettingsError::Environment { name, expected })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> Result<Settings, SettingsError> {
        Settings::read(file, |_| None)
    }

    #[test]
    fn the_commented_default_is_what_the_program_reads() {
        let settings = read("").unwrap();
        assert_eq!(settings, read(DEFAULT).unwrap());
        assert_eq!(settings.lease_for(), TimeDelta::hours(72));
        assert_eq!(settings.lease_stays(), TimeDelta::hours(1));
        assert_eq!(settings.invitation_for(), TimeDelta::minutes(15));
        assert_eq!(settings.keep_sealed_days(), None);
        let kept = read("[devices]\nkeep_sealed_days = 90\n").unwrap();
        assert_eq!(kept.keep_sealed_days(), Some(90));
        // What devices do anyhow is not said.
        assert_eq!(settings.devices.keep_vault_days, KEEP_VAULT_DAYS);
        assert_eq!(settings.keep_vault_days(), None);
        let for_good = read("[devices]\nkeep_vault_days = 0\n").unwrap();
        assert_eq!(for_good.keep_vault_days(), Some(0));
    }

    #[test]
    fn the_file_is_over_the_default_and_the_environment_over_the_file() {
        let file = "[leases]\nhours = 24\n[limits]\nconnections = 9\n";
        let env = |name: &str| (name == "HANDOFF_SITE_LEASE_HOURS").then(|| "12".to_owned());
        let settings = Settings::read(file, env).unwrap();
        assert_eq!(
            (settings.leases.hours, settings.limits.connections),
            (12, 9)
        );
        let env = |name: &str| (name == "HANDOFF_SITE_CONNECTIONS").then(|| "many".to_owned());
        let expected = SettingsError::Environment {
            name: "HANDOFF_SITE_CONNECTIONS",
            expected: "a number",
        };
        assert_eq!(Settings::read(file, env), Err(expected));
    }

    #[test]
    fn a_mistake_is_named_by_its_line() {
        let line = |file: &str| match read(file) {
            Err(SettingsError::File { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line("url = \"https://a.example:1\"\n\nlisten = oops\n"), 3);
        assert_eq!(line("# one\n\nlistn = \"127.0.0.1:1\"\n"), 3);
    }

    #[test]
    fn a_number_beyond_what_makes_sense_is_refused() {
        for (file, name) in [
            ("[leases]\nhours = 4_000_000_000\n", "leases.hours"),
            ("[leases]\nhours = 0\n", "leases.hours"),
            (
                "[limits]\nrequests_at_once = 0\n",
                "limits.requests_at_once",
            ),
        ] {
            let refused = read(file).unwrap_err();
            assert!(
                matches!(refused, SettingsError::Range { name: of, .. } if of == name),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_new_sites_file_has_its_address_and_reads() {
        for (url, listen) in [
            ("https://127.0.0.1:9001", "127.0.0.1:9001"),
            ("https://handoff.example.org", "0.0.0.0:443"),
        ] {
            let settings = read(&Settings::file_for(url).unwrap()).unwrap();
            assert_eq!(settings.url, url);
            assert_eq!(settings.listen, listen.parse().unwrap());
        }
    }

    #[test]
    fn an_address_is_https_host_and_port_and_nothing_else() {
        for bad in [
            "http://a.example:1",
            "https://",
            "https://a.example/path",
            "https://a@b.example",
            "https://a b",
            "https://a.example:99999",
            "a.example:8443",
        ] {
            assert_eq!(host_and_port(bad), None, "{bad}");
        }
        let local = ("[::1]".to_owned(), 8443);
        assert_eq!(host_and_port("https://[::1]:8443"), Some(local));
    }
}
