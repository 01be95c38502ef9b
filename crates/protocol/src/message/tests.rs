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
