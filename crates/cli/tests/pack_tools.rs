//! Writing, comparing, trying and simulating rule packs, by the binary.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{json, run, run_in};
use expect_test::expect;

fn example() -> String {
    run(&["schema", "pack", "--example"], "").out
}

/// A folder with the example as `a.toml`, and changed in one place as `b.toml`.
fn two(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let a = example();
    assert!(a.contains(from), "{from}");
    std::fs::write(folder.path().join("a.toml"), &a).unwrap();
    std::fs::write(folder.path().join("b.toml"), a.replacen(from, to, 1)).unwrap();
    folder
}

#[test]
fn a_new_pack_passes_its_check_with_every_rule_and_every_weight() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [
        "min_age",
        "divertible_offense",
        "in_area",
        "volunteers",
        "amenable",
        "threat_to_public_safety",
        "substance_use",
        "resident",
        "no_open_warrant",
        "no_open_case",
        "no_supervision",
        "no_violent_conviction",
        "no_sex_offense",
        "not_in_treatment_court",
        "no_contact_order",
        "not_delivery",
        "not_exploiting_minors",
        "not_promoting_prostitution",
    ];
    for (i, weight) in ["hard", "presumptive", "refer_up", "advisory"]
        .into_iter()
        .enumerate()
    {
        let file = format!("{weight}.toml");
        let answers: Vec<String> = keys.iter().map(|key| format!("{key}={weight}")).collect();
        let look_back = ["look_back=lifetime", "look_back=10"][i % 2];
        let doors = ["doors=social_contact", "doors=arrest_diversion, community"][i / 2];
        let mut arguments = vec!["pack", "new", &file, "--defaults", "--json"];
        for answer in answers.iter().map(String::as_str).chain([
            "title=Say \"hello\" \\ County",
            "effective_from=2024-02-29",
            look_back,
            doors,
        ]) {
            arguments.extend(["--answer", answer]);
        }
        let ran = run_in(folder.path(), &arguments, "");
        assert_eq!(
            (
                ran.status,
                ran.err.trim_start().starts_with("Now the rules")
            ),
            (0, true)
        );
        let written: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let rules = if doors == "doors=social_contact" {
            16
        } else {
            18
        };
        assert_eq!(written["rules"], rules, "{weight}");
        let path = folder.path().join(&file);
        let checked = json(&["pack", "check", path.to_str().unwrap(), "--json"], "");
        assert_eq!(checked["cases_failed"], 0, "{weight}");
        assert_eq!(checked["warnings"].as_array().unwrap().len(), 0, "{weight}");
        assert_eq!(checked["rules_unverified"], rules, "{weight}");
        // It is there already: nothing is written over.
        let again = run_in(folder.path(), &arguments, "");
        assert_eq!(again.status, 1);
        assert!(
            again.err.contains("Give a file that does not exist yet"),
            "{}",
            again.err
        );
    }
}

#[test]
fn a_new_pack_is_written_from_what_a_person_types() {
    // Name, five times Enter, who decides, an age of 21, one more try for a
    // weight that does not read, and no to everything else.
    let typed = format!(
        "Toy County\n\n\n2026-01-01\n\n\n\nhard\n21\nvery\n{}",
        "no\n".repeat(17)
    );
    let ran = run(&["pack", "new", "-"], &typed);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("id = \"toy-county-2026\"") && ran.out.contains("years = 21"));
    assert!(
        ran.err.contains(
            "That does not read; it takes no, hard, presumptive, refer_up, advisory. Once more:"
        ),
        "{}",
        ran.err
    );
    let checked = json(&["pack", "check", "-", "--json"], &ran.out);
    assert_eq!(
        (&checked["rules"], &checked["cases_failed"]),
        (&1.into(), &0.into())
    );
    let short = run(&["pack", "new", "-"], "Toy County\n");
    assert_eq!((short.status, short.out.as_str()), (1, ""));
    assert!(
        short.err.contains("the answers end before `title_es`"),
        "{}",
        short.err
    );
    let wrong = run(
        &["pack", "new", "-", "--defaults", "--answer", "min_ag=no"],
        "",
    );
    assert_eq!(wrong.status, 2);
    assert!(
        wrong.err.contains("did you mean `min_age`"),
        "{}",
        wrong.err
    );
}

#[test]
fn a_slip_in_the_interview_is_asked_again_and_a_file_in_the_way_is_said_first() {
    let rest = "\n".repeat(30);
    let typed = format!("Toy County\n\nSpringfield\nchicago\nsoon\n2026-01-01\nToy!\n{rest}");
    let ran = run(&["pack", "new", "-"], &typed);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("time_zone = \"America/Chicago\""));
    for takes in ["an IANA name", "a day as YYYY-MM-DD", "a-z, 0-9, - and _"] {
        let said = format!("That does not read; it takes {takes}");
        assert!(ran.err.contains(&said), "{said}: {}", ran.err);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), "mine").unwrap();
    let ran = run_in(folder.path(), &["pack", "new", "mine.toml"], &typed);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            1,
            "handoff: mine.toml: there is such a file already. Nothing was changed. Give a file that does not exist yet.\n"
        )
    );
    let untitled = run(&["pack", "new", "-", "--defaults"], "");
    assert!(
        untitled.err.contains("it has no default"),
        "{}",
        untitled.err
    );
}

#[test]
fn who_does_not_know_is_asked_the_next_question() {
    let folder = two("version = \"1\"", "version = \"2\"");
    let arguments = ["pack", "try", "a.toml", "--as-of", "2026-03-01"];
    let typed = "unknown\n".repeat(20);
    let said = run_in(folder.path(), &arguments, &typed).out;
    let asked = |question: &str| said.matches(&format!("\n{question}  ")).count();
    assert_eq!((asked("age"), asked("volunteers")), (1, 1), "{said}");
    assert!(said.contains("Needs verification"), "{said}");
}

#[test]
fn an_explanation_says_what_a_rule_tests_and_not_only_its_words() {
    // What can be changed in the example without a change of its words.
    for (from, to) in [
        ("years = 18", "years = 17"),
        ("at_least = \"felony\"", "at_least = \"misdemeanor\""),
        ("look_back = { years = 10 }", "look_back = { months = 30 }"),
        ("\"40A\"", "\"23C\""),
    ] {
        let folder = two(from, to);
        for language in ["en", "es"] {
            for paper in [false, true] {
                let said = |file: &str| {
                    let arguments = if paper {
                        ["pack", "explain", file, "--paper", language]
                    } else {
                        ["pack", "explain", file, "--language", language]
                    };
                    let text = run_in(folder.path(), &arguments, "").out;
                    let (before, after) = text.split_once("SHA-256 ").unwrap();
                    format!("{before}{}", after.get(64..).unwrap())
                };
                assert_ne!(
                    said("a.toml"),
                    said("b.toml"),
                    "{from}, {language}, paper: {paper}"
                );
            }
        }
    }
}

#[test]
fn a_check_warns_of_what_cannot_be_meant_and_still_ends_with_0() {
    let odd = example().replace(
        "[[rule]]\nid = \"volunteers\"",
        "[[rule]]\nid = \"felony_again\"\nkind = \"no_open_warrant\"\nat_least = \"felony\"\nseverity = \"refer_up\"\nclause = \"c\"\nwords = { en = \"W\", es = \"W\" }\n\n[[rule]]\nid = \"volunteers\"",
    );
    let ran = run(&["pack", "check", "-"], &odd);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let warnings = ran.out.find("Look at these again:").unwrap();
    let warnings = ran.out.get(warnings..).unwrap();
    expect![[r#"
        Look at these again:
          line 137: whoever hits the rule `felony_again` also hits `no_felony_warrant`, which weighs as much or more: `felony_again` changes nothing; remove it, or correct one
          no case hits these rules: min_age, offense_in, no_felony_warrant, felony_again, volunteers. Add a [[test]] for each, so that it is seen to work
    "#]].assert_eq(warnings);
    let checked = json(&["pack", "check", "-", "--json"], &odd);
    let first = &checked["warnings"][0];
    assert_eq!(
        (&first["warning"], &first["line"], &first["other"]),
        (&"covered".into(), &137.into(), &"no_felony_warrant".into())
    );
}

#[test]
fn the_kinds_of_rules_are_listed_with_their_parameters() {
    let kinds = json(&["pack", "kinds", "--json"], "");
    let names: Vec<&str> = kinds["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap())
        .collect();
    let known: Vec<&str> = handoff_eligibility::KINDS
        .iter()
        .map(|kind| kind.name)
        .collect();
    assert_eq!(names, known);
    let said = run(&["pack", "kinds", "no_conviction"], "").out;
    assert!(
        said.contains("look_back") && !said.contains("min_age"),
        "{said}"
    );
    let wrong = run(&["pack", "kinds", "min_ag"], "");
    assert!(wrong.status == 1 && wrong.err.contains("did you mean `min_age`"));
}

#[test]
fn a_difference_is_said_in_words_with_whom_it_stops() {
    let folder = two(
        "id = \"min_age\"\nkind = \"min_age\"\nyears = 18\nseverity = \"hard\"",
        "id = \"min_age\"\nkind = \"min_age\"\nyears = 21\nseverity = \"presumptive\"",
    );
    let ran = run_in(folder.path(), &["pack", "diff", "a.toml", "b.toml"], "");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    expect![[r#"
        From xx-example-2026, version 1, to xx-example-2026, version 1:

        Rules
          Changed: min_age  The person is 18 or older.
              Weight: excludes → excludes unless set aside
              Can be set aside by: nothing → prosecutor
              years: 18 → 21
              It stops more people than before, and everybody whom it stopped before.
    "#]]
    .assert_eq(&ran.out);
    let spanish = ["pack", "diff", "b.toml", "a.toml", "--language", "es"];
    let spanish = run_in(folder.path(), &spanish, "").out;
    assert!(
        spanish.contains("Detiene a menos personas que antes"),
        "{spanish}"
    );
    let same = run_in(folder.path(), &["pack", "diff", "a.toml", "a.toml"], "");
    assert!(same.out.contains("Both packs say the same."));
    let ran = run_in(
        folder.path(),
        &["pack", "diff", "a.toml", "b.toml", "--json"],
        "",
    );
    let diff: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rule = &diff["rules"][0];
    assert_eq!(
        (&rule["id"], &rule["stops"]),
        (&"min_age".into(), &"more".into())
    );
    assert_eq!(rule["fields"][2]["to"], "21");
}

#[test]
fn trying_a_pack_asks_the_open_questions_and_says_what_each_answer_changes() {
    let arguments = ["pack", "try", "-"];
    assert_eq!(run(&arguments, &example()).status, 0);
    let folder = two("version = \"1\"", "version = \"2\"");
    let arguments = ["pack", "try", "a.toml", "--as-of", "2026-03-01"];
    let typed = "17\n";
    let ran = run_in(folder.path(), &arguments, typed);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let (asked, _) = ran
        .out
        .split_once("\nPresumptively ineligible: a rule of the site stands in the way.\nThis is")
        .unwrap();
    expect![[r#"
        Answer each question, or press Enter to leave it open. Type ? for the rules it is for, back to undo, end to stop.

        age  How old is the person?
            Takes a birth date (1996-05-04), years (30, or "17 estimated"), a band (16-20, 40+) or unknown.
        >     ! Not met: min_age  The person is 18 or older. [excludes]
            Presumptively ineligible: a rule of the site stands in the way.
            No longer asked, because it can change nothing: zone, volunteers, suspected_offenses, site.for_personal_use, history.violent, open_warrant
            Questions still open: 0
    "#]].assert_eq(asked);
    // Unread answers change nothing, ? names the rules, back undoes, end stops.
    let typed = "seventeen\n?\n30\nback\n17\n";
    let said = run_in(folder.path(), &arguments, typed).out;
    assert!(
        said.contains("That is no answer to this question."),
        "{said}"
    );
    assert!(
        said.contains("    min_age  The person is 18 or older. [excludes]\n"),
        "{said}"
    );
    assert_eq!(
        said.matches("age  How old is the person?").count(),
        4,
        "{said}"
    );
    // Everything passed over stays unknown.
    let typed = format!("30\n{}", "\n".repeat(9));
    let ran = run_in(
        folder.path(),
        &[
            "pack",
            "try",
            "a.toml",
            "--as-of",
            "2026-03-01",
            "--door",
            "social_contact",
            "--json",
        ],
        &typed,
    );
    let tried: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(tried["screening"]["outcome"], "needs_verification");
    assert_eq!(tried["facts"]["age"]["years"]["years"], 30);
    assert_eq!(tried["screening"]["door"], "social_contact");
}

#[test]
fn a_pack_is_tried_in_spanish_with_spanish_words() {
    let folder = two("version = \"1\"", "version = \"2\"");
    let tried = |language: &str, typed: &str, more: &[&str]| {
        let mut arguments = vec!["pack", "try", "a.toml", "--as-of", "2026-03-01"];
        arguments.extend(["--language", language]);
        arguments.extend(more);
        let ran = run_in(folder.path(), &arguments, typed);
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.out
    };
    let said = tried("es", "diecisiete\n?\n30\natrás\n17\n", &[]);
    for sentence in [
        "Responda cada pregunta",
        "Acepta una fecha de nacimiento (“1996-05-04”)",
        "Esa no es una respuesta a esta pregunta. No se cambió nada.",
        "    ! No se cumple: min_age",
        "Preguntas aún abiertas: 0",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    for english in ["Takes", "unknown", "Answer", "yes", "Not met"] {
        assert!(!said.contains(english), "{english}: {said}");
    }
    // The same answers, word for word, come to the same.
    let english = "30 estimated\ndowntown\nyes\n35A misdemeanor\nunknown\nyes 2019\nno\nend\n";
    let spanish = "30 Estimada\ndowntown\nsí\n35A delito menor\nno sé\nSI 2019\nno\nfin\n";
    let said = tried("es", spanish, &["--json"]);
    assert_eq!(said, tried("en", english, &["--json"]));
    let tried: serde_json::Value = serde_json::from_str(&said).unwrap();
    let facts = &tried["facts"];
    assert_eq!(facts["age"]["years"]["basis"], "estimated");
    assert_eq!(facts["volunteers"]["answer"], "yes");
    assert_eq!(facts["suspected_offenses"][0]["level"], "misdemeanor");
}

#[test]
fn a_proposed_pack_is_simulated_over_past_screenings_by_group() {
    let folder = two("years = 18", "years = 21");
    let record = |years: u16, group: &str| {
        format!(
            "{{\"facts\": {{\"age\": {{\"years\": {{\"years\": {years}, \"basis\": \"stated\"}}}}, \"suspected_offenses\": [{{\"code\": \"40A\"}}], \"zone\": {{\"answer\": {{\"inside\": [\"downtown\"]}}}}, \"history\": {{\"violent\": {{\"answer\": \"no\"}}}}, \"open_warrant\": {{\"answer\": \"no\"}}, \"volunteers\": {{\"answer\": \"yes\"}}}}, \"door\": \"arrest_diversion\", \"date\": \"2026-03-01\", \"group\": \"{group}\"}}\n"
        )
    };
    let records = record(19, "18 to 24").repeat(14) + &record(30, "25 to 34").repeat(25);
    let small = records.clone() + &record(19, "25 to 34").repeat(2);
    let arguments = [
        "pack",
        "simulate",
        "--pack",
        "b.toml",
        "--current",
        "a.toml",
        "--records",
        "-",
    ];
    let ran = run_in(folder.path(), &arguments, &records);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    expect![[r#"
        Proposed: xx-example-2026, version 1
        Compared with: xx-example-2026, version 1

                   would gain  would lose  no change  not known  screenings
        18 to 24            0          14          0          0          14
        25 to 34            0           0         25          0          25
        Everybody           0          14         25          0          39

        · stands for a count of 1 to 10, or one that would give such a count away.
        Not known: the proposed pack asks something that nobody answered then.
        Rules behind the losses, the most frequent first: min_age
    "#]]
    .assert_eq(&ran.out);
    let hidden = run_in(folder.path(), &arguments, &small).out;
    let row = hidden
        .lines()
        .find(|line| line.starts_with("25 to 34"))
        .unwrap();
    assert_eq!(
        row.split_whitespace().skip(3).take(2).collect::<Vec<_>>(),
        ["0", "·"],
        "{hidden}"
    );
    assert!(
        !hidden.contains(" 16 ") || !hidden.contains(" 14 "),
        "{hidden}"
    );
    let with_json = [&arguments[..], &["--json", "--hide-up-to", "0"]].concat();
    let ran = run_in(folder.path(), &with_json, &small);
    let shown: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(shown["groups"][1]["lose"], 2);
    // Without a pack in force each record has to say what came out then.
    let alone = ["pack", "simulate", "--pack", "b.toml", "--records", "-"];
    let ran = run_in(folder.path(), &alone, &records);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("line 1: the record has no `outcome`"),
        "{}",
        ran.err
    );
    let example = run(&["schema", "past-screening", "--example"], "").out;
    assert_eq!(run_in(folder.path(), &alone, &example).status, 0);
    let misspelt = example.replace("\"group\"", "\"groop\"");
    let ran = run_in(folder.path(), &alone, &misspelt);
    assert!(
        ran.err.contains("`groop` (did you mean `group`?)"),
        "{}",
        ran.err
    );
}

#[test]
fn the_paper_checklist_is_one_page_that_fetches_nothing_and_names_nobody() {
    for pack in json(&["pack", "list", "--json"], "").as_array().unwrap() {
        let id = pack["id"].as_str().unwrap();
        let explained = json(&["pack", "explain", id, "--json"], "");
        for (language, lang) in [("en", "lang=\"en\""), ("es", "lang=\"es\"")] {
            let ran = run(&["pack", "explain", id, "--paper", language], "");
            assert_eq!((ran.status, ran.err.as_str()), (0, ""));
            let page = ran.out;
            assert!(
                page.starts_with("<!doctype html>") && page.contains(lang),
                "{id}"
            );
            for outside in [
                "<script", "<img", "<link", "src=", "href=", "url(", "@import", "http",
            ] {
                assert!(!page.contains(outside), "{id}: {outside}");
            }
            for (i, rule) in explained["rules"].as_array().unwrap().iter().enumerate() {
                let words = rule["words"][language].as_str().unwrap();
                let words = words.replace('&', "&amp;").replace('"', "&quot;");
                assert!(page.contains(&words), "{id}, rule {i}: {words}");
            }
            assert!(page.contains("<caption>") && page.contains("scope=\"row\""));
        }
    }
    let page = run(
        &["pack", "explain", "md-baltimore-2017", "--paper", "en"],
        "",
    )
    .out;
    // The box whose tick hits a rule says so, the other does not.
    assert!(page.contains("</span> Yes <strong class=\"mark\">R9 not met</strong></p><p><span class=\"box\"></span> No</p>"));
    assert!(page.contains("outside all areas <strong class=\"mark\">R10 not met</strong>"));
    assert!(page.contains("Write no name or birth date on this sheet."));
    let both = run(
        &[
            "pack",
            "explain",
            "md-baltimore-2017",
            "--paper",
            "en",
            "--json",
        ],
        "",
    );
    assert_eq!(both.status, 2);
    let hostile = example().replace("Example County LEAD", "<b>A & B</b>");
    let page = run(&["pack", "explain", "-", "--paper", "en"], &hostile).out;
    assert!(page.contains("&lt;b&gt;A &amp; B&lt;/b&gt;") && !page.contains("<b>A"));
}

#[test]
fn past_encounters_are_read_from_a_spreadsheet() {
    let folder = two("years = 18", "years = 21");
    let rows = |rows: &str| {
        let head = "\u{feff}date,door,group,age,suspected_offenses,history.violent,open_warrant,zone,volunteers,site.for_personal_use,outcome\r\n";
        std::fs::write(folder.path().join("past.csv"), format!("{head}{rows}")).unwrap();
    };
    let simulate = |more: &[&str]| {
        let mut arguments = vec![
            "pack",
            "simulate",
            "--pack",
            "b.toml",
            "--records",
            "past.csv",
        ];
        arguments.extend(more);
        run_in(folder.path(), &arguments, "")
    };
    // A comma lies in a quoted cell; an empty cell is not answered.
    let row = "2026-03-01,arrest_diversion,young,AGE,\"35A misdemeanor, 40A\",no,no,downtown,yes,yes,\r\n";
    let young = row.replace("AGE", "19").repeat(3) + &row.replace("AGE", "30").repeat(2);
    rows(&young);
    let ran = simulate(&["--current", "a.toml", "--hide-up-to", "0", "--json"]);
    let found: serde_json::Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    assert_eq!(
        (&found["all"]["lose"], &found["all"]["same"]),
        (&3.into(), &2.into())
    );
    let said = simulate(&["--current", "a.toml", "--hide-up-to", "0"]).out;
    assert!(!said.contains("1 to 0"), "{said}");
    for (cells, expected) in [
        (
            row.replace("AGE", "young"),
            "past.csv: line 2, column `age`: it takes a birth date",
        ),
        (
            row.replace("AGE", "30").replace("2026-03-01", "March"),
            "line 2, column `date`: it takes the day",
        ),
        (
            row.replace("AGE", "30").replace(",downtown", ""),
            "line 2: this is no row",
        ),
    ] {
        rows(&cells);
        let ran = simulate(&["--current", "a.toml"]);
        assert_eq!(ran.status, 1);
        assert!(ran.err.contains(expected), "{}", ran.err);
        assert!(
            !ran.err.contains("young") && !ran.err.contains("March"),
            "{}",
            ran.err
        );
    }
    std::fs::write(folder.path().join("past.csv"), "date,door,ages\n").unwrap();
    let ran = simulate(&["--current", "a.toml"]);
    assert!(
        ran.err.contains("no question `ages` (did you mean `age`?)"),
        "{}",
        ran.err
    );
}
