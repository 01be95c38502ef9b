//! The part of WebDriver that driving one window takes.
//!
//! Nothing here tries again: the driver itself waits until an element is there
//! (its implicit wait), and what is not there then is a failure.

use std::cell::Cell;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// How long the driver looks for an element. Debug builds on a busy machine
/// derive a key in seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The name of an element reference, as the standard has it.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window that is driven.
pub struct Session {
    agent: ureq::Agent,
    address: String,
    touches: Cell<u32>,
}

/// Something on the screen.
pub struct Element<'a> {
    session: &'a Session,
    id: String,
}

impl Session {
    /// Starts `program` through the driver at `driver`.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn start(driver: &str, program: &std::path::Path) -> Result<Self> {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE * 2))
            .http_status_as_error(false)
            .build();
        let mut session = Self {
            agent: config.into(),
            address: format!("http://{driver}/session"),
            touches: Cell::new(0),
        };
        let answer = session.post(
            "",
            &json!({"capabilities": {"alwaysMatch": {
                "webkitgtk:browserOptions": {"binary": program, "args": []},
            }}}),
        )?;
        let id = answer["sessionId"]
            .as_str()
            .context("a session has an id")?;
        write!(session.address, "/{id}")?;
        let patience = u64::try_from(PATIENCE.as_millis())?;
        session.post(
            "/timeouts",
            &json!({"implicit": patience, "script": patience}),
        )?;
        Ok(session)
    }

    /// The element that `xpath` finds first, once there is one.
    ///
    /// # Errors
    /// When none came.
    pub fn find(&self, xpath: &str) -> Result<Element<'_>> {
        let found = self
            .post("/element", &json!({"using": "xpath", "value": xpath}))
            .with_context(|| format!("looking for {xpath}"))?;
        self.element(&found)
    }

    /// Every element that `xpath` finds, at least one.
    ///
    /// # Errors
    /// When none came.
    pub fn find_all(&self, xpath: &str) -> Result<Vec<Element<'_>>> {
        let found = self.post("/elements", &json!({"using": "xpath", "value": xpath}))?;
        found
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| self.element(one))
            .collect()
    }

    fn element(&self, reference: &Value) -> Result<Element<'_>> {
        let id = reference[ELEMENT]
            .as_str()
            .context("an element has an id")?;
        Ok(Element {
            session: self,
            id: id.to_owned(),
        })
    }

    /// Runs the body of a function in the page and returns what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub fn run(&self, body: &str) -> Result<Value> {
        self.post("/execute/sync", &json!({"script": body, "args": []}))
    }

    /// Runs a promise in the page: what it resolves with, or
    /// `{"refused": …}` with the reason of its rejection.
    ///
    /// # Errors
    /// When it does neither in time.
    pub fn settle(&self, promise: &str) -> Result<Value> {
        let body = format!(
            "const done = arguments[arguments.length - 1];
             (async () => ({promise}))().then(
               (value) => done(value === undefined ? null : value),
               (error) => done({{ refused: String(error && error.message || error) }}));"
        );
        self.post("/execute/async", &json!({"script": body, "args": []}))
    }

    /// Presses and releases one key; `text` is a letter or a code of WebDriver.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn key(&self, text: char) -> Result<()> {
        self.chord(&[], text)
    }

    /// Presses one key while others are held.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn chord(&self, held: &[char], text: char) -> Result<()> {
        let down = |key: &char| json!({"type": "keyDown", "value": key});
        let up = |key: &char| json!({"type": "keyUp", "value": key});
        let actions: Vec<Value> = held
            .iter()
            .chain([&text])
            .map(down)
            .chain([&text].into_iter().chain(held.iter().rev()).map(up))
            .collect();
        let keys = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.post("/actions", &keys).map(drop)
    }

    /// How often something was clicked, and a field typed in.
    #[must_use]
    pub fn touches(&self) -> u32 {
        self.touches.get()
    }

    fn touched(&self) {
        self.touches.set(self.touches.get() + 1);
    }

    /// Closes the window.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn end(&self) -> Result<()> {
        let answer = self.agent.delete(&self.address).call()?;
        read(answer).map(drop)
    }

    fn get(&self, path: &str) -> Result<Value> {
        read(self.agent.get(format!("{}{path}", self.address)).call()?)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("content-type", "application/json");
        read(request.send(body.to_string())?)
    }
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Value> {
    let good = answer.status().is_success();
    // A picture is longer than what the client takes unasked.
    let text = answer
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_string()?;
    let mut parsed: Value = serde_json::from_str(&text).context("the driver answers in JSON")?;
    let value = parsed["value"].take();
    if !good {
        bail!("the driver says {}: {}", value["error"], value["message"]);
    }
    Ok(value)
}

impl Element<'_> {
    /// Clicks in its middle, once that is drawn where it stands.
    ///
    /// WebKit scrolls in a thread of its own: what the driver scrolls to while
    /// an earlier scroll is still under way can be out of view again when it
    /// looks. So the page is asked to scroll, and to say when it has been drawn.
    ///
    /// # Errors
    /// When something lies over it, among others.
    pub fn click(&self) -> Result<()> {
        self.session.post(
            "/execute/async",
            &json!({
                "script": "const [element, done] = arguments;
                    element.scrollIntoView({ block: 'center', behavior: 'instant' });
                    requestAnimationFrame(() => requestAnimationFrame(() => done(null)));",
                "args": [{ELEMENT: self.id}],
            }),
        )?;
        self.session.touched();
        self.post("click", &json!({}))
    }

    /// Empties it.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn clear(&self) -> Result<()> {
        self.post("clear", &json!({}))
    }

    /// Types into it.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn type_in(&self, text: &str) -> Result<()> {
        self.session.touched();
        self.post("value", &json!({"text": text}))
    }

    /// What it says on the screen.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn text(&self) -> Result<String> {
        self.read("text")
    }

    /// One of its attributes; empty when it has none.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn attribute(&self, name: &str) -> Result<String> {
        self.read(&format!("attribute/{name}"))
    }

    /// What was typed into it.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn value(&self) -> Result<String> {
        self.read("property/value")
    }

    fn read(&self, what: &str) -> Result<String> {
        let answer = self.session.get(&format!("/element/{}/{what}", self.id))?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn post(&self, what: &str, body: &Value) -> Result<()> {
        self.session
            .post(&format!("/element/{}/{what}", self.id), body)
            .map(drop)
    }
}
