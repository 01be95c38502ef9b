//! A device: its record store, its session, and what it is told to do.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use atuin_client::api_client;
use atuin_client::record::encryption::PASETO_V4;
use atuin_client::record::sqlite_store::SqliteStore;
use atuin_client::record::store::Store as _;
use atuin_client::record::sync::sync;
use atuin_client::settings::Settings;
use atuin_common::api::LoginRequest;
use atuin_common::record::{DecryptedData, Host, Record};
use eyre::{Result, bail, ensure, eyre};
use serde_json::json;

const USER: &str = "officer";
const PASSWORD: &str = "correct horse battery staple";
/// What every device of the user encrypts with; atuin's users carry theirs from
/// one to the next by hand.
const KEY: [u8; 32] = [7; 32];
/// As records of atuin say what is in them.
const TAG: &str = "referral";
const VERSION: &str = "v0";

/// Joins the server and does what each line of the standard input says. Its files
/// lie where `XDG_DATA_HOME` and `XDG_CONFIG_HOME` say.
pub async fn run(url: &str) -> Result<()> {
    let device = Device::join(url).await?;
    println!("{}", json!({ "count": 0 }));
    for line in std::io::stdin().lines() {
        let line = line?;
        let answer = match device.obey(&line).await {
            Ok(count) => json!({ "count": count }),
            Err(error) => json!({ "error": format!("{error:#}") }),
        };
        println!("{answer}");
    }
    Ok(())
}

struct Device {
    settings: Settings,
    store: SqliteStore,
}

impl Device {
    async fn join(url: &str) -> Result<Self> {
        let mut settings = Settings::new()?;
        settings.sync_address = url.to_owned();
        let store = SqliteStore::new(
            PathBuf::from(&settings.record_store_path),
            settings.local_timeout,
        )
        .await?;
        let request = LoginRequest {
            username: USER.to_owned(),
            password: PASSWORD.to_owned(),
        };
        // The first device makes the account.
        let session = match api_client::login(url, request).await {
            Ok(there) => there.session,
            Err(_) => {
                api_client::register(url, USER, "officer@example.invalid", PASSWORD)
                    .await?
                    .session
            }
        };
        Settings::meta_store().await?.save_session(&session).await?;
        Ok(Self { settings, store })
    }

    /// Does what a line says; returns how many documents it was about.
    async fn obey(&self, line: &str) -> Result<usize> {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("fill", file) => self.fill(file).await,
            ("push", "") => {
                let (sent, _) = sync(&self.settings, &self.store).await?;
                Ok(usize::try_from(sent)?)
            }
            ("pull", "") => Ok(sync(&self.settings, &self.store).await?.1.len()),
            ("read", "") => self.read().await,
            _ => bail!("there is no command `{line}`"),
        }
    }

    /// Keeps each document of a file as a record of its own: an id, a blank and
    /// JSON to a line. Records of atuin make ids of their own.
    async fn fill(&self, file: &str) -> Result<usize> {
        let host = Host::new(Settings::host_id().await?);
        let mut idx = self.store.len(host.id, TAG).await?;
        let mut records = Vec::new();
        for line in BufReader::new(File::open(file)?).lines() {
            let line = line?;
            let (_, document) = line.split_once(' ').ok_or_else(|| eyre!("no id"))?;
            let record = Record::builder()
                .idx(idx)
                .host(host.clone())
                .version(VERSION.to_owned())
                .tag(TAG.to_owned())
                .data(DecryptedData(document.as_bytes().to_vec()))
                .build();
            records.push(record.encrypt::<PASETO_V4>(&KEY));
            idx += 1;
        }
        self.store.push_batch(records.iter()).await?;
        Ok(records.len())
    }

    /// Opens each record, as atuin does before it can show one.
    async fn read(&self) -> Result<usize> {
        let mut count = 0;
        for record in self.store.all_tagged(TAG).await? {
            let record = record.decrypt::<PASETO_V4>(&KEY)?;
            let document: serde_json::Value = serde_json::from_slice(&record.data.0)?;
            ensure!(document.is_object(), "a record that is no document");
            count += 1;
        }
        Ok(count)
    }
}
