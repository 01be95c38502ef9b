//! No name of a person served is in any file of the device or its temporary
//! folder, nor in any write to a file, unlinked ones too, nor in device.db
//! opened with its own key. What the search is: `handoff_tests::secrecy`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::process::Command;

use data_encoding::BASE64;
use handoff_tests::secrecy::{
    NAME, holds_the_name, leaks_in_files, leaks_in_trace, leaks_of_a_save, shapes,
};
use handoff_tests::world::{World, referral, run};

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

#[test]
fn no_file_and_no_write_holds_a_name() {
    assert_eq!(leaks_of_a_save(&World::enrolled()), Vec::<String>::new());
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
        .current_dir(world.temp());
    let said = run(command, &referral(1));
    assert_eq!(said.code(), 0, "{said:?}");
    let traced = std::fs::read_to_string(&trace).expect("a trace");
    assert_eq!(leaks_in_trace(&traced).len(), 1);
    assert_eq!(leaks_in_files(&[&world.temp()]).len(), 1);
}

#[test]
fn a_packed_record_with_the_name_is_found_wherever_it_lies() {
    let mut packer = handoff_protocol::pack::Packer::new().unwrap();
    for before in [0, 1, 77] {
        let mut bytes = vec![1; before];
        bytes.extend(
            packer
                .pack(format!("Her name is {NAME}.").as_bytes())
                .unwrap(),
        );
        bytes.extend([9; 50]);
        assert!(
            handoff_tests::secrecy::holds_the_name_or_packs_it(&bytes),
            "{before}"
        );
        bytes.truncate(before + 12);
        assert!(!handoff_tests::secrecy::holds_the_name_or_packs_it(&bytes));
    }
}
