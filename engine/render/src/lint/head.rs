//! The first page above the text: state, issuing body, number, day, title (ô 1 to 5, 9a).

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

use super::{LEFT, RIGHT, Ruler, Style, fits, short, words};
use crate::measure::{Page, Run};

pub(super) fn head(page: &Page, ruler: &mut Ruler) {
    // The decree's own sample spells HOÀ.
    let nation = begins(page, "CỘNG HÒA XÃ HỘI").or_else(|| begins(page, "CỘNG HOÀ XÃ HỘI"));
    let motto = begins(page, "Độc lập - Tự do");
    let (Some(nation), Some(motto)) = (nation, motto) else {
        return ruler.say(
            "T310",
            1,
            "không có Quốc hiệu và Tiêu ngữ".to_owned(),
            "there is no name of the state with its motto".to_owned(),
            words::NATION,
        );
    };
    ruler.face("T310", 1, nation, (12.0, 13.0), Style::Bold);
    ruler.face("T310", 1, motto, (13.0, 14.0), Style::Bold);
    if nation.left < page.width / 2.0 - 10.0 || (nation.middle() - motto.middle()).abs() > 1.0 {
        ruler.say(
            "T310",
            1,
            "Quốc hiệu và Tiêu ngữ không ở giữa góc phải".to_owned(),
            "state and motto are not centred at the right".to_owned(),
            words::NATION,
        );
    }
    ruler.line("T311", page, motto, motto.width(), (1.0, 1.0));
    issuer(page, nation, ruler);
    reference(page, nation, ruler);
    title(page, nation, ruler);
    addressees(page, ruler);
}

fn begins<'p>(page: &'p Page, text: &str) -> Option<&'p Run> {
    page.runs.iter().find(|run| run.text.starts_with(text))
}

/// Superior (not bold) over issuer (bold, perhaps on several lines) with the short line.
fn issuer(page: &Page, nation: &Run, ruler: &mut Ruler) {
    let column = || {
        page.runs
            .iter()
            .filter(|run| run.right < nation.left && run.baseline < nation.baseline + 20.0)
            .take_while(|run| !run.text.starts_with("Số:"))
    };
    for run in column() {
        let style = if run.bold { Style::Bold } else { Style::Upright };
        ruler.face("T312", 1, run, (12.0, 13.0), style);
        if run.text != run.text.to_uppercase() {
            let text = short(&run.text);
            ruler.say(
                "T312",
                1,
                format!("“{text}” không in hoa"),
                format!("“{text}” is not in capitals"),
                words::ISSUER,
            );
        }
    }
    let issuer: Vec<&Run> = column().filter(|run| run.bold).collect();
    match issuer.last() {
        Some(last) => {
            let longest = issuer.iter().map(|run| run.width()).fold(0.0, f64::max);
            ruler.line("T313", page, last, longest, (1.0 / 3.0, 0.5));
        }
        None => ruler.say(
            "T312",
            1,
            "không có tên cơ quan ban hành in đậm".to_owned(),
            "no issuing body in bold".to_owned(),
            words::ISSUER,
        ),
    }
}

/// Number and symbol at the left, place and day at the right.
fn reference(page: &Page, nation: &Run, ruler: &mut Ruler) {
    let Some(number) = begins(page, "Số:") else { return };
    ruler.face("T314", 1, number, (13.0, 13.0), Style::Upright);
    let digits = number.text.trim_start_matches("Số:").trim_start();
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() == 1 || number.text.contains("/ ") || number.text.contains(" -") {
        let text = short(&number.text);
        ruler.say(
            "T314",
            1,
            format!("số, ký hiệu viết “{text}”"),
            format!("the number is written “{text}”"),
            words::REFERENCE,
        );
    }
    let beside = |run: &&Run| {
        run.left > page.width / 2.0 - 10.0 && (run.baseline - number.baseline).abs() < 1.5
    };
    let Some(place) = page.runs.iter().find(beside) else { return };
    ruler.face("T315", 1, place, (13.0, 14.0), Style::Italic);
    let centred = (place.middle() - nation.middle()).abs() < 1.5;
    if !place.text.contains(", ngày") || !centred {
        let text = short(&place.text);
        ruler.say(
            "T315",
            1,
            format!("địa danh và thời gian: “{text}”"),
            format!("place and day: “{text}”"),
            words::PLACE,
        );
    }
    if let Some(wrong) = wrong_date(&place.text) {
        ruler.say(
            "T316",
            1,
            format!("ngày tháng viết “{wrong}”"),
            format!("the date is written “{wrong}”"),
            words::DATE,
        );
    }
}

/// Returns the date of a text when it is written against the rule for zeros.
fn wrong_date(text: &str) -> Option<String> {
    let after = |word: &str| {
        let rest = text.split(word).nth(1)?.trim_start();
        Some(rest.chars().take_while(char::is_ascii_digit).collect::<String>())
    };
    let (day, month) = (after("ngày")?, after("tháng")?);
    // Blanks are filled in by hand.
    let (Ok(day_number), Ok(month_number)) = (day.parse::<u8>(), month.parse::<u8>()) else {
        return None;
    };
    let day_wanted = format!("{day_number:02}");
    let month_wanted =
        if month_number < 3 { format!("{month_number:02}") } else { month_number.to_string() };
    (day != day_wanted || month != month_wanted).then(|| format!("ngày {day} tháng {month}"))
}

/// Kind in capitals with its subject and the short line, or the subject of a letter.
fn title(page: &Page, nation: &Run, ruler: &mut Ruler) {
    if let Some(subject) = begins(page, "V/v ") {
        ruler.face("T317", 1, subject, (12.0, 13.0), Style::Upright);
        return;
    }
    let centre = f64::midpoint(LEFT.0, page.width - RIGHT.0);
    let is_centred = |run: &Run| (run.middle() - centre).abs() < 1.5;
    let below_head = nation.baseline + 12.0;
    let is_kind = |run: &&Run| {
        run.baseline > below_head
            && run.baseline < below_head + 60.0
            && is_centred(run)
            && run.text.chars().any(char::is_alphabetic)
            && run.text == run.text.to_uppercase()
    };
    let Some(kind) = page.runs.iter().find(is_kind) else { return };
    ruler.face("T317", 1, kind, (13.0, 14.0), Style::Bold);
    let rules = page.rules.iter().filter(|rule| rule.height > kind.baseline + 2.0);
    let under = rules
        .filter(|rule| (rule.middle() - centre).abs() < 1.5 && rule.width() < 80.0)
        .min_by(|a, b| a.height.total_cmp(&b.height));
    let Some(under) = under.filter(|rule| rule.height < kind.baseline + 50.0) else { return };
    let subject: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.baseline > kind.baseline + 1.0 && run.baseline < under.height)
        .collect();
    for run in &subject {
        ruler.face("T318", 1, run, (13.0, 14.0), Style::Bold);
        if !is_centred(run) {
            let text = short(&run.text);
            ruler.say(
                "T318",
                1,
                format!("trích yếu “{text}” không ở giữa"),
                format!("the subject “{text}” is not centred"),
                words::TITLE,
            );
        }
    }
    if let Some(last) = subject.last() {
        let longest = subject.iter().map(|run| run.width()).fold(0.0, f64::max);
        ruler.line("T318", page, last, longest, (1.0 / 3.0, 0.5));
    }
}

/// "Kính gửi:" with one addressee beside it, or several with dashes under the colon.
fn addressees(page: &Page, ruler: &mut Ruler) {
    let Some(label) = begins(page, "Kính gửi:") else { return };
    ruler.face("T319", 1, label, (13.0, 14.0), Style::Upright);
    if label.text.len() > "Kính gửi:".len() + 5 {
        return;
    }
    let dashes = page
        .runs
        .iter()
        .filter(|run| run.baseline > label.baseline + 1.0 && run.text.starts_with("- "))
        .take_while(|run| (run.left - label.right).abs() < 8.0);
    let dashes: Vec<&Run> = dashes.collect();
    for (at, dash) in dashes.iter().enumerate() {
        let sign = if at + 1 == dashes.len() { '.' } else { ';' };
        // A long name goes on below; then its sign is there.
        let ends = dash.text.ends_with(sign) || dash.right > page.width - 40.0;
        if !ends || (dash.left - label.right).abs() > 3.0 || !fits(dash.size, (13.0, 14.0)) {
            let text = short(&dash.text);
            ruler.say(
                "T319",
                1,
                format!("nơi gửi “{text}” chưa đúng kiểu"),
                format!("the addressee “{text}” is not in its form"),
                (
                    "mỗi nơi một dòng, gạch đầu dòng thẳng dưới dấu hai chấm, cuối dòng “;”, dòng cuối “.”",
                    "one line each, dashes under the colon, ended by “;” and the last one by “.”",
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::wrong_date;

    #[test]
    fn dates_have_zeros_where_the_decree_wants_them() {
        for right in [
            "Lê Chân, ngày 05 tháng 01 năm 2020",
            "Lê Chân, ngày 29 tháng 6 năm 2019",
            "Lê Chân, ngày …… tháng …… năm 2026",
        ] {
            assert_eq!(wrong_date(right), None, "{right}");
        }
        for wrong in
            ["ngày 5 tháng 6 năm 2019", "ngày 15 tháng 06 năm 2019", "ngày 15 tháng 1 năm 2019"]
        {
            assert!(wrong_date(wrong).is_some(), "{wrong}");
        }
    }
}
