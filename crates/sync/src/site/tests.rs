use handoff_protocol::batch::BatchHead;
use handoff_protocol::chain;
use handoff_protocol::ids::{DeviceId, Incarnation, ItemId, Lane};
use handoff_protocol::item::Item;
use proptest::prelude::*;

use super::*;

fn lane() -> Lane {
    Lane::Device {
        device: DeviceId::from_bytes([1; 16]),
        incarnation: Incarnation::from_bytes([2; 16]),
    }
}

fn item(n: u8) -> Item {
    Item::Entry {
        id: ItemId::from_bytes([n; 16]),
        context: ItemId::from_bytes([9; 16]),
        sealed: vec![n; 30],
    }
}

/// A device's way: the items that it holds, and the head before each.
fn way(items: &[u8]) -> Vec<(Item, Head)> {
    let mut head = chain::genesis(&lane(), None);
    items
        .iter()
        .map(|n| {
            head = chain::link(&lane(), &head, &item(*n).digest());
            (item(*n), head)
        })
        .collect()
}

fn batch(way: &[(Item, Head)], from: usize, to: usize) -> VerifiedBatch {
    let before = if from == 0 {
        chain::genesis(&lane(), None).hash
    } else {
        way[from - 1].1.hash
    };
    VerifiedBatch {
        head: BatchHead {
            site: SitePin([0; 32]),
            lane: lane(),
            parent: None,
            first: from as Seq + 1,
            before,
            through: way[to - 1].1,
        },
        items: way[from..to].to_vec(),
    }
}

/// A site that holds lines, as its storage would answer.
#[derive(Debug, Clone, Default)]
struct Site(Vec<(Branch, Vec<(Item, Head)>)>);

impl Site {
    fn take(&mut self, batch: &VerifiedBatch) -> Custody {
        let before = batch.head.first - 1;
        let genesis = chain::genesis(&lane(), None).hash;
        if self.0.is_empty() {
            self.0.push((Branch::MAIN, Vec::new()));
        }
        // Branches share what lies before they leave: `held` repeats it here.
        let at = self.0.iter().position(|(_, items)| {
            if before == 0 {
                batch.head.before == genesis
            } else {
                items
                    .get(before as usize - 1)
                    .is_some_and(|(_, at)| at.hash == batch.head.before)
            }
        });
        let best = at.map(|first| {
            // Of several lines through that place, the one that agrees longest.
            (first..self.0.len())
                .filter(|i| {
                    before == 0
                        || self.0[*i]
                            .1
                            .get(before as usize - 1)
                            .is_some_and(|(_, at)| at.hash == batch.head.before)
                })
                .max_by_key(|i| {
                    let agree = self.0[*i].1[before as usize..]
                        .iter()
                        .zip(&batch.items)
                        .take_while(|(held, new)| held.1 == new.1)
                        .count();
                    (agree, usize::MAX - i)
                })
                .unwrap_or(first)
        });
        let line = best.map(|i| {
            let (branch, items) = &self.0[i];
            Line {
                branch: *branch,
                head: items
                    .last()
                    .map_or(chain::genesis(&lane(), None), |(_, at)| *at),
                held: items[before as usize..]
                    .iter()
                    .map(|(_, at)| at.hash)
                    .collect(),
            }
        });
        let main = self.0[0].1.len() as Seq;
        let custody = custody(line.as_ref(), main, batch);
        match &custody {
            Custody::Append { branch, from } => {
                let line = self.0.iter_mut().find(|(b, _)| b == branch).unwrap();
                line.1.extend_from_slice(&batch.items[*from..]);
            }
            Custody::Fork {
                from_branch,
                branch,
                from,
            } => {
                let line = self.0.iter().find(|(b, _)| b == from_branch).unwrap();
                let mut items = line.1[..before as usize + from].to_vec();
                items.extend_from_slice(&batch.items[*from..]);
                self.0.push((*branch, items));
            }
            Custody::Gap { .. } | Custody::Held { .. } => {}
        }
        custody
    }
}

#[test]
fn a_batch_ahead_of_its_predecessor_is_a_gap_and_takes_nothing() {
    let way = way(&[1, 2, 3, 4]);
    let mut site = Site::default();
    assert_eq!(site.take(&batch(&way, 2, 4)), Custody::Gap { expected: 1 });
    assert_eq!(
        site.take(&batch(&way, 0, 2)),
        Custody::Append {
            branch: Branch::MAIN,
            from: 0
        }
    );
    assert_eq!(
        site.take(&batch(&way, 1, 4)),
        Custody::Append {
            branch: Branch::MAIN,
            from: 1
        }
    );
    assert_eq!(
        site.take(&batch(&way, 0, 4)),
        Custody::Held {
            branch: Branch::MAIN
        }
    );
}

#[test]
fn a_clone_that_goes_another_way_is_kept_beside_the_first() {
    let first = way(&[1, 2, 3]);
    let clone = way(&[1, 2, 8, 9]);
    let mut site = Site::default();
    site.take(&batch(&first, 0, 3));
    let branch = Branch(clone[2].1.hash);
    assert_eq!(
        site.take(&batch(&clone, 1, 3)),
        Custody::Fork {
            from_branch: Branch::MAIN,
            branch,
            from: 1
        }
    );
    assert_eq!(
        site.take(&batch(&clone, 3, 4)),
        Custody::Append { branch, from: 0 }
    );
    assert_eq!(site.take(&batch(&clone, 0, 4)), Custody::Held { branch });
    assert_eq!(site.0[0].1.len(), 3);
}

proptest! {
    #[test]
    fn any_interleaving_of_two_clones_keeps_both_ways_whole(
        split in 0usize..6,
        one in prop::collection::vec(10u8..20, 1..6),
        two in prop::collection::vec(20u8..30, 1..6),
        cuts in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), 1usize..5), 1..60),
    ) {
        let shared: Vec<u8> = (0..split as u8).collect();
        let ways = [
            way(&[&shared[..], &one[..]].concat()),
            way(&[&shared[..], &two[..]].concat()),
        ];
        let mut site = Site::default();
        for (which, at, len) in cuts {
            let way = &ways[usize::from(which)];
            let from = at.index(way.len());
            site.take(&batch(way, from, (from + len).min(way.len())));
        }
        for way in &ways {
            site.take(&batch(way, 0, way.len()));
        }
        for way in &ways {
            prop_assert!(site.0.iter().any(|(_, items)| items == way));
        }
        prop_assert!(site.0.len() <= 2);
    }
}
