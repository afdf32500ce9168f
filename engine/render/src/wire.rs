//! What the renderer and its workers say to each other, over the worker's stdin and stdout.
//!
//! A frame is the length of its head (4 bytes), the length of its body (8 bytes), the head as
//! JSON, and the body as it is: fonts, data or a document, which never pass through JSON.

use std::io::{self, ErrorKind, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::job::PageFormat;
use crate::renderer::Limits;
use crate::template::Files;

/// The longest head that is believed: more is not a frame but noise on the line.
const LONGEST_HEAD: u32 = 64 << 20;

/// What the renderer says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// The first frame; the body holds the fonts, one behind the other.
    Start {
        /// Limits that the worker keeps by itself.
        limits: Limits,
        /// Length of each font.
        fonts: Vec<usize>,
    },
    /// One document; the body is its data.
    Render {
        /// Hash of the template.
        template: String,
        /// The template itself, when the worker has not seen it yet.
        files: Option<Files>,
        /// What to make.
        format: PageFormat,
        /// Day of the document, for its metadata.
        date: Option<jiff::civil::Date>,
    },
}

/// What a worker answers to `Order::Render`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// The body is the document.
    Done {
        /// Pages; 1 for HTML.
        pages: usize,
        /// Warnings.
        findings: Vec<Finding>,
    },
    /// The worker does not know the template, and asks for it.
    Unknown,
    /// There is no document.
    Failed {
        /// Why.
        failure: Failure,
        /// Errors and warnings.
        findings: Vec<Finding>,
    },
}

/// Why a worker made no document.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// The findings tell.
    Findings,
    /// The template has no page of that kind.
    NoPage,
    /// The document has fewer pages than the one asked for.
    NoSuchPage {
        /// Its pages.
        pages: usize,
    },
    /// More pages than allowed.
    Pages {
        /// Its pages.
        pages: usize,
    },
    /// More bytes than allowed.
    Output {
        /// Its bytes.
        bytes: usize,
    },
}

/// Writes one frame.
pub(crate) fn write(to: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    let length = u32::try_from(head.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    let mut start = Vec::with_capacity(12 + head.len());
    start.extend(length.to_le_bytes());
    start.extend((body.len() as u64).to_le_bytes());
    start.extend(head);
    to.write_all(&start)?;
    to.write_all(body)?;
    to.flush()
}

/// Reads one frame; `None` when the other side has closed the line.
pub(crate) fn read<H: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<(H, Vec<u8>)>> {
    let mut lengths = Vec::with_capacity(12);
    if from.take(12).read_to_end(&mut lengths)? == 0 {
        return Ok(None);
    }
    let Ok([a, b, c, d, body @ ..]) = <[u8; 12]>::try_from(lengths) else {
        return Err(ErrorKind::UnexpectedEof.into());
    };
    let head = u32::from_le_bytes([a, b, c, d]);
    if head > LONGEST_HEAD {
        return Err(io::Error::new(ErrorKind::InvalidData, "not a frame"));
    }
    let head = read_exactly(from, u64::from(head))?;
    let body = read_exactly(from, u64::from_le_bytes(body))?;
    Ok(Some((serde_json::from_slice(&head)?, body)))
}

fn read_exactly(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).min(1 << 20));
    let read = from.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_was_sent() {
        let mut line = Vec::new();
        write(&mut line, &"head", b"body").unwrap();
        write(&mut line, &7, b"").unwrap();
        let mut line = line.as_slice();
        assert_eq!(read(&mut line).unwrap(), Some(("head".to_owned(), b"body".to_vec())));
        assert_eq!(read(&mut line).unwrap(), Some((7, Vec::new())));
        assert_eq!(read::<u8>(&mut line).unwrap(), None);
    }

    #[test]
    fn noise_on_the_line_is_an_error() {
        let error = read::<u8>(&mut b"thread 'main' panicked".as_slice()).unwrap_err();
        assert_eq!(error.to_string(), "not a frame");
    }

    #[test]
    fn a_frame_that_breaks_off_is_an_error() {
        let mut line = Vec::new();
        write(&mut line, &"head", b"body").unwrap();
        line.truncate(line.len() - 1);
        let error = read::<String>(&mut line.as_slice()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}
