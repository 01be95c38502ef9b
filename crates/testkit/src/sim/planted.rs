//! Planted bugs of the model of a device's files (feature `mutants`); without
//! the feature nothing of them is left. The real files carry the same ones.

use handoff_store::Draft;

/// The cursor of a feed is kept before what it brought.
#[cfg(feature = "mutants")]
pub(crate) fn cursor_before_apply() -> bool {
    handoff_mutants::Mutant::CursorBeforeApply.lives()
}

/// The cursor of a feed is kept before what it brought.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn cursor_before_apply() -> bool {
    false
}

/// A draft that is read again becomes new entries.
#[cfg(feature = "mutants")]
pub(crate) fn reread(draft: Draft) -> Draft {
    if !handoff_mutants::Mutant::DraftWithNewId.lives() {
        return draft;
    }
    let anew = |id: &handoff_domain::EntryId| {
        let mut bytes = *id.as_bytes();
        bytes[15] ^= 0x5a;
        handoff_domain::EntryId::from_bytes(bytes)
    };
    let entries = draft.entries.iter().map(anew).collect();
    Draft { entries, ..draft }
}

/// A draft that is read again becomes new entries.
#[cfg(not(feature = "mutants"))]
pub(crate) fn reread(draft: Draft) -> Draft {
    draft
}
