use chrono::TimeDelta;
use handoff_domain::Role;
use handoff_protocol::ids::DeviceId;
use handoff_vault::{OsRandom, SealingKey, SigningKey};

use super::*;
use crate::testing::{OFFICER, OTHER, TestSite, enrol, id};

struct Keys(SigningKey, SigningKey, SealingKey);

impl Keys {
    fn make() -> Self {
        Self(
            SigningKey::make(&OsRandom),
            SigningKey::make(&OsRandom),
            SealingKey::make(&OsRandom),
        )
    }

    fn all(&self) -> (&SigningKey, &SigningKey, &SealingKey) {
        (&self.0, &self.1, &self.2)
    }
}

fn invited() -> (TestSite, String, Keys) {
    let site = TestSite::found();
    let code = site.site.invite(OFFICER).unwrap().code;
    (site, code, Keys::make())
}

#[test]
fn a_code_enrols_one_device_with_certificates_that_hold() {
    let (site, code, keys) = invited();
    let device = DeviceId(id());
    let reply = enrol(&site, &code, device, keys.all()).unwrap();
    let pin = site.site.pin();
    assert_eq!(handoff_protocol::SitePin::of(&reply.identity), pin);
    let certificate = reply.device.open(&reply.identity).unwrap();
    assert_eq!(
        (certificate.device, certificate.key),
        (device, keys.0.public())
    );
    let author = reply.author.open(&reply.identity).unwrap();
    assert_eq!(
        (author.user, author.name.as_str()),
        (site.user(OFFICER), OFFICER)
    );
    let purposes: BTreeSet<KeyPurpose> = reply
        .keys
        .iter()
        .map(|key| key.open(&reply.identity).unwrap().purpose)
        .collect();
    assert_eq!(purposes.len(), 4, "{purposes:?}");
    // The TLS key that is announced is the one that the code pins.
    let code = EnrolmentCode::from_text(&code).unwrap();
    let announced = reply
        .keys
        .iter()
        .map(|key| key.open(&reply.identity).unwrap());
    let tls = announced
        .into_iter()
        .find(|key| key.purpose == KeyPurpose::Tls);
    assert_eq!(tls_pin(&tls.unwrap().key), code.tls_pin);
}

#[test]
fn a_second_use_is_refused_and_a_lost_answer_may_be_asked_for_again() {
    let (site, code, keys) = invited();
    let device = DeviceId(id());
    let first = enrol(&site, &code, device, keys.all()).unwrap();
    let again = enrol(&site, &code, device, keys.all()).unwrap();
    assert_eq!((again.device, again.author), (first.device, first.author));
    let used = Err(EnrolRefusal::Used);
    let other = enrol(&site, &code, DeviceId(id()), keys.all()).map(|_| ());
    assert_eq!(other, used);
    let others_keys = Keys::make();
    let same_device = (&keys.0, &others_keys.1, &others_keys.2);
    assert_eq!(enrol(&site, &code, device, same_device).map(|_| ()), used);
    assert_eq!(site.site.devices().unwrap().len(), 1);
    site.pass(TimeDelta::minutes(15));
    assert_eq!(enrol(&site, &code, device, keys.all()).map(|_| ()), used);
}

#[test]
fn an_expired_or_unknown_code_and_a_disabled_account_are_told_apart() {
    let (site, code, keys) = invited();
    let device = DeviceId(id());
    let try_it = |code: &str| enrol(&site, code, device, keys.all()).map(|_| ());
    let mut unknown = EnrolmentCode::from_text(&code).unwrap();
    unknown.token = [7; 16];
    assert_eq!(try_it(&unknown.to_text()), Err(EnrolRefusal::Unknown));
    site.site.set_roles(OFFICER, BTreeSet::new()).unwrap();
    assert_eq!(try_it(&code), Err(EnrolRefusal::PersonDisabled));
    assert!(matches!(
        site.site.invite(OFFICER),
        Err(InviteError::Disabled)
    ));
    site.site
        .set_roles(OFFICER, [Role::Officer].into())
        .unwrap();
    site.pass(TimeDelta::minutes(15));
    assert_eq!(try_it(&code), Err(EnrolRefusal::Expired));
    assert_eq!(site.site.devices().unwrap(), []);
}

#[test]
fn a_message_that_was_changed_is_refused_and_five_of_them_end_the_invitation() {
    let (site, code, keys) = invited();
    let parsed = EnrolmentCode::from_text(&code).unwrap();
    let request = EnrolRequest {
        invitation: parsed.invitation(),
        device: DeviceId(id()),
        device_name: "Unit".to_owned(),
        device_key: keys.0.public(),
        signing_key: keys.1.public(),
        sealing_key: keys.2.public(),
    };
    let pin = site.site.pin();
    let proven = enrol_mac::prove(&parsed.token, Speaker::Device, &pin, &request).unwrap();
    for n in 0..5 {
        // Somebody in between puts a key of their own into the message.
        let forged = EnrolRequest {
            signing_key: SigningKey::make(&OsRandom).public(),
            ..request.clone()
        };
        let forged = Proven {
            bytes: codec::to_cbor(&forged, "a test").unwrap(),
            ..proven.clone()
        };
        let bytes = codec::to_cbor(&forged, "a test").unwrap();
        let answer = site.site.enrol(&bytes).unwrap();
        assert_eq!(answer, EnrolAnswer::Refused(EnrolRefusal::BadProof), "{n}");
    }
    let device = DeviceId(id());
    let refused = enrol(&site, &code, device, keys.all()).map(|_| ());
    assert_eq!(refused, Err(EnrolRefusal::TooManyTries));
    for bytes in [&b""[..], b"\xa0", &[0xff; 40]] {
        let answer = site.site.enrol(bytes).unwrap();
        assert_eq!(answer, EnrolAnswer::Refused(EnrolRefusal::Unreadable));
    }
}

#[test]
fn a_second_person_on_a_device_needs_its_key_and_a_name_that_is_one() {
    let (site, code, keys) = invited();
    let device = DeviceId(id());
    enrol(&site, &code, device, keys.all()).unwrap();
    let second = site.site.invite(OTHER).unwrap().code;
    let stranger = Keys::make();
    let refused = enrol(&site, &second, device, stranger.all()).map(|_| ());
    assert_eq!(refused, Err(EnrolRefusal::OtherDeviceKey));
    let theirs = (&keys.0, &stranger.1, &stranger.2);
    enrol(&site, &second, device, theirs).unwrap();
    assert_eq!(site.site.devices().unwrap().len(), 1);
    let now = site.now();
    let revoke = |writes: &dyn Writes| writes.revoke_device(device, now);
    site.site.storage().writing(revoke).unwrap();
    let third = site.site.invite(OTHER).unwrap().code;
    let refused = enrol(&site, &third, device, theirs).map(|_| ());
    assert_eq!(refused, Err(EnrolRefusal::DeviceRevoked));
}
