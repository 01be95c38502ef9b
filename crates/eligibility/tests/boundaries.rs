//! Limits as tables: exactly there, one least unit before and after.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::limits::{finds, found, pack};
use common::{date, random_pack, set};
use handoff_domain::FindingResult::{self, Hit, Pass, Unknown};
use handoff_domain::{Door, Facts, Position};
use handoff_eligibility::{RulePack, screen};

fn hours(windows: &str, table: &[(&str, FindingResult)]) {
    let pack = pack(&format!("kind = \"in_hours\"\nwindows = [{windows}]"));
    for (at, expected) in table {
        assert_eq!(
            finds(&pack, &[("encounter_at", at)]),
            *expected,
            "{windows}: {at}"
        );
    }
}

#[test]
fn hours_begin_with_their_first_minute_and_end_before_their_last() {
    hours(
        "\"Mon-Fri 12:00-20:00\"",
        &[
            ("2020-02-28T11:59-05:00", Hit),
            ("2020-02-28T12:00-05:00", Pass),
            ("2020-02-28T19:59-05:00", Pass),
            ("2020-02-28T19:59:59-05:00", Pass),
            ("2020-02-28T20:00-05:00", Hit),
            ("2020-02-29T12:00-05:00", Hit),
            ("2020-03-01T12:00-05:00", Hit),
            ("2020-03-02T12:00-05:00", Pass),
            // The wall clock at the site counts, whatever the offset.
            ("2020-02-28T17:00+00:00", Pass),
            ("2020-02-28T16:59+00:00", Hit),
            ("unknown", Unknown),
        ],
    );
    hours(
        "\"Fri,Sat 22:00-02:00\"",
        &[
            ("2020-02-28T21:59-05:00", Hit),
            ("2020-02-28T22:00-05:00", Pass),
            ("2020-02-29T01:59-05:00", Pass),
            ("2020-02-29T02:00-05:00", Hit),
            ("2020-03-01T01:59-05:00", Pass),
            ("2020-03-02T01:00-05:00", Hit),
        ],
    );
    hours(
        "\"Sun 22:00-02:00\"",
        &[
            ("2020-03-02T01:59-05:00", Pass),
            ("2020-03-01T01:59-05:00", Hit),
        ],
    );
    hours(
        "\"Sat-Mon 00:00-24:00\"",
        &[
            ("2020-02-28T23:59-05:00", Hit),
            ("2020-02-29T00:00-05:00", Pass),
            ("2020-03-02T23:59-05:00", Pass),
            ("2020-03-03T00:00-05:00", Hit),
        ],
    );
}

#[test]
fn hours_on_the_days_on_which_the_clock_is_set() {
    // 8 March 2020: 02:00 became 03:00. 1 November 2020: 02:00 became 01:00.
    hours(
        "\"Sun 01:00-03:00\"",
        &[
            ("2020-03-08T00:59-05:00", Hit),
            ("2020-03-08T01:59-05:00", Pass),
            ("2020-03-08T03:00-04:00", Hit),
            // What would have been 02:30 is 03:30.
            ("2020-03-08T02:30-05:00", Hit),
            ("2020-11-01T00:59-04:00", Hit),
            ("2020-11-01T01:30-04:00", Pass),
            ("2020-11-01T01:30-05:00", Pass),
            ("2020-11-01T02:59-05:00", Pass),
            ("2020-11-01T03:00-05:00", Hit),
        ],
    );
    hours(
        "\"daily 12:00-20:00\"",
        &[
            ("2020-03-07T12:00-05:00", Pass),
            ("2020-03-08T11:59-04:00", Hit),
            ("2020-03-08T12:00-04:00", Pass),
            ("2020-11-01T11:59-05:00", Hit),
            ("2020-11-01T12:00-05:00", Pass),
            ("2020-11-01T19:59-05:00", Pass),
        ],
    );
}

/// A square of a hundredth of a degree with a square hole in it.
const SQUARE: &str = "{\"type\":\"Polygon\",\"coordinates\":[\
    [[-76.62,39.29],[-76.61,39.29],[-76.61,39.30],[-76.62,39.30],[-76.62,39.29]],\
    [[-76.617,39.293],[-76.613,39.293],[-76.613,39.297],[-76.617,39.297],[-76.617,39.293]]]}";

fn mapped() -> RulePack {
    drawn(SQUARE)
}

fn drawn(geojson: &str) -> RulePack {
    let text = random_pack::pack_of(&["kind = \"in_zone\"\nzones = [\"z1\"]".to_owned()]);
    let zone = format!("id = \"z1\"\ngeojson = '{geojson}'");
    RulePack::parse(&text.replacen("id = \"z1\"", &zone, 1)).unwrap()
}

#[test]
fn positions_on_edges_and_vertices_are_inside() {
    let pack = mapped();
    let table = [
        ((-766_150_000, 392_910_000), None, Pass),
        // Vertices and edges.
        ((-766_200_000, 392_900_000), None, Pass),
        ((-766_100_000, 393_000_000), None, Pass),
        ((-766_150_000, 392_900_000), None, Pass),
        ((-766_200_000, 392_950_000), None, Pass),
        // One ten-millionth of a degree further.
        ((-766_150_000, 392_899_999), None, Hit),
        ((-766_200_001, 392_950_000), None, Hit),
        ((-766_100_000, 393_000_001), None, Hit),
        // In line with an edge, but beyond it.
        ((-766_099_999, 392_900_000), None, Hit),
        ((-766_300_000, 393_000_000), None, Hit),
        // The hole, and its edge.
        ((-766_150_000, 392_950_000), None, Hit),
        ((-766_170_000, 392_950_000), None, Pass),
        ((-766_169_999, 392_950_000), None, Hit),
        // Level with a vertex of the hole.
        ((-766_190_000, 392_930_000), None, Pass),
        // How sure the device is: 0.001 degrees of latitude are 111 m.
        ((-766_150_000, 392_915_000), Some(100), Pass),
        ((-766_150_000, 392_905_000), Some(100), Unknown),
        ((-766_150_000, 392_895_000), Some(100), Unknown),
        ((-766_150_000, 392_850_000), Some(100), Hit),
        ((-766_150_000, 392_950_000), Some(10), Hit),
        ((-766_150_000, 392_915_000), Some(u32::MAX), Unknown),
        // A device that says nothing of it: what lies on an edge is inside.
        ((-766_150_000, 392_900_000), Some(0), Pass),
        ((-766_150_000, 392_899_999), Some(0), Hit),
    ];
    for ((longitude_e7, latitude_e7), accuracy_m, expected) in table {
        let position = Position {
            latitude_e7,
            longitude_e7,
            accuracy_m,
        };
        let facts = Facts {
            position: Some(position),
            ..Facts::default()
        };
        assert_eq!(found(&pack, &facts, "2020-02-29"), expected, "{position:?}");
    }
}

#[test]
fn an_area_of_several_polygons_is_all_of_them_however_they_are_wrapped() {
    let square = |west: i32| {
        let east = west + 1;
        format!("[[[{west},0],[{east},0],[{east},1],[{west},1],[{west},0]]]")
    };
    let one = |west| {
        let square = square(west);
        format!("{{\"type\":\"Polygon\",\"coordinates\":{square}}}")
    };
    let feature =
        |shape: &str| format!("{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{shape}}}");
    let several = format!(
        "{{\"type\":\"MultiPolygon\",\"coordinates\":[{},{}]}}",
        square(0),
        square(10)
    );
    let features = [feature(&one(0)), feature(&one(10))].join(",");
    let collection = format!("{{\"type\":\"FeatureCollection\",\"features\":[{features}]}}");
    for shape in [several.clone(), feature(&several), collection] {
        let pack = drawn(&shape);
        for (longitude, expected) in [(5, Pass), (15, Hit), (55, Hit), (105, Pass), (115, Hit)] {
            let facts = Facts {
                position: Some(Position {
                    latitude_e7: 5_000_000,
                    longitude_e7: longitude * 1_000_000,
                    accuracy_m: None,
                }),
                ..Facts::default()
            };
            let got = found(&pack, &facts, "2020-02-29");
            assert_eq!(got, expected, "{longitude}: {shape}");
        }
    }
}

#[test]
fn what_the_officer_says_of_the_area_goes_before_the_map() {
    let pack = mapped();
    let mut facts = Facts {
        position: Some(Position {
            latitude_e7: 392_910_000,
            longitude_e7: -766_150_000,
            accuracy_m: None,
        }),
        ..Facts::default()
    };
    for (said, expected) in [
        ("outside", Hit),
        ("z2", Hit),
        ("z1", Pass),
        ("unknown", Pass),
    ] {
        set(&mut facts, &[("zone", said)]);
        assert_eq!(found(&pack, &facts, "2020-02-29"), expected, "{said}");
    }
}

#[test]
fn offence_lists_with_levels_statutes_and_exemptions() {
    let list = "offenses = [\"23*\", { code = \"35A\", level = \"misdemeanor\" }, { statute = \"SMC 12A.10\" }]\n\
                except = [\"23D\", { code = \"35A\", statute = \"RCW 69.50.4011\" }]";
    let inside = pack(&format!("kind = \"offense_in\"\n{list}"));
    let never = pack(&format!("kind = \"offense_not_in\"\n{list}"));
    let table = [
        ("23C", Pass, Hit),
        ("23D (PC 1.2)", Hit, Pass),
        ("35A misdemeanor (PC 1.2)", Pass, Hit),
        ("35A misdemeanor", Unknown, Unknown),
        ("35A felony (PC 1.2)", Hit, Pass),
        ("35A misdemeanor (RCW 69.50.4011)", Hit, Pass),
        ("35A misdemeanor (R.C.W. § 69.50.4011(1)(a))", Hit, Pass),
        (
            "35A misdemeanor (Rev. Code Wash. 69.50.4011)",
            Unknown,
            Unknown,
        ),
        ("13A (smc  12a.10)", Pass, Hit),
        ("13A (S.M.C. 12A.10.020, subd. 1)", Pass, Hit),
        ("13A (SMC 12A.11)", Hit, Pass),
        ("13A (12A.10)", Unknown, Unknown),
        ("13A", Unknown, Unknown),
        ("23C, 13A (PC 1.2)", Hit, Hit),
        ("?", Unknown, Unknown),
        ("unknown", Unknown, Unknown),
    ];
    for (offences, is_in, is_not_in) in table {
        let answers = [("suspected_offenses", offences)];
        let got = (finds(&inside, &answers), finds(&never, &answers));
        assert_eq!(got, (is_in, is_not_in), "{offences}");
    }
}

#[test]
fn involvement_by_evidence_date_place_and_paper() {
    let table: [(&str, &[(&str, FindingResult)]); 5] = [
        (
            "within = { months = 24 }",
            &[
                ("yes record 2018-02-28", Hit),
                ("yes record 2018-03-01", Pass),
                ("yes record 2018-02", Hit),
                ("yes record 2017", Hit),
                ("yes record 2018", Pass),
                ("yes record", Unknown),
                ("yes", Unknown),
                ("no", Hit),
                ("unknown", Unknown),
            ],
        ),
        (
            "within = { months = 24 }\nanniversary_counts = true",
            &[
                ("yes record 2018-02-28", Pass),
                ("yes record 2018-02-27", Hit),
            ],
        ),
        (
            "evidence = [\"record\"]\nin_zone = true",
            &[
                ("yes record in_zone", Pass),
                ("yes record out_of_zone", Hit),
                ("yes record", Unknown),
                ("yes direct_observation in_zone", Hit),
                ("yes direct_observation in_zone; record in_zone", Pass),
                // Both in one piece of evidence, not one in each.
                ("yes direct_observation in_zone; record out_of_zone", Hit),
            ],
        ),
        // Who asks nothing of the evidence needs none.
        ("", &[("yes", Pass), ("yes record", Pass), ("no", Hit)]),
        (
            "documented = true",
            &[
                ("yes record", Pass),
                ("yes record undocumented", Hit),
                ("yes direct_observation", Unknown),
                ("yes direct_observation documented", Pass),
            ],
        ),
    ];
    for (params, rows) in table {
        let pack = pack(&format!("kind = \"prior_involvement\"\n{params}"));
        for (answer, expected) in rows {
            let got = finds(&pack, &[("prior_involvement", answer)]);
            assert_eq!(got, *expected, "{params}: {answer}");
        }
    }
}

#[test]
fn open_matters_by_level_and_place() {
    for kind in ["open_case", "open_warrant"] {
        let matter = |params: &str| pack(&format!("kind = \"no_{kind}\"\n{params}"));
        let (any, felony) = (matter(""), matter("at_least = \"felony\""));
        let local = matter("local_only = true");
        for (answer, of_any, of_felony, of_local) in [
            ("no", Pass, Pass, Pass),
            ("unknown", Unknown, Unknown, Unknown),
            ("yes", Hit, Unknown, Unknown),
            ("yes felony", Hit, Hit, Unknown),
            ("yes misdemeanor", Hit, Pass, Unknown),
            ("yes local", Hit, Unknown, Hit),
            ("yes elsewhere", Hit, Unknown, Pass),
            ("yes felony local", Hit, Hit, Hit),
            ("yes misdemeanor elsewhere", Hit, Pass, Pass),
        ] {
            let got = [&any, &felony, &local].map(|pack| finds(pack, &[(kind, answer)]));
            assert_eq!(got, [of_any, of_felony, of_local], "{kind}: {answer}");
        }
    }
}

#[test]
fn counts_complainants_delivery_and_conditions() {
    let diversions = pack("kind = \"prior_diversions\"\nat_most = 1");
    for (count, expected) in [
        ("0", Pass),
        ("1", Pass),
        ("2", Hit),
        ("65535", Hit),
        ("unknown", Unknown),
    ] {
        assert_eq!(
            finds(&diversions, &[("prior_diversions", count)]),
            expected,
            "{count}"
        );
    }
    let victim = pack("kind = \"victim_declines\"");
    for (said, expected) in [
        ("none", Pass),
        ("declines", Pass),
        ("wants", Hit),
        ("unknown", Unknown),
    ] {
        assert_eq!(finds(&victim, &[("complainant", said)]), expected, "{said}");
    }
    let sale = pack("kind = \"delivery_only_subsistence\"");
    let table = [
        ("no", "unknown", Pass),
        ("no", "no", Pass),
        ("yes", "yes", Pass),
        ("yes", "no", Hit),
        ("yes", "unknown", Unknown),
        ("unknown", "yes", Pass),
        ("unknown", "no", Unknown),
    ];
    for (delivery, subsistence, expected) in table {
        let got = finds(
            &sale,
            &[("delivery", delivery), ("subsistence_only", subsistence)],
        );
        assert_eq!(got, expected, "{delivery} {subsistence}");
    }
    let nested = pack(
        "kind = \"any_of\"\nof = [{ kind = \"amenable\" }, { kind = \"not\", of = { kind = \"all_of\", of = [{ kind = \"volunteers\" }, { kind = \"residency\" }] } }]",
    );
    let table = [
        ("yes", "unknown", "unknown", Pass),
        ("no", "yes", "yes", Hit),
        ("no", "no", "unknown", Pass),
        ("no", "unknown", "yes", Unknown),
        ("unknown", "yes", "yes", Unknown),
    ];
    for (amenable, volunteers, resident, expected) in table {
        let answers = [
            ("amenable", amenable),
            ("volunteers", volunteers),
            ("resident", resident),
        ];
        assert_eq!(finds(&nested, &answers), expected, "{answers:?}");
    }
}

#[test]
fn a_finding_does_not_repeat_the_words_of_evidence() {
    let pack = pack("kind = \"prior_involvement\"\ndocumented = true");
    let mut facts = Facts::default();
    set(&mut facts, &[("prior_involvement", "yes record 2019")]);
    if let Some(row) = &mut facts.prior_involvement {
        row.evidence[0].basis = Some("a neighbour said".to_owned());
    }
    let screening = screen(&pack, &facts, Door::ArrestDiversion, date("2020-02-29"));
    assert!(!format!("{screening:?}").contains("neighbour"));
}

#[test]
fn a_look_back_in_days_ends_on_the_day() {
    let history = |params: &str| {
        pack(&format!(
            "kind = \"no_conviction\"\nclass = \"a\"\n{params}"
        ))
    };
    let out = history("look_back = { days = 30 }");
    let inside = history("look_back = { days = 30 }\nanniversary_counts = true");
    // Thirty days before 29 February 2020 is 30 January.
    for (date, excluded, included) in [
        ("2020-01-31", Hit, Hit),
        ("2020-01-30", Pass, Hit),
        ("2020-01-29", Pass, Pass),
        ("2020-01", Hit, Hit),
        ("2020", Hit, Hit),
        ("2019", Pass, Pass),
    ] {
        let answer = format!("yes {date}");
        let answers = [("history.a", answer.as_str())];
        let got = (finds(&out, &answers), finds(&inside, &answers));
        assert_eq!(got, (excluded, included), "{date}");
    }
}

#[test]
fn an_earlier_diversion_counts_within_its_span() {
    let rule = |params: &str| pack(&format!("kind = \"no_recent_diversion\"\n{params}"));
    let out = rule("within = { years = 1 }");
    let inside = rule("within = { years = 1 }\nanniversary_counts = true");
    for (answer, excluded, included) in [
        ("0", Pass, Pass),
        ("1", Unknown, Unknown),
        ("1 2019-03-01", Hit, Hit),
        ("4 2019-02-28", Pass, Hit),
        ("4 2019-02-27", Pass, Pass),
        ("1 2019", Hit, Hit),
        ("1 2018", Pass, Pass),
        ("unknown", Unknown, Unknown),
    ] {
        let answers = [("prior_diversions", answer)];
        let got = (finds(&out, &answers), finds(&inside, &answers));
        assert_eq!(got, (excluded, included), "{answer}");
    }
    // A date says that there was one.
    let facts = Facts {
        last_diversion: "2019-12".parse().ok(),
        ..Facts::default()
    };
    let never = pack("kind = \"prior_diversions\"\nat_most = 0");
    assert_eq!(found(&never, &facts, "2020-02-29"), Hit);
    assert_eq!(found(&out, &facts, "2020-02-29"), Hit);
}

#[test]
fn the_highest_age_passes_until_the_next_birthday() {
    let juvenile = pack("kind = \"max_age\"\nyears = 17");
    for (age, expected) in [
        ("2002-03-01", Pass),
        // 29 February 2002 is 28 February: eighteen since yesterday.
        ("2002-02-28", Hit),
        ("2002-02-27", Hit),
        ("17", Pass),
        ("18", Hit),
        ("12 estimated", Pass),
        ("13 estimated", Unknown),
        ("22 estimated", Unknown),
        ("23 estimated", Hit),
        ("16-17", Pass),
        ("17-18", Unknown),
        ("18+", Hit),
        ("unknown", Unknown),
    ] {
        assert_eq!(finds(&juvenile, &[("age", age)]), expected, "{age}");
    }
    assert_eq!(
        finds(&pack("kind = \"max_age\"\nyears = 130"), &[("age", "130")]),
        Pass
    );
}

#[test]
fn a_time_without_an_offset_is_read_by_the_clock_at_the_site() {
    use handoff_eligibility::{Ask, shorthand};
    let read = |text: &str| {
        let mut facts = Facts::default();
        let zone = Some(chrono_tz::America::Los_Angeles);
        shorthand::answer_in(&mut facts, &Ask::EncounterAt, text, zone)
            .map(|()| facts.encounter_at.unwrap().to_rfc3339())
            .map_err(|error| error.takes)
    };
    for (text, expected) in [
        ("2024-10-15 12:00", "2024-10-15T12:00:00-07:00"),
        ("2024-12-15T12:00:30", "2024-12-15T12:00:30-08:00"),
        ("2024-10-15T12:00-04:00", "2024-10-15T12:00:00-04:00"),
        // The last minute before the clock is set forward, and the first after.
        ("2024-03-10 01:59", "2024-03-10T01:59:00-08:00"),
        ("2024-03-10 03:00", "2024-03-10T03:00:00-07:00"),
        ("2024-11-03 02:00", "2024-11-03T02:00:00-08:00"),
        ("2024-11-03T01:30-07:00", "2024-11-03T01:30:00-07:00"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
    }
    assert!(
        read("2024-03-10 02:30")
            .unwrap_err()
            .contains("does not happen")
    );
    assert!(
        read("2024-11-03 01:30")
            .unwrap_err()
            .contains("happens twice")
    );
    assert!(
        read("yesterday")
            .unwrap_err()
            .contains("by the clock at the site")
    );
    // Where no zone is known an offset is needed.
    let mut facts = Facts::default();
    assert!(shorthand::answer(&mut facts, &Ask::EncounterAt, "2024-10-15 12:00").is_err());
    assert_eq!(facts, Facts::default());
}

#[test]
fn a_victim_who_consents_and_one_who_declines_prosecution_are_one() {
    let rule = pack("kind = \"victim_declines\"");
    for (answer, expected) in [
        ("none", Pass),
        ("consents", Pass),
        ("declines", Pass),
        ("objects", Hit),
        ("wants", Hit),
        ("unknown", Unknown),
    ] {
        assert_eq!(
            finds(&rule, &[("complainant", answer)]),
            expected,
            "{answer}"
        );
    }
}
