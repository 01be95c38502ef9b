//! Citations of laws, compared by what they name and not by how they are typed.
//!
//! Why: one officer writes `TRC § 521.457(a)`, another `trc 521.457`, and a pack
//! names a whole title (`21 Del. C. *`); a comparison of texts lets an excluded
//! offense through, or keeps a listed one out, without a word. How it moves: the
//! parser makes a [`Citation`] of each `statute` of a list, `offence_list.rs`
//! one of what the officer wrote. What it does not do: it knows no codes of any
//! state. Whether `TRC` and `Texas Transportation Code` are one law is not
//! known, and is said to be. Decided in ADR 0019.

use handoff_domain::Answer;

/// Words that say what the next figure is, and name no law.
const FILLERS: [&str; 22] = [
    "section",
    "sections",
    "sec",
    "sect",
    "subsection",
    "subsec",
    "subdivision",
    "subd",
    "paragraph",
    "para",
    "par",
    "title",
    "tit",
    "chapter",
    "chap",
    "ch",
    "article",
    "art",
    "number",
    "no",
    "of",
    "the",
];

/// A law: what it is called, and the figures of the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Citation {
    /// The letters of its name, without case, dots and spaces.
    law: String,
    /// The figures, and what stands in round brackets, in their order.
    place: Vec<String>,
    /// Whether the last of the place is only the beginning of a figure.
    is_cut: bool,
}

impl Citation {
    /// Reads a citation; none where there is neither a letter nor a figure.
    ///
    /// A `*` at the end stands for whatever follows: after a figure for the
    /// rest of that figure too (`TRC 521.4*`).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (text, has_star) = match text.strip_suffix('*') {
            Some(before) => (before, true),
            None => (text, false),
        };
        let is_cut = has_star && text.ends_with(|c: char| c.is_alphanumeric());
        let (mut law, mut place) = (String::new(), Vec::new());
        let mut depth = 0u32;
        let words = words(text);
        // A lone s in front of a figure is a section sign.
        let sign = match words.as_slice() {
            [Word::Text("s" | "S" | "ss" | "SS"), Word::Text(next), ..] if has_figure(next) => 1,
            _ => 0,
        };
        for word in words.into_iter().skip(sign) {
            match word {
                Word::Opens => depth += 1,
                Word::Closes => depth = depth.saturating_sub(1),
                Word::Text(word) => {
                    let word = word.to_lowercase();
                    if depth > 0 || has_figure(&word) {
                        place.push(word);
                    } else if !FILLERS.contains(&&*word) {
                        law += &word;
                    }
                }
            }
        }
        if law.is_empty() && place.is_empty() {
            return None;
        }
        Some(Self {
            is_cut: is_cut && !place.is_empty(),
            law,
            place,
        })
    }

    /// Whether what an officer cites is this law, or a part of it: unknown where
    /// the figures agree and the names do not, or where it is cited less exactly.
    pub(crate) fn names(&self, cited: &Self) -> Answer {
        if self.law == cited.law {
            return if self.begins(&cited.place) {
                Answer::Yes
            } else if cited.is_within(self) {
                Answer::Unknown
            } else {
                Answer::No
            };
        }
        let may_be = match (self.place.is_empty(), cited.place.is_empty()) {
            // A law by its name alone, and a place in no law that is named.
            (true, false) => cited.law.is_empty(),
            (_, true) => true,
            (false, false) => {
                self.begins(&cited.place)
                    || cited.is_within(self)
                    || cited.place.ends_with(&self.place)
            }
        };
        if may_be { Answer::Unknown } else { Answer::No }
    }

    fn begins(&self, place: &[String]) -> bool {
        let last = self.place.len().checked_sub(1);
        self.place.len() <= place.len()
            && self.place.iter().zip(place).enumerate().all(|(i, (a, b))| {
                a == b || self.is_cut && Some(i) == last && b.starts_with(a.as_str())
            })
    }

    /// Whether its figures are the first or the last ones of `wider`.
    fn is_within(&self, wider: &Self) -> bool {
        wider.place.starts_with(&self.place) || wider.place.ends_with(&self.place)
    }

    /// Citations that differ in what they do to this one and those beside it:
    /// itself, a part that nobody lists, and both figures in another law.
    pub(crate) fn variants(&self) -> [Self; 4] {
        let part = |of: &Self| {
            let mut part = of.clone();
            part.place.push(NOBODYS.to_owned());
            part
        };
        let elsewhere = Self {
            law: NOBODYS.to_owned(),
            ..self.clone()
        };
        [part(self), part(&elsewhere), self.clone(), elsewhere]
    }

    /// A law that no list names.
    pub(crate) fn of_no_list() -> Self {
        Self {
            law: NOBODYS.to_owned(),
            place: vec![NOBODYS.to_owned()],
            is_cut: false,
        }
    }
}

fn has_figure(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
}

/// A name and a figure that no law has.
const NOBODYS: &str = "\u{0}";

enum Word<'a> {
    Text(&'a str),
    Opens,
    Closes,
}

/// Runs of letters and figures, and the round brackets around them.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        match first {
            '(' => words.push(Word::Opens),
            ')' => words.push(Word::Closes),
            _ if first.is_alphanumeric() => words.push(Word::Text(word)),
            _ => {}
        }
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

    use super::*;
    use Answer::{No, Unknown, Yes};
    use proptest::prelude::*;

    fn check(listed: &str, rows: &[(&str, Answer)]) {
        let listed = Citation::parse(listed).unwrap();
        for (cited, expected) in rows {
            let got = listed.names(&Citation::parse(cited).unwrap());
            assert_eq!(got, *expected, "{listed:?} and {cited}");
        }
    }

    #[test]
    fn one_law_typed_in_two_ways_is_one_law() {
        check(
            "TRC 521.457",
            &[
                ("trc  521.457", Yes),
                ("T.R.C. § 521.457", Yes),
                ("TRC Sec. 521.457(a)(1)", Yes),
                ("521.457, TRC", Yes),
                ("521.457(a)(1), TRC", Yes),
                ("TRC 521-457", Yes),
                ("TRC 521.456", No),
                ("TRC 521.45", No),
                ("TRC 521.4570", No),
                ("PC 38.114", No),
                // Another name for it, or none, or less of it.
                ("Texas Transportation Code 521.457", Unknown),
                ("521.457", Unknown),
                ("TRC 521", Unknown),
                ("TRC", Unknown),
                ("driving while license invalid", Unknown),
            ],
        );
        check(
            "812.014, F.S.",
            &[("s. 812.014, F.S.", Yes), ("F.S. 812.015", No)],
        );
        check(
            "Vehicle Code",
            &[
                ("Vehicle Code § 23152", Yes),
                ("PC 484", No),
                ("23152", Unknown),
            ],
        );
    }

    #[test]
    fn a_title_names_all_that_is_in_it() {
        for title in ["21 Del. C.", "21 Del. C. *", "Title 21 Del. C.*"] {
            check(
                title,
                &[
                    ("21 Del. C. 2756", Yes),
                    ("21 Del. C. § 4177(a)", Yes),
                    ("21 Del. C.", Yes),
                    ("11 Del. C. 767", No),
                    ("11 Del. C. 21", No),
                    ("Title 21, section 2756", Unknown),
                ],
            );
        }
        check(
            "TRC 521.4*",
            &[
                ("TRC 521.457", Yes),
                ("TRC 521.4", Yes),
                ("TRC 521.5", No),
                ("TRC 521", Unknown),
            ],
        );
        check(
            "PC 38.114(a)",
            &[
                ("PC 38.114(a)(2)", Yes),
                ("PC 38.114(b)", No),
                ("PC 38.114", Unknown),
            ],
        );
    }

    #[test]
    fn what_names_no_law_is_no_citation() {
        for text in ["", " ", "§", "*", "()"] {
            assert_eq!(Citation::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_citation_names_itself_and_its_parts_however_it_is_spaced(
            law in "[A-Z]{1,4}", place in proptest::collection::vec(0u32..999, 1..4), part in 0u32..9,
        ) {
            let place: Vec<String> = place.iter().map(ToString::to_string).collect();
            let listed = Citation::parse(&format!("{law} {}", place.join("."))).unwrap();
            let spaced = format!("{}. § {}({part})", law.to_lowercase(), place.join(" - "));
            prop_assert_eq!(listed.names(&Citation::parse(&spaced).unwrap()), Yes);
            let other = format!("{law} 1{}", place.join("."));
            prop_assert_ne!(listed.names(&Citation::parse(&other).unwrap()), Yes);
            prop_assert_eq!(listed.names(&Citation::of_no_list()), No);
        }

        #[test]
        fn no_text_is_too_odd_to_read(text in ".{0,40}", other in ".{0,40}") {
            if let (Some(a), Some(b)) = (Citation::parse(&text), Citation::parse(&other)) {
                a.names(&b);
            }
        }
    }
}
