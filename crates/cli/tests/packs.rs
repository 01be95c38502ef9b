//! `handoff pack`, by the binary.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{check_refused, json, run};
use expect_test::expect;

/// The example of `handoff schema pack`, changed.
fn pack(from: &str, to: &str) -> String {
    let example = run(&["schema", "pack", "--example"], "").out;
    assert!(example.contains(from), "{from}");
    example.replacen(from, to, 1)
}

#[test]
fn the_packs_that_ship_are_listed() {
    let packs = json(&["pack", "list", "--json"], "");
    let ids: Vec<&str> = packs
        .as_array()
        .unwrap()
        .iter()
        .map(|pack| pack["id"].as_str().unwrap())
        .collect();
    assert!(ids.contains(&"md-baltimore-2017") && ids.contains(&"mo-stlouis-county-2021"));
    for pack in packs.as_array().unwrap() {
        assert!(pack["version"].is_string() && pack["effective_from"].is_string());
        assert_eq!(pack["hash"].as_str().unwrap().len(), 64);
        assert!(!pack["doors"].as_array().unwrap().is_empty());
    }
    let said = run(&["pack", "list"], "");
    assert_eq!(said.status, 0);
    assert!(ids.iter().all(|id| said.out.contains(id)));
}

#[test]
fn every_pack_that_ships_passes_its_check() {
    for pack in json(&["pack", "list", "--json"], "").as_array().unwrap() {
        let id = pack["id"].as_str().unwrap();
        let checked = json(&["pack", "check", id, "--json"], "");
        assert_eq!(checked["cases_failed"], 0, "{id}");
        assert_eq!(checked["pack"]["hash"], pack["hash"]);
    }
}

#[test]
fn a_check_says_how_each_case_came_out() {
    let good = run(&["pack", "check", "-"], &pack("xx-example", "xx-example"));
    assert_eq!((good.status, good.err.as_str()), (0, ""));
    expect![[r#"
        xx-example-2026, version 1: 6 rules; 5 name no text of the site (`source`), 0 name one that nobody has marked as compared (`verified`).
          ok      line 155   everything in the clear
          ok      line 164   a conviction of nine years ago can be set aside
          ok      line 174   drugs that may have been for sale are an open question
          ok      line 184   outside downtown the social door stays open
        Every case comes out as the pack expects.
        Look at these again:
          no case hits these rules: min_age, offense_in, no_felony_warrant, volunteers. Add a [[test]] for each, so that it is seen to work
    "#]]
    .assert_eq(&good.out);

    let failing = pack("years = 18", "years = 31");
    let bad = run(&["pack", "check", "-"], &failing);
    assert_eq!(bad.status, 1);
    expect![[r#"
        xx-example-2026, version 1: 6 rules; 5 name no text of the site (`source`), 0 name one that nobody has marked as compared (`verified`).
          FAILED  line 155   everything in the clear
                  outcome: expected presumptively_eligible, got presumptively_ineligible
                  hits: expected [], got [min_age]
          FAILED  line 164   a conviction of nine years ago can be set aside
                  waivable: expected true, got false
                  hits: expected [no_violent_record], got [min_age, no_violent_record]
          FAILED  line 174   drugs that may have been for sale are an open question
                  outcome: expected needs_verification, got presumptively_ineligible
                  open: expected [site.for_personal_use], got []
          FAILED  line 184   outside downtown the social door stays open
                  hits: expected [in_zone], got [in_zone, min_age]
                  other_door: expected social_contact, got none
        4 of 4 cases came out otherwise.
        Look at these again:
          [clear] holds the answers of somebody whom no rule stops, but at arrest_diversion it is stopped by min_age: correct the answer, or the rule
          [clear] holds the answers of somebody whom no rule stops, but at social_contact it is stopped by min_age: correct the answer, or the rule
          no case hits these rules: offense_in, no_felony_warrant, volunteers. Add a [[test]] for each, so that it is seen to work
    "#]]
    .assert_eq(&bad.out);
    expect![[r#"
        handoff: standard input: 4 of 4 cases came out otherwise than the pack expects. Nothing was changed. Correct the rule or the case, and check again.
    "#]].assert_eq(&bad.err);
    let bad = run(&["pack", "check", "-", "--json"], &failing);
    let answer: serde_json::Value = serde_json::from_str(&bad.out).unwrap();
    assert_eq!((bad.status, answer["cases_failed"].as_u64()), (1, Some(4)));
}

#[test]
fn a_mistake_in_a_pack_is_named_by_line_and_column_with_the_way_out() {
    let check: &[&str] = &["pack", "check", "-"];
    let packs = [
        pack("kind = \"no_open_warrant\"", "kind = \"no_open_warant\""),
        pack("[[zone]]", "[[zone"),
        pack("severity = \"refer_up\"", "severity = \"soft\""),
        pack("\"40A\"", "\"40Z\""),
        pack(
            "outcome = \"presumptively_eligible\"\nhits = []",
            "hits = []",
        ),
        pack("zones = [\"downtown\"]", "zones = [\"uptown\"]"),
        pack("id = \"xx-example-2026\"\n", ""),
    ];
    let runs: Vec<(&[&str], &str)> = packs.iter().map(|pack| (check, pack.as_str())).collect();
    check_refused(
        &runs,
        expect![[r#"
            handoff: standard input: line 131, column 8: there is no rule kind `no_open_warant` (did you mean `no_open_warrant`?): the kinds are min_age, max_age, offense_in, offense_not_in, amount_max, supervision_none, no_conviction, sex_offense_history, no_open_case, no_open_warrant, in_zone, in_hours, prior_involvement, prior_diversions, no_recent_diversion, substance_nexus, threat_to_public_safety, volunteers, amenable, residency, not_in_treatment_court, registrant, no_contact_order_with_participant, not_delivery, delivery_only_subsistence, victim_declines, not_exploiting_minors, not_promoting_prostitution, not_trafficking, program_capacity, site_question, all_of, any_of, not. Nothing was changed. Correct that place and try again.
            handoff: standard input: line 43, column 7: this is not TOML: unclosed array table, expected `]]`. Nothing was changed. Correct that place and try again.
            handoff: standard input: line 133, column 12: `severity` cannot be `soft`: it is one of hard, presumptive, refer_up, advisory. Nothing was changed. Correct that place and try again.
            handoff: standard input: line 104, column 66: no NIBRS offence has the code `40Z`: correct it; a trailing * stands for any ending. Nothing was changed. Correct that place and try again.
            handoff: standard input: line 155, column 1: [[test]] has no `outcome`: add it. Nothing was changed. Correct that place and try again.
            handoff: standard input: line 113, column 10: the pack has no area `uptown`: add a [[zone]] with that id. Nothing was changed. Correct that place and try again.
            handoff: standard input: line 1, column 1: the pack has no `id`: add it. Nothing was changed. Correct that place and try again.
        "#]],
    );
}

#[test]
fn a_check_names_several_mistakes_in_one_run() {
    let broken = pack("severity = \"refer_up\"", "severity = \"soft\"")
        .replacen("years = 18", "years = 0", 1)
        .replacen(
            "succeeds_on = \"assessment_complete\"",
            "succeeds_on = \"assessment\"",
            1,
        );
    let ran = run(&["pack", "check", "-"], &broken);
    assert_eq!(ran.status, 1);
    expect![[r#"
        line 34, column 15: `succeeds_on` cannot be `assessment`: it is one of diverted, assessment_complete, nothing.
        line 93, column 9: `years` must be a whole number from 1 to 130.
        line 133, column 12: `severity` cannot be `soft`: it is one of hard, presumptive, refer_up, advisory.
        handoff: standard input: 3 mistakes, each with its place. Nothing was changed. Correct those places and check again.
    "#]].assert_eq(&format!("{}{}", ran.out, ran.err));
    let ran = run(&["pack", "check", "-", "--json"], &broken);
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (ran.status, said["mistakes"].as_array().unwrap().len()),
        (1, 3)
    );
}

#[test]
fn a_file_that_is_no_pack_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latin1.toml");
    std::fs::write(&file, b"# caf\xe9\n").unwrap();
    let ran = run(&["pack", "check", file.to_str().unwrap()], "");
    assert_eq!(ran.status, 1);
    assert!(ran.err.ends_with("latin1.toml: line 1: this is not text in UTF-8. Nothing was changed. Save it as UTF-8 and try again.\n"), "{}", ran.err);
    check_refused(
        &[
            (&["pack", "check", "no/such.toml"], ""),
            (&["pack", "explain", "md-baltimore"], ""),
            (&["pack", "explain", "/"], ""),
        ],
        expect![[r#"
            handoff: no/such.toml: there is no pack and no file of this name; the packs that come with this program are md-baltimore-2017, mo-stlouis-county-2021, nc-fayetteville-2016, nc-statesville-2018, nc-waynesville-2018, nm-santafe-2014, ny-albany-2016, pa-philadelphia-pad-2017, wa-seattle-2011, wa-seattle-2023. Nothing was changed. Give the id of one of them, or a file.
            handoff: md-baltimore: there is no pack and no file of this name (did you mean `md-baltimore-2017`?); the packs that come with this program are md-baltimore-2017, mo-stlouis-county-2021, nc-fayetteville-2016, nc-statesville-2018, nc-waynesville-2018, nm-santafe-2014, ny-albany-2016, pa-philadelphia-pad-2017, wa-seattle-2011, wa-seattle-2023. Nothing was changed. Give the id of one of them, or a file.
            handoff: /: the file cannot be read (Is a directory (os error 21)). Nothing was changed. Check who may read it.
        "#]],
    );
}

#[test]
fn a_pack_is_explained_in_plain_words_in_both_languages() {
    let example = pack("xx-example", "xx-example");
    let english = run(&["pack", "explain", "-"], &example);
    assert_eq!((english.status, english.err.as_str()), (0, ""));
    let hash = json(&["pack", "explain", "-", "--json"], &example)["pack"]["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    expect![[r#"
        Example County LEAD
        xx-example-2026, version 1, in force from 2026-01-01
        SHA-256 (hash)

        How the site works
          Time zone: America/New_York
          Kinds of referral: Arrest diversion, Social contact
          Checks records: prosecutor
          Decides: prosecutor
          Can set rules aside: prosecutor
          Minutes to the handoff: 30 (no text of the site says so)
          Handoff before the decision: Yes
          Handoff: Call the case manager on duty and meet at the day center.
          Days to the intake: 14
          Charge: Not filed if the person completes the assessment within 14 days.
          Most people per case manager: 25
          Read aloud: There is a program called LEAD. It is voluntary. You can say no, and then the ordinary process goes on. Do you want to meet a case manager?

        Areas
          downtown  Downtown: River St to Hill Ave
              Source: not recorded (not yet confirmed by the site)

        Questions, each with the place of its answer in the facts
          age  How old is the person?
          suspected_offenses  What is the person suspected of?
          site.for_personal_use  Were the drugs for the person's own use?
          zone  Did it happen downtown?
          history.violent  Was the person convicted of a violent felony in the last ten years?
          open_warrant  Does the person have an open felony warrant?
          volunteers  Is the person willing to take part?

        Rules
          min_age  The person is 18 or older.
              Weight: excludes
              For every kind of referral
              Asks: How old is the person?
              Tests:
                Met at 18 years of age and over.
                An age judged by sight says nothing within 5 years of the limit.
              Clause: 2.1 Adults only
              Source: Policy manual of 2026, section 2.1 (confirmed by the site’s text)
          offense_in  Every suspected offense can be diverted.
              Weight: excludes
              For: Arrest diversion
              Asks: What is the person suspected of?
              Asks: Were the drugs for the person's own use?
              Tests:
                Met if every suspected offense is one of these:
                  - 35A Drug/Narcotic Violations, only if the answer to “Were the drugs for the person's own use?” is yes
                  - 40A Prostitution
                  - every code that begins with 23, misdemeanor
              Clause: 2.2 Divertible offenses
              Source: not recorded (not yet confirmed by the site)
          in_zone  It happened downtown.
              Weight: excludes
              For: Arrest diversion
              Asks: Did it happen downtown?
              Tests:
                Met inside: Downtown.
              Clause: 2.3 Pilot area
              Source: not recorded (not yet confirmed by the site)
          no_violent_record  The person was not convicted of a violent felony in the last ten years.
              Weight: excludes unless set aside
              For every kind of referral
              Asks: Was the person convicted of a violent felony in the last ten years?
              Tests:
                Not met by a conviction.
                It counts within 10 years before the encounter; exactly 10 years before, it no longer counts.
              Clause: 2.4 Violent felonies
              Source: not recorded (not yet confirmed by the site)
              Can be set aside by: prosecutor
          no_felony_warrant  The person has no open felony warrant.
              Weight: for staff to decide
              For every kind of referral
              Asks: Does the person have an open felony warrant?
              Tests:
                Not met by a felony or more.
              Clause: 2.5 Open warrants
              Source: not recorded (not yet confirmed by the site)
          volunteers  The person is willing to take part.
              Weight: excludes
              For every kind of referral
              Asks: Is the person willing to take part?
              Tests:
                Met by yes to “Is the person willing to take part?”
              Clause: 2.6 Consent
              Source: not recorded (not yet confirmed by the site)
    "#]].assert_eq(&english.out.replace(&hash, "(hash)"));
    let spanish = run(&["pack", "explain", "-", "--language", "es-US"], &example).out;
    let (spanish, _) = spanish.split_once("\n\nReglas").unwrap();
    expect![[r#"
        LEAD del condado Ejemplo
        xx-example-2026, versión 1, en vigor desde 2026-01-01
        SHA-256 (hash)

        Cómo trabaja el sitio
          Zona horaria: America/New_York
          Tipos de referencia: Desvío de arresto, Contacto social
          Revisa los registros: fiscalía
          Decide: fiscalía
          Puede dejar reglas de lado: fiscalía
          Minutos hasta la entrega: 30 (ningún texto del sitio lo dice)
          Entrega antes de la decisión: Sí
          Entrega: Llame al gestor de casos de turno y vaya al centro de día.
          Días hasta la primera entrevista: 14
          Cargo: No se presenta si la persona completa la evaluación en 14 días.
          Máximo de personas por gestor de casos: 25
          Leer en voz alta: Existe un programa que se llama LEAD. Es voluntario. Puede decir que no, y entonces sigue el proceso ordinario. ¿Quiere conocer a un gestor de casos?

        Zonas
          downtown  Centro: De River St a Hill Ave
              Fuente: not recorded (el sitio aún no lo confirma)

        Preguntas, cada una con el lugar de su respuesta en los datos
          age  ¿Qué edad tiene la persona?
          suspected_offenses  ¿De qué se sospecha a la persona?
          site.for_personal_use  ¿Eran las drogas para el uso de la persona?
          zone  ¿Ocurrió en el centro?
          history.violent  ¿Fue condenada la persona por un delito grave violento en los últimos diez años?
          open_warrant  ¿Tiene la persona una orden de arresto pendiente por un delito grave?
          volunteers  ¿La persona quiere participar?"#]]
    .assert_eq(&spanish.replace(&hash, "(hash)"));
}

#[test]
fn an_explanation_in_json_names_what_no_text_bears_out() {
    let explained = json(&["pack", "explain", "md-baltimore-2017", "--json"], "");
    let unverified: Vec<&str> = explained["policy_rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["verified"] == false)
        .map(|row| row["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        unverified,
        [
            "waives",
            "handoff.target_minutes",
            "intake.due_days",
            "script"
        ]
    );
}
