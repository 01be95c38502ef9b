//! The bad line, between two ends that only echo.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use handoff_testkit::chaos::{Proxy, Trouble, Way};

/// Says everything back that it hears, until its hearer stops.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut from = stream.try_clone().unwrap();
                let mut to = stream;
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
        }
    });
    address
}

/// What comes back of 1,000 bytes.
fn say(proxy: &Proxy) -> Vec<u8> {
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    let patience = Some(Duration::from_millis(500));
    stream.set_read_timeout(patience).unwrap();
    let _ = stream.write_all(&[7; 1000]);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    heard
}

/// What has to be true of what was heard.
type Holds<'a> = &'a dyn Fn(&[u8]) -> bool;

#[test]
fn each_trouble_strikes_once_at_its_byte() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::before(echo())).unwrap();
    let (up, down) = (Way::Up, Way::Down);
    let after = 300;
    let cases: [(Trouble, Holds<'_>); 8] = [
        (Trouble::Refuse, &|heard| heard.is_empty()),
        (Trouble::Cut { way: up, after }, &|heard| heard.len() <= 300),
        (Trouble::Cut { way: down, after }, &|heard| {
            heard.len() <= 300
        }),
        (Trouble::HalfClose { way: up, after }, &|heard| {
            heard.len() == 300
        }),
        (Trouble::Silence { way: down, after }, &|heard| {
            heard.len() == 300
        }),
        (Trouble::Corrupt { way: up, at: 41 }, &|heard| {
            heard.len() == 1000 && heard.iter().position(|byte| *byte != 7) == Some(41)
        }),
        (Trouble::Delay(Duration::from_millis(20)), &|heard| {
            heard == [7; 1000]
        }),
        (Trouble::Replay, &|heard| heard == [7; 1000]),
    ];
    for (trouble, holds) in cases {
        proxy.next(trouble);
        let heard = say(&proxy);
        assert!(holds(&heard), "{trouble:?}: {} bytes", heard.len());
        assert_eq!(say(&proxy), [7; 1000], "behind {trouble:?}");
    }
    assert!(proxy.calm() >= 8);
}
