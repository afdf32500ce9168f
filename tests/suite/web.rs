//! A real server on a free port of this machine, and a client that is just enough to ask it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

use bieumau_model::scope::Caller;
use bieumau_pipeline::Site;
use bieumau_server::{Access, ServeError, Server};
use libtest_mimic::Failed;
use serde_json::Value;

/// A server that runs until it is dropped.
pub struct Web {
    address: SocketAddr,
    stop: Arc<Mutex<Stop>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

#[derive(Default)]
struct Stop {
    asked: bool,
    waiting: Option<Waker>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Web {
    /// Serves `site` to `caller`, without sign-in.
    pub fn serve(site: &Arc<Site>, caller: Caller) -> Result<Self, Failed> {
        Self::open(site, Access::As(caller))
    }

    /// Serves `site` to those who sign in.
    pub fn signed(site: &Arc<Site>) -> Result<Self, Failed> {
        Self::open(site, Access::SignIn { setup_code: None })
    }

    /// Serves `site` to those whom `access` lets in.
    pub fn open(site: &Arc<Site>, access: Access) -> Result<Self, Failed> {
        let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = server.address();
        let stop = Arc::new(Mutex::new(Stop::default()));
        let (site, told) = (site.clone(), stop.clone());
        let until = std::future::poll_fn(move |context| {
            let mut stop = told.lock().expect("nobody panics while holding it");
            if stop.asked {
                return Poll::Ready(());
            }
            stop.waiting = Some(context.waker().clone());
            Poll::Pending
        });
        let thread = std::thread::spawn(move || server.run(site, access, until));
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// The address, `127.0.0.1:…`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells the server to stop, and returns how it ended.
    pub fn stop(&mut self) -> Option<Result<(), ServeError>> {
        {
            let mut stop = self.stop.lock().expect("nobody panics while holding it");
            stop.asked = true;
            if let Some(waiting) = stop.waiting.take() {
                waiting.wake();
            }
        }
        self.thread.take().map(|thread| thread.join().expect("the server does not panic"))
    }

    /// Asks for `path`.
    pub fn get(&self, path: &str) -> Result<Answer, Failed> {
        self.get_with(path, &[])
    }

    /// Asks for `path`, with further header lines such as `Accept-Language: en`.
    pub fn get_with(&self, path: &str, lines: &[&str]) -> Result<Answer, Failed> {
        self.ask("GET", path, lines, b"")
    }

    /// Sends JSON to `path`.
    pub fn post(&self, path: &str, body: &str) -> Result<Answer, Failed> {
        self.post_with(path, &[], body)
    }

    /// Sends JSON to `path`, with further header lines.
    pub fn post_with(&self, path: &str, lines: &[&str], body: &str) -> Result<Answer, Failed> {
        let mut lines = lines.to_vec();
        lines.push("Content-Type: application/json");
        self.ask("POST", path, &lines, body.as_bytes())
    }

    /// Renders through the API: `given` is `name=value …`.
    pub fn render(&self, report: &str, given: &str, format: &str) -> Result<Answer, Failed> {
        let parameters = serde_json::json!(crate::support::parameters(given));
        let body = serde_json::json!({"parameters": parameters, "format": format});
        self.post(&format!("/api/v1/reports/{report}/render"), &body.to_string())
    }

    /// Sends one request and reads the whole answer. A `Host` line of `lines` replaces our own.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        lines: &[&str],
        body: &[u8],
    ) -> Result<Answer, Failed> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !lines.iter().any(|line| line.to_ascii_lowercase().starts_with("host:")) {
            head += &format!("Host: {}\r\n", self.address);
        }
        for line in lines {
            head += &format!("{line}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(head.as_bytes())?;
        // A server may answer and close before it has read everything.
        let sent = stream.write_all(body);
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        if bytes.is_empty() {
            sent?;
            read?;
        }
        Answer::read(&bytes)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Result<Self, Failed> {
        let end =
            bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no end of the head")?;
        let head = String::from_utf8(bytes[..end].to_vec())?;
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        Ok(Self { status, head, body: bytes[end + 4..].to_vec() })
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(own, _)| own.eq_ignore_ascii_case(name));
        values.next().map_or("", |(_, value)| value.trim())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Failed> {
        serde_json::from_slice(&self.body)
            .map_err(|error| format!("{error}: {}", self.text()).into())
    }

    /// The body as a problem of RFC 9457 with this status and code; anything else fails the case.
    pub fn problem(&self, status: u16, code: &str) -> Result<Value, Failed> {
        let problem = if self.header("content-type") == "application/problem+json" {
            self.json()?
        } else {
            Value::Null
        };
        if self.status == status
            && problem["status"] == status
            && problem["code"] == code
            && problem["type"] == format!("urn:bieumau:problem:{code}")
            && problem["title"].as_str().is_some_and(|title| !title.is_empty())
        {
            return Ok(problem);
        }
        let beginning: String = self.text().chars().take(1_000).collect();
        Err(format!("expected problem {code} with {status}, got\n{}\n{beginning}", self.head)
            .into())
    }
}
