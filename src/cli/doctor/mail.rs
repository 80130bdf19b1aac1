//! Whether the mail server answers: SMTP, RFC 5321 §3.1 and §3.2. Nothing is sent.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use url::Url;

use super::finding::Findings;
use crate::config::Settings;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most lines of one answer.
const LINES: usize = 100;

/// Connects and greets.
pub async fn check(settings: &Settings, findings: &mut Findings) {
    let Some(url) = &settings.smtp_url else { return };
    let url = url.expose().clone();
    match tokio::task::spawn_blocking(move || greet(&url)).await {
        Ok(Ok(())) => findings.ok("The mail server answers."),
        Ok(Err(why)) => findings.error(
            format!("The mail server does not answer as one: {why}."),
            "Check AUTHY_SMTP_URL (smtp:// or smtps://, host and port), and that this machine may reach it.",
        ),
        Err(_) => findings.error("The mail server could not be asked.", "Run `authy doctor` again."),
    }
}

fn greet(url: &str) -> Result<(), String> {
    // The URL may hold a password: it is never repeated.
    let url = Url::parse(url).map_err(|_| "its URL cannot be read".to_owned())?;
    let tls = url.scheme() == "smtps";
    let host = url.host_str().ok_or("its URL names no host")?.to_owned();
    let port = url.port().unwrap_or(if tls { 465 } else { 25 });
    let stream = connect(&host, port).map_err(|error| error.to_string())?;
    if tls { talk(encrypted(&host, stream)?) } else { talk(stream) }.map_err(|error| error.to_string())
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn encrypted(host: &str, stream: TcpStream) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    Ok(StreamOwned::new(connection, stream))
}

/// RFC 5321 §3.1: the server speaks first. §3.2: then it is greeted.
fn talk(stream: impl Read + Write) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "220")?;
    stream.get_mut().write_all(b"EHLO authy.invalid\r\n")?;
    stream.get_mut().flush()?;
    expect(&mut stream, "250")?;
    stream.get_mut().write_all(b"QUIT\r\n")?;
    stream.get_mut().flush()
}

/// RFC 5321 §4.2.1: lines of one answer but the last have a hyphen after the code.
fn expect(stream: &mut impl io::BufRead, code: &str) -> io::Result<()> {
    for _ in 0..LINES {
        let mut line = String::new();
        stream.take(1_024).read_line(&mut line)?;
        if !line.starts_with(code) {
            return Err(io::Error::other(format!("it said {:?} where {code} was expected", line.trim_end())));
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
    Err(io::Error::other("its answer has no end"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn server(says: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://u:secret@{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut heard = BufReader::new(stream.try_clone().unwrap());
            for words in says {
                stream.write_all(words.as_bytes()).unwrap();
                let _ = heard.read_line(&mut String::new());
            }
        });
        url
    }

    #[test]
    fn a_mail_server_is_told_from_another_one_and_its_password_is_not_repeated() {
        assert_eq!(greet(&server(&["220 mail ready\r\n", "250-mail\r\n250 SIZE 1\r\n"])), Ok(()));
        let why = greet(&server(&["SSH-2.0-x\r\n"])).unwrap_err();
        assert!(why.contains("SSH-2.0-x") && !why.contains("secret"), "{why}");
        assert!(greet("smtp://u:secret@127.0.0.1:1").unwrap_err().contains("refused"));
    }
}
