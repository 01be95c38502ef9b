//! One-time codes, and enrolling a device with one.
//!
//! The database keeps a hash that names the invitation and a seed; the token is
//! derived from the seed and a key that lies outside the database, and never
//! travels: both sides prove that they know it. A device whose answer was lost
//! may ask again with the same keys until the invitation expires; anybody else
//! gets a refusal that says which of the reasons it was.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound as _, Utc};
use handoff_protocol::certificate::{AuthorCertificate, DeviceCertificate, KeyPurpose, Lease};
use handoff_protocol::enrolment::{
    EnrolAnswer, EnrolRefusal, EnrolReply, EnrolRequest, EnrolmentCode, Invitation, Proven,
    Speaker, tls_pin,
};
use handoff_protocol::{CodecError, PublicKey, codec};
use handoff_vault::enrol_mac;

use crate::control_log::ControlEvent;
use crate::people::{self, PersonError};
use crate::site::Site;
use crate::storage::{
    AuthorRow, DeviceRow, InvitationRow, PersonRow, Reads, SiteRow, StorageError, Writes,
};

/// Proofs that may fail before an invitation is void.
const TRIES: u32 = 5;

/// An invitation that was made.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The code: shown once, typed or scanned on the device.
    pub code: String,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Nobody of that name.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The account is disabled.
    #[error("this account is disabled")]
    Disabled,
    /// The site was restored and nobody has confirmed it yet.
    #[error("the site was restored from a backup and nobody has confirmed it yet")]
    AwaitingConfirmation,
    /// The site has no TLS key to pin.
    #[error("the site has announced no TLS key")]
    NoTlsKey,
}

/// Why an enrolment ended.
#[derive(Debug)]
enum NotEnrolled {
    Refused(EnrolRefusal),
    Storage(StorageError),
    Codec,
}

impl From<StorageError> for NotEnrolled {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<CodecError> for NotEnrolled {
    fn from(_: CodecError) -> Self {
        Self::Codec
    }
}

impl Site {
    /// Makes a one-time code for a person.
    ///
    /// # Errors
    /// [`InviteError`]; nothing was changed.
    pub fn invite(&self, name: &str) -> Result<Invited, InviteError> {
        let now = self.host.now();
        let expires_at = now + self.settings.invitation_for();
        let seed: [u8; 16] = self.host.bytes();
        let token = self.keys.derive_token(&seed);
        self.storage.writing(|writes| {
            let site = writes.site()?;
            if site.awaiting {
                return Err(InviteError::AwaitingConfirmation);
            }
            let person = people::find(writes, name)?;
            if person.roles.is_empty() {
                return Err(InviteError::Disabled);
            }
            let tls = writes
                .site_keys()?
                .into_iter()
                .rfind(|key| key.purpose == KeyPurpose::Tls && key.announced)
                .ok_or(InviteError::NoTlsKey)?;
            writes.keep_invitation(&InvitationRow {
                invitation: Invitation::of(&token),
                user: person.user,
                token_seed: seed,
                expires_at,
                used: None,
                failures: 0,
            })?;
            let code = EnrolmentCode {
                url: self.settings.url.clone(),
                site: self.pin(),
                tls_pin: tls_pin(&tls.key),
                token: *token,
            };
            Ok(Invited {
                code: code.to_text(),
                expires_at,
            })
        })
    }

    /// Enrols a device, or says why not.
    ///
    /// # Errors
    /// [`StorageError`] when the store failed; nothing was changed.
    pub fn enrol(&self, bytes: &[u8]) -> Result<EnrolAnswer, StorageError> {
        let Ok(proven) = codec::from_cbor::<Proven>(bytes, "an enrolment") else {
            return Ok(EnrolAnswer::Refused(EnrolRefusal::Unreadable));
        };
        // Which invitation it says it is for; believed only with the proof.
        let Ok(unproven) = codec::from_cbor::<EnrolRequest>(&proven.bytes, "an enrolment") else {
            return Ok(EnrolAnswer::Refused(EnrolRefusal::Unreadable));
        };
        let now = self.host.now();
        match self.try_enrol(&proven, &unproven, now) {
            Ok(answer) => {
                self.wake.ring();
                Ok(EnrolAnswer::Done(answer))
            }
            Err(NotEnrolled::Refused(refusal)) => {
                tracing::warn!(?refusal, "an enrolment was refused");
                if refusal == EnrolRefusal::BadProof {
                    self.count_failure(unproven.invitation)?;
                }
                Ok(EnrolAnswer::Refused(refusal))
            }
            Err(NotEnrolled::Codec) => Ok(EnrolAnswer::Refused(EnrolRefusal::Unreadable)),
            Err(NotEnrolled::Storage(error)) => Err(error),
        }
    }

    fn try_enrol(
        &self,
        proven: &Proven,
        unproven: &EnrolRequest,
        now: DateTime<Utc>,
    ) -> Result<Proven, NotEnrolled> {
        let refuse = |why| Err(NotEnrolled::Refused(why));
        let pin = self.pin();
        self.storage.writing(|writes| {
            let Some(invitation) = writes.invitation(unproven.invitation)? else {
                return refuse(EnrolRefusal::Unknown);
            };
            if invitation.failures >= TRIES {
                return refuse(EnrolRefusal::TooManyTries);
            }
            let token = self.keys.derive_token(&invitation.token_seed);
            let checked = enrol_mac::check(&token, Speaker::Device, &pin, proven);
            let Ok(request): Result<EnrolRequest, _> = checked else {
                return refuse(EnrolRefusal::BadProof);
            };
            let site = writes.site()?;
            let person = self.may_enrol(writes, &site, &invitation, &request, now)?;
            let device = self.device_of(writes, &request, now)?;
            let author = self.author_of(writes, &request, &person, now)?;
            if invitation.used.is_none() {
                let event = ControlEvent::InvitationUsed(invitation.invitation, request.device);
                self.log_control(now, event)?;
                writes.keep_invitation(&InvitationRow {
                    used: Some((now, request.device)),
                    ..invitation
                })?;
            }
            let issued_at = now.trunc_subsecs(0);
            let lease = self.keys.receipt(writes)?.sign_statement(&Lease {
                site: pin,
                user: person.user,
                device: request.device,
                roles: person.roles.clone(),
                issued_at,
                not_after: issued_at + self.settings.lease_for(),
            })?;
            let keys = writes.site_keys()?.into_iter().filter(|key| key.announced);
            let reply = EnrolReply {
                site: site.name,
                identity: site.identity,
                device: device.certificate,
                author: author.certificate,
                keys: keys.map(|key| key.certificate).collect(),
                epoch: site.epoch,
                lease,
            };
            Ok(enrol_mac::prove(&token, Speaker::Site, &pin, &reply)?)
        })
    }

    /// Who is enrolled by this request, if it may be.
    fn may_enrol(
        &self,
        reads: &dyn Reads,
        site: &SiteRow,
        invitation: &InvitationRow,
        request: &EnrolRequest,
        now: DateTime<Utc>,
    ) -> Result<PersonRow, NotEnrolled> {
        let refuse = |why| Err(NotEnrolled::Refused(why));
        if invitation.used.is_some_and(|(_, by)| by != request.device) {
            return refuse(EnrolRefusal::Used);
        }
        if invitation.used.is_some() {
            // The same device with other keys is not the one that lost an answer.
            let known = reads.authors(invitation.user, request.device)?;
            if known
                .iter()
                .all(|author| author.signing_key != request.signing_key)
            {
                return refuse(EnrolRefusal::Used);
            }
        }
        if now >= invitation.expires_at {
            let used = invitation.used.is_some();
            return refuse(if used {
                EnrolRefusal::Used
            } else {
                EnrolRefusal::Expired
            });
        }
        if site.awaiting {
            return refuse(EnrolRefusal::AwaitingConfirmation);
        }
        // A key that is no point of the curve would be refused when it is read
        // again, and then look like damage.
        let keys = [request.device_key, request.signing_key, request.sealing_key];
        if people::line("the device's name", &request.device_name).is_err()
            || keys
                .iter()
                .any(|key| PublicKey::from_bytes(key.as_bytes()).is_none())
        {
            return refuse(EnrolRefusal::Unreadable);
        }
        let people = reads.people()?;
        match people
            .into_iter()
            .find(|person| person.user == invitation.user)
        {
            Some(person) if !person.roles.is_empty() => Ok(person),
            _ => refuse(EnrolRefusal::PersonDisabled),
        }
    }

    fn device_of(
        &self,
        writes: &dyn Writes,
        request: &EnrolRequest,
        now: DateTime<Utc>,
    ) -> Result<DeviceRow, NotEnrolled> {
        let known = writes.device(request.device)?;
        if let Some(known) = known {
            if known.key != request.device_key {
                return Err(NotEnrolled::Refused(EnrolRefusal::OtherDeviceKey));
            }
            if known.revoked_at.is_some() {
                return Err(NotEnrolled::Refused(EnrolRefusal::DeviceRevoked));
            }
            return Ok(known);
        }
        let certificate = DeviceCertificate {
            site: self.pin(),
            device: request.device,
            name: request.device_name.trim().to_owned(),
            key: request.device_key,
            issued_at: now,
        };
        let row = DeviceRow {
            device: request.device,
            name: certificate.name.clone(),
            key: request.device_key,
            certificate: self.keys.identity().sign_statement(&certificate)?,
            vouched: false,
            first_seen_at: now,
            last_contact_at: Some(now),
            revoked_at: None,
        };
        writes.keep_device(&row)?;
        Ok(row)
    }

    fn author_of(
        &self,
        writes: &dyn Writes,
        request: &EnrolRequest,
        person: &PersonRow,
        now: DateTime<Utc>,
    ) -> Result<AuthorRow, NotEnrolled> {
        let known = writes.authors(person.user, request.device)?;
        if let Some(known) = known
            .into_iter()
            .find(|author| author.signing_key == request.signing_key)
        {
            return Ok(known);
        }
        let roles: BTreeSet<_> = person.roles.clone();
        let certificate = AuthorCertificate {
            site: self.pin(),
            user: person.user,
            name: person.name.clone(),
            roles,
            device: request.device,
            signing_key: request.signing_key,
            sealing_key: request.sealing_key,
            issued_at: now,
        };
        let row = AuthorRow {
            user: person.user,
            device: request.device,
            signing_key: request.signing_key,
            certificate: self.keys.identity().sign_statement(&certificate)?,
            issued_at: now,
            vouched: false,
        };
        writes.keep_author(&row)?;
        Ok(row)
    }

    fn count_failure(&self, invitation: Invitation) -> Result<(), StorageError> {
        self.storage.writing(|writes| {
            if let Some(row) = writes.invitation(invitation)? {
                writes.keep_invitation(&InvitationRow {
                    failures: row.failures + 1,
                    ..row
                })?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
