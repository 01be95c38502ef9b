//! Messages across versions: what an earlier one sends is read, and it reads what
//! this one sends.

use ciborium::Value;
use uuid::Uuid;

use super::*;

fn pull() -> UserPull {
    UserPull {
        site: SitePin([1; 32]),
        device: DeviceId::from_bytes([2; 16]),
        user: UserId(Uuid::from_bytes([3; 16])),
        nonce: [4; 16],
        site_time: DateTime::UNIX_EPOCH,
        position: FeedPosition::Start,
        with_own: true,
        lease_only: false,
        lease: None,
    }
}

/// The fields of a message.
fn fields(bytes: &[u8]) -> Vec<(Value, Value)> {
    match ciborium::from_reader(bytes) {
        Ok(Value::Map(fields)) => fields,
        other => panic!("{other:?}"),
    }
}

fn bytes(fields: Vec<(Value, Value)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(fields), &mut bytes).unwrap();
    bytes
}

#[test]
fn a_pull_of_a_version_without_lease_only_is_read() {
    let ours = codec::to_cbor(&pull(), "a test").unwrap();
    let mut theirs = fields(&ours);
    theirs.retain(|(name, _)| name.as_text() != Some("lease_only"));
    assert_eq!(theirs.len(), fields(&ours).len() - 1);
    let read: UserPull = codec::from_cbor(&bytes(theirs), "a test").unwrap();
    assert_eq!(read, pull());
}

#[test]
fn a_state_with_a_field_of_a_later_version_is_read() {
    let state = DeviceState {
        version: "0.1.0".to_owned(),
        waiting: 2,
        oldest_waiting_minute: None,
        erased_through: 7,
    };
    let mut theirs = fields(&codec::to_cbor(&state, "a test").unwrap());
    theirs.push((Value::Text("disk_free".into()), Value::Integer(3.into())));
    let read: DeviceState = codec::from_cbor(&bytes(theirs), "a test").unwrap();
    assert_eq!(read, state);
}

/// A request or an answer of a version that has changed everything that it may.
fn of_next_year(range: (u16, u16)) -> Vec<u8> {
    let protocol = ProtocolRange {
        oldest: range.0,
        newest: range.1,
    };
    let greeting = Greeting {
        protocol,
        nonce: [7; 16],
    };
    let mut theirs = fields(&codec::to_cbor(&greeting, "a test").unwrap());
    theirs.push((Value::Text("lanes".into()), Value::Text("other".into())));
    theirs.push((Value::Text("outcome".into()), Value::Integer(9.into())));
    bytes(theirs)
}

#[test]
fn which_versions_somebody_speaks_is_read_whatever_else_has_changed() {
    let bytes_of_theirs = of_next_year((7, 9));
    let read = Greeting::of_reply(&bytes_of_theirs).unwrap();
    assert_eq!((read.protocol.oldest, read.protocol.newest), (7, 9));
    assert_eq!(read.nonce, [7; 16]);
    // Signed in another way, too.
    let carried = bytes(vec![
        (Value::Text("bytes".into()), Value::Bytes(bytes_of_theirs)),
        (Value::Text("seal".into()), Value::Null),
    ]);
    assert_eq!(Greeting::of_request(&carried).unwrap(), read);
    assert!(Greeting::of_request(b"\xff").is_err());
}

#[test]
fn the_bytes_of_a_greeting_are_frozen() {
    let greeting = Greeting {
        protocol: ProtocolRange {
            oldest: 1,
            newest: 2,
        },
        nonce: [7; 16],
    };
    let frozen = [
        &b"\xa2\x68protocol\xa2\x66oldest\x01\x66newest\x02\x65nonce\x50"[..],
        &[7; 16],
    ];
    let made = codec::to_cbor(&greeting, "a test").unwrap();
    assert_eq!(made, frozen.concat());
}
