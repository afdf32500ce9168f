//! Puts together what an inspection asks for: minutes, approvals, and the log of a period with its
//! proof, as one file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write};

use bieumau_model::access::{Action, Area, Target};
use bieumau_model::definition::Form;
use bieumau_model::format::date_short;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Locale;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::audit::{AuditFilter, line_json};
use crate::flows::KEPT_FORMS;
use crate::problem::{Problem, ProblemKind};
use crate::render::{RenderRequest, plain, store_problem};
use crate::site::Site;

/// What is inspected: days of Vietnam, both included, of one school or of all that the caller sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// School.
    pub school: Option<String>,
}

/// Files by path inside the bundle.
type Files = BTreeMap<String, Vec<u8>>;

impl Site {
    /// Makes the bundle, a ZIP file, and notes in the audit that it was made.
    pub fn inspect(
        &self,
        caller: &Caller,
        inspection: &Inspection,
        now: Timestamp,
    ) -> Result<Vec<u8>, Problem> {
        let target = match &inspection.school {
            Some(school) => Target::school(Area::Staff, &**school),
            None => Target::site(),
        };
        self.allow(caller, Action::ReadAudit, &target, now)?;
        if inspection.to < inspection.from {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J171",
                "Ngày cuối trước ngày đầu",
                "the last day is before the first one",
            ));
        }
        let mut files = Files::new();
        let minutes = self.minutes(caller, inspection, &mut files)?;
        let papers = self.papers_of(caller, inspection, &mut files)?;
        let lines = self.log(caller, inspection, now, &mut files)?;
        let readme = self.readme(caller, inspection, now, (minutes, &papers, lines));
        files.insert("DOC-TRUOC.md".to_owned(), readme.into_bytes());
        let sums: String =
            files.iter().map(|(path, bytes)| format!("{}  {path}\n", hex(bytes))).collect();
        files.insert("SHA256SUMS.txt".to_owned(), sums.into_bytes());
        let bytes = zipped(&files)?;
        let details = json!({"from": inspection.from.to_string(), "to": inspection.to.to_string(),
            "school": inspection.school, "files": files.len(), "sha256": hex(&bytes)});
        self.note(caller, "inspection", lines, &details, now)?;
        Ok(bytes)
    }

    /// Renders the minutes that were held in the period; returns how many.
    fn minutes(
        &self,
        caller: &Caller,
        inspection: &Inspection,
        files: &mut Files,
    ) -> Result<usize, Problem> {
        let table = {
            let reader = self.reader(caller)?;
            let Some(form) = self.catalog().forms.get("handover") else { return Ok(0) };
            reader.records(&form.id, &filters(inspection)).map_err(store_problem)?
        };
        let mut count = 0;
        for row in 0..table.rows() {
            let held = matches!(table.value(row, "held_on"), Some(Value::Date(day)) if within(inspection, day));
            let word =
                |column| table.value(row, column).as_ref().and_then(plain).unwrap_or_default();
            let report = match word("kind").as_str() {
                "accounts" => "minutes_account_handover",
                "data" => "minutes_data_handover",
                "equipment" => "minutes_equipment_handover",
                "computers" => "minutes_computer_handover",
                "results" => "minutes_results_handover",
                _ => continue,
            };
            if !held || !self.catalog().reports.contains_key(report) {
                continue;
            }
            let given = ["school", "year", "number"].map(|name| (name.to_owned(), word(name)));
            let request =
                RenderRequest::new(report.to_owned(), given.into_iter().collect(), "pdf", None)?;
            let document = self.render(caller, &request)?;
            let path = format!(
                "bien-ban/{}-{}-so-{}-{}.pdf",
                safe(&word("school")),
                word("year"),
                word("number"),
                safe(&word("kind"))
            );
            files.insert(path, document.bytes);
            count += 1;
        }
        Ok(count)
    }

    /// Writes the locks, corrections, sign-offs and reviews of the period as tables; returns title
    /// and number of each.
    fn papers_of(
        &self,
        caller: &Caller,
        inspection: &Inspection,
        files: &mut Files,
    ) -> Result<Vec<(String, usize)>, Problem> {
        let reader = self.reader(caller)?;
        let mut written = Vec::new();
        let of_flow = |form: &&Form| KEPT_FORMS.contains(&form.id.as_str());
        for form in self.catalog().forms.values().filter(of_flow) {
            let table = reader.records(&form.id, &filters(inspection)).map_err(store_problem)?;
            let rows: Vec<usize> =
                (0..table.rows()).filter(|row| touches(inspection, &table, *row)).collect();
            let text = csv(form, &table, &rows);
            files.insert(format!("phe-duyet/{}.csv", form.id), text.into_bytes());
            written.push((form.title.get(Locale::Vi).to_owned(), rows.len()));
        }
        Ok(written)
    }

    /// Writes the log of the period and the proof of the whole chain; returns the number of lines.
    fn log(
        &self,
        caller: &Caller,
        inspection: &Inspection,
        now: Timestamp,
        files: &mut Files,
    ) -> Result<usize, Problem> {
        let begin = |day: Date| jiff::tz::Offset::constant(7).to_timestamp(day.at(0, 0, 0, 0)).ok();
        let filter = AuditFilter {
            from: begin(inspection.from),
            to: inspection.to.tomorrow().ok().and_then(begin),
            ..AuditFilter::default()
        };
        let lines = self.audit(caller, &filter, now)?;
        let mut text = String::new();
        for line in &lines {
            let _ = writeln!(text, "{}", line_json(line));
        }
        files.insert("nhat-ky/nhat-ky.jsonl".to_owned(), text.into_bytes());
        // A broken chain is what an inspection must see, not a reason to give nothing.
        let proof = match self.verify_audit(None) {
            Ok(proof) => json!({"nguyen_ven": true, "so_dong": proof.lines, "ma_cuoi": proof.head}),
            Err(problem) if problem.code == "J170" => {
                json!({"nguyen_ven": false, "ly_do": problem.title.get(Locale::Vi)})
            }
            Err(problem) => return Err(problem),
        };
        files.insert("nhat-ky/chung-minh.json".to_owned(), format!("{proof:#}\n").into_bytes());
        Ok(lines.len())
    }

    fn readme(
        &self,
        caller: &Caller,
        inspection: &Inspection,
        now: Timestamp,
        (minutes, papers, lines): (usize, &[(String, usize)], usize),
    ) -> String {
        let made = jiff::tz::Offset::constant(7).to_datetime(now);
        let mut text = format!(
            "# Hồ sơ phục vụ kiểm tra\n\n\
             Hệ thống: {}\n\nThời gian: từ {} đến hết {}\n\nĐơn vị: {}\n\n\
             Lập lúc {:02}:{:02} ngày {}, bởi tài khoản {}\n\n\
             ## Gồm có\n\n\
             - `bien-ban/`: {minutes} biên bản bàn giao, bản PDF.\n",
            self.title().get(Locale::Vi),
            date_short(inspection.from),
            date_short(inspection.to),
            inspection.school.as_deref().unwrap_or("tất cả các trường được xem"),
            made.hour(),
            made.minute(),
            date_short(made.date()),
            caller.name(),
        );
        if !papers.is_empty() {
            text += "- `phe-duyet/`: khóa sổ, sửa điểm, xác nhận và rà soát, bảng CSV (UTF-8).\n";
        }
        for (title, count) in papers {
            let _ = writeln!(text, "  - {title}: {count}");
        }
        let _ = write!(
            text,
            "- `nhat-ky/nhat-ky.jsonl`: {lines} dòng nhật ký trong thời gian trên, mỗi dòng một \
             đối tượng JSON.\n\
             - `nhat-ky/chung-minh.json`: kết quả kiểm tra chuỗi nhật ký từ dòng đầu tiên.\n\
             - `SHA256SUMS.txt`: mã SHA-256 của từng tệp.\n\n\
             ## Kiểm tra\n\n\
             1. Chạy `sha256sum -c SHA256SUMS.txt` trong thư mục đã giải nén.\n\
             2. Trên máy của nhà trường, chạy `bieumau audit verify`; `ma_cuoi` trong \
             `chung-minh.json` phải có trong nhật ký: `bieumau audit verify --noted SỐ:MÃ`.\n\
             3. Mã của mỗi dòng là SHA-256 của mã dòng trước, một dấu xuống dòng và mảng JSON \
             `[id, at, caller, action, form, count, reason, details]`, `details` viết thành chuỗi.\n"
        );
        text
    }
}

fn filters(inspection: &Inspection) -> Vec<(&'static str, Value)> {
    inspection.school.iter().map(|school| ("school", Value::Text(school.clone()))).collect()
}

fn within(inspection: &Inspection, day: Date) -> bool {
    (inspection.from..=inspection.to).contains(&day)
}

/// Whether a record has a day in the period; one without any day is always of interest.
fn touches(inspection: &Inspection, table: &Table, row: usize) -> bool {
    let mut days = table
        .columns()
        .iter()
        .filter_map(|column| match table.value(row, &column.name) {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        })
        .peekable();
    days.peek().is_none() || days.any(|day| within(inspection, day))
}

/// Writes rows with the titles of the fields; text is quoted, so that no spreadsheet takes it for
/// a formula or a number.
fn csv(form: &Form, table: &Table, rows: &[usize]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let fields: Vec<_> = form.fields().collect();
    let titles: Vec<String> =
        fields.iter().map(|field| quoted(field.title.get(Locale::Vi))).collect();
    // The mark tells spreadsheets that this is UTF-8.
    let mut text = format!("\u{feff}{}\r\n", titles.join(","));
    for row in rows {
        let cells: Vec<String> = fields
            .iter()
            .map(|field| match table.value(*row, &field.id).as_ref().and_then(plain) {
                Some(word) if word.starts_with(['=', '+', '-', '@']) => quoted(&format!("'{word}")),
                Some(word) => quoted(&word),
                None => String::new(),
            })
            .collect();
        text += &format!("{}\r\n", cells.join(","));
    }
    text
}

/// Keeps letters and digits, for names of files.
fn safe(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

fn zipped(files: &Files) -> Result<Vec<u8>, Problem> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut write = || -> Result<(), zip::result::ZipError> {
        for (path, bytes) in files {
            zip.start_file(path.as_str(), SimpleFileOptions::default())?;
            zip.write_all(bytes)?;
        }
        Ok(())
    };
    let written = write();
    written.and_then(|()| zip.finish()).map(Cursor::into_inner).map_err(|error| {
        Problem::new(
            ProblemKind::Machine,
            "J172",
            format!("Không đóng gói được hồ sơ: {error}"),
            format!("the bundle could not be packed: {error}"),
        )
    })
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
