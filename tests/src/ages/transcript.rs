//! What a released device and a released site said to each other, in files.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use handoff_protocol::from_cbor;
use handoff_protocol::message::{SyncReply, SyncRequest};
use handoff_protocol::signed::Signed;
use serde::{Deserialize, Serialize};

const INDEX: &str = "index.json";

/// Everything that was said, in order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Transcript {
    /// What the token of the invitation is derived from, in hexadecimal: with
    /// it a site makes the same code again.
    pub invitation_seed: String,
    /// The code that the site gave out for it.
    pub code: String,
    /// The exchanges.
    pub exchanges: Vec<Exchange>,
}

/// A request and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// What somebody did when it was said.
    pub scene: String,
    /// Where it was posted.
    pub path: String,
    /// What the device sent.
    #[serde(skip)]
    pub request: Vec<u8>,
    /// What came back.
    #[serde(skip)]
    pub answer: Vec<u8>,
}

impl Transcript {
    /// That of a version, from its folder.
    ///
    /// # Errors
    /// When a file is missing or does not read.
    pub fn load(version: &Path) -> Result<Self> {
        let folder = version.join("transcript");
        let index = folder.join(INDEX);
        let text = fs::read_to_string(&index).with_context(|| index.display().to_string())?;
        let mut transcript: Self = serde_json::from_str(&text)?;
        for (n, exchange) in transcript.exchanges.iter_mut().enumerate() {
            exchange.request = fs::read(folder.join(name(n, exchange, "request")))?;
            exchange.answer = fs::read(folder.join(name(n, exchange, "answer")))?;
        }
        Ok(transcript)
    }

    /// Keeps it in a version's folder, once.
    ///
    /// # Errors
    /// When there is one, or a file is not written.
    pub fn keep(&self, version: &Path) -> Result<()> {
        let folder = version.join("transcript");
        ensure!(
            !folder.exists(),
            "{} is never written again",
            folder.display()
        );
        fs::create_dir(&folder)?;
        for (n, exchange) in self.exchanges.iter().enumerate() {
            fs::write(folder.join(name(n, exchange, "request")), &exchange.request)?;
            fs::write(folder.join(name(n, exchange, "answer")), &exchange.answer)?;
        }
        fs::write(
            folder.join(INDEX),
            format!("{}\n", serde_json::to_string_pretty(self)?),
        )?;
        Ok(())
    }

    /// The exchanges of a scene.
    #[must_use]
    pub fn scene(&self, scene: &str) -> Vec<Exchange> {
        let of = self
            .exchanges
            .iter()
            .filter(|exchange| exchange.scene == scene);
        of.cloned().collect()
    }
}

fn name(n: usize, exchange: &Exchange, part: &str) -> String {
    format!("{:02}-{}.{part}.cbor", n + 1, exchange.scene)
}

impl Exchange {
    /// The request, by its signature's word alone.
    ///
    /// # Errors
    /// When it does not read as one of today's.
    pub fn read_request(&self) -> Result<SyncRequest> {
        let signed: Signed<SyncRequest> = from_cbor(&self.request, "a request")?;
        Ok(from_cbor(&signed.bytes, "a request")?)
    }

    /// The answer.
    ///
    /// # Errors
    /// When it does not read as one of today's.
    pub fn read_answer(&self) -> Result<SyncReply> {
        Ok(from_cbor(&self.answer, "a reply")?)
    }
}
