//! What went wrong at a site, said to an administrator: what happened, what is
//! safe, what to do.

use std::fmt::Display;

use handoff_site::storage::StorageError;
use handoff_site::{
    AttachmentError, BackupError, ConfirmError, DecideError, EraseError, Examination, InitError,
    InviteError, OpenError, PersonError, PublishError, ReleaseError, RestoreError, RotateError,
    ServeError, SettingsError,
};

use crate::output::Failure;

fn say(what: impl Display, safe: &str, next: &str) -> Failure {
    Failure::refused(format!("{what}. {safe} {next}"))
}

const NOTHING: &str = "Nothing was changed.";

pub fn open(error: OpenError) -> Failure {
    match error {
        OpenError::NoSite(_) => say(
            error,
            NOTHING,
            "Check --data, or found a site with `handoff site init`.",
        ),
        OpenError::Settings(error) => settings(&error),
        OpenError::Keys(_) | OpenError::Io { .. } => say(
            error,
            "The database was not touched.",
            "Put the file back from a backup, or mend its access (keys are for their owner alone: chmod 600).",
        ),
        OpenError::Storage(error) => storage(error),
        OpenError::OtherIdentity(_) => say(
            error,
            "Nothing was changed.",
            "Put keys and database of one and the same site into the folder.",
        ),
    }
}

fn settings(error: &SettingsError) -> Failure {
    say(
        error,
        "The site's data was not touched.",
        "Mend the line or the variable and try again.",
    )
}

pub fn storage(error: StorageError) -> Failure {
    if error.is_damage() {
        say(
            error,
            "What devices saved is still on the devices or in the last backup.",
            "Stop the server, copy the whole folder aside, and restore the newest backup with \
             `handoff site restore`; devices then send what it lacks.",
        )
    } else if error.is_transient() {
        say(
            error,
            NOTHING,
            "Make space, or wait for the other command to end, and try again.",
        )
    } else {
        say(
            error,
            NOTHING,
            "If it happens again, run `handoff site doctor`.",
        )
    }
}

pub fn attachment(error: AttachmentError) -> Failure {
    match error {
        AttachmentError::Storage(error) => storage(error),
        AttachmentError::NotFound(_) => say(
            error,
            NOTHING,
            "Copy the id from `handoff site attachments`.",
        ),
        AttachmentError::NotWhole { .. } => say(
            error,
            "What is here stays.",
            "Try again when the device has synced: `handoff site attachments` shows how much is here.",
        ),
    }
}

pub fn no_pack(name: &str, error: &std::io::Error) -> Failure {
    let ids: Vec<&str> = handoff_eligibility::builtin()
        .iter()
        .map(|builtin| builtin.pack.id())
        .collect();
    say(
        format!("`{name}` is neither a pack that ships nor a file that reads ({error})"),
        NOTHING,
        &format!("Name a TOML file, or one of {}.", ids.join(", ")),
    )
}

pub fn init(error: InitError) -> Failure {
    const NONE: &str = "No site was made, and nothing was left behind.";
    match error {
        InitError::NotEmpty(_) => say(
            error,
            "What lies there was not touched.",
            "Name a new or an empty folder.",
        ),
        InitError::Settings(_) => say(
            format!("--url: {error}"),
            NONE,
            "Write it as https://host:port, without a path.",
        ),
        InitError::Pack(error) => publish("--pack", error),
        InitError::Io { .. } => say(error, NONE, "Mend that and try again."),
        _ => say(
            error,
            NONE,
            "Try again; if it stays, check space and access of the folder.",
        ),
    }
}

pub fn publish(file: &str, error: PublishError) -> Failure {
    match error {
        PublishError::Storage(error) => storage(error),
        PublishError::Person(error) => person(error),
        PublishError::Pack(error) => say(
            format!("{file}: {error}"),
            "The pack was not published.",
            "Mend that line; `handoff pack check` reads the pack without a site.",
        ),
        PublishError::Tests { .. } => say(
            format!("{file}: {error}"),
            "The pack was not published.",
            "Mend the rules or the test; `handoff pack check` shows what differs.",
        ),
        PublishError::NotPermitted => say(
            error,
            "The pack was not published.",
            "Name such a person with --as.",
        ),
        PublishError::Published => say(error, NOTHING, "There is nothing to do."),
        PublishError::Lane(_) => say(error, NOTHING, "Try again."),
    }
}

pub fn person(error: PersonError) -> Failure {
    match error {
        PersonError::Storage(error) => storage(error),
        PersonError::NotFound => say(
            error,
            NOTHING,
            "`handoff site person list` shows the names, letter for letter.",
        ),
        PersonError::NameTaken(_) => say(
            error,
            NOTHING,
            "Add what tells the two apart, such as a middle initial or a badge number.",
        ),
        PersonError::NoName | PersonError::TooLong { .. } | PersonError::Invisible { .. } => {
            say(error, NOTHING, "Write it anew and try again.")
        }
        PersonError::Lane(_) => say(error, NOTHING, "Try again."),
        PersonError::NotPermitted => say(error, NOTHING, "Name such a person with --as."),
        PersonError::Enabled | PersonError::Disabled => {
            say(error, NOTHING, "There is nothing to do.")
        }
    }
}

pub fn device(error: PersonError) -> Failure {
    match error {
        PersonError::Storage(StorageError::Absent { table: "device" }) => say(
            "no device has that id",
            NOTHING,
            "Copy the id from `handoff site device list`.",
        ),
        error => person(error),
    }
}

pub fn release(error: ReleaseError) -> Failure {
    match error {
        ReleaseError::Storage(error) => storage(error),
        ReleaseError::Person(error) => person(error),
        ReleaseError::NotParked(_) => say(error, NOTHING, "`handoff site parked` lists what is."),
        ReleaseError::NotTheirs { code, .. } => say(
            format!("{error}"),
            NOTHING,
            &format!("What cures it: {}.", super::answers::cure(code.as_str())),
        ),
    }
}

pub fn rotate(error: RotateError) -> Failure {
    match error {
        RotateError::Storage(error) => storage(error),
        RotateError::Person(error) => person(error),
        RotateError::File(_) | RotateError::Codec(_) => say(
            error,
            "Nobody was told of a new key, and the old ones are as they were.",
            "Mend the access of the folder `keys`, or make space, and try again.",
        ),
    }
}

pub fn erase(error: EraseError) -> Failure {
    match error {
        EraseError::Storage(error) => storage(error),
        EraseError::Person(error) => person(error),
        EraseError::NotFound(_) => say(
            error,
            "Nothing was erased.",
            "Copy the id from `handoff site referrals`; what a device has not sent yet is not there.",
        ),
    }
}

pub fn invite(error: InviteError) -> Failure {
    match error {
        InviteError::Storage(error) => storage(error),
        InviteError::Person(error) => person(error),
        InviteError::Disabled => say(
            error,
            "Nobody was invited.",
            "Give the person a role first.",
        ),
        InviteError::AwaitingConfirmation => say(
            error,
            "Nobody was invited; devices are served custody meanwhile.",
            "Confirm the restored site with `handoff site confirm`, then invite.",
        ),
        InviteError::NoTlsKey => say(
            error,
            "Nobody was invited.",
            "Restore the site's keys from a backup.",
        ),
    }
}

pub fn decide(error: DecideError) -> Failure {
    const UNDECIDED: &str = "Nothing was decided.";
    let next = match error {
        DecideError::Storage(error) => return storage(error),
        DecideError::Person(error) => return person(error),
        DecideError::Disabled | DecideError::NotPermitted { .. } => {
            "Name somebody with --as whom the site's policy lets decide."
        }
        DecideError::NoSuchReferral(_) => {
            "Copy the id from `handoff site referrals`; what a device has not sent yet is not there."
        }
        DecideError::Withdrawn(_) => "Speak to the referrer if it should go on.",
        DecideError::NoPack => "Publish a pack whose effective date has come.",
        DecideError::Illegal { .. } => "`handoff site referrals` shows where it stands.",
        DecideError::ReasonTooLong(_) => "Say it shorter.",
        DecideError::Lane(_) => "Try again.",
    };
    say(error, UNDECIDED, next)
}

pub fn backup(error: BackupError) -> Failure {
    const NO_FILE: &str = "No backup was made under that name; the site was not changed.";
    match error {
        BackupError::Storage(error) => storage(error),
        BackupError::Exists(_) => say(
            error,
            "It was not touched.",
            "Name a new file, such as one with today's date.",
        ),
        BackupError::NotRestorable(_) => say(
            error,
            "The file was removed; earlier backups are as they were.",
            "Run `handoff site doctor` now, and keep the last good backup.",
        ),
        BackupError::Io { .. } | BackupError::Seal(_) | BackupError::Codec(_) => say(
            error,
            NO_FILE,
            "Make space or name another place, and try again.",
        ),
    }
}

pub fn restore(error: RestoreError) -> Failure {
    const NONE: &str = "No site was made, and the backup was not touched.";
    let next = match &error {
        RestoreError::NotEmpty(_) => "Name a new or an empty folder.",
        RestoreError::RecoveryKey(_) => {
            "Type that group again: it has letters and digits, without I, L, O and U."
        }
        RestoreError::Backup { .. } => {
            "Check that file and recovery key are of the same site, or use an earlier backup."
        }
        RestoreError::Content(_) => "Use an earlier backup.",
        RestoreError::ControlLog(_) | RestoreError::OtherControlLog(_) => {
            "Use the newest copy of this site's control log, or restore without one and confirm."
        }
        RestoreError::Io { .. } | RestoreError::Storage(_) => "Mend that and try again.",
        RestoreError::Lane(_) | RestoreError::Open(_) => "Try again.",
    };
    say(error, NONE, next)
}

pub fn confirm(error: ConfirmError) -> Failure {
    match error {
        ConfirmError::Storage(error) => storage(error),
        ConfirmError::Person(error) => person(error),
        ConfirmError::NotPermitted => say(
            error,
            "The site goes on taking what devices bring, and serves no feed.",
            "Name such a person with --as.",
        ),
    }
}

pub fn unwell(found: &Examination) -> Failure {
    let mut what = Vec::new();
    if !found.database_sound {
        what.push("the database is damaged: stop the server and restore the newest backup");
    }
    if found.control_log.is_err() {
        what.push("the control log is damaged: put its mirror back");
    }
    if !found.opening_keys_missing.is_empty() {
        what.push("opening keys are missing: put them back from a backup");
    }
    if found.awaiting_confirmation {
        what.push("the site was restored: check it, then `handoff site confirm`");
    }
    if !found.alarms.is_empty() {
        what.push("alarms stand: `handoff site device list` names devices of which there are copies; see to \
             them, then `handoff site device settle`");
    }
    if found.parked.keys().any(|code| *code != "erased") {
        what.push("entries are parked: they are kept, and a supervisor has to look at `handoff site parked`");
    }
    say(
        what.join("; "),
        "Nothing in custody is lost by this.",
        "Run it again afterwards.",
    )
}

pub fn serve(error: ServeError) -> Failure {
    let next = match &error {
        ServeError::Storage(_) => "Run `handoff site doctor`.",
        ServeError::Locked(_) => "Stop that server first, or let it serve.",
        ServeError::Listen { .. } => {
            "Choose another address with --listen, or stop what listens there."
        }
        ServeError::Tls(_) | ServeError::Io { .. } => {
            "Mend that file, or put it back from a backup."
        }
    };
    say(
        error,
        "The server did not start, and nothing was changed.",
        next,
    )
}
