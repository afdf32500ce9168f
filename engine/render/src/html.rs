//! Fills an HTML page with Tera.

use bieumau_model::format;
use tera::{Context, ErrorKind, Kwargs, ReportError, State, Tera, Value};

use crate::finding::{Finding, Kind, Place, Told};
use crate::template::Template;

/// Name of the page inside Tera; shared files are `shared/<file>`.
const PAGE: &str = "page.html";

/// Reads `page.html` and the shared `*.html` files of a template.
pub(crate) fn prepare(template: &Template) -> Result<Tera, Vec<Finding>> {
    let mut tera = Tera::new();
    tera.autoescape_on([".html"]);
    tera.register_filter("number", number);
    tera.register_filter("words", words);
    let page = template.html().map(|text| (PAGE.to_owned(), text));
    let shared = template
        .shared()
        .iter()
        .filter(|(name, _)| name.ends_with(".html"))
        .map(|(name, text)| (format!("shared/{name}"), text));
    match tera.add_raw_templates(page.into_iter().chain(shared)) {
        Ok(()) => Ok(tera),
        Err(error) => Err(findings(&error, template)),
    }
}

/// Fills the page. A name that the data does not have is an error.
pub(crate) fn fill(tera: &Tera, template: &Template, data: &[u8]) -> Result<String, Vec<Finding>> {
    let data: serde_json::Value = serde_json::from_slice(data).map_err(|error| {
        let text = String::from_utf8_lossy(data);
        let line: usize = text.split_inclusive('\n').take(error.line() - 1).map(str::len).sum();
        let at = line + error.column().saturating_sub(1);
        let place = Place::locate(template.path("data.json"), &text, at, at);
        let message = error.to_string();
        vec![Finding::Template(Kind::Data, Told { message, place: Some(place), ..Told::default() })]
    })?;
    Context::from_serialize(&data)
        .and_then(|context| tera.render(PAGE, &context))
        .map_err(|error| findings(&error, template))
}

/// Writes a number the Vietnamese way: `{{ 1234 | number }}` is 1.234; nothing stays nothing.
///
/// Takes a decimal as the data have it too: `"1234,5"` is 1.234,5.
fn number(value: Value, _: Kwargs, _: &State) -> tera::TeraResult<String> {
    let refuse = || tera::Error::message(format!("`number` cannot read `{value}`"));
    if let Some(whole) = value.as_i64() {
        return Ok(format::integer(whole));
    }
    let Some(text) = value.as_str() else {
        return if value.is_none() { Ok(String::new()) } else { Err(refuse()) };
    };
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let (whole, rest) = digits.split_at(digits.find(',').unwrap_or(digits.len()));
    let whole: u32 = whole.parse().map_err(|_| refuse())?;
    Ok(format!("{sign}{}{rest}", format::integer(whole.into())))
}

/// Reads a number aloud: `{{ 105 | words }}` is `một trăm linh năm`, a score begins with a capital:
/// `{{ "7,5" | words }}` is `Bảy phẩy năm`; nothing stays nothing.
fn words(value: Value, _: Kwargs, _: &State) -> tera::TeraResult<String> {
    let refuse = || tera::Error::message(format!("`words` cannot read `{value}`"));
    let reading = format::Reading::default();
    if let Some(whole) = value.as_i64() {
        return Ok(format::integer_in_words(whole, reading));
    }
    let Some(text) = value.as_str() else {
        return if value.is_none() { Ok(String::new()) } else { Err(refuse()) };
    };
    let (whole, fraction) = text.split_once(',').unwrap_or((text, ""));
    let units = format!("{whole}{fraction}").parse().map_err(|_| refuse())?;
    let scale = u8::try_from(fraction.len()).map_err(|_| refuse())?;
    Ok(format::score_in_words(units, scale, reading))
}

fn findings(error: &tera::Error, template: &Template) -> Vec<Finding> {
    match error.kind() {
        ErrorKind::SyntaxError(report) => vec![reported(Kind::TeraSyntax, report, template)],
        ErrorKind::RenderingError(report) => vec![reported(Kind::TeraError, report, template)],
        ErrorKind::Msg(reports) => {
            reports.split("\n\n").map(|report| written(report, template)).collect()
        }
        other => {
            let told = Told { message: other.to_string(), ..Told::default() };
            vec![Finding::Template(Kind::TeraSyntax, told)]
        }
    }
}

fn reported(kind: Kind, report: &ReportError, template: &Template) -> Finding {
    let place = text_of(report.filename(), template).map(|text| {
        let range = &report.span().range;
        Place::locate(template.path(report.filename()), text, range.start, range.end)
    });
    let message = report.message().to_owned();
    Finding::Template(kind, Told { message, place, ..Told::default() })
}

/// Reads back a report that Tera gives only as text: an unknown filter, function or block.
///
/// `error: <message>\n --> <file>:<line>:<column>\n …`
fn written(report: &str, template: &Template) -> Finding {
    let mut lines = report.lines();
    let first = lines.next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(report).to_owned();
    let place = lines.next().and_then(|line| {
        let mut place = line.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
        let column: usize = place.next()?.parse().ok()?;
        let line: usize = place.next()?.parse().ok()?;
        let file = place.next()?;
        let text = text_of(file, template)?;
        let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let inside: usize = text[before..].chars().take(column - 1).map(char::len_utf8).sum();
        Some(Place::locate(template.path(file), text, before + inside, before + inside))
    });
    Finding::Template(Kind::TeraSyntax, Told { message, place, ..Told::default() })
}

fn text_of<'t>(file: &str, template: &'t Template) -> Option<&'t str> {
    match file.strip_prefix("shared/") {
        Some(name) => template.shared().get(name).map(AsRef::as_ref),
        None => template.html().map(AsRef::as_ref),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bieumau_model::text::Locale;

    use super::*;
    use crate::template::SharedFiles;

    fn fill_page(page: &str, data: &str) -> Result<String, Vec<Finding>> {
        let shared = SharedFiles::from([(
            "base.html".to_owned(),
            Arc::from("<main>{% block page %}{% endblock page %}</main>"),
        )]);
        let template = Template::new("x/y", None, Some(Arc::from(page)), Arc::new(shared));
        fill(&prepare(&template)?, &template, data.as_bytes())
    }

    #[track_caller]
    fn check(page: &str, data: &str, expected: &str) {
        assert_eq!(fill_page(page, data).unwrap(), expected);
    }

    #[track_caller]
    fn check_error(page: &str, data: &str, expected: &str) {
        let diagnostics = crate::finding::diagnostics(fill_page(page, data).unwrap_err());
        let lines: Vec<_> = diagnostics.iter().map(|d| d.one_line(Locale::Vi)).collect();
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn a_page_extends_the_shared_one_and_escapes_what_it_shows() {
        check(
            "{% extends \"shared/base.html\" %}{% block page %}{{ name }}{% endblock page %}",
            r#"{"name":"<b>An & Bình</b>"}"#,
            "<main>&lt;b&gt;An &amp; Bình&lt;/b&gt;</main>",
        );
    }

    #[test]
    fn a_missing_value_shows_nothing() {
        check("[{{ name }}]", r#"{"name":null}"#, "[]");
    }

    #[test]
    fn numbers_are_grouped_by_dots() {
        check(
            "{{ a | number }} {{ b | number }} {{ c | number }} {{ d | number }} {{ e | number }}",
            r#"{"a":1234567,"b":999,"c":-12345,"d":"1234,5","e":null}"#,
            "1.234.567 999 -12.345 1.234,5 ",
        );
    }

    #[test]
    fn numbers_and_scores_are_read_aloud() {
        check(
            "{{ a | words }}; {{ b | words }}; {{ c | words }}; {{ d | words }}{{ e | words }}",
            r#"{"a":105,"b":"7,5","c":"8,0","d":"10","e":null}"#,
            "một trăm linh năm; Bảy phẩy năm; Tám; Mười",
        );
    }

    #[test]
    fn a_name_that_the_data_does_not_have_is_an_error_with_its_place() {
        check_error(
            "<p>\n  {{ pupil.nam }}",
            r#"{"pupil":{"name":"An"}}"#,
            "templates/x/y/page.html:2:12 error[T006] không điền được mẫu HTML: không có trường \
             `nam` (Field `nam` is not defined. Available fields: name)",
        );
    }

    #[test]
    fn an_unknown_filter_is_an_error_with_its_place() {
        check_error(
            "<p>\n  {{ name | nummer }}",
            r#"{"name":"An"}"#,
            "templates/x/y/page.html:2:13 error[T005] mẫu HTML viết sai: không có bộ lọc `nummer` \
             (Unknown filter `nummer`)",
        );
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error_with_its_place() {
        check_error(
            "{% if name %}\nx",
            r#"{"name":"An"}"#,
            "templates/x/y/page.html:1:14 error[T005] mẫu HTML viết sai: mẫu kết thúc giữa chừng \
             (Unexpected end of input)",
        );
    }

    #[test]
    fn data_that_is_no_json_is_an_error_in_the_sample() {
        check_error(
            "x",
            "{\"name\":\n  An}",
            "templates/x/y/sample.json:2:3 error[T015] dữ liệu của mẫu viết sai: expected value \
             at line 2 column 3",
        );
    }
}
