//! A referral walked through page by page beside the engine: what the window
//! asks has to be what `screen` says is open, answer by answer.
//!
//! The facts here are not read from the window. They are said a second time, in
//! the short form of a pack's own cases, so that an answer that the window
//! drops on its way shows.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use handoff_domain::{Door, Facts, Screening};
use handoff_eligibility::{Ask, RulePack, builtin_pack, screen, shorthand};

use super::{App, Person};

/// One referral on its way to a verdict.
pub struct Walk<'a> {
    /// The window.
    pub app: &'a App,
    pack: &'static RulePack,
    door: Door,
    facts: Facts,
    as_of: NaiveDate,
    begun_at: u32,
}

impl<'a> Walk<'a> {
    /// Starts a referral from today's screen.
    ///
    /// # Errors
    /// When the door is not on the screen.
    pub fn start(
        app: &'a App,
        pack: &str,
        door: Door,
        words: &str,
        as_of: NaiveDate,
    ) -> Result<Self> {
        let pack = builtin_pack(pack).with_context(|| format!("no pack {pack}"))?;
        let begun_at = app.session().touches();
        app.press(words)?;
        app.screen("Who is it?")?;
        let facts = Facts::default();
        Ok(Self {
            app,
            pack,
            door,
            facts,
            as_of,
            begun_at,
        })
    }

    /// How often the screen was touched and a field typed in since the start.
    #[must_use]
    pub fn touches(&self) -> u32 {
        self.app.session().touches() - self.begun_at
    }

    /// Says an answer to the engine, as a pack's case would.
    ///
    /// # Errors
    /// When it is none.
    pub fn say(&mut self, question: &str, answer: &str) -> Result<()> {
        let ask: Ask = question.parse()?;
        Ok(shorthand::answer(&mut self.facts, &ask, answer)?)
    }

    /// Page 1: a name and an age by sight, 25 to 34.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn who(&mut self, person: Person) -> Result<()> {
        self.app.fill("First name", person.given)?;
        self.app.fill("Last name", person.family)?;
        self.app.pick("Age", "25 to 34")?;
        self.say("age", "25-34")?;
        self.app.onward()?;
        self.app.screen("Where and why?")
    }

    /// Takes an option of a group, and says what it means.
    ///
    /// # Errors
    /// When it is not on the screen.
    pub fn pick(&mut self, group: &str, option: &str, means: (&str, &str)) -> Result<()> {
        self.app.pick(group, option)?;
        self.say(means.0, means.1)
    }

    /// Page 3: the person wants help.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn wants_help(&mut self) -> Result<()> {
        self.app.onward()?;
        self.app.say_offer()?;
        self.say("volunteers", "yes")?;
        self.app.onward()?;
        self.app.screen("What do you know right now?")
    }

    fn screening(&self) -> Screening {
        screen(self.pack, &self.facts, self.door, self.as_of)
    }

    fn open(&self) -> Vec<String> {
        let open = self.screening().open_questions.into_iter();
        open.map(|open| open.question).collect()
    }

    /// What page 4 asks, from top to bottom, once the last answer has been kept.
    ///
    /// # Errors
    /// What the driver answered.
    pub fn asked(&self) -> Result<Vec<String>> {
        self.kept()?;
        self.questions("[data-question][data-open]")
    }

    fn questions(&self, selector: &str) -> Result<Vec<String>> {
        let found = self.app.session().run(&format!(
            "return [...document.querySelectorAll('{selector}')]
               .map((one) => one.dataset.question)"
        ))?;
        Ok(serde_json::from_value(found)?)
    }

    /// Waits until the last change is on the device, and the view of it here.
    fn kept(&self) -> Result<()> {
        self.app
            .session()
            .find("//*[@data-testid=\"saved-line\"][contains(., \"Saved on this device\")]")
            .map(drop)
    }

    /// Page 4 has just been opened: it asks what is open, most useful first, and
    /// nothing else.
    ///
    /// # Errors
    /// With both lists when they differ.
    pub fn asks_what_is_open(&self) -> Result<()> {
        let (asked, open) = (self.asked()?, self.open());
        ensure!(asked == open, "the page asks {asked:?}, open are {open:?}");
        Ok(())
    }

    /// Answers one question of page 4; afterwards the page asks what is open then.
    ///
    /// # Errors
    /// When it does not.
    pub fn answer(&mut self, question: &str, words: &str, means: &str) -> Result<()> {
        self.app.answer(question, words)?;
        self.say(question, means)?;
        let asked: BTreeSet<String> = self.asked()?.into_iter().collect();
        let open: BTreeSet<String> = self.open().into_iter().collect();
        ensure!(
            asked == open,
            "after {question} = {means} the page asks {asked:?}, open are {open:?}"
        );
        Ok(())
    }

    /// Answers what is open on page 4 until nothing is: yes to these, no to all
    /// others.
    ///
    /// # Errors
    /// When the page asks anything else than what is open.
    pub fn answer_all(&mut self, yes: &[&str]) -> Result<()> {
        loop {
            self.kept()?;
            let unanswered = self.questions("[data-open]:has(input):not(:has(input:checked))")?;
            let Some(next) = unanswered.first() else {
                return Ok(());
            };
            if yes.contains(&next.as_str()) {
                self.answer(next, "Yes", "yes")?;
            } else {
                self.answer(next, "No", "no")?;
            }
        }
    }

    /// The verdict on the screen, which has to be the engine's too.
    ///
    /// # Errors
    /// When it is another.
    pub fn verdict(&self, advice: &str) -> Result<()> {
        let outcome = serde_json::to_value(self.screening().outcome)?;
        let outcome = outcome.as_str().unwrap_or_default();
        self.app
            .session()
            .find(&format!(
                "//*[@data-advice=\"{advice}\"][@data-outcome=\"{outcome}\"]"
            ))
            .with_context(|| format!("{} wants {advice}", self.pack.id()))
            .map(drop)
    }
}
