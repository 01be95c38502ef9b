//! The server, with the settings that it has by itself.

use std::path::Path;

use atuin_server::Settings;
use atuin_server::settings::Metrics;
use atuin_server_database::DbSettings;
use atuin_server_sqlite::Sqlite;
use eyre::Result;
use tokio::net::TcpListener;

/// Serves on a free port, prints it, and goes on until it is killed.
pub async fn serve(folder: &Path) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let settings = Settings {
        host: "127.0.0.1".to_owned(),
        port,
        path: String::new(),
        // The one difference: somebody has to be able to join.
        open_registration: true,
        max_history_length: 8192,
        max_record_size: 1024 * 1024 * 1024,
        page_size: 1100,
        register_webhook_url: None,
        register_webhook_username: String::new(),
        metrics: Metrics::default(),
        sync_v1_enabled: true,
        fake_version: None,
        db_settings: DbSettings {
            db_uri: format!("sqlite://{}", folder.join("server.db").display()),
            read_db_uri: None,
        },
    };
    println!("{port}");
    atuin_server::launch_with_tcp_listener::<Sqlite>(settings, listener, std::future::pending())
        .await
}
