//! A connection that is kept and little else: what drives the load must cost less than what it measures (RFC 9112).

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The largest head or body that is read.
const LARGEST: usize = 1024 * 1024;
/// How long one answer may take: a storm of sign-ins on a slow machine included.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that voids the run, or none at all. Never holds a token, a code or a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(String);

impl Wrong {
    /// In one phrase.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// Says during what.
    #[must_use]
    pub fn during(self, what: &str) -> Self {
        Self(format!("{what}: {}", self.0))
    }
}

impl From<std::io::Error> for Wrong {
    fn from(error: std::io::Error) -> Self {
        Self(format!("the connection broke: {error}"))
    }
}

/// One HTTP/1.1 connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    head: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// As the system says.
    pub async fn open(address: SocketAddr) -> Result<Self, Wrong> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When the connection breaks, the answer is not HTTP with a `Content-Length`, or none comes.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>, Wrong> {
        match tokio::time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(shape) => {
                let shape = shape?;
                let head = self.received.get(..shape.head).and_then(|head| std::str::from_utf8(head).ok());
                let body = self.received.get(shape.head..shape.head + shape.body);
                match (head, body) {
                    (Some(head), Some(body)) => Ok(Answer { status: shape.status, head, body }),
                    _ => Err(Wrong::new("an answer that is not HTTP")),
                }
            }
            Err(_) => Err(Wrong::new(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Shape, Wrong> {
        self.received.clear();
        self.stream.write_all(request).await?;
        let mut shape = None;
        loop {
            if shape.is_none() {
                shape = Shape::of(&self.received)?;
            }
            if let Some(shape) = &shape
                && self.received.len() >= shape.head + shape.body
            {
                return Ok(*shape);
            }
            if self.received.len() > LARGEST {
                return Err(Wrong::new("an answer that is too long"));
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(Wrong::new("the server closed the connection"));
            }
        }
    }
}

/// How long the parts of an answer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    status: u16,
    head: usize,
    body: usize,
}

impl Shape {
    /// `None` until the head is complete.
    fn of(received: &[u8]) -> Result<Option<Self>, Wrong> {
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let not_http = || Wrong::new("an answer that is not HTTP");
        let head = received.get(..end + 4).and_then(|head| std::str::from_utf8(head).ok()).ok_or_else(not_http)?;
        let status: u16 =
            head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok()).ok_or_else(not_http)?;
        let body = match header(head, "content-length") {
            Some(length) => length.parse().map_err(|_| not_http())?,
            None if matches!(status, 204 | 304) => 0,
            None => return Err(Wrong::new(format!("an answer {status} without Content-Length"))),
        };
        Ok(Some(Self { status, head: end + 4, body }))
    }
}

/// The first header of that name, which is given in lower case.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    pairs.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

impl<'a> Answer<'a> {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        header(self.head, name)
    }

    /// The value of a cookie that is set.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        let cookies =
            self.head.lines().filter_map(|line| line.split_once(':')).filter(|(known, _)| known.eq_ignore_ascii_case("set-cookie"));
        let pairs = cookies.filter_map(|(_, cookie)| cookie.trim().split(';').next()?.split_once('='));
        pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<serde_json::Value, Wrong> {
        serde_json::from_slice(self.body).map_err(|_| Wrong::new(format!("an answer {} that is not JSON", self.status)))
    }

    /// Demands a status.
    ///
    /// # Errors
    /// Names the status that came, and the registered error code if there is one.
    pub fn expect(self, status: u16) -> Result<Self, Wrong> {
        if self.status == status {
            return Ok(self);
        }
        let code = self.json().ok().and_then(|json| json.get("error").and_then(|code| code.as_str().map(|code| format!(" ({code})"))));
        Err(Wrong::new(format!("status {} instead of {status}{}", self.status, code.unwrap_or_default())))
    }

    /// Demands that the body contains each of these.
    ///
    /// # Errors
    /// Names the first that is missing.
    pub fn expect_parts(self, parts: &[String]) -> Result<Self, Wrong> {
        let has = |part: &str| self.body.windows(part.len().max(1)).any(|window| window == part.as_bytes());
        match parts.iter().find(|part| !has(part)) {
            Some(missing) => Err(Wrong::new(format!("no {missing} in the answer"))),
            None => Ok(self),
        }
    }
}

/// A GET request.
pub fn get(host: &str, target: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    request("GET", (host, target), headers, "")
}

/// A POST request with a form.
pub fn post(host: &str, target: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Vec<u8> {
    let body = form(fields);
    let length = body.len().to_string();
    let mut headers = headers.to_vec();
    headers.extend([("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", length.as_str())]);
    request("POST", (host, target), &headers, &body)
}

/// Fields as a form or a query.
pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn request(method: &str, (host, target): (&str, &str), headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n{body}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_only_with_its_head() {
        assert_eq!(Shape::of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"), Ok(None));
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab";
        assert_eq!(Shape::of(whole), Ok(Some(Shape { status: 200, head: whole.len() - 2, body: 2 })));
        assert!(Shape::of(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(Shape::of(b"SSH-2.0-x\r\n\r\n").is_err());
    }

    #[test]
    fn a_wrong_answer_is_named_without_its_body() {
        let answer = Answer { status: 400, head: "HTTP/1.1 400 \r\n", body: br#"{"error":"invalid_grant","x":"secret"}"# };
        assert_eq!(answer.expect(200).unwrap_err().to_string(), "status 400 instead of 200 (invalid_grant)");
        assert!(answer.expect_parts(&["\"error\":".to_owned()]).is_ok());
        assert!(answer.expect_parts(&["\"active\":true".to_owned()]).is_err());
    }

    #[test]
    fn cookies_and_headers_are_found_by_name() {
        let head =
            "HTTP/1.1 303 See Other\r\nLocation: /account\r\nset-cookie: a=1; Path=/\r\nSet-Cookie: authy_pre=pre_x; HttpOnly\r\n\r\n";
        let answer = Answer { status: 303, head, body: b"" };
        assert_eq!((answer.header("location"), answer.cookie("authy_pre"), answer.cookie("b")), (Some("/account"), Some("pre_x"), None));
    }

    #[test]
    fn a_form_has_its_length() {
        let text = String::from_utf8(post("h", "/t", &[("A", "b")], &[("x", "a b&c")])).unwrap();
        assert_eq!(
            text,
            "POST /t HTTP/1.1\r\nHost: h\r\nA: b\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nx=a+b%26c"
        );
    }
}
