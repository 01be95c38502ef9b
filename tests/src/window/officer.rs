//! What an officer does, by the words on the screen.

use anyhow::Result;

use super::{App, Element};
use crate::world::PASSWORD;

/// Keys as WebDriver names them.
const F8: char = '\u{e038}';
const F9: char = '\u{e039}';

/// The order in which F8 turns the looks.
const LOOKS: [&str; 3] = ["day", "night", "tactical"];

/// Whom a referral is about. Made up.
#[derive(Clone, Copy)]
pub struct Person {
    /// First name.
    pub given: &'static str,
    /// Last name.
    pub family: &'static str,
}

/// What the officer knows of the records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Everything was looked up, and nothing stands in the way.
    AllClear,
    /// Nothing was looked up.
    NotChecked,
}

fn option(group: &str, option: &str) -> String {
    format!(
        "//fieldset[legend[contains(normalize-space(.), \"{group}\")]]\
         //label[.//*[contains(concat(\" \", @class, \" \"), \" text \")]\
         [starts-with(normalize-space(.), \"{option}\")]]"
    )
}

impl App {
    fn at(&self, xpath: &str) -> Result<Element<'_>> {
        self.session().find(xpath)
    }

    /// Waits for the screen with this title.
    ///
    /// # Errors
    /// When it does not come.
    pub fn screen(&self, title: &str) -> Result<()> {
        self.at(&format!("//h1[normalize-space(.)=\"{title}\"]"))
            .map(drop)
    }

    /// Waits until the window says this somewhere, in one element.
    ///
    /// # Errors
    /// When it does not come.
    pub fn says(&self, text: &str) -> Result<()> {
        self.at(&format!(
            "//body//*[text()[contains(normalize-space(.), \"{text}\")]]"
        ))
        .map(drop)
    }

    /// Presses the button with these words.
    ///
    /// # Errors
    /// When there is none, or something lies over it.
    pub fn press(&self, words: &str) -> Result<()> {
        self.at(&format!(
            "//button[starts-with(normalize-space(.), \"{words}\")]"
        ))?
        .click()
    }

    /// Follows the link with these words.
    ///
    /// # Errors
    /// When there is none.
    pub fn follow(&self, words: &str) -> Result<()> {
        self.at(&format!(
            "//a[starts-with(normalize-space(.), \"{words}\")]"
        ))?
        .click()
    }

    /// Takes an option of a group.
    ///
    /// # Errors
    /// When there is none.
    pub fn pick(&self, group: &str, words: &str) -> Result<()> {
        self.at(&option(group, words))?.click()
    }

    /// The field with this label.
    ///
    /// # Errors
    /// When there is none.
    pub fn field(&self, label: &str) -> Result<Element<'_>> {
        self.at(&format!("id(//label[normalize-space(.)=\"{label}\"]/@for)"))
    }

    /// Types into the field with this label.
    ///
    /// # Errors
    /// When there is none.
    pub fn fill(&self, label: &str, text: &str) -> Result<()> {
        self.field(label)?.type_in(text)
    }

    /// Opens what stands behind these words.
    ///
    /// # Errors
    /// When there is nothing.
    pub fn reveal(&self, words: &str) -> Result<()> {
        self.at(&format!(
            "//summary[starts-with(normalize-space(.), \"{words}\")]"
        ))?
        .click()
    }

    /// The field with this label, a part of a date too.
    ///
    /// # Errors
    /// When there is none.
    pub fn part(&self, label: &str) -> Result<Element<'_>> {
        self.at(&format!(
            "//label[normalize-space(.)=\"{label}\"]/input
             | id(//label[normalize-space(.)=\"{label}\"]/@for)"
        ))
    }

    /// To the next page of a form, or sends it.
    ///
    /// # Errors
    /// When there is none.
    pub fn onward(&self) -> Result<()> {
        self.at("//footer//button[@type=\"submit\"]")?.click()
    }

    /// Turns the look with F8 until it is this one.
    ///
    /// # Errors
    /// When it does not turn.
    pub fn wear(&self, look: &str) -> Result<()> {
        loop {
            let worn = self.at("/html[@data-theme]")?.attribute("data-theme")?;
            if worn == look {
                return Ok(());
            }
            let at = LOOKS
                .iter()
                .position(|one| *one == worn)
                .unwrap_or_default();
            let next = LOOKS[(at + 1) % LOOKS.len()];
            self.session().key(F8)?;
            self.at(&format!("/html[@data-theme=\"{next}\"]"))?;
        }
    }

    /// Locks the device.
    ///
    /// # Errors
    /// When the lock screen does not come.
    pub fn lock(&self) -> Result<()> {
        self.session().key(F9)?;
        self.screen("Unlock")
    }

    /// Sets the device up with a code.
    ///
    /// # Errors
    /// When the app does not open.
    pub fn enrol(&self, code: &str) -> Result<()> {
        self.screen("Set up this device")?;
        self.fill("Code from your site", code)?;
        self.fill("New password", PASSWORD)?;
        self.fill("The same password again", PASSWORD)?;
        self.press("Set up this device")
    }

    /// Types a password on the lock screen and sends it.
    ///
    /// # Errors
    /// When there is no lock screen.
    pub fn try_password(&self, person: &str, password: &str) -> Result<()> {
        self.screen("Unlock")?;
        self.pick("Who are you?", person)?;
        self.fill("Password", password)?;
        self.press("Unlock")
    }

    /// Unlocks the device.
    ///
    /// # Errors
    /// When it stays locked.
    pub fn unlock(&self, person: &str) -> Result<()> {
        self.try_password(person, PASSWORD)?;
        self.screen("Start a referral")
    }

    /// Page 1.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn say_who(&self, person: Person) -> Result<()> {
        self.screen("Who is it?")?;
        self.fill("First name", person.given)?;
        self.fill("Last name", person.family)?;
        self.pick("Age", "25 to 34")?;
        self.pick("How do you know who it is?", "ID card")
    }

    /// Page 2 of an arrest diversion in Baltimore's pilot area.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn say_where_and_why(&self) -> Result<()> {
        self.screen("Where and why?")?;
        self.pick("Area", "Downtown pilot area")?;
        self.fill("Address or cross street", "W Lombard St & S Greene St")?;
        self.pick("What may the person need?", "Substance use")?;
        self.pick("What may the person need?", "Housing")?;
        self.pick("Suspected offense", "Drug/Narcotic Violations")?;
        self.pick("Level", "Misdemeanor")
    }

    /// Page 2 of a social contact.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn say_why(&self) -> Result<()> {
        self.screen("Where and why?")?;
        self.fill("Address or cross street", "Camden Station, north doors")?;
        self.pick("What may the person need?", "Housing")
    }

    /// Page 3.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn say_offer(&self) -> Result<()> {
        self.screen("The offer")?;
        self.pick("What did the person say?", "Wants help")
    }

    /// Page 4: every question has an answer after it.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn say_what_is_known(&self, answers: Answers) -> Result<()> {
        self.screen("What do you know right now?")?;
        if answers == Answers::NotChecked {
            return self.press("I have not checked records");
        }
        for question in self.session().find_all("//*[@data-question][@data-open]")? {
            let id = question.attribute("data-question")?;
            let wanted = match id.as_str() {
                "volunteers" | "site.low_level_drug_offense" | "nexus.substance" => "Yes",
                _ => "No",
            };
            self.answer(&id, wanted)?;
        }
        Ok(())
    }

    /// Answers one question of page 4.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn answer(&self, question: &str, words: &str) -> Result<()> {
        self.at(&format!(
            "//*[@data-question=\"{question}\"]//fieldset[1]\
             //label[starts-with(normalize-space(.), \"{words}\")]"
        ))?
        .click()
    }

    /// Page 5: sends it; the referral's id, as the screen says it.
    ///
    /// # Errors
    /// When it is not saved.
    pub fn send(&self) -> Result<String> {
        self.screen("Check your answers")?;
        self.press("Send referral")?;
        self.screen("Referral saved")?;
        self.at("//main//*[@data-referral-id]")?.text()
    }

    /// An arrest diversion from today's screen to "saved"; its id.
    ///
    /// # Errors
    /// When something is not on the screen.
    pub fn refer(&self, person: Person) -> Result<String> {
        self.press("Arrest diversion")?;
        self.say_who(person)?;
        self.onward()?;
        self.say_where_and_why()?;
        self.onward()?;
        self.say_offer()?;
        self.onward()?;
        self.say_what_is_known(Answers::NotChecked)?;
        self.onward()?;
        self.send()
    }
}
