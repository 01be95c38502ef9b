//! The VFS: what SQLite calls, between it and the system's own VFS.
//!
//! The one place of the project with `unsafe`, because SQLite calls it through
//! C. What each function relies on:
//!
//! - SQLite passes the pointers that its interface promises, each valid for the
//!   call, and does not use one file from two threads at once.
//! - A file of ours is [`Shim`] followed by the memory of the system's file:
//!   `szOsFile` asks SQLite for both.
//! - `Shim::open` is null, or a box that `x_open` made and `x_close` drops.
//! - The system's VFS is never unregistered.

#![expect(unsafe_code, reason = "SQLite calls a VFS through C")]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Once};

use rusqlite::ffi::{
    self, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_DELETE, SQLITE_IOERR_FSYNC,
    SQLITE_IOERR_READ, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE, SQLITE_OK,
    sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs,
};

use super::disk::Watched;
use super::fault::{Answer, Call};
use super::log::{FileId, Step};

/// The system's VFS.
static REAL: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// Makes this SQLite's default VFS for the rest of the process. Call it before
/// the first file is opened.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: SQLite initialises itself, and its VFS lives for ever.
        let real = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
        assert!(!real.is_null(), "SQLite has a VFS");
        REAL.store(real, Ordering::Release);
        // SAFETY: `real` is valid. The copy keeps the functions that need
        // nothing of their own VFS.
        let mut ours = unsafe { *real };
        ours.zName = c"handoff-crash".as_ptr();
        ours.szOsFile += size_of_c::<Shim>();
        ours.pNext = ptr::null_mut();
        ours.xOpen = Some(x_open);
        ours.xDelete = Some(x_delete);
        ours.xSleep = Some(x_sleep);
        // SAFETY: it is never freed, as SQLite asks.
        let status = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
        assert_eq!(status, SQLITE_OK, "the VFS is registered");
    });
}

fn size_of_c<T>() -> c_int {
    c_int::try_from(size_of::<T>()).unwrap_or(c_int::MAX)
}

/// A file of ours; the system's lies behind it.
#[repr(C)]
struct Shim {
    base: sqlite3_file,
    open: *mut OpenFile,
}

/// An open file within a watched folder.
struct OpenFile {
    disk: Arc<Watched>,
    file: FileId,
    /// Its next sync is its first, and syncs the folder too.
    syncs_names: bool,
    len: u64,
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Not 3: no memory-mapped reads, which would go past the recording.
    iVersion: 2,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_unlock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Calls a method of the system's file behind ours.
macro_rules! real {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let file = behind($file);
        match (*(*file).pMethods).$method {
            Some(method) => method(file $(, $argument)*),
            None => SQLITE_IOERR,
        }
    }};
}

unsafe fn behind(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: the memory of a file of ours goes on behind the shim, and the
    // size of the shim is a multiple of its alignment.
    unsafe { file.cast::<Shim>().add(1).cast() }
}

/// The watched file, if it is one.
unsafe fn open_file<'a>(file: *mut sqlite3_file) -> Option<&'a mut OpenFile> {
    // SAFETY: `x_open` has filled the shim, and SQLite uses one file from one
    // thread at a time.
    unsafe { (*file.cast::<Shim>()).open.as_mut() }
}

unsafe fn path_of<'a>(name: *const c_char) -> Option<&'a Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite's names end with a zero.
    let name = unsafe { CStr::from_ptr(name) };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())))
}

/// `Some` with the code when the call has to fail.
fn refused(disk: &Watched, call: Call, code: c_int) -> Option<c_int> {
    match disk.admit(call) {
        Ok(()) => None,
        Err(Answer::Failed) => Some(code),
        Err(Answer::Full) => Some(SQLITE_FULL),
    }
}

unsafe extern "C" fn x_open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let vfs = REAL.load(Ordering::Acquire);
    // SAFETY: SQLite gives `szOsFile` bytes, and a path or null.
    let path: Option<PathBuf> = unsafe { path_of(name) }.map(Path::to_owned);
    let disk = path.as_deref().and_then(Watched::of);
    let shim = file.cast::<Shim>();
    // SAFETY: as above. No methods means that SQLite does not close it.
    unsafe {
        (*shim).base.pMethods = ptr::null();
        (*shim).open = ptr::null_mut();
    }
    if let Some(disk) = &disk
        && let Some(code) = refused(disk, Call::Open, SQLITE_CANTOPEN)
    {
        return code;
    }
    let is_new = path.as_deref().is_some_and(|path| !path.exists());
    // SAFETY: the real VFS gets the same arguments, and its own memory.
    let status = unsafe {
        match (*vfs).xOpen {
            Some(open) => open(vfs, name, behind(file), flags, out_flags),
            None => SQLITE_CANTOPEN,
        }
    };
    if status != SQLITE_OK {
        return status;
    }
    let is_log = flags
        & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL)
        != 0;
    let opened = disk.zip(path).map(|(disk, path)| OpenFile {
        file: disk.opened(&path, is_new),
        len: path.metadata().map_or(0, |metadata| metadata.len()),
        disk,
        syncs_names: is_log && flags & ffi::SQLITE_OPEN_CREATE != 0,
    });
    // SAFETY: as above.
    unsafe {
        (*shim).open = opened.map_or(ptr::null_mut(), |opened| Box::into_raw(Box::new(opened)));
        (*shim).base.pMethods = &raw const METHODS;
    }
    SQLITE_OK
}

unsafe extern "C" fn x_delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let vfs = REAL.load(Ordering::Acquire);
    // SAFETY: SQLite gives a path.
    let path = unsafe { path_of(name) };
    let disk = path.and_then(Watched::of);
    if let Some(disk) = &disk
        && let Some(code) = refused(disk, Call::Delete, SQLITE_IOERR_DELETE)
    {
        return code;
    }
    let inode = path
        .and_then(|path| path.metadata().ok())
        .map(|metadata| metadata.ino());
    // SAFETY: the real VFS gets the same arguments. It need not sync.
    let status = unsafe {
        match (*vfs).xDelete {
            Some(delete) => delete(vfs, name, 0),
            None => SQLITE_IOERR_DELETE,
        }
    };
    if status == SQLITE_OK
        && let (Some(disk), Some(path), Some(inode)) = (disk, path, inode)
    {
        disk.deleted(path, inode, sync != 0);
    }
    status
}

/// Waits a twentieth of the time: behind failing calls SQLite waits for
/// processes that are not there.
unsafe extern "C" fn x_sleep(_: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    let time = u64::try_from(microseconds).unwrap_or(0);
    std::thread::sleep(std::time::Duration::from_micros(time / 20));
    microseconds
}

unsafe extern "C" fn x_close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: the box was made by `x_open`, and SQLite closes once.
    unsafe {
        let status = real!(file, xClose);
        let shim = file.cast::<Shim>();
        if !(*shim).open.is_null() {
            drop(Box::from_raw((*shim).open));
            (*shim).open = ptr::null_mut();
        }
        status
    }
}

unsafe extern "C" fn x_read(
    file: *mut sqlite3_file,
    to: *mut c_void,
    len: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe {
        if let Some(open) = open_file(file)
            && let Some(code) = refused(&open.disk, Call::Read, SQLITE_IOERR_READ)
        {
            return code;
        }
        real!(file, xRead, to, len, at)
    }
}

unsafe extern "C" fn x_write(
    file: *mut sqlite3_file,
    from: *const c_void,
    len: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives `len` readable bytes; the rest is handed on.
    unsafe {
        let Some(open) = open_file(file) else {
            return real!(file, xWrite, from, len, at);
        };
        let start = u64::try_from(at).unwrap_or(0);
        let size = u64::try_from(len).unwrap_or(0);
        let failed = refused(&open.disk, Call::Write, SQLITE_IOERR_WRITE);
        let growth = (start + size).saturating_sub(open.file_len(file));
        if failed.is_none() && growth > 0 && !open.disk.has_room(growth) {
            return SQLITE_FULL;
        }
        // What failed may have been done in part.
        let done = if failed.is_some() { len / 2 } else { len };
        let status = if done > 0 {
            real!(file, xWrite, from, done, at)
        } else {
            SQLITE_OK
        };
        if status == SQLITE_OK && done > 0 {
            let count = usize::try_from(done).unwrap_or(0);
            let bytes = std::slice::from_raw_parts(from.cast::<u8>(), count).to_vec();
            open.disk.push(Step::Write {
                file: open.file,
                at: usize::try_from(at).unwrap_or(0),
                bytes,
            });
        }
        failed.unwrap_or(status)
    }
}

impl OpenFile {
    /// How long the file is now: another connection may have changed it.
    unsafe fn file_len(&mut self, file: *mut sqlite3_file) -> u64 {
        let mut size: sqlite3_int64 = 0;
        // SAFETY: the system's file is open, and `size` may be written.
        let status = unsafe { real!(file, xFileSize, &raw mut size) };
        if status == SQLITE_OK {
            self.len = u64::try_from(size).unwrap_or(0);
        }
        self.len
    }
}

unsafe extern "C" fn x_truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe {
        if let Some(open) = open_file(file)
            && let Some(code) = refused(&open.disk, Call::Truncate, SQLITE_IOERR_TRUNCATE)
        {
            return code;
        }
        let status = real!(file, xTruncate, size);
        if status == SQLITE_OK
            && let Some(open) = open_file(file)
        {
            open.disk.push(Step::Truncate {
                file: open.file,
                len: usize::try_from(size).unwrap_or(0),
            });
        }
        status
    }
}

unsafe extern "C" fn x_sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let Some(open) = (unsafe { open_file(file) }) else {
        return SQLITE_OK;
    };
    if let Some(code) = refused(&open.disk, Call::Sync, SQLITE_IOERR_FSYNC) {
        open.disk.push(Step::FailedSync { file: open.file });
        return code;
    }
    open.disk.push(Step::Sync {
        file: open.file,
        names: std::mem::take(&mut open.syncs_names),
    });
    SQLITE_OK
}

unsafe extern "C" fn x_file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xFileSize, size) }
}

unsafe extern "C" fn x_lock(file: *mut sqlite3_file, lock: c_int) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xLock, lock) }
}

unsafe extern "C" fn x_unlock(file: *mut sqlite3_file, lock: c_int) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xUnlock, lock) }
}

unsafe extern "C" fn x_check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xCheckReservedLock, out) }
}

unsafe extern "C" fn x_file_control(
    file: *mut sqlite3_file,
    what: c_int,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xFileControl, what, argument) }
}

unsafe extern "C" fn x_sector_size(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xSectorSize) }
}

unsafe extern "C" fn x_device_characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xDeviceCharacteristics) }
}

unsafe extern "C" fn x_shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe {
        if let Some(open) = open_file(file)
            && let Some(code) = refused(&open.disk, Call::Share, SQLITE_IOERR_SHMSIZE)
        {
            return code;
        }
        real!(file, xShmMap, page, size, extend, out)
    }
}

unsafe extern "C" fn x_shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xShmLock, offset, count, flags) }
}

unsafe extern "C" fn x_shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: SQLite's arguments, handed on.
    unsafe {
        let file = behind(file);
        if let Some(barrier) = (*(*file).pMethods).xShmBarrier {
            barrier(file);
        }
    }
}

unsafe extern "C" fn x_shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: SQLite's arguments, handed on.
    unsafe { real!(file, xShmUnmap, delete) }
}
