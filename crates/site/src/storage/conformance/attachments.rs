//! Attachments: pieces, and the entries that name them.

use handoff_domain::AttachmentAddress;

use super::*;

fn row(device: DeviceId, address: u8, total: u64, held: u64) -> AttachmentRow {
    AttachmentRow {
        device,
        address: AttachmentAddress([address; 32]),
        total,
        held,
    }
}

fn named(line: LineId, seq: u64, device: DeviceId, address: u8) -> NamedAttachment {
    NamedAttachment {
        line,
        seq,
        entry: EntryId(id()),
        device,
        address: AttachmentAddress([address; 32]),
        total: 5,
    }
}

fn revision(storage: &dyn Storage, line: LineId) -> u64 {
    read(storage, |reads| reads.line(line)).unwrap().revision
}

fn missing(storage: &dyn Storage, line: LineId) -> Vec<u64> {
    read(storage, |reads| reads.attachments_missing(line))
}

pub(super) fn an_attachment_comes_in_pieces(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let (device, other) = (DeviceId(id()), DeviceId(id()));
    let address = AttachmentAddress([1; 32]);
    assert_eq!(
        read(storage, |reads| reads.attachment(device, address)),
        None
    );
    let name = named(line.id, 3, device, 1);
    write(storage, |writes| writes.name_attachment(&name));
    let before = revision(storage, line.id);
    assert_eq!(missing(storage, line.id), [3]);
    write(storage, |writes| {
        writes.keep_piece(&row(device, 1, 5, 0), b"abc", at(1))
    });
    assert_eq!(missing(storage, line.id), [3]);
    assert_eq!(revision(storage, line.id), before);
    // Another device's is another one.
    assert_eq!(
        read(storage, |reads| reads.attachment(other, address)),
        None
    );
    write(storage, |writes| {
        writes.keep_piece(&row(device, 1, 5, 3), b"de", at(2))
    });
    let held = read(storage, |reads| reads.attachment(device, address));
    assert_eq!(held, Some(row(device, 1, 5, 5)));
    let bytes = read(storage, |reads| reads.attachment_bytes(device, address));
    assert_eq!(bytes, b"abcde");
    // A receipt says something else now.
    assert!(missing(storage, line.id).is_empty());
    assert_eq!(revision(storage, line.id), before + 1);
    assert_eq!(read(storage, |reads| reads.attachments()), [(name, 5)]);
    // An entry that names what is here already lacks nothing.
    let again = named(line.id, 4, device, 1);
    write(storage, |writes| writes.name_attachment(&again));
    assert!(missing(storage, line.id).is_empty());
    // What was not what its address says goes whole.
    write(storage, |writes| {
        writes.keep_piece(&row(other, 1, 5, 0), b"abc", at(1))?;
        writes.drop_attachment(other, address)
    });
    assert_eq!(
        read(storage, |reads| reads.attachment(other, address)),
        None
    );
    let bytes = read(storage, |reads| reads.attachment_bytes(other, address));
    assert_eq!(bytes, b"");
}

pub(super) fn an_erased_entry_takes_its_attachment(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let device = DeviceId(id());
    let (one, two) = (named(line.id, 2, device, 1), named(line.id, 3, device, 1));
    write(storage, |writes| {
        writes.keep_piece(&row(device, 1, 5, 0), b"abcde", at(1))?;
        writes.name_attachment(&one)?;
        writes.name_attachment(&two)
    });
    let before = revision(storage, line.id);
    write(storage, |writes| writes.erase_attachment(one.entry));
    // The other entry names it still.
    assert_eq!(revision(storage, line.id), before + 1);
    assert_eq!(read(storage, |reads| reads.attachments()), [(two, 5)]);
    write(storage, |writes| writes.erase_attachment(two.entry));
    let held = read(storage, |reads| reads.attachment(device, two.address));
    assert_eq!(held, None);
    let bytes = read(storage, |reads| reads.attachment_bytes(device, two.address));
    assert_eq!(bytes, b"");
    assert!(read(storage, |reads| reads.attachments()).is_empty());
}

pub(super) fn what_nobody_names_is_forgotten(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let device = DeviceId(id());
    write(storage, |writes| {
        writes.keep_piece(&row(device, 1, 5, 0), b"abcde", at(1))?;
        writes.keep_piece(&row(device, 2, 5, 0), b"ab", at(1))?;
        writes.keep_piece(&row(device, 3, 5, 0), b"ab", at(9))?;
        writes.name_attachment(&named(line.id, 2, device, 1))?;
        writes.forget_unnamed(at(5))
    });
    let is_here = |address: u8| {
        let address = AttachmentAddress([address; 32]);
        read(storage, |reads| reads.attachment(device, address)).is_some()
    };
    assert_eq!([1, 2, 3].map(is_here), [true, false, true]);
}
