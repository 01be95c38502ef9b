use super::super::carry::{MOST_PIECES, MOST_STALLS};
use super::*;

#[test]
fn attachments_follow_behind_their_entries_piece_by_piece() {
    let mut world = World::new(3, Vec::new()).with_attachments(&[25, 40]);
    world.piece = 20;
    assert_eq!(world.session(10), Finish::Done);
    assert!(world.is_carried());
    // Nothing goes twice, and a second sync has nothing to carry.
    assert_eq!(world.carried, 65);
    world.session(10);
    assert_eq!(world.carried, 65);
}

#[test]
fn a_line_that_breaks_costs_one_piece() {
    // The hello, the batch, the question, and the third piece.
    let mut fates = vec![Fate::Answered; 5];
    fates.push(Fate::ReplyLost);
    let mut world = World::new(3, fates).with_attachments(&[70]);
    assert!(matches!(world.session(10), Finish::Stopped(_)));
    assert_eq!(world.attachments.values().next().unwrap().at_site.len(), 30);
    assert_eq!(world.session(10), Finish::Done);
    assert!(world.is_carried());
    assert_eq!(world.carried, 70);
}

#[test]
fn an_attachment_that_is_not_here_keeps_nothing_else_back() {
    let mut world = World::new(3, Vec::new()).with_attachments(&[30, 30]);
    world.attachments.values_mut().next().unwrap().here = false;
    // It is tried again, after a pause.
    assert_eq!(world.session(10), Finish::NotYetApplied);
    let all: Vec<usize> = world
        .attachments
        .values()
        .map(|of| of.at_site.len())
        .collect();
    assert_eq!(all, [0, 30]);
}

#[test]
fn a_long_attachment_goes_in_several_sessions_without_a_pause() {
    let pieces = usize::from(MOST_PIECES);
    let mut world = World::new(1, Vec::new()).with_attachments(&[10 * (2 * pieces + 1)]);
    let at_site = |world: &World| world.attachments.values().next().unwrap().at_site.len();
    for sessions in 1..=2 {
        assert_eq!(world.session(10), Finish::Carrying);
        assert_eq!(at_site(&world), 10 * pieces * sessions);
    }
    assert_eq!(world.session(10), Finish::Done);
    assert!(world.is_carried());
    // The feeds are asked for in each of them.
    assert_eq!(world.pulls, 3);
}

/// What the site says of an attachment: always this.
fn said(post: &Post, held: Option<u64>) -> Event {
    let mut answer = answer(None);
    answer.attachments = post
        .pieces
        .iter()
        .filter_map(|piece| {
            let address = piece.address;
            held.map(|held| AttachmentHeld { address, held })
        })
        .collect();
    replied(post, Outcome::Done(answer))
}

/// A site of a version that takes no attachments, and one that takes none of the
/// bytes, or one at a time: the session ends, and the attachment waits.
#[test]
fn a_site_that_takes_no_piece_is_not_asked_for_ever() {
    let stalled = 1 + usize::from(MOST_STALLS);
    for (held, more, pieces) in [(None, 0, 0), (Some(0), 0, stalled), (Some(0), 1, stalled)] {
        let mut world = World::new(0, Vec::new()).with_attachments(&[100]);
        let mut held = held;
        let mut session = DeviceSession::new(opening(10));
        let begun = session.step(Event::Begin {
            outlook: world.outlook(),
            pull: false,
        });
        let mut queue = VecDeque::from(begun);
        let mut finish = None;
        for _ in 0..100 {
            let Some(step) = queue.pop_front() else { break };
            queue.extend(match step {
                Step::ReadPiece { address, offset } => session.step(world.read(address, offset)),
                Step::Post(post) => {
                    let bytes = post.pieces.iter().map(|of| of.bytes.len()).sum::<usize>();
                    world.carried += bytes;
                    held = held.map(|held| held + more * u64::from(bytes > 0));
                    session.step(said(&post, held))
                }
                Step::Apply(_) => session.step(Event::Applied {
                    outlook: world.outlook(),
                    restarted: false,
                    more: false,
                }),
                Step::Finish(ended) => {
                    finish = Some(ended);
                    Vec::new()
                }
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(finish, Some(Finish::NotYetApplied), "{held:?}");
        assert_eq!(world.carried, pieces * world.piece, "{held:?}");
    }
}
