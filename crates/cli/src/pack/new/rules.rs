//! The rules that `handoff pack new` offers, with their words.
//!
//! What it does not do: it is no list of all kinds (`handoff pack kinds` is);
//! these are the ones that most policies have.

/// What a rule can weigh, and no for a policy that does not have it.
pub const WEIGHTS: [&str; 5] = ["no", "hard", "presumptive", "refer_up", "advisory"];

/// A rule that a policy may have.
pub struct Offer {
    /// Its id, and the key of the question.
    pub key: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// The question that it asks: id, English, Spanish.
    pub questions: &'static [(&'static str, &'static str, &'static str)],
    /// Its words, in English and Spanish.
    pub rule: (&'static str, &'static str),
    /// Parameters that are always the same.
    pub fixed: &'static str,
    /// The parameter that is asked.
    pub param: Option<Param>,
    /// The answer that passes, and one that hits.
    pub answers: (&'static str, &'static str),
    /// Only for diversion in place of an arrest.
    pub arrest_only: bool,
    /// The weight by default.
    pub default: &'static str,
}

/// A parameter that is asked.
#[derive(Clone, Copy)]
pub struct Param {
    /// The key of the question.
    pub key: &'static str,
    /// The question.
    pub ask: &'static str,
    /// The answer by default.
    pub default: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// The answer as the pack writes it.
    pub write: fn(&str) -> Option<String>,
}

const fn yes_no(
    key: &'static str,
    kind: &'static str,
    questions: &'static [(&'static str, &'static str, &'static str)],
    rule: (&'static str, &'static str),
    answers: (&'static str, &'static str),
) -> Offer {
    Offer {
        key,
        kind,
        questions,
        rule,
        fixed: "",
        param: None,
        answers,
        arrest_only: false,
        default: "no",
    }
}

const PASSES_ON_NO: (&str, &str) = ("no", "yes");
const PASSES_ON_YES: (&str, &str) = ("yes", "no");

/// Every rule that is offered, in the order in which it is asked.
pub const OFFERS: &[Offer] = &[
    Offer {
        param: Some(Param {
            key: "years",
            ask: "  From which age, in years",
            default: "18",
            takes: "a whole number from 6 to 60",
            write: years,
        }),
        default: "hard",
        ..yes_no(
            "min_age",
            "min_age",
            &[(
                "age",
                "How old is the person?",
                "¿Qué edad tiene la persona?",
            )],
            (
                "The person is old enough.",
                "La persona tiene la edad mínima.",
            ),
            ("60", "5"),
        )
    },
    Offer {
        param: Some(Param {
            key: "offense_codes",
            ask: "  Which ones, as NIBRS codes (35A drugs, 40A prostitution, 23* larceny)",
            default: "35A",
            takes: "NIBRS codes with commas, such as 35A, 40A, 23*; none of 09*",
            write: codes,
        }),
        arrest_only: true,
        default: "hard",
        ..yes_no(
            "divertible_offense",
            "offense_in",
            &[(
                "suspected_offenses",
                "What is the person suspected of?",
                "¿De qué se sospecha a la persona?",
            )],
            (
                "Every suspected offense is one that the site diverts.",
                "El sitio puede desviar cada delito sospechado.",
            ),
            ("", "09A"),
        )
    },
    Offer {
        param: Some(Param {
            key: "area_name",
            ask: "  The area's name",
            default: "Pilot area",
            takes: "some words",
            write: text,
        }),
        arrest_only: true,
        ..yes_no(
            "in_area",
            "in_zone",
            &[("zone", "Where did it happen?", "¿Dónde ocurrió?")],
            (
                "It happened inside the site's area.",
                "Ocurrió dentro de la zona del sitio.",
            ),
            ("area", "outside"),
        )
    },
    Offer {
        default: "hard",
        ..yes_no(
            "volunteers",
            "volunteers",
            &[(
                "volunteers",
                "Is the person willing to take part?",
                "¿La persona quiere participar?",
            )],
            (
                "The person is willing to take part.",
                "La persona quiere participar.",
            ),
            PASSES_ON_YES,
        )
    },
    yes_no(
        "amenable",
        "amenable",
        &[(
            "amenable",
            "Does the person seem open to diversion?",
            "¿Parece la persona abierta al desvío?",
        )],
        (
            "The person is open to diversion.",
            "La persona está abierta al desvío.",
        ),
        PASSES_ON_YES,
    ),
    yes_no(
        "threat_to_public_safety",
        "threat_to_public_safety",
        &[(
            "threat_to_public_safety",
            "Does the person present a threat to public safety?",
            "¿Representa la persona una amenaza para la seguridad pública?",
        )],
        (
            "The person presents no threat to public safety.",
            "La persona no representa una amenaza para la seguridad pública.",
        ),
        PASSES_ON_NO,
    ),
    Offer {
        fixed: "any_of = [\"substance\"]",
        ..yes_no(
            "substance_use",
            "substance_nexus",
            &[(
                "nexus.substance",
                "Does substance use lie behind the conduct?",
                "¿Hay consumo de sustancias detrás de la conducta?",
            )],
            (
                "Substance use lies behind the conduct.",
                "Hay consumo de sustancias detrás de la conducta.",
            ),
            PASSES_ON_YES,
        )
    },
    yes_no(
        "resident",
        "residency",
        &[(
            "resident",
            "Does the person live where the site serves?",
            "¿Vive la persona donde el sitio presta servicio?",
        )],
        (
            "The person lives where the site serves.",
            "La persona vive donde el sitio presta servicio.",
        ),
        PASSES_ON_YES,
    ),
    yes_no(
        "no_open_warrant",
        "no_open_warrant",
        &[(
            "open_warrant",
            "Does the person have an open warrant?",
            "¿Tiene la persona una orden de arresto pendiente?",
        )],
        (
            "The person has no open warrant.",
            "La persona no tiene una orden de arresto pendiente.",
        ),
        PASSES_ON_NO,
    ),
    yes_no(
        "no_open_case",
        "no_open_case",
        &[(
            "open_case",
            "Does the person have an open criminal case?",
            "¿Tiene la persona un caso penal abierto?",
        )],
        (
            "The person has no open criminal case.",
            "La persona no tiene un caso penal abierto.",
        ),
        PASSES_ON_NO,
    ),
    Offer {
        fixed: "kinds = [\"probation\", \"parole\"]",
        ..yes_no(
            "no_supervision",
            "supervision_none",
            &[
                (
                    "supervision.probation",
                    "Is the person on probation?",
                    "¿Está la persona en libertad condicional a prueba (probation)?",
                ),
                (
                    "supervision.parole",
                    "Is the person on parole?",
                    "¿Está la persona en libertad condicional (parole)?",
                ),
            ],
            (
                "The person is on neither probation nor parole.",
                "La persona no está en probation ni en parole.",
            ),
            PASSES_ON_NO,
        )
    },
    Offer {
        param: Some(Param {
            key: "look_back",
            ask: "  How far back it counts: lifetime, or a number of years",
            default: "lifetime",
            takes: "a number of years, or lifetime",
            write: look_back,
        }),
        fixed: "class = \"violent\"",
        ..yes_no(
            "no_violent_conviction",
            "no_conviction",
            &[(
                "history.violent",
                "Was the person ever convicted of a violent felony? If so, when last?",
                "¿Fue condenada la persona alguna vez por un delito grave violento? Si es así, ¿cuándo fue la última vez?",
            )],
            (
                "The person has no conviction of a violent felony that counts.",
                "La persona no tiene una condena por un delito grave violento que cuente.",
            ),
            PASSES_ON_NO,
        )
    },
    yes_no(
        "no_sex_offense",
        "sex_offense_history",
        &[(
            "sex_offense_history",
            "Does the person have a history of sex offenses?",
            "¿Tiene la persona antecedentes de delitos sexuales?",
        )],
        (
            "The person has no history of sex offenses.",
            "La persona no tiene antecedentes de delitos sexuales.",
        ),
        PASSES_ON_NO,
    ),
    yes_no(
        "not_in_treatment_court",
        "not_in_treatment_court",
        &[(
            "treatment_court",
            "Does the person have a case in a treatment court?",
            "¿Tiene la persona un caso en un tribunal de tratamiento?",
        )],
        (
            "The person has no case in a treatment court.",
            "La persona no tiene un caso en un tribunal de tratamiento.",
        ),
        PASSES_ON_NO,
    ),
    yes_no(
        "no_contact_order",
        "no_contact_order_with_participant",
        &[(
            "no_contact_order",
            "Does an order bar contact with somebody who takes part?",
            "¿Prohíbe una orden el contacto con alguien que participa?",
        )],
        (
            "No order bars contact with somebody who takes part.",
            "Ninguna orden prohíbe el contacto con alguien que participa.",
        ),
        PASSES_ON_NO,
    ),
    yes_no(
        "not_delivery",
        "not_delivery",
        &[(
            "delivery",
            "Is the person suspected of selling, or of meaning to sell?",
            "¿Se sospecha que la persona vende, o que piensa vender?",
        )],
        (
            "The person is not suspected of selling.",
            "No se sospecha que la persona vende.",
        ),
        PASSES_ON_NO,
    ),
    yes_no(
        "not_exploiting_minors",
        "not_exploiting_minors",
        &[(
            "exploits_minors",
            "Is the person suspected of exploiting minors?",
            "¿Se sospecha que la persona explota a menores?",
        )],
        (
            "The person is not suspected of exploiting minors.",
            "No se sospecha que la persona explota a menores.",
        ),
        PASSES_ON_NO,
    ),
    yes_no(
        "not_promoting_prostitution",
        "not_promoting_prostitution",
        &[(
            "promotes_prostitution",
            "Is the person suspected of promoting prostitution?",
            "¿Se sospecha que la persona promueve la prostitución?",
        )],
        (
            "The person is not suspected of promoting prostitution.",
            "No se sospecha que la persona promueve la prostitución.",
        ),
        PASSES_ON_NO,
    ),
];

fn years(text: &str) -> Option<String> {
    let years: u16 = text.parse().ok()?;
    (6..=60)
        .contains(&years)
        .then(|| format!("years = {years}"))
}

fn codes(text: &str) -> Option<String> {
    let codes: Vec<String> = text
        .split(',')
        .map(|code| code.trim().to_ascii_uppercase())
        .filter(|code| !code.is_empty())
        .collect();
    // 09A is the offence of the case that is expected to hit.
    if codes.is_empty()
        || codes
            .iter()
            .any(|code| code.starts_with("09") || code.len() > 3)
    {
        return None;
    }
    let codes: Vec<String> = codes
        .iter()
        .map(|code| super::write::quoted(code))
        .collect();
    Some(format!("offenses = [{}]", codes.join(", ")))
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn look_back(text: &str) -> Option<String> {
    if text == "lifetime" {
        return Some("look_back = \"lifetime\"".to_owned());
    }
    let years: u16 = text.split_whitespace().next()?.parse().ok()?;
    (1..=100)
        .contains(&years)
        .then(|| format!("look_back = {{ years = {years} }}"))
}
