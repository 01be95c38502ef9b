//! Safe graphics on Linux machines where WebKitGTK's DMA-BUF renderer shows a
//! blank window: those with the NVIDIA driver or without a render node.
//!
//! WebKit reads the variable once, before the first window: so the program
//! starts itself once more with it. Elsewhere it stays off, because turning it
//! off makes integrated graphics very slow.

use std::io;

const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts the program again with safe graphics where that is needed.
///
/// # Errors
/// When the program cannot be started again; going on is harmless then.
#[cfg(target_os = "linux")]
pub fn make_safe() -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    use std::path::Path;

    let nvidia = Path::new("/proc/driver/nvidia").exists();
    let render_node = std::fs::read_dir("/dev/dri").is_ok_and(|mut nodes| {
        nodes.any(|node| {
            node.is_ok_and(|node| node.file_name().to_string_lossy().starts_with("renderD"))
        })
    });
    if std::env::var_os(VARIABLE).is_some() || (render_node && !nvidia) {
        return Ok(());
    }
    let program = std::env::current_exe()?;
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec();
    Err(error)
}

/// Other systems have no such renderer.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn make_safe() -> io::Result<()> {
    Ok(())
}
