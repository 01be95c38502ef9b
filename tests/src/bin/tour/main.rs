//! The main job in the packaged window, a picture of every step by day and by
//! night. Run by `cargo xtask tour`.
//!
//! Then the checklists of four sites, door by door, in `checklists` below it
//! (`journeys.rs`).
//!
//! It fails unless the referral whose number the screen shows is the one that
//! the site lists.

#![expect(
    clippy::print_stdout,
    reason = "a host: it says which pictures it took"
)]

mod album;
mod journeys;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use handoff_tests::window::{Answers, App, Person};
use handoff_tests::world::{LIAISON, OFFICER, World};

use album::Album;

const ARRESTED: Person = Person {
    given: "Zephyrine",
    family: "Quillwhistle",
};

fn main() -> Result<()> {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != "--out")
        .skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: tour --out FOLDER")?);
    let mut album = Album::new(folder)?;
    main_job(&mut album)?;
    let mut checklists = Album::new(album.folder.join("checklists"))?;
    drop(album);
    journeys::run(&mut checklists)?;
    println!(
        "tour: the checklists are in {}",
        checklists.folder.display()
    );
    Ok(())
}

fn main_job(album: &mut Album) -> Result<()> {
    let world = World::empty();
    world.init("site");
    let site = world.serve("site");
    let invited = world
        .site(&["invite", "--person", OFFICER, "--json"])
        .json();
    let code = invited["code"].as_str().context("a code")?;

    let app = App::open(&world, &album.display, "device");
    app.screen("Set up this device")?;
    album.picture(&app, "enrol")?;
    app.enrol(code)?;
    app.screen("Start a referral")?;
    site.stop();
    println!("tour: no site process runs");

    app.lock()?;
    album.picture(&app, "locked")?;
    app.try_password(OFFICER, "not the password at all")?;
    app.says("The password is not right.")?;
    album.picture(&app, "wrong-password")?;
    app.unlock(OFFICER)?;
    album.picture(&app, "today")?;

    let referral = arrest_diversion(&app, album)?;
    app.follow("Queue")?;
    app.session()
        .find(&format!("//*[@data-referral-id=\"{referral}\"]"))?;
    album.picture(&app, "queue-waiting")?;
    ensure!(
        world.referrals().is_empty(),
        "the site has a referral that nobody sent"
    );

    let site = world.serve("site");
    println!("tour: the site is up");
    app.follow("Received")?;
    app.session().find(&format!(
        "//*[@data-referral-id=\"{referral}\"][contains(., \"Received by the site\")]"
    ))?;
    album.picture(&app, "queue-received")?;
    let listed = world.referrals();
    ensure!(
        listed.len() == 1 && listed[0]["referral"] == referral.as_str(),
        "the screen shows {referral}, the site lists {listed:?}"
    );
    println!("tour: the site lists {referral}");

    let reason = "Held. Please bring them to intake by Friday.";
    let decided = world.site(&[
        "decide",
        "--referral",
        &referral,
        "--as",
        LIAISON,
        "--decision",
        "approve",
        "--reason",
        reason,
    ]);
    ensure!(decided.code() == 0, "{decided:?}");
    app.session()
        .find(&format!("//*[@data-announced=\"{referral}\"]"))?;
    album.picture(&app, "announced")?;
    app.press("Show it")?;
    app.session().find("//*[@data-verification=\"approved\"]")?;
    app.says(reason)?;
    album.picture(&app, "detail")?;

    social_contact(&app, album)?;
    app.close();
    site.stop();
    println!("tour: the pictures are in {}", album.folder.display());
    Ok(())
}

/// Page by page to "saved", with everything looked up and then one thing not.
fn arrest_diversion(app: &App, album: &mut Album) -> Result<String> {
    app.press("Arrest diversion")?;
    app.say_who(ARRESTED)?;
    album.picture(app, "who")?;
    app.onward()?;
    app.say_where_and_why()?;
    album.picture(app, "where-and-why")?;
    app.onward()?;
    app.say_offer()?;
    album.picture(app, "the-offer")?;
    app.onward()?;
    app.say_what_is_known(Answers::AllClear)?;
    app.session().find("//*[@data-advice=\"looks_eligible\"]")?;
    album.picture(app, "looks-eligible")?;
    app.answer("open_warrant", "Don’t know")?;
    app.session()
        .find("//*[@data-advice=\"records_check_needed\"]")?;
    album.picture(app, "records-check-needed")?;
    app.onward()?;
    app.screen("Check your answers")?;
    album.picture(app, "check-answers")?;
    let referral = app.send()?;
    album.picture(app, "saved")?;
    Ok(referral)
}

/// The other door, on a queue that goes by itself.
fn social_contact(app: &App, album: &mut Album) -> Result<()> {
    app.follow("Today")?;
    app.press("Social contact")?;
    app.screen("Who is it?")?;
    app.fill("Goes by", "Zé · العربية")?;
    app.pick("Age", "35 to 44")?;
    app.pick("How do you know who it is?", "They said so")?;
    album.picture(app, "social-who")?;
    app.onward()?;
    app.say_why()?;
    album.picture(app, "social-where-and-why")?;
    app.onward()?;
    app.say_offer()?;
    app.onward()?;
    app.say_what_is_known(Answers::NotChecked)?;
    album.picture(app, "social-what-you-know")?;
    app.onward()?;
    let referral = app.send()?;
    app.session().find("//*[@data-standing=\"received\"]")?;
    album.picture(app, "social-received")?;
    app.press("Done")?;
    app.session()
        .find(&format!("//*[@data-referral-id=\"{referral}\"]"))?;
    album.picture(app, "today-again")
}
