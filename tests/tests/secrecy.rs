//! No name of a person served is in any file of the device or its temporary
//! folder, nor in any write to a file, unlinked ones too.
//!
//! The search looks for the name in UTF-8, UTF-16 (both ways round), base64
//! (all three alignments) and hexadecimal, and shows first that it finds each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::path::Path;
use std::process::Command;

use data_encoding::{BASE64, HEXLOWER};
use handoff_tests::world::{PASSWORD, World, files, handoff, referral, run};

const NAME: &str = "Quillwhistle";

/// What the name looks like when it is not protected.
fn shapes() -> Vec<Vec<u8>> {
    let utf16 = |le: bool| -> Vec<u8> {
        NAME.encode_utf16()
            .flat_map(|unit| {
                if le {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    };
    let mut shapes = vec![
        NAME.as_bytes().to_vec(),
        utf16(true),
        utf16(false),
        HEXLOWER.encode(NAME.as_bytes()).into_bytes(),
    ];
    for lead in 0..3 {
        // Within a longer text the name begins at any of three alignments; the
        // letters that also depend on its neighbours are left out.
        let mut text = vec![b'x'; lead];
        text.extend_from_slice(NAME.as_bytes());
        let encoded = BASE64.encode(&text);
        let from = if lead == 0 { 0 } else { 4 };
        shapes.push(encoded.as_bytes()[from..text.len() / 3 * 4].to_vec());
    }
    shapes
}

fn holds_the_name(bytes: &[u8]) -> bool {
    shapes()
        .iter()
        .any(|shape| bytes.windows(shape.len()).any(|window| window == shape))
}

#[test]
fn the_search_finds_each_shape() {
    for shape in shapes() {
        let mut bytes = vec![7; 100];
        bytes.extend_from_slice(&shape);
        bytes.extend_from_slice(&[9; 50]);
        assert!(
            holds_the_name(&bytes),
            "{}",
            String::from_utf8_lossy(&shape)
        );
    }
    assert!(!holds_the_name(&[7; 1000]));
    let sentence = format!("Somebody called {NAME} was here.");
    for lead in 0..3 {
        let text = format!("{}{sentence}", "y".repeat(lead));
        assert!(
            holds_the_name(BASE64.encode(text.as_bytes()).as_bytes()),
            "lead {lead}"
        );
    }
}

fn assert_clean(folder: &Path) {
    let found = files(folder);
    for (path, bytes) in &found {
        assert!(!holds_the_name(bytes), "{} holds the name", path.display());
    }
}

#[test]
fn no_file_and_no_write_holds_a_name() {
    let world = World::enrolled();
    let trace = world.path("trace");
    let saving = |file: &str| {
        let arguments = ["refer", "--file", "-", "--json"];
        let before = [
            "-f",
            "-qq",
            "-xx",
            "-s",
            "1000000",
            "-e",
            "trace=write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,mmap",
            "-o",
            file,
            handoff().to_str().expect("a path in UTF-8"),
        ];
        world.device_command("strace".as_ref(), &before, "device", &arguments)
    };
    let said = run(
        saving(trace.to_str().expect("a path in UTF-8")),
        &referral(1),
    );
    assert_eq!(said.code(), 0, "{said:?}");
    let traced = std::fs::read_to_string(&trace).expect("a trace");
    let writes = traced.lines().filter(|line| line.contains("write")).count();
    assert!(writes > 10, "the trace has {writes} writes");
    let unhexed = unhex(&traced);
    assert!(unhexed.iter().any(|bytes| !bytes.is_empty()));
    for bytes in &unhexed {
        assert!(
            !holds_the_name(bytes),
            "a write held the name: {}",
            String::from_utf8_lossy(bytes)
        );
    }

    assert_clean(&world.path("device"));
    assert_clean(&world.temp());
    let _site = world.serve("site");
    world.device("device", &["sync", "--json"]).json();
    world.listed("device");
    assert_clean(&world.path("device"));
    assert_clean(&world.temp());
    assert_clean(&world.path("site"));
    for (path, bytes) in files(&world.path("device")) {
        assert!(
            !bytes.starts_with(b"SQLite format 3"),
            "{} is not encrypted",
            path.display()
        );
    }
}

#[test]
fn the_trace_would_show_a_name_that_is_written() {
    let world = World::empty();
    let trace = world.path("trace");
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-qq",
            "-xx",
            "-s",
            "1000000",
            "-e",
            "trace=write",
            "-o",
        ])
        .arg(&trace)
        .args(["sh", "-c", "cat > leaked"])
        .current_dir(world.temp())
        .env("HANDOFF_PASSWORD", PASSWORD);
    let said = run(command, &referral(1));
    assert_eq!(said.code(), 0, "{said:?}");
    let traced = std::fs::read_to_string(&trace).expect("a trace");
    assert!(unhex(&traced).iter().any(|bytes| holds_the_name(bytes)));
    assert!(
        files(&world.temp())
            .iter()
            .any(|(_, bytes)| holds_the_name(bytes))
    );
}

/// The byte strings of a trace, which strace writes as `\x41\x42…`.
fn unhex(trace: &str) -> Vec<Vec<u8>> {
    trace
        .split('"')
        .skip(1)
        .step_by(2)
        .map(|quoted| {
            quoted
                .split("\\x")
                .skip(1)
                .filter_map(|byte| u8::from_str_radix(byte.get(..2)?, 16).ok())
                .collect()
        })
        .collect()
}
