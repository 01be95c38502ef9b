//! The pages of a database file and its log, decrypted one by one: rows that
//! were deleted, free pages and all.

use std::path::Path;

use aes::Aes256;
use aes::cipher::{Block, BlockCipherDecrypt as _, KeyInit as _};

const PAGE: usize = 4096;
/// Behind each page: an initialisation vector, and a seal.
const VECTOR: usize = 16;
const RESERVED: usize = 80;
/// In front of the first page: the salt.
const SALT: usize = 16;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Everything that a file and its log hold under a raw key.
pub fn open(file: &Path, key: &[u8; 32]) -> Vec<u8> {
    let cipher = Aes256::new(key.into());
    let mut plain = Vec::new();
    for (n, page) in read(file).chunks_exact(PAGE).enumerate() {
        plain.extend(open_page(&cipher, page, n == 0));
    }
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let log = read(Path::new(&log));
    for frame in log
        .get(LOG_HEADER..)
        .unwrap_or_default()
        .chunks_exact(FRAME_HEADER + PAGE)
    {
        let is_first = frame[..4] == 1u32.to_be_bytes();
        plain.extend(open_page(&cipher, &frame[FRAME_HEADER..], is_first));
    }
    plain
}

fn open_page(cipher: &Aes256, page: &[u8], is_first: bool) -> Vec<u8> {
    let begin = if is_first { SALT } else { 0 };
    let (content, reserved) = page.split_at(PAGE - RESERVED);
    let mut before: [u8; VECTOR] = reserved[..VECTOR].try_into().unwrap();
    let mut plain = Vec::with_capacity(content.len());
    for sealed in content[begin..].chunks_exact(16) {
        let mut block: Block<Aes256> = sealed.try_into().unwrap();
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = sealed.try_into().unwrap();
    }
    plain
}

fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap_or_default()
}

/// Whether bytes hold others.
pub fn hold(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
