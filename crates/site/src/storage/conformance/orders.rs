//! What devices report and what people order.

use super::*;

fn order(item: ItemId, device: Option<DeviceId>) -> NewErasure {
    NewErasure {
        item,
        device,
        reason: ErasureReason::Retention,
        by: UserId(id()),
        at: at(5),
    }
}

pub(super) fn an_erased_content_is_gone(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let items = items();
    let line = append(storage, &line, &items).unwrap();
    let revision = line.revision;
    write(storage, |writes| writes.erase_item(line.id, 3));
    let held = read(storage, |reads| reads.item(line.id, 3)).unwrap();
    assert_eq!(held.item, items[2].clone().into_placeholder(Gone::Erased));
    let line = read(storage, |reads| reads.line(line.id)).unwrap();
    assert_eq!(line.revision, revision + 1);
    // A context is what others are opened with.
    let refused = storage.writing(|writes| writes.erase_item(line.id, 1));
    assert!(matches!(refused, Err(StorageError::Absent { .. })));
    let held = read(storage, |reads| reads.item(line.id, 1)).unwrap();
    assert_eq!(held.item, items[0]);
    storage.sweep().unwrap();
}

pub(super) fn an_order_gets_its_device(storage: &dyn Storage) {
    let (device, other) = (DeviceId(id()), DeviceId(id()));
    let (known, unknown) = (ItemId(id()), ItemId(id()));
    assert!(!read(storage, |reads| reads.has_erasures()));
    assert!(read(storage, |reads| reads.erased_among(&[known])).is_empty());
    write(storage, |writes| {
        writes.order_erasure(&order(unknown, None))?;
        writes.order_erasure(&order(known, Some(device)))
    });
    let positions = |device: DeviceId, after: u64| -> Vec<(u64, ItemId)> {
        let rows = read(storage, |reads| reads.erasures_for(device, after, 10));
        rows.iter().map(|row| (row.position, row.item)).collect()
    };
    assert_eq!(positions(device, 0), [(2, known)]);
    assert_eq!(positions(device, 2), []);
    // Its device is known now: a device that has acknowledged the second order
    // still hears of it.
    write(storage, |writes| {
        writes.order_erasure(&order(unknown, Some(device)))?;
        writes.order_erasure(&order(unknown, Some(other)))
    });
    assert_eq!(positions(device, 2), [(3, unknown)]);
    assert_eq!(positions(other, 0), []);
    // A copy of the device has brought what it had erased once more.
    write(storage, |writes| {
        writes.order_again(known)?;
        writes.order_again(ItemId(id()))
    });
    assert_eq!(positions(device, 2), [(3, unknown), (4, known)]);
    assert_eq!(positions(device, 0).len(), 2);
    write(storage, |writes| writes.order_again(known));
    assert_eq!(positions(device, 4), [(5, known)]);
    let stranger = ItemId(id());
    let erased = read(storage, |reads| reads.erased_among(&[known, stranger]));
    assert_eq!(erased, [known].into());
    let row = read(storage, |reads| reads.erasure(known)).unwrap();
    assert_eq!((row.at, row.reason), (at(5), ErasureReason::Retention));
}

pub(super) fn the_newest_state_counts(storage: &dyn Storage) {
    let device = DeviceId(id());
    let mut state = DeviceStateRow {
        device,
        version: "1.2.3".to_owned(),
        waiting: 3,
        missing: 4,
        oldest_minute: Some(29_000_000),
        erased_through: 0,
        reported_at: at(1),
    };
    assert_eq!(read(storage, |reads| reads.device_state(device)), None);
    write(storage, |writes| writes.keep_device_state(&state));
    state.waiting = 0;
    state.oldest_minute = None;
    write(storage, |writes| writes.keep_device_state(&state));
    let kept = read(storage, |reads| reads.device_state(device));
    assert_eq!(kept, Some(state));

    let mut reader = FeedReaderRow {
        user: UserId(id()),
        device,
        epoch: EpochId(id()),
        version: 1,
        read_at: at(1),
    };
    write(storage, |writes| writes.keep_feed_reader(&reader));
    reader.version = 2;
    write(storage, |writes| writes.keep_feed_reader(&reader));
    assert_eq!(read(storage, |reads| reads.feed_readers()), [reader]);
    let one = read(storage, |reads| reads.feed_reader(reader.user, device));
    assert_eq!(one, Some(reader));

    let item = ItemId(id());
    assert!(!read(storage, |reads| reads.is_released(item)));
    for n in 0..2 {
        write(storage, |writes| writes.release(item, UserId(id()), at(n)));
    }
    assert!(read(storage, |reads| reads.is_released(item)));
}

pub(super) fn alarms_of_a_device(storage: &dyn Storage) {
    let (device, other) = (DeviceId(id()), DeviceId(id()));
    write(storage, |writes| {
        writes.raise_alarm(AlarmCode::Forked, Some(device), at(1))?;
        writes.raise_alarm(AlarmCode::TwoCopies, Some(device), at(1))?;
        writes.raise_alarm(AlarmCode::RolledBack, Some(device), at(1))?;
        writes.raise_alarm(AlarmCode::Forked, Some(other), at(1))
    });
    assert_eq!(write(storage, |writes| writes.settle_alarms_of(device)), 2);
    let left = read(storage, |reads| reads.alarms());
    let left: Vec<_> = left.iter().map(|row| (row.code, row.device)).collect();
    assert_eq!(
        left,
        [
            (AlarmCode::RolledBack, Some(device)),
            (AlarmCode::Forked, Some(other))
        ]
    );
}
