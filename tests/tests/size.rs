//! How many bytes an entry is, from its record to the wire, for records that
//! the dictionary has never seen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use handoff_protocol::ids::ItemId;
use handoff_protocol::item::Item;
use handoff_protocol::pack::{Packer, Unpacker};
use handoff_protocol::{batch::Batch, chain, signed::Signature};
use handoff_tests::synthetic::{Seeded, record};

/// Nonce and tag of AES-256-GCM.
const SEALING: usize = 12 + 16;

#[test]
fn an_entry_is_small_on_the_wire() {
    let mut rng = Seeded::new(0xfeed);
    let (mut packer, mut unpacker) = (Packer::new().unwrap(), Unpacker::new());
    let lane = handoff_protocol::Lane::Device {
        device: handoff_protocol::DeviceId::from_bytes([1; 16]),
        incarnation: handoff_protocol::Incarnation::from_bytes([2; 16]),
    };
    let context = ItemId::from_bytes([3; 16]);
    let (mut plain, mut packed_bytes) = (0, 0);
    let items: Vec<Item> = (0..500)
        .map(|_| {
            let bytes = record(&mut rng).to_bytes().unwrap();
            let packed = packer.pack(&bytes).unwrap();
            assert_eq!(unpacker.unpack(&packed).unwrap(), bytes);
            plain += bytes.len();
            packed_bytes += packed.len();
            let sealed = vec![0; packed.len() + SEALING];
            Item::Entry {
                id: ItemId::from_bytes(rng.bytes()),
                context,
                sealed,
            }
        })
        .collect();
    let site = handoff_protocol::SitePin([4; 32]);
    let make = |items: &[Item]| {
        let before = chain::genesis(&lane, None);
        let key = handoff_protocol::KeyId([0; 8]);
        let sign = |head: &_| handoff_protocol::Signed::make(head, key, |_| Signature([0; 64]));
        let batch = Batch::make(site, lane, None, before, items, sign).unwrap();
        handoff_protocol::to_cbor(&batch, "a batch").unwrap().len()
    };
    let by_500 = make(&items) / 500;
    let by_20 = items.chunks(20).map(make).sum::<usize>() / 500;
    println!(
        "record {} B, packed {} B, on the wire {by_500} B in batches of 500, {by_20} B in batches of 20",
        plain / 500,
        packed_bytes / 500
    );
    assert!(by_500 <= 310, "{by_500} bytes an entry in batches of 500");
    assert!(by_20 <= 340, "{by_20} bytes an entry in batches of 20");
}
