//! Planted bugs of the model of a device's files (feature `mutants`); without
//! the feature nothing of them is left.

use handoff_store::Draft;

#[cfg(feature = "mutants")]
use handoff_mutants::Mutant;

/// The cursor of a feed is kept before what it brought.
#[cfg(feature = "mutants")]
pub(crate) fn cursor_before_apply() -> bool {
    Mutant::CursorBeforeApply.lives()
}

/// The cursor of a feed is kept before what it brought.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn cursor_before_apply() -> bool {
    false
}

/// What an eviction or an order takes can be made again from the journal.
#[cfg(feature = "mutants")]
pub(crate) fn eviction_spares_journal() -> bool {
    Mutant::EvictionSparesJournal.lives()
}

/// What an eviction or an order takes can be made again from the journal.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn eviction_spares_journal() -> bool {
    false
}

/// What no backup holds is let go.
#[cfg(feature = "mutants")]
pub(crate) fn let_go_unproven() -> bool {
    Mutant::LetGoUnproven.lives()
}

/// What no backup holds is let go.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn let_go_unproven() -> bool {
    false
}

/// What a reader may no longer hold stays.
#[cfg(feature = "mutants")]
pub(crate) fn eviction_skipped() -> bool {
    Mutant::EvictionSkipped.lives()
}

/// What a reader may no longer hold stays.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn eviction_skipped() -> bool {
    false
}

/// A draft that is read again becomes new entries.
#[cfg(feature = "mutants")]
pub(crate) fn reread(draft: Draft) -> Draft {
    if !Mutant::DraftWithNewId.lives() {
        return draft;
    }
    static READ: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let read = READ.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let anew = |id: &handoff_domain::EntryId| {
        let bytes = u128::from_be_bytes(*id.as_bytes()) ^ u128::from(read);
        handoff_domain::EntryId::from_bytes(bytes.to_be_bytes())
    };
    let entries = draft.entries.iter().map(anew).collect();
    Draft { entries, ..draft }
}

/// A draft that is read again becomes new entries.
#[cfg(not(feature = "mutants"))]
pub(crate) fn reread(draft: Draft) -> Draft {
    draft
}
