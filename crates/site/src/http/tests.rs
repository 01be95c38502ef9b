use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use handoff_domain::VerificationMove;
use handoff_protocol::codec;
use handoff_protocol::message::{Answer, FeedPosition, Outcome, SyncReply};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::Instant;

use super::*;
use crate::testing::{OFFICER, PROSECUTOR, TestDevice, TestSite};

/// A client that trusts the site's own certificate.
fn client(site: &TestSite) -> reqwest::Client {
    let tls = tls(site, &[&rustls::version::TLS13]);
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap()
}

fn tls(site: &TestSite, versions: &[&'static rustls::SupportedProtocolVersion]) -> ClientConfig {
    let file = site.site.paths().tls_certificate();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file).unwrap())
        .unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

async fn serving(site: &TestSite) -> (Serving, String) {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let serving = serve(Arc::clone(&site.site), any).await.unwrap();
    let url = format!("https://{}", serving.address());
    (serving, url)
}

async fn post(client: &reqwest::Client, url: &str, body: Vec<u8>) -> Answer {
    let sent = client.post(format!("{url}/v1/sync")).body(body).send();
    let bytes = sent.await.unwrap().bytes().await.unwrap();
    let reply: SyncReply = codec::from_cbor(&bytes, "a reply").unwrap();
    match reply.outcome {
        Outcome::Done(answer) => *answer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_the_last_batch_says_that_it_is_applied() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    for _ in 0..20 {
        device.refer();
    }
    let (serving, url) = serving(&site).await;
    let answer = post(&client(&site), &url, device.request(device.everything())).await;
    let receipt = site.receipt(&answer, &device.lane);
    assert_eq!(
        (receipt.through, receipt.applied_through),
        (device.head(), 21)
    );
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_comes_before_the_one_it_follows_is_taken_after_it() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    for _ in 0..3 {
        device.refer();
    }
    let (serving, url) = serving(&site).await;
    let client = client(&site);
    let mut news = site.site.wake().listen();
    let early = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        let body = device.request(vec![device.batch(3, 4)]);
        async move { post(&client, &url, body).await }
    });
    // It is there, and waits.
    news.changed().await.unwrap();
    let body = device.request(vec![device.batch(1, 2)]);
    post(&client, &url, body).await;
    let early = early.await.unwrap();
    assert_eq!(early.gaps, []);
    let receipt = site.receipt(&early, &device.lane);
    assert_eq!(receipt.through, device.head());
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_by_another_process_reaches_a_waiting_device_within_two_seconds() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let referral = device.refer();
    let (serving, url) = serving(&site).await;
    let client = client(&site);
    device.pull = Some(FeedPosition::Start);
    let answer = post(&client, &url, device.request(device.everything())).await;
    device.pull = Some(FeedPosition::After(answer.user_feeds[0].1.next.clone()));

    let mut request = device.unsigned(Vec::new());
    request.wait_seconds = 30;
    let body = device.sign(&request);
    let waiting = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        async move {
            let started = Instant::now();
            (post(&client, &url, body).await, started.elapsed())
        }
    });
    tokio::task::yield_now().await;
    // As the command line does: the same folder, another opening of it.
    let beside = site.open(site.site.paths().data());
    let decide = move || {
        let approve = VerificationMove::Approve;
        beside
            .site
            .decide(referral, PROSECUTOR, approve, "")
            .unwrap();
        Instant::now()
    };
    let decided = tokio::task::spawn_blocking(decide).await.unwrap();
    let (answer, _) = waiting.await.unwrap();
    assert_eq!(answer.user_feeds[0].1.items.len(), 1);
    let took = decided.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_waits_is_answered_when_the_server_ends() {
    let site = TestSite::found();
    let device = TestDevice::enrol(&site, OFFICER);
    let (serving, url) = serving(&site).await;
    let mut request = device.unsigned(Vec::new());
    request.wait_seconds = 50;
    let (client, body) = (client(&site), device.sign(&request));
    let answered = tokio::spawn(async move { post(&client, &url, body).await });
    // It is in hand once its nonce is kept.
    let noted = || {
        let devices = site.site.devices().unwrap();
        devices[0].last_contact_at.is_some()
    };
    while !noted() {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    serving.stop().await;
    assert!(started.elapsed() < Duration::from_secs(8));
    drop(answered.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_serves_a_folder() {
    let site = TestSite::found();
    let (serving, _) = serving(&site).await;
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let second = serve(Arc::clone(&site.site), any).await;
    assert!(matches!(second, Err(ServeError::Locked(_))));
    serving.stop().await;
    serve(Arc::clone(&site.site), any)
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_or_no_message_is_refused_and_health_is_told() {
    let site = TestSite::found();
    let (serving, url) = serving(&site).await;
    let client = client(&site);
    let long = vec![0; MAX_MESSAGE + 1];
    let sent = client.post(format!("{url}/v1/sync")).body(long).send();
    // Answered, or cut off while it was still sending.
    let status = sent
        .await
        .map_or(StatusCode::PAYLOAD_TOO_LARGE, |a| a.status());
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let junk = client.post(format!("{url}/v1/enrol")).body("junk").send();
    let bytes = junk.await.unwrap().bytes().await.unwrap();
    let answer: EnrolAnswer = codec::from_cbor(&bytes, "an answer").unwrap();
    assert_eq!(answer, EnrolAnswer::Refused(EnrolRefusal::Unreadable));
    for path in ["healthz", "readyz"] {
        let asked = client.get(format!("{url}/{path}")).send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::OK);
        let text = asked.text().await.unwrap();
        assert!(text.contains("\"status\":\"ok\""), "{text}");
    }
    let nowhere = client.get(format!("{url}/v1/people")).send().await.unwrap();
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_tls_1_3_is_spoken() {
    let site = TestSite::found();
    let (serving, _) = serving(&site).await;
    for (version, is_spoken) in [
        (&rustls::version::TLS12, false),
        (&rustls::version::TLS13, true),
    ] {
        let connector = tokio_rustls::TlsConnector::from(Arc::new(tls(&site, &[version])));
        let stream = tokio::net::TcpStream::connect(serving.address())
            .await
            .unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        assert_eq!(connector.connect(name, stream).await.is_ok(), is_spoken);
    }
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_not_written_to_and_says_so() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    let shared = Arc::new(Shared::of(Arc::clone(&site.site)));
    shared.note(&StorageError::Damaged);
    let ask = |request: Request<Body>| {
        let router = router(Arc::clone(&shared));
        async move { tower::ServiceExt::oneshot(router, request).await.unwrap() }
    };
    let body = device.request(device.everything());
    let sync = Request::post("/v1/sync").body(Body::from(body)).unwrap();
    assert_eq!(ask(sync).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let health = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(ask(health).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    site.apply();
    assert_eq!(site.site.referrals().unwrap(), []);
}
