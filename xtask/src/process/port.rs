//! Ports of this machine.

use super::Child;
use anyhow::{Context as _, Result, bail};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// `wanted` if nothing listens there, else a port that the kernel chooses.
pub fn free_port(wanted: u16) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .context("looking for a free port")?;
    Ok(listener.local_addr().context("asking for the port")?.port())
}

/// Waits until `child` accepts connections on `port`; an error when it ends
/// before that or `within` is over.
pub fn wait_for_port(port: u16, child: &mut Child, within: Duration) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let deadline = Instant::now() + within;
    loop {
        if let Some(status) = child.ended()? {
            bail!("the program that should listen on port {port} ended: {status}");
        }
        if TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!(
                "nothing listens on port {port} after {} s",
                within.as_secs()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn sleeper(seconds: &str) -> Child {
        Child::start_piped(Path::new("/bin/sleep"), [seconds]).unwrap()
    }

    #[test]
    fn a_port_in_use_is_not_offered() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port).unwrap(), port);
    }

    #[test]
    fn waiting_ends_when_something_listens() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        wait_for_port(port, &mut sleeper("60"), Duration::from_secs(5)).unwrap();
    }

    #[test]
    fn waiting_ends_when_the_program_ends() {
        let port = free_port(0).unwrap();
        let error = wait_for_port(port, &mut sleeper("0"), Duration::from_secs(60));
        assert!(error.unwrap_err().to_string().contains("ended"));
    }

    #[test]
    fn waiting_ends_when_time_is_over() {
        let port = free_port(0).unwrap();
        let error = wait_for_port(port, &mut sleeper("60"), Duration::ZERO);
        assert!(error.unwrap_err().to_string().contains("nothing listens"));
    }
}
