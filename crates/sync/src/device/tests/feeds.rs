use handoff_protocol::message::{Cursor, FeedPart};

use super::*;

/// A site has what a device, put back from an image, sends once more: its last
/// batch, with which it would ask for the feeds, is never needed.
#[test]
fn the_feeds_are_asked_for_though_the_last_batch_falls_away() {
    for limit in 1..=12 {
        let mut world = World::new(10, Vec::new());
        world.site = world.items.clone();
        let finish = world.session_of(Opening {
            contact: Contact::Fresh,
            ..opening(limit)
        });
        assert_eq!((finish, world.pulls), (Finish::Done, 1), "{limit}");
    }
}

/// An order to erase comes with the answer to a batch, after the feeds were asked
/// for: the site hears in this session that it was carried out.
#[test]
fn one_more_question_is_asked_whichever_answer_wants_it() {
    let mut world = World::new(2, vec![Fate::Late]);
    world.more = [false, true].into();
    let finish = world.session_of(Opening {
        contact: Contact::Fresh,
        ..opening(1)
    });
    assert_eq!((finish, world.pulls), (Finish::Done, 2));
}

/// An answer with feeds that comes behind the answer to a later request: what that
/// proved applied is not in them, and a snapshot would take it out of the vault.
#[test]
fn feeds_that_were_overtaken_are_asked_for_again() {
    let mut world = World::new(3, Vec::new());
    let mut session = DeviceSession::new(Opening {
        contact: Contact::Fresh,
        ..opening(1)
    });
    let first_two = Outlook {
        lanes: vec![LaneOutlook {
            head: world.head(2),
            ..world.outlook().lanes[0]
        }],
        attachments: vec![],
    };
    let begun = session.step(Event::Begin {
        outlook: first_two,
        pull: true,
    });
    let mut steps = VecDeque::from(begun);
    // Two batches leave, and a third for what is saved meanwhile.
    let mut posts = Vec::new();
    while posts.len() < 3 {
        let Some(step) = steps.pop_front() else {
            let first = world.arrive(&posts[0]);
            steps.extend(session.step(first));
            continue;
        };
        steps.extend(match step {
            Step::ReadItems { lane, from, max } => {
                let at = from as usize - 1;
                session.step(Event::ItemsRead {
                    lane,
                    before: world.head(from - 1),
                    items: world.items[at..at + max].to_vec(),
                })
            }
            Step::ReadPiece { address, offset } => session.step(world.read(address, offset)),
            Step::MarkSent { lane, through } => {
                world.sent_marked = through;
                session.step(Event::SentMarked { lane, through })
            }
            Step::Post(post) => {
                posts.push(post);
                Vec::new()
            }
            Step::Apply(_) => {
                world.covered = 1;
                session.step(Event::Applied {
                    outlook: world.outlook(),
                    restarted: false,
                    more: false,
                })
            }
            Step::Finish(finish) => panic!("{finish:?}"),
        });
    }
    let pulls: Vec<bool> = posts.iter().map(|post| post.pull).collect();
    assert_eq!(pulls, [false, true, false]);
    let early = with_feed(world.arrive(&posts[1]));
    let late = world.arrive(&posts[2]);
    world.covered = 3;
    world.applied_by_site = 3;
    let applied = |world: &World| Event::Applied {
        outlook: world.outlook(),
        restarted: false,
        more: false,
    };
    assert!(matches!(session.step(late)[..], [Step::Apply(_)]));
    assert_eq!(session.step(applied(&world)), []);
    let [Step::Apply(answer)] = &session.step(early)[..] else {
        panic!("an answer to apply");
    };
    assert_eq!(answer.user_feeds, []);
    let asked = session.step(applied(&world));
    assert!(matches!(&asked[..], [Step::Post(post)] if post.pull && post.batch.is_none()));
}

/// The same answer, with somebody's feed.
fn with_feed(event: Event) -> Event {
    let Event::Replied { request, mut reply } = event else {
        panic!("a reply");
    };
    if let Outcome::Done(answer) = &mut reply.outcome {
        let cursor = Cursor {
            epoch: EpochId::from_bytes([3; 16]),
            scope_version: 1,
            position: 0,
            feed_hash: [0; 32],
        };
        let part = FeedPart {
            snapshot: true,
            items: Vec::new(),
            next: cursor,
            more: false,
            without_own: false,
        };
        answer.user_feeds.push((UserId(uuid::Uuid::nil()), part));
    }
    Event::Replied { request, reply }
}
