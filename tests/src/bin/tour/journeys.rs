//! The checklist of four sites in the packaged window: each door from "Start a
//! referral" to a verdict. The verdicts are written from what is published of
//! each site's policy, page by page what is asked is what is open, and the
//! touches that it takes are counted.

use anyhow::{Result, ensure};
use chrono::NaiveDate;
use handoff_domain::Door::{ArrestDiversion, SocialContact};
use handoff_tests::window::{App, Person, Walk};
use handoff_tests::world::{OFFICER, World};

use super::album::Album;

const ARREST: &str = "Arrest diversion";
const SOCIAL: &str = "Social contact";
const LOOKS_ELIGIBLE: &str = "looks_eligible";
const RECORDS_CHECK_NEEDED: &str = "records_check_needed";
const STAFF_WILL_REVIEW: &str = "staff_will_review";
const USE_OTHER_ROUTE: &str = "use_other_route";

const PERSON: Person = Person {
    given: "Zephyrine",
    family: "Quillwhistle",
};

/// Every site's journeys, each in a world of its own.
pub fn run(album: &mut Album) -> Result<()> {
    for (pack, journeys) in SITES {
        let world = World::enrolled_with(pack);
        let app = App::open(&world, &album.display, "device");
        app.unlock(OFFICER)?;
        for journey in *journeys {
            journey(&app, album)?;
            app.follow("Today")?;
            app.screen("Start a referral")?;
        }
        app.close();
    }
    Ok(())
}

type Journey = fn(&App, &mut Album) -> Result<()>;

const BALTIMORE: &str = "md-baltimore-2017";
const SANTA_FE: &str = "nm-santafe-2014";
const PHILADELPHIA: &str = "pa-philadelphia-pad-2017";
const ST_LOUIS_COUNTY: &str = "mo-stlouis-county-2021";

const SITES: &[(&str, &[Journey])] = &[
    (BALTIMORE, &[baltimore_arrest, baltimore_social]),
    (SANTA_FE, &[santa_fe_arrest, santa_fe_social]),
    (PHILADELPHIA, &[philadelphia_arrest, philadelphia_social]),
    (ST_LOUIS_COUNTY, &[st_louis_county_arrest]),
];

fn day() -> NaiveDate {
    // A Tuesday, on which every pack here is in force.
    NaiveDate::from_ymd_opt(2026, 3, 3).unwrap_or_default()
}

fn counted(walk: &Walk<'_>, pack: &str, door: &str, advice: &str) {
    println!("touches: {pack}, {door}: {} to {advice}", walk.touches());
}

/// Everything in the clear: presumptively eligible. A warrant that nobody
/// checked: needs verification, for that rule.
fn baltimore_arrest(app: &App, album: &mut Album) -> Result<()> {
    let mut walk = Walk::start(app, BALTIMORE, ArrestDiversion, ARREST, day())?;
    walk.who(PERSON)?;
    walk.pick("Area", "Downtown pilot area", ("zone", "pilot_area"))?;
    let offence = ("suspected_offenses", "35A");
    walk.pick("Suspected offense", "Drug/Narcotic Violations", offence)?;
    walk.wants_help()?;
    walk.asks_what_is_open()?;
    album.picture(app, "baltimore-arrest-asked")?;
    walk.answer_all(&["site.low_level_drug_offense"])?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    counted(&walk, BALTIMORE, ARREST, LOOKS_ELIGIBLE);
    album.picture(app, "baltimore-arrest-verdict")?;
    walk.answer("open_warrant", "Don’t know", "unknown")?;
    walk.verdict(RECORDS_CHECK_NEEDED)?;
    ensure!(walk.asked()? == ["open_warrant"]);
    Ok(())
}

/// The same exclusions, and records that nobody checked: needs verification.
fn baltimore_social(app: &App, album: &mut Album) -> Result<()> {
    let mut walk = Walk::start(app, BALTIMORE, SocialContact, SOCIAL, day())?;
    walk.who(PERSON)?;
    walk.wants_help()?;
    walk.asks_what_is_open()?;
    let before = walk.asked()?;
    app.press("I have not checked records")?;
    walk.verdict(RECORDS_CHECK_NEEDED)?;
    counted(&walk, BALTIMORE, SOCIAL, RECORDS_CHECK_NEEDED);
    ensure!(walk.asked()? == before, "what nobody checked is still open");
    album.picture(app, "baltimore-social-verdict")?;
    walk.answer("supervision.parole", "Yes", "yes")?;
    walk.verdict(USE_OTHER_ROUTE)
}

/// 40 oxycodone pills on prescription ignore the amount; 6.1 g of heroin are
/// presumptively ineligible, for the attorney to waive; 6.0 g pass.
fn santa_fe_arrest(app: &App, album: &mut Album) -> Result<()> {
    let mut walk = Walk::start(app, SANTA_FE, ArrestDiversion, ARREST, day())?;
    walk.who(PERSON)?;
    app.pick("Drugs", "Other narcotic")?;
    app.pick("What form is it in?", "Prescription pills")?;
    app.fill("Amount", "40")?;
    walk.say("drugs", "H 40 du pills")?;
    album.picture(app, "santa-fe-arrest-pills")?;
    walk.wants_help()?;
    walk.asks_what_is_open()?;
    album.picture(app, "santa-fe-arrest-asked")?;
    walk.answer_all(&["site.opiate_offense", "amenable"])?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    counted(&walk, SANTA_FE, ARREST, LOOKS_ELIGIBLE);
    album.picture(app, "santa-fe-arrest-verdict")?;

    app.follow("2. Where and why")?;
    app.screen("Where and why?")?;
    app.pick("Drugs", "Other narcotic")?;
    app.pick("Drugs", "Heroin")?;
    app.fill("Amount", "6.1")?;
    walk.say("drugs", "D 6.1 g")?;
    walk.verdict(STAFF_WILL_REVIEW)?;
    app.field("Amount")?.clear()?;
    app.fill("Amount", "6.0")?;
    walk.say("drugs", "D 6.0 g")?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    app.pick("Drugs", "No drugs found")?;
    walk.say("drugs", "none")?;
    walk.verdict(LOOKS_ELIGIBLE)
}

/// Earlier involvement that nobody wrote down: presumptively ineligible.
/// Documented in the catchment area: presumptively eligible.
fn santa_fe_social(app: &App, album: &mut Album) -> Result<()> {
    let mut walk = Walk::start(app, SANTA_FE, SocialContact, SOCIAL, day())?;
    walk.who(PERSON)?;
    walk.wants_help()?;
    // Nothing was said on page 2: page 4 says that it is open, and leads there.
    walk.asks_what_is_open()?;
    ensure!(walk.asked()?.contains(&"prior_involvement".to_owned()));
    album.picture(app, "santa-fe-social-asked")?;
    walk.answer_all(&["amenable"])?;
    app.follow("Answer it on page 2")?;
    app.screen("Where and why?")?;
    app.pick("What shows earlier involvement?", "I saw it before")?;
    app.pick("Was it in the site’s area?", "Yes")?;
    app.pick("Is it written down anywhere?", "No")?;
    let unwritten = "yes direct_observation in_zone undocumented";
    walk.say("prior_involvement", unwritten)?;
    walk.verdict(STAFF_WILL_REVIEW)?;
    counted(&walk, SANTA_FE, SOCIAL, STAFF_WILL_REVIEW);
    album.picture(app, "santa-fe-social-involvement")?;
    app.pick("Is it written down anywhere?", "Yes")?;
    let written = "yes direct_observation in_zone documented";
    walk.say("prior_involvement", written)?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    app.pick("What shows earlier involvement?", "No earlier involvement")?;
    walk.say("prior_involvement", "no")?;
    walk.verdict(STAFF_WILL_REVIEW)
}

/// Tuesday 12:00 in the 22nd District: eligible. At 11:59: not, and the social
/// door is open.
fn philadelphia_arrest(app: &App, album: &mut Album) -> Result<()> {
    let mut walk = Walk::start(app, PHILADELPHIA, ArrestDiversion, ARREST, day())?;
    walk.who(PERSON)?;
    app.reveal("Another date or time")?;
    for (part, typed) in [
        ("Month", "03"),
        ("Day", "03"),
        ("Year", "2026"),
        ("Time", "12:00"),
    ] {
        let field = app.part(part)?;
        field.clear()?;
        field.type_in(typed)?;
    }
    walk.say("encounter_at", "2026-03-03T12:00-05:00")?;
    walk.pick("Area", "22nd District", ("zone", "district_22"))?;
    walk.pick(
        "Suspected offense",
        "Shoplifting",
        ("suspected_offenses", "23C"),
    )?;
    walk.wants_help()?;
    walk.asks_what_is_open()?;
    album.picture(app, "philadelphia-arrest-asked")?;
    walk.answer_all(&["site.cause_or_suspicion"])?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    counted(&walk, PHILADELPHIA, ARREST, LOOKS_ELIGIBLE);
    app.follow("2. Where and why")?;
    app.screen("Where and why?")?;
    app.reveal("Another date or time")?;
    let time = app.part("Time")?;
    time.clear()?;
    time.type_in("11:59")?;
    walk.say("encounter_at", "2026-03-03T11:59-05:00")?;
    walk.verdict(USE_OTHER_ROUTE)?;
    app.says("This person may fit another kind of referral: Social contact.")?;
    album.picture(app, "philadelphia-arrest-before-noon")
}

/// At any hour and place, of whoever wants to: eligible, and nothing is asked.
fn philadelphia_social(app: &App, album: &mut Album) -> Result<()> {
    let mut walk = Walk::start(app, PHILADELPHIA, SocialContact, SOCIAL, day())?;
    walk.who(PERSON)?;
    walk.wants_help()?;
    walk.asks_what_is_open()?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    counted(&walk, PHILADELPHIA, SOCIAL, LOOKS_ELIGIBLE);
    album.picture(app, "philadelphia-social-verdict")
}

/// No source shows a social door here, so none is offered. A history of
/// violence excludes, however old.
fn st_louis_county_arrest(app: &App, album: &mut Album) -> Result<()> {
    let doors = app
        .session()
        .run("return document.querySelectorAll('main [data-options] button').length")?;
    ensure!(doors == 1, "{doors} doors are offered");
    let mut walk = Walk::start(app, ST_LOUIS_COUNTY, ArrestDiversion, ARREST, day())?;
    walk.who(PERSON)?;
    walk.pick("Area", "Jennings", ("zone", "jennings"))?;
    walk.wants_help()?;
    walk.asks_what_is_open()?;
    album.picture(app, "st-louis-county-arrest-asked")?;
    walk.answer_all(&["site.nonviolent_drug_related", "nexus.opioid"])?;
    walk.verdict(LOOKS_ELIGIBLE)?;
    counted(&walk, ST_LOUIS_COUNTY, ARREST, LOOKS_ELIGIBLE);
    album.picture(app, "st-louis-county-arrest-verdict")?;
    walk.answer("history.violent", "Yes", "yes")?;
    walk.verdict(USE_OTHER_ROUTE)
}
