//! The torture report that is kept says what its data say.

use super::Finding;
use super::tree::Tree;
use crate::torture::{DATA, DOCUMENT, markdown};

const RULE: &str = "torture";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let (data, document) = (tree.text(DATA), tree.text(DOCUMENT));
    let Some(data) = data else {
        let why = "has no data beside it: `cargo xtask torture --record` writes both";
        let alone = document.map(|_| Finding::new(RULE, DOCUMENT, why));
        return alone.into_iter().collect();
    };
    let made = serde_json::from_str(data)
        .map_err(anyhow::Error::from)
        .and_then(|report| markdown(&report));
    let why = match made {
        Ok(text) if document == Some(text.as_str()) => return Vec::new(),
        Ok(_) => "is not what its data make: `cargo xtask torture --record` writes both".to_owned(),
        Err(error) => format!("its data do not read: {error}"),
    };
    vec![Finding::new(RULE, DOCUMENT, why)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_of(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Tree::of(files);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_document_that_says_something_else_than_its_data_is_found() {
        let text = markdown(&serde_json::json!({})).unwrap();
        assert_eq!(check_of(&[]), [""; 0]);
        assert_eq!(check_of(&[(DATA, "{}"), (DOCUMENT, &text)]), [""; 0]);
        let better = text.replace("What the", "All that the");
        for broken in [
            vec![(DATA, "{}"), (DOCUMENT, better.as_str())],
            vec![(DATA, "{}")],
            vec![(DOCUMENT, text.as_str())],
            vec![(DATA, "7"), (DOCUMENT, text.as_str())],
        ] {
            assert_eq!(check_of(&broken).len(), 1, "{broken:?}");
        }
    }
}
