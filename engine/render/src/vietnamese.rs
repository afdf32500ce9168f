//! Puts the commonest messages of Typst and Tera into Vietnamese.
//!
//! A message that is not here is shown in English, behind a Vietnamese beginning.

/// A message with holes, and its translation; `{}` takes what stood in the holes, in order.
const MESSAGES: &[(&str, &str)] = &[
    // Typst
    ("unknown variable: {}", "không có biến `{}`"),
    ("dictionary does not contain key {} and{}", "dữ liệu không có khoá {}"),
    ("dictionary does not contain key {}", "dữ liệu không có khoá {}"),
    ("cannot access fields on type {}", "không thể lấy trường từ giá trị kiểu {}"),
    ("type {} has no method {}", "kiểu {} không có hàm {}"),
    ("array index out of bounds (index: {}, len: {}) {}", "không có phần tử thứ {} (chỉ có {})"),
    ("expected {}, found {}", "cần {} nhưng gặp {}"),
    ("cannot loop over {}", "không thể lặp qua {}"),
    ("cannot join {} with {}", "không thể nối {} với {}"),
    ("cannot add {} and {}", "không thể cộng {} với {}"),
    ("missing argument: {}", "thiếu đối số {}"),
    ("unexpected argument: {}", "thừa đối số {}"),
    ("unexpected argument", "thừa đối số"),
    ("unclosed delimiter", "thiếu dấu đóng ngoặc"),
    ("unclosed string", "thiếu dấu đóng chuỗi"),
    ("unexpected {}", "không hiểu {} ở đây"),
    ("unknown font family: {}", "không có phông chữ {}"),
    ("no font could be found", "không có phông chữ cho công thức toán"),
    ("label {} does not exist in the document", "không có nhãn {} trong văn bản"),
    ("failed to parse JSON ({})", "dữ liệu JSON sai: {}"),
    ("maximum function call depth exceeded", "hàm gọi chính nó quá sâu"),
    ("maximum layout depth exceeded", "dàn trang lồng nhau quá sâu"),
    ("maximum show rule depth exceeded", "quy tắc `show` lồng nhau quá sâu"),
    ("condition is always true", "điều kiện lặp luôn đúng"),
    ("loop seems to be infinite", "vòng lặp có vẻ không bao giờ dừng"),
    ("document did not converge within five attempts", "dàn trang năm lần vẫn chưa ổn định"),
    (
        "failed to load file (a template sees only /data.json and the files of /shared, not {})",
        "mẫu chỉ được đọc /data.json và các tệp trong /shared, không được đọc {}",
    ),
    ("file not found (searched at {})", "không có tệp {}"),
    ("path {} would escape the project root", "đường dẫn {} đi ra ngoài mẫu"),
    ("failed to load package (a template cannot use packages)", "mẫu không được dùng gói ngoài"),
    ("unable to get the current date", "mẫu không được hỏi ngày hôm nay"),
    // Typst's PDF standards
    ("{} error: missing document title", "chưa có tiêu đề văn bản (chuẩn {})"),
    ("{} error: missing alt text", "hình chưa có mô tả bằng lời (chuẩn {})"),
    ("{} error: missing document language", "chưa khai ngôn ngữ của văn bản (chuẩn {})"),
    // Tera
    ("Variable `{}` is not defined{}", "không có biến `{}`"),
    ("Field `{}` is not defined{}", "không có trường `{}`"),
    ("Unknown filter `{}`", "không có bộ lọc `{}`"),
    ("Unknown function `{}`", "không có hàm `{}`"),
    ("Unknown test `{}`", "không có phép thử `{}`"),
    ("Unknown template `{}`", "không có mẫu `{}`"),
    ("Unexpected end of input", "mẫu kết thúc giữa chừng"),
];

/// Returns `message` in Vietnamese, when it is one of those we know.
pub(crate) fn translate(message: &str) -> Option<String> {
    MESSAGES.iter().find_map(|(english, vietnamese)| {
        let holes = take_apart(english, message)?;
        Some(fill(vietnamese, &holes))
    })
}

/// Returns what stands in the holes of `pattern`, when `message` fits it.
fn take_apart<'m>(pattern: &str, message: &'m str) -> Option<Vec<&'m str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = message.strip_prefix(pieces.next()?)?;
    let mut holes = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = if piece.is_empty() && pieces.peek().is_none() {
            rest.len()
        } else {
            rest.find(piece)?
        };
        holes.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty().then_some(holes)
}

fn fill(pattern: &str, holes: &[&str]) -> String {
    let mut filled = String::new();
    for (at, piece) in pattern.split("{}").enumerate() {
        if at > 0 {
            filled.push_str(holes.get(at - 1).copied().unwrap_or_default());
        }
        filled.push_str(piece);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Option<&str>) {
        assert_eq!(translate(message).as_deref(), expected);
    }

    #[test]
    fn a_known_message_keeps_what_it_is_about() {
        check("unknown variable: pupil", Some("không có biến `pupil`"));
        check("dictionary does not contain key \"name\"", Some("dữ liệu không có khoá \"name\""));
        check("expected string, found none", Some("cần string nhưng gặp none"));
    }

    #[test]
    fn a_message_without_holes_must_fit_whole() {
        check("unclosed delimiter", Some("thiếu dấu đóng ngoặc"));
        check("unclosed delimiter somewhere", None);
    }

    #[test]
    fn an_unknown_message_is_left_alone() {
        check("cannot reference heading without numbering", None);
    }

    #[test]
    fn every_translation_has_no_more_holes_than_its_message() {
        for (english, vietnamese) in MESSAGES {
            let holes = |text: &str| text.matches("{}").count();
            assert!(holes(vietnamese) <= holes(english), "{english}");
        }
    }
}
