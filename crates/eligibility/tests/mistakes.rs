//! A corpus of mistakes in packs, each with its place and message: the file,
//! its policy, questions and areas. Each case changes one thing in a small good
//! pack.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod good_pack;

use expect_test::expect;
use good_pack::{GOOD, check};
use handoff_eligibility::RulePack;

#[test]
fn the_good_pack_is_good() {
    let pack = RulePack::parse(GOOD).unwrap();
    assert_eq!(pack.rules().len(), 4);
}

#[test]
fn the_file_itself() {
    check(
        "version = \"1\"",
        "version = 1\"",
        expect![[r#"line 2, column 11: this is not TOML: missing opening quote, expected `"`"#]],
    );
    check(
        "[[zone]]",
        "[[zone]",
        expect!["line 23, column 8: this is not TOML: unclosed array table, expected `]`"],
    );
    check(
        "version",
        "id",
        expect!["line 2, column 1: this is not TOML: duplicate key"],
    );
    check(
        "version = \"1\"\n",
        "",
        expect!["line 1, column 1: the pack has no `version`: add it"],
    );
    check(
        "version",
        "verson",
        expect![
            "line 2, column 1: the pack has no key `verson` (did you mean `version`?): it takes id, version, effective_from, title, policy, zone, offense_list, question, rule, clear, test"
        ],
    );
    check(
        "\"good\"",
        "\"Good Pack\"",
        expect![
            "line 1, column 6: `Good Pack` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "\"good\"",
        "7",
        expect!["line 1, column 6: `id` takes a text in quotes, not a whole number"],
    );
    check(
        "\"2020-01-01\"",
        "\"January 2020\"",
        expect![[r#"line 3, column 18: `effective_from` is not a date: write "YYYY-MM-DD""#]],
    );
    check(
        "{ en = \"Good\", es = \"Bueno\" }",
        "\"Good\"",
        expect!["line 4, column 9: `title` takes a table, not a text"],
    );
    check(
        "es = \"Bueno\"",
        "fr = \"Bon\"",
        expect!["line 4, column 24: title has no key `fr`: it takes en, es"],
    );
    check(
        "es = \"Bueno\"",
        "es = \" \"",
        expect!["line 4, column 29: `es` has no words: write what the officer reads"],
    );
}

#[test]
fn the_policy() {
    check(
        "[policy]",
        "[polcy]",
        expect![
            "line 6, column 2: the pack has no key `polcy` (did you mean `policy`?): it takes id, version, effective_from, title, policy, zone, offense_list, question, rule, clear, test"
        ],
    );
    check(
        "America/Denver",
        "Mountain",
        expect![
            "line 7, column 13: `Mountain` is no time zone: use an IANA name such as America/New_York"
        ],
    );
    check(
        "doors = [\"arrest_diversion\"]",
        "doors = []",
        expect!["line 8, column 9: policy: no door is offered: name one in `doors`"],
    );
    check(
        "doors = [\"arrest_diversion\"]",
        "doors = [\"arrest\"]",
        expect![
            "line 8, column 10: `doors` cannot be `arrest`: it is one of arrest_diversion, social_contact, community"
        ],
    );
    check(
        "decides = [\"prosecutor_liaison\"]",
        "decides = []",
        expect!["line 10, column 11: policy: nobody decides: name a role in `decides`"],
    );
    check(
        "decides = [\"prosecutor_liaison\"]",
        "decides = [\"sheriff\"]",
        expect![
            "line 10, column 12: `decides` cannot be `sheriff`: it is one of officer, sergeant, peer_specialist, case_manager, supervisor, prosecutor_liaison, project_manager, evaluator, community_referrer, site_admin"
        ],
    );
    check(
        "waives = [\"prosecutor_liaison\"]",
        "waives = []",
        expect![
            "line 61, column 1: a presumptive rule that nobody may waive: add `waivable_by`, or `waives` to [policy], or make it hard"
        ],
    );
    check(
        "target_minutes = 30",
        "target_minutes = -30",
        expect!["line 12, column 30: `target_minutes` must be a whole number from 0 to 65535"],
    );
    check(
        "target_minutes = 30",
        "target_mins = 30",
        expect![
            "line 12, column 13: [policy.handoff] has no key `target_mins` (did you mean `target_minutes`?): it takes target_minutes, may_precede_decision, place"
        ],
    );
    check(
        "until_decision = \"held\"",
        "until_decision = \"kept\"",
        expect![
            "line 17, column 18: `until_decision` cannot be `kept`: it is one of held, not_entered, filed"
        ],
    );
    check(
        "script = { en = \"Hello\", es = \"Hola\" }\n",
        "",
        expect!["line 6, column 1: [policy] has no `script`: add it"],
    );
    check(
        "en = \"Hello\"",
        "en = \"\"",
        expect!["line 14, column 17: `en` has no words: write what the officer reads"],
    );
    check(
        "waives = [\"prosecutor_liaison\"]",
        "waives = [\"prosecutor_liaison\"]\nunverified = [\"scripts\"]",
        expect![
            "line 12, column 15: `unverified` cannot be `scripts` (did you mean `script`?): it is one of time_zone, doors, verifies, decides, waives, handoff.target_minutes, handoff.may_precede_decision, handoff.place, intake.due_days, intake.due_days_earliest, charge, caseload_cap, script"
        ],
    );
}

#[test]
fn questions_and_areas() {
    check(
        "id = \"age\"",
        "id = \"ages\"",
        expect![
            "line 28, column 6: no question has the id `ages` (did you mean `age`?): `handoff pack kinds` lists the ids; your own begin with `site.`, as in `site.ages`, and classes on a record with `history.`"
        ],
    );
    check(
        "id = \"age\"",
        "id = \"birthday\"",
        expect![
            "line 28, column 6: no question has the id `birthday`: `handoff pack kinds` lists the ids; your own begin with `site.`, as in `site.birthday`, and classes on a record with `history.`"
        ],
    );
    check(
        "id = \"history.violent\"",
        "id = \"history.Violent Crime\"",
        expect![
            "line 43, column 6: `Violent Crime` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "id = \"history.violent\"",
        "id = \"history.violent\"\nbasis = \"arrested\"",
        expect![
            "line 44, column 9: `basis` cannot be `arrested`: it is one of convicted, charged, history_of"
        ],
    );
    check(
        "id = \"zone\"",
        "id = \"age\"",
        expect!["line 37, column 1: a second question with the id `age`: give each its own id"],
    );
    check(
        "es = \"¿Qué edad?\"\n",
        "",
        expect!["line 27, column 1: [[question]] has no `es`: add it"],
    );
    check(
        "es = \"¿Qué edad?\"",
        "es = \"¿Qué edad?\"\nhint = \"x\"",
        expect!["line 31, column 1: [[question]] has no key `hint`: it takes id, en, es, basis"],
    );
    check(
        "id = \"downtown\"",
        "id = \"Down Town\"",
        expect![
            "line 24, column 6: `Down Town` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "name = { en = \"Downtown\"",
        "verified = true\nname = { en = \"Downtown\"",
        expect![
            "line 23, column 1: verified without a source: say in `source` where the text stands, or set verified = false"
        ],
    );
    check(
        "name = { en = \"Downtown\"",
        "polygon = []\nname = { en = \"Downtown\"",
        expect![
            "line 25, column 1: [[zone]] has no key `polygon`: it takes id, name, bounds, geojson, source, verified"
        ],
    );
}

#[test]
fn a_pack_that_would_be_slow_or_too_large_is_refused() {
    let rule = |i: usize, kind: &str| {
        format!(
            "[[rule]]\nid = \"r{i}\"\nclause = \"c\"\nwords = {{ en = \"R\", es = \"R\" }}\n{kind}\n"
        )
    };
    let too_many: String = (0..65)
        .map(|i| rule(i, "kind = \"min_age\"\nyears = 18"))
        .collect();
    let error = RulePack::parse(&(GOOD.to_owned() + &too_many))
        .unwrap_err()
        .to_string();
    expect!["line 452, column 1: more than 64 rules at one door: join some"].assert_eq(&error);
    let too_large = GOOD.to_owned() + &"#".repeat(600_000);
    let error = RulePack::parse(&too_large).unwrap_err().to_string();
    expect!["line 1, column 1: the file is over 524288 bytes: a pack is text of a few pages; remove what is no rule"].assert_eq(&error);
    let error = RulePack::parse(&GOOD[..GOOD.find("[[rule]]").unwrap()])
        .unwrap_err()
        .to_string();
    expect!["line 1, column 1: the pack has no rules: add a [[rule]]"].assert_eq(&error);
}

#[test]
fn whatever_is_cut_off_or_garbled_is_an_error_or_a_pack_and_never_a_panic() {
    for end in (0..GOOD.len())
        .filter(|end| GOOD.is_char_boundary(*end))
        .step_by(2)
    {
        let _ = RulePack::parse(&GOOD[..end]);
        let _ = RulePack::parse(&GOOD[end..]);
    }
    let garbage = ["\"", "[", "{", "=", "\n", "\0", "é", "9", ""];
    for (n, (i, _)) in GOOD.char_indices().enumerate() {
        for garbage in [garbage[n % 9], garbage[(n / 9 + 4) % 9]] {
            let rest = GOOD[i..].chars().next().map_or(0, char::len_utf8);
            let broken = format!("{}{garbage}{}", &GOOD[..i], &GOOD[i + rest..]);
            if let Err(error) = RulePack::parse(&broken) {
                assert!(error.line >= 1 && error.column >= 1);
                assert!(usize::try_from(error.line).unwrap() <= broken.lines().count() + 1);
            }
        }
    }
}

#[test]
fn a_check_names_every_mistake_and_none_that_follows_from_another() {
    let broken = GOOD
        .replacen("until_decision = \"held\"", "until_decision = \"kept\"", 1)
        .replacen("succeeds_on = \"diverted\"", "succeeds_on = \"done\"", 1)
        .replacen("years = 18", "years = \"18\"", 1)
        .replacen("age = 30", "age = \"thirty\"", 1)
        .replacen("door = \"arrest_diversion\"", "door = \"street\"", 1);
    let errors = RulePack::read_whole(&broken).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    expect![[r#"
        line 17, column 18: `until_decision` cannot be `kept`: it is one of held, not_entered, filed
        line 18, column 15: `succeeds_on` cannot be `done`: it is one of diverted, assessment_complete, nothing
        line 55, column 9: `years` takes a whole number, not a text
        line 84, column 7: `age` cannot be answered with `thirty`: a birth date (1996-05-04), years (30, or "17 estimated"), a band (16-20, 40+) or unknown
        line 88, column 8: `door` cannot be `street`: it is one of arrest_diversion, social_contact, community"#]].assert_eq(&said.join("\n"));
    // A question that does not read is not missing as well.
    let broken = GOOD.replacen("id = \"age\"", "id = \"age\"\nbasis = \"seen\"", 1);
    let errors = RulePack::read_whole(&broken).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    expect![
        "line 29, column 9: `basis` cannot be `seen`: it is one of convicted, charged, history_of"
    ]
    .assert_eq(&said.join("\n"));
    assert!(RulePack::read_whole(GOOD).is_ok());
}

#[test]
fn quotation_marks_of_a_word_processor_are_named() {
    check(
        "\"good\"",
        "“good”",
        expect![[
            r#"line 1, column 6: `“` is a quotation mark of a word processor: write straight ones, ", and save the file as plain text"#
        ]],
    );
    check(
        "version = \"1\"",
        "version = ‘1’",
        expect![[
            r#"line 2, column 11: `‘` is a quotation mark of a word processor: write straight ones, ", and save the file as plain text"#
        ]],
    );
}

/// The messages of the whole corpus, without names in backticks and without
/// figures: what is left is told apart by what went wrong and what to do.
#[test]
fn the_corpus_holds_more_than_sixty_kinds_of_mistakes() {
    let corpus = [
        include_str!("mistakes.rs"),
        include_str!("mistakes_in_rules.rs"),
        include_str!("mistakes_in_conditions.rs"),
    ];
    let mut cases = 0;
    let mut kinds = std::collections::BTreeSet::new();
    for line in corpus.iter().flat_map(|file| file.lines()) {
        for said in line.split("line ").skip(1) {
            let Some((place, message)) = said.split_once(": ") else {
                continue;
            };
            let Some((line, column)) = place.split_once(", column ") else {
                continue;
            };
            if line.parse::<u32>().is_err() || column.parse::<u32>().is_err() {
                continue;
            }
            cases += 1;
            let message = message.split("\"#]").next().unwrap_or_default();
            let message = message.split("\"]").next().unwrap_or_default();
            let message = message.trim_end_matches('"');
            let plain = message.split('`').step_by(2).collect::<String>();
            kinds.insert(plain.replace(|c: char| c.is_ascii_digit(), ""));
        }
    }
    println!("{cases} cases, {} kinds of mistakes", kinds.len());
    assert!(kinds.len() > 60, "{kinds:#?}");
}
