//! Puts together what an inspection asks for: minutes, approvals, issued documents with their
//! register, evidence, and the log of a period with its proof, as one file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write};

use bieumau_model::access::{Action, Area, Target};
use bieumau_model::definition::Form;
use bieumau_model::format::date_short;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Locale;
use bieumau_store::Issued;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::audit::{AuditFilter, line_json};
use crate::flows::KEPT_FORMS;
use crate::init::vietnam_day;
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
        let issued = self.issued_files(inspection, &mut files)?;
        let lines = self.log(caller, inspection, now, &mut files)?;
        let readme = self.readme(caller, inspection, now, (minutes, &papers, issued, lines));
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

    /// Puts the documents that were issued in the period into the bundle, byte by byte, with their
    /// register, and the evidence of the slips of the period; returns how many documents.
    fn issued_files(&self, inspection: &Inspection, files: &mut Files) -> Result<usize, Problem> {
        let school = inspection.school.as_deref().unwrap_or_default();
        let store = self.store();
        let lines = store.issued(school).map_err(store_problem)?;
        let mut register = Vec::new();
        for line in lines.into_iter().rev() {
            if !within(inspection, vietnam_day(line.issued_at)) {
                continue;
            }
            let bytes = store.issued_document(line.id).map_err(store_problem)?.unwrap_or_default();
            let name = format!(
                "{}-{}-so-{}-{}.{}",
                safe(&line.school),
                vietnam_day(line.issued_at).year(),
                line.number,
                safe(&line.report.replace('_', "-")),
                safe(&line.format)
            );
            register.push(register_row(&line, &name, &bytes));
            files.insert(format!("van-ban/{name}"), bytes);
        }
        let count = register.len();
        let heading = [
            "Số",
            "Văn bản",
            "Ngày phát hành",
            "Người phát hành",
            "Mã xác minh",
            "Trạng thái",
            "Lý do",
            "Tệp",
            "SHA-256 trong sổ",
            "SHA-256 của tệp",
        ];
        let mut text = format!("\u{feff}{}\r\n", heading.map(quoted).join(","));
        register.iter().for_each(|row| text += &format!("{}\r\n", row.join(",")));
        files.insert("van-ban/so-dang-ky.csv".to_owned(), text.into_bytes());
        drop(store);
        self.evidence_files(inspection, files)?;
        Ok(count)
    }

    fn evidence_files(&self, inspection: &Inspection, files: &mut Files) -> Result<(), Problem> {
        let Some(form) = self.catalog().forms.get("correction") else { return Ok(()) };
        let table = self.papers(&form.id, &filters(inspection))?;
        let store = self.store();
        for row in (0..table.rows()).filter(|row| touches(inspection, &table, *row)) {
            let value = |name: &String| table.value(row, name).unwrap_or(Value::Missing);
            let key: Vec<Value> = form.key.iter().map(value).collect();
            let found = store.attachments(&Caller::Operator, form, &key).map_err(store_problem)?;
            for file in found {
                let content = store
                    .attachment(&Caller::Operator, form, &key, file.id)
                    .map_err(store_problem)?;
                let words: Vec<String> =
                    key.iter().filter_map(plain).map(|word| safe(&word)).collect();
                let ending = file.name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
                let path =
                    format!("minh-chung/{}-tep-{}.{}", words.join("-"), file.id, safe(ending));
                files.insert(path, content.map(|(_, bytes)| bytes).unwrap_or_default());
            }
        }
        Ok(())
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
            Ok(proof) => json!({"nguyen_ven": true, "so_dong": proof.lines, "ma_cuoi": proof.head,
                "so_ban_ghi": proof.records}),
            Err(problem) if ["J170", "J173"].contains(&problem.code) => {
                let found: Vec<&str> = problem
                    .findings
                    .iter()
                    .map(|finding| finding.message.get(Locale::Vi))
                    .collect();
                json!({"nguyen_ven": false, "ly_do": problem.title.get(Locale::Vi),
                    "chi_tiet": found})
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
        (minutes, papers, issued, lines): (usize, &[(String, usize)], usize, usize),
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
        let _ = writeln!(
            text,
            "- `van-ban/`: {issued} văn bản đã phát hành, đúng từng byte như khi phát hành; \
             `van-ban/so-dang-ky.csv` ghi số, mã xác minh, trạng thái và mã băm của từng văn bản.\n\
             - `minh-chung/`: tệp minh chứng của các phiếu sửa điểm."
        );
        let _ = write!(
            text,
            "- `nhat-ky/nhat-ky.jsonl`: {lines} dòng nhật ký trong thời gian trên, mỗi dòng một \
             đối tượng JSON.\n\
             - `nhat-ky/chung-minh.json`: kết quả kiểm tra chuỗi nhật ký từ dòng đầu tiên.\n\
             - `SHA256SUMS.txt`: mã SHA-256 của từng tệp.\n\n\
             ## Kiểm tra\n\n\
             1. Chạy `sha256sum -c SHA256SUMS.txt` trong thư mục đã giải nén.\n\
             2. Trên máy của nhà trường, chạy `bieumau audit verify`; `ma_cuoi` trong \
             `chung-minh.json` phải có trong nhật ký: `bieumau audit verify --expect MÃ`.\n\
             3. Mã xác minh của từng văn bản tra được ở trang `/verify` của hệ thống.\n\
             4. Mã của mỗi dòng nhật ký là SHA-256 của mã dòng trước, một dấu xuống dòng và mảng JSON \
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
    let fields: Vec<_> = form.fields().collect();
    let titles: Vec<String> =
        fields.iter().map(|field| quoted(field.title.get(Locale::Vi))).collect();
    // The mark tells spreadsheets that this is UTF-8.
    let mut text = format!("\u{feff}{}\r\n", titles.join(","));
    for row in rows {
        let cells: Vec<String> = fields
            .iter()
            .map(|field| match table.value(*row, &field.id).as_ref().and_then(plain) {
                Some(word) => cell_of(&word),
                None => String::new(),
            })
            .collect();
        text += &format!("{}\r\n", cells.join(","));
    }
    text
}

/// One row of the register of the bundle.
fn register_row(line: &Issued, name: &str, bytes: &[u8]) -> Vec<String> {
    let (state, reason) = match &line.end {
        None => ("còn hiệu lực".to_owned(), String::new()),
        Some(end) => (
            match end.replaced_by {
                Some(_) => "đã được thay thế".to_owned(),
                None => "đã thu hồi".to_owned(),
            },
            end.reason.clone(),
        ),
    };
    let issued_on = date_short(vietnam_day(line.issued_at));
    let cells = [
        line.number.to_string(),
        line.title.clone(),
        issued_on,
        line.issued_by.clone(),
        line.code.clone(),
        state,
        reason,
        name.to_owned(),
        line.document_hash.clone(),
        hex(bytes),
    ];
    cells.map(|cell| cell_of(&cell)).to_vec()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Writes a text so that no spreadsheet takes it for a formula.
fn cell_of(word: &str) -> String {
    match word.starts_with(['=', '+', '-', '@']) {
        true => quoted(&format!("'{word}")),
        false => quoted(word),
    }
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
