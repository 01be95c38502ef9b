use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::testing::{PACK, TestSite};

fn options<'a>(data: &'a Path, pack: &'a str) -> NewSiteOptions<'a> {
    NewSiteOptions {
        data,
        name: SiteId::new("md-baltimore").unwrap(),
        pack,
        url: "https://127.0.0.1:8443",
    }
}

#[test]
fn everything_a_site_makes_is_its_owners_alone() {
    let site = TestSite::found();
    let mut folders = vec![site.site.paths().data().to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let mode = fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 9, "{seen}");
}

#[test]
fn a_folder_that_is_not_empty_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("thesis.txt"), "years of work").unwrap();
    let refused = init(&options(&data, PACK), &Host::system()).unwrap_err();
    assert!(matches!(refused, InitError::NotEmpty(_)), "{refused}");
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
    // An empty one is fine.
    fs::remove_file(data.join("thesis.txt")).unwrap();
    init(&options(&data, PACK), &Host::system()).unwrap();
}

#[test]
fn a_site_that_is_refused_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("deep").join("site");
    for (pack, url) in [
        ("id = 3", "https://127.0.0.1:1"),
        (PACK, "http://a.example"),
    ] {
        let options = NewSiteOptions {
            url,
            ..options(&data, pack)
        };
        init(&options, &Host::system()).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn the_recovery_key_lies_in_no_file_of_the_site() {
    let site = TestSite::found();
    let text = site.recovery_key.replace('-', "");
    let key = RecoveryKey::from_text(&text).unwrap();
    assert_eq!(key.public(), site.site.status().unwrap().recovery);
    for folder in [
        site.site.paths().data().to_owned(),
        site.site.paths().keys(),
    ] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
                assert!(!holds(site.recovery_key.as_bytes()), "{}", path.display());
                assert!(!holds(text.as_bytes()), "{}", path.display());
            }
        }
    }
}
