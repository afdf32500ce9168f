//! Reads a form with a file (`multipart/form-data`, RFC 7578) as browsers send it.

/// One part of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part<'b> {
    /// Name of the field.
    pub name: String,
    /// Name of the file, when the part is one.
    pub file_name: Option<String>,
    /// What it holds.
    pub bytes: &'b [u8],
}

/// Cuts a body into its parts; `None` when it is not of that shape.
pub(crate) fn parts<'b>(content_type: &str, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let boundary = content_type
        .strip_prefix("multipart/form-data")?
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))?
        .trim_matches('"');
    let line = format!("--{boundary}");
    let mut rest = body.strip_prefix(line.as_bytes())?;
    let between = format!("\r\n{line}");
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let after = rest.strip_prefix(b"\r\n")?;
        let end = find(after, between.as_bytes())?;
        parts.push(part(&after[..end])?);
        rest = &after[end + between.len()..];
    }
    Some(parts)
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let disposition = head.split("\r\n").find(|line| {
        line.get(..20).is_some_and(|name| name.eq_ignore_ascii_case("content-disposition:"))
    })?;
    let value = |name: &str| {
        let at = disposition.find(&format!(" {name}=\""))? + name.len() + 3;
        let text = &disposition[at..];
        Some(text[..text.find('"')?].replace("%22", "\""))
    };
    Some(Part { name: value("name")?, file_name: value("filename"), bytes: &bytes[end + 4..] })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=XyZ";

    #[test]
    fn fields_and_files_are_told_apart() {
        let body =
            b"--XyZ\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\ncheck\r\n--XyZ\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"diem.xlsx\"\r\n\
            Content-Type: application/octet-stream\r\n\r\nPK\r\n\r\n--X\r\n--XyZ--\r\n";
        let parts = parts(TYPE, body).unwrap();
        assert_eq!(parts[0].name, "mode");
        assert_eq!((parts[0].file_name.as_deref(), parts[0].bytes), (None, &b"check"[..]));
        assert_eq!(parts[1].file_name.as_deref(), Some("diem.xlsx"));
        assert_eq!(parts[1].bytes, b"PK\r\n\r\n--X");
    }

    #[test]
    fn a_body_of_another_shape_is_refused() {
        for (kind, body) in [
            (TYPE, &b"mode=check"[..]),
            (TYPE, b"--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end"),
            (TYPE, b"--XyZ\r\nno-name: x\r\n\r\n\r\n--XyZ--"),
            ("application/json", b"{}"),
            (TYPE, b""),
        ] {
            assert_eq!(parts(kind, body), None);
        }
    }
}
