//! Answers as a person types them in their language, and what to type.
//!
//! Why: the short form of answers (`handoff_eligibility::shorthand`) is that of
//! a pack's own cases, and so in English; whoever tries a pack in Spanish types
//! Spanish. How it moves: [`canonical`] puts the words of the catalogue
//! (`cli-word-…`) into the short form's, [`takes`] says which there are. What it
//! does not do: it judges no answer, and what stands in brackets (a statute) is
//! left as it is. The short form's own words are understood in every language.

use handoff_eligibility::Ask;

use crate::language::Speaker;

/// What is typed instead of an answer.
pub const CONTROL: [&str; 2] = ["end", "back"];

/// The words that the short form of an answer to `ask` may hold.
fn words_of(ask: &Ask) -> &'static [&'static str] {
    match ask {
        Ask::Age => &["unknown", "stated", "estimated"],
        Ask::SuspectedOffences => &["unknown", "infraction", "misdemeanor", "felony"],
        Ask::Drugs => &["none", "unknown", "pills", "other"],
        Ask::Zone => &["outside", "unknown"],
        Ask::EncounterAt | Ask::PriorDiversions => &["unknown"],
        Ask::Complainant => &["none", "consents", "declines", "wants", "unknown"],
        Ask::PriorInvolvement => &[
            "yes",
            "no",
            "unknown",
            "record",
            "direct_observation",
            "reliable_information",
            "in_zone",
            "out_of_zone",
            "documented",
            "undocumented",
        ],
        Ask::OpenCase | Ask::OpenWarrant => &[
            "yes",
            "no",
            "unknown",
            "infraction",
            "misdemeanor",
            "felony",
            "local",
            "elsewhere",
        ],
        Ask::SexOffenceHistory
        | Ask::History(_)
        | Ask::Supervision(_)
        | Ask::Nexus(_)
        | Ask::Plain(_)
        | Ask::Site(_) => &["yes", "no", "unknown"],
    }
}

/// The message that says what to type for an answer to `ask`.
fn takes_id(ask: &Ask) -> &'static str {
    match ask {
        Ask::Age => "cli-takes-age",
        Ask::SuspectedOffences => "cli-takes-offenses",
        Ask::Drugs => "cli-takes-drugs",
        Ask::Zone => "cli-takes-zone",
        Ask::EncounterAt => "cli-takes-time",
        Ask::Complainant => "cli-takes-complainant",
        Ask::PriorInvolvement => "cli-takes-involvement",
        Ask::PriorDiversions => "cli-takes-count",
        Ask::OpenCase | Ask::OpenWarrant => "cli-takes-matter",
        Ask::SexOffenceHistory | Ask::History(_) => "cli-takes-history",
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => "cli-takes-yes_no",
    }
}

/// What to type for an answer to `ask`.
pub fn takes(ask: &Ask, speaker: Speaker) -> String {
    speaker.say(takes_id(ask), &[])
}

/// The answer `text` to `ask` in the short form.
pub fn answer(text: &str, ask: &Ask, speaker: Speaker) -> String {
    canonical(text, words_of(ask), speaker)
}

/// `text` with the catalogue's words for `words` put into these; capitals and
/// accents do not matter.
pub fn canonical(text: &str, words: &[&str], speaker: Speaker) -> String {
    let mut ways: Vec<(Vec<char>, &str)> = Vec::new();
    for word in words {
        let said = speaker.code("cli-word", word);
        let ways_to_say = said.split('/').chain([*word]).map(str::trim);
        ways.extend(ways_to_say.map(|way| (way.chars().map(fold).collect(), *word)));
    }
    // "No sé" is more than "no".
    ways.sort_by_key(|(way, _)| std::cmp::Reverse(way.len()));

    let typed: Vec<char> = text.chars().collect();
    let folded: Vec<char> = typed.iter().copied().map(fold).collect();
    let mut short = String::new();
    let mut at = 0;
    let mut in_brackets = false;
    while let Some(next) = typed.get(at) {
        let begins = at == 0 || folded.get(at - 1).is_none_or(|before| ends_word(*before));
        let rest = folded.get(at..).unwrap_or_default();
        let way = ways.iter().find(|(way, _)| {
            let whole = rest.get(way.len()).is_none_or(|after| ends_word(*after));
            begins && !in_brackets && whole && rest.starts_with(way)
        });
        if let Some((way, word)) = way {
            short.push_str(word);
            at += way.len();
        } else {
            in_brackets = (in_brackets || *next == '(') && *next != ')';
            short.push(*next);
            at += 1;
        }
    }
    short
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')
}

/// A letter without its capital and its accent.
fn fold(c: char) -> char {
    match c.to_lowercase().next().unwrap_or(c) {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use handoff_domain::Facts;
    use handoff_eligibility::shorthand;
    use handoff_words::{Language, find};

    use super::*;

    const ASKS: [&str; 14] = [
        "age",
        "suspected_offenses",
        "drugs",
        "zone",
        "encounter_at",
        "complainant",
        "prior_involvement",
        "prior_diversions",
        "open_case",
        "open_warrant",
        "sex_offense_history",
        "history.violent",
        "supervision.parole",
        "site.own",
    ];

    fn asks() -> impl Iterator<Item = Ask> {
        ASKS.into_iter().map(|id| id.parse().unwrap())
    }

    #[test]
    fn english_says_what_the_short_form_takes() {
        for ask in asks() {
            let said = takes(&ask, Speaker::of(Language::En));
            assert_eq!(said, shorthand::takes(&ask), "{ask}");
        }
    }

    #[test]
    fn every_word_of_the_short_form_has_its_way_to_type_it() {
        for word in asks()
            .flat_map(|ask| words_of(&ask).to_vec())
            .chain(CONTROL)
        {
            for language in [Language::En, Language::Es] {
                let said = find(language, &format!("cli-word-{word}"), &[]);
                assert!(said.is_some(), "{language:?}: {word}");
                for way in said.unwrap().split('/') {
                    let short = canonical(way.trim(), &[word], Speaker::of(language));
                    assert_eq!(short, word, "{language:?}: {way}");
                }
            }
        }
    }

    #[test]
    fn every_example_in_spanish_is_an_answer() {
        let spanish = Speaker::of(Language::Es);
        for ask in asks() {
            let said = takes(&ask, spanish);
            let examples: Vec<_> = said
                .split('“')
                .skip(1)
                .filter_map(|text| text.split('”').next())
                .collect();
            assert!(!examples.is_empty(), "{said}");
            for example in examples {
                let short = answer(example, &ask, spanish);
                let read = shorthand::answer(&mut Facts::default(), &ask, &short);
                assert_eq!(read, Ok(()), "{ask}: {example} → {short}");
            }
        }
    }

    #[test]
    fn words_are_taken_whole_and_what_stands_in_brackets_is_left() {
        let spanish =
            |text: &str, ask: &str| answer(text, &ask.parse().unwrap(), Speaker::of(Language::Es));
        assert_eq!(spanish("SÍ", "site.own"), "yes");
        assert_eq!(spanish("si 2019", "history.violent"), "yes 2019");
        assert_eq!(spanish("no sé", "site.own"), "unknown");
        assert_eq!(spanish("no", "site.own"), "no");
        assert_eq!(spanish("nos", "site.own"), "nos");
        assert_eq!(
            spanish("35A delito menor (ley menor 5), 90J", "suspected_offenses"),
            "35A misdemeanor (ley menor 5), 90J"
        );
        // An area may be called what elsewhere is a word.
        assert_eq!(spanish("menor", "zone"), "menor");
        assert_eq!(spanish("yes felony", "open_case"), "yes felony");
    }
}
