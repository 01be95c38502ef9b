use super::*;
use crate::testing::{OFFICER, TestSite};

#[test]
fn names_of_any_script_are_kept_letter_for_letter() {
    let site = TestSite::found();
    for name in [
        "Ñandú Ó Conaill",
        "王小明",
        "أحمد",
        "👩🏽‍🚒 Lou",
        "Χρῆστος",
        "नेहा",
    ] {
        let person = site
            .site
            .add_person(name, [Role::Officer].into(), "PD 1")
            .unwrap();
        assert_eq!(person.name, name);
        let listed = site.site.people().unwrap();
        assert!(listed.contains(&person), "{name}");
    }
}

#[test]
fn a_name_that_is_taken_or_hides_something_is_refused_with_the_reason() {
    let site = TestSite::found();
    let add = |name: &str| site.site.add_person(name, [Role::Officer].into(), "");
    let before = site.site.people().unwrap();
    assert!(matches!(add("  "), Err(PersonError::NoName)));
    for taken in [OFFICER, "dana reyes", "  Dana Reyes "] {
        assert!(
            matches!(add(taken), Err(PersonError::NameTaken(_))),
            "{taken}"
        );
    }
    for (name, code, place) in [
        ("Dana\0Reyes", 0, 5),
        ("Da\u{202e}na", 0x202e, 3),
        ("Dana\nReyes", 10, 5),
        ("\u{feff}Dana", 0xfeff, 1),
    ] {
        let refused = add(name).unwrap_err();
        assert!(
            matches!(refused, PersonError::Invisible { code: c, place: p, .. } if (c, p) == (code, place)),
            "{refused}"
        );
    }
    let long = add(&"é".repeat(201));
    assert!(matches!(
        long,
        Err(PersonError::TooLong {
            characters: 201,
            ..
        })
    ));
    assert_eq!(site.site.people().unwrap(), before);
}
